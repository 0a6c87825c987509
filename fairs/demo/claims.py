"""Claims of supported guests at the fair that runs, in most of their states."""

from __future__ import annotations

import io
from datetime import timedelta

from PIL import Image
from sqlalchemy import select

from fairs.accounts.models import User
from fairs.calendar.models import Fair
from fairs.checkin.models import Visit
from fairs.claims.models import Claim
from fairs.claims.proofs import (
    AccountDraft,
    LineDraft,
    SurveyDraft,
    add_file,
    add_line,
    add_meeting,
    answer_survey,
    give_account,
)
from fairs.claims.review import LineReview, approve, review, send_back
from fairs.claims.service import guest_actor, open_claim, save_rules, submit
from fairs.claims.states import Decision, LineKind, Proof
from fairs.claims.transfers import finish_payment, make_transfer
from fairs.core.actor import Actor
from fairs.core.clock import now
from fairs.core.db import db
from fairs.core.money import Money
from fairs.core.sequences import next_references
from fairs.core.storage import Upload
from fairs.hosting.models import Hosting
from fairs.hosting.states import HostingState, SupportTier
from fairs.importers.models import Importer
from fairs.importers.states import ImporterState

_MANY = 8
_IBAN = "DE89370400440532013000"


def load_claims(fair: Fair, users: dict[str, User]) -> int:
    """Eight guests who were here: locked, open, handed in, sent back, reviewed, approved, at the bank, paid."""
    organiser, hospitality, finance = (
        Actor(users[role].id, users[role].name) for role in ("organiser", "hospitality", "finance")
    )
    save_rules(fair, {"check_in_days": 1, "meetings": 1}, by=organiser)
    here = select(Visit.id).where(Visit.fair_id == fair.id, Visit.person_id == Importer.person_id).exists()
    chosen = db.session.scalars(
        select(Importer).where(Importer.fair_id == fair.id, Importer.state == ImporterState.APPROVED, here)
        .order_by(Importer.id.desc()).limit(_MANY)
    ).all()  # fmt: skip
    first = fair.starts_on - timedelta(days=1)
    claims = []
    for reference, importer in zip(next_references(fair.code, "H", len(chosen)), chosen, strict=True):
        hosting = Hosting(
            fair_id=fair.id, importer_id=importer.id, company_id=importer.company_id, person_id=importer.person_id,
            reference=reference, state=HostingState.CONFIRMED, tier=SupportTier.BOTH, region="europe", score=60,
            funded_from=first, funded_to=first + timedelta(days=4), travel_cap_minor=25_000_000, night_cap_minor=1_900_000,
            currency="VND", granted_at=now() - timedelta(days=40), confirmed_at=now() - timedelta(days=30),
        )  # fmt: skip
        db.session.add(hosting)
        db.session.flush()
        claims.append(open_claim(hosting, by=organiser))
    for place, claim in enumerate(claims[1:]):
        _hand_in(claim, place, by=hospitality, is_whole=place > 0)
    for claim in claims[2:]:
        submit(claim, by=guest_actor(claim))
    for claim in claims[3:4]:
        send_back(claim, reason="Please add the itemised folio of your hotel.", by=hospitality)
    for claim in claims[4:]:
        review(claim, {line.id: LineReview(Decision.ACCEPTED) for line in claim.lines}, by=hospitality)
    for claim in claims[5:]:
        approve(claim, by=finance)
    for claim in claims[6:]:
        made = make_transfer(fair, [claim.reference], key=f"demo-{claim.reference}", by=finance)
        if claim is claims[-1]:
            finish_payment(made.payments[0], reference=f"DEMO{fair.code}KL", on=fair.today, by=finance)
    return len(claims)


def _hand_in(claim: Claim, place: int, *, by: Actor, is_whole: bool) -> None:
    guest, fair = guest_actor(claim), claim.fair
    answer_survey(
        claim, SurveyDraft(5 - place % 2, Money(1_200_000, "USD"), Money(4_000_000, "USD"), "", True), by=guest
    )
    add_meeting(claim, fair.starts_on, "Hợp tác xã mây tre đan Phú Vinh", by=by)
    paid = Money(70_000 + 9_000 * place, "USD") if place % 2 else Money(19_500_000 + 2_000_000 * place, "VND")
    number = f"738{2_400_000_000 + place:010d}"
    add_line(claim, LineDraft(LineKind.TRAVEL, paid, fair.starts_on - timedelta(days=5), number, "HAN"), by=guest)
    if not is_whole:
        return
    for offset, kind in enumerate((Proof.BOARDING_IN, Proof.BOARDING_OUT, Proof.TICKET)):
        add_file(claim, kind, Upload(f"{kind.value}.png", _picture(10 * place + offset)), by=guest)
    name = claim.person.passport_name or claim.person.display_name
    give_account(
        claim, AccountDraft(name, _IBAN, "Muster Bank", "DEUTDEFF", bank_address="Frankfurt am Main"), by=guest
    )


def _picture(mark: int) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (40, 20), (mark, 120, 160)).save(out, "PNG")
    return out.getvalue()
