"""Slips: code and PIN open the record without an account; wrong PINs lock; lost slips are renewed."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask

from fairs.core.clock import now
from fairs.core.db import db
from fairs.core.permissions import Role
from fairs.directory.filings import FiledSlip
from fairs.directory.models import Filing
from fairs.directory.service import CompanyDraft
from fairs.exhibitors.filing import file_application
from fairs.exhibitors.models import Exhibitor
from fairs.exhibitors.service import ContactDraft, ProductsDraft, refuse_application
from tests.factories.exhibitors import AGREED, Office, actor_of, new_office, new_user
from tests.support.client import Client, login


def filed(office: Office, name: str = "Hộ bà Mẫu") -> tuple[Exhibitor, FiledSlip]:
    """A household's application, filed by the front desk."""
    draft = CompanyDraft(name=name, country="VN", group_codes=("HAT",))
    return file_application(
        office.fair, draft, ProductsDraft(("HAT",), "Nón lá"), ContactDraft("Bà Mẫu"), AGREED,
        by=actor_of(office.staff(Role.FRONT_DESK)), source="paper",
    )  # fmt: skip


def wrong(pin: str) -> str:
    """Another PIN."""
    return f"{(int(pin) + 1) % 10**6:06d}"


def test_the_right_pin_opens_the_record(app: Flask, client: Client) -> None:
    office = new_office()
    exhibitor, slip = filed(office)
    page = client.get(f"/r/{slip.token}")
    assert page.status_code == 200
    assert "Hộ bà Mẫu" not in page.get_data(as_text=True)

    answer = client.submit(f"/r/{slip.token}", {"pin": f"{slip.pin[:3]} {slip.pin[3:]}"})

    assert answer.status_code == 303
    text = client.get(f"/r/{slip.token}").get_data(as_text=True)
    for part in ("Hộ bà Mẫu", exhibitor.reference, "Bà Mẫu"):
        assert part in text


def test_the_page_follows_the_record(app: Flask, client: Client) -> None:
    office = new_office()
    exhibitor, slip = filed(office)
    client.submit(f"/r/{slip.token}", {"pin": slip.pin})
    refuse_application(exhibitor, by=actor_of(office.staff()), note="Không đúng nhóm hàng")
    assert "Không đúng nhóm hàng" in client.get(f"/r/{slip.token}").get_data(as_text=True)


def test_five_wrong_pins_lock_the_slip_for_a_while(app: Flask, client: Client) -> None:
    _exhibitor, slip = filed(new_office())
    answers = [client.submit(f"/r/{slip.token}", {"pin": wrong(slip.pin)}).status_code for _try in range(5)]
    assert answers == [403, 403, 403, 403, 429]
    assert client.submit(f"/r/{slip.token}", {"pin": slip.pin}).status_code == 429
    with time_machine.travel(now() + timedelta(minutes=16)):
        assert client.submit(f"/r/{slip.token}", {"pin": slip.pin}).status_code == 303


def test_a_right_pin_forgives_wrong_ones_before(app: Flask, client: Client) -> None:
    _exhibitor, slip = filed(new_office())
    for _try in range(4):
        client.submit(f"/r/{slip.token}", {"pin": wrong(slip.pin)})
    assert client.submit(f"/r/{slip.token}", {"pin": slip.pin}).status_code == 303
    assert client.submit(f"/r/{slip.token}/close").status_code == 303
    assert client.submit(f"/r/{slip.token}", {"pin": wrong(slip.pin)}).status_code == 403


@pytest.mark.parametrize("pin", ["", "abcdef", "1" * 13, "<script>", "０１２３４５", "-1", "\x00"])
def test_odd_pins_are_refused_at_the_field(app: Flask, client: Client, pin: str) -> None:
    _exhibitor, slip = filed(new_office())
    answer = client.submit(f"/r/{slip.token}", {"pin": pin})
    assert answer.status_code in {403, 422}
    assert 'id="pin-error"' in answer.get_data(as_text=True)


@pytest.mark.parametrize("token", ["abc", "x" * 500, "'", "%00", "..%2f.."])
def test_an_unknown_code_answers_like_a_wrong_pin(app: Flask, client: Client, token: str) -> None:
    answers = {client.get(f"/r/{token}").status_code, client.submit(f"/r/{token}", {"pin": "123456"}).status_code}
    assert answers <= {200, 403, 404}


def test_one_slip_opens_one_record_on_one_device(app: Flask, client: Client, new_client: Callable[[], Client]) -> None:
    office = new_office()
    _first, slip = filed(office)
    _second, other = filed(office, "Hộ ông Khác")
    client.submit(f"/r/{slip.token}", {"pin": slip.pin})
    assert "Hộ ông Khác" not in client.get(f"/r/{other.token}").get_data(as_text=True)
    assert "Hộ bà Mẫu" not in new_client().get(f"/r/{slip.token}").get_data(as_text=True)
    assert new_client().get(f"/r/{slip.token}/files/1").status_code == 404
    assert client.get(f"/r/{slip.token}/files/1").status_code == 404


def test_an_opened_slip_closes_by_itself(app: Flask, client: Client) -> None:
    _exhibitor, slip = filed(new_office())
    client.submit(f"/r/{slip.token}", {"pin": slip.pin})
    with time_machine.travel(now() + timedelta(minutes=31)):
        assert "Hộ bà Mẫu" not in client.get(f"/r/{slip.token}").get_data(as_text=True)


def test_only_hashes_are_kept(app: Flask) -> None:
    _exhibitor, slip = filed(new_office())
    row = db.session.get_one(Filing, slip.filing.id)
    kept = " ".join(str(getattr(row, column.key)) for column in Filing.__table__.columns)
    assert slip.token not in kept
    assert slip.pin not in kept


def form() -> dict[str, Any]:
    """The clerk's form."""
    return {
        "filing_source": "phone", "name": "Hộ bà Mẫu", "country": "VN", "group_codes": ["HAT"], "products": "Nón lá",
        "track": "paying", "contact_name": "Bà Mẫu", "registration": "y",
    }  # fmt: skip


def test_the_slip_is_shown_once_and_printed(app: Flask, client: Client, new_client: Callable[[], Client]) -> None:
    office = new_office()
    login(client, office.staff(Role.FRONT_DESK))
    base = f"/fairs/{office.fair.slug}"
    page = client.submit(f"{base}/exhibitors/file", form()).headers["Location"]
    text = client.get(page).get_data(as_text=True)
    token = re.search(r"/r/([\w-]+)", text)
    pin = re.search(r'slip-pin">(\d{3}) (\d{3})<', text)
    assert token is not None
    assert pin is not None
    pdf = client.get(f"{page}.pdf")
    assert (pdf.status_code, pdf.mimetype) == (200, "application/pdf")
    assert pdf.get_data().startswith(b"%PDF-")
    household = new_client()
    assert household.submit(f"/r/{token[1]}", {"pin": pin[1] + pin[2]}).status_code == 303

    colleague = new_client()
    login(colleague, office.staff())
    assert token[1] not in colleague.get(page).get_data(as_text=True)
    assert colleague.get(f"{page}.pdf").status_code == 404

    renewed = colleague.submit(page)
    assert renewed.status_code == 303
    assert "/r/" in colleague.get(page).get_data(as_text=True)
    assert household.get(f"/r/{token[1]}").get_data(as_text=True).count("Hộ bà Mẫu") == 0


def test_filings_are_staffs_and_of_their_fair(app: Flask, new_client: Callable[[], Client]) -> None:
    office, other = new_office(), new_office()
    _exhibitor, slip = filed(office)
    pages = [f"/filings/{slip.filing.id}/slip", f"/filings/{slip.filing.id}/scan"]
    cases = (
        (office.staff(Role.FRONT_DESK), office, [200, 404]),
        (office.staff(Role.AUDITOR), office, [403, 403]),
        (new_user(), office, [403, 403]),
        (other.staff(Role.FRONT_DESK), other, [404, 404]),
    )
    for user, where, expected in cases:
        client = new_client()
        login(client, user)
        assert [client.get(f"/fairs/{where.fair.slug}{page}").status_code for page in pages] == expected


def test_the_page_of_filings_lists_them_with_the_clerk(app: Flask, client: Client) -> None:
    office = new_office()
    filed(office)
    login(client, office.staff(Role.FRONT_DESK))
    text = client.get(f"/fairs/{office.fair.slug}/filings").get_data(as_text=True)
    assert "Hộ bà Mẫu" in text
    assert office.staff(Role.FRONT_DESK).name in text
    assert f"/fairs/{office.fair.slug}/exhibitors/file" in text
