"""The measures that `data/published_figures.yaml` names, one small function each.

A function's words after the survey are codes or whole numbers, as the file writes them. Shares
are in percent.
"""

from __future__ import annotations

from collections.abc import Callable

from .figures import ADVANCED, Survey, Value, leading, rank, ranking, share

MEASURES: dict[str, Callable[..., Value]] = {}
"""Every measure below by its name: called with the survey, then the file's words."""


def measure(function: Callable[..., Value]) -> Callable[..., Value]:
    """Enter a function among the measures, under its own name."""
    MEASURES[function.__name__] = function
    return function


@measure
def bodies_by(survey: Survey, year: str) -> Value:
    """Bodies whose first year of international cooperation is `year` or earlier."""
    return sum(1 for body in survey.bodies if (body.entry_year or 0) <= int(year))


@measure
def district_share(survey: Survey, district: str) -> Value:
    """Share of the bodies of known district that lie in this one."""
    return share(survey.districts[district], survey.districts.total())


@measure
def largest_district_share_but(survey: Survey, *without: str) -> Value:
    """Share of the district with most bodies, these left out."""
    rest = [count for code, count in survey.districts.items() if code not in without]
    return share(max(rest, default=0), survey.districts.total())


@measure
def district_bodies(survey: Survey, *districts: str) -> Value:
    """Bodies in these districts together."""
    return sum(survey.districts[district] for district in districts)


@measure
def district_sector_share(survey: Survey, sector: str, *districts: str) -> Value:
    """Share of the bodies in these districts whose main sector is `sector`."""
    there = [body.id for body in survey.bodies if body.district in districts]
    mains = [survey.main_sectors[body] for body in there if body in survey.main_sectors]
    return share(mains.count(sector), len(mains))


@measure
def districts_present(survey: Survey) -> Value:
    """Districts with at least one body."""
    return len(survey.districts)


@measure
def type_share(survey: Survey, entity_type: str) -> Value:
    """Share of the bodies of known type that are of this one."""
    types = [body.entity_type for body in survey.bodies if body.entity_type is not None]
    return share(types.count(entity_type), len(types))


@measure
def main_sector_share(survey: Survey, sector: str) -> Value:
    """Share of the bodies of known main sector whose main sector is this one."""
    mains = list(survey.main_sectors.values())
    return share(mains.count(sector), len(mains))


@measure
def main_sector_order(survey: Survey, first: str) -> Value:
    """Sectors by the number of bodies whose main sector they are."""
    mains = list(survey.main_sectors.values())
    return ranking({code: mains.count(code) for code in set(mains)}, int(first))


@measure
def several_modes_share(survey: Survey) -> Value:
    """Share of the cooperations of known modes that have two or more."""
    return share(sum(1 for modes in survey.mode_sets if len(modes) > 1), len(survey.mode_sets))


@measure
def single_mode_share(survey: Survey, mode: str) -> Value:
    """Share of the cooperations of known modes that have this one alone."""
    return share(survey.mode_sets.count(frozenset({mode})), len(survey.mode_sets))


@measure
def several_natures_share(survey: Survey) -> Value:
    """Share of the cooperations whose partners, all of known nature, are of two or more natures."""
    sets = survey.nature_sets
    return share(sum(1 for natures in sets if len(natures) > 1), len(sets))


@measure
def single_nature_share(survey: Survey, nature: str) -> Value:
    """Share of the cooperations whose partners, all of known nature, are all of this nature."""
    return share(survey.nature_sets.count(frozenset({nature})), len(survey.nature_sets))


@measure
def countries_present(survey: Survey) -> Value:
    """Countries/regions with at least one link, EU counted as one."""
    return len(survey.countries)


@measure
def regions_present(survey: Survey) -> Value:
    """Regions with at least one link."""
    return len(survey.regions)


@measure
def region_with_most_countries(survey: Survey) -> Value:
    """The region in which most countries/regions have a link."""
    of = {region: len(survey.region_countries(region)) for region in survey.regions}
    return ranking(of, 1)


@measure
def developing_among_europes_first(survey: Survey, places: str) -> Value:
    """Of Europe's first countries by links, those that are no advanced economy."""
    first = leading(survey.region_countries("europe"), int(places))
    return ranking({code: count for code, count in first.items() if code not in ADVANCED}, 10)


@measure
def region_share(survey: Survey, region: str) -> Value:
    """Share of all links of known region that lie in this one."""
    return share(survey.regions[region], survey.regions.total())


@measure
def share_of_region(survey: Survey, region: str, *countries: str) -> Value:
    """Share of a region's links that these countries have together."""
    there = survey.region_countries(region)
    return share(sum(there[country] for country in countries), there.total())


@measure
def rest_of_region(survey: Survey, region: str, *countries: str) -> Value:
    """Share of a region's links that all but these countries have together."""
    there = survey.region_countries(region)
    return share(there.total() - sum(there[country] for country in countries), there.total())


@measure
def region_country_order(survey: Survey, region: str, first: str) -> Value:
    """A region's countries by links."""
    return ranking(survey.region_countries(region), int(first))


@measure
def country_share(survey: Survey, country: str) -> Value:
    """Share of all links that one country/region has."""
    return share(survey.countries[country], survey.countries.total())


@measure
def country_rank(survey: Survey, country: str) -> Value:
    """Place of a country/region by links."""
    return rank(survey.countries, country)


@measure
def most_links(survey: Survey, *countries: str) -> Value:
    """The most links that any of these countries has."""
    return max(survey.countries[country] for country in countries)


@measure
def first_countries_of(survey: Survey, places: str, *regions: str) -> Value:
    """Of the first countries/regions by links, those of these regions, in alphabetical order."""
    first = leading(survey.countries, int(places))
    return tuple(sorted(c for c in first if survey.vocabulary.region_of(c) in regions))


@measure
def region_sector_order(survey: Survey, region: str, first: str) -> Value:
    """A region's sectors by links."""
    return ranking(survey.sectors(region=region), int(first))


@measure
def region_sector_share(survey: Survey, region: str, sector: str) -> Value:
    """Share of a region's links of known sector that are (also) of this one."""
    known = sum(1 for link in survey.links if link.region == region and link.sectors)
    return share(survey.sectors(region=region)[sector], known)


@measure
def sectors_led_by(survey: Survey, country: str) -> Value:
    """The sectors in which no other country/region has as many links, in the list's order."""
    return tuple(code for code in survey.ten if ranking(survey.countries_of(code), 1) == (country,))


@measure
def behind_the_first(survey: Survey, sector: str, country: str) -> Value:
    """How many links of a sector the first country/region has more than this one."""
    counted = survey.countries_of(sector)
    return max(counted.values(), default=0) - counted[country]


@measure
def ahead_of_the_second(survey: Survey, sector: str, country: str) -> Value:
    """How many times as many links of a sector this country has as the best of the others."""
    counted = survey.countries_of(sector)
    others = max((count for code, count in counted.items() if code != country), default=0)
    return counted[country] / others if others else None


@measure
def present_in_all_sectors(survey: Survey) -> Value:
    """The countries/regions with a link in each of the ten, in alphabetical order."""
    everywhere = (set(survey.countries_of(code)) for code in survey.ten)
    return tuple(sorted(set.intersection(*everywhere)))


@measure
def sectors_among_the_first(survey: Survey, country: str, places: str) -> Value:
    """In how many of the ten sectors a country is among the first so many."""
    return sum(
        1 for code in survey.ten if country in leading(survey.countries_of(code), int(places))
    )


@measure
def country_sector_order(survey: Survey, country: str, first: str) -> Value:
    """A country's sectors by links."""
    return ranking(survey.sectors(country=country), int(first))


@measure
def country_first_sectors(survey: Survey, country: str, places: str) -> Value:
    """A country's first sectors by links, in alphabetical order."""
    return tuple(sorted(leading(survey.sectors(country=country), int(places))))


@measure
def country_least_of(survey: Survey, country: str, *sectors: str) -> Value:
    """The fewest links that a country has in any of these sectors."""
    counted = survey.sectors(country=country)
    return min(counted[sector] for sector in sectors)


@measure
def region_mode_order(survey: Survey, region: str, first: str) -> Value:
    """Modes by the links of a region whose cooperation has that one mode alone."""
    alone: dict[str, int] = {}
    for link in survey.links:
        if link.region == region and len(link.modes) == 1:
            alone[link.modes[0]] = alone.get(link.modes[0], 0) + 1
    return ranking(alone, int(first))


@measure
def sector_country_rank(survey: Survey, sector: str, country: str) -> Value:
    """Place of a country/region by links of one sector."""
    return rank(survey.countries_of(sector), country)
