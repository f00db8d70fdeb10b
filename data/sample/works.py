"""The history: cooperations that use up every quota of `quotas.py`, hand-written ones included."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from .bodies import UNION_NATURES, Abroad, Body
from .draw import Draw
from .quotas import COOPERATIONS, LINKS, SECTORS, SINGLE_MODES, SINGLE_NATURES

LAST_DAY = date(2026, 10, 31)
SHARED_BY_SECOND_SECTOR = {
    "health": ("materials", "equipment"),
    "environment": ("materials", "equipment"),
    "equipment": ("materials", "ai"),
    "services": ("software",),
    "nextgen_it": ("software", "materials"),
    "materials": ("environment", "equipment"),
    "software": ("services",),
    "ai": ("software", "health"),
}
"""Sector -> what its cooperations may also be in."""
SEVERAL_MODES = {
    ("rd_cooperation", "technology_transfer"): 30,
    ("rd_cooperation", "talent_exchange"): 27,
    ("rd_cooperation", "market_cooperation"): 8,
    ("rd_cooperation", "standards"): 6,
    ("technology_transfer", "market_cooperation"): 15,
    ("technology_transfer", "talent_exchange"): 6,
    ("market_cooperation", "talent_exchange"): 3,
    ("rd_cooperation", "technology_transfer", "talent_exchange"): 9,
    ("rd_cooperation", "technology_transfer", "market_cooperation"): 7,
    ("rd_cooperation", "talent_exchange", "standards"): 3,
}
FORMS = {
    "rd_cooperation": {"joint_project": 70, "joint_laboratory": 12, "contract_or_licence": 18},
    "technology_transfer": {"contract_or_licence": 74, "joint_venture": 14, "joint_project": 12},
    "market_cooperation": {"contract_or_licence": 62, "joint_venture": 18, "exchange": 20},
    "talent_exchange": {"exchange": 100},
    "standards": {"joint_project": 55, "exchange": 45},
}
"""First mode -> forms: mostly shallow, as the paper complains."""
CURRENCIES = {
    "US": "USD", "GB": "GBP", "JP": "JPY", "KR": "KRW", "SG": "SGD", "CH": "CHF", "SE": "SEK",
    "CA": "CAD", "AU": "AUD", "HK": "HKD", "RU": "RUB", "IN": "INR",
}  # fmt: skip
EURO = {"DE", "FR", "IT", "NL", "FI", "ES", "BE", "AT", "GR", "PT", "IE", "EU"}
PER_EURO = {"JPY": 150, "KRW": 1450, "INR": 90, "RUB": 95, "SEK": 11, "CNY": 8, "HKD": 9}


@dataclass(eq=False)
class Work:
    """One cooperation."""

    sector: str
    countries: list[str]
    modes: tuple[str, ...] = ()
    nature: str | None = None
    """The only nature of its partners; None for two or more."""
    beijing: list[Body] = field(default_factory=list)
    partners: list[Body] = field(default_factory=list)
    second_sector: str | None = None
    start: date = LAST_DAY
    id: str = ""
    follows: Work | None = None
    capability: str = ""

    @property
    def sectors(self) -> list[str]:
        """What it declares."""
        return [self.sector, *([self.second_sector] if self.second_sector else [])]


def links_left(
    by_hand: Iterable[dict[str, Any]], places: dict[str, Body]
) -> dict[str, Counter[str]]:
    """Sector -> country/region -> links still to be made, hand-written ones taken off."""
    left = {s: Counter({c: row[s] for c, row in LINKS.items()}) for s in SECTORS}
    for row in by_hand:
        for country in {places[partner].country for partner in row["partners"]}:
            left[row["sectors"][0]][country] -= 1
    assert min(count for row in left.values() for count in row.values()) >= 0
    return left


def outline(
    draw: Draw, left: dict[str, Counter[str]], count: int, region_of: Callable[[str], str | None]
) -> list[Work]:
    """So many works: every link in one of them, most of one country, consortia mainly European."""
    works = [
        Work(sector, [country])
        for sector in SECTORS
        for country, links in left[sector].items()
        for _ in range(links)
    ]
    while len(works) > count:
        work = draw.pick(works)
        europe = region_of(work.countries[0]) == "europe"
        if (not europe and draw.chance(0.5)) or len(work.countries) > 3:
            continue
        others = [
            one
            for one in works
            if one.sector == work.sector
            and not {*one.countries} & {*work.countries}
            and len(one.countries) + len(work.countries) <= 4
            and (region_of(one.countries[0]) == "europe" or draw.chance(0.16))
        ]
        if others:
            joined = draw.pick(others)
            works.remove(joined)
            work.countries += joined.countries
    return works


def give_modes(draw: Draw, works: list[Work], region_of: Callable[[str], str | None]) -> None:
    """Single modes by the quota of each region, to works of one country; several to the rest."""
    for region, quota in SINGLE_MODES.items():
        single = [
            work
            for work in works
            if len(work.countries) == 1 and region_of(work.countries[0]) == region
        ]
        modes = [(mode,) for mode, count in quota.items() for _ in range(count)]
        assert len(single) >= len(modes), region
        for work, chosen in zip(draw.shuffled(single), modes, strict=False):
            work.modes = chosen
    for work in works:
        if not work.modes:
            work.modes = draw.weighted(SEVERAL_MODES)


def give_natures(draw: Draw, works: list[Work]) -> None:
    """Works whose partners are all of one nature, by quota; never a consortium of countries."""
    single = draw.shuffled(work for work in works if len(work.countries) == 1)
    for nature, count in SINGLE_NATURES.items():
        fitting = [
            work
            for work in single
            if work.nature is None
            and (work.countries != ["EU"] or nature in UNION_NATURES)
            and (
                nature in ("enterprise", "university") or sum(LINKS[work.countries[0]].values()) > 5
            )
        ]
        for work in fitting[:count]:
            work.nature = nature
        assert len(fitting) >= count


class Meeting:
    """Finds the partners of each work, old acquaintances among them."""

    def __init__(self, draw: Draw, abroad: Abroad) -> None:
        self._draw, self._abroad = draw, abroad
        self._met: Counter[str] = Counter()

    def join(self, work: Work) -> None:
        """Partners for every country of a work, of the natures it wants; two to five of them
        where natures differ."""
        if work.nature is not None:
            wanted = [work.nature] * (2 if self._draw.chance(0.12) else 1)
            for nature in wanted:
                self._add(work, work.countries[0], nature)
            return
        size = max(len(work.countries), self._draw.weighted({2: 60, 3: 28, 4: 8, 5: 4}))
        seats = work.countries + [self._draw.pick(work.countries) for _ in range(size)]
        for country in seats[: max(size, 2)]:
            natures = dict(UNION_NATURES if country == "EU" else SEATS)
            for partner in work.partners:  # rather another nature than those already there
                natures[partner.nature] = natures.get(partner.nature, 0) // 4
            self._add(work, country, self._draw.weighted(natures))
        if len({partner.nature for partner in work.partners}) == 1:
            last = work.partners.pop()
            natures = {n: w for n, w in SEATS.items() if n != last.nature}
            if last.country == "EU":
                natures = {n: w for n, w in UNION_NATURES.items() if n != last.nature}
            if work.partners and work.partners[0].nature != last.nature:
                natures = dict(SEATS)
            self._add(work, last.country, self._draw.weighted(natures))

    def _add(self, work: Work, country: str, nature: str) -> None:
        known = [
            body
            for body in self._abroad.bodies[country]
            if body.nature == nature and body not in work.partners
        ]
        near = [body for body in known if work.sector in body.sectors]
        room = self._abroad.room(country)
        if near and (self._draw.chance(0.8) or room <= 1):
            body = self._draw.weighted({one: 1 + self._met[one.id] for one in near})
        elif known and (room <= 1 or (nature != "enterprise" and self._draw.chance(0.35))):
            body = self._draw.pick(known)  # firms keep to what their names say
        else:
            body = self._abroad.new(country, nature, work.sector)
        if work.sector not in body.sectors and not body.by_hand:
            body.sectors.append(work.sector)
        self._met[body.id] += 1
        work.partners.append(body)


SEATS = {
    "university": 31, "enterprise": 35, "research_institute": 24, "government": 4,
    "industry_association": 4, "international_organisation": 2,
}  # fmt: skip
"""How likely a partner of several is of a nature."""


def invite(
    draw: Draw, works: list[Work], beijing: list[Body], by_hand: list[dict[str, Any]]
) -> None:
    """A Beijing body for every work, sometimes two: every body at least once, in its main
    sector and in its first year; the well-known ones more often."""
    begun = {one for row in by_hand for one in row["beijing"]}
    counted: dict[str, Counter[str]] = {body.id: Counter() for body in beijing}
    met: set[tuple[str, str]] = set()
    for row in by_hand:
        for one in row["beijing"]:
            counted[one].update(row["sectors"])
    for sector in SECTORS:
        own = [body for body in beijing if body.sectors[0] == sector]
        todo = draw.shuffled(work for work in works if work.sector == sector)
        for body in draw.shuffled(own):
            if body.id not in begun:
                work = todo.pop()
                _attend(draw, work, body, counted, first=True)
                met |= {(body.id, one.id) for one in work.partners}
        renown = {body: draw.pick((1, 1, 2, 2, 3, 5, 9, 16)) for body in own}
        for body in beijing:
            if body.kind in ("university", "research_institute", "hospital") and body not in renown:
                renown[body] = 1
        for work in todo:
            known = [body for body in renown if met & {(body.id, one.id) for one in work.partners}]
            while True:
                again = known and draw.chance(0.7)
                body = draw.pick(known) if again else draw.weighted(renown)
                mine = counted[body.id]
                if body.sectors[0] == sector or mine[sector] + 1 < mine[body.sectors[0]]:
                    break
            _attend(draw, work, body, counted)
            met |= {(body.id, one.id) for one in work.partners}
        for work in (one for one in works if one.sector == sector):
            second = draw.pick(own)
            early = (second.entry_year or 0) <= work.start.year
            if draw.chance(0.12) and early and second not in work.beijing:
                _attend(draw, work, second, counted, dated=True)


def _attend(
    draw: Draw,
    work: Work,
    body: Body,
    counted: dict[str, Counter[str]],
    first: bool = False,
    dated: bool = False,
) -> None:
    work.beijing.append(body)
    counted[body.id][work.sector] += 1
    if work.sector not in body.sectors and not body.by_hand:
        body.sectors.append(work.sector)
    begun = body.entry_year or 2014
    if first:
        work.start = date(begun, draw.between(2, 11), draw.between(1, 28))
    elif not dated:
        # More of them in good years; few could travel in 2020 to 2022.
        years = {year: 3 if year in (2020, 2021, 2022) else 6 for year in range(begun, 2027)}
        year = draw.weighted(years)
        day = date(year, draw.between(1, 12), draw.between(1, 28))
        work.start = min(day, LAST_DAY - timedelta(days=draw.between(0, 200)))


class Tally:
    """Links by country/region and sector, so that second sectors upset no published order."""

    FREE = ("ai", "software", "nextgen_it")
    """Sectors in which Germany and the United Kingdom need not be among the first three."""

    def __init__(self, region_of: Callable[[str], str | None]) -> None:
        self._region_of = region_of
        self._of = {code: Counter(row) for code, row in LINKS.items()}
        self._regions: dict[str | None, Counter[str]] = {}
        for code, row in LINKS.items():
            self._regions.setdefault(region_of(code), Counter()).update(row)

    def allows(self, countries: list[str], second: str) -> bool:
        """Whether one more link of each of these may be in `second` too."""
        return all(self._allows(country, second) for country in countries)

    def _allows(self, country: str, second: str) -> bool:
        region = self._region_of(country)
        mine, there = self._of[country], self._regions[region]
        if region not in ("europe", "north_america", "asia") or not mine[second]:
            return False
        order = ("environment", "health", "equipment") if region == "europe" else ("health",)
        if second != order[0]:
            above = order[order.index(second) - 1] if second in order else order[-1]
            if there[second] + 4 >= there[above]:
                return False
        if country == "US":
            return True
        if country in ("DE", "GB"):
            return mine[second] + 1 < mine["environment"] and (second not in self.FREE)
        first = min(self._of["DE"][second], self._of["GB"][second])
        return mine[second] < (0.5 * self._of["US"][second] if second in self.FREE else first)

    def add(self, countries: Iterable[str], second: str) -> None:
        """Count one more link of each."""
        for country in countries:
            self._of[country][second] += 1
            self._regions[self._region_of(country)][second] += 1


def add_second_sectors(draw: Draw, works: list[Work], tally: Tally) -> None:
    """A second sector for some works whose Beijing bodies keep their main sector by it."""
    counted: dict[str, int] = Counter(body.id for work in works for body in work.beijing)
    for work in draw.shuffled(works):
        seconds = SHARED_BY_SECOND_SECTOR.get(work.sector)
        if not seconds or not draw.chance(0.3):
            continue
        second = draw.pick(seconds)
        clear = all(
            counted[body.id] > 2 and body.sectors[0] == work.sector and second not in body.sectors
            for body in work.beijing
        )
        if clear and tally.allows(work.countries, second):
            work.second_sector = second
            tally.add(work.countries, second)
            for body in work.beijing:
                body.sectors.append(second)


def follow_up(draw: Draw, works: list[Work]) -> None:
    """Some works carry on an earlier one of the same two bodies; then the partner is the same."""
    for work in draw.shuffled(works):
        earlier = [
            one
            for one in works
            if one.sector == work.sector
            and one.start + timedelta(days=300) < work.start
            and {*one.beijing} & {*work.beijing}
            and {*one.partners} & {*work.partners}
        ]
        if earlier and draw.chance(0.6):
            work.follows = max(earlier, key=lambda one: (one.start, one.id))


def row(draw: Draw, work: Work, title: str) -> dict[str, Any]:
    """The work in the columns of a tabular file."""
    form = draw.weighted(FORMS[work.modes[0]])
    told: dict[str, Any] = {
        "record": "cooperation",
        "source": "sample",
        "id": work.id,
        "title": title,
        "beijing": [body.id for body in work.beijing],
        "partners": [body.id for body in work.partners],
    }
    if draw.chance(0.75):  # the paper: Beijing is mostly led by others
        side = work.beijing if draw.chance(0.38) else work.partners
        told["leader"] = side[0].id
    told |= {"modes": list(work.modes), "form": form, "start": work.start.isoformat()}
    months = draw.between(1, 12) if form == "exchange" else draw.between(9, 54)
    end = work.start + timedelta(days=30 * months)
    if form not in ("joint_venture", "joint_laboratory") and end <= date(2028, 12, 31):
        told["end"] = end.isoformat()
    told["sectors"] = work.sectors
    if work.follows is not None:
        told["follow_up_of"] = work.follows.id
    if form != "exchange" and draw.chance(0.45):
        told |= _money(draw, form, work.partners[0].country)
    return told | {"licence": "Apache-2.0", "attribution": "Fictional sample registry 虚构样例"}


def _money(draw: Draw, form: str, country: str) -> dict[str, Any]:
    currency = (
        "CNY" if draw.chance(0.5) else CURRENCIES.get(country, "EUR" if country in EURO else "USD")
    )
    steps = (4, 6, 9, 12, 18, 25, 36, 52, 80, 110, 160, 240)
    deep = form in ("joint_venture", "joint_laboratory")
    thousands = draw.pick(steps[4:] if deep else steps[:9]) * (10 if deep else 5)
    return {
        "amount": thousands * 1000 * PER_EURO.get(currency, 1) + 1000 * draw.below(900),
        "currency": currency,
    }


def missing(by_hand: list[dict[str, Any]]) -> int:
    """How many works are to be made beside the hand-written ones."""
    return COOPERATIONS - len(by_hand)
