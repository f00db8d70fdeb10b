"""Joins appearances by their identifiers and by what people decided."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from .appearance import Appearance, Decision, Verdict

RULES = "0"
"""Raise it when the same appearances would be resolved otherwise."""


@dataclass(frozen=True, slots=True)
class Join:
    """Two appearances (ids) and why they are, or may be, one organisation."""

    first: str
    second: str
    rule: str
    confidence: float
    evidence: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Resolution:
    """Whose appearances they are, which joins hold, and which a person should decide."""

    organisation_of: dict[str, str]
    joins: tuple[Join, ...]
    review: tuple[Join, ...]


def resolve(
    appearances: Sequence[Appearance],
    decisions: Iterable[Decision] = (),
    progress: Callable[[int, int], None] | None = None,  # noqa: ARG001
) -> Resolution:
    """The organisation of every appearance: the id of its preferred one (ROR's, else the least)."""
    above = {a.id: a.id for a in appearances}

    def top(identity: str) -> str:
        while above[identity] != identity:
            identity = above[identity]
        return identity

    joins = [
        Join(d.first, d.second, "decided", 1.0)
        for d in sorted(decisions)
        if d.verdict is Verdict.SAME and d.first in above and d.second in above
    ]
    bearers: dict[str, list[str]] = {}
    for a in appearances:
        for one in a.identifiers:
            if one.scheme == "ror":
                bearers.setdefault(one.value, []).append(a.id)
    for value, ids in sorted(bearers.items()):
        first, *others = sorted(ids)
        joins.extend(Join(first, other, "identifier", 1.0, (f"ror:{value}",)) for other in others)
    for join in joins:
        above[top(join.second)] = top(join.first)
    members: dict[str, list[Appearance]] = {}
    for a in appearances:
        members.setdefault(top(a.id), []).append(a)
    owner = {
        a.id: min(group, key=lambda one: (one.source != "ror", one.id)).id
        for group in members.values()
        for a in group
    }
    return Resolution(owner, tuple(joins), ())
