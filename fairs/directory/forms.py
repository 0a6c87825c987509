"""Forms of companies and people, the product group field, and the block with which staff file any form for somebody.

**Filing a form on behalf** (exhibitors, importers and visitors do it alike):

1. ``class StaffApplyForm(OnBehalfMixin, ApplyForm)``: the public form plus source, scan and note.
2. In the template, inside the form (``enctype="multipart/form-data"``)::

       {% from "directory/_on_behalf.html" import on_behalf_block %}
       {{ on_behalf_block(form) }}

3. In the view, within one ``transaction()``: write the record, then
   ``slip = file_on_behalf(record, fair_id=fair.id, by=actor(), **form.filing())``, and after it
   ``return go(slip_url(slip))`` (both from directory.slips and directory.service): the slip with QR code and PIN,
   on the screen and as PDF. Call ``form.add_error(error)`` for a DomainError as ever: the mixin knows its fields.
4. Once, where the feature registers itself (``handlers.py``): ``register_slip("Importer", importer_slip)``,
   see ``directory/slips.py``.
"""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, HiddenField, RadioField, SelectField, SelectMultipleField
from wtforms.validators import Optional, ValidationError
from wtforms.widgets import CheckboxInput, EmailInput, ListWidget, TelInput

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
SOURCE_CHOICES = (
    ("paper", _l("Paper form")), ("phone", _l("Telephone call")), ("commune", _l("List of the commune or ward")),
)  # fmt: skip


_FILING_FIELDS = {"source": "filing_source", "scan": "filing_scan", "file": "filing_scan"}


class Choice(SelectField):
    """A select with a message that we translate (WTForms has no Vietnamese)."""

    def __init__(self, label: Any = None, *, required: bool = False, **kwargs: Any) -> None:
        super().__init__(label, [REQUIRED if required else Optional()], validate_choice=False, **kwargs)

    def pre_validate(self, form: Any) -> None:
        """Refuse what is not in the list."""
        if self.data not in (None, "") and str(self.data) not in {str(value) for value, *_ in self.iter_choices()}:
            raise ValidationError(_l("Please choose from the list."))


class RadioChoice(RadioField):
    """Radio buttons with a message that we translate."""

    def __init__(self, label: Any = None, *, required: bool = True, **kwargs: Any) -> None:
        super().__init__(label, [REQUIRED if required else Optional()], validate_choice=False, **kwargs)

    def pre_validate(self, form: Any) -> None:
        """Refuse what is not in the list."""
        if self.data not in (None, "") and str(self.data) not in {str(value) for value, *_ in self.iter_choices()}:
            raise ValidationError(_l("Please choose from the list."))


class GroupsField(SelectMultipleField):
    """Product groups as a list of check boxes."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()

    def __init__(self, label: Any = None, *, required: bool = False, **kwargs: Any) -> None:
        self.is_required = required
        super().__init__(label, choices=group_choices, validate_choice=False, **kwargs)
        if required:
            self.flags.required = True

    def pre_validate(self, form: Any) -> None:
        """At least one where one is needed, and only known ones."""
        if self.is_required and not self.data:
            raise ValidationError(_l("Please choose at least one product group."))
        if set(self.data or ()) - {value for value, *_ in self.iter_choices()}:
            raise ValidationError(_l("Please choose from the list of product groups."))


class EmailText(Text):
    """An e-mail address; whether it can be one is judged by the service."""

    widget = EmailInput()

    def __init__(self, label: Any = None, **kwargs: Any) -> None:
        super().__init__(label, length=255, **kwargs)


class PhoneText(Text):
    """A telephone number; its form is judged by the service, by the country."""

    widget = TelInput()

    def __init__(self, label: Any = None, **kwargs: Any) -> None:
        super().__init__(label, length=40, **kwargs)


def group_choices() -> list[tuple[str, str]]:
    """(code, name) of all product groups in the reader's language."""
    return [(group.code, localized(group)) for group in product_groups()]


def village_choices() -> list[tuple[str, str]]:
    """(id, name, craft and commune) of all craft villages."""
    return [("", "—"), *((str(v.id), f"{v.name} – {localized(v, 'craft')} ({v.commune_2025})") for v in villages())]


class OnBehalfMixin:
    """Where the form came from, its scan and a note: added to a public form that staff fill in for somebody."""

    filing_source = RadioChoice(_l("How did it reach us?"), choices=SOURCE_CHOICES)
    filing_scan = UploadField(_l("Scan or photo of the paper"))
    filing_note = LongText(_l("Note for colleagues"), length=400)

    def filing(self) -> dict[str, Any]:
        """The keyword arguments source, note and scan of ``directory.service.file_on_behalf``."""
        form: Any = self
        return {
            "source": form.filing_source.data,
            "note": form.filing_note.data or "",
            "scan": form.filing_scan.upload(),
        }

    def add_error(self, error: DomainError) -> None:
        """As Form.add_error; errors of the filing itself go to the fields of this block."""
        form: Any = self
        if error.field not in form._fields:
            error.field = _FILING_FIELDS.get(error.field or "", error.field)
        super().add_error(error)  # type: ignore[misc]


class CompanyForm(Form):
    """A company as people describe it; used by exhibitors, and by staff for anybody."""

    name = Text(_l("Name of the company or household"), length=250, required=True)
    name_en = Text(_l("Name in English"), length=250)
    country = CountryField(_l("Country"), default="VN", validate_choice=False)
    tax_code = Text(_l("Tax code"), length=20)
    is_craft = BooleanField(_l("A craft household or a craft enterprise"))
    village_id = Choice(_l("Craft village"), choices=village_choices)
    group_codes = GroupsField(_l("What do you make or sell?"))
    phone = PhoneText(_l("Telephone"))
    email = EmailText(_l("E-mail of the company"))
    website = Text(_l("Web page"), length=255)
    address = Text(_l("House number, street, hamlet"), length=400)
    commune = Text(_l("Ward or commune, province or city"), length=120)
    description_vi = LongText(_l("About you, in Vietnamese"), length=2000)
    description_en = LongText(_l("About you, in English"), length=2000)

    def fill(self, company: Company) -> None:
        """Show what is known (for GET)."""
        for key in _COMPANY_TEXTS:
            self[key].data = getattr(company, key) or ""
        self.is_craft.data = company.is_craft
        self.village_id.data = str(company.village_id or "")
        self.group_codes.data = company.groups

    def draft(self) -> CompanyDraft:
        """What was typed."""
        texts = {key: self[key].data or "" for key in _COMPANY_TEXTS}
        return CompanyDraft(
            **texts,
            group_codes=tuple(self.group_codes.data or ()),
            village_id=int(self.village_id.data) if self.village_id.data else None,
            is_craft=bool(self.is_craft.data),
        )


_COMPANY_TEXTS = (
    "name", "name_en", "country", "tax_code", "phone", "email", "website", "address", "commune", "description_vi",
    "description_en",
)  # fmt: skip


class PersonForm(Form):
    """A person as staff know them."""

    native_name = Text(_l("Name in the own script"), required=True)
    passport_name = Text(_l("Name as in the passport"))
    badge_name = Text(_l("Name for the badge"))
    name_language = Choice(_l("Language of the name"), choices=NAME_LANGUAGES)
    job_title = Text(_l("Position"), length=120)
    country = CountryField(_l("Country"), default="VN", validate_choice=False)
    email = EmailText(_l("E-mail"))
    phone = PhoneText(_l("Telephone"))
    locale = Choice(_l("Language of letters"), choices=[("vi", "Tiếng Việt"), ("en", "English")])

    def fill(self, person: Person) -> None:
        """Show what is known (for GET)."""
        for name in _PERSON_TEXTS:
            self[name].data = getattr(person, name) or ""

    def draft(self, person: Person) -> PersonDraft:
        """What was typed; the company stays."""
        values = {name: self[name].data or "" for name in _PERSON_TEXTS}
        values["locale"] = values["locale"] or "vi"
        return PersonDraft(**values, company_id=person.company_id)


_PERSON_TEXTS = (
    "native_name", "passport_name", "badge_name", "name_language", "job_title", "country", "email", "phone", "locale",
)  # fmt: skip


class PinForm(Form):
    """The PIN of a slip."""

    pin = Text(_l("PIN"), length=12, required=True)


class InviteForm(Form):
    """A colleague's address."""

    email = EmailText(_l("E-mail of your colleague"), required=True)


class ConfirmForm(Form):
    """Nothing but the token against forged requests."""

    confirm = HiddenField(default="1")
