"""Forms of budgets, vouchers, sponsors, closings and accounts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, FieldList, FormField, SelectField
from wtforms import Form as PlainForm

from fairs.budgets.models import Commitment, FairLine
from fairs.budgets.service import ItemDraft
from fairs.budgets.spending import MOST_LINES, CommitmentDraft, VoucherDraft, VoucherPart
from fairs.budgets.sponsoring import MOST_INSTALMENTS, SponsorDraft
from fairs.budgets.states import Category, MoneySource
from fairs.core.errors import InvalidInput
from fairs.core.forms import (
    DayField,
    DecimalNumber,
    Form,
    LibraryTexts,
    LongText,
    MoneyField,
    Text,
    UploadField,
    WholeNumber,
)
from fairs.core.money import Money
from fairs.core.text import fold
from fairs.directory.models import Company
from fairs.directory.queries import search_companies
from fairs.programme.models import BudgetLine

METHOD_CHOICES = [("transfer", _l("Transfer")), ("cash", _l("Cash"))]
_CHOOSE = _l("Please choose…")


class PartForm(PlainForm):
    """A form within a form, with the same words for what is wrong."""

    class Meta(PlainForm.Meta):
        """WTForms' settings."""

        def get_translations(self, form: Any) -> LibraryTexts:
            """Where the library's own messages come from."""
            return LibraryTexts()


class StartForm(Form):
    """A first version: empty, or a copy from another fair."""

    copy_of = SelectField(_l("Begin with"))
    growth = DecimalNumber(_l("Growth in percent"), least=-90, most=1000)

    def __init__(self, *, fairs: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.copy_of.choices = [("", _("an empty budget")), *fairs]


class ReasonForm(Form):
    """Why: of an adjustment, a return, a refusal, a release."""

    reason = LongText(_l("Reason"), length=400)


class ItemForm(Form):
    """A line of a draft."""

    code = Text(_l("Code"), length=20, required=True)
    name_vi = Text(_l("Name (Vietnamese)"), length=250, required=True)
    name_en = Text(_l("Name (English)"), length=250)
    category = SelectField(_l("Group"), choices=[(str(one), one.label) for one in Category])
    source = SelectField(_l("Source of money"), choices=[(str(one), one.label) for one in MoneySource])
    plan_line = SelectField(_l("Budget line of the year's programme"))
    unit = Text(_l("Unit"), length=40)
    quantity = DecimalNumber(_l("Quantity"), most=10**9)
    unit_price = MoneyField(_l("Unit price"), most=10**15)
    amount = MoneyField(_l("Amount"), most=10**15)
    note = Text(_l("Note"), length=400)

    def __init__(self, *, plan_lines: Sequence[BudgetLine], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.plan_line.choices = [("", "—"), *((str(line.id), line.label) for line in plan_lines)]

    def draft(self, currency: str) -> ItemDraft:
        """What was typed."""
        price = self.unit_price.money(currency) if self.unit_price.data is not None else None
        amount = self.amount.money(currency) if self.amount.data is not None else None
        return ItemDraft(
            self.code.data or "", self.name_vi.data or "", Category(self.category.data), MoneySource(self.source.data),
            amount, self.name_en.data or "", self.unit.data or "", self.quantity.data, price,
            int(self.plan_line.data) if self.plan_line.data else None, self.note.data or "",
        )  # fmt: skip


class SheetForm(Form):
    """A budget as a sheet."""

    file = UploadField(_l("Sheet with the budget"))


class ApproveForm(Form):
    """The decision by which a version is approved."""

    decision_number = Text(_l("Number of the decision"), length=60, required=True)
    decision_on = DayField(_l("Day of the decision"), required=True)


class OverrunForm(Form):
    """More of a line than is planned."""

    amount = MoneyField(_l("Amount beyond the plan"), required=True)
    reason = LongText(_l("Reason"), length=400, required=True)


class CommitmentForm(Form):
    """A contract or an order on a line."""

    payee = Text(_l("Supplier"), length=250, required=True)
    subject = Text(_l("What for"), length=300, required=True)
    amount = MoneyField(_l("Amount with VAT"), required=True)
    external_number = Text(_l("Number of the contract or order"), length=80)
    signed_on = DayField(_l("Signed on"), required=True)

    def draft(self, currency: str) -> CommitmentDraft:
        """What was typed."""
        company = known_company(self.payee.data or "")
        return CommitmentDraft(
            company.name if company else self.payee.data or "", self.subject.data or "", self.amount.money(currency),
            self.signed_on.data, self.external_number.data or "", company.id if company else None,
        )  # fmt: skip


class VoucherLineForm(PartForm):
    """What a voucher takes of a line."""

    line = SelectField(_l("Line of the budget"), validate_choice=False)
    amount = MoneyField(_l("Amount with VAT"), most=10**15)


class VoucherForm(Form):
    """A voucher."""

    payee = Text(_l("Payee"), length=250, required=True)
    tax_code = Text(_l("Tax code"), length=20)
    purpose = Text(_l("What for"), length=400, required=True)
    written_on = DayField(_l("Date of the voucher"), required=True)
    method = SelectField(_l("Method"), choices=METHOD_CHOICES)
    external_number = Text(_l("Number of the payee's invoice"), length=80)
    external_on = DayField(_l("Day of the payee's invoice"))
    vat = MoneyField(_l("VAT contained in it"), most=10**15)
    scan = UploadField(_l("Scan of the document"))
    lines = FieldList(FormField(VoucherLineForm), min_entries=3, max_entries=MOST_LINES)

    def offer(self, lines: Sequence[FairLine], promised: Sequence[Commitment]) -> None:
        """What can be chosen: each line, and each commitment of it that is open."""
        choices = [("", str(_CHOOSE))]
        for line in lines:
            choices.append((str(line.id), line.label))
            choices += [
                (f"{line.id}/{one.id}", f"{line.code} · {one.number} · {one.payee}")
                for one in promised
                if one.line_id == line.id
            ]
        for entry in self.lines:
            entry.form.line.choices = choices

    def draft(self, currency: str) -> VoucherDraft:
        """What was typed; raises InvalidInput for a line without amount, or an amount without line."""
        parts = []
        for place, entry in enumerate(self.lines):
            chosen, amount = entry.form.line.data or "", entry.form.amount.data
            if not chosen and amount is None:
                continue
            known = {value for value, _label in entry.form.line.choices}
            if not chosen or chosen not in known:
                raise InvalidInput(_("Say on which line of the budget it is spent."), field=f"lines-{place}-line")
            if amount is None:
                raise InvalidInput(_("Write an amount above zero."), field=f"lines-{place}-amount")
            line_id, _slash, commitment_id = chosen.partition("/")
            parts.append(
                VoucherPart(
                    int(line_id), entry.form.amount.money(currency), int(commitment_id) if commitment_id else None
                )
            )
        company = known_company(self.tax_code.data or "") or known_company(self.payee.data or "")
        return VoucherDraft(
            self.payee.data or "", self.purpose.data or "", parts, self.written_on.data, self.method.data,
            self.vat.money(currency) if self.vat.data is not None else None, company.id if company else None,
            self.tax_code.data or (company.tax_code or "" if company else ""), self.external_number.data or "",
            self.external_on.data, self.scan.upload(),
        )  # fmt: skip

    def show_error(self, error: Any) -> None:
        """Show an error at the field it names, one of the lines among them."""
        parts = (error.field or "").split("-")
        if len(parts) == 3 and parts[0] == "lines" and int(parts[1]) < len(self.lines):
            found = self.lines[int(parts[1])].form._fields.get(parts[2])
            if found is not None:
                found.errors = [*found.errors, str(error)]
                return
        self.add_error(error)


class PayForm(Form):
    """The money has gone."""

    paid_on = DayField(_l("Paid on"), required=True)
    reference = Text(_l("Reference of the bank"), length=100)


class InstalmentForm(PartForm):
    """A part of a sponsor's money."""

    due_on = DayField(_l("Expected by"))
    amount = MoneyField(_l("Amount without VAT"), most=10**15)


class SponsorForm(Form):
    """What a sponsor promises."""

    company = Text(_l("Company (name or tax code)"), length=250, required=True)
    package = Text(_l("Package"), length=120, required=True)
    in_kind = SelectField(_l("Given"), choices=[("", _l("in money")), ("1", _l("in kind"))])
    promised = MoneyField(_l("Amount without VAT, or the value"), required=True, most=10**15)
    vat_percent = WholeNumber(_l("VAT in percent"), most=20)
    description = Text(_l("What is given in kind"), length=400)
    benefits = LongText(_l("What the sponsor gets for it"), length=4000)
    parts = FieldList(FormField(InstalmentForm), min_entries=3, max_entries=MOST_INSTALMENTS)

    def draft(self, currency: str) -> SponsorDraft:
        """What was typed; raises InvalidInput for a company that is not known, or half an instalment."""
        instalments: list[tuple[Any, Money]] = []
        for entry in self.parts:
            day, amount = entry.form.due_on.data, entry.form.amount.data
            if day is None and amount is None:
                continue
            if day is None or amount is None:
                raise InvalidInput(_("An instalment has a day and an amount."), field="promised")
            instalments.append((day, entry.form.amount.money(currency)))
        return SponsorDraft(
            one_company(self.company.data or "").id, self.package.data or "", self.promised.money(currency),
            bool(self.in_kind.data), self.description.data or "", self.benefits.data or "", self.vat_percent.data or 0,
            instalments,
        )  # fmt: skip


class AgreeForm(Form):
    """The agreement with a sponsor."""

    agreement_number = Text(_l("Number of the agreement"), length=80, required=True)
    agreed_on = DayField(_l("Signed on"), required=True)
    scan = UploadField(_l("Scan of the document"))


class ReceivedForm(Form):
    """What was promised in kind is here."""

    received_on = DayField(_l("Received on"), required=True)


class CloseForm(Form):
    """Closing a day."""

    counted = MoneyField(_l("Cash counted"), most=10**15)
    note = LongText(_l("Note"), length=400)


class PeriodForm(Form):
    """A period, both days included."""

    class Meta(Form.Meta):
        """It only asks: nothing is changed by it."""

        csrf = False

    begin = DayField(_l("From day"), required=True)
    end = DayField(_l("To day"), required=True)


class AccountForm(Form):
    """The accounts of a kind of booking."""

    debit = Text(_l("Debit account"), length=20, required=True)
    credit = Text(_l("Credit account"), length=20, required=True)
    is_checked = BooleanField(_l("Checked by the accountant"))


def known_company(text: str) -> Company | None:
    """The one company with this tax code, or exactly this name; None when there is none or several."""
    wanted = text.strip()
    if not wanted:
        return None
    found = [
        one for one in search_companies(wanted, limit=50) if one.tax_code == wanted or fold(one.name) == fold(wanted)
    ]
    return found[0] if len(found) == 1 else None


def one_company(text: str) -> Company:
    """The company that is meant; raises InvalidInput naming those that could be, or saying that there is none."""
    exact = known_company(text)
    found = [exact] if exact else list(search_companies(text.strip(), limit=6)) if text.strip() else []
    if len(found) == 1:
        return found[0]
    if not found:
        raise InvalidInput(_("The directory has no such company. Enter it in the directory first."), field="company")
    names = "; ".join(f"{one.name} ({one.tax_code or '—'})" for one in found[:5])
    raise InvalidInput(
        _("Several companies fit: %(names)s. Write the tax code or the whole name.", names=names), field="company"
    )
