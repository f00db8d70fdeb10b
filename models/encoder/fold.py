"""From trained rows to the artefact: token statistics, SIF weights, int8 rows, one folder.

The folder is a sentence-transformers model. `model.safetensors` holds `embeddings` (int8, one row
a token) and `weights` (float32, one a token: the row's scale times its SIF weight), which
sentence-transformers multiplies on loading, as `matcher.text.encoder.StaticEncoder` does.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import save_file
from tokenizers import Tokenizer

NAME = "static-zh-en-256"
SIF = 1e-2
UNKNOWN_ID = 0
CHUNK = 20_000
# Texts of a language that its token shares are taken from: more change nothing but the time.
SAMPLE = 150_000


@dataclass(frozen=True, slots=True)
class TokenStatistics:
    """Of each token the larger of its shares in the two languages.

    `frequency` (vocabulary,): share of the running tokens of a language. `idf` (vocabulary,):
    ln((1 + texts) / (1 + texts that have it)), in the language in which it is commoner.
    """

    frequency: NDArray[np.float32]
    idf: NDArray[np.float32]


def token_statistics(tokeniser: Tokenizer, languages: Iterable[list[str]]) -> TokenStatistics:
    """Statistics over at most SAMPLE texts of each language, evenly spread."""
    size = tokeniser.get_vocab_size()
    frequency = np.zeros(size)
    idf = np.full(size, np.inf)
    for every in languages:
        texts = every[:: max(len(every) // SAMPLE, 1)]
        counts = np.zeros(size, np.int64)
        documents = np.zeros(size, np.int64)
        for start in range(0, len(texts), CHUNK):
            encodings = tokeniser.encode_batch_fast(texts[start : start + CHUNK])
            ids = np.concatenate([np.array(e.ids, np.int64) for e in encodings])
            text = np.repeat(np.arange(len(encodings)), [len(e.ids) for e in encodings])
            counts += np.bincount(ids, minlength=size)
            documents += np.bincount(np.unique(text * size + ids) % size, minlength=size)
        frequency = np.maximum(frequency, counts / max(counts.sum(), 1))
        idf = np.minimum(idf, np.log((1 + len(texts)) / (1 + documents)))
    return TokenStatistics(frequency.astype(np.float32), idf.astype(np.float32))


def quantised(
    rows: NDArray[np.float32], sif: NDArray[np.float32]
) -> tuple[NDArray[np.int8], NDArray[np.float32]]:
    """int8 rows (n, d) and the weight (n,) of each: row x weight is the trained row x `sif`."""
    largest = np.abs(rows).max(axis=1)
    scale = np.where(largest > 0, largest / 127.0, 1.0).astype(np.float32)
    embeddings = np.rint(rows / scale[:, None]).astype(np.int8)
    weights = (scale * sif).astype(np.float32)
    # What no token stands for says nothing.
    embeddings[UNKNOWN_ID] = 0
    weights[UNKNOWN_ID] = 0.0
    return embeddings, weights


def write_artefact(
    folder: Path, rows: NDArray[np.float32], statistics: TokenStatistics, a: float = SIF
) -> None:
    """Replace the trained tensors in a saved sentence-transformers `folder` by the folded ones."""
    sif = (a / (a + statistics.frequency)).astype(np.float32)
    embeddings, weights = quantised(rows, sif)
    tensors: dict[str, NDArray[Any]] = {"embeddings": embeddings, "weights": weights}
    save_file(tensors, folder / "model.safetensors", metadata={"name": NAME})
    save_file({"idf": statistics.idf}, folder / "idf.safetensors")
    for file in folder.glob("*.safetensors"):
        file.chmod(0o644)
