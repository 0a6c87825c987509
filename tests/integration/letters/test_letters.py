"""Letters: numbers without gaps, replaced and revoked, checked by consulates, many at once, read back from paper."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event, select

from fairs.accounts.queries import active_grants
from fairs.audit.models import AuditEntry
from fairs.calendar.changes import cancel_fair, move_of, preview_cancel, preview_move, reschedule_fair
from fairs.core.actor import SYSTEM, Actor
from fairs.core.clock import now
from fairs.core.db import db, transaction
from fairs.core.errors import InvalidInput
from fairs.core.events import publish
from fairs.core.permissions import Role
from fairs.hosting.events import HostingGranted
from fairs.hosting.states import SupportTier
from fairs.identity.models import DocumentReading
from fairs.importers.models import Importer
from fairs.importers.service import link_for
from fairs.letters.errors import LetterInForce, PassportExpires, PassportIncomplete
from fairs.letters.lists import GUESTS
from fairs.letters.models import Letter, Signatory
from fairs.letters.paper import letter_pdf
from fairs.letters.queries import versions_of
from fairs.letters.service import LetterDraft, issue_letter, revoke_letter, shown_code, unseal, wish_letter
from fairs.letters.states import LetterKind, LetterState
from fairs.letters.texts import STANDARD
from fairs.letters.wording import SignatoryDraft, save_signatory, save_wording
from fairs.lists.bulk import begin, carry_on, start
from fairs.lists.bundles import remove_files
from fairs.lists.models import BulkFile, BulkItem, BulkRun
from fairs.lists.states import ItemState, RunState
from fairs.messages.models import OutboxMessage
from fairs.messages.render import render_attachment
from fairs.workplace.awaited import KIND_BY_KEY
from fairs.workplace.inbox import Inbox, Reader
from tests.factories.guests import approved_importer, granted_guest
from tests.factories.importers import mails_to
from tests.factories.letters import NUMBER, Registry, registry
from tests.support.client import Client, login
from tests.support.jobs import run_jobs
from tests.support.queries import counted_queries


@pytest.fixture
def office(app: Flask) -> Registry:
    return registry()


def serials(kind: LetterKind) -> list[int]:
    return list(db.session.scalars(select(Letter.serial).where(Letter.kind == kind).order_by(Letter.serial)))


# --- numbers ----------------------------------------------------------------------------------------------------------


def test_each_kind_counts_for_itself_and_a_refusal_leaves_no_gap(office: Registry) -> None:
    guest = office.guest()
    first = office.letter(guest)
    assert first.number == "1/SCT-QLTM"
    with pytest.raises(LetterInForce):
        office.letter(guest)
    with pytest.raises(PassportIncomplete):
        office.letter(approved_importer(office.place))
    with pytest.raises(InvalidInput):
        office.letter(valid_until=office.place.fair.today - timedelta(days=1))
    assert office.letter(guest, LetterKind.INVITATION).number == "1/TM-SCT"
    assert office.letter().number == "2/SCT-QLTM"


def test_many_at_the_same_moment_get_numbers_without_gap_or_double(real_app: Flask) -> None:
    many = 12
    with real_app.app_context():
        office = registry()
        keys, signer = [office.guest().id for _n in range(many)], office.signer.id
    together = Barrier(many + 4)

    def issue(importer_id: int) -> str:
        together.wait(30)
        with real_app.app_context():
            try:
                letter = issue_letter(
                    db.session.get_one(Importer, importer_id), LetterDraft(LetterKind.VISA, signer), by=SYSTEM
                )
                return letter.number
            except LetterInForce:
                return "has one"

    with ThreadPoolExecutor(many + 4) as pool:
        said = list(pool.map(issue, [*keys, *keys[:4]]))  # four of them are pressed twice
    assert said.count("has one") == 4
    with real_app.app_context():
        assert serials(LetterKind.VISA) == list(range(1, many + 1))


def test_a_corrected_letter_takes_a_new_number_and_the_old_one_says_so(office: Registry) -> None:
    guest = office.guest()
    old = office.letter(guest)
    new = office.letter(guest, reason="Sửa họ tên")
    db.session.refresh(old)
    assert (old.state, old.number, old.replaced_by_id, new.number) == (
        LetterState.REPLACED, "1/SCT-QLTM", new.id, "2/SCT-QLTM",
    )  # fmt: skip
    assert [mail.kind for mail in mails_to(guest.person.email)][-1] == "letters/issued"


def test_a_passport_that_ends_is_refused_or_warned_of(office: Registry, client: Client) -> None:
    guest = approved_importer(office.place)
    office.passport(guest, years=0)  # expires on the last day of the fair
    with pytest.raises(PassportExpires):
        office.letter(guest, stay_to=office.place.fair.ends_on + timedelta(days=2))
    login(client, office.place.user(Role.ORGANISER))
    run = bulk(client, office, [guest.reference])
    item = db.session.scalars(select(BulkItem).where(BulkItem.run_id == run.id)).one()
    assert item.state is ItemState.DONE and item.kept is not None
    assert "six months" in item.kept["warning"] or "sáu tháng" in item.kept["warning"]
    assert item.kept["warning"] in client.get(f"{office.place.staff}/runs/{run.id}").text


# --- the paper --------------------------------------------------------------------------------------------------------


def pages_of(content: bytes) -> Any:
    import pypdfium2

    return pypdfium2.PdfDocument(content)


def test_the_letter_says_what_a_consulate_needs_and_its_code_is_read_by_two_programs(office: Registry) -> None:
    import cv2
    import numpy
    import zxingcpp

    hosting = office.hosted()
    letter = office.letter(hosting.importer, address_vi="Khách sạn Mẫu, Hà Nội")
    document = pages_of(letter_pdf([letter], purpose="test", by=SYSTEM))
    assert len(document) == 1
    text = document[0].get_textpage().get_text_range().replace("\r\n", " ").replace("\n", " ")
    for said in (
        "1/SCT-QLTM", letter.name.upper(), "02/03/1980", NUMBER, "Nhật Bản / Japan", "Khách sạn Mẫu", "PHÓ GIÁM ĐỐC",
        "Deputy Director", "Nguyễn Thị Mẫu", shown_code(unseal(letter).code), "air ticket", "Test fair", "Hội chợ thử",
    ):  # fmt: skip
        assert said in text, said
    picture = numpy.array(document[0].render(scale=3).to_pil().convert("L"))
    address = f"http://localhost/verify/{unseal(letter).code}"
    assert [code.text for code in zxingcpp.read_barcodes(picture)] == [address]
    assert cv2.QRCodeDetectorAruco().detectAndDecode(picture)[0] == address


@pytest.mark.parametrize("tier", [SupportTier.TRAVEL, SupportTier.HOTEL])
def test_who_pays_follows_the_support(office: Registry, tier: SupportTier) -> None:
    letter = office.letter(office.hosted(tier).importer)
    text = pages_of(letter_pdf([letter], purpose="test", by=SYSTEM))[0].get_textpage().get_text_range()
    text = " ".join(text.split())
    assert ("refunds the return air ticket" in text) is (tier is SupportTier.TRAVEL)
    assert ("pays 4 hotel nights" in text) is (tier is SupportTier.HOTEL)


def test_a_letter_keeps_the_text_and_the_signer_it_was_issued_with(office: Registry) -> None:
    letter = office.letter()
    wording = STANDARD[LetterKind.VISA]
    save_wording(
        office.place.fair, LetterKind.VISA, replace(wording, vi=replace(wording.vi, title="BẢN MỚI")), by=SYSTEM
    )
    save_signatory(
        office.place.fair, SignatoryDraft("Người Khác", "Giám đốc", "Director"), row=office.signer, by=SYSTEM
    )
    text = pages_of(letter_pdf([letter], purpose="test", by=SYSTEM))[0].get_textpage().get_text_range()
    assert "BẢN MỚI" not in text and "Nguyễn Thị Mẫu" in text
    assert [row.version for row in versions_of(office.place.fair.id, LetterKind.VISA)] == [2, 1]


def test_the_mail_brings_the_letter(office: Registry) -> None:
    guest = office.guest()
    letter = office.letter(guest)
    mail = mails_to(guest.person.email)[-1]
    assert letter.number in mail.subject and NUMBER not in mail.subject + mail.body
    attached = render_attachment(*mail.attachments[0])
    assert attached.name == f"{letter.reference}.pdf"
    assert NUMBER in pages_of(attached.content)[0].get_textpage().get_text_range()


# --- the check --------------------------------------------------------------------------------------------------------


def test_a_consulate_sees_whether_a_letter_counts(office: Registry, client: Client, time_machine: Any) -> None:
    guest = office.guest()
    letter = office.letter(guest)
    code = unseal(letter).code
    page = client.get(f"/verify/{code}?lang=en")
    assert page.status_code == 200 and page.headers["X-Robots-Tag"] == "noindex"
    assert "This letter was issued by us" in page.text and "Test fair" in page.text and "Deputy Director" in page.text
    assert NUMBER not in page.text and NUMBER[-3:] in page.text
    first, second, *_rest = letter.name.upper().split()
    assert first in page.text and second not in page.text
    assert client.get(f"/verify/{shown_code(code).lower()}").status_code == 200
    assert client.get("/verify/ABCDABCDABCDABCD").status_code == 404

    new = office.letter(guest, reason="Sửa họ tên")
    assert f"replaced by letter {new.number}" in client.get(f"/verify/{code}").text
    revoke_letter(new, reason="Không đi nữa", by=SYSTEM)
    answer = client.get(f"/verify/{unseal(new).code}").text
    assert "It was revoked on" in answer and "Không đi nữa" not in answer
    other = office.letter()
    time_machine.move_to(office.place.fair.ends_on + timedelta(days=10))
    assert "It was valid until" in client.get(f"/verify/{unseal(other).code}").text


def test_number_and_code_are_typed_together(office: Registry, client: Client) -> None:
    letter = office.letter()
    code = shown_code(unseal(letter).code)
    assert "code" in client.get("/verify").text
    for number, typed, status in (
        (" 1 / sct-qltm", code.lower(), 303), (letter.number, "ABCD-ABCD-ABCD-ABCD", 422), ("2/SCT-QLTM", code, 422),
        ("", "", 422), ("x" * 500, "{{7*7}}", 422),
    ):  # fmt: skip
        answer = client.submit("/verify/letter", {"number": number, "code": typed})
        assert answer.status_code == status, (number, typed)
    answer = client.submit("/verify/letter", {"number": letter.number, "code": code})
    assert letter.name not in answer.headers["Location"]


# --- many at once -----------------------------------------------------------------------------------------------------


def bulk(client: Client, office: Registry, picks: list[str] | None, **values: Any) -> BulkRun:
    """Choose guests, see the preview, do it."""
    chosen: dict[str, Any] = {"all": "1"} if picks is None else {"pick": picks}
    begun = client.submit(f"{office.place.staff}/lists/letter_guests/act", {"action": "issue", **chosen})
    assert begun.status_code == 303
    url = str(begun.headers["Location"])
    typed = {"kind": "visa", "signatory": office.signer.id, **values}
    assert client.submit(f"{url}/do", typed).status_code == 303
    return db.session.get_one(BulkRun, int(url.rsplit("/", 1)[1]))


def test_who_can_get_a_letter_gets_it_and_the_others_say_why(
    app: Flask, office: Registry, client: Client, new_client: Any, time_machine: Any
) -> None:
    user = office.place.user(Role.ORGANISER)
    login(client, user)
    ready = [office.guest(number=f"AB00{n}1234") for n in range(3)]
    without = approved_importer(office.place)
    run = bulk(client, office, None)
    states = {one.reference: one.state for one in db.session.scalars(select(BulkItem).where(BulkItem.run_id == run.id))}
    assert states == {**{one.reference: ItemState.DONE for one in ready}, without.reference: ItemState.SKIPPED}
    page = client.get(f"{office.place.staff}/runs/{run.id}").text
    assert without.reference in page and ("passport number" in page or "số hộ chiếu" in page)
    address = f"{office.place.staff}/runs/{run.id}"
    assert client.submit(f"{address}/files", {"kind": "exe"}).status_code == 422
    assert client.submit(f"{address}/files/pdf").status_code == 404
    for kind in ("pdf", "zip", "zip"):
        assert client.submit(f"{address}/files", {"kind": kind}).status_code == 303
    run_jobs(app)
    merged = client.submit(f"{address}/files/pdf")
    assert len(pages_of(merged.data)) == 3 and int(merged.headers["Content-Length"]) == len(merged.data)
    archive = zipfile.ZipFile(io.BytesIO(client.submit(f"{address}/files/zip").data))
    assert archive.testzip() is None
    assert len(archive.namelist()) == 3 and all(len(pages_of(archive.read(name))) == 1 for name in archive.namelist())
    purposes = [one.purpose for one in db.session.scalars(select(DocumentReading))]
    assert purposes.count("print as zip") == 3 == purposes.count("print as pdf")
    file = db.session.scalars(select(BulkFile).where(BulkFile.kind == "zip")).one()
    assert file.file is not None and b"%PDF" not in file.file.read()  # sealed where it lies
    stranger = new_client()
    login(stranger, office.place.user(Role.ORGANISER))
    assert stranger.submit(f"{address}/files/zip").status_code == 404
    time_machine.move_to(now() + timedelta(hours=25), tick=False)
    login(client, user)
    assert client.submit(f"{address}/files/zip").status_code == 404
    assert remove_files() == 2
    assert client.get(f"{office.place.staff}/letters/guests?letter=none").text.count("data-row=") == 1


@contextmanager
def failing(at: int, error: BaseException) -> Iterator[None]:
    """The database fails when the ``at``-th letter is written."""
    seen: list[int] = []

    def fail(*_args: Any) -> None:
        seen.append(1)
        if len(seen) == at:
            raise error

    event.listen(Letter, "before_insert", fail)
    try:
        yield
    finally:
        event.remove(Letter, "before_insert", fail)


class Killed(BaseException):
    """As when the process ends: no handler of errors sees it."""


def test_a_job_whose_worker_ended_goes_on_without_doubles(office: Registry) -> None:
    """The worker is ended by the system in the middle: what was committed stays, the rest is done when it is back."""
    guests = [office.guest(number=f"CD{n:07d}") for n in range(25)]
    user = office.place.user(Role.ORGANISER)
    by = Actor(user.id, user.name)
    run = begin(GUESTS, office.place.fair, GUESTS.action("issue"), {}, None, "", by=by)
    start(run, {"kind": "visa", "signatory": str(office.signer.id), "valid_until": ""}, by=by)
    with failing(23, Killed()), pytest.raises(Killed):
        carry_on(run.id)
    db.session.rollback()
    assert serials(LetterKind.VISA) == list(range(1, 21))
    carry_on(run.id)
    db.session.expire_all()
    assert serials(LetterKind.VISA) == list(range(1, 26))
    assert db.session.get_one(BulkRun, run.id).state is RunState.DONE
    for guest in guests:
        assert sum(mail.kind == "letters/issued" for mail in mails_to(guest.person.email)) == 1


# --- pages ------------------------------------------------------------------------------------------------------------


def test_issue_replace_and_revoke_on_the_guests_screen(office: Registry, client: Client) -> None:
    hosting = office.hosted()
    guest = hosting.importer
    login(client, office.place.user(Role.ORGANISER))
    screen = f"{office.place.staff}/guests/{guest.reference}"
    assert client.get(screen).status_code == 200
    form = {"kind": "visa", "signatory": office.signer.id}
    assert client.submit(f"{screen}/letters", {**form, "signatory": "999"}).status_code == 422
    answer = client.submit(f"{screen}/letters", {**form, "stay_to": "31/02/2027"})
    assert answer.status_code == 422 and "31/02/2027" in answer.text
    assert client.submit(f"{screen}/letters", form).status_code == 303
    letter = db.session.scalars(select(Letter)).one()
    assert letter.stay_from == hosting.funded_from and letter.number in client.get(screen).text
    assert client.submit(f"{screen}/letters/{letter.reference}/replace", form).status_code == 422  # no reason
    assert (
        client.submit(f"{screen}/letters/{letter.reference}/replace", {**form, "reason": "Sửa tên"}).status_code == 303
    )
    second = db.session.scalars(select(Letter).where(Letter.state == LetterState.ISSUED)).one()
    assert client.submit(f"{screen}/letters/{second.reference}/revoke", {"reason": ""}).status_code == 422
    assert client.submit(f"{screen}/letters/{second.reference}/revoke", {"reason": "Không đi"}).status_code == 303
    page = client.get(f"{office.place.staff}/letters/{second.reference}")
    assert "Không đi" in page.text and NUMBER not in page.text
    got = client.submit(f"{office.place.staff}/letters/{letter.reference}/pdf")
    assert got.mimetype == "application/pdf" and "attachment" in got.headers["Content-Disposition"]
    assert got.headers["Cache-Control"] == "no-store"
    login(client, office.place.user(Role.HOSPITALITY))
    assert client.submit(f"{screen}/letters", form).status_code == 403
    login(client, office.place.user(Role.AUDITOR))
    assert client.submit(f"{office.place.staff}/letters/{letter.reference}/pdf").status_code == 403


def test_lists_cost_the_same_however_long_they_are(office: Registry, client: Client) -> None:
    login(client, office.place.user(Role.ORGANISER))
    counts = []
    for many in (1, 2):
        for _n in range(many):
            office.letter()
        with counted_queries() as list_page:
            assert client.get(f"{office.place.staff}/letters").status_code == 200
        with counted_queries() as guests:
            assert client.get(f"{office.place.staff}/letters/guests").status_code == 200
        counts.append((len(list_page), len(guests)))
    assert counts[0] == counts[1]


def test_texts_are_edited_compared_taken_back_and_copied(office: Registry, client: Client) -> None:
    fair = office.place.fair
    user = office.place.user(Role.ORGANISER)
    login(client, user)
    url = f"{office.place.staff}/letter-texts/visa"
    typed = STANDARD[LetterKind.VISA].as_dict()
    assert client.get(url).status_code == 200
    assert client.submit(url, {**typed, "vi_title": "{{ 7*7 }}"}).status_code == 422
    assert client.submit(url, {**typed, "symbol": "TM-SCT"}).status_code == 422  # that of the other register
    assert client.submit(url, typed).status_code == 303
    assert client.submit(url, {**typed, "vi_title": "CÔNG VĂN SỐ HAI"}).status_code == 303
    assert "<ins>" in client.get(f"{url}/versions/2").text and client.get(f"{url}/versions/9").status_code == 404
    assert client.submit(f"{url}/versions/1/restore").status_code == 303
    assert [row.texts["vi_title"] for row in versions_of(fair.id, LetterKind.VISA)][::2] == [typed["vi_title"]] * 2
    guest = office.guest()
    shown = client.submit(url, {**typed, "vi_title": "XEM TRƯỚC NÀY", "do": "preview", "guest": guest.reference})
    text = pages_of(shown.data)[0].get_textpage().get_text_range()
    assert "XEM TRƯỚC NÀY" in text and guest.person.passport_name.upper() in text and NUMBER not in text
    assert len(versions_of(fair.id, LetterKind.VISA)) == 3
    other = registry()
    copied = f"{other.place.staff}/letter-texts/visa"
    login(client, other.place.user(Role.ORGANISER))
    client.submit(f"{copied}/copy", {"fair": fair.slug})  # not a fair of theirs
    assert versions_of(other.place.fair.id, LetterKind.VISA) == []
    login(client, other.place.user(Role.ADMIN))
    client.submit(f"{copied}/copy", {"fair": fair.slug})
    assert versions_of(other.place.fair.id, LetterKind.VISA)[0].origin == f"{fair.code} 3"


def test_a_signature_is_a_png_that_only_the_organiser_sees(office: Registry, client: Client) -> None:
    from PIL import Image

    login(client, office.place.user(Role.ORGANISER))
    url = f"{office.place.staff}/letters/signatories"
    data = {"name": "Trần Văn Mẫu", "title_vi": "Giám đốc", "title_en": "Director"}
    out = io.BytesIO()
    Image.new("RGBA", (300, 90), (0, 0, 120, 90)).save(out, "PNG")
    svg = b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"
    for content, status in ((svg, 422), (b"%PDF-1.4\n%%EOF", 422), (out.getvalue(), 303)):
        sent = {**data, "picture": (io.BytesIO(content), "chu-ky.png")}
        assert client.submit(url, sent, content_type="multipart/form-data").status_code == status
    signer = db.session.scalars(select(Signatory).where(Signatory.name == "Trần Văn Mẫu")).one()
    assert client.get(f"{url}/{signer.id}/picture").mimetype == "image/png"
    letter = issue_letter(office.guest(), LetterDraft(LetterKind.VISA, signer.id), by=SYSTEM)
    assert len(letter_pdf([letter], purpose="test", by=SYSTEM)) > 10_000
    login(client, office.place.user(Role.HOSPITALITY))
    assert client.get(f"{url}/{signer.id}/picture").status_code == 403
    login(client, office.place.user(Role.ORGANISER))
    client.submit(f"{url}/{signer.id}/retire")
    with pytest.raises(InvalidInput):
        issue_letter(office.guest(), LetterDraft(LetterKind.VISA, signer.id), by=SYSTEM)


# --- what else happens ------------------------------------------------------------------------------------------------


def test_granted_support_asks_for_the_passport_once_it_is_missing(office: Registry) -> None:
    missing, known = granted_guest(office.place), office.hosted()
    with transaction():
        publish(HostingGranted(missing, SYSTEM))
        publish(HostingGranted(known, SYSTEM))
    assert [mail.kind for mail in mails_to(missing.importer.person.email)][-1] == "letters/passport_wanted"
    assert "letters/passport_wanted" not in {mail.kind for mail in mails_to(known.importer.person.email)}


def test_letters_of_a_fair_that_moves_are_marked_and_issued_anew_at_once(office: Registry, client: Client) -> None:
    fair, user = office.place.fair, office.place.user(Role.ORGANISER)
    old = [office.letter(office.guest(number=f"MV00{n}1234")) for n in range(3)]
    code = unseal(old[0]).code
    before = move_of(fair)
    later = replace(
        before, starts_on=before.starts_on + timedelta(days=20), ends_on=before.ends_on + timedelta(days=20)
    )
    kind = KIND_BY_KEY["letter-outdated"]
    inbox = Inbox(Reader(user.id, active_grants(user.id), [fair]), [kind])

    def move(to: Any) -> None:
        found, seen = preview_move(fair, to, by=SYSTEM)
        assert {one.subject for one in found.items if one.key == "Letter.outdated_at" and one.changes} == {
            one.number for one in old
        }
        reschedule_fair(fair, to, reason="Đổi lịch", seen=seen, by=SYSTEM)

    move(later)
    move(before)
    assert all(one.outdated_at is None for one in old)
    move(later)
    assert inbox.total.total == 3
    login(client, user)
    page = client.get(f"{office.place.staff}/letters?state=outdated").text
    assert page.count("data-row=") == 3
    assert "moved" in client.get(f"/verify/{code}").text
    fresh_one = office.letter(office.guest(number="MV0099999"))
    begun = client.submit(f"{office.place.staff}/lists/letters/act?state=outdated", {"action": "renew", "all": "1"})
    url = str(begun.headers["Location"])
    typed = {"signatory": office.signer.id, "reason": "Hội chợ đổi lịch"}
    assert client.submit(f"{url}/do", {**typed, "reason": ""}).status_code == 422
    assert client.submit(f"{url}/do", typed).status_code == 303
    db.session.expire_all()
    assert serials(LetterKind.VISA) == [1, 2, 3, 4, 5, 6, 7]
    for row in old:
        new = row.replaced_by
        assert row.state is LetterState.REPLACED and new is not None and new.outdated_at is None
        assert new.facts["starts_on"] == later.starts_on.isoformat()
    assert fresh_one.state is LetterState.ISSUED
    assert old[0].replaced_by is not None and old[0].replaced_by.number in client.get(f"/verify/{code}").text
    assert Inbox(Reader(user.id, active_grants(user.id), [fair]), [kind]).total.total == 0


def test_letters_end_with_their_fair(office: Registry, client: Client) -> None:
    letter = office.letter()
    fair = office.place.fair
    _found, seen = preview_cancel(fair, "Dịch bệnh", by=SYSTEM)
    cancel_fair(fair, reason="Dịch bệnh", typed_code=fair.code, seen=seen, by=SYSTEM)
    db.session.refresh(letter)
    assert (letter.state, letter.number) == (LetterState.REVOKED, "1/SCT-QLTM")


def test_the_importers_own_page_leads_to_the_letter(office: Registry, client: Client) -> None:
    guest = office.guest()
    with transaction():
        token = link_for(guest)
    assert client.submit(f"/i/{token}/letter-wish", {"embassy": "Tokyo"}).status_code == 303
    letter = office.letter(guest)
    assert letter.facts["embassy"] == "Tokyo"
    page = client.get(f"/i/{token}").text
    assert letter.number in page and NUMBER not in page
    got = client.submit(f"/i/{token}/letters/{letter.reference}")
    assert NUMBER in pages_of(got.data)[0].get_textpage().get_text_range()
    assert client.get(f"/i/{token}/letters/{letter.reference}").status_code == 405
    stranger = office.letter()
    assert client.submit(f"/i/{token}/letters/{stranger.reference}").status_code == 404
    read = db.session.scalars(select(DocumentReading.by_name).where(DocumentReading.purpose == "own page")).all()
    assert read == [guest.reference]


def test_a_wish_is_answered_by_the_letter(office: Registry) -> None:
    guest = office.guest()
    wish = wish_letter(guest, embassy="Paris", by=SYSTEM)
    office.letter(guest)
    db.session.refresh(wish)
    assert str(wish.state) == "answered"


def test_nothing_of_a_passport_in_history_mail_or_address(office: Registry) -> None:
    office.letter()
    for table in (AuditEntry, OutboxMessage):
        rows = db.session.execute(select(table)).scalars().all()
        assert rows and NUMBER not in " ".join(str(vars(row)) for row in rows)


def test_a_run_that_left_a_guest_without_a_letter_stays_in_the_inbox_until_there_is_one(
    office: Registry, client: Client
) -> None:
    guest, user = office.guest(), office.place.user(Role.ORGANISER)
    login(client, user)
    with failing(1, OSError()):
        bulk(client, office, None)
    kind = KIND_BY_KEY["letter-failures"]
    reader = Reader(user.id, active_grants(user.id), [office.place.fair])
    assert Inbox(reader, [kind]).total.total == 1
    office.letter(guest)
    assert Inbox(reader, [kind]).total.total == 0


def test_a_letter_that_ends_before_its_guest_comes_is_in_the_inbox(office: Registry) -> None:
    letter, user = office.letter(), office.place.user(Role.ORGANISER)
    reader = Reader(user.id, active_grants(user.id), [office.place.fair])
    kind = KIND_BY_KEY["letter-too-short"]
    assert Inbox(reader, [kind]).total.total == 0
    with transaction():
        db.session.get_one(Importer, letter.importer_id).stays_from = letter.valid_until + timedelta(days=1)
    assert Inbox(reader, [kind]).total.total == 1
    revoke_letter(letter, reason="Cấp lại", by=SYSTEM)
    assert Inbox(reader, [kind]).total.total == 0
