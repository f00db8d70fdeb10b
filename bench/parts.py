"""Rows of `make bench-retrieval` that a benchmark of their own measures: how questions are
understood, how fast and how small the encoder is."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from matcher.evaluation.metrics import bootstrap

from . import encoding as speed
from . import understanding as reading
from .ground import Ground, NotMeasured
from .verdicts import PRODUCT, Goal, Line, exact

RATIO = "ratio to model2vec"


def understanding(_: Ground) -> Iterator[Line]:
    """Sixty questions with the rules their words set, two hundred texts that set none."""
    found = reading.measure()
    right = np.zeros((found["n"], 1))
    right[: found["right"]] = 100.0
    (share,) = bootstrap(right)
    yield Line(
        row="understanding",
        name="understanding: questions read exactly as meant",
        unit="%",
        questions=found["n"],
        figures={PRODUCT: share},
        judged=share,
        goal=Goal(95),
        note="; ".join(f"missed: {text}" for text, *_ in found["misses"]),
    )
    false = exact(found["false"])
    yield Line(
        row="understanding",
        name="understanding: false filters in texts that set no rule",
        unit="texts",
        questions=found["n_without"],
        figures={PRODUCT: false},
        judged=false,
        goal=Goal(0, "<="),
        note="; ".join(f"false: {text}" for text, *_ in found["false_filters"]),
    )


def encoding(_: Ground) -> Iterator[Line]:
    """Texts a second, milliseconds of one text, megabytes on disk and in memory: one measurement
    each, so without an interval."""
    found = speed.measure()
    if RATIO not in found:
        raise NotMeasured("model2vec is not installed: make setup")
    for name, value in found.items():
        way, least = speed.GOALS.get(name, ("", 0.0))
        what, *units = name.split(", ")
        yield Line(
            row="encoding",
            name=f"encoding: {what}",
            unit="".join(units),
            questions=0,
            figures={PRODUCT: exact(value)},
            judged=exact(value),
            goal=Goal(least, way) if way else None,
        )
