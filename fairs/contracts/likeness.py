"""Do two records speak of one export deal? The rule alone: no database, no web.

Brief, section 5: "a candidate when exporter, importer and currency agree and the normalised number agrees, or the value within
2 % and the date within 30 days, across fairs and years". Around it tolerance of what happens when one deal is written down
twice: names and numbers with slips, another currency, a rounded value, the other side's report, a contract kept as its call-offs.
And strictness where two deals merely look alike: other goods, the next number of the series, call-offs of one framework.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import IntEnum
from functools import lru_cache

from fairs.contracts.party_names import Names, Party
from fairs.core.text import fold

#: The brief's tolerances; another currency has the rates' tolerance on top, a rounded value what its last digit stands for.
VALUE_TOLERANCE, CURRENCY_TOLERANCE, ESTIMATE_TOLERANCE, ROUNDING_LIMIT = 0.02, 0.03, 0.05, 0.06
DAYS = 30
#: Where one name only resembles the other, the rest has to agree more closely.
NEAR_TOLERANCE, NEAR_DAYS = 0.01, 10


@dataclass(frozen=True, slots=True)
class Deal:
    """A contract as it is compared. Values in minor units; ``usd_minor`` may be an estimate by the rates of another day
    (``is_estimate``); ``goods`` are HS headings (4 digits) with quantity."""

    id: int
    fair_id: int
    exporter: Names
    importer: Names
    number: str
    currency: str
    value_minor: int
    signed_on: date
    usd_minor: int | None = None
    is_estimate: bool = False
    kind: str = "single"
    parent_id: int | None = None
    reported_by: str = "clerk"
    goods: tuple[tuple[str, Decimal], ...] = ()
    evidence: str = ""

    @property
    def headings(self) -> frozenset[str]:
        """The HS headings of its goods."""
        return frozenset(code for code, _quantity in self.goods)


@dataclass(frozen=True, slots=True)
class Found:
    """Two contracts that may be one deal: ``score`` to 100, and why, as (key, measure) for ``reason_text``."""

    a: int
    b: int
    score: int
    reasons: tuple[tuple[str, str], ...] = field(default=())
    is_split: bool = False


# --- numbers ---------------------------------------------------------------------------------------------------------


class Number(IntEnum):
    """How the parties' own numbers of two contracts stand to each other."""

    CLASH = 0  # of one series and different
    NEXT = 1  # of one series, one digit apart: the next contract, or a slip
    UNKNOWN = 2  # one has none, or they are of two series (each side has its own)
    PART = 3  # the one with something behind it: a part of it
    SLIP = 4  # two signs swapped, one left out or another letter
    EQUAL = 5


_FORMS = frozenset("HD HDXK HDMB HDNT HDKT HDTM HOPDONG SO NO NR NUM NUMBER CONTRACT CON CT XK EXPORT SALES".split())
_RUNS = re.compile(r"\d+|[^\W\d_]+")


@lru_cache(maxsize=65536)
def number_key(number: str) -> tuple[str, ...]:
    """A contract's number for comparing: letters and digits in runs, without zeros in front, words for "contract" and the
    century. "HĐ số 007/2026-GS" and "HD-7/26/gs" are both 7, 26, GS."""
    plain = fold(number).upper()
    # An O or I among digits is a zero or a one.
    plain = re.sub(r"(?<=\d)O|O(?=\d)", "0", plain) if re.search(r"\dO|(?<![A-Z])O\d", plain) else plain
    plain = re.sub(r"(?<=\d)[IL](?=\d)", "1", plain)
    runs = [run for run in _RUNS.findall(plain) if run not in _FORMS]
    return tuple(_digits_of(run) if run.isdigit() else run for run in runs)


def _digits_of(run: str) -> str:
    return run[2:] if len(run) == 4 and "2010" <= run <= "2049" else (run.lstrip("0") or "0")


def is_telling(key: tuple[str, ...]) -> bool:
    """Whether a number in common says something: "01" stands on many contracts, "01/2026" on one of a pair and year."""
    return sum(map(len, key)) >= 3


def compare_numbers(one: str, other: str) -> Number:
    """How two numbers stand to each other."""
    left, right = number_key(one), number_key(other)
    if not left or not right:
        return Number.UNKNOWN
    if left == right or "".join(left) == "".join(right):
        return Number.EQUAL
    short, long = sorted((left, right), key=len)
    if is_telling(short) and long[: len(short)] == short:
        return Number.PART
    same_series = [run if not run.isdigit() else "#" for run in left] == [
        run if not run.isdigit() else "#" for run in right
    ]
    slip = _slip("".join(left), "".join(right))
    if slip == "digit":
        return Number.NEXT if same_series else Number.SLIP
    if slip and len("".join(short)) >= 4:
        return Number.SLIP
    return Number.CLASH if same_series else Number.UNKNOWN


def _slip(one: str, other: str) -> str:
    """What one slip of the keyboard makes of the other: "digit" for another digit, "sign" for the rest, "" for more than one."""
    if abs(len(one) - len(other)) > 1:
        return ""
    start = 0
    while start < min(len(one), len(other)) and one[start] == other[start]:
        start += 1
    end = 0
    while end < min(len(one), len(other)) - start and one[-1 - end] == other[-1 - end]:
        end += 1
    left, right = one[start : len(one) - end], other[start : len(other) - end]
    if len(left) == len(right) == 1:
        return "digit" if left.isdigit() and right.isdigit() else "sign"
    if len(left) == len(right) == 2:
        return "sign" if left == right[::-1] else ""
    return "sign" if {len(left), len(right)} == {0, 1} else ""


# --- values, goods, days ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Gap:
    """How far two values lie apart, as a part of the larger; ``fits`` by the rule; ``rounded``: the one is the other rounded."""

    share: float
    fits: bool
    rounded: bool = False
    converted: bool = False


def compare_values(one: Deal, other: Deal) -> Gap | None:
    """How far the values lie apart; None where nothing makes them comparable."""
    if one.currency == other.currency:
        share = _apart(one.value_minor, other.value_minor)
        if share <= VALUE_TOLERANCE:
            return Gap(share, True)
        rounded = share <= ROUNDING_LIMIT and _is_rounded(one.value_minor, other.value_minor)
        return Gap(share, rounded, rounded)
    if not one.usd_minor or not other.usd_minor:
        return None
    share = _apart(one.usd_minor, other.usd_minor)
    limit = ESTIMATE_TOLERANCE if one.is_estimate or other.is_estimate else CURRENCY_TOLERANCE
    return Gap(share, share <= limit, converted=True)


def _apart(one: int, other: int) -> float:
    return abs(one - other) / max(one, other) if max(one, other) > 0 else 1.0


def _is_rounded(one: int, other: int) -> bool:
    """Whether the rounder of two numbers is the other to its own last digit, up or down."""
    rough, fine = sorted((one, other), key=lambda n: len(str(n).rstrip("0")))
    unit: int = 10 ** (len(str(rough)) - len(str(rough).rstrip("0")))
    return fine % unit != 0 and abs(rough - fine) <= unit


class Goods(IntEnum):
    """How the goods of two contracts stand to each other."""

    OTHER = 0
    CHAPTER = 1  # the same chapter of the Harmonised System: two people classify differently
    UNKNOWN = 2
    ALIKE = 3  # the same headings, or those of the one among those of the other
    SAME = 4  # and the same quantities


def compare_goods(one: Deal, other: Deal) -> Goods:
    """How the goods stand to each other."""
    if not one.goods or not other.goods:
        return Goods.UNKNOWN
    same_quantities = Counter(q for _code, q in one.goods) == Counter(q for _code, q in other.goods)
    left, right = one.headings, other.headings
    if left == right and same_quantities:
        return Goods.SAME
    if left <= right or right <= left or len(left & right) * 2 >= len(left | right):
        return Goods.ALIKE
    if {code[:2] for code in left} & {code[:2] for code in right}:
        return Goods.ALIKE if same_quantities else Goods.CHAPTER
    return Goods.OTHER


def days_apart(one: date, other: date) -> int:
    """Days between two dates; day and month the wrong way round are a slip."""
    apart = abs((one - other).days)
    if apart and one.day <= 12 and one.year == other.year and (one.day, one.month) == (other.month, other.day):
        return min(apart, 1)
    return apart


# --- the rule --------------------------------------------------------------------------------------------------------


def compare(one: Deal, other: Deal, exporter: Party, importer: Party) -> Found | None:
    """Whether two contracts may be one deal, given how alike their parties are; None when not."""
    if one.id in {other.id, other.parent_id} or one.parent_id == other.id:
        return None
    a, b = sorted((one, other), key=lambda deal: deal.id)
    parties = min(exporter, importer)
    number, gap, goods = compare_numbers(a.number, b.number), compare_values(a, b), compare_goods(a, b)
    days = days_apart(a.signed_on, b.signed_on)
    siblings = a.parent_id is not None and a.parent_id == b.parent_id
    same_paper = bool(a.evidence) and a.evidence == b.evidence
    if siblings and not same_paper and (number is not Number.EQUAL or gap is None or not gap.fits):
        return None  # call-offs of one framework are alike by nature
    facts = _Facts(a, b, number, gap, goods, days, a.reported_by != b.reported_by)
    if same_paper and parties >= Party.WEAK:
        pass
    elif parties >= Party.ALIKE:
        if not facts.of_known_parties():
            return None
    elif parties is Party.NEAR:
        if not facts.of_near_parties():
            return None
    elif parties is not Party.WEAK or max(exporter, importer) < Party.ALIKE or not facts.of_weak_parties():
        return None
    return Found(a.id, b.id, facts.score(parties), facts.reasons(exporter, importer, same_paper))


@dataclass(frozen=True, slots=True)
class _Facts:
    a: Deal
    b: Deal
    number: Number
    gap: Gap | None
    goods: Goods
    days: int
    two_sides: bool

    @property
    def fits(self) -> bool:
        return self.gap is not None and self.gap.fits

    @property
    def same_number(self) -> bool:
        return self.number is Number.EQUAL

    @property
    def telling(self) -> bool:
        return is_telling(number_key(self.a.number))

    @property
    def numbered_apart(self) -> bool:
        """Both have a number of their own and nobody else reported it: within days one deal all the same, later a new order."""
        both = is_telling(number_key(self.a.number)) and is_telling(number_key(self.b.number))
        apart = both and self.number <= Number.UNKNOWN and not self.two_sides
        return apart and self.a.fair_id == self.b.fair_id

    def of_known_parties(self) -> bool:
        """Exporter and importer are the same."""
        if self.same_number and (self.telling or self.days <= DAYS or self.fits):
            # The next year's series begins with 01 again: then more than the number has to agree.
            return self.fits or self.days <= 180 or self.goods is not Goods.OTHER
        if not self.fits or self.goods is Goods.OTHER or self.gap is None:
            return False
        close = self.gap.share <= 0.001 or self.goods is Goods.SAME
        if self.number is Number.SLIP and self.goods >= Goods.UNKNOWN:
            return self.days <= 400
        if self.days > DAYS:
            return False
        if self.numbered_apart and self.days > NEAR_DAYS:
            return False
        if self.gap.rounded and not (self.goods is Goods.SAME or self.days <= 3 or self.two_sides):
            return False
        if self.goods is Goods.CHAPTER:
            return self.number >= Number.UNKNOWN and (self.two_sides or (self.gap.share <= 0.001 and self.days <= 7))
        if self.number is Number.NEXT:
            return close and self.days <= 3
        if self.number is Number.CLASH:
            return self.goods is Goods.SAME and self.gap.share <= 0.001 and self.days <= 1
        return True

    def of_near_parties(self) -> bool:
        """A name only resembles the other: what distinguishes two customers of one exporter is asked for besides."""
        if self.same_number and self.telling:
            return self.fits or (self.days <= DAYS and self.goods is not Goods.OTHER)
        if not self.fits or self.gap is None or self.goods < Goods.UNKNOWN or self.number <= Number.NEXT:
            identical = self.fits and self.gap is not None and self.gap.share <= 0.001 and self.days == 0
            return identical and self.goods is Goods.SAME and self.number is not Number.CLASH
        if self.same_number or self.number is Number.SLIP:
            return self.days <= DAYS
        close = self.gap.share <= NEAR_TOLERANCE or self.gap.converted or self.gap.rounded
        if self.goods is Goods.SAME:
            return self.days <= DAYS
        return close and self.days <= (NEAR_DAYS if self.goods is Goods.ALIKE else 3)

    def of_weak_parties(self) -> bool:
        """One party is the same, the other perhaps under another name: number, value and day all agree."""
        return self.same_number and self.telling and self.fits and self.days <= DAYS and self.goods is not Goods.OTHER

    def score(self, parties: Party) -> int:
        """How much agrees, to 100: for the order of the list."""
        points = {Number.EQUAL: 40, Number.SLIP: 25, Number.PART: 15, Number.UNKNOWN: 10}.get(self.number, 0)
        points += {Goods.SAME: 15, Goods.ALIKE: 10, Goods.UNKNOWN: 5}.get(self.goods, 0)
        points += {Party.SAME: 15, Party.ALIKE: 12, Party.NEAR: 6}.get(parties, 2)
        if self.gap is not None and self.gap.fits:
            points += 20 - round(100 * min(self.gap.share, 0.1))
        return min(points + max(0, 10 - self.days // 3), 100)

    def reasons(self, exporter: Party, importer: Party, same_paper: bool) -> tuple[tuple[str, str], ...]:
        """Why, the strongest first."""
        found = [("same_paper", "")] if same_paper else []
        found += party_reasons(exporter, importer)
        found += [(f"number_{self.number.name.lower()}", "")] if self.number >= Number.PART else []
        if self.gap is not None and self.gap.fits:
            key = "value_usd" if self.gap.converted else ("value_rounded" if self.gap.rounded else "value")
            found.append((key, f"{100 * self.gap.share:.2g}"))
        elif self.same_number:
            found.append(("value_differs", ""))
        if self.days <= DAYS:
            found.append(("days", str(self.days)))
        if self.goods >= Goods.ALIKE:
            found.append(("goods_same" if self.goods is Goods.SAME else "goods", ""))
        found += [("two_sides", "")] if self.two_sides else []
        return (*found, *([("other_fair", "")] if self.a.fair_id != self.b.fair_id else []))


def party_reasons(exporter: Party, importer: Party) -> list[tuple[str, str]]:
    """What is said of the two parties."""
    return [(f"exporter_{_PARTY_WORDS[exporter]}", ""), (f"importer_{_PARTY_WORDS[importer]}", "")]


_PARTY_WORDS = {Party.SAME: "same", Party.ALIKE: "same", Party.NEAR: "near", Party.WEAK: "weak", Party.OTHER: "weak"}
