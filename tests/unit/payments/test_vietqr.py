"""The payload of VietQR against vectors made elsewhere, and what it refuses."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairs.core.qr import matrix
from fairs.payments.vietqr import LARGEST, BadVietQR, crc16, payload

VECTORS = json.loads((Path(__file__).parents[2] / "data" / "vietqr.json").read_text(encoding="utf-8"))["test_vectors"]


@pytest.mark.parametrize("vector", VECTORS, ids=[v["payload"][-4:] for v in VECTORS])
def test_vectors(vector: dict[str, Any]) -> None:
    assert payload(vector["bin"], vector["account"], vector["amount"], vector["memo"]) == vector["payload"]


def test_checksum_of_the_standard_check_word() -> None:
    assert crc16(b"123456789") == 0x29B1


def read(text: str) -> dict[str, str]:
    """Fields of one level."""
    found = {}
    while text:
        tag, length = text[:2], int(text[2:4])
        assert len(text) >= 4 + length
        found[tag], text = text[4 : 4 + length], text[4 + length :]
    return found


@given(
    st.from_regex(r"[0-9]{6}", fullmatch=True),
    st.from_regex(r"[0-9A-Z]{1,19}", fullmatch=True),
    st.none() | st.integers(1, LARGEST),
    st.none() | st.from_regex(r"[0-9A-Z]{1,25}", fullmatch=True),
)
def test_every_payload_reads_back(bank: str, account: str, amount: int | None, memo: str | None) -> None:
    text = payload(bank, account, amount, memo)
    fields = read(text)
    assert list(fields)[-1] == "63"
    assert fields["63"] == f"{crc16(text[:-4].encode()):04X}"
    assert read(read(fields["38"])["01"]) == {"00": bank, "01": account}
    assert fields.get("54") == (None if amount is None else str(amount))
    assert read(fields.get("62", "")).get("08") == memo


@pytest.mark.parametrize(
    ("bank", "account", "amount", "memo"),
    [
        ("97043", "1", None, None),
        ("97043a", "1", None, None),
        ("970436", "", None, None),
        ("970436", "1" * 20, None, None),
        ("970436", "12 34", None, None),
        ("970436", "1", 0, None),
        ("970436", "1", -5, None),
        ("970436", "1", LARGEST + 1, None),
        ("970436", "1", None, "Gốm sứ"),
        ("970436", "1", None, "x" * 26),
        ("970436", "1", None, ""),
        ("٩٧٠٤٣٦", "1", None, None),
    ],
)
def test_what_does_not_fit_is_refused(bank: str, account: str, amount: int | None, memo: str | None) -> None:
    with pytest.raises(BadVietQR):
        payload(bank, account, amount, memo)


def test_the_list_of_banks_is_the_known_one() -> None:
    """Each number has six digits and is one bank's."""
    known = json.loads((Path(__file__).parents[2] / "data" / "vietqr.json").read_text(encoding="utf-8"))["bins"]
    assert len(set(known.values())) == len(known) and all(
        len(number) == 6 and number.isdigit() for number in known.values()
    )


@pytest.mark.parametrize("vector", VECTORS, ids=[v["payload"][-4:] for v in VECTORS])
def test_another_program_reads_the_drawn_code(vector: dict[str, Any]) -> None:
    """The code is drawn by zxing-cpp; OpenCV shares nothing with it."""
    import cv2
    import numpy

    modules = matrix(vector["payload"])
    picture = 255 * (1 - numpy.pad(numpy.array([list(row) for row in modules], dtype=numpy.uint8), 4))
    large = numpy.kron(picture, numpy.ones((6, 6), dtype=numpy.uint8))
    text, _corners, _straight = cv2.QRCodeDetectorAruco().detectAndDecode(large)
    assert text == vector["payload"]
