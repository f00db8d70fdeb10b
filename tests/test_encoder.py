"""The encoders: what any text gives, where tokens stand, and that both loaders agree."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matcher.errors import MissingExtra
from matcher.settings import shipped
from matcher.text.encoder import (
    IDF_FILE,
    StaticEncoder,
    UnusableModel,
    default_encoder,
    load_encoder,
    wordless,
)

ARTEFACT = shipped("models/encoder/artefact")
TRADITIONAL = "鈣鈦礦太陽能電池與臺灣的光刻機"
SIMPLIFIED = "钙钛矿太阳能电池与台湾的光刻机"
FULL_WIDTH = "ＣＯ２　捕集，ＭＥＭＳ（微機電）"
MIXED = "使用Python３开发LiFePO₄ cathode，naïve Ångström ﬁne Ⅳ型 ½ ㎏"
ODD = ["", " \t\n", "\0", "\ud800", "a\udfffb", "😀👍🏽", "。，、!?", "\u0301", "한국어 текст عربى"]


def test_artefact_is_small_and_complete() -> None:
    files = [path for path in ARTEFACT.rglob("*") if path.is_file()]
    assert sum(path.stat().st_size for path in files) <= 40e6
    assert {"modules.json", "tokenizer.json", "model.safetensors", IDF_FILE} <= {
        path.name for path in files
    }


def test_rows_are_float32_of_unit_length_for_any_text() -> None:
    encoder = default_encoder()
    texts = [TRADITIONAL, FULL_WIDTH, MIXED, *ODD]
    vectors = encoder.encode(texts)
    assert vectors.shape == (len(texts), 256)
    assert vectors.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1.0, atol=1e-5)
    assert encoder.encode([]).shape == (0, 256)


def test_a_text_without_words_gets_the_wordless_row() -> None:
    vectors = default_encoder().encode(["", "。，、", "材料"])
    assert (vectors[:2] == wordless(256)).all()
    assert abs(float(vectors[2] @ wordless(256))) < 0.5


@settings(max_examples=150, deadline=None)
@given(st.text(alphabet=st.characters(exclude_categories=()), max_size=60))
def test_any_characters_give_a_unit_row_and_offsets_inside_the_text(text: str) -> None:
    encoder = default_encoder()
    np.testing.assert_allclose(np.linalg.norm(encoder.encode([text])), 1.0, atol=1e-5)
    tokens = encoder.tokenise([text])[0]
    assert (tokens.starts >= 0).all()
    assert (tokens.starts <= tokens.ends).all()
    assert (tokens.ends <= len(text)).all()
    assert (np.diff(tokens.starts) >= 0).all()
    assert ((tokens.ids > 0) & (tokens.ids < encoder.vocabulary_size)).all()


def test_script_width_case_and_accents_do_not_matter() -> None:
    vectors = default_encoder().encode(
        [TRADITIONAL, SIMPLIFIED, "ＣＯ２ Électrolyse", "co2 electrolyse"]
    )
    assert (vectors[0] == vectors[1]).all()
    assert (vectors[2] == vectors[3]).all()


@pytest.mark.parametrize("text", [TRADITIONAL, FULL_WIDTH, MIXED, "前\ud800後 Graphene"])
def test_offsets_point_into_the_original_text(text: str) -> None:
    """What stands between a token's offsets gives, tokenised alone, that token again."""
    encoder = default_encoder()
    tokens = encoder.tokenise([text])[0]
    assert len(tokens.ids) >= 3
    pieces = [text[a:b] for a, b in zip(tokens.starts, tokens.ends, strict=True)]
    assert all(piece == piece.strip() and piece for piece in pieces)
    covered = "".join(pieces)
    for sign in "鈣鐵礦電機ＣＭ３åＬnﬁ":
        if sign in text:
            assert sign in covered
    alone = encoder.tokenise(pieces)
    same = [token in found.ids for token, found in zip(tokens.ids, alone, strict=True)]
    # A piece that continues a word bears no word start, alone it does.
    assert sum(same) >= 0.6 * len(same)


def test_offsets_of_a_known_text() -> None:
    text = "臺灣的鈣鈦礦, ＡＰＰＬＥ!"
    tokens = default_encoder().tokenise([text])[0]
    spans = [text[a:b] for a, b in zip(tokens.starts, tokens.ends, strict=True)]
    assert spans == ["臺灣", "的", "鈣鈦礦", "ＡＰＰＬＥ"]


@pytest.mark.parametrize("term", ["钙钛矿", "光刻机", "具身智能"])
def test_a_technical_term_is_one_token(term: str) -> None:
    assert len(default_encoder().tokenise([term])[0].ids) == 1


def test_words_share_no_piece_by_their_ends() -> None:
    apple, grapple, pineapple = default_encoder().tokenise(["apple", "grapple", "pineapple"])
    assert not set(apple.ids) & set(grapple.ids)
    assert not set(apple.ids) & set(pineapple.ids)


def test_translations_find_each_other() -> None:
    zh = ["钙钛矿太阳能电池", "二氧化碳捕集膜材料", "肿瘤免疫治疗", "自动驾驶激光雷达", "污水处理"]
    en = [
        "perovskite solar cells",
        "membrane materials for carbon dioxide capture",
        "cancer immunotherapy",
        "lidar for autonomous driving",
        "wastewater treatment",
    ]
    encoder = default_encoder()
    near = encoder.encode(zh) @ encoder.encode(en).T
    assert (near.argmax(axis=1) == np.arange(5)).all()
    assert (near.argmax(axis=0) == np.arange(5)).all()


def test_a_batch_gives_what_each_text_gives_alone_in_any_thread() -> None:
    encoder = default_encoder()
    texts = [TRADITIONAL, MIXED, "", "perovskite solar cells " * 3000, *ODD] * 5
    together = encoder.encode(texts)
    alone = np.concatenate([encoder.encode([text]) for text in texts])
    np.testing.assert_allclose(together, alone, atol=1e-5)
    with ThreadPoolExecutor(4) as pool:
        for vectors in pool.map(encoder.encode, [texts] * 8):
            assert (vectors == together).all()


def test_nothing_is_cut_off_a_long_text() -> None:
    encoder = default_encoder()
    filler = "污水处理与膜材料。" * 6000  # over 100 kB in UTF-8
    assert len(filler.encode("utf-8")) > 100_000
    tokens = encoder.tokenise([filler + "钙钛矿"])[0]
    assert tokens.ends[-1] == len(filler) + 3
    plain, changed = encoder.encode([filler, filler + "钙钛矿" * 6000])
    assert float(plain @ changed) < 0.999


def test_token_vectors_are_unit_directions() -> None:
    encoder = default_encoder()
    ids = encoder.tokenise(["钙钛矿 perovskite 污水"])[0].ids
    vectors = encoder.token_vectors(ids)
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1.0, atol=1e-5)
    # One token alone is its own direction, whatever it weighs.
    np.testing.assert_allclose(encoder.encode(["钙钛矿"])[0], vectors[0], atol=1e-5)
    assert vectors[0] @ vectors[1] > vectors[0] @ vectors[2]


def test_idf_tells_rare_from_common() -> None:
    encoder = default_encoder()
    rare, common = (encoder.tokenise([t])[0].ids[0] for t in ("钙钛矿", "的"))
    assert encoder.idf.shape == (encoder.vocabulary_size,)
    assert np.isfinite(encoder.idf).all()
    assert (encoder.idf >= 0).all()
    assert encoder.idf[rare] > encoder.idf[common] + 4


def test_the_table_is_a_read_only_memory_map_and_loads_quickly() -> None:
    encoder = StaticEncoder.load(ARTEFACT)
    base: object = encoder._rows
    while isinstance(base, np.ndarray) and not isinstance(base, np.memmap):
        base = base.base
    assert isinstance(base, np.memmap)
    assert not encoder._rows.flags.writeable
    spent = []
    for _ in range(3):
        start = time.process_time()
        StaticEncoder.load(ARTEFACT)
        spent.append(time.process_time() - start)
    assert min(spent) <= 0.25


def test_the_default_path_imports_no_heavy_library() -> None:
    code = (
        "import sys; from matcher.text.encoder import default_encoder as d; d().encode(['x']);"
        "print([m for m in ('torch', 'sentence_transformers', 'transformers', 'sklearn', 'pandas',"
        " 'scipy') if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.strip() == "[]"


def test_load_encoder_by_default_and_by_folder(tmp_path: Path) -> None:
    assert load_encoder() is default_encoder()
    copied = tmp_path / "copy"
    shutil.copytree(ARTEFACT, copied)
    same = load_encoder(str(copied))
    assert isinstance(same, StaticEncoder)
    assert same.fingerprint == default_encoder().fingerprint
    table = bytearray((copied / "model.safetensors").read_bytes())
    table[-1] ^= 1
    (copied / "model.safetensors").write_bytes(table)
    assert StaticEncoder.load(copied).fingerprint != same.fingerprint


def test_a_damaged_folder_is_refused_with_a_cure(tmp_path: Path) -> None:
    folder = tmp_path / "damaged"
    shutil.copytree(ARTEFACT, folder)
    whole = (folder / "model.safetensors").read_bytes()
    (folder / "model.safetensors").write_bytes(whole[:5000])
    with pytest.raises(UnusableModel) as short:
        StaticEncoder.load(folder)
    assert short.value.where == str(folder)
    (folder / "model.safetensors").write_bytes(whole)
    (folder / "tokenizer.json").write_text("{}", encoding="utf-8")
    with pytest.raises(UnusableModel, match="cannot be loaded"):
        StaticEncoder.load(folder)
    with pytest.raises(UnusableModel):
        StaticEncoder.load(tmp_path / "absent")


def test_a_missing_extra_says_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sentence_transformers", None)
    with pytest.raises(MissingExtra) as missing:
        load_encoder("intfloat/multilingual-e5-small")
    for language in ("zh", "en"):
        assert 'pip install "tech-transfer-matcher[transformer]"' in missing.value.message(language)


@pytest.mark.transformer
def test_sentence_transformers_loads_the_artefact_to_the_same_vectors() -> None:
    from sentence_transformers import SentenceTransformer

    texts = [TRADITIONAL, SIMPLIFIED, FULL_WIDTH, MIXED, "perovskite solar cells", "a b c " * 500]
    model = SentenceTransformer(str(ARTEFACT), device="cpu")
    theirs = model.encode([*texts, "", "。"], show_progress_bar=False)
    ours = default_encoder().encode([*texts, "", "。"])
    np.testing.assert_allclose(ours[:-2], theirs[:-2], atol=2e-6)
    # Without a word there is nothing to add up: zero there, the wordless row here.
    assert (theirs[-2:] == 0).all()
    assert (ours[-2:] == wordless(256)).all()


def _small_model(folder: Path, prompts: dict[str, str]) -> Path:
    """A sentence-transformers model built on the spot, with prompts in its configuration."""
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import StaticEmbedding
    from tokenizers import Tokenizer

    tokeniser = Tokenizer.from_file(str(ARTEFACT / "tokenizer.json"))
    rows = np.random.default_rng(0).normal(size=(tokeniser.get_vocab_size(), 16))
    table = StaticEmbedding(tokeniser, embedding_weights=rows.astype(np.float32))
    SentenceTransformer(modules=[table], prompts=prompts, device="cpu").save(
        str(folder), create_model_card=False
    )
    return folder


@pytest.mark.transformer
def test_any_sentence_transformers_model_with_its_own_prompts(tmp_path: Path) -> None:
    plain = load_encoder(str(_small_model(tmp_path / "plain", {})))
    prompted = load_encoder(
        str(_small_model(tmp_path / "prompted", {"query": "question ", "document": "passage "}))
    )
    texts = ["材料", "membrane \ud800", ""]
    vectors = prompted.encode(texts)
    assert vectors.shape == (3, prompted.dimension) == (3, 16)
    assert vectors.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1.0, atol=1e-5)
    assert (plain.encode(["question 材料"]) == prompted.encode(["材料"], is_query=True)).all()
    assert (plain.encode(["passage 材料"]) == prompted.encode(["材料"])).all()
    assert plain.fingerprint != prompted.fingerprint
    assert prompted.encode([]).shape == (0, 16)
    again = load_encoder(str(tmp_path / "prompted"))
    assert again.fingerprint == prompted.fingerprint


@pytest.mark.transformer
def test_a_model_that_is_none_is_refused(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text(json.dumps({"no": "model"}), encoding="utf-8")
    with pytest.raises(UnusableModel):
        load_encoder(str(tmp_path))
