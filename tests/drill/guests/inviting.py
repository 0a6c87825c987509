"""From the list of contacts to 690 registrations: import, campaign, mails, answers."""

from __future__ import annotations

import re
import time
from collections import Counter
from itertools import islice

from tests.drill.guests.contact_list import (
    HARD,
    KNOWN,
    LATER_ROWS,
    ROWS,
    TWICE,
    UNSURE,
    WITHOUT_MAIL,
    WRONG,
    Known,
    people,
    rows,
    workbook,
)
from tests.drill.guests.installation import Mail, until
from tests.drill.guests.scene import EARLIER, REGISTERED, SOURCE, Guest, Scene, all_at_once, bulk, figure, require
from tests.drill.guests.visitor import Page, Visitor

DELEGATED, DECLINED, UNDECIDED, STOPPED, SCANNED = 50, 300, 40, 20, 600
WANTED = 420  # of the registered: who asks for support
PER_MINUTE = 6_000
READ_WITHIN = 20.0  # seconds for 5,000 rows
_AGAIN = re.compile(r'hx-trigger="every 2s"')


def settings(scene: Scene) -> str:
    """The organiser raises the pace of the mails: a server is rented for the day. Old applications are cleared away."""
    page = scene.organiser.get(scene.path("invitations/settings"))
    scene.organiser.send(page, page.form(has="per_minute"), {"per_minute": str(PER_MINUTE)})
    return f"{PER_MINUTE:,} mails a minute"


# --- the list --------------------------------------------------------------------------------------------------------


def read_list(scene: Scene) -> str:
    """5,000 rows are handed in, their columns are found, and they are compared with the directory."""
    known = [
        Known(row["Name"], row["Company"], row["Country"], row["E-mail"])
        for row in scene.organiser.get(f"/fairs/{EARLIER}/importers?format=xlsx").sheet()
        if row["E-mail"]
    ]
    listed = rows(known)
    content = workbook(listed)
    scene.listed = {str(row[7]).split(";")[0].split(" / ")[0].strip().lower() for row in listed} - {"", "-"}
    # Who is decided to be somebody of the directory is written to where the directory says.
    scene.listed |= {one.email for one in known[: KNOWN + UNSURE]}
    for land, number, native, latin in islice(people(), ROWS):
        scene.names[f"{number:04d}.{land.code}"] = (native, latin)
    page = scene.desk.get(scene.path("contacts"))
    form = page.form(has="source_name")
    page = scene.desk.send(
        page, form, {"source_kind": "trade_office", "source_name": SOURCE}, files={"file": ("danh-sach.xlsx", content)}
    )
    scene.import_id = int(page.url.rstrip("/").rsplit("/", 1)[1])
    # Everything is guessed right but what lies in nobody's head; a person looks and goes on.
    form = page.form(has="head_rows")
    require(form.options("head_rows") == ["1", "2"] and "email" in _said(form, "column-7"), "the columns are not found")
    since = time.monotonic()
    page = scene.desk.send(page, form, {}, press="check")
    page, steps = _wait(scene, page)
    seconds = time.monotonic() - since
    counts = {label: figure(page, label) for label in ("New", "Known", "Unsure", "With errors", "Twice in the file")}
    require(seconds < READ_WITHIN, f"reading took {seconds:.1f} s")
    return f"{ROWS:,} rows read in {seconds:.1f} s, {steps} looks at the progress: " + ", ".join(f"{k} {v}" for k, v in counts.items())  # fmt: skip


def _said(form: object, name: str) -> list[str]:
    return next(one.values for one in form.controls if one.name == name)  # type: ignore[attr-defined]


def _wait(scene: Scene, page: Page) -> tuple[Page, int]:
    """Look at the page of the import until the worker has done its part."""
    path, looks = page.url, 0

    def done() -> bool:
        nonlocal page, looks
        page, looks = scene.desk.get(path), looks + 1
        return not _AGAIN.search(page.text)

    until("the import goes on", done, pause=1)
    return page, looks


def decide(scene: Scene) -> str:
    """Whom nobody can tell from the list alone: ten are decided one by one, the rest at once."""
    page = scene.desk.get(scene.path(f"contacts/{scene.import_id}/decide"))
    one_by_one = 0
    while one_by_one < 10:
        form = page.form(has="person")
        page = scene.desk.send(page, form, {"person": next(iter(form.options("person")))})
        one_by_one += 1
    page = scene.desk.get(scene.path(f"contacts/{scene.import_id}"))
    scene.desk.send(page, page.form(has="people"), {"people": "same", "companies": "same"}, press="all")
    return f"{one_by_one} one by one, {UNSURE - one_by_one} at once"


def take_in(scene: Scene) -> str:
    """The worker makes companies, people and invitees."""
    page = scene.desk.get(scene.path(f"contacts/{scene.import_id}"))
    since = time.monotonic()
    page, looks = _wait(scene, scene.desk.send(page, page.form(button="import"), {}, press="import"))
    seconds = time.monotonic() - since
    number = figure(page, "Imported")
    require(number == ROWS - WRONG - TWICE, f"{number} rows are imported")
    return f"{number:,} imported in {seconds:.1f} s, {looks} looks; {KNOWN + UNSURE} were known, {WRONG} wrong, {TWICE} twice"


# --- the campaign ----------------------------------------------------------------------------------------------------


def campaign(scene: Scene) -> str:
    """A campaign for this list, never registered or not, in three languages; a test goes to oneself first."""
    mark = len(scene.at.post.box)
    page = scene.desk.get(scene.path("invitations/campaigns/new"))
    form = page.form(has="subject_en")
    source = _source(page)
    page = scene.desk.send(page, form, {"name": "Đợt 3: danh sách thương vụ", "sources": source})
    campaign_path = page.url
    for language in ("vi", "ja"):
        require(scene.desk.get(f"{campaign_path}?language={language}").status == 200, "no preview")
    page = scene.desk.send(page, page.form("/test"), {})
    until(
        "the test comes", lambda: any(one.recipient.startswith("hospitality@") for one in scene.at.post.since(mark)), 90
    )
    page = scene.desk.send(page, page.form("/start"), {})
    since = time.monotonic()
    hard = sum(address.startswith(HARD) for address in scene.listed)
    expected = ROWS - WRONG - TWICE - WITHOUT_MAIL - hard
    until("all invitations come", lambda: len(_listed(scene, mark)) >= expected, 900, pause=1)
    seconds = time.monotonic() - since
    scene.invited = _listed(scene, mark)
    require(len({mail.recipient for mail in scene.invited}) == len(scene.invited), "somebody is written to twice")
    require(len(scene.invited) == expected, f"{len(scene.invited)} mails instead of {expected}")
    scene.expected["mailed"] = len(scene.invited)
    return f"{len(scene.invited):,} mails in {seconds:.0f} s ({len(scene.invited) / seconds:.0f} a second)"


def _letters(number: int) -> str:
    """A number as letters: a name has no digits."""
    return "".join(chr(65 + int(digit)) for digit in str(number)).capitalize()


def _listed(scene: Scene, mark: int) -> list[Mail]:
    """What came for addresses of the list; the demonstration writes to others as well."""
    return [mail for mail in scene.at.post.since(mark) if mail.recipient in scene.listed]


def _source(page: Page) -> str:
    found = re.search(
        rf'name="sources"[^>]*value="(\d+)"[^>]*>(?:(?!name="sources").)*?{re.escape(SOURCE)}', page.text, re.DOTALL
    )
    require(found is not None, "the list is no source to choose")
    return found[1]  # type: ignore[index]


def bounces(scene: Scene) -> str:
    """Who cannot be reached stands in the list with the server's words."""
    path = scene.path(f"invitations?import={scene.import_id}&state=unreachable&format=xlsx")
    rows_ = scene.desk.get(path).sheet()
    hard = sum(address.startswith(HARD) for address in scene.listed)
    require(len(rows_) == hard, f"{len(rows_)} of {hard} cannot be reached")
    require(
        all(row["E-mail"].startswith(HARD) and "550" in row["Why mail does not arrive"] for row in rows_), "no reason"
    )
    return f"{len(rows_)} refused by their servers, with the reason; {LATER_ROWS} taken at the second attempt"


# --- answers ---------------------------------------------------------------------------------------------------------


def scanners(scene: Scene) -> str:
    """Mail scanners open every link of some mails, twice, and ask for heads: nothing may change by it."""
    before = _states(scene)
    scanner = Visitor(scene.at.address, scene.at.clock, agent="Mail scanner")

    def scan(mail: Mail) -> None:
        link = mail.link("rsvp")
        scanner.get(link)
        scanner.http.head(f"{scene.at.address}{link}", timeout=30)
        for rest in ("/accept", "/decline", "/delegate", "/stop"):
            answer = scanner.http.get(f"{scene.at.address}{link}{rest}", timeout=30)
            require(answer.status_code == 405, f"a GET of {rest} was answered by {answer.status_code}")

    all_at_once(scan, scene.invited[-SCANNED // 4 :])
    all_at_once(lambda mail: scanner.get(mail.link("rsvp")), scene.invited[-SCANNED : -SCANNED // 4])
    require(_states(scene) == before, "opening links has changed something")
    return f"{SCANNED} links opened, {SCANNED // 4} of them in all ways: nothing changed"


def _states(scene: Scene) -> dict[str, int]:
    sheet = scene.desk.get(scene.path(f"invitations?import={scene.import_id}&format=xlsx")).sheet()
    return Counter(row["State"] for row in sheet)


def answers(scene: Scene) -> str:
    """They decline with a reason, send a colleague, say yes and do not go on, or want no more mail."""
    _post, mark = scene.at.post, len(scene.at.post.box)
    people_ = list(scene.invited)
    decline, rest = people_[:DECLINED], people_[DECLINED:]
    hand_on, rest = rest[:DELEGATED], rest[DELEGATED:]
    undecided, rest = rest[:UNDECIDED], rest[UNDECIDED:]
    stop, rest = rest[:STOPPED], rest[STOPPED:]
    scene.invited = rest
    kinds = ("dates", "cost", "no_need", "other_fair", "gone", "other")

    def say_no(pair: tuple[int, Mail]) -> None:
        who = scene.at.guest()
        page = who.get(pair[1].link("rsvp"))
        who.send(page, page.form("/decline"), {"kind": kinds[pair[0] % 6], "reason": "Perhaps next year – 来年" if pair[0] % 3 else ""})  # fmt: skip

    def send_on(pair: tuple[int, Mail]) -> None:
        who = scene.at.guest()
        page = who.get(pair[1].link("rsvp"))
        values = {
            "instead-name": f"Robin {_letters(pair[0])} Colleague",
            "instead-email": f"colleague{pair[0]}@instead{pair[0]}.example",
        }
        who.send(page, page.form("/delegate"), values)

    def say_yes(mail: Mail) -> None:
        who = scene.at.guest()
        page = who.get(mail.link("rsvp"))
        who.send(page, page.form("/accept"))

    def say_stop(mail: Mail) -> None:
        who = scene.at.guest()
        page = who.get(mail.link("rsvp"))
        who.send(page, page.form("/stop"))

    all_at_once(say_no, enumerate(decline))
    all_at_once(send_on, enumerate(hand_on))
    all_at_once(say_yes, undecided)
    all_at_once(say_stop, stop)
    until("the colleagues are written to", lambda: len(_to_colleagues(scene, mark)) >= DELEGATED, 180)
    colleagues = _to_colleagues(scene, mark)
    require(len(colleagues) == DELEGATED, f"{len(colleagues)} colleagues are written to")
    scene.guests = [Guest(mail.recipient, mail.link("rsvp")) for mail in [*colleagues, *rest[: REGISTERED - DELEGATED]]]
    return (
        f"{DECLINED} declined, {DELEGATED} sent a colleague, {UNDECIDED} said yes and no more, {STOPPED} want no mail"
    )


def _to_colleagues(scene: Scene, mark: int) -> list[Mail]:
    return [mail for mail in scene.at.post.since(mark) if mail.recipient.startswith("colleague")]


def register(scene: Scene) -> str:
    """690 of them say yes and fill in the registration, two of three with the wish for support."""
    since = time.monotonic()
    all_at_once(lambda pair: _register(scene, *pair), enumerate(scene.guests))
    return f"{len(scene.guests)} registered, {len(scene.guests) / (time.monotonic() - since):.1f} a second"


def _register(scene: Scene, place: int, guest: Guest) -> None:
    who = scene.at.guest("ja" if ".jp." in guest.email else "en")
    page = who.get(guest.rsvp)
    page = who.send(page, page.form("/accept"))
    form = page.form("/register")
    kept = {one.name: one.values[0] for one in form.controls if one.values}
    guest.native = kept.get("native_name", "")
    known = re.match(r"\D+(\d{4})@\D+\d+\.(\w\w)\.example", guest.email)
    latin = kept.get("passport_name") or (scene.names[f"{known[1]}.{known[2].upper()}"][1] if known else "")
    latin = re.sub(
        r"\d+", lambda found: _letters(int(found[0])), latin or guest.native
    )  # people of the directory are numbered
    guest.latin = latin
    guest.tier = ("both", "both", "hotel", "both", "travel", "both", "hotel")[place % 7] if place % 23 < 14 else ""
    values = {
        "passport_name": latin, "buyer_kind": ("importer", "wholesaler", "chain", "retailer")[place % 4],
        "annual_volume": ("under_50k", "50k_200k", "200k_1m", "over_1m")[place // 3 % 4],
        "group_codes": [("CER", "LAC", "RBB", "SLK", "EMB", "WDC", "MET")[place % 7], "GFT"], "support_wanted": guest.tier,
        "past_customers": "Two chains of gift shops" if place % 2 else "", "meeting_wishes": "Makers of ceramics" if place % 3 else "",
        "consent_registration": "y", "consent_sharing": "y",
    }  # fmt: skip
    page = who.send(page, form, values)
    guest.own = re.sub(r"^https?://[^/]+", "", page.url).split("?")[0].split("#")[0]
    require(guest.own.startswith("/i/"), f"the registration of {guest.email} ended at {guest.own}: {page.said}")


def approve(scene: Scene) -> str:
    """The organiser approves all registrations of this list at once; each guest gets a badge by mail."""
    mark = len(scene.at.post.box)
    since = time.monotonic()
    result = bulk(scene.organiser, scene.path(f"importers?state=submitted&source=by:{SOURCE}"), "approve", None)
    seconds = time.monotonic() - since
    require(result == {"done": REGISTERED, "skipped": 0, "failed": 0}, f"approved: {result}")
    until("the badges come", lambda: scene.written_to(mark) >= REGISTERED, 600, pause=1)
    mails = time.monotonic() - since
    return f"{REGISTERED} approved in {seconds:.0f} s, their badges mailed after {mails:.0f} s"
