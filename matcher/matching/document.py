"""An answer as the JSON document that every door gives: command line, list and API alike.

`docs/schema/answer.json` describes it. Organisations are spliced in as the snapshot stores them,
so that a thousand pairings cost no decoding.
"""

from __future__ import annotations

from typing import Any

import orjson

from matcher.errors import MatcherError
from matcher.query import Query, Understood

from .pairing import Answer, Evidence, Pairing, Reason
from .rereading import UsedReranker


def answer_json(answer: Answer, asked_id: str | None = None) -> bytes:
    """The answer as one line of JSON."""
    return orjson.dumps(answer_document(answer, asked_id, spliced=True))


def answer_document(
    answer: Answer, asked_id: str | None = None, *, spliced: bool = False
) -> dict[str, Any]:
    """The whole answer as plain data; `spliced` leaves organisations as orjson fragments."""
    rule = answer.one_text
    return {
        "id": asked_id,
        "snapshot": answer.snapshot,
        "ranker": answer.ranker,
        "reranker": reranker_document(answer.reranker),
        "as_of": answer.as_of.isoformat(),
        "asked": asked_document(answer.question.query, answer.question.side.value),
        "understood": [understood_document(u) for u in answer.question.query.understood],
        "eligible": answer.eligible,
        "excluded": [{"rule": rule, "count": count} for rule, count in answer.excluded],
        "missing": list(answer.missing),
        "pairings": [pairing_document(p, spliced=spliced) for p in answer.pairings],
        "unmet": list(answer.unmet),
        "nearest": [pairing_document(p, spliced=spliced) for p in answer.nearest],
        "facets": {
            facet: [{"code": code, "count": count} for code, count in counts]
            for facet, counts in answer.facets
        },
        "known_partners": [pairing_document(p, spliced=spliced) for p in answer.known_partners],
        "known_partner_count": answer.known_partner_count,
        "one_text_rule": {"most": rule.most, "moved": rule.moved, "price": rule.price},
    }


def reranker_document(used: UsedReranker | None) -> dict[str, str] | None:
    """Which model read the best texts once more; None where none did."""
    return {"name": used.name, "fingerprint": used.fingerprint} if used else None


def asked_document(query: Query, side: str) -> dict[str, Any]:
    """The query as it was put and resolved."""
    return {
        "text": query.text,
        "subject": query.subject,
        "profile": query.profile,
        "organisation": query.organisation,
        "for": query.asker,
        "side": side,
        "sector": query.sector,
        "capability": query.capability,
        "countries": list(query.countries),
        "regions": list(query.regions),
        "natures": list(query.natures),
        "modes": list(query.modes),
        "not": {
            "countries": list(query.not_countries),
            "regions": list(query.not_regions),
            "natures": list(query.not_natures),
            "modes": list(query.not_modes),
        },
        "musts": [
            {
                "text": must.text,
                "wanted": must.wanted,
                "literal": must.literal,
                "synonyms": list(must.synonyms),
            }
            for must in query.musts
        ],
        "k": query.k,
    }


def understood_document(understood: Understood) -> dict[str, Any]:
    """Words of the question that were read as a rule, and applied."""
    return {
        "kind": understood.kind.value,
        "code": understood.code,
        "wanted": understood.wanted,
        "words": understood.words,
        "start": understood.start,
        "end": understood.end,
    }


def pairing_document(pairing: Pairing, *, spliced: bool = False) -> dict[str, Any]:
    """One pairing; `fictional` only where it is so."""
    document: dict[str, Any] = {
        "rank": pairing.rank,
        "organisation": orjson.Fragment(pairing.record) if spliced else pairing.organisation,
        "score": pairing.score,
        "fit": pairing.fit,
        "track_record": pairing.track_record,
        "prior": pairing.prior,
        "confidence": pairing.confidence,
        "reasons": [reason_document(r) for r in pairing.reasons],
        "evidence": [evidence_document(e) for e in pairing.evidence],
        "screening": "not_done",
    }
    if pairing.moved_from is not None:
        document["moved_from"] = pairing.moved_from
    if pairing.last_cooperation is not None:
        document["last_cooperation"] = pairing.last_cooperation
    if pairing.fictional:
        document["fictional"] = True
    return document


def reason_document(reason: Reason) -> dict[str, Any]:
    """One contribution in words."""
    return {
        "feature": reason.feature,
        "block": reason.block.value,
        "value": reason.value,
        "contribution": reason.contribution,
        "sentence": {"zh": reason.sentence.zh, "en": reason.sentence.en},
    }


def evidence_document(evidence: Evidence) -> dict[str, Any]:
    """One text with its provenance and the words that met."""
    return {
        "profile": evidence.profile,
        "kind": evidence.kind,
        "publication": evidence.publication,
        "language": evidence.language,
        "text": evidence.text,
        "source": evidence.source,
        "key": evidence.key,
        "date": evidence.date,
        "licence": evidence.licence,
        "attribution": evidence.attribution,
        "completeness": evidence.completeness,
        "alignment": [
            {
                "asked": w.asked,
                "asked_start": w.asked_start,
                "found": w.found,
                "found_start": w.found_start,
                "similarity": w.similarity,
                "share": w.share,
            }
            for w in evidence.words
        ],
        "names": [
            {
                "asked": n.asked,
                "asked_start": n.asked_start,
                "found": n.found,
                "found_start": n.found_start,
                "capability": n.capability,
            }
            for n in evidence.names
        ],
        "musts": [
            {
                "text": m.text,
                "how": m.how.value,
                "words": m.words,
                "start": m.start,
                "similarity": m.similarity,
            }
            for m in evidence.musts
        ],
    }


def error_document(error: MatcherError, asked_id: str | None = None) -> dict[str, Any]:
    """A bad line of a batch of questions."""
    return {"id": asked_id, "error": error.as_dict()}
