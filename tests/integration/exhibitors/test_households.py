"""Partners file households by a sheet: dry run, choices, one act, taking back; of others' filings they see nothing."""

from __future__ import annotations

import io
import time
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from fairs.core.db import db
from fairs.core.errors import Conflict, InvalidInput, NotFound
from fairs.core.permissions import Role
from fairs.core.sheets import workbook
from fairs.core.storage import Upload
from fairs.directory.models import Company
from fairs.directory.queries import product_groups, villages
from fairs.exhibitors.household_queries import filing_for
from fairs.exhibitors.household_sheet import COLUMNS, name_key, place_key, template_sheets
from fairs.exhibitors.households import (
    NothingToFile,
    file_households,
    keep_choices,
    look_over,
    may_take_back,
    read_filing,
    take_back,
)
from fairs.exhibitors.models import Exhibitor, HouseholdFiling
from fairs.exhibitors.service import accept_application
from fairs.exhibitors.states import ExhibitorState
from fairs.messages.models import OutboxMessage
from tests.factories.exhibitors import Office, actor_of, new_office
from tests.support.client import Client, login
from tests.support.queries import counted_queries

S = ExhibitorState
HEADS = [column.heads[0] for column in COLUMNS]


def sheet(*rows: dict[str, str], heads: list[str] | None = None) -> Upload:
    lines = [";".join(heads or HEADS)]
    lines += [";".join(row.get(column.key, "") for column in COLUMNS) for row in rows]
    return Upload("danh sách.csv", "\n".join(lines).encode())


def household(name: str, **values: str) -> dict[str, str]:
    return {"name": name, "groups": "CER", "phone": "0912345678", "commune": "Xã Bát Tràng", **values}


def read(office: Office, *rows: dict[str, str], role: Role = Role.PARTNER) -> HouseholdFiling:
    return read_filing(office.fair, sheet(*rows), "UBND xã Bát Tràng", by=actor_of(office.staff(role)))


@pytest.mark.parametrize(
    ("one", "other"),
    [("Hộ gốm Nguyễn Văn Mẫu", "HKD GỐM NGUYEN VAN MAU"), ("Cơ sở Gốm  Hương-Sa", "gốm hương sa"),
     ("Công ty TNHH Đức Phong", "Cty TNHH Duc Phong"), ("Ông Trần Lê", "Hộ bà Trần Lê")],
)  # fmt: skip
def test_two_spellings_are_one_name(one: str, other: str) -> None:
    assert name_key(one) == name_key(other)
    assert place_key("Xã Bát Tràng, Hà Nội") == place_key("bat trang") != place_key("Vạn Phúc")


def test_the_dry_run_names_each_row_that_does_not_fit(app: Flask) -> None:
    office = new_office()
    applied = office.submitted(name="Gốm Đã Nộp", commune="Xã Bát Tràng")
    filing = read(
        office,
        household("Hộ Một"), household(""), household("Hộ Ba", groups="Tên lửa"), household("Hộ Bốn", village="Sao Hỏa"),
        household("hộ   MỘT", commune="bát tràng"), household("Hộ Sáu", phone="12"), household("Hộ Bảy", booths="99"),
        household("Hộ Tám", tax_code="123"), household("HKD Gom da nop"), household("Hộ Mười", support="có lẽ"),
        household("Hộ Lụa", groups="CER | LAC"),
        household("Hộ Tên Dài " + "x" * 250),
    )  # fmt: skip
    lines = {line.row.line: line for line in look_over(filing)}
    assert sorted(number for number, line in lines.items() if line.problems) == [3, 4, 5, 6, 7, 8, 9, 10, 11, 13]
    assert "2" in str(lines[6].problems[0])
    assert applied.reference in str(lines[10].problems[0])
    assert [line.choice for line in lines.values() if not line.problems] == ["new", "new"]
    assert db.session.scalar(select(func.count()).select_from(Exhibitor)) == 1


def test_who_is_known_is_proposed_or_asked(app: Flask) -> None:
    office = new_office()
    near = office.company(name="Cơ sở gốm Hương Sa", commune="Xã Bát Tràng, Hà Nội")
    far = office.company(name="Gốm Lan Anh", commune="Xã Vạn Phúc")
    coded = office.company(name="Tên Cũ", tax_code="0100109106")
    by = actor_of(office.staff(Role.PARTNER))
    filing = read(
        office, household("Hộ GỐM HƯƠNG SA"), household("Gốm Lan Anh"), household("Tên Mới", tax_code="0100109106"),
        household("Người Mới", contact="Bà Mới", booths="2", support="có", products="Bát"),
    )  # fmt: skip
    assert [line.choice for line in look_over(filing)] == [str(near.id), "", str(coded.id), "new"]
    with pytest.raises(InvalidInput):
        file_households(filing, agreed=True, by=by)
    with pytest.raises(InvalidInput) as caught:
        file_households(filing, agreed=False, by=by)
    assert caught.value.field == "agreed"
    asked = look_over(filing)[1].row.id
    keep_choices(filing, {asked: "999999"}, by=by)  # not one of those that it may be
    assert look_over(filing)[1].choice == ""
    keep_choices(filing, {asked: "new"}, by=by)
    assert file_households(filing, agreed=True, by=by) == 4
    made = db.session.scalars(select(Exhibitor).order_by(Exhibitor.id)).all()
    assert [row.company_id for row in made][:3:2] == [near.id, coded.id]
    assert made[1].company_id != far.id
    last = made[3]
    assert (last.state, last.source, last.track, last.booth_count, last.contact_name) == (
        S.SUBMITTED, "commune", "supported", 2, "Bà Mới",
    )  # fmt: skip
    assert db.session.scalar(select(func.count()).select_from(OutboxMessage)) == 0
    with pytest.raises(Conflict):
        file_households(filing, agreed=True, by=by)
    again = read(office, household("Cơ sở GỐM hương sa"), household("Khác"))
    assert look_over(again)[0].problems
    keep_choices(again, {row.id: "skip" for row in again.rows}, by=by)
    with pytest.raises(NothingToFile):
        file_households(again, agreed=True, by=by)


def test_nothing_is_half_filed(app: Flask) -> None:
    office = new_office()
    filing = read(office, household("Hộ Một"), household("Hộ Hai"), household("Hộ Ba", tax_code="0100109106"))
    by = actor_of(office.staff(Role.PARTNER))
    assert {line.choice for line in look_over(filing)} == {"new"}
    office.submitted(name="Hộ Hai", commune="Xã Bát Tràng")
    clash = office.submitted(name="Ba", tax_code="0100109106")
    assert file_households(filing, agreed=True, by=by) == 1  # the others have applied meanwhile: left out, not doubled
    rows = db.session.scalars(select(Exhibitor).where(Exhibitor.source == "commune")).all()
    assert [row.company.name for row in rows] == ["Hộ Một"]
    assert clash.company.name == "Ba"


def test_taking_back_until_something_is_decided(app: Flask) -> None:
    office = new_office()
    by = actor_of(office.staff(Role.PARTNER))
    filing = read(office, household("Hộ Một"), household("Hộ Hai"))
    file_households(filing, agreed=True, by=by)
    assert take_back(filing, by=by) == 2
    assert {row.state for row in db.session.scalars(select(Exhibitor))} == {S.WITHDRAWN}
    with pytest.raises(Conflict):
        take_back(filing, by=by)
    second = read(office, household("Hộ Một"), household("Hộ Hai"))
    file_households(second, agreed=True, by=by)
    rows = db.session.scalars(select(Exhibitor).order_by(Exhibitor.id)).all()
    assert [row.state for row in rows] == [S.SUBMITTED, S.SUBMITTED]  # the same two, filed anew
    accept_application(rows[0], by=by)
    assert not may_take_back(second)
    with pytest.raises(Conflict):
        take_back(second, by=by)


def test_partners_see_only_what_they_filed(app: Flask, new_client: Any) -> None:
    office, elsewhere = new_office(), new_office()
    filing = read(office, household("Hộ Của Tôi"))
    file_households(filing, agreed=True, by=actor_of(office.staff(Role.PARTNER)))
    mine = db.session.scalars(select(Exhibitor)).one()
    other = new_office()
    other.fair, other.users = office.fair, {}
    base = f"/fairs/{office.fair.slug}/households"
    paths = (f"{base}/{filing.id}", f"{base}/applications/{mine.reference}")
    for person, code in (
        (office.staff(Role.PARTNER), 200), (other.staff(Role.PARTNER), 404), (office.staff(Role.ORGANISER), 200),
        (office.staff(Role.GATE_SUPERVISOR), 403), (elsewhere.staff(Role.PARTNER), 403),
    ):  # fmt: skip
        client = new_client()
        login(client, person)
        assert [client.get(path).status_code for path in paths] == [code, code]
        shown = client.get(base)
        assert ("Hộ Của Tôi" in shown.get_data(as_text=True)) is (code == 200)
        if code == 404:
            assert client.submit(paths[0], {"do": "back"}).status_code == 404
    with pytest.raises(NotFound):
        filing_for(elsewhere.fair.id, filing.id, filing.by_id, sees_all=True)
    partner = new_client()
    login(partner, office.staff(Role.PARTNER))
    foreign = office.submitted()
    assert partner.get(f"/fairs/{office.fair.slug}/exhibitors/{foreign.reference}").status_code == 403
    assert partner.get(f"{base}/applications/{foreign.reference}").status_code == 404


def test_the_pages_from_template_to_filed(app: Flask, client: Client) -> None:
    office = new_office()
    login(client, office.staff(Role.PARTNER))
    base = f"/fairs/{office.fair.slug}/households"
    template = client.get(f"{base}/template.xlsx").get_data()
    again = client.submit(base, {"organisation": "", "file": (io.BytesIO(template), "mẫu.xlsx")})
    assert (again.status_code, 'id="organisation-error"' in again.get_data(as_text=True)) == (422, True)
    for content, name in ((b"", "rỗng.csv"), (b"PK\x03\x04xx", "hỏng.xlsx"), (b"Ten,Tuoi\nA,1\n", "khác.csv")):
        wrong = client.submit(base, {"organisation": "UBND xã", "file": (io.BytesIO(content), name)})
        assert (wrong.status_code, 'id="file-error"' in wrong.get_data(as_text=True)) == (422, True), name
        assert "UBND xã" in wrong.get_data(as_text=True)
    assert client.submit(base, {"organisation": "UBND xã"}).status_code == 422
    made = client.submit(base, {"organisation": "UBND xã", "file": (io.BytesIO(template), "mẫu.xlsx")})
    page = made.headers["Location"]
    assert "Hộ gốm Nguyễn Văn Mẫu" in client.get(page).get_data(as_text=True)
    bare = client.submit(page, {"do": "file"})
    assert (bare.status_code, 'id="agreed-error"' in bare.get_data(as_text=True)) == (422, True)
    assert client.submit(page, {"do": "dance"}).status_code == 422
    assert client.submit(page, {"do": "file", "agreed": "1", "choice-x": "new"}).status_code == 303
    filed = client.get(page).get_data(as_text=True)
    row = db.session.scalars(select(Exhibitor)).one()
    assert row.reference in filed
    assert client.submit(page, {"do": "back"}).status_code == 303
    assert client.submit(page, {"do": "back"}).status_code == 303  # pressed twice: nothing more happens
    assert db.session.get_one(Exhibitor, row.id).state is S.WITHDRAWN
    assert client.get(f"{base}?state=nonsense&q=%00&cursor=abc").status_code in {200, 422}


def test_five_hundred_rows_take_seconds_and_few_queries(app: Flask) -> None:
    office = new_office()
    rows = [household(f"Hộ Gốm Số {n}", phone=f"0912{n:06d}") for n in range(500)]
    begun = time.perf_counter()
    filing = read(office, *rows)
    with counted_queries() as found:
        assert len(look_over(filing)) == 500
    assert len(found) <= 8
    file_households(filing, agreed=True, by=actor_of(office.staff(Role.PARTNER)))
    took = time.perf_counter() - begun
    assert db.session.scalar(select(func.count()).select_from(Company)) == 500
    assert took < 60, took  # a few seconds on an idle machine


def test_the_template_is_read_as_it_is_written(app: Flask) -> None:
    office = new_office()
    content = workbook(template_sheets(product_groups(), villages()), time_zone="Asia/Ho_Chi_Minh")
    by = actor_of(office.staff(Role.PARTNER))
    filing = read_filing(office.fair, Upload("mau.xlsx", content), "Hội làng nghề", by=by)
    (line,) = look_over(filing)
    assert (line.problems, line.household.track, bool(line.household.company.village_id)) == ([], "supported", True)
