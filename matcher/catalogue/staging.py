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

from .readers.cells import SourceRow
from .report import ImportReport, RowFault

_BATCH = 2000


class Staging:
    """The staged rows of one import, on one connection."""

    def __init__(self, connection: Connection, tenant: str) -> None:
        self.connection = connection
        self.tenant = tenant
        self._pending: list[dict[str, Any]] = []
        self._number = 0
        for statement in _MAKE.split(";"):
            connection.exec_driver_sql(statement)

    def add(self, row: SourceRow, place: str) -> None:
        """Stage one row; equal rows are equal whatever their place."""
        payload = orjson.dumps(row.payload, option=orjson.OPT_SORT_KEYS)
        self._number += 1
        self._pending.append(
            {
                "n": self._number,
                "source": row.source,
                "key": row.key,
                "content_hash": hashlib.sha256(row.kind.encode() + b" " + payload).hexdigest(),
                "kind": row.kind,
                "organisation": row.organisation,
                "dossier": row.dossier,
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
            self.connection.execute(_INSERT, self._pending)
            self._pending.clear()

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
        and note whom they touch in `touched_organisations` and `touched_dossiers`."""
        for statement in _STORE.split(";"):
            self.connection.exec_driver_sql(statement)

    def touch_all(self) -> None:
        """Have everything derived anew, as after a change of the rules or of the vocabulary."""
        for statement in _TOUCH_ALL.split(";"):
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


_MAKE = """
DROP TABLE IF EXISTS temp.staged;
DROP TABLE IF EXISTS temp.touched_organisations;
DROP TABLE IF EXISTS temp.touched_dossiers;
CREATE TEMP TABLE staged (
    n INTEGER PRIMARY KEY, source TEXT NOT NULL, key TEXT NOT NULL, content_hash TEXT NOT NULL,
    kind TEXT NOT NULL, organisation TEXT, dossier TEXT, payload BLOB NOT NULL,
    place TEXT NOT NULL, tenant TEXT NOT NULL, repeatable INTEGER NOT NULL,
    fresh INTEGER NOT NULL DEFAULT 0
);
CREATE TEMP TABLE touched_organisations (id TEXT PRIMARY KEY);
CREATE TEMP TABLE touched_dossiers (id TEXT PRIMARY KEY)
"""

_INSERT = text(
    "INSERT INTO staged (n, source, key, content_hash, kind, organisation, dossier, payload,"
    " place, tenant, repeatable) VALUES (:n, :source, :key, :content_hash, :kind, :organisation,"
    " :dossier, :payload, :place, :tenant, :repeatable)"
)

_COMPARE = text(
    "SELECT s.n, s.source, s.key, s.content_hash, s.place, s.repeatable,"
    " EXISTS (SELECT 1 FROM source_rows r WHERE r.source = s.source AND r.key = s.key) AS known,"
    " EXISTS (SELECT 1 FROM source_rows r WHERE r.source = s.source AND r.key = s.key"
    "  AND r.content_hash = s.content_hash) AS stored"
    " FROM staged s ORDER BY s.source, s.key, s.n"
)

_STORE = """
CREATE TEMP TABLE replaced AS SELECT DISTINCT source, key FROM staged WHERE fresh;
CREATE TEMP TABLE outdated AS
    SELECT r.rowid AS id, r.organisation, r.dossier FROM source_rows r
    JOIN replaced k ON r.source = k.source AND r.key = k.key
    WHERE NOT EXISTS (SELECT 1 FROM staged s WHERE s.source = r.source AND s.key = r.key
        AND s.content_hash = r.content_hash);
INSERT OR IGNORE INTO touched_organisations
    SELECT organisation FROM outdated WHERE organisation IS NOT NULL
    UNION SELECT organisation FROM staged WHERE fresh AND organisation IS NOT NULL;
INSERT OR IGNORE INTO touched_dossiers
    SELECT dossier FROM outdated WHERE dossier IS NOT NULL
    UNION SELECT dossier FROM staged WHERE fresh AND dossier IS NOT NULL;
DELETE FROM source_rows WHERE rowid IN (SELECT id FROM outdated);
INSERT INTO source_rows
    (source, key, content_hash, kind, organisation, dossier, payload, place, tenant)
    SELECT source, key, content_hash, kind, organisation, dossier, payload, place, tenant
    FROM staged WHERE fresh ORDER BY source, key, content_hash;
DROP TABLE replaced;
DROP TABLE outdated
"""

_TOUCH_ALL = """
INSERT OR IGNORE INTO touched_organisations
    SELECT organisation FROM source_rows WHERE organisation IS NOT NULL
    UNION SELECT id FROM organisations;
INSERT OR IGNORE INTO touched_dossiers
    SELECT dossier FROM source_rows WHERE dossier IS NOT NULL
    UNION SELECT dossier FROM dossier_organisations
"""
