"""Sectors and capabilities of texts that nobody tagged, by the nearest definitions.

A text is compared with the definitions of all capabilities in its own language. What counts is not
the similarity as such, which differs between encoders and languages, but its **fit**: how many
standard deviations it lies above what a definition has with a sector that it does not belong to.
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
from .store import MAX_SECTORS, Catalogue, text_of

Floats = NDArray[np.float32]

NEAREST = 3
"""A text's similarity to a sector is the mean of its so many nearest capabilities there."""
SECTOR_FIT = 1.1
"""A sector stands from this fit on (chosen on `tests/tagging_cases.yaml`), else `other`."""
SECTOR_GAP = 1.0
"""A second or third sector may fit so much less than the first."""
CAPABILITY_FIT = 3.0
"""A capability of a sector that stands, from this fit on."""
MAX_CAPABILITIES = 5
SURENESS = 0.6
"""confidence = 1 / (1 + exp((threshold - fit) / SURENESS)): one half at the threshold."""

_BATCH = 512
_VERSION = "1"
"""Raise it when the code here would tag otherwise; the figures above count by themselves."""
_LANGUAGES = ("zh", "en")


@dataclass(frozen=True, slots=True)
class _Yardstick:
    """The definitions in one language, and what similarity means among them."""

    definitions: Floats
    """(capabilities, d), unit rows."""
    sector_mean: float
    sector_deviation: float
    mean: float
    deviation: float


class Tagger:
    """Tags texts with one encoder and one vocabulary."""

    def __init__(self, encoder: Encoder, vocabulary: Vocabulary) -> None:
        self.encoder = encoder
        self.vocabulary = vocabulary
        self.capabilities = tuple(vocabulary.capability)
        self.sectors = tuple(s for s in vocabulary.sector.codes if vocabulary.capabilities_of(s))
        belongs = [self.sectors.index(vocabulary.sector_of(c.code)) for c in self.capabilities]
        self._belongs = np.array(belongs, np.int32)
        self._yardsticks = {language: self._yardstick(language) for language in _LANGUAGES}
        rules = (SECTOR_FIT, SECTOR_GAP, CAPABILITY_FIT, MAX_CAPABILITIES, SURENESS, NEAREST)
        parts = (_VERSION, encoder.fingerprint, vocabulary.fingerprint, repr(rules))
        self.fingerprint = hashlib.sha256("\n".join(parts).encode()).hexdigest()

    def tags(self, texts: Sequence[ProfileText], language: str) -> list[list[Tag]]:
        """Of each text: one to three sectors or `other`, then their capabilities, surest first.

        `language` is that of all the texts; other than "zh", the English definitions count. Title
        and keywords, which name the subject, count as much as the whole text, much of which may
        tell how the work is organised.
        """
        if not texts:
            return []
        yardstick = self._yardsticks["zh" if language == "zh" else "en"]
        whole = self.encoder.encode([text.body for text in texts])
        subject = self.encoder.encode([_subject(text) for text in texts])
        near = np.asarray((whole + subject) @ yardstick.definitions.T / 2, np.float32)
        sectors = (self._by_sector(near) - yardstick.sector_mean) / yardstick.sector_deviation
        single = (near - yardstick.mean) / yardstick.deviation
        return [self._tags_of(*fits) for fits in zip(sectors, single, strict=True)]

    def _tags_of(self, sectors: Floats, single: Floats) -> list[Tag]:
        least = max(SECTOR_FIT, float(sectors.max()) - SECTOR_GAP)
        order = np.argsort(-sectors, kind="stable")[:MAX_SECTORS]
        chosen = [int(number) for number in order if sectors[number] >= least]
        if not chosen:
            sure = _confidence(SECTOR_FIT, float(sectors.max()))
            return [Tag(SECTOR_SCHEME, OTHER_SECTOR, Origin.INFERRED, sure)]
        tags = [
            Tag(
                SECTOR_SCHEME,
                self.sectors[number],
                Origin.INFERRED,
                _confidence(float(sectors[number]), SECTOR_FIT),
            )
            for number in chosen
        ]
        within = np.where(np.isin(self._belongs, chosen), single, -np.inf)
        for number in np.argsort(-within, kind="stable")[:MAX_CAPABILITIES]:
            if within[number] >= CAPABILITY_FIT:
                code = self.capabilities[number].code
                sure = _confidence(float(within[number]), CAPABILITY_FIT)
                tags.append(Tag(CAPABILITY_SCHEME, code, Origin.INFERRED, sure))
        return tags

    def _by_sector(self, near: Floats) -> Floats:
        """(n, capabilities) similarities to (n, sectors)."""
        columns = []
        for number in range(len(self.sectors)):
            own = near[:, self._belongs == number]
            few = min(NEAREST, own.shape[1])
            columns.append(np.sort(own, axis=1)[:, -few:].mean(axis=1))
        return np.stack(columns, axis=1)

    def _yardstick(self, language: str) -> _Yardstick:
        texts = [_definition(term, language) for term in self.capabilities]
        definitions = self.encoder.encode(texts)
        near = definitions @ definitions.T
        elsewhere = self._belongs[:, None] != np.arange(len(self.sectors))[None, :]
        sector = self._by_sector(near)[elsewhere]
        single = near[self._belongs[:, None] != self._belongs[None, :]]
        return _Yardstick(
            definitions,
            float(sector.mean()),
            float(sector.std()),
            float(single.mean()),
            float(single.std()),
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


def _definition(term: Term, language: str) -> str:
    if language == "zh":
        return "\n".join((term.zh, term.definition_zh, "；".join(term.synonyms_zh)))
    return "\n".join((term.en, term.definition_en, "; ".join(term.synonyms_en)))


def _confidence(fit: float, threshold: float) -> float:
    """Rounded, so that no machine's last digit shows in a fingerprint; never 0."""
    return max(0.001, round(float(1 / (1 + np.exp((threshold - fit) / SURENESS))), 3))


def _subject(text: ProfileText) -> str:
    return "\n".join((text.title, "; ".join(text.keywords))) if text.title else text.body


def _batches(told: list[tuple[str, ProfileText]]) -> Iterator[list[tuple[str, ProfileText]]]:
    for start in range(0, len(told), _BATCH):
        yield told[start : start + _BATCH]
