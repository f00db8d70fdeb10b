"""How fast real files come in, what they become, and how long the snapshot takes.

    python -m bench.imports [--freeze]

Each source alone and all four together: CORDIS, ROR in both schemas, OpenAlex. Rates are records of
the file per second of wall time, from the call of `import_files` to its return, the encoder loaded
before. Beside each stands the baseline: cutting the same files into records with the standard
library and nothing else.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import json
import os
import platform
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from matcher.catalogue.duplicates import joined, review
from matcher.catalogue.intake import import_files
from matcher.catalogue.store import Catalogue
from matcher.catalogue.tagging import refresh_tags
from matcher.settings import REPOSITORY, Settings
from matcher.snapshot.build import build
from matcher.text.encoder import default_encoder
from matcher.vocabulary import load_vocabulary

from .cordis import EXIT_MISSING

FROZEN = REPOSITORY / "bench" / "results" / "imports.json"
SOURCES: dict[str, tuple[str, ...]] = {
    "cordis": ("cordis/project.csv", "cordis/organization.csv"),
    "ror": ("ror/ror-data_schema_v1.json.gz", "ror/ror-data_schema_v2.json.gz"),
    "openalex": ("openalex/works.jsonl.gz",),
}
GOAL = 2000


def records(path: Path) -> int:
    """How many records the standard library finds in a file."""
    if path.suffix == ".csv":
        csv.field_size_limit(sys.maxsize)
        with path.open(encoding="utf-8-sig", newline="") as file:
            return sum(1 for _ in csv.DictReader(file, delimiter=";"))
    with gzip.open(path, "rt", encoding="utf-8") as file:
        if ".jsonl" in path.name:
            return sum(1 for line in file if json.loads(line))
        return len(json.load(file))


def timed(what: Callable[[], Any]) -> tuple[float, Any]:
    """Seconds of wall time, and what it gave."""
    began = time.perf_counter()
    given = what()
    return time.perf_counter() - began, given


def one(home: Path, paths: Sequence[Path]) -> dict[str, Any]:
    """Import `paths` into a new home, twice."""
    bare, count = timed(lambda: sum(map(records, paths)))
    with closing(Catalogue.open(home, create=True)) as catalogue:
        first, report = timed(lambda: import_files(catalogue, paths))
        again, second = timed(lambda: import_files(catalogue, paths))
        if (second.added, second.changed, second.unchanged) != (
            0,
            0,
            report.read - report.rejected,
        ):
            raise SystemExit("the second import changed something")
        counts = catalogue.counts()
    if report.read != count:
        raise SystemExit(f"{report.read} records read, {count} in the files")
    faults = Counter(fault.what.en for fault in report.faults)
    return {
        "records": report.read,
        "added": report.added,
        "unchanged": report.unchanged,
        "rejected": report.rejected,
        "why_rejected": dict(faults.most_common(10)),
        "seconds": round(first, 2),
        "per_second": round(report.read / first),
        "again_seconds": round(again, 2),
        "baseline_seconds": round(bare, 2),
        "baseline_per_second": round(count / bare),
        "shape": {s: counts[s] for s in ("organisations", "beijing", "foreign", "none")},
        "profiles": counts["profiles"],
        "texts": counts["texts"],
        "cooperations": counts["cooperations"],
    }


def joins(home: Path) -> dict[str, Any]:
    """How many appearances became how many organisations, by which rules; what waits."""
    with closing(Catalogue.open(home)) as catalogue:
        held, unsure = joined(catalogue), review(catalogue)
        organisations = list(catalogue.organisations())
    several = Counter(len(o.sources) for o in organisations)
    return {
        "appearances": sum(size * number for size, number in several.items()),
        "organisations": len(organisations),
        "organisations_by_appearances": {str(k): several[k] for k in sorted(several)},
        "joins_by_rule": dict(Counter(pair.rule for pair in held).most_common()),
        "review": len(unsure),
        "inactive": sum(not o.active for o in organisations),
    }


def snapshot(home: Path) -> dict[str, float]:
    """Seconds for tags and for the snapshot."""
    static, vocabulary = default_encoder(), load_vocabulary()
    with closing(Catalogue.open(home)) as catalogue:
        tags, _ = timed(lambda: refresh_tags(catalogue, static, vocabulary))
        built, _ = timed(lambda: build(home, catalogue, static, static, vocabulary))
    return {"tags_seconds": round(tags, 2), "snapshot_seconds": round(built, 2)}


def main() -> int:
    """Measure, print, and freeze where asked."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--freeze", action="store_true")
    options = parser.parse_args()
    folder = Settings().shared_data_folder()
    if folder is None:
        print("需要共享数据：设 MATCHER_SHARED_DATA / set MATCHER_SHARED_DATA", file=sys.stderr)
        return EXIT_MISSING
    default_encoder().encode(["warm"])
    load_vocabulary()
    result: dict[str, Any] = {
        "encoder": default_encoder().fingerprint,
        "goal_per_second": GOAL,
        "machine": {
            "python": platform.python_version(),
            "processor": platform.machine(),
            "cores": os.cpu_count(),
        },
    }
    with tempfile.TemporaryDirectory() as scratch:
        for name, files in SOURCES.items():
            result[name] = one(Path(scratch) / name, [folder / file for file in files])
        every = [folder / file for files in SOURCES.values() for file in files]
        home = Path(scratch) / "all"
        result["all"] = one(home, every) | joins(home) | snapshot(home)
    print(json.dumps(result, ensure_ascii=False, indent=1))
    if options.freeze:
        FROZEN.write_text(json.dumps(result, ensure_ascii=False, indent=1) + "\n", "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
