"""From 690 registrations to 230 supported importers with letters, rooms and flights."""

from __future__ import annotations

import re
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

from fairs.core.clock import today
from tests.drill.guests.installation import until
from tests.drill.guests.scene import (
    FAIR,
    REGISTERED,
    SUPPORTED,
    Guest,
    Scene,
    all_at_once,
    begin,
    bulk,
    carry_out,
    figure,
    require,
)

BEYOND, GIVEN_BACK = 30, 12
CAPS = {
    "asean": 4,
    "east_asia": 7,
    "south_asia": 8,
    "europe": 12,
    "mea": 12,
    "americas": 16,
    "oceania": 13,
}  # million dong
_PLACED = ("Approved, decision not signed yet", "Granted", "Confirmed by the guest", "Accounted for")
_SCAN = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
    b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n% "
)
_OPEN = ("Asks for support", "Proposed", "Reserve list")
AIRPORTS = {
    "JP": ("NRT", 2, 6), "KR": ("ICN", 2, 5), "CN": ("PVG", 1, 4), "TH": ("BKK", 0, 2), "AE": ("DXB", -3, 7), "RU": ("SVO", -4, 10),
    "FR": ("CDG", -6, 12), "DE": ("FRA", -6, 12), "US": ("SFO", -15, 15), "GB": ("LHR", -7, 12), "AU": ("SYD", 4, 9),
    "IT": ("FCO", -6, 12), "ES": ("MAD", -6, 13), "NL": ("AMS", -6, 12),
}  # fmt: skip


def _hostings(scene: Scene) -> list[dict[str, str]]:
    return scene.desk.get(scene.path("hosting?format=xlsx")).sheet()


def _names_of_guests(scene: Scene) -> dict[tuple[str, str], Guest]:
    """The registered by name and company, with the numbers of their registrations."""
    own, found = {guest.email: guest for guest in scene.guests}, {}
    for row in scene.desk.get(scene.path("importers?format=xlsx")).sheet():
        if row["E-mail"] in own:
            own[row["E-mail"]].reference = row["Number"]
            found[(row["Name"], row["Company"])] = own[row["E-mail"]]
    return found


def make_room(scene: Scene) -> str:
    """The organiser sets amounts and ceilings for 230 more, and answers what was open before."""
    own = _names_of_guests(scene)
    open_ = [
        row["Number"] for row in _hostings(scene) if row["State"] in _OPEN and (row["Name"], row["Company"]) not in own
    ]
    bulk(
        scene.organiser, scene.path("hosting"), "refuse", open_, {"reason": "This time all places go to the new list."}
    )
    earlier = sum(row["State"] in _PLACED for row in _hostings(scene))
    page = scene.organiser.get(scene.path("hosting-settings"))
    values = {f"cap_{region}": str(amount * 1_000_000) for region, amount in CAPS.items()}
    page = scene.organiser.send(
        page, page.form(has="night_cap"), {**values, "night_cap": "1200000", "auto_promote": "y"}
    )
    page = scene.organiser.get(scene.path("hosting-settings"))
    form = page.form("/ceilings")
    places = sorted((name for name in form.names if name.startswith("places-")), key=lambda name: int(name[7:]))
    bounds = dict.fromkeys(places, "")
    bounds[places[0]] = str(earlier + SUPPORTED)
    scene.organiser.send(page, form, bounds)
    scene.expected["earlier"] = earlier
    return f"ceiling {earlier + SUPPORTED} places: {earlier} of the demonstration, {SUPPORTED} more"


def propose(scene: Scene) -> str:
    """Hospitality proposes the best by score, 30 more than there are places; the organiser one of them."""
    by_name = _names_of_guests(scene)
    asking = [
        row
        for row in _hostings(scene)
        if row["State"] == "Asks for support" and (row["Name"], row["Company"]) in by_name
    ]
    asking.sort(key=lambda row: -float(row["Score"]))
    picks = [row["Number"] for row in asking]
    wanted, done, company = [], 0, set()
    for row in asking:  # one support for each company: the second of two is left where it is
        if row["Company"] not in company and len(wanted) < SUPPORTED + BEYOND:
            wanted.append(row["Number"])
            company.add(row["Company"])
    result = bulk(scene.desk, scene.path("hosting"), "propose", wanted[1:])
    done = result["done"] + bulk(scene.organiser, scene.path("hosting"), "propose", wanted[:1])["done"]
    require(done == SUPPORTED + BEYOND, f"{result} of {len(picks)} proposed")
    scores = [float(row["Score"]) for row in asking]
    return f"{done} proposed of {len(picks)} who ask, scores {scores[0]:.0f} to {scores[len(wanted) - 1]:.0f}"


def approve_support(scene: Scene) -> str:
    """Finance and the organiser approve at the same moment, more than there are places; the ceiling holds."""
    picks = [row["Number"] for row in _hostings(scene) if row["State"] == "Proposed"]
    halves = picks[::2], picks[1::2]
    # Both look at their previews first: each of them still sees room for all of theirs.
    previews = [begin(who, scene.path("hosting"), "approve", half) for who, half in zip((scene.finance, scene.organiser), halves, strict=True)]  # fmt: skip
    with ThreadPoolExecutor(2) as pool:
        results = list(pool.map(carry_out, (scene.finance, scene.organiser), previews))
    done, beyond = (sum(one[key] for one in results) for key in ("done", "failed"))
    alone = sum(one["skipped"] for one in results)
    # Who may not second their own proposal leaves it to the other.
    left = [row["Number"] for row in _hostings(scene) if row["State"] == "Proposed"]
    again = bulk(scene.finance, scene.path("hosting"), "approve", left)["done"] if done < SUPPORTED else 0
    require(done + again == SUPPORTED, f"approved: {results}, then {again}")
    full = begin(scene.finance, scene.path("hosting?state=proposed"), "approve", None)
    require(figure(full, "Will be done") == 0, "the ceiling lets more through")
    return f"{done + again} approved by two people at once, {beyond} found the ceiling full, {alone} were one’s own proposals"


def reserve(scene: Scene) -> str:
    """Who found no place, and all others who ask, wait on the reserve list by score."""
    first = bulk(scene.desk, scene.path("hosting?state=proposed"), "reserve", None)["done"]
    others = bulk(scene.desk, scene.path("hosting?state=applied"), "reserve", None)["done"]
    require(first == BEYOND, f"{first} proposals go to the reserve list")
    page = scene.desk.get(scene.path("hosting/reserve"))
    require(page.status == 200, "no reserve list")
    return f"{first} proposals and {others} applications wait by rank"


def sign(scene: Scene, number: str = "1200/QĐ-SCT") -> str:
    """The organiser hands the decision in, and enters it with number, day and scan when it is signed."""
    mark = len(scene.at.post.box)
    listed = scene.organiser.get(scene.path("documents?format=xlsx")).sheet()
    draft = next(row for row in listed if row["State"] == "Being prepared" and "nhập khẩu" in row["Title"])
    reference = draft["Reference"]
    path = scene.path(f"documents/{reference}")
    page = scene.organiser.get(path)
    page = scene.organiser.send(page, page.form("/submit"), {"submission_number": number.replace("QĐ", "TTr")})
    scan = _SCAN + number.encode()  # each paper is scanned anew
    values = {"number": number, "day": today("Asia/Ho_Chi_Minh").isoformat(), "signer": "Giám đốc Sở"}
    page = scene.organiser.send(page, page.form("/sign"), values, files={"scan": ("quyet-dinh.pdf", scan)})
    granted = {row["Name"] for row in _hostings(scene) if row["State"] == "Granted"}
    until("the guests are told", lambda: scene.written_to(mark) >= 1, 120)
    return f"{reference} signed, {len(granted)} granted now"


def answer_support(scene: Scene) -> str:
    """The guests confirm on their own pages; twelve give the place back, and the reserve list moves up."""
    scene.hosted = _granted(scene)
    leaving, coming = scene.hosted[:GIVEN_BACK], scene.hosted[GIVEN_BACK:]
    all_at_once(lambda guest: _answer(scene, guest, "/support/confirm"), coming)
    all_at_once(lambda guest: _answer(scene, guest, "/support/decline"), leaving)
    moved = [row["Number"] for row in _hostings(scene) if row["State"] == "Proposed"]
    require(len(moved) == GIVEN_BACK, f"{len(moved)} moved up for {GIVEN_BACK} places")
    done = bulk(scene.finance, scene.path("hosting?state=proposed"), "approve", None)["done"]
    require(done == GIVEN_BACK, f"{done} of the reserve list approved")
    sign(scene, "1201/QĐ-SCT")
    late = _granted(scene)
    all_at_once(lambda guest: _answer(scene, guest, "/support/confirm"), late)
    scene.hosted = [*coming, *late]
    require(len(scene.hosted) == SUPPORTED, f"{len(scene.hosted)} are supported")
    return f"{len(coming)} confirmed, {len(leaving)} gave it back, {len(late)} moved up, were approved and confirmed"


def _granted(scene: Scene) -> list[Guest]:
    """Those of the list who wait for nothing but their own answer."""
    own = _names_of_guests(scene)
    return [
        own[name]
        for row in _hostings(scene)
        if row["State"] == "Granted" and (name := (row["Name"], row["Company"])) in own
    ]


def _answer(scene: Scene, guest: Guest, what: str) -> None:
    who = scene.at.guest("ja" if ".jp." in guest.email else "en")
    page = who.get(guest.own)
    who.send(page, page.form(what))


# --- letters -----------------------------------------------------------------------------------------------------------


def passports(scene: Scene) -> str:
    """All who come type their passports on their own pages."""
    all_at_once(lambda pair: _passport(scene, *pair), enumerate(scene.guests))
    return f"{len(scene.guests)} passports"


def _passport(scene: Scene, place: int, guest: Guest) -> None:
    who = scene.at.guest()
    page = who.get(f"{guest.own}/passport")
    values = {
        "number": f"X{7_000_000 + place}",
        "birth_date": "1980-02-29",
        "sex": "F" if place % 2 else "M",
        "expires_on": "2031-05-05",
    }
    who.send(page, page.form(has="number"), values)


def letters(scene: Scene) -> str:
    """690 letters as one job; each goes to its guest."""
    mark, since = len(scene.at.post.box), time.monotonic()
    preview = begin(scene.organiser, scene.path("letters/guests"), "issue", [guest.reference for guest in scene.guests])
    form = preview.form("/do")
    signer = next(one for one in form.options("signatory") if one)
    result = carry_out(scene.organiser, preview, {"kind": "visa", "signatory": signer})
    seconds = time.monotonic() - since
    require(result["done"] == REGISTERED, f"letters: {result}")
    until("the letters come", lambda: scene.written_to(mark) >= REGISTERED, 600, pause=1)
    return f"{result['done']} letters in {seconds:.0f} s, mailed after {time.monotonic() - since:.0f} s"


# --- rooms and flights ---------------------------------------------------------------------------------------------------


def hotels(scene: Scene) -> str:
    """Three hotels with blocks; all waiting guests get a room with one button."""
    opens = _opens(scene)
    for number in range(3):
        page = scene.desk.get(scene.path("hotels/new"))
        values = {"name": f"Khách sạn Diễn Tập {number + 1}", "address_vi": f"Số {number + 1} phố Mẫu, Hà Nội", "email": f"hotel{number}@rooms.example"}  # fmt: skip
        page = scene.desk.send(page, page.form(has="address_vi"), values)
        hotel = page.url
        scene.hotels.append(hotel)
        for kind in ("Twin", "Double"):
            page = scene.desk.get(f"{hotel}/blocks/new")
            block = {"room_type": kind, "beds": "2" if kind == "Twin" else "1", "price": "1200000"}
            page = scene.desk.send(page, page.form(has="room_type"), block)
            nights = {
                "first": str(opens - timedelta(days=3)),
                "until": str(opens + timedelta(days=7)),
                "quantity": "50",
            }
            scene.desk.send(page, page.form("/nights"), nights)
    page = scene.desk.get(scene.path("hotels/placing"))
    scene.desk.send(page, page.form("/placing"))
    stays = scene.desk.get(scene.path("hotels/stays?format=xlsx")).sheet()
    own = _names_of_guests(scene)
    states = [row["State"] for row in stays if (row["Name"], row["Company"]) in own]
    return f"{len(states)} stays of the list: " + ", ".join(f"{states.count(one)} {one}" for one in sorted(set(states)))


def _opens(scene: Scene) -> date:
    page = scene.at.guest().get(f"/f/{FAIR}/importers/register")
    found = re.search(r'name="stays_from"[^>]*min="([\d-]+)"|min="([\d-]+)"[^>]*name="stays_from"', page.text)
    return date.fromisoformat(next(one for one in found.groups() if one)) if found else date(2027, 1, 4)


def flights(scene: Scene) -> str:
    """The supported guests enter their flights, both ways, on their own pages."""
    opens = _opens(scene)
    all_at_once(lambda pair: _fly(scene, opens, *pair), enumerate(scene.hosted))
    board = scene.desk.get(scene.path(f"travel?day={opens - timedelta(days=1)}"))
    require(board.status == 200, "no board")
    return f"{2 * len(scene.hosted)} flights"


def _fly(scene: Scene, opens: date, place: int, guest: Guest) -> None:
    found = re.search(r"\.(\w\w)\.example", guest.email)
    airport, clock, hours = AIRPORTS.get((found[1] if found else "DE").upper(), AIRPORTS["DE"])
    who = scene.at.guest()
    page = who.get(f"{guest.own}/flights")
    lands, number = 8 + place % 12, f"VN{100 + place % 60}"
    out = lands - hours + clock  # by the clock of the airport
    there, leaves = opens - timedelta(days=1), opens + timedelta(days=3)
    form = page.form("/flights/arrival")
    page = who.send(page, form, {
        "arrival-number": number, "arrival-from_airport": airport, "arrival-to_airport": "HAN",
        "arrival-departs_on": str(there + timedelta(days=out // 24)), "arrival-departs_at": f"{out % 24:02d}:10",
        "arrival-arrives_on": str(there), "arrival-arrives_at": f"{lands:02d}:10",
    })  # fmt: skip
    home = 20 + hours + clock
    who.send(page, page.form("/flights/departure"), {
        "departure-number": number, "departure-from_airport": "HAN", "departure-to_airport": airport,
        "departure-departs_on": str(leaves), "departure-departs_at": "20:30",
        "departure-arrives_on": str(leaves + timedelta(days=home // 24)), "departure-arrives_at": f"{home % 24:02d}:30",
    })  # fmt: skip


def transfers(scene: Scene) -> str:
    """Runs from the airport are proposed for the day before the fair and made; the lists of drivers are made."""
    opens = _opens(scene)
    path = scene.path(f"travel/transfers?day={opens - timedelta(days=1)}")
    page = scene.desk.get(path)
    if not page.has("/make"):
        return "nobody waits to be driven"
    page = scene.desk.send(page, page.form("/make"))
    page = scene.desk.send(page, page.form("/manifests")) if page.has("/manifests") else page
    return "runs of the day made, with their lists"


def rooming(scene: Scene) -> str:
    """Each hotel is sent its list; it opens as XLSX and PDF."""
    mark = len(scene.at.post.box)
    rows = 0
    for hotel in scene.hotels:
        path = f"{hotel}/rooming"
        rows += len(scene.desk.get(f"{path}/next.xlsx").sheet())
        require(scene.desk.get(f"{path}/next.pdf").content[:4] == b"%PDF", "no PDF")
        page = scene.desk.get(path)
        if page.has("/rooming"):
            scene.desk.send(page, page.form("/rooming"))
    until("the hotels have their lists", lambda: sum(m.recipient.endswith("@rooms.example") for m in scene.at.post.since(mark)) >= 1, 120)  # fmt: skip
    return f"{len(scene.hotels)} hotels, {rows} rows"


PAGES = (
    "invitations", "invitations?state=invited&sort=name", "invitations?q=house12", "invitations/campaigns", "importers", "importers?sort=name",
    "hosting", "hosting?state=reserve", "hosting/reserve", "hosting/board", "hosting/room", "letters", "letters/guests", "guests", "hotels",
    "hotels/stays", "hotels/placing", "travel", "travel/transfers", "documents", "contacts",
)  # fmt: skip


def pages(scene: Scene) -> str:
    """The lists as staff open them all day, with all these people in them."""
    slowest, where = 0.0, ""
    for rest in PAGES:
        since = time.monotonic()
        scene.organiser.get(scene.path(rest))
        if (took := time.monotonic() - since) > slowest:
            slowest, where = took, rest
    return f"{len(PAGES)} lists, the slowest in {slowest:.2f} s: {where}"


ALL = (
    make_room, propose, approve_support, reserve, sign, answer_support, passports, letters, hotels, flights, transfers, rooming, pages,
)  # fmt: skip
