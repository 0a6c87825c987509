"""Amounts in words, as they stand on Vietnamese invoices, in Vietnamese and in English.

Written here because the library at hand (num2words) leaves out "không trăm" in the middle of Vietnamese numbers:
1,005 is "một nghìn không trăm linh năm".
"""

from __future__ import annotations

from fairs.core.money import Money

_VI = ("không", "một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín")
_EN = (
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve", "thirteen",
    "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
)  # fmt: skip
_EN_TENS = ("", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_EN_SCALES = ("", "thousand", "million", "billion", "trillion", "quadrillion")
# Main and minor unit; in Vietnamese both stand after the number.
_UNITS_VI = {"VND": ("đồng", ""), "USD": ("đô la Mỹ", "xu"), "EUR": ("euro", "cent")}
_UNITS_EN = {
    "VND": (("dong", "dong"), ("", "")),
    "USD": (("US dollar", "US dollars"), ("cent", "cents")),
    "EUR": (("euro", "euros"), ("cent", "cents")),
}


def number_vi(number: int) -> str:
    """A whole number in Vietnamese, as read in Hanoi (nghìn, linh, mốt, tư, lăm)."""
    if number < 0:
        return f"âm {number_vi(-number)}"
    if number == 0:
        return _VI[0]
    return " ".join(_millions_vi(number, full=False))


def _millions_vi(number: int, *, full: bool) -> list[str]:
    """``full``: digits stand before it, so leading hundreds and tens are read even where they are zero."""
    billions, rest = divmod(number, 10**9)
    said: list[str] = []
    if billions:
        said += [*_millions_vi(billions, full=full), "tỷ"]
    for value, scale in ((rest // 10**6, "triệu"), (rest // 1000 % 1000, "nghìn"), (rest % 1000, "")):
        if value:
            said += _group_vi(value, full=full or bool(said))
            said += [scale] if scale else []
    return said


def _group_vi(value: int, *, full: bool) -> list[str]:
    hundreds, tens, ones = value // 100, value // 10 % 10, value % 10
    said = [_VI[hundreds], "trăm"] if hundreds or full else []
    if tens == 0:
        if ones:
            said += ["linh", _VI[ones]] if said else [_VI[ones]]
        return said
    said += ["mười"] if tens == 1 else [_VI[tens], "mươi"]
    if ones == 1 and tens > 1:
        said.append("mốt")
    elif ones == 4 and tens > 1:
        said.append("tư")
    elif ones == 5:
        said.append("lăm")
    elif ones:
        said.append(_VI[ones])
    return said


def number_en(number: int) -> str:
    """A whole number in British English."""
    if number < 0:
        return f"minus {number_en(-number)}"
    if number < 20:
        return _EN[number]
    said: list[str] = []
    for power in range(len(_EN_SCALES) - 1, -1, -1):
        value = number // 1000**power % 1000
        if value:
            joined = "and " if power == 0 and said and value < 100 else ""
            said.append(f"{joined}{_group_en(value)} {_EN_SCALES[power]}".strip())
    return " ".join(said)


def _group_en(value: int) -> str:
    hundreds, rest = divmod(value, 100)
    said = [f"{_EN[hundreds]} hundred"] if hundreds else []
    if rest:
        tens, ones = divmod(rest, 10)
        small = _EN[rest] if rest < 20 else _EN_TENS[tens] + (f"-{_EN[ones]}" if ones else "")
        said.append(f"and {small}" if said else small)
    return " ".join(said)


def in_words(amount: Money, locale: str) -> str:
    """The amount in words with its currency, first letter in capitals: ``Mười hai triệu đồng``."""
    scale = 10**amount.exponent
    major, minor = divmod(abs(amount.amount_minor), scale)
    if locale == "vi":
        unit, small = _UNITS_VI.get(amount.currency, (amount.currency, f"phần {number_vi(scale)}"))
        said = f"{number_vi(major)} {unit}"
        if minor:
            said += f" và {number_vi(minor)} {small}"
        said = f"âm {said}" if amount.amount_minor < 0 else said
    else:
        (one, many), (cent, cents) = _UNITS_EN.get(
            amount.currency, ((amount.currency, amount.currency), (f"{scale}th", f"{scale}ths"))
        )
        said = f"{number_en(major)} {one if major == 1 else many}"
        if minor:
            said += f" and {number_en(minor)} {cent if minor == 1 else cents}"
        said = f"minus {said}" if amount.amount_minor < 0 else said
    return said[0].upper() + said[1:]
