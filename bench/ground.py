"""What the rows of `make bench-retrieval` stand on: the shared data, the encoder, the product over
texts at hand, and the systems put beside it."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from matcher.catalogue.intake import import_files
from matcher.catalogue.store import Catalogue
from matcher.evaluation.passages import (
    WHOLE,
    Ablation,
    AskedTexts,
    Find,
    Passage,
    Pool,
    Scores,
    lexical_scores,
    passages,
    pool,
)
from matcher.evaluation.tasks import (
    Task,
    cordis_tasks,
    openalex_tasks,
    read_bodies,
    read_papers,
    read_projects,
)
from matcher.matching.features import BLOCKS
from matcher.matching.pipeline import Equipment
from matcher.matching.ranker import shipped_ranker
from matcher.snapshot.build import build
from matcher.snapshot.gather import Registry
from matcher.snapshot.snapshot import Snapshot
from matcher.text.encoder import Encoder, StaticEncoder
from matcher.vocabulary import Vocabulary
from models.encoder import evaluate

from .cordis import FILES
from .verdicts import PRODUCT

COSINE, LATE = "encoder: cosine", "encoder: cosine + late interaction"
SYSTEMS: dict[str, Ablation] = {
    PRODUCT: WHOLE,
    f"{PRODUCT} without alignment": frozenset({"alignment"}),
    f"{PRODUCT} without lexical": frozenset({"lexical"}),
}


class NotMeasured(Exception):
    """What a row needs is not there; the message says what."""


@dataclass(frozen=True)
class Ground:
    """What every row is measured with."""

    folder: Path
    """The shared data."""
    encoder: Encoder
    static: StaticEncoder
    vocabulary: Vocabulary
    find: Find

    @cached_property
    def tasks(self) -> dict[tuple[str, str], evaluate.Task]:
        """The held-out files by name and direction."""
        return {(task.name, task.direction): task for task in evaluate.tasks(self.folder)}

    @cached_property
    def cordis_tasks(self) -> dict[str, Task]:
        """The matching tasks on CORDIS projects, by name; each spelling a body of its own."""
        files = [self.folder / "cordis" / name for name in FILES]
        with (
            tempfile.TemporaryDirectory(prefix="bench-cordis-") as home,
            closing(Catalogue.open(Path(home), create=True)) as catalogue,
        ):
            import_files(catalogue, files, join=False)
            bodies = read_bodies(catalogue.organisations())
            projects = read_projects(catalogue.profiles(), catalogue.cooperations())
        return {task.name: task for task in cordis_tasks(projects, bodies)}

    @cached_property
    def paper_tasks(self) -> dict[str, Task]:
        """The matching tasks on papers, by name; an institution is its ROR id or its spelling."""
        works = self.folder / "openalex" / "works.jsonl.gz"
        with (
            tempfile.TemporaryDirectory(prefix="bench-papers-") as home,
            closing(Catalogue.open(Path(home), create=True)) as catalogue,
        ):
            import_files(catalogue, [works], join=False)
            bodies = read_bodies(catalogue.organisations(), "openalex")
            written = read_papers(catalogue.cooperations())
        return {task.name: task for task in openalex_tasks(written, bodies)}

    def pool(self, name: str, direction: str) -> Pool:
        """A held-out file as a pool."""
        task = self.tasks[name, direction]
        asked, other = direction.split("->")
        return pool(
            f"{name} {direction}",
            passages(task.questions, asked),
            passages(task.documents, other),
            ([right] for right in task.right.tolist()),
        )

    @contextmanager
    def asked_texts(self, texts: Sequence[Passage]) -> Iterator[AskedTexts]:
        """The product over some texts, as long as it is asked."""
        with tempfile.TemporaryDirectory(prefix="bench-texts-") as home:
            yield AskedTexts(texts, Path(home), self.snapshot_of, self.find)

    def snapshot_of(self, home: Path, registry: Registry) -> Equipment:
        """Build a snapshot of `registry` in `home`, and everything it is asked with."""
        build(home, registry, self.encoder, self.static, self.vocabulary)
        return self.equipment(home)

    def equipment(self, home: Path) -> Equipment:
        """What asks the snapshot that serves in `home`."""
        return Equipment(
            Snapshot.open_current(home),
            self.encoder,
            self.static,
            self.vocabulary,
            shipped_ranker(tuple(BLOCKS.items())),
        )

    def scores(self, asked: Pool, *, alone: bool, ablated: bool) -> dict[str, Scores]:
        """The product's whole retrieval, the baselines and, where wanted, the encoder `alone` and
        the product with a part taken away."""
        found: dict[str, Scores] = {}
        with self.asked_texts(asked.texts) as product:
            for system, ablation in (SYSTEMS if ablated else {PRODUCT: WHOLE}).items():
                found[system] = product.scores(asked.asked, ablation)
        if alone:
            found |= encoder_scores(self.encoder, asked)
        found |= lexical_scores(asked)
        print(f"{asked.name}: {len(asked.questions)} asked", file=sys.stderr)
        return found


def encoder_scores(encoder: Encoder, asked: Pool) -> dict[str, Scores]:
    """The encoder's cosine and, of our own, late interaction on top of it."""
    questions, texts = asked.asked, [each.body for each in asked.texts]
    cosine = encoder.encode(questions, is_query=True) @ encoder.encode(texts).T
    found = {COSINE: cosine}
    if isinstance(encoder, StaticEncoder):
        right = np.zeros(len(questions), np.int64)
        task = evaluate.Task(asked.name, "", "", questions, texts, right)
        found[LATE] = evaluate.late_interaction(encoder, task, cosine)
    return found
