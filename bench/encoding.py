"""`make bench-encoding`: how fast the shipped encoder reads, beside model2vec on the same table.

Every figure comes from a process of its own with one thread. Speed is counted in texts of about a
hundred words a CPU-second, since a shared machine's clock says more of its neighbours; what counts
is the ratio to model2vec, taken in turns in one process.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from importlib.util import find_spec
from typing import Any

from matcher.shipped import REPOSITORY, shipped

WORDS = 100
SIGNS_A_WORD = 1.7
"""Han characters that a Chinese word has on average."""
TEXTS = 1000
TURNS = 9
ALONE = 500
"""Texts encoded one by one."""
ONE_THREAD = {
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "TOKENIZERS_PARALLELISM": "false",
}
GOALS = {
    "ratio to model2vec": (">=", 0.95),
    "two processes, by CPU-seconds": (">=", 1.8),
    "one text, ms": ("<=", 0.4),
    "resident, MB": ("<=", 80.0),
    "on disk, MB": ("<=", 25.0),
}


def texts_of_a_hundred_words() -> list[str]:
    """Definitions of the capability vocabulary, strung together to a hundred words a text, Chinese
    and English in turns."""
    from matcher.vocabulary import load_vocabulary

    made: dict[str, list[str]] = {"zh": [], "en": []}
    for language, texts in made.items():
        gathered, words = "", 0.0
        for term in load_vocabulary().capability:
            text = term.definition_zh if language == "zh" else f"{term.definition_en} "
            gathered += text
            words += len(text) / SIGNS_A_WORD if language == "zh" else len(text.split())
            if words >= WORDS:
                texts.append(gathered)
                gathered, words = "", 0.0
    pairs = list(zip(*made.values(), strict=False))
    texts = [text for pair in pairs for text in pair]
    return (texts * (TEXTS // len(texts) + 1))[:TEXTS]


def in_turns() -> dict[str, float]:
    """Texts a CPU-second, ours and model2vec's, and the ratio turn by turn."""
    import numpy as np

    from matcher.text.encoder import TABLE_FILE, TOKENISER_FILE, default_encoder

    texts, encoder = texts_of_a_hundred_words(), default_encoder()
    runs: dict[str, Callable[[], Any]] = {"ours": lambda: encoder.encode(texts)}
    if find_spec("model2vec"):
        from model2vec import StaticModel
        from safetensors.numpy import load_file
        from tokenizers import Tokenizer

        folder = shipped("models/encoder/artefact")
        table = load_file(folder / TABLE_FILE)
        rows = table["embeddings"].astype(np.float32) * table["weights"][:, None]
        tokeniser = Tokenizer.from_file(str(folder / TOKENISER_FILE))
        theirs = StaticModel(rows, tokeniser, normalize=True)
        runs["model2vec"] = lambda: theirs.encode(texts, max_length=None)
        apart = float(np.abs(runs["ours"]() - runs["model2vec"]()).max())
        if apart > 1e-4:
            raise SystemExit(f"model2vec reads another table than we do: {apart}")
    spent: dict[str, list[float]] = {name: [] for name in runs}
    for _ in range(TURNS):
        for name, run in runs.items():
            begun = time.process_time()
            run()
            spent[name].append(time.process_time() - begun)
    found = {
        f"{name}, texts a CPU-second": len(texts) / statistics.median(seconds)
        for name, seconds in spent.items()
    }
    if "model2vec" in spent:
        ratios = [b / a for a, b in zip(spent["ours"], spent["model2vec"], strict=True)]
        found["ratio to model2vec"] = statistics.median(ratios)
    return found


def one_by_one() -> dict[str, float]:
    """Milliseconds from text to vector in a warm process: of each text the fastest of some runs,
    since a neighbour can only slow it down, and of these the median."""
    from matcher.text.encoder import default_encoder

    encoder, fastest = default_encoder(), []
    for text in texts_of_a_hundred_words()[:ALONE]:
        spent = []
        for _ in range(TURNS):
            begun = time.perf_counter()
            encoder.encode([text])
            spent.append(time.perf_counter() - begun)
        fastest.append(min(spent))
    return {"one text, ms": 1000 * statistics.median(fastest)}


def at_a_sign() -> dict[str, float]:
    """Encodes when a line comes in: CPU-seconds and seconds."""
    from matcher.text.encoder import default_encoder

    texts, encoder = texts_of_a_hundred_words(), default_encoder()
    encoder.encode(texts)
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    sys.stdin.readline()
    wall, cpu = time.perf_counter(), time.process_time()
    for _ in range(TURNS):
        encoder.encode(texts)
    return {"cpu": time.process_time() - cpu, "wall": time.perf_counter() - wall}


NOTHING_ELSE = """
import time
begun = time.perf_counter()
from matcher.text.encoder import default_encoder
imported = time.perf_counter()
encoder = default_encoder()
encoder.encode(["carbon dioxide capture", "\u4e8c\u6c27\u5316\u78b3\u6355\u96c6"])
ready = time.perf_counter()
def resident():
    return int(open("/proc/self/statm").read().split()[1])
first = resident()
import json, sys
encoder.encode(json.loads(sys.stdin.readline()))
print(json.dumps([imported - begun, ready - imported, first, resident()]))
"""


def nothing_else() -> dict[str, float]:
    """Start-up and memory of a process that only encodes. Resident are also the pages of mapped
    files and libraries; megabytes are a million bytes."""
    done = subprocess.run(
        [sys.executable, "-c", NOTHING_ELSE],
        input=json.dumps(texts_of_a_hundred_words()) + "\n",
        env={**os.environ, **ONE_THREAD},
        capture_output=True, text=True, check=True, cwd=REPOSITORY,
    )  # fmt: skip
    imported, ready, first, later = json.loads(done.stdout)
    page = os.sysconf("SC_PAGESIZE") / 1e6
    return {
        "import, s": imported,
        "load and first text, s": ready,
        "resident, MB": first * page,
        f"resident after {TEXTS:,} texts, MB": later * page,
    }


PARTS: dict[str, Callable[[], dict[str, float]]] = {
    part.__name__: part for part in (in_turns, one_by_one, at_a_sign)
}


def started(part: str) -> subprocess.Popen[str]:
    """A process of its own that measures one part and writes it as JSON."""
    return subprocess.Popen(
        [sys.executable, "-m", "bench.encoding", "--part", part],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=REPOSITORY,
        env={**os.environ, **ONE_THREAD},
    )  # fmt: skip


def result(process: subprocess.Popen[str], sign: str = "") -> dict[str, float]:
    """What a process found; its failure stops the bench."""
    out, _ = process.communicate(sign)
    if process.returncode:
        raise SystemExit(f"bench.encoding: a part failed ({process.returncode})")
    found: dict[str, float] = json.loads(out.splitlines()[-1])
    return found


def side_by_side(count: int) -> list[dict[str, float]]:
    """`count` processes that encode the same at the same time."""
    processes = [started("at_a_sign") for _ in range(count)]
    for process in processes:
        assert process.stdout
        process.stdout.readline()
    for process in processes:
        assert process.stdin
        process.stdin.write("\n")
        process.stdin.flush()
    return [result(process) for process in processes]


def two_processes() -> dict[str, float]:
    """How much more two processes do than one: by the clock, which needs two free cores, and by
    CPU-seconds, which says what they take from each other."""
    clock, cpu = [], []
    for _ in range(3):
        (single,), pair = side_by_side(1), side_by_side(2)
        clock.append(2 * single["wall"] / max(one["wall"] for one in pair))
        cpu.append(2 * single["cpu"] / statistics.mean(one["cpu"] for one in pair))
    return {
        "two processes, by CPU-seconds": statistics.median(cpu),
        "two processes, by the clock": statistics.median(clock),
    }


def measure() -> dict[str, float]:
    """Every figure by name; those of model2vec are absent where it is not installed."""
    found = result(started("in_turns")) | two_processes()
    found |= result(started("one_by_one")) | nothing_else()
    folder = shipped("models/encoder/artefact")
    size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    return found | {"on disk, MB": size / 1e6}


def main(arguments: list[str] | None = None) -> int:
    """Measure and print, each figure beside its goal."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--part", choices=PARTS, help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if options.part:
        print(json.dumps(PARTS[options.part]()))
        return 0
    found = measure()
    for name, value in found.items():
        sign, goal = GOALS.get(name, ("", 0.0))
        reached = value >= goal if sign == ">=" else value <= goal
        beside = f"  goal {sign} {goal:g}: {'reached' if reached else 'MISSED'}" if sign else ""
        print(f"{name:<36}{value:>10,.2f}{beside}")
    if "ratio to model2vec" not in found:
        print("model2vec is not installed, so nothing stands beside our speed: make setup")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
