"""Groups of countries that questions name as one."""

from __future__ import annotations

from functools import cache

from .spellings import data


def member_countries(code: str) -> tuple[str, ...]:
    """The members of the European Union for `EU`, else the country itself."""
    return _union() if code == "EU" else (code,)


@cache
def _union() -> tuple[str, ...]:
    return tuple(data("places.yaml")["groups"]["EU"]["members"].split())
