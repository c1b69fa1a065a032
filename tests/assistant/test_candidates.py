"""Small judgements about passages and clauses in a row: which are the list asked for, which say the same."""

from __future__ import annotations

from dataclasses import replace

from assistant.candidates import fitting_runs, named_run, same
from corpus.schema import Clause, ClauseKind
from tests.assistant.shapes import ask, clause, hit


class TestRunsAskedFor:
    """Clauses in a row that are the things a question lists or counts."""

    STEPS = ("老年大学实行分级办学。", "一是初级实施启明工程。教识字。", "二是中级实施领读工程。教写作。", "三是高级实施远游工程。教研学。")
    POWERS = ("某县老年教育有新进展。", "凝聚办学合力。各部门同心。", "增强师资动力。招讲师。", "提升服务能力。多开课。")

    @staticmethod
    def members(texts: tuple[str, ...], kind: ClauseKind) -> list[list[Clause]]:
        return [[replace(clause(text), clause_id=f"r{n}", order=n, kind=kind) for n, text in enumerate(texts[1:])]]

    def test_named_one_after_the_other(self) -> None:
        steps = self.members(self.STEPS, ClauseKind.BULLET)
        assert named_run(steps, ask("初级、中级、高级各叫什么工程？")) == steps[0]
        assert named_run(steps, ask("初级、中级、特级各叫什么工程？")) is None
        assert named_run(steps, ask("初级叫什么工程？")) is None

    def test_as_many_with_the_same_ending(self) -> None:
        powers = self.members(self.POWERS, ClauseKind.BODY)
        top = hit(clause(self.POWERS[0]))
        assert fitting_runs(powers, ask("是哪三个“力”？"), top) == powers
        assert fitting_runs(powers, ask("是哪四个“力”？"), top) == []
        assert fitting_runs(powers, ask("是哪几个“力”？"), top) == []


def test_statements_with_figures_of_their_own_are_not_the_same() -> None:
    assert same("公共课学时不少于总学时的50%", "公共课学时不少于总学时的50%。")
    assert not same("公共课学时不少于总学时的50%", "公共课学时不少于总学时的10%")
    assert same("老年大学学员达到20%", "老年大学学员达到20%，每县办好2所")
