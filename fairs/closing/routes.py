"""Pages of closing a fair: the checklist, the figures that were kept, archives."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from flask import Blueprint, Response, current_app, flash, g, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from fairs.accounts.queries import matching_grant
from fairs.calendar.context import current_fair
from fairs.closing import sample_pages
from fairs.closing.downloads import handed_out
from fairs.closing.models import ClosingWork
from fairs.closing.permissions import CLOSE_FAIR, DRAW_SAMPLE, FETCH_ARCHIVE, SIGN_POINT, VIEW_CLOSING, VIEW_KEPT
from fairs.closing.points import Point, checklist, point_of
from fairs.closing.service import sign_point, take_back
from fairs.closing.snapshots import KINDS, Change, changes_since, recompute, snapshot_of, snapshots_of
from fairs.closing.states import PointState, WorkState
from fairs.closing.works import OVER, ask_archive, ask_snapshot, try_again, work_of, works_of
from fairs.core.errors import DomainError, Forbidden, InvalidInput, NotFound
from fairs.core.permissions import Permission, Role
from fairs.core.web import MARK, NavItem, actor, go, register_nav, requires, wants_fragment
from fairs.statements.figures import figures_of
from fairs.statements.listing import page_url_of

bp = Blueprint("closing", __name__)
blueprints = [bp, sample_pages.bp]

SHOWN = 200  # changed records on a page


def may(permission: Permission) -> bool:
    """Whether the person has it at this fair."""
    return matching_grant(g.grants, permission, current_fair().id) is not None


def _may_open(endpoint: str) -> bool:
    wanted = getattr(current_app.view_functions.get(endpoint), MARK, None)
    return isinstance(wanted, Permission) and may(wanted)


def _may_sign(point: Point) -> bool:
    fair = current_fair()
    mine = {grant.role for grant in g.grants if grant.fair_id in {None, fair.id}}
    return bool(mine & {Role.ADMIN, Role.ORGANISER, point.owner}) and may(SIGN_POINT)


@bp.get("/fairs/<fair_slug>/closing")
@requires(VIEW_CLOSING)
def index() -> str:
    """The checklist, the figures that were kept, the archives."""
    return _page()


def _page(error: InvalidInput | None = None, key: str = "") -> str:
    fair = current_fair()
    works = works_of(fair)
    rows = checklist(fair)
    values: dict[str, Any] = {
        "works": works, "open_works": [work for work in works if work.is_open], "WorkState": WorkState,
        "failed": _failed(works), "archives": [work for work in works if work.kind == "archive" and work.file_id],
    }  # fmt: skip
    if wants_fragment() and not error:
        return render_template("closing/_works.html", **values)
    return render_template(
        "closing/index.html", rows=rows, counts={state: sum(row.state is state for row in rows) for state in PointState},
        snapshots=snapshots_of(fair), kinds=KINDS, is_over=fair.state in OVER, may_close=may(CLOSE_FAIR),
        may_fetch=may(FETCH_ARCHIVE), may_draw=may(DRAW_SAMPLE), link_of=_link,
        may_sign=_may_sign, error=error, error_key=key, typed=request.form, **values,
    )  # fmt: skip


def _failed(works: list[ClosingWork]) -> list[ClosingWork]:
    """The last try of each kind, where it failed."""
    last: dict[str, ClosingWork] = {}
    for work in works:
        last.setdefault(work.kind, work)
    return [work for work in last.values() if work.state is WorkState.FAILED]


def _link(point: Point) -> str:
    return url_for(point.endpoint, **point.values) if _may_open(point.endpoint) else ""


@bp.post("/fairs/<fair_slug>/closing/points/<key>/sign")
@requires(SIGN_POINT)
def sign(key: str) -> Any:
    """Sign a point off, with a note."""
    fair = current_fair()
    point = point_of(fair, key)
    if point is None:
        raise NotFound
    if not _may_sign(point):
        raise Forbidden
    try:
        is_none = request.form.get("not_applicable") == "y"
        sign_point(fair, key, request.form.get("note", ""), not_applicable=is_none, by=actor())
    except InvalidInput as error:
        return _page(error, key), 422
    flash(_("Signed off."), "success")
    return go(url_for("closing.index", _anchor=f"point-{key}"))


@bp.post("/fairs/<fair_slug>/closing/points/<key>/take-back")
@requires(SIGN_POINT)
def unsign(key: str) -> Any:
    """Take a signature back."""
    fair = current_fair()
    point = point_of(fair, key)
    if point is None:
        raise NotFound
    if not _may_sign(point):
        raise Forbidden
    take_back(fair, key, by=actor())
    flash(_("The signature is taken back."), "success")
    return go(url_for("closing.index", _anchor=f"point-{key}"))


@bp.post("/fairs/<fair_slug>/closing/snapshots")
@requires(CLOSE_FAIR)
def keep() -> Any:
    """Have the figures kept."""
    return _ask(lambda fair: ask_snapshot(fair, request.form.get("kind", ""), by=actor()))


@bp.post("/fairs/<fair_slug>/closing/archives")
@requires(CLOSE_FAIR)
def archive() -> Any:
    """Have an archive made."""
    return _ask(lambda fair: ask_archive(fair, by=actor()))


@bp.post("/fairs/<fair_slug>/closing/works/<int:work_id>/again")
@requires(CLOSE_FAIR)
def again(work_id: int) -> Any:
    """Have what failed made once more."""
    return _ask(lambda fair: try_again(work_of(fair, work_id), by=actor()))


def _ask(act: Any) -> Any:
    try:
        act(current_fair())
    except (NotFound, Forbidden):
        raise
    except DomainError as error:
        flash(str(error), "warning")
    else:
        flash(_("It is being made in the background."), "success")
    return go(url_for("closing.index", _anchor="figures"))


@bp.get("/fairs/<fair_slug>/closing/snapshots/<int:snapshot_id>")
@requires(VIEW_CLOSING)
def snapshot(snapshot_id: int) -> str:
    """Figures as they were kept, computed again from the kept records, and as they are now."""
    fair = current_fair()
    found = snapshot_of(fair, snapshot_id)
    today = {figure.key: figure for figure in figures_of(fair)}
    rows = [
        {
            "kept": one,
            "value": Decimal(one["value"]),
            "now": today[one["key"]].value if one["key"] in today else Decimal(0),
        }
        for one in found.figures
    ]
    fresh = [figure for key, figure in today.items() if key not in {one["key"] for one in found.figures}]
    return render_template(
        "closing/snapshot.html", snapshot=found, verdict=recompute(found), rows=rows, fresh=fresh, kinds=KINDS,
        may_compare=may(VIEW_KEPT),
    )  # fmt: skip


@bp.get("/fairs/<fair_slug>/closing/snapshots/<int:snapshot_id>/<key>")
@requires(VIEW_KEPT)
def changes(snapshot_id: int, key: str) -> str:
    """Which records of a figure came, went or changed since."""
    fair = current_fair()
    found = snapshot_of(fair, snapshot_id)
    figure = next((one for one in found.figures if one["key"] == key), None)
    if figure is None:
        raise NotFound
    try:
        rows = changes_since(found, key)
    except (OSError, EOFError, ValueError):  # the file is gone or broken: the page of the snapshot says how
        rows = None
    counts = {how: sum(row.how == how for row in rows or ()) for how in ("came", "went", "changed")}
    return render_template(
        "closing/changes.html", snapshot=found, figure=figure, rows=(rows or [])[:SHOWN], total=len(rows or []), counts=counts,
        is_readable=rows is not None, record_url=_record_url,
    )  # fmt: skip


def _record_url(change: Change) -> str:
    page = page_url_of(change, may)
    return url_for(page[0], reference=page[1]) if page is not None else ""


@bp.get("/fairs/<fair_slug>/closing/archives/<int:work_id>.zip")
@requires(FETCH_ARCHIVE)
def fetch(work_id: int) -> Response:
    """Download an archive; who does is written down."""
    fair = current_fair()
    work = work_of(fair, work_id)
    if work.file is None:
        raise NotFound
    return handed_out(fair, work, work.file, f"{fair.slug}-archive.zip")


register_nav(
    NavItem("closing", _l("Closing"), "archive", "closing.index", VIEW_CLOSING, 95, pages=("closing", "audit_sample"))
)
