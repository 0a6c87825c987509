"""The list of applications: its address, its order, and what can be decided for many at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import Select
from sqlalchemy.orm import joinedload, selectinload

from fairs.calendar.context import current_fair
from fairs.core.actor import Actor
from fairs.core.i18n import format_money
from fairs.core.lists import Args, BulkAction, BulkField, ListSpec, register_list
from fairs.core.sheets import Sheet, each
from fairs.directory.queries import group_names
from fairs.documents.permissions import MANAGE_DOCUMENTS
from fairs.exhibitors.appraisal import RECOMMENDATIONS
from fairs.exhibitors.models import Answer, BoothWish, Exhibitor
from fairs.exhibitors.permissions import DECIDE_APPLICATION, VIEW_EXHIBITORS
from fairs.exhibitors.queries import TRACKS, ExhibitorFilter, exhibitors_matching, order_of
from fairs.exhibitors.questions import questions_of
from fairs.exhibitors.selection import SupportTerms, check_support, checked_together, propose_for_support, terms_of
from fairs.exhibitors.service import (
    accept_application,
    check_acceptance,
    check_decision,
    refuse_application,
    waitlist_application,
)
from fairs.exhibitors.sheet import exhibitors_sheet
from fairs.exhibitors.states import ExhibitorState
from fairs.funding.queries import rules_in_force
from fairs.funding.states import Purpose
from fairs.programme.queries import budget_lines

_TELLS = _l("Each company gets a letter with the decision.")


def wanted_of(args: Args) -> ExhibitorFilter:
    """The filter that an address asks for."""
    state, track = args.get("state", ""), args.get("track", "")
    appraised, advice = args.get("appraised", ""), args.get("advice", "")
    return ExhibitorFilter(
        text=args.get("q", ""),
        state=ExhibitorState(state) if state in set(ExhibitorState) else None,
        group=args.get("group", "")[:10],
        track=track if track in TRACKS else "",
        appraised=appraised if appraised in ("yes", "no") else "",
        advice=advice if advice in RECOMMENDATIONS else "",
    )


def _accept(row: Exhibitor, values: Mapping[str, Any], by: Actor) -> None:
    accept_application(row, by=by, note=values["note"])


def _terms(values: Mapping[str, Any]) -> SupportTerms | None:
    """The terms that were chosen; None while the preview does not know them yet."""
    if not values.get("rule") or not values.get("line"):
        return None
    return terms_of(values["rule"], values.get("percent"), values["line"])


def _check_propose(row: Exhibitor, values: Mapping[str, Any]) -> None:
    check_support(row, _terms(values))


def _propose(row: Exhibitor, values: Mapping[str, Any], by: Actor) -> None:
    propose_for_support(row, terms_of(values["rule"], values.get("percent"), values["line"]), by=by)


def rule_choices() -> list[tuple[str, str]]:
    """Rules that pay for booths and are in force, as people choose them."""
    return [
        (str(rule.id), f"{rule.code} · {rule.rate_percent} % · {rule.item}"[:160])
        for rule in rules_in_force(current_fair().today)
        if rule.purpose is Purpose.BOOTH
    ]


def line_choices() -> list[tuple[str, str]]:
    """Budget lines with what is left of each."""
    return [
        (str(line.id), _("%(line)s (%(left)s left)", line=line.label, left=format_money(line.left)))
        for line in budget_lines()
    ]


def _waitlist(row: Exhibitor, values: Mapping[str, Any], by: Actor) -> None:
    waitlist_application(row, by=by, note=values["note"])


def _refuse(row: Exhibitor, values: Mapping[str, Any], by: Actor) -> None:
    refuse_application(row, by=by, note=values["note"])


def _sheets(fair: Any, query: Select[Exhibitor]) -> Sequence[Sheet]:
    wishes = selectinload(Exhibitor.booth_wishes)
    query = query.options(
        joinedload(Exhibitor.wished_type), wishes.joinedload(BoothWish.zone), wishes.joinedload(BoothWish.booth),
        selectinload(Exhibitor.answers).joinedload(Answer.file),
    )  # fmt: skip
    return [exhibitors_sheet(each(query), group_names(), questions_of(fair.id, archived=True))]


_NOTE = BulkField("note", _l("Note"), "lines", _l("Goes into the letter."), length=2000)

EXHIBITORS = register_list(
    ListSpec(
        "exhibitors", _l("Exhibitors"), "exhibitors.index", VIEW_EXHIBITORS,
        ("state", "q", "group", "track", "appraised", "advice", "sort"),
        query=lambda fair, args: exhibitors_matching(fair.id, wanted_of(args)),
        keys=lambda args: order_of(wanted_of(args), args.get("sort", "-submitted")),
        reference=Exhibitor.reference, name_of=lambda row: row.company.name, sheets=_sheets,
        record=("exhibitors.show", "reference"), panel=True,
        actions=(
            BulkAction(
                "accept", _l("Accept"), "check", DECIDE_APPLICATION, lambda row, _values: check_acceptance(row), _accept,
                tells=_TELLS, tone="primary", fields=(_NOTE,),
            ),
            BulkAction(
                "propose", _l("Propose for support"), "certificate", MANAGE_DOCUMENTS, _check_propose, _propose,
                together=checked_together,
                fields=(
                    BulkField("rule", _l("Rule of support"), "choice", required=True, choices=rule_choices),
                    BulkField("percent", _l("Percent of the price"), help=_l("The rate of the rule when left empty."), length=4),
                    BulkField(
                        "line", _l("Budget line"), "choice", required=True, choices=line_choices,
                        help=_l("They join the open draft with the same terms, or a new one. Nobody is told before the decision is signed."),
                    ),
                ),
            ),
            BulkAction(
                "waitlist", _l("Waiting list"), "list", DECIDE_APPLICATION,
                lambda row, _values: check_decision(row, ExhibitorState.WAITLISTED), _waitlist, tells=_TELLS, fields=(_NOTE,),
            ),
            BulkAction(
                "refuse", _l("Refuse"), "x", DECIDE_APPLICATION,
                lambda row, _values: check_decision(row, ExhibitorState.REFUSED), _refuse, tells=_TELLS, tone="danger",
                fields=(
                    BulkField("note", _l("Reason"), "lines", _l("Every one of these companies reads it."), True, 2000),
                ),
            ),
        ),
    )
)  # fmt: skip
