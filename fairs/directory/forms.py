"""Forms of companies and people, the product group field, and the block with which staff file any form for somebody.

**Filing a form on behalf** (importers, visitors and exhibitors do it alike):

1. ``class StaffApplyForm(OnBehalfMixin, ApplyForm)``: the public form plus source, scan and note.
2. In the template, inside the form (``enctype="multipart/form-data"``)::

       {% from "directory/_on_behalf.html" import on_behalf_block %}
       {{ on_behalf_block(form) }}

3. In the view, within one ``transaction()``: write the record, then
   ``slip = file_on_behalf(record, fair_id=fair.id, by=actor(), **form.filing())``, and after it
   ``return go(directory.routes.show_slip(slip))`` – the slip with QR code and PIN, on screen and as PDF.
4. Once, where the feature registers itself: ``slips.register_slip("Importer", importer_slip)`` (see directory/slips.py).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, EmailField, Field, HiddenField, SelectField, SelectMultipleField
from wtforms.validators import Length, Optional, Regexp, ValidationError
from wtforms.widgets import CheckboxInput, ListWidget

from fairs.core.errors import DomainError
from fairs.core.forms import REQUIRED, CountryField, Form, LongText, Text, UploadField
from fairs.core.i18n import localized
from fairs.directory.models import Company, Person
from fairs.directory.queries import product_groups, villages
from fairs.directory.service import CompanyDraft, PersonDraft

NAME_LANGUAGES = (
    ("", _l("As the country suggests")), ("vi", "Tiếng Việt"), ("ja", "日本語"), ("zh-Hans", "简体中文"),
    ("zh-Hant", "繁體中文"), ("ko", "한국어"), ("ru", "Русский"), ("ar", "العربية"), ("th", "ไทย"), ("en", "English"),
)  # fmt: skip


class Choice(SelectField):
    """A select with a message that we translate."""

    def __init__(self, label: Any = None, *, required: bool = False, **kwargs: Any) -> None:
        super().__init__(label, [REQUIRED if required else Optional()], validate_choice=False, **kwargs)

    def pre_validate(self, form: Any) -> None:
        """Refuse what is not in the list."""
        if self.data not in (None, "") and not any(str(value) == str(self.data) for value, *_ in self.iter_choices()):
            raise ValidationError(_l("Please choose from the list."))


class GroupsField(SelectMultipleField):
    """Product groups as a list of check boxes."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()

    def __init__(self, label: Any = None, *, required: bool = False, **kwargs: Any) -> None:
        self.required = required
        super().__init__(label, choices=group_choices, validate_choice=False, **kwargs)
        if required:
            self.flags.required = True

    def pre_validate(self, form: Any) -> None:
        """At least one where one is needed, and only known ones."""
        if self.required and not self.data:
            raise ValidationError(_l("Please choose at least one product group."))
        known = {value for value, *_ in self.iter_choices()}
        if set(self.data or ()) - known:
            raise ValidationError(_l("Please choose from the list of product groups."))


def group_choices() -> list[tuple[str, str]]:
    """(code, name) of all product groups in the reader's language."""
    return [(group.code, localized(group)) for group in product_groups()]


def village_choices() -> list[tuple[str, str]]:
    """(id, name and commune) of all craft villages."""
    return [("", "—"), *((str(v.id), f"{v.name} – {localized(v, 'craft')} ({v.commune_2025})") for v in villages())]


class EmailText(EmailField):
    """An e-mail address; whether it can be one is judged by the service."""

    def __init__(self, label: Any = None, *, required: bool = False, **kwargs: Any) -> None:
        checks = [REQUIRED if required else Optional(), Length(max=255, message=_l("At most %(max)d characters."))]
        super().__init__(label, [*checks, *kwargs.pop("validators", ())], **kwargs)

    def process_formdata(self, valuelist: Sequence[Any]) -> None:
        """Without outer spaces and hidden marks."""
        self.data = Text.process_formdata_value(valuelist) if hasattr(Text, "process_formdata_value") else _one(valuelist)


def _one(valuelist: Sequence[Any]) -> str:
    from fairs.core.text import clean

    return clean(str(valuelist[0])) if valuelist else ""
