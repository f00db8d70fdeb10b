"""What the operator says of capabilities: strategic, future, bottleneck. None is shipped."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import delete, insert, select

from matcher.organisation import DEFAULT_TENANT

from . import tables as t
from .store import Catalogue


def marks(catalogue: Catalogue, tenant: str = DEFAULT_TENANT) -> dict[str, tuple[str, ...]]:
    """The marks of every capability that has one (codes, sorted)."""
    held = t.capability_marks.c
    chosen = select(held.capability, held.mark).where(held.tenant == tenant)
    found: dict[str, list[str]] = {}
    with catalogue.reading() as connection:
        for row in connection.execute(chosen.order_by(held.capability, held.mark)):
            found.setdefault(row.capability, []).append(row.mark)
    return {capability: tuple(said) for capability, said in found.items()}


def put_marks(
    catalogue: Catalogue, capability: str, said: Iterable[str], tenant: str = DEFAULT_TENANT
) -> None:
    """Let exactly these marks (codes of the vocabulary) stand at a capability."""
    held = t.capability_marks.c
    rows = [{"capability": capability, "mark": mark, "tenant": tenant} for mark in sorted({*said})]
    with catalogue.writing() as connection:
        own = (held.capability == capability) & (held.tenant == tenant)
        connection.execute(delete(t.capability_marks).where(own))
        if rows:
            connection.execute(insert(t.capability_marks), rows)
