"""The encoder's training: what it may read, what it makes of it, and that it can go on."""

from __future__ import annotations

import gzip
import json
import math
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tokenizers import Tokenizer, models, normalizers

from matcher.settings import Settings
from matcher.text.encoder import StaticEncoder, default_encoder
from models.encoder import corpus, evaluate, mixture
from models.encoder.bags import Bags, TokenStore
from models.encoder.charmap import precompiled
from models.encoder.evaluate import Task, late_interaction, measure
from models.encoder.fold import TokenStatistics, quantised, token_statistics, write_artefact
from models.encoder.tokeniser import build_tokeniser, text_cutter, vocabulary_pairs

PAIRS = [
    ("钙钛矿太阳能电池的稳定性", "Stability of perovskite solar cells"),
    ("膜材料用于二氧化碳捕集", "Membrane materials for carbon dioxide capture"),
    ("光刻机的双工件台", "The twin stage of a lithography machine"),
    ("污水处理厂的能耗", "Energy use of sewage treatment plants"),
]


def _gzip(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(gzip.compress(text.encode("utf-8")))


@pytest.fixture
def shared(tmp_path: Path) -> Path:
    """A small folder in the layout of the shared data, with a file kept for measuring in it."""
    pairs = "".join(f"{zh}\t{en}\n" for zh, en in PAIRS)
    _gzip(tmp_path / corpus.SENTENCES, pairs + pairs + "\tno Chinese\n" + "只有中文\t\n")
    _gzip(tmp_path / corpus.DOCUMENTATION, pairs)
    _gzip(tmp_path / corpus.TATOEBA, "你好。\tHello.\n")
    _gzip(
        tmp_path / corpus.TERMS,
        "zh\ten\tsource\n光刻机\t(tech.) lithography machine; scanner\tee-vocab\n"
        "谚语\ta saying that is much longer than what a term may be\tcc-cedict\n",
    )
    paper = {
        "title": "t",
        "zh_title": "膜材料",
        "zh_abstract": "膜材料。" * 200,
        "en_title": "Membranes",
        "en_abstract": "Bad scan.",
        "en_quality": 0.2,
        "zh_keywords": ["膜", "碳"],
    }
    award = {"title": "A pump", "abstract": "It pumps."}
    for name in corpus.ABSTRACTS:
        row = paper if "chinaxiv" in name else award
        _gzip(tmp_path / name, json.dumps(row, ensure_ascii=False) + "\n")
    _gzip(tmp_path / "text/planted.dev.tsv.gz", "泄漏\tleak\n")
    return tmp_path


@pytest.mark.parametrize(
    "name",
    [
        "text/planted.dev.tsv.gz",
        "text/technical.test.tsv",
        "text/csl.kg_dev.tsv",
        "cordis/project.csv",
        "openalex/works.jsonl.gz",
        "calls/eu_open_calls.jsonl.gz",
        "x.train.d/planted.tsv.gz",
    ],
)
def test_what_is_kept_for_measuring_is_never_opened(shared: Path, name: str) -> None:
    for read in (
        corpus.read_pairs,
        corpus.read_terms,
        lambda folder, file: list(corpus.read_abstracts(folder, file)),
    ):
        with pytest.raises(corpus.NotTrainingData) as refused:
            read(shared, name)
        assert name in refused.value.where


def test_every_source_named_in_the_recipe_is_for_training(shared: Path) -> None:
    named = [corpus.SENTENCES, corpus.DOCUMENTATION, corpus.TATOEBA, corpus.TERMS]
    for name in [*named, *corpus.ABSTRACTS]:
        assert corpus.training_file(shared, name) == shared / name


def test_reading_drops_what_is_empty_repeated_or_unreadable(shared: Path) -> None:
    pairs = corpus.read_pairs(shared, corpus.SENTENCES)
    assert [(p.zh, p.en) for p in pairs] == PAIRS
    terms = corpus.read_terms(shared)
    assert terms == [(corpus.Pair("光刻机", "lithography machine"), "ee-vocab")]
    (paper,) = corpus.read_abstracts(shared, corpus.ABSTRACTS[0])
    assert (paper.title_zh, paper.title_en, paper.abstract_en) == ("膜材料", "", "")
    assert paper.keywords_zh == "膜; 碳"
    assert paper.human


def _plant_terms(shared: Path) -> tuple[str, str]:
    """Adds a glossary term that the rule keeps out, and one that it does not, to every pair file of
    `shared`; returns both in Chinese."""
    numbered = [f"试{chr(0x4E00 + i)}" for i in range(3000)]
    kept = next(t for t in numbered if int(sha256(t.encode()).hexdigest(), 16) % 500 == 7)
    free = next(t for t in numbered if int(sha256(t.encode()).hexdigest(), 16) % 100 > 8)
    rows = f"{kept}\tkept word\tee-vocab\n{free}\tfree word\tee-vocab\n{kept}\tk\tcc-cedict\n"
    _gzip(shared / corpus.TERMS, "zh\ten\tsource\n" + rows)
    for name in (corpus.SENTENCES, corpus.DOCUMENTATION, corpus.TATOEBA):
        _gzip(shared / name, f"{kept}\tkept word\n{free}\tfree word\n")
    return kept, free


def test_terms_kept_for_measuring_are_dropped_from_every_source(shared: Path) -> None:
    kept, free = _plant_terms(shared)
    assert corpus.held_out_terms(shared) == [corpus.Pair(kept, "kept word")]
    # A second English name of a term that is asked for would be a right answer counted as wrong.
    assert sorted(corpus.term_candidates(shared)) == ["free word", "kept word"]
    assert corpus.kept_out(shared) == {kept}
    sentences, terms, _ = mixture.read_all(shared)
    assert {pair.zh for pair in sentences} == {free}
    assert [pair.zh for pair, _ in terms] == [free]
    own = [corpus.Pair(kept, "k"), corpus.Pair(free, "f")]
    assert corpus.without(own, corpus.kept_out(shared)) == own[1:]


@pytest.mark.shared
def test_held_out_terms_are_none_of_the_shipped_tokens() -> None:
    folder = Settings().shared_data_folder()
    assert folder is not None
    strict, wide = (corpus.held_out_terms(folder, modulus=modulus) for modulus in (500, 100))
    assert set(strict) <= set(wide)
    assert len(strict) >= 70
    assert len(wide) >= 350
    candidates = corpus.term_candidates(folder)
    assert len(candidates) == 5_000 == len({en.casefold() for en in candidates})
    assert {pair.en for pair in strict} <= set(candidates)
    tokens = default_encoder().tokenise([pair.zh for pair in wide])
    assert all(len(found.ids) != 1 for found in tokens)


def _batches(shared: Path, folder: Path, seed: int) -> tuple[mixture.Batches, Tokenizer]:
    sentences, terms, abstracts = mixture.read_all(shared)
    found = mixture.collection(sentences, [pair for pair, _ in terms], abstracts)
    tokeniser = _small_tokeniser()
    store = TokenStore.write(folder, tokeniser, found.texts)
    return mixture.Batches(store, found.sets, seed), tokeniser


def _texts(bags: Bags) -> list[list[int]]:
    ends = [*bags.starts[1:], len(bags.ids)]
    return [list(bags.ids[a:b]) for a, b in zip(bags.starts, ends, strict=True)]


def test_batches_are_drawn_by_seed_and_step_alone(shared: Path, tmp_path: Path) -> None:
    batches, _ = _batches(shared, tmp_path / "a", seed=1)
    assert batches.sizes["sentences"] == 14
    assert {"terms", "papers_zh", "industry_en"} <= batches.sizes.keys()
    again, _ = _batches(shared, tmp_path / "b", seed=1)
    other, _ = _batches(shared, tmp_path / "c", seed=2)
    names = batches.names(100)
    assert len(names) == 100
    assert names == again.names(100)
    assert 40 <= names.count("sentences") <= 70
    for name in ("sentences", "paragraphs"):
        batches.pooled(name, 0, 8)  # what was drawn before does not matter
        drawn = [_texts(side) for side in batches.pooled(name, 1, 8)]
        assert drawn == [_texts(side) for side in again.pooled(name, 1, 8)]
        assert drawn != [_texts(side) for side in other.pooled(name, 1, 8)]


def test_a_pass_over_a_set_has_each_pair_once(shared: Path, tmp_path: Path) -> None:
    batches, _ = _batches(shared, tmp_path / "a", seed=1)
    seen = [ids for turn in range(14) for ids in _texts(batches.pooled("sentences", turn, 4)[0])]
    whole = sorted(map(tuple, seen))
    assert whole[::4] == whole[3::4]  # 56 draws of 14 pairs: each four times
    assert len(_texts(batches.pooled("sentences", 0, 500)[0])) == 14


def test_paragraphs_hold_what_asks_for_them(shared: Path, tmp_path: Path) -> None:
    batches, tokeniser = _batches(shared, tmp_path / "a", seed=1)
    asked, paragraphs = batches.pooled("paragraphs", 0, 50)
    known = {tuple(tokeniser.encode(a).ids): tuple(tokeniser.encode(b).ids) for a, b in PAIRS}
    known |= {en: zh for zh, en in known.items()}
    met = 0
    for question, paragraph in zip(_texts(asked), _texts(paragraphs), strict=True):
        partner = known.get(tuple(question))
        if partner:
            met += 1
            places = range(len(paragraph))
            assert any(tuple(paragraph[i : i + len(partner)]) == partner for i in places)
    assert met >= 25
    assert len(paragraphs.starts) == 50


def test_the_character_map_folds_what_it_names_and_nothing_else() -> None:
    table = {"臺": "台", "灣": "湾", "鈣": "钙", "𠀀": "丁"}
    fold = normalizers.Precompiled(precompiled(table)).normalize_str
    assert fold("臺灣鈣𠀀") == "台湾钙丁"
    others = [chr(c) for c in range(0x20, 0x3000) if chr(c).isprintable()]
    others += [chr(c) for c in range(0x4E00, 0xA000) if chr(c) not in table]
    assert [c for c in others if fold(c) != c] == []


@pytest.mark.transformer
def test_a_tokeniser_keeps_terms_whole_and_marks_word_starts() -> None:
    texts = [text for pair in PAIRS for text in pair] * 6 + ["apples grapples"] * 6
    tokeniser = build_tokeniser(texts, ["双工件台", "太阳能电池的稳定性"], ["光刻机"])
    assert tokeniser.encode("雙工件臺與光刻機").tokens[0] == "双工件台"
    assert tokeniser.encode("ＡＰＰＬＥＳ Grapples").tokens == ["▁apples", "▁grapples"]
    assert tokeniser.encode("污水,处理!").offsets[0] == (0, 2)
    again = Tokenizer.from_str(tokeniser.to_str())
    assert again.encode(texts[0]).ids == tokeniser.encode(texts[0]).ids


@pytest.mark.transformer
def test_a_term_kept_for_measuring_is_no_token_of_its_own() -> None:
    """However often it stands in the texts, ours or the glossary's, in traditional writing too."""
    texts = [zh for zh, _ in PAIRS] * 30
    kept = frozenset({"雙工件臺", "光刻机"})
    given = texts, ["双工件台"], ["光刻机"]
    free, held = build_tokeniser(*given), build_tokeniser(*given, kept)
    for term in ("双工件台", "光刻机"):
        assert free.encode(term).tokens == [term]
        assert len(held.encode(term).tokens) > 1
        assert term not in held.get_vocab()
    assert held.encode("太阳能").tokens == free.encode("太阳能").tokens


def test_vocabulary_pairs_bind_names_and_synonyms(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(
        "capability:\n"
        "- {code: x, zh: 膜, en: membrane, synonyms_zh: [薄膜], synonyms_en: [film]}\n",
        encoding="utf-8",
    )
    assert vocabulary_pairs(tmp_path) == [
        corpus.Pair("膜", "membrane"),
        corpus.Pair("膜", "film"),
        corpus.Pair("薄膜", "membrane"),
    ]
    assert vocabulary_pairs(tmp_path / "absent") == []


def _small_tokeniser() -> Tokenizer:
    """A tokeniser with the words of PAIRS, cut as the real one but without its character map."""
    words = (
        "钙钛矿 太阳能 电池 的 稳定性 膜 材料 用于 二氧化碳 捕集 光刻机 双工件台 污水 处理厂 能耗"
    )
    english = {word.lower() for _, en in PAIRS for word in en.split()}
    pieces = [*words.split(), *sorted(f"▁{word}" for word in english)]
    vocabulary = [("<unk>", 0.0), *((piece, -5.0) for piece in pieces)]
    tokeniser = Tokenizer(models.Unigram(vocabulary, unk_id=0, byte_fallback=False))
    tokeniser.normalizer = normalizers.Lowercase()
    tokeniser.pre_tokenizer = text_cutter()
    return tokeniser


def test_token_statistics_take_the_language_in_which_a_token_is_commoner() -> None:
    tokeniser = _small_tokeniser()
    zh = ["污水", "污水", "电池", "电池"]
    en = ["cells", "plants", "plants", "plants"]
    found = token_statistics(tokeniser, (zh, en))
    water, plants = (tokeniser.encode(t).ids[0] for t in ("污水", "plants"))
    assert found.frequency[water] == pytest.approx(0.5)
    assert found.frequency[plants] == pytest.approx(0.75)
    assert found.idf[plants] == pytest.approx(math.log(5 / 4))


def test_int8_rows_with_a_scale_keep_the_directions() -> None:
    rows = np.random.default_rng(0).normal(size=(50, 64)).astype(np.float32)
    embeddings, weights = quantised(rows, np.full(50, 0.5, np.float32))
    back = embeddings[1:] * weights[1:, None]
    assert np.abs(back - rows[1:] * 0.5).max() <= 0.5 * np.abs(rows).max() / 127
    assert not embeddings[0].any()


def test_what_is_folded_is_what_the_product_loads(tmp_path: Path) -> None:
    tokeniser = _small_tokeniser()
    size = tokeniser.get_vocab_size()
    rows = np.random.default_rng(0).normal(size=(size, 32)).astype(np.float32)
    frequency = np.linspace(0, 0.2, size, dtype=np.float32)
    tokeniser.save(str(tmp_path / "tokenizer.json"))
    write_artefact(tmp_path, rows, TokenStatistics(frequency, np.ones(size, np.float32)))
    encoder = StaticEncoder.load(tmp_path)
    ids = encoder.tokenise([PAIRS[0][0]])[0].ids
    expected = (rows[ids] * (0.01 / (0.01 + frequency[ids]))[:, None]).sum(axis=0)
    found = encoder.encode([PAIRS[0][0]])[0]
    assert found @ expected / np.linalg.norm(expected) > 0.9999


def test_measuring_by_hand(tmp_path: Path) -> None:
    """Two questions, one right document first: one half; ties count as not found."""
    tokeniser = _small_tokeniser()
    size = tokeniser.get_vocab_size()
    tokeniser.save(str(tmp_path / "tokenizer.json"))
    rows = np.random.default_rng(1).normal(size=(size, 64)).astype(np.float32)
    ones = np.ones(size, np.float32)
    write_artefact(tmp_path, rows, TokenStatistics(ones * 0, ones))
    encoder = StaticEncoder.load(tmp_path)
    documents = [PAIRS[0][1], PAIRS[1][1], PAIRS[1][1]]
    task = Task("t", "en->en", "dev", documents[:2], documents, np.arange(2))
    cosine, late = measure(encoder, task)
    assert (cosine.value, late.value, cosine.n) == (0.5, 0.5, 2)
    scores = encoder.encode(task.questions) @ encoder.encode(documents).T
    assert late_interaction(encoder, task, scores)[0, 0] == pytest.approx(1.5, abs=1e-4)


def test_report_and_card_are_about_the_shipped_encoder() -> None:
    folder = Path(evaluate.__file__).parent
    report = json.loads((folder / "report.json").read_text(encoding="utf-8"))
    assert report["fingerprint"] == default_encoder().fingerprint
    figures = [evaluate.Figure(**figure) for figure in report["figures"]]
    assert {(f.task, f.use) for f in figures if f.task.endswith(".test")} == {
        ("technical.test", "test"),
        ("tatoeba.test", "test"),
        ("terms.test", "test"),
    }
    assert all(f.low <= f.value <= f.high for f in figures)
    assert evaluate.card_table(figures) in (folder / "CARD.md").read_text(encoding="utf-8")


@pytest.mark.transformer
def test_training_learns_and_goes_on_from_a_checkpoint(
    shared: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A run cut short and started again ends with the rows of a run that was not."""
    import torch

    from models.encoder import objective, train

    monkeypatch.setattr(train, "BATCH", 4)
    batches, tokeniser = _batches(shared, tmp_path / "tokens", seed=1)
    size = tokeniser.get_vocab_size()
    ones = np.ones(size, np.float32)
    whole = train.train(batches, size, 40, 1, tmp_path / "a.pt")

    loss = objective.pooled_loss
    steps = 0
    breaks_at = 20

    def watched(*given: Any) -> Any:
        nonlocal steps
        if steps == breaks_at:
            raise KeyboardInterrupt
        steps += 1
        return loss(*given)

    monkeypatch.setattr(objective, "pooled_loss", watched)
    with pytest.raises(KeyboardInterrupt):
        train.train(batches, size, 40, 1, tmp_path / "b.pt")
    breaks_at = 100
    again = train.train(batches, size, 40, 1, tmp_path / "b.pt")
    np.testing.assert_allclose(again, whole, atol=1e-6)
    # A checkpoint every eighth step: 20 steps, then 24 from the sixteenth on, not 40.
    assert steps == 20 + 24
    # Another seed is another recipe: its run starts afresh.
    train.train(batches, size, 40, 2, tmp_path / "b.pt")
    assert steps == 20 + 24 + 40

    # Batches differ in how hard they are: the loss is told on the same pairs, each once.
    sides = [[tokeniser.encode(text).ids for text in side] for side in zip(*PAIRS, strict=True)]
    bags = [
        Bags(np.concatenate(side), np.r_[0, np.cumsum([len(ids) for ids in side])[:-1]])
        for side in sides
    ]
    start = train.train(batches, size, 0, 1, tmp_path / "c.pt")
    before, after = (loss(torch.from_numpy(rows), *bags).item() for rows in (start, whole))
    assert after < before / 10

    train.save_folder(tmp_path / "model", tokeniser)
    write_artefact(tmp_path / "model", whole, TokenStatistics(ones * 0, ones))
    encoder = StaticEncoder.load(tmp_path / "model")
    near = encoder.encode([zh for zh, _ in PAIRS]) @ encoder.encode([en for _, en in PAIRS]).T
    assert (near.argmax(axis=1) == np.arange(len(PAIRS))).all()
