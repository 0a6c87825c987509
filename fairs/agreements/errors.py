"""What can go wrong with agreements."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from fairs.core.errors import Conflict, Forbidden


class NoTemplate(Conflict):
    """The fair has no published text yet."""

    code = "no_template"
    message = _l("The organiser has not published the text of the agreement yet.")


class NothingBooked(Conflict):
    """There is no reserved or confirmed booth to agree upon."""

    code = "nothing_booked"
    message = _l("There is no reserved or confirmed booth to agree upon.")


class Outdated(Conflict):
    """Booths, price, dates or terms have changed since it was issued, or another version was read."""

    code = "agreement_outdated"
    message = _l("This version is out of date: booths, price or terms have changed. Please read the new one.")


class OwnersOnly(Forbidden):
    """Only the person in charge of the company binds it."""

    code = "owners_only"
    message = _l("Only the person in charge of the company can accept the agreement.")
