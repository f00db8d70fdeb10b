"""Build a snapshot: read the catalogue once, encode what is new, write, verify, publish."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from matcher.errors import Bilingual, MatcherError, NotReady
from matcher.index.faiss import FaissIndex
from matcher.organisation import ProfileText, Side, derived_id
from matcher.text.encoder import Encoder, StaticEncoder
from matcher.text.lexicon import Lexicon
from matcher.vocabulary import Vocabulary

from .gather import Gathered, Registry, gather
from .manifest import SCHEMA, IndexEntry, Manifest
from .names import write_names
from .records import write_records
from .shelf import Shelf, seal_files
from .tokens import write_tokens
from .view import organisation_records, profile_record, text_record

Progress = Callable[[str, int, int], None]
BATCH = 2048
LANGUAGES = ("zh", "en")


@dataclass(frozen=True, slots=True)
class BuildReport:
    """What `build` did: texts encoded now, and taken over from the snapshot before."""

    snapshot: str
    encoded: int
    reused: int
    already_there: bool


def build(
    home: Path,
    catalogue: Registry,
    encoder: Encoder,
    static: StaticEncoder,
    vocabulary: Vocabulary,
    progress: Progress | None = None,
) -> BuildReport:
    """Publish the snapshot of the catalogue as it stands; nothing is done twice.

    `encoder` makes the vectors that are searched, `static` (always the project's own table) the
    tokens for alignment. Vectors of texts that the current snapshot already holds are taken
    over if its encoder has the same fingerprint. Raises NotReady for an empty catalogue.
    """
    snapshot = derived_id(
        "s", str(SCHEMA), catalogue.fingerprint(), encoder.fingerprint,
        static.fingerprint, vocabulary.fingerprint,
    )  # fmt: skip
    shelf = Shelf(home)
    with shelf.building():
        if is_whole(shelf, snapshot):
            if shelf.current_id() != snapshot:
                shelf.serve(snapshot)
            return BuildReport(snapshot, 0, 0, already_there=True)
        return build_anew(shelf, snapshot, catalogue, encoder, static, vocabulary, progress)


def build_anew(
    shelf: Shelf,
    snapshot: str,
    catalogue: Registry,
    encoder: Encoder,
    static: StaticEncoder,
    vocabulary: Vocabulary,
    progress: Progress | None,
) -> BuildReport:
    """Write every part of the snapshot, check it, and let it serve."""
    gathered = gather(catalogue, vocabulary)
    if not gathered.organisations:
        raise NotReady(
            Bilingual("目录里还没有任何机构。", "the catalogue holds no organisation yet."),
            Bilingual("先运行 `matcher import 文件`。", "run `matcher import FILE` first."),
            where=str(shelf.folder.parent),
        )
    folder = shelf.begin(snapshot)
    vectors, encoded = text_vectors(shelf, gathered.texts, encoder, progress)
    np.save(folder / "vectors.npy", vectors)
    write_words(folder, gathered, static, vocabulary, encoder)
    gathered.columns().save(folder / "columns")
    write_records(folder, "organisations", organisation_records(gathered, vocabulary))
    write_records(folder, "profiles", (profile_record(p) for p in gathered.profiles))
    write_records(folder, "texts", (text_record(t) for t in gathered.texts))
    write_names(folder, gathered.organisations)
    (folder / "sources.json").write_text(json.dumps(gathered.sources), "utf-8")
    indexes = write_indexes(folder, gathered, vectors)
    manifest = Manifest(
        id=snapshot,
        built=datetime.now(UTC).isoformat(timespec="seconds"),
        catalogue=catalogue.fingerprint(),
        encoder=encoder.name,
        encoder_fingerprint=encoder.fingerprint,
        alignment_fingerprint=static.fingerprint,
        vocabulary=vocabulary.fingerprint,
        dimension=encoder.dimension,
        sectors=gathered.sectors,
        countries=gathered.countries,
        capabilities=gathered.capabilities,
        natures=gathered.natures,
        modes=gathered.modes,
        counts={
            "organisations": len(gathered.organisations),
            "profiles": len(gathered.profiles),
            "texts": len(gathered.texts),
            "cooperations": len(gathered.cooperations),
        },
        indexes=tuple(indexes),
        files=seal_files(folder),
    )
    manifest.write(folder)
    manifest.verify(folder)
    shelf.publish(folder)
    return BuildReport(snapshot, encoded, len(vectors) - encoded, already_there=False)


def is_whole(shelf: Shelf, snapshot: str) -> bool:
    """Whether a snapshot of this id is on the shelf with every byte in place."""
    folder = shelf.folder / snapshot
    if not folder.is_dir():
        return False
    try:
        Manifest.read(folder).verify(folder)
    except MatcherError:
        return False
    return True


def text_vectors(
    shelf: Shelf, texts: list[ProfileText], encoder: Encoder, progress: Progress | None
) -> tuple[NDArray[np.float32], int]:
    """Vectors (t, d) of all texts, and how many of them had to be encoded now."""
    known = known_vectors(shelf, encoder)
    vectors = np.zeros((len(texts), encoder.dimension), np.float32)
    fresh = []
    for row, text in enumerate(texts):
        vector = known.get(text.id)
        if vector is None:
            fresh.append(row)
        else:
            vectors[row] = vector
    for begin in range(0, len(fresh), BATCH):
        rows = fresh[begin : begin + BATCH]
        vectors[rows] = encoder.encode([texts[row].body for row in rows])
        if progress:
            progress("encode", begin + len(rows), len(fresh))
    return vectors, len(fresh)


def known_vectors(shelf: Shelf, encoder: Encoder) -> dict[str, NDArray[np.float32]]:
    """Vectors by text id in the snapshot that serves, if it is whole and of this encoder."""
    current = shelf.current_id()
    if current is None or not is_whole(shelf, current):
        return {}
    folder = shelf.folder / current
    if Manifest.read(folder).encoder_fingerprint != encoder.fingerprint:
        return {}
    ids: list[str] = json.loads((folder / "text_ids.json").read_text("utf-8"))
    vectors = np.load(folder / "vectors.npy", mmap_mode="r")
    return dict(zip(ids, vectors, strict=True))


def write_words(
    folder: Path,
    gathered: Gathered,
    static: StaticEncoder,
    vocabulary: Vocabulary,
    encoder: Encoder,
) -> None:
    """Tokens of every text and of the background, its vectors, and the lexical index."""
    definitions = {
        f"background_{language}": definitions_in(vocabulary, language) for language in LANGUAGES
    }
    bodies = [t.body for t in gathered.texts]
    write_tokens(folder, static, {**definitions, "tokens": bodies})
    for name, texts in definitions.items():
        np.save(folder / f"{name}.vectors.npy", encoder.encode(texts))
    Lexicon.build(
        folder / "lexicon",
        bodies,
        [t.language.startswith("zh") for t in gathered.texts],
        gathered.may_be_suggested().tolist(),
    )
    (folder / "text_ids.json").write_text(json.dumps([t.id for t in gathered.texts]), "utf-8")


def definitions_in(vocabulary: Vocabulary, language: str) -> list[str]:
    """Name and definition of every capability: the same things said in both languages, so a
    fair measure of how near a question lies to *any* text of a language."""
    chinese = language == "zh"
    return [
        f"{term.zh}\n{term.definition_zh}" if chinese else f"{term.en}\n{term.definition_en}"
        for term in vocabulary.capability
    ]


def write_indexes(
    folder: Path, gathered: Gathered, vectors: NDArray[np.float32]
) -> list[IndexEntry]:
    """Two families, each whole and by sector, and postings by capability."""
    held = len(gathered.capability_profiles)
    postings = "columns/capability_profiles.npy"
    entries = [IndexEntry("capability", "postings", postings, None, held)]
    (folder / "index").mkdir()
    for side in (Side.BEIJING, Side.FOREIGN):
        for sector in (None, *gathered.sectors):
            rows = gathered.text_rows(side, sector)
            name = side.value if sector is None else f"{side.value}/{sector}"
            file = f"index/{name.replace('/', '.')}"
            FaissIndex.of(vectors[rows]).save(folder / f"{file}.faiss")
            np.save(folder / f"{file}.rows.npy", rows)
            entries.append(
                IndexEntry(name, "faiss-flat", f"{file}.faiss", f"{file}.rows.npy", len(rows))
            )
    return entries
