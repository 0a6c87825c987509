"""A household without an account reads its invoice with slip and PIN; nobody else does."""

from __future__ import annotations

from collections.abc import Callable

from flask import Flask

from fairs.booths.service import book_for
from fairs.core.permissions import Role
from fairs.directory.reference import load_reference
from fairs.directory.service import CompanyDraft
from fairs.exhibitors.filing import file_application
from fairs.exhibitors.service import ContactDraft, ProductsDraft, accept_application
from tests.factories.booths import new_ground
from tests.factories.exhibitors import AGREED, Office, actor_of
from tests.support.client import Client


def test_the_invoice_is_read_with_slip_and_pin(app: Flask, client: Client, new_client: Callable[[], Client]) -> None:
    load_reference()
    ground = new_ground()
    by = actor_of(Office(ground.fair).staff(Role.ORGANISER))
    exhibitor, slip = file_application(
        ground.fair,
        CompanyDraft(name="Hộ bà Mẫu", country="VN"),
        ProductsDraft(("CER",), "Bình hoa"),
        ContactDraft("Bà Mẫu"),
        AGREED,
        by=by,
        source="paper",
    )
    accept_application(exhibitor, by=by)
    book_for(ground.fair, ground.booth(), exhibitor, fascia_name="Hộ bà Mẫu", by=by)

    assert new_client().get(f"/r/{slip.token}/files/1").status_code == 404
    client.submit(f"/r/{slip.token}", {"pin": slip.pin})
    page = client.get(f"/r/{slip.token}").get_data(as_text=True)
    assert f"/r/{slip.token}/files/1" in page
    assert "A-001" in page
    invoice = client.get(f"/r/{slip.token}/files/1")
    assert (invoice.status_code, invoice.mimetype) == (200, "application/pdf")
    assert invoice.get_data().startswith(b"%PDF-")
    assert client.get(f"/r/{slip.token}/files/2").status_code == 404
    assert client.get(f"/r/{slip.token}/files/0").status_code == 404
