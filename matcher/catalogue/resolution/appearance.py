"""An organisation as one source names it, and what people decided about two of these."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from matcher.organisation import Identifier, Name


class Verdict(StrEnum):
    """What a person decided about two appearances."""

    SAME = "same"
    DIFFERENT = "different"


@dataclass(frozen=True, slots=True, order=True)
class Decision:
    """A verdict on two appearances (ids, the smaller first)."""

    first: str
    second: str
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class Appearance:
    """One organisation as one source names it: all its rows there taken together."""

    id: str
    source: str
    key: str
    names: tuple[Name, ...]
    identifiers: tuple[Identifier, ...] = ()
    country: str | None = None
    city: str | None = None
    district: str | None = None
    parents: tuple[str, ...] = ()
    """Ids of appearances."""
    entity_type: str | None = None
    partner_nature: str | None = None
    active: bool = True
