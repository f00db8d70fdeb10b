"""Organisations made to order: a registry of `an_organisation(...)` with `a_profile(...)`."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from matcher.matching.features import BLOCKS
from matcher.matching.pipeline import Equipment
from matcher.matching.ranker import shipped_ranker
from matcher.organisation import (
    Cooperation,
    Name,
    Organisation,
    Profile,
    ProfileKind,
    ProfileText,
    Publication,
    Side,
    SourceKey,
    Tag,
    cooperation_id,
    organisation_id,
    profile_id,
)
from matcher.service import Matcher
from matcher.snapshot.build import build
from matcher.snapshot.snapshot import Snapshot
from matcher.text.encoder import default_encoder
from matcher.text.normalise import has_han
from matcher.vocabulary import load_vocabulary

SOURCE = "made"
LICENCE, ATTRIBUTION = "CC0", "made for a test"


@dataclass
class ARegistry:
    """What a snapshot is built from, in memory and in the order given."""

    made: list[Organisation] = field(default_factory=list)
    with_profiles: list[Profile] = field(default_factory=list)
    with_cooperations: list[Cooperation] = field(default_factory=list)

    def organisations(self) -> Iterable[Organisation]:
        return self.made

    def profiles(self) -> Iterable[Profile]:
        return self.with_profiles

    def cooperations(self) -> Iterable[Cooperation]:
        return self.with_cooperations

    def fingerprint(self) -> str:
        everything = [*self.made, *self.with_profiles, *self.with_cooperations]
        lines = sorted(repr(thing) for thing in everything)
        return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def an_organisation(key: str, *, country: str | None = "DE", **others: Any) -> Organisation:
    """An organisation named after its key; CN means Beijing unless a city is given."""
    city = others.pop("city", "Beijing" if country == "CN" else "Somewhere")
    side = Side.FOREIGN
    if country is None or (country == "CN" and city != "Beijing"):
        side = Side.NONE
    elif country == "CN":
        side = Side.BEIJING
    return Organisation(
        id=organisation_id(SOURCE, key),
        names=(Name(f"{key} Institute", "en"),),
        side=others.pop("side", side),
        sources=(SourceKey(SOURCE, key),),
        country=country,
        city=city,
        **others,
    )


def a_profile(
    organisation: Organisation, text: str, *, key: str = "1", sectors: tuple[str, ...] = (),
    **others: Any,
) -> Profile:  # fmt: skip
    """A profile of one text, a capability unless said otherwise."""
    source = others.pop("source", SourceKey(SOURCE, f"{organisation.sources[0].key}/{key}"))
    return Profile(
        id=profile_id(SOURCE, f"{organisation.id}/{key}"),
        organisation=organisation.id,
        kind=others.pop("kind", ProfileKind.CAPABILITY),
        publication=others.pop("publication", Publication.INFERRED),
        texts=(ProfileText("zh" if has_han(text) else "en", text),),
        source=source,
        licence=LICENCE,
        attribution=ATTRIBUTION,
        sectors=tuple(Tag("BJ-2017", code) for code in sectors),
        **others,
    )


def a_cooperation(
    key: str, beijing: Organisation, partner: Organisation, start: date | None = None
) -> Cooperation:
    """A cooperation of one body and one partner."""
    return Cooperation(
        id=cooperation_id(SOURCE, key),
        beijing=(beijing.id,),
        partners=(partner.id,),
        source=SourceKey(SOURCE, key),
        licence=LICENCE,
        attribution=ATTRIBUTION,
        start=start,
    )


def a_matcher(home: Path, registry: ARegistry) -> Matcher:
    """The service over a snapshot of the registry, with everything that ships."""
    static, vocabulary = default_encoder(), load_vocabulary()
    build(home, registry, static, static, vocabulary)
    ranker = shipped_ranker(tuple(BLOCKS.items()))
    return Matcher(Equipment(Snapshot.open_current(home), static, static, vocabulary, ranker))
