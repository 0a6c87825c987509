"""Forms of site work."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf.file import MultipleFileField
from werkzeug.datastructures import FileStorage
from wtforms import BooleanField, HiddenField

from fairs.calendar.models import Fair
from fairs.core.errors import InvalidInput
from fairs.core.forms import Form, LongText, MoneyField, Text, UploadField, WholeNumber
from fairs.core.money import Money
from fairs.core.storage import Upload
from fairs.core.tokens import new_token
from fairs.directory.forms import Choice
from fairs.directory.service import PersonDraft
from fairs.floorplans.models import Booth
from fairs.sitework import catalogue, manual
from fairs.sitework.handover import VisitDraft, points_of
from fairs.sitework.models import ManualItem, ServiceItem, SiteSettings
from fairs.sitework.orders import MOST, Wish


class ServiceForm(Form):
    """A service of the catalogue."""

    kind = Choice(
        _l("Kind"), choices=lambda: [(key, label) for key, (label, _icon) in catalogue.KINDS.items()], required=True
    )
    position = WholeNumber(_l("Place in the list"), least=1, most=999, required=True, default=1)
    name_vi = Text(_l("Name in Vietnamese"), required=True)
    name_en = Text(_l("Name in English"), required=True)
    unit_vi = Text(_l("Unit in Vietnamese"), length=40, required=True)
    unit_en = Text(_l("Unit in English"), length=40, required=True)
    price = MoneyField(_l("Price (net)"), required=True, most=10**11)
    vat_percent = WholeNumber(_l("VAT (percent)"), least=0, most=30)
    stock = WholeNumber(_l("Stock"), least=0, most=100_000)
    due_days = WholeNumber(
        _l("Plain price until (days before the opening)"), least=0, most=365, required=True, default=21
    )
    late_percent = WholeNumber(_l("Surcharge afterwards (percent)"), least=0, most=200, required=True, default=30)
    close_days = WholeNumber(_l("Orders close (days before the opening)"), least=0, most=365, required=True, default=3)
    is_active = BooleanField(_l("Can be ordered"), default=True)

    _NAMES = ("kind", "position", "name_vi", "name_en", "unit_vi", "unit_en", "vat_percent", "stock", "due_days",
              "late_percent", "close_days", "is_active")  # fmt: skip

    def fill(self, item: ServiceItem) -> None:
        """Show what is known (for GET)."""
        for name in self._NAMES:
            self[name].data = getattr(item, name)
        self.price.data = item.price.decimal

    def draft(self, fair: Fair) -> catalogue.ItemDraft:
        """What was typed; raises InvalidInput for an amount that the currency has not."""
        try:
            price = Money.from_decimal(self.price.data, fair.currency)
        except InvalidInput as error:
            raise InvalidInput(error.message, field="price") from error
        return catalogue.ItemDraft(price=price, **{name: self[name].data for name in self._NAMES})


class ManualForm(Form):
    """An item of the manual."""

    section_vi = Text(_l("Section in Vietnamese"), length=120, required=True)
    section_en = Text(_l("Section in English"), length=120, required=True)
    title_vi = Text(_l("Title in Vietnamese"), required=True)
    title_en = Text(_l("Title in English"), required=True)
    text_vi = LongText(_l("Text in Vietnamese"), length=4000)
    text_en = LongText(_l("Text in English"), length=4000)
    audience = Choice(
        _l("Whom it concerns"), choices=lambda: list(manual.AUDIENCES.items()), required=True, default="all"
    )
    due_days = WholeNumber(_l("Due (days before the opening)"), least=0, most=365, required=True, default=14)
    position = WholeNumber(_l("Place in the list"), least=1, most=999, required=True, default=1)
    needs_file = BooleanField(_l("A file is handed in"))
    is_active = BooleanField(_l("Exhibitors see it"), default=True)

    _NAMES = ("section_vi", "section_en", "title_vi", "title_en", "text_vi", "text_en", "audience", "due_days", "position",
              "needs_file", "is_active")  # fmt: skip

    def fill(self, item: ManualItem) -> None:
        """Show what is known (for GET)."""
        for name in self._NAMES:
            self[name].data = getattr(item, name)

    def draft(self) -> manual.ItemDraft:
        """What was typed."""
        return manual.ItemDraft(**{name: self[name].data for name in self._NAMES})


class SettingsForm(Form):
    """The fair's rules of site work."""

    staff_per_9m2 = WholeNumber(_l("Staff badges per 9 m²"), least=0, most=50, required=True)
    staff_due_days = WholeNumber(_l("People are named (days before the opening)"), least=0, most=90, required=True)
    most_contractors = WholeNumber(_l("Contractors for each exhibitor, at most"), least=0, most=200, required=True)

    RULES = ("staff_per_9m2", "staff_due_days", "most_contractors")

    def fill(self, settings: SiteSettings) -> None:
        """Show what is known (for GET)."""
        for name in self.RULES:
            self[name].data = getattr(settings, name)


def order_form(items: Sequence[ServiceItem], booths: Sequence[Booth]) -> type[Form]:
    """A form with a number for each service, the booth where it goes, and a note."""
    fields: dict[str, Any] = {f"q{item.id}": WholeNumber(item.name, least=0, most=MOST) for item in items}
    codes = [(str(booth.id), booth.code) for booth in booths]
    return type(
        "OrderForm",
        (Form,),
        {**fields, "booth": Choice(_l("Deliver to booth"), choices=codes, required=True, default=codes[0][0] if codes else None),
         "note": Text(_l("Note"), length=400)},
    )  # fmt: skip


def wish_of(form: Any, items: Sequence[ServiceItem]) -> Wish:
    """What was typed into an order form."""
    quantities = {item.id: form[f"q{item.id}"].data or 0 for item in items}
    return Wish(quantities, int(form.booth.data), form.note.data or "")


class SwapForm(Form):
    """Who takes somebody's place at the booth."""

    native_name = Text(_l("Name"), required=True)
    job_title = Text(_l("Function"), length=120)
    email = Text(_l("E-mail"), length=255)
    phone = Text(_l("Telephone"), length=30)

    def draft(self, country: str) -> PersonDraft:
        """What was typed."""
        return PersonDraft(
            native_name=self.native_name.data or "", email=self.email.data or "", phone=self.phone.data or "",
            job_title=self.job_title.data or "", country=country,
        )  # fmt: skip


class PersonForm(SwapForm):
    """Somebody who works at the booth."""

    is_contractor = BooleanField(
        _l("Contractor who builds the stand"),
        description=_l(
            "Not in the quota; the badge comes with the build-up permit and opens gates on days of build-up and dismantling."
        ),
    )
    reason = Text(_l("Why one more"), length=400)


class ReasonForm(Form):
    """Why."""

    reason = Text(_l("Reason"), length=200)


class FileForm(Form):
    """A file that the manual asks for."""

    file = UploadField(_l("File"))


class PermitForm(Form):
    """When an exhibitor builds up, and with which vehicles."""

    slot = Choice(_l("Time"), choices=[], required=True)
    vehicles = Text(_l("Number plates of the vehicles"), length=200)


class CodeForm(Form):
    """A scanned or typed code."""

    code = Text(_l("Code"), length=1000, required=True)


class OutForm(Form):
    """Goods that leave."""

    code = HiddenField()
    vehicle = Text(_l("Number plate"), length=40)
    reason = Text(_l("Why they may leave although money is owed"), length=400)


def handover_form(booth: Booth) -> type[Form]:
    """The checklist of one booth: for each point whether something is wrong, and what."""
    fields: dict[str, Any] = {}
    for key, label in points_of(booth).items():
        fields[f"fault_{key}"] = BooleanField(label)
        fields[f"note_{key}"] = Text(_l("What is defective"), length=300)
    return type(
        "HandoverForm",
        (Form,),
        {**fields, "note": LongText(_l("Remarks"), length=2000), "photos": MultipleFileField(_l("Photos")),
         "signer": Text(_l("Name of who signs for the exhibitor"), required=True), "signature": HiddenField(),
         "token": HiddenField(), "returns": HiddenField()},
    )  # fmt: skip


def visit_of(form: Any, booth: Booth) -> VisitDraft:
    """What was typed on the phone."""
    faults: Mapping[str, str] = {
        key: form[f"note_{key}"].data or ""
        for key in points_of(booth)
        if form[f"fault_{key}"].data or form[f"note_{key}"].data
    }
    chosen = [one for one in form.photos.data or () if isinstance(one, FileStorage) and one.filename]
    return VisitDraft(
        returns=form.returns.data == "yes", token=str(form.token.data or "")[:40] or new_token(), faults=faults,
        note=form.note.data or "", signer=form.signer.data or "", signature=str(form.signature.data or ""),
        photos=[Upload(str(one.filename), one.read()) for one in chosen],
    )  # fmt: skip
