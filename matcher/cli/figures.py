"""The verb that counts: a home's figures beside the published ones."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import typer

from .options import Home, Json, Language, home_folder, read_settings, reader_language

if TYPE_CHECKING:
    from matcher.insight.figures import Value
    from matcher.insight.published import Comparison, Figure
    from matcher.vocabulary import Vocabulary

    from .output import Speaker


def figures(home: Home = None, json: Json = False, language: Language = None) -> None:
    """与论文公布的数字逐项对照 This home's figures beside the published ones, one by one."""
    from matcher.catalogue.store import Catalogue
    from matcher.insight.published import compare
    from matcher.vocabulary import load_vocabulary

    from .output import Speaker, write_json

    settings = read_settings()
    spoken, vocabulary = reader_language(language, settings), load_vocabulary()
    with Catalogue.open(home_folder(home, settings)) as catalogue:
        comparison = compare(catalogue.organisations(), catalogue.cooperations(), vocabulary)
    if json:
        write_json(document(comparison))
    else:
        show(comparison, Speaker(spoken, vocabulary))


def document(comparison: Comparison) -> dict[str, Any]:
    """The comparison as `docs/schema/figures.json` describes it."""
    from matcher.insight.published import CAUTION, SOURCE

    return {
        "published_in": SOURCE,
        "fictional": comparison.fictional,
        "caution": {"zh": CAUTION.zh, "en": CAUTION.en} if comparison.fictional else None,
        "figures": [
            {
                "id": finding.figure.id,
                "section": finding.figure.section,
                "mark": finding.figure.mark,
                "label": {"zh": finding.figure.label.zh, "en": finding.figure.label.en},
                "reading": finding.figure.reading,
                "unit": finding.figure.unit,
                "published": {
                    key: value
                    for key in ("value", "above", "below", "about", "within")
                    if (value := getattr(finding.figure, key)) is not None
                    and (key != "within" or finding.figure.about is not None)
                },
                "found": finding.found,
                "agrees": finding.agrees,
            }
            for finding in comparison.findings
        ],
    }


def show(comparison: Comparison, say: Speaker) -> None:
    """Figure by figure: section, what is counted, published, found, whether they agree."""
    from rich.console import Console
    from rich.table import Table

    from matcher.insight.published import CAUTION, SOURCE

    table = Table(box=None)
    for zh, en in (("节", "§"), ("统计项", "figure"), ("论文", "published"), ("本库", "found")):
        table.add_column(say.word(zh, en), overflow="fold")
    table.add_column()
    for finding in comparison.findings:
        table.add_row(
            finding.figure.section,
            finding.figure.label.in_language(say.language),
            published(finding.figure, say),
            amount(finding.found, finding.figure, say),
            "✓" if finding.agrees else "✗",
        )
    Console().print(table)
    agreeing = sum(finding.agrees for finding in comparison.findings)
    say(
        f"{len(comparison.findings)} 项中 {agreeing} 项与《{SOURCE}》相符。",
        f"{agreeing} of {len(comparison.findings)} agree with {SOURCE}.",
    )
    if comparison.fictional:
        typer.echo(CAUTION.in_language(say.language))


def published(figure: Figure, say: Speaker) -> str:
    """What the paper prints, with the bound's sign where it is one."""
    for sign, bound in (("> ", figure.above), ("< ", figure.below), ("≈ ", figure.about)):
        if bound is not None:
            return sign + amount(bound, figure, say)
    return amount(figure.value, figure, say)


def amount(value: Value, figure: Figure, say: Speaker) -> str:
    """A number with its unit, or names of codes; a dash for what is not known."""
    from matcher.insight.published import UNITS

    if value is None:
        return "–"
    if isinstance(value, tuple):
        groups = (" = ".join(name(c, say) for c in codes.split("=")) for codes in value)
        return say.word("、", ", ").join(groups) or say.word("无", "none")
    number = (
        f"{value:.{2 if figure.unit == 'times' else 1}f}"
        if isinstance(value, float)
        else str(value)
    )
    unit = UNITS[figure.unit].in_language(say.language) if figure.unit else ""
    return say.word(f"第 {number} 位", number) if figure.unit == "place" else f"{number} {unit}"


def name(code: str, say: Speaker) -> str:
    """A sector's, country's, mode's or region's name; no code stands in two of them."""
    vocabulary: Vocabulary = say.vocabulary
    for scheme in (vocabulary.sector_other, vocabulary.country, vocabulary.cooperation_mode,
                   vocabulary.region):  # fmt: skip
        if code in scheme:
            return say.word(scheme.get(code).zh, scheme.get(code).en)
    return code
