"""What `matcher doctor` looks at."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from matcher.catalogue.store import Catalogue
from matcher.errors import MatcherError
from matcher.service import Matcher
from matcher.settings import Settings
from matcher.snapshot.manifest import Manifest
from matcher.snapshot.shelf import Shelf
from matcher.text.encoder import default_encoder, load_encoder
from matcher.text.reranker import load_reranker
from matcher.text.sentence import SentenceEncoder
from matcher.vocabulary import load_vocabulary


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at; `cure` is "" where nothing is wrong."""

    name: str
    ok: bool
    what: str
    cure: str = ""

    def as_dict(self) -> dict[str, object]:
        return asdict(self)


def checks(
    home: Path, settings: Settings, model: str | None = None, rerank: str | None = None
) -> list[Finding]:
    """Installation first, then the home; each check stands for itself. `model` is the encoder
    that answers, if it is not our own; `rerank` the re-ranker, if any."""
    steps: tuple[tuple[str, Callable[[], str]], ...] = (
        ("python", lambda: sys.version.split()[0]),
        ("vocabulary", lambda: f"{len(load_vocabulary().capability.codes)} capabilities"),
        ("encoder", lambda: f"{default_encoder().name} {default_encoder().fingerprint}"),
        ("model", lambda: model_state(model)),
        ("re-ranker", lambda: reranker_state(rerank)),
        ("catalogue", lambda: catalogue_state(home)),
        ("snapshot", lambda: snapshot_state(home)),
        ("answers", lambda: f"ranker {ranker_label(home, model, rerank)}"),
    )
    findings = [find(name, step) for name, step in steps]
    findings.append(Finding("extra transformer", True, extra_state()))
    shared = settings.shared_data_folder()
    findings.append(Finding("shared data", True, str(shared) if shared else "absent (optional)"))
    return findings


def find(name: str, step: Callable[[], str]) -> Finding:
    """Run one check; an error is what it finds."""
    try:
        return Finding(name, True, step())
    except MatcherError as error:
        what = f"{error.what.zh} / {error.what.en}"
        return Finding(name, False, what, f"{error.cure.zh} / {error.cure.en}")


def model_state(model: str | None) -> str:
    """The encoder that answers, and what it is told before each text."""
    encoder = load_encoder(model)
    said = f"{encoder.name} {encoder.fingerprint}, {encoder.dimension} dimensions"
    if isinstance(encoder, SentenceEncoder):
        said += f", prompts {encoder.query_prompt!r} and {encoder.document_prompt!r}"
    return said


def reranker_state(rerank: str | None) -> str:
    """What reads the best texts once more."""
    reranker = load_reranker(rerank)
    return f"{reranker.name} {reranker.fingerprint}" if reranker else "none (optional)"


def ranker_label(home: Path, model: str | None, rerank: str | None) -> str:
    """What an answer of the home would be ranked by."""
    return Matcher.open(home, model, rerank).equipment.whole_ranker.label


def catalogue_state(home: Path) -> str:
    """Counts of the home's catalogue."""
    catalogue = Catalogue.open(home)
    try:
        return ", ".join(f"{count} {noun}" for noun, count in catalogue.counts().items())
    finally:
        catalogue.close()


def snapshot_state(home: Path) -> str:
    """The serving snapshot, verified byte by byte, and whether the catalogue has moved on."""
    folder = Shelf(home).current()
    manifest = Manifest.read(folder)
    manifest.verify(folder)
    catalogue = Catalogue.open(home)
    try:
        fresh = catalogue.fingerprint() == manifest.catalogue
    finally:
        catalogue.close()
    return f"{manifest.id} " + ("is of the catalogue as it stands" if fresh else
                                "is older than the catalogue: run `matcher index`")  # fmt: skip


def extra_state() -> str:
    """Whether large models can be plugged in."""
    try:
        return f"sentence-transformers {version('sentence-transformers')}"
    except PackageNotFoundError:
        return "not installed (optional): pip install 'tech-transfer-matcher[transformer]'"
