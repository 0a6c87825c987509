"""Fairs that take registrations, and what importers and visitors type, by default and with everything in it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from datetime import timedelta
from io import BytesIO
from typing import Any
from uuid import uuid4
from xml.etree import ElementTree
from zipfile import ZipFile

from flask import Flask
from sqlalchemy import select

from fairs.accounts.models import User
from fairs.accounts.service import create_token, create_user, grant_role
from fairs.calendar.models import Fair
from fairs.calendar.service import FairDraft, change_state, create_fair
from fairs.calendar.states import FairState
from fairs.core.actor import SYSTEM
from fairs.core.clock import today
from fairs.core.db import db
from fairs.core.permissions import Role
from fairs.directory.reference import load_reference
from fairs.importers.models import Importer
from fairs.importers.service import Registration, register_importer
from fairs.messages.models import OutboxMessage
from fairs.messages.service import deliver_due
from fairs.visitors.models import Visitor
from fairs.visitors.service import VisitorDraft, register_visitor
from tests.factories.people import end_of

ZONE = "Asia/Ho_Chi_Minh"


@dataclass
class Reception:
    """A fair and the means to register people for it."""

    fair: Fair
    count: int = field(default=0)

    @property
    def public(self) -> str:
        """The beginning of the fair's public addresses."""
        return f"/f/{self.fair.slug}"

    @property
    def staff(self) -> str:
        """The beginning of the fair's staff addresses."""
        return f"/fairs/{self.fair.slug}"

    @property
    def api(self) -> str:
        """The beginning of the fair's API addresses."""
        return f"/api/v1/fairs/{self.fair.slug}"

    def registration(self, **changes: Any) -> Registration:
        """What another importer types."""
        self.count += 1
        plain = Registration(
            company_name=f"Sample Imports {self.count}", country="JP", native_name=f"見本 {_letters(self.count)}花子",
            passport_name=f"Mihon Hanako {_letters(self.count)}", email=f"buyer{self.count}-{uuid4().hex[:5]}@mihon.example",
            group_codes=("CER",), consents=("registration",),
        )  # fmt: skip
        return replace(plain, **changes)

    def importer(self, **changes: Any) -> Importer:
        """Another importer who waits for a decision."""
        return register_importer(self.fair, self.registration(**changes), by=SYSTEM)

    def form(self, **changes: Any) -> dict[str, Any]:
        """The fields of the public form, filled in."""
        self.count += 1
        return {
            "company_name": f"Sample Imports {self.count}", "country": "JP", "website": "www.mihon.example",
            "native_name": "田中花子", "passport_name": "Tanaka Hanako", "badge_name": "", "job_title": "Buyer",
            "email": f"hanako{self.count}@mihon.example", "phone": "+81 90 1234 5678", "buyer_kind": "retailer",
            "annual_volume": "50k_200k", "group_codes": ["CER", "LAC"], "looking_for": "Bowls",
            "consent_registration": "y", "consent_sharing": "y", **changes,
        }  # fmt: skip

    def visitor(self, **changes: Any) -> Visitor:
        """Another trade visitor."""
        self.count += 1
        values = {"name": f"Nguyễn Văn {_letters(self.count)}", "company_name": "Cửa hàng Mẫu", **changes}
        return register_visitor(self.fair, VisitorDraft(**values), by=SYSTEM)

    def user(self, *roles: Role, fair: Fair | None = None) -> User:
        """Another member of staff with these roles at the fair, or a stranger without any."""
        user = create_user(f"{uuid4().hex[:10]}@fairs.example", "Lê Thị Mẫu", by=SYSTEM, confirmed=True)
        for role in roles:
            grant_role(
                user,
                role,
                fair_id=None if role.is_system_wide else (fair or self.fair).id,
                by=SYSTEM,
                ends_at=end_of(role),
            )
        return user

    def bearer(self, *roles: Role) -> dict[str, str]:
        """Headers of a program that acts with these roles."""
        return {"Authorization": f"Bearer {create_token(self.user(*roles), 'test', by=SYSTEM)}"}


def _letters(number: int) -> str:
    return "".join(chr(ord("a") + int(digit)) for digit in str(number))


def reception(*, days_ahead: int = 42, state: FairState = FairState.BOOKING_OPEN, **settings: Any) -> Reception:
    """A fair of four days that begins in ``days_ahead`` days."""
    load_reference()
    mark = uuid4().hex[:6]
    first = today(ZONE) + timedelta(days=days_ahead)
    draft = FairDraft(
        f"fair-{mark}", f"F{mark[:5].upper()}", "Hội chợ thử", "Test fair", first, first + timedelta(days=3)
    )
    fair = create_fair(draft, by=SYSTEM, importer_decider="Phòng Quản lý Thương mại", **settings)
    way = [FairState.PUBLISHED, FairState.BOOKING_OPEN, FairState.RUNNING, FairState.CLOSED]
    for step in way[: way.index(state) + 1] if state in way else []:
        fair = change_state(fair, step, by=SYSTEM)
    return Reception(fair)


def mails_to(address: str) -> list[OutboxMessage]:
    """What the outbox holds for an address, in order."""
    return list(
        db.session.scalars(select(OutboxMessage).where(OutboxMessage.recipient == address).order_by(OutboxMessage.id))
    )


def link_in(text: str) -> str:
    """The path of the only page link in a mail."""
    found = re.findall(r"http://localhost(/[iv]/[A-Za-z0-9_-]+)", text)
    assert len(found) == 1, text
    return str(found[0])


def deliver(app: Flask, server: Any) -> int:
    """Deliver the outbox to a real SMTP server; gives back how many went out."""
    config = app.extensions["fairs_config"]
    return deliver_due(replace(config, mail_server=server.host, mail_port=server.port, mail_tls=False))


def rows_of(sheet: bytes) -> list[dict[str, str]]:
    """The texts of an XLSX file's first sheet, by the heads of its columns; fails when any cell is a formula."""
    space = {"m": "http://schemas.openxmlformats.org/spreadsheetml/2006/main"}
    with ZipFile(BytesIO(sheet)) as book:
        page = ElementTree.fromstring(book.read("xl/worksheets/sheet1.xml"))
    assert page.findall(".//m:f", space) == []
    assert page.findall(".//m:hyperlink", space) == []
    rows = [
        {
            re.sub(r"\d", "", cell.attrib["r"]): value
            for cell in row
            if (value := "".join(part.text or "" for part in cell.iter() if part.text)) != ""
        }
        for row in page.iter(f"{{{space['m']}}}row")
    ]
    heads = rows[0]
    return [{heads[column]: value for column, value in row.items()} for row in rows[1:]]
