"""The figures that a survey published, and whether a catalogue's own agree with them.

They come from `data/published_figures.yaml`. Where a registry is fictional its generator was
given them, so that agreement says nothing: `CAUTION` goes wherever such a comparison is shown.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from matcher.errors import Bilingual
from matcher.organisation import Cooperation, Organisation
from matcher.settings import shipped
from matcher.vocabulary import Vocabulary

from .figures import Survey, Value
from .measures import MEASURES

SOURCE = "中国科技资源导刊 2023 (6)"

CAUTION = Bilingual(
    "本登记册为虚构，其生成程序以论文公布的数字为配额：与之相符是生成程序的性质，不是证据。",
    "this registry is fictional and its generator was given the published figures as quotas: that "
    "they agree is a property of the generator, not evidence.",
)

UNITS: dict[str, Bilingual] = {
    "bodies": Bilingual("家", "bodies"),
    "districts": Bilingual("个区", "districts"),
    "percent": Bilingual("%", "%"),
    "countries": Bilingual("个国家/地区", "countries/regions"),
    "regions": Bilingual("个大洲", "regions"),
    "links": Bilingual("次", "cooperations"),
    "place": Bilingual("名次", "place"),
    "times": Bilingual("倍", "times"),
    "sectors": Bilingual("个领域", "sectors"),
}


@dataclass(frozen=True, slots=True)
class Figure:
    """One published figure; exactly one of value, above, below and about is given."""

    id: str
    section: str
    mark: str
    """exact, bound or order."""
    label: Bilingual
    """What is counted."""
    measure: str
    of: tuple[str, ...] = ()
    unit: str | None = None
    """A key of UNITS; None where codes are compared."""
    decimals: int = 0
    """So many digits after the point are printed: what is found must round to them."""
    reading: str | None = None
    """How the paper's words were taken where they leave a choice."""
    value: Value = None
    above: float | None = None
    below: float | None = None
    about: float | None = None
    within: float = 0

    def agrees(self, found: Value) -> bool:
        """Whether what was found is what was published; nothing found never is."""
        if isinstance(found, tuple) or isinstance(self.value, tuple):
            return found == self.value
        if found is None:
            return False
        if self.above is not None:
            return found > self.above
        if self.below is not None:
            return found < self.below
        if self.about is not None:
            return abs(found - self.about) <= self.within
        assert self.value is not None
        return round(found, self.decimals) == self.value


@dataclass(frozen=True, slots=True)
class Finding:
    """A published figure beside what the catalogue gives."""

    figure: Figure
    found: Value
    agrees: bool


@dataclass(frozen=True, slots=True)
class Comparison:
    """All published figures beside a catalogue's own."""

    findings: tuple[Finding, ...]
    fictional: bool
    """Whether the catalogue holds invented organisations: then CAUTION is shown with it."""


def compare(
    organisations: Iterable[Organisation],
    cooperations: Iterable[Cooperation],
    vocabulary: Vocabulary,
) -> Comparison:
    """Every published figure beside the one computed from these nouns, in the file's order."""
    survey = Survey(organisations, cooperations, vocabulary)
    findings = []
    for figure in published_figures():
        found = MEASURES[figure.measure](survey, *figure.of)
        findings.append(Finding(figure, found, figure.agrees(found)))
    return Comparison(tuple(findings), survey.fictional)


@cache
def published_figures() -> tuple[Figure, ...]:
    """The figures that ship with the product, loaded once."""
    return read_figures(shipped("data", "published_figures.yaml"))


def read_figures(path: Path) -> tuple[Figure, ...]:
    """The figures of a file, in its order; ValueError names one that is at fault."""
    rows = yaml.safe_load(path.read_text(encoding="utf-8"))["figures"]
    figures = tuple(_figure(row) for row in rows)
    if len({figure.id for figure in figures}) != len(figures):
        raise ValueError(f"{path}: an id stands twice")
    return figures


def _figure(row: dict[str, Any]) -> Figure:
    values = dict(row)
    label = Bilingual(values.pop("zh"), values.pop("en"))
    given = [key for key in ("value", "above", "below", "about") if key in values]
    bound = given in (["above"], ["below"], ["about"])
    if values["measure"] not in MEASURES or len(given) != 1 or bound != (values["mark"] == "bound"):
        raise ValueError(f"published figure {values['id']}: measure, mark or value at fault")
    for key in ("of", "value"):
        if isinstance(values.get(key), list):
            values[key] = tuple(values[key])
    if (values.get("unit") is None) != isinstance(values.get("value"), tuple):
        raise ValueError(f"published figure {values['id']}: a number has a unit, codes have none")
    return Figure(label=label, **values)
