"""What a guest wishes, as they and as staff write it."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField

from fairs.core.forms import Form, LongText, Text
from fairs.lodging.wishes import Wishes


class WishesForm(Form):
    """What a guest wishes."""

    act = "wishes"
    smoking = BooleanField(_l("Smoking room"))
    accessible = BooleanField(_l("Accessible room (wheelchair)"))
    diet = Text(_l("Food: vegetarian, halal, allergies"), length=200)
    wishes = LongText(_l("Other wishes"), length=400)
    share_with = Text(_l("Would share a room with"), length=20)

    def wanted(self) -> Wishes:
        """What was typed."""
        return Wishes(
            self.smoking.data,
            self.accessible.data,
            self.diet.data or "",
            self.wishes.data or "",
            self.share_with.data or "",
        )
