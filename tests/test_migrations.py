"""The migrations lead from nothing to exactly what the models say, on both databases."""

from __future__ import annotations

from pathlib import Path
from pprint import pformat
from typing import Any

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect

from fairs.app import create_app
from fairs.config import ROOT
from fairs.core.db import Base, db
from scripts.run import newest_revisions
from tests.support.databases import make_config, migrate


def test_from_empty_and_without_drift(databases: Any, database: Any, tmp_path: Path) -> None:
    address = databases.empty(database)
    config = make_config(tmp_path, address)
    migrate(config)
    application = create_app(config)
    with application.app_context():
        with db.engine.connect() as connection:
            context = MigrationContext.configure(connection, opts={"compare_type": _compare_type})
            drift = compare_metadata(context, Base.metadata)
            assert not drift, "models and migrations differ:\n" + pformat(drift)
            tables = set(inspect(connection).get_table_names())
        db.engine.dispose()
    databases.drop(address)
    assert tables == {*Base.metadata.tables, "alembic_version"}


def _compare_type(_context: Any, _column: Any, _model_column: Any, _inspected: Any, model: Any) -> bool | None:
    # The project's own types are written as plain ones; what they are is said by their impl.
    return False if type(model).__module__.startswith("fairs.") else None


def test_there_is_one_head_and_the_launcher_finds_it() -> None:
    heads = ScriptDirectory(str(ROOT / "migrations")).get_heads()
    assert len(heads) == 1
    assert newest_revisions() == set(heads)
