"""What people read: both languages, and the words for partners abroad and for places.

Partners of the other side are 境外 (abroad), never "foreign" in what is shown; Hong Kong, Macao and
Taiwan are named with China. Every Python string, page, template, vocabulary and document is read.
"""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from matcher.settings import REPOSITORY
from matcher.vocabulary import load_vocabulary

FOLDERS = ("matcher", "api", "data", "docs", "models", "bench")
TEXTS = {".md", ".html", ".yaml", ".yml", ".txt", ".css", ".js", ".po", ".svg"}
TRAINED = ("models/encoder/artefact/", "models/encoder/work/")
"""A tokeniser's vocabulary and the like: words that are read, not said."""
HAN = re.compile(r"[\u3400-\u9fff]")
WORD = re.compile(r"[A-Za-z]{2}")

NEVER = {
    "外国": re.compile("外国"),
    "国外": re.compile("国外"),
    "foreign partner": re.compile(
        r"\bforeign[ -](?:partner|compan|firm|organi[sz]ation|bod(?:y|ies)|side|countr)", re.I
    ),
    "overseas partner": re.compile(r"\boverseas[ -](?:partner|compan|organi[sz]ation)", re.I),
}
HEARD = {"data/vocabulary/"}
"""Folders whose synonyms are heard (a question may say 外国), not said."""

PLACES = {"香港", "澳门", "台湾"}
PLACE_EN = re.compile(r"Hong Kong|Macao|Macau|Taiwan", re.I)


@cache
def files(suffixes: frozenset[str]) -> tuple[Path, ...]:
    """Every file of the kinds that people read, and the pages at the root."""
    found = [p for folder in FOLDERS for p in (REPOSITORY / folder).rglob("*")]
    found += REPOSITORY.glob("*.md")
    return tuple(
        sorted(
            path
            for path in found
            if path.suffix in suffixes
            and path.is_file()
            and "__pycache__" not in path.parts
            and not name(path).startswith(TRAINED)
        )
    )


def name(path: Path) -> str:
    return path.relative_to(REPOSITORY).as_posix()


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def python_strings(path: Path) -> Iterator[tuple[str, str]]:
    """Every string of a Python file, docstrings too, with its place; pieces of f-strings apart."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield f"{name(path)}:{node.lineno}", node.value


def lines(path: Path) -> Iterator[tuple[str, str]]:
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        yield f"{name(path)}:{number}", line


def strings_in(value: Any, key: str = "") -> Iterator[tuple[str, str]]:
    """Every string of a JSON document with the key it stands under."""
    if isinstance(value, dict):
        for inner, each in value.items():
            yield from strings_in(each, str(inner))
    elif isinstance(value, list):
        for each in value:
            yield from strings_in(each, key)
    elif isinstance(value, str):
        yield key, value


def json_strings(path: Path) -> Iterator[tuple[str, str]]:
    text = path.read_text(encoding="utf-8")
    documents = text.splitlines() if path.suffix == ".jsonl" else [text]
    for number, document in enumerate(documents, 1):
        for key, value in strings_in(json.loads(document)):
            yield f"{name(path)}:{number} {key}", value


def everything_said() -> Iterator[tuple[str, str]]:
    """All text of the product, with its place."""
    for path in files(frozenset({".py"})):
        yield from python_strings(path)
    for path in files(frozenset(TEXTS)):
        if not name(path).startswith(tuple(HEARD)):
            yield from lines(path)
    for path in files(frozenset({".json", ".jsonl"})):
        yield from json_strings(path)
    for scheme in vars_of_vocabulary():
        for term in scheme:
            for part in ("zh", "en", "definition_zh", "definition_en"):
                yield f"{scheme.name} {term.code} {part}", getattr(term, part)


def vars_of_vocabulary() -> Iterator[Any]:
    vocabulary = load_vocabulary()
    for field in vocabulary.__dataclass_fields__:
        value = getattr(vocabulary, field)
        if hasattr(value, "terms"):
            yield value


def bilinguals() -> Iterator[tuple[str, str, str]]:
    """Every `Bilingual(zh, en)` in code: place, and what is literal in its two languages."""
    for path in files(frozenset({".py"})):
        for node in ast.walk(tree(path)):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Name)
                and node.func.id == "Bilingual"
            ):
                given = dict(zip(("zh", "en"), node.args, strict=False))
                given |= {k.arg: k.value for k in node.keywords if k.arg}
                yield f"{name(path)}:{node.lineno}", literal(given["zh"]), literal(given["en"])


def literal(node: ast.expr) -> str:
    """What an expression says whatever its values: constants and what is fixed in an f-string; a
    name or a call says nothing yet."""
    match node:
        case ast.Constant(value=str(text)):
            return text
        case ast.JoinedStr(values=parts):
            return "".join(map(literal, parts))
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            return literal(left) + literal(right)
        case ast.IfExp(body=one, orelse=other):
            return literal(one) + literal(other)
    return ""


def test_partners_abroad_are_never_called_otherwise() -> None:
    found = [
        f"{place}: {word}"
        for place, text in everything_said()
        for word, pattern in NEVER.items()
        if pattern.search(text)
    ]
    assert found == []


def test_every_message_is_in_both_languages() -> None:
    seen = list(bilinguals())
    assert len(seen) > 100
    without = [f"{p}: {zh}" for p, zh, _ in seen if WORD.search(zh) and not HAN.search(zh)]
    mixed = [f"{p}: {en}" for p, _, en in seen if HAN.search(en)]
    assert without == []
    assert mixed == []


def test_terms_are_in_both_languages() -> None:
    for scheme in vars_of_vocabulary():
        for term in scheme:
            assert not HAN.search(term.en), f"{scheme.name} {term.code}"
            assert not HAN.search(term.definition_en), f"{scheme.name} {term.code}"
            if scheme.name not in {"trl"}:
                assert HAN.search(term.zh), f"{scheme.name} {term.code}"


def test_hong_kong_macao_and_taiwan_are_shown_with_china() -> None:
    country = load_vocabulary().country
    shown = {code: (country.get(code).zh, country.get(code).en) for code in ("HK", "MO", "TW")}
    assert shown == {
        "HK": ("中国香港", "Hong Kong, China"),
        "MO": ("中国澳门", "Macao, China"),
        "TW": ("中国台湾", "Taiwan, China"),
    }


def test_places_are_named_with_china_wherever_they_are_said() -> None:
    """No label is one of the three names alone. Where only a city is asked for (the scheme of
    cities, the field `city`) the name of the city stands, its country/region beside it."""
    wrong = [
        f"{place}: {text}"
        for place, text in everything_said()
        if (text.strip() in PLACES or PLACE_EN.fullmatch(text.strip()))
        and not place.startswith(("city ", "data/vocabulary/countries.py"))
        and not place.endswith(" city")
    ]
    assert wrong == []


def test_the_column_of_countries_is_called_country_or_region() -> None:
    wrong = []
    for path in files(frozenset({".py", ".html", ".json"})):
        said = python_strings(path) if path.suffix == ".py" else lines(path)
        for place, text in said:
            if text.strip() in {"国家", "国别", "Country"}:
                wrong.append(f"{place}: {text.strip()}")
    assert wrong == []


@pytest.mark.parametrize(
    "text", ["外国公司", "国外机构", "a foreign partner", "Foreign companies", "foreign-partner"]
)
def test_the_rule_notices(text: str) -> None:
    assert any(pattern.search(text) for pattern in NEVER.values())


def test_what_is_read_includes_every_kind() -> None:
    read = {path.suffix for path in files(frozenset({*TEXTS, ".py", ".json", ".jsonl"}))}
    assert {".py", ".md", ".yaml", ".json", ".jsonl"} <= read
