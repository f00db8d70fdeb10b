"""Another model behind the same pipeline: it retrieves, our own table still aligns."""

from __future__ import annotations

from pathlib import Path

import pytest
from registry_factory import ARegistry, a_profile, an_organisation

from matcher.errors import SnapshotMismatch
from matcher.service import Matcher
from matcher.settings import shipped
from matcher.snapshot.build import build
from matcher.text.encoder import default_encoder, load_encoder
from matcher.vocabulary import load_vocabulary

DIMENSION = 48


def a_small_model(folder: Path) -> Path:
    """A sentence-transformers model of another width, made on the spot."""
    import torch
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import StaticEmbedding
    from tokenizers import Tokenizer

    tokeniser = Tokenizer.from_file(str(shipped("models", "encoder", "artefact", "tokenizer.json")))
    torch.manual_seed(1)
    embedding = StaticEmbedding(tokeniser, embedding_dim=DIMENSION)
    SentenceTransformer(modules=[embedding], device="cpu").save(
        str(folder), create_model_card=False
    )
    return folder


@pytest.mark.transformer
def test_another_model_retrieves_and_our_table_aligns(tmp_path: Path) -> None:
    model = str(a_small_model(tmp_path / "model"))
    home = tmp_path / "home"
    partners = [an_organisation(f"partner-{n}") for n in range(4)]
    texts = ("perovskite encapsulation", "gene therapy", "lidar perception", "heat pumps")
    registry = ARegistry(
        partners, [a_profile(o, text) for o, text in zip(partners, texts, strict=True)]
    )
    encoder = load_encoder(model)
    report = build(home, registry, encoder, default_encoder(), load_vocabulary())
    assert report.encoded == 4
    matcher = Matcher.open(home, model)
    assert matcher.snapshot.manifest.dimension == DIMENSION
    first = matcher.match("钙钛矿封装").pairings[0]
    assert first.evidence[0].text == "perovskite encapsulation"
    assert {w.found for w in first.evidence[0].words} <= {"perovskite", "encapsulation"}
    assert first.evidence[0].words
    with pytest.raises(SnapshotMismatch, match="encoder"):
        Matcher.open(home)
