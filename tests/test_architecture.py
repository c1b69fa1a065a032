"""The rules of docs/architecture.md that a program can check: import order, sizes, no catch-alls, no prints."""

from __future__ import annotations

import ast
import tomllib
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
MODULE_LINES, FUNCTION_LINES = 300, 80
# A module imports from its own folder and from those of a lower rank.
RANKS = {
    "errors": 0, "presets": 0, "prompts": 0, "corpus": 1, "index": 2, "access": 3, "assistant": 4, "eval": 5, "ui": 6, "app": 7, "settings": 1, "console": 1,
}
FOR_ENTRY_POINTS = {"settings", "console"}
SKIPPED = {".venv", ".git", "build", "dist", "var", "shared", "node_modules"}
HEAVY = {"torch", "transformers", "sentence_transformers", "gradio", "faiss", "bm25s", "jieba", "onnxruntime", "xllamacpp", "pypdf", "docx"}


@cache
def modules() -> tuple[Path, ...]:
    """Every Python file of the project, tests included, as paths below the root."""
    found = (p.relative_to(ROOT) for p in ROOT.rglob("*.py"))
    return tuple(sorted(p for p in found if not SKIPPED & set(p.parts) and not any(part.startswith(".") for part in p.parts)))


def code() -> list[Path]:
    """The modules that are no tests."""
    return [path for path in modules() if path.parts[0] != "tests"]


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse((ROOT / path).read_text(encoding="utf-8"), str(path))


def is_entry_point(path: Path) -> bool:
    return path.name == "__main__.py" or path in (Path("app.py"), Path("assistant/command.py")) or path.parent == Path("eval/commands")


def imported(path: Path) -> Iterator[tuple[int, str]]:
    """(line, dotted name) of every import of one module, those inside functions and for types included."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.lineno, node.module
            yield from ((node.lineno, f"{node.module}.{alias.name}") for alias in node.names)


def top_of(path: Path) -> str:
    return path.parts[0].removesuffix(".py")


def test_the_project_is_all_there() -> None:
    assert {"errors", "settings", "console", "corpus", "index", "assistant", "eval"} <= {top_of(path) for path in code()}


def test_a_module_imports_only_from_folders_before_its_own() -> None:
    assert {top_of(path) for path in code()} - set(RANKS) == set(), "these have no place in the import order"
    assert [
        f"{path}:{line} imports {name}" for path in code() for line, name in imported(path)
        if (top := name.split(".")[0]) in RANKS and top != top_of(path) and top not in FOR_ENTRY_POINTS and RANKS[top] >= RANKS[top_of(path)]
    ] == []


def test_only_the_page_of_evaluations_knows_eval() -> None:
    assert [
        f"{path}:{line} imports {name}" for path in code() if top_of(path) == "ui" and path.parts[1] != "evaluation"
        for line, name in imported(path) if name.split(".")[0] == "eval"
    ] == []


def test_settings_and_console_are_for_entry_points() -> None:
    assert [
        f"{path}:{line}" for path in code() if not is_entry_point(path) and path.name not in ("settings.py", "console.py")
        for line, name in imported(path) if name.split(".")[0] in FOR_ENTRY_POINTS
    ] == []


def test_settings_and_console_import_nothing_but_errors() -> None:
    for path in (Path("settings.py"), Path("console.py"), Path("errors.py")):
        assert {name.split(".")[0] for _, name in imported(path)} & set(RANKS) <= {"errors"}


def test_no_module_imports_in_a_circle() -> None:
    names = {".".join(path.with_suffix("").parts).removesuffix(".__init__"): path for path in code()}
    needs = {name: {other for _, other in at_import(path) if other in names and other != name} for name, path in names.items()}
    seen: dict[str, int] = {}

    def visit(name: str, trail: tuple[str, ...]) -> None:
        assert name not in trail, " → ".join((*trail, name))
        if name not in seen:
            for other in sorted(needs[name]):
                visit(other, (*trail, name))
            seen[name] = 1

    for name in sorted(needs):
        visit(name, ())


def at_import(path: Path) -> Iterator[tuple[int, str]]:
    """The imports that run when the module is imported: not those in functions or for types alone."""
    for node in tree(path).body:
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            # from package import name: the module, where there is one of that name, else the package.
            below = [f"{node.module}.{alias.name}" for alias in node.names]
            folder = ROOT / node.module.replace(".", "/")
            modules_below = [name for name in below if (folder / f"{name.rsplit('.', 1)[1]}.py").is_file()]
            yield from ((node.lineno, name) for name in modules_below or [node.module])


def test_modules_stay_small() -> None:
    sizes = {path: len((ROOT / path).read_text(encoding="utf-8").splitlines()) for path in modules()}
    assert [f"{path}: {size} lines" for path, size in sizes.items() if size > MODULE_LINES] == []


def test_functions_stay_small() -> None:
    assert [
        f"{path}:{node.lineno} {node.name}: {size} lines" for path in modules() for node in ast.walk(tree(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and (size := (node.end_lineno or 0) - node.lineno + 1) > FUNCTION_LINES
    ] == []


def test_nothing_catches_everything() -> None:
    def catches_all(handler: ast.ExceptHandler) -> bool:
        if isinstance(handler.body[-1], ast.Raise) and handler.body[-1].exc is None:
            return False  # it undoes and passes on
        kinds = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
        return any(kind is None or (isinstance(kind, ast.Name) and kind.id in ("Exception", "BaseException")) for kind in kinds)

    assert [
        f"{path}:{node.lineno}" for path in modules() for node in ast.walk(tree(path))
        if isinstance(node, ast.ExceptHandler) and catches_all(node)
    ] == []


def test_only_entry_points_print() -> None:
    assert [
        f"{path}:{node.lineno}" for path in code() if not is_entry_point(path) for node in ast.walk(tree(path))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("print", "breakpoint")
    ] == []


def test_importing_a_module_does_no_work() -> None:
    """At the top stand definitions and constants, and nothing that is called for its effect."""
    assert [
        f"{path}:{node.lineno}" for path in code() for node in tree(path).body
        if isinstance(node, ast.For | ast.While | ast.With | ast.Try) or (isinstance(node, ast.Expr) and isinstance(node.value, ast.Call))
    ] == []


def test_heavy_packages_are_imported_where_they_are_used() -> None:
    assert [
        f"{path}:{line} {name}" for path in code() if path.parts[:2] != ("index", "training") and top_of(path) not in ("app", "ui")
        for line, name in at_import(path) if name.split(".")[0] in HEAVY
    ] == []


def test_a_module_opens_by_saying_what_it_holds() -> None:
    assert [str(path) for path in code() if (ROOT / path).stat().st_size and not ast.get_docstring(tree(path))] == []


def test_what_is_imported_is_packaged() -> None:
    with (ROOT / "pyproject.toml").open("rb") as file:
        project = tomllib.load(file)
    packaged = {name.rstrip("*") for name in project["tool"]["setuptools"]["packages"]["find"]["include"]}
    packaged |= set(project["tool"]["setuptools"]["py-modules"])
    assert {top_of(path) for path in code()} <= packaged
    for path in code():
        for folder in path.parents[:-1]:
            assert (ROOT / folder / "__init__.py").is_file(), f"{folder} is left out of the wheel"


def test_test_files_have_names_of_their_own() -> None:
    """Two test files of one name would be taken for one module."""
    names = Counter(path.name for path in modules() if path.name.startswith("test_"))
    assert [name for name, count in names.items() if count > 1] == []
