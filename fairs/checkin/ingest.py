"""Taking what a device hands in: scans and acts in their order, each entry answered for itself, nothing ever dropped."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Sequence
from datetime import date, timedelta
from itertools import groupby

from sqlalchemy import select

from fairs.calendar.models import Fair
from fairs.checkin.acts import do_waiting, take_act
from fairs.checkin.conflicts import Found, note_conflicts
from fairs.checkin.entries import ActInput, Answer, Event, KeptAside, Refused, ScanInput
from fairs.checkin.facts import FairInfo, fair_info
from fairs.checkin.models import ScanConflict
from fairs.checkin.service import take_scans
from fairs.checkin.states import ConflictKind
from fairs.core.actor import Actor
from fairs.core.crypto import encrypt
from fairs.core.db import db, transaction

#: A clock that was so far off is told to the supervisor: it is put right, but by a lot.
IMPLAUSIBLE = timedelta(hours=1)


def take_events(
    fair: Fair, events: Sequence[tuple[int, Event]], *, by: Actor, device_id: int | None, rehearsal_day: date | None = None,
    gates_of: int | None = None,
) -> list[Answer]:  # fmt: skip
    """Scans and acts of one device in their order; one answer for each.

    Each run of scans, and each act, is a transaction of its own: what was answered is kept, whatever happens to the rest.
    """
    info = fair_info(fair, gates_of)
    answers: list[Answer] = []
    for kind, run in groupby(events, key=lambda event: type(event[1])):
        if kind is ScanInput:
            scans = [(gate_id, one) for gate_id, one in run if isinstance(one, ScanInput)]
            answers += take_scans(
                fair, scans, by=by, rehearsal_day=rehearsal_day, device_id=device_id, gates_of=gates_of
            )
            if rehearsal_day is None and device_id is not None:
                do_waiting(info, [one.id for _, one in scans])
                _note_clock(info, scans, device_id)
        elif kind is ActInput:
            answers += [take_act(info, one, by=by, device_id=device_id) for _, one in run if isinstance(one, ActInput)]
        else:
            answers += _keep_aside(info, [one for _, one in run if isinstance(one, Refused)], device_id)
    return answers


def _keep_aside(info: FairInfo, entries: Sequence[Refused], device_id: int | None) -> list[Answer]:
    """Keep entries that cannot be taken with all that was sent; codes in them are sealed."""
    found = [
        Found(
            ConflictKind.NOT_TAKEN,
            entry=one.id,
            detail={"problem": one.problem, "id": one.id, "sealed": _sealed(one.raw)},
        )
        for one in {each.id: each for each in entries}.values()
    ]
    names = [one.entry_id for one in found]
    with transaction():
        known = set(
            db.session.scalars(
                select(ScanConflict.entry_id).where(ScanConflict.fair_id == info.id, ScanConflict.entry_id.in_(names))
            )
        )
        note_conflicts(info.id, found)
    return [KeptAside(one.id, one.problem, f"{ConflictKind.NOT_TAKEN}:{one.id}" in known) for one in entries]


def _sealed(raw: object) -> str:
    return b64encode(encrypt(json.dumps(raw, ensure_ascii=False).encode("utf-8", "replace")[:20_000])).decode()


def _note_clock(info: FairInfo, scans: Sequence[tuple[int, ScanInput]], device_id: int) -> None:
    """A device whose clock was far off is noted once a day, with the first scan that shows it."""
    for _, scan in scans:
        if scan.device_time is not None and abs(scan.device_time - scan.scanned_at) >= IMPLAUSIBLE:
            off = round((scan.device_time - scan.scanned_at).total_seconds())
            day = scan.scanned_at.astimezone(info.zone).date()
            entry = f"{device_id}:{day}"
            with transaction():
                found = Found(ConflictKind.CLOCK, scan.id, None, device_id, entry=entry, detail={"seconds": off})
                note_conflicts(info.id, [found])
            return
