"""Forms of an application to exhibit."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, SelectField, SelectMultipleField
from wtforms.validators import InputRequired
from wtforms.widgets import CheckboxInput, ListWidget

from fairs.calendar.context import current_fair
from fairs.core.forms import CountryField, Form, LongText, Text, WholeNumber
from fairs.core.i18n import localized
from fairs.directory import consents
from fairs.directory.forms import Choice, CompanyForm, EmailText, GroupsField, OnBehalfMixin, PhoneText, RadioChoice
from fairs.directory.products import products_of
from fairs.directory.service import CompanyDraft
from fairs.exhibitors.appraisal import ANSWERS, RECOMMENDATIONS, AppraisalDraft, Point
from fairs.exhibitors.lists import line_choices, rule_choices
from fairs.exhibitors.models import Exhibitor
from fairs.exhibitors.service import Consents, ContactDraft, ProductsDraft
from fairs.exhibitors.sharing import CO, REPRESENTED, StandDraft
from fairs.exhibitors.wishes import MOST_BOOTHS, PlaceDraft, wishable_types

TRACK_CHOICES = (
    ("paying", _l("Paying: the full price of the booth")),
    ("supported", _l("Supported: for craft households and enterprises with a decision on support")),
)
_NEEDED = InputRequired(_l("Without this consent we may not keep the application."))


STAND_CHOICES = (
    (CO, _l("Co-exhibitor: comes with its own staff and its own products, and counts as an exhibitor")),
    (REPRESENTED, _l("Represented company: only its products are shown, it sends nobody")),
)
SIDES = (
    ("1", _l("One is enough")), ("2", _l("Two: a corner")), ("3", _l("Three: the end of a row")),
    ("4", _l("Four: an island")),
)  # fmt: skip


def type_choices() -> list[tuple[str, str]]:
    """(id, name) of the kinds of booths that this fair sells."""
    return [("", "—"), *((str(kind.id), kind.name) for kind in wishable_types(current_fair().id))]


class PlaceMixin:
    """How many booths and where: part of the application, and of the form that staff file."""

    booth_count = WholeNumber(_l("Number of booths"), least=1, most=MOST_BOOTHS, default=1)
    type_id = Choice(_l("Kind of booth"), choices=type_choices)
    open_sides = Choice(_l("Open sides"), choices=SIDES, default="1")
    wish_1 = Text(_l("First wish"), length=120)
    wish_2 = Text(_l("Second wish"), length=120)
    wish_3 = Text(_l("Third wish"), length=120)

    def fill_place(self, exhibitor: Exhibitor) -> None:
        """Show what is known (for GET)."""
        form: Any = self
        form.booth_count.data, form.open_sides.data = exhibitor.booth_count, str(exhibitor.wished_open_sides)
        form.type_id.data = str(exhibitor.wished_type_id or "")
        for wish in exhibitor.booth_wishes:
            form[f"wish_{wish.position}"].data = wish.name

    def place_draft(self) -> PlaceDraft:
        """What was typed."""
        form: Any = self
        return PlaceDraft(
            booth_count=form.booth_count.data or 1,
            type_id=int(form.type_id.data) if form.type_id.data else None,
            open_sides=int(form.open_sides.data or 1),
            places=[form[f"wish_{n}"].data or "" for n in (1, 2, 3)],
        )


class ProductsForm(PlaceMixin, Form):
    """What will be shown, and where."""

    product_ids = SelectMultipleField(
        _l("From your catalogue"), widget=ListWidget(prefix_label=False), option_widget=CheckboxInput(), choices=()
    )

    group_codes = GroupsField(_l("Product groups at this fair"), required=True)
    products = LongText(_l("What will you show?"), length=2000, required=True)
    track = RadioChoice(_l("Price of the booth"), choices=TRACK_CHOICES, default="paying")
    wishes = LongText(_l("Wishes about the place"), length=1000)

    def fill(self, exhibitor: Exhibitor) -> None:
        """Show what is known (for GET)."""
        self.group_codes.data = exhibitor.groups
        self.products.data, self.wishes.data = exhibitor.products, exhibitor.wishes
        self.track.data = exhibitor.track
        self.product_ids.data = [str(product.id) for product in exhibitor.shown_products]
        self.fill_place(exhibitor)

    def offer(self, company_id: int) -> None:
        """Let the company choose among its products."""
        self.product_ids.choices = [(str(product.id), localized(product)) for product in products_of(company_id)]

    def draft(self) -> ProductsDraft:
        """What was typed."""
        return ProductsDraft(
            tuple(self.group_codes.data or ()), self.products.data or "", self.wishes.data or "",
            self.track.data or "", [int(key) for key in self.product_ids.data or ()], self.place_draft(),
        )  # fmt: skip


class ContactForm(Form):
    """Who answers for the application."""

    contact_name = Text(_l("Contact person"), length=200, required=True)
    contact_email = EmailText(_l("E-mail"))
    contact_phone = PhoneText(_l("Telephone"))

    def fill(self, exhibitor: Exhibitor) -> None:
        """Show what is known (for GET)."""
        self.contact_name.data = exhibitor.contact_name
        self.contact_email.data, self.contact_phone.data = exhibitor.contact_email, exhibitor.contact_phone

    def draft(self) -> ContactDraft:
        """What was typed."""
        return ContactDraft(self.contact_name.data or "", self.contact_email.data or "", self.contact_phone.data or "")


class ConsentForm(Form):
    """Handing in: each consent by itself, none ticked beforehand."""

    registration = BooleanField(consents.REGISTRATION.text, [_NEEDED])
    sharing = BooleanField(consents.SHARING.text)
    mailings = BooleanField(consents.MAILINGS.text)

    def given(self) -> Consents:
        """What was agreed to."""
        return Consents(bool(self.registration.data), bool(self.sharing.data), bool(self.mailings.data))


class FileForSomebodyForm(OnBehalfMixin, PlaceMixin, CompanyForm):
    """The whole application on one page, for a clerk with a paper form or somebody on the telephone."""

    group_codes = GroupsField(_l("Product groups"), required=True)
    products = LongText(_l("What will they show?"), length=2000, required=True)
    track = RadioChoice(_l("Price of the booth"), choices=TRACK_CHOICES, default="paying")
    wishes = LongText(_l("Wishes about the place"), length=1000)
    contact_name = Text(_l("Contact person"), length=200, required=True)
    contact_email = EmailText(_l("E-mail"))
    contact_phone = PhoneText(_l("Telephone"))
    registration = BooleanField(
        _l("They agreed, in writing or on the telephone, that these details are kept and used for this registration."),
        [_NEEDED],
    )
    sharing = BooleanField(consents.SHARING.text)
    mailings = BooleanField(consents.MAILINGS.text)

    def products_draft(self) -> ProductsDraft:
        """What will be shown."""
        return ProductsDraft(
            tuple(self.group_codes.data or ()), self.products.data or "", self.wishes.data or "",
            self.track.data or "", None, self.place_draft(),
        )  # fmt: skip

    def contact_draft(self) -> ContactDraft:
        """Who answers for it."""
        return ContactDraft(self.contact_name.data or "", self.contact_email.data or "", self.contact_phone.data or "")

    def given(self) -> Consents:
        """What was agreed to."""
        return Consents(bool(self.registration.data), bool(self.sharing.data), bool(self.mailings.data))


class DecisionForm(Form):
    """Accept, put on the waiting list, refuse; the pressed button says which."""

    note = LongText(_l("Note or reason for the company"), length=1000)


class SupportForm(Form):
    """Propose one application for support; the reason is for suspected duplicates."""

    rule = SelectField(_l("Rule of support"))
    percent = Text(_l("Percent of the price"), length=4)
    line = SelectField(_l("Budget line"))
    reason = LongText(_l("Why it is no duplicate"), length=2000)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        nothing: list[tuple[str, Any]] = [("", _l("Please choose"))]
        self.rule.choices, self.line.choices = [*nothing, *rule_choices()], [*nothing, *line_choices()]


class WithdrawForm(Form):
    """Why a company withdraws."""

    reason = LongText(_l("Reason"), length=400)


class StandForm(Form):
    """A further company on a stand."""

    kind = RadioChoice(_l("As what"), choices=STAND_CHOICES)
    name = Text(_l("Name of the company or household"), length=250, required=True)
    name_en = Text(_l("Name in English"), length=250)
    country = CountryField(_l("Country"), default="VN", validate_choice=False)
    tax_code = Text(_l("Tax code"), length=20)
    products = LongText(_l("What do they show?"), length=2000)
    contact_name = Text(_l("Contact person"), length=200)
    contact_email = EmailText(_l("E-mail"))
    contact_phone = PhoneText(_l("Telephone"))

    def draft(self) -> StandDraft:
        """What was typed."""
        company = CompanyDraft(
            name=self.name.data or "", country=self.country.data or "", name_en=self.name_en.data or "",
            tax_code=self.tax_code.data or "",
        )  # fmt: skip
        return StandDraft(
            company, self.kind.data or "", self.products.data or "", self.contact_name.data or "",
            self.contact_email.data or "", self.contact_phone.data or "",
        )  # fmt: skip


class AppraisalForm(Form):
    """An appraisal; ``appraisal_form`` adds the points of the fair's checklist."""

    recommendation = RadioChoice(_l("Recommendation"), choices=list(RECOMMENDATIONS.items()))
    note = LongText(_l("Note for those who decide"), length=2000)

    def draft(self, points: Sequence[Point]) -> AppraisalDraft:
        """What was found."""
        answers = {point.key: self[f"answer-{point.key}"].data or "" for point in points}
        return AppraisalDraft(answers, self.recommendation.data or "", self.note.data or "")


def appraisal_form(points: Sequence[Point], **values: Any) -> AppraisalForm:
    """The form with a question for each point, in the reader's language."""
    choices = list(ANSWERS.items())
    fields = {f"answer-{point.key}": RadioChoice(localized(point, "text"), choices=choices) for point in points}
    form: AppraisalForm = type("ChecklistForm", (AppraisalForm,), fields)(**values)
    return form


class ChecklistItemForm(Form):
    """A point of the checklist."""

    text_vi = Text(_l("Point in Vietnamese"), length=300, required=True)
    text_en = Text(_l("Point in English"), length=300)
    weight = WholeNumber(_l("Weight"), least=1, most=100, default=10, required=True)
