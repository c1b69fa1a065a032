"""python -m assistant ask|batch|doctor|backup|restore: one question, a file of questions, a health check, a copy and back."""

from __future__ import annotations

import argparse
import dataclasses
import json
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path

import console
from assistant.backup import back_up, check_backup, restore
from assistant.batch import failed_record, to_record
from assistant.chain import Chain, open_chain
from assistant.doctor import examine
from assistant.schema import Answer
from errors import QuestionError, SettingsError, SourceError
from settings import load_settings


def parser() -> argparse.ArgumentParser:
    """The command line, help in Chinese."""
    top = argparse.ArgumentParser(prog="python -m assistant", description="问一个问题、批量回答、检查运行状况。")
    # Also after the command's name, where wengui users write them; SUPPRESS keeps what was given before it.
    common = argparse.ArgumentParser(add_help=False)
    console.add_settings_options(top)
    console.add_settings_options(common, argparse.SUPPRESS)
    commands = top.add_subparsers(dest="command", required=True, metavar="命令")
    ask = commands.add_parser("ask", parents=[common], help="问一个问题")
    ask.add_argument("question", help="问题")
    ask.add_argument("--json", action="store_true", help="输出 JSON")
    batch = commands.add_parser("batch", parents=[common], help="回答 JSON Lines 文件里的全部问题")
    batch.add_argument("questions", type=Path, help="每行一个 JSON，含 id 和 question")
    batch.add_argument("--out", type=Path, required=True, help="结果文件（JSON Lines）")
    doctor = commands.add_parser("doctor", parents=[common], help="检查运行状况")
    doctor.add_argument("--strict", action="store_true", help="有“注意”也以 1 结束（平时只有“故障”才是 1；命令本身没做成是 2）")
    doctor.add_argument("--json", action="store_true", help="输出 JSON")
    backup = commands.add_parser("backup", parents=[common], help="备份资料库、问答记录和放进来的文件，写好后打开检查一遍")
    backup.add_argument("target", type=Path, metavar="文件夹或文件", help="放进这个文件夹，或写成这个 .zip 文件（不覆盖已有文件）")
    backup.add_argument("--json", action="store_true", help="输出 JSON")
    back = commands.add_parser("restore", parents=[common], help="恢复备份；现有的内容先留一份在 before-restore-… 文件夹里")
    back.add_argument("backup", type=Path, metavar="备份文件", help="backup 写成的 .zip 文件")
    back.add_argument("--check", action="store_true", help="只检查备份能不能用，不恢复")
    back.add_argument("--json", action="store_true", help="输出 JSON")
    return top


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command. Returns the exit code; raises AssistantError for console.run to show."""
    options = parser().parse_args(arguments)
    settings = load_settings(options.settings, preset=options.preset)
    if options.command == "doctor":
        return _doctor(settings, options.json, options.strict)
    if options.command in ("backup", "restore"):
        return _keep(settings.folder, options)
    if options.command == "ask":
        if not options.question.strip():
            raise QuestionError("问题是空的", "", "请写下想问的内容，例如：国家要求中小学生每天运动多久？")
        answer = open_chain(settings).ask(_encodable(options.question))
        if options.json:
            console.write_json(to_record(None, answer))
        else:
            _show(answer)
        return 0
    questions = list(_read_questions(options.questions))
    if options.out.exists() and options.out.samefile(options.questions):
        raise SettingsError("结果文件和问题文件是同一个", f"--out {options.out}", "请另取一个文件名，以免盖掉问题。")
    _batch(open_chain(settings), questions, options.out)
    return 0


def _show(answer: Answer) -> None:
    console.write(answer.text)
    for citation in answer.citations:
        page = f"，第 {citation.page} 页" if citation.page else ""
        console.write(f"[{citation.label}] 《{citation.doc_title}》{' › '.join(citation.heading_path)}{page}")
        console.write(f"    {citation.quote.replace(chr(10), ' ')}")
    for hit in answer.nearest:
        console.write(f"  · 《{hit.document.title}》{hit.clause.title or ''}：{hit.passage.text[:60].replace(chr(10), ' ')}…")
    for notice in answer.notices:
        console.write(f"（{notice}）")
    kind = "模型改写，逐句核对过原文" if answer.source == "model" else "原文摘录"
    if not answer.refused:
        console.write(f"（{kind}，{answer.seconds.get('total', 0):.2f} 秒）")


def _read_questions(path: Path) -> Iterator[tuple[object, str]]:
    """(id, question) of each line. Raises SourceError naming the line that cannot be read."""
    if not path.is_file():
        raise SourceError("找不到问题文件", str(path), "请检查路径。")
    # Only \n ends a line: a question may hold other separators. Decoded line by line, to name the line.
    for number, raw in enumerate(path.read_bytes().split(b"\n"), start=1):
        where = f"{path} 第 {number} 行"
        try:
            line = raw.decode("utf-8-sig" if number == 1 else "utf-8")
            record = json.loads(line) if line.strip() else None
        except UnicodeDecodeError as error:
            raise SourceError("这一行不是 UTF-8 编码", where, "请另存为 UTF-8 后再试。") from error
        except (json.JSONDecodeError, RecursionError) as error:
            raise SourceError("这一行不是 JSON", where, "请改成 {\"id\": …, \"question\": \"…\"} 后再试。") from error
        if record is None:
            continue
        if not isinstance(record, dict) or not isinstance(record.get("question"), str):
            raise SourceError("这一行不是含 question 的 JSON", where, "请改成 {\"id\": …, \"question\": \"…\"} 后再试。")
        yield record.get("id", number), _encodable(record["question"])


def _encodable(text: str) -> str:
    """text with what no encoding can write (half a surrogate pair, a stray byte of the command line) as a question mark."""
    return text.encode("utf-8", "replace").decode("utf-8")


def _batch(chain: Chain, questions: list[tuple[object, str]], out: Path) -> None:
    """Answers in order; the file is written line by line, so that what is done stays after a stop."""
    bar = console.progress_bar()
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        stream = out.open("w", encoding="utf-8")
    except OSError as error:
        raise SettingsError("写不了结果文件", f"--out {out}", f"请检查路径和权限（{error.strerror}）。") from error
    with stream:
        for number, (case_id, question) in enumerate(questions, start=1):
            try:
                record = to_record(case_id, chain.ask(question))
            except QuestionError as error:
                record = failed_record(case_id, question, error.message)
            stream.write(json.dumps(record, ensure_ascii=False) + "\n")
            stream.flush()
            bar("回答问题", number, len(questions))


def _keep(folder: Path, options: argparse.Namespace) -> int:
    """Back up or restore, and say what the backup holds."""
    now = datetime.now()
    if options.command == "backup":
        report, done = back_up(folder, options.target, now), "已备份并检查过"
    elif options.check:
        report, done = check_backup(options.backup), "备份可以用"
    else:
        report, done = restore(folder, options.backup, now), "已恢复"
    if options.json:
        console.write_json(dataclasses.asdict(report))
        return 0
    console.write(
        f"{done}：{report.path}（{report.size / 2**20:.1f} MB）：{report.documents} 份文件 {report.clauses} 条，"
        f"{report.conversations} 个会话，{report.source_files} 个源文件。"
    )
    if report.aside:
        console.write(f"原来的内容在 {report.aside}，确认无误后可以删去。")
    return 0


def _doctor(settings: object, as_json: bool, strict: bool) -> int:
    findings = examine(settings)
    if as_json:
        console.write_json([dataclasses.asdict(finding) for finding in findings])
    else:
        marks = {"ok": "正常", "warning": "注意", "error": "故障"}
        for finding in findings:
            console.write(f"[{marks[finding.severity]}] {finding.name}：{finding.message}{'　→ ' + finding.remedy if finding.remedy else ''}")
    failing = ("error", "warning") if strict else ("error",)
    return 1 if any(finding.severity in failing for finding in findings) else 0


if __name__ == "__main__":
    console.run(main)
