"""Small real models, made on the spot: two layers of 32 dimensions with random weights, saved as
sentence-transformers saves any model, so that what loads them loads the large ones too."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

DIMENSION = 32
WORDS = (
    "query passage question document perovskite solar cell module encapsulation battery cathode "
    "lithium gene therapy tumour antibody lidar perception heat pump carbon dioxide capture "
    "membrane water treatment steel robot grasping chip lithography of for and the in with : , ."
)
_LAYERS = {"num_hidden_layers": 2, "num_attention_heads": 4, "intermediate_size": 64}


def a_bert(folder: Path, prompts: Mapping[str, str] | None = None) -> Path:
    """A BERT with mean pooling, as e5 has them; `prompts` go into its configuration."""
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import Normalize, Pooling

    transformer = _saved_transformer(folder.with_name(f"{folder.name}-inner"), "bert")
    pooling = Pooling(DIMENSION, pooling_mode="mean")
    SentenceTransformer(
        modules=[transformer, pooling, Normalize()], prompts=dict(prompts or {}), device="cpu"
    ).save(str(folder), create_model_card=False)
    if prompts is None:
        forget_prompts(folder)
    return folder


def an_xlm_r(folder: Path) -> Path:
    """An XLM-R that pools by its first token, as bge-m3 does."""
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import Normalize, Pooling

    transformer = _saved_transformer(folder.with_name(f"{folder.name}-inner"), "xlm-r")
    pooling = Pooling(DIMENSION, pooling_mode="cls")
    SentenceTransformer(modules=[transformer, pooling, Normalize()], device="cpu").save(
        str(folder), create_model_card=False
    )
    return folder


def a_cross_encoder(folder: Path, labels: int = 1, activation: str | None = None) -> Path:
    """A BERT that reads two texts and gives `labels` numbers, as published ones are laid out;
    `activation` is the class its configuration names, if any."""
    import torch
    from transformers import BertConfig, BertForSequenceClassification

    torch.manual_seed(3)
    tokeniser = _tokeniser("bert")
    config = BertConfig(
        vocab_size=len(tokeniser),
        hidden_size=DIMENSION,
        max_position_embeddings=64,
        num_labels=labels,
        initializer_range=0.5,
        **_LAYERS,
    )
    model = BertForSequenceClassification(config)
    model.save_pretrained(folder)
    tokeniser.save_pretrained(folder)
    if activation:
        change_json(folder / "config.json", sentence_transformers={"activation_fn": activation})
    return folder


def forget_prompts(folder: Path) -> None:
    """Leave a model without prompts in its configuration, as older ones were published."""
    change_json(folder / "config_sentence_transformers.json", prompts={})


def change_json(path: Path, **values: Any) -> None:
    """Set values at the top of a JSON file."""
    path.write_text(json.dumps({**json.loads(path.read_text("utf-8")), **values}), "utf-8")


def _saved_transformer(folder: Path, kind: str) -> Any:
    """The inner model, with everything random but the seed."""
    import torch
    from sentence_transformers.base.modules import Transformer
    from transformers import BertConfig, BertModel, XLMRobertaConfig, XLMRobertaModel

    torch.manual_seed(2)
    tokeniser = _tokeniser(kind)
    shape = {"vocab_size": len(tokeniser), "hidden_size": DIMENSION, "initializer_range": 0.5}
    model: Any
    if kind == "bert":
        model = BertModel(BertConfig(max_position_embeddings=64, **shape, **_LAYERS))
    else:
        model = XLMRobertaModel(
            XLMRobertaConfig(
                max_position_embeddings=66,
                type_vocab_size=1,
                pad_token_id=tokeniser.pad_token_id,
                **shape,
                **_LAYERS,
            )
        )
    model.save_pretrained(folder)
    tokeniser.save_pretrained(folder)
    return Transformer(str(folder), max_seq_length=48)


def _tokeniser(kind: str) -> Any:
    """A tokeniser of some hundred tokens: whole words, letters, and the commonest Han characters
    of the capability vocabulary."""
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors
    from transformers import PreTrainedTokenizerFast

    special = ["<s>", "<pad>", "</s>", "<unk>", "<mask>"]
    if kind == "bert":
        special = ["[CLS]", "[PAD]", "[SEP]", "[UNK]", "[MASK]"]
    letters = "abcdefghijklmnopqrstuvwxyz0123456789"
    pieces = [
        *special,
        *WORDS.split(),
        *letters,
        *(f"##{letter}" for letter in letters),
        *_common_han(),
    ]
    vocabulary = {piece: number for number, piece in enumerate(dict.fromkeys(pieces))}
    inner = Tokenizer(models.WordPiece(vocabulary, unk_token=special[3]))
    inner.normalizer = normalizers.BertNormalizer(lowercase=True)
    inner.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    first, last = special[0], special[2]
    inner.post_processor = processors.TemplateProcessing(
        single=f"{first} $A {last}",
        pair=f"{first} $A {last} $B:1 {last}:1"
        if kind == "bert"
        else f"{first} $A {last} $B {last}",
        special_tokens=[(first, vocabulary[first]), (last, vocabulary[last])],
    )
    return PreTrainedTokenizerFast(
        tokenizer_object=inner,
        cls_token=first,
        bos_token=first,
        pad_token=special[1],
        sep_token=last,
        eos_token=last,
        unk_token=special[3],
        mask_token=special[4],
        model_max_length=48,
        model_input_names=["input_ids", "attention_mask"]
        + (["token_type_ids"] if kind == "bert" else []),
    )


def _common_han() -> list[str]:
    from collections import Counter

    from matcher.vocabulary import load_vocabulary

    text = "".join(term.zh + term.definition_zh for term in load_vocabulary().capability)
    han = Counter(sign for sign in text if "\u4e00" <= sign <= "\u9fff")
    return [sign for sign, _ in han.most_common(300)]
