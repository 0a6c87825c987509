"""Groups: one list, many badges, one leader; the kiosk; press; who counts; consents; questions."""

from __future__ import annotations

import re
from io import BytesIO
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from fairs.audit.models import AuditEntry
from fairs.badges.categories import Counting, counting, decide_counting, table
from fairs.badges.models import Badge
from fairs.badges.states import BadgeCategory, BadgeState
from fairs.calendar.models import Fair
from fairs.calendar.states import FairState
from fairs.core.actor import SYSTEM
from fairs.core.db import db, transaction
from fairs.core.errors import Conflict, InvalidInput
from fairs.core.permissions import Role
from fairs.directory.models import Consent
from fairs.visitors.consents import CONSENT_TEXTS, consents_of
from fairs.visitors.duplicates import is_near, likely
from fairs.visitors.groups import check_lines, members_of
from fairs.visitors.models import Visitor, VisitorGroup, VisitorKiosk
from fairs.visitors.queries import desk_matches
from fairs.visitors.states import VisitorState
from tests.factories.importers import Reception, deliver, mails_to, reception
from tests.support.client import Client, login
from tests.support.queries import counted_queries
from tests.support.sheets import sheet_rows

PEOPLE = "Nguyễn Thị Đào; 0912 345 678\nTrần Văn Hùng; hung@mau.example; Cửa hàng Hùng\nLê Mai\n"


@pytest.fixture
def place(app: Flask) -> Reception:
    return reception(days_ahead=0, state=FairState.RUNNING)


@pytest.fixture
def office(place: Reception, client: Client) -> Client:
    login(client, place.user(Role.ORGANISER))
    client.get("/language/en")
    return client


def leader(**changes: Any) -> dict[str, Any]:
    return {
        "name": "Hiệp hội Mẫu", "leader_name": "Phạm Trưởng Đoàn", "leader_email": "truong@mau.example", "country": "VN",
        "people": PEOPLE, "agreed": "y", **changes,
    }  # fmt: skip


def visitors() -> list[Visitor]:
    return list(db.session.scalars(select(Visitor).order_by(Visitor.id)))


# --- groups -------------------------------------------------------------------------------------------------------


def test_one_list_makes_many_badges_in_one_mail(place: Reception, app: Flask, client: Client, smtp_server: Any) -> None:
    earlier = place.visitor(name="Trần Văn Hùng", email="hung@mau.example")
    assert client.submit(f"{place.public}/visit/group", leader()).status_code == 303
    assert "truong@mau.example" in client.get(f"{place.public}/visit/group/done").text
    group = db.session.scalars(select(VisitorGroup)).one()
    assert [row.person.native_name for row in members_of(group.id)] == ["Nguyễn Thị Đào", "Lê Mai"]
    assert earlier.group_id is None  # keeps the badge of before, which goes to them and not to the leader
    assert [mail.kind for mail in mails_to("hung@mau.example")] == ["visitors/registered", "visitors/again"]
    assert [mail.kind for mail in mails_to("truong@mau.example")] == ["visitors/group"]
    deliver(app, smtp_server)
    [mail] = smtp_server.sent_to("truong@mau.example")
    [pdf] = list(mail.iter_attachments())
    assert pdf.get_content().startswith(b"%PDF-")
    [path] = re.findall(r"http://localhost(/vg/[\w-]+)", mail.get_body().get_content())
    own = client.get(path)
    assert own.status_code == 200
    assert "Lê Mai" in own.text
    assert "Trần Văn Hùng" not in own.text
    assert client.get(f"{path}/badges.pdf").data.startswith(b"%PDF-")
    given = select(func.count()).select_from(Consent).where(Consent.kind == "registration", Consent.given.is_(True))
    assert db.session.scalar(given) == 2


def test_the_leader_corrects_adds_and_takes_off(place: Reception, client: Client, app: Flask, smtp_server: Any) -> None:
    client.submit(f"{place.public}/visit/group", leader())
    deliver(app, smtp_server)
    [mail] = smtp_server.sent_to("truong@mau.example")
    [path] = re.findall(r"http://localhost(/vg/[\w-]+)", mail.get_body().get_content())
    group = db.session.scalars(select(VisitorGroup)).one()
    _first, second, third = members_of(group.id)
    assert client.submit(f"{path}/{third.reference}/name", {"name": "  "}).status_code == 422
    assert client.submit(f"{path}/{third.reference}/name", {"name": "Lê Thị Mai"}).status_code == 303
    assert client.submit(f"{path}/{second.reference}/remove", {}).status_code == 303
    bad = client.submit(f"{path}/more", {"people": "Vũ Một\n; 0912\nVũ Hai; không-phải@"})
    assert bad.status_code == 422
    assert "; 0912" in bad.text
    assert client.submit(f"{path}/more", {"people": "Vũ Một; 0987 654 321"}).status_code == 303
    db.session.expire_all()
    rows = members_of(group.id)
    assert [(row.person.native_name, row.state) for row in rows] == [
        ("Nguyễn Thị Đào", VisitorState.REGISTERED), ("Trần Văn Hùng", VisitorState.WITHDRAWN),
        ("Lê Thị Mai", VisitorState.REGISTERED), ("Vũ Một", VisitorState.REGISTERED),
    ]  # fmt: skip
    assert rows[1].badge is not None
    assert rows[1].badge.state is BadgeState.REVOKED
    stranger = place.visitor(name="Người Khác")
    assert client.submit(f"{path}/{stranger.reference}/remove", {}).status_code == 404


def test_a_name_known_from_elsewhere_is_not_the_leaders_to_change(
    place: Reception, client: Client, app: Flask, smtp_server: Any
) -> None:
    other = reception()
    other.visitor(name="Trần Văn Hùng", email="hung@mau.example")
    client.submit(f"{place.public}/visit/group", leader())
    deliver(app, smtp_server)
    [mail] = smtp_server.sent_to("truong@mau.example")
    [path] = re.findall(r"http://localhost(/vg/[\w-]+)", mail.get_body().get_content())
    row = next(one for one in visitors() if one.fair_id == place.fair.id and one.person.email == "hung@mau.example")
    answer = client.submit(f"{path}/{row.reference}/name", {"name": "Kẻ Gian"})
    assert answer.status_code == 422
    assert db.session.get_one(Visitor, row.id).person.native_name == "Trần Văn Hùng"


def test_a_wrong_line_keeps_all_that_was_typed(place: Reception, office: Client) -> None:
    typed = "Nguyễn Thị Đào; 0912 345 678\n12345\nLê Mai; la la@la; Hàng Mẫu; thừa\nnguyen thi dao; 0912345678"
    page = office.submit(f"{place.staff}/visitors/groups/new", leader(people=typed, category="vip", locale="vi"))
    assert page.status_code == 422
    assert "12345" in page.text
    assert "Line 2" in page.text
    assert "Line 3" in page.text
    assert "The same person as in line 1" in page.text
    assert visitors() == []
    sheet = BytesIO("Họ và tên;Điện thoại;Đơn vị\nNguyễn Thị Đào;0912 345 678;Cửa hàng Mẫu\nSai;1;\n".encode())
    page = office.submit(
        f"{place.staff}/visitors/groups/new", {**leader(people="Lê Mai"), "category": "vip", "locale": "vi", "file": (sheet, "a.csv")}
    )  # fmt: skip
    assert page.status_code == 422
    assert "Lê Mai\nNguyễn Thị Đào; 0912 345 678; Cửa hàng Mẫu\nSai; 1" in page.text
    done = office.submit(f"{place.staff}/visitors/groups/new", leader(category="vip", locale="vi"))
    assert done.status_code == 303
    group = db.session.scalars(select(VisitorGroup)).one()
    assert {row.category for row in visitors()} == {BadgeCategory.VIP}
    base = f"{place.staff}/visitors/groups/{group.reference}"
    with counted_queries() as few:
        assert office.get(base).status_code == 200
    office.submit(f"{base}/add", {"people": "\n".join(f"Khách {letter}" for letter in "abcdef")})
    with counted_queries() as many:
        assert "Khách f" in office.get(base).text
    assert len(many) == len(few)
    assert office.get(f"{base}/badges.pdf").data.startswith(b"%PDF-")
    assert office.submit(f"{base}/send", {}).status_code == 303
    assert group.reference in office.get(f"{place.staff}/visitors/groups").text


def test_the_list_of_groups_filters_sorts_exports_and_prints_many(place: Reception, office: Client) -> None:
    path = f"{place.staff}/visitors/groups"
    for name, people, category in (
        ("Hội An", "Lê Mai", "trade"),
        ("Bát Tràng", PEOPLE, "vip"),
        ("Cát Bà", "Vũ Hà\nCao Bình", "trade"),
    ):
        data = leader(name=name, people=people, category=category, locale="vi", leader_email=f"{category}@mau.example")
        assert office.submit(f"{path}/new", data).status_code == 303

    def names(query: str) -> list[str]:
        return re.findall(r"<bdi>(Hội An|Bát Tràng|Cát Bà)</bdi>", office.get(f"{path}?{query}").text)

    with counted_queries() as many:
        assert names("") == ["Cát Bà", "Bát Tràng", "Hội An"]
    with counted_queries() as few:
        assert names("category=vip") == ["Bát Tràng"]
    assert len(many) == len(few)
    assert names("sort=name") == ["Bát Tràng", "Cát Bà", "Hội An"]
    assert names("sort=-people") == ["Bát Tràng", "Cát Bà", "Hội An"]
    assert names("q=hoi an") == ["Hội An"]
    assert names("q=trade@mau.example&source=staff") == ["Cát Bà", "Hội An"]
    assert names("q=nobody&source=web") == []
    assert office.get(f"{path}?cursor=x").status_code == 422
    [_heads, *rows] = sheet_rows(office.get(f"{path}?sort=-people&format=xlsx").data)
    assert [(row[1], int(row[3])) for row in rows] == [("Bát Tràng", 3), ("Cát Bà", 2), ("Hội An", 1)]
    reference = db.session.scalar(select(VisitorGroup.reference).where(VisitorGroup.name == "Cát Bà"))
    assert 'rel="next"' in office.get(f"{path}/{reference}?sort=name").text
    run = office.submit(f"{place.staff}/lists/visitor_groups/act", {"action": "print", "all": "1"}).headers["Location"]
    office.submit(f"{run}/do")
    printed = select(func.count()).select_from(Badge).where(Badge.printed_at.is_not(None))
    assert db.session.scalar(printed) == 6
    assert office.get(f"{run}/document.pdf").data.startswith(b"%PDF")
    office.submit(f"{run}/undo")
    assert db.session.scalar(printed) == 0


def test_lines_in_any_manner() -> None:
    lines = check_lines("Đào\t0912345678\tMẫu\nHùng | Mẫu | hung@mau.example\n\nAn; +84 987 654 321", "VN", most=5)
    assert [(line.number, line.name, line.company, line.email, line.phone) for line in lines] == [
        (1, "Đào", "Mẫu", "", "+84912345678"), (2, "Hùng", "Mẫu", "hung@mau.example", ""), (4, "An", "", "", "+84987654321"),
    ]  # fmt: skip
    assert not any(line.problems for line in lines)
    for text in ("", "\n;\n", "\n".join("abcdefg")):
        with pytest.raises(InvalidInput):
            check_lines(text, "VN", most=5)


# --- press --------------------------------------------------------------------------------------------------------


def test_press_shows_a_card_and_waits(place: Reception, client: Client, new_client: Any) -> None:
    card = {"name": "Nhà Báo", "company_name": "Báo Mẫu", "country": "VN", "email": "bao@mau.example"}
    asked = {**card, "consent_registration": "y"}
    page = client.submit(f"{place.public}/visit/press", asked)
    assert page.status_code == 422
    assert visitors() == []
    page = client.submit(
        f"{place.public}/visit/press", {**asked, "press_file": (BytesIO(b"MZ no picture"), "card.jpg")}
    )
    assert page.status_code == 422
    assert client.submit(f"{place.public}/visit/press", {**asked, "press_card": "IBJ 00123"}).status_code == 303
    [visitor] = visitors()
    assert (visitor.state, visitor.badge_id) == (VisitorState.PENDING, None)
    staff = new_client()
    login(staff, place.user(Role.ORGANISER))
    base = f"{place.staff}/visitors/{visitor.reference}"
    assert "IBJ 00123" in staff.get(base).text
    assert staff.submit(f"{base}/refuse", {"reason": ""}).status_code == 422
    assert staff.submit(f"{base}/refuse", {"reason": "Thẻ hết hạn"}).status_code == 303
    assert client.submit(f"{place.public}/visit/press", {**asked, "press_card": "IBJ 00999"}).status_code == 303
    assert staff.submit(f"{base}/approve", {}).status_code == 303
    db.session.expire_all()
    assert (visitor.state, visitor.press_card) == (VisitorState.REGISTERED, "IBJ 00999")
    assert visitor.badge is not None
    assert visitor.badge.category is BadgeCategory.PRESS
    assert [mail.kind for mail in mails_to("bao@mau.example")] == [
        "visitors/press_received", "visitors/press_refused", "visitors/press_received", "visitors/registered",
    ]  # fmt: skip
    desk = new_client()
    login(desk, place.user(Role.FRONT_DESK))
    assert desk.submit(f"{base}/approve", {}).status_code == 403


# --- duplicates ---------------------------------------------------------------------------------------------------


def test_slips_are_forgiven_and_nobody_gets_two_badges(place: Reception, client: Client) -> None:
    known = place.visitor(name="Nguyễn Văn Khánh", company_name="Gốm Bát Tràng", phone="0912 345 678")
    assert [match.person.id for match in desk_matches(place.fair, "Nguyen Van Kahnh")] == [known.person_id]
    assert [match.person.id for match in desk_matches(place.fair, known.short_number)] == [known.person_id]
    assert is_near("Nguyễn Văn Khánh", "nguyen van khang")
    assert not is_near("Lê Mai", "Vũ Lan")
    assert [h.person.id for h in likely(place.fair, name="Nguyen Van Khan", company="Gom Bat Trang")] == [
        known.person_id
    ]
    assert likely(place.fair, name="Nguyễn Văn Khánh", company="Lụa Vạn Phúc") == []
    login(client, place.user(Role.FRONT_DESK))
    typed = {
        "name": "Nguyễn Văn Khanh",
        "company_name": "Gốm Bát Tràng",
        "contact": "0987 654 321",
        "category": "trade",
    }
    page = client.submit(f"{place.staff}/desk/register", typed, headers={"HX-Request": "true"})
    assert page.status_code == 422
    assert f'value="{known.person_id}"' in page.text
    badges = select(func.count()).select_from(Badge)
    assert db.session.scalar(badges) == 1
    same = client.submit(
        f"{place.staff}/desk/register",
        {**typed, "name": "Nguyễn Văn Khánh", "contact": "0912345678", "is_another": "yes"},
    )
    assert known.reference in same.text
    assert db.session.scalar(badges) == 1
    other = client.submit(f"{place.staff}/desk/register", {**typed, "is_another": "yes"})
    assert other.status_code == 200
    assert db.session.scalar(badges) == 2


def test_guests_from_abroad_read_japanese(place: Reception, client: Client) -> None:
    client.get("/language/ja")
    path = f"{place.public}/visit"
    for page, words in (
        ("", "商談来場者として登録"),
        ("/press", "報道関係者用入場証を申し込む"),
        ("/group", "全員の入場証を受け取る"),
    ):
        shown = client.get(f"{path}{page}").text
        assert '<html lang="ja">' in shown
        assert words in shown
    assert "1行に1名ずつご記入ください" in client.submit(f"{path}/group", leader(people=" ")).text
    assert client.submit(f"{path}/group", leader(country="JP")).status_code == 303
    assert "団体の登録が完了しました" in client.get(f"{path}/group/done").text
    [mail] = mails_to("truong@mau.example")
    assert mail.locale == "ja"
    assert mail.subject.startswith("団体の入場証：")
    [link] = re.findall(r"http://localhost(/vg/[\w-]+)", mail.body)
    assert "参加者を追加" in client.get(link).text
    press = {
        "name": "田中 花子", "company_name": "見本新聞", "country": "JP", "email": "press@mihon.example", "press_card": "12",
        "consent_registration": "y",
    }  # fmt: skip
    assert client.submit(f"{path}/press", press).status_code == 303
    [mail] = mails_to("press@mihon.example")
    assert mail.subject.startswith("記者証を確認しております")
    [link] = re.findall(r"http://localhost(/v/[\w-]+)", mail.body)
    assert "記者証を確認しております" in client.get(link).text


# --- kiosk --------------------------------------------------------------------------------------------------------


def test_a_kiosk_lives_by_its_link(place: Reception, office: Client, new_client: Any) -> None:
    page = office.submit(f"{place.staff}/visitors/kiosks", {"name": "Cửa A", "station": ""})
    [path] = set(re.findall(r"http://localhost(/kiosk/[\w-]+)", page.text))
    tablet, plain = new_client(), path
    path = f"{plain}?lang=en"
    form = {"name": "Vũ Lan", "company_name": "Hàng Mẫu", "contact": "0912 345 678", "consent_registration": "y"}
    assert tablet.submit(path, {**form, "consent_registration": ""}).status_code == 422
    assert tablet.submit(path, {**form, "contact": "vvv"}).status_code == 422
    done = tablet.submit(path, form)
    [visitor] = visitors()
    assert done.headers["Cache-Control"] == "no-store"
    assert f">{visitor.short_number}<" in done.text
    assert "<svg" in done.text
    assert visitor.source == "kiosk"
    again = tablet.submit(path, form)
    assert "registered already" in again.text
    assert "Vũ Lan" not in again.text
    assert "Vũ Lan" not in tablet.get(path).text
    japanese = tablet.get(f"{plain}?lang=ja").text
    assert "来場登録" in japanese
    assert f'action="{plain}?lang=ja"' in japanese
    typed = {"name": "田中 花子", "company_name": "見本", "contact": "h@mihon.example", "consent_registration": "y"}
    assert '<bdi lang="ja"' in tablet.submit(f"{plain}?lang=ja", typed).text, (
        "their own glyphs, though no country was asked for"
    )
    assert '<html lang="vi">' in tablet.get(plain).text, "the next visitor begins in Vietnamese"
    kiosk = db.session.scalars(select(VisitorKiosk)).one()
    assert office.submit(f"{place.staff}/visitors/kiosks/{kiosk.id}/revoke", {}).status_code == 303
    assert tablet.get(path).status_code == 410
    assert tablet.submit(path, form).status_code == 410
    assert office.submit(f"{place.staff}/visitors/kiosks/{kiosk.id}/link", {}).status_code == 409


# --- who counts ---------------------------------------------------------------------------------------------------


def test_who_counts_follows_from_the_table(place: Reception, office: Client) -> None:
    assert {c for c, row in table().items() if row.counting is Counting.NO} == {
        BadgeCategory.PRESS, BadgeCategory.EXHIBITOR, BadgeCategory.COEXHIBITOR, BadgeCategory.ORGANISER,
        BadgeCategory.CONTRACTOR, BadgeCategory.SERVICE,
    }  # fmt: skip
    assert set(table()) == set(BadgeCategory)
    assert counting(place.fair) == {category for category in BadgeCategory if category.counts_as_visitor}
    path = f"{place.staff}/visitors/categories"
    assert office.submit(path, {"category": "vip", "counts": "no", "reason": ""}).status_code == 422
    assert office.submit(path, {"category": "nobody", "counts": "no", "reason": "x"}).status_code == 422
    assert (
        office.submit(path, {"category": "vip", "counts": "no", "reason": "Ban tổ chức quyết định"}).status_code == 303
    )
    db.session.expire_all()
    assert BadgeCategory.VIP not in counting(place.fair)
    assert "Ban tổ chức quyết định" in office.get(path).text
    assert db.session.scalar(select(func.count()).where(AuditEntry.action == "badges.counting")) == 1
    decide_counting(place.fair, BadgeCategory.VIP, None, "Theo bảng", by=SYSTEM)
    assert place.fair.counting == {}
    with transaction():
        db.session.get_one(Fair, place.fair.id).state = FairState.REPORTED
    with pytest.raises(Conflict):
        decide_counting(place.fair, BadgeCategory.VIP, False, "Muộn", by=SYSTEM)


# --- consents and questions ---------------------------------------------------------------------------------------


def test_consents_apart_and_withdrawn_on_the_own_page(
    place: Reception, app: Flask, client: Client, smtp_server: Any
) -> None:
    form = {"name": "Đào", "company_name": "Mẫu", "country": "VN", "email": "dao@mau.example"}
    page = client.get(f"{place.public}/visit").text
    assert "checked" not in page.split('id="consents"')[1].split("</form>")[0]
    client.submit(f"{place.public}/visit", {**form, "consent_registration": "y", "consent_mailings": "y"})
    [visitor] = visitors()
    assert {row.kind: row.given for row in consents_of(visitor)} == {
        "registration": True, "sharing": False, "photos": False, "mailings": True,
    }  # fmt: skip
    assert {row.text_version for row in db.session.scalars(select(Consent))} == {CONSENT_TEXTS}
    deliver(app, smtp_server)
    [mail] = smtp_server.sent_to("dao@mau.example")
    [path] = re.findall(r"http://localhost(/v/[\w-]+)", mail.get_body().get_content())
    assert client.submit(f"{path}/consent", {"kind": "mailings", "given": "no"}).status_code == 303
    assert client.submit(f"{path}/consent", {"kind": "registration", "given": "no"}).status_code == 422
    assert client.submit(f"{path}/consent", {"kind": "mailings", "given": "?"}).status_code == 422
    assert not consents_of(visitor)[3].given
    assert client.submit(f"{path}/withdraw", {}).status_code == 303
    db.session.expire_all()
    assert visitor.state is VisitorState.WITHDRAWN
    assert visitor.badge is not None
    assert visitor.badge.state is BadgeState.REVOKED
    client.submit(f"{place.public}/visit", {**form, "consent_registration": "y"})
    db.session.expire_all()
    assert (len(visitors()), visitor.state) == (1, VisitorState.REGISTERED)
    assert visitor.badge.state is BadgeState.ACTIVE


def test_questions_are_asked_answered_filtered_and_exported(place: Reception, office: Client, new_client: Any) -> None:
    base = f"{place.staff}/visitors/questions"
    question = {
        "kind": "one", "label_vi": "Lĩnh vực?", "label_en": "Field?", "choices": "Bán lẻ | Retail\nXuất khẩu | Export",
        "is_required": "y", "track": "trade",
    }  # fmt: skip
    assert office.submit(f"{base}/new", {**question, "track": "paying"}).status_code == 422
    assert office.submit(f"{base}/new", question).status_code == 303
    assert "Field?" in office.get(base).text
    assert "Field?" in office.get(f"{base}/preview?track=trade").text
    assert "Field?" not in office.get(f"{base}/preview?track=press").text
    guest = new_client()
    form = {
        "name": "Đào",
        "company_name": "Mẫu",
        "country": "VN",
        "email": "dao@mau.example",
        "consent_registration": "y",
    }
    assert guest.submit(f"{place.public}/visit", form).status_code == 422
    [number] = re.findall(r'name="q(\d+)"', guest.get(f"{place.public}/visit").text)[:1]
    assert guest.submit(f"{place.public}/visit", {**form, f"q{number}": "c9"}).status_code == 422
    assert guest.submit(f"{place.public}/visit", {**form, f"q{number}": "c2"}).status_code == 303
    place.visitor(name="Không Hỏi")
    listed = f"{place.staff}/visitors?answer={number}:c2"
    text = office.get(listed).text
    assert "Đào" in text
    assert "Không Hỏi" not in text
    assert "Đào" not in office.get(f"{place.staff}/visitors?answer={number}:c1").text
    assert office.get(f"{place.staff}/visitors?answer=%00:x").status_code == 200
    [visitor] = [one for one in visitors() if one.person.native_name == "Đào"]
    assert "Export" in office.get(f"{place.staff}/visitors/{visitor.reference}").text
    assert office.get(f"{listed}&format=xlsx").status_code == 200
