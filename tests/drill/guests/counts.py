"""What must be true at the end, in plain numbers, read from the database and from the mail server."""

from __future__ import annotations

from collections import Counter
from typing import Any

from sqlalchemy import func, select

from fairs.contacts.models import ContactRow
from fairs.contacts.states import RowState
from fairs.core.db import db
from fairs.funding.models import Grant, SupportCeiling
from fairs.funding.states import GrantState
from fairs.hosting.models import Hosting
from fairs.hosting.states import PLACED
from fairs.importers.models import Importer
from fairs.importers.states import ImporterState
from fairs.invitations.models import InvitationMail, Invitee
from fairs.invitations.states import InviteeState
from fairs.letters.models import Letter
from fairs.letters.states import LetterState
from fairs.lodging.models import RoomNight, Stay
from fairs.lodging.states import HOLDING
from fairs.messages.models import OutboxMessage
from fairs.messages.states import MessageState
from tests.drill.guests.contact_list import HARD, ROWS, TWICE, WRONG
from tests.drill.guests.inviting import DECLINED, DELEGATED, STOPPED, UNDECIDED
from tests.drill.guests.scene import REGISTERED, SUPPORTED, Scene, require


def count(scene: Scene) -> str:
    """Nothing lost, nothing twice, no ceiling exceeded; raises DrillFailed with what does not hold."""
    with scene.at.looking():
        wrong = [*_people(scene), *_support(scene), *_rooms(), *_mails(scene)]
    require(not wrong, "; ".join(wrong))
    hard = sum(address.startswith(HARD) for address in scene.listed)
    return (
        f"{ROWS:,} contacts, {scene.expected['mailed']:,} invited and reached, {hard} bounced, {DECLINED} declined, {REGISTERED} registered, "
        f"{SUPPORTED} supported, {len(scene.at.post.box):,} mails at the server"
    )


def _number(query: Any) -> int:
    return int(db.session.scalar(query) or 0)


def _differs(what: str, there: object, wanted: object) -> list[str]:
    return [] if there == wanted else [f"{what}: {there} instead of {wanted}"]


def _people(scene: Scene) -> list[str]:
    rows = dict(
        db.session.execute(
            select(ContactRow.state, func.count()).where(ContactRow.import_id == scene.import_id).group_by(ContactRow.state)
        ).all()
    )  # fmt: skip
    states = dict(
        db.session.execute(
            select(Invitee.state, func.count()).where(Invitee.import_id == scene.import_id).group_by(Invitee.state)
        ).all()
    )  # fmt: skip
    own = [guest.reference for guest in scene.guests]
    approved = _number(
        select(func.count()).where(Importer.reference.in_(own), Importer.state == ImporterState.APPROVED)
    )
    twice = _number(
        select(func.count()).select_from(
            select(Importer.person_id)
            .group_by(Importer.fair_id, Importer.person_id)
            .having(func.count() > 1)
            .subquery()
        )
    )
    hard = sum(address.startswith(HARD) for address in scene.listed)
    return [
        *_differs("imported", rows.get(RowState.IMPORTED), ROWS - WRONG - TWICE),
        *_differs("with errors", rows.get(RowState.WRONG), WRONG),
        *_differs("put together", rows.get(RowState.MERGED), TWICE),
        *_differs("cannot be reached", states.get(InviteeState.UNREACHABLE), hard),
        *_differs("declined", states.get(InviteeState.DECLINED), DECLINED),
        *_differs("sent a colleague", states.get(InviteeState.DELEGATED), DELEGATED),
        *_differs("accepted and not registered", states.get(InviteeState.ACCEPTED), UNDECIDED),
        *_differs("want no mail", states.get(InviteeState.STOPPED), STOPPED),
        *_differs("registered of the list", states.get(InviteeState.REGISTERED), REGISTERED - DELEGATED),
        *_differs("registered and approved", approved, REGISTERED),
        *_differs("registered twice", twice, 0),
    ]


def _support(scene: Scene) -> list[str]:
    own = {guest.reference for guest in scene.guests}
    placed = db.session.scalars(select(Hosting).where(Hosting.state.in_(PLACED))).all()
    mine = [row for row in placed if row.importer.reference in own]
    said = _differs("supported", len(mine), SUPPORTED)
    companies = Counter(row.company_id for row in mine if not row.is_second)
    said += _differs("companies with two supports", sum(many > 1 for many in companies.values()), 0)
    fair_id = mine[0].fair_id if mine else 0
    for ceiling in db.session.scalars(select(SupportCeiling).where(SupportCeiling.fair_id == fair_id)):
        if ceiling.places is not None and ceiling.places_used > ceiling.places:
            said.append(f"ceiling {ceiling.scope} {ceiling.key}: {ceiling.places_used} of {ceiling.places} places")
        if ceiling.scope == "all":
            here = sum(row.fair_id == fair_id for row in placed)
            said += _differs("places of the ceiling", ceiling.places_used, here)
            said += _differs("the ceiling is full", ceiling.places_used, ceiling.places)
            money = _number(
                select(func.sum(Grant.amount_minor)).where(
                    Grant.fair_id == fair_id, Grant.subject_type == "Hosting", Grant.state == GrantState.COMMITTED
                )
            )
            said += _differs("committed money", ceiling.committed_minor, money)
            if ceiling.money_minor is not None and ceiling.committed_minor > ceiling.money_minor:
                said.append("more money is committed than the ceiling allows")
    letters = Counter(
        db.session.scalars(
            select(Letter.importer_id).join(Importer, Importer.id == Letter.importer_id)
            .where(Importer.reference.in_(own), Letter.state == LetterState.ISSUED)
        )
    )  # fmt: skip
    numbers = db.session.execute(select(Letter.kind, Letter.year, Letter.serial)).all()
    return [
        *said, *_differs("guests with a letter", len(letters), REGISTERED), *_differs("letters", sum(letters.values()), REGISTERED),
        *_differs("numbers of letters given twice", len(numbers) - len(set(numbers)), 0),
    ]  # fmt: skip


def _rooms() -> list[str]:
    over = _number(select(func.count()).select_from(RoomNight).where(RoomNight.taken > RoomNight.quantity))
    waiting = _number(select(func.count()).select_from(Stay).where(Stay.state.in_(HOLDING), Stay.block_id.is_(None)))
    return [*_differs("overbooked nights", over, 0), *_differs("rooms without a block", waiting, 0)]


def _mails(scene: Scene) -> list[str]:
    post, said = scene.at.post, []
    twice = [name for name, many in post.ids.items() if many > 1]
    said += _differs("mails that came twice", len(twice), 0)
    states = dict(
        db.session.execute(
            select(OutboxMessage.state, func.count())
            .where(OutboxMessage.channel == "email", OutboxMessage.id.in_(_ours(scene)))
            .group_by(OutboxMessage.state)
        ).all()
    )
    said += _differs("mails that wait", states.get(MessageState.QUEUED, 0), 0)
    came = {int(name[8:].split("@")[0]) for name in post.ids if name.startswith("<outbox-")}
    sent = set(
        db.session.scalars(
            select(OutboxMessage.id).where(OutboxMessage.state == MessageState.SENT, OutboxMessage.id.in_(_ours(scene)))
        )
    )
    said += _differs("mails that are sent and never came", len(sent - came), 0)
    invited = Counter(
        db.session.scalars(
            select(InvitationMail.invitee_id)
            .join(Invitee, Invitee.id == InvitationMail.invitee_id)
            .where(Invitee.import_id == scene.import_id, InvitationMail.message_id.is_not(None))
        )
    )
    return said + _differs("invited twice", sum(many > 1 for many in invited.values()), 0)


def _ours(scene: Scene) -> Any:
    """Mails of this run: the demonstration has sent ones of its own that no server has seen."""
    return select(OutboxMessage.id).where(OutboxMessage.created_at >= scene.began)
