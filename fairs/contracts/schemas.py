"""Shapes of contracts as programs send and read them."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from marshmallow import Schema, ValidationError, fields, validate, validates_schema

from fairs.contracts.models import Contract
from fairs.contracts.rules import FIRST_STATES, MOST_LINES, ContractDraft, LineDraft
from fairs.contracts.states import ContractKind
from fairs.contracts.terms import PAYMENT_METHODS, REPORTERS
from fairs.core.hs import UNITS
from fairs.core.incoterms import INCOTERMS
from fairs.core.money import Money
from fairs.core.rest import MoneySchema, StrictSchema
from fairs.directory.models import Company

MOST_CONTRACTS = 100
_KEYS = ("id", "tax_code", "code", "name")


class PartySchema(StrictSchema):
    """A company by one of: ``id``; ``tax_code``; ``code`` (badge, reference or booth of the fair); ``name``."""

    id = fields.Integer(strict=True, validate=validate.Range(1, 2**31 - 1))
    tax_code = fields.String(validate=validate.Length(1, 20))
    code = fields.String(validate=validate.Length(1, 1000))
    name = fields.String(validate=validate.Length(1, 250))
    country = fields.String(validate=validate.Length(equal=2), metadata={"description": "Narrows a name down."})

    @validates_schema
    def one_key(self, data: dict[str, Any], **_kwargs: Any) -> None:
        """Exactly one way of naming the company."""
        if sum(key in data for key in _KEYS) != 1:
            raise ValidationError(f"Give exactly one of {', '.join(_KEYS)}.")


def _is_quantity(value: Decimal) -> None:
    # Not marshmallow's Range: the document would then give bounds to a text.
    if not 0 <= value <= 10**12:
        raise ValidationError("Must be between 0 and 1000000000000.")


def _is_price(value: Decimal | None) -> None:
    if value is not None and not 0 < value < 10**12:
        raise ValidationError("Must be above 0 and below 1000000000000.")


class LineSchema(StrictSchema):
    """Goods under one HS code; ``quantity`` is a decimal as text, ``amount`` the value of all of it, ``price`` that of one
    unit (a decimal as text in major units), ``cites`` whether the goods need a permit for protected species."""

    hs_code = fields.String(required=True, validate=validate.Length(4, 20))
    description = fields.String(required=True, validate=validate.Length(1, 300))
    quantity = fields.Decimal(
        required=True, allow_nan=False, as_string=True, validate=_is_quantity, metadata={"type": "string"}
    )
    unit = fields.String(required=True, validate=validate.OneOf(list(UNITS)))
    amount = fields.Nested(MoneySchema, required=True)
    price = fields.Decimal(
        load_default=None, allow_none=True, allow_nan=False, as_string=True, validate=_is_price,
        metadata={"type": ["string", "null"]},
    )  # fmt: skip
    cites = fields.Boolean(load_default=False)


class LineView(LineSchema):
    """Goods as read, with the edition of the Harmonised System that the code is read by."""

    hs_edition = fields.Integer()


class ContractSchema(StrictSchema):
    """A contract to log."""

    exporter = fields.Nested(PartySchema, required=True)
    importer = fields.Nested(PartySchema, required=True)
    state = fields.String(load_default="signed", validate=validate.OneOf([str(state) for state in FIRST_STATES]))
    signed_on = fields.Date(required=True)
    incoterm = fields.String(required=True, validate=validate.OneOf(list(INCOTERMS)))
    incoterm_place = fields.String(load_default="", validate=validate.Length(max=120))
    value = fields.Nested(MoneySchema, required=True)
    lines = fields.List(fields.Nested(LineSchema), load_default=list, validate=validate.Length(max=MOST_LINES))
    number = fields.String(load_default="", validate=validate.Length(max=80))
    booth = fields.String(load_default="", validate=validate.Length(max=12))
    payment_terms = fields.String(load_default="", validate=validate.Length(max=200))
    delivery = fields.String(load_default="", validate=validate.Length(max=200))
    note = fields.String(load_default="", validate=validate.Length(max=4000))
    reported_by = fields.String(load_default="clerk", validate=validate.OneOf(list(REPORTERS)))
    payment_method = fields.String(load_default="", validate=validate.OneOf(["", *PAYMENT_METHODS]))
    kind = fields.String(load_default="single", validate=validate.OneOf([str(kind) for kind in ContractKind]))
    framework = fields.String(
        load_default="",
        validate=validate.Length(max=80),
        metadata={"description": "Reference or number of the framework contract of a call-off."},
    )


class BatchSchema(StrictSchema):
    """Up to 100 contracts; each is logged or refused by itself."""

    contracts = fields.List(fields.Nested(ContractSchema), required=True, validate=validate.Length(1, MOST_CONTRACTS))


class CompanySchema(Schema):
    """A party as read."""

    id = fields.Integer()
    name = fields.String()
    country = fields.String()
    tax_code = fields.String(allow_none=True)


class ContractView(Schema):
    """A contract as read. ``usd`` is null while a rate is missing; ``counts``: signed, verified and part of the headline;
    ``standing``: the one figure that it belongs to; ``revision`` grows with each correction of what was verified."""

    reference = fields.String()
    number = fields.String()
    state = fields.String()
    verification = fields.String()
    counts = fields.Boolean()
    standing = fields.String()
    revision = fields.Integer()
    kind = fields.String()
    framework = fields.String(allow_none=True)
    signed_on = fields.Date()
    exporter = fields.Nested(CompanySchema)
    importer = fields.Nested(CompanySchema)
    booth = fields.String()
    incoterm = fields.String()
    incoterm_place = fields.String()
    value = fields.Nested(MoneySchema)
    usd = fields.Nested(MoneySchema, allow_none=True)
    rate_on = fields.Date(allow_none=True)
    rate_source = fields.String()
    payment_method = fields.String()
    payment_terms = fields.String()
    delivery = fields.String()
    reported_by = fields.String()
    has_evidence = fields.Boolean()
    lines = fields.List(fields.Nested(LineView))


class ResultSchema(Schema):
    """What became of one contract of a batch: ``reference`` when it was logged, else the problem."""

    index = fields.Integer()
    status = fields.Integer()
    reference = fields.String()
    code = fields.String()
    title = fields.String()
    errors = fields.List(fields.Dict())


class ResultsSchema(Schema):
    """One result per contract, in their order."""

    results = fields.List(fields.Nested(ResultSchema))


def draft_of(values: dict[str, Any], exporter_id: int | None, importer_id: int | None) -> ContractDraft:
    """The contract as sent, its parties already found. A line in another currency has no amount and is refused."""
    value = Money(**values["value"])
    return ContractDraft(
        exporter_id=exporter_id,
        importer_id=importer_id,
        state=values["state"],
        signed_on=values["signed_on"],
        incoterm=values["incoterm"],
        currency=value.currency,
        value=value.decimal,
        lines=[
            LineDraft(
                line["hs_code"],
                line["description"],
                line["quantity"],
                line["unit"],
                Money(**line["amount"]).decimal if line["amount"]["currency"] == value.currency else None,
                # Without an amount of the same currency the line is refused, not worked out from its price.
                line["price"] if line["amount"]["currency"] == value.currency else None,
                line["cites"],
            )
            for line in values["lines"]
        ],
        booth_code=values["booth"],
        **{
            key: values[key]
            for key in (
                "incoterm_place",
                "number",
                "payment_method",
                "payment_terms",
                "delivery",
                "note",
                "reported_by",
                "kind",
                "framework",
            )
        },
    )


def _company(company: Company) -> dict[str, Any]:
    return {key: getattr(company, key) for key in ("id", "name", "country", "tax_code")}


def view_of(contract: Contract, standing: str) -> dict[str, Any]:
    """A contract as programs read it; ``standing`` is one of counting.STANDINGS."""
    same = (
        "reference", "number", "state", "verification", "counts", "signed_on", "incoterm", "incoterm_place", "rate_on",
        "rate_source", "payment_method", "payment_terms", "delivery", "reported_by", "kind", "revision",
    )  # fmt: skip
    return {
        **{name: getattr(contract, name) for name in same},
        "standing": standing,
        "framework": contract.parent.reference if contract.parent is not None else None,
        "exporter": _company(contract.exporter),
        "importer": _company(contract.importer),
        "booth": contract.booth_code,
        "value": contract.value.as_dict(),
        "usd": contract.usd.as_dict() if contract.usd is not None else None,
        "has_evidence": contract.evidence_id is not None,
        "lines": [
            {
                "hs_code": line.hs_code,
                "description": line.description,
                "quantity": Decimal(line.quantity).normalize(),
                "unit": line.unit,
                "amount": line.amount.as_dict(),
                "price": None if line.price is None else Decimal(line.price).normalize(),
                "cites": line.cites,
                "hs_edition": line.hs_edition,
            }
            for line in contract.lines
        ],
    }
