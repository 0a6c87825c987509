"""Writing audit entries."""

from __future__ import annotations

from datetime import date, datetime
from enum import Enum
from typing import Any

from fairs.audit.models import AuditEntry
from fairs.core.actor import Actor
from fairs.core.db import Record, db
from fairs.core.money import Money


def record(
    action: str,
    subject: Record,
    *,
    by: Actor,
    fair_id: int | None = None,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
) -> None:
    """Add an entry inside the present transaction. ``action`` is ``feature.verb``, e.g. ``booths.hold``.

    The subject must have its key (flush first). Values are kept as plain JSON; give no identity documents.
    """
    db.session.add(
        AuditEntry(
            actor_id=by.user_id,
            for_id=by.for_user_id,
            actor_label=by.label[:250],
            action=action,
            subject_type=type(subject).__name__,
            subject_id=subject.id,
            fair_id=fair_id if fair_id is not None else getattr(subject, "fair_id", None),
            before=_plain(before),
            after=_plain(after),
        )
    )


def _plain(values: Any) -> Any:
    if isinstance(values, dict):
        return {key: _plain(value) for key, value in values.items()}
    if isinstance(values, list | tuple | set | frozenset):
        return [_plain(value) for value in values]
    if isinstance(values, Money):
        return values.as_dict()
    if isinstance(values, Enum):
        return values.value
    if isinstance(values, date | datetime):
        return values.isoformat()
    return values if isinstance(values, str | int | float | bool | None) else str(values)
