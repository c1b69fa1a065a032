"""The command line of python -m eval: options and their Chinese help. Parses, does nothing."""

from __future__ import annotations

import argparse
from pathlib import Path

from eval import baselines, benchmarks


def parser() -> argparse.ArgumentParser:
    """All commands."""
    top = argparse.ArgumentParser(prog="python -m eval", description="评测：检查问题、运行、看报告、比较、守住底线。")
    top.add_argument("--settings", type=Path, help="设置文件（TOML）")
    commands = top.add_subparsers(dest="command", required=True, metavar="命令")
    check = commands.add_parser("check", help="检查问题：引文在资料里、要点在答案里、没有重复和照抄")
    check.add_argument("files", nargs="*", type=Path, help="问题文件；不写则检查 eval/data 下全部")
    check.add_argument("--json", action="store_true", help="输出 JSON")
    split = commands.add_parser("split", help="把 raw_*.jsonl 和 dialogues.jsonl 按条款分成 train 和 test")
    split.add_argument("--dry-run", action="store_true", help="只显示结果，不写文件")
    _run(commands)
    score = commands.add_parser("score", help="给 batch 命令的结果文件打分")
    score.add_argument("results", type=Path, help="batch 的输出（JSON 行）")
    score.add_argument("--split", default="dev", help="对应的问题集（默认 dev）")
    score.add_argument("--why", default="", help="用测试集时必填：为什么用")
    score.add_argument("--who", default="未注明", help="用测试集时：谁在用")
    score.add_argument("--json", action="store_true", help="输出 JSON")
    report = commands.add_parser("report", help="把一次运行写成一个 HTML 页面")
    report.add_argument("run", type=Path, help="运行的文件夹")
    report.add_argument("--out", type=Path, help="写到哪里（默认在运行的文件夹里）")
    compare = commands.add_parser("compare", help="比较两次运行：哪些变好，哪些变差，是否偶然")
    compare.add_argument("before", type=Path, help="先前的运行")
    compare.add_argument("after", type=Path, help="后来的运行")
    compare.add_argument("--json", action="store_true", help="输出 JSON")
    judge = commands.add_parser("judge", help="请设置里的语言模型评一次运行的回答：忠实、正确、切题，并与固定指标对照")
    judge.add_argument("run", type=Path, help="运行的文件夹")
    judge.add_argument("--limit", type=int, help="最多评几题")
    judge.add_argument("--json", action="store_true", help="输出 JSON")
    gate = commands.add_parser("gate", help="快速评测固定的一部分问题，低于底线就失败")
    gate.add_argument("--floors", type=Path, help="底线文件（默认 eval/floors.json）")
    gate.add_argument("--run", type=Path, help="不再提问，只看这次运行")
    gate.add_argument("--update", action="store_true", help="用这次的数值更新底线")
    gate.add_argument("--note", default="", help="更新底线的说明")
    fit = commands.add_parser("fit", help="在标注好的问题上拟合拒答模型（assistant/confidence.json）")
    fit.add_argument("--questions", nargs="+", default=["dev", "train"], metavar="文件",
                     help="问题文件，或 dev、train（默认这两个）；重排模型训练时见过的题和测试集的题不用")
    fit.add_argument("--write", action="store_true", help="写入 assistant/confidence.json（默认只显示）")
    fit.add_argument("--json", action="store_true", help="输出 JSON")
    _bench(commands)
    _others(commands)
    return top


def _run(commands: argparse._SubParsersAction) -> None:
    run = commands.add_parser("run", help="对问题集提问并打分，可中断后继续")
    run.add_argument("--split", default="dev", help="dev、train、test，或一个问题文件（默认 dev）")
    run.add_argument("--type", action="append", default=[], dest="types", help="只问这种题型，可多次")
    run.add_argument("--doc", action="append", default=[], dest="docs", help="只问证据在这份文件里的题，写标题的一部分，可多次")
    run.add_argument("--id", action="append", default=[], dest="ids", help="只问这些编号，可多次；末尾的 * 表示开头相同")
    run.add_argument("--failed", type=Path, metavar="运行", help="只问那次运行里没有答对的题")
    run.add_argument("--limit", type=int, help="最多问几题")
    run.add_argument("--out", type=Path, help="结果文件夹；已有同一次评测的结果时接着做")
    run.add_argument("--name", default="run", help="这次运行的名字")
    run.add_argument("--workers", type=int, default=1, help="同时问几题（在线模型可以多些，默认 1）")
    run.add_argument("--seed", type=int, default=0, help="区间和检验用的随机种子（默认 0）")
    run.add_argument("--why", default="", help="用测试集时必填：为什么用")
    run.add_argument("--who", default="未注明", help="用测试集时：谁在用")
    run.add_argument("--json", action="store_true", help="输出 JSON")


def _bench(commands: argparse._SubParsersAction) -> None:
    bench = commands.add_parser("bench", help="测速度、内存、经不经得起断电和许多人同时用：问答、读文件、建索引、改一条、各种规模、负载")
    bench.add_argument(
        "part", nargs="?", choices=["answers", "corpus", "crash", "incremental", "index", "load"], default="answers",
        help="answers 问答（默认），corpus 读文件，crash 断电，incremental 改一条，index 各种规模的索引，load 许多人同时用页面",
    )
    bench.add_argument("--questions", type=int, help="answers：热问答问几个；index：每种规模检索几次（默认 30）；load：轮着问几个（默认 120）")
    bench.add_argument("--build", action="store_true", help="answers：也测从头建索引（较慢）")
    bench.add_argument("--pages", type=int, default=200, help="corpus：每种格式读多少页（默认 200）")
    bench.add_argument("--memory-pages", type=int, default=2000, help="corpus：测内存的 PDF 有多少页（默认 2000）")
    bench.add_argument("--laws", type=Path, help="corpus：法规所在的文件夹，检查条文是否完整")
    bench.add_argument("--kills", type=int, default=1000, help="crash：断电多少次（默认 1000）")
    bench.add_argument("--seconds", type=float, help="crash：最多做多少秒（默认 900）；load：每档多少秒（默认 15）")
    bench.add_argument("--users", type=int, nargs="+", default=[1, 5, 10], help="load：同时有几个人在用，一档一个数（默认 1、5、10）")
    bench.add_argument("--pause", type=float, default=0.0, help="load：看完一个回答到问下一个停几秒（默认 0，不停地问）")
    bench.add_argument("--plot", type=Path, help="load：曲线写到这个 SVG 文件")
    bench.add_argument("--seed", type=int, default=0, help="crash：随机种子（默认 0）")
    bench.add_argument("--clauses", type=int, default=20_000, help="incremental：资料库有多少条（默认 20000）")
    bench.add_argument("--edits", type=int, default=10, help="incremental：改几次（默认 10）")
    bench.add_argument("--sizes", type=int, nargs="+", default=[1000, 55_000, 1_000_000], help="index：多少段（默认 1000、55000、1000000）")
    bench.add_argument("--json", action="store_true", help="输出 JSON")


def _others(commands: argparse._SubParsersAction) -> None:
    base = commands.add_parser("baselines", help="与常见做法对照：同样的资料、向量模型和问题")
    base.add_argument("names", nargs="*", help=f"哪些对照：{'、'.join(baselines.NAMES)}（默认全部）")
    base.add_argument("--split", default="dev", help="问题集（默认 dev）")
    base.add_argument("--limit", type=int, help="最多问几题")
    base.add_argument("--model", action="store_true", help="对照也用设置里的语言模型作答（默认取最接近问题的一句）")
    base.add_argument("--no-product", action="store_true", help="不跑产品自己")
    base.add_argument("--out", type=Path, help="结果文件夹")
    base.add_argument("--why", default="", help="用测试集时必填：为什么用")
    base.add_argument("--who", default="未注明", help="用测试集时：谁在用")
    base.add_argument("--json", action="store_true", help="输出 JSON")
    mark = commands.add_parser("benchmark", help="运行别人出的评测：CMRC 2018、DRCD、STARD、RGB")
    mark.add_argument("name", choices=benchmarks.NAMES, help="哪一个")
    mark.add_argument("data", type=Path, help="下载好的数据文件")
    mark.add_argument("--extra", type=Path, help="STARD：法律文件所在的文件夹")
    mark.add_argument("--noise", type=float, default=0.4, help="RGB：无关资料的比例，0 到 1（默认 0.4）")
    mark.add_argument("--limit", type=int, help="最多问几题，均匀抽取")
    mark.add_argument("--beside", action="append", default=[], choices=list(baselines.NAMES), help="旁边也跑这种常见做法，可多次")
    mark.add_argument("--no-product", action="store_true", help="不跑产品自己，只跑 --beside 的做法")
    mark.add_argument("--out", type=Path, help="每题的结果（by 是哪种做法）写到这个文件（JSON 行）")
    mark.add_argument("--json", action="store_true", help="输出 JSON")
