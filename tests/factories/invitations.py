"""Fairs that invite: sources, invitees, campaigns, and the links of their mails."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from sqlalchemy import select

from fairs.calendar.models import Fair
from fairs.core.actor import SYSTEM
from fairs.core.db import db
from fairs.invitations.campaigns import CampaignDraft, save_campaign, start_campaign
from fairs.invitations.mails import invite
from fairs.invitations.models import Campaign, Invitee, Source
from fairs.invitations.nominations import Nominee, SourceDraft, save_source, send_source_link
from fairs.invitations.segments import Segment
from fairs.invitations.service import NewInvitee, add_by_hand, source_named
from fairs.invitations.states import SourceKind
from fairs.invitations.texts import INVITATION, Texts
from fairs.messages.models import OutboxMessage
from tests.factories.importers import Reception, reception


@dataclass
class Inviting:
    """A fair and the means to invite to it."""

    place: Reception
    count: int = field(default=0)

    @property
    def fair(self) -> Fair:
        """The fair."""
        return self.place.fair

    @property
    def staff(self) -> str:
        """The beginning of the staff's addresses."""
        return f"/fairs/{self.fair.slug}/invitations"

    def source(self, kind: SourceKind = SourceKind.ORGANISER, name: str = "Danh sách mẫu") -> Source:
        """A source of this kind, made once."""
        return source_named(self.fair, kind, name, by=SYSTEM)

    def embassy(self, quota: int = 3, **changes: Any) -> Source:
        """An embassy that has its link."""
        self.count += 1
        values = {"email": f"embassy{self.count}-{uuid4().hex[:5]}@embassy.example", **changes}
        draft = SourceDraft("embassy", f"Đại sứ quán mẫu {self.count}", quota=quota, **values)
        return send_source_link(save_source(self.fair, draft, by=SYSTEM), by=SYSTEM)

    def typed(self, **changes: Any) -> NewInvitee:
        """Another buyer."""
        self.count += 1
        values = {
            "name": f"Mẫu {'abcdefghij'[self.count % 10]}{uuid4().hex[:6]}", "company": f"Sample Buyer {self.count}", "country": "DE",
            "email": f"b{self.count}-{uuid4().hex[:6]}@buyer.example", **changes,
        }  # fmt: skip
        return NewInvitee(**values)

    def invitee(self, source: Source | None = None, **changes: Any) -> Invitee:
        """Another buyer on the list, not invited yet."""
        return add_by_hand(self.fair, self.typed(**changes), source=source or self.source(), by=SYSTEM)

    def invited(self, **changes: Any) -> tuple[Invitee, str]:
        """Another buyer who was invited, and the token of the mail."""
        row = self.invitee(**changes)
        invite(row, by=SYSTEM)
        return row, self.token_of(row)

    def token_of(self, row: Invitee) -> str:
        """The token of the newest mail to an invitee."""
        return token_in(self.mails(row)[-1].body)

    def mails(self, row: Invitee | Source) -> list[OutboxMessage]:
        """What was written to somebody, in order."""
        address = row.person.email if isinstance(row, Invitee) else row.email
        query = select(OutboxMessage).where(OutboxMessage.recipient == address).order_by(OutboxMessage.id)
        return list(db.session.scalars(query))

    def campaign(
        self, segment: Segment | None = None, *, texts: Texts = INVITATION, per_minute: int = 60, **values: Any
    ) -> Campaign:
        """A draft."""
        draft = CampaignDraft("Đợt mẫu", segment or Segment(), texts, per_minute, **values)
        return save_campaign(self.fair, draft, by=SYSTEM)

    def running(self, segment: Segment | None = None, **values: Any) -> Campaign:
        """A campaign that goes out."""
        return start_campaign(self.campaign(segment, **values), by=SYSTEM)

    def nominee(self, **changes: Any) -> Nominee:
        """Another buyer whom somebody names."""
        typed = self.typed(**changes)
        return Nominee(typed.name, typed.company, typed.country, typed.email, "mẫu")


def token_in(body: str) -> str:
    """The token of the only link in a mail."""
    [token] = re.findall(r"/(?:rsvp|nominate)/([A-Za-z0-9_-]+)", body)
    return str(token)


def inviting(**settings: Any) -> Inviting:
    """A fair that opens in six weeks and takes registrations."""
    return Inviting(reception(**settings))
