"""The steps of the drill of gates. Each gives a word on what it did; raises DrillFailed."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from sqlalchemy import select

from fairs.checkin.models import Scan
from fairs.core.clock import now
from fairs.core.db import db
from tests.drill.gates.devices import Logged, Telephone
from tests.drill.gates.hall import GATES, Hall
from tests.drill.gates.network import Wire
from tests.drill.servers import DrillFailed, until
from tests.unit.badges.telex_keyboard import TelexKeyboard

BATCH = 500
TWO_DAYS = 5_000
_FULL = "() => { IDBObjectStore.prototype.put = () => { throw new DOMException('full', 'QuotaExceededError'); }; }"


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
    one = hall.telephones[2]
    # The servers start in this thread: they are tied to the thread that started them, and end with it.
    with ThreadPoolExecutor(1) as pool:
        handing_in = pool.submit(reader.hand_in, hall.path)
        for pause in (0.02, 0.15, 0.05, 0.3):
            time.sleep(pause)
            hall.kill("web")
            _scan(hall, one, 2)
            hall.start("web")
        handing_in.result()
    _nothing_waits(one)
    if not reader.lost:
        raise DrillFailed("the server was never killed during a call")
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
    """Half a code, a stranger's signature, another fair's badge, a text, a very long one: with a network and without."""
    one = hall.telephones[1]
    texts = (hall.forged(), hall.other_fair(), "https://example.org/", "x" * 900)
    for wire in (Wire.WHOLE, Wire.CUT):
        hall.network.wire = wire
        code = hall.codes.pop()
        for text in (code[:57], code[57:], *texts):
            seen = one.scan(text)
            if seen.verdict not in {"unknown", "other_fair"}:
                raise DrillFailed(f"{text[:30]} was answered by {seen.verdict}")
        _welcome(one.scan(code), one)
    hall.network.wire = Wire.WHOLE
    _nothing_waits(one)
    return f"{2 * (len(texts) + 2)} refused and kept, the badges themselves welcome"


def hand_scanner(hall: Hall) -> str:
    """A hand scanner types wherever the cursor is: a code whole, cut in two, and through a Vietnamese keyboard, without a network."""
    one = hall.telephones[2]
    hall.network.wire = Wire.CUT
    whole, cut = hall.codes.pop(), hall.codes.pop()
    _welcome(one.swipe(whole), one)
    for part in (cut[:60], cut[60:]):
        if one.swipe(part).verdict != "unknown":
            raise DrillFailed("half a code was taken for a badge")
    mangled = 0
    while mangled < 5:
        code = hall.codes.pop()
        text = TelexKeyboard(spelling=False).type(code)
        mangled += text != code
        _welcome(one.scan(text), one)
    hall.network.wire = Wire.WHOLE
    _nothing_waits(one)
    return "1 whole, 2 halves refused, 5 through Telex found"


def strangers(hall: Hall) -> str:
    """Somebody else answers instead of the server; then the server itself takes nothing, and all is offered again at the next start."""
    one = hall.telephones[0]
    hall.network.wire = Wire.PORTAL
    _scan(hall, one, 4)
    until("the telephone says that it is offline", lambda: one.has_state("offline"))
    hall.network.wire = Wire.REFUSING
    _scan(hall, one, 4)
    until("the guard is told", lambda: "could not be sent" in one.page.locator("#trouble").inner_text(), 90)
    if one.waiting() != 8:
        raise DrillFailed(f"of 8 events that the server refused {one.waiting()} are kept")
    one.switch_off()
    hall.network.wire = Wire.WHOLE
    one.switch_on(f"{hall.network.address}/gate/")
    one.work()
    _nothing_waits(one)
    return "4 behind a portal, 4 refused; all handed in after a start"


def supervisor(hall: Hall) -> str:
    """Without a network a supervisor admits, revokes, replaces, binds a blank and closes the gate; a guard undoes; power fails between."""
    one = hall.telephones[1]
    hall.network.wire = Wire.CUT
    one.scan("no such code")
    one.do_to_last("admit", "Admit", "Identity checked")
    _scan(hall, one, 1)
    one.do_to_last("undo", "Undo", "Did not go in")
    lost, given, own = (hall.codes.pop() for _number in range(3))
    for code, kind, button, verdict in (
        (lost, "revoke", "Revoke the badge", "revoked"), (given, "replace", "Replace the badge", "replaced"),
    ):  # fmt: skip
        _welcome(one.scan(code), one)
        one.do(kind, button, "Lost")
        _says(one, code, verdict)
    one.bind(hall.blanks[0], own)
    one.do("close_gate", "Close the gate", "Crowding")
    _says(one, hall.codes[-1], "gate_closed")
    one.lose_power()
    one.switch_on(f"{hall.network.address}/gate/")
    one.work()
    _says(one, hall.codes.pop(), "gate_closed")
    _says(one, lost, "revoked")
    one.do("open_gate", "Open the gate", "Begin or end of the day")
    _says(one, own, "replaced")
    _welcome(one.scan(hall.blanks[0]), one)
    hall.network.wire = Wire.WHOLE
    _nothing_waits(one)
    return f"{len(one.acts)} acts, true on the device at once and after a cold start"


def other_day(hall: Hall) -> str:
    """The clock of a telephone is a day ahead: it judges by the right time, and the server keeps both times."""
    one = hall.telephone(GATES[0], days_off=1)
    hall.network.wire = Wire.CUT
    _scan(hall, one, 3)
    if "wrong by 1440 minutes" not in one.page.locator("#trouble").inner_text():
        raise DrillFailed("the guard is not told that the clock is wrong")
    hall.network.wire = Wire.WHOLE
    _nothing_waits(one)
    ids = [seen.id for seen in one.log]
    with hall.looking():
        for said, true in db.session.execute(select(Scan.device_time, Scan.scanned_at).where(Scan.scan_id.in_(ids))):
            if abs(said - true - timedelta(days=1)) > timedelta(minutes=1) or abs(now() - true) > timedelta(minutes=5):
                raise DrillFailed(f"the device said {said}, the server made {true} of it")
    return f"{len(ids)} scans at the right time"


def storage(hall: Hall) -> str:
    """Storage is full: nothing is pretended. Storage is cleared: the telephone says so, and is enrolled anew as the same device."""
    one = hall.telephones[-1]
    code = hall.codes.pop()
    one.page.keyboard.press("Escape")
    one.page.evaluate(_FULL)
    one.enter(code)
    until("the guard is told", lambda: one.page.locator("#verdict.verdict-not_kept").is_visible())
    one.switch_off()
    one.switch_on(f"{hall.network.address}/gate/")
    one.work()
    _welcome(one.scan(code), one)
    _nothing_waits(one)
    one.page.context.new_cdp_session(one.page).send(
        "Storage.clearDataForOrigin", {"origin": hall.network.address, "storageTypes": "indexeddb,cache_storage"}
    )
    one.switch_off()
    one.switch_on(f"{hall.network.address}/gate/")
    until("it says what happened", lambda: "has cleared" in one.page.locator("#enrol-words").inner_text())
    one.switch_off()
    hall.enrol_anew(one)
    _scan(hall, one, 2)
    _nothing_waits(one)
    return "full: said, scanned again; cleared: said, enrolled anew"


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
        _welcome(one.scan(hall.codes.pop()), one)


def _welcome(seen: Logged, one: Telephone) -> None:
    if seen.verdict != "welcome":
        raise DrillFailed(f"a valid badge was answered by {seen.verdict} at {one.gate}")


def _says(one: Telephone, code: str, verdict: str) -> None:
    seen = one.scan(code)
    if seen.verdict != verdict:
        raise DrillFailed(f"{seen.verdict} instead of {verdict} at {one.gate}")


def _nothing_waits(one: Telephone) -> None:
    until(f"nothing waits on the telephone of {one.gate}", lambda: one.waiting() == 0, 90)
