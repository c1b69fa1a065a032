"""python -m eval check|split|run|score|report|compare|judge|gate|fit|bench|baselines|benchmark.

The commands themselves are in eval/commands.
"""

from __future__ import annotations

from collections.abc import Sequence

import console
from eval.arguments import parser
from eval.commands import bench, comparisons, questions, runs
from settings import load_settings


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command. Returns the exit code; raises AssistantError for console.run to show."""
    options = parser().parse_args(arguments)
    settings = load_settings(options.settings)
    commands = {
        "check": questions.check, "split": questions.split, "run": runs.run, "score": runs.score, "report": runs.report,
        "compare": runs.compare, "judge": runs.judge, "gate": runs.gate, "fit": runs.fit, "bench": bench.run, "baselines": comparisons.baselines,
        "benchmark": comparisons.benchmark,
    }
    return commands[options.command](settings, options)


if __name__ == "__main__":
    console.run(main)
