"""TF-IDF and BM25 over word or character counts: what every system is measured against.

Nothing is tuned: one stated setting each. Both learn their words, document frequencies and mean
lengths from the documents they are given, and from nothing else.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

Analyser = Literal["words", "characters 3-5", "characters 1-3", "words and Han bigrams"]
"""What is counted: English words without stop words; runs of 3 to 5 characters within words; runs
of 1 to 3 characters; English words and, of Chinese, every two neighbouring characters."""
Values = NDArray[np.float64]

BM25_K1, BM25_B = 1.2, 0.75
_HAN = "\u3400-\u9fff"
_TOKENS = re.compile(rf"[{_HAN}]+|[^\W{_HAN}]{{2,}}")


def words_and_bigrams(text: str) -> list[str]:
    """Lower-cased words of two letters or more, and Chinese runs as pairs of neighbours."""
    found: list[str] = []
    for token in _TOKENS.findall(text.lower()):
        if re.match(rf"[{_HAN}]", token) and len(token) > 1:
            found += [token[i : i + 2] for i in range(len(token) - 1)]
        else:
            found.append(token)
    return found


def counts(
    asked: Sequence[str], texts: Sequence[str], analyser: Analyser
) -> tuple[csr_matrix, csr_matrix]:
    """Counts (questions, tokens) and (texts, tokens) over the tokens of `texts`."""
    from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS, CountVectorizer

    def telling(text: str) -> list[str]:
        return [token for token in words_and_bigrams(text) if token not in ENGLISH_STOP_WORDS]

    counter = {
        "words": lambda: CountVectorizer(stop_words="english"),
        "characters 3-5": lambda: CountVectorizer(analyzer="char_wb", ngram_range=(3, 5)),
        "characters 1-3": lambda: CountVectorizer(analyzer="char_wb", ngram_range=(1, 3)),
        "words and Han bigrams": lambda: CountVectorizer(analyzer=telling),
    }[analyser]()
    of_texts: csr_matrix = counter.fit_transform(texts).tocsr()
    return counter.transform(asked).tocsr(), of_texts


def tf_idf(asked: csr_matrix, texts: csr_matrix) -> csr_matrix:
    """Cosine (questions, texts) of (1 + log tf) x idf, scikit-learn's smoothed idf."""
    from sklearn.feature_extraction.text import TfidfTransformer

    weights = TfidfTransformer(sublinear_tf=True).fit(texts)
    return weights.transform(asked) @ weights.transform(texts).T


def bm25(asked: csr_matrix, texts: csr_matrix) -> csr_matrix:
    """Okapi BM25 (questions, texts) with idf log(1 + (n - df + .5) / (df + .5)); each word of a
    question counts once."""
    from scipy.sparse import csr_matrix as sparse

    n, words = texts.shape
    frequency = np.bincount(texts.indices, minlength=words)
    idf = np.log1p((n - frequency + 0.5) / (frequency + 0.5))
    lengths = np.asarray(texts.sum(axis=1), dtype=np.float64).ravel()
    longer = BM25_K1 * (1 - BM25_B + BM25_B * lengths / max(lengths.mean(), 1.0))
    cells = texts.tocoo()
    gains = idf[cells.col] * cells.data * (BM25_K1 + 1) / (cells.data + longer[cells.row])
    weighted = sparse((gains, (cells.row, cells.col)), shape=texts.shape)
    return (asked > 0).astype(np.float64) @ weighted.T
