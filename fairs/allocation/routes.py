"""Pages of the allocation: rules, runs, the plan of a run, moves by hand, publication, minutes."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flask import Blueprint, Response, flash, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response as BaseResponse

from fairs.allocation import editing, minutes, picture, service
from fairs.allocation.forms import ApartForm, MoveForm, PublishForm, RulesForm, StartForm
from fairs.allocation.inputs import rules_of
from fairs.allocation.models import AllocationExclusion, AllocationRun
from fairs.allocation.permissions import ALLOCATE, VIEW_ALLOCATION
from fairs.allocation.queries import exclusions_of, offer_counts, run_by_number, runs_of
from fairs.allocation.results import Result, Row, differences, gap_text, result_of
from fairs.allocation.states import OPEN, AllocationState
from fairs.allocation.tasks import allocate_later, offer_later
from fairs.booths.queries import exhibitor_by_reference
from fairs.calendar.context import current_fair
from fairs.core.db import db
from fairs.core.errors import DomainError, InvalidInput, NotFound
from fairs.core.web import NavItem, actor, go, register_nav, requires, wants_fragment
from fairs.floorplans.queries import halls_of, zones_of

bp = Blueprint("allocation", __name__)
MOST_NUMBER = 10**6


@bp.context_processor
def permissions() -> dict[str, Any]:
    """What the templates ask for."""
    return {"ALLOCATE": ALLOCATE}


def _run(number: int) -> AllocationRun:
    if number > MOST_NUMBER:
        raise NotFound
    return run_by_number(current_fair().id, number)


@bp.get("/fairs/<fair_slug>/allocation")
@requires(VIEW_ALLOCATION)
def index() -> Any:
    """What counts at this fair, and its runs."""
    return _index()


def _index(rules: RulesForm | None = None, start: StartForm | None = None, apart: ApartForm | None = None) -> Any:
    fair = current_fair()
    shown = rules or RulesForm(formdata=None)
    if rules is None:
        shown.offer(list(zones_of(fair.id)))
        shown.show(rules_of(fair))
    page = render_template(
        "allocation/index.html", rules_form=shown, start_form=start or StartForm(formdata=None),
        apart_form=apart or ApartForm(formdata=None), runs=runs_of(fair.id), exclusions=exclusions_of(fair.id), OPEN=OPEN,
        gap_text=gap_text,
    )  # fmt: skip
    wrong = any(form is not None and form.errors for form in (rules, start, apart))
    return (page, 422) if wrong else page


@bp.post("/fairs/<fair_slug>/allocation/rules")
@requires(ALLOCATE)
def save_rules() -> Any:
    """Change what counts."""
    fair = current_fair()
    form = RulesForm()
    form.offer(list(zones_of(fair.id)))
    if form.validate():
        try:
            service.save_rules(fair, form.values(), by=actor())
            flash(_("The rules are kept. The next run follows them."), "success")
            return go(url_for("allocation.index"))
        except DomainError as error:
            form.add_error(error)
    return _index(rules=form)


@bp.post("/fairs/<fair_slug>/allocation/apart")
@requires(ALLOCATE)
def keep_apart() -> Any:
    """Keep two exhibitors apart."""
    fair, form = current_fair(), ApartForm()
    if form.validate():
        pair = []
        for field in (form.first, form.second):
            try:
                pair.append(exhibitor_by_reference(fair.id, field.data or ""))
            except NotFound:
                field.errors = [*field.errors, _("There is no exhibitor with this reference.")]
        if len(pair) == 2:
            try:
                service.add_exclusion(
                    fair, pair[0], pair[1], same_zone=form.same_zone.data, reason=form.reason.data or "", by=actor()
                )
                return go(url_for("allocation.index", _anchor="apart"))
            except DomainError as error:
                form.add_error(error)
    return _index(apart=form)


@bp.post("/fairs/<fair_slug>/allocation/apart/<int:exclusion_id>/remove")
@requires(ALLOCATE)
def let_together(exclusion_id: int) -> Any:
    """Let two stand together again."""
    found = db.session.get(AllocationExclusion, exclusion_id) if exclusion_id < 2**31 else None
    if found is None or found.fair_id != current_fair().id:
        raise NotFound
    service.remove_exclusion(found, by=actor())
    return go(url_for("allocation.index", _anchor="apart"))


@bp.post("/fairs/<fair_slug>/allocation/start")
@requires(ALLOCATE)
def start() -> Any:
    """Begin a run; the worker computes it."""
    form = StartForm()
    if form.validate():
        try:
            run = service.begin(current_fair(), by=actor(), seed=form.seed.data, seconds=form.seconds.data)
            allocate_later(run.id)
            return go(url_for("allocation.run", number=run.number))
        except InvalidInput as error:
            form.add_error(error)
        except DomainError as error:
            flash(str(error), "warning")
            return go(url_for("allocation.index"))
    return _index(start=form)


@bp.post("/fairs/<fair_slug>/allocation/<int:number>/again")
@requires(ALLOCATE)
def again(number: int) -> Any:
    """Compute the rest anew: what is locked stays."""
    run = _run(number)
    try:
        fresh = service.begin(current_fair(), by=actor(), seed=run.seed, seconds=run.seconds or 60, keep_locks_of=run)
    except DomainError as error:
        flash(str(error), "warning")
        return go(url_for("allocation.run", number=number))
    allocate_later(fresh.id)
    return go(url_for("allocation.run", number=fresh.number))


@bp.get("/fairs/<fair_slug>/allocation/<int:number>")
@requires(VIEW_ALLOCATION)
def run(number: int) -> Any:
    """A run: how far it is, or its plan and list; ``?who=`` somebody, ``&to=`` what moving them there would do."""
    found = _run(number)
    if found.state in OPEN:
        return render_template(
            "allocation/_progress.html" if wants_fragment() else "allocation/waiting.html", run=found, gap_text=gap_text
        )
    if wants_fragment():  # it has ended while the page waited: the whole page is another one now
        return go(url_for("allocation.run", number=number))
    return _run_page(found)


def _run_page(found: AllocationRun, form: MoveForm | None = None) -> Any:
    result = result_of(found)
    halls, zones = halls_of(found.fair_id), zones_of(found.fair_id)
    chosen = _chosen(result)
    codes = {site.code: site for site in result.problem.sites}
    preview = None
    target: tuple[int, ...] = ()
    wanted = request.args.get("to", "").upper()
    form = form or MoveForm(formdata=None)
    if chosen is not None and wanted and form.booths.data is None:
        parts = [codes[part] for part in (piece.strip() for piece in wanted.split(",")) if part in codes]
        if not parts:
            raise NotFound
        target = picture.group_at(result, chosen, parts[0]) if len(parts) == 1 else tuple(site.id for site in parts)
        form.booths.data = result.names.booths(target)
        try:
            preview = editing.look_at_move(found, chosen.place.exhibitor_id, target)
        except InvalidInput as error:
            form.booths.errors = [str(error)]
    hall = _hall(halls, result, chosen, target)
    views = [r for r in result.rows if _matches(r)]
    page = render_template(
        "allocation/run.html", run=found, result=result, halls=halls, hall=hall, chosen=chosen, preview=preview, target=target,
        picture=picture.draw(result, hall, list(zones), address=url_for("allocation.run", number=found.number),
                             chosen=chosen, target=set(target)) if hall else "",
        words=picture.tone_words(), rows=views, move_form=form, gap_text=gap_text, S=AllocationState,
        others=[r for r in runs_of(found.fair_id) if r.id != found.id and r.state not in OPEN], offers=offer_counts(found.id),
    )  # fmt: skip
    return (page, 422) if form.errors else page


def _matches(row: Row) -> bool:
    tone = request.args.get("tone", "")
    return not tone or row.tone == tone


def _chosen(result: Result) -> Row | None:
    reference = request.args.get("who", "").upper()
    if not reference:
        return None
    found = next((row for row in result.rows if row.reference == reference), None)
    if found is None:
        raise NotFound
    return found


def _hall(halls: Any, result: Result, chosen: Row | None, target: tuple[int, ...]) -> Any:
    code = request.args.get("hall", "")
    if code:
        found = next((hall for hall in halls if hall.code == code), None)
        if found is None:
            raise NotFound
        return found
    booths = list(target) or (chosen.place.booth_ids if chosen else [])
    wanted = result.sites[booths[0]].hall if booths else None
    return next((hall for hall in halls if hall.id == wanted), halls[0] if halls else None)


def _row(result: Result, reference: str) -> Row:
    found = next((row for row in result.rows if row.reference == reference.upper()), None)
    if found is None:
        raise NotFound
    return found


@bp.post("/fairs/<fair_slug>/allocation/<int:number>/places/<reference>/move")
@requires(ALLOCATE)
def move(number: int, reference: str) -> Any:
    """Move somebody, and lock them there."""
    found = _run(number)
    result = result_of(found)
    row = _row(result, reference)
    form = MoveForm()
    if form.validate():
        codes = {site.code: site.id for site in result.problem.sites}
        parts = [
            piece.strip().upper() for piece in (form.booths.data or "").replace(";", ",").split(",") if piece.strip()
        ]
        unknown = [part for part in parts if part not in codes]
        if unknown:
            form.booths.errors = [*form.booths.errors, _("There is no booth %(code)s in this run.", code=unknown[0])]
        else:
            try:
                preview = editing.move(found, row.place.exhibitor_id, [codes[part] for part in parts], by=actor())
                flash(
                    _("Moved and locked. The score changes by %(points)s.", points=f"{preview.difference:+d}"),
                    "success",
                )
                return go(url_for("allocation.run", number=number, who=row.reference))
            except InvalidInput as error:
                form.add_error(error)
            except DomainError as error:
                flash(str(error), "warning")
                return go(url_for("allocation.run", number=number))
    return _page_with_chosen(found, row, form)


def _page_with_chosen(found: AllocationRun, row: Row, form: MoveForm) -> Any:
    request.args = request.args.__class__({**request.args.to_dict(), "who": row.reference})
    return _run_page(found, form)


@bp.post("/fairs/<fair_slug>/allocation/<int:number>/places/<reference>/lock")
@requires(ALLOCATE)
def lock(number: int, reference: str) -> Any:
    """Lock a place for the next run, or let go of it."""
    found = _run(number)
    row = _row(result_of(found), reference)
    try:
        editing.set_lock(found, row.place.exhibitor_id, request.form.get("locked") == "1", by=actor())
    except DomainError as error:
        flash(str(error), "warning")
    return go(url_for("allocation.run", number=number, who=row.reference, _anchor="panel"))


@bp.post("/fairs/<fair_slug>/allocation/<int:number>/cancel")
@requires(ALLOCATE)
def cancel(number: int) -> Any:
    """Stop a run."""
    return _act(number, service.cancel)


@bp.post("/fairs/<fair_slug>/allocation/<int:number>/discard")
@requires(ALLOCATE)
def discard(number: int) -> Any:
    """Put a run aside."""
    return _act(number, service.discard)


def _act(number: int, act: Any) -> Any:
    try:
        act(_run(number), by=actor())
    except DomainError as error:
        flash(str(error), "warning")
    return go(url_for("allocation.run", number=number))


@bp.route("/fairs/<fair_slug>/allocation/<int:number>/publish", methods=["GET", "POST"])
@requires(ALLOCATE)
def publish(number: int) -> Any:
    """A second look at what will be offered; then the offers go out."""
    found, fair = _run(number), current_fair()
    result = result_of(found)
    form = PublishForm(data={"until": min(fair.today + timedelta(days=10), fair.starts_on - timedelta(days=1))})
    if found.state is not AllocationState.DONE:
        flash(_("This run is not a draft any more."), "warning")
        return go(url_for("allocation.run", number=number))
    if form.validate_on_submit():
        until = datetime.combine(form.until.data, time(23, 59), ZoneInfo(fair.time_zone))
        try:
            service.publish(found, until=until, by=actor())
            offer_later(found.id)
            flash(_("Published. The offers go out now."), "success")
            return go(url_for("allocation.run", number=number))
        except InvalidInput as error:
            form.add_error(error)
        except DomainError as error:
            flash(str(error), "warning")
            return go(url_for("allocation.run", number=number))
    page = render_template("allocation/publish.html", run=found, result=result, form=form, gap_text=gap_text)
    return (page, 422) if form.errors else page


@bp.get("/fairs/<fair_slug>/allocation/<int:number>/compare/<int:other>")
@requires(VIEW_ALLOCATION)
def compare(number: int, other: int) -> Any:
    """Who stands elsewhere in another run, and what the scores are made of."""
    one, two = result_of(_run(number)), result_of(_run(other))
    return render_template(
        "allocation/compare.html", one=one, two=two, changed=differences(one, two), gap_text=gap_text
    )


@bp.get("/fairs/<fair_slug>/allocation/<int:number>/minutes.<form>")
@requires(VIEW_ALLOCATION)
def paper(number: int, form: str) -> BaseResponse:
    """The minutes as PDF or Word."""
    found = _run(number)
    if form not in minutes.FORMATS or found.state in OPEN:
        raise NotFound
    answer = Response(minutes.make(current_fair(), result_of(found), form), mimetype=minutes.MIMETYPES[form])
    name = f"{current_fair().slug}-bien-ban-{found.number}.{form}"
    answer.headers.set("Content-Disposition", "inline" if form == "pdf" else "attachment", filename=name)
    return answer


register_nav(NavItem("allocation", _l("Allocation"), "layout-board-split", "allocation.index", VIEW_ALLOCATION, 27))
