"""`make bench-resolution`: which appearances are one organisation, against pairs read by people.

Everything that ROR, CORDIS and OpenAlex name in the shared files is resolved at once, together with
the rows that a centre's clerk might type. Institutions of OpenAlex that stand in a pair are shown
without their ids: names and places must do. A pair counts as joined if both are one organisation in
the end. Goals on the test half: precision at least .99, recall at least .93.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import hashlib
import json
import os
import platform
import sys
import time
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from bench import cordis as home
from matcher.catalogue import derive
from matcher.catalogue.identity import folded_name, language_of
from matcher.catalogue.readers import cordis, openalex, ror
from matcher.catalogue.readers.cells import Cells, RowRejected, SourceRow
from matcher.catalogue.resolution.appearance import Appearance
from matcher.catalogue.resolution.resolve import RULES, Join, Resolution, resolve
from matcher.catalogue.rows import Claim
from matcher.errors import Bilingual, NotReady
from matcher.organisation import Name, NameKind, organisation_id
from matcher.settings import Settings
from matcher.vocabulary import Vocabulary, load_vocabulary

PAIRS = Path(__file__).parent / "resolution_pairs.csv"
FROZEN = Path(__file__).parent / "results" / "resolution.json"
FILES = (
    "ror/ror-data_schema_v1.json.gz",
    "ror/ror-data_schema_v2.json.gz",
    "cordis/organization.csv",
    "openalex/works.jsonl.gz",
)
CENTRE = "centre"
"""The source of rows as a clerk would type them; they stand in the pairs themselves."""
SPLITS = ("dev", "test")
GOALS = {"precision": 0.99, "recall": 0.93}
SYSTEMS = ("exact name", "exact name and country", "product")
SHOWN = 10
_SEED, _RESAMPLES, _TAILS = 2018, 10_000, (2.5, 97.5)
_PACKAGES = ("tech-transfer-matcher", "rapidfuzz", "opencc")
_SIDE = ("source", "key", "name_en", "name_zh", "country", "city")


@dataclass(frozen=True)
class Pair:
    """Two appearances (ids) and what people say of them."""

    split: str
    kind: str
    same: bool
    left: str
    right: str


def files(settings: Settings) -> tuple[Path, ...]:
    """The shared files; raises NotReady, with the cure, where one is missing."""
    shared = settings.shared_data_folder()
    missing = [name for name in FILES if shared is None or not (shared / name).is_file()]
    if shared is None or missing:
        raise NotReady(
            Bilingual(
                f"这项评测需要 ROR、CORDIS 与 OpenAlex 的真实数据，缺少 {'、'.join(missing)}。",
                "This benchmark asks real data of ROR, CORDIS and OpenAlex, and "
                f"{' and '.join(missing)} is missing.",
            ),
            Bilingual(
                "把数据文件夹放在项目旁的 ../shared/data，或用环境变量 MATCHER_SHARED_DATA "
                "指明其路径，然后重新运行。",
                "put the data folder at ../shared/data beside the project, or name its path in "
                "MATCHER_SHARED_DATA, and run again.",
            ),
            where=str(settings.shared_data or "../shared/data"),
        )
    return tuple(shared / name for name in FILES)


def appearances(paths: tuple[Path, ...]) -> list[Appearance]:
    """Every organisation that the files name, each as its source names it."""
    claims: dict[str, list[Claim]] = defaultdict(list)
    for row in _rows(paths, load_vocabulary()):
        for identity, says in row.payload["appearances"].items():
            claims[identity].append(Claim(row.source, says, CENTRE))
    return [derive.appearance(identity, said) for identity, said in sorted(claims.items())]


def _rows(paths: tuple[Path, ...], vocabulary: Vocabulary) -> Iterator[SourceRow]:
    first, second, participants, works = paths
    for records, read in (
        (_array(first), ror.organisation),
        (_array(second), ror.organisation),
        (_lines(works), openalex.work),
    ):
        for record in records:
            try:
                yield read(record, vocabulary)
            except RowRejected:
                continue
    with participants.open(encoding="utf-8-sig", newline="") as handle:
        for row in csv.DictReader(handle, delimiter=";"):
            try:
                yield cordis.participant(Cells(row, {}), vocabulary)
            except RowRejected:
                continue


def _array(path: Path) -> Iterator[dict[str, Any]]:
    with gzip.open(path, "rt", encoding="utf-8") as handle:
        yield from json.load(handle)


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    with gzip.open(path, "rt", encoding="utf-8") as handle:
        yield from (json.loads(line) for line in handle)


def labelled(known: list[Appearance]) -> tuple[list[Pair], list[Appearance]]:
    """The pairs, and all appearances as they are to be resolved: with the clerk's rows, and without
    the ids of OpenAlex's institutions that stand in a pair."""
    named = {(one.source, one.key): one for one in known}
    typed: dict[str, Appearance] = {}
    hidden: set[str] = set()
    pairs = []
    with PAIRS.open(encoding="utf-8", newline="") as handle:
        for row in csv.DictReader(handle):
            ids = []
            for side in ("left", "right"):
                said = {part: row[f"{side}_{part}"] for part in _SIDE}
                if said["source"] == CENTRE:
                    one = _typed(said)
                    typed[one.id] = one
                else:
                    one = named[said["source"], said["key"]]
                    if one.source == openalex.SOURCE:
                        hidden.add(one.id)
                ids.append(one.id)
            pairs.append(Pair(row["split"], row["kind"], row["label"] == "same", ids[0], ids[1]))
    shown = [replace(one, identifiers=()) if one.id in hidden else one for one in known]
    return pairs, shown + list(typed.values())


def _typed(said: dict[str, str]) -> Appearance:
    key = "|".join(said[part] for part in ("name_zh", "name_en", "country", "city"))
    names = [(said["name_zh"], "zh")] if said["name_zh"] else []
    if said["name_en"]:
        names.append((said["name_en"], language_of(said["name_en"], "en")))
    return Appearance(
        id=organisation_id(CENTRE, key),
        source=CENTRE,
        key=key,
        names=tuple(Name(text, language, NameKind.OFFICIAL) for text, language in names),
        country=said["country"] or None,
        city=said["city"] or None,
    )


def judged(
    pairs: list[Pair], known: dict[str, Appearance], resolution: Resolution
) -> dict[str, list[bool]]:
    """For each system whether it calls each pair one organisation."""
    owner = resolution.organisation_of
    folded = {
        identity: {folded_name(name.text) for name in known[identity].names}
        for pair in pairs
        for identity in (pair.left, pair.right)
    }
    alike = [not folded[pair.left].isdisjoint(folded[pair.right]) for pair in pairs]
    here = [known[pair.left].country == known[pair.right].country for pair in pairs]
    return {
        SYSTEMS[0]: alike,
        SYSTEMS[1]: [a and b for a, b in zip(alike, here, strict=True)],
        SYSTEMS[2]: [owner[pair.left] == owner[pair.right] for pair in pairs],
    }


def measured(pairs: list[Pair], joined: list[bool]) -> dict[str, Any]:
    """Precision, recall and F1 with their bootstrap intervals (95 %, pairs drawn anew)."""
    same = np.array([pair.same for pair in pairs])
    said = np.array(joined)
    drawn = np.random.default_rng(_SEED).integers(0, len(pairs), (_RESAMPLES, len(pairs)))
    found: dict[str, Any] = {"pairs": len(pairs), "same": int(same.sum())}
    found |= {
        "joined rightly": int((same & said).sum()),
        "joined wrongly": int((said & ~same).sum()),
    }
    values, spread = _three(same, said), _three(same[drawn], said[drawn])
    for name in values:
        low, high = np.nanpercentile(spread[name], _TAILS)
        found[name] = [round(float(v), 4) for v in (values[name], low, high)]
    return found


def _three(same: Any, said: Any) -> dict[str, Any]:
    right, called, true = (x.sum(axis=-1) for x in (same & said, said, same))
    with np.errstate(invalid="ignore"):
        return {
            "precision": right / called,
            "recall": right / true,
            "F1": 2 * right / (called + true),
        }


def by_kind(pairs: list[Pair], joined: list[bool]) -> dict[str, dict[str, int]]:
    """For each kind of pair how many of the same and of the different were judged rightly."""
    found: dict[str, dict[str, int]] = {}
    for pair, said in zip(pairs, joined, strict=True):
        counts = found.setdefault(pair.kind, {"same": 0, "found": 0, "different": 0, "kept": 0})
        counts["same" if pair.same else "different"] += 1
        counts["found" if pair.same else "kept"] += said == pair.same
    return dict(sorted(found.items()))


def shown(one: Appearance) -> str:
    """An appearance on one line: source, up to two names, place."""
    names = " / ".join(name.text for name in one.names[:2])
    return f"{one.source}: {names} [{one.city or '?'}, {one.country or '?'}]"


def drawn(joins: tuple[Join, ...], known: dict[str, Appearance]) -> list[str]:
    """A few joins across sources whose names differ, the same every time, on one line each."""
    telling = [
        join
        for join in joins
        if join.rule not in ("identifier", "name", "decided")
        and known[join.first].source != known[join.second].source
    ]
    telling.sort(key=lambda join: hashlib.sha256(f"{join.first}{join.second}".encode()).digest())
    return [
        f"{join.confidence:.2f} {join.rule}: {shown(known[join.first])} = "
        f"{shown(known[join.second])}"
        for join in telling[:SHOWN]
    ]


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--freeze", action="store_true", help=f"write {FROZEN.name}")
    parser.add_argument("--errors", choices=SPLITS, help="print the wrongly judged pairs")
    asked = parser.parse_args(arguments)
    paths = files(Settings())
    pairs, everyone = labelled(appearances(paths))
    known = {one.id: one for one in everyone}
    began = time.perf_counter()
    resolution = resolve(everyone)
    took = time.perf_counter() - began
    said = judged(pairs, known, resolution)
    result: dict[str, Any] = {}
    for split in SPLITS:
        chosen = [at for at, pair in enumerate(pairs) if pair.split == split]
        mine = [pairs[at] for at in chosen]
        print(
            f"\n{split}: {len(mine)} pairs, {sum(pair.same for pair in mine)} of one organisation"
        )
        result[split] = {}
        for system in SYSTEMS:
            found = measured(mine, [said[system][at] for at in chosen])
            result[split][system] = found
            figures = "   ".join(
                f"{name} {found[name][0]:.3f} [{found[name][1]:.3f}, {found[name][2]:.3f}]"
                for name in ("precision", "recall", "F1")
            )
            print(f"{system:<24}{figures}")
        kinds = by_kind(mine, [said["product"][at] for at in chosen])
        result[split]["kinds"] = kinds
        for kind, counts in kinds.items():
            print(
                f"  {kind:<28}{counts['found']:>4} of {counts['same']:<4} found"
                f"{counts['kept']:>5} of {counts['different']:<4} kept apart"
            )
    for at, pair in enumerate(pairs):
        if pair.split == asked.errors and said["product"][at] != pair.same:
            wrong = "missed" if pair.same else "WRONG"
            print(f"{wrong} ({pair.kind}): {shown(known[pair.left])} | {shown(known[pair.right])}")
    reached = {name: result["test"]["product"][name][0] >= least for name, least in GOALS.items()}
    for name, least in GOALS.items():
        print(f"goal: {name} {least:.2f}: {'reached' if reached[name] else 'NOT reached'}")
    whole = resolve(appearances(paths))
    organisations = len(set(whole.organisation_of.values()))
    print(
        f"\n{len(everyone)} appearances resolved in {took:.2f} s; with every id "
        f"{organisations} organisations, {len(whole.joins)} joins, {len(whole.review)} to review"
    )
    merges, misses = drawn(whole.joins, known), drawn(whole.review, known)
    print("\nmerges", *merges, "\nnear-misses, left to people", *misses, sep="\n")
    if asked.freeze:
        frozen = {
            "benchmark": "resolution",
            "made": datetime.now(UTC).date().isoformat(),
            "rules": RULES,
            "data": {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in paths},
            "pairs": hashlib.sha256(PAIRS.read_bytes()).hexdigest(),
            "versions": {"python": platform.python_version()}
            | {package: version(package) for package in _PACKAGES},
            "machine": {
                "system": platform.system(),
                "processor": platform.machine(),
                "cores": os.cpu_count(),
            },
            "goals": GOALS,
            **result,
            "appearances": len(everyone),
            "seconds": round(took, 2),
            "organisations": organisations,
            "joins": len(whole.joins),
            "review": len(whole.review),
            "merges": merges,
            "near-misses": misses,
        }
        FROZEN.write_text(json.dumps(frozen, ensure_ascii=False, indent=1) + "\n", "utf-8")
        print(f"frozen: {FROZEN}")
    return 0


if __name__ == "__main__":
    sys.exit(home.told(main))
