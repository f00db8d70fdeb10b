"""Measure an encoder on the held-out files: `python -m models.encoder.evaluate [MODEL] [--write]`.

MODEL is a folder or any sentence-transformers name (default: the shipped artefact). Every figure
comes with the number of questions and a 95 % interval (bootstrap over questions). What is named
dev may choose a recipe; what is named test is only reported. `--write` keeps the figures in
`report.json` and in the table of `CARD.md`.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from matcher.settings import Settings
from matcher.text.encoder import Encoder, StaticEncoder, load_encoder
from models.encoder.corpus import (
    DEV_REMAINDER,
    KEPT_MODULUS,
    TEST_MODULUS,
    TEST_REMAINDER,
    held_out_terms,
    term_candidates,
)

HERE = Path(__file__).resolve().parent
RESAMPLES = 2000
SEED = 20261123
# Late interaction re-ranks this many by cosine, as the product does; beyond them cosine decides.
RERANKED = 50
TABLE_BEGIN = "<!-- figures: written by evaluate.py -->"
TABLE_END = "<!-- end of figures -->"


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure: which task, which way, by which score, over how many questions."""

    task: str
    direction: str
    score: str
    use: str
    n: int
    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Task:
    """Questions, documents, and for each question the one right document."""

    name: str
    direction: str
    use: str
    questions: list[str]
    documents: list[str]
    right: NDArray[np.int64]


def main() -> None:
    """Print one line a figure."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("model", nargs="?")
    parser.add_argument(
        "--write", action="store_true", help="keep the figures in report.json and CARD.md"
    )
    options = parser.parse_args()
    folder = Settings().shared_data_folder()
    if folder is None:
        parser.error("the shared data is absent: set MATCHER_SHARED_DATA to its folder")
    encoder = load_encoder(options.model)
    figures = [figure for task in tasks(folder) for figure in measure(encoder, task)]
    for f in figures:
        print(
            f"{f.task:14s} {f.direction:7s} {f.score:16s} {f.use:5s} n {f.n:5d}  "
            f"{100 * f.value:5.1f}  [{100 * f.low:.1f}, {100 * f.high:.1f}]"
        )
    if options.write:
        report = {
            "encoder": encoder.name,
            "fingerprint": encoder.fingerprint,
            "dimension": encoder.dimension,
            "measure": "share of questions whose right document comes first",
            "interval": f"95 %, bootstrap over questions, {RESAMPLES} resamples, seed {SEED}",
            "figures": [asdict(f) for f in figures],
        }
        text = json.dumps(report, ensure_ascii=False, indent=1) + "\n"
        (HERE / "report.json").write_text(text, encoding="utf-8")
        card = HERE / "CARD.md"
        before, _, rest = card.read_text(encoding="utf-8").partition(TABLE_BEGIN)
        after = rest.partition(TABLE_END)[2]
        card.write_text(before + card_table(figures) + after, encoding="utf-8")


def card_table(figures: Sequence[Figure]) -> str:
    """The figures as the card shows them: a row a task and direction, a column a score."""
    rows: dict[tuple[str, str, str, int], dict[str, str]] = {}
    for f in figures:
        shown = f"{100 * f.value:.1f} [{100 * f.low:.1f}, {100 * f.high:.1f}]"
        rows.setdefault((f.task, f.direction, f.use, f.n), {})[f.score] = shown
    lines = ["| task | direction | use | n | cosine | late interaction |", "| --- " * 6 + "|"]
    for (task, direction, use, n), found in rows.items():
        cells = [task, direction, use, str(n), found["cosine"], found.get("late interaction", "")]
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join([TABLE_BEGIN, *lines, TABLE_END])


def tasks(folder: Path) -> list[Task]:
    """Every task of the report, from the shared data."""
    found = []
    for name, file, use in (
        ("technical.dev", "technical.dev.tsv", "dev"),
        ("technical.test", "technical.test.tsv", "test"),
        ("tatoeba.test", "tatoeba.test.tsv", "test"),
        ("news.dev", "news.dev.tsv", "dev"),
    ):
        lines = (folder / "text" / file).read_text(encoding="utf-8").splitlines()
        pairs = [line.split("\t")[:2] for line in lines if "\t" in line]
        zh, en = [p[0] for p in pairs], [p[1] for p in pairs]
        same = np.arange(len(pairs))
        found += [
            Task(name, "zh->en", use, zh, en, same),
            Task(name, "en->zh", use, en, zh, same),
        ]
    found += [
        _terms(folder, "terms.dev", "dev", DEV_REMAINDER, KEPT_MODULUS),
        _terms(folder, "terms.test", "test", TEST_REMAINDER, TEST_MODULUS),
        _terms(folder, "terms.test wide", "test", TEST_REMAINDER, KEPT_MODULUS),
    ]
    csl = (folder / "text" / "csl.ts_dev.tsv").read_text(encoding="utf-8").splitlines()
    rows = [line.split("\t") for line in csl]
    found.append(
        Task(
            "csl title",
            "zh->zh",
            "dev",
            [row[2] for row in rows],
            [row[1] for row in rows],
            np.arange(len(rows)),
        )
    )
    questions, paragraphs, right = {}, {}, np.zeros(0, np.int64)
    for language in ("zh", "en"):
        questions[language], paragraphs[language], right = _xquad(
            folder / "text" / f"xquad.dev.{language}.json"
        )
    for asked in ("zh", "en"):
        for other in ("en", "zh"):
            found.append(
                Task(
                    "xquad.dev",
                    f"{asked}->{other}",
                    "dev",
                    questions[asked],
                    paragraphs[other],
                    right,
                )
            )
    return found


def _terms(folder: Path, name: str, use: str, remainder: int, modulus: int) -> Task:
    """Chinese terms that must find their English among 5,000 of the same glossaries."""
    terms = held_out_terms(folder, remainder, modulus)
    candidates = term_candidates(folder, remainder, modulus)
    place = {en: i for i, en in enumerate(candidates)}
    asked = [term for term in terms if term.en in place]
    right = np.array([place[term.en] for term in asked], np.int64)
    return Task(name, "zh->en", use, [term.zh for term in asked], candidates, right)


def _xquad(path: Path) -> tuple[list[str], list[str], NDArray[np.int64]]:
    questions: list[str] = []
    paragraphs: list[str] = []
    right: list[int] = []
    for article in json.loads(path.read_text(encoding="utf-8"))["data"]:
        for paragraph in article["paragraphs"]:
            for question in paragraph["qas"]:
                questions.append(question["question"])
                right.append(len(paragraphs))
            paragraphs.append(paragraph["context"])
    return questions, paragraphs, np.array(right, np.int64)


def measure(encoder: Encoder, task: Task) -> list[Figure]:
    """By cosine and, where the encoder has token vectors, by late interaction on top of it."""
    asked = encoder.encode(task.questions, is_query=True)
    cosine = asked @ encoder.encode(task.documents).T
    figures = [_figure(task, "cosine", cosine)]
    if isinstance(encoder, StaticEncoder) and len(task.documents) > 0:
        figures.append(_figure(task, "late interaction", late_interaction(encoder, task, cosine)))
    return figures


def late_interaction(
    encoder: StaticEncoder, task: Task, cosine: NDArray[np.float32]
) -> NDArray[np.float32]:
    """Scores (questions, documents): for the best by cosine, the idf^2-weighted mean over the
    question's tokens of their largest cosine with a token of the document, plus half the cosine;
    all others below them, in the order of their cosine."""
    questions = encoder.tokenise(task.questions)
    documents = [encoder.token_vectors(d.ids) for d in encoder.tokenise(task.documents)]
    scores = cosine - 10.0
    for i, question in enumerate(questions):
        weights = encoder.idf[question.ids] ** 2
        if not weights.sum():
            continue
        tokens = encoder.token_vectors(question.ids)
        best = np.argsort(-cosine[i], kind="stable")[:RERANKED]
        for j in best:
            if len(documents[j]):
                meeting = (tokens @ documents[j].T).max(axis=1)
                scores[i, j] = weights @ meeting / weights.sum() + 0.5 * cosine[i, j]
    return scores


def _figure(task: Task, score: str, scores: NDArray[np.float32]) -> Figure:
    """Accuracy at 1. A right document that ties with another counts as not found."""
    rows = np.arange(len(task.questions))
    own = scores[rows, task.right]
    others = scores.copy()
    others[rows, task.right] = -np.inf
    hit = own > others.max(axis=1)
    draw = np.random.default_rng(SEED)
    means = hit[draw.integers(0, len(hit), (RESAMPLES, len(hit)))].mean(axis=1)
    low, high = np.quantile(means, [0.025, 0.975])
    return Figure(
        task.name,
        task.direction,
        score,
        task.use,
        len(hit),
        round(float(hit.mean()), 4),
        round(float(low), 4),
        round(float(high), 4),
    )


if __name__ == "__main__":
    main()
