"""How files are to be read: format, encoding, the meaning of foreign headers, what one may cost."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from matcher.errors import BadInput, Bilingual

from .archive import Limits

FORMATS = ("auto", "tabular", "ror", "cordis", "openalex")


@dataclass(frozen=True, slots=True)
class Reading:
    """What is asked of every file of one import."""

    fmt: str = "auto"
    encoding: str = ""
    """As `encoding.encoding_named` gives it; "" to find out."""
    mapping: Mapping[str, str | None] = field(default_factory=dict)
    """Folded header -> field, None for a column to pass over; as `mapping.read_mapping` gives."""
    limits: Limits = field(default_factory=Limits)

    def __post_init__(self) -> None:
        """BadInput for a format that nobody knows."""
        if self.fmt not in FORMATS:
            raise BadInput(
                Bilingual(f"没有“{self.fmt}”这种格式。", f'There is no format "{self.fmt}".'),
                Bilingual(f"可选：{'、'.join(FORMATS)}。", f"Choose one of {', '.join(FORMATS)}."),
                where="--format",
            )

    def admits(self, fmt: str) -> bool:
        """Whether content of this format may be read."""
        return self.fmt in ("auto", fmt)
