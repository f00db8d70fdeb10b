"""Train the bilingual encoder with sentence-transformers and fold it into `artefact/`.

    python -m models.encoder.train [--scale 1.1] [--seed 20261123] [--out models/encoder/artefact]

Needs the extra `[train]` and the shared data.
Interrupted, it goes on from its last checkpoint in `models/encoder/work/` when started again with
the same options. Afterwards `python -m models.encoder.evaluate --write` prints the figures.
"""

from __future__ import annotations

import argparse
import json
import shutil
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from matcher.settings import REPOSITORY, Settings
from models.encoder.corpus import Abstract, Pair
from models.encoder.fold import TokenStatistics, token_statistics, write_artefact
from models.encoder.mixture import TextPair, mixture, read_all
from models.encoder.tokeniser import build_tokeniser, vocabulary_pairs

HERE = Path(__file__).resolve().parent
VOCABULARY = REPOSITORY / "data" / "vocabulary"
DIMENSION = 256
MATRYOSHKA = {256: 1.0, 128: 0.5, 64: 0.25}
BATCH = 2048
LEARNING_RATE = 0.05
TEMPERATURE_SCALE = 20.0
INITIAL_SPREAD = 0.1
CHECKPOINTS = 5


def main() -> None:
    """Read, build the tokeniser, train, fold; each finished step is kept in the work folder."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--scale", type=float, default=1.1, help="passes over the sentence pairs")
    parser.add_argument("--seed", type=int, default=20261123)
    parser.add_argument("--out", type=Path, default=HERE / "artefact")
    parser.add_argument("--work", type=Path, default=HERE / "work")
    options = parser.parse_args()

    folder = Settings().shared_data_folder()
    if folder is None:
        parser.error("the shared data is absent: set MATCHER_SHARED_DATA to its folder")
    options.work.mkdir(parents=True, exist_ok=True)
    say = _clock()
    sentences, terms, abstracts = read_all(folder)
    own = vocabulary_pairs(VOCABULARY)
    say(f"read {len(sentences)} sentence pairs, {len(terms)} terms, {len(abstracts)} abstracts")

    zh, en = _by_language(sentences, abstracts)
    tokeniser_file = options.work / "tokenizer.json"
    if tokeniser_file.exists():
        tokeniser = Tokenizer.from_file(str(tokeniser_file))
    else:
        glossary = [pair.zh for pair, source in terms if source != "cc-cedict"]
        tokeniser = build_tokeniser(zh + en, [pair.zh for pair in own], glossary)
        tokeniser.save(str(tokeniser_file))
    say(f"tokeniser of {tokeniser.get_vocab_size()} tokens")
    statistics = _statistics(options.work / "statistics.npz", tokeniser, zh, en)
    say("token statistics")
    del zh, en

    pairs = [pair for pair, _ in terms] + own * 3
    sets = mixture(sentences, pairs, abstracts, options.seed, options.scale)
    del sentences, terms, abstracts
    sizes = {name: len(found) for name, found in sets.items()}
    say(f"training pairs {sum(sizes.values())}: {sizes}")

    recipe = {"seed": options.seed, "scale": options.scale, "batch": BATCH, "sets": sizes}
    stamp = options.work / "recipe.json"
    resume = stamp.exists() and json.loads(stamp.read_text(encoding="utf-8")) == recipe
    if not resume:
        shutil.rmtree(options.work / "checkpoints", ignore_errors=True)
        stamp.write_text(json.dumps(recipe), encoding="utf-8")
    rows = train(tokeniser, sets, options.work / "checkpoints", options.out, options.seed, resume)
    say("trained")
    write_artefact(options.out, rows, statistics)
    size = sum(path.stat().st_size for path in options.out.rglob("*") if path.is_file())
    say(f"{options.out}: {size / 1e6:.1f} MB")


def train(
    tokeniser: Tokenizer,
    sets: dict[str, list[TextPair]],
    checkpoints: Path,
    out: Path,
    seed: int,
    resume: bool,
) -> NDArray[np.float32]:
    """The trained rows (vocabulary, 256); the model folder is saved to `out`, not yet folded."""
    import torch
    from datasets import Dataset, DatasetDict
    from sentence_transformers import (
        SentenceTransformer,
        SentenceTransformerTrainer,
        SentenceTransformerTrainingArguments,
    )
    from sentence_transformers.sentence_transformer.losses import (
        MatryoshkaLoss,
        MultipleNegativesRankingLoss,
    )
    from sentence_transformers.sentence_transformer.modules import Normalize, StaticEmbedding
    from transformers.trainer_utils import get_last_checkpoint

    start = np.random.default_rng(seed).normal(
        0, INITIAL_SPREAD, (tokeniser.get_vocab_size(), DIMENSION)
    )
    table = StaticEmbedding(tokeniser, embedding_weights=start.astype(np.float32))
    model = SentenceTransformer(modules=[table], device="cpu")
    loss = MatryoshkaLoss(
        model,
        MultipleNegativesRankingLoss(
            model,
            scale=TEMPERATURE_SCALE,
            directions=("query_to_doc", "doc_to_query"),
            partition_mode="per_direction",
        ),
        matryoshka_dims=list(MATRYOSHKA),
        matryoshka_weights=list(MATRYOSHKA.values()),
    )
    data = DatasetDict(
        {
            name: Dataset.from_dict(
                {"anchor": [one for one, _ in pairs], "positive": [other for _, other in pairs]}
            )
            for name, pairs in sets.items()
        }
    )
    steps = sum(len(pairs) // BATCH for pairs in sets.values())
    arguments = SentenceTransformerTrainingArguments(
        output_dir=str(checkpoints),
        num_train_epochs=1,
        per_device_train_batch_size=BATCH,
        learning_rate=LEARNING_RATE,
        lr_scheduler_type="linear",
        weight_decay=0.0,
        max_grad_norm=0.0,
        multi_dataset_batch_sampler="proportional",
        dataloader_drop_last=True,
        save_steps=max(steps // CHECKPOINTS, 1),
        save_total_limit=1,
        logging_steps=50,
        seed=seed,
        data_seed=seed,
        report_to="none",
        use_cpu=True,
    )
    trainer = SentenceTransformerTrainer(model=model, args=arguments, train_dataset=data, loss=loss)
    last = get_last_checkpoint(str(checkpoints)) if resume and checkpoints.exists() else None
    trainer.train(resume_from_checkpoint=last)

    rows: NDArray[np.float32] = table.embedding.weight.detach().numpy().astype(np.float32)
    shutil.rmtree(out, ignore_errors=True)
    SentenceTransformer(
        modules=[
            StaticEmbedding(tokeniser, embedding_weights=torch.zeros(1, DIMENSION)),
            Normalize(),
        ],
        device="cpu",
    ).save(str(out), create_model_card=False)
    return rows


def _by_language(sentences: list[Pair], abstracts: list[Abstract]) -> tuple[list[str], list[str]]:
    """All distinct training texts in Chinese, and all in English."""
    zh = dict.fromkeys(p.zh for p in sentences)
    en = dict.fromkeys(p.en for p in sentences)
    for a in abstracts:
        zh.update(dict.fromkeys(t for t in (a.title_zh, a.abstract_zh, a.gist_zh) if t))
        en.update(dict.fromkeys(t for t in (a.title_en, a.abstract_en) if t))
    return list(zh), list(en)


def _statistics(file: Path, tokeniser: Tokenizer, zh: list[str], en: list[str]) -> TokenStatistics:
    if not file.exists():
        found = token_statistics(tokeniser, (zh, en))
        np.savez(file, frequency=found.frequency, idf=found.idf)
    with np.load(file) as kept:
        return TokenStatistics(kept["frequency"], kept["idf"])


def _clock() -> Callable[[str], None]:
    start = time.monotonic()

    def say(what: str) -> None:
        print(f"{time.monotonic() - start:7.1f} s  {what}", flush=True)

    return say


if __name__ == "__main__":
    main()
