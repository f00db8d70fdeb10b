"""What passes from stored rows to nouns: rows, what they claim, whose appearances are whose."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from matcher.organisation import Cooperation, Profile, Side

Payload = Mapping[str, Any]


AUTHORITY = ("ror", "cordis", "openalex")
"""Public sources whose word on an organisation counts, the first most; before all of them counts
what a centre's or portal's own file says of it."""


@dataclass(frozen=True, slots=True)
class StoredRow:
    """One row of `source_rows`, as far as deriving needs it."""

    source: str
    key: str
    kind: str
    payload: Payload
    tenant: str

    @property
    def appearances(self) -> Mapping[str, Payload]:
        """What it says of organisations, by the ids of their appearances."""
        claims: Mapping[str, Payload] = self.payload.get("appearances", {})
        return claims


@dataclass(frozen=True, slots=True)
class Claim:
    """What one row says of one organisation."""

    source: str
    says: Payload
    tenant: str

    @property
    def rank(self) -> int:
        """0 for a source that counts before all others."""
        return AUTHORITY.index(self.source) + 1 if self.source in AUTHORITY else 0


@dataclass(frozen=True, slots=True)
class Bodies:
    """Which organisation an appearance belongs to, and on which side that stands."""

    organisation_of: Mapping[str, str]
    sides: Mapping[str, Side]

    def organisation(self, appearance: str) -> str:
        """Its organisation's id; of an appearance that no row describes, its own."""
        return self.organisation_of.get(appearance, appearance)

    def side(self, organisation: str) -> Side | None:
        """None for one that is not in the catalogue."""
        return self.sides.get(organisation)

    def by_side(self, organisations: Iterable[str]) -> dict[str, Any]:
        """The organisations (ids) as Cooperation's three tuples, each sorted."""
        sides = {body: self.side(body) for body in sorted(organisations)}
        return {
            "beijing": tuple(body for body, s in sides.items() if s is Side.BEIJING),
            "partners": tuple(body for body, s in sides.items() if s is Side.FOREIGN),
            "others": tuple(body for body, s in sides.items() if s in (Side.NONE, None)),
        }


@dataclass(slots=True)
class Dossier:
    """What was derived together, the organisations it names, and whether it lacks something."""

    named: frozenset[str]
    complete: bool = True
    profiles: list[Profile] = field(default_factory=list)
    cooperation: Cooperation | None = None
