"""What the data card (README.md) counts of the registry, and the table it stands in."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from matcher.insight.published import published_figures

from .story import LANGUAGES, read_stories

MARK = "<!-- checked: counts -->\n"


def counts(rows: Iterable[dict[str, Any]]) -> dict[str, int]:
    """Every count of the card by its name there."""
    profiles: list[dict[str, Any]] = []
    works: list[dict[str, Any]] = []
    for row in rows:
        (works if row.get("record") == "cooperation" else profiles).append(row)
    bodies: dict[str, dict[str, Any]] = {}
    for row in profiles:
        bodies.setdefault(row["id"], row)
    abroad = {key for key, row in bodies.items() if row["country"] != "CN"}
    spoken = Counter(tuple(c for c in LANGUAGES if f"title_{c}" in row) for row in profiles)
    kinds = Counter(row["profile_kind"] for row in profiles)
    return {
        "organisations": len(bodies),
        "Beijing bodies": len(bodies) - len(abroad),
        "partners abroad": len(abroad),
        "countries/regions of partners": len({bodies[key]["country"] for key in abroad}),
        "partners abroad with a past cooperation": len({p for w in works for p in w["partners"]}),
        "profiles": len(profiles),
        "offers": kinds["offer"],
        "requests": kinds["request"],
        "capabilities (inferred)": kinds["capability"],
        "profiles in Chinese only": spoken[("zh",)],
        "profiles in English only": spoken[("en",)],
        "profiles in both": spoken[LANGUAGES],
        "profiles with declared sectors and capabilities": sum(
            "capabilities" in p for p in profiles
        ),
        "cooperations": len(works),
        "cooperations with an amount": sum("amount" in work for work in works),
        "follow-ups": sum("follow_up_of" in work for work in works),
        "organisations with a parent": sum("parents" in body for body in bodies.values()),
        "stories": len(read_stories()),
        "published figures that hold": len(published_figures()),
    }


def write(path: Path, rows: Iterable[dict[str, Any]]) -> None:
    """Put the counts into the card's table."""
    before, _, after = path.read_text(encoding="utf-8").partition(MARK)
    rest = after[after.index("\n\n") :]
    table = [f"| {name} | {count:,} |" for name, count in counts(rows).items()]
    path.write_text(before + MARK + "\n".join(["| | |", "| --- | --- |", *table]) + rest, "utf-8")
