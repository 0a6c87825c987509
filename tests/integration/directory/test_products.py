"""Products: described by their company or by staff for it, seen by nobody else; photos are made anew."""

from __future__ import annotations

import io
from typing import Any

from flask import Flask
from PIL import Image
from sqlalchemy import func, select

from fairs.audit.models import AuditEntry
from fairs.core.db import db
from fairs.core.permissions import Role
from fairs.core.storage import StoredFile, stored_keys
from fairs.directory.models import Product, ProductPhoto
from fairs.directory.products import MOST_PHOTOS, products_of
from fairs.directory.service import join_company
from tests.factories.exhibitors import actor_of, new_office, new_user
from tests.support.client import Client, login

TYPED: dict[str, Any] = {
    "name_vi": "Bình hoa men rạn", "name_en": "Crackle vase", "group_code": "CER", "village_id": "", "hs_code": "691300",
    "unit": "PCE", "minimum_order": "50", "capacity_month": "", "price_min": "12,50", "price_max": "16", "currency": "USD",
    "incoterm": "FOB", "certificates": "ISO 9001", "is_public": "y",
}  # fmt: skip


def picture(form: str = "JPEG", size: tuple[int, int] = (900, 600), **extra: Any) -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", size, "#336699").save(buffer, form, **extra)
    return buffer.getvalue()


def with_place() -> bytes:
    """A photo as a telephone takes it: turned, and telling where it was taken."""
    exif = Image.Exif()
    exif[0x0112] = 6
    exif.get_ifd(0x8825)[2] = (21.0, 1.0, 42.0)
    return picture(exif=exif)


def photos(*contents: bytes) -> list[tuple[io.BytesIO, str]]:
    return [(io.BytesIO(content), f"anh{n}.jpg") for n, content in enumerate(contents)]


def test_an_exhibitor_describes_changes_orders_and_removes(app: Flask, client: Client) -> None:
    office, user = new_office(), new_user()
    company = office.company(user)
    login(client, user)
    base = f"/my/companies/{company.id}/products"
    assert "No product is described yet" in client.get(base).text
    made = client.submit(f"{base}/new", {**TYPED, "photos": photos(with_place(), picture("PNG"))})
    assert (made.status_code, made.headers["Location"]) == (303, base)
    client.submit(f"{base}/new", {**TYPED, "name_vi": "Đĩa", "price_max": "", "hs_code": ""})
    vase, plate = products_of(company.id)
    assert (vase.hs_code, vase.price_min and vase.price_min.amount_minor, vase.price_max_minor) == (
        "6913.00",
        1250,
        1600,
    )
    assert (vase.folded, vase.position, plate.position) == ("binh hoa men ran crackle vase", 1, 2)
    first, second = vase.photos
    gone, token = first.token, second.token
    assert (first.width, first.height) == (600, 900)  # turned upright
    kept = client.get(f"/photos/{first.token}/large.webp")
    with Image.open(io.BytesIO(kept.data)) as shown:
        assert (shown.format, shown.size, len(shown.getexif())) == ("WEBP", (600, 900), 0)

    client.submit(f"{base}/{plate.id}/do", {"act": "up"})
    assert [one.name_vi for one in products_of(company.id)] == ["Đĩa", "Bình hoa men rạn"]
    client.submit(f"{base}/{vase.id}/do", {"act": "photo-first", "photo": token})
    client.submit(f"{base}/{vase.id}/do", {"act": "photo-remove", "photo": gone})
    assert client.get(f"/photos/{gone}/large.webp").status_code == 404
    assert client.submit(f"{base}/{vase.id}", {**TYPED, "name_en": "Vase", "is_public": ""}).status_code == 303
    changed = db.session.get_one(Product, vase.id)
    assert (changed.name_en, changed.is_public, len(changed.photos)) == ("Vase", False, 1)
    files = set(stored_keys())
    client.submit(f"{base}/{vase.id}/do", {"act": "remove"})
    assert [one.name_vi for one in products_of(company.id)] == ["Đĩa"]
    assert (db.session.scalar(select(func.count(StoredFile.id))), len(files - set(stored_keys()))) == (0, 2)
    acts = set(db.session.scalars(select(AuditEntry.action).where(AuditEntry.subject_type == "Company")))
    assert acts >= {f"directory.{act}" for act in ("add_product", "change_product", "remove_product", "add_photos")}


BAD: tuple[tuple[dict[str, str], str], ...] = (
    ({"name_vi": " \u200b "}, "Please fill this in."),
    ({"group_code": "XXX"}, "Please choose from the list."),
    ({"village_id": "999999"}, "Please choose from the list."),
    ({"unit": "<b>"}, "Please choose from the list."),
    ({"hs_code": "0102"}, "Write four or six digits"),
    ({"hs_code": "6913.00.11"}, "Write four or six digits"),
    ({"minimum_order": "0"}, "Between 1 and"),
    ({"capacity_month": "viele"}, "Write a whole number."),
    ({"price_min": "0"}, "A price is above zero"),
    ({"price_min": "12.345.67"}, "Write a number"),
    ({"price_min": "20", "price_max": "10"}, "The highest price is below the lowest."),
    ({"price_min": "1.2345"}, "has no such small units"),
    ({"currency": "XXX"}, "Please choose from the list."),
    ({"incoterm": "FOO"}, "Please choose from the list."),
    ({"name_en": "x" * 201}, "At most 200 characters."),
)


def test_bad_input_is_answered_at_its_place_and_kept(app: Flask, client: Client) -> None:
    office, user = new_office(), new_user()
    company = office.company(user)
    login(client, user)
    for change, told in BAD:
        answer = client.submit(f"/my/companies/{company.id}/products/new", {**TYPED, **change})
        assert (answer.status_code, told in answer.text, "ISO 9001" in answer.text) == (422, True, True), change
    assert products_of(company.id) == []


NO_PHOTOS = {
    "svg": b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
    "html": b"<!doctype html><script>alert(1)</script>",
    "pdf": b"%PDF-1.4\n%%EOF",
    "gif": b"GIF89a" + bytes(40),
    "torn": picture()[:400],
    "empty": b"",
    "tiny": picture(size=(60, 900)),
}


def test_what_is_no_photo_is_refused_by_its_content(app: Flask, client: Client) -> None:
    office, user = new_office(), new_user()
    company = office.company(user)
    login(client, user)
    for name, content in NO_PHOTOS.items():
        files = photos(picture(size=(220, 220)), content)
        answer = client.submit(f"/my/companies/{company.id}/products/new", {**TYPED, "photos": files})
        assert answer.status_code == 422, name
    assert db.session.scalar(select(func.count(ProductPhoto.id))) == 0
    assert products_of(company.id) == []


def test_no_more_photos_than_fit(app: Flask, client: Client) -> None:
    office, user = new_office(), new_user()
    company = office.company(user)
    login(client, user)
    small = picture(size=(220, 220))
    base = f"/my/companies/{company.id}/products"
    assert client.submit(f"{base}/new", {**TYPED, "photos": photos(*[small] * MOST_PHOTOS)}).status_code == 303
    (product,) = products_of(company.id)
    more = client.submit(f"{base}/{product.id}", {**TYPED, "photos": photos(small)})
    assert (more.status_code, "At most 6 photos" in more.text) == (422, True)


def test_whose_products_they_are(app: Flask, new_client: Any) -> None:
    """The owner, a team mate, staff: yes. A stranger: as if there were none, also for the photo of a hidden product."""
    office, owner, mate, stranger = new_office(), new_user(), new_user(), new_user()
    company = office.company(owner)
    join_company(mate.id, company, by=actor_of(owner), is_owner=False)
    other = office.company(stranger)
    base = f"/my/companies/{company.id}/products"
    boss, friend, alien, desk, auditor = (new_client() for _ in range(5))
    login(boss, owner)
    login(friend, mate)
    login(alien, stranger)
    login(desk, office.staff(Role.FRONT_DESK))
    login(auditor, office.staff(Role.AUDITOR))
    boss.submit(f"{base}/new", {**TYPED, "name_en": "", "is_public": "", "photos": photos(picture())})
    (product,) = products_of(company.id)
    token = product.photos[0].token
    assert (
        friend.submit(f"{base}/{product.id}", {**TYPED, "name_vi": "Bình", "name_en": "", "is_public": ""}).status_code
        == 303
    )
    assert {
        boss.get(f"/photos/{token}/thumb.webp").status_code,
        desk.get(f"/photos/{token}/thumb.webp").status_code,
    } == {200}
    for path in (
        base,
        f"{base}/new",
        f"{base}/{product.id}",
        f"/my/companies/{other.id}/products/{product.id}",
        f"/photos/{token}/thumb.webp",
        f"/photos/{token}/odd.webp",
    ):
        assert alien.get(path).status_code == 404, path
    for path in (
        f"{base}/new",
        f"{base}/{product.id}",
        f"{base}/{product.id}/do",
        f"/my/companies/{other.id}/products/{product.id}/do",
    ):
        assert alien.submit(path, {**TYPED, "act": "remove"}).status_code == 404, path
    assert new_client().get(f"/photos/{token}/thumb.webp").status_code == 404
    staff = f"/directory/companies/{company.id}/products"
    assert "Bình" in desk.get(staff).text and "Bình" in auditor.get(staff).text
    assert desk.submit(f"{staff}/new", {**TYPED, "name_vi": "Khay", "name_en": ""}).status_code == 303
    assert auditor.submit(f"{staff}/new", TYPED).status_code == 403
    assert auditor.get(f"{staff}/{product.id}").status_code == 403
    assert [one.name_vi for one in products_of(company.id)] == ["Bình", "Khay"]
    assert "Khay" in desk.get(f"/directory/companies/{company.id}").text
