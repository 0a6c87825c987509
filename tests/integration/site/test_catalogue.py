"""The public catalogue: search, filters, pages; what search engines read; the same number of queries however much there is."""

from __future__ import annotations

import json
import re
from typing import Any
from urllib.parse import unquote

import pytest
from flask import Flask

from fairs.calendar.states import FairState
from fairs.core.actor import SYSTEM
from fairs.core.clock import now
from fairs.core.db import db, transaction
from fairs.directory.models import Company, CraftVillage, Product
from fairs.directory.products import ProductDraft, save_product
from fairs.exhibitors.models import Exhibitor
from fairs.exhibitors.service import accept_application
from fairs.site.catalogue import CatalogueFilter, page_of_products
from tests.factories.exhibitors import Office, actor_of, new_office
from tests.support.client import Client
from tests.support.queries import counted_queries

ENGLISH = {"Accept-Language": "en"}
BASE = "http://localhost"


def shown(office: Office, name: str = "Gốm Đức Phát", *products: str, **values: Any) -> tuple[Exhibitor, list[Product]]:
    """An accepted exhibitor with products."""
    exhibitor = accept_application(office.submitted(name=name), by=actor_of(office.staff()))
    return exhibitor, [
        save_product(exhibitor.company, ProductDraft(**{"name_vi": one, "group_code": "CER", **values}), by=SYSTEM)
        for one in products
    ]


def village(name: str) -> CraftVillage:
    return db.session.query(CraftVillage).filter_by(name=name).one()


def test_products_are_found_by_name_maker_group_and_village(app: Flask, client: Client) -> None:
    office = new_office()
    shown(office, "Gốm Đức Phát", "Bình hoa men rạn", village_id=village("Bát Tràng").id)
    shown(office, "Lụa Vạn Phúc", "Khăn lụa", group_code="SLK", name_en="Silk scarf", village_id=village("Vạn Phúc").id)
    hidden = office.submitted(name="Chưa duyệt")
    save_product(hidden.company, ProductDraft("Chưa ai thấy", "CER"), by=SYSTEM)
    base = f"/f/{office.fair.slug}/products"

    def found(query: str, language: str = "vi") -> set[str]:
        text = client.get(f"{base}?{query}", headers={"Accept-Language": language}).text
        return {name for name in ("Bình hoa men rạn", "Khăn lụa", "Silk scarf", "Chưa ai thấy") if name in text}

    assert found("") == {"Bình hoa men rạn", "Khăn lụa"}
    assert found("", "en") == {"Bình hoa men rạn", "Silk scarf"}
    assert found("q=BINH+HOA") == {"Bình hoa men rạn"} == found("q=duc+phat")
    assert found("q=scarf") == {"Khăn lụa"} == found("group=SLK") == found(f"village={village('Vạn Phúc').id}")
    assert found("group=SLK&q=binh") == set() == found("q=%25") == found("village=99999999")
    assert "No product fits" in client.get(f"{base}?q=xyz", headers=ENGLISH).text
    exhibitors = f"/f/{office.fair.slug}/exhibitors"
    with transaction():
        db.session.query(Company).filter_by(name="Lụa Vạn Phúc").one().village_id = village("Vạn Phúc").id
    text = client.get(f"{exhibitors}?village={village('Vạn Phúc').id}").text
    assert "Lụa Vạn Phúc" in text and "Gốm Đức Phát" not in text


def test_pages_lead_through_everything_once(app: Flask) -> None:
    office = new_office()
    for n in range(3):
        shown(office, f"Cơ sở {n}", *(f"Sản phẩm {n}.{m}" for m in range(3)))
    seen: list[str] = []
    cursor: str | None = None
    for _ in range(9):
        page = page_of_products(office.fair.id, CatalogueFilter(), cursor=cursor, limit=2)
        seen += [one.name_vi for one in page.items]
        cursor = page.next
        if cursor is None:
            break
    assert seen == [f"Sản phẩm {n}.{m}" for m in range(3) for n in range(3)]


def test_queries_do_not_grow_with_what_is_shown(app: Flask, client: Client) -> None:
    office = new_office()
    exhibitor, products = shown(office, "Gốm A", "Bình A")
    shown(office, "Gốm B", "Bình B")
    paths = ["", "products", "exhibitors", f"products/{products[0].id}", f"exhibitors/{exhibitor.reference}"]

    def costs() -> list[int]:
        numbers = []
        for path in paths:
            with counted_queries() as statements:
                # A query of its own each time, so that no kept page answers.
                assert client.get(f"/f/{office.fair.slug}/{path}?x={now().timestamp()}").status_code == 200
            numbers.append(len(statements))
        return numbers

    costs()
    before = costs()
    shown(office, "Gốm C", "Bình C", "Đĩa C")
    shown(office, "Gốm D", "Bình D", "Đĩa D")
    save_product(exhibitor.company, ProductDraft("Đĩa A", "CER"), by=SYSTEM)
    assert costs() == before


def test_a_product_says_who_makes_it_and_what_to_do_next(app: Flask, client: Client) -> None:
    office = new_office()
    exhibitor, (product,) = shown(
        office, "Gốm Đức Phát", "Bình </script><script>alert(1)</script>", description_en="A vase", hs_code="6913",
        minimum_order=50, certificates="ISO 9001",
    )  # fmt: skip
    path = f"/f/{office.fair.slug}/products/{product.id}"
    text = client.get(path, headers=ENGLISH).text
    for part in (
        "Gốm Đức Phát",
        "50 pieces",
        "ISO 9001",
        "Statuettes",
        f"/f/{office.fair.slug}/importers/register",
        "crafts/cer.svg",
    ):
        assert part in text, part
    assert f"/f/{office.fair.slug}/exhibitors/{exhibitor.reference}" in text
    assert "<script>alert" not in text and exhibitor.contact_email not in text
    data = {
        part["@type"]: part for part in map(json.loads, re.findall(r"ld\+json\"[^>]*>(.*?)</script>", text, re.DOTALL))
    }
    assert (data["Product"]["manufacturer"]["name"], data["Product"]["category"]) == (
        "Gốm Đức Phát",
        "Ceramics and porcelain",
    )
    assert [step["name"] for step in data["BreadcrumbList"]["itemListElement"]][:3] == [
        "Fairs",
        office.fair.name_en,
        "Products",
    ]
    assert f'<link rel="canonical" href="{BASE}{path}?lang=en">' in text
    assert f'hreflang="vi" href="{BASE}{path}?lang=vi"' in text

    save_product(exhibitor.company, ProductDraft("Bình", "CER", is_public=False), by=SYSTEM, product=product)
    assert client.get(path).status_code == 404
    elsewhere = new_office()
    assert client.get(f"/f/{elsewhere.fair.slug}/products/{product.id}").status_code == 404
    for odd in ("0", "99999999999999999999", "x", "-1"):
        assert client.get(f"/f/{office.fair.slug}/products/{odd}").status_code in {404, 422}
    assert client.get(f"/f/{office.fair.slug}/exhibitors/GS99-E-9999").status_code == 404


def test_an_address_may_name_the_language(app: Flask, client: Client) -> None:
    office = new_office()
    for asked, seen in (("vi", "vi"), ("en", "en"), ("xx", "en")):
        text = client.get(f"/f/{office.fair.slug}/products?lang={asked}", headers=ENGLISH).text
        assert f'<html lang="{seen}">' in text
    switch = client.get(f"/f/{office.fair.slug}/products?lang=vi&q=a", headers=ENGLISH).text
    (next_,) = set(re.findall(r'href="/language/en\?next=([^"]+)"', switch))
    assert unquote(next_) == f"/f/{office.fair.slug}/products?q=a"
    assert '<meta name="robots" content="noindex, follow">' in switch


def test_engines_learn_of_what_is_public_only(app: Flask, client: Client) -> None:
    office, draft = new_office(), new_office(state=FairState.DRAFT)
    exhibitor, (product,) = shown(office, "Gốm A", "Bình")
    _other, (secret,) = shown(office, "Gốm B", "Mẫu kín", is_public=False)
    sitemap = client.get("/sitemap.xml")
    assert sitemap.mimetype == "application/xml"
    for path in ("", "plan", "products", f"products/{product.id}", f"exhibitors/{exhibitor.reference}"):
        assert f"<loc>{BASE}/f/{office.fair.slug}/{path}?lang=en</loc>" in sitemap.text, path
    assert draft.fair.slug not in sitemap.text
    assert f"products/{secret.id}?" not in sitemap.text
    robots = client.get("/robots.txt").text
    assert "Disallow: /my" in robots and f"Sitemap: {BASE}/sitemap.xml" in robots


@pytest.mark.parametrize("page", ["products", "exhibitors"])
def test_odd_queries(app: Flask, client: Client, page: str) -> None:
    office = new_office()
    for query in (
        "q=%00",
        "q=" + "x" * 5000,
        "group=%27",
        "village=1e9",
        "village=-1",
        "village=²",
        "cursor=zzz",
        "cursor=WyJ4Il0",
    ):
        assert client.get(f"/f/{office.fair.slug}/{page}?{query}").status_code in {200, 422}, query


def test_a_fair_tells_how_to_get_there_and_what_earlier_ones_achieved(demo: Flask) -> None:
    client: Client = demo.test_client()  # type: ignore[assignment]
    text = client.get("/", headers=ENGLISH).text
    slug = re.search(r"/f/(giftshow-\d+)/", text)
    assert slug is not None
    page = client.get(f"/f/{slug[1]}/", headers=ENGLISH).text
    assert "How to get there" in page and "Buses stop at the main entrance" in page
    figures = page[page.index("What earlier fairs achieved") :]
    for part in ("Hanoi Giftshow 2020", "480", "11,600", "680", "6.182 M USD", "As counted", "Verified"):
        assert part in figures, part
