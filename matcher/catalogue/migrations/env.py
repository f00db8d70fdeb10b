"""What Alembic runs: one transaction on the engine that `upgrade` hands over."""

from __future__ import annotations

from alembic import context
from sqlalchemy import Engine

from matcher.catalogue.tables import metadata


def run() -> None:
    """Run what is missing, all of it or nothing."""
    engine: Engine = context.config.attributes["engine"]
    with engine.connect() as connection:
        context.configure(
            connection=connection.execution_options(immediate=True),
            target_metadata=metadata,
            render_as_batch=True,
            transaction_per_migration=False,
        )
        with context.begin_transaction():
            context.run_migrations()


run()
