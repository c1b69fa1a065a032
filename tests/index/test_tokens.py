"""Search tokens: words without stop words, and bigrams."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from index.tokens import bigrams, comparable, content_words, stopwords, words


def test_one_way_of_writing() -> None:
    assert comparable("２０２８ 年\n建成 百分之九十五") == comparable("2028年建成95%")
    assert comparable("ＡＩ 教育") == "ai教育"


def test_words_leave_out_particles_and_keep_numbers_and_latin() -> None:
    found = words("青岚县的夜校在2028年达到95%，用AI平台吗？")
    assert "夜校" in found
    assert "ai" in found
    assert any(token.startswith("95") for token in found)
    assert not set(found) & stopwords()


def test_long_words_come_with_their_parts() -> None:
    assert {"社区", "学习"} <= set(words("社区学习中心"))


def test_content_words_do_not_overlap() -> None:
    text = "社区学习中心每周开放"
    found = content_words(text)
    position = 0
    for word in found:
        position = text.index(word, position) + len(word)
    assert "的" not in content_words("夜校的课程")


def test_bigrams_stop_at_what_is_not_chinese() -> None:
    assert bigrams("夜校课，开放") == ["夜校", "校课", "开放"]
    assert bigrams("AI 2028") == []
    assert bigrams("校") == []


@given(st.text(max_size=120))
def test_no_text_breaks_the_tokens(text: str) -> None:
    stop = stopwords()
    assert all(word and word not in stop for word in content_words(text))
    assert all(len(pair) == 2 for pair in bigrams(text))
    assert all(word not in stop for word in words(text) if not word.isascii())
