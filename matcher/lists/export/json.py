"""A list as JSON; `docs/schema/list.json` describes it. The API gives the same document."""

from __future__ import annotations

from typing import Any

import orjson

from matcher.lists.table import evidence, excerpt, kind
from matcher.lists.topk import ListRow, RowKind, SectorList
from matcher.matching.document import evidence_document, reason_document, reranker_document


def json_file(made: SectorList) -> bytes:
    """The document as a file, indented for readers."""
    return orjson.dumps(list_document(made), option=orjson.OPT_INDENT_2) + b"\n"


def list_document(made: SectorList) -> dict[str, Any]:
    """The list as plain data, scores unrounded."""
    sector = made.sector
    return {
        "sector": {"code": sector.code, "name": {"zh": sector.zh, "en": sector.en}},
        "snapshot": made.snapshot,
        "ranker": made.ranker,
        "reranker": reranker_document(made.reranker),
        "as_of": made.as_of.isoformat(),
        "k": made.k,
        "method": "top_k",
        "screening": "not_done",
        "counts": {
            "bodies": made.bodies,
            **{each.value: made.count(each) for each in RowKind},
            "anonymous": made.anonymous,
        },
        "rows": [row_document(row) for row in made.rows],
    }


def row_document(row: ListRow) -> dict[str, Any]:
    """One row; a body without a pairing says why. `fictional` only where it is so."""
    document: dict[str, Any] = {
        "kind": row.kind.value,
        "kind_name": {"zh": kind(row).zh, "en": kind(row).en},
        "body": brief(row.body),
    }
    pairing = row.pairing
    if pairing is not None:
        piece = evidence(row)
        document |= {
            "rank": pairing.rank,
            "partner": brief(pairing.organisation),
            "score": pairing.score,
            "fit": pairing.fit,
            "track_record": pairing.track_record,
            "prior": pairing.prior,
            "confidence": pairing.confidence,
            "reasons": [reason_document(reason) for reason in pairing.reasons],
        }
        if piece is not None:
            shown = {**evidence_document(piece), "text": excerpt(piece.text)}
            for part in ("alignment", "names", "musts"):
                del shown[part]  # their offsets count in the whole text
            document["evidence"] = shown
        if pairing.last_cooperation is not None:
            document["last_cooperation"] = pairing.last_cooperation
    if row.why is not None:
        document["why"] = {"zh": row.why.zh, "en": row.why.en}
    if row.fictional:
        document["fictional"] = True
    return document


def brief(organisation: dict[str, Any]) -> dict[str, Any]:
    """Who it is, as in an answer but shorter."""
    keys = ("id", "name", "names", "country", "country_name")
    document = {key: organisation[key] for key in keys}
    if organisation["fictional"]:
        document["fictional"] = True
    return document
