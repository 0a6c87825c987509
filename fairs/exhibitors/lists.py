"""The list of applications: its address, its order, and what can be decided for many at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import Select
from sqlalchemy.orm import joinedload, selectinload

from fairs.core.actor import Actor
from fairs.core.lists import Args, BulkAction, BulkField, ListSpec, register_list
from fairs.core.sheets import Sheet, each
from fairs.directory.queries import group_names
from fairs.exhibitors.appraisal import RECOMMENDATIONS
from fairs.exhibitors.models import Answer, BoothWish, Exhibitor
from fairs.exhibitors.permissions import DECIDE_APPLICATION, VIEW_EXHIBITORS
from fairs.exhibitors.queries import TRACKS, ExhibitorFilter, exhibitors_matching, order_of
from fairs.exhibitors.questions import questions_of
from fairs.exhibitors.service import (
    accept_application,
    check_acceptance,
    check_decision,
    refuse_application,
    waitlist_application,
)
from fairs.exhibitors.sheet import exhibitors_sheet
from fairs.exhibitors.states import ExhibitorState

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


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


def _check_accept(row: Exhibitor, values: Mapping[str, Any]) -> None:
    check_acceptance(
        row, decision_number=values.get("decision_number", ""), decision_on=_day(values.get("decision_on", ""))
    )


def _accept(row: Exhibitor, values: Mapping[str, Any], by: Actor) -> None:
    accept_application(
        row, by=by, decision_number=values["decision_number"], decision_on=_day(values["decision_on"]),
        note=values["note"],
    )  # fmt: skip


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
                "accept", _l("Accept"), "check", DECIDE_APPLICATION, _check_accept, _accept, tells=_TELLS, tone="primary",
                fields=(
                    BulkField(
                        "decision_number", _l("Decision on support"),
                        help=_l("Only for supported places: one decision for all of them. For example 6999/QĐ-UBND."),
                        length=60,
                    ),
                    BulkField("decision_on", _l("Day of the decision"), "date"),
                    _NOTE,
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
