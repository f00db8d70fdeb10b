"""Where the files stand that ship with the product. Imports nothing, so that whoever only needs a
file does not load what reads the settings."""

from __future__ import annotations

from pathlib import Path

REPOSITORY = Path(__file__).resolve().parent.parent


def shipped(*parts: str) -> Path:
    """A file or folder that ships with the product: `data/...` or `models/...`.

    Found inside the installed wheel (`matcher/_shipped/`), else in the repository.
    """
    inside = Path(__file__).resolve().parent / "_shipped" / Path(*parts)
    return inside if inside.exists() else REPOSITORY / Path(*parts)
