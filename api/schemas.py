"""What goes in and out over HTTP, as the OpenAPI document shows it.

Inputs refuse what they do not know. Outputs are described, not rebuilt: routes send the document
that `matcher.matching.document` and `matcher.lists.export.json` make, and a test holds that these
models say all of it.
"""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema

from matcher.matching.pipeline import Reasons

from .reading import AskedOut, FacetOut, MetOut, NameOut, UnderstoodOut

MOST = 100
"""Pairings of one answer, or partners of one body in a list."""
LONGEST_TEXT = 20_000
LONGEST_NAME = 300
MOST_PLACES = 50
LONGEST_PLACE = 100
ISO_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


def iso_day(value: Any) -> Any:
    """Only YYYY-MM-DD is a date here: neither a number of seconds nor a moment."""
    if isinstance(value, str) and ISO_DAY.fullmatch(value):
        return value
    raise ValueError("a date is written YYYY-MM-DD")


def absent() -> Any:
    """What an optional field holds when it is not sent; null is no value."""
    return None


Name = Annotated[str, Field(min_length=1, max_length=LONGEST_NAME)]
Place = Annotated[str, Field(min_length=1, max_length=LONGEST_PLACE)]
Places = Annotated[list[Place], Field(default_factory=list, max_length=MOST_PLACES)]
Struck = Annotated[str, Field(min_length=1, max_length=LONGEST_NAME)]
Strikes = Annotated[list[Struck], Field(default_factory=list, max_length=MOST_PLACES)]
Day = Annotated[
    date,
    BeforeValidator(iso_day),
    WithJsonSchema({"type": "string", "format": "date", "examples": ["2026-11-23"]}),
]
SECTOR = "Sector: code, Chinese or English name 产业领域"
COUNTRIES = "Countries or regions: ISO codes or names 国家/地区"
REGIONS = "Parts of the world: codes or names 大洲"
CAPABILITY = "Capability: code or name; only profiles that have it count 能力"
NATURES = "Natures of the partner: codes or names 合作方性质"
STRIKE = "Words of the text that must not be understood as a rule 划掉的词"
LITERAL = "Understand nothing: every word of the text is its subject 不作理解"
AS_OF = "Answer as of this day; default today 截至日期"
REASONS = "all, the top three and the sum of the rest, or none 理由"


class Asked(BaseModel):
    """What every question may restrict."""

    model_config = ConfigDict(extra="forbid")

    sector: Name = Field(default_factory=absent, description=SECTOR)
    capability: Name = Field(default_factory=absent, description=CAPABILITY)
    countries: Places = Field(description=COUNTRIES)
    regions: Places = Field(description=REGIONS)
    natures: Places = Field(description=NATURES)
    as_of: Day = Field(default_factory=absent, description=AS_OF)
    reasons: Reasons = Field(default=Reasons.ALL, description=REASONS)


class MatchRequest(Asked):
    """Who should be met: exactly one of `text`, `profile` or `organisation`."""

    text: str = Field(
        default_factory=absent,
        min_length=1,
        max_length=LONGEST_TEXT,
        description="What is looked for, in Chinese or English 要找什么",
        examples=["钙钛矿封装", "membranes for carbon dioxide capture"],
    )
    strike: Strikes = Field(description=STRIKE)
    literal: bool = Field(default=False, strict=True, description=LITERAL)
    profile: Name = Field(default_factory=absent, description="Id of a profile to ask with")
    organisation: Name = Field(
        default_factory=absent, description="Id or name of an organisation to ask with"
    )
    asker: Name = Field(
        default_factory=absent,
        alias="for",
        description="Organisation on whose behalf a text is asked 提问机构",
    )
    side: Name = Field(
        default_factory=absent,
        description="Side looked for: beijing or foreign; default the other side than the asker's",
    )
    k: int = Field(default=10, ge=1, le=MOST, strict=True, description="How many 条数")


class OrganisationQuestion(Asked):
    """Restrictions of a question put by an organisation."""

    k: int = Field(default=10, ge=1, le=MOST, description="How many 条数")


class ListQuestion(BaseModel):
    """Which list of a sector."""

    model_config = ConfigDict(extra="forbid")

    k: int = Field(default=10, ge=1, le=MOST, description="Partners of each Beijing body 每家条数")
    as_of: Day = Field(default_factory=absent, description=AS_OF)
    format: Literal["json"] = Field(default="json", description="Only json so far")


class Both(BaseModel):
    """One statement in both languages."""

    zh: str
    en: str


class Names(BaseModel):
    """The best name in each language; null where none is known."""

    zh: str | None
    en: str | None


class IdentifierOut(BaseModel):
    """An identifier in a named scheme."""

    scheme: str
    value: str


class SourceOut(BaseModel):
    """A source and its own key."""

    source: str
    key: str


class OrganisationOut(BaseModel):
    """An organisation as every answer shows it."""

    id: str
    name: str
    names: Names
    aliases: list[str]
    identifiers: list[IdentifierOut]
    sources: list[SourceOut]
    side: str
    country: str | None
    country_name: Both | None
    region: str | None
    city: str | None
    district: str | None
    entity_type: str | None
    partner_nature: str | None
    entry_year: int | None
    sectors: list[str]
    main_sector: str | None
    parents: list[str]
    fictional: bool


class ReasonOut(BaseModel):
    """One contribution to the score, in log-odds, in words. `value` null is not known."""

    feature: str
    block: Literal["fit", "track_record"]
    value: float | None
    contribution: float
    sentence: Both


class WordsOut(BaseModel):
    """Two words that met; offsets count characters."""

    asked: str
    asked_start: int
    found: str
    found_start: int
    similarity: float
    share: float


class EvidenceBase(BaseModel):
    """A text behind a pairing, with where it comes from and how it came to be known."""

    profile: str
    kind: str
    publication: Literal["accepting_interest", "published", "inferred"]
    language: str
    text: str
    source: str
    key: str
    date: str | None
    licence: str
    attribution: str
    completeness: float


class EvidenceOut(EvidenceBase):
    """Evidence with the words that met."""

    alignment: list[WordsOut]
    names: list[NameOut]
    musts: list[MetOut]


class Scored(BaseModel):
    """prior + the sum of contributions = score, in log-odds, unrounded."""

    rank: int
    score: float
    fit: float
    track_record: float
    prior: float
    reasons: list[ReasonOut]


class PairingOut(Scored):
    """One suggested cooperation."""

    organisation: OrganisationOut
    confidence: float | None
    """How well it is documented, 0 to 1; no part of the score."""
    evidence: list[EvidenceOut]
    screening: Literal["not_done"]
    moved_from: int = Field(default_factory=absent)
    last_cooperation: int = Field(default_factory=absent)
    fictional: Literal[True] = Field(default_factory=absent)


class Excluded(BaseModel):
    """How many organisations a rule keeps out, each counted under the first it breaks."""

    rule: str
    count: int


class OneText(BaseModel):
    """At most so many of the first ten by one text: who moved down, at what price."""

    most: int
    moved: int
    price: float


class RerankerOut(BaseModel):
    """The model that read the best texts once more, where the operator named one."""

    name: str
    fingerprint: str


class AnswerOut(BaseModel):
    """The answer to one question; `known_partners` stand apart from `pairings`."""

    id: str | None
    snapshot: str
    ranker: str
    reranker: RerankerOut | None
    as_of: str
    asked: AskedOut
    understood: list[UnderstoodOut]
    eligible: int
    excluded: list[Excluded]
    missing: list[str]
    pairings: list[PairingOut]
    unmet: list[str]
    nearest: list[PairingOut]
    facets: dict[str, list[FacetOut]]
    known_partners: list[PairingOut]
    known_partner_count: int
    one_text_rule: OneText


class BriefOut(BaseModel):
    """Who an organisation of a list is."""

    id: str
    name: str
    names: Names
    country: str | None
    country_name: Both | None
    fictional: Literal[True] = Field(default_factory=absent)


class RowOut(BaseModel):
    """One line of a list: a pairing, or a body without one and `why`."""

    kind: Literal["suggested", "known_partner", "none", "not_asked"]
    kind_name: Both
    body: BriefOut
    rank: int = Field(default_factory=absent)
    partner: BriefOut = Field(default_factory=absent)
    score: float = Field(default_factory=absent)
    fit: float = Field(default_factory=absent)
    track_record: float = Field(default_factory=absent)
    prior: float = Field(default_factory=absent)
    confidence: float | None = Field(default_factory=absent)
    reasons: list[ReasonOut] = Field(default_factory=absent)
    evidence: EvidenceBase = Field(default_factory=absent)
    last_cooperation: int = Field(default_factory=absent)
    why: Both = Field(default_factory=absent)
    fictional: Literal[True] = Field(default_factory=absent)


class SectorOut(BaseModel):
    """A sector of the list BJ-2017."""

    code: str
    name: Both


class CountsOut(BaseModel):
    """What a list holds."""

    bodies: int
    suggested: int
    known_partner: int
    none: int
    not_asked: int
    anonymous: int


class ListOut(BaseModel):
    """The list of a sector."""

    sector: SectorOut
    snapshot: str
    ranker: str
    reranker: RerankerOut | None
    as_of: str
    k: int
    method: Literal["top_k"]
    screening: Literal["not_done"]
    counts: CountsOut
    rows: list[RowOut]


class LiveOut(BaseModel):
    """The process runs."""

    status: Literal["live"]


class ReadyOut(BaseModel):
    """A snapshot serves."""

    status: Literal["ready"]
    snapshot: str


class Fault(BaseModel):
    """One field that is at fault: `pointer` into the body, or the query `parameter`."""

    pointer: str = Field(default_factory=absent)
    parameter: str = Field(default_factory=absent)
    what: Both


class Problem(BaseModel):
    """RFC 9457, with everything in both languages; `title` and `detail` in the one asked for."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    where: str
    titles: Both
    what: Both
    cure: Both
    errors: list[Fault] = Field(default_factory=absent)
