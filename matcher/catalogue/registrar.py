"""Keeps who is who: the appearances, what was resolved about them, what people decided."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Any

import orjson
from sqlalchemy import Connection, delete, select, update
from sqlalchemy import bindparam as bound

from matcher.organisation import Identifier, Name, NameKind

from . import tables as t
from .resolution.appearance import Appearance, Decision, Verdict
from .resolution.resolve import Resolution
from .resolution.resolve import resolve as resolved
from .writing import insert_rows

_BATCH = 2000
_UNRESOLVED = ""


def written(appearance: Appearance) -> bytes:
    """What is stored of an appearance; equal appearances are written alike."""
    return orjson.dumps(appearance, option=orjson.OPT_SORT_KEYS)


def read(description: bytes) -> Appearance:
    """The appearance that `written` wrote."""
    said: dict[str, Any] = orjson.loads(description)
    said["names"] = tuple(
        Name(n["text"], n["language"], NameKind(n["kind"])) for n in said["names"]
    )
    said["identifiers"] = tuple(Identifier(i["scheme"], i["value"]) for i in said["identifiers"])
    said["parents"] = tuple(said["parents"])
    return Appearance(**said)


def appearances(connection: Connection) -> list[Appearance]:
    """Every appearance, by id."""
    chosen = select(t.appearances.c.description).order_by(t.appearances.c.id)
    return [read(description) for description in connection.scalars(chosen)]


def decisions(connection: Connection) -> list[Decision]:
    """Every decision that stands, by its two appearances."""
    made = t.identity_decisions.c
    rows = connection.execute(select(t.identity_decisions).order_by(made.first, made.second))
    return [Decision(row.first, row.second, Verdict(row.verdict)) for row in rows]


def standing(connection: Connection) -> dict[str, str]:
    """The organisation of every appearance (ids)."""
    held = t.appearances.c
    chosen = select(held.id, held.organisation).where(held.organisation != _UNRESOLVED)
    return {row.id: row.organisation for row in connection.execute(chosen)}


def describe(connection: Connection, fresh: Sequence[Appearance], gone: Collection[str]) -> None:
    """Write appearances that are new or say something else; forget those that are `gone`."""
    held = t.appearances.c
    for chunk in _chunks(sorted(gone)):
        connection.execute(delete(t.appearances).where(held.id.in_(chunk)))
    rows = [
        {"identity": a.id, "source": a.source, "key": a.key, "description": written(a)}
        for a in fresh
    ]
    if not rows:
        return
    there = {*connection.scalars(select(held.id))}
    change = update(t.appearances).where(held.id == bound("identity"))
    changed = [row for row in rows if row["identity"] in there]
    if changed:
        connection.execute(change.values(description=bound("description")), changed)
    added = [
        {
            "id": row["identity"],
            "organisation": _UNRESOLVED,
            **{name: row[name] for name in ("source", "key", "description")},
        }
        for row in rows
        if row["identity"] not in there
    ]
    if added:
        insert_rows(connection, t.appearances, added)


def resolve(
    connection: Connection,
    known: Sequence[Appearance],
    *,
    join: bool = True,
) -> None:
    """Say anew of `known`, which are all, whose appearances they are, and why; without `join`, each
    is one of its own."""
    if join:
        resolution = resolved(known, decisions(connection))
    else:
        resolution = Resolution({one.id: one.id for one in known}, (), ())
    former = standing(connection)
    moved = [
        {"identity": appearance, "owner": organisation}
        for appearance, organisation in sorted(resolution.organisation_of.items())
        if former.get(appearance) != organisation
    ]
    if moved:
        chosen = update(t.appearances).where(t.appearances.c.id == bound("identity"))
        connection.execute(chosen.values(organisation=bound("owner")), moved)
    connection.execute(delete(t.joins))
    found = [
        {
            "first": join.first,
            "second": join.second,
            "review": review,
            "rule": join.rule,
            "confidence": join.confidence,
            "evidence": list(join.evidence),
        }
        for review, joins in ((False, resolution.joins), (True, resolution.review))
        for join in joins
    ]
    found.sort(key=lambda row: (row["first"], row["second"]))
    if found:
        insert_rows(connection, t.joins, found)


def _chunks(ids: list[str]) -> Iterable[list[str]]:
    for start in range(0, len(ids), _BATCH):
        yield ids[start : start + _BATCH]
