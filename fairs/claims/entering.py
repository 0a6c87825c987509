"""What the guest's page and the staff's page for papers on paper have in common: forms that become proofs of a claim."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from flask_babel import gettext as _

from fairs.claims.forms import AccountForm, FileForm, NightsForm, SurveyForm, TicketForm
from fairs.claims.models import Claim
from fairs.claims.proofs import LineDraft, add_file, add_line, answer_survey, give_account
from fairs.claims.states import LineKind, Proof
from fairs.core.actor import Actor
from fairs.core.db import transaction
from fairs.core.errors import InvalidInput

MOST_NIGHTS = 14


def enter_file(claim: Claim, form: FileForm, by: Actor) -> None:
    """A paper as it was chosen."""
    upload = form.file.upload()
    if upload is None:
        raise InvalidInput(_("Please choose a file."), field="file")
    add_file(claim, Proof(form.kind.data), upload, reason=form.reason.data or "", by=by)


def enter_ticket(claim: Claim, form: TicketForm, by: Actor) -> None:
    """A ticket that was paid."""
    draft = LineDraft(LineKind.TRAVEL, form.money(), form.paid_on.data, form.number.data or "", form.text.data or "")
    add_line(claim, draft, reason=form.reason.data or "", by=by)


def enter_nights(claim: Claim, form: NightsForm, by: Actor) -> None:
    """Nights that were paid: a line for each, all or none."""
    count = (form.until.data - form.first.data).days
    if not 1 <= count <= MOST_NIGHTS:
        raise InvalidInput(_("One to %(most)s nights, leaving after the first.", most=MOST_NIGHTS), field="until")
    with transaction():
        for number in range(count):
            draft = LineDraft(
                LineKind.NIGHT, form.money(), form.paid_on.data, form.number.data or "",
                night=form.first.data + timedelta(days=number),
            )  # fmt: skip
            add_line(claim, draft, by=by)


def enter_survey(claim: Claim, form: SurveyForm, by: Actor) -> None:
    """The answers after the fair."""
    answer_survey(claim, form.to_draft(), by=by)


def enter_account(claim: Claim, form: AccountForm, by: Actor) -> None:
    """Where the money shall go."""
    give_account(claim, form.to_draft(), by=by)


def entry_forms(claim: Claim, given: Mapping[str, Any]) -> dict[str, Any]:
    """The forms as a page shows them: those that came back with errors (by name), the others with what is known."""
    survey = claim.survey
    answers: dict[str, Any] = {"currency": "USD"}
    if survey is not None:
        answers = {
            "satisfaction": str(survey.satisfaction), "placed": survey.placed.decimal, "expected": survey.expected.decimal,
            "currency": survey.currency, "missing": survey.missing, "come_again": survey.come_again,
        }  # fmt: skip
    known: Mapping[str, tuple[Callable[..., Any], Any]] = {
        "file": (FileForm, None), "ticket": (TicketForm, None),
        "nights": (NightsForm, {"currency": "VND", "paid_on": claim.fair.ends_on}), "survey": (SurveyForm, answers),
        "account": (AccountForm, None),
    }  # fmt: skip
    found = {}
    for key, (made, data) in known.items():
        form = given.get(key) or made(formdata=None, data=data)
        for one in form:
            # Several of them stand on one page and ask for a number, an amount, a currency.
            one.id = one.label.field_id = f"{key}-{one.name}"
        found[f"{key}_form"] = form
    return found
