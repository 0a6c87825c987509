"""What travels: kept public pages with 304, compression, sizes of first views."""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterator
from dataclasses import replace

import pytest
from flask import Flask

from fairs.app import create_app
from fairs.core import public_cache
from fairs.core.compression import compress
from fairs.core.db import db, transaction
from fairs.core.permissions import Role
from fairs.messages.service import write
from tests.factories.checkin import Entrance, entrance
from tests.support.client import Client, login
from tests.support.queries import counted_queries
from tests.support.server import missing_front_end

PACKED = {"Accept-Encoding": "gzip, br"}
VI, EN = {"Accept-Language": "vi"}, {"Accept-Language": "en"}


@pytest.fixture
def kept(real_app: Flask) -> Iterator[Flask]:
    """The application as in production: pages are kept."""
    config = replace(real_app.extensions["fairs_config"], public_cache_seconds=60)
    application = create_app(config)
    application.test_client_class = Client
    yield application
    with application.app_context():
        db.engine.dispose()


@pytest.fixture
def place(kept: Flask) -> Iterator[Entrance]:
    with kept.app_context():
        yield entrance()


def test_a_second_reader_costs_no_statement(place: Entrance, kept: Flask) -> None:
    for path in (
        "/",
        f"/f/{place.fair.slug}/",
        f"/f/{place.fair.slug}/exhibitors",
        f"/f/{place.fair.slug}/plan",
        "/privacy",
    ):
        first = kept.test_client().get(path, headers=VI)
        assert first.status_code == 200 and "Set-Cookie" not in first.headers, path
        with counted_queries() as statements:
            second = kept.test_client().get(path, headers=VI)
            same = kept.test_client().get(path, headers={**VI, "If-None-Match": first.headers["ETag"]})
        assert statements == []
        assert second.get_data() == first.get_data()
        assert (same.status_code, same.get_data(), same.headers["ETag"]) == (304, b"", first.headers["ETag"])
        for name in (
            "ETag",
            "Cache-Control",
            "Vary",
            "Content-Security-Policy",
            "X-Content-Type-Options",
            "Referrer-Policy",
        ):
            assert second.headers[name] == first.headers[name]
        assert "nonce" not in first.headers["Content-Security-Policy"]
        assert {"Accept-Encoding", "Accept-Language", "Cookie"} <= set(re.split(r",\s*", second.headers["Vary"]))


def test_languages_are_kept_apart(place: Entrance, kept: Flask) -> None:
    for _ in range(2):
        assert 'lang="vi"' in kept.test_client().get("/", headers=VI).get_data(as_text=True)[:200]
        assert 'lang="en"' in kept.test_client().get("/", headers=EN).get_data(as_text=True)[:200]
    chosen = kept.test_client()
    page = chosen.get("/", headers=VI).get_data(as_text=True)
    link = re.search(r'href="([^"]+)" lang="en"', page)
    assert link is not None
    chosen.get(link[1].replace("&amp;", "&"))
    with counted_queries() as statements:
        assert 'lang="en"' in chosen.get("/", headers=VI).get_data(as_text=True)[:200]
    # Kept for those, too, who have chosen their language; tests read the settings at each request.
    assert [one for one in statements if "installation_settings" not in one] == []


def test_a_commit_forgets_the_pages_but_not_a_mail(place: Entrance, kept: Flask) -> None:
    address = f"/f/{place.fair.slug}/"
    before = kept.test_client().get(address, headers=VI)
    with transaction():
        write(recipient="a@example.org", name="A", locale="vi", subject="s", body="b", kind="test")
    with counted_queries() as statements:
        kept.test_client().get(address, headers=VI)
    assert statements == []
    with transaction() as session:
        session.get_one(type(place.fair), place.fair.id).name_vi = "Hội chợ tên khác"
    after = kept.test_client().get(address, headers={**VI, "If-None-Match": before.headers["ETag"]})
    assert after.status_code == 200 and "Hội chợ tên khác" in after.get_data(as_text=True)


def test_who_is_signed_in_gets_a_page_of_their_own(place: Entrance, kept: Flask) -> None:
    kept.test_client().get("/", headers=VI)
    person = kept.test_client()
    user = place.user(Role.ADMIN)
    login(person, user)
    page = person.get("/", headers=VI)
    assert user.email in page.get_data(as_text=True) and page.headers["Cache-Control"] == "no-store"
    assert "ETag" not in page.headers
    assert user.email not in kept.test_client().get("/", headers=VI).get_data(as_text=True)


def test_drafts_and_refusals_are_not_kept(place: Entrance, kept: Flask) -> None:
    for _ in range(2):
        assert kept.test_client().get("/f/no-such-fair/").status_code == 404


def test_the_cache_has_an_end() -> None:
    cache = public_cache.PageCache(60, "vi")
    size = public_cache.MOST_BYTES // 10
    for number in range(25):
        cache.put((f"/{number}", "vi"), public_cache.Entry("e", "x", [("A", "b")], b"x" * size, b"", 1e12, 0))
    assert cache.get(("/0", "vi")) is None and cache.get(("/24", "vi")) is not None
    cache.forget()
    assert cache.get(("/24", "vi")) is None
    cache.put(("/late", "vi"), public_cache.Entry("e", "x", [], b"", b"", 1e12, 0))
    assert cache.get(("/late", "vi")) is None  # it was made from what was before the commit


def test_pages_are_compressed_and_lengths_of_private_ones_say_nothing(place: Entrance, kept: Flask) -> None:
    person = kept.test_client()
    login(person, place.user(Role.ADMIN))
    plain = person.get("/admin/status")
    packed = person.get("/admin/status", headers=PACKED)
    assert packed.headers["Content-Encoding"] == "gzip" and "Content-Encoding" not in plain.headers
    assert b"</html>" in gzip.decompress(packed.get_data())
    content = b"the same content " * 200
    assert len({len(compress(content, padded=True)) for _ in range(40)}) > 10
    assert {gzip.decompress(compress(content, padded=padded)) for padded in (True, False)} == {content}


def test_first_views_are_light(place: Entrance, kept: Flask) -> None:
    missing = missing_front_end()
    assert missing is None, missing
    reader = kept.test_client()
    for path in ("/", f"/f/{place.fair.slug}/"):
        sizes = first_view(reader, path)
        assert sum(sizes.values()) < 200_000, sizes


def first_view(reader: Client, path: str) -> dict[str, int]:
    """Bytes over the wire of a page and of all that it loads at once, by address."""
    page = reader.get(path, headers={**VI, **PACKED})
    html = gzip.decompress(page.get_data()).decode()
    sizes = {path: len(page.get_data())}
    wanted = set(re.findall(r'(?:src|href)="(/static/[^"#]+)', html))
    css = [address for address in wanted if address.endswith(".css")]
    for address in sorted(wanted):
        answer = reader.get(address, headers=PACKED)
        assert answer.status_code == 200, address
        sizes[address] = len(answer.get_data())
    for address in css:
        # Every weight of the font that a page may use, in Latin and Vietnamese.
        text = reader.get(address).get_data(as_text=True)
        for name in re.findall(
            r"url\(\.?/?(fonts/[\w.-]*be-vietnam-pro-(?:latin|vietnamese)-[467]00[\w.-]*woff2)", text
        ):
            sizes[f"/static/dist/{name}"] = len(reader.get(f"/static/dist/{name}").get_data())
    assert len([name for name in sizes if name.endswith("woff2")]) >= 4
    return sizes


def test_built_files_travel_compressed(kept: Flask) -> None:
    missing = missing_front_end()
    assert missing is None, missing
    with kept.test_request_context():
        from fairs.core.assets import static_url

        address = static_url("app.css")
    reader = kept.test_client()
    plain, packed, brotli = (
        reader.get(address, headers={"Accept-Encoding": value}) for value in ("identity", "gzip", "gzip, br")
    )
    assert gzip.decompress(packed.get_data()) == plain.get_data()
    assert [answer.headers.get("Content-Encoding") for answer in (plain, packed, brotli)] == [None, "gzip", "br"]
    assert len(brotli.get_data()) < len(packed.get_data()) < len(plain.get_data()) / 3
    for answer in (plain, packed, brotli):
        assert answer.mimetype == "text/css" and "immutable" in answer.headers["Cache-Control"]
        assert "Accept-Encoding" in answer.headers["Vary"]
