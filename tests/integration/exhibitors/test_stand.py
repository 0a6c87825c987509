"""Companies that share a stand: who may enter them, what counts, what everybody sees; products chosen for a fair."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from flask import Flask

from fairs.booths.models import BoothBooking
from fairs.booths.states import BookingState
from fairs.core.actor import SYSTEM
from fairs.core.db import db, transaction
from fairs.core.errors import Conflict, InvalidInput, NotFound
from fairs.core.permissions import Role
from fairs.directory.models import Company
from fairs.directory.products import ProductDraft, remove_product, save_product
from fairs.directory.service import CompanyDraft
from fairs.exhibitors.models import StandCompany
from fairs.exhibitors.queries import count_public
from fairs.exhibitors.service import (
    ProductsDraft,
    accept_application,
    save_products,
    submit_application,
    withdraw_application,
)
from fairs.exhibitors.sharing import StandDraft, add_company, count_co_exhibitors, remove_company, stand_companies
from fairs.exhibitors.states import ExhibitorState
from fairs.reports.measures import booths
from fairs.site.catalogue import CatalogueFilter, page_of_products, shown_product
from tests.factories.booths import new_ground
from tests.factories.exhibitors import AGREED, actor_of, new_office, new_user
from tests.support.client import Client, login
from tests.support.queries import counted_queries

S = ExhibitorState


def beside(name: str, kind: str = "co", **values: Any) -> StandDraft:
    return StandDraft(CompanyDraft(name=name, country="VN"), kind, "Đèn lồng tre", **values)


def test_co_exhibitors_count_and_represented_companies_do_not(app: Flask) -> None:
    ground = new_ground()
    main = ground.exhibitor()
    booking = ground.reserve("A-001", main)
    with transaction():
        db.session.get_one(BoothBooking, booking.id).state = BookingState.CONFIRMED
    first = booths([ground.fair], ground.fair.today)
    add_company(main, beside("Hộ đi cùng"), by=SYSTEM)
    add_company(main, beside("Hãng được giới thiệu", "represented"), by=SYSTEM)
    then = booths([ground.fair], ground.fair.today)
    assert first is not None and then is not None
    assert (first.value, [one.value for one in first.beside][:2]) == (
        then.value,
        [one.value for one in then.beside][:2],
    )
    assert (first.beside[2].value, then.beside[2].value) == (Decimal(1), Decimal(2))
    assert (count_public(ground.fair.id), count_co_exhibitors([main.id])) == (2, 1)
    other = ground.exhibitor()
    add_company(other, beside("Hộ đi cùng"), by=SYSTEM)  # on two stands it is still one exhibitor
    assert (count_public(ground.fair.id), count_co_exhibitors([main.id, other.id])) == (3, 1)


def test_what_cannot_be_on_a_stand(app: Flask) -> None:
    office = new_office()
    row = office.submitted(name="Gốm Chủ")
    office.submitted(name="Gốm Tự Đăng Ký")
    add_company(row, beside("Gốm Cùng Gian"), by=SYSTEM)
    for draft, field in (
        (beside("GOM CHU"), "name"), (beside("gốm cùng gian"), "name"), (beside("Gom tu dang ky"), "name"),
        (beside("Mới", "guest"), "kind"), (beside("Mới", contact_email="nobody"), "contact_email"),
        (beside("Mới", contact_phone="abc"), "contact_phone"), (beside(""), "name"),
    ):  # fmt: skip
        with pytest.raises(InvalidInput) as caught:
            add_company(row, draft, by=SYSTEM)
        assert caught.value.field == field
    add_company(row, beside("Gốm Tự Đăng Ký", "represented"), by=SYSTEM)
    withdraw_application(row, by=SYSTEM)
    with pytest.raises(Conflict):
        add_company(row, beside("Muộn"), by=SYSTEM)
    with pytest.raises(NotFound):
        remove_company(office.submitted(), stand_companies(row.id)[0].id, by=SYSTEM)


def test_owner_team_and_staff_but_no_stranger(app: Flask, new_client: Any) -> None:
    office = new_office()
    owner = new_user()
    row = office.submitted(owner)
    typed = {"kind": "co", "name": "Hộ Bạn", "country": "VN", "products": "Nón", "contact_phone": "0912345678"}
    page, theirs = f"/my/{office.fair.slug}/stand", f"/fairs/{office.fair.slug}/exhibitors/{row.reference}/stand"
    mine = new_client()
    login(mine, owner)
    wrong = mine.submit(page, {**typed, "name": "", "contact_phone": "12"})
    assert (wrong.status_code, 'id="name-error"' in wrong.get_data(as_text=True)) == (422, True)
    assert "Nón" in wrong.get_data(as_text=True)
    assert mine.submit(page, typed).status_code == 303
    (one,) = stand_companies(row.id)
    assert "Hộ Bạn" in mine.get(f"/my/{office.fair.slug}").get_data(as_text=True)
    stranger = new_client()
    login(stranger, new_user())
    for path in (f"{page}?company={row.company_id}", page):
        assert stranger.get(path).status_code == 404
    assert stranger.submit(f"{page}/{one.id}/remove?company={row.company_id}").status_code == 404
    clerk = new_client()
    login(clerk, office.staff(Role.ORGANISER))
    assert clerk.submit(theirs, {**typed, "kind": "represented", "name": "Hãng Xa"}).status_code == 303
    assert "Hãng Xa" in clerk.get(f"/fairs/{office.fair.slug}/exhibitors/{row.reference}").get_data(as_text=True)
    assert clerk.submit(f"{theirs}/{one.id}/remove").status_code == 303
    assert [shared.kind for shared in stand_companies(row.id)] == ["represented"]
    auditor = new_client()
    login(auditor, office.staff(Role.AUDITOR))
    assert auditor.get(theirs).status_code == 403
    company = db.session.get_one(StandCompany, stand_companies(row.id)[0].id).company_id
    assert "Represented company" in clerk.get(f"/directory/companies/{company}").get_data(as_text=True)


def product(company: Company, name: str) -> Any:
    return save_product(company, ProductDraft(name, "CER"), by=SYSTEM)


def test_the_public_catalogue_shows_what_was_chosen_and_who_shares_the_stand(app: Flask, client: Client) -> None:
    office = new_office()
    user = new_user()
    row = office.draft(user, name="Gốm Chọn Hàng")
    vase, bowl = product(row.company, "Bình chọn"), product(row.company, "Bát ở nhà")
    draft = ProductsDraft(("CER",), "Gốm", "", "paying", [vase.id])
    save_products(row, draft, by=actor_of(user))
    with pytest.raises(InvalidInput):
        save_products(row, ProductsDraft(("CER",), "Gốm", "", "paying", [vase.id, 99_999]), by=actor_of(user))
    shared = add_company(row, beside("Hộ Cùng Gian"), by=SYSTEM)
    lamp = product(shared.company, "Đèn cùng gian")
    add_company(row, beside("Hãng Giới Thiệu", "represented"), by=SYSTEM)
    accept_application(office.submitted(name="Gốm Khác"), by=SYSTEM)
    accept_application(submit_application(row, AGREED, by=SYSTEM), by=SYSTEM)
    names = {one.name_vi for one in page_of_products(office.fair.id, CatalogueFilter()).items}
    assert names == {"Bình chọn", "Đèn cùng gian"}
    assert shown_product(office.fair.id, lamp.id)[1].id == row.id
    with pytest.raises(NotFound):
        shown_product(office.fair.id, bowl.id)
    base = f"/f/{office.fair.slug}"
    page = client.get(f"{base}/exhibitors/{row.reference}").get_data(as_text=True)
    assert [text in page for text in ("Bình chọn", "Bát ở nhà", "Hộ Cùng Gian", "Đèn cùng gian", "Hãng Giới Thiệu")] == [
        True, False, True, True, True,
    ]  # fmt: skip
    found = client.get(f"{base}/exhibitors?q=ho+cung").get_data(as_text=True)
    assert ("Gốm Chọn Hàng" in found, "Gốm Khác" in found) == (True, False)
    product_page = client.get(f"{base}/products/{lamp.id}").get_data(as_text=True)
    assert "Hộ Cùng Gian" in product_page
    remove_product(row.company, vase, by=SYSTEM)  # nothing is chosen any more: all is shown
    assert shown_product(office.fair.id, bowl.id)[0].id == bowl.id


def test_the_list_of_exhibitors_takes_as_many_queries_with_shared_stands(app: Flask, client: Client) -> None:
    office = new_office()
    counts = []
    for _round in range(2):
        for _n in range(1 + 2 * _round):
            row = accept_application(office.submitted(), by=SYSTEM)
            add_company(row, beside(f"Hộ {row.reference}"), by=SYSTEM)
        path = f"/f/{office.fair.slug}/exhibitors?x={_round}"
        with counted_queries() as found:
            assert client.get(path).status_code == 200
        counts.append(len(found))
    assert counts[0] == counts[1]
