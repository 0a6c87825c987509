"""Pages of staff: requests about personal data, and their answers."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, g, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response

from fairs.accounts.models import User
from fairs.accounts.queries import matching_grant
from fairs.audit.queries import history
from fairs.calendar.context import fairs_of_user
from fairs.calendar.models import Fair
from fairs.core.db import db
from fairs.core.errors import DomainError, NotFound
from fairs.core.web import NavItem, actor, go, register_nav, requires
from fairs.directory.models import Person
from fairs.importers.journey import register_part
from fairs.privacy import own_pages
from fairs.privacy.forms import AnswerForm, ReasonForm, ReceiveForm
from fairs.privacy.holdings import HOLDINGS, known_holdings
from fairs.privacy.models import PrivacyRequest
from fairs.privacy.permissions import HANDLE_REQUESTS
from fairs.privacy.queries import (
    count_open,
    fairs_of_person,
    is_erased,
    open_matters,
    page_of_requests,
    request_of,
    requests_of,
)
from fairs.privacy.service import (
    carry_out_erasure,
    copy_of,
    finish_request,
    propose_erasure,
    receive_request,
    refuse_request,
    send_back,
    take_back,
)
from fairs.privacy.states import OPEN, Channel, RequestKind, RequestState

bp = Blueprint("privacy", __name__)
blueprints = (bp, own_pages.bp)
register_part("personal-data", 30, own_pages.data_part)

_VIEWS = ("open", "closed", "all")
_ACTIONS: dict[str, tuple[Any, str, str]] = {
    "privacy.receive": (_l("Request received"), "inbox", "info"),
    "privacy.copy": (_l("Copy made"), "file-zip", "success"),
    "privacy.fetch": (_l("Copy fetched"), "file-download", "info"),
    "privacy.finish": (_l("Done"), "check", "success"),
    "privacy.refuse": (_l("Refused"), "x", "danger"),
    "privacy.take_back": (_l("Taken back"), "arrow-back-up", "warning"),
    "privacy.propose": (_l("Erasure proposed"), "user-up", "warning"),
    "privacy.send_back": (_l("Sent back"), "arrow-back-up", "warning"),
    "privacy.erase": (_l("Erased"), "eraser", "danger"),
}


def _may_answer(fair_id: int) -> bool:
    return matching_grant(g.get("grants") or [], HANDLE_REQUESTS, fair_id) is not None


def _my_fairs() -> list[int] | None:
    """The fairs whose requests the reader answers; None for all."""
    grants = [grant for grant in g.get("grants") or [] if grant.role in HANDLE_REQUESTS.roles]
    return None if any(grant.fair_id is None for grant in grants) else sorted({grant.fair_id for grant in grants})


def _found(request_id: int) -> PrivacyRequest:
    row = request_of(request_id)
    if not _may_answer(row.fair_id):
        raise NotFound
    return row


@bp.get("/data-requests")
@requires(HANDLE_REQUESTS)
def index() -> str:
    """What people ask about their data, the most urgent first."""
    view = request.args.get("view", "open")
    view = view if view in _VIEWS else "open"
    page = page_of_requests(_my_fairs(), view, request.args.get("cursor"))
    return render_template("privacy/index.html", page=page, view=view, waiting=count_open(_my_fairs()), OPEN=OPEN)


@bp.get("/data-requests/register")
@requires(HANDLE_REQUESTS)
def register() -> str:
    """What is kept about people, what an erasure takes, and what stays for which reason."""
    pointers = [holding for holding in known_holdings() if not holding.own]
    return render_template("privacy/register.html", owned=[h for h in HOLDINGS if h.own], pointers=pointers)


@bp.route("/data-requests/new/<int:person_id>", methods=["GET", "POST"])
@requires(HANDLE_REQUESTS)
def new(person_id: int) -> Any:
    """Write down a request that came by mail, telephone or at the desk."""
    person = db.session.get(Person, person_id)
    if person is None:
        raise NotFound
    fairs = [fair for fair in fairs_of_person(person_id) or _all_mine() if _may_answer(fair.id)]
    if not fairs:
        raise NotFound
    form = ReceiveForm()
    form.fair.choices = [(fair.slug, fair.name) for fair in fairs]
    if form.validate_on_submit():
        try:
            row = receive_request(
                person, next(fair for fair in fairs if fair.slug == form.fair.data), RequestKind(form.kind.data),
                channel=Channel(form.channel.data), text=form.text.data or "", proof=form.proof.data or "", by=actor(),
            )  # fmt: skip
            return go(url_for("privacy.show", request_id=row.id))
        except DomainError as error:
            form.add_error(error)
    page = render_template(
        "privacy/new.html", form=form, person=person, asked=requests_of(person_id), erased=is_erased(person_id)
    )  # fmt: skip
    return page, 422 if form.errors else 200


def _all_mine() -> list[Fair]:
    fairs: list[Fair] = [entry["fair"] for entry in fairs_of_user(g.get("grants") or [])]
    return sorted(fairs, key=lambda fair: fair.starts_on, reverse=True)


@bp.get("/data-requests/<int:request_id>")
@requires(HANDLE_REQUESTS)
def show(request_id: int) -> str:
    """One request: who, what, by when; what is open; the answer."""
    return _page(_found(request_id))


def _page(row: PrivacyRequest, answer: AnswerForm | None = None, reason: ReasonForm | None = None) -> str:
    by = actor()
    proposer = db.session.get(User, row.proposed_by_id) if row.proposed_by_id else None
    return render_template(
        "privacy/show.html", asked=row, person=row.person, answer_form=answer or AnswerForm(formdata=None),
        reason_form=reason or ReasonForm(formdata=None), is_open=row.state in OPEN,
        matters=open_matters(row.person) if row.kind is RequestKind.ERASURE and row.state in OPEN else [],
        proposer=proposer, is_mine=bool(by.involved & {row.proposed_by_id, row.proposed_for_id}),
        titles={holding.table: holding.title for holding in HOLDINGS if holding.own}, keeps=[h for h in HOLDINGS if h.own],
        entries=[_entry(entry) for entry in history(row)], State=RequestState, Kind=RequestKind,
    )  # fmt: skip


def _entry(entry: Any) -> dict[str, Any]:
    title, icon, tone = _ACTIONS.get(entry.action, (entry.action, "point", ""))
    return {"at": entry.at, "title": title, "text": "", "actor": entry.actor_label, "icon": icon, "tone": tone}


@bp.post("/data-requests/<int:request_id>/answer")
@requires(HANDLE_REQUESTS)
def answer(request_id: int) -> Any:
    """Done, with what the person reads."""
    row, form = _found(request_id), AnswerForm()
    if form.validate_on_submit():
        finish_request(row, form.answer.data or "", by=actor())
        flash(_("Answered."), "success")
        return go(url_for("privacy.show", request_id=row.id))
    return _page(row, answer=form), 422


@bp.post("/data-requests/<int:request_id>/refuse")
@requires(HANDLE_REQUESTS)
def refuse(request_id: int) -> Any:
    """No, with the reason that the person reads."""
    row, form = _found(request_id), ReasonForm()
    if form.validate_on_submit():
        refuse_request(row, form.reason.data or "", by=actor())
        flash(_("Refused. The reason was sent."), "success")
        return go(url_for("privacy.show", request_id=row.id))
    return _page(row, reason=form), 422


@bp.post("/data-requests/<int:request_id>/propose")
@requires(HANDLE_REQUESTS)
def propose(request_id: int) -> Response:
    """First person of an erasure."""
    row = propose_erasure(_found(request_id), by=actor())
    flash(_("Proposed. A second person carries it out."), "success")
    return go(url_for("privacy.show", request_id=row.id))


@bp.post("/data-requests/<int:request_id>/send-back")
@requires(HANDLE_REQUESTS)
def back(request_id: int) -> Response:
    """The second person does not agree yet."""
    row = send_back(_found(request_id), by=actor())
    return go(url_for("privacy.show", request_id=row.id))


@bp.post("/data-requests/<int:request_id>/erase")
@requires(HANDLE_REQUESTS)
def carry_out(request_id: int) -> Response:
    """Second person of an erasure: it is done."""
    row = carry_out_erasure(_found(request_id), by=actor())
    flash(_("Erased. What stays is listed below, with the reason."), "success")
    return go(url_for("privacy.show", request_id=row.id))


@bp.post("/data-requests/<int:request_id>/take-back")
@requires(HANDLE_REQUESTS)
def retract(request_id: int) -> Response:
    """The person said that they do not want it any more."""
    row = take_back(_found(request_id), by=actor())
    return go(url_for("privacy.show", request_id=row.id))


@bp.post("/data-requests/<int:request_id>/copy")
@requires(HANDLE_REQUESTS)
def copy(request_id: int) -> Response:
    """The copy, to be handed to a person without e-mail; that it was fetched is written down."""
    return own_pages.zip_answer(copy_of(_found(request_id), by=actor()))


register_nav(
    NavItem(
        "privacy", _l("Personal data"), "shield-lock", "privacy.index", HANDLE_REQUESTS, 945, for_fair=False,
        badge=lambda: count_open(_my_fairs()),
    )
)  # fmt: skip
