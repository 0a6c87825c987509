"""Pages of cases for staff: the phone form, the list, one case with everything that is done about it, the printed report."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, flash, g, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from fairs.accounts.queries import matching_grant
from fairs.calendar.context import current_fair
from fairs.cases import lost, my_pages, queries, service, violations
from fairs.cases.earlier import earlier_violations
from fairs.cases.forms import (
    CaseForm,
    HandForm,
    HandlingForm,
    OutcomeForm,
    StatementForm,
    TellForm,
    WhyForm,
    uploads,
)
from fairs.cases.lists import CASES
from fairs.cases.models import Case
from fairs.cases.pdf import incident_report
from fairs.cases.permissions import DECIDE_VIOLATIONS, MANAGE_CASES, VIEW_CASES, WORK_CASES
from fairs.cases.states import PENDING, CaseKind, CaseState, Severity, Side, ViolationState
from fairs.cases.steps import steps
from fairs.core.errors import DomainError, NotFound
from fairs.core.files import stored_file
from fairs.core.i18n import current_locale
from fairs.core.lists import download, known, page_of
from fairs.core.permissions import Permission
from fairs.core.tokens import new_token
from fairs.core.web import NavItem, actor, go, register_nav, requires
from fairs.exhibitors.earlier import register_earlier
from fairs.exhibitors.journey import register_stages

bp = Blueprint("cases", __name__, url_prefix="/fairs/<fair_slug>/cases")
blueprints = [bp, my_pages.bp]
KEPT = "private, max-age=3600"  # photos of one page are not fetched again and again

register_stages(steps)
register_earlier(earlier_violations)


def _may(permission: Permission) -> bool:
    return matching_grant(g.grants, permission, current_fair().id) is not None


@bp.get("")
@requires(VIEW_CASES)
def index() -> Any:
    """What is still to be seen to, and everything that was; ``format=xlsx`` gives it as a spreadsheet."""
    fair = current_fair()
    if request.args.get("format") == "xlsx":
        return download(CASES, fair, known(CASES, request.args))
    return render_template(
        "cases/index.html", page=page_of(CASES, fair, request.args, cursor=request.args.get("cursor")),
        counts=queries.counts_of(fair.id), kinds=CaseKind, states=CaseState, severities=Severity,
        owners=service.possible_owners(fair.id), may_work=_may(WORK_CASES),
        is_filtered=any(request.args.get(name) for name in ("q", "kind", "state", "severity", "owner", "late")),
    )  # fmt: skip


@bp.get("/report.pdf")
@requires(VIEW_CASES)
def report() -> Response:
    """All cases of the fair, to be printed and signed."""
    fair = current_fair()
    answer = Response(
        incident_report(fair, queries.cases_of_report(fair), current_locale()), mimetype="application/pdf"
    )
    answer.headers["Content-Disposition"] = f'inline; filename="{fair.slug}-cases.pdf"'
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


@bp.route("/new", methods=["GET", "POST"])
@requires(WORK_CASES)
def new() -> Any:
    """Report a case on a phone: four fields and a photo."""
    form = CaseForm()
    if form.validate_on_submit():
        try:
            case = service.open_case(current_fair(), form.draft(), by=actor())
        except DomainError as error:
            form.add_error(error)
        else:
            flash(_("%(reference)s is its number. Tell it to who reported it.", reference=case.reference), "success")
            return go(url_for(".show", reference=case.reference))
    elif not form.is_submitted():
        form.token.data = new_token()
        kind = request.args.get("kind", "")
        form.kind.data = kind if kind in set(CaseKind) else None
        form.place.data, form.concerned.data = (
            request.args.get("place", "")[:120],
            request.args.get("concerned", "")[:200],
        )
    page = render_template("cases/new.html", form=form, kinds=CaseKind, most=service.MOST_PHOTOS)
    return page, 422 if form.errors else 200


# --- one case -----------------------------------------------------------------------------------------------------


def _case(reference: str) -> Case:
    return queries.case_by_reference(current_fair().id, reference)


@bp.get("/<reference>")
@requires(VIEW_CASES)
def show(reference: str) -> Any:
    """Everything about a case, and what can be done now."""
    return _show(_case(reference))


def _show(case: Case, failed: Any = None) -> Any:
    """The page with fresh forms, but for the one that ``failed``."""
    fair, violation = current_fair(), case.violation

    def form(kind: Any) -> Any:
        if isinstance(failed, kind):
            return failed
        made = HandlingForm.of(case, fair, formdata=None) if kind is HandlingForm else kind(formdata=None)
        made.token.data = new_token()
        return made

    page = render_template(
        "cases/show.html", case=case, violation=violation, acts=service.ACTS, is_pending=case.state in PENDING,
        fits=lost.fitting(case) if case.match_id is None else (), state=CaseState, side=Side, verdicts=ViolationState,
        tell=form(TellForm), outcome=form(OutcomeForm), why=form(WhyForm), statement=form(StatementForm), hand=form(HandForm),
        handling=form(HandlingForm), most=service.MOST_PHOTOS, may_work=_may(WORK_CASES), may_manage=_may(MANAGE_CASES),
        may_decide=_may(DECIDE_VIOLATIONS),
        is_involved=violation is not None and bool(
            actor().involved & {violation.reported_by_id, violation.asked_by_id, violation.taken_by_id}
        ),
        may_confirm=violation is not None and violations.may_confirm(violation, fair),
    )  # fmt: skip
    return page, 422 if failed is not None and failed.errors else 200


def _do(case: Case, form: Any, act: Callable[[], Any], done: Any) -> Any:
    """The act, and back to the case; on an error the case with the form as it was typed."""
    if form.validate_on_submit():
        try:
            act()
        except NotFound:
            raise
        except DomainError as error:
            form.add_error(error)
        else:
            flash(done, "success")
            return go(url_for(".show", reference=case.reference))
    return _show(case, form)


@bp.post("/<reference>/tell")
@requires(WORK_CASES)
def tell(reference: str) -> Any:
    """A note or photos."""
    case, form = _case(reference), TellForm()
    return _do(
        case, form,
        lambda: service.tell(case, form.text.data or "", by=actor(), mark=form.key, photos=uploads(form.photos)),
        _("Kept."),
    )  # fmt: skip


@bp.post("/<reference>/take")
@requires(WORK_CASES)
def take(reference: str) -> Any:
    """See to it oneself."""
    case, form = _case(reference), TellForm()
    return _do(case, form, lambda: service.take(case, by=actor(), mark=form.key), _("You see to it now."))


@bp.post("/<reference>/handling")
@requires(MANAGE_CASES)
def handle(reference: str) -> Any:
    """Give it to somebody, set its time or severity."""
    case, fair = _case(reference), current_fair()
    form = HandlingForm.of(case, fair)
    return _do(
        case, form, lambda: service.handle(case, form.handling(fair), by=actor(), mark=form.key), _("Saved.")
    )  # fmt: skip


@bp.post("/<reference>/solve")
@requires(WORK_CASES)
def solve(reference: str) -> Any:
    """Say what came of it."""
    case, form = _case(reference), OutcomeForm()
    return _do(
        case, form, lambda: service.solve(case, form.outcome.data or "", by=actor(), mark=form.key), _("Solved.")
    )


@bp.post("/<reference>/close")
@requires(MANAGE_CASES)
def close(reference: str) -> Any:
    """Nothing more is to be done."""
    case, form = _case(reference), TellForm()
    return _do(case, form, lambda: service.close(case, by=actor(), mark=form.key), _("Closed."))


@bp.post("/<reference>/reopen")
@requires(WORK_CASES)
def reopen(reference: str) -> Any:
    """It was not solved after all."""
    case, form = _case(reference), WhyForm()
    return _do(
        case, form, lambda: service.reopen(case, form.reason.data or "", by=actor(), mark=form.key), _("Opened again.")
    )


@bp.post("/<reference>/match/<other>")
@requires(WORK_CASES)
def match(reference: str, other: str) -> Any:
    """What was found is what is looked for."""
    case, form = _case(reference), TellForm()
    fits = _case(other)
    return _do(case, form, lambda: lost.match(case, fits, by=actor(), mark=form.key), _("They belong together."))


@bp.post("/<reference>/hand-over")
@requires(WORK_CASES)
def hand_over(reference: str) -> Any:
    """Give what was found to its owner."""
    case, form = _case(reference), HandForm()
    return _do(
        case, form,
        lambda: lost.hand_over(case, form.receiver.data or "", signature=str(form.signature.data or ""),
                               note=form.note.data or "", by=actor(), mark=form.key),
        _("Handed over."),
    )  # fmt: skip


@bp.post("/<reference>/ask")
@requires(MANAGE_CASES)
def ask(reference: str) -> Any:
    """Put the suspicion to the exhibitor."""
    case, form = _case(reference), TellForm()
    done = _("The exhibitor reads it now and can answer until tomorrow.")
    return _do(case, form, lambda: violations.ask(case, by=actor(), mark=form.key), done)


@bp.post("/<reference>/statement")
@requires(WORK_CASES)
def state(reference: str) -> Any:
    """Write down what the exhibitor said."""
    case, form = _case(reference), StatementForm()
    return _do(
        case, form,
        lambda: violations.state(case, form.statement.data or "", speaker=form.speaker.data or "", by=actor(), mark=form.key,
                                 as_staff=True),
        _("The statement is kept."),
    )  # fmt: skip


@bp.post("/<reference>/decision")
@requires(DECIDE_VIOLATIONS)
def decide(reference: str) -> Any:
    """Confirm the violation, or drop it."""
    case, form = _case(reference), WhyForm()
    confirmed = request.form.get("verdict") == "confirm"
    return _do(
        case, form,
        lambda: violations.decide(case, confirmed=confirmed, reason=form.reason.data or "", by=actor(), mark=form.key),
        _("Confirmed.") if confirmed else _("Dropped."),
    )  # fmt: skip


@bp.get("/photos/<int:case_photo_id>/<size>.webp")
@requires(VIEW_CASES)
def photo(case_photo_id: int, size: str) -> Response:
    """A photo of a case."""
    return stored_file(queries.photo_file(current_fair().id, case_photo_id, size)[0], how="inline", cache=KEPT)


@bp.get("/<reference>/signature.png")
@requires(VIEW_CASES)
def signature(reference: str) -> Response:
    """The signature of who received what was found."""
    case = _case(reference)
    if case.signature is None:
        raise NotFound
    return stored_file(case.signature, how="inline", cache=KEPT)


register_nav(NavItem("cases", _l("Cases"), "alert-hexagon", "cases.index", VIEW_CASES, 62))
