"""Writes the generated pages: features.md, the list of files in architecture.md, the figures in
catalogue.md.

    python -m docs.generate

A test compares the pages with what this gives, so that they never tell of something else than the
code. Features come from `matcher/matching/features.py`, curves from `models/ranker/ranker.json`,
the list of files from the first sentence of each file, figures from `bench/results/`.
"""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from matcher.matching.features import BLOCKS, FEATURES, RERANK, Feature
from matcher.matching.ranker import Block, Curve, Ranker, shipped_ranker
from matcher.settings import REPOSITORY

HERE = Path(__file__).resolve().parent
FOLDERS = ("matcher", "api", "models", "bench", "data", "docs")
BEGIN, END = "<!-- files: begin -->", "<!-- files: end -->"
BLOCK_NAMES = {
    Block.FIT: "Fit 契合: what the profiles say",
    Block.TRACK_RECORD: "Track record 往绩: size and history",
}


def features_page() -> str:
    """docs/features.md, whole."""
    ranker = shipped_ranker(tuple(BLOCKS.items()))
    curves = {curve.feature: curve for curve in ranker.curves}
    parts = [
        "# Features\n\n"
        "Made by `make docs` from `matcher/matching/features.py` and "
        "`models/ranker/ranker.json`; not written by hand.\n\n"
        f"Ranker `{ranker.name}`: score = {ranker.prior:g} (prior) + the contributions below, in "
        "log-odds. Between two values of a curve the contribution is interpolated, beyond them it "
        "stays at the last one. *Missing* is a state of its own, never a zero.\n"
    ]
    for block, title in BLOCK_NAMES.items():
        parts.append(f"\n## {title}\n\n{_span(ranker, block)}\n")
        parts += [_section(f, curves[f.name]) for f in FEATURES if f.block is block]
    joined = shipped_ranker(((RERANK.name, RERANK.block),), "rerank.json")
    parts.append(
        "\n## Only with a re-ranker 仅在指定重排模型时\n\n"
        f"Part of the fit where `--rerank` or `MATCHER_RERANK` names one; its curve, "
        f"`{joined.name}`, is `models/ranker/rerank.json`.\n"
    )
    parts.append(_section(RERANK, joined.curves[0]))
    return "".join(parts)


def _span(ranker: Ranker, block: Block) -> str:
    """How much a whole block can take or give."""
    curves = ranker.of(block)
    least = sum(min((*c.contributions, c.missing)) for c in curves)
    most = sum(max((*c.contributions, c.missing)) for c in curves)
    return f"Together between {least:+.2f} and {most:+.2f}."


def _section(feature: Feature, curve: Curve) -> str:
    what = " ".join((feature.compute.__doc__ or "").split())
    values = " | ".join(f"{value:g}" for value in curve.values)
    added = " | ".join(f"{added:+.2f}" for added in curve.contributions)
    rule = " --- |" * (len(curve.values) + 2)
    return (
        f"\n### `{feature.name}`\n\n{what}\n\n"
        f"| {feature.unit} | {values} | missing |\n|{rule}\n"
        f"| adds | {added} | {curve.missing:+.2f} |\n\n"
        f"The curve is {curve.source}. Where there is no value: {feature.missing.zh} "
        f"{feature.missing.en}\n"
    )


def files_list() -> str:
    """One line a file: its first sentence, by folder."""
    lines: list[str] = []
    folder = ""
    for path, sentence in _first_sentences():
        parent, _, name = path.rpartition("/")
        if parent != folder:
            lines.append(f"\n**`{parent}/`**\n")
            folder = parent
        lines.append(f"- [`{name}`](../{path}) {sentence}")
    return "\n".join(lines).lstrip("\n")


def _first_sentences() -> Iterator[tuple[str, str]]:
    paths = [p for folder in FOLDERS for p in (REPOSITORY / folder).rglob("*.py")]
    for path in sorted(paths, key=lambda p: (p.parent.as_posix(), p.name)):
        said = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
        if said:
            first = re.split(r"(?<=\.)\s", " ".join(said.split()), maxsplit=1)[0]
            yield path.relative_to(REPOSITORY).as_posix(), first


def with_files(page: str) -> str:
    """The page with the list of files between its two marks."""
    before, rest = page.split(BEGIN)
    return f"{before}{BEGIN}\n{files_list()}\n{END}{rest.split(END)[1]}"


def with_figures(page: str) -> str:
    """docs/catalogue.md with the frozen figures of tagging and imports between their marks."""
    for mark, table in (("tagging", tagging_table()), ("imports", imports_table())):
        begin, end = f"<!-- {mark}: begin -->", f"<!-- {mark}: end -->"
        before, rest = page.split(begin)
        page = f"{before}{begin}\n{table}\n{end}{rest.split(end)[1]}"
    return page


def tagging_table() -> str:
    """Precision and recall a sector, and all together beside the baselines."""
    result = _frozen("tagging")
    lines = ["| sector | tags | precision | texts | recall |", "| --- | --- | --- | --- | --- |"]
    lines += [
        f"| {name} | {found['tags']} | {found['precision']:.2f} | {found['texts']} "
        f"| {found['recall']:.2f} |"
        for name, found in result["by_sector"].items()
    ]
    every = result["all"]
    spans = [f"[{low:.2f}, {high:.2f}]" for low, high in
             (every["precision_interval"], every["recall_interval"])]  # fmt: skip
    lines.append(
        f"| **all** | {every['tags']} | **{every['precision']:.3f}** {spans[0]} "
        f"| {every['texts']} | **{every['recall']:.3f}** {spans[1]} |"
    )
    for title, name in (("nearest definition by TF-IDF", "baseline_tfidf"),
                        ("always the most frequent", "baseline_most_frequent")):  # fmt: skip
        found = result[name]
        lines.append(
            f"| *{title}* | {found['tags']} | {found['precision']:.3f} | {found['texts']} "
            f"| {found['recall']:.3f} |"
        )
    return "\n".join(lines)


def imports_table() -> str:
    """What the real files became, and how fast."""
    result = _frozen("imports")
    names = ("cordis", "ror", "openalex", "all")
    every = result["all"]

    def row(title: str, *values: object) -> str:
        return f"| {title} | {' | '.join(map(str, values))} |"

    def each(*path: str) -> list[str]:
        found = []
        for name in names:
            value = result[name]
            for step in path:
                value = value[step]
            found.append(f"{value:,}")
        return found

    lines = [row("", *names), row("---", *["---"] * len(names))]
    lines += [
        row("records", *each("records")),
        row("added · said again · rejected", *[
            f"{result[n]['added']:,} · {result[n]['unchanged']} · {result[n]['rejected']}"
            for n in names
        ]),
        row("organisations", *each("shape", "organisations")),
        row("in Beijing · abroad · neither", *[
            " · ".join(f"{result[n]['shape'][s]:,}" for s in ("beijing", "foreign", "none"))
            for n in names
        ]),
        row("profiles", *each("profiles")),
        row("texts", *each("texts")),
        row("cooperations", *each("cooperations")),
        row("records a second", *each("per_second")),
        row("the same again, seconds of", *[
            f"{result[n]['again_seconds']} of {result[n]['seconds']}" for n in names
        ]),
        row("*cutting into records alone, a second*", *each("baseline_per_second")),
    ]  # fmt: skip
    rules = ", ".join(f"{rule} {count:,}" for rule, count in every["joins_by_rule"].items())
    return "\n".join(lines) + (
        f"\n\nTogether {every['appearances']:,} appearances are {every['organisations']:,} "
        f"organisations; joins by rule: {rules}; {every['review']} pairs wait for a person; "
        f"{every['inactive']} organisations are inactive. Tags took {every['tags_seconds']} s, the "
        f"snapshot {every['snapshot_seconds']} s."
    )


def _frozen(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(
        (REPOSITORY / "bench" / "results" / f"{name}.json").read_text(encoding="utf-8")
    )
    return found


def main() -> None:
    """Write the pages."""
    (HERE / "features.md").write_text(features_page(), encoding="utf-8")
    architecture = HERE / "architecture.md"
    architecture.write_text(with_files(architecture.read_text(encoding="utf-8")), encoding="utf-8")
    catalogue = HERE / "catalogue.md"
    catalogue.write_text(with_figures(catalogue.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main()
