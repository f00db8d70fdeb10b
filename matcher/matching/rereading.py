"""The best texts of the first tier read again by a re-ranker, each with what it answers."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePath

import numpy as np
from numpy.typing import NDArray

from matcher.snapshot.snapshot import Snapshot
from matcher.text.reranker import Reranker

from .question import Question
from .retrieve import Hits

RERANKED = 50
"""Texts that are read: a cross-encoder takes as long for one as the whole search for a question."""


@dataclass(frozen=True, slots=True)
class UsedReranker:
    """Which model read the best texts once more."""

    name: str
    fingerprint: str
    """Changes whenever its scores would."""


def read_again(
    question: Question, hits: Hits, snapshot: Snapshot, reranker: Reranker | None
) -> NDArray[np.float64]:
    """(t,) For each hit how well its text answers the asking text beside which it was found, 0 to
    1; NaN for all beyond the first RERANKED, and for every one where there is no re-ranker."""
    said = np.full(len(hits.texts), np.nan)
    if reranker is None:
        return said
    asked = hits.asked[:RERANKED]
    for number in np.unique(asked).tolist():
        rows = np.flatnonzero(asked == number)
        bodies = [snapshot.texts[text]["body"] for text in hits.texts[rows].tolist()]
        said[rows] = reranker.scores(question.texts[number].text, bodies)
    return said


def used(reranker: Reranker | None) -> UsedReranker | None:
    """What an answer says of the re-ranker: of a folder its own name alone, since where it stands
    on the operator's machine is no reader's business."""
    if reranker is None:
        return None
    path = PurePath(reranker.name)
    hidden = path.is_absolute() or len(path.parts) > 2
    return UsedReranker(path.name if hidden else reranker.name, reranker.fingerprint)
