"""`make run`: set up what is missing, then serve the demonstration (or, with DEMO=0, an empty installation)."""

from __future__ import annotations

import os
import re
import sqlite3
from contextlib import closing
from pathlib import Path

from scripts import setup, supervise
from scripts.progress import ROOT, Problem, Run, Step, carry_out, one_sentence

# Whoever has these holds data of their own: the demonstration must not be mixed in.
OWN_DATA = ("fairs", "users")


def main() -> None:
    """Set up, migrate, load the demonstration on the first start, serve until Ctrl-C."""
    with one_sentence():
        port = _port(os.environ.get("PORT") or "8000")
        supervise.refuse_taken(port)
        installation = Installation()
        steps = [*setup.steps(tools=False), *installation.steps(wanted=os.environ.get("DEMO", "1") != "0")]
        total = carry_out(steps, more=1)
        demo = installation.holds_demonstration
        print(f"[{total} of {total}] Starting" if total > 1 else "Everything is up to date. Starting …", flush=True)
        supervise.serve(port, installation.environment(port, demo=demo), demo=demo)


class Installation:
    """The instance folder and the database in it."""

    def __init__(self) -> None:
        self.folder = Path(os.environ.get("FAIRS_INSTANCE") or ROOT / "instance").resolve()
        # A database of their own choice is migrated, but never filled by us.
        self.foreign = bool(os.environ.get("FAIRS_DATABASE_URL"))
        self.database = self.folder / "fairs.db"
        self._mark = self.folder / "demonstration"

    @property
    def holds_demonstration(self) -> bool:
        """Whether what lies in the database came from `flask demo load`, called from here."""
        return self._mark.exists() and not self.foreign

    def environment(self, port: int, *, demo: bool) -> dict[str, str]:
        """Environment of the web server, the worker and the commands."""
        address = os.environ.get("FAIRS_BASE_URL") or f"http://127.0.0.1:{port}"
        settings = {"FAIRS_INSTANCE": str(self.folder), "FAIRS_BASE_URL": address, "PORT": str(port)}
        if demo:
            settings["FAIRS_DEMO"] = "1"
        return setup.environment(**settings)

    def steps(self, *, wanted: bool) -> list[Step]:
        """Migrate; load the demonstration where it is wanted and nothing is there yet."""
        return [
            Step("Database", self._is_behind, self._migrate),
            Step("Demonstration", lambda: wanted and not self.foreign and self._is_empty(), self._load_demonstration),
        ]

    def _is_behind(self) -> bool:
        return self.foreign or self._revisions() != newest_revisions()

    def _migrate(self, run: Run) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        run(
            setup.flask("db", "upgrade"), self.environment(0, demo=False), failure="The database could not be migrated."
        )

    def _load_demonstration(self, run: Run) -> None:
        env = self.environment(0, demo=True)
        run(setup.flask("demo", "load"), env, failure="The demonstration could not be loaded.")
        self._mark.write_text("The database was filled by `flask demo load`.\n")

    def _revisions(self) -> set[str]:
        return {str(row[0]) for row in self._rows("select version_num from alembic_version")}

    def _is_empty(self) -> bool:
        return not any(self._rows(f'select 1 from "{table}" limit 1') for table in OWN_DATA)

    def _rows(self, query: str) -> list[tuple[object, ...]]:
        if not self.database.exists():
            return []
        # Read without Flask and SQLAlchemy: a start at which nothing is to do must not wait for their import.
        with closing(sqlite3.connect(self.database, timeout=5)) as connection:
            try:
                return connection.execute(query).fetchall()
            except sqlite3.OperationalError as error:
                if "no such table" in str(error):
                    return []
                raise Problem(f"The database {self.database} cannot be read ({error}).") from error
            except sqlite3.DatabaseError as error:
                raise Problem(f"The file {self.database} is not a database of Fairs ({error}).") from error


def newest_revisions() -> set[str]:
    """The newest revisions of migrations/versions, read from the files themselves."""
    revisions: set[str] = set()
    parents: set[str] = set()
    for path in (ROOT / "migrations" / "versions").glob("*.py"):
        text = path.read_text(encoding="utf-8")
        revisions.update(re.findall(r"^revision(?:: *\w+)? *= *[\"'](\w+)[\"']", text, re.MULTILINE))
        below = re.search(r"^down_revision(?:: *[^=\n]+)? *= *(.+)$", text, re.MULTILINE)
        if below:
            parents.update(re.findall(r"[\"'](\w+)[\"']", below.group(1)))
    return revisions - parents


def _port(text: str) -> int:
    if not text.isdigit() or not 0 < int(text) < 65536:
        raise Problem(f"PORT must be a number from 1 to 65535, not {text!r}.")
    return int(text)


if __name__ == "__main__":
    main()
