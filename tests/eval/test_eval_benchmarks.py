from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace

import pytest

from assistant.schema import Answer
from eval.baselines import make_baseline
from eval.baselines.answering import PlainDocument, overlapping_sentence, sentences_of, unwrap
from eval.baselines.lexical import windows
from eval.benchmarks import load_benchmark
from eval.benchmarks.rgb import load_rgb
from eval.benchmarks.runner import run_benchmark, score_question, summarise_benchmark
from eval.benchmarks.schema import BenchmarkQuestion
from eval.cases import CaseError, spread
from eval.product import baseline_opener
from eval.runner import Ask

RIVER = "青河全长三百里，发源于白山，流入东海。"
TOWER = "观星塔建于1986年，高九十米，由林远设计。"
TRIAL = [
    {"context_id": "C1", "context_text": RIVER, "title": "青河",
     "qas": [{"query_id": "C1_Q0", "query_text": "青河发源于哪里？", "answers": ["白山", "白山"]}]},
    {"context_id": "C2", "context_text": TOWER, "title": "塔",
     "qas": [{"query_id": "C2_Q0", "query_text": "观星塔建于哪一年？", "answers": ["1986年"]}]},
]
SQUAD = {"data": [{"title": "塔", "id": "7", "paragraphs": [
    {"context": TOWER, "id": "7-1", "qas": [{"id": "7-1-1", "question": "誰設計？", "answers": [{"text": "林远", "answer_start": 15}]}]},
]}]}


@contextmanager
def open_lexical(folder: Path) -> Iterator[Ask]:
    """A small real answerer over the files of a folder: the BM25 baseline."""
    documents = [PlainDocument(p.stem, p.read_text(encoding="utf-8")) for p in sorted(folder.iterdir())]
    baseline = make_baseline("bm25", documents, lambda: pytest.fail("needs no embedder"), overlapping_sentence)
    yield baseline.ask


def write(folder: Path, name: str, value: object) -> Path:
    path = folder / name
    text = json.dumps(value, ensure_ascii=False) if not isinstance(value, str) else value
    path.write_text(text, encoding="utf-8")
    return path


def test_reading_files_become_one_pool(tmp_path: Path) -> None:
    trial = load_benchmark("cmrc2018", write(tmp_path, "trial.json", TRIAL))
    assert [q.id for q in trial.questions] == ["C1_Q0", "C2_Q0"]
    assert trial.questions[0].references == (("白山",),)
    assert len(trial.pools["all"]) == 2
    squad = load_benchmark("drcd", write(tmp_path, "dev.json", SQUAD))
    assert squad.questions[0].gold == (TOWER,)


@pytest.mark.parametrize("content", ["{", "{}", "[1]", '{"data": [{}]}'])
def test_files_of_another_form_are_refused(tmp_path: Path, content: str) -> None:
    with pytest.raises(CaseError, match="格式不对"):
        load_benchmark("cmrc2018", write(tmp_path, "x.json", content))
    with pytest.raises(CaseError, match="找不到"):
        load_benchmark("drcd", tmp_path / "none.json")


def test_a_benchmark_runs_from_documents_to_scores(tmp_path: Path) -> None:
    made = load_benchmark("cmrc2018", write(tmp_path, "trial.json", TRIAL))
    seen: list[tuple[int, int]] = []
    records = run_benchmark(made, open_lexical, progress=lambda d, t: seen.append((d, t)))
    table = summarise_benchmark(records)
    assert table["passage1"].mean == table["mrr"].mean == table["included"].mean == table["found5"].mean == 1
    assert table["em"].mean == 0
    assert 0 < table["f1"].mean < 1
    assert seen == [(1, 2), (2, 2)]


def test_scores_of_a_refusal_and_of_a_planted_falsehood(make: SimpleNamespace) -> None:
    question = BenchmarkQuestion("1", "问", "p", (("2小时",),), wrong=("3小时",))
    refused = score_question(question, {"answer": "资料中没有说明。", "refused": True, "retrieved": []})
    assert refused == {"declined": 1, "errors": 0, "found5": 0, "included": 0, "em": 0, "f1": 0}
    misled = score_question(question, {"answer": "是3小时。[1]", "refused": False, "retrieved": [{"text": "是3小时，不是2小时"}]})
    assert (misled["misled"], misled["included"], misled["found5"]) == (1, 0, 1)


def test_a_question_that_is_rejected_ends_nothing(tmp_path: Path) -> None:
    made = load_benchmark("cmrc2018", write(tmp_path, "trial.json", TRIAL))

    @contextmanager
    def open_strict(folder: Path) -> Iterator[Ask]:
        with open_lexical(folder) as ask:

            def strict(question: str, history: Sequence[str]) -> Answer:
                if "哪里" in question:
                    raise CaseError("问题是空的", "", "请写下想问的内容。")
                return ask(question, history)

            yield strict

    kept: list[dict[str, object]] = []
    records = run_benchmark(made, open_strict, found=kept.append)
    assert kept == records
    assert [record["refused"] for record in records] == [False, False]
    table = summarise_benchmark(records)
    assert (table["errors"].mean, table["declined"].mean, table["included"].mean, table["passage1"].mean) == (1, 0, 0.5, 0.5)


def test_questions_are_spread_evenly() -> None:
    questions = [BenchmarkQuestion(str(n), "", "p", ()) for n in range(10)]
    assert [q.id for q in spread(questions, 3)] == ["0", "3", "6"]
    assert len(spread(questions, None)) == len(spread(questions, 99)) == 10


def rgb_rows(folder: Path, rows: Sequence[dict]) -> Path:
    return write(folder, "zh.json", "\n".join(json.dumps(row, ensure_ascii=False) for row in rows))


def test_rgb_draws_its_pools_by_the_share_of_noise(tmp_path: Path) -> None:
    row = {"id": 1, "query": "何年？", "answer": [["1986年", "八六年"]], "positive": [f"对{n}" for n in range(6)],
           "negative": [f"错{n}" for n in range(6)]}
    path = rgb_rows(tmp_path, [row])
    for noise, good in ((0, 5), (0.4, 3), (0.8, 1), (1, 0)):
        made = load_rgb(path, noise=noise)
        texts = [document.text for document in made.pools["1"]]
        assert (len(texts), sum(text.startswith("对") for text in texts)) == (5, good)
        assert made.questions[0].answerable is (noise < 1)
    assert load_rgb(path, noise=0.4) == load_rgb(path, noise=0.4)
    assert made.questions[0].references == (("1986年", "八六年"),)
    with pytest.raises(CaseError, match="不在 0 到 1"):
        load_rgb(path, noise=2)


def test_rgb_integration_takes_a_passage_for_each_part(tmp_path: Path) -> None:
    row = {"id": 2, "query": "谁和何时？", "answer": [["甲"], ["乙"]], "positive": [["甲1", "甲2"], ["乙1"]], "negative": ["错"] * 5}
    made = load_rgb(rgb_rows(tmp_path, [row]), noise=0.6)
    texts = [document.text for document in made.pools["2"]]
    assert {"甲1", "乙1"} <= set(texts)
    assert made.questions[0].references == (("甲",), ("乙",))


def test_rgb_counterfactual_plants_the_wrong_passages(tmp_path: Path) -> None:
    row = {"id": 3, "query": "谁？", "answer": "甲", "fakeanswer": "丙", "positive": ["甲说"], "positive_wrong": ["丙说"] * 3,
           "negative": ["错"] * 5}
    made = load_rgb(rgb_rows(tmp_path, [row]), noise=0.4)
    assert [d.text for d in made.pools["3"]].count("丙说") == 3
    assert made.questions[0].wrong == ("丙",)


def test_stard_finds_articles_in_the_newest_law(tmp_path: Path) -> None:
    laws = tmp_path / "laws"
    laws.mkdir()
    (laws / "甲法(2001-01-01).md").write_text("第一条 旧的规定。\n", encoding="utf-8")
    (laws / "甲法(2020-01-01).md").write_text("## 第一章\n\n第一条 新的规定。\n\n第二条 别的。\n", encoding="utf-8")
    (laws / "_index.md").write_text("第一条 不是法律\n", encoding="utf-8")
    rows = [{"id": "s1", "question": "怎么办？", "articles": ["中华人民共和国甲法第一条"]},
            {"id": "s2", "question": "没有？", "articles": ["乙法第九条"]}]
    queries = write(tmp_path, "queries.jsonl", "\n".join(json.dumps(row, ensure_ascii=False) for row in rows))
    made = load_benchmark("stard", queries, extra=laws)
    assert [q.gold for q in made.questions] == [("新的规定。",)]
    assert len(made.pools["all"]) == 1
    records = run_benchmark(made, open_lexical)
    assert "em" not in records[0]["scores"]


def test_the_lexical_baseline_finds_and_answers() -> None:
    documents = [PlainDocument("河", RIVER * 20), PlainDocument("塔", TOWER)]
    baseline = make_baseline("bm25", documents, lambda: pytest.fail("needs no embedder"), overlapping_sentence)
    answer: Answer = baseline.ask("观星塔建于哪一年")
    assert answer.text == TOWER
    assert answer.retrieved[0].document.title == "塔"
    assert answer.citations[0].quote == answer.citations[0].text
    assert baseline.ask("？？").refused
    with pytest.raises(CaseError, match="没有名为"):
        make_baseline("nothing", documents, lambda: pytest.fail("not reached"), overlapping_sentence)


def test_readers_see_the_same_sentences_whether_or_not_a_build_keeps_line_wraps() -> None:
    wrapped = "中小学学生每天综合体育活动时间不低\n于 2 小时，保证\n睡眠。教师培训三百六十学时。"
    assert sentences_of([wrapped]) == sentences_of([unwrap(wrapped)])
    assert sentences_of([wrapped])[0] == "中小学学生每天综合体育活动时间不低于2小时，保证睡眠。"
    assert "2小时" in overlapping_sentence("每天体育活动时间多久", [wrapped])


def test_cells_of_a_table_row_stay_apart() -> None:
    assert unwrap("国家级规划教材\n（种） 60 150\n覆盖率（%） 44.7 ≥80") == "国家级规划教材（种）60 150覆盖率（%）44.7 ≥80"
    assert unwrap("Web of  Science 收录") == "Web of Science收录"


def test_windows_overlap_and_cover_everything() -> None:
    text = "".join(chr(0x4E00 + n) for n in range(700))
    cut = windows(text)
    assert cut[0] == text[:256]
    assert cut[1][:50] == cut[0][-50:]
    assert cut[-1].endswith(text[-1])
    assert windows("短") == ["短"]


def test_the_dense_baseline_is_llamaindex_itself() -> None:
    from llama_index.core.base.embeddings.base import BaseEmbedding

    class Counting(BaseEmbedding):
        """A vector by hand: how often each of four characters occurs."""

        def _get_text_embedding(self, text: str) -> list[float]:
            return [text.count(c) + 0.01 for c in "塔河建源"]

        def _get_query_embedding(self, query: str) -> list[float]:
            return self._get_text_embedding(query)

        async def _aget_query_embedding(self, query: str) -> list[float]:
            return self._get_text_embedding(query)

    documents = [PlainDocument("河", RIVER), PlainDocument("塔", TOWER)]
    for name in ("llamaindex-1024", "llamaindex-256"):
        answer = make_baseline(name, documents, Counting, overlapping_sentence).ask("塔建于哪一年")
        assert answer.retrieved[0].document.title == "塔"
        assert len(answer.retrieved) == 2


def test_langchain_cuts_at_chinese_sentence_ends() -> None:
    from eval.baselines.dense import langchain_chunks

    chunks = langchain_chunks([PlainDocument("河", RIVER * 3)], 25, 0)
    assert "".join(chunk.text for chunk in chunks) == RIVER * 3
    assert len(chunks) == 3
    assert all(chunk.text.strip("。").startswith("青河") for chunk in chunks)


def test_a_missing_optional_package_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "langchain_text_splitters", None)
    with pytest.raises(CaseError, match="LangChain"):
        make_baseline("langchain", [], lambda: pytest.fail("not reached"), overlapping_sentence)


def test_a_baseline_is_opened_over_the_articles_of_the_laws_or_over_files(tmp_path: Path) -> None:
    laws = tmp_path / "laws"
    laws.mkdir()
    (laws / "甲法(2020-01-01).md").write_text("第一条 捡到别人的财物应当归还。\n\n第二条 其他的规定另行制定。\n", encoding="utf-8")
    row = {"id": "s1", "question": "捡到财物要归还吗", "articles": ["甲法第一条"]}
    made = load_benchmark("stard", write(tmp_path, "q.jsonl", json.dumps(row, ensure_ascii=False)), extra=laws)
    assert [p.name for p in made.passages] == ["甲法第一条", "甲法第二条"]
    table = summarise_benchmark(run_benchmark(made, baseline_opener("bm25", made.passages, None)))
    assert table["passage1"].mean == 1
    trial = load_benchmark("cmrc2018", write(tmp_path, "trial.json", TRIAL))
    assert summarise_benchmark(run_benchmark(trial, baseline_opener("bm25", trial.passages, None)))["passage1"].mean == 1
