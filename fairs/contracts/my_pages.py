"""The parties' own pages: exporters and importers report deals, see theirs, confirm and sign them. Strangers find nothing."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, flash, render_template
from flask_babel import gettext as _
from sqlalchemy import or_, select

from fairs.contracts.confirm_pages import (
    AnswerForm,
    SignForm,
    code_of_link,
    content_context,
    give_answer,
    give_signature,
    link_to,
)
from fairs.contracts.confirming import (
    answer_own,
    ask_confirmation,
    is_expired,
    is_over,
    other_side,
    party_of,
    standing_answers,
)
from fairs.contracts.errors import AnswerOver
from fairs.contracts.models import Contract
from fairs.contracts.my_report import report_page
from fairs.contracts.own_deals import Own, answer_in, deals_of, guest_of, member, shown
from fairs.contracts.signing import obstacle_to_signing, signatures_of
from fairs.contracts.states import Answer
from fairs.core.db import db
from fairs.core.errors import NotFound
from fairs.core.limits import PUBLIC_FORM, limiter
from fairs.core.web import go, public, requires
from fairs.directory.permissions import OWN_COMPANY

my = Blueprint("my_deals", __name__, url_prefix="/my/<fair_slug>/deals")
guest = Blueprint("guest_deals", __name__, url_prefix="/i/<token>/deals")


def _index(own: Own) -> Any:
    deals = deals_of(own.fair.id, [company.id for company in own.companies])
    rows = [
        {
            "contract": one, "side": (side := own.side_of(one)), "other": party_of(one, other_side(side)),
            "mine": answer_in(one, side), "theirs": answer_in(one, other_side(side)),
        }
        for one in deals
    ]  # fmt: skip
    return shown(own, render_template("contracts/own_deals.html", own=own, rows=rows, fair=own.fair, Answer=Answer))


@my.get("")
@requires(OWN_COMPANY)
def index() -> Any:
    """One's deals at this fair."""
    return _index(member())


@guest.get("", endpoint="index")
@public
def guest_index(token: str) -> Any:
    """The importer's deals."""
    return _index(guest_of(token))


@my.route("/new", methods=["GET", "POST"])
@requires(OWN_COMPANY)
@limiter.limit(PUBLIC_FORM, methods=["POST"])
def new() -> Any:
    """Report a deal of one's company."""
    return report_page(member())


@guest.route("/new", methods=["GET", "POST"], endpoint="new")
@public
@limiter.limit(PUBLIC_FORM, methods=["POST"])
def guest_new(token: str) -> Any:
    """The importer reports a deal."""
    return report_page(guest_of(token))


# --- one deal --------------------------------------------------------------------------------------------------------


def _found(own: Own, reference: str) -> Contract:
    ids = [company.id for company in own.companies]
    found = db.session.scalar(
        select(Contract).where(
            Contract.fair_id == own.fair.id, Contract.reference == reference,
            or_(Contract.exporter_id.in_(ids), Contract.importer_id.in_(ids)),
        )
    )  # fmt: skip
    if found is None:
        raise NotFound
    return found


def _show(
    own: Own, reference: str, form: AnswerForm | None = None, sign: SignForm | None = None, status: int = 200
) -> Any:
    contract = _found(own, reference)
    side, context = own.side_of(contract), content_context(contract)
    answers = standing_answers(contract)
    theirs = answers.get(other_side(side))
    link = link_to(theirs) if theirs is not None and theirs.state is Answer.ASKED and not is_expired(theirs) else ""
    page = render_template(
        "contracts/own_deal.html", own=own, side=side, fair=own.fair, Answer=Answer, mine=answers.get(side), theirs=theirs,
        other=party_of(contract, other_side(side)), link=link, qr=code_of_link(link, str(_("QR code for the other side"))),
        form=form or AnswerForm(formdata=None, data={"seen": context["seen"], "name": own.name}),
        sign=sign or SignForm(formdata=None, data={"seen": context["seen"], "name": own.name}),
        signatures=signatures_of(contract), obstacle=obstacle_to_signing(contract), over=is_over(contract),
        answer_url=own.url("reply", reference=reference), sign_url=own.url("sign", reference=reference), **context,
    )  # fmt: skip
    return shown(own, page, status)


def _reply(own: Own, reference: str) -> Any:
    contract, form = _found(own, reference), AnswerForm()
    refused = give_answer(form, lambda **values: answer_own(contract, own.side_of(contract), by=own.by, **values))
    if refused:
        db.session.expire_all()
        return _show(own, reference, form=form, status=refused)
    flash(_("Thank you: your answer is noted."), "success")
    return go(own.url("show", reference=reference))


def _ask(own: Own, reference: str) -> Any:
    contract = _found(own, reference)
    try:
        ask_confirmation(contract, other_side(own.side_of(contract)), by=own.by)
    except AnswerOver as error:
        flash(str(error), "danger")
    return go(own.url("show", reference=reference))


def _sign(own: Own, reference: str) -> Any:
    contract, form = _found(own, reference), SignForm()
    refused = give_signature(form, contract, own.side_of(contract), by=own.by, witness=None)
    if refused:
        db.session.expire_all()
        return _show(own, reference, sign=form, status=refused)
    flash(_("Thank you: your signature is kept under exactly this content."), "success")
    return go(own.url("show", reference=reference))


@my.get("/<reference>")
@requires(OWN_COMPANY)
def show(reference: str) -> Any:
    """One deal of one's company."""
    return _show(member(), reference)


@my.post("/<reference>/answer")
@requires(OWN_COMPANY)
@limiter.limit(PUBLIC_FORM)
def reply(reference: str) -> Any:
    """Confirm it or say what is not right."""
    return _reply(member(), reference)


@my.post("/<reference>/ask")
@requires(OWN_COMPANY)
@limiter.limit(PUBLIC_FORM)
def ask(reference: str) -> Any:
    """Ask the other side to confirm it."""
    return _ask(member(), reference)


@my.post("/<reference>/sign")
@requires(OWN_COMPANY)
@limiter.limit(PUBLIC_FORM)
def sign(reference: str) -> Any:
    """Sign it."""
    return _sign(member(), reference)


@guest.get("/<reference>", endpoint="show")
@public
def guest_show(token: str, reference: str) -> Response:
    """One deal of the importer."""
    answer: Response = _show(guest_of(token), reference)
    return answer


@guest.post("/<reference>/answer", endpoint="reply")
@public
@limiter.limit(PUBLIC_FORM)
def guest_reply(token: str, reference: str) -> Any:
    """The importer confirms or disputes."""
    return _reply(guest_of(token), reference)


@guest.post("/<reference>/ask", endpoint="ask")
@public
@limiter.limit(PUBLIC_FORM)
def guest_ask(token: str, reference: str) -> Any:
    """The importer asks the exporter to confirm."""
    return _ask(guest_of(token), reference)


@guest.post("/<reference>/sign", endpoint="sign")
@public
@limiter.limit(PUBLIC_FORM)
def guest_sign(token: str, reference: str) -> Any:
    """The importer signs."""
    return _sign(guest_of(token), reference)
