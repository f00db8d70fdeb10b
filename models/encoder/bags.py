"""All training texts as tokens, cut once and kept on disk, and batches of them as bags of tokens.

A text is a row of one long array of token numbers; neighbouring texts (the sentences of an
abstract) are neighbours there, so that an excerpt is a range of tokens.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

Ints = NDArray[np.int64]
CHUNK = 20_000


@dataclass(frozen=True, slots=True)
class Bags:
    """`n` bags of tokens: `ids` of all of them, bag i from `starts[i]` to the next start."""

    ids: Ints
    starts: Ints


@dataclass(frozen=True, slots=True)
class TokenStore:
    """Token numbers of all texts (int32, mapped from disk); text i is `offsets[i:i + 2]`."""

    ids: NDArray[np.int32]
    offsets: Ints

    @classmethod
    def of(cls, folder: Path, tokeniser: Tokenizer, texts: Sequence[str]) -> TokenStore:
        """The tokens of just these `texts`, cut by just this `tokeniser`, from a folder inside
        `folder` if they are there."""
        digest = hashlib.sha256(tokeniser.to_str().encode("utf-8"))
        for text in texts:
            digest.update(text.encode("utf-8") + b"\0")
        kept = folder / f"tokens-{digest.hexdigest()[:16]}"
        if (kept / "offsets.npy").exists():
            return cls.load(kept)
        return cls.write(kept, tokeniser, texts)

    @classmethod
    def load(cls, folder: Path) -> TokenStore:
        return cls(np.load(folder / "ids.npy", mmap_mode="r"), np.load(folder / "offsets.npy"))

    @classmethod
    def write(cls, folder: Path, tokeniser: Tokenizer, texts: Sequence[str]) -> TokenStore:
        """Cut `texts` and keep them in `folder`; unknown characters are left out."""
        folder.mkdir(parents=True, exist_ok=True)
        parts: list[NDArray[np.int32]] = []
        lengths: list[int] = []
        for start in range(0, len(texts), CHUNK):
            for encoding in tokeniser.encode_batch_fast(texts[start : start + CHUNK]):
                ids = np.array(encoding.ids, np.int32)
                ids = ids[ids > 0]
                parts.append(ids)
                lengths.append(len(ids))
        np.save(folder / "ids.npy", np.concatenate([np.zeros(0, np.int32), *parts]))
        # Written last: where it stands, the tokens are whole.
        np.save(folder / "offsets.npy", np.r_[0, np.cumsum(lengths, dtype=np.int64)])
        return cls.load(folder)


def gathered(ids: NDArray[np.int32] | Ints, begins: Ints, ends: Ints) -> Bags:
    """Bags of the token ranges `begins[i]:ends[i]` of `ids`."""
    lengths = ends - begins
    starts = np.cumsum(lengths) - lengths
    places = np.arange(int(lengths.sum())) + np.repeat(begins - starts, lengths)
    return Bags(ids[places].astype(np.int64), starts)
