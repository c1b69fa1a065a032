"""What the ranker sees of a question and a passage."""

from __future__ import annotations

import pytest

from index.features import NAMES, FeatureMaker
from index.library import Library
from index.retriever import load_weights
from index.schema import Request
from index.tokens import comparable, content_words
from tests.tiny import make_library


@pytest.fixture(scope="module")
def maker(library: Library) -> FeatureMaker:
    return FeatureMaker(library)


def row_with(library: Library, words: str) -> int:
    return next(row for row, passage in enumerate(library.passages) if words in passage.text)


def request(text: str, **more: object) -> Request:
    groups = tuple((word,) for word in dict.fromkeys(content_words(text)))
    return Request(**{"text": comparable(text), "search_text": text, "groups": groups, **more})  # type: ignore[arg-type]


def features(maker: FeatureMaker, library: Library, words: str, asked: Request) -> dict[str, float]:
    row = row_with(library, words)
    return maker.make(asked, [row], {row: 0.9}, {row: 2.0}, {row: 3.0})[row]


def test_every_feature_is_named_weighted_and_finite(maker: FeatureMaker, library: Library) -> None:
    found = features(maker, library, "夜间课堂", request("夜间课堂每期最多多少人", wants="figure"))
    assert set(found) == set(NAMES)
    assert all(-1.0 <= value <= 1.5 for value in found.values())
    assert set(load_weights()) <= set(NAMES)


def test_words_of_the_question_are_covered_here_and_not_there(maker: FeatureMaker, library: Library) -> None:
    asked = request("夜间课堂材料费")
    here, there = features(maker, library, "夜间课堂每期", asked), features(maker, library, "驾驶员", asked)
    assert here["cover"] == here["cover_text"] == pytest.approx(1.0)
    assert there["cover"] == there["phrase"] == 0.0
    assert here["phrase"] > 0


def test_a_term_of_the_title_covers_by_context_only(maker: FeatureMaker, library: Library) -> None:
    found = features(maker, library, "驾驶员", request("管理办法"))
    assert found["cover_text"] == 0.0
    assert found["cover"] == pytest.approx(1.0)


def test_years_levels_and_documents_match_or_clash(maker: FeatureMaker, library: Library) -> None:
    nation = next(d.doc_id for d in library.documents.values() if d.level.value == "国家")
    asked = request("学习中心", years=("2035",), levels=("国家",), doc_ids=(nation,))
    here, there = features(maker, library, "覆盖率达到95%", asked), features(maker, library, "120个", asked)
    for name in ("year", "level", "doc"):
        assert (here[f"{name}_match"], here[f"{name}_clash"]) == (1.0, 0.0), name
        assert (there[f"{name}_match"], there[f"{name}_clash"]) == (0.0, 1.0), name


def test_without_years_or_levels_nothing_matches_or_clashes(maker: FeatureMaker, library: Library) -> None:
    found = features(maker, library, "120个", request("学习中心"))
    assert not any(found[f"{name}_{side}"] for name in ("year", "level", "doc") for side in ("match", "clash"))


@pytest.mark.parametrize(("wants", "words", "feature"), [
    ("figure", "120个", "figure"),
    ("date", "120个", "date"),
    ("yesno", "不得收取", "normative"),
    ("definition", "银发讲师", "defining"),
    ("department", "120个", "departments"),
])
def test_the_shape_that_is_wanted_is_seen(maker: FeatureMaker, library: Library, wants: str, words: str, feature: str) -> None:
    assert features(maker, library, words, request("学习", wants=wants))[feature] == 1.0
    assert features(maker, library, words, request("学习", wants="other"))[feature] == 0.0


def test_quoted_words_must_stand_there(maker: FeatureMaker, library: Library) -> None:
    asked = request("银发讲师", quoted=("银发讲师", "火星讲师"))
    assert features(maker, library, "银发讲师", asked)["quoted"] == 0.5


def test_a_rare_term_weighs_more(maker: FeatureMaker) -> None:
    assert maker.inverse_frequency("校车行驶路线") > maker.inverse_frequency("学习") >= 0.3


TABLE = """青岚县社区图书规划（2026—2030年）
一、主要任务
（一）建设“五分钟书角”（居民步行五分钟以内可以到达的小型图书角）。书角免费开放。
（二）推进六项行动。六项行动包括选书、送书、读书、评书、藏书、换书。
二、主要指标
社区图书主要指标
指标 2025年 2030年
书角数量（个） 40 90
"""
ANSWERS = """关于青岚县社区图书工作的答记者问
1.问：书角由谁管理？
答：书角由社区居委会管理，居民可以报名当志愿者。
"""


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Library:
    return make_library(tmp_path_factory.mktemp("shelf"), {"plan.txt": TABLE, "talk.txt": ANSWERS})


@pytest.fixture(scope="module")
def shelf_maker(shelf: Library) -> FeatureMaker:
    return FeatureMaker(shelf)


def test_two_years_at_once_are_cells_of_one_row(shelf_maker: FeatureMaker, shelf: Library) -> None:
    for years, value in ((("2025", "2030"), 1.0), (("2025", "2028"), 0.0), (("2030",), 0.0)):
        assert features(shelf_maker, shelf, "40 90", request("书角数量", wants="figure", years=years))["row_years"] == value
    assert features(shelf_maker, shelf, "免费开放", request("书角", years=("2025", "2030")))["row_years"] == 0.0


def test_a_row_is_wanted_for_figures_and_in_the_way_otherwise(shelf_maker: FeatureMaker, shelf: Library) -> None:
    for wants, value in (("figure", 1.0), ("compare", 1.0), ("yesno", -1.0)):
        assert features(shelf_maker, shelf, "40 90", request("书角数量", wants=wants))["table_row"] == value


def test_a_term_explained_in_brackets_is_glossed(shelf_maker: FeatureMaker, shelf: Library) -> None:
    asked = request("五分钟书角", wants="definition", groups=(("五分钟书角",),))
    assert features(shelf_maker, shelf, "步行五分钟", asked)["gloss"] == 1.0
    assert features(shelf_maker, shelf, "选书、送书", asked)["gloss"] == 0.0
    assert features(shelf_maker, shelf, "步行五分钟", request("五分钟书角", wants="date", groups=(("五分钟书角",),)))["gloss"] == 0.0


def test_the_number_of_things_asked_for_is_counted(shelf_maker: FeatureMaker, shelf: Library) -> None:
    assert features(shelf_maker, shelf, "选书、送书", request("行动", counts=("6",)))["count"] == 1.0
    assert features(shelf_maker, shelf, "选书、送书", request("行动", counts=("8",)))["count"] == 0.0
    assert features(shelf_maker, shelf, "选书、送书", request("行动"))["count"] == 0.0


def test_an_interview_is_a_commentary_and_a_plan_is_none(shelf_maker: FeatureMaker, shelf: Library) -> None:
    assert features(shelf_maker, shelf, "居委会管理", request("书角"))["commentary"] == 1.0
    assert features(shelf_maker, shelf, "免费开放", request("书角"))["commentary"] == 0.0


def test_where_the_question_before_was_answered_is_near(shelf_maker: FeatureMaker, shelf: Library) -> None:
    own = shelf.clauses[shelf.passages[row_with(shelf, "免费开放")].clause_id]
    asked = request("书角", near_clauses=(own.clause_id,), near_documents=(own.doc_id,))
    here, beside = features(shelf_maker, shelf, "免费开放", asked), features(shelf_maker, shelf, "选书、送书", asked)
    away = features(shelf_maker, shelf, "居委会管理", asked)
    assert (here["near_clause"], here["near_document"]) == (1.0, 1.0)
    assert (beside["near_clause"], beside["near_document"]) == (0.0, 1.0)
    assert (away["near_clause"], away["near_document"]) == (0.0, 0.0)


def test_a_clause_as_a_whole_is_told_from_its_sentences(shelf_maker: FeatureMaker, shelf: Library) -> None:
    for rows in shelf.rows_of_clause.values():
        whole = [shelf_maker.make(request("书角"), [row], {}, {}, {})[row]["whole"] for row in rows]
        assert whole == ([0.0] if len(rows) == 1 else [0.0] * (len(rows) - 1) + [1.0])
