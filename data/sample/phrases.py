"""Sentences beside a story, from `phrases.yaml`: about the body, its equipment, rights, terms."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

from .bodies import Body
from .draw import Draw
from .names import Part, read
from .story import LANGUAGES, drawn, fill

_EITHER = re.compile(r"\[([^\[\]]*\|[^\[\]]*)\]")
VOWELS = ("a", "e", "i", "o", "u")
MODES = {
    "commercial": "market_cooperation",
    "commercial_with_assistance": "technology_transfer",
    "investment": "market_cooperation",
    "outsourcing": "market_cooperation",
    "rd_cooperation": "rd_cooperation",
    "supplier": "market_cooperation",
}
"""Partnership type -> the cooperation mode that it leads to."""


def with_article(noun: str) -> str:
    """ "a firm", "an institute"; "a university"."""
    vowel = noun.startswith(VOWELS) and not noun.startswith(("uni", "eu"))
    return f"{'an' if vowel else 'a'} {noun}"


class Phrasebook:
    """Chooses sentences, the least used first, and fills them for a body."""

    def __init__(
        self, draw: Draw, country: Callable[[str], Part], zones: Mapping[str, list[Part]]
    ) -> None:
        self._draw, self._country, self._zones = draw, country, zones
        self._phrases = read("phrases")
        self._used: Counter[str] = Counter()

    def sentence(
        self, row: list[dict[str, Any]], body: Body, words: Mapping[str, Part] | None = None
    ) -> Part | None:
        """One of these sentences for a body, in both languages; None if none fits."""
        sector = body.sectors[0]
        fitting = [
            one
            for one in row
            if one.get("side", "") in ("", "beijing" if body.beijing else "abroad")
            and sector in one.get("sectors", (sector,))
            and body.kind in one.get("kinds", (body.kind,))
            and (not one.get("zone") or self._zones.get(body.district or ""))
        ]
        if not fitting:
            return None
        least = min(self._used[one["zh"]] for one in fitting)
        phrase = self._draw.pick([one for one in fitting if self._used[one["zh"]] <= least + 2])
        self._used[phrase["zh"]] += 1
        values = drawn(self._draw, phrase.get("slots", {}))
        for name, part in {**self._words(body), **(words or {})}.items():
            values["zh"][name], values["en"][name] = part.zh, part.latin
            values["en"][name.capitalize()] = part.latin[:1].upper() + part.latin[1:]
            values["zh"][name.capitalize()] = part.zh
        said = {
            code: fill(_EITHER.sub(self._either, phrase[code]), values[code]) for code in LANGUAGES
        }
        return Part(said["en"], said["zh"])

    def _either(self, found: re.Match[str]) -> str:
        alternatives: list[str] = found[1].split("|")
        return self._draw.pick(alternatives)

    def _words(self, body: Body) -> dict[str, Part]:
        called = self._phrases["called"][body.kind]
        noun = self._draw.pick(called["nouns"])
        named = bool(body.stem.zh) and self._draw.chance(0.4)
        who = body.stem if named else Part(f"the {noun}", self._draw.pick(called["selves"]))
        words = {
            "who": who,
            "kind": Part(noun, self._draw.pick(called["kinds"])),
            "a_kind": Part(with_article(noun), ""),
            "place": Part("Beijing", "北京") if body.beijing else self._place(body),
        }
        if zones := self._zones.get(body.district or ""):
            words["zone"] = self._draw.pick(zones)
        return words

    def _place(self, body: Body) -> Part:
        country = self._country(body.country)
        city = body.city.split(",")[0]
        near = (
            city if city == country.latin or self._draw.chance(0.5) else f"{city}, {country.latin}"
        )
        return Part(near if self._draw.chance(0.7) else country.latin, country.zh)

    def tasks(self, kind: str) -> frozenset[str]:
        """Chain links and capabilities that a kind of body may speak of; empty: of any."""
        return frozenset(self._phrases["tasks"].get(kind, ()))

    def about(self, body: Body) -> Part | None:
        """What the body is and how large."""
        return self.sentence(self._phrases["about"][body.kind], body)

    def equipment(self, body: Body, sector: str) -> Part | None:
        """What it works with, in a sector."""
        own = ("equipment", "materials", "ai", "software", "ic", "vehicles")
        firm = body.kind == "enterprise" and sector in own
        if not firm and body.kind not in ("university", "research_institute"):
            return None
        return self.sentence(self._phrases["equipment"][sector], body)

    def stage(self, body: Body, level: str) -> Part | None:
        """How far things are: low, mid or high."""
        return self.sentence(self._phrases["stage"][level], body)

    def rights(self, body: Body, status: str) -> Part | None:
        """Whose it is."""
        rows = self._phrases["ip"].get(status)
        return self.sentence(rows, body) if rows else None

    def terms(self, body: Body, kind: str) -> Part | None:
        """On what terms."""
        return self.sentence(self._phrases["terms"][kind], body)

    def summary(
        self, body: Body, kind: str, capability: Part, trl: int, wanted: str
    ) -> Part | None:
        """The matter in a sentence."""
        zh, _, en = self._draw.pick(self._phrases["partners"][wanted]).partition("~")
        words = {
            "cap": capability,
            "trl": Part(str(trl), str(trl)),
            "partner": Part(en, zh),
            "a_partner": Part(en, zh),
        }
        return self.sentence(self._phrases["summary"][kind], body, words)
