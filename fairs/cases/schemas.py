"""Cases as programs read and write them."""

from __future__ import annotations

from typing import Any

from marshmallow import fields, validate

from fairs.cases.models import Case
from fairs.cases.service import CaseDraft
from fairs.cases.states import Breach, CaseKind, CaseState, Severity, Side, ViolationState
from fairs.core.rest import PageQuery, StrictSchema


def _one_of(states: Any) -> validate.OneOf:
    return validate.OneOf([str(one) for one in states])


class CaseQuery(PageQuery):
    """Which cases: of one kind, in one state."""

    kind = fields.String(load_default="", validate=_one_of(["", *CaseKind]))
    state = fields.String(load_default="all", validate=_one_of(["all", *CaseState]))


class CaseSchema(StrictSchema):
    """A case to report. ``id`` is made by the program: the same id is the same case, however often it is sent."""

    id = fields.String(required=True, validate=validate.Regexp(r"^[A-Za-z0-9._:\-]{1,36}\Z"))
    kind = fields.String(required=True, validate=_one_of(CaseKind))
    text = fields.String(required=True, validate=validate.Length(1, 4000))
    place = fields.String(
        load_default="", validate=validate.Length(max=120), metadata={"description": "Booth, gate, or words."}
    )
    concerned = fields.String(
        load_default="",
        validate=validate.Length(max=1000),
        metadata={"description": "Booth, exhibitor, badge, or words."},
    )
    severity = fields.String(load_default="normal", validate=_one_of(Severity))
    side = fields.String(
        load_default=None, allow_none=True, validate=_one_of(Side), metadata={"description": "Of lost property."}
    )
    breach = fields.String(
        load_default=None, allow_none=True, validate=_one_of(Breach), metadata={"description": "Of a violation."}
    )
    reporter = fields.String(load_default="", validate=validate.Length(max=120))
    contact = fields.String(load_default="", validate=validate.Length(max=120))


class CaseView(StrictSchema):
    """A case as it is."""

    reference = fields.String()
    kind = fields.String(validate=_one_of(CaseKind))
    severity = fields.String(validate=_one_of(Severity))
    state = fields.String(validate=_one_of(CaseState))
    side = fields.String(allow_none=True)
    title = fields.String()
    text = fields.String()
    place = fields.String()
    concerned = fields.String()
    reported_at = fields.DateTime()
    due_at = fields.DateTime()
    late = fields.Boolean()
    owner = fields.String(allow_none=True)
    outcome = fields.String()
    violation = fields.String(allow_none=True, validate=_one_of(ViolationState))


def draft_of(values: dict[str, Any]) -> CaseDraft:
    """What a program sent."""
    return CaseDraft(
        kind=CaseKind(values["kind"]), text=values["text"], token=f"api:{values['id']}"[:40], place=values["place"],
        concerned=values["concerned"], severity=Severity(values["severity"]),
        side=Side(values["side"]) if values["side"] else None, breach=Breach(values["breach"]) if values["breach"] else None,
        reporter=values["reporter"], contact=values["contact"],
    )  # fmt: skip


def view_of(case: Case) -> dict[str, Any]:
    """The case for a program; reporters and their telephones stay with us."""
    return {
        "reference": case.reference, "kind": str(case.kind), "severity": str(case.severity), "state": str(case.state),
        "side": str(case.side) if case.side else None, "title": case.title, "text": case.text, "place": case.where,
        "concerned": case.whom, "reported_at": case.created_at, "due_at": case.due_at, "late": case.is_late,
        "owner": case.owner.name if case.owner else None, "outcome": case.outcome,
        "violation": str(case.violation.state) if case.violation else None,
    }  # fmt: skip
