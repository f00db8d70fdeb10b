"""The nouns of the field: Organisation, Profile and Cooperation, frozen and validated.

Nothing here reads a file, a setting or a vocabulary: codes are checked where they enter
(`matcher/catalogue/intake.py`, `matcher/service.py`), shapes are checked here.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import lru_cache

SECTOR_SCHEME = "BJ-2017"
OTHER_SECTOR = "other"
DEFAULT_TENANT = "centre"


class Side(StrEnum):
    """Where an organisation stands. `NONE` is kept and never suggested."""

    BEIJING = "beijing"
    FOREIGN = "foreign"
    NONE = "none"

    @property
    def opposite(self) -> Side:
        """The side that partners are looked for on; NONE has none."""
        match self:
            case Side.BEIJING:
                return Side.FOREIGN
            case Side.FOREIGN:
                return Side.BEIJING
        return Side.NONE


class Visibility(StrEnum):
    """Who besides its tenant may see what a tenant owns."""

    TENANT = "tenant"
    NETWORK = "network"
    PUBLIC = "public"


class NameKind(StrEnum):
    """What a spelling is to its organisation; the first kind is shown before the later ones."""

    OFFICIAL = "official"
    LABEL = "label"
    ALIAS = "alias"
    ACRONYM = "acronym"
    FORMER = "former"


class ProfileKind(StrEnum):
    """EEN's offers and requests, and what we derive ourselves: capabilities."""

    OFFER = "offer"
    REQUEST = "request"
    CAPABILITY = "capability"


class Publication(StrEnum):
    """How a profile came to be known; the three are told apart in every answer."""

    ACCEPTING = "accepting_interest"
    PUBLISHED = "published"
    INFERRED = "inferred"


class Origin(StrEnum):
    """Whether the owner said it or we inferred it."""

    DECLARED = "declared"
    INFERRED = "inferred"


class Form(StrEnum):
    """Depth of a cooperation, shallowest first (section 4.2 of the policy paper)."""

    EXCHANGE = "exchange"
    JOINT_PROJECT = "joint_project"
    CONTRACT_OR_LICENCE = "contract_or_licence"
    JOINT_VENTURE = "joint_venture"
    JOINT_LABORATORY = "joint_laboratory"

    @property
    def depth(self) -> int:
        """0 for an exchange up to 4 for a joint laboratory or centre."""
        return list(Form).index(self)


_DIGITS = "abcdefghijklmnopqrstuvwxyz234567"
_PAIRS = tuple(one + other for one in _DIGITS for other in _DIGITS)
"""Two base-32 digits (RFC 4648, lower case) at a time; ids are made by the hundred thousand."""


def derived_id(prefix: str, *parts: str) -> str:
    """A stable id: `prefix` + 13 base-32 characters (65 bits) of the SHA-256 of its parts.

    The same parts give the same id in every home and in whatever order files come.
    """
    digest = hashlib.sha256("\x1f".join(parts).encode("utf-8")).digest()
    bits = int.from_bytes(digest[:9], "big") >> 2  # 70 bits, seven pairs of digits
    pairs = [_PAIRS[bits >> shift & 1023] for shift in range(60, -1, -10)]
    return prefix + "".join(pairs)[:13]


@lru_cache(maxsize=1 << 16)
def organisation_id(source: str, key: str) -> str:
    """The id of an organisation, from the first source that named it and its key there."""
    return derived_id("o", source, key)


def profile_id(source: str, key: str) -> str:
    """The id of a profile, from the first source that named it and its key there."""
    return derived_id("p", source, key)


def cooperation_id(source: str, key: str) -> str:
    """The id of a cooperation, from the first source that named it and its key there."""
    return derived_id("c", source, key)


@dataclass(frozen=True, slots=True, order=True)
class Name:
    """One spelling. `language` is "zh", "en", another BCP-47 code, or "und" where unknown."""

    text: str
    language: str = "und"
    kind: NameKind = NameKind.OFFICIAL

    def __post_init__(self) -> None:
        if not self.text.strip():
            raise ValueError("a name needs at least one visible character")


@dataclass(frozen=True, slots=True, order=True)
class Identifier:
    """An identifier in a named scheme, e.g. ("ror", "03cve4549")."""

    scheme: str
    value: str


@dataclass(frozen=True, slots=True, order=True)
class SourceKey:
    """Where a fact comes from: a source and the key the source itself uses."""

    source: str
    key: str


@dataclass(frozen=True, slots=True)
class Organisation:
    """A body of either side, or of neither (kept for names, parents and consortia)."""

    id: str
    names: tuple[Name, ...]
    side: Side
    sources: tuple[SourceKey, ...]
    identifiers: tuple[Identifier, ...] = ()
    entity_type: str | None = None
    partner_nature: str | None = None
    country: str | None = None
    """ISO 3166-1 alpha-2, or "EU" as the paper counts it; None is unknown."""
    city: str | None = None
    district: str | None = None
    parents: tuple[str, ...] = ()
    """Ids of the organisations it belongs to."""
    entry_year: int | None = None
    """First year in which it is known to have cooperated internationally."""
    active: bool = True
    fictional: bool = False
    tenant: str = DEFAULT_TENANT
    visibility: Visibility = Visibility.PUBLIC

    def __post_init__(self) -> None:
        if not self.names:
            raise ValueError(f"organisation {self.id} has no name")
        if not self.sources:
            raise ValueError(f"organisation {self.id} has no source")

    def name(self, language: str | None = None) -> str | None:
        """The best name in `language`, or without one the name to show first; None if none."""
        order = list(NameKind)
        fitting = [n for n in self.names if language is None or n.language == language]
        if not fitting:
            return None
        return min(fitting, key=lambda n: (order.index(n.kind), self.names.index(n))).text


@dataclass(frozen=True, slots=True, order=True)
class Tag:
    """A sector or capability on a profile. `confidence` is in (0, 1]; declared ones have 1."""

    scheme: str
    code: str
    origin: Origin = Origin.DECLARED
    confidence: float = 1.0

    def __post_init__(self) -> None:
        if not 0.0 < self.confidence <= 1.0:
            raise ValueError(f"confidence of {self.scheme}:{self.code} must lie in (0, 1]")


@dataclass(frozen=True, slots=True)
class ProfileText:
    """What a profile says in one language, in EEN's fields (title 256, summary 500 characters,
    description and partner role 4,000)."""

    language: str
    title: str
    summary: str = ""
    description: str = ""
    partner_role: str = ""
    keywords: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not any(part.strip() for part in (self.title, self.summary, self.description)):
            raise ValueError("a profile text needs a title, a summary or a description")

    @property
    def id(self) -> str:
        """Equal text has equal id, whoever holds it: it is encoded, stored and searched once."""
        return derived_id(
            "t",
            self.language,
            self.title,
            self.summary,
            self.description,
            self.partner_role,
            "\x1e".join(self.keywords),
        )

    @property
    def body(self) -> str:
        """The text that is encoded and searched: all fields, one a line, keywords last."""
        parts = [self.title, self.summary, self.description, self.partner_role]
        if self.keywords:
            parts.append("; ".join(self.keywords))
        return "\n".join(part.strip() for part in parts if part.strip())


@dataclass(frozen=True, slots=True)
class Profile:
    """One offer, request or capability of one organisation."""

    id: str
    organisation: str
    kind: ProfileKind
    publication: Publication
    texts: tuple[ProfileText, ...]
    source: SourceKey
    licence: str
    attribution: str
    dated: date | None = None
    """When the source published it or the work began; None is unknown."""
    sectors: tuple[Tag, ...] = ()
    capabilities: tuple[Tag, ...] = ()
    trl: int | None = None
    ip_status: str | None = None
    protected_countries: tuple[str, ...] = ()
    cooperation_types: tuple[str, ...] = ()
    """EEN partnership types sought (1 to 3)."""
    cooperation_modes: tuple[str, ...] = ()
    target_countries: tuple[str, ...] = ()
    valid_from: date | None = None
    valid_until: date | None = None
    cooperation: str | None = None
    """The cooperation this capability was shown in, if any (id)."""
    participants: int = 1
    """Among how many organisations the source divides this text (a consortium's size)."""
    anonymous: bool = False
    """Reference and text are shown, the identity only after both sides agree."""
    tenant: str = DEFAULT_TENANT
    visibility: Visibility = Visibility.PUBLIC

    def __post_init__(self) -> None:
        if not self.texts:
            raise ValueError(f"profile {self.id} has no text")
        if self.trl is not None and not 1 <= self.trl <= 9:
            raise ValueError(f"TRL of profile {self.id} must lie in 1..9")
        if self.participants < 1:
            raise ValueError(f"profile {self.id} needs at least one participant")
        if self.valid_from and self.valid_until and self.valid_from > self.valid_until:
            raise ValueError(f"profile {self.id} ends before it begins")

    def known_by(self, day: date) -> bool:
        """Whether this could be read on `day`; an undated profile always could."""
        return self.dated is None or self.dated <= day

    def open_on(self, day: date) -> bool:
        """Whether it counts on `day`: only published offers and requests expire, what we
        derived never does (its age is a feature)."""
        if not self.known_by(day):
            return False
        if self.kind is ProfileKind.CAPABILITY or self.publication is Publication.INFERRED:
            return True
        begins = self.valid_from is None or self.valid_from <= day
        return begins and (self.valid_until is None or day <= self.valid_until)


@dataclass(frozen=True, slots=True)
class Cooperation:
    """What bodies of both sides did together. Unknown is a value: None, or an empty tuple."""

    id: str
    beijing: tuple[str, ...]
    partners: tuple[str, ...]
    source: SourceKey
    licence: str
    attribution: str
    others: tuple[str, ...] = ()
    """Participants of neither side (rest of the mainland, place unknown)."""
    title: str = ""
    leader: str | None = None
    modes: tuple[str, ...] = ()
    form: Form | None = None
    start: date | None = None
    end: date | None = None
    sectors: tuple[Tag, ...] = ()
    follow_up_of: str | None = None
    amount: float | None = None
    currency: str | None = None
    tenant: str = DEFAULT_TENANT
    visibility: Visibility = Visibility.PUBLIC

    def __post_init__(self) -> None:
        if not (self.beijing or self.partners or self.others):
            raise ValueError(f"cooperation {self.id} has no participant")
        if (self.amount is None) != (self.currency is None):
            raise ValueError(f"cooperation {self.id}: amount and currency come together")

    @property
    def participants(self) -> tuple[str, ...]:
        return self.beijing + self.partners + self.others
