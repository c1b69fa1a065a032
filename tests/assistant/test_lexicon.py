"""Wordings that stand for others, and typing errors found by sound."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.lexicon import Speller, expand, pinyin, synonyms
from index.tokens import comparable

TEXTS = ["建设社区学习中心，发展夜间课堂。夜间课堂每期不超过三十人。", "培育银发讲师队伍，“银发讲师”为社区老人授课。", "完善课程体系，保障学习经费。", "领导干部建立联系点。"] * 3


@pytest.fixture(scope="module")
def speller() -> Speller:
    return Speller(TEXTS)


class TestSpeller:
    @pytest.mark.parametrize(("typed", "pair"), [
        ("夜尖课堂每期多少人？", ("夜尖课堂", "夜间课堂")),
        ("银发将师是谁？", ("银发将师", "银发讲师")),
        ("什么是“银法讲师”？", ("银法讲师", "银发讲师")),
    ])
    def test_a_homophone_is_written_as_the_documents_write_it(self, speller: Speller, typed: str, pair: tuple[str, str]) -> None:
        assert speller.corrections(typed) == [pair]

    @pytest.mark.parametrize("question", [
        "夜间课堂每期多少人？",
        "银发讲师是谁？",
        "2030年学习中心有几个？",
        "课程提议由谁审？",  # 提议 sounds nearly like 体系's neighbours and is a word
        "学费和经费分别是多少？",
        "社区学系中心",  # 学系 is a word, whatever it sounds like
        "ABC 123",
        "学校的联系电话",  # 联系点 sounds alike; a long word of the dictionary is no slip
        "",
    ])
    def test_real_words_are_left_alone(self, speller: Speller, question: str) -> None:
        assert speller.corrections(question) == []

    def test_a_name_in_quotation_marks_that_is_written_so_is_left_alone(self, speller: Speller) -> None:
        assert speller.corrections("“银发讲师”和《夜间课堂》") == []

    @pytest.mark.parametrize("marks", ["“”", "「」", "『』", "《》", '""'])
    def test_all_marks_quote(self, speller: Speller, marks: str) -> None:
        assert speller.corrections(f"什么是{marks[0]}银法讲师{marks[1]}") == [("银法讲师", "银发讲师")]

    def test_what_sounds_like_nothing_written_is_left_alone(self, speller: Speller) -> None:
        assert speller.corrections("火星矿石运费") == []

    def test_two_errors_are_both_found_and_do_not_overlap(self, speller: Speller) -> None:
        assert speller.corrections("夜尖课堂请银发将师") == [("夜尖课堂", "夜间课堂"), ("银发将师", "银发讲师")]

    def test_an_empty_library_corrects_nothing(self) -> None:
        assert Speller([]).corrections("夜尖课堂") == []

    @given(st.text(alphabet="夜尖间课客堂银法发将讲师社区设学习系中心的和多少“”，？", max_size=16))
    def test_a_correction_keeps_length_and_sound_and_is_written_somewhere(self, speller: Speller, text: str) -> None:
        for typed, written in speller.corrections(text):
            assert typed in text
            assert typed != written
            assert len(typed) == len(written)
            assert pinyin(typed) == pinyin(written)
            assert any(written in source for source in TEXTS)


def test_pinyin_has_one_toneless_syllable_a_character() -> None:
    assert pinyin("夜间课堂") == ("ye", "jian", "ke", "tang")


class TestSynonyms:
    def test_entries_are_comparable_and_never_stand_for_nothing(self) -> None:
        table = synonyms()
        assert table
        assert all(said == comparable(said) and written for said, written in table.items())
        assert all(len(set(written)) == len(written) for written in table.values())

    def test_a_wording_brings_what_documents_write_the_word_itself_first(self) -> None:
        said, written = next((s, w) for s, w in synonyms().items() if len(s) >= 2 and not any(s != o and s in o for o in synonyms()))
        groups = expand(f"某地{said}如何", ["某地", said])
        assert (said, *(word for word in written if word != said)) in groups

    def test_a_word_without_an_entry_stands_for_itself(self) -> None:
        assert expand("火星矿石", ["火星矿石"]) == [("火星矿石",)]

    def test_a_longer_entry_takes_the_place_of_its_parts(self) -> None:
        table = synonyms()
        pair = next(((long, short) for long in table for short in table if len(short) >= 2 and short != long and short in long), None)
        if pair is None:
            pytest.skip("no entry contains another")
        long, short = pair
        heads = [group[0] for group in expand(long, [short])]
        assert long in heads and short not in heads

    def test_a_word_given_twice_counts_once(self) -> None:
        assert expand("火星矿石", ["火星", "火星"]) == [("火星",)]
