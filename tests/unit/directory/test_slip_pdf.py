"""The printed slip: one page whatever the names, with PIN, reference and next steps on it."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pypdfium2
import pytest
from flask import Flask
from flask_babel import force_locale

from fairs.directory.models import Filing
from fairs.directory.pdf import slip_pdf
from fairs.directory.slips import SlipStatus, Step
from fairs.exhibitors.states import ExhibitorState

ADDRESS = "http://fairs.example/r/3q2-7wAbCdEfGhIjKlMnOpQrStUvWxYz"
STEPS = [
    Step("Hồ sơ đăng ký", "done", "Đã nộp ngày 01/02/2026."),
    Step("Quyết định", "now", "Ban Tổ chức quyết định trước ngày 06/02/2026."),
    Step("Gian hàng", "next"),
]


def slip(**values: Any) -> tuple[int, str]:
    """Number of pages and text of a slip."""
    status = SlipStatus(
        **{
            "title": "Hồ sơ đăng ký tham gia trưng bày", "name": "Hộ bà Nguyễn Thị Mẫu", "reference": "GS26-E-0001",
            "state": ExhibitorState.SUBMITTED, "next_step": "", "fair_name": "Hội chợ mẫu",
            "fair_days": (date(2026, 11, 12), date(2026, 11, 15)), "place": "Cung Triển lãm mẫu", "steps": STEPS, **values,
        }
    )  # fmt: skip
    filing = Filing(reference="F-000001", created_at=datetime(2026, 2, 1, 3, 0, tzinfo=UTC))
    document = pypdfium2.PdfDocument(slip_pdf(filing, status, ADDRESS, "123456", "Sở Công Thương mẫu"))
    return len(document), " ".join(page.get_textpage().get_text_range() for page in document)


@pytest.mark.parametrize("locale", ["vi", "en"])
def test_everything_that_is_needed_is_on_it(app: Flask, locale: str) -> None:
    with app.test_request_context(), force_locale(locale):
        pages, text = slip()
    assert pages == 1
    for part in ("123 456", "GS26-E-0001", "F-000001", "Hộ bà Nguyễn Thị Mẫu", "Hội chợ mẫu", "Quyết định"):
        assert part in text.replace("\r\n", " "), part


@pytest.mark.parametrize(
    "name",
    [
        "X" * 250,
        "Hộ sản xuất " * 20,
        "株式会社見本工芸",
        "شركة العينة للحرف",
        "<script>alert(1)</script>",
        "{{7*7}}",
        "ก" * 80,
        "🏺",
    ],
)
def test_any_name_stays_on_one_page(app: Flask, name: str) -> None:
    with app.test_request_context(), force_locale("vi"):
        assert slip(name=name, place="Địa điểm rất dài " * 20, fair_name="Hội chợ rất dài " * 10)[0] == 1


def test_many_steps_do_not_run_over_the_foot(app: Flask) -> None:
    with app.test_request_context(), force_locale("vi"):
        pages, text = slip(steps=[Step(f"Bước {n}", "next", "Việc phải làm " * 15) for n in range(40)])
    assert pages == 1
    assert "Bước 0" in text
    assert "Bước 39" not in text
