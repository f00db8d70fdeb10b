"""The rows of one import beside those already stored: added, changed, unchanged or rejected.

They are staged in a temporary table of the connection, outside the catalogue's file: however many
there are, memory stays small, and an import that is refused has not touched the catalogue.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from itertools import groupby
from typing import Any

import orjson
from sqlalchemy import Connection, Row, text

from matcher.errors import Bilingual
from matcher.organisation import derived_id

from .readers.cells import SourceRow
from .report import ImportReport, RowFault

APPEARANCE = "appearance"
DOSSIER = "dossier"
"""The roles of a row's links."""

_BATCH = 2000


class Staging:
    """The staged rows of one import, on one connection."""

    def __init__(self, connection: Connection, tenant: str) -> None:
        self.connection = connection
        self.tenant = tenant
        self._pending: list[dict[str, Any]] = []
        self._links: list[dict[str, Any]] = []
        self._number = 0
        for statement in (TOUCHED + ";" + _MAKE).split(";"):
            connection.exec_driver_sql(statement)

    def add(self, row: SourceRow, place: str) -> None:
        """Stage one row; equal rows are equal whatever their place."""
        payload = orjson.dumps(row.payload, option=orjson.OPT_SORT_KEYS)
        content_hash = hashlib.sha256(row.kind.encode() + b" " + payload).hexdigest()
        identity = derived_id("r", row.source, row.key, content_hash)
        self._number += 1
        self._links.extend(
            {"n": self._number, "row": identity, "role": role, "target": target}
            for role, targets in ((APPEARANCE, row.appearances), (DOSSIER, row.dossiers))
            for target in targets
        )
        self._pending.append(
            {
                "n": self._number,
                "id": identity,
                "source": row.source,
                "key": row.key,
                "content_hash": content_hash,
                "kind": row.kind,
                "payload": payload,
                "place": place,
                "tenant": self.tenant,
                "repeatable": row.repeatable,
            }
        )
        if len(self._pending) >= _BATCH:
            self.flush()

    def flush(self) -> None:
        """Write what is pending to the temporary table."""
        if self._pending:
            self.connection.exec_driver_sql(_INSERT, self._pending)
            self._pending.clear()
        if self._links:
            self.connection.exec_driver_sql(_LINK, self._links)
            self._links.clear()

    def compare(self, report: ImportReport) -> None:
        """Count every staged row in `report`, reject contradictions, mark what is to be stored.

        Two rows of one key and different content contradict each other unless the source may
        list a key repeatedly; as nothing tells which of them is right, none is taken. A row equal
        to a stored or an earlier staged one is unchanged.
        """
        self.flush()
        kept: list[dict[str, int]] = []
        rejected: list[dict[str, int]] = []
        for _, group in groupby(
            self.connection.execute(_COMPARE), key=lambda row: (row.source, row.key)
        ):
            rows = list(group)
            if len({row.content_hash for row in rows}) > 1 and not rows[0].repeatable:
                report.rejected += len(rows)
                report.faults.extend(_contradictions(rows))
                rejected.extend({"n": row.n} for row in rows)
                continue
            seen: set[str] = set()
            for row in rows:
                if row.stored or row.content_hash in seen:
                    report.unchanged += 1
                    continue
                seen.add(row.content_hash)
                kept.append({"n": row.n})
                if row.known:
                    report.changed += 1
                else:
                    report.added += 1
        if rejected:
            self.connection.execute(text("DELETE FROM staged WHERE n = :n"), rejected)
        if kept:
            self.connection.execute(text("UPDATE staged SET fresh = 1 WHERE n = :n"), kept)

    def store(self) -> None:
        """Put the marked rows into `source_rows`, in place of what stood under their keys before,
        and note whom they touch in `touched_appearances` and `touched_dossiers`."""
        for statement in _STORE.split(";"):
            self.connection.exec_driver_sql(statement)


def _contradictions(rows: list[Row[Any]]) -> Iterator[RowFault]:
    places = [row.place for row in rows]
    for row in rows:
        others = [place for place in places if place != row.place][:3]
        name = row.key.partition("/")[2][:60]
        yield RowFault(
            row.place,
            "id",
            Bilingual(
                f"同一编号“{name}”另有内容不同的行：{'、'.join(others)}。",
                f'Other rows give "{name}" a different content: {", ".join(others)}.',
            ),
            Bilingual(
                "只保留正确的一行，或给它们不同的编号。",
                "Keep the right one only, or give them ids of their own.",
            ),
        )


TOUCHED = """
DROP TABLE IF EXISTS temp.touched_appearances;
DROP TABLE IF EXISTS temp.touched_dossiers;
CREATE TEMP TABLE touched_appearances (id TEXT PRIMARY KEY);
CREATE TEMP TABLE touched_dossiers (id TEXT PRIMARY KEY)
"""
"""What `Upkeep` works on, as temporary tables of the connection."""

_MAKE = """
DROP TABLE IF EXISTS temp.staged;
DROP TABLE IF EXISTS temp.staged_links;
CREATE TEMP TABLE staged (
    n INTEGER PRIMARY KEY, id TEXT NOT NULL, source TEXT NOT NULL, key TEXT NOT NULL,
    content_hash TEXT NOT NULL, kind TEXT NOT NULL, payload BLOB NOT NULL, place TEXT NOT NULL,
    tenant TEXT NOT NULL, repeatable INTEGER NOT NULL, fresh INTEGER NOT NULL DEFAULT 0
);
CREATE TEMP TABLE staged_links (
    n INTEGER NOT NULL, row TEXT NOT NULL, role TEXT NOT NULL, target TEXT NOT NULL
)
"""

_INSERT = (
    "INSERT INTO staged (n, id, source, key, content_hash, kind, payload, place, tenant,"
    " repeatable) VALUES (:n, :id, :source, :key, :content_hash, :kind, :payload, :place,"
    " :tenant, :repeatable)"
)
_LINK = "INSERT INTO staged_links (n, row, role, target) VALUES (:n, :row, :role, :target)"

_COMPARE = text(
    "SELECT s.n, s.source, s.key, s.content_hash, s.place, s.repeatable,"
    " EXISTS (SELECT 1 FROM source_rows r WHERE r.source = s.source AND r.key = s.key) AS known,"
    " EXISTS (SELECT 1 FROM source_rows r WHERE r.id = s.id) AS stored"
    " FROM staged s ORDER BY s.source, s.key, s.n"
)

_STORE = """
CREATE TEMP TABLE replaced AS SELECT DISTINCT source, key FROM staged WHERE fresh;
CREATE TEMP TABLE outdated AS
    SELECT r.id FROM source_rows r JOIN replaced k ON r.source = k.source AND r.key = k.key
    WHERE NOT EXISTS (SELECT 1 FROM staged s WHERE s.source = r.source AND s.key = r.key
        AND s.id = r.id);
CREATE TEMP TABLE moved AS
    SELECT role, target FROM source_links WHERE row IN (SELECT id FROM outdated)
    UNION SELECT l.role, l.target FROM staged_links l JOIN staged s ON s.n = l.n WHERE s.fresh;
INSERT OR IGNORE INTO touched_appearances SELECT target FROM moved WHERE role = 'appearance';
INSERT OR IGNORE INTO touched_dossiers SELECT target FROM moved WHERE role = 'dossier';
DELETE FROM source_rows WHERE id IN (SELECT id FROM outdated);
INSERT INTO source_rows (id, source, key, content_hash, kind, payload, place, tenant)
    SELECT id, source, key, content_hash, kind, payload, place, tenant
    FROM staged WHERE fresh ORDER BY id;
INSERT OR IGNORE INTO source_links (role, target, row)
    SELECT l.role, l.target, l.row FROM staged_links l JOIN staged s ON s.n = l.n WHERE s.fresh;
DROP TABLE replaced;
DROP TABLE outdated;
DROP TABLE moved
"""

TOUCH_ALL = """
INSERT OR IGNORE INTO touched_appearances
    SELECT target FROM source_links WHERE role = 'appearance' UNION SELECT id FROM appearances;
INSERT OR IGNORE INTO touched_dossiers
    SELECT target FROM source_links WHERE role = 'dossier'
    UNION SELECT dossier FROM dossier_organisations
"""
"""Have everything derived anew, as after a change of the rules or of the vocabulary."""
