"""What partners are looked for: a `Query`, with every name in it resolved to a code.

`Understood` says what was read out of the words of a question (`matcher/understanding/`); `Must`
is a term that evidence has to hold, or must not.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from matcher.organisation import Side


class Kind(StrEnum):
    """What words of a question can be understood as."""

    COUNTRY = "country"
    REGION = "region"
    INITIATIVE = "initiative"
    NATURE = "nature"
    MODE = "mode"
    MUST = "must"


@dataclass(frozen=True, slots=True)
class Understood:
    """Words of a question that were read as a rule."""

    kind: Kind
    code: str
    """Of the country, region, initiative, partner nature (or, among Beijing bodies, entity type)
    or cooperation mode; of a must the term itself."""
    wanted: bool
    """False: those are not to be suggested."""
    words: str
    """As they stand in the question."""
    start: int
    end: int
    """Character offsets into the question: words == question[start:end]."""


@dataclass(frozen=True, slots=True)
class Must:
    """A term that a profile must hold to count as evidence; where `wanted` is False, must not."""

    text: str
    wanted: bool = True
    literal: bool = False
    """Put in quotation marks: only as it stands. Otherwise a synonym or the meaning will do."""
    synonyms: tuple[str, ...] = ()
    """Of the capability vocabulary, in both languages."""


@dataclass(frozen=True, slots=True)
class Query:
    """What partners are looked for: exactly one of `text`, `profile` or `organisation`.

    `asker` is the organisation on whose behalf it is put (for an organisation or profile query
    it is that organisation); None makes the second direction, corporate tree, past partners and
    screening of the pair *missing*, not zero. Codes are already resolved.
    """

    text: str | None = None
    subject: str | None = None
    """What of `text` is searched by: without the words that were understood as rules. None: all."""
    profile: str | None = None
    organisation: str | None = None
    asker: str | None = None
    side: Side | None = None
    sector: str | None = None
    capability: str | None = None
    countries: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    """With `countries`: whoever stands in one of either."""
    not_countries: tuple[str, ...] = ()
    not_regions: tuple[str, ...] = ()
    natures: tuple[str, ...] = ()
    not_natures: tuple[str, ...] = ()
    modes: tuple[str, ...] = ()
    not_modes: tuple[str, ...] = ()
    """Cooperation modes: a profile that names only others is no evidence."""
    musts: tuple[Must, ...] = ()
    understood: tuple[Understood, ...] = ()
    """What was read out of the text and applied, for the answer to show."""
    unread: bool = False
    """Whether the text is too long to be read for rules and terms: nothing of it was understood."""
    k: int = 10
    as_of: date | None = None
    leave_out: frozenset[str] = field(default_factory=frozenset)
    """Source keys ("cordis:861917") whose texts and cooperations must not count: an evaluation
    that asks with a project's own text leaves that project out."""

    def __post_init__(self) -> None:
        put = [x for x in (self.text, self.profile, self.organisation) if x is not None]
        if len(put) != 1:
            raise ValueError("a query is one of a text, a profile or an organisation")
        if self.k < 1:
            raise ValueError("k must be at least 1")
        if self.side is Side.NONE:
            raise ValueError("nobody of side none is ever suggested")
