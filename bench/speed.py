"""`make bench-speed`: how long a user waits, on the CORDIS home, each figure beside its baseline.

The clock of a shared machine is noisy: a figure is the median of several runs, and what counts is
the ratio to the baseline in the same run.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from bench import cordis
from matcher.errors import MatcherError
from matcher.organisation import Side
from matcher.service import Matcher
from matcher.settings import Settings
from matcher.text.encoder import default_encoder

RESULTS = Path(__file__).parent / "results" / "speed.json"
CASES = Path(__file__).parent / "cases.yaml"
MATCHER = (sys.executable, "-m", "matcher.cli.main")
DIRECT_LOADER = (
    "import numpy, orjson, faiss; from matcher.text.encoder import default_encoder;"
    "default_encoder().encode(['carbon dioxide capture'])"
)
QUESTIONS = ("二氧化碳捕集膜材料", "membrane materials for carbon dioxide capture")
CSV_ALONE = "reading both with csv alone"
COLD_RUNS = 7
WARM_RUNS = 200
BATCH = 1000


def seconds(run: Callable[[], object]) -> float:
    """Wall seconds of one run."""
    begun = time.perf_counter()
    run()
    return time.perf_counter() - begun


def process(*command: object) -> Callable[[], object]:
    """A process to be timed; its failure stops the bench."""
    return lambda: subprocess.run([str(c) for c in command], check=True, capture_output=True)


def from_file_to_answers(home: Path, paths: tuple[Path, Path]) -> dict[str, float]:
    """Import, index and both questions, each a process of its own as a user types them."""

    def csv_alone() -> None:
        for path in paths:
            with path.open(encoding="utf-8-sig", newline="") as file:
                list(csv.DictReader(file, delimiter=";"))

    steps = {
        CSV_ALONE: csv_alone,
        "import": process(*MATCHER, "import", *paths, "--home", home),
        "import again": process(*MATCHER, "import", *paths, "--home", home),
        "index": process(*MATCHER, "index", "--home", home),
        "question zh": process(*MATCHER, "query", QUESTIONS[0], "--home", home),
        "question en": process(*MATCHER, "query", QUESTIONS[1], "--home", home),
    }
    return {name: seconds(step) for name, step in steps.items()}


def cold(home: Path) -> dict[str, float]:
    """A question from a new process, beside loading encoder and engine alone."""
    asked = process(*MATCHER, "query", QUESTIONS[0], "--home", home)
    direct = process(sys.executable, "-c", DIRECT_LOADER)
    pairs = [(seconds(asked), seconds(direct)) for _ in range(COLD_RUNS)]
    return {
        "cold question": statistics.median(a for a, _ in pairs),
        "direct loader": statistics.median(b for _, b in pairs),
    }


def warm(home: Path) -> dict[str, float]:
    """An explained question in a running process, beside encoding and raw search alone."""
    matcher, encoder = Matcher.open(home), default_encoder()
    texts = [case[tongue] for case in yaml.safe_load(CASES.read_text("utf-8"))["pairs"]
             for tongue in ("zh", "en")]  # fmt: skip
    index, _ = matcher.snapshot.index(Side.FOREIGN, None)

    def bare_search(text: str) -> None:
        index.search(encoder.encode([text]), 10)

    answered, raw = [], []
    for number in range(WARM_RUNS):
        text = texts[number % len(texts)]
        answered.append(seconds(partial(matcher.match, text)))
        raw.append(seconds(partial(bare_search, text)))
    return {
        "question p50": float(np.percentile(answered, 50)),
        "question p99": float(np.percentile(answered, 99)),
        "encode and raw search p50": float(np.percentile(raw, 50)),
    }


def batch(home: Path, folder: Path) -> dict[str, float]:
    """A thousand questions from a file at -k 1000 without reasons."""
    texts = [case[tongue] for case in yaml.safe_load(CASES.read_text("utf-8"))["pairs"]
             for tongue in ("zh", "en")]  # fmt: skip
    questions = folder / "questions.jsonl"
    lines = [json.dumps({"id": str(n), "text": f"{texts[n % len(texts)]} {n}"})
             for n in range(BATCH)]  # fmt: skip
    questions.write_text("\n".join(lines), "utf-8")
    asked = process(*MATCHER, "query", "--from", questions, "-k", 1000, "--reasons", "none",
                    "--home", home)  # fmt: skip
    index, _ = Matcher.open(home).snapshot.index(Side.FOREIGN, None)
    bodies = [str(json.loads(line)["text"]) for line in lines]

    def bare_search() -> None:
        for body in bodies:
            index.search(default_encoder().encode([body]), 1000)

    return {
        "1,000 questions at -k 1000": seconds(asked),
        "encode and raw search alone": seconds(bare_search),
    }


def main(arguments: list[str] | None = None) -> int:
    """Measure, print, and with --freeze keep the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--freeze", action="store_true", help=f"write {RESULTS.name}")
    options = parser.parse_args(arguments)
    settings = Settings()
    try:
        paths = cordis.files(settings)
    except MatcherError as error:
        print(error.message("zh"), error.message("en"), sep="\n", file=sys.stderr)
        return cordis.EXIT_MISSING
    os.environ.setdefault("PYTHONPATH", str(Path.cwd()))
    with tempfile.TemporaryDirectory(prefix="bench-speed-") as folder:
        home = Path(folder) / "home"
        found: dict[str, Any] = {"from file to answers": from_file_to_answers(home, paths)}
        found["cold"] = cold(home)
        found["warm"] = warm(home)
        found["batch"] = batch(home, Path(folder))
    for name, figures in found.items():
        print(f"\n{name}")
        for what, value in figures.items():
            print(f"  {what:<32}{value:10.4f} s")
    waited = sum(v for what, v in found["from file to answers"].items() if what != CSV_ALONE)
    print(f"\nfrom file to answers in all: {waited:.1f} s")
    if options.freeze:
        result = {
            "benchmark": "speed",
            "made": datetime.now(UTC).date().isoformat(),
            **cordis.circumstances(paths, settings),
            "seconds": found,
        }
        RESULTS.write_text(json.dumps(result, ensure_ascii=False, indent=1) + "\n", "utf-8")
        print(f"frozen: {RESULTS}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
