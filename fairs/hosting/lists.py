"""The list of supports: its address, its order, its spreadsheet, and what can be decided for many at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from flask import has_request_context
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import Select

from fairs.core.actor import Actor
from fairs.core.i18n import country_name
from fairs.core.lists import Args, BulkAction, BulkField, ListSpec, register_list
from fairs.core.sheets import Sheet, each
from fairs.core.text import clean
from fairs.core.web import actor
from fairs.hosting.errors import DecidedSingly
from fairs.hosting.models import Hosting
from fairs.hosting.permissions import APPROVE_HOSTING, PROPOSE_HOSTING, VIEW_HOSTING
from fairs.hosting.proposing import check_proposing, checked_together
from fairs.hosting.queries import HostingFilter, hostings_matching, order_of
from fairs.hosting.regions import Region
from fairs.hosting.room import Need, Room
from fairs.hosting.scoring import parts_of
from fairs.hosting.service import (
    approve_hosting,
    check_approving,
    propose_hosting,
    put_back,
    put_on_reserve,
    refuse_hosting,
    undo_approval,
)
from fairs.hosting.settings import settings_of
from fairs.hosting.states import HostingState, SupportTier
from fairs.importers.lists import label_of
from fairs.importers.states import AnnualVolume, BuyerKind

Check = Callable[[Hosting, Mapping[str, Any]], None]


def wanted_of(args: Args) -> HostingFilter:
    """The filter that an address asks for; what cannot be read narrows nothing."""
    state, tier, region, least = (args.get(name, "") for name in ("state", "tier", "region", "least"))
    past = args.get("past", "")
    return HostingFilter(
        text=clean(args.get("q", ""))[:200],
        state=HostingState(state) if state in set(HostingState) else None,
        tier=SupportTier(tier) if tier in set(SupportTier) else None,
        region=region if region in set(Region) else "",
        country=args.get("country", "")[:2],
        least=int(least) if least.isascii() and least.isdigit() and len(least) < 4 else 0,
        past=past if past in ("yes", "no") else "",
    )


def _tier(row: Hosting, values: Mapping[str, Any]) -> SupportTier:
    chosen = values.get("tier", "")
    return SupportTier(chosen) if chosen in set(SupportTier) else row.tier


def _propose_checker(fair: Any) -> Check:
    settings = settings_of(fair)

    def check(row: Hosting, values: Mapping[str, Any]) -> None:
        check_proposing(row, _tier(row, values), settings, reason=str(values.get("reason", "")))

    return check


def _propose(row: Hosting, values: Mapping[str, Any], by: Actor) -> Mapping[str, Any]:
    before = row.state.value
    propose_hosting(row, _tier(row, values), by=by, reason=str(values.get("reason", "")))
    return {"before": before}


def _undo_propose(row: Hosting, kept: Mapping[str, Any], by: Actor) -> None:
    (put_on_reserve if kept.get("before") == HostingState.RESERVE.value else put_back)(row, by=by)


def need_of_proposal(row: Hosting, lines: tuple[int | None, int | None]) -> Need:
    """What an approval of this proposal takes; ``lines`` are the budget lines of travel and of rooms."""
    amounts = ((lines[0], row.travel_amount.amount_minor), (lines[1], row.lodging_amount.amount_minor))
    sums: dict[int, int] = {}
    for key, amount in amounts:
        if key is not None and amount:
            sums[key] = sums.get(key, 0) + amount
    return Need(row.tier, row.region, tuple(sorted(sums.items())))


def _approve_checker(fair: Any) -> Check:
    """Each row is asked for what the rows before it have left: together they fit, or the last ones are skipped."""
    settings = settings_of(fair)
    room, lines = Room.of(fair, settings), (settings.travel_line_id, settings.lodging_line_id)
    by = actor() if has_request_context() else None

    def check(row: Hosting, _values: Mapping[str, Any]) -> None:
        check_approving(row, by)
        if row.is_second:
            raise DecidedSingly
        need = need_of_proposal(row, lines)
        room.check(need)
        room.take(need)

    return check


def _approve(row: Hosting, _values: Mapping[str, Any], by: Actor) -> Mapping[str, Any]:
    approve_hosting(row, by=by)
    return {}


def _undo_approve(row: Hosting, _kept: Mapping[str, Any], by: Actor) -> None:
    undo_approval(row, by=by)


def _undo_reserve(row: Hosting, _kept: Mapping[str, Any], by: Actor) -> None:
    put_back(row, by=by)


def _reserve(row: Hosting, values: Mapping[str, Any], by: Actor) -> Mapping[str, Any]:
    put_on_reserve(row, by=by, reason=str(values.get("reason", "")))
    return {}


def _refuse(row: Hosting, values: Mapping[str, Any], by: Actor) -> None:
    refuse_hosting(row, values["reason"], by=by)


def _sheets(_fair: Any, query: Select[Hosting]) -> Sequence[Sheet]:
    heads = [
        _("Number"), _("State"), _("Name"), _("Name in the passport"), _("Company"), _("Country"), _("Region"), _("Support"),
        _("Score"), _("Place on the reserve list"), _("Kind of buyer"), _("Volume in a year"), _("Visits at earlier fairs"),
        _("Contracts at earlier fairs"), _("Travel, up to"), _("Rooms, up to"), _("First funded night"), _("Funded until"),
        _("Confirms until"), _("Why this score"),
    ]  # fmt: skip
    rows = (
        [
            row.reference, str(row.state.label), row.person.native_name, row.person.passport_name, row.company.name,
            country_name(row.company.country), str(row.region_label), str(row.tier.label), row.score, row.rank,
            label_of(BuyerKind, row.importer.buyer_kind), label_of(AnnualVolume, row.importer.annual_volume), row.past_visits,
            row.past_deals, row.travel_amount, row.lodging_amount, row.funded_from, row.funded_to, row.reply_by,
            "; ".join(f"{part.criterion.label} {part.points} × {part.weight}" for part in parts_of(row.score_parts)),
        ]
        for row in each(query)
    )  # fmt: skip
    return [Sheet(_("Support of importers"), heads, rows)]


_TIERS = [(tier.value, tier.label) for tier in SupportTier]

HOSTINGS = register_list(
    ListSpec(
        "hosting", _l("Support of importers"), "hosting.index", VIEW_HOSTING,
        ("state", "q", "tier", "region", "country", "least", "past", "sort"),
        query=lambda fair, args: hostings_matching(fair.id, wanted_of(args)),
        keys=lambda args: order_of(args.get("sort", "-score")),
        reference=Hosting.reference, name_of=lambda row: f"{row.person.display_name} · {row.company.name}", sheets=_sheets,
        record=("hosting.show", "reference"), panel=True,
        actions=(
            BulkAction(
                "propose", _l("Propose"), "user-up", PROPOSE_HOSTING, lambda row, _values: row.require_move(HostingState.PROPOSED),
                _propose, _undo_propose, checker=_propose_checker, together=checked_together,
                fields=(
                    BulkField("tier", _l("Support"), "choice", choices=lambda: _TIERS,
                              help=_l("What each asked for when nothing is chosen.")),
                    BulkField("reason", _l("Why it is no duplicate"), "lines", length=2000,
                              help=_l("Only for those that look like a duplicate; a second person looks at each of them.")),
                ),
            ),
            BulkAction(
                "approve", _l("Approve"), "check", APPROVE_HOSTING, lambda row, _values: check_approving(row), _approve,
                _undo_approve, tone="primary", checker=_approve_checker, together=checked_together,
            ),
            BulkAction(
                "reserve", _l("Reserve list"), "list-numbers", PROPOSE_HOSTING,
                lambda row, _values: row.require_move(HostingState.RESERVE), _reserve,
                _undo_reserve,
            ),
            BulkAction(
                "refuse", _l("Refuse"), "x", PROPOSE_HOSTING, lambda row, _values: row.require_move(HostingState.REFUSED), _refuse,
                tells=_l("Each importer gets the reason. The registration stays."), tone="danger",
                fields=(
                    BulkField("reason", _l("Reason"), "lines",
                              _l("The importer reads it word for word, in the language you write in."), True, 400),
                ),
            ),
        ),
    )
)  # fmt: skip
