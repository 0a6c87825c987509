"""Forms of contracts and rates."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import wtforms
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, FieldList, FormField, HiddenField
from wtforms.validators import ValidationError

from fairs.contracts.errors import InvalidContract
from fairs.contracts.models import Contract
from fairs.contracts.rates import RateDraft
from fairs.contracts.rules import MOST_LINES, ContractDraft, LineDraft
from fairs.contracts.states import ContractKind, ContractState
from fairs.contracts.terms import PAYMENT_METHODS, REPORTERS
from fairs.core.errors import DomainError
from fairs.core.forms import DayField, DecimalNumber, Form, LongText, MoneyField, Text, UploadField
from fairs.core.hs import UNITS, unit_name
from fairs.core.incoterms import INCOTERMS
from fairs.core.money import EXPONENTS
from fairs.directory.forms import Choice

#: The usual ones first.
CURRENCIES = ("USD", "EUR", "VND", *sorted(set(EXPONENTS) - {"USD", "EUR", "VND"}))


class Amount(MoneyField):
    """An amount; the limits are the service's, so that all messages about amounts are the same."""

    def __init__(self, label: Any = None, **kwargs: Any) -> None:
        super().__init__(label, least=-(10**18), most=10**18, **kwargs)


class LineForm(wtforms.Form):
    """Goods under one HS heading."""

    hs_code = Text(_l("HS code"), length=20)
    description = Text(_l("Goods"), length=300)
    quantity = DecimalNumber(_l("Quantity"), least=-(10**18), most=10**18)
    unit = Choice(_l("Unit"), choices=lambda: [(code, f"{code} · {unit_name(code)}") for code in UNITS], default="PCE")
    price = Amount(_l("Price per unit"))
    amount = Amount(_l("Value of the line"))
    cites = BooleanField(_l("Protected species: needs a CITES permit"))

    @property
    def is_blank(self) -> bool:
        """Whether nothing was typed."""
        typed = (self.hs_code, self.description, self.quantity, self.price, self.amount)
        return not any(str((field.raw_data or [field.data or ""])[0]).strip() for field in typed)

    def to_draft(self) -> LineDraft:
        """The line as typed."""
        return LineDraft(
            hs_code=self.hs_code.data or "",
            description=self.description.data or "",
            quantity=self.quantity.data,
            unit=self.unit.data or "",
            amount=self.amount.data,
            price=self.price.data,
            cites=bool(self.cites.data),
        )


class ContractForm(Form):
    """The four blocks of a contract: parties, goods, terms, evidence."""

    exporter_query = Text(_l("Exporter"), length=200)
    importer_query = Text(_l("Importer"), length=200)
    exporter_id = HiddenField()
    importer_id = HiddenField()
    # Stand for the two parties in error messages.
    exporter = HiddenField(_l("Exporter"))
    importer = HiddenField(_l("Importer"))
    booth_code = Text(_l("Booth"), length=12)
    reported_by = Choice(_l("Reported by"), choices=list(REPORTERS.items()), default="clerk")

    lines = FieldList(FormField(LineForm), min_entries=1, max_entries=MOST_LINES)

    value = Amount(_l("Value of the contract"))
    currency = Choice(_l("Currency"), choices=[(code, code) for code in CURRENCIES], default="USD")
    state = Choice(_l("Status"), default=str(ContractState.SIGNED))
    signed_on = DayField(_l("Signed on"))
    number = Text(_l("Number of the contract"), length=80)
    incoterm = Choice(
        _l("Incoterm 2020"), choices=[(code, f"{code} – {name}") for code, name in INCOTERMS.items()], default="FOB"
    )
    incoterm_place = Text(_l("Named place"), length=120)
    kind = Choice(_l("Kind of contract"), default=str(ContractKind.SINGLE))
    framework = Text(_l("Framework contract"), length=80)
    payment_method = Choice(_l("Payment method"))
    payment_terms = Text(_l("Payment terms"), length=200)
    delivery = Text(_l("Delivery"), length=200)
    note = LongText(_l("Note"), length=4000)

    reason = Text(_l("Why it is corrected"), length=400)
    evidence = UploadField(_l("Scan of the signed paper"))
    kept = HiddenField()
    seen = HiddenField()

    def __init__(self, *args: Any, states: Iterable[ContractState] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.state.choices = [(str(state), state.label) for state in states]
        self.kind.choices = [(str(kind), kind.label) for kind in ContractKind]
        self.payment_method.choices = [("", _l("not agreed yet")), *PAYMENT_METHODS.items()]
        self.incoterm.choices = [(code, f"{code} – {name}") for code, name in INCOTERMS.items()]

    def to_draft(self) -> ContractDraft:
        """The contract as typed; blank lines are left out."""
        self.drop_blank_lines()
        return ContractDraft(
            exporter_id=whole(self.exporter_id.data),
            importer_id=whole(self.importer_id.data),
            state=self.state.data or "",
            signed_on=self.signed_on.data,
            incoterm=self.incoterm.data or "",
            currency=self.currency.data or "",
            value=self.value.data,
            lines=[entry.form.to_draft() for entry in self.lines.entries if not entry.form.is_blank],
            incoterm_place=self.incoterm_place.data or "",
            number=self.number.data or "",
            booth_code=self.booth_code.data or "",
            payment_terms=self.payment_terms.data or "",
            delivery=self.delivery.data or "",
            note=self.note.data or "",
            reported_by=self.reported_by.data or "",
            payment_method=self.payment_method.data or "",
            kind=self.kind.data or "",
            framework=self.framework.data or "",
        )

    def drop_blank_lines(self) -> None:
        """Number the lines anew without the blank ones, so that messages find their line; one always stays."""
        filled = [entry for entry in self.lines.entries if not entry.form.is_blank] or self.lines.entries[:1]
        self._number_anew(filled)

    def remove_line(self, place: int) -> None:
        """Take one line away; the last one is emptied instead."""
        entries = [entry for n, entry in enumerate(self.lines.entries) if n != place]
        self._number_anew(entries)
        if not entries:
            self.lines.append_entry()

    def add_line(self) -> None:
        """One more line, as far as a contract may have more."""
        if len(self.lines.entries) < MOST_LINES:
            self.lines.append_entry()

    def _number_anew(self, entries: list[Any]) -> None:
        for place, entry in enumerate(entries):
            entry.id = entry.name = entry.short_name = f"lines-{place}"
            for name, field in entry.form._fields.items():
                field.id = field.name = f"lines-{place}-{name}"
                field.label.field_id = field.id
        self.lines.entries = entries
        self.lines.last_index = len(entries) - 1

    def add_error(self, error: DomainError) -> None:
        """Every problem of a contract at its own field, also inside the lines."""
        if isinstance(error, InvalidContract):
            for problem in error.problems:
                self.add_error(problem)
            return
        parts = (error.field or "").split("-")
        if len(parts) == 3 and parts[0] == "lines" and int(parts[1]) < len(self.lines.entries):
            field = self.lines.entries[int(parts[1])].form._fields.get(parts[2])
            if field is not None:
                # What could not be read has its message already.
                field.errors = field.errors or [str(error)]
                self.lines.errors = [entry.errors for entry in self.lines.entries]
                return
        field = self._fields.get(error.field or "")
        if field is not None and field.errors:
            return
        super().add_error(error)

    @classmethod
    def values_of(cls, contract: Contract) -> dict[str, Any]:
        """The form's values for changing a contract."""
        names = (
            "booth_code", "reported_by", "currency", "signed_on", "number", "incoterm", "incoterm_place",
            "payment_method", "payment_terms", "delivery", "note",
        )  # fmt: skip
        return {
            **{name: getattr(contract, name) for name in names},
            "exporter_id": contract.exporter_id,
            "importer_id": contract.importer_id,
            "state": str(contract.state),
            "kind": str(contract.kind),
            "framework": contract.parent.reference if contract.parent is not None else "",
            "value": contract.value.decimal,
            "lines": [
                {
                    "hs_code": line.hs_code,
                    "description": line.description,
                    "quantity": line.quantity,
                    "unit": line.unit,
                    "price": line.price,
                    "amount": line.amount.decimal,
                    "cites": line.cites,
                }
                for line in contract.lines
            ],
        }


def whole(text: Any) -> int | None:
    """A whole number from a hidden field; None for anything else."""
    text = str(text or "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else None


class MoveForm(Form):
    """How far the deal has come."""

    target = Choice(_l("New status"), choices=lambda: [(str(s), s.label) for s in ContractState], required=True)
    signed_on = DayField(_l("Signed on"))
    cancel_reason = Text(_l("Reason"), length=400)


class RateForm(Form):
    """What one unit of a currency costs in dong on a day."""

    currency = Choice(_l("Currency"), choices=[(c, c) for c in CURRENCIES if c != "VND"], default="USD", required=True)
    day = DayField(_l("Day"), required=True)
    vnd = DecimalNumber(_l("VND for one unit"), least=-(10**18), most=10**18, required=True)
    source = Text(_l("Source"), length=120, required=True)
    confirmed = BooleanField(_l("The rate is right: save it."))

    def validate_vnd(self, field: Any) -> None:
        """At most six decimals are kept."""
        if field.data is not None and field.data != round(field.data, 6):
            raise ValidationError(_l("At most six decimals."))

    def to_draft(self) -> RateDraft:
        """The rate as typed."""
        assert self.day.data is not None and self.vnd.data is not None  # noqa: S101  required
        return RateDraft(self.currency.data, self.day.data, self.vnd.data, self.source.data or "")
