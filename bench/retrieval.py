"""`make bench-retrieval`: how well texts are found in either language, beside TF-IDF and BM25.

    python -m bench.retrieval [--rows xquad,mixed,...] [--freeze]

Prints every figure with its 95 % interval, its goal and whether it is reached, and says which
verdicts and figures moved since they were frozen in `bench/results/retrieval.json`; `--freeze`
freezes them anew, there and on the page `docs/quality.md`.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bench import cordis, latency, partners, parts, pools
from bench.ground import Ground, NotMeasured
from bench.verdicts import Line, as_data, table
from matcher.evaluation.metrics import RESAMPLES, SEED
from matcher.matching.pipeline import find_texts
from matcher.settings import Settings
from matcher.text.encoder import default_encoder, load_encoder
from matcher.vocabulary import load_vocabulary

FROZEN = Path(__file__).parent / "results" / "retrieval.json"
PAGE = Path(__file__).parent.parent / "docs" / "quality.md"
BEGIN, END = "<!-- retrieval: begin -->", "<!-- retrieval: end -->"
"""Between these the page repeats what is frozen; a test holds that it does."""
FILES = (
    "text/technical.test.tsv",
    "text/tatoeba.test.tsv",
    "text/xquad.dev.zh.json",
    "text/xquad.dev.en.json",
    "text/csl.ts_dev.tsv",
    "text/terms.train.tsv.gz",
    "cordis/project.csv",
    "cordis/organization.csv",
    "openalex/works.jsonl.gz",
    "ror/ror-data_schema_v1.json.gz",
    "ror/ror-data_schema_v2.json.gz",
)

Row = Callable[[Ground], Iterator[Line]]
ROWS: dict[str, Row] = {
    "sentences": pools.sentences,
    "xquad": pools.xquad,
    "mixed": pools.mixed,
    "csl": pools.csl,
    "cordis": pools.cordis,
    "terms": pools.terms,
    "understanding": parts.understanding,
    "leave-one-out": partners.left_out,
    "forward": partners.forward,
    "papers": partners.papers,
    "needs": partners.needs,
    "encoding": parts.encoding,
    "query": latency.query,
}


def ground(settings: Settings) -> Ground:
    """The shared data and everything that ships."""
    project, _ = cordis.files(settings)
    return Ground(
        folder=project.parent.parent,
        encoder=load_encoder(settings.model),
        static=default_encoder(),
        vocabulary=load_vocabulary(),
        find=find_texts,
    )


def measure(rows: Sequence[str], measured_on: Ground) -> tuple[list[Line], list[str]]:
    """The lines of the rows, printed as they come, and the rows that could not be measured."""
    lines: list[Line] = []
    missing: list[str] = []
    begun = time.perf_counter()
    for name in rows:
        print(f"== {name}", flush=True)
        try:
            for line in ROWS[name](measured_on):
                lines.append(line)
                print(*line.lines(), "", sep="\n", flush=True)
        except NotMeasured as reason:
            missing.append(name)
            print(f"not measured: {reason}\n", flush=True)
        print(f"{name}: {time.perf_counter() - begun:.0f} s so far", file=sys.stderr)
    return lines, missing


def summary(lines: Sequence[Line]) -> Iterator[str]:
    """One line for each goal: its verdict first."""
    for line in lines:
        if line.goal:
            yield f"{line.verdict:<20} {line.name}: {line.held} (goal {line.goal})"


def with_figures(page: str, lines: Sequence[Mapping[str, Any]]) -> str:
    """`page` with the table of frozen `lines` between its two markers."""
    head, rest = page.split(BEGIN)
    return f"{head}{BEGIN}\n\n{table(lines)}\n\n{END}{rest.split(END)[1]}"


def main(arguments: list[str] | None = None) -> int:
    """Measure, print, and with --freeze keep the figures."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rows", help=f"only these, with commas: {','.join(ROWS)}")
    parser.add_argument("--freeze", action="store_true", help=f"write {FROZEN.name}")
    options = parser.parse_args(arguments)
    wanted = options.rows.split(",") if options.rows else list(ROWS)
    if unknown := set(wanted) - set(ROWS):
        parser.error(f"no row named {', '.join(sorted(unknown))}; there are {', '.join(ROWS)}")
    if options.freeze and options.rows:
        parser.error("--freeze keeps all rows: leave --rows out")
    settings = Settings()
    measured_on = ground(settings)
    begun = time.perf_counter()
    lines, missing = measure(wanted, measured_on)
    seconds = time.perf_counter() - begun
    print(*summary(lines), "", sep="\n")
    print(f"{seconds:.0f} s; seed {SEED}, {RESAMPLES} resamples by question")
    if missing:
        print(f"not measured: {', '.join(missing)}")
    if not options.freeze:
        return 0
    if missing:
        print("nothing is frozen while a row is not measured", file=sys.stderr)
        return 1
    data = [as_data(line) for line in lines]
    result = {
        "benchmark": "retrieval",
        "made": datetime.now(UTC).date().isoformat(),
        "seconds": round(seconds),
        "seed": SEED,
        "resamples": RESAMPLES,
        **cordis.circumstances([measured_on.folder / name for name in FILES], settings),
        "lines": data,
    }
    FROZEN.write_text(json.dumps(result, ensure_ascii=False, indent=1) + "\n", "utf-8")
    PAGE.write_text(with_figures(PAGE.read_text("utf-8"), data), "utf-8")
    print(f"frozen: {FROZEN}, {PAGE}")
    return 0


if __name__ == "__main__":
    sys.exit(cordis.told(main))
