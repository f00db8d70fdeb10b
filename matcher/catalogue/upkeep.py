"""Keeps the derived tables in step with source rows and decisions, for what was touched."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import groupby, islice
from typing import Any

import orjson
from sqlalchemy import Connection, Select, column, delete, insert, select, table
from sqlalchemy import text as sql

from matcher.organisation import Organisation, Side
from matcher.vocabulary import Vocabulary

from . import derive, papers, registrar
from . import tables as t
from .resolution.appearance import Appearance
from .rows import Bodies, Claim, StoredRow
from .staging import APPEARANCE, DOSSIER, TOUCH_ALL, TOUCHED
from .themes import Themes
from .writing import Writer, digest_of

_BATCH = 2000
_KEPT = 100_000
"""Of so many appearances the claims are kept in memory from describing to deriving."""
_touched_appearances = table("touched_appearances", column("id"))
_touched_dossiers = table("touched_dossiers", column("id"))
Progress = Callable[[int, int], None]


def touch_nothing(connection: Connection) -> None:
    """Begin a pass that no import staged: the temporary tables of what is touched, empty."""
    for statement in TOUCHED.split(";"):
        connection.exec_driver_sql(statement)


def touch_all(connection: Connection) -> None:
    """Have everything derived anew, as after a change of the rules or of the vocabulary."""
    for statement in TOUCH_ALL.split(";"):
        connection.exec_driver_sql(statement)


class Upkeep:
    """One pass over what is touched, inside the transaction that touched it."""

    def __init__(
        self,
        connection: Connection,
        vocabulary: Vocabulary,
        themes: Themes,
        *,
        join: bool = True,
    ) -> None:
        self.join = join
        self.connection = connection
        self.vocabulary = vocabulary
        self.themes = themes
        self.writer = Writer(connection)
        self._said: dict[str, list[Claim]] = {}
        self._described: dict[str, Appearance] = {}

    def run(self, progress: Progress, *, decided: bool = False) -> None:
        """Derive the touched appearances, who is who, then every organisation and dossier that
        this concerns. `decided`: people decided about identities since the last pass."""
        total = 2 * _count(self.connection, _touched_appearances)
        total += _count(self.connection, _touched_dossiers)
        steps = _Steps(progress, max(total, 1))
        former = registrar.standing(self.connection)
        if self._describe(steps) or decided:
            known = registrar.appearances(self.connection)
            registrar.resolve(self.connection, known, join=self.join)
            now = registrar.standing(self.connection)
        else:
            known, now = [], former
        moved = {a for a in former.keys() | now.keys() if former.get(a) != now.get(a)}
        children = {a.id for a in known if not moved.isdisjoint(a.parents)}
        concerned = {now[a] for a in self._touched() | moved | children if a in now}
        concerned |= {former[a] for a in moved if a in former}
        self._touch_dossiers_of(moved | {former[a] for a in moved if a in former})
        self._organisations(concerned, now, steps)
        self._dossiers(now, steps)
        self._drop_unheld_texts()

    def _touched(self) -> set[str]:
        return set(self.connection.scalars(select(_touched_appearances.c.id)))

    def _describe(self, steps: _Steps) -> bool:
        """Write what the touched appearances now say; whether any says something else."""
        held = t.appearances.c
        touched = select(_touched_appearances.c.id)
        stored: dict[str, bytes] = {
            row.id: row.description
            for row in self.connection.execute(
                select(held.id, held.description).where(held.id.in_(touched))
            )
        }
        found: set[str] = set()
        fresh = []
        for identity, rows in self._rows(APPEARANCE, touched):
            found.add(identity)
            claims = _claims(rows, identity)
            appearance = derive.appearance(identity, claims)
            if len(self._said) < _KEPT:
                self._said[identity] = claims
                self._described[identity] = appearance
            if stored.get(identity) != registrar.written(appearance):
                fresh.append(appearance)
            steps.step()
        gone = stored.keys() - found
        registrar.describe(self.connection, fresh, gone)
        return bool(fresh or gone)

    def _touch_dossiers_of(self, names: set[str]) -> None:
        """The dossiers whose rows describe these appearances, or that name them."""
        link, named = t.source_links.c, t.dossier_organisations.c
        for chunk in _chunks(sorted(names)):
            rows = select(link.row).where(link.role == APPEARANCE, link.target.in_(chunk))
            of_rows = select(link.target).where(link.role == DOSSIER, link.row.in_(rows))
            self._touch(_touched_dossiers, of_rows.distinct())
            naming = select(named.dossier).where(named.organisation.in_(chunk))
            self._touch(_touched_dossiers, naming.distinct())

    def _organisations(
        self,
        concerned: set[str],
        organisation_of: Mapping[str, str],
        steps: _Steps,
    ) -> None:
        """Derive those concerned, delete the ones that all their appearances left, and touch the
        dossiers that name an organisation which came, went or changed sides."""
        members: dict[str, list[str]] = {}
        for appearance, owner in organisation_of.items():
            if owner in concerned:
                members.setdefault(owner, []).append(appearance)
        known = t.organisations.c
        stored: dict[str, tuple[str, str]] = {}
        for chunk in _chunks(sorted(concerned)):
            chosen = select(known.id, known.side, known.digest).where(known.id.in_(chunk))
            stored |= {r.id: (r.side, r.digest) for r in self.connection.execute(chosen)}
        bodies = Bodies(organisation_of, {})
        fresh: list[tuple[Organisation, bool]] = []
        shifted: list[str] = []
        for identity, claims in self._claims_of(members):
            parts = members[identity]
            only = self._described.get(parts[0]) if len(parts) == 1 else None
            organisation = derive.organisation(identity, claims, bodies, self.vocabulary, only)
            side, digest = stored.get(identity, (None, None))
            if digest != digest_of(organisation):
                fresh.append((organisation, digest is not None))
            if side != organisation.side:
                shifted.append(identity)
            steps.step()
        gone = sorted(stored.keys() - members.keys())
        for chunk in _chunks(sorted({*shifted, *gone})):
            named = t.dossier_organisations.c
            naming = select(named.dossier).where(named.organisation.in_(chunk)).distinct()
            self._touch(_touched_dossiers, naming)
        self._forget_dossiers()
        for chunk in _chunks(gone):
            self.writer.forget_parts(chunk)
            self.connection.execute(delete(t.organisations).where(known.id.in_(chunk)))
        for organisation, is_known in fresh:
            self.writer.organisation(organisation, is_known)
        self.writer.flush()

    def _claims_of(self, members: Mapping[str, Sequence[str]]) -> Iterator[tuple[str, list[Claim]]]:
        """Every organisation's claims, over all its appearances."""
        for chunk in _chunks(sorted(members)):
            asked = {part for identity in chunk for part in members[identity]}
            said = {part: self._said[part] for part in asked & self._said.keys()}
            for some in _chunks(sorted(asked - said.keys())):
                for part, rows in self._rows(APPEARANCE, some):
                    said[part] = _claims(rows, part)
            for identity in chunk:
                yield identity, [c for part in sorted(members[identity]) for c in said[part]]

    def _dossiers(self, organisation_of: Mapping[str, str], steps: _Steps) -> None:
        organisations = t.organisations.c
        sides = {
            row.id: Side(row.side)
            for row in self.connection.execute(select(organisations.id, organisations.side))
        }
        bodies = Bodies(organisation_of, sides)
        touched = select(_touched_dossiers.c.id)
        for batch in _batches(self._rows(DOSSIER, touched)):
            self.themes.prepare([title for _, rows in batch for title in papers.to_group(rows)])
            for name, rows in batch:
                self.writer.dossier(name, derive.dossier(name, rows, bodies, self.themes))
                steps.step()
        self.writer.flush()

    def _rows(
        self, role: str, chosen: Select[Any] | Sequence[str]
    ) -> Iterator[tuple[str, list[StoredRow]]]:
        """The source rows of each chosen appearance or dossier, by rising target."""
        row, link = t.source_rows.c, t.source_links.c
        statement = (
            select(link.target, row.source, row.key, row.kind, row.payload, row.tenant)
            .join(t.source_rows, row.id == link.row)
            .where(link.role == role, link.target.in_(chosen))
            .order_by(link.target, row.source, row.key, row.content_hash)
            .execution_options(yield_per=_BATCH)
        )
        with self.connection.execute(statement) as result:
            for name, group in groupby(result, key=lambda found: found.target):
                yield (
                    name,
                    [
                        StoredRow(r.source, r.key, r.kind, orjson.loads(r.payload), r.tenant)
                        for r in group
                    ],
                )

    def _touch(self, what: Any, ids: Select[Any]) -> None:
        self.connection.execute(insert(what).prefix_with("OR IGNORE").from_select(["id"], ids))

    def _forget_dossiers(self) -> None:
        touched = select(_touched_dossiers.c.id)
        profiles = select(t.profiles.c.id).where(t.profiles.c.dossier.in_(touched))
        works = select(t.cooperations.c.id).where(t.cooperations.c.dossier.in_(touched))
        held = t.profile_texts.c
        self.connection.exec_driver_sql("DROP TABLE IF EXISTS temp.loosened_texts")
        self.connection.exec_driver_sql("CREATE TEMP TABLE loosened_texts (id TEXT PRIMARY KEY)")
        self._touch(_loosened, select(held.text).where(held.profile.in_(profiles)).distinct())
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


class _Steps:
    """Counts what is done, for whoever watches."""

    def __init__(self, progress: Progress, total: int) -> None:
        self._progress = progress
        self._total = total
        self._done = 0

    def step(self, number: int = 1) -> None:
        self._done = min(self._done + number, self._total)
        self._progress(self._done, self._total)


_loosened = table("loosened_texts", column("id"))


def _claims(rows: Sequence[StoredRow], appearance: str) -> list[Claim]:
    return [Claim(row.source, row.appearances[appearance], row.tenant) for row in rows]


def _count(connection: Connection, part: Any) -> int:
    return connection.scalar(sql(f"SELECT count(*) FROM {part.name}")) or 0  # noqa: S608


def _batches(
    found: Iterator[tuple[str, list[StoredRow]]],
) -> Iterator[list[tuple[str, list[StoredRow]]]]:
    while batch := list(islice(found, _BATCH)):
        yield batch


def _chunks(ids: list[str]) -> Iterator[list[str]]:
    """Few enough at a time for one statement."""
    for start in range(0, len(ids), _BATCH):
        yield ids[start : start + _BATCH]
