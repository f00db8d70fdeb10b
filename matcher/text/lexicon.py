"""The lexical index: which texts hold the words of a question, by BM25; tantivy over our terms.

One tantivy index a language, so that the rarity of a word and the length of a text are those of
its language. What tantivy reads of a text is its `line` of terms: phrases are found by the places
there. The files differ from build to build (tantivy names them at random); what is found in them
does not.
"""

from __future__ import annotations

import math
import os
import shutil
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import repeat
from pathlib import Path
from tempfile import mkdtemp

import numpy as np
import tantivy
from numpy.typing import NDArray

from matcher.errors import Bilingual, NotReady, SnapshotDamaged

from .asked import Asked
from .terms import NOTHING, Term, is_han, line, pair, words_and_characters

LANGUAGES = ("zh", "en")
MOST_TERMS = 64
"""Of a long question only so many of its own terms are looked for, the weightiest."""
_WIDER = 4
_SPARE = 1.2
FEW = 800
"""Up to so many eligible rows the index is asked for them alone; of more, for ever more rows."""
_DIGITS = 4
"""Of a score; beyond them stands the order in which it was added up."""
_MEMORY = "/dev/shm"  # noqa: S108 - a folder of our own is made in it
_HEAP = 256 * 2**20
_FIELD, _ROW = "terms", "row"
_ROWS_FILE = "rows.npy"

Rows = NDArray[np.int64]
Scores = NDArray[np.float32]
Query = tantivy.Query


class Lexicon:
    """An open lexical index, memory-mapped and read-only; safe for use by several threads."""

    def __init__(self, parts: dict[str, _Part]) -> None:
        self._parts = parts

    @staticmethod
    def build(
        folder: Path,
        texts: Iterable[str],
        chinese: Iterable[bool],
        kept: Iterable[bool] | None = None,
    ) -> None:
        """Write the index of `texts` (row i is the i-th) into the new folder `folder`; `chinese`
        says of each whether it belongs to the Chinese ones or the English ones, `kept` whether it
        is to be found at all (None: each is). Rarity is counted over those that are kept."""
        writers = {}
        for language in LANGUAGES:
            place = folder / language
            place.mkdir(parents=True)
            writers[language] = tantivy.Index(_schema(), str(place)).writer(_HEAP, num_threads=1)
        rows: dict[str, list[int]] = {language: [] for language in LANGUAGES}
        told = zip(texts, chinese, strict=True)
        for (row, (text, is_chinese)), keep in zip(
            enumerate(told), kept or repeat(True), strict=False
        ):
            if not keep:
                continue
            language = "zh" if is_chinese else "en"
            document = tantivy.Document()
            document.add_text(_FIELD, line(text))
            document.add_unsigned(_ROW, row)
            writers[language].add_document(document)
            rows[language].append(row)
        for language, writer in writers.items():
            np.save(folder / language / _ROWS_FILE, np.array(rows[language], np.int64))
            writer.commit()
            writer.wait_merging_threads()
            for file in (folder / language).glob(".*"):  # locks and its list for deleting
                file.unlink()
            # tantivy lets nobody else read its list of files; a snapshot is as readable as a home.
            rows_file, list_file = (folder / language / name for name in (_ROWS_FILE, "meta.json"))
            list_file.chmod(rows_file.stat().st_mode)

    @classmethod
    def open(cls, folder: Path) -> Lexicon:
        """The index that `build` wrote; nothing is written into its folder. Raises SnapshotDamaged
        if a file lacks or is cut short."""
        return cls({language: _Part.open(folder / language) for language in LANGUAGES})

    def search(
        self,
        asked: Sequence[Asked],
        limit: int,
        language: str,
        eligible: NDArray[np.bool_] | None = None,
    ) -> tuple[Rows, Scores]:
        """The `limit` best rows (n,) of a language, or all there are, and their scores (n,): best
        first, ties by row. `eligible` says (t,) of every row of the index whether it may be found.
        """
        return self._parts[language].search(asked, limit, eligible)

    def ceiling(self, asked: Sequence[Asked], language: str) -> float:
        """What a text of average length scores that holds each of the question's own terms once:
        divided by it, scores of different questions compare, from 0 to about 1. It can be
        exceeded, by repetition, shortness and added names. 0.0 without own terms."""
        return self._parts[language].ceiling(asked)

    def rows_with(self, words: str) -> Rows:
        """All rows (n,), ascending, of texts in which the terms of `words` stand side by side as
        they do there; none if there is no term in it."""
        found = [part.rows_with(words) for part in self._parts.values()]
        return np.sort(np.concatenate(found))

    def frequency(self, term: str) -> int:
        """In how many texts a term stands, of both languages."""
        return sum(part.frequency(term) for part in self._parts.values())


class _Part:
    """The texts of one language."""

    def __init__(self, schema: tantivy.Schema, searcher: tantivy.Searcher, rows: Rows) -> None:
        """`rows` (t,): the row of each of its documents."""
        self._schema = schema
        self._searcher = searcher
        self._rows = rows
        self._last: tuple[Sequence[Asked], list[tuple[Asked, float]]] = ((), [])

    @classmethod
    def open(cls, folder: Path) -> _Part:
        # tantivy locks the folder it opens by a file in it, and snapshots may be read-only: it is
        # shown a folder of links, which can go once all files are mapped.
        try:
            rows = np.load(folder / _ROWS_FILE, mmap_mode="r")
            with _links(folder) as room:
                index = tantivy.Index.open(room)
                index.config_reader("Manual")  # nobody watches the folder for changes
                searcher = index.searcher()
                # Opens what is opened late: the file of places.
                searcher.search(Query.term_query(index.schema, _FIELD, NOTHING), 1)
        except (ValueError, EOFError, FileNotFoundError) as fault:
            raise _damaged(folder, fault) from fault
        return cls(index.schema, searcher, rows)

    def search(
        self, asked: Sequence[Asked], limit: int, eligible: NDArray[np.bool_] | None
    ) -> tuple[Rows, Scores]:
        """See `Lexicon.search`."""
        queries = [self._query(one) for one, _ in self._weighed(asked) if self._known(one)]
        mine = None if eligible is None else self._rows[eligible[self._rows]]
        if not queries or limit < 1 or (mine is not None and not len(mine)):
            return np.empty(0, np.int64), np.empty(0, np.float32)
        query = Query.boolean_query([(tantivy.Occur.Should, one) for one in queries])
        wanted = limit
        if mine is not None and len(mine) <= FEW:
            query = self._among(mine, query)
        elif mine is not None:
            wanted = math.ceil(limit * len(self._rows) / len(mine) * _SPARE)
        while True:
            rows, scores = self._best(query, min(wanted, len(self._rows)))
            exhausted = len(rows) < wanted
            if eligible is not None:
                kept = eligible[rows]
                rows, scores = rows[kept], scores[kept]
            if exhausted or len(rows) >= limit:
                best = np.lexsort((rows, -scores))[:limit]
                return rows[best], scores[best]
            wanted *= _WIDER

    def ceiling(self, asked: Sequence[Asked]) -> float:
        """See `Lexicon.ceiling`."""
        return sum(weight for one, weight in self._weighed(asked) if one.origin is None)

    def rows_with(self, words: str) -> Rows:
        """See `Lexicon.rows_with`."""
        places = _places(words_and_characters(words))
        if not places or not len(self._rows):
            return np.empty(0, np.int64)
        return self._best(self._side_by_side(places), len(self._rows))[0]

    def frequency(self, term: str) -> int:
        """In how many of its texts a term stands."""
        return self._searcher.doc_freq(_FIELD, term)

    def _weighed(self, asked: Sequence[Asked]) -> list[tuple[Asked, float]]:
        """The terms to look for, each with its weight times its rarity, in the order given.

        Pairs of characters that no text holds are accidents of writing and left out. A question is
        searched and its ceiling asked for: it is weighed once.
        """
        last, weighed = self._last
        if last is asked:
            return weighed
        own = [
            (one, one.weight * self._rarity(one.term))
            for one in asked
            if one.origin is None and (self._known(one) or not _is_pair(one.term))
        ]
        if len(own) > MOST_TERMS:
            least = sorted((weight for _, weight in own), reverse=True)[MOST_TERMS - 1]
            own = [(one, weight) for one, weight in own if weight >= least][:MOST_TERMS]
        own += [(one, one.weight) for one in asked if one.origin is not None]
        self._last = asked, own
        return own

    def _known(self, one: Asked) -> bool:
        return all(self.frequency(term) for term in one.term.split(" "))

    def _rarity(self, term: str) -> float:
        """The logarithm by which BM25 weighs a term."""
        count = self.frequency(term)
        return math.log(1 + (len(self._rows) - count + 0.5) / (count + 0.5))

    def _query(self, one: Asked) -> Query:
        words = one.term.split(" ")
        if len(words) == 1:
            query = self._single(one.term)
        else:
            said = [Term(word, i, 0, 0, word) for i, word in enumerate(words) if word != NOTHING]
            query = self._side_by_side(_places(said))
        return Query.boost_query(query, one.weight)

    def _single(self, term: str) -> Query:
        return Query.term_query(self._schema, _FIELD, term, "freq")

    def _side_by_side(self, places: list[tuple[int, str]]) -> Query:
        if len(places) == 1:
            return self._single(places[0][1])
        return Query.phrase_query(self._schema, _FIELD, list(places))

    def _among(self, rows: Rows, query: Query) -> Query:
        """`query`, met by these rows alone, and its scores as they are."""
        these = Query.term_set_query(self._schema, _ROW, rows.tolist())
        return Query.boolean_query(
            [(tantivy.Occur.Must, Query.const_score_query(these, 0.0)), (tantivy.Occur.Must, query)]
        )

    def _best(self, query: Query, limit: int) -> tuple[Rows, Scores]:
        hits = self._searcher.search(query, limit, count=False).hits
        rows = self._searcher.fast_field_values(_ROW, [address for _, address in hits])
        scores = np.array([score for score, _ in hits], np.float32)
        return np.array(rows, np.int64), np.round(scores, _DIGITS)


@contextmanager
def _links(folder: Path) -> Iterator[str]:
    """A folder for a moment with a link to each file of `folder`."""
    in_memory = _MEMORY if os.access(_MEMORY, os.W_OK) else None  # removing is fifty times faster
    try:
        room = Path(mkdtemp(prefix="matcher-lexicon-", dir=in_memory))
    except OSError as fault:
        raise NotReady(
            Bilingual("没有可写的临时文件夹。", "there is no temporary folder to write to."),
            Bilingual(
                "让 TMPDIR 指向一个可写的文件夹。",
                "let TMPDIR name a folder that can be written to.",
            ),
            where=str(fault.filename or ""),
        ) from fault
    try:
        for file in folder.iterdir():
            (room / file.name).symlink_to(file.resolve())
        yield str(room)
    finally:
        # The thread with which tantivy opens may yet put its lock there, once.
        for _ in range(100):
            shutil.rmtree(room, ignore_errors=True)
            if not room.exists():
                break
            time.sleep(0.001)


def _schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    builder.add_text_field(_FIELD, tokenizer_name="whitespace", index_option="position")
    builder.add_unsigned_field(_ROW, fast=True, indexed=True)
    return builder.build()


def _places(words: Sequence[Term]) -> list[tuple[int, str]]:
    """Where in the line the terms of a phrase stand, from 0: Chinese by pairs, which are rarer
    than characters, so that few need be looked at."""
    found: list[tuple[int, str]] = []
    covered = -1
    for i, word in enumerate(words):
        if i <= covered:
            continue
        both = pair(word, words[i + 1]) if i + 1 < len(words) else None
        behind = pair(words[i - 1], word) if i and not both else None
        if both:
            covered = i + 1
        chosen = both or behind or word
        found.append((2 * chosen.position + _is_pair(chosen.text), chosen.text))
    return [(place - found[0][0], text) for place, text in found]


def _is_pair(term: str) -> bool:
    return len(term) == 2 and is_han(term)


def _damaged(folder: Path, fault: Exception) -> SnapshotDamaged:
    return SnapshotDamaged(
        Bilingual(
            f"词语索引不完整，无法打开（{fault}）。",
            f"the lexical index is damaged and cannot be opened ({fault}).",
        ),
        Bilingual("运行 `matcher index` 重建快照。", "run `matcher index` to build it again."),
        where=str(folder),
    )
