"""The pairs read by people: they are whole, and the frozen figures are those of the code."""

from __future__ import annotations

import csv
import hashlib
import json
from collections import Counter

import pytest

from bench import resolution as bench
from matcher.catalogue.resolution.resolve import resolve
from matcher.settings import Settings

SHARED = pytest.mark.skipif(
    Settings().shared_data_folder() is None, reason="no folder of shared data"
)


def test_the_labelled_pairs_are_whole() -> None:
    with bench.PAIRS.open(encoding="utf-8", newline="") as handle:
        rows = list(csv.DictReader(handle))
    labels = Counter(row["label"] for row in rows)
    assert len(rows) >= 600
    assert labels.keys() == {"same", "different"}
    assert labels["different"] >= len(rows) / 2
    sides = [tuple(row[f"{side}_{part}"] for part in bench._SIDE[:5]) for row in rows
             for side in ("left", "right")]  # fmt: skip
    pairs = list(zip(sides[::2], sides[1::2], strict=True))
    assert len(set(pairs)) == len(pairs)
    for row, pair in zip(rows, pairs, strict=True):
        digest = hashlib.sha256("|".join((*pair[0], *pair[1])).encode()).digest()
        assert row["split"] == bench.SPLITS[digest[0] & 1]


def test_the_frozen_figures_reach_the_goals() -> None:
    frozen = json.loads(bench.FROZEN.read_text("utf-8"))
    assert frozen["pairs"] == hashlib.sha256(bench.PAIRS.read_bytes()).hexdigest()
    for measure, goal in bench.GOALS.items():
        assert frozen["test"]["product"][measure][0] >= goal
    for baseline in bench.SYSTEMS[:2]:
        assert frozen["test"][baseline]["F1"][2] < frozen["test"]["product"]["F1"][1]


@pytest.mark.shared
@SHARED
def test_the_labelled_pairs_are_judged_as_frozen() -> None:
    pairs, everyone = bench.labelled(bench.appearances(bench.files(Settings())))
    known = {one.id: one for one in everyone}
    said = bench.judged(pairs, known, resolve(everyone))["product"]
    frozen = json.loads(bench.FROZEN.read_text("utf-8"))
    for split in bench.SPLITS:
        mine = [at for at, pair in enumerate(pairs) if pair.split == split]
        right = sum(said[at] and pairs[at].same for at in mine)
        wrong = sum(said[at] and not pairs[at].same for at in mine)
        assert right == frozen[split]["product"]["joined rightly"]
        assert wrong == frozen[split]["product"]["joined wrongly"]
