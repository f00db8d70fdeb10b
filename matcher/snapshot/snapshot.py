"""An open snapshot: columns, records, indexes, background, all memory-mapped and read-only."""

from __future__ import annotations

import json
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from matcher.errors import Bilingual, UnknownOrganisation
from matcher.index.faiss import FaissIndex
from matcher.index.protocol import Index, Rows
from matcher.organisation import Side, SourceKey
from matcher.text.lexicon import Lexicon
from matcher.text.normalise import fold_name

from .arrays import read_array
from .columns import Columns
from .manifest import Manifest, damaged
from .names import Names, keys_of
from .records import Records
from .shelf import Shelf
from .tokens import Tokens, TokenTable

Floats = NDArray[np.float32]
VERIFIED_WHOLE = 64 * 2**20
"""Bytes up to which every byte is checked at each opening (a tenth of a second); larger snapshots
are checked whole when they are built, rolled back to, or by `matcher snapshot verify`."""

NEAR = 60.0
"""Likeness (rapidfuzz's weighted ratio, 0 to 100) from which a name is offered for another."""


class Background:
    """The capability definitions in one language, as vectors and as tokens.

    Said alike in both languages, they measure how near a question lies to *any* text of a
    language, so that scores compare across languages; and they depend on nothing in the
    catalogue, so that one organisation more or less moves no other's score.
    """

    def __init__(self, folder: Path, language: str) -> None:
        name = f"background_{language}"
        self.vectors: Floats = read_array(folder / f"{name}.vectors.npy")
        self.tokens = Tokens.open(folder, name)
        lengths = self.tokens.lengths(np.arange(len(self.vectors)))
        self.length = float(np.exp(np.log(lengths).mean()))
        """Tokens of a definition, geometric mean."""


class Snapshot:
    """One immutable state of the world, from which every answer is given."""

    def __init__(self, folder: Path) -> None:
        self.manifest = Manifest.read(folder)
        if self.manifest.bytes <= VERIFIED_WHOLE:
            self.manifest.verify(folder)
        else:
            self.manifest.check_sizes(folder)
        self._folder = folder
        try:
            self.columns = Columns.open(folder / "columns")
        except FileNotFoundError as absent:
            raise damaged(folder, Path(str(absent.filename)).name) from None
        self.organisations = Records(folder, "organisations")
        self.profiles = Records(folder, "profiles")
        self.texts = Records(folder, "texts")
        self.vectors: Floats = read_array(folder / "vectors.npy")
        self.token_table = TokenTable.open(folder)
        self.tokens = Tokens.open(folder, "tokens")
        self._indexes: dict[str, tuple[Index, Rows]] = {}

    @classmethod
    def open_current(cls, home: Path) -> Snapshot:
        """The snapshot that serves in `home`; NotReady or SnapshotDamaged if it cannot."""
        return cls(Shelf(home).current())

    @property
    def id(self) -> str:
        return self.manifest.id

    @cached_property
    def background(self) -> dict[str, Background]:
        """The language-fair background, by language."""
        return {language: Background(self._folder, language) for language in ("zh", "en")}

    @cached_property
    def common_tokens(self) -> int:
        """The first so many rows of the token table hold every token of the background."""
        return 1 + max(int(each.tokens.ids.max()) for each in self.background.values())

    @cached_property
    def lexicon(self) -> Lexicon:
        """The texts by the words that stand in them."""
        return Lexicon.open(self._folder / "lexicon")

    @cached_property
    def sources(self) -> dict[str, int]:
        """Leave-out key -> number in the source columns."""
        keys: list[str] = json.loads((self._folder / "sources.json").read_text("utf-8"))
        return {key: number for number, key in enumerate(keys)}

    def index(self, side: Side, sector: str | None) -> tuple[Index, Rows]:
        """The index of a family, whole or of one sector, and the text row of each of its rows."""
        name = side.value if sector is None else f"{side.value}/{sector}"
        if name not in self._indexes:
            entry = self.manifest.index(name)
            if entry is None or entry.rows is None:
                raise KeyError(name)
            rows = read_array(self._folder / entry.rows)
            self._indexes[name] = FaissIndex.open(self._folder / entry.file), rows
        return self._indexes[name]

    def index_names(self) -> list[str]:
        return [entry.name for entry in self.manifest.indexes]

    def capability_profiles(self, code: str) -> NDArray[np.int32]:
        """Profile rows that have a capability."""
        place = self.manifest.capabilities.index(code)
        begin, end = self.columns.capability_offsets[place : place + 2]
        return self.columns.capability_profiles[int(begin) : int(end)]

    @cached_property
    def profile_capabilities(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """The postings the other way round: (p + 1,) offsets of each profile, and the numbers of
        its capabilities in the manifest's order."""
        columns = self.columns
        numbers = np.repeat(
            np.arange(len(self.manifest.capabilities)), np.diff(columns.capability_offsets)
        )
        order = np.argsort(columns.capability_profiles, kind="stable")
        sizes = np.bincount(columns.capability_profiles, minlength=len(self.profiles))
        return np.concatenate([[0], np.cumsum(sizes)]), numbers[order]

    def organisation_profiles(self, row: int) -> NDArray[np.int64]:
        """Profile rows of one organisation."""
        return np.flatnonzero(self.columns.profile_organisation == row)

    def texts_of_profile(self, profile: int) -> NDArray[np.int32]:
        """Text rows of one profile, one for each of its languages."""
        return np.asarray(self.columns.holding_text[self.columns.holding_profile == profile])

    def describe(self, row: int) -> dict[str, Any]:
        """An organisation's record with its profiles and their texts; of anonymous ones, which must
        not be read beside its name, only the number."""
        profiles = []
        rows = self.organisation_profiles(row)
        hidden = self.columns.profile_anonymous[rows]
        for number in rows[~hidden].tolist():
            texts = [self.texts[int(text)] for text in self.texts_of_profile(number)]
            profiles.append({**self.profiles[number], "texts": texts})
        return {
            **self.organisations[row],
            "profiles": profiles,
            "anonymous_profiles": int(hidden.sum()),
        }

    @cached_property
    def _names(self) -> Names:
        return Names(self._folder)

    def find_organisation(self, name: str) -> int:
        """The row of the one organisation that goes by `name`: its id, a key of its source or any
        spelling. UnknownOrganisation, with near names, if there is none or more than one."""
        folded = fold_name(name)
        rows = [r for r in dict.fromkeys(self._names.rows(name)) if self._goes_by(r, folded)]
        if len(rows) == 1:
            return rows[0]
        if rows:
            found = "; ".join(self._shortly(row) for row in rows[:5])
            raise UnknownOrganisation(
                Bilingual(
                    f"有 {len(rows)} 家机构用这个名称。", f"{len(rows)} organisations go by this."
                ),
                Bilingual(f"请用编号：{found}", f"use its id: {found}"),
                where=name,
            )
        near = self._near(folded)
        hint = "; ".join(self._shortly(row) for row in near)
        raise UnknownOrganisation(
            Bilingual("快照中没有这个机构。", "no organisation in the snapshot goes by this."),
            Bilingual(
                f"检查名称或用编号。相近的有：{hint or '无'}",
                f"check the name or use its id. Near ones: {hint or 'none'}",
            ),
            where=name,
        )

    def _spellings(self, row: int) -> set[str]:
        record = self.organisations[row]
        sources = [SourceKey(s["source"], s["key"]) for s in record["sources"]]
        keys = keys_of(record["id"], sources)
        return {fold_name(n) for n in {record["name"], *record["aliases"], *keys}}

    def _goes_by(self, row: int, folded: str) -> bool:
        return folded in self._spellings(row)

    def _shortly(self, row: int) -> str:
        record = self.organisations[row]
        return f"{record['id']} {record['name']} ({record['country'] or '?'})"

    def _near(self, folded: str) -> list[int]:
        """Up to three organisations with a similar name, or that contain what was typed."""
        from rapidfuzz import process  # only a mistake needs it

        spelled: dict[str, int] = {}
        for row in range(len(self.organisations)):
            for spelling in self._spellings(row):
                spelled.setdefault(spelling, row)
        found = [s for s in spelled if folded and folded in s][:3]
        found += [
            s for s, _, _ in process.extract(folded, spelled.keys(), limit=3, score_cutoff=NEAR)
        ]
        return list(dict.fromkeys(spelled[s] for s in found))[:3]
