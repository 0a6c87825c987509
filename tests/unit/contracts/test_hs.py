"""HS codes and units."""

from __future__ import annotations

import pytest

from fairs.core.domain import rows
from fairs.core.hs import NAMES, UNITS, headings, normal_code


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("4420", "4420"), ("4420.11", "4420.11"), ("442011", "4420.11"), (" 4420 11 ", "4420.11"), ("44.20.10", "4420.10"),
        ("4420.11.90", "4420.11.90"), ("44201190", "4420.11.90"), ("0101", None), ("44", None), ("442", None),
        ("44201", None), ("442011901", None), ("abcd", None), ("", None), ("٤٤٢٠", None), ("4420;11", None),
    ],
)  # fmt: skip
def test_codes(typed: str, code: str | None) -> None:
    assert normal_code(typed) == code


def test_every_heading_of_the_product_groups_has_a_name() -> None:
    listed = {code for row in rows("product-groups") for code in row["hs_headings_2022"].split("|") if code}
    assert listed <= set(NAMES)
    assert set(headings()) == set(NAMES)
    assert all(len(code) == 4 and all(names) for code, names in NAMES.items())
    assert all(len(code) <= 5 for code in UNITS)
