"""Start page of a role at a fair, and the inbox: of one fair, and of all fairs together."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, current_app, g, render_template, request, url_for
from flask_babel import lazy_gettext as _l

from fairs.accounts.queries import matching_grant
from fairs.calendar.context import current_fair
from fairs.calendar.models import Fair
from fairs.calendar.permissions import VIEW_FAIR
from fairs.calendar.queries import all_fairs
from fairs.calendar.states import FairState
from fairs.core.clock import now
from fairs.core.errors import NotFound
from fairs.core.permissions import Permission, Role
from fairs.core.web import MARK, NavItem, register_nav, requires
from fairs.programme.permissions import VIEW_PROGRAMME
from fairs.workplace import installation, setup
from fairs.workplace.awaited import KIND_BY_KEY, KINDS
from fairs.workplace.figures import figures
from fairs.workplace.inbox import Group, Inbox, Reader
from fairs.workplace.queries import dates, entries, late_with_others, next_date, year_plan

bp = Blueprint("workplace", __name__)
blueprints = [bp, setup.bp, installation.bp]

ON_START_PAGE = 8
IN_GROUP = 10
PER_PAGE = 50
#: These look at the whole and are asked for little themselves: they see what is late with others.
OVERSEERS = frozenset({Role.LEADERSHIP, Role.AUDITOR})


@bp.get("/fairs/<fair_slug>/")
@requires(VIEW_FAIR)
def overview() -> str:
    """What needs this person, the fair in one line, the next dates."""
    fair = current_fair()
    waiting = entries(_inbox())
    return render_template(
        "workplace/overview.html", entries=waiting[:ON_START_PAGE], count=_inbox().total, dates=dates(fair),
        figures=figures(fair, _roles(fair), _may), now=now(), may_open=_may_open, **_for_overseers([fair]),
    )  # fmt: skip


@bp.get("/fairs/<fair_slug>/inbox")
@requires(VIEW_FAIR)
def inbox() -> str:
    """All that awaits this person at the fair; ``kind`` shows all of one kind, page by page."""
    return _inbox_page()


@bp.get("/inbox")
@requires(VIEW_FAIR)
def everywhere() -> str:
    """All that awaits this person at any fair, and the fairs: where people with several fairs begin."""
    mine = _inbox().reader.fairs
    shown = [] if request.args.get("kind") else [fair for fair in mine if fair.state is not FairState.REPORTED]
    shown.sort(key=lambda fair: (fair.starts_on, fair.id))
    return _inbox_page(fairs=shown, at_fair=_inbox().at_fair, **_for_overseers(mine))


def _inbox_page(**context: Any) -> str:
    box, key = _inbox(), request.args.get("kind", "")
    chosen = None
    if key:
        if key not in KIND_BY_KEY:
            raise NotFound
        kind = KIND_BY_KEY[key]
        items, following = box.items(kind, limit=PER_PAGE, cursor=request.args.get("cursor"))
        chosen = Group(kind, box.of_kind(kind), items, following)
    return render_template(
        "workplace/inbox.html", chosen=chosen, groups=[] if chosen else box.groups(each=IN_GROUP), count=box.total,
        may_open=_may_open, next_date=next_date(box.reader.fairs), **context,
    )  # fmt: skip


def _for_overseers(fairs: Sequence[Fair]) -> dict[str, Any]:
    if not OVERSEERS.intersection(grant.role for grant in g.grants):
        return {"overdue": None, "plan": None}
    plan = year_plan() if _may(VIEW_PROGRAMME) else None
    return {"overdue": late_with_others(fairs), "plan": plan}


def _may(permission: Permission) -> bool:
    return matching_grant(g.grants, permission, g.fair.id if g.fair else None) is not None


def _may_open(endpoint: str) -> bool:
    wanted = getattr(current_app.view_functions[endpoint], MARK)
    return isinstance(wanted, Permission) and _may(wanted)


def _roles(fair: Fair) -> list[Role]:
    return [grant.role for grant in g.grants if grant.fair_id in (None, fair.id)]


def _my_fairs() -> Sequence[Fair]:
    held = {grant.fair_id for grant in g.grants}
    return [fair for fair in all_fairs() if None in held or fair.id in held]


def _inbox() -> Inbox:
    """The inbox of this request: of its fair, or of all fairs on a page without one. Counted once."""
    if "inbox" not in g:
        fairs = [g.fair] if g.get("fair") else _my_fairs()
        g.inbox = Inbox(Reader(g.user.id, g.grants, fairs), KINDS)
    found: Inbox = g.inbox
    return found


@bp.app_context_processor
def frame() -> dict[str, Any]:
    """The inbox in the frame of all staff pages. Counted only where a page shows it."""
    if not g.get("grants"):
        return {"inbox_url": None}
    fair = g.get("fair")
    url = url_for("workplace.inbox", fair_slug=fair.slug) if fair else url_for("workplace.everywhere")
    return {"inbox_url": url, "inbox_count": lambda: _inbox().total}


register_nav(NavItem("overview", _l("Overview"), "home", "workplace.overview", VIEW_FAIR, 10, bottom=True))
register_nav(
    NavItem("inbox", _l("Inbox of all fairs"), "inbox", "workplace.everywhere", VIEW_FAIR, 935, for_fair=False)
)
