"""Campaigns: whom they are for, how fast they go, and that nobody is written to twice or forgotten."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from fairs.checkin.models import Visit
from fairs.core import faults
from fairs.core.actor import SYSTEM
from fairs.core.clock import now
from fairs.core.db import db, transaction
from fairs.core.errors import InvalidInput
from fairs.importers.service import approve_importer
from fairs.invitations.campaigns import (
    BATCH,
    cancel_campaign,
    pause_campaign,
    resume_campaign,
    send_portion,
    start_campaign,
)
from fairs.invitations.errors import CampaignEmpty
from fairs.invitations.models import InvitationMail, Invitee
from fairs.invitations.queries import progress_of
from fairs.invitations.replies import accept
from fairs.invitations.segments import Segment, size_of
from fairs.invitations.service import stop_writing
from fairs.invitations.states import CampaignState, InviteeState
from fairs.invitations.texts import INVITATION
from fairs.messages.models import OutboxMessage
from tests.factories.importers import reception
from tests.factories.invitations import inviting


def written_to() -> list[str]:
    """The addresses to which invitations went."""
    return sorted(
        db.session.scalars(select(OutboxMessage.recipient).where(OutboxMessage.kind == "invitations/invitation"))
    )


def test_a_segment_by_country_group_source_and_past(app: Flask) -> None:
    earlier = reception(days_ahead=2)
    came = earlier.importer(country="FR")
    place = inviting(days_ahead=60)
    known = place.invitee(
        name=came.person.native_name, passport_name=came.person.passport_name, email=came.person.email,
        company=came.company.name, country="FR",
    )  # fmt: skip
    german = place.invitee(country="DE", groups=("CER",))
    place.invitee(country="JP", groups=("LAC",))
    assert known.person_id == came.person_id

    def size(**values: Any) -> int:
        return size_of(place.fair, Segment(**values))

    assert size() == 3
    assert size(countries=("DE", "JP")) == 2
    assert size(groups=("CER",)) == 1
    assert size(sources=(german.source_id,), countries=("DE",)) == 1
    assert size(past="registered") == 1
    assert size(past="never") == 2
    assert size(past="attended") == 0
    assert size(states=("declined",)) == 0


def test_those_who_came_before(app: Flask, time_machine: Any) -> None:
    earlier = reception(days_ahead=2)
    came = approve_importer(earlier.importer(), by=SYSTEM)
    with transaction():
        db.session.add(
            Visit(
                fair_id=earlier.fair.id, day=earlier.fair.starts_on, person_id=came.person_id, badge_id=came.badge_id,
                category="importer", counts=True, first_in_at=now(),
            )
        )  # fmt: skip
    place = inviting(days_ahead=60)
    place.invitee(company=came.company.name, country=came.company.country)  # another person of the same company
    place.invitee()
    assert size_of(place.fair, Segment(past="attended")) == 1


@pytest.mark.parametrize(
    ("texts", "field"),
    [
        ({}, "subject_en"),
        ({"en": {"subject": "Come", "body": "No way to answer"}}, "body_en"),
        ({"en": {"subject": "Dear {nmae}", "body": "{link}"}}, "subject_en"),
        ({**INVITATION, "ja": {"subject": "招待", "body": ""}}, "body_ja"),
    ],
)
def test_texts_that_are_refused(app: Flask, texts: Any, field: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        inviting().campaign(texts=texts)
    assert refused.value.field == field


def test_each_reads_their_language_and_others_english(app: Flask) -> None:
    place = inviting()
    readers = [place.invitee(locale=locale, name=f"{{link}} {locale}") for locale in ("vi", "ja", "en")]
    campaign = place.running(texts={code: INVITATION[code] for code in ("en", "vi")})
    assert send_portion(campaign.id) == 3
    mails = [place.mails(row)[-1] for row in readers]
    assert [mail.locale for mail in mails] == ["vi", "en", "en"]
    assert mails[0].subject.startswith("Thư mời tham dự Hội chợ thử")
    assert "Dear {link} ja," in mails[1].body  # what a name contains is no placeholder
    assert all(mail.body.count("/rsvp/") == 1 for mail in mails)


def test_portions_by_the_minute(app: Flask, time_machine: Any) -> None:
    place = inviting()
    for _ in range(7):
        place.invitee()
    campaign = place.running(per_minute=3)
    assert start_campaign(campaign, by=SYSTEM).state is CampaignState.RUNNING  # pressed twice
    assert [send_portion(campaign.id), send_portion(campaign.id)] == [3, 0]
    time_machine.move_to(now() + timedelta(seconds=61), tick=False)
    assert send_portion(campaign.id) == 3
    pause_campaign(campaign, by=SYSTEM)
    time_machine.move_to(now() + timedelta(seconds=61), tick=False)
    assert send_portion(campaign.id) == 0
    assert resume_campaign(campaign, by=SYSTEM).state is CampaignState.RUNNING
    assert send_portion(campaign.id) == 1
    assert campaign.state is CampaignState.DONE
    assert len(written_to()) == len(set(written_to())) == 7


def test_whoever_answered_stopped_or_has_no_address_is_left_out(app: Flask) -> None:
    place = inviting()
    plain, answered, stopped, silent, twin = (place.invitee() for _ in range(5))
    with transaction():
        db.session.get_one(Invitee, silent.id).person.email = ""
        twin.person.email = plain.person.email
    campaign = place.running()
    with transaction():
        answered.move_to(InviteeState.REGISTERED)
    stop_writing(stopped, by=SYSTEM)
    assert send_portion(campaign.id) == 1
    assert written_to() == [plain.person.email]
    left = dict(db.session.execute(select(InvitationMail.invitee_id, InvitationMail.left_out)).all())
    assert left == {
        plain.id: "", answered.id: "answered", stopped.id: "stopped", silent.id: "no_email", twin.id: "same_address",
    }  # fmt: skip
    progress = progress_of([campaign.id])[campaign.id]
    assert (progress.total, progress.written, progress.left_out, progress.waiting) == (5, 1, 4, 0)


def test_a_reminder_goes_to_the_silent_ones(app: Flask, time_machine: Any) -> None:
    place = inviting()
    silent, token = place.invited()
    _fast, fast_token = place.invited()
    accept(fast_token)
    place.invitee()
    with pytest.raises(CampaignEmpty):
        place.running(Segment(silent_days=7))
    time_machine.move_to(now() + timedelta(days=8), tick=False)
    campaign = place.running(Segment(silent_days=7))
    assert send_portion(campaign.id) == 1
    assert len(place.mails(silent)) == 2
    assert place.token_of(silent) != token


def test_cancelled_it_writes_to_nobody(app: Flask) -> None:
    place = inviting()
    place.invitee()
    campaign = cancel_campaign(place.running(), by=SYSTEM)
    assert send_portion(campaign.id) == 0
    assert written_to() == []


def _end_in_the_middle(app: Flask, campaign_id: int, step: str) -> int:
    """Send a portion in a process that ends at ``step`` as in a power cut; gives how it ended."""
    child = os.fork()
    if child == 0:  # pragma: no cover - the child is killed
        try:
            os.setsid()
            with app.app_context():
                db.engine.dispose(close=False)
                faults.configure(replace(app.extensions["fairs_config"], kill_at=step))
                send_portion(campaign_id)
        finally:
            os._exit(0)
    return os.waitpid(child, 0)[1]


def _mailed(app: Flask) -> list[str]:
    with app.app_context():
        return written_to()


@pytest.mark.parametrize(("step", "written"), [("invitations.in_batch", 0), ("invitations.after_batch", BATCH)])
def test_a_crash_in_the_middle_forgets_nobody_and_writes_to_nobody_twice(
    real_app: Flask, time_machine: Any, step: str, written: int
) -> None:
    everybody = BATCH + 3
    with real_app.app_context():
        place = inviting()
        for _ in range(everybody):
            place.invitee()
        campaign_id = place.running().id
    assert _end_in_the_middle(real_app, campaign_id, step) == 9  # SIGKILL
    assert len(_mailed(real_app)) == written
    time_machine.move_to(now() + timedelta(minutes=2), tick=False)

    def worker(_: int) -> int:
        with real_app.app_context():
            return send_portion(campaign_id)

    with ThreadPoolExecutor(3) as pool:  # three workers start again at once
        assert sum(pool.map(worker, range(3))) == everybody - written
    mailed = _mailed(real_app)
    assert len(mailed) == len(set(mailed)) == everybody
    with real_app.app_context():
        assert db.session.scalar(select(func.count()).where(InvitationMail.message_id.is_not(None))) == everybody


def test_something_that_cannot_be_written_pauses_it(app: Flask) -> None:
    place = inviting()
    place.invitee()
    campaign = place.running()
    with transaction():
        campaign.texts = {"fr": campaign.texts["en"]}
    assert send_portion(campaign.id) == 0
    assert campaign.state is CampaignState.PAUSED
    assert campaign.problem.startswith("KeyError")
