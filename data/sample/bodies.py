"""The registry's organisations: 365 in Beijing by quota, and partners abroad as they are needed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from .draw import Draw
from .names import Namer, Part, slug
from .quotas import (
    DISTRICTS,
    ENTITY_TYPES,
    ENTRY_YEARS,
    INNER_CITY,
    INNER_CITY_MEDICAL,
    LINKS,
    MAIN_SECTORS,
    PARTNERS_BESIDE_LINKS,
)

UNNAMED = Part("", "")
TYPE_OF_NATURE = {
    "enterprise": "enterprise",
    "university": "university",
    "research_institute": "research_institute",
}
NATURES = {
    "enterprise": 52, "university": 23, "research_institute": 18, "government": 2,
    "industry_association": 3, "international_organisation": 2,
}  # fmt: skip
UNION_NATURES = {
    "government": 8, "international_organisation": 4, "research_institute": 5,
    "industry_association": 3,
}  # fmt: skip
"""Bodies of the European Union itself are neither firms nor universities."""


@dataclass(eq=False)
class Body:
    """An organisation as the registry tells of it."""

    id: str
    name: Part
    """Its Latin and its Chinese name; either may be empty."""
    country: str
    city: str
    sectors: list[str]
    """The first is what most of its cooperations are in."""
    nature: str = ""
    entity_type: str | None = None
    district: str | None = None
    entry_year: int | None = None
    parents: list[str] = field(default_factory=list)
    aliases: list[str] = field(default_factory=list)
    by_hand: bool = False
    stem: Part = UNNAMED
    """The invented word in its name."""

    @property
    def beijing(self) -> bool:
        """Whether it stands in Beijing."""
        return self.country == "CN"

    @property
    def kind(self) -> str:
        """What it is, in one word: its type, else its nature; hospitals apart."""
        if "医院" in self.name.zh:
            return "hospital"
        return self.entity_type or self.nature

    def row(self) -> dict[str, Any]:
        """What it says of itself, in the columns of a tabular file; unknown ones are left out."""
        told = {
            "source": "sample",
            "id": self.id,
            "name_zh": self.name.zh,
            "name_en": self.name.latin,
            "aliases": self.aliases,
            "country": self.country,
            "city": self.city,
            "district": self.district,
            "entity_type": self.entity_type,
            "partner_nature": None if self.beijing else self.nature,
            "parents": self.parents,
            "entry_year": self.entry_year,
        }
        return {key: value for key, value in told.items() if value} | {"fictional": True}

    def label(self) -> dict[str, Any]:
        """What its further rows repeat: id, names, and that it is invented."""
        return {
            key: value
            for key, value in self.row().items()
            if key in ("source", "id", "name_zh", "name_en", "fictional")
        }


def written(rows: Iterable[dict[str, Any]]) -> dict[str, Body]:
    """The bodies of hand-written rows, by id; what a body has cooperated in stands first."""
    found: dict[str, Body] = {}
    rows = list(rows)
    for row in rows:
        if row.get("record") == "cooperation":
            continue
        if row["id"] not in found:  # the first row alone tells where a body is
            found[row["id"]] = Body(
                id=row["id"],
                name=Part(row.get("name_en", ""), row.get("name_zh", "")),
                country=row["country"],
                city=row["city"],
                sectors=[],
                nature=row.get("partner_nature", ""),
                entity_type=row.get("entity_type"),
                district=row.get("district"),
                entry_year=row.get("entry_year"),
                parents=row.get("parents", []),
                by_hand=True,
            )
        body = found[row["id"]]
        body.sectors += [one for one in row["sectors"] if one not in (*body.sectors, "other")]
    for row in rows:
        if row.get("record") == "cooperation":
            for body in (found[one] for one in (*row["beijing"], *row["partners"])):
                main = row["sectors"][0]
                body.sectors = [main, *(one for one in body.sectors if one != main)]
    return found


class Beijing:
    """The bodies of Beijing: the hand-written ones, and as many more as every quota leaves."""

    def __init__(self, draw: Draw, namer: Namer, by_hand: Iterable[Body]) -> None:
        self._draw, self._namer = draw, namer
        self.bodies = [body for body in by_hand if body.beijing]
        self._universities: list[Body] = []
        self._names: set[str] = set()
        for sector, entity_type in self._sectors_and_types():
            self.bodies.append(self._body(entity_type, sector))
        self._place(self.bodies)
        self._begin(self.bodies)

    def _sectors_and_types(self) -> list[tuple[str, str]]:
        """One pair a body; brokers and parks serve technology transfer before anything else."""
        sectors = Counter(MAIN_SECTORS)
        types = Counter(ENTITY_TYPES)
        for body in self.bodies:
            sectors[body.sectors[0]] -= 1
            types[body.entity_type or ""] -= 1
        pairs = []
        between = ["intermediary"] * types["intermediary"] + ["science_park"] * types[
            "science_park"
        ]
        for number, entity_type in enumerate(between):
            sector = "services" if number % 4 else self._draw.pick(("health", "environment"))
            sectors[sector] -= 1
            pairs.append((sector, entity_type))
        rest = [
            entity_type
            for entity_type in ("enterprise", "university", "research_institute")
            for _ in range(types[entity_type])
        ]
        left = self._draw.shuffled(one for one, count in sectors.items() for _ in range(count))
        return pairs + list(zip(left, self._draw.shuffled(rest), strict=True))

    def _body(self, entity_type: str, sector: str) -> Body:
        if entity_type == "university" and len(self._universities) >= 38:
            for university in self._draw.shuffled(self._universities):
                if "医科" in university.name.zh and sector != "health":
                    continue
                name = self._namer.unit(university.name, sector, self._names)
                if name is not None:
                    self._names.add(name.zh)
                    number = sum(1 for one in self.bodies if one.parents == [university.id]) + 1
                    return self._new(
                        f"{university.id}-{number}", name, entity_type, sector, university
                    )
        brand, name = self._namer.beijing(entity_type, sector)
        body = self._new(f"bj-{slug(brand.latin)}", name, entity_type, sector, None)
        body.stem = brand
        if entity_type == "university":
            self._universities.append(body)
        return body

    def _new(
        self, identity: str, name: Part, entity_type: str, sector: str, parent: Body | None
    ) -> Body:
        return Body(
            id=identity,
            name=name,
            country="CN",
            city="北京",
            sectors=[sector],
            entity_type=entity_type,
            parents=[parent.id] if parent else [],
            stem=parent.stem if parent else UNNAMED,
        )

    def _place(self, bodies: list[Body]) -> None:
        """Districts by quota; in the two of the inner city half are medical."""
        left = Counter(DISTRICTS)
        medical = INNER_CITY_MEDICAL
        for body in bodies:
            if body.by_hand:
                left[body.district or ""] -= 1
                medical -= body.district in INNER_CITY and body.sectors[0] == "health"
        free = self._draw.shuffled(body for body in bodies if not body.by_hand)
        inner = [district for district in INNER_CITY for _ in range(left.pop(district))]
        for number, district in enumerate(self._draw.shuffled(inner)):
            fitting = (b for b in free if (b.sectors[0] == "health") == (number < medical))
            body = next(fitting)
            free.remove(body)
            body.district = district
        outer = self._draw.shuffled(one for one, count in left.items() for _ in range(count))
        for body, district in zip(free, outer, strict=False):  # the last has none stated
            body.district = district

    def _begin(self, bodies: list[Body]) -> None:
        left = Counter(ENTRY_YEARS)
        for body in bodies:
            if body.by_hand:
                left[body.entry_year or 0] -= 1
        years = self._draw.shuffled(year for year, count in left.items() for _ in range(count))
        for body, year in zip((b for b in bodies if not b.by_hand), years, strict=True):
            body.entry_year = year


class Abroad:
    """The partners abroad: made when a cooperation needs one, then up to each country's number."""

    def __init__(self, draw: Draw, namer: Namer, by_hand: Iterable[Body]) -> None:
        self._draw, self._namer = draw, namer
        self.bodies: dict[str, list[Body]] = {code: [] for code in LINKS}
        for body in by_hand:
            if not body.beijing:
                self.bodies[body.country].append(body)
        self._ids = {body.id for kept in self.bodies.values() for body in kept}

    def room(self, country: str) -> int:
        """How many more partners a country/region gets."""
        most = sum(LINKS[country].values()) + PARTNERS_BESIDE_LINKS
        return most - len(self.bodies[country])

    def new(self, country: str, nature: str, sector: str) -> Body:
        """One more partner."""
        stem, name = self._namer.partner(country, nature, sector)
        identity = f"{country.lower()}-{slug(stem.latin)}"
        assert identity not in self._ids
        self._ids.add(identity)
        body = Body(
            id=identity,
            name=Part(name.latin, name.zh if self._draw.chance(0.6) else ""),
            country=country,
            city=self._draw.pick(self._namer.places[country].cities),
            sectors=[sector],
            nature=nature,
            entity_type=TYPE_OF_NATURE.get(nature),
            stem=stem,
        )
        if self._draw.chance(0.1):
            letters = "".join(word[0] for word in name.latin.split() if word[0].isupper())
            known = len(letters) > 4 and nature != "enterprise"
            body.aliases = [letters if known else stem.latin]
            if stem.latin == name.latin:
                body.aliases = []
        self.bodies[country].append(body)
        return body

    def fill(self, wanted: dict[str, float]) -> None:
        """Partners without a history, until every country/region has its number; their sectors
        in proportion to `wanted`."""
        for country in self.bodies:
            natures = UNION_NATURES if country == "EU" else NATURES
            for _ in range(self.room(country)):
                self.new(country, self._draw.weighted(natures), self._draw.weighted(wanted))


def relate(draw: Draw, beijing: list[Body], abroad: Abroad, met: set[tuple[str, str]]) -> None:
    """Corporate trees: daughters of Beijing firms abroad, of firms abroad in Beijing and elsewhere.

    Bodies that have cooperated (`met`, pairs of ids) stay apart, and so do hand-written ones.
    """
    firms = [b for b in beijing if b.entity_type == "enterprise" and not b.by_hand]
    partners = [
        b
        for kept in abroad.bodies.values()
        for b in kept
        if b.nature == "enterprise" and not b.by_hand
    ]
    firms, partners = draw.shuffled(firms), draw.shuffled(partners)
    related: set[str] = set()

    def join(child: Body, parent: Body) -> None:
        if not {child.id, parent.id} & related and (parent.id, child.id) not in met:
            child.parents = [parent.id]
            related.update((child.id, parent.id))

    for firm, partner in zip(firms[:14], partners[:14], strict=True):
        if (firm.id, partner.id) not in met:
            join(firm, partner)
    for firm, partner in zip(firms[14:26], partners[14:26], strict=True):
        if (firm.id, partner.id) not in met:
            join(partner, firm)
    for number in range(26, 76, 2):
        join(partners[number], partners[number + 1])
