"""Sectors that the tagger infers, beside those that a person gave: precision and recall.

    python -m bench.tagging [--freeze] [--choose]

Labels: `bench/tagging_labels.csv` (source, key, the main sector, others that are right too). The
texts stay in the shared data: CORDIS projects, titles from OpenAlex, Chinese abstracts from CSL (by
line), EU calls. A tag is right if the label admits it, `other` counted; recall asks for the main
sector. `--choose` tries the rules on a grid; the figure "out of fold" chooses on four fifths and
measures on the fifth that was left out.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import itertools
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np

from matcher.catalogue.tagging import RULES, Rules, Tagger, definition
from matcher.organisation import OTHER_SECTOR, SECTOR_SCHEME, ProfileText
from matcher.settings import REPOSITORY, Settings
from matcher.text.encoder import StaticEncoder, Vectors, default_encoder
from matcher.vocabulary import load_vocabulary

LABELS = REPOSITORY / "bench" / "tagging_labels.csv"
FROZEN = REPOSITORY / "bench" / "results" / "tagging.json"
FOLDS = 5
DRAWS = 2000
SEED = 20261123
RECALL_WEIGHT = 0.5

Tags = Mapping[str, list[str]]


@dataclass(frozen=True, slots=True)
class Label:
    """One text and the sectors that are right for it, the main one first."""

    source: str
    key: str
    right: tuple[str, ...]

    @property
    def id(self) -> str:
        return f"{self.source}:{self.key}"

    @property
    def fold(self) -> int:
        return int(sha256(self.id.encode()).hexdigest(), 16) % FOLDS


def labels() -> list[Label]:
    """Every label, in file order."""
    with LABELS.open(encoding="utf-8", newline="") as file:
        return [
            Label(
                row["source"],
                row["key"],
                (row["sector"], *(one for one in row["also"].split("|") if one)),
            )
            for row in csv.DictReader(file)
        ]


def texts(folder: Path, wanted: Sequence[Label]) -> dict[str, ProfileText]:
    """The labelled texts, from the shared data."""
    sought = {label.id for label in wanted}
    every = itertools.chain(_cordis(folder), _openalex(folder), _csl(folder), _calls(folder))
    return {identity: text for identity, text in every if identity in sought}


def _cordis(folder: Path) -> Iterator[tuple[str, ProfileText]]:
    with (folder / "cordis" / "project.csv").open(encoding="utf-8-sig", newline="") as file:
        for row in csv.DictReader(file, delimiter=";"):
            yield f"cordis:{row['id']}", ProfileText("en", row["title"], "", row["objective"])


def _openalex(folder: Path) -> Iterator[tuple[str, ProfileText]]:
    for row in _json_lines(folder / "openalex" / "works.jsonl.gz"):
        if row["title"]:
            yield f"openalex:{row['id'].rpartition('/')[2]}", ProfileText("en", row["title"])


def _csl(folder: Path) -> Iterator[tuple[str, ProfileText]]:
    lines = (folder / "text" / "csl.ts_dev.tsv").read_text("utf-8").splitlines()
    for number, line in enumerate(lines):
        _, abstract, title = line.split("\t")[:3]
        yield f"csl:{number}", ProfileText("zh", title, "", abstract)


def _calls(folder: Path) -> Iterator[tuple[str, ProfileText]]:
    for row in _json_lines(folder / "calls" / "eu_open_calls.jsonl.gz"):
        if row["description"]:
            yield f"calls:{row['topicId']}", ProfileText("en", row["title"], "", row["description"])


def _json_lines(path: Path) -> Iterator[Any]:
    with gzip.open(path, "rt", encoding="utf-8") as file:
        yield from map(json.loads, file)


class Remembering:
    """The encoder, each text encoded once: a grid asks for the same ones again and again."""

    def __init__(self, inner: StaticEncoder) -> None:
        self.name, self.dimension = inner.name, inner.dimension
        self.fingerprint = inner.fingerprint
        self._inner = inner
        self._known: dict[str, Any] = {}

    def encode(self, texts: Sequence[str], is_query: bool = False) -> Vectors:
        """As the encoder."""
        fresh = [text for text in dict.fromkeys(texts) if text not in self._known]
        if fresh:
            vectors = self._inner.encode(fresh, is_query)
            self._known.update(zip(fresh, vectors, strict=True))
        return np.stack([self._known[text] for text in texts])


def tagged(known: Mapping[str, ProfileText], encoder: Remembering, rules: Rules) -> Tags:
    """The sectors that the tagger gives each text."""
    tagger = Tagger(encoder, load_vocabulary(), rules)
    found: dict[str, list[str]] = {}
    for language in ("zh", "en"):
        own = [identity for identity, text in known.items() if text.language == language]
        tags = tagger.tags([known[identity] for identity in own], language)
        for identity, given in zip(own, tags, strict=True):
            found[identity] = [tag.code for tag in given if tag.scheme == SECTOR_SCHEME]
    return found


def measured(chosen: Sequence[Label], tags: Tags) -> dict[str, float]:
    """precision, recall, and how many texts and tags they stand on."""
    given = [(label, code) for label in chosen for code in tags[label.id]]
    right = sum(code in label.right for label, code in given)
    met = sum(label.right[0] in tags[label.id] for label in chosen)
    return {
        "texts": len(chosen),
        "tags": len(given),
        "precision": right / max(1, len(given)),
        "recall": met / max(1, len(chosen)),
    }


def interval(chosen: Sequence[Label], tags: Tags, name: str) -> tuple[float, float]:
    """95 % by bootstrap over texts."""
    chance = np.random.default_rng(SEED)
    draws = [
        measured([chosen[n] for n in chance.integers(0, len(chosen), len(chosen))], tags)[name]
        for _ in range(DRAWS)
    ]
    low, high = np.quantile(draws, (0.025, 0.975))
    return round(float(low), 3), round(float(high), 3)


def by_sector(chosen: Sequence[Label], tags: Tags) -> dict[str, dict[str, float]]:
    """Precision of each sector's tags, recall of the texts whose main sector it is."""
    found = {}
    for sector in (*load_vocabulary().sector.codes, OTHER_SECTOR):
        given = [label for label in chosen if sector in tags[label.id]]
        main = [label for label in chosen if label.right[0] == sector]
        found[sector] = {
            "tags": len(given),
            "precision": sum(sector in label.right for label in given) / max(1, len(given)),
            "texts": len(main),
            "recall": sum(sector in tags[label.id] for label in main) / max(1, len(main)),
        }
    return found


def majority(chosen: Sequence[Label]) -> dict[str, float]:
    """The baseline: everything gets the most frequent main sector."""
    mains = [label.right[0] for label in chosen]
    most = max(sorted(set(mains)), key=mains.count)
    return measured(chosen, {label.id: [most] for label in chosen})


def by_keywords(known: Mapping[str, ProfileText]) -> Tags:
    """The baseline that knows no meaning: the nearest definition by TF-IDF over characters."""
    from sklearn.feature_extraction.text import TfidfVectorizer

    vocabulary = load_vocabulary()
    terms = (*vocabulary.capability, *vocabulary.outside)
    found: dict[str, list[str]] = {}
    for language in ("zh", "en"):
        own = [identity for identity, text in known.items() if text.language == language]
        shape = (1, 3) if language == "zh" else (3, 5)
        model = TfidfVectorizer(analyzer="char_wb", ngram_range=shape, sublinear_tf=True)
        defined = model.fit_transform([definition(term, language) for term in terms])
        near = model.transform([known[identity].body for identity in own]) @ defined.T
        for identity, best in zip(own, np.asarray(near.argmax(axis=1)).ravel(), strict=True):
            term = terms[int(best)]
            inside = term.scheme == "capability"
            found[identity] = [vocabulary.sector_of(term.code) if inside else OTHER_SECTOR]
    return found


def grid() -> Iterable[Rules]:
    """The rules that `--choose` tries."""
    for nearest, subject, mentioned, services, outside, fit, gap in itertools.product(
        (1, 2, 3), (0.3, 0.5), (0.5, 1.0, 1.5), (0.5, 1.0, 1.5), (-0.2, 0.0, 0.2),
        (1.8, 2.1), (0.0, 0.1),
    ):  # fmt: skip
        yield Rules(
            nearest=nearest,
            subject=subject,
            mentioned=mentioned,
            services=services,
            outside=outside,
            sector_fit=fit,
            sector_gap=gap,
        )


def choose(chosen: Sequence[Label], known: Mapping[str, ProfileText], encoder: Remembering) -> None:
    """Print the best rules on all labels, and what choosing gives on texts it did not see."""
    tried = [(rules, tagged(known, encoder, rules)) for rules in grid()]

    def worth(tags: Tags, some: Sequence[Label]) -> float:
        figures = measured(some, tags)
        return figures["precision"] + RECALL_WEIGHT * figures["recall"]

    held_out: dict[str, list[str]] = {}
    for fold in range(FOLDS):
        rest = [label for label in chosen if label.fold != fold]
        _, tags = max(tried, key=lambda one: worth(one[1], rest))
        held_out |= {label.id: tags[label.id] for label in chosen if label.fold == fold}
    best, tags = max(tried, key=lambda one: worth(one[1], chosen))
    print("best:", asdict(best), measured(chosen, tags))
    print("out of fold:", measured(chosen, held_out))


def main() -> None:
    """Measure, print, and freeze where asked."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--freeze", action="store_true")
    parser.add_argument("--choose", action="store_true")
    options = parser.parse_args()
    folder = Settings().shared_data_folder()
    if folder is None:
        raise SystemExit("the shared data is not here: set MATCHER_SHARED_DATA")
    chosen = labels()
    known = texts(folder, chosen)
    encoder = Remembering(default_encoder())
    if options.choose:
        choose(chosen, known, encoder)
        return
    tags = tagged(known, encoder, RULES)
    sources = sorted({label.source for label in chosen})
    result = {
        "encoder": encoder.fingerprint,
        "labels": len(chosen),
        "all": measured(chosen, tags)
        | {f"{n}_interval": interval(chosen, tags, n) for n in ("precision", "recall")},
        "baseline_most_frequent": majority(chosen),
        "baseline_tfidf": measured(chosen, by_keywords(known)),
        "by_source": {s: measured([x for x in chosen if x.source == s], tags) for s in sources},
        "by_sector": by_sector(chosen, tags),
    }
    print(json.dumps(_rounded(result), ensure_ascii=False, indent=1))
    if options.freeze:
        FROZEN.write_text(json.dumps(_rounded(result), indent=1) + "\n", "utf-8")


def _rounded(value: Any) -> Any:
    if isinstance(value, float):
        return round(value, 3)
    if isinstance(value, dict):
        return {key: _rounded(one) for key, one in value.items()}
    return value


if __name__ == "__main__":
    main()
