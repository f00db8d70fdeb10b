"""What a snapshot says of itself: how it was made, what it holds, a checksum of every file."""

from __future__ import annotations

import hashlib
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import orjson

from matcher.errors import Bilingual, SnapshotDamaged, SnapshotMismatch

SCHEMA = 3
MANIFEST = "manifest.json"
REBUILD = Bilingual(
    "运行 `matcher index` 重建快照，或用 `matcher snapshot rollback` 退回较早的快照。",
    "run `matcher index` to build it again, or `matcher snapshot rollback` for an earlier one.",
)


@dataclass(frozen=True, slots=True)
class IndexEntry:
    """One search structure of the snapshot, found by its name."""

    name: str
    kind: str
    """`faiss-flat` over text rows, or `postings` over profile rows."""
    file: str
    rows: str | None
    """File with the text row of each index row; None where they are the same."""
    count: int


@dataclass(frozen=True, slots=True)
class Manifest:
    """The first file to read and the last to be written."""

    id: str
    built: str
    catalogue: str
    encoder: str
    encoder_fingerprint: str
    alignment_fingerprint: str
    vocabulary: str
    dimension: int
    sectors: tuple[str, ...]
    """The codes of the sector bits, in order; `other` last."""
    countries: tuple[str, ...]
    capabilities: tuple[str, ...]
    natures: tuple[str, ...]
    """The codes of organisation_nature, in order."""
    modes: tuple[str, ...]
    """The codes of the mode bits, in order."""
    counts: dict[str, int]
    indexes: tuple[IndexEntry, ...]
    files: dict[str, tuple[int, str]]
    """Path within the folder -> (bytes, SHA-256)."""
    schema: int = SCHEMA

    @property
    def bytes(self) -> int:
        """Of all files together."""
        return sum(size for size, _ in self.files.values())

    def index(self, name: str) -> IndexEntry | None:
        """The index called `name`, None if the snapshot has none."""
        return next((entry for entry in self.indexes if entry.name == name), None)

    def write(self, folder: Path) -> None:
        """Write it, with a checksum of its own."""
        body = orjson.dumps(asdict(self), option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS)
        seal = hashlib.sha256(body).hexdigest()
        (folder / MANIFEST).write_bytes(body + b"\n" + seal.encode() + b"\n")

    @classmethod
    def read(cls, folder: Path) -> Manifest:
        """Read it back; SnapshotDamaged if absent or not as written, SnapshotMismatch if its
        schema is another version's."""
        try:
            body, seal = (folder / MANIFEST).read_bytes().rstrip(b"\n").rsplit(b"\n", 1)
        except (OSError, ValueError):
            raise damaged(folder, MANIFEST) from None
        if hashlib.sha256(body).hexdigest().encode() != seal:
            raise damaged(folder, MANIFEST)
        raw: dict[str, Any] = orjson.loads(body)
        if raw["schema"] != SCHEMA:
            raise SnapshotMismatch(
                Bilingual(
                    f"快照格式为第 {raw['schema']} 版，本程序读第 {SCHEMA} 版。",
                    f"the snapshot has schema {raw['schema']}, this program reads {SCHEMA}.",
                ),
                REBUILD,
                where=folder.name,
            )
        raw["indexes"] = tuple(IndexEntry(**entry) for entry in raw["indexes"])
        for name in ("sectors", "countries", "capabilities", "natures", "modes"):
            raw[name] = tuple(raw[name])
        raw["files"] = {name: (size, digest) for name, (size, digest) in raw["files"].items()}
        return cls(**raw)

    def check_sizes(self, folder: Path) -> None:
        """Quick check at opening: every file is there at its full length."""
        for name, (size, _) in self.files.items():
            path = folder / name
            if not path.is_file() or path.stat().st_size != size:
                raise damaged(folder, name)

    def verify(self, folder: Path) -> None:
        """Full check: every byte of every file by its checksum."""
        self.check_sizes(folder)
        for name, (_, digest) in self.files.items():
            if file_digest(folder / name) != digest:
                raise damaged(folder, name)


def damaged(folder: Path, name: str) -> SnapshotDamaged:
    """The error for a file that is absent, short or altered."""
    return SnapshotDamaged(
        Bilingual(
            f"快照不完整：文件 {name} 缺失、被截断或被改动。",
            f"the snapshot is damaged: {name} is missing, cut short or altered.",
        ),
        REBUILD,
        where=folder.name,
    )


def file_digest(path: Path) -> str:
    """SHA-256 of a file's bytes, in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
