"""Put what is shown into words: contributions become reasons, holdings become evidence."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from matcher.errors import Bilingual
from matcher.organisation import OTHER_SECTOR
from matcher.snapshot.columns import sector_bit
from matcher.snapshot.snapshot import Snapshot
from matcher.vocabulary import Vocabulary

from .features import BY_NAME, Pairs, Said
from .musts import Insistence
from .pairing import Evidence, Pairing, Reason
from .phrases import WordPair, name_pairs, word_pairs
from .placing import Place, Placed
from .ranker import Block, Ranker

TOP = 3
MOST_EVIDENCE = 3
"""Texts shown behind one pairing: the best profile first."""
REST = "rest"
BLOCK_NAMES = {
    Block.FIT: Bilingual("契合", "Fit"),
    Block.TRACK_RECORD: Bilingual("往绩", "Track record"),
}


class Explainer:
    """Words for the places of one answer."""

    def __init__(
        self,
        snapshot: Snapshot,
        vocabulary: Vocabulary,
        ranker: Ranker,
        insistence: Insistence | None = None,
    ) -> None:
        self._snapshot = snapshot
        self._vocabulary = vocabulary
        self._ranker = ranker
        self._insistence = insistence
        self._met: dict[tuple[str, int], tuple[WordPair, ...]] = {}

    def pairing(self, place: Place, reasons: str) -> Pairing:
        """The pairing of a place with `reasons` all, top (the strongest three and the sum of the
        rest) or none (neither reasons nor evidence)."""
        tier, row = place.tier, place.row
        organisation = int(tier.organisations[row])
        shown: tuple[Reason, ...] = ()
        evidence: tuple[Evidence, ...] = ()
        if reasons != "none":
            evidence = self._evidence(place)
            shown = self._reasons(place, evidence[0].words)
            if reasons == "top":
                shown = strongest(shown)
        return Pairing(
            rank=place.rank,
            record=self._snapshot.organisations.raw(organisation),
            fictional=bool(self._snapshot.columns.organisation_fictional[organisation]),
            score=float(tier.score[row]),
            fit=float(tier.fit[row]),
            track_record=float(tier.track_record[row]),
            prior=self._ranker.prior,
            reasons=shown,
            evidence=evidence,
            moved_from=place.moved_from,
            last_cooperation=place.last_cooperation,
        )

    def _reasons(self, place: Place, words: tuple[WordPair, ...]) -> tuple[Reason, ...]:
        """Every feature's contribution in words, strongest first."""
        tier, row = place.tier, place.row
        said = Said(words=words, sectors=self._sectors(self._sector_bits(place)))
        reasons = []
        for number, curve in enumerate(self._ranker.curves):
            feature = BY_NAME[curve.feature]
            value = float(tier.values[row, number])
            missing = math.isnan(value)
            reasons.append(
                Reason(
                    feature=curve.feature,
                    block=curve.block,
                    value=None if missing else value,
                    contribution=float(tier.contributions[row, number]),
                    sentence=feature.missing if missing else feature.sentence(value, said),
                )
            )
        return tuple(sorted(reasons, key=lambda r: -abs(r.contribution)))

    def _sector_bits(self, place: Place) -> int:
        """The sectors that question and profile share; where they share none, the question's."""
        pairs = place.tier.pairs
        profile = pairs.candidates.profiles[int(place.tier.holding[place.row])]
        own = int(self._snapshot.columns.profile_sectors[profile])
        return (pairs.question_sectors & own) or pairs.question_sectors

    def _sectors(self, bits: int) -> tuple[Bilingual, ...]:
        codes = self._snapshot.manifest.sectors
        named = [c for c in codes if c != OTHER_SECTOR and bits & sector_bit(codes[:-1], c)]
        terms = [self._vocabulary.sector.get(code) for code in named]
        return tuple(Bilingual(term.zh, term.en) for term in terms)

    def _evidence(self, place: Place) -> tuple[Evidence, ...]:
        """The best profile's text first, then the organisation's other texts nearest to the
        question."""
        tier = place.tier
        candidates = tier.pairs.candidates
        begin, end = (int(n) for n in candidates.offsets[place.row : place.row + 2])
        best = int(tier.holding[place.row])
        nearness = tier.pairs.hits.alignment[candidates.hits[begin:end]]
        order = [best, *(begin + np.argsort(-nearness, kind="stable")).tolist()]
        texts: dict[int, int] = {}
        for holding in order:
            texts.setdefault(int(candidates.texts[holding]), holding)
        return tuple(
            self._piece(place, holding) for holding in list(texts.values())[:MOST_EVIDENCE]
        )

    def _words(self, pairs: Pairs, number: int, row: int, body: str) -> tuple[WordPair, ...]:
        """The words of asking text `number` that met; a text that several organisations hold is
        read once."""
        asked = pairs.question.texts[number]
        key = (asked.text, row)
        if key not in self._met:
            aligner = pairs.aligners[number]
            self._met[key] = word_pairs(asked, aligner, row, body, self._snapshot)
        return self._met[key]

    def _piece(self, place: Place, holding: int) -> Evidence:
        pairs = place.tier.pairs
        row = int(pairs.candidates.texts[holding])
        text: dict[str, Any] = self._snapshot.texts[row]
        profile = self._snapshot.profiles[int(pairs.candidates.profiles[holding])]
        number = int(pairs.hits.asked[pairs.candidates.hits[holding]])
        words = self._words(pairs, number, row, text["body"])
        return Evidence(
            profile=profile["id"],
            kind=profile["kind"],
            publication=profile["publication"],
            language=text["language"],
            text=text["body"],
            source=profile["source"]["source"],
            key=profile["source"]["key"],
            date=profile["date"],
            licence=profile["licence"],
            attribution=profile["attribution"],
            completeness=profile["completeness"],
            words=words,
            names=name_pairs(pairs.question.texts[number], text["body"]),
            musts=self._insistence.met(row, text["body"]) if self._insistence else (),
        )


def strongest(reasons: tuple[Reason, ...]) -> tuple[Reason, ...]:
    """The first three and, so that the sum still holds, one reason for the rest of each block."""
    rest = []
    for block in Block:
        left = [r.contribution for r in reasons[TOP:] if r.block is block]
        if left:
            name = BLOCK_NAMES[block]
            sentence = Bilingual(
                f"{name.zh}：其余 {len(left)} 项理由合计。",
                f"{name.en}: the other {len(left)} reasons together.",
            )
            rest.append(Reason(f"{REST}_{block.value}", block, None, sum(left), sentence))
    return (*reasons[:TOP], *rest)


def explain(
    placed: Placed, explainer: Explainer, reasons: str
) -> tuple[tuple[Pairing, ...], tuple[Pairing, ...]]:
    """The pairings and the past partners of an answer."""
    return (
        tuple(explainer.pairing(place, reasons) for place in placed.pairings),
        tuple(explainer.pairing(place, reasons) for place in placed.partners),
    )
