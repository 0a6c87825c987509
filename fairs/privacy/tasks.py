"""The worker's part: copies are made, old ones removed, last mails forgotten."""

from __future__ import annotations

from sqlalchemy import select

from fairs.core.db import db, transaction
from fairs.jobs.queue import periodic, task
from fairs.privacy.erasure import forget_farewells
from fairs.privacy.models import PrivacyRequest
from fairs.privacy.service import prepare_copy, register_waker, remove_old_copies
from fairs.privacy.states import RequestState


@task()
def make_copy_now(request_id: int) -> None:
    """Make the copy that was just asked for."""
    request = db.session.get(PrivacyRequest, request_id)
    if request is not None:
        prepare_copy(request)


@periodic(minute="*/10")
def make_missed_copies() -> None:
    """What a crash has left, and what is over: twice does no harm."""
    waiting = select(PrivacyRequest).where(PrivacyRequest.state == RequestState.PREPARING).order_by(PrivacyRequest.id)
    for request in db.session.scalars(waiting).all():
        prepare_copy(request)
    remove_old_copies()
    with transaction():
        forget_farewells()


register_waker(make_copy_now)
