"""`make bench-retrieval`: how well texts are found in either language, beside TF-IDF and BM25.

    python -m bench.retrieval [--rows xquad,mixed,...] [--freeze]

Prints every line with 95 % intervals, its goal and whether it is reached.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Iterator

from bench import cordis, partners, pools
from bench.ground import Ground, finder
from bench.verdicts import Line
from matcher.settings import Settings
from matcher.text.encoder import default_encoder, load_encoder
from matcher.vocabulary import load_vocabulary

Row = Callable[[Ground], Iterator[Line]]
ROWS: dict[str, Row] = {
    "sentences": pools.sentences,
    "xquad": pools.xquad,
    "mixed": pools.mixed,
    "csl": pools.csl,
    "cordis": pools.cordis,
    "terms": pools.terms,
    "leave-one-out": partners.left_out,
    "forward": partners.forward,
    "papers": partners.papers,
    "needs": partners.needs,
}


def ground(settings: Settings) -> Ground:
    """The shared data and everything that ships."""
    project, _ = cordis.files(settings)
    return Ground(
        folder=project.parent.parent,
        encoder=load_encoder(settings.model),
        static=default_encoder(),
        vocabulary=load_vocabulary(),
        find=finder(),
    )


def main(arguments: list[str] | None = None) -> int:
    """Measure, print, and with --freeze keep the figures."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rows", help=f"only these, with commas: {','.join(ROWS)}")
    options = parser.parse_args(arguments)
    wanted = options.rows.split(",") if options.rows else list(ROWS)
    if unknown := set(wanted) - set(ROWS):
        parser.error(f"no row named {', '.join(sorted(unknown))}; there are {', '.join(ROWS)}")
    measured_on = ground(Settings())
    begun = time.perf_counter()
    for name in wanted:
        for line in ROWS[name](measured_on):
            print(*line.lines(), "", sep="\n", flush=True)
        print(f"{name}: {time.perf_counter() - begun:.0f} s so far", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(cordis.told(main))
