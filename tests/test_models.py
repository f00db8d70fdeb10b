"""Models from outside that work: an encoder or a re-ranker by name or folder, small but real."""

from __future__ import annotations

import json
import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from cli_factory import Run, a_terminal
from registry_factory import ARegistry, a_profile, an_organisation
from small_models import DIMENSION, a_bert, a_cross_encoder, an_xlm_r

from matcher.errors import SnapshotMismatch
from matcher.service import Matcher
from matcher.snapshot.build import build
from matcher.snapshot.shelf import Shelf
from matcher.text.encoder import default_encoder, load_encoder
from matcher.text.lexicon import Lexicon
from matcher.text.reranker import load_reranker
from matcher.text.sentence import SentenceEncoder, prompts_of
from matcher.vocabulary import load_vocabulary

TEXTS = ["perovskite solar cell", "gene therapy", "钙钛矿太阳能电池", "a \ud800 b", ""]
OF_THE_ENCODER = ("vectors.npy", "background_en.vectors.npy", "background_zh.vectors.npy",
                  "manifest.json")  # fmt: skip


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with one small model of each kind."""
    folder = tmp_path_factory.mktemp("models")
    a_bert(folder / "plain")
    a_bert(folder / "prompted", {"query": "question: ", "passage": "passage: "})
    an_xlm_r(folder / "cls")
    a_cross_encoder(folder / "cross")
    return folder


@pytest.fixture
def type_in(monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]) -> Run:
    return a_terminal(monkeypatch, capfdbinary)


def sentence_encoder(folder: Path) -> SentenceEncoder:
    encoder = load_encoder(str(folder))
    assert isinstance(encoder, SentenceEncoder)
    return encoder


@pytest.mark.transformer
@pytest.mark.parametrize("name", ["plain", "prompted", "cls"])
def test_a_model_gives_unit_rows_for_any_text(models: Path, name: str) -> None:
    encoder = sentence_encoder(models / name)
    for is_query in (False, True):
        vectors = encoder.encode(TEXTS, is_query)
        assert vectors.shape == (len(TEXTS), encoder.dimension) == (len(TEXTS), DIMENSION)
        assert vectors.dtype == np.float32
        np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1.0, atol=1e-5)
    assert encoder.encode([]).shape == (0, DIMENSION)
    assert (load_encoder(str(models / name)).encode(TEXTS) == encoder.encode(TEXTS)).all()


@pytest.mark.transformer
def test_pooling_is_that_of_the_model(models: Path) -> None:
    from sentence_transformers import SentenceTransformer

    for name, first_token in (("plain", False), ("cls", True)):
        library = SentenceTransformer(str(models / name), device="cpu")
        tokens = np.asarray(library.encode(TEXTS[0], output_value="token_embeddings").cpu())
        pooled = tokens[0] if first_token else tokens.mean(axis=0)
        ours = sentence_encoder(models / name).encode(TEXTS[:1])[0]
        np.testing.assert_allclose(ours, pooled / np.linalg.norm(pooled), atol=1e-5)


@pytest.mark.transformer
def test_prompts_of_the_model_are_put_before_queries_and_documents(models: Path) -> None:
    plain, prompted = sentence_encoder(models / "plain"), sentence_encoder(models / "prompted")
    text = "perovskite solar cell"
    asked, held = prompted.encode([text], is_query=True), prompted.encode([text])
    np.testing.assert_allclose(asked, plain.encode([f"question: {text}"]), atol=1e-6)
    np.testing.assert_allclose(held, plain.encode([f"passage: {text}"]), atol=1e-6)
    assert float((asked @ held.T).item()) < 0.999
    assert (plain.encode([text], is_query=True) == plain.encode([text])).all()
    assert plain.fingerprint != prompted.fingerprint


def test_an_e5_model_without_prompts_is_asked_as_its_card_demands() -> None:
    e5 = ("query: ", "passage: ")
    assert prompts_of({}, "intfloat/multilingual-e5-large") == e5
    assert prompts_of({"query": "", "document": ""}, "x", "/hub/models--intfloat--e5-base-v2") == e5
    assert prompts_of({"query": "Q: "}, "intfloat/e5-small") == ("Q: ", "")
    assert prompts_of({"query": "", "document": "", "corpus": "D "}, "x") == ("", "D ")
    for other in ("BAAI/bge-m3", "intfloat/multilingual-e5-large-instruct", "ours/note5-base"):
        assert prompts_of({}, other) == ("", "")


@pytest.mark.transformer
def test_a_copy_of_the_hubs_is_used_without_asking_the_hub(
    models: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from huggingface_hub import HfApi, constants

    def asked(*_: object, **__: object) -> None:
        raise AssertionError("the hub was asked")

    monkeypatch.setattr(HfApi, "model_info", asked)
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path))
    copy = tmp_path / "models--intfloat--multilingual-e5-small"
    shutil.copytree(models / "plain", copy / "snapshots" / "0123")
    (copy / "refs").mkdir()
    (copy / "refs" / "main").write_text("0123", "utf-8")
    encoder = load_encoder("intfloat/multilingual-e5-small")
    plain = sentence_encoder(models / "plain")
    asked_for = encoder.encode(["solar cell"], is_query=True)
    np.testing.assert_allclose(asked_for, plain.encode(["query: solar cell"]), atol=1e-6)
    assert encoder.fingerprint != plain.fingerprint


@pytest.mark.transformer
def test_several_threads_may_ask_one_model(models: Path) -> None:
    encoder, reranker = sentence_encoder(models / "plain"), load_reranker(str(models / "cross"))
    assert reranker is not None
    long = [f"{text} {n} " * (n + 1) for n, text in enumerate(TEXTS * 4)]
    vectors, scores = encoder.encode(long), reranker.scores("solar cell", long)
    with ThreadPoolExecutor(4) as pool:
        for found in pool.map(encoder.encode, [long] * 6):
            np.testing.assert_allclose(found, vectors, atol=1e-5)
        for judged in pool.map(lambda texts: reranker.scores("solar cell", texts), [long] * 6):
            np.testing.assert_allclose(judged, scores, atol=1e-5)


@pytest.mark.transformer
def test_scores_of_a_reranker_are_those_of_the_model_on_one_scale(
    models: Path, tmp_path: Path
) -> None:
    from sentence_transformers import CrossEncoder

    ours = load_reranker(str(models / "cross"))
    assert ours is not None
    texts = ["perovskite solar cell", "gene therapy", "电池", "lithium battery " * 500, ""]
    scores = ours.scores("solar cell \ud800", texts)
    library = CrossEncoder(str(models / "cross"), device="cpu")
    pairs = [("solar cell \ufffd", text) for text in texts]
    np.testing.assert_allclose(scores, library.predict(pairs), atol=1e-6)
    assert scores.dtype == np.float32
    assert scores.std() > 0.01
    for text, score in zip(texts, scores, strict=True):
        assert ours.scores("solar cell \ud800", [text])[0] == pytest.approx(score, abs=1e-5)
    assert ours.scores("solar cell", []).shape == (0,)

    bare = a_cross_encoder(tmp_path / "bare", activation="torch.nn.modules.linear.Identity")
    same = load_reranker(str(bare))
    assert same is not None
    np.testing.assert_allclose(same.scores("solar cell \ud800", texts), scores, atol=1e-6)
    assert same.name == str(bare)
    assert same.fingerprint != ours.fingerprint


def test_there_is_no_reranker_unless_one_is_named() -> None:
    assert load_reranker(None) is None


@pytest.mark.transformer
def test_another_model_retrieves_and_our_table_aligns(models: Path, tmp_path: Path) -> None:
    partners = [an_organisation(f"partner-{n}") for n in range(4)]
    texts = ("perovskite encapsulation", "gene therapy", "lidar perception", "heat pumps")
    profiles = [a_profile(o, text) for o, text in zip(partners, texts, strict=True)]
    encoder = load_encoder(str(models / "cls"))
    build(tmp_path, ARegistry(partners, profiles), encoder, default_encoder(), load_vocabulary())
    matcher = Matcher.open(tmp_path, str(models / "cls"))
    assert matcher.snapshot.manifest.dimension == DIMENSION
    found = {p.evidence[0].text: p.evidence[0] for p in matcher.match("钙钛矿封装").pairings}
    words = found["perovskite encapsulation"].words
    assert words
    met = {part for word in words for part in word.found.split()}
    assert met <= {"perovskite", "encapsulation"}


@pytest.mark.transformer
def test_another_model_makes_other_vectors_and_leaves_the_rest(
    models: Path, tmp_path: Path
) -> None:
    partners = [an_organisation(f"partner-{n}") for n in range(5)]
    registry = ARegistry(partners, [a_profile(o, f"membranes {o.id}") for o in partners])
    static, vocabulary = default_encoder(), load_vocabulary()
    before = build(tmp_path, registry, static, static, vocabulary)
    other = load_encoder(str(models / "plain"))
    after = build(tmp_path, registry, other, static, vocabulary)
    assert (after.encoded, after.reused) == (5, 0)
    ours, theirs = (Shelf(tmp_path).folder / report.snapshot for report in (before, after))
    files = [
        {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
        for folder in (ours, theirs)
    ]
    # The lexical index names its files by chance, so that its answers are compared instead.
    for held in files:
        held -= {name for name in held if name.startswith("lexicon/")}
    assert files[0] == files[1]
    found = [Lexicon.open(folder / "lexicon").rows_with("membranes") for folder in (ours, theirs)]
    assert list(found[0]) == list(found[1]) == list(range(5))
    changed = {
        name for name in files[0] if (ours / name).read_bytes() != (theirs / name).read_bytes()
    }
    assert {*OF_THE_ENCODER} <= changed
    assert {name for name in changed if not name.endswith(".faiss")} == {*OF_THE_ENCODER}
    again = build(tmp_path, registry, other, static, vocabulary)
    assert again.already_there


@pytest.mark.transformer
def test_from_the_command_line_to_the_answer(
    models: Path, demo_home: Path, tmp_path: Path, type_in: Run
) -> None:
    home = tmp_path / "home"
    shutil.copytree(demo_home, home)
    model = ("--model", models / "prompted")
    held = json.loads(type_in("index", "--home", home, "--json").out)
    made = json.loads(type_in("index", *model, "--home", home, "--json").out)
    assert held["already_there"]
    assert made["snapshot"] != held["snapshot"]
    assert made["encoded"] > 100
    assert made["reused"] == 0
    asked = ("query", "perovskite solar cell", "--home", home)
    answer = type_in(*asked, *model, "--json").document()
    assert answer["pairings"]
    for wrong in ((), ("--model", models / "cls")):
        refused = type_in(*asked, *wrong)
        assert refused.code == 4
        assert "编码器" in refused.err
        assert "another encoder" in refused.err
        assert "Traceback" not in refused.err
    with pytest.raises(SnapshotMismatch):
        Matcher.open(home)
