"""What a survey of international cooperation counts, computed from a catalogue's nouns.

Five words, each with one meaning here and in `data/published_figures.yaml`:

- a *body*: an organisation of the side `beijing` whose first year of international cooperation is
  known (stated, or that of its first dated cooperation);
- a *cooperation*: one with at least one participant of each side;
- a *link*: a cooperation in one country/region, however many partners it has there;
- a *sector* of a link: any sector the cooperation declares; a link with two counts in both;
- a body's *main sector*: the one most of its cooperations declare; of equal ones the first in the
  sector list's order.

Whatever is unknown is left out of both parts of a share, and only of that share.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from matcher.organisation import SECTOR_SCHEME, Cooperation, Organisation, Side
from matcher.vocabulary import Vocabulary

Value = float | tuple[str, ...] | None
"""A number (a count, a rank, or a share in percent), or codes; None where nothing is known.
Codes of equal count stand together, joined by "=" in alphabetical order."""

ADVANCED = frozenset(
    ("AD", "AT", "BE", "CH", "CY", "CZ", "DE", "DK", "EE", "ES", "EU", "FI", "FR", "GB", "GR", "HR",
     "IE", "IS", "IT", "LI", "LT", "LU", "LV", "MT", "NL", "NO", "PT", "SE", "SI", "SK", "SM")
)  # fmt: skip
"""Europe's advanced economies (International Monetary Fund, World Economic Outlook), and EU."""


@dataclass(frozen=True, slots=True)
class Link:
    """A cooperation in one country/region."""

    country: str
    region: str | None
    sectors: tuple[str, ...]
    modes: tuple[str, ...]


class Survey:
    """The bodies, cooperations and links of a catalogue; read once, counted as often as asked."""

    def __init__(
        self,
        organisations: Iterable[Organisation],
        cooperations: Iterable[Cooperation],
        vocabulary: Vocabulary,
    ) -> None:
        self.vocabulary = vocabulary
        known = {one.id: one for one in organisations}
        self.fictional = any(one.fictional for one in known.values())
        """Whether any organisation is invented: then no figure is evidence of anything."""
        self.bodies = [
            one for one in known.values() if one.side is Side.BEIJING and one.entry_year is not None
        ]
        self.cooperations = [one for one in cooperations if one.beijing and one.partners]
        self._known = known

    @cached_property
    def links(self) -> list[Link]:
        """One a cooperation and country/region of its partners."""
        found = []
        for one in self.cooperations:
            countries = {self._known[partner].country for partner in one.partners}
            for country in sorted(code for code in countries if code is not None):
                region = self.vocabulary.region_of(country)
                found.append(Link(country, region, declared(one), one.modes))
        return found

    @cached_property
    def main_sectors(self) -> dict[str, str]:
        """Body id -> main sector, of the bodies with a cooperation that declares one."""
        counted: dict[str, Counter[str]] = {}
        for one in self.cooperations:
            for named in one.beijing:
                counted.setdefault(named, Counter()).update(declared(one))
        order = {term.code: place for place, term in enumerate(self.vocabulary.sector_other)}
        mains = {}
        for body in self.bodies:
            if sectors := counted.get(body.id):
                ordered = sorted(sectors, key=order.__getitem__)
                mains[body.id] = max(ordered, key=sectors.__getitem__)  # of equal ones the first
        return mains

    @cached_property
    def nature_sets(self) -> list[frozenset[str]]:
        """The natures of a cooperation's partners, of the cooperations where all are known."""
        sets = (
            {self._known[partner].partner_nature for partner in one.partners}
            for one in self.cooperations
        )
        return [frozenset(n for n in found if n) for found in sets if None not in found]

    @cached_property
    def mode_sets(self) -> list[frozenset[str]]:
        """The modes of the cooperations where any is known."""
        return [frozenset(one.modes) for one in self.cooperations if one.modes]

    @cached_property
    def districts(self) -> Counter[str]:
        """Bodies by district, of those whose district is known."""
        return Counter(body.district for body in self.bodies if body.district is not None)

    @cached_property
    def countries(self) -> Counter[str]:
        """Links by country/region."""
        return Counter(link.country for link in self.links)

    @cached_property
    def regions(self) -> Counter[str]:
        """Links by region, of those that have one."""
        return Counter(link.region for link in self.links if link.region is not None)

    def sectors(self, *, region: str | None = None, country: str | None = None) -> Counter[str]:
        """Links by sector, of one region or one country/region or of all."""
        return Counter(
            sector
            for link in self.links
            if region in (None, link.region) and country in (None, link.country)
            for sector in link.sectors
        )

    def countries_of(self, sector: str) -> Counter[str]:
        """Links of one sector by country/region."""
        return Counter(link.country for link in self.links if sector in link.sectors)

    def region_countries(self, region: str) -> Counter[str]:
        """Links of one region by country/region."""
        return Counter(link.country for link in self.links if link.region == region)

    @cached_property
    def ten(self) -> tuple[str, ...]:
        """The codes of the sectors, `other` not among them."""
        return self.vocabulary.sector.codes


def declared(cooperation: Cooperation) -> tuple[str, ...]:
    """The codes of the sectors that a cooperation declares."""
    return tuple(tag.code for tag in cooperation.sectors if tag.scheme == SECTOR_SCHEME)


def share(part: float, whole: float) -> float | None:
    """A share in percent; None of nothing."""
    return 100 * part / whole if whole else None


def ranking(counted: Mapping[str, int], first: int) -> tuple[str, ...]:
    """Codes by falling count, at least `first` of them; equal ones are joined by "="."""
    groups: dict[int, list[str]] = {}
    for code, count in counted.items():
        groups.setdefault(count, []).append(code)
    ranked: list[str] = []
    taken = 0
    for count in sorted(groups, reverse=True):
        if taken < first:
            ranked.append("=".join(sorted(groups[count])))
            taken += len(groups[count])
    return tuple(ranked)


def rank(counted: Mapping[str, int], code: str) -> int | None:
    """1 + how many have more; None where it has none."""
    if not counted.get(code):
        return None
    return 1 + sum(1 for count in counted.values() if count > counted[code])


def leading(counted: Mapping[str, int], places: int) -> dict[str, int]:
    """The codes whose rank is at most `places`, with their counts."""
    return {
        code: count
        for code, count in counted.items()
        if (place := rank(counted, code)) is not None and place <= places
    }
