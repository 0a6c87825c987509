"""Badge codes: signing, forging, and what hand scanners, Telex keyboards and people make of them."""

from __future__ import annotations

import time

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from fairs.badges.codes import (
    BadCode,
    Forged,
    Malformed,
    fingerprint,
    new_serial,
    normalise,
    read,
    short_code,
    sign,
    typed,
    verify,
)
from fairs.badges.telex import ALPHABET
from tests.unit.badges.telex_keyboard import TelexKeyboard

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
OTHER = Ed25519PrivateKey.from_private_bytes(bytes(32))
KEYS = {1: OTHER.public_key(), 2: KEY.public_key()}
KEYBOARDS = {
    "telex without spelling check": {"spelling": False},
    "telex with spelling check": {"spelling": True},
    "simple telex": {"lone_w": False},
}

serials = st.binary(min_size=12, max_size=12)


@settings(deadline=None)
@given(serials)
def test_round_trip(serial: bytes) -> None:
    code = sign(serial, KEY)
    assert len(code) == 114
    assert set(code) <= set(ALPHABET)
    assert verify(code, KEYS) == serial
    assert verify(code, [KEY.public_key()]) == serial
    assert read(code, KEYS) == serial


@settings(deadline=None)
@given(serials, st.integers(0, 113), st.sampled_from(ALPHABET))
def test_tampering_fails(serial: bytes, place: int, char: str) -> None:
    code = sign(serial, KEY)
    changed = code[:place] + char + code[place + 1 :]
    if changed == code:
        return
    with pytest.raises(BadCode):
        verify(changed, KEYS)
    with pytest.raises(BadCode):
        read(changed, KEYS)


def test_signature_of_another_key_is_forged() -> None:
    code = sign(bytes(12), KEY)
    with pytest.raises(Forged):
        verify(code, [OTHER.public_key()])
    with pytest.raises(Forged):
        verify(code, {})


@settings(deadline=None)
@given(st.text(max_size=200))
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(BadCode):
        read(text, KEYS)


@pytest.mark.parametrize(
    "text", ["", " ", "8934567890123", "https://example.org/", "Ằ" * 110, "Ư1" * 50, "A" * 110, "S" * 5000]
)
def test_hostile_input_ends_quickly(text: str) -> None:
    start = time.perf_counter()
    with pytest.raises(Malformed):
        read(text, KEYS)
    assert time.perf_counter() - start < 1


def test_serial_has_twelve_bytes() -> None:
    assert len({new_serial() for _ in range(100)}) == 100
    assert {len(new_serial()), len(new_serial(KEY))} == {12}
    with pytest.raises(ValueError, match="12 bytes"):
        sign(b"short", KEY)


@settings(deadline=None)
@given(serials)
def test_what_scanners_and_people_add(serial: bytes) -> None:
    code = sign(serial, KEY)
    for sent in (
        code + "\r\n",
        "\ufeff" + code + "\t",
        "]Q1" + code,
        code.lower(),
        f"https://fairs.example/b/{code}",
        code.strip(),
        f"{code}  ",
    ):
        assert normalise(sent) == code
        assert read(sent, KEYS) == serial


def test_link_with_escapes() -> None:
    from urllib.parse import quote

    for n in range(50):
        code = sign(n.to_bytes(12, "big"), KEY)
        assert normalise("https://fairs.example/b/" + quote(code, safe="")) == code


@pytest.mark.parametrize(
    ("keys", "seen"),
    [
        ("TIEENGS VIEETJ", "TIẾNG VIỆT"),
        ("DDUWOWNGF", "ĐƯỜNG"),
        ("DUONGDWF", "ĐƯỜNG"),
        ("HOAF HOANF", "HÒA HOÀN"),
        ("W WW UWW", "Ư W UW"),
        ("AAA ASS AFS ASZ", "AA AS Á A"),
        ("AWA OOW", "Â Ơ"),
        ("GIAWNG QUYS", "GIĂNG QUÝ"),
    ],
)
def test_the_simulated_keyboard_writes_vietnamese(keys: str, seen: str) -> None:
    assert TelexKeyboard().type(keys) == seen
    assert TelexKeyboard(spelling=True).type(keys) == seen


@pytest.mark.parametrize("keyboard", KEYBOARDS)
def test_telex_is_repaired(keyboard: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Codes with a chosen serial: every one. Arbitrary ones: most; the share is printed."""
    shares = {}
    for chosen, count in ((KEY, 1000), (None, 300)):
        right = changed = 0
        slowest = spent = 0.0
        for _ in range(count):
            serial = new_serial(chosen)
            code = sign(serial, KEY)
            arrived = TelexKeyboard(**KEYBOARDS[keyboard]).type(code).strip().lower()
            changed += arrived.upper() != code
            assert fingerprint(arrived) == fingerprint(code)
            start = time.perf_counter()
            try:
                assert read(arrived, KEYS) == serial
                right += 1
            except BadCode:
                pass
            took = time.perf_counter() - start
            slowest, spent = max(slowest, took), spent + took
        shares[chosen is KEY] = right / count
        with capsys.disabled():
            print(
                f"\n  {keyboard}, {'chosen' if chosen else 'arbitrary'} serials: {changed / count:.1%} mangled, "
                f"{right / count:.2%} read, mean {spent / count * 1e3:.2f} ms, slowest {slowest * 1e3:.1f} ms",
                end="",
            )
    assert shares[True] == 1
    assert shares[False] > 0.75


def test_what_is_known_of_a_word_outlasts_the_effort() -> None:
    """Nine marks leave little effort for keys that may have vanished: what the marks say by themselves must stay."""
    code = "H0T4FH+R3/A7 7T FTEM7AQE7KTHV9RVKYJ4O2RUWF-T5KDIUKLLA2%-6Z R$39ZYRT$USW3L+V O3BSS2IR$P3-*Q9WAMOMQ.23CVSI3XLG7RA6XK"
    arrived = TelexKeyboard(spelling=False).type(code).lower()
    assert read(arrived, KEYS) == verify(code, KEYS)


@settings(deadline=None)
@given(serials, serials)
def test_fingerprint_tells_codes_apart(one: bytes, two: bytes) -> None:
    assert (fingerprint(sign(one, KEY)) == fingerprint(sign(two, KEY))) is (one == two)
    assert fingerprint(sign(one, KEY)) != fingerprint(sign(one, OTHER))


def test_fingerprint_refuses_what_is_no_code() -> None:
    with pytest.raises(Malformed):
        fingerprint("8934567890123")


@settings(deadline=None)
@given(serials)
def test_short_code(serial: bytes) -> None:
    short = short_code(serial)
    assert [len(group) for group in short.split("-")] == [4, 4, 4, 4]
    assert typed(short) == short
    assert typed(f" {short.replace('-', ' ').lower()}\r\n") == short
    assert typed(short.replace("-", "").replace("0", "o").replace("1", "L")) == short


@settings(deadline=None)
@given(serials, st.sampled_from(sorted(KEYBOARDS)))
def test_telex_cannot_touch_a_short_code(serial: bytes, keyboard: str) -> None:
    for form in (short_code(serial), short_code(serial).replace("-", "")):
        assert TelexKeyboard(**KEYBOARDS[keyboard]).type(form) == form


@settings(deadline=None, max_examples=30)
@given(serials)
def test_short_code_notices_slips(serial: bytes) -> None:
    digits = short_code(serial).replace("-", "")
    slips = {digits[:i] + c + digits[i + 1 :] for i in range(16) for c in "0123456789BCGHKMNPTV"}
    for i in range(16):
        for j in range(i + 1, 16):
            slips.add(digits[:i] + digits[j] + digits[i + 1 : j] + digits[i] + digits[j + 1 :])
    slips |= {digits[:-1], digits + "0", digits[:8] + digits[9:]}
    for slip in slips - {digits}:
        with pytest.raises(Malformed):
            typed(slip)


def test_short_code_depends_on_sixty_bits() -> None:
    shorts = {short_code((n << 40).to_bytes(12, "big")) for n in range(2000)}
    assert len(shorts) == 2000
