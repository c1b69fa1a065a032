from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest

from eval.check import check_cases, copied
from eval.quotes import FlatCorpus, load_corpus, same_title, squeeze
from eval.schema import Quote

SOURCE = """甲市教育规划（2025—2030年）

一、总体要求

（一）加强体育。小学生每天运动不少于2小 时，每周体育课5节，学校操场全天开放。

（二）培训教师。教师五年培训360学时，生师比20∶1，新建学校12所。
"""


@pytest.fixture(scope="module")
def corpora(tmp_path_factory: pytest.TempPathFactory) -> list[FlatCorpus]:
    path = tmp_path_factory.mktemp("corpus") / "plan.txt"
    path.write_text(SOURCE, encoding="utf-8")
    return load_corpus([Path(path)])


def kinds(make: SimpleNamespace, corpora: list[FlatCorpus], **changes: object) -> list[str]:
    return [fault.kind for fault in check_cases([make.case(**changes)], corpora)]


def test_a_sound_case_has_no_fault(make: SimpleNamespace, corpora: list[FlatCorpus]) -> None:
    assert kinds(make, corpora) == []


def test_white_space_and_widths_of_a_quote_do_not_count(make: SimpleNamespace, corpora: list[FlatCorpus]) -> None:
    assert kinds(make, corpora, evidence=(Quote("甲市教育规划", "生师比 20:1，新建 学校12所"),)) == []


def test_each_fault_is_found(make: SimpleNamespace, corpora: list[FlatCorpus]) -> None:
    assert kinds(make, corpora, evidence=(Quote("甲市教育规划", "小学生每天运动不少于3小时"),)) == ["quote"]
    assert kinds(make, corpora, evidence=(Quote("乙市规划", "每周体育课5节"),)) == ["document"]
    assert kinds(make, corpora, key_points=(("3小时",),)) == ["point"]
    assert kinds(make, corpora, forbidden=("2小时",)) == ["forbidden", "forbidden"]
    assert kinds(make, corpora, question="文件说小学生每天运动不少于2小时，每周，对吗？") == ["copy"]


def test_repeated_questions_are_found_whatever_their_punctuation(make: SimpleNamespace) -> None:
    one, other = make.case("A", question="几小时？"), make.case("B", question="几 小时")
    follow_up = make.case("C", question="几小时？", history=("先问的",))
    faults = check_cases([one, other, follow_up, make.unanswerable("A")], [])
    assert [(f.id, f.kind) for f in faults if f.kind == "duplicate"] == [("B", "duplicate"), ("A", "duplicate")]


def test_a_copy_is_fifteen_characters() -> None:
    text = squeeze("小学生每天运动不少于2小时，每周体育课5节")
    assert copied("听说" + text[:15] + "？", text) == text[:15]
    assert copied("听说" + text[:14] + "？", text) is None


def test_titles_match_without_years_and_brackets() -> None:
    assert same_title("甲市规划", "甲市规划（2025—2030年）")
    assert same_title("《甲市规划》（2025-2030年）".replace("《", "").replace("》", ""), "甲市规划（2025─2030年）")
    assert not same_title("乙市规划", "甲市规划")
    assert not same_title("", "甲市规划")


def test_the_shipped_questions_are_sound() -> None:
    from importlib.resources import files

    from eval.cases import data_folder, load_cases

    sources = sorted(Path(str(files("corpus.sources"))).glob("*.txt"))
    names = [name for name in ("dev", "train", "test") if (data_folder() / f"{name}.jsonl").is_file()]
    cases = [case for name in names for case in load_cases(data_folder() / f"{name}.jsonl")]
    assert check_cases(cases, load_corpus(sources)) == []
