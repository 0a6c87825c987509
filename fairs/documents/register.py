"""The register of numbers: each number is given once a year to a kind of paper, however it is typed."""

from __future__ import annotations

import re
from datetime import date

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy.exc import IntegrityError

from fairs.core.db import db, transaction
from fairs.core.errors import InvalidInput
from fairs.core.text import fold, one_line
from fairs.documents.errors import NumberLooksAlike, NumberTaken
from fairs.documents.models import RegisteredNumber, Selection
from fairs.documents.queries import registered

_SERIAL = re.compile(r"^0*(\d{1,9})(.*)$")


def number_key(number: str) -> tuple[str, int]:
    """What makes a number the same however it is typed (case, blanks, accents, leading zeros), and its running number.

    Raises InvalidInput for one that does not begin with its running number, as 6999/QĐ-UBND does.
    """
    found = _SERIAL.match(re.sub(r"\s+", "", fold(number)))
    if found is None:
        raise InvalidInput(_l("A number begins with its running number, for example 6999/QĐ-UBND."))
    return f"{int(found[1])}{found[2]}"[:60], int(found[1])


def register_number(row: Selection, part: str, number: str, day: date, field_name: str, confirmed: bool) -> str:
    """Enter the number of a paper; gives it back as it is shown. Inside transaction().

    Raises NumberTaken for one of the year that is given, NumberLooksAlike unless confirmed, InvalidInput for none.
    """
    shown = one_line(number)
    if len(shown) > 60:
        raise InvalidInput(_("At most %(max)d characters.", max=60), field=field_name)
    try:
        key, serial = number_key(shown)
    except InvalidInput as error:
        raise InvalidInput(error.message, field=field_name) from error
    for same in registered(part, day.year, key=key):
        if same.selection_id != row.id:
            raise _taken(same, shown, field_name)
    if not confirmed:
        for like in registered(part, day.year, serial=serial):
            raise NumberLooksAlike(
                _(
                    "%(number)s of %(year)s is registered for %(reference)s. Confirm that yours is another one.",
                    number=like.number, year=day.year, reference=like.selection.reference,
                ),
                field=field_name,
            )  # fmt: skip
    entry = RegisteredNumber(
        part=part, year=day.year, key=key, serial=serial, number=shown, day=day, selection_id=row.id
    )
    db.session.add(entry)
    try:
        with transaction():
            db.session.flush()
    except IntegrityError as error:
        raise NumberTaken(_l("This number has just been entered for another decision."), field=field_name) from error
    return shown


def _taken(same: RegisteredNumber, shown: str, field_name: str) -> NumberTaken:
    return NumberTaken(
        _(
            "%(number)s of %(year)s is the number of %(reference)s (%(title)s).",
            number=shown, year=same.year, reference=same.selection.reference, title=same.selection.title,
        ),
        field=field_name,
    )  # fmt: skip
