"""The stories that profiles tell: read, checked, filled with drawn values.

A story is one need or one result in both languages; `README.md` beside this file gives the format.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml

from .draw import Draw

FOLDER = Path(__file__).resolve().parent / "stories"
Loader: type[yaml.SafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""The same in C where it is there: ten times as fast."""
LANGUAGES = ("zh", "en")
FIELDS = ("title", "text", "wish")
SLOT = re.compile(r"\{(\w+)\}")
MILLION = " million"
"""After a range: a sum, written 850万 in Chinese and 8.5 million in English."""
_RANGE = re.compile(r"(\d+)(?:\.(\d+))?\.\.(\d+)(?:\.(\d+))?")
_END = re.compile(
    r"(?<=[。！？])"
    r"|(?<=[.!?])(?<!incl\.)(?<!e\.g\.)(?<!i\.e\.)(?<!approx\.)(?<!No\.)"
    r"(?:(?<!\b[A-Z]\.)\s+|(?<=\b[A-Z]\.)\s+(?![a-z]))"
)
"""Where a sentence ends; not after an abbreviation, nor after the E. of E. coli."""

VOICES: dict[str, re.Pattern[str]] = {
    "hospital": re.compile(
        r"我院.{0,40}(?:患者|门诊|手术|科)|本院|本科室|[我本]科|科室|住院部"
        r"|our (?:hospital|ward|clinic|department)",
        re.IGNORECASE,
    ),
    "enterprise": re.compile(
        r"[本我]厂|我司|我们是一家|厂区|公司|初创|集团|车间|产线|生产线|量产"
        r"|our (?:\w+ )?(?:company|factory|plant|start-up|firm|mill|works|customers|line|foundry)",
        re.IGNORECASE,
    ),
    "academic": re.compile(
        r"课题组|[我本]校|我院|[我本]所|研究所|研究院|实验室|博士生"
        r"|our (?:\w+ )?(?:group|laboratory|lab|institute|university|students)"
        r"|the (?:group|institute)\b",
        re.IGNORECASE,
    ),
    "public": re.compile(
        r"本市|本区|我局|协会|本省|我县"
        r"|our (?:city|county|association|region|municipality)",
        re.IGNORECASE,
    ),
}
"""Who speaks, by what a story calls itself; a story of no voice may be anyone's."""
SPEAKERS: dict[str, tuple[str, ...]] = {
    "hospital": ("hospital", "academic"),
    "enterprise": ("enterprise",),
    "university": ("academic",),
    "research_institute": ("academic",),
    "government": ("public",),
    "industry_association": ("public",),
    "international_organisation": ("public",),
    "intermediary": ("public",),
    "science_park": ("public", "enterprise"),
}
"""Kind of body -> voices that may be its own."""


@dataclass(frozen=True)
class Story:
    """One need or result, with slots in place of its figures."""

    number: int
    capability: str
    kind: str
    """offer or request."""
    slots: Mapping[str, Any]
    texts: Mapping[str, str]
    """title_zh, title_en, text_zh ... wish_en."""

    @cached_property
    def voice(self) -> str | None:
        """Who speaks; None where it could be anyone."""
        told = f"{self.texts['text_zh']}{self.texts['wish_zh']} {self.texts['text_en']}"
        return next((voice for voice, signs in VOICES.items() if signs.search(told)), None)

    def mentions(self, *words: str) -> bool:
        """Whether any of these words stands in it."""
        return any(word in self._all for word in words)

    @cached_property
    def _all(self) -> str:
        return " ".join(self.texts.values()).lower()


def sentences(text: str) -> list[str]:
    """The sentences of a text."""
    return [part.strip() for part in _END.split(text) if part.strip()]


def read_stories(folder: Path = FOLDER) -> list[Story]:
    """Every story of a folder's YAML files, by file name and order; ValueError names the first
    that is at fault."""
    stories: list[Story] = []
    for path in sorted(folder.glob("*.yaml")):
        for number, row in enumerate(read_file(path), 1):
            problems = faults(row)
            if problems:
                raise ValueError(f"{path.name}, story {number}: {'; '.join(problems)}")
            texts = {f"{f}_{code}": row[f"{f}_{code}"] for f in FIELDS for code in LANGUAGES}
            stories.append(Story(len(stories), row["capability"], row["kind"], row["slots"], texts))
    return stories


def read_file(path: Path) -> list[dict[str, Any]]:
    """The stories of one file as they are written."""
    rows: list[dict[str, Any]] = yaml.load(path.read_text(encoding="utf-8"), Loader)  # noqa: S506
    return rows


def faults(row: Mapping[str, Any]) -> list[str]:
    """What is wrong with a story's form, nothing if it is well."""
    found = [
        f"no {key}"
        for key in ("capability", "kind", "slots", *(f"{f}_{c}" for f in FIELDS for c in LANGUAGES))
        if not row.get(key)
    ]
    if found:
        return found
    if row["kind"] not in ("offer", "request"):
        found.append(f"kind {row['kind']}")
    for name, values in row["slots"].items():
        if isinstance(values, list):
            if any(str(value).count("~") > 1 for value in values) or len(values) < 2:
                found.append(f"slot {name}: not two or more zh~en")
        elif _RANGE.fullmatch(str(values)) is None:
            found.append(f"slot {name}: {values}")
    used = {
        code: {slot for f in FIELDS for slot in SLOT.findall(row[f"{f}_{code}"])}
        for code in LANGUAGES
    }
    for code in LANGUAGES:
        found += [f"{code} uses an unknown slot {one}" for one in used[code] - set(row["slots"])]
        found += [f"{code} does not use {one}" for one in sorted(set(row["slots"]) - used[code])]
    return found


def fixed_sentences(row: Mapping[str, Any]) -> list[str]:
    """The sentences of a story that hold no slot: it can be told only once a language."""
    return [
        sentence
        for field in FIELDS
        for code in LANGUAGES
        for sentence in sentences(row[f"{field}_{code}"])
        if not SLOT.search(sentence)
    ]


def drawn(draw: Draw, slots: Mapping[str, Any]) -> dict[str, dict[str, str]]:
    """Language -> slot -> value; each slot is drawn once for both."""
    values: dict[str, dict[str, str]] = {code: {} for code in LANGUAGES}
    for name, allowed in slots.items():
        if isinstance(allowed, list):
            zh, parted, en = str(draw.pick(allowed)).partition("~")
            en = en if parted else zh  # a figure or a model reads the same in both
        elif str(allowed).endswith(MILLION):
            en = number(draw, str(allowed).removesuffix(MILLION)) + MILLION
            zh = f"{round(float(en.removesuffix(MILLION)) * 100)}万"
        else:
            zh = en = number(draw, str(allowed))
        values["zh"][name], values["en"][name] = zh, en
    return values


def number(draw: Draw, span: str) -> str:
    """A value of "85..110", or with as many decimals as "0.15..0.40" shows."""
    found = _RANGE.fullmatch(span)
    assert found is not None, span
    decimals = max(len(found[2] or ""), len(found[4] or ""))
    low, high = (
        int(whole) * 10**decimals + int((part or "").ljust(decimals, "0") or 0)
        for whole, part in ((found[1], found[2]), (found[3], found[4]))
    )
    value = draw.between(low, high)
    if not decimals:
        return str(value)
    return f"{value // 10**decimals}.{value % 10**decimals:0{decimals}d}"


def fill(text: str, values: Mapping[str, str]) -> str:
    """A text with its slots filled and round numbers written as people write them; an English one
    that begins with a slot gets its capital."""
    filled = rounded(SLOT.sub(lambda found: values[found[1]], text))
    return filled[:1].upper() + filled[1:]


def rounded(text: str) -> str:
    """4100,000 as 4,100,000 and 34 hundred as 3,400; 27百吨 as 2700吨 and 297千吨 as 29.7万吨."""
    text = _GROUPS.sub(lambda found: f"{int(found[1]):,},000", text)
    text = _HUNDREDS.sub(lambda found: f"{int(found[1]) * 100:,}", text)
    return _COUNTED.sub(lambda found: _counted(found[1], found[2]), text)


_GROUPS = re.compile(r"(?<![\d.,])(\d{4,}),000\b")
_HUNDREDS = re.compile(r"(?<![\d.,])(\d{2,}) hundred\b")
_COUNTED = re.compile(
    r"(?<![\d.])(\d{2,}|\d+\.\d+)(百万|百(?![分帕兆吉级])|千(?![克米瓦伏帕赫焦字卡牛兆比安乏分电]))"
)
_TIMES = {"百": 100, "千": 1000, "百万": 1_000_000}


def _counted(number: str, unit: str) -> str:
    value = round(float(number) * _TIMES[unit])
    for size, name in ((10**8, "亿"), (10**4, "万")):
        if value >= size:
            return f"{value / size:.2f}".rstrip("0").rstrip(".") + name
    return str(value)
