"""The lexical index: what is found, in which order, under which mask; what its folder endures."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from matcher.errors import NotReady, SnapshotDamaged
from matcher.text.asked import MOST as LONGEST_QUESTION
from matcher.text.asked import Asked, ask, met
from matcher.text.expansion import COUNTERPART, MOST, RELATED, Names
from matcher.text.lexicon import FEW, LANGUAGES, MOST_TERMS, Lexicon
from matcher.text.normalise import has_han
from matcher.text.terms import line, terms
from matcher.vocabulary import load_vocabulary

EN = "membrane film solar cell perovskite battery laser chip catalyst polymer robot drone optics"
ZH = "薄膜 电池 激光 芯片 催化剂 机器人 氢能 碳捕集 传感器 雷达 光学 钙钛矿 水处理"
SUBJECTS_EN = EN.split()
SUBJECTS_ZH = ZH.split()
COUNT = 3000


def written(seed: int) -> tuple[list[str], list[bool]]:
    """COUNT short texts, every third one Chinese."""
    rng = np.random.default_rng(seed)
    texts, chinese = [], []
    for row in range(COUNT):
        is_chinese = row % 3 == 0
        subjects = SUBJECTS_ZH if is_chinese else SUBJECTS_EN
        chosen = rng.choice(subjects, size=rng.integers(1, 7))
        texts.append(("" if is_chinese else " ").join(chosen))
        chinese.append(is_chinese)
    return texts, chinese


TEXTS, CHINESE = written(7)


@pytest.fixture(scope="module")
def names() -> Names:
    return Names(load_vocabulary().capability)


@pytest.fixture(scope="module")
def lexicon(tmp_path_factory: pytest.TempPathFactory) -> Lexicon:
    return made(tmp_path_factory.mktemp("lexicon") / "of", TEXTS, CHINESE)


def made(folder: Path, texts: Sequence[str], chinese: Sequence[bool]) -> Lexicon:
    Lexicon.build(folder, texts, chinese)
    return Lexicon.open(folder)


def english(folder: Path, *texts: str) -> Lexicon:
    return made(folder, texts, [False] * len(texts))


def by_hand(asked: Sequence[Asked], language: str) -> dict[int, float]:
    """BM25 (k1 1.2, b 0.75) of every text of the language that holds a term, by row."""
    rows = [row for row, chinese in enumerate(CHINESE) if chinese == (language == "zh")]
    counts = {row: Counter(term.text for term in terms(TEXTS[row])) for row in rows}
    lengths = {row: len(line(TEXTS[row]).split(" ")) for row in rows}
    average = sum(lengths.values()) / len(rows)
    scores: dict[int, float] = {}
    for one in asked:
        holders = [row for row in rows if one.term in counts[row]]
        rarity = math.log(1 + (len(rows) - len(holders) + 0.5) / (len(holders) + 0.5))
        for row in holders:
            often, norm = counts[row][one.term], 0.25 + 0.75 * lengths[row] / average
            part = one.weight * rarity * often * 2.2 / (often + 1.2 * norm)
            scores[row] = scores.get(row, 0.0) + part
    return scores


@pytest.mark.parametrize(
    ("question", "language"),
    [("perovskite solar cells", "en"), ("用于氢能的薄膜传感器", "zh"), ("drone", "en")],
)
def test_scores_are_bm25(lexicon: Lexicon, question: str, language: str) -> None:
    expected = by_hand(ask(question), language)
    rows, scores = lexicon.search(ask(question), COUNT, language)
    assert set(rows.tolist()) == set(expected)
    assert scores == pytest.approx([expected[row] for row in rows.tolist()], abs=2e-4)
    assert np.all(np.diff(scores) <= 0)
    tied = np.flatnonzero(np.diff(scores) == 0)
    assert len(tied)
    assert np.all(np.diff(rows)[tied] > 0)


@pytest.mark.parametrize("seed", range(24))
def test_under_a_mask_the_best_rows_or_all_there_are(lexicon: Lexicon, seed: int) -> None:
    rng = np.random.default_rng(seed)
    language = LANGUAGES[seed % 2]
    subjects = SUBJECTS_ZH if language == "zh" else SUBJECTS_EN
    asked = ask(" ".join(rng.choice(subjects, size=rng.integers(1, 5))))
    eligible: NDArray[np.bool_] = rng.random(COUNT) < rng.choice([0, 0.002, 0.05, 0.3, 0.9, 1])
    if seed % 3 == 0:  # nobody among those that would come first
        eligible[lexicon.search(asked, 900, language)[0]] = False
    limit = int(rng.choice([1, 10, 300, COUNT]))
    every, score = lexicon.search(asked, COUNT, language)
    kept = eligible[every]
    rows, scores = lexicon.search(asked, limit, language, eligible)
    np.testing.assert_array_equal(rows, every[kept][:limit])
    np.testing.assert_allclose(scores, score[kept][:limit], atol=1.1e-4)


def test_wide_masks_are_searched_in_another_way_than_narrow_ones() -> None:
    english_rows = COUNT - sum(CHINESE)
    assert english_rows * 0.05 < FEW < english_rows * 0.9, "the masks above meet both ways"


def test_the_order_of_rows_changes_nothing(tmp_path: Path, lexicon: Lexicon) -> None:
    order = np.random.default_rng(0).permutation(COUNT)
    other = made(tmp_path / "l", [TEXTS[i] for i in order], [CHINESE[i] for i in order])
    for question in ("perovskite solar cells", "laser radar chip", "催化剂与碳捕集"):
        for language in LANGUAGES:
            rows, scores = lexicon.search(ask(question), COUNT, language)
            moved, same = other.search(ask(question), COUNT, language)
            found = dict(zip(order[moved].tolist(), same.tolist(), strict=True))
            assert found == dict(zip(rows.tolist(), scores.tolist(), strict=True))


def test_a_text_with_every_word_once_is_near_the_ceiling(tmp_path: Path) -> None:
    others = [f"{one} {two} research" for one in SUBJECTS_EN for two in SUBJECTS_EN]
    lexicon = english(tmp_path / "l", "graphene membrane desalination", *others)
    asked = ask("graphene membranes for desalination")
    rows, scores = lexicon.search(asked, 1, "en")
    assert rows.tolist() == [0]
    assert scores[0] / lexicon.ceiling(asked, "en") == pytest.approx(1, abs=0.1)
    unheard = ask("graphene membranes for xenotransplantation")
    assert lexicon.search(unheard, 1, "en")[1][0] / lexicon.ceiling(unheard, "en") < 0.8
    assert lexicon.ceiling((), "en") == 0.0


def test_words_side_by_side(tmp_path: Path) -> None:
    texts = ["a thin-film of oxide", "thin oxide film", "Thin films.", "film thin", "thin. Film",
             "鈣鈦礦電池", "钙和钛矿", "state of the art", "the art of the state"]  # fmt: skip
    lexicon = made(tmp_path / "l", texts, [has_han(t) for t in texts])
    assert lexicon.rows_with("thin film").tolist() == [0, 2]
    assert lexicon.rows_with("钙钛矿").tolist() == [5]
    assert lexicon.rows_with("钙钛矿电池").tolist() == [5]
    assert lexicon.rows_with("矿").tolist() == [5, 6]
    assert lexicon.rows_with("State of the Art").tolist() == [7]
    assert lexicon.rows_with("，！").tolist() == []
    assert lexicon.rows_with("thin xenon").tolist() == []
    assert lexicon.frequency("film") == 5
    assert lexicon.frequency("films") == 0  # a term, not a word


def test_languages_are_searched_apart(lexicon: Lexicon) -> None:
    for language in LANGUAGES:
        rows, _ = lexicon.search(ask("laser 激光 芯片 chip"), COUNT, language)
        assert len(rows)
        assert {CHINESE[row] for row in rows} == {language == "zh"}


def test_many_threads_find_the_same(lexicon: Lexicon) -> None:
    asked = ask("perovskite solar cells")
    expected = lexicon.search(asked, 100, "en")[0].tolist()
    with ThreadPoolExecutor(8) as pool:
        jobs = [pool.submit(lexicon.search, ask("perovskite solar cells"), 100, "en")] * 200
        assert all(job.result()[0].tolist() == expected for job in jobs)


@pytest.mark.parametrize(
    "question",
    ["", " \n", "的 and 我们", "？！", "🙂", "\ud800\x00", "你们有没有合作伙伴", "((\"'+-"],
)
def test_a_question_without_a_subject_finds_nothing(
    lexicon: Lexicon, names: Names, question: str
) -> None:
    assert ask(question, names) == ()
    assert len(lexicon.search(ask(question, names), 10, "zh")[0]) == 0
    assert lexicon.ceiling(ask(question, names), "zh") == 0.0


def test_of_a_very_long_question_the_weightiest_terms_count(lexicon: Lexicon) -> None:
    unheard = "".join(map(chr, np.random.default_rng(1).integers(0x4E00, 0x9FA5, 50_000)))
    asked = ask("机器人" * 50 + "。" + unheard)
    assert len(asked) == LONGEST_QUESTION > MOST_TERMS
    rows, _ = lexicon.search(asked, 10, "zh")
    assert all("机器人" in TEXTS[row] for row in rows)
    assert len(rows) == 10


def test_whoever_may_read_a_home_may_read_the_index(tmp_path: Path) -> None:
    english(tmp_path / "of", "membranes")
    readable = {file.stat().st_mode & 0o777 for file in (tmp_path / "of").rglob("*.*")}
    assert len(readable) == 1


# Names of capabilities


def added(question: str, names: Names) -> dict[str, float]:
    return {one.words: one.weight for one in ask(question, names) if one.origin}


def test_the_other_names_of_a_capability_are_asked_for_too(names: Names) -> None:
    asked = ask("我们要找做钙钛矿封装的伙伴", names)
    own, others = [a for a in asked if not a.origin], [a for a in asked if a.origin]
    assert {"钙钛", "封装"} <= {one.term for one in own}
    assert not {"伙", "伙伴", "要", "我"} & {one.term for one in own}
    (counterpart,) = [one for one in others if one.weight == COUNTERPART]
    assert counterpart.words == "perovskite encapsulation"
    assert counterpart.origin == "photovoltaic_encapsulation"
    assert "我们要找做钙钛矿封装的伙伴"[counterpart.start : counterpart.end] == "钙钛矿封装"
    assert {one.weight for one in others} == {COUNTERPART, RELATED}


def test_both_ways_and_whatever_the_spelling(names: Names) -> None:
    assert added("Perovskite  Encapsulations", names)["钙钛矿封装"] == COUNTERPART
    assert added("鈣鈦礦封裝", names)["perovskite encapsulation"] == COUNTERPART


def test_every_name_of_the_vocabulary_is_understood(names: Names) -> None:
    for capability in load_vocabulary().capability:
        for spelling in (capability.zh, capability.en):
            found = {one.origin for one in ask(spelling, names) if one.origin}
            assert capability.code in found, spelling
            assert len(added(spelling, names)) <= MOST


def test_the_longest_name_wins_and_chance_makes_none(names: Names) -> None:
    origins = {one.origin for one in ask("钙钛矿太阳能电池", names) if one.origin}
    assert origins == {"perovskite_photovoltaics"}
    assert "ontologies" in added("本体", names)
    assert "ontologies" not in added("日本体育大学", names)
    assert added("a film that is thin, cells of the sun", names) == {}


def test_a_name_of_several_words_is_met_as_a_whole(tmp_path: Path, names: Names) -> None:
    lexicon = english(
        tmp_path / "l", "the encapsulation of perovskite", "perovskite encapsulation at scale",
        "a film for encapsulation",
    )  # fmt: skip
    asked = ask("钙钛矿封装", names)
    rows, _ = lexicon.search(asked, 3, "en")
    assert rows.tolist() == [1]
    ((number, start, end),) = met(asked, "Is perovskite\nencapsulation dear?")
    assert "Is perovskite\nencapsulation dear?"[start:end] == "perovskite\nencapsulation"
    assert asked[number].origin == "photovoltaic_encapsulation"


def test_what_met_stands_where_it_is_said_to() -> None:
    text = "Ｎｅｗ films of ﬁne GaN：薄膜技術與薄膜"
    asked = ask("film GaN 薄膜技术 laser")
    found = {asked[n].words: text[start:end] for n, start, end in met(asked, text)}
    assert found == {
        "film": "films", "GaN": "GaN", "薄": "薄", "薄膜": "薄膜", "膜": "膜", "膜技": "膜技",
        "技": "技", "技术": "技術", "术": "術",
    }  # fmt: skip


# Its folder


def state(folder: Path) -> dict[str, tuple[int, int]]:
    every = [folder, *folder.rglob("*")]
    return {str(p): (p.stat().st_size, p.stat().st_mtime_ns) for p in every}


def test_opening_writes_nothing_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setattr("matcher.text.lexicon._MEMORY", str(temporary))
    folder = tmp_path / "l"
    made(folder, ["thin film", "薄膜"], [False, True])
    assert not [p for p in folder.rglob("*") if p.name.startswith(".")]
    for path in sorted(folder.rglob("*"), reverse=True):
        path.chmod(0o555 if path.is_dir() else 0o444)
    before = state(folder)
    for _ in range(5):
        assert Lexicon.open(folder).rows_with("film").tolist() == [0]
    assert state(folder) == before
    assert list(temporary.iterdir()) == []


def test_without_a_temporary_folder_it_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "l"
    Lexicon.build(folder, ["film"], [False])
    monkeypatch.setattr("matcher.text.lexicon._MEMORY", str(tmp_path / "none"))
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "none"))
    with pytest.raises(NotReady, match="TMPDIR"):
        Lexicon.open(folder)


def test_a_folder_that_lacks_something_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "l"
    Lexicon.build(folder, TEXTS[:50], CHINESE[:50])
    for file in [p for p in folder.rglob("*") if p.is_file()]:
        content = file.read_bytes()
        for kept in (None, 0, len(content) // 2):
            if kept is None:
                file.unlink()
            else:
                file.write_bytes(content[:kept])
            with pytest.raises(SnapshotDamaged, match="matcher index"):
                Lexicon.open(folder)
        file.write_bytes(content)
    assert len(Lexicon.open(folder).rows_with("film"))
    with pytest.raises(SnapshotDamaged):
        Lexicon.open(tmp_path / "nowhere")


@pytest.mark.parametrize("texts", [[], ["thin film"], ["", "  ", "🙂", "\ud800 film"]])
def test_few_texts_or_none_are_an_index_too(tmp_path: Path, texts: list[str]) -> None:
    lexicon = english(tmp_path / "l", *texts)
    held = [row for row, text in enumerate(texts) if "film" in text]
    assert lexicon.search(ask("films"), 5, "en")[0].tolist() == held
    assert lexicon.search(ask("films"), 5, "zh")[0].tolist() == []
    assert lexicon.search(ask("films"), 5, "en", np.zeros(len(texts), bool))[0].tolist() == []
    assert lexicon.rows_with("film").tolist() == held
