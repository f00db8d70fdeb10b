"""Rows of `make bench-retrieval` that a benchmark of their own measures: how questions are
understood, how fast and how small the encoder is."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from types import ModuleType

from .ground import Ground, NotMeasured
from .verdicts import Line


def understanding(_: Ground) -> Iterator[Line]:
    """Sixty questions with the rules their words set, two hundred texts that set none."""
    part("understanding")
    yield from ()


def encoding(_: Ground) -> Iterator[Line]:
    """Texts per second, milliseconds of one text, megabytes on disk and in memory."""
    part("encoding")
    yield from ()


def part(name: str) -> ModuleType:
    """The benchmark `bench/NAME.py`; raises NotMeasured where it is not there."""
    try:
        return importlib.import_module(f"bench.{name}")
    except ModuleNotFoundError as absent:
        raise NotMeasured(f"bench/{name}.py is not there") from absent
