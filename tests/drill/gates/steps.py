"""The steps of the drill of gates. Each gives a word on what it did; raises DrillFailed."""

from __future__ import annotations

import threading
import time
from datetime import timedelta

from fairs.core.clock import now
from tests.drill.gates.devices import Telephone
from tests.drill.gates.hall import GATES, Hall
from tests.drill.gates.network import Wire
from tests.drill.servers import DrillFailed, until

BATCH = 500
TWO_DAYS = 5_000


def telephones(hall: Hall) -> str:
    """Three telephones are enrolled, one at each gate, and scan."""
    for gate in GATES:
        one = hall.telephone(gate)
        _scan(hall, one, 10)
        _nothing_waits(one)
    return "3 enrolled, 30 scanned"


def network_gone(hall: Hall) -> str:
    """The wire is cut while all scan; nobody waits for it, and all is handed in when it is back."""
    hall.network.wire = Wire.CUT
    for one in hall.telephones:
        _scan(hall, one, 12)
        until("the telephone says that it is offline", lambda one=one: one.has_state("offline"))  # type: ignore[misc]
        if one.waiting() < 12:
            raise DrillFailed(f"only {one.waiting()} scans are on the disk of {one.gate}")
    hall.network.wire = Wire.WHOLE
    for one in hall.telephones:
        _nothing_waits(one)
    return "36 judged without a network, handed in after it"


def answers_lost(hall: Hall) -> str:
    """The server takes what is sent, and its answers are lost: everything is sent again."""
    hall.network.wire = Wire.DEAF
    for one in hall.telephones:
        _scan(hall, one, 5)
    time.sleep(3)
    hall.network.break_all()
    hall.network.wire = Wire.WHOLE
    for one in hall.telephones:
        _nothing_waits(one)
    return "15 taken twice by the wire, once by the server"


def power_cut(hall: Hall) -> str:
    """A telephone loses its power in the middle of a scan, without a network, and is switched on again without one."""
    hall.network.wire = Wire.CUT
    one = hall.telephones[0]
    _scan(hall, one, 8)
    code = hall.codes.pop()
    hall.maybe.add(code)
    one.enter(code)
    one.lose_power()
    one.switch_on(f"{hall.network.address}/gate/")
    one.work()
    kept = one.waiting()
    if kept < 8:
        raise DrillFailed(f"of 8 scans whose verdict was seen {kept} are on the disk after the power cut")
    _scan(hall, one, 4)
    hall.network.wire = Wire.WHOLE
    _nothing_waits(one)
    return f"8 seen before it, {kept} on the disk after it, 4 more from a cold start"


def server_killed(hall: Hall) -> str:
    """The server is killed while batches arrive, several times; each batch is sent until it is answered."""
    reader = hall.reader(GATES[1])
    for _number in range(6 * BATCH):
        reader.scan(hall.codes.pop())
    done = threading.Event()

    def kill() -> None:
        for pause in (0.02, 0.15, 0.05, 0.3):
            time.sleep(pause)
            hall.kill("web")
            hall.start("web")
            if done.wait(0.4):
                return

    killer = threading.Thread(target=kill)
    killer.start()
    try:
        reader.hand_in(hall.path)
    finally:
        done.set()
        killer.join()
    return f"{len(reader.log):,} scans, {reader.lost} calls unanswered"


def sent_twice(hall: Hall) -> str:
    """Batches are sent twice at the same moment, and once more after they were answered."""
    reader = hall.reader(GATES[2])
    for _number in range(2 * BATCH):
        reader.scan(hall.codes.pop())
    for start in (0, BATCH):
        part = reader.log[start : start + BATCH]
        reader.send_twice_at_once(hall.path, part)
        if not reader.send(hall.path, part):
            raise DrillFailed("the batch that was taken is not acknowledged a third time")
    reader.hand_in(hall.path)
    return f"{len(reader.log):,} scans, each sent three times"


def two_days(hall: Hall) -> str:
    """A device that was without a network for 48 hours hands in 5,000 scans, in and out, through a wire that breaks."""
    reader = hall.reader(GATES[0])
    began = now() - timedelta(hours=48)
    people = [hall.codes.pop() for _number in range(TWO_DAYS // 4)]
    for number in range(TWO_DAYS):
        at = began + timedelta(seconds=number * 48 * 3600 / TWO_DAYS)
        reader.scan(people[number % len(people)], at, direction="in" if (number // len(people)) % 2 == 0 else "out")
    done = threading.Event()

    def disturb() -> None:
        for _time in range(8):
            if done.wait(0.25):
                return
            hall.network.wire = Wire.CUT
            done.wait(0.2)
            hall.network.wire = Wire.WHOLE

    disturber = threading.Thread(target=disturb)
    disturber.start()
    since = time.monotonic()
    try:
        reader.hand_in(hall.path)
    finally:
        done.set()
        disturber.join()
        hall.network.wire = Wire.WHOLE
    return f"{TWO_DAYS:,} scans in {time.monotonic() - since:.1f} s, {reader.lost} calls unanswered"


def photocopy(hall: Hall) -> str:
    """One badge was copied: two telephones without a network let it in at the same minute."""
    hall.network.wire = Wire.CUT
    code = hall.codes.pop()
    seen = [one.scan(code).verdict for one in hall.telephones[:2]]
    hall.network.wire = Wire.WHOLE
    for one in hall.telephones[:2]:
        _nothing_waits(one)
    if seen != ["welcome", "welcome"]:
        raise DrillFailed(f"the copies were answered by {seen}")
    return "both let in without a network, one to be settled"


def bad_codes(hall: Hall) -> str:
    """Something else in front of the reader: half a code, a stranger's signature, a text, a very long one."""
    one = hall.telephones[1]
    code = hall.codes.pop()
    for text in (code[:57], hall.forged(), "https://example.org/", "x" * 900):
        seen = one.scan(text)
        if seen.verdict == "welcome":
            raise DrillFailed("a code of nobody was welcomed")
    one.scan(code)
    _nothing_waits(one)
    return "4 refused and kept, the badge itself welcome"


def clock_wrong(hall: Hall) -> str:
    """The clock of a device is a day ahead, of another a day behind."""
    for offset in (timedelta(days=1), timedelta(days=-1)):
        reader = hall.reader(GATES[1], offset=offset)
        for _number in range(20):
            reader.scan(hall.codes.pop())
        reader.hand_in(hall.path)
    return "40 scans by clocks that are a day off"


def revoked(hall: Hall) -> str:
    """A device is taken out of use while it keeps scans: they are put aside, not lost."""
    reader = hall.reader(GATES[2])
    for _number in range(10):
        reader.scan(hall.codes.pop())
    hall.revoke(reader)
    reader.hand_in(hall.path)
    return "10 scans put aside"


def _scan(hall: Hall, one: Telephone, number: int) -> None:
    for _number in range(number):
        seen = one.scan(hall.codes.pop())
        if seen.verdict != "welcome":
            raise DrillFailed(f"a valid badge was answered by {seen.verdict} at {one.gate}")


def _nothing_waits(one: Telephone) -> None:
    until(f"nothing waits on the telephone of {one.gate}", lambda: one.waiting() == 0, 90)
