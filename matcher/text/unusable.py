"""The error for a model that cannot be used, said the same of encoders and re-rankers."""

from __future__ import annotations

from matcher.errors import BadInput, Bilingual


class UnusableModel(BadInput):
    """A model that cannot be loaded: no such model, a damaged folder, or one that may not be."""

    code = "unusable_model"


def unusable(where: str, zh: str, en: str, cure: Bilingual | None = None) -> UnusableModel:
    """The error for a model that cannot be used."""
    otherwise = Bilingual(
        "给出完整的 sentence-transformers 模型文件夹或可下载的模型名；不给则用自带的。",
        "give a complete folder of a sentence-transformers model, or the name of one that can be "
        "downloaded; give none for what ships with the product.",
    )
    return UnusableModel(Bilingual(zh, en), cure or otherwise, where=where)
