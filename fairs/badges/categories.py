"""Who counts as a visitor: the table of categories, and what the organiser of a fair decided otherwise.

UFI: a visitor is a person with an access document; exhibitor staff, press, service and organisers are none, and who did not come
counts never. The table (``core/domain/visitor-categories.csv``) says so for each category, for two of them under a condition.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import Any

from flask_babel import lazy_gettext as _l

from fairs.audit.service import record
from fairs.badges.events import CountingDecided
from fairs.badges.states import BadgeCategory
from fairs.calendar.models import Fair
from fairs.calendar.states import FairState
from fairs.core.actor import Actor
from fairs.core.db import db, transaction
from fairs.core.domain import rows
from fairs.core.errors import Conflict, InvalidInput
from fairs.core.events import publish
from fairs.core.states import State
from fairs.core.text import one_line


class Counting(State):
    """Whether the table counts a category; the values are the table's own words."""

    YES = "yes", _l("Counts as a visitor"), "green", "check"
    WITH_PROOF = "only with proof of the visit", _l("Counts with proof of the visit"), "green", "scan"
    AT_EXHIBITION = "only if also at the exhibition", _l("Counts when also at the exhibition"), "green", "door-enter"
    NO = "no", _l("Does not count"), "secondary", "minus"


@dataclass(frozen=True, slots=True)
class CategoryRow:
    """A line of the table. ``scan_value`` is what an entry of theirs is: a visit, an entry (without a name) or access."""

    category: BadgeCategory
    name_vi: str
    name_en: str
    counting: Counting
    has_name: bool
    scan_value: str
    note: str


@functools.cache
def table() -> dict[BadgeCategory, CategoryRow]:
    """The table by category; raises ValueError for a line that the program does not understand."""
    found = {}
    for row in rows("visitor-categories"):
        category = BadgeCategory(row["code"].lower())
        found[category] = CategoryRow(
            category, row["name_vi"], row["name_en"], Counting(row["counts_as_visitor"]), row["name_on_badge"] == "yes",
            row["scan_value"], row["note"],
        )  # fmt: skip
    return found


@functools.cache
def _by_table() -> frozenset[BadgeCategory]:
    return frozenset(category for category, row in table().items() if row.counting is not Counting.NO)


def counting(fair: Fair) -> frozenset[BadgeCategory]:
    """The categories whose entry at a gate of this fair makes a visit that counts. No query: the fair knows it.

    A scan at a gate is the proof that the table asks of a guest of honour, and that a speaker was at the exhibition: so
    here both count, and nothing else makes a visit of them.
    """
    decided = fair.counting
    if not decided:
        return _by_table()
    return frozenset(
        category
        for category in BadgeCategory
        if (decided[category]["counts"] if category in decided else category in _by_table())
    )


def decide_counting(fair: Fair, category: BadgeCategory, counts: bool | None, reason: str, *, by: Actor) -> Fair:
    """Count a category otherwise than the table at this fair, or (None) by the table again; what was counted follows.

    Raises InvalidInput (``reason``) without a reason, and Conflict when the fair has been reported.
    """
    reason = one_line(reason)[:300]
    if not reason:
        raise InvalidInput(_l("Please say why: it stands in the report's notes."), field="reason")
    with transaction():
        row = db.session.get_one(Fair, fair.id, with_for_update=True, populate_existing=True)
        if row.state is FairState.REPORTED:
            raise Conflict(_l("The fair has been reported: its figures stand."))
        before = category in counting(row)
        decided: dict[str, dict[str, Any]] = dict(row.counting)
        decided.pop(category, None)
        if counts is not None and counts != (category in _by_table()):
            decided[category.value] = {"counts": counts, "reason": reason, "by": by.label}
        row.counting = decided
        after = category in counting(row)
        record(
            "badges.counting", row, by=by, fair_id=row.id, before={"counts": before},
            after={"category": category, "counts": after, "reason": reason},
        )  # fmt: skip
        if before != after:
            publish(CountingDecided(row, category, after))
    return row


def decided_in_words(fair: Fair) -> list[str]:
    """What the organiser decided otherwise than the table, for the notes of a report."""
    return [
        str(words).strip()
        for key, one in fair.counting.items()
        for words in [
            _l(
                "%(category)s counts here: %(reason)s.",
                category=BadgeCategory(key).label,
                reason=one["reason"].rstrip("."),
            )
            if one["counts"]
            else _l(
                "%(category)s does not count here: %(reason)s.",
                category=BadgeCategory(key).label,
                reason=one["reason"].rstrip("."),
            )
        ]
    ]
