"""Pools of texts: short questions, each with the texts that answer it, in one language or two.

The product is asked as it stands: every text of a pool becomes the one capability of an
organisation abroad, in a snapshot of its own, texts as they are. All systems give scores
(questions, texts) and are judged by the same rule: a right text that ties with a wrong one was not
found.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from matcher.errors import EmptyQuestion
from matcher.matching.pipeline import Equipment
from matcher.organisation import (
    Cooperation,
    Name,
    Organisation,
    Profile,
    ProfileKind,
    ProfileText,
    Publication,
    Side,
    SourceKey,
    organisation_id,
    profile_id,
)
from matcher.query import Query
from matcher.snapshot.gather import Registry
from matcher.text.normalise import has_han

from .lexical import Analyser, bm25, counts, tf_idf
from .metrics import Values

Scores = NDArray[np.float32]
"""(questions, texts), larger is nearer, -inf where a system did not find the text."""
SOURCE, COUNTRY = "pool", "DE"
TODAY = date(2026, 11, 23)
Ablation = frozenset[str]
WHOLE: Ablation = frozenset()

TF_IDF: dict[str, tuple[Analyser, ...]] = {
    "zh": ("characters 1-3",),
    "en": ("words", "characters 3-5"),
    "both": ("characters 1-3", "words", "characters 3-5"),
}
"""By the languages of questions and texts: what a fair TF-IDF would count there; of several the
best on the very row is quoted, to its favour."""
BM25: Analyser = "words and Han bigrams"


@dataclass(frozen=True, slots=True)
class Passage:
    """One text of a pool and its language, `zh` or `en`."""

    language: str
    body: str

    @property
    def text(self) -> ProfileText:
        """As the product holds it."""
        return ProfileText(self.language, title="", description=self.body)


@dataclass(frozen=True)
class Pool:
    """Questions, different texts, and for each question the numbers of the right ones."""

    name: str
    questions: tuple[Passage, ...]
    texts: tuple[Passage, ...]
    right: tuple[frozenset[int], ...]

    @property
    def asked(self) -> list[str]:
        """The questions' words."""
        return [each.body for each in self.questions]

    @cached_property
    def languages(self) -> str:
        """`zh` or `en` where everything is in one language, else `both`."""
        found = {each.language for each in (*self.questions, *self.texts)}
        return found.pop() if len(found) == 1 else "both"

    @cached_property
    def is_right(self) -> NDArray[np.bool_]:
        """(questions, texts)."""
        found = np.zeros((len(self.questions), len(self.texts)), np.bool_)
        for row, right in enumerate(self.right):
            found[row, list(right)] = True
        return found


def pool(
    name: str,
    questions: Iterable[Passage],
    texts: Iterable[Passage],
    right: Iterable[Iterable[int]],
) -> Pool:
    """A pool; texts that are equal but for white space around them are one, and right alike, as
    the product keeps equal texts once. Raises ValueError for a question without a right text."""
    number: dict[Passage, int] = {}
    places = [
        number.setdefault(Passage(each.language, each.body.strip()), len(number)) for each in texts
    ]
    answers = tuple(frozenset(places[i] for i in each) for each in right)
    asked = tuple(questions)
    if len(asked) != len(answers) or not all(answers):
        raise ValueError(f"{name}: every question needs a right text")
    return Pool(name, asked, tuple(number), answers)


def first_is_right(pool: Pool, scores: Scores) -> Values:
    """(questions,) 1 where a right text comes before every wrong one."""
    return _in_front(pool, scores, np.max)


def all_are_in_front(pool: Pool, scores: Scores) -> Values:
    """(questions,) 1 where all right texts come before every wrong one."""
    return _in_front(pool, scores, np.min)


def first_in_own_language(pool: Pool, scores: Scores) -> Values:
    """(questions,) 1 where the first text is in the question's language; nothing found counts as
    half, as no language was favoured."""
    chinese = np.array([each.language == "zh" for each in pool.texts], np.bool_)
    asked = np.array([each.language == "zh" for each in pool.questions], np.bool_)
    own: Values = (chinese[scores.argmax(axis=1)] == asked).astype(np.float64)
    own[~np.isfinite(scores.max(axis=1))] = 0.5
    return own


def _in_front(pool: Pool, scores: Scores, of_right: Callable[..., Scores]) -> Values:
    right = np.array(
        [of_right(row[mask]) for row, mask in zip(scores, pool.is_right, strict=True)], np.float32
    )
    wrong = np.where(pool.is_right, -np.inf, scores).max(axis=1)
    found: Values = (np.isfinite(right) & (right > wrong)).astype(np.float64)
    return found


def lexical_scores(pool: Pool) -> dict[str, Scores]:
    """TF-IDF on each analyser that suits the pool's languages, and BM25; needs scikit-learn."""
    texts = [each.body for each in pool.texts]
    found: dict[str, Scores] = {}
    for analyser in TF_IDF[pool.languages]:
        found[f"TF-IDF, {analyser}"] = tf_idf(*counts(pool.asked, texts, analyser)).toarray()
    found[f"BM25, {BM25}"] = bm25(*counts(pool.asked, texts, BM25)).toarray()
    return {name: each.astype(np.float32) for name, each in found.items()}


class TextRegistry:
    """Texts as a snapshot is built from them: for each an organisation abroad that holds it."""

    def __init__(self, texts: Sequence[Passage]) -> None:
        self._texts = texts

    def organisations(self) -> Iterable[Organisation]:
        for number in range(len(self._texts)):
            yield Organisation(
                id=organisation_id(SOURCE, str(number)),
                names=(Name(f"No. {number}", "en"),),
                side=Side.FOREIGN,
                sources=(SourceKey(SOURCE, str(number)),),
                country=COUNTRY,
            )

    def profiles(self) -> Iterable[Profile]:
        for number, passage in enumerate(self._texts):
            yield Profile(
                id=profile_id(SOURCE, str(number)),
                organisation=organisation_id(SOURCE, str(number)),
                kind=ProfileKind.CAPABILITY,
                publication=Publication.INFERRED,
                texts=(passage.text,),
                source=SourceKey(SOURCE, str(number)),
                licence="",
                attribution="",
            )

    def cooperations(self) -> Iterable[Cooperation]:
        return ()

    def fingerprint(self) -> str:
        digest = hashlib.sha256()
        for passage in self._texts:
            digest.update(f"{passage.language}\x1f{passage.body}\x1e".encode())
        return digest.hexdigest()


class Found(Protocol):
    """Texts of the first tier, best first, and the relevance in which both languages compare."""

    @property
    def texts(self) -> NDArray[np.int64]: ...

    @property
    def relevance(self) -> Scores: ...


Find = Callable[[Query, Equipment, date, Ablation], Found]
"""`matcher.matching.pipeline.find_texts`."""


class AskedTexts:
    """The product over some texts: `equip` builds their snapshot in `home`, an empty folder."""

    def __init__(
        self,
        texts: Sequence[Passage],
        home: Path,
        equip: Callable[[Path, Registry], Equipment],
        find: Find,
    ) -> None:
        self._equipment = equip(home, TextRegistry(texts))
        # A snapshot keeps equal texts once and numbers them by their sorted ids.
        _, self._row = np.unique([passage.text.id for passage in texts], return_inverse=True)
        self._find = find

    def scores(
        self,
        questions: Sequence[str],
        ablation: Ablation = WHOLE,
        left_out: Sequence[AbstractSet[int]] | None = None,
    ) -> Scores:
        """The fused relevance of what the first tier holds, all words of a question taken as its
        subject; `left_out` are numbers of texts that a question must not know."""
        found = np.full((len(questions), self._row.max() + 1), -np.inf, np.float32)
        for number, text in enumerate(questions):
            hidden = left_out[number] if left_out else ()
            keys = frozenset(f"{SOURCE}:{each}" for each in hidden)
            try:
                query = Query(text=text, side=Side.FOREIGN, leave_out=keys)
                given = self._find(query, self._equipment, TODAY, ablation)
            except EmptyQuestion:
                continue
            found[number, given.texts] = given.relevance
        scores: Scores = found[:, self._row]
        for number, hidden in enumerate(left_out or ()):
            scores[number, list(hidden)] = -np.inf
        return scores


def passages(bodies: Iterable[str], language: str | None = None) -> list[Passage]:
    """Texts of one language; without one, each is Chinese where it holds a Chinese character."""
    return [Passage(language or ("zh" if has_han(body) else "en"), body) for body in bodies]
