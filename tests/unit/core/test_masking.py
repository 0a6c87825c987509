"""What an auditor reads of personal data."""

from __future__ import annotations

import pytest

from fairs.core.masking import is_masked, mask_email, mask_name, mask_number, mask_text, mask_values, masked


@pytest.mark.parametrize(
    ("plain", "shown"),
    [
        ("Nguyễn Văn An", "N*** V*** A***"),
        ("見本 花子", "見*** 花***"),
        ("Đỗ", "Đ***"),
        ("", ""),
        ("  Lê  Thị ", "L*** T***"),
    ],
)
def test_names_keep_their_first_letters(plain: str, shown: str) -> None:
    assert mask_name(plain) == shown


@pytest.mark.parametrize(
    ("plain", "shown"), [("an.nguyen@mau.example", "a***@mau.example"), ("0912345678", "***78"), ("", "")]
)
def test_addresses_keep_their_domain(plain: str, shown: str) -> None:
    assert mask_email(plain) == shown


@pytest.mark.parametrize(
    ("plain", "shown"), [("+84 912 345 678", "***78"), ("1234", "***"), ("", ""), ("B1234567", "***67")]
)
def test_numbers_keep_two_signs(plain: str, shown: str) -> None:
    assert mask_number(plain) == shown


def test_running_text_loses_addresses_and_long_numbers_but_no_reference_day_or_amount() -> None:
    text = "Gọi 0912 345 678 hoặc an@mau.example về GS26-C-000123 ngày 2026-11-12: 15.000.000.000 VND"
    assert mask_text(text) == "Gọi ***78 hoặc a***@mau.example về GS26-C-000123 ngày 2026-11-12: 15.000.000.000 VND"


def test_kept_values_are_masked_by_key_and_by_look() -> None:
    values = {
        "email": "an@mau.example",
        "to": ["b@mau.example", 3],
        "person": {"passport_name": "Tanaka Hanako"},
        "state": "paid",
    }
    assert mask_values(values) == {
        "email": "a***@mau.example", "to": ["b***@mau.example", 3], "person": {"passport_name": "T*** H***"}, "state": "paid",
    }  # fmt: skip


def test_masking_ends_with_its_block() -> None:
    with masked():
        assert is_masked()
        with masked(False):
            assert not is_masked()
        assert is_masked()
    assert not is_masked()
