"""Loading of a model whose folder was looked through: whole, and without a word of its own code."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .model_folder import ModelFiles, missing_extra, not_loaded
from .unusable import unusable

Loaded = Any
"""A model of sentence-transformers; its types are known only where the extra is installed."""

SAFE: dict[str, Any] = {
    "trust_remote_code": False,
    "local_files_only": True,
    "model_kwargs": {"use_safetensors": True},
}
"""With these options no code of a model runs, nothing is unpickled and nothing is fetched."""


def sentence_transformers(name: str) -> Any:
    """The library that loads the model `name`, and is quiet about it; raises MissingExtra."""
    from huggingface_hub.utils.tqdm import disable_progress_bars

    disable_progress_bars()
    try:
        import sentence_transformers as library
    except ImportError as fault:
        raise missing_extra(name) from fault
    for noisy in ("sentence_transformers", "transformers"):
        logging.getLogger(noisy).setLevel(logging.ERROR)
    return library


def load_whole(
    name: str,
    files: ModelFiles,
    load: Callable[[], Loaded],
    trial: Callable[[Loaded], NDArray[np.float32]],
) -> tuple[Loaded, NDArray[np.float32]]:
    """The model, and what a trial of it gave; raises UnusableModel.

    The library fills weights that a file lacks with random ones. So where names are missing, the
    model is loaded twice: if both give the same, what is missing is not used.
    """
    try:
        model = load()
        words, rows = sizes(model)
        found = trial(model) if words <= rows else np.zeros(0, np.float32)
    except Exception as fault:  # there is no end to what three libraries raise for a bad folder
        raise not_loaded(name, fault) from fault
    if words > rows:
        raise unusable(
            name,
            f"分词器有 {words} 个词，权重表只有 {rows} 行，两者不配套。",
            f"The tokeniser has {words} tokens and the table {rows} rows: they do not belong "
            "together.",
        )
    if not np.isfinite(found).all():
        raise unusable(name, "模型给出的不是数。", "The model gives what are no numbers.")
    lacking = missing_weights(model, files)
    if lacking and not np.array_equal(found, trial(load())):
        raise unusable(
            name,
            f"权重文件缺少 {lacking[0]} 等 {len(lacking)} 项。",
            f"The weights lack {lacking[0]} and others, {len(lacking)} in all.",
        )
    return model, found


def sizes(model: Loaded) -> tuple[int, int]:
    """Tokens that the tokeniser knows, and rows of the table they are looked up in; zeros where a
    model has no such table."""
    first = model[0]
    if hasattr(first, "embedding"):
        return first.tokenizer.get_vocab_size(), first.embedding.num_embeddings
    if model.transformers_model is None:
        return 0, 0
    return len(model.tokenizer), model.transformers_model.get_input_embeddings().num_embeddings


def missing_weights(model: Loaded, files: ModelFiles) -> list[str]:
    """Weights of the transformer that bear no name which is in its files."""
    inner = model.transformers_model
    if inner is None:
        return []
    held = {
        ".".join(parts[start:])
        for name in files.weights
        for parts in [name.split(".")]
        for start in range(len(parts))
    }
    prefix = f"{inner.base_model_prefix}."
    return sorted(
        key for key, _ in inner.named_parameters() if not {key, key.removeprefix(prefix)} & held
    )
