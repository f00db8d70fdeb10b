"""Any sentence-transformers model as an encoder, with the prompts and pooling of its own
configuration. The library, and torch with it, is imported only when such a model is loaded."""

from __future__ import annotations

import hashlib
import json
import re
import threading
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from .model_folder import check_model, find_model
from .model_loading import SAFE, load_whole, sentence_transformers
from .vectors import Vectors, unit_rows, without_surrogates

# The e5 models are trained with these words before every text, their cards demand them, and their
# folders do not hold them: without, they would be asked in a way they were never taught.
_E5 = re.compile(r"(multilingual-)?e5-(small|base|large)(-v2|-unsupervised)?")
_E5_PROMPTS = ("query: ", "passage: ")


class SentenceEncoder:
    """A model by name or path. Texts longer than the model takes are cut by it. Safe for use by
    several threads, one of which encodes at a time."""

    def __init__(self, name_or_path: str) -> None:
        """Raises UnusableModel, MissingExtra."""
        folder = find_model(name_or_path, "sentence-transformers")
        files = check_model(folder, name_or_path, "SentenceTransformer", modular=True)
        library = sentence_transformers(name_or_path)

        def load() -> Any:
            return library.SentenceTransformer(str(folder), **SAFE)

        def trial(model: Any) -> Vectors:
            return np.asarray(model.encode(["x 一"], show_progress_bar=False), np.float32)

        self._model, tried = load_whole(name_or_path, files, load, trial)
        self._lock = threading.Lock()
        self.name = name_or_path
        self.dimension = tried.shape[1]
        self.query_prompt, self.document_prompt = prompts_of(
            self._model.prompts, name_or_path, str(folder.resolve())
        )
        said = json.dumps([files.digest, self.query_prompt, self.document_prompt])
        self.fingerprint = hashlib.sha256(said.encode()).hexdigest()[:16]

    def encode(self, texts: Sequence[str], is_query: bool = False) -> Vectors:
        """(n, d) rows of unit length; queries with the model's query prompt, other texts with its
        document prompt, where it has them."""
        if not texts:
            return np.zeros((0, self.dimension), np.float32)
        model = self._model
        encode = model.encode_query if is_query else model.encode_document
        prompt = self.query_prompt if is_query else self.document_prompt
        clean = without_surrogates(texts)
        with self._lock:  # a tokeniser that cuts cannot be lent to two threads
            found = encode(clean, prompt=prompt, convert_to_numpy=True, show_progress_bar=False)
        return unit_rows(np.asarray(found, np.float32))


def prompts_of(own: Mapping[str, str], *names: str) -> tuple[str, str]:
    """What is put before a query and before a document.

    The model's own prompts `query` and `document` (or `passage`, or `corpus`). Where it has none
    of them and one of its `names` (of model or folder) is that of an e5 model, what the cards of
    these models demand; else nothing.
    """
    documents = (own.get(name) for name in ("document", "passage", "corpus"))
    found = own.get("query") or "", next((prompt for prompt in documents if prompt), "")
    if any(found):
        return found
    parts = (part for name in names for part in re.split(r"[/\\]|--", name.lower()))
    return _E5_PROMPTS if any(_E5.fullmatch(part) for part in parts) else found
