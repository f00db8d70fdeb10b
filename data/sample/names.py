"""Invented names: a stem of a tongue, a pattern of country and nature, the Chinese beside it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from .draw import Draw, Words, words

FOLDER = Path(__file__).resolve().parent
LANGUAGES = ("en", "de", "fr", "it", "es", "pt", "zh")
"""The order in which `forms.yaml` writes what an institute is for."""
_ELISION = re.compile(r" de ([AEIOUÉ])")
_LETTERS = str.maketrans(
    {"ł": "l", "Ł": "L", "ø": "o", "Ø": "O", "ß": "ss", "ı": "i", "æ": "ae", "đ": "d"}
)


def read(name: str) -> Any:
    """One of the YAML files beside this one."""
    return yaml.safe_load((FOLDER / f"{name}.yaml").read_text(encoding="utf-8"))


def slug(text: str) -> str:
    """Lower-case ASCII letters and digits of a name, for ids."""
    plain = unicodedata.normalize("NFKD", text.translate(_LETTERS)).casefold()
    return "".join(letter for letter in plain if letter.isascii() and letter.isalnum())


@dataclass(frozen=True, slots=True)
class Part:
    """A word and its Chinese."""

    latin: str
    zh: str

    @classmethod
    def of(cls, text: str) -> Part:
        """Of "Latin~Chinese"."""
        latin, _, zh = text.partition("~")
        return cls(latin, zh)

    @classmethod
    def chinese(cls, text: str) -> Part:
        """Of "Chinese~Latin"."""
        zh, _, latin = text.partition("~")
        return cls(latin, zh)


def parts(text: str) -> list[Part]:
    """Of "Latin~Chinese" words separated by spaces."""
    return [Part.of(word) for word in text.split()]


@dataclass(frozen=True, slots=True)
class Place:
    """How bodies of one country/region are named, and where they sit."""

    tongues: Words
    forms: dict[str, Words] | Words
    cities: Words

    def forms_of(self, tongue: str) -> Words:
        """The legal forms that names of a tongue take."""
        return self.forms[tongue] if isinstance(self.forms, dict) else self.forms


class Namer:
    """Gives every body a name of its own; no stem is given twice."""

    def __init__(self, draw: Draw, taken: Iterable[str]) -> None:
        self._draw = draw
        lexicon, self._shapes = read("names"), read("forms")
        self._tongues = {
            tongue: (parts(row["heads"]), parts(row["tails"]))
            for tongue, row in lexicon["tongues"].items()
        }
        self.places = {code: _place(row) for code, row in read("places").items()}
        self._given = {slug(stem) for stem in (*taken, *words(lexicon["taken"]))}
        brands = self._shapes["beijing"]
        self._first = [Part.chinese(word) for word in words(brands["first"])]
        self._second = [Part.chinese(word) for word in words(brands["second"])]

    def stem(self, tongue: str) -> Part:
        """A stem that nobody has yet, with its Chinese."""
        heads, tails = self._tongues[tongue]
        while True:
            head, tail = self._draw.pick(heads), self._draw.pick(tails)
            # No letter three times in a row, and no clash of the same vowel.
            if slug(head.latin)[-1] == slug(tail.latin)[0]:
                continue
            latin = head.latin + tail.latin
            if slug(latin) not in self._given:
                self._given.add(slug(latin))
                return Part(latin, head.zh + tail.zh)

    def brand(self, length: int) -> Part:
        """A Beijing body's two or three characters, with pinyin."""
        while True:
            chosen = [self._draw.pick(self._first)]
            while len(chosen) < length:
                chosen.append(self._draw.pick(self._second))
            latin, zh = "".join(one.latin for one in chosen), "".join(one.zh for one in chosen)
            if latin not in self._given and len(set(zh)) == length:
                self._given.add(latin)
                return Part(latin.capitalize(), zh)

    def tongue_of(self, country: str) -> str:
        """One of the country's tongues; the first is twice as likely as another."""
        tongues = self.places[country].tongues
        return self._draw.pick((tongues[0], *tongues))

    def partner(self, country: str, nature: str, sector: str) -> tuple[Part, Part]:
        """The stem and the whole name of a body abroad."""
        tongue = self.tongue_of(country)
        language = self._shapes["uses"].get(tongue, "en")
        patterns = self._shapes["patterns"][language][nature]
        latin, _, zh = self._draw.pick([one for one in patterns if fits(one, sector)]).partition(
            "|"
        )
        stem = self.stem(tongue)
        english = latin.startswith(("International", "European"))
        field = self._field("en" if english else language, nature, sector)
        forms = self.places[country].forms_of(tongue)
        whole = Part(
            latin.format(s=stem.latin, f=field.latin, form=self._draw.pick(forms or ("",))),
            zh.format(s=stem.zh, f=field.zh),
        )
        return stem, Part(
            _ELISION.sub(r" d'\1", whole.latin) if language == "fr" else whole.latin, whole.zh
        )

    def _field(self, language: str, nature: str, sector: str) -> Part:
        if nature in ("enterprise", "industry_association"):
            fields = self._shapes["fields"]
            return Part.of(self._draw.pick(fields.get(language, fields["en"])[sector]))
        spellings = self._draw.pick(self._shapes["disciplines"][sector]).split("~")
        own = LANGUAGES.index(language) if language in LANGUAGES[:-1] else 0
        return Part(spellings[own], spellings[-1])

    def beijing(self, entity_type: str, sector: str) -> tuple[Part, Part]:
        """The brand and the whole name of a Beijing body."""
        shapes = self._shapes["beijing"]
        brand = self.brand(3 if entity_type == "enterprise" else 2)
        if entity_type == "research_institute":
            field = Part.chinese(self._draw.pick(shapes["institute"][sector]))
            whole = Part(f"{brand.latin} {field.latin}", f"北京{brand.zh}{field.zh}")
            return brand, whole
        key = "forms" if entity_type == "enterprise" else entity_type
        field = Part.chinese(self._draw.pick(shapes["enterprise"][sector]))
        fitting = [one for one in shapes[key] if fits(one, sector)]
        zh, _, latin = self._draw.pick(fitting).partition("|")
        return brand, Part(
            latin.format(s=brand.latin, f=field.latin), zh.format(s=brand.zh, f=field.zh)
        )

    def unit(self, university: Part, sector: str, without: Iterable[str]) -> Part | None:
        """A school, hospital or laboratory of a university; None if it has all of the sector's."""
        units = [Part.chinese(word) for word in self._shapes["beijing"]["unit"][sector]]
        free = [one for one in units if university.zh + one.zh not in set(without)]
        if not free:
            return None
        unit = self._draw.pick(free)
        return Part(f"{unit.latin}, {university.latin}", university.zh + unit.zh)


def fits(pattern: str, sector: str) -> bool:
    """Whether a name's pattern suits the sector: medical ones medicine, and so on."""
    if "医" in pattern:
        return sector == "health"
    if "农林" in pattern:
        return sector == "environment"
    return not ("师范" in pattern and sector in ("ic", "vehicles", "health"))


def _place(row: dict[str, Any]) -> Place:
    forms = row["forms"]
    return Place(
        tongues=tuple(row["tongues"]),
        forms={key: tuple(kept) for key, kept in forms.items()}
        if isinstance(forms, dict)
        else tuple(forms),
        cities=tuple(row["cities"]),
    )
