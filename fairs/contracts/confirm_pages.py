"""The question to a party: asked by a clerk, shown as QR code, answered by link without an account. Opening changes nothing."""

from __future__ import annotations

from typing import Any

import flask_babel
from flask import Blueprint, Response, current_app, flash, g, render_template, session, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, HiddenField

from fairs.calendar.context import current_fair
from fairs.calendar.models import Fair
from fairs.contracts.confirming import (
    SIDES,
    answer,
    ask_confirmation,
    confirmation_by_token,
    is_expired,
    is_over,
    other_side,
    party_of,
    reader_of,
    standing_answers,
    token_of,
)
from fairs.contracts.content import content_hash
from fairs.contracts.errors import AlreadySigned, AnswerOver, ContentChanged, InvalidContract, NotSignable
from fairs.contracts.models import Confirmation, Contract
from fairs.contracts.permissions import LOG_CONTRACT
from fairs.contracts.queries import contract_by_reference
from fairs.contracts.signing import contract_signed_under, obstacle_to_signing, sign_contract, signatures_of
from fairs.contracts.states import Answer
from fairs.contracts.terms import PAYMENT_METHODS
from fairs.core import hs, qr
from fairs.core.actor import Actor
from fairs.core.db import db
from fairs.core.errors import DomainError, NotFound
from fairs.core.forms import Form, LongText, Text
from fairs.core.incoterms import INCOTERMS
from fairs.core.limits import PUBLIC_FORM, limiter
from fairs.core.web import actor, go, private_page, public, requires

staff = Blueprint("deal_parties", __name__, url_prefix="/fairs/<fair_slug>/deals/<reference>/parties")
by_token = Blueprint("deal_confirm", __name__, url_prefix="/c")
#: A pile of QR codes at a ceremony; a token has 160 bits.
OPENING = "60 per minute; 600 per hour"


class AnswerForm(Form):
    """Who answers, and what is not right; the pressed button says which answer it is."""

    seen = HiddenField()
    verdict = HiddenField(_l("Your answer"))
    name = Text(_l("Your name"), length=120)
    remark = LongText(_l("What is not right"), length=400)


class SignForm(Form):
    """A signature: drawn, or the typed name."""

    seen = HiddenField(id="sign-seen")
    name = Text(_l("Name of who signs"), length=120, id="sign-name")
    title = Text(_l("Position"), length=120)
    signature = HiddenField(_l("Signature"))
    typed = BooleanField(_l("Instead of drawing: the name as I typed it is my signature."))


def link_to(question: Confirmation) -> str:
    """The address that the question's QR code opens; empty when it cannot be shown any more."""
    token = token_of(question)
    base = str(current_app.extensions["fairs_config"].base_url).rstrip("/")
    return f"{base}/c/{token}" if token else ""


def code_of_link(link: str, title: str) -> Any:
    """The QR code of an address as SVG."""
    return qr.svg(qr.matrix(link), title=title) if link else ""


def content_context(contract: Contract) -> dict[str, Any]:
    """What ``own_content.html`` needs to show exactly what the contract says."""
    return {
        "contract": contract,
        "hs": hs,
        "incoterms": INCOTERMS,
        "methods": PAYMENT_METHODS,
        "seen": content_hash(contract),
    }


# --- staff -----------------------------------------------------------------------------------------------------------


def found_contract(reference: str) -> Contract:
    """The contract of this fair; raises NotFound."""
    contract = contract_by_reference(current_fair().id, reference)
    if contract is None:
        raise NotFound
    return contract


@staff.get("")
@requires(LOG_CONTRACT)
def show(reference: str) -> str:
    """Both sides: asked or not, the answer, the signature; QR codes to show across the table."""
    contract = found_contract(reference)
    answers, signatures = standing_answers(contract), signatures_of(contract)
    sides = [
        {
            "side": side, "label": label, "company": party_of(contract, side), "reader": reader_of(contract, side),
            "answer": (one := answers.get(side)), "signature": signatures.get(side),
            "link": (link := link_to(one) if one is not None and one.state is Answer.ASKED and not is_expired(one) else ""),
            "qr": code_of_link(link, str(_("QR code for the %(side)s", side=str(label).lower()))),
        }
        for side, label in SIDES.items()
    ]  # fmt: skip
    lapsed = [row for row in contract.confirmations if row.state is Answer.LAPSED]
    return render_template(
        "contracts/parties.html", sides=sides, lapsed=lapsed, obstacle=obstacle_to_signing(contract), over=is_over(contract),
        SIDES=SIDES, **content_context(contract),
    )  # fmt: skip


@staff.post("/<side>")
@requires(LOG_CONTRACT)
def ask(reference: str, side: str) -> Any:
    """Ask a party: by mail where its address is known, by QR code in any case."""
    contract = found_contract(reference)
    try:
        ask_confirmation(contract, side, by=actor())
    except AnswerOver as error:
        flash(str(error), "danger")
    else:
        company = party_of(contract, side).name
        flash(_("%(company)s is asked. Show the code, or wait for the answer by mail.", company=company), "success")
    return go(url_for("deal_parties.show", reference=reference))


# --- the party, by its link ------------------------------------------------------------------------------------------


def _opened(token: str) -> tuple[Confirmation, Contract]:
    question = confirmation_by_token(token)
    contract = db.session.get_one(Contract, question.contract_id)
    g.fair = db.session.get_one(Fair, contract.fair_id)
    if "locale" not in session:
        g.locale = reader_of(contract, question.side).locale
    flask_babel.refresh()
    return question, contract


def _page(token: str, form: AnswerForm | None = None, sign: SignForm | None = None, status: int = 200) -> Response:
    question, contract = _opened(token)
    context = content_context(contract)
    trouble = (
        "over" if is_over(contract) else "lapsed" if question.state is Answer.LAPSED or question.content_sha256 != context["seen"]
        else "expired" if is_expired(question) else ""
    )  # fmt: skip
    if trouble:
        page = render_template("contracts/own_gone.html", trouble=trouble, contract=contract, fair=g.fair)
        answered = private_page(page, "drop")
        answered.status_code = 410 if status == 200 else status
        return answered
    page = render_template(
        "contracts/own_confirm.html", question=question, fair=g.fair, token=token, Answer=Answer,
        party=party_of(contract, question.side), other=party_of(contract, other_side(question.side)),
        form=form or AnswerForm(formdata=None, data={"seen": context["seen"], "name": question.answered_name}),
        sign=sign or SignForm(formdata=None, data={"seen": context["seen"], "name": question.answered_name}),
        signatures=signatures_of(contract), obstacle=obstacle_to_signing(contract), side=question.side,
        answer_url=url_for("deal_confirm.reply", token=token), sign_url=url_for("deal_confirm.sign", token=token), **context,
    )  # fmt: skip
    answered = private_page(page, "drop")
    answered.status_code = status
    return answered


@by_token.get("/<token>")
@public
@limiter.limit(OPENING)
def page(token: str) -> Response:
    """Exactly what the contract says, and two buttons."""
    return _page(token)


@by_token.post("/<token>")
@public
@limiter.limit(PUBLIC_FORM)
def reply(token: str) -> Any:
    """The party confirms or disputes; only by a pressed button, never by opening the link."""
    question, contract = _opened(token)
    form = AnswerForm()
    by = Actor(None, party_of(contract, question.side).name)
    refused = give_answer(form, lambda **values: answer(question, by=by, **values))
    if refused:
        db.session.expire_all()
        return _page(token, form=form, status=refused)
    flash(_("Thank you: your answer is noted."), "success")
    return go(url_for("deal_confirm.page", token=token))


@by_token.post("/<token>/sign")
@public
@limiter.limit(PUBLIC_FORM)
def sign(token: str) -> Any:
    """The party signs on its own phone, after it has confirmed."""
    question, contract = _opened(token)
    form = SignForm()
    by = Actor(None, party_of(contract, question.side).name)
    if question.state is not Answer.CONFIRMED or is_expired(question):
        form.add_error(NotSignable(_("Please confirm the contract first.")))
        return _page(token, sign=form, status=409)
    refused = give_signature(form, contract, question.side, by=by, witness=None)
    if refused:
        db.session.expire_all()
        return _page(token, sign=form, status=refused)
    flash(_("Thank you: your signature is kept under exactly this content."), "success")
    return go(url_for("deal_confirm.page", token=token))


def give_answer(form: AnswerForm, give: Any) -> int:
    """Keep the answer of the form; 0, or the status of the page that shows what is wrong."""
    if not form.validate():
        return 422
    try:
        give(
            verdict=form.verdict.data or "",
            name=form.name.data or "",
            remark=form.remark.data or "",
            seen=form.seen.data or "",
        )
    except DomainError as error:
        return _refuse(form, error)
    return 0


def give_signature(form: SignForm, contract: Contract, side: str, *, by: Actor, witness: int | None) -> int:
    """Keep the signature of the form; 0, or the status of the page that shows what is wrong."""
    if not form.validate():
        return 422
    try:
        sign_contract(
            contract, side, name=form.name.data or "", title=form.title.data or "", drawing=form.signature.data or "",
            typed=bool(form.typed.data), seen=form.seen.data or "", by=by, witness=witness,
        )  # fmt: skip
    except DomainError as error:
        return _refuse(form, error)
    return 0


def _refuse(form: Form, error: DomainError) -> int:
    for problem in error.problems if isinstance(error, InvalidContract) else [error]:
        form.add_error(problem)
    if isinstance(error, ContentChanged | AnswerOver | AlreadySigned):
        form.process()  # what was typed belongs to another content
        form.add_error(error)
    return error.status


@by_token.get("/check/<sha256>")
@public
@limiter.limit(OPENING)
def check(sha256: str) -> Response:
    """Whether a signed paper is ours, and whether its record still says the same. The value stays with the parties."""
    g.default_locale = "en"
    flask_babel.refresh()
    contract = contract_signed_under(sha256)
    if contract is None:
        raise NotFound(_("No contract was signed here under this code. Compare it with the paper."))
    g.fair = db.session.get_one(Fair, contract.fair_id)
    signatures = [row for row in contract.signatures if row.content_sha256 == sha256]
    page = render_template(
        "contracts/own_check.html", contract=contract, fair=g.fair, sha256=sha256, SIDES=SIDES, signatures=signatures,
        is_same=content_hash(contract) == sha256, over=is_over(contract),
    )  # fmt: skip
    return private_page(page, "drop")
