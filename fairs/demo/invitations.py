"""Invitations of the fair that is being booked: sources, some three hundred invitees, a campaign that went out, a draft."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import datetime, time, timedelta

from sqlalchemy import select

from fairs.accounts.models import User
from fairs.calendar.models import Fair
from fairs.core.clock import now
from fairs.core.db import db
from fairs.core.i18n import country_name
from fairs.core.links import new_link
from fairs.core.tokens import digest
from fairs.demo.names import ORIGINS, foreign
from fairs.demo.people import Cast
from fairs.directory.models import Company, Person
from fairs.exhibitors.models import Exhibitor
from fairs.exhibitors.states import ExhibitorState
from fairs.importers.models import Importer
from fairs.importers.states import ImporterState
from fairs.invitations.mails import KIND, new_token, rendered
from fairs.invitations.models import Campaign, InvitationMail, Invitee, MailStop, Nomination, Source
from fairs.invitations.queries import LINKED
from fairs.invitations.segments import Segment
from fairs.invitations.states import CampaignState, DeclineReason, InviteeState, SourceKind
from fairs.invitations.texts import INVITATION, REMINDER, filled
from fairs.messages.models import OutboxMessage
from fairs.messages.states import MessageState

S = InviteeState
GROUPS = ("CER", "LAC", "RBB", "SLK", "EMB", "WDC", "MET", "JEW", "GFT")
#: How many of those who are not registered stand where.
STATES = (
    (S.NEW, 62), (S.INVITED, 96), (S.ACCEPTED, 12), (S.DECLINED, 24), (S.DELEGATED, 4), (S.UNREACHABLE, 14), (S.STOPPED, 8),
)  # fmt: skip
BOUNCES = (
    "550 5.1.1 User unknown", "550 5.1.1 The email account that you tried to reach does not exist",
    "554 5.4.4 Host or domain name not found", "552 5.2.2 Mailbox full",
)  # fmt: skip
REASONS = {
    DeclineReason.DATES: "Same week as a fair in Frankfurt.", DeclineReason.COST: "", DeclineReason.NO_NEED: "",
    DeclineReason.OTHER_FAIR: "We are in Canton that week.", DeclineReason.GONE: "",
    DeclineReason.OTHER: "Please ask again next year.",
}  # fmt: skip


def load_invitations(rng: random.Random, fair: Fair, cast: Cast, users: dict[str, User]) -> int:
    """Sources, invitees in all states, a finished campaign with its mails and a draft of a reminder."""
    sources = _sources(fair, users)
    registered = _registered(rng, fair, sources)
    others = _others(rng, fair, sources)
    db.session.add_all([*registered, *others])
    db.session.flush()
    _delegates(fair, others)
    _nominations(fair, [*registered, *others])
    _stops(fair, others)
    _campaigns(fair, [row for row in [*registered, *others] if row.invited_at is not None], users)
    db.session.flush()
    return len(registered) + len(others)


def _sources(fair: Fair, users: dict[str, User]) -> list[Source]:
    until = fair.at(fair.starts_on - timedelta(days=20), time(23, 59, 59))
    outside = (
        (SourceKind.EMBASSY, "Đại sứ quán mẫu Nhật Bản", "Sato Yuko", "ja", 35),
        (SourceKind.EMBASSY, "Đại sứ quán mẫu Pháp", "Claire Martin", "en", 30),
        (SourceKind.TRADE_OFFICE, "Thương vụ mẫu tại Đức", "Nguyễn Hải Anh", "vi", 40),
        (SourceKind.PARTNER, "Sample Gift Importers’ Association", "Tom Baker", "en", 40),
    )
    rows = [Source(fair_id=fair.id, kind=SourceKind.ORGANISER, name="Danh sách của Sở", by_id=users["organiser"].id)]
    rows += [
        Source(
            fair_id=fair.id, kind=kind, name=name, contact_name=contact, email=f"source{place}@partner.example",
            locale=locale, quota=quota, expires_at=until, by_id=users["hospitality"].id,
        )
        for place, (kind, name, contact, locale, quota) in enumerate(outside, 1)
    ]  # fmt: skip
    makers = db.session.scalars(
        select(Exhibitor)
        .where(Exhibitor.fair_id == fair.id, Exhibitor.state == ExhibitorState.ACCEPTED)
        .order_by(Exhibitor.id)
        .limit(2)
    ).all()
    rows += [
        Source(fair_id=fair.id, kind=SourceKind.EXHIBITOR, name=maker.company.name, company_id=maker.company_id)
        for maker in makers
    ]
    db.session.add_all(rows)
    db.session.flush()
    for row in rows:
        if row.kind in LINKED:
            row.token_hash = digest(new_link(row, expires_at=until))
    return rows


def _source_for(sources: Sequence[Source], place: int) -> Source:
    """Every third is nominated by somebody outside, each of the four in its turn; few by exhibitors."""
    makers = sources[5:]
    if makers and place % 40 == 7:
        return makers[place // 40 % len(makers)]
    return sources[0] if place % 3 else sources[1 + place // 3 % 4]


def _mailed(fair: Fair) -> datetime:
    return now() - timedelta(days=24)


def _registered(rng: random.Random, fair: Fair, sources: Sequence[Source]) -> list[Invitee]:
    """Some of the importers who are registered had been invited."""
    importers = db.session.scalars(
        select(Importer)
        .where(Importer.fair_id == fair.id, Importer.state.in_((ImporterState.SUBMITTED, ImporterState.APPROVED)))
        .order_by(Importer.id)
        .limit(84)
    ).all()
    rows = []
    for place, importer in enumerate(importers):
        source = _source_for(sources, place)
        importer.invited_by, importer.source = source.name, "invitation"
        rows.append(
            _invitee(
                fair, importer.person, importer.company, source, S.REGISTERED, importer.group_codes,
                importer_id=importer.id, replied_at=now() - timedelta(days=20 - place % 15),
            )
        )  # fmt: skip
    return rows


def _others(rng: random.Random, fair: Fair, sources: Sequence[Source]) -> list[Invitee]:
    states = [state for state, number in STATES for _one in range(number)]
    rng.shuffle(states)
    people = []
    for place in range(len(states)):
        origin = ORIGINS[place % len(ORIGINS)]
        native, latin = foreign(rng, origin)
        company = Company(
            name=f"Sample Trading {country_name(origin.country, 'en')} {place + 1:03d}", country=origin.country,
            email=f"info{place + 1:03d}@buyer.example",
        )  # fmt: skip
        locale = "ja" if origin.country == "JP" else "en"
        person = Person(
            native_name=native, passport_name=latin, name_language=origin.language,
            email=f"contact{place + 1:03d}@buyer.example", country=origin.country, company=company, job_title="Purchasing",
            locale=locale,
        )  # fmt: skip
        people.append((company, person))
    db.session.add_all(one for pair in people for one in pair)
    db.session.flush()
    rows = []
    kinds = list(REASONS)
    for place, ((company, person), state) in enumerate(zip(people, states, strict=True)):
        row = _invitee(
            fair, person, company, _source_for(sources, place), state, "|".join(sorted(rng.sample(GROUPS, 2)))
        )
        if state is S.UNREACHABLE:
            row.problem, row.problem_at = BOUNCES[place % len(BOUNCES)], now() - timedelta(days=3 + place % 15)
        elif state is S.DECLINED:
            kind = kinds[place % len(kinds)]
            row.decline_kind, row.decline_reason = kind.value, REASONS[kind]
        if state in {S.ACCEPTED, S.DECLINED, S.DELEGATED}:
            row.replied_at = now() - timedelta(days=1 + place % 18)
        rows.append(row)
    return rows


def _invitee(
    fair: Fair, person: Person, company: Company, source: Source, state: InviteeState, groups: str, **values: object
) -> Invitee:
    mailed = None if state is S.NEW else _mailed(fair)
    row = Invitee(
        fair_id=fair.id, person_id=person.id, company_id=company.id, source_id=source.id, state=state,
        country=company.country, group_codes=groups, locale=person.locale, invited_at=mailed, mailed_at=mailed,
        is_nominated=source.kind is not SourceKind.ORGANISER, created_at=now() - timedelta(days=40), **values,
    )  # fmt: skip
    row.person, row.company, row.source, row.fair = person, company, source, fair
    return row


def _delegates(fair: Fair, others: Sequence[Invitee]) -> None:
    """Whoever sends a colleague has named somebody on the list."""
    first = [row for row in others if row.state is S.DELEGATED]
    invited = [row for row in others if row.state is S.INVITED]
    for sender, colleague in zip(first, invited, strict=False):
        colleague.delegated_from_id, colleague.company_id, colleague.country = (
            sender.id,
            sender.company_id,
            sender.country,
        )
        colleague.person.company_id = sender.company_id


def _nominations(fair: Fair, rows: Sequence[Invitee]) -> None:
    why = ("Buys ceramics for forty shops.", "Asked us for silk and lacquerware.", "", "Came to our trade mission.")
    db.session.add_all(
        Nomination(fair_id=fair.id, source_id=row.source_id, invitee_id=row.id, why=why[place % len(why)])
        for place, row in enumerate(rows)
        if row.is_nominated
    )


def _stops(fair: Fair, others: Sequence[Invitee]) -> None:
    db.session.add_all(
        MailStop(email=row.person.email, person_id=row.person_id, fair_id=fair.id, by_name=row.person.display_name)
        for row in others
        if row.state is S.STOPPED
    )


def _campaigns(fair: Fair, invited: Sequence[Invitee], users: dict[str, User]) -> None:
    by, began, reply_by = users["hospitality"].id, _mailed(fair), fair.today + timedelta(days=14)
    done = Campaign(
        fair_id=fair.id, name="Đợt 1: thư mời chính thức", state=CampaignState.DONE, segment=Segment().as_json(),
        texts=INVITATION, per_minute=60, reply_by=reply_by, by_id=by, started_by_id=by, started_at=began,
        finished_at=began + timedelta(minutes=len(invited) // 60 + 1), portion_at=began, worked_on=began.date(),
        created_at=began - timedelta(days=1),
    )  # fmt: skip
    draft = Campaign(
        fair_id=fair.id, name="Đợt 2: nhắc trả lời", state=CampaignState.DRAFT, segment=Segment(silent_days=14).as_json(),
        texts={"en": REMINDER["en"], "vi": REMINDER["vi"]}, per_minute=60, reply_by=reply_by, by_id=by,
    )  # fmt: skip
    db.session.add_all([done, draft])
    db.session.flush()
    for row in invited:
        text = filled(INVITATION, row, reply_by)
        subject, body = rendered(text, new_token(row, reply_by))
        message = OutboxMessage(
            channel="email", recipient=row.person.email, recipient_name=row.person.display_name, locale=text.locale,
            subject=subject[:300], body=body, kind=KIND, fair_id=fair.id, attachments=[], state=MessageState.SENT, tries=1,
            sent_at=began, created_at=began,
        )  # fmt: skip
        db.session.add(
            InvitationMail(
                fair_id=fair.id, campaign_id=done.id, invitee=row, message=message, locale=text.locale, taken_at=began
            )
        )
