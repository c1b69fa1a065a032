"""The container files as far as they can be checked without an engine: read by parsers, and the start script run for real."""

from __future__ import annotations

import os
import re
import shlex
import signal
import subprocess
import sys
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from settings import load_settings
from tests.tiny import COUNTY, write_sources

ROOT = Path(__file__).resolve().parents[1]
ONE, SCALE = ROOT / "compose.yaml", ROOT / "deploy" / "compose.scale.yaml"
PASSWORD = "七里香 纸飞机 42"


def instructions() -> list[dict[str, Any]]:
    parse = pytest.importorskip("dockerfile_parse", reason="没有安装 dockerfile-parse：pip install -e '.[test]'")
    return parse.DockerfileParser(str(ROOT / "Dockerfile")).structure


def of(kind: str) -> list[str]:
    return [item["value"] for item in instructions() if item["instruction"] == kind]


def compose(path: Path) -> dict[str, Any]:
    yaml = pytest.importorskip("yaml", reason="没有安装 PyYAML：pip install -e '.[test]'")
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def filled(value: Any) -> str:
    """What stands in an environment entry when nothing is set outside."""
    return re.sub(r"\$\{\w+:-([^}]*)\}", r"\1", str(value))


def ours(services: Mapping[str, Any]) -> dict[str, Any]:
    """The services that run our image."""
    return {name: service for name, service in services.items() if "build" in service}


def test_the_image_is_built_apart_and_runs_as_nobody_in_particular() -> None:
    assert len(of("FROM")) == 2 and "AS build" in of("FROM")[0]
    (base,) = (value for value in of("ARG") if value.startswith("PYTHON="))
    assert re.fullmatch(r"PYTHON=python:3\.1\d-slim-\w+", base)
    (user,) = of("USER")
    assert re.fullmatch(r"[1-9]\d{3,}:[1-9]\d{3,}", user)
    after = [item["instruction"] for item in instructions()]
    assert after.index("USER") > max(place for place, kind in enumerate(after) if kind in ("COPY", "RUN")) and "ADD" not in after
    assert of("ENTRYPOINT") == ['["wengui-start"]'] and of("VOLUME") == ['["/data"]']
    assert all("--no-install-recommends" in run and "rm -rf /var/lib/apt/lists/*" in run for run in of("RUN") if "apt-get" in run)


def test_the_images_own_settings_are_settings() -> None:
    words = (word.split("=", 1) for value in of("ENV") for word in shlex.split(value))
    given = {name: value for name, value in words if name.startswith("WENGUI_")}
    settings = load_settings(environment=given)
    assert settings.access.roles and settings.page.host == "0.0.0.0" and settings.data.folder == "/data"


def test_what_is_copied_is_there_and_what_is_installed_is_not_left_out() -> None:
    ignored = [line for line in (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines() if line and not line.startswith("#")]
    with (ROOT / "pyproject.toml").open("rb") as file:
        project = tomllib.load(file)
    needed = {name.rstrip("*") for name in project["tool"]["setuptools"]["packages"]["find"]["include"]}
    needed |= {f"{name}.py" for name in project["tool"]["setuptools"]["py-modules"]} | {"README.md", "LICENSE", "pyproject.toml", "deploy"}
    assert not needed & set(ignored) and {".git", "var", "secrets"} <= set(ignored)
    for value in of("COPY"):
        if "--from" not in value:
            source = next(word for word in value.split() if not word.startswith("--"))
            assert (ROOT / source).exists(), source


@pytest.mark.parametrize("path", [ONE, SCALE], ids=lambda path: path.name)
def test_our_services_can_do_little_and_nothing_is_open_to_the_network(path: Path) -> None:
    whole = compose(path)
    services = whole["services"]
    for name, service in ours(services).items():
        assert service["read_only"] and service["cap_drop"] == ["ALL"] and "no-new-privileges:true" in service["security_opt"], name
        assert any(mount.startswith("/tmp:") for mount in service["tmpfs"]) and service["mem_limit"] and service["pids_limit"], name
        given = {key: filled(value) for key, value in service["environment"].items()}
        assert not [key for key in given if re.search("PASSWORD|API_KEY|TOKEN", key)], "secrets are files"
        settings = load_settings(environment={key: value for key, value in given.items() if key.startswith("WENGUI_")})
        assert settings.access.hosts
    for name, service in services.items():
        assert not service.get("privileged") and "network_mode" not in service, name
        assert all(filled(port).startswith("127.0.0.1:") for port in service.get("ports", ())), name
        image = service["image"]
        assert "build" in service or re.search(r":v?\d+\.\d+[\w.-]*$", image), f"{image} names no release"


@pytest.mark.parametrize("path", [ONE, SCALE], ids=lambda path: path.name)
def test_every_name_that_a_service_uses_is_declared(path: Path) -> None:
    whole = compose(path)
    for name, service in whole["services"].items():
        mounted = {entry.split(":")[0] for entry in service.get("volumes", ()) if not entry.startswith(".")}
        assert mounted <= set(whole.get("volumes", {})), name
        assert set(service.get("secrets", ())) <= set(whole["secrets"]), name
        assert set(service.get("networks", ())) <= set(whole.get("networks", {})), name
        for other in service.get("depends_on", {}):
            healthy = whole["services"][other]
            assert "healthcheck" in healthy or "build" in healthy, f"{name} waits for {other}, whose health nobody checks"
        for entry in service.get("volumes", ()):
            if entry.startswith("./"):
                assert (ROOT / entry.split(":")[0]).is_file(), entry


def test_the_balancer_knows_the_services_and_lets_one_of_ours_manage() -> None:
    services = compose(SCALE)["services"]
    conf = (ROOT / "deploy" / "nginx.conf").read_text(encoding="utf-8")
    assert conf.count("{") == conf.count("}")
    assert set(re.findall(r"server (\w+):7860", conf)) == set(ours(services)) == {"keeper", "wengui"}
    managing = [name for name, service in ours(services).items() if service["environment"].get("WENGUI_LIBRARY_MANAGE") != "false"]
    assert managing == ["keeper"] and re.search(r"location /library \{ proxy_pass http://keeper; \}", conf)


# -- the start script ---------------------------------------------------------------------------------------------


@pytest.fixture
def container(tmp_path: Path) -> dict[str, str]:
    """The environment of a first start over one small document, as the image and compose.yaml would set it."""
    write_sources(tmp_path, {"county.txt": COUNTY})
    secret = tmp_path / "secret"
    secret.write_text(PASSWORD + "\n", encoding="utf-8")
    return {
        **{name: value for name, value in os.environ.items() if not name.startswith("WENGUI_")},
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}", "PYTHONUNBUFFERED": "1", "PYTHONIOENCODING": "utf-8",
        "WENGUI_DATA_FOLDER": str(tmp_path), "WENGUI_DATA_SHIPPED": "false", "WENGUI_PRESET": "excerpt", "WENGUI_INDEX_RERANK": "false",
        "WENGUI_PAGE_HOST": "127.0.0.1", "WENGUI_ACCESS_ROLES": "true", "WENGUI_ACCESS_HOSTS": "localhost", "WENGUI_LOG_REQUESTS": "off",
        "ADMINISTRATOR_PASSWORD_FILE": str(secret),
    }


def started(environment: Mapping[str, str], *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        ["sh", "deploy/start.sh", *arguments], cwd=ROOT, env=dict(environment), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, encoding="utf-8",
    )


def lines(process: subprocess.Popen[str]) -> Iterator[str]:
    assert process.stdout is not None
    yield from process.stdout


@pytest.mark.models
def test_a_first_start_builds_adds_the_administrator_and_is_healthy_until_it_is_stopped(container: dict[str, str]) -> None:
    import httpx

    process = started(container, "--port", "0")
    try:
        heard = []
        for line in lines(process):
            heard.append(line)
            if found := re.search(r"http://[0-9.]+:(\d+)/", line):
                break
        assert found, "".join(heard)
        assert "已新增管理员 管理员" in "".join(heard)
        base = f"http://127.0.0.1:{found.group(1)}"
        (check,) = of("HEALTHCHECK")
        command = re.search(r'CMD \["python", "-c", "(.*)"\]', check)
        assert command
        code = command.group(1).replace("127.0.0.1:7860", f"127.0.0.1:{found.group(1)}")
        assert subprocess.run([sys.executable, "-c", code], timeout=30, check=False).returncode == 0
        signed = httpx.post(f"{base}/login", data={"name": "管理员", "password": PASSWORD}, headers={"Origin": base})
        assert (signed.status_code, signed.headers["location"]) == (303, "/")
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) in (0, -signal.SIGTERM)
        code_after_stop = subprocess.run([sys.executable, "-c", code], timeout=30, check=False, stderr=subprocess.DEVNULL).returncode
        assert code_after_stop != 0, "a stopped page is not healthy"
    finally:
        process.kill()
        process.wait()


@pytest.mark.models
def test_without_a_password_it_does_not_start_and_says_what_to_do(container: dict[str, str]) -> None:
    process = started({**container, "ADMINISTRATOR_PASSWORD_FILE": "/no/such/file"}, "--port", "0")
    said = "".join(lines(process))
    assert process.wait(60) == 2 and "/no/such/file" in said and "至少 10 个字符" in said and "http://" not in said
