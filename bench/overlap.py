"""`make bench-overlap`: thirty needs, each asked in Chinese and in English of the CORDIS home; how
many of the first ten partners abroad are the same. The goal is a mean of at least 6."""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections import defaultdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import yaml

from bench import cordis
from matcher.organisation import Side
from matcher.query import Query
from matcher.service import Matcher
from matcher.settings import Settings

CASES = Path(__file__).parent / "cases.yaml"
FROZEN = Path(__file__).parent / "results" / "overlap.json"
PLACES = 10
GOAL = 6.0


def first_ten(matcher: Matcher, text: str) -> list[str]:
    """Ids of the first ten partners abroad."""
    return [each.id for each in matcher.match(Query(text=text, side=Side.FOREIGN, k=PLACES))]


def measure(matcher: Matcher, cases: list[dict[str, str]]) -> list[dict[str, Any]]:
    """Each case with the number of organisations common to both first tens."""
    return [
        {
            "id": case["id"],
            "sector": case["sector"],
            "overlap": len(
                set(first_ten(matcher, case["zh"])) & set(first_ten(matcher, case["en"]))
            ),
        }
        for case in cases
    ]


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--freeze", action="store_true", help=f"write {FROZEN.name}")
    asked = parser.parse_args(arguments)
    settings = Settings()
    paths = cordis.files(settings)
    cases = yaml.safe_load(CASES.read_text("utf-8"))["pairs"]
    with tempfile.TemporaryDirectory(prefix="bench-overlap-") as folder:
        matcher = cordis.fill(Path(folder) / "whole", paths, settings)
        found = measure(matcher, cases)
    by_sector: dict[str, list[int]] = defaultdict(list)
    for case in found:
        by_sector[case["sector"]].append(case["overlap"])
        print(f"{case['id']:<24}{case['sector']:<16}{case['overlap']:>3} of {PLACES}")
    print()
    for sector, each in sorted(by_sector.items()):
        print(f"{sector:<16}{sum(each) / len(each):5.1f}")
    mean = sum(case["overlap"] for case in found) / len(found)
    reached = "reached" if mean >= GOAL else "NOT reached"
    print(f"\nmean of {len(found)}: {mean:.2f}; goal {GOAL:.0f}: {reached}")
    if asked.freeze:
        result = {
            "benchmark": "overlap",
            "made": datetime.now(UTC).date().isoformat(),
            **cordis.circumstances(paths, settings),
            "mean": round(mean, 4),
            "goal": GOAL,
            "cases": found,
        }
        FROZEN.write_text(json.dumps(result, ensure_ascii=False, indent=1) + "\n", "utf-8")
        print(f"frozen: {FROZEN}")
    return 0


if __name__ == "__main__":
    sys.exit(cordis.told(main))
