"""A cross-encoder that reads question and text together: slower and sharper than two vectors.

It is off unless somebody names a model, and then one feature among the others.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from .model_folder import check_model, find_model
from .model_loading import SAFE, load_whole, sentence_transformers
from .unusable import unusable
from .vectors import without_surrogates

Scores = NDArray[np.float32]
BATCH = 16


class Reranker(Protocol):
    """What judges texts by reading each together with the question."""

    @property
    def name(self) -> str: ...

    @property
    def fingerprint(self) -> str:
        """Changes whenever scores would."""
        ...

    def scores(self, question: str, texts: Sequence[str]) -> Scores:
        """(n,) in [0, 1], 1 the best: how well each text answers the question, in any language
        the model knows. A text's score does not depend on the others, but for rounding."""
        ...


class CrossReranker:
    """A sentence-transformers cross-encoder with one output, by name or path.

    The score is the logistic function of the model's own output. That is the activation which the
    library takes by itself where a model names none (bge-reranker); models that name the identity
    (ms-marco) were trained under it, so that all give one scale. Question and text that are
    together longer than the model takes are cut by it. Safe for use by several threads.
    """

    def __init__(self, name_or_path: str) -> None:
        """Raises UnusableModel, MissingExtra."""
        folder = find_model(name_or_path, "cross-encoder")
        files = check_model(folder, name_or_path, "CrossEncoder", modular=False)
        library = sentence_transformers(name_or_path)

        def load() -> Any:
            # Given here, no activation is imported by the name that stands in the configuration.
            return library.CrossEncoder(str(folder), activation_fn=_as_it_is, **SAFE)

        self._lock = threading.Lock()
        self.name = name_or_path
        self.fingerprint = hashlib.sha256(files.digest.encode()).hexdigest()[:16]
        self._model, tried = load_whole(
            name_or_path, files, load, lambda model: self._read(model, [("x", "y"), ("y", "x 一")])
        )
        if tried.shape != (2,):
            raise unusable(
                name_or_path,
                f"重排模型须只给一个分数，它给出 {tried.shape[-1]} 个。",
                f"A re-ranker gives one score; this model gives {tried.shape[-1]}.",
            )

    def scores(self, question: str, texts: Sequence[str]) -> Scores:
        """(n,) in [0, 1]; see `Reranker`."""
        if not texts:
            return np.zeros(0, np.float32)
        asked, *clean = without_surrogates([question, *texts])
        with self._lock:  # a tokeniser that cuts cannot be lent to two threads
            return self._read(self._model, [(asked, text) for text in clean])

    @staticmethod
    def _read(model: Any, pairs: list[tuple[str, str]]) -> Scores:
        found = model.predict(
            pairs, batch_size=BATCH, convert_to_numpy=True, show_progress_bar=False
        )
        # The logistic function, written so that no output is too large for it.
        return np.asarray(0.5 * (1.0 + np.tanh(0.5 * np.asarray(found, np.float64))), np.float32)


def _as_it_is(output: Any) -> Any:
    return output


def load_reranker(name: str | None) -> Reranker | None:
    """`None` or "": none, which is the default; else any sentence-transformers cross-encoder by
    name or path (raises MissingExtra, UnusableModel)."""
    return CrossReranker(name) if name else None
