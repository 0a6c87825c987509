"""Signing on a clerk's tablet that goes from hand to hand, and the paper that comes of it."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, flash, render_template, url_for
from flask_babel import gettext as _

from fairs.calendar.context import current_fair
from fairs.contracts.confirm_pages import SignForm, content_context, found_contract, give_signature
from fairs.contracts.confirming import SIDES, party_of
from fairs.contracts.deal_pdf import signed_paper
from fairs.contracts.permissions import LOG_CONTRACT, VIEW_CONTRACTS
from fairs.contracts.signing import obstacle_to_signing, signatures_of
from fairs.core.db import db
from fairs.core.errors import NotFound
from fairs.core.web import actor, go, requires

bp = Blueprint("deal_sign", __name__, url_prefix="/fairs/<fair_slug>/deals/<reference>")


@bp.get("/sign/<side>")
@requires(LOG_CONTRACT)
def page(reference: str, side: str) -> Any:
    """What is signed, and the field for the signature of this side."""
    return _page(reference, side)


def _page(reference: str, side: str, form: SignForm | None = None, status: int = 200) -> tuple[str, int]:
    if side not in SIDES:
        raise NotFound
    contract = found_contract(reference)
    context = content_context(contract)
    html = render_template(
        "contracts/sign.html", side=side, side_label=SIDES[side], company=party_of(contract, side),
        signatures=signatures_of(contract), obstacle=obstacle_to_signing(contract),
        sign=form or SignForm(formdata=None, data={"seen": context["seen"]}),
        sign_url=url_for("deal_sign.sign", reference=reference, side=side), **context,
    )  # fmt: skip
    return html, status


@bp.post("/sign/<side>")
@requires(LOG_CONTRACT)
def sign(reference: str, side: str) -> Any:
    """This side's signature; the tablet goes on to the other one."""
    contract, form, by = found_contract(reference), SignForm(), actor()
    refused = give_signature(form, contract, side, by=by, witness=by.user_id)
    if refused:
        db.session.expire_all()
        return _page(reference, side, form, refused)
    rest = [one for one in SIDES if one not in signatures_of(found_contract(reference))]
    if rest:
        flash(_("Signed. Now the other side: hand the tablet over."), "success")
        return go(url_for("deal_sign.page", reference=reference, side=rest[0]))
    flash(_("Both sides have signed: the paper is made."), "success")
    return go(url_for("deal_parties.show", reference=reference))


@bp.get("/signed.pdf")
@requires(VIEW_CONTRACTS)
def paper(reference: str) -> Response:
    """The bilingual paper with the signatures that are there."""
    contract = found_contract(reference)
    signatures = signatures_of(contract)
    if not signatures:
        raise NotFound
    answer = Response(signed_paper(contract, current_fair(), signatures), mimetype="application/pdf")
    answer.headers.set("Content-Disposition", "attachment", filename=f"{reference}-signed.pdf")
    return answer
