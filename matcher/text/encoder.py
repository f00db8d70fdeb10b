"""Text to vector: the `Encoder` protocol, our own `StaticEncoder`, and any sentence-transformers
model as `SentenceEncoder`.

The static encoder is a table with one int8 row a token, mapped from the artefact's file, so that
all processes of a machine share its pages. A text's vector is the weighted sum of its tokens'
rows, brought to unit length. All normalisation of text stands in the artefact's `tokenizer.json`.
"""

from __future__ import annotations

import hashlib
import json
import re
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray
from tokenizers import Encoding, Tokenizer

from matcher.errors import BadInput, Bilingual, MissingExtra
from matcher.settings import shipped

Vectors = NDArray[np.float32]

TOKENISER_FILE = "tokenizer.json"
TABLE_FILE = "model.safetensors"
IDF_FILE = "idf.safetensors"
UNKNOWN_ID = 0
EXTRA = 'pip install "tech-transfer-matcher[transformer]"'

# Tokens whose rows are summed at once: 16 MB of float32 at 256 dimensions, however long a text.
_BLOCK = 16_384
_SURROGATE = re.compile("[\ud800-\udfff]")
_TYPES = {"I8": np.int8, "F32": np.float32}


class UnusableEncoder(BadInput):
    """An encoder that cannot be loaded: no such model, or a folder that is damaged."""

    code = "unusable_encoder"


class Encoder(Protocol):
    """What turns texts into vectors."""

    @property
    def name(self) -> str: ...

    @property
    def dimension(self) -> int: ...

    @property
    def fingerprint(self) -> str:
        """Changes whenever vectors would."""
        ...

    def encode(self, texts: Sequence[str], is_query: bool = False) -> Vectors:
        """(n, d) rows of unit length; a text without tokens gets one too (see `wordless`)."""
        ...


@dataclass(frozen=True, slots=True)
class TokenisedText:
    """The tokens of one text: ids, and where each begins and ends in the original text (n,)."""

    ids: NDArray[np.int32]
    starts: NDArray[np.int32]
    ends: NDArray[np.int32]


def wordless(dimension: int) -> Vectors:
    """The unit row (d,) of a text in which no word was found: all components equal, so that it is
    near to nothing in particular, and equal wordless texts stay equal."""
    return np.full(dimension, dimension**-0.5, np.float32)


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
        """The encoder in `folder`; raises UnusableEncoder if a file lacks or does not fit."""
        try:
            tokeniser = Tokenizer.from_file(str(folder / TOKENISER_FILE))
            tensors, about = _mapped(folder / TABLE_FILE)
            idf = _mapped(folder / IDF_FILE)[0]["idf"]
            rows, weights = tensors["embeddings"], tensors["weights"]
        except Exception as fault:  # tokenizers raises bare Exception for a broken file
            raise _unusable(folder, fault) from fault
        sizes = {len(rows), len(weights), len(idf), tokeniser.get_vocab_size()}
        if rows.ndim != 2 or rows.dtype != np.int8 or len(sizes) != 1:
            raise _unusable(folder, f"{rows.dtype} {rows.shape}, {sorted(sizes)}")
        return cls(folder, tokeniser, rows, weights, idf, about.get("name", folder.name))

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 over tokeniser, table and idf, shortened to 16 hexadecimal digits."""
        digest = hashlib.sha256()
        for name in (TOKENISER_FILE, TABLE_FILE, IDF_FILE):
            with (self._folder / name).open("rb") as file:
                digest.update(hashlib.file_digest(file, "sha256").digest())
        return digest.hexdigest()[:16]

    def encode(self, texts: Sequence[str], is_query: bool = False) -> Vectors:  # noqa: ARG002
        """(n, d) rows of unit length. Queries and documents are treated alike."""
        encodings = self._encodings(texts, offsets=False)
        lengths = np.array([len(e) for e in encodings], np.int64)
        sums = np.zeros((len(encodings), self.dimension), np.float32)
        if lengths.sum():
            ids = np.concatenate([np.array(e.ids, np.int32) for e in encodings])
            owners = np.repeat(np.arange(len(encodings)), lengths)
            for start in range(0, len(ids), _BLOCK):
                part = ids[start : start + _BLOCK]
                owner = owners[start : start + _BLOCK]
                begins = np.flatnonzero(np.r_[True, owner[1:] != owner[:-1]])
                rows = self._rows[part] * self._weights[part, None]
                sums[owner[begins]] += np.add.reduceat(rows, begins, axis=0)
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

    def token_vectors(self, ids: NDArray[np.int32]) -> Vectors:
        """(n, d) unit rows: each token's direction, without its weight."""
        return unit_rows(self._rows[ids].astype(np.float32))

    def token_lengths(self, ids: NDArray[np.int32]) -> NDArray[np.float32]:
        """(n,) How much each token counts in the vector of a text: its row's length x weight."""
        rows = self._rows[ids].astype(np.float32)
        return np.asarray(np.sqrt(np.einsum("ij,ij->i", rows, rows)) * self._weights[ids])

    def _encodings(self, texts: Sequence[str], *, offsets: bool) -> list[Encoding]:
        clean = [_SURROGATE.sub("\ufffd", text) for text in texts]
        if len(clean) == 1:  # without waking the tokeniser's threads
            return [self._tokeniser.encode(clean[0], add_special_tokens=False)]
        batch = self._tokeniser.encode_batch if offsets else self._tokeniser.encode_batch_fast
        return batch(clean, add_special_tokens=False)


class SentenceEncoder:
    """Any sentence-transformers model by name or path, with the prompts and pooling of its own
    configuration. The library and torch are imported here and nowhere else."""

    def __init__(self, name_or_path: str) -> None:
        try:
            from sentence_transformers import SentenceTransformer
        except ImportError as fault:
            raise MissingExtra(
                Bilingual(
                    f"模型“{name_or_path}”需要尚未安装的扩展 transformer。",
                    f"The model '{name_or_path}' needs the extra 'transformer', "
                    "which is not installed.",
                ),
                Bilingual(f"运行：{EXTRA}", f"run: {EXTRA}"),
                where=name_or_path,
            ) from fault
        try:
            self._model: Any = SentenceTransformer(name_or_path)
        except (OSError, ValueError, KeyError) as fault:
            raise _unusable(Path(name_or_path), fault) from fault
        self.name = name_or_path
        self.dimension = int(self._model.encode(["x"], show_progress_bar=False).shape[1])

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 over weights, modules and prompts, shortened to 16 hexadecimal digits."""
        digest = hashlib.sha256(repr(self._model).encode("utf-8"))
        digest.update(json.dumps(self._model.prompts, sort_keys=True).encode("utf-8"))
        for key, tensor in sorted(self._model.state_dict().items()):
            digest.update(key.encode("utf-8"))
            digest.update(tensor.detach().cpu().contiguous().flatten().float().numpy().tobytes())
        return digest.hexdigest()[:16]

    def encode(self, texts: Sequence[str], is_query: bool = False) -> Vectors:
        """(n, d) rows of unit length; queries with the model's query prompt, other texts with its
        document prompt, where it has them."""
        if not texts:
            return np.zeros((0, self.dimension), np.float32)
        encode = self._model.encode_query if is_query else self._model.encode_document
        clean = [_SURROGATE.sub("\ufffd", text) for text in texts]
        found = encode(clean, convert_to_numpy=True, show_progress_bar=False)
        return unit_rows(np.asarray(found, np.float32))


@cache
def default_encoder() -> StaticEncoder:
    """The encoder that ships with the product."""
    return StaticEncoder.load(shipped("models/encoder/artefact"))


def load_encoder(name: str | None = None) -> Encoder:
    """`None`: the shipped encoder; a folder in its format: that one; else any
    sentence-transformers model by name or path (raises MissingExtra, UnusableEncoder)."""
    if name is None:
        return default_encoder()
    folder = Path(name)
    if (folder / IDF_FILE).is_file():
        return StaticEncoder.load(folder)
    return SentenceEncoder(name)


def unit_rows(rows: Vectors) -> Vectors:
    """`rows` (n, d) brought to unit length; a row of zeros becomes `wordless(d)`."""
    lengths = np.sqrt(np.einsum("ij,ij->i", rows, rows))
    empty = lengths == 0.0
    unit: Vectors = rows / np.where(empty, 1.0, lengths).astype(np.float32)[:, None]
    unit[empty] = wordless(rows.shape[1])
    return unit


def _mapped(path: Path) -> tuple[dict[str, NDArray[Any]], dict[str, str]]:
    """The tensors of a safetensors file as read-only views of one memory map, and its notes."""
    with path.open("rb") as file:
        (size,) = struct.unpack("<Q", file.read(8))
        header = json.loads(file.read(size))
    about = header.pop("__metadata__", {})
    data = np.asarray(np.memmap(path, np.uint8, mode="r", offset=8 + size))
    tensors = {}
    for name, tensor in header.items():
        begin, end = tensor["data_offsets"]
        flat = data[begin:end].view(_TYPES[tensor["dtype"]])
        tensors[name] = flat.reshape(tensor["shape"])
    return tensors, about


def _unusable(where: Path, fault: object) -> UnusableEncoder:
    return UnusableEncoder(
        Bilingual(f"无法载入该编码器（{fault}）。", f"This encoder cannot be loaded ({fault})."),
        Bilingual(
            "给出完整的模型文件夹，或可下载的 sentence-transformers 模型名；不给则用自带编码器。",
            "give a complete model folder, or the name of a sentence-transformers model that can "
            "be downloaded; give none for the encoder that ships with the product.",
        ),
        where=str(where),
    )
