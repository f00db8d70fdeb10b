"""Writes the generated pages: features.md, and the list of files in architecture.md.

    python -m docs.generate

A test compares the pages with what this gives, so that they never tell of something else than the
code. Features come from `matcher/matching/features.py`, curves from `models/ranker/ranker.json`,
the list of files from the first sentence of each file.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from matcher.matching.features import BLOCKS, FEATURES, Feature
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


def main() -> None:
    """Write both pages."""
    (HERE / "features.md").write_text(features_page(), encoding="utf-8")
    architecture = HERE / "architecture.md"
    architecture.write_text(with_files(architecture.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main()
