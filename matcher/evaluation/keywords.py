"""What a search box without vectors finds: TF-IDF over the characters that stand in the text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

NGRAMS = (1, 3)


def keyword_ranking(question: str, holders: Mapping[str, Sequence[str]]) -> list[tuple[str, float]]:
    """Who shares characters with the question, nearest first, with the cosine of their best text.

    `holders` maps an organisation's id to its texts. Who shares none is not in the ranking.
    """
    from sklearn.feature_extraction.text import TfidfVectorizer

    owners = [owner for owner, texts in holders.items() for _ in texts]
    vectoriser = TfidfVectorizer(analyzer="char_wb", ngram_range=NGRAMS, sublinear_tf=True)
    texts = vectoriser.fit_transform([text for texts in holders.values() for text in texts])
    similar = np.asarray((texts @ vectoriser.transform([question]).T).todense()).ravel()
    best: dict[str, float] = {}
    for owner, value in zip(owners, similar.tolist(), strict=True):
        if value > 0:
            best[owner] = max(value, best.get(owner, 0.0))
    return sorted(best.items(), key=lambda entry: (-entry[1], entry[0]))
