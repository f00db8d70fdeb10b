"""Appearances for tests of resolution, and what became of two of them."""

from __future__ import annotations

from typing import Any

from matcher.catalogue.resolution.appearance import Appearance
from matcher.catalogue.resolution.resolve import resolve
from matcher.organisation import Identifier, Name, NameKind, organisation_id


def seen(
    key: str,
    *names: str,
    source: str = "centre",
    city: str | None = None,
    country: str | None = "CN",
    acronym: str = "",
    alias: str = "",
    ids: dict[str, str] | None = None,
    parents: tuple[str, ...] = (),
    active: bool = True,
) -> Appearance:
    said = [Name(text, "und", NameKind.OFFICIAL) for text in names]
    said += [Name(acronym, "und", NameKind.ACRONYM)] if acronym else []
    said += [Name(alias, "und", NameKind.ALIAS)] if alias else []
    named = {"ror": key} if source == "ror" and ids is None else ids or {}
    return Appearance(
        id=organisation_id(source, key),
        source=source,
        key=key,
        names=tuple(said),
        identifiers=tuple(Identifier(scheme, value) for scheme, value in named.items()),
        country=country,
        city=city,
        parents=parents,
        active=active,
    )


def ror(key: str, *names: str, **said: Any) -> Appearance:
    return seen(key, *names, source="ror", **said)


def joined(one: Appearance, other: Appearance, *others: Appearance) -> bool:
    owner = resolve([one, other, *others]).organisation_of
    return owner[one.id] == owner[other.id]


def asked(one: Appearance, other: Appearance, *others: Appearance) -> bool:
    pairs = {(join.first, join.second) for join in resolve([one, other, *others]).review}
    return tuple(sorted((one.id, other.id))) in pairs


CAS = ror("cas", "Chinese Academy of Sciences", "中国科学院", city="Beijing", acronym="CAS")


WUHAN = ror("wuhan", "China University of Geosciences", "中国地质大学", city="Wuhan")
BEIJING = ror(
    "beijing", "China University of Geosciences (Beijing)", "中国地质大学", city="Beijing"
)
