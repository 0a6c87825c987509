"""Are two records of companies one business? By tax code, by name without legal form and accents, in Vietnamese or English, and
by the slips of a keyboard."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import IntEnum
from functools import cached_property, lru_cache

from fairs.core.text import fold, is_latin
from fairs.directory.names import company_key
from fairs.visitors.duplicates import is_near


class Party(IntEnum):
    """How sure it is that two records are one company; the higher the surer."""

    OTHER = 0
    WEAK = 1  # some words in common, or one name in another script: only a number in common makes it a question
    NEAR = 2  # a slip of the keyboard, or a word more
    ALIKE = 3  # the same words behind legal form, accents, order and language
    SAME = 4  # the same record, or the same tax code


# What a name says of the trade: a translation or a short form of the name may leave it out or put it otherwise.
_WORDS = (
    ("thu cong my nghe", "handicraft"), ("fine arts", "handicraft"), ("fine art", "handicraft"), ("hang thu cong", "handicraft"),
    ("my nghe", "handicraft"), ("gom su", "ceramic"), ("gom", "ceramic"), ("pottery", "ceramic"), ("porcelain", "ceramic"),
    ("may tre dan", "rattan"), ("may tre", "rattan"), ("tre dan", "rattan"), ("bamboo and rattan", "rattan"),
    ("rattan and bamboo", "rattan"), ("bamboo rattan", "rattan"), ("rattan bamboo", "rattan"), ("son mai", "lacquer"),
    ("lacquerware", "lacquer"), ("to tam", "silk"), ("to lua", "silk"), ("lua", "silk"), ("do go", "wood"), ("wooden", "wood"),
    ("theu", "embroidery"), ("det may", "textile"), ("det", "textile"), ("duc dong", "bronze"), ("qua tang", "gift"),
    ("luu niem", "souvenir"), ("xuat nhap khau", "import export"), ("xnk", "import export"), ("impex", "import export"),
    ("imex", "import export"), ("imexco", "import export"), ("xuat khau", "export"), ("nhap khau", "import"), ("imp", "import"),
    ("exp", "export"), ("thuong mai", "trading"), ("trade", "trading"), ("trd", "trading"), ("san xuat", "production"),
    ("manufacturing", "production"), ("manufacture", "production"), ("mfg", "production"), ("dich vu", "service"),
    ("phat trien", "development"), ("dau tu", "investment"), ("hop tac xa", "cooperative"), ("htx", "cooperative"),
    ("co so", "workshop"), ("ho kinh doanh", "workshop"), ("lang nghe", "craft village"), ("viet nam", "vietnam"), ("vn", "vietnam"),
    ("ha noi", "hanoi"), ("quoc te", "international"), ("intl", "international"), ("int l", "international"),
    ("trang tri", "decoration"), ("decor", "decoration"), ("noi that", "furniture"), ("doanh nghiep", "enterprise"),
)  # fmt: skip
_GENERIC = frozenset(
    " ".join(canonical for _word, canonical in _WORDS).split()
    + "craft product business art design home house store shop".split()
) - {"vietnam", "hanoi"}
_JOINING = frozenset("and of the va et und y de".split())
_TRANSLATE = re.compile(r"(?<= )(" + "|".join(sorted((w for w, _c in _WORDS), key=len, reverse=True)) + r")(?= )")
_CANONICAL = dict(_WORDS)


@dataclass(frozen=True)
class Names:
    """A company as it is compared."""

    id: int
    names: tuple[str, ...]
    country: str = ""
    tax_code: str = ""

    @cached_property
    def words(self) -> tuple[tuple[str, ...], ...]:
        """The words of each of its names, in one language."""
        return tuple(dict.fromkeys(words_of(name) for name in self.names if name))

    @cached_property
    def written(self) -> tuple[str, ...]:
        """Each of its names as one word, without accents and signs."""
        return tuple(
            dict.fromkeys("".join(letters for letters in fold(name) if letters.isalnum()) for name in self.names)
        )

    @cached_property
    def blocks(self) -> frozenset[str]:
        """What two records must have one of in common before they are compared at all."""
        found = {f"tax {self.tax_code[:10]}"} if self.tax_code else set()
        for words in self.words:
            for word in [word for word in words if word not in _GENERIC] or words:
                found |= {f"{word[:3]}…", f"…{word[-3:]}"}
            joined = "".join(words)
            found |= {joined[:4], joined[-4:]}
        return frozenset(found)


def word_parts(company: Names) -> set[str]:
    """Beginnings and ends of the words that tell a company from others, as they stand in its folded name: one of them survives a
    slip of the keyboard."""
    words = {word for words in company.words for word in words if word not in _GENERIC and len(word) > 2}
    if not words:
        words = {fold(word) for name in company.names for word in name.split() if len(word) > 2}
    return {part for word in words for part in (word[:3], word[-3:])}


@lru_cache(maxsize=65536)
def words_of(name: str) -> tuple[str, ...]:
    """The words of a name without legal form and accents, terms of the trade in English, in the order of the name."""
    key = f" {company_key(name).replace(' ', '  ')} "
    plain = _TRANSLATE.sub(lambda found: _CANONICAL[found[0]], " ".join(key.split()).join("  "))
    return tuple(_singular(word) for word in plain.split() if word not in _JOINING)


def _singular(word: str) -> str:
    return word[:-1] if len(word) > 4 and word.endswith("s") and not word.endswith("ss") else word


def likeness(one: Names, other: Names) -> Party:
    """How sure it is that two records are one company."""
    if one.id == other.id:
        return Party.SAME
    if one.tax_code and other.tax_code:
        # A branch has the ten digits of its company and three of its own; other numbers are other companies.
        return Party.SAME if one.tax_code[:10] == other.tax_code[:10] else Party.OTHER
    found = max((_words_alike(left, right) for left in one.words for right in other.words), default=Party.OTHER)
    if found < Party.NEAR and any(_written_near(left, right) for left in one.written for right in other.written):
        found = Party.NEAR  # the slip is in the legal form, or in a word of the trade
    if found < Party.WEAK and one.country == other.country and _other_script(one, other):
        found = Party.WEAK
    if one.country != other.country and found > Party.WEAK:
        return Party.NEAR if found is Party.ALIKE else Party.WEAK
    return found


def _other_script(one: Names, other: Names) -> bool:
    return any(is_latin(name) for name in one.names) != any(is_latin(name) for name in other.names)


def _words_alike(left: tuple[str, ...], right: tuple[str, ...]) -> Party:
    if sorted(left) == sorted(right) or "".join(left) == "".join(right):
        return Party.ALIKE
    here, there = Counter(left) - Counter(right), Counter(right) - Counter(left)
    common = Counter(left) & Counter(right)
    only_here, only_there = sorted(here.elements()), sorted(there.elements())
    own = [word for word in common if word not in _GENERIC]
    differ = [word for word in (*only_here, *only_there) if word not in _GENERIC]
    if not differ and own:
        # "Sakura" and "Sakura Trading" may be one; "Sakura Trading" and "Sakura Gift" are not by their name.
        return Party.NEAR if not (only_here and only_there) else Party.WEAK
    if len(only_here) == len(only_there) and all(map(_slip, only_here, only_there)) and len(only_here) <= 2:
        return Party.NEAR
    if _digits(left) == _digits(right) and _joined_near(left, right):
        return Party.NEAR
    distinct = {word for word in (*left, *right) if word not in _GENERIC}
    return Party.WEAK if distinct and len(own) * 2 >= len(distinct) and _digits(left) == _digits(right) else Party.OTHER


def _slip(one: str, other: str) -> bool:
    return min(len(one), len(other)) >= 4 and not _has_digit(one + other) and is_near(one, other)


def _joined_near(left: Iterable[str], right: Iterable[str]) -> bool:
    one, other = "".join(left), "".join(right)
    return min(len(one), len(other)) >= 7 and is_near(one, other)


def _written_near(one: str, other: str) -> bool:
    numbers = [letter for letter in one if letter.isdigit()] == [letter for letter in other if letter.isdigit()]
    return numbers and min(len(one), len(other)) >= 7 and abs(len(one) - len(other)) <= 2 and is_near(one, other)


def _has_digit(text: str) -> bool:
    return any(letter.isdigit() for letter in text)


def _digits(words: Iterable[str]) -> list[str]:
    return sorted(word for word in words if _has_digit(word))


def alike(companies: Iterable[Names], most: int = 400) -> Iterator[tuple[int, int, Party]]:
    """The pairs of different records that may be one company, at least WEAK; only records with a block in common are compared.

    A block of more than ``most`` records says nothing ("Hanoi …") and is left out.
    """
    blocks: dict[str, list[Names]] = {}
    for company in companies:
        for block in company.blocks:
            blocks.setdefault(block, []).append(company)
    seen: set[tuple[int, int]] = set()
    for members in blocks.values():
        if not 1 < len(members) <= most:
            continue
        for place, one in enumerate(members):
            for other in members[place + 1 :]:
                pair = (min(one.id, other.id), max(one.id, other.id))
                if pair in seen:
                    continue
                seen.add(pair)
                found = likeness(one, other)
                if found:
                    yield (*pair, found)
