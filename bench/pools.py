"""Rows of `make bench-retrieval` on pools of texts: sentence pairs, questions to paragraphs, titles
to abstracts, terms."""

from __future__ import annotations

import csv
import io
import subprocess
import tarfile
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from matcher.evaluation.metrics import Values
from matcher.evaluation.passages import (
    Passage,
    Pool,
    Scores,
    all_are_in_front,
    first_in_own_language,
    first_is_right,
    pool,
)
from matcher.settings import REPOSITORY
from matcher.text.encoder import StaticEncoder

from .ground import COSINE, LATE, Ground, NotMeasured, encoder_scores
from .verdicts import PRODUCT, Goal, Line, above, by, intervals

Tally = Callable[[Pool, Scores], Values]
FIRST_ENCODER = "d32a1a9"
"""The commit whose artefact is the encoder as it was before: trained on the very terms that are
held out of ours, so that it is measured on what it has seen."""
ARTEFACT = "models/encoder/artefact"


def tallied(
    row: str,
    asked: Pool,
    scores: Mapping[str, Scores],
    tally: Tally,
    goal: Goal | None,
    measure: str,
) -> Line:
    """A line in % of the questions, the product's own figure held against the goal."""
    figures, differences = intervals(
        {system: tally(asked, each) for system, each in scores.items()}, scale=100
    )
    return Line(
        row=row,
        name=f"{asked.name}, {measure}",
        unit="%",
        questions=len(asked.questions),
        figures=figures,
        judged=figures[PRODUCT],
        goal=goal,
        differences=differences,
    )


def sentences(ground: Ground) -> Iterator[Line]:
    """technical.test and tatoeba.test, both ways: reported, never chosen by. The goal is held
    against whole retrieval and against the encoder alone."""
    for name, least, stretch in (("technical.test", 97.5, 98.2), ("tatoeba.test", 94.5, 95.5)):
        for direction in ("zh->en", "en->zh"):
            asked = ground.pool(name, direction)
            scores = ground.scores(asked, alone=True, ablated=False)
            goal = Goal(least, stretch=stretch)
            line = tallied("sentences", asked, scores, first_is_right, goal, "accuracy@1")
            yield replace(line, note="whole retrieval, which sets aside the words of asking")
            for system in (COSINE, LATE):
                if system in scores:
                    yield by(line, system, goal)


def xquad(ground: Ground) -> Iterator[Line]:
    """Question to paragraph, across the languages and within one."""
    for direction, least in (("zh->en", 89), ("en->zh", 89), ("zh->zh", 97), ("en->en", 97)):
        asked = ground.pool("xquad.dev", direction)
        scores = ground.scores(asked, alone=True, ablated=True)
        line = tallied("xquad", asked, scores, first_is_right, Goal(least), "recall@1")
        yield line
        if direction in {"zh->zh", "en->en"}:
            yield above(line, baselines(line), "the better of TF-IDF and BM25", Goal(3))


def mixed(ground: Ground) -> Iterator[Line]:
    """One pool of paragraphs in both languages, asked in both."""
    zh, en = (ground.pool("xquad.dev", f"{each}->{each}") for each in ("zh", "en"))
    texts = (*zh.texts, *en.texts)
    both = [[*a, *(len(zh.texts) + i for i in b)] for a, b in zip(zh.right, en.right, strict=True)]
    asked = pool("xquad.dev, one zh + en pool", (*zh.questions, *en.questions), texts, both + both)
    scores = ground.scores(asked, alone=True, ablated=True)
    yield tallied(
        "mixed", asked, scores, all_are_in_front, Goal(92), "both right texts in the first two"
    )
    yield tallied(
        "mixed",
        asked,
        scores,
        first_in_own_language,
        Goal(60, "<="),
        "first places in the question's own language",
    )


def csl(ground: Ground) -> Iterator[Line]:
    """Title to abstract, Chinese."""
    return _titles(ground, "csl", ground.pool("csl title", "zh->zh"), 98.5)


def cordis(ground: Ground) -> Iterator[Line]:
    """Title to objective, English."""
    asked = cordis_titles(ground.folder / "cordis" / "project.csv")
    return _titles(ground, "cordis", asked, 80)


def _titles(ground: Ground, row: str, asked: Pool, stretch: float) -> Iterator[Line]:
    scores = ground.scores(asked, alone=True, ablated=True)
    line = tallied(row, asked, scores, first_is_right, None, "recall@1")
    yield replace(line, note=f"stretch {stretch}")
    yield above(line, baselines(line, "TF-IDF"), "TF-IDF", Goal(0, ">"))


def cordis_titles(path: Path) -> Pool:
    """Titles of CORDIS projects, each with its objective, where there is one."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = [r for r in csv.DictReader(file, delimiter=";") if r["objective"].strip()]
    return pool(
        "cordis title en->en",
        [Passage("en", row["title"]) for row in rows],
        [Passage("en", row["objective"]) for row in rows],
        ([number] for number in range(len(rows))),
    )


def terms(ground: Ground) -> Iterator[Line]:
    """Chinese terms never trained on, each to its English among 5,000; beside the encoder as it was
    before, which had them in its training."""
    before = "encoder before: "
    for name, told in (
        ("terms.test", "those with sha256(zh) % 500 == 7"),
        ("terms.test wide", "those with sha256(zh) % 100 == 7, the first 400: a narrower interval"),
    ):
        asked = ground.pool(name, "zh->en")
        scores = ground.scores(asked, alone=True, ablated=False)
        with tempfile.TemporaryDirectory(prefix="bench-encoder-") as folder:
            earlier = encoder_scores(first_encoder(Path(folder)), asked)
        scores |= {before + system.removeprefix("encoder: "): s for system, s in earlier.items()}
        line = tallied("terms", asked, scores, first_is_right, None, "recall@1")
        note = f"{told}; the encoder before was trained on these terms, ours never saw them"
        yield replace(line, note=note)
        yield above(line, baselines(line, before), "the encoder before", Goal(10))


def baselines(line: Line, *beginnings: str) -> list[str]:
    """The systems of a line whose names begin so; without a beginning, TF-IDF and BM25."""
    return [name for name in line.figures if name.startswith(beginnings or ("TF-IDF", "BM25"))]


def first_encoder(folder: Path) -> StaticEncoder:
    """The encoder as it was before, out of the repository's history into `folder`; raises
    NotMeasured where the clone does not reach back so far."""
    packed = subprocess.run(
        ["git", "archive", FIRST_ENCODER, ARTEFACT],
        cwd=REPOSITORY,
        capture_output=True,
        check=False,
    )
    if packed.returncode:
        raise NotMeasured(f"commit {FIRST_ENCODER} is not in this clone: fetch the whole history")
    with tarfile.open(fileobj=io.BytesIO(packed.stdout)) as archive:
        archive.extractall(folder, filter="data")
    return StaticEncoder.load(folder / ARTEFACT)
