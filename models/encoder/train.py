"""Train the bilingual encoder and fold it into `artefact/`.

    python -m models.encoder.train [--steps 4000] [--seed 20261123] [--out models/encoder/artefact]

Needs the extra `[train]` and the shared data.
Interrupted, it goes on from its last checkpoint in `models/encoder/work/` when started again with
the same options. Afterwards `python -m models.encoder.evaluate --write` prints the figures.
"""

from __future__ import annotations

import argparse
import json
import shutil
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from matcher.settings import REPOSITORY, Settings
from models.encoder.bags import TokenStore
from models.encoder.corpus import Abstract, Pair, kept_out, without
from models.encoder.fold import TokenStatistics, token_statistics, write_artefact
from models.encoder.mixture import Batches, collection, read_all
from models.encoder.tokeniser import build_tokeniser, vocabulary_pairs

HERE = Path(__file__).resolve().parent
VOCABULARY = REPOSITORY / "data" / "vocabulary"
DIMENSION = 256
BATCH = 2048
LEARNING_RATE = 0.05
INITIAL_SPREAD = 0.1
CHECKPOINTS = 5


def main() -> None:
    """Read, build the tokeniser, train, fold; each finished step is kept in the work folder."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--steps", type=int, default=4000, help="batches of 2,048 pairs")
    parser.add_argument("--seed", type=int, default=20261123)
    parser.add_argument("--out", type=Path, default=HERE / "artefact")
    parser.add_argument("--work", type=Path, default=HERE / "work")
    options = parser.parse_args()

    folder = Settings().shared_data_folder()
    if folder is None:
        parser.error("the shared data is absent: set MATCHER_SHARED_DATA to its folder")
    options.work.mkdir(parents=True, exist_ok=True)
    say = _clock()
    kept = kept_out(folder)
    sentences, terms, abstracts = read_all(folder)
    own = without(vocabulary_pairs(VOCABULARY), kept)
    say(f"read {len(sentences)} sentence pairs, {len(terms)} terms, {len(abstracts)} abstracts")

    zh, en = _by_language(sentences, abstracts)
    tokeniser_file = options.work / "tokenizer.json"
    if tokeniser_file.exists():
        tokeniser = Tokenizer.from_file(str(tokeniser_file))
    else:
        glossary = [pair.zh for pair, source in terms if source != "cc-cedict"]
        tokeniser = build_tokeniser(zh + en, [pair.zh for pair in own], glossary, kept)
        tokeniser.save(str(tokeniser_file))
    say(f"tokeniser of {tokeniser.get_vocab_size()} tokens")
    statistics = _statistics(options.work / "statistics.npz", tokeniser, zh, en)
    say("token statistics")
    del zh, en

    numbered = collection(sentences, [pair for pair, _ in terms] + own * 3, abstracts)
    del sentences, terms, abstracts
    store = TokenStore.of(options.work, tokeniser, numbered.texts)
    batches = Batches(store, numbered.sets, options.seed)
    del numbered
    say(f"{len(store.ids)} tokens; pairs {batches.sizes}")

    rows = train(
        batches, len(statistics.idf), options.steps, options.seed, options.work / "last.pt"
    )
    say("trained")
    save_folder(options.out, tokeniser)
    write_artefact(options.out, rows, statistics)
    size = sum(path.stat().st_size for path in options.out.rglob("*") if path.is_file())
    say(f"{options.out}: {size / 1e6:.1f} MB")


def train(
    batches: Batches, tokens: int, steps: int, seed: int, checkpoint: Path
) -> NDArray[np.float32]:
    """The trained rows (tokens, 256). Goes on from `checkpoint` if it is one of the same recipe
    and data."""
    import torch

    from models.encoder.objective import pooled_loss

    start = np.random.default_rng(seed).normal(0, INITIAL_SPREAD, (tokens, DIMENSION))
    table = torch.nn.Parameter(torch.from_numpy(start.astype(np.float32)))
    adam = torch.optim.Adam([table], lr=LEARNING_RATE, fused=True)
    recipe = json.dumps([seed, steps, BATCH, DIMENSION, batches.sizes])
    first = 0
    if checkpoint.exists():
        kept = torch.load(checkpoint, weights_only=True)
        if kept["recipe"] == recipe:
            first = kept["step"]
            table.data.copy_(kept["table"])
            adam.load_state_dict(kept["adam"])
    names = batches.names(steps)
    turns = _turns(names)
    say, total = _clock(), 0.0
    for step in range(first, steps):
        for group in adam.param_groups:
            group["lr"] = LEARNING_RATE * (1 - step / steps)
        loss = pooled_loss(table, *batches.pooled(names[step], turns[step], BATCH))
        total += loss.item()
        adam.zero_grad()
        loss.backward()
        adam.step()
        done = step + 1
        if done % 50 == 0:
            say(f"{done}/{steps} loss {total / 50:.3f}")
            total = 0.0
        if done % max(steps // CHECKPOINTS, 1) == 0 and done < steps:
            kept = {"recipe": recipe, "step": done, "table": table.data, "adam": adam.state_dict()}
            torch.save(kept, checkpoint.with_suffix(".new"))
            checkpoint.with_suffix(".new").replace(checkpoint)
    rows: NDArray[np.float32] = table.detach().numpy().astype(np.float32)
    return rows


def save_folder(out: Path, tokeniser: Tokenizer) -> None:
    """A sentence-transformers model folder around `tokeniser`, its table still empty."""
    import torch
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import Normalize, StaticEmbedding

    shutil.rmtree(out, ignore_errors=True)
    table = StaticEmbedding(tokeniser, embedding_weights=torch.zeros(1, DIMENSION))
    SentenceTransformer(modules=[table, Normalize()], device="cpu").save(
        str(out), create_model_card=False
    )


def _turns(names: Sequence[str]) -> list[int]:
    """Of each step, how many before it had its set."""
    seen: dict[str, int] = {}
    turns = []
    for name in names:
        turns.append(seen.get(name, 0))
        seen[name] = turns[-1] + 1
    return turns


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
