"""What the ranker sees of a question and a passage."""

from __future__ import annotations

import pytest

from index.features import NAMES, FeatureMaker
from index.library import Library
from index.retriever import load_weights
from index.schema import Request
from index.tokens import comparable, content_words


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
