"""How the installation runs: facts, and in plain words what to do where something is wrong."""

from __future__ import annotations

import platform
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from flask import current_app
from flask_babel import gettext as _
from sqlalchemy import func, select, text

from fairs import __version__
from fairs.audit.models import AuditEntry
from fairs.books.queries import last_check
from fairs.config import ROOT, Config
from fairs.core.clock import now
from fairs.core.db import db
from fairs.core.i18n import format_datetime, format_number
from fairs.jobs.queue import huey
from fairs.messages.models import OutboxMessage
from fairs.messages.states import MessageState
from fairs.operations.backup import ACTION
from fairs.operations.tasks import last_beat

MOST_SILENCE = timedelta(minutes=3)
BACKUP_EVERY = timedelta(hours=26)
MAIL_WAITS = timedelta(minutes=10)
LEAST_DISK = 2 * 2**30
LEAST_SHARE = 0.1


@dataclass(frozen=True, slots=True)
class Fact:
    """One line: ``tone`` is success, warning, danger or neutral; ``advice`` says what to do unless all is well."""

    label: str
    value: str
    tone: str = "neutral"
    advice: str = ""


@dataclass(frozen=True, slots=True)
class Subject:
    """One part of the installation with its facts."""

    key: str
    title: str
    icon: str
    facts: list[Fact]

    @property
    def tone(self) -> str:
        """The worst tone of its facts."""
        order = ("danger", "warning", "success")
        return next((tone for tone in order if any(fact.tone == tone for fact in self.facts)), "neutral")


def _config() -> Config:
    config: Config = current_app.extensions["fairs_config"]
    return config


def status() -> list[Subject]:
    """All parts, in the order of the page."""
    parts: list[tuple[str, str, str, Callable[[], list[Fact]]]] = [
        ("worker", _("Background worker"), "robot", _worker),
        ("mail", _("Mail"), "mail", _mail),
        ("backup", _("Backup"), "archive", _backup),
        ("books", _("Books"), "book-2", _books),
        ("disk", _("Disk"), "server", _disk),
        ("database", _("Database"), "database", _database),
        ("program", _("Program"), "settings", _program),
    ]
    return [Subject(key, title, icon, facts()) for key, title, icon, facts in parts]


def _ago(moment: datetime) -> str:
    minutes = int((now() - moment).total_seconds() // 60)
    if minutes < 1:
        return str(_("a moment ago"))
    if minutes < 120:
        return str(_("%(n)s minutes ago", n=minutes))
    if minutes < 48 * 60:
        return str(_("%(n)s hours ago", n=minutes // 60))
    return str(_("%(n)s days ago", n=minutes // (24 * 60)))


def _size(count: float) -> str:
    for unit in ("B", "kB", "MB"):
        if count < 1000:
            return f"{format_number(round(count, 1) if unit != 'B' else int(count))} {unit}"
        count /= 1024
    return f"{format_number(round(count, 1))} GB"


def _worker() -> list[Fact]:
    beat, waiting = last_beat(), huey.pending_count()
    if beat is None:
        seen = Fact(
            _("Last sign of life"),
            _("never"),
            "danger",
            _("Start the worker: flask --app wsgi jobs run. Without it no mail goes out."),
        )
    elif now() - beat > MOST_SILENCE:
        seen = Fact(_("Last sign of life"), _ago(beat), "danger",
                    _("The worker has stopped. Start it again: flask --app wsgi jobs run. Without it no mail goes out."))  # fmt: skip
    else:
        seen = Fact(_("Last sign of life"), _ago(beat), "success")
    busy = waiting > 500
    return [seen, Fact(_("Jobs waiting"), format_number(waiting), "warning" if busy else "neutral",
                       _("The worker cannot keep up. Start a second one.") if busy else "")]  # fmt: skip


def outbox_counts() -> dict[MessageState, int]:
    """How many messages are in each state."""
    rows = db.session.execute(select(OutboxMessage.state, func.count()).group_by(OutboxMessage.state))
    found = {row[0]: int(row[1]) for row in rows}
    return {state: found.get(state, 0) for state in MessageState}


def _mail() -> list[Fact]:
    config, counts = _config(), outbox_counts()
    sent = db.session.scalar(select(func.max(OutboxMessage.sent_at)).where(OutboxMessage.state == MessageState.SENT))
    oldest = db.session.scalar(
        select(func.min(OutboxMessage.created_at)).where(OutboxMessage.state == MessageState.QUEUED)
    )
    late = oldest is not None and now() - oldest > MAIL_WAITS
    failed = counts[MessageState.FAILED]
    if config.mail_server:
        server = Fact(_("Server"), f"{config.mail_server}:{config.mail_port}")
    else:
        server = Fact(_("Server"), _("none"), "neutral" if config.demo else "danger",
                      _("No mail leaves this system. Set FAIRS_MAIL_SERVER and start web server and worker anew."))  # fmt: skip
    return [
        server,
        Fact(_("Waiting"), format_number(counts[MessageState.QUEUED]), "warning" if late else "success",
             _("Mail has waited for more than ten minutes. See whether the worker runs and the mail server answers.") if late else ""),
        Fact(_("Failed"), format_number(failed), "warning" if failed else "success",
             _("Open the outbox of the fair, correct the address where it is wrong, and send again.") if failed else ""),
        Fact(_("Last sent"), format_datetime(sent) if sent else _("never")),
    ]  # fmt: skip


def last_backup() -> AuditEntry | None:
    """The entry that the backup command left last."""
    return db.session.scalars(
        select(AuditEntry).where(AuditEntry.action == ACTION).order_by(AuditEntry.id.desc()).limit(1)
    ).first()


def _backup() -> list[Fact]:
    entry = last_backup()
    how = _("Run flask --app wsgi backup FILE every night, and keep the file on another machine.")
    if entry is None:
        return [Fact(_("Last backup"), _("never"), "danger", how)]
    old = now() - entry.at > BACKUP_EVERY
    facts: dict[str, Any] = entry.after or {}
    return [
        Fact(_("Last backup"), f"{format_datetime(entry.at)} ({_ago(entry.at)})", "warning" if old else "success",
             how if old else ""),
        Fact(_("Size on disk"), _size(facts.get("bytes", 0))),
        Fact(_("Rows and files"), f"{format_number(facts.get('rows', 0))} · {format_number(facts.get('files', 0))}"),
    ]  # fmt: skip


def _books() -> list[Fact]:
    check = last_check()
    if check is None:
        return [Fact(_("Last check"), _("never"))]
    late = _("The books have not been checked since yesterday. See whether the worker runs.")
    old = now() - check.created_at > BACKUP_EVERY
    wrong = check.difference_count
    return [
        Fact(_("Last check"), _ago(check.created_at), "warning" if old else "success", late if old else ""),
        Fact(_("Accounts that do not agree"), format_number(wrong), "danger" if wrong else "success",
             _("The books of money do not agree. Open the books of a fair, Check.") if wrong else ""),
    ]  # fmt: skip


def _disk() -> list[Fact]:
    usage = shutil.disk_usage(_config().instance_path)
    low = usage.free < LEAST_DISK or usage.free < LEAST_SHARE * usage.total
    none = usage.free < LEAST_DISK / 8
    advice = _("Free some space or enlarge the disk; when it is full nothing can be saved any more.") if low else ""
    value = _("%(free)s free of %(total)s", free=_size(usage.free), total=_size(usage.total))
    return [Fact(_("Space"), value, "danger" if none else "warning" if low else "success", advice)]


def _database() -> list[Fact]:
    name = db.engine.dialect.name
    if name == "sqlite":
        size = int(
            db.session.scalar(text("SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()")) or 0
        )
        kind = "SQLite"
    else:
        size = int(db.session.scalar(text("SELECT pg_database_size(current_database())")) or 0)
        kind = f"PostgreSQL {db.session.scalar(text('SHOW server_version'))}"
    here, newest = _revision(), _newest_revision()
    behind = here != newest
    return [
        Fact(_("Kind"), kind),
        Fact(_("Size on disk"), _size(size)),
        Fact(_("Revision"), here or _("none"), "danger" if behind else "success",
             _("The program expects %(newest)s: run flask --app wsgi db upgrade.", newest=newest) if behind else ""),
    ]  # fmt: skip


def _revision() -> str:
    return str(db.session.scalar(text("SELECT version_num FROM alembic_version")) or "")


def _newest_revision() -> str:
    from alembic.script import ScriptDirectory

    return ScriptDirectory(str(ROOT / "migrations")).get_current_head() or ""


def _program() -> list[Fact]:
    config = _config()
    facts = [Fact(_("Version"), __version__), Fact("Python", platform.python_version())]
    if config.demo:
        facts.append(
            Fact(
                _("Demonstration"), _("on"), "warning", _("Sample accounts can sign in. Never use this for real data.")
            )
        )
    if config.base_url.startswith("https://") and not config.secure_cookies:
        facts.append(
            Fact(
                _("Cookies"),
                _("also without encryption"),
                "danger",
                _("Set FAIRS_SECURE_COOKIES=1: the system is behind TLS."),
            )
        )
    return facts
