"""References are found after what banks do to texts, and never where they do not stand."""

from __future__ import annotations

import random
import string

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from fairs.banking.matching import is_same_name
from fairs.banking.references import Hit, References
from fairs.payments.numbers import is_payment_reference, payment_reference

KNOWN = [payment_reference(code, number) for code in ("GS26", "GR26", "HN") for number in range(1, 400)]
REFERENCES = References(KNOWN)
WORDS = st.sampled_from(
    ["Thanh toán", "tien coc", "GIAN HANG", "CTY TNHH MAU", "IBFT", "MBVCB.123456789", "ck", "đợt 1", "0071000123"]
)


def mangle(reference: str, rng: random.Random) -> str:
    """What banks and people do to a reference that leaves all of it there."""
    text = reference
    if rng.random() < 0.4:
        text = text.lower()
    if rng.random() < 0.4:
        text = "".join(
            {"0": "O", "1": "I", "o": "0"}.get(letter, letter) if rng.random() < 0.5 else letter for letter in text
        )
    if rng.random() < 0.5:
        at = rng.randrange(1, len(text))
        text = text[:at] + rng.choice([" ", "-", ".", "  ", "/"]) + text[at:]
    return text


@given(
    st.sampled_from(KNOWN), st.lists(WORDS, max_size=3), st.lists(WORDS, max_size=3), st.randoms(use_true_random=False)
)
def test_found_whatever_was_done_to_it(reference: str, before: list[str], after: list[str], rng: random.Random) -> None:
    text = " ".join([*before, mangle(reference, rng), *after])
    assert REFERENCES.find(text) == [Hit(reference, "sure")]


@given(
    st.sampled_from(KNOWN), st.sampled_from(["CK", "TT", "THANHTOAN"]), st.sampled_from(["CONGTYMAU", "NGUYENVANA", ""])
)
def test_found_in_glued_words(reference: str, before: str, after: str) -> None:
    assert REFERENCES.find(f"{before}{reference}{after}")[:1] == [Hit(reference, "sure")]


@given(st.text(max_size=120))
@example("GS26 000123 300000")
@example("GS26")
@example("GS26000123")
def test_other_texts_never_match_for_sure(text: str) -> None:
    """Whatever is found for sure stands there, sign for sign."""
    plain = "".join(letter for letter in text.upper() if letter in string.ascii_uppercase + string.digits)
    for hit in REFERENCES.find(text):
        assert (
            not hit.is_sure
            or hit.reference.translate(str.maketrans("OI", "01")) in plain.translate(str.maketrans("OI", "01"))
            or not text.isascii()
        )


@given(st.sampled_from(KNOWN), st.data())
def test_one_wrong_character_is_a_suggestion_at_most(reference: str, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(reference) - 1))
    wrong = data.draw(st.sampled_from([one for one in string.digits + string.ascii_uppercase if one != reference[at]]))
    typed = reference[:at] + wrong + reference[at + 1 :]
    hits = REFERENCES.find(f"coc {typed} hoi cho")
    if {reference[at], wrong} in ({"0", "O"}, {"1", "I"}):
        assert hits == [Hit(reference, "sure")]
        return
    # One character never makes another valid reference: the check character sees to that.
    assert not is_payment_reference(typed)
    assert not any(hit.is_sure for hit in hits)
    assert reference in [hit.reference for hit in hits]


@given(st.sampled_from(KNOWN), st.integers(1, 2))
def test_a_cut_end_is_suggested(reference: str, cut: int) -> None:
    hits = REFERENCES.find(f"IBFT {reference[:-cut]}")
    assert reference in [hit.reference for hit in hits]
    assert not any(hit.is_sure for hit in hits)


def test_a_cut_end_before_other_figures_is_not_completed_by_them() -> None:
    """The figure that follows may happen to be the check character."""
    reference = next(one for one in KNOWN if one[-1] == "3")
    for text in (f"{reference[:-1]} 300000", f"{reference[:-1]}300000"):
        assert REFERENCES.find(text) == [Hit(reference, "glued")]


@pytest.mark.parametrize(
    "how", [lambda r: r[:6] + r[7] + r[6] + r[8:], lambda r: r[:6] + r[7:], lambda r: r[:6] + "8" + r[6:]]
)
def test_swapped_missing_and_doubled(how: object) -> None:
    reference = payment_reference("GS26", 123)
    hits = REFERENCES.find(f"tt {how(reference)} het")  # type: ignore[operator]
    assert reference in [hit.reference for hit in hits] and not any(hit.is_sure for hit in hits)


def test_a_wrong_letter_in_the_code_of_the_fair() -> None:
    reference = payment_reference("GS26", 77)
    assert REFERENCES.find(f"G526{reference[4:]}") == [Hit(reference, "typo")]


def test_two_references_in_one_text() -> None:
    one, two = KNOWN[3], KNOWN[450]
    assert REFERENCES.find(f"{one}+{two}") == [Hit(one, "sure"), Hit(two, "sure")]
    assert REFERENCES.find(f"{one} {one}") == [Hit(one, "sure")]
    assert References([]).find(one) == []


def test_references_that_read_alike_are_never_sure() -> None:
    """Two fairs may have codes that differ by I and 1 only: nobody can tell whose money it is."""
    alike = [payment_reference("AI1", 4), payment_reference("A11", 4)]
    assert not any(hit.is_sure for hit in References(alike).find(alike[0]))


@pytest.mark.parametrize(
    ("payer", "name", "same"),
    [
        ("CONG TY TNHH GOM SU BAT TRANG", "Công ty TNHH Gốm sứ Bát Tràng", True),
        ("CTY CP GOM BAT TRANG", "Công ty Cổ phần Gốm sứ Bát Tràng", True),
        ("NGUYEN THI MAU", "Hộ kinh doanh Nguyễn Thị Mẫu", True),
        ("TRAN VAN LA", "Công ty TNHH Gốm sứ Bát Tràng", False),
        ("CONG TY TNHH THUONG MAI XNK", "Công ty TNHH Mây tre Phú Vinh", True),  # nothing in it tells
        ("", "Bất kỳ", True),
    ],
)
def test_who_paid(payer: str, name: str, same: bool) -> None:
    assert is_same_name(payer, (name,)) is same
