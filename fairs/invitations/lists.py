"""The list of invitees: its address, its order, its spreadsheet, and what can be done for many at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import Select

from fairs.core.actor import Actor
from fairs.core.i18n import country_name
from fairs.core.lists import Args, BulkAction, ListSpec, register_list
from fairs.core.sheets import Sheet, each
from fairs.core.text import clean
from fairs.directory.forms import group_choices
from fairs.invitations.mails import invite, require_invitable
from fairs.invitations.models import Invitee
from fairs.invitations.permissions import INVITE, VIEW_INVITATIONS
from fairs.invitations.queries import InviteeFilter, invitees_matching, order_of
from fairs.invitations.service import require_stoppable, stop_writing
from fairs.invitations.states import DeclineReason


def wanted_of(args: Args) -> InviteeFilter:
    """The filter that an address asks for."""
    return InviteeFilter(
        text=clean(args.get("q", ""))[:200], state=args.get("state", ""), country=args.get("country", "")[:2],
        group=args.get("group", "")[:10], source=args.get("source", "")[:20], past=args.get("past", "")[:20],
        imported=args.get("import", "")[:20],
    )  # fmt: skip


def reason_of(row: Invitee) -> str:
    """Why somebody declined, in words."""
    kind = str(DeclineReason(row.decline_kind).label) if row.decline_kind in set(DeclineReason) else ""
    return ": ".join(part for part in (kind, row.decline_reason) if part)


def _sheets(_fair: Any, query: Select[Invitee]) -> Sequence[Sheet]:
    names = dict(group_choices())
    heads = [
        _("State"), _("Name"), _("Name in Latin letters"), _("Position"), _("Company"), _("Country"), _("E-mail"),
        _("Product groups"), _("Language of letters"), _("Source"), _("Kind of source"), _("Invited on"), _("Newest mail"),
        _("Answered on"), _("Reason for declining"), _("Why mail does not arrive"), _("Note"),
    ]  # fmt: skip
    rows = (
        [
            str(row.state.label), row.person.native_name, row.person.passport_name, row.person.job_title, row.company.name,
            country_name(row.country), row.person.email, ", ".join(names.get(code, code) for code in row.groups), row.locale,
            row.source.name, str(row.source.kind.label), row.invited_at, row.mailed_at, row.replied_at, reason_of(row),
            row.problem, row.note,
        ]
        for row in each(query)
    )  # fmt: skip
    return [Sheet(_("Invitees"), heads, rows)]


def _invite(row: Invitee, _values: Mapping[str, Any], by: Actor) -> None:
    invite(row, by=by)


def _stop(row: Invitee, _values: Mapping[str, Any], by: Actor) -> None:
    stop_writing(row, by=by)


INVITEES = register_list(
    ListSpec(
        "invitees", _l("Invitees"), "invitations.index", VIEW_INVITATIONS,
        ("state", "q", "country", "group", "source", "past", "import", "sort"),
        query=lambda fair, args: invitees_matching(fair, wanted_of(args)),
        keys=lambda args: order_of(args.get("sort", "")),
        reference=Invitee.id, name_of=lambda row: f"{row.person.display_name} – {row.company.name}", sheets=_sheets,
        record=("invitations.show", "invitee_id"), panel=True,
        actions=(
            BulkAction(
                "invite", _l("Invite, or invite again"), "send", INVITE, lambda row, _values: require_invitable(row), _invite,
                tone="primary",
                tells=_l("Each gets a mail with a new link; links of earlier mails are not valid any more."),
            ),
            BulkAction(
                "stop", _l("Write to them no more"), "ban", INVITE, lambda row, _values: require_stoppable(row), _stop,
                tone="danger", tells=_l("Nobody is told. No campaign of any fair writes to them again."),
            ),
        ),
    )
)  # fmt: skip
