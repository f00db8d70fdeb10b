"""The training texts: read from the shared data, and from nothing that is kept for measuring.

A file is opened for training only if its name carries `.train.`; everything named dev or test, the
CSL files, CORDIS, OpenAlex and the calls are what the encoder is measured on.
"""

from __future__ import annotations

import csv
import gzip
import hashlib
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from matcher.errors import BadInput, Bilingual

TRAINING_MARK = ".train."
SENTENCES = "text/sentence_pairs.train.tsv.gz"
DOCUMENTATION = "text/technical_docs.train.tsv.gz"
TATOEBA = "text/tatoeba.train.tsv.gz"
TERMS = "text/terms.train.tsv.gz"
ABSTRACTS = (
    "abstracts/chinaxiv.train.jsonl.gz",
    "abstracts/sbir_topics.train.jsonl.gz",
    "abstracts/sbir_awards.train.jsonl.gz",
    "abstracts/arxiv_zh.train.jsonl.gz",
    "abstracts/arxiv_zhsummary.train.jsonl.gz",
    "abstracts/arxiv_en.train.jsonl.gz",
    "abstracts/arxiv_chemistry.train.jsonl.gz",
    "abstracts/nasa_software.train.jsonl.gz",
)
# The English of ChinaXiv was cut into words again after scanning; below this share of known words
# it is more noise than text.
READABLE_ENGLISH = 0.9
# Glossaries whose terms measure the encoder: those whose Chinese has the right SHA-256 remainder
# are in no training pair and are no token. The rule of the test, 7 of 500, leaves 76 terms, too few
# to tell ten points from chance; 7 of 100 holds them all and five times as many.
GLOSSARIES = ("ms-termbase", "ee-vocab", "hpo-zh")
TEST_REMAINDER, DEV_REMAINDER = 7, 8
TEST_MODULUS, KEPT_MODULUS = 500, 100
MOST_TERMS, CANDIDATES = 400, 5_000
_TERM = re.compile(r"[\u3007\u3400-\u4dbf\u4e00-\u9fff]{2,12}")
_BRACKETS = re.compile(r"\([^()]*\)|（[^（）]*）")


class NotTrainingData(BadInput):
    """A file that the weights must not be trained on."""

    code = "not_training_data"


@dataclass(frozen=True, slots=True)
class Pair:
    """The same said in Chinese and in English."""

    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class Abstract:
    """One paper, award or request: what it has of title, abstract, gist and keywords.

    `human` says whether the Chinese was written by people (machine Chinese is seen less often);
    `gist_zh` is a summary in one or two sentences.
    """

    source: str
    title_zh: str = ""
    title_en: str = ""
    abstract_zh: str = ""
    abstract_en: str = ""
    gist_zh: str = ""
    keywords_zh: str = ""
    keywords_en: str = ""
    human: bool = True


def training_file(folder: Path, name: str) -> Path:
    """`folder/name`, if it is meant for training; raises NotTrainingData otherwise."""
    path = folder / name
    if TRAINING_MARK not in path.name:
        raise NotTrainingData(
            Bilingual(
                "该文件留作评测，不得用于训练。", "This file is kept for measuring, not training."
            ),
            Bilingual(
                f"只使用文件名含“{TRAINING_MARK}”的文件。",
                f"Train only on files with '{TRAINING_MARK}' in their name.",
            ),
            where=str(path),
        )
    return path


def read_pairs(folder: Path, name: str) -> list[Pair]:
    """The zh-en pairs of a gzipped two-column TSV, without empty and repeated ones."""
    pairs: dict[Pair, None] = {}
    with gzip.open(training_file(folder, name), "rt", encoding="utf-8") as lines:
        for line in lines:
            zh, tab, en = line.rstrip("\n").partition("\t")
            if tab and zh.strip() and en.strip():
                pairs[Pair(zh.strip(), en.strip())] = None
    return list(pairs)


def read_terms(folder: Path, name: str = TERMS) -> list[tuple[Pair, str]]:
    """The bilingual terms with their source; of a gloss its first sense without brackets."""
    terms: dict[Pair, str] = {}
    with gzip.open(training_file(folder, name), "rt", encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE):
            en = _BRACKETS.sub(" ", row["en"]).split(";")[0].strip(" ,.")
            zh = row["zh"].strip()
            # More than eight words explain a term instead of naming it.
            if zh and en and len(en.split()) <= 8:
                terms.setdefault(Pair(zh, en), row["source"])
    return list(terms.items())


def held_out_terms(
    folder: Path, remainder: int = TEST_REMAINDER, modulus: int = TEST_MODULUS
) -> list[Pair]:
    """At most 400 glossary terms that were kept out of training, in the order of the file: 2-12 Han
    characters whose SHA-256 leaves `remainder` by `modulus`, each with its first English term."""
    return _held_out(_glossary_terms(folder), remainder, modulus)[:MOST_TERMS]


def term_candidates(
    folder: Path, remainder: int = TEST_REMAINDER, modulus: int = TEST_MODULUS
) -> list[str]:
    """5,000 English terms, distinct but for case: the right ones of `held_out_terms`, and others of
    the same glossaries, drawn by the SHA-256 of the English; no second name of a held-out term."""
    terms = _glossary_terms(folder)
    right = _held_out(terms, remainder, modulus)[:MOST_TERMS]
    asked = {pair.zh for pair in right}
    chosen = {pair.en.casefold(): pair.en for pair in right}
    barred = {pair.en.casefold() for pair in terms if pair.zh in asked}
    others = {
        pair.en.casefold(): pair.en for pair in terms if pair.en.casefold() not in barred
    }.values()
    for en in sorted(others, key=_digest):
        if len(chosen) >= CANDIDATES:
            break
        chosen[en.casefold()] = en
    return sorted(chosen.values(), key=_digest)


def kept_out(folder: Path) -> frozenset[str]:
    """The Chinese of every term kept for measuring or choosing: no pair and no token may be one."""
    terms = _glossary_terms(folder)
    return frozenset(
        pair.zh
        for remainder in (TEST_REMAINDER, DEV_REMAINDER)
        for pair in _held_out(terms, remainder, KEPT_MODULUS)
    )


def without(pairs: Iterable[Pair], kept: frozenset[str]) -> list[Pair]:
    """`pairs` without those whose Chinese is one of the terms `kept` for measuring."""
    return [pair for pair in pairs if pair.zh not in kept]


def _held_out(terms: list[Pair], remainder: int, modulus: int) -> list[Pair]:
    found: dict[str, Pair] = {}
    for pair in terms:
        if _TERM.fullmatch(pair.zh) and _digest(pair.zh) % modulus == remainder:
            found.setdefault(pair.zh, pair)
    return list(found.values())


def _glossary_terms(folder: Path) -> list[Pair]:
    """All terms of the glossaries as they stand in the file, in its order."""
    with gzip.open(training_file(folder, TERMS), "rt", encoding="utf-8", newline="") as lines:
        rows = csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)
        return [
            Pair(row["zh"].strip(), row["en"].strip())
            for row in rows
            if row["source"] in GLOSSARIES and row["zh"].strip() and row["en"].strip()
        ]


def _digest(text: str) -> int:
    return int(hashlib.sha256(text.encode("utf-8")).hexdigest(), 16)


def read_abstracts(folder: Path, name: str) -> Iterator[Abstract]:
    """The abstracts of one gzipped JSON Lines file."""
    with gzip.open(training_file(folder, name), "rt", encoding="utf-8") as lines:
        for line in lines:
            yield _abstract(Path(name).name.split(".")[0], json.loads(line))


def _abstract(source: str, row: dict[str, Any]) -> Abstract:
    def text(key: str) -> str:
        value = row.get(key)
        if isinstance(value, list):
            return "; ".join(str(item) for item in value)
        return str(value).strip() if value else ""

    if source == "chinaxiv":
        readable = (row.get("en_quality") or 0.0) >= READABLE_ENGLISH
        return Abstract(
            source,
            title_zh=text("zh_title"),
            title_en=text("en_title") if readable else "",
            abstract_zh=text("zh_abstract"),
            abstract_en=text("en_abstract") if readable else "",
            keywords_zh=text("zh_keywords"),
            keywords_en=text("en_keywords") if readable else "",
        )
    return Abstract(
        source,
        title_en=text("title"),
        abstract_en=text("abstract"),
        abstract_zh=text("zh_abstract") or text("zh_summary"),
        gist_zh=text("zh_onesent") or text("zh_tldr"),
        keywords_zh=text("zh_keywords"),
        human=False,
    )
