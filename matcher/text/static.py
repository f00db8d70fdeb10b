"""The encoder that ships with the product: a table with one int8 row a token.

The table is mapped from the artefact's file, so that all processes of a machine share its pages. A
text's vector is the weighted sum of its tokens' rows, brought to unit length. All normalisation of
text stands in the artefact's `tokenizer.json`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from tokenizers import Encoding, Tokenizer

from .tensors import DamagedTensors, mapped, read_header
from .unusable import UnusableModel, unusable
from .vectors import Vectors, unit_rows, without_surrogates

TOKENISER_FILE = "tokenizer.json"
TABLE_FILE = "model.safetensors"
IDF_FILE = "idf.safetensors"
UNKNOWN_ID = 0
_BEGINNING = "▁"

# Texts that are tokenised at once: what is kept of a text's tokens is ten times the text.
_BATCH = 256
# Tokens whose rows are added up at once: 4 MB of float32 at 256 dimensions, however long a text.
_BLOCK = 4096


@dataclass(frozen=True, slots=True)
class TokenisedText:
    """The tokens of one text: ids, and where each begins and ends in the original text (n,)."""

    ids: NDArray[np.int32]
    starts: NDArray[np.int32]
    ends: NDArray[np.int32]


class StaticEncoder:
    """The shipped encoder: NumPy, tokenizers, one memory-mapped file, no torch.

    Safe for use by several threads. Nothing is cut off: a text of 100 kB takes time in proportion
    and its vector is the mean of all of it, so callers who care for a part should encode the part.
    """

    def __init__(
        self,
        folder: Path,
        tokeniser: Tokenizer,
        rows: NDArray[np.int8],
        weights: NDArray[np.float32],
        idf: NDArray[np.float32],
        name: str,
    ) -> None:
        self._folder = folder
        self._tokeniser = tokeniser
        self._rows = rows
        self._weights = weights
        self.idf = idf
        self.name = name
        self.vocabulary_size, self.dimension = rows.shape

    @classmethod
    def load(cls, folder: Path) -> StaticEncoder:
        """The encoder in `folder`; raises UnusableModel if a file lacks or does not fit."""
        try:
            tokeniser = Tokenizer.from_file(str(folder / TOKENISER_FILE))
        except Exception as fault:  # tokenizers raises bare Exception, which names no file
            raise _unusable(folder, f"{TOKENISER_FILE}: {fault}") from fault
        try:
            tensors, about = mapped(folder / TABLE_FILE)
            idf = mapped(folder / IDF_FILE)[0]["idf"]
            rows, weights = tensors["embeddings"], tensors["weights"]
        except (OSError, DamagedTensors) as fault:
            raise _unusable(folder, fault) from fault
        except KeyError as fault:
            raise _unusable(folder, f"a file of tensors lacks {fault}") from fault
        sizes = {len(rows), len(weights), len(idf), tokeniser.get_vocab_size()}
        shapes = rows.shape, weights.shape, idf.shape
        flat = rows.ndim == 2 and rows.shape[1] > 0 and weights.ndim == idf.ndim == 1
        if not flat or rows.dtype != np.int8 or len(sizes) != 1:
            words = tokeniser.get_vocab_size()
            raise _unusable(folder, f"{rows.dtype} {shapes}, {words} tokens in {TOKENISER_FILE}")
        if not (np.isfinite(weights).all() and np.isfinite(idf).all()):
            raise _unusable(folder, "weights that are no numbers")
        return cls(folder, tokeniser, rows, weights, idf, about.get("name", folder.name))

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 over tokeniser, table and idf, shortened to 16 hexadecimal digits."""
        import hashlib  # 4 MB that who only encodes can do without

        digest = hashlib.sha256()
        for name in (TOKENISER_FILE, TABLE_FILE, IDF_FILE):
            with (self._folder / name).open("rb") as file:
                digest.update(hashlib.file_digest(file, "sha256").digest())
        return digest.hexdigest()[:16]

    def encode(self, texts: Sequence[str], is_query: bool = False) -> Vectors:  # noqa: ARG002
        """(n, d) rows of unit length. Queries and documents are treated alike."""
        sums = np.zeros((len(texts), self.dimension), np.float32)
        for begin in range(0, len(texts), _BATCH):
            batch = self._encodings(texts[begin : begin + _BATCH], offsets=False)
            # One text at a time: its rows fit the cache, and a product with its weights adds them
            # up nine times faster than one sum over the rows of many texts.
            for total, encoding in zip(sums[begin:], batch, strict=False):
                ids = encoding.ids
                for start in range(0, len(ids), _BLOCK):
                    part = ids[start : start + _BLOCK]
                    rows = self._rows.take(part, axis=0).astype(np.float32)
                    total += self._weights.take(part) @ rows
        return unit_rows(sums)

    def tokenise(self, texts: Sequence[str]) -> list[TokenisedText]:
        """Tokens with character offsets into each original text; unknown characters are left out,
        punctuation and spaces are no tokens, special tokens do not exist."""
        found = []
        for encoding in self._encodings(texts, offsets=True):
            ids = np.array(encoding.ids, np.int32)
            known = ids != UNKNOWN_ID
            offsets = np.array(encoding.offsets, np.int32).reshape(-1, 2)[known]
            found.append(TokenisedText(ids[known], offsets[:, 0], offsets[:, 1]))
        return found

    def knows(self, text: str) -> bool:
        """Whether any word of a text, or part of one, has a row: of a script that the table was not
        made for, only the beginnings of words are left."""
        ids = set(self._encodings([text], offsets=False)[0].ids)
        return not ids <= {UNKNOWN_ID, self._tokeniser.token_to_id(_BEGINNING)}

    def token_vectors(self, ids: NDArray[np.int32]) -> Vectors:
        """(n, d) unit rows: each token's direction, without its weight."""
        return unit_rows(self._rows[ids].astype(np.float32))

    def token_lengths(self, ids: NDArray[np.int32]) -> NDArray[np.float32]:
        """(n,) How much each token counts in the vector of a text: its row's length x weight."""
        rows = self._rows[ids].astype(np.float32)
        return np.asarray(np.sqrt(np.einsum("ij,ij->i", rows, rows)) * self._weights[ids])

    def _encodings(self, texts: Sequence[str], *, offsets: bool) -> list[Encoding]:
        clean = without_surrogates(texts)
        if len(clean) == 1:  # without waking the tokeniser's threads
            return [self._tokeniser.encode(clean[0], add_special_tokens=False)]
        batch = self._tokeniser.encode_batch if offsets else self._tokeniser.encode_batch_fast
        return batch(clean, add_special_tokens=False)


def is_static(folder: Path) -> bool:
    """Whether a folder is in this format, even where a file of it is missing: only ours has an idf
    and a table that bears the encoder's name."""
    if (folder / IDF_FILE).is_file():
        return True
    try:
        tensors, notes = read_header(folder / TABLE_FILE)
    except (OSError, DamagedTensors):
        return False
    return "name" in notes and set(tensors) == {"embeddings", "weights"}


def _unusable(folder: Path, fault: object) -> UnusableModel:
    return unusable(
        str(folder),
        f"无法载入该编码器（{fault}）。",
        f"This encoder cannot be loaded ({fault}).",
    )
