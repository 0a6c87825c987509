"""Pages of the live board: for staff, and for a big screen that nobody is signed in at. Both ask again every few seconds."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, current_app, flash, g, make_response, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response as BaseResponse

from fairs.accounts.queries import matching_grant
from fairs.calendar.context import current_fair
from fairs.calendar.models import Fair
from fairs.checkin import board as live
from fairs.checkin.forms import ScreenForm
from fairs.checkin.lists import day_of
from fairs.checkin.permissions import MANAGE_GATES, VIEW_GATES
from fairs.core.db import db
from fairs.core.errors import DomainError
from fairs.core.i18n import current_locale
from fairs.core.web import NavItem, actor, go, public, register_nav, requires

bp = Blueprint("board", __name__, url_prefix="/fairs/<fair_slug>/board")
screen_bp = Blueprint("big_board", __name__, url_prefix="/board/<token>")


def _unless_known(board: live.Board, template: str, *readers: object, **values: Any) -> Response:
    """The fragment, or 304 when the reader has it: then nothing is rendered, and mostly nothing read."""
    etag = board.etag(current_locale(), template, *readers)
    if request.if_none_match.contains_weak(etag):
        answer = Response(status=304)
    else:
        answer = make_response(render_template(template, board=board, **values))
    answer.set_etag(etag, weak=True)
    answer.headers["Cache-Control"] = "private, no-cache"
    return answer


# --- staff --------------------------------------------------------------------------------------------------------


def _values(board: live.Board) -> dict[str, Any]:
    return {"board": board, "may_manage": matching_grant(g.grants, MANAGE_GATES, board.fair_id) is not None}


def _page(form: ScreenForm, new_link: str = "") -> str:
    board = live.board_of(current_fair().id, day_of(request.args.get("day", "")))
    return render_template(
        "checkin/board.html", form=form, new_link=new_link, screens=live.screens_of(board.fair_id), **_values(board)
    )


@bp.get("")
@requires(VIEW_GATES)
def index() -> str:
    """What happens at the fair now, and on a day that is over."""
    return _page(ScreenForm(formdata=None))


@bp.get("/figures")
@requires(VIEW_GATES)
def figures() -> Response:
    """The part of the board that changes."""
    board = live.board_of(current_fair().id, day_of(request.args.get("day", "")))
    return _unless_known(board, "checkin/_board.html", **{k: v for k, v in _values(board).items() if k != "board"})


@bp.post("/screens")
@requires(MANAGE_GATES)
def open_screen() -> Any:
    """A link for a big screen; shown once, since only its hash is kept."""
    form = ScreenForm()
    link = ""
    if form.validate_on_submit():
        try:
            _screen, token = live.open_screen(current_fair(), form.name.data or "", by=actor())
        except DomainError as error:
            form.add_error(error)
        else:
            link = f"{current_app.config['BASE_URL']}{url_for('big_board.show', token=token)}"
            form = ScreenForm(formdata=None)
    answer = make_response(_page(form, link), 422 if form.errors else 200)
    answer.headers["Cache-Control"] = "no-store"
    return answer


@bp.post("/screens/<int:screen_id>/close")
@requires(MANAGE_GATES)
def close_screen(screen_id: int) -> BaseResponse:
    """The link of a big screen ends."""
    screen = live.close_screen(current_fair(), screen_id, by=actor())
    flash(_("The link of %(screen)s is closed.", screen=screen.name), "success")
    return go(url_for(".index", _anchor="screens"))


# --- big screen ---------------------------------------------------------------------------------------------------


@screen_bp.get("")
@public
def show(token: str) -> Any:
    """The board in large letters on a dark ground; figures only, no name of anybody."""
    board = live.board_of(live.fair_of_screen(token))
    answer = make_response(
        render_template(
            "checkin/board_screen.html", board=board, token=token, fair=db.session.get_one(Fair, board.fair_id)
        )
    )
    answer.headers["Cache-Control"] = "no-store"
    answer.headers["Referrer-Policy"] = "no-referrer"
    answer.headers["X-Robots-Tag"] = "noindex"
    return answer


@screen_bp.get("/figures")
@public
def screen_figures(token: str) -> Response:
    """The part of the big screen that changes."""
    return _unless_known(live.board_of(live.fair_of_screen(token)), "checkin/_board_screen.html")


register_nav(NavItem("board", _l("Live board"), "device-desktop-analytics", "board.index", VIEW_GATES, 61))
