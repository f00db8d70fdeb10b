"""Keeps the derived tables in step with the source rows, for what an import has touched."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import groupby
from typing import Any

import orjson
from sqlalchemy import Connection, Select, column, delete, insert, select, table
from sqlalchemy import text as sql

from matcher.organisation import Organisation, Side
from matcher.vocabulary import Vocabulary

from . import derive
from . import tables as t
from .writing import Writer, digest_of

_BATCH = 2000
_touched_organisations = table("touched_organisations", column("id"))
_touched_dossiers = table("touched_dossiers", column("id"))
Progress = Callable[[int, int], None]


class Upkeep:
    """One pass over what is touched, inside the import's transaction."""

    def __init__(self, connection: Connection, vocabulary: Vocabulary) -> None:
        self.connection = connection
        self.vocabulary = vocabulary
        self.writer = Writer(connection)

    def run(self, progress: Progress) -> None:
        """Derive every touched organisation, then every touched dossier and those that name an
        organisation which came, went or changed sides."""
        fresh, gone = self._organisations(progress)
        self._forget_dossiers()
        for chunk in _chunks(gone):
            self.writer.forget_parts(chunk)
            self.connection.execute(delete(t.organisations).where(t.organisations.c.id.in_(chunk)))
        for organisation, known in fresh:
            self.writer.organisation(organisation, known)
        self.writer.flush()
        self._dossiers(progress)
        self._drop_unheld_texts()

    def _organisations(
        self, progress: Progress
    ) -> tuple[list[tuple[Organisation, bool]], list[str]]:
        """The touched organisations that differ from what is stored (and whether any is), and
        the ids of those that no row describes any more."""
        touched = select(_touched_organisations.c.id)
        known = t.organisations.c
        statement = select(known.id, known.side, known.digest).where(known.id.in_(touched))
        stored = {row.id: (row.side, row.digest) for row in self.connection.execute(statement)}
        total = self._count(_touched_organisations) + self._count(_touched_dossiers)
        found: set[str] = set()
        fresh: list[tuple[Organisation, bool]] = []
        moved: list[str] = []
        for identity, rows in self._rows(t.source_rows.c.organisation, touched):
            organisation = derive.organisation(identity, rows, self.vocabulary)
            found.add(identity)
            side, digest = stored.get(identity, (None, None))
            if digest != digest_of(organisation):
                fresh.append((organisation, digest is not None))
            if side != organisation.side:
                moved.append(identity)
            progress(len(found), max(total, 1))
        gone = sorted(stored.keys() - found)
        for chunk in _chunks(moved + gone):
            named = t.dossier_organisations.c
            naming = select(named.dossier).where(named.organisation.in_(chunk)).distinct()
            self.connection.execute(
                insert(_touched_dossiers).prefix_with("OR IGNORE").from_select(["id"], naming)
            )
        return fresh, gone

    def _dossiers(self, progress: Progress) -> None:
        organisations = t.organisations.c
        sides = {
            row.id: Side(row.side)
            for row in self.connection.execute(select(organisations.id, organisations.side))
        }
        touched = select(_touched_dossiers.c.id)
        done = self._count(_touched_organisations)
        total = done + self._count(_touched_dossiers)
        for name, rows in self._rows(t.source_rows.c.dossier, touched):
            self.writer.dossier(name, derive.dossier(name, rows, sides.get))
            done += 1
            progress(min(done, total), max(total, 1))
        self.writer.flush()

    def _rows(
        self, owner: Any, chosen: Select[Any]
    ) -> Iterator[tuple[str, list[derive.StoredRow]]]:
        """The source rows of each chosen owner (a column of `source_rows`), by rising owner."""
        row = t.source_rows.c
        statement = (
            select(t.source_rows)
            .where(owner.in_(chosen))
            .order_by(owner, row.source, row.key, row.content_hash)
        )
        with self.connection.execute(statement) as result:
            for name, group in groupby(result, key=lambda found: found._mapping[owner]):
                yield (
                    name,
                    [
                        derive.StoredRow(
                            r.source,
                            r.key,
                            r.kind,
                            r.organisation,
                            orjson.loads(r.payload),
                            r.tenant,
                        )
                        for r in group
                    ],
                )

    def _forget_dossiers(self) -> None:
        touched = select(_touched_dossiers.c.id)
        profiles = select(t.profiles.c.id).where(t.profiles.c.dossier.in_(touched))
        works = select(t.cooperations.c.id).where(t.cooperations.c.dossier.in_(touched))
        held = t.profile_texts.c
        self.connection.exec_driver_sql("DROP TABLE IF EXISTS temp.loosened_texts")
        self.connection.exec_driver_sql("CREATE TEMP TABLE loosened_texts (id TEXT PRIMARY KEY)")
        self.connection.execute(
            insert(_loosened).from_select(
                ["id"], select(held.text).where(held.profile.in_(profiles)).distinct()
            )
        )
        for part, owner, ids in (
            (t.profile_tags, "profile", profiles),
            (t.profile_texts, "profile", profiles),
            (t.profiles, "dossier", touched),
            (t.cooperation_participants, "cooperation", works),
            (t.cooperations, "dossier", touched),
            (t.dossier_organisations, "dossier", touched),
        ):
            self.connection.execute(delete(part).where(part.c[owner].in_(ids)))

    def _drop_unheld_texts(self) -> None:
        """Texts that lost their last holder in this pass."""
        held = select(t.profile_texts.c.text).where(t.profile_texts.c.text == t.texts.c.id)
        loose = t.texts.c.id.in_(select(_loosened.c.id)) & ~held.exists()
        ids = select(t.texts.c.id).where(loose)
        self.connection.execute(delete(t.text_tags).where(t.text_tags.c.text.in_(ids)))
        self.connection.execute(delete(t.texts).where(loose))

    def _count(self, part: Any) -> int:
        return self.connection.scalar(sql(f"SELECT count(*) FROM {part.name}")) or 0  # noqa: S608


_loosened = table("loosened_texts", column("id"))


def _chunks(ids: list[str]) -> Iterator[list[str]]:
    """Few enough at a time for one statement."""
    for start in range(0, len(ids), _BATCH):
        yield ids[start : start + _BATCH]
