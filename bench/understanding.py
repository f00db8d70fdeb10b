"""`python -m bench.understanding`: are questions read as they are meant?

Sixty questions with the rules that their words set for partners, and two hundred texts that set
none though a word of theirs looks so (`understanding.yaml`, written before the reader and apart
from it). A question is right if exactly its rules are read; any rule read from the others is a
false filter.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import yaml

from matcher.query import Understood
from matcher.understanding.reading import read
from matcher.vocabulary import load_vocabulary

CASES = Path(__file__).parent / "understanding.yaml"
Rules = set[tuple[str, str, bool]]


def measure(path: Path = CASES) -> dict[str, Any]:
    """`n` questions, `right` of them, `misses` (text, expected, read); `n_without` texts without a
    rule, `false` of them read as if they had one, `false_filters` (text, read)."""
    vocabulary = load_vocabulary()
    cases = yaml.safe_load(path.read_text(encoding="utf-8"))

    def rules(text: str) -> Rules:
        return _rules(read(text, vocabulary).understood)

    misses = []
    for case in cases["questions"]:
        expected = {(e["kind"], str(e["code"]), e.get("wanted", True)) for e in case["expect"]}
        if (found := rules(case["text"])) != expected:
            misses.append((case["text"], sorted(expected), sorted(found)))
    without = cases["without"]
    false = [(text, sorted(found)) for text in without if (found := rules(text))]
    return {
        "n": len(cases["questions"]),
        "right": len(cases["questions"]) - len(misses),
        "misses": misses,
        "n_without": len(without),
        "false": len(false),
        "false_filters": false,
    }


def _rules(understood: Iterable[Understood]) -> Rules:
    return {(each.kind.value, each.code, each.wanted) for each in understood}


def main() -> int:
    """Print the two figures with every miss."""
    found = measure()
    for text, expected, read_as in found["misses"]:
        print(f"missed  {text}\n        expected {expected}\n        read     {read_as}")
    for text, read_as in found["false_filters"]:
        print(f"false   {text}\n        read     {read_as}")
    print(f"{found['right']} of {found['n']} questions read as meant")
    print(f"{found['false']} of {found['n_without']} texts without a rule with a false filter")
    return 0


if __name__ == "__main__":
    sys.exit(main())
