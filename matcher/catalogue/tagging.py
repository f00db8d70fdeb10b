"""Sectors and capabilities of texts that nobody tagged, by the nearest definitions.

A text is compared with the definitions of all capabilities, and of the subjects outside the ten
sectors, in its own language. What counts is not the similarity as such, which differs between
encoders, languages and definitions, but the **fit**: how many standard deviations it lies above
what that definition has in common with those of other sectors. A name or synonym that stands in the
text as it is adds to the fit. `docs/catalogue.md` has the figures.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import bindparam, delete, insert, select, update

from matcher.organisation import OTHER_SECTOR, SECTOR_SCHEME, Origin, ProfileText, Tag
from matcher.text.encoder import Encoder
from matcher.vocabulary import Term, Vocabulary

from . import tables as t
from .derive import CAPABILITY_SCHEME
from .lock import exclusive
from .mentions import Mentions
from .store import MAX_SECTORS, Catalogue, text_of

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Rules:
    """The tagger's figures, chosen on `bench/tagging_labels.csv` by `python -m bench.tagging
    --choose`, with `tests/tagging_cases.yaml` as a floor."""

    nearest: int = 1
    """A text's fit to a sector is the mean of its so many nearest definitions there."""
    subject: float = 0.3
    """Weight of title and keywords, which name the subject, beside the whole text, much of which
    may tell how the work is organised."""
    mentioned: float = 1.0
    """What a definition gains whose name or synonym stands in the text."""
    services: float = 1.5
    """What S&T services have to fit better: every project speaks of cooperation and training."""
    outside: float = 0.0
    """What subjects outside the sectors have to fit better."""
    sector_fit: float = 2.1
    """A sector stands from this fit on, and if no subject outside the sectors fits better."""
    sector_gap: float = 0.0
    """A second or third sector may fit so much less than the first."""
    capability_fit: float = 3.0
    """A capability of a sector that stands, from this fit on."""
    sureness: float = 0.6
    """confidence = 1 / (1 + exp((threshold - fit) / sureness)): one half at the threshold."""


RULES = Rules()
SERVICES = "services"
MAX_CAPABILITIES = 5

_BATCH = 512
_VERSION = "2"
"""Raise it when the code here would tag otherwise; the figures above count by themselves."""
_LANGUAGES = ("zh", "en")


@dataclass(frozen=True, slots=True)
class _Yardstick:
    """The definitions in one language, and what similarity means with each of them."""

    definitions: Floats
    """(definitions, d), unit rows."""
    mean: Floats
    """(definitions,) of the similarity with definitions of other sectors."""
    deviation: Floats
    mentions: Mentions


class Tagger:
    """Tags texts with one encoder and one vocabulary."""

    def __init__(self, encoder: Encoder, vocabulary: Vocabulary, rules: Rules = RULES) -> None:
        self.rules = rules
        self.encoder = encoder
        self.vocabulary = vocabulary
        self.definitions = (*vocabulary.capability, *vocabulary.outside)
        self.sectors = (
            *(s for s in vocabulary.sector.codes if vocabulary.capabilities_of(s)),
            OTHER_SECTOR,
        )
        belongs = [
            self.sectors.index(
                vocabulary.sector_of(term.code)
                if term.scheme == CAPABILITY_SCHEME
                else OTHER_SECTOR
            )
            for term in self.definitions
        ]
        self._belongs = np.array(belongs, np.int32)
        handicap = {SERVICES: rules.services, OTHER_SECTOR: rules.outside}
        self._handicap = np.array([handicap.get(s, 0.0) for s in self.sectors], np.float32)
        self._yardsticks = {language: self._yardstick(language) for language in _LANGUAGES}
        parts = (
            _VERSION,
            encoder.fingerprint,
            vocabulary.fingerprint,
            repr((rules, MAX_CAPABILITIES)),
        )
        self.fingerprint = hashlib.sha256("\n".join(parts).encode()).hexdigest()

    def tags(self, texts: Sequence[ProfileText], language: str) -> list[list[Tag]]:
        """Of each text: one to three sectors or `other`, then their capabilities, surest first.

        `language` is that of all the texts; other than "zh", the English definitions count.
        """
        if not texts:
            return []
        single = self._fits(texts, self._yardsticks["zh" if language == "zh" else "en"])
        sectors = self._by_sector(single) - self._handicap
        return [self._tags_of(*fits) for fits in zip(sectors, single, strict=True)]

    def _fits(self, texts: Sequence[ProfileText], yardstick: _Yardstick) -> Floats:
        """(n, definitions)"""
        bodies = [text.body for text in texts]
        weight = self.rules.subject
        whole = self.encoder.encode(bodies)
        subject = self.encoder.encode([_subject(text) for text in texts])
        near = ((1 - weight) * whole + weight * subject) @ yardstick.definitions.T
        fits = (near - yardstick.mean) / yardstick.deviation
        for row, body in enumerate(bodies):
            fits[row, yardstick.mentions.of(body)] += self.rules.mentioned
        return np.asarray(fits, np.float32)

    def _tags_of(self, sectors: Floats, single: Floats) -> list[Tag]:
        rules = self.rules
        least = max(rules.sector_fit, float(sectors.max()) - rules.sector_gap)
        order = np.argsort(-sectors, kind="stable")[:MAX_SECTORS]
        other = len(self.sectors) - 1
        if order[0] == other or sectors[order[0]] < rules.sector_fit:
            # As sure as the nearest sector is far, from its threshold or from what fits better.
            above = max(rules.sector_fit, float(sectors[other]))
            sure = self._confidence(above, float(sectors[:other].max()))
            return [Tag(SECTOR_SCHEME, OTHER_SECTOR, Origin.INFERRED, sure)]
        chosen = [int(n) for n in order if n != other and sectors[n] >= least]
        tags = [
            Tag(
                SECTOR_SCHEME,
                self.sectors[number],
                Origin.INFERRED,
                self._confidence(float(sectors[number]), rules.sector_fit),
            )
            for number in chosen
        ]
        within = np.where(np.isin(self._belongs, chosen), single, -np.inf)
        for number in np.argsort(-within, kind="stable")[:MAX_CAPABILITIES]:
            if within[number] >= rules.capability_fit:
                code = self.definitions[number].code
                sure = self._confidence(float(within[number]), rules.capability_fit)
                tags.append(Tag(CAPABILITY_SCHEME, code, Origin.INFERRED, sure))
        return tags

    def _confidence(self, fit: float, threshold: float) -> float:
        """Rounded, so that no machine's last digit shows in a fingerprint; never 0."""
        above = (threshold - fit) / self.rules.sureness
        return max(0.001, round(float(1 / (1 + np.exp(above))), 3))

    def _by_sector(self, single: Floats) -> Floats:
        """(n, definitions) fits to (n, sectors), `other` the last."""
        columns = []
        for number in range(len(self.sectors)):
            own = single[:, self._belongs == number]
            few = min(self.rules.nearest, own.shape[1])
            columns.append(np.sort(own, axis=1)[:, -few:].mean(axis=1))
        return np.stack(columns, axis=1)

    def _yardstick(self, language: str) -> _Yardstick:
        definitions = self.encoder.encode([definition(term, language) for term in self.definitions])
        near = definitions @ definitions.T
        elsewhere = self._belongs[:, None] != self._belongs[None, :]
        count = elsewhere.sum(axis=1)
        mean = (near * elsewhere).sum(axis=1) / count
        spread = ((near - mean[:, None]) ** 2 * elsewhere).sum(axis=1) / count
        return _Yardstick(
            definitions,
            np.asarray(mean, np.float32),
            np.asarray(np.sqrt(spread), np.float32),
            Mentions(
                [
                    (term.zh, *term.synonyms_zh)
                    if language == "zh"
                    else (term.en, *term.synonyms_en)
                    for term in self.definitions
                ]
            ),
        )


def refresh_tags(catalogue: Catalogue, encoder: Encoder, vocabulary: Vocabulary) -> int:
    """Tag every text that this encoder, vocabulary and rules have not tagged yet; how many.

    Each distinct text is tagged once, whoever holds it; tags that holders declared are untouched.
    Where all is up to date nothing is written. CatalogueBusy while an import is running.
    """
    tagger = Tagger(encoder, vocabulary)
    stale = select(t.texts).where(t.texts.c.tagger.is_distinct_from(tagger.fingerprint))
    with catalogue.reading() as connection:
        if connection.execute(stale.limit(1)).first() is None:
            return 0
    with exclusive(catalogue.home), catalogue.writing() as connection:
        rows = connection.execute(stale.order_by(t.texts.c.id)).all()
        connection.execute(
            delete(t.text_tags).where(t.text_tags.c.text == bindparam("identity")),
            [{"identity": row.id} for row in rows],
        )
        for language in sorted({row.language for row in rows}):
            told = [(row.id, text_of(row)) for row in rows if row.language == language]
            for batch in _batches(told):
                tags = tagger.tags([text for _, text in batch], language)
                found = [
                    {
                        "text": identity,
                        "scheme": tag.scheme,
                        "code": tag.code,
                        "confidence": tag.confidence,
                    }
                    for (identity, _), own in zip(batch, tags, strict=True)
                    for tag in own
                ]
                connection.execute(insert(t.text_tags), found)
        done = update(t.texts).where(t.texts.c.id == bindparam("identity"))
        connection.execute(
            done.values(tagger=tagger.fingerprint), [{"identity": row.id} for row in rows]
        )
    return len(rows)


def definition(term: Term, language: str) -> str:
    """Name, definition and synonyms of a term, as they are encoded."""
    if language == "zh":
        return "\n".join((term.zh, term.definition_zh, "；".join(term.synonyms_zh)))
    return "\n".join((term.en, term.definition_en, "; ".join(term.synonyms_en)))


def _subject(text: ProfileText) -> str:
    return "\n".join((text.title, "; ".join(text.keywords))) if text.title else text.body


def _batches(told: list[tuple[str, ProfileText]]) -> Iterator[list[tuple[str, ProfileText]]]:
    for start in range(0, len(told), _BATCH):
        yield told[start : start + _BATCH]
