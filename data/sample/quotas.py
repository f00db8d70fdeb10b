"""What the registry is made to count: the published figures, worked out into whole numbers.

On paper first: every share of the policy paper holds for these numbers, the sixty hand-written
organisations and their fourteen cooperations included. `data/published_figures.yaml` states the
figures, `tests/test_figures.py` compares.
"""

from __future__ import annotations

from .draw import Words, words

SECTORS: Words = words(
    "health environment equipment services nextgen_it materials ai software ic vehicles"
)
"""The order of the columns below."""

_LINKS = """
US 62 44 24 20 19 19 13 8 5 3
CA 14  9  4  4  4  3  5 2 2 0
MX  2  2  1  1  0  0  0 1 0 0
CU  2  0  0  0  0  0  0 0 0 0
CR  0  1  0  1  0  0  0 0 0 0
PA  0  0  0  1  0  0  0 0 0 0
DE 16 26 18 11  3 12  2 1 1 4
GB 16 19 12 12  4 11  3 1 1 2
FR 13 11  9  5  5  5  2 2 0 2
RU  5  6  9  3  3  7  2 1 0 0
IT  8  7  8  2  1  4  1 0 0 1
NL  6  6  3  3  3  2  1 1 2 0
SE  5  6  3  1  4  1  1 1 0 2
EU  2  7  1  5  3  0  1 1 0 0
FI  3  5  2  1  6  1  0 1 0 0
CH  6  3  3  2  1  2  1 0 0 0
ES  2  3  1  1  1  1  0 0 0 0
PL  1  2  1  1  0  1  1 0 0 0
BE  2  1  0  1  0  0  0 0 2 0
DK  2  3  0  0  1  0  0 0 0 0
AT  1  1  2  0  0  1  0 0 0 0
NO  0  3  1  0  0  0  0 0 0 0
CZ  1  0  2  0  0  1  0 0 0 0
UA  0  0  2  0  0  1  0 0 0 0
BY  0  0  1  0  0  1  0 0 0 0
HU  1  0  0  1  0  0  0 0 0 0
GR  0  1  0  0  0  0  0 1 0 0
PT  0  1  0  0  0  0  0 0 0 0
IE  0  0  0  0  0  0  0 1 0 0
RS  1  0  0  0  0  0  0 0 0 0
RO  0  0  0  0  0  0  0 1 0 0
BG  1  0  0  0  0  0  0 0 0 0
JP 16  9 11  0  8  9  3 2 3 2
KR 13  6  5  0  9  5  3 3 4 2
IL  9  4  1  1  2  0  3 2 1 0
SG  5  4  1  4  2  0  2 2 1 0
PK  3  4  2  1  2  2  0 0 0 0
HK  4  1  0  4  1  0  1 1 1 0
IN  4  2  1  0  1  1  1 2 0 0
TH  3  3  1  1  1  1  0 1 0 0
MY  1  1  0  1  1  0  0 0 0 0
VN  1  2  0  0  1  0  0 0 0 0
KZ  0  2  1  0  0  1  0 0 0 0
ID  1  1  0  0  1  0  0 0 0 0
TR  1  1  1  0  0  0  0 0 0 0
TW  1  0  0  0  1  0  0 0 1 0
SA  0  2  0  0  0  0  0 0 0 0
AE  0  1  0  1  0  0  0 0 0 0
MN  1  1  0  0  0  0  0 0 0 0
UZ  1  0  1  0  0  0  0 0 0 0
PH  1  0  0  1  0  0  0 0 0 0
LK  1  1  0  0  0  0  0 0 0 0
BD  1  1  0  0  0  0  0 0 0 0
MO  1  0  0  0  0  0  0 1 0 0
NP  0  1  0  0  0  0  0 0 0 0
KH  1  0  0  0  0  0  0 0 0 0
LA  0  1  0  0  0  0  0 0 0 0
JO  0  1  0  0  0  0  0 0 0 0
KW  0  1  0  0  0  0  0 0 0 0
QA  1  0  0  0  0  0  0 0 0 0
AM  0  0  0  0  0  0  0 1 0 0
GE  1  0  0  0  0  0  0 0 0 0
AZ  0  0  1  0  0  0  0 0 0 0
KG  0  1  0  0  0  0  0 0 0 0
TJ  0  1  0  0  0  0  0 0 0 0
BN  0  0  0  0  0  1  0 0 0 0
AU  4  2  1  1  0  1  1 0 0 0
NZ  2  2  0  1  0  0  0 1 0 0
FJ  1  1  0  0  0  0  0 0 0 0
ZA  1  1  1  2  1  0  0 0 0 0
EG  1  1  0  1  0  1  0 0 0 0
KE  0  1  0  1  0  0  0 1 0 0
ET  1  0  0  2  0  0  0 0 0 0
NG  0  0  0  1  1  0  0 0 0 0
MA  0  1  0  1  0  0  0 0 0 0
GH  0  0  0  1  0  0  0 0 0 0
TZ  1  0  0  0  0  0  0 0 0 0
ZM  0  1  0  0  0  0  0 0 0 0
UG  1  0  0  0  0  0  0 0 0 0
RW  0  0  0  0  1  0  0 0 0 0
TN  0  0  0  0  0  0  0 1 0 0
SN  0  1  0  0  0  0  0 0 0 0
DZ  0  1  0  0  0  0  0 0 0 0
BR  2  2  1  1  2  1  0 0 0 0
CL  0  1  0  1  2  0  0 0 0 0
AR  1  1  0  0  1  0  0 1 0 0
PE  0  1  0  0  1  0  0 0 0 0
CO  1  1  0  0  0  0  0 0 0 0
EC  1  0  0  0  0  0  0 0 0 0
"""
LINKS: dict[str, dict[str, int]] = {
    code: dict(zip(SECTORS, map(int, counts), strict=True))
    for code, *counts in map(str.split, _LINKS.strip().splitlines())
}
"""Country/region -> sector -> cooperations in it (a cooperation counts once in each country)."""

COOPERATIONS = 801
PARTNERS_BESIDE_LINKS = 2
"""A country/region has so many more partners than links: some have no history yet."""

SINGLE_MODES: dict[str, dict[str, int]] = {
    "europe": {"rd_cooperation": 60, "technology_transfer": 40, "market_cooperation": 19,
               "talent_exchange": 16, "standards": 3},
    "north_america": {"rd_cooperation": 40, "technology_transfer": 24, "market_cooperation": 12,
                      "talent_exchange": 10, "standards": 2},
    "asia": {"rd_cooperation": 20, "technology_transfer": 34, "market_cooperation": 14,
             "talent_exchange": 11, "standards": 3},
    "oceania": {"rd_cooperation": 4, "technology_transfer": 3, "market_cooperation": 2,
                "talent_exchange": 1},
    "africa": {"rd_cooperation": 1, "technology_transfer": 2, "market_cooperation": 5,
               "talent_exchange": 1},
    "south_america": {"rd_cooperation": 1, "technology_transfer": 1, "market_cooperation": 4},
}  # fmt: skip
"""Cooperations of one country with one mode, beside the hand-written ones; 333 together."""

SINGLE_NATURES: dict[str, int] = {
    "government": 7, "enterprise": 107, "university": 88, "research_institute": 40,
    "industry_association": 8, "international_organisation": 7,
}  # fmt: skip
"""Cooperations whose partners are of one nature, beside the hand-written ones; the rest have
two or more: 530 + 3 of 801 are 66.5 %."""

DISTRICTS: dict[str, int] = {
    "haidian": 164, "chaoyang": 52, "daxing": 24, "changping": 29, "fengtai": 22, "dongcheng": 14,
    "xicheng": 16, "shunyi": 10, "shijingshan": 8, "tongzhou": 8, "fangshan": 6, "huairou": 5,
    "miyun": 3, "mentougou": 2, "yanqing": 1,
}  # fmt: skip
"""Beijing bodies by district; one of the 365 has none stated."""
INNER_CITY = ("dongcheng", "xicheng")
INNER_CITY_MEDICAL = 15

ENTITY_TYPES: dict[str, int] = {
    "enterprise": 146, "university": 117, "research_institute": 66, "intermediary": 26,
    "science_park": 10,
}  # fmt: skip

MAIN_SECTORS: dict[str, int] = dict(
    zip(SECTORS, (113, 73, 45, 38, 32, 26, 13, 11, 8, 6), strict=True)
)

ENTRY_YEARS: dict[int, int] = {
    2009: 6, 2010: 5, 2011: 8, 2012: 9, 2013: 15, 2014: 218, 2015: 29, 2016: 27, 2017: 25, 2018: 23,
}  # fmt: skip
