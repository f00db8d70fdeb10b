"""The fast index agrees with the exact one, on random vectors and masks."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matcher.index.exact import ExactIndex
from matcher.index.faiss import FaissIndex
from matcher.index.protocol import Index, Vectors

DIMENSION = 32


def some_vectors(seed: int, count: int) -> Vectors:
    rng = np.random.default_rng(seed)
    rows = rng.normal(size=(count, DIMENSION)).astype(np.float32)
    return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), np.float32)


@settings(max_examples=60, deadline=None)
@given(
    seed=st.integers(0, 10_000),
    count=st.integers(1, 300),
    k=st.integers(1, 40),
    share=st.floats(0, 1),
    masked=st.booleans(),
)
def test_faiss_agrees_with_exact(seed: int, count: int, k: int, share: float, masked: bool) -> None:
    vectors, questions = some_vectors(seed, count), some_vectors(seed + 1, 3)
    mask = np.random.default_rng(seed).random(count) < share if masked else None
    exact, fast = ExactIndex(vectors), FaissIndex.of(vectors)
    scores, rows = exact.search(questions, k, mask)
    fast_scores, fast_rows = fast.search(questions, k, mask)
    assert fast_rows.shape == rows.shape
    np.testing.assert_allclose(fast_scores, scores, atol=1e-5)
    # Rows may differ only where their scores are equal to rounding.
    for question, ours, theirs in zip(questions, rows, fast_rows, strict=True):
        np.testing.assert_allclose(vectors[ours] @ question, vectors[theirs] @ question, atol=1e-5)


@pytest.mark.parametrize("kind", [ExactIndex, FaissIndex.of])
def test_k_rows_or_all_there_are(kind: type[ExactIndex]) -> None:
    index: Index = kind(some_vectors(1, 50))
    mask = np.zeros(50, bool)
    mask[[3, 7, 11]] = True
    scores, rows = index.search(some_vectors(2, 2), 10, mask)
    assert rows.shape == scores.shape == (2, 3)
    assert {int(r) for r in rows[0]} == {3, 7, 11}
    nobody = index.search(some_vectors(2, 2), 10, np.zeros(50, bool))
    assert nobody[1].shape == (2, 0)


@pytest.mark.parametrize("kind", [ExactIndex, FaissIndex.of])
def test_equal_scores_stand_in_row_order(kind: type[ExactIndex]) -> None:
    vectors = some_vectors(3, 20)
    vectors[[4, 9, 15]] = vectors[4]
    _, rows = kind(vectors).search(vectors[4:5], 3)
    assert rows.tolist() == [[4, 9, 15]]


@pytest.mark.parametrize("kind", [ExactIndex, FaissIndex.of])
def test_a_question_of_another_shape_is_refused(kind: type[ExactIndex]) -> None:
    index: Index = kind(some_vectors(1, 5))
    with pytest.raises(ValueError, match="questions must be"):
        index.search(np.zeros((1, DIMENSION + 1), np.float32), 3)
    with pytest.raises(ValueError, match="at least 1"):
        index.search(np.zeros((1, DIMENSION), np.float32), 0)


def test_saved_and_opened_index_is_the_same(tmp_path: Path) -> None:
    vectors = some_vectors(5, 80)
    FaissIndex.of(vectors).save(tmp_path / "an.faiss")
    opened = FaissIndex.open(tmp_path / "an.faiss")
    assert (len(opened), opened.dimension) == (80, DIMENSION)
    before, after = FaissIndex.of(vectors).search(vectors[:4], 9), opened.search(vectors[:4], 9)
    assert (before[1] == after[1]).all()


def test_an_empty_index_answers_with_nothing(tmp_path: Path) -> None:
    FaissIndex.of(np.empty((0, DIMENSION), np.float32)).save(tmp_path / "empty.faiss")
    opened = FaissIndex.open(tmp_path / "empty.faiss")
    assert opened.search(some_vectors(1, 1), 3)[1].shape == (1, 0)
