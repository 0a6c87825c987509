"""Undoing what a Vietnamese Telex keyboard does to a scanned code.

A hand scanner types like a keyboard. With a Telex input method switched on, `AA` arrives as `Â`, `DD` as `Đ`,
`W` or `UW` as `Ư`, and S, F, R, X, J turn into a tone mark on a vowel typed before them.

What can be undone:

- A mark names its key exactly: `Ế` was an E, a second E and an S. Lost is only the *place* of the mark's key,
  which may have been typed anywhere between its vowel and the end of the syllable (`ÁNG` was `ASNG`, `ANSG` or
  `ANGS`), and whether `Ư` was `W` or `UW`, which the known length of the code mostly decides.
- A key that was taken back leaves no trace: `ASS` shows `AS`, `AFS` shows `Á`, `ASZ` shows `A`. The length tells
  how many keys are missing, and there are few places where they can have been.

So a mangled text has a set of possible originals, from one to some hundreds. They are listed here, the likelier
first; the signature of the code tells which one is real. The rules are wider than any one input method, because
several are in use and each can be configured.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import permutations, product

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"
# Base45 writes two bytes as three characters, the last one worth 2025: at most 65535 // 2025 = 32, a W.
_THIRD = frozenset(ALPHABET[: 65535 // 2025 + 1])
_VOWELS = "AEIOUY"
_CODAS = frozenset({"", "C", "CH", "M", "N", "NG", "NH", "P", "T"})
_TONES = {"\u0301": "S", "\u0300": "F", "\u0309": "R", "\u0303": "X", "\u0323": "J"}
_HAT, _BREVE, _HORN, _BAR = "\u0302", "\u0306", "\u031b", "\u0335"
# Bounds against hostile input: a real code stays far below each of them.
_MOST_COST = 4
_MOST_STEPS = 4_000
_MOST_LETTERS = 24
_MOST_PLACES = 2_000
_MOST_TEXT = 400


@dataclass(frozen=True, slots=True)
class _Letter:
    base: str
    shape: str = ""
    tone: str = ""


@dataclass(frozen=True, slots=True)
class _Key:
    """A key that left a mark (or nothing) instead of a letter; typed after letter `host` or later."""

    key: str
    host: int
    cost: int = 0


def ambiguity(code: str) -> float:
    """An upper estimate of how many originals the code would have after Telex; infinite if keys could vanish.

    Looked at is each run of letters: a run in which two marks can compete, or one can be taken back, is one where
    keys vanish; otherwise each mark can have been typed anywhere behind its vowel.
    """
    total = 1.0
    for run in re.findall("[A-Z]{2,}", code):
        doubled = [key for key in "AEO" if run.count(key) > 1]
        hooks, bars = run.count("W"), run.count("D")
        vowel = next((i for i, key in enumerate(run) if key in _VOWELS or key == "W"), len(run))
        tones = sum(key in "SFRXJZ" for key in run[vowel:])
        if tones > 1 or hooks > 1 or bars > 2 or len(doubled) + bool(hooks) > 1 or any(run.count(k) > 2 for k in "AEO"):
            return math.inf
        if bars == 2:
            total *= len(run) - run.rindex("D")
        marks = tones + len(doubled) + (hooks if run[vowel : vowel + 1] != "W" else 0)
        total *= max(1, len(run) - vowel - 1) ** marks
    return total


def _letters(text: str) -> list[_Letter | str] | None:
    """The text as letters with their marks, other characters as they are; None if something foreign is in it."""
    found: list[_Letter | str] = []
    for char in unicodedata.normalize("NFD", text.upper().replace("Đ", "D" + _BAR).replace("Ð", "D" + _BAR)):
        last = found[-1] if found else ""
        if char in _TONES or char in {_HAT, _BREVE, _HORN, _BAR}:
            if not isinstance(last, _Letter):
                return None
            if char in _TONES:
                found[-1] = _Letter(last.base, last.shape, _TONES[char])
            else:
                found[-1] = _Letter(last.base, char, last.tone)
        elif char.isascii() and char.isalpha():
            found.append(_Letter(char))
        elif char in ALPHABET:
            found.append(char)
        else:
            return None
    return found


def _ways(word: tuple[_Letter, ...]) -> Iterator[tuple[str, list[_Key]]]:
    """The letters that were typed as such, and the keys behind the marks, for every reading of the horns."""
    sure: list[_Key] = []
    open_choices: list[list[tuple[str, list[_Key]]]] = []
    for i, letter in enumerate(word):
        choices = [(letter.base, list[_Key]())]
        if letter.shape == _HAT:
            sure.append(_Key(letter.base, i))
        elif letter.shape == _BAR:
            sure.append(_Key("D", i))
        elif letter.shape:
            choices = [(letter.base, [_Key("W", i)])]
            if letter.base == "U":
                choices.append(("W", []))
            before, after = word[i - 1 : i], word[i + 1 : i + 2]
            if (letter.base == "U" and after and after[0].shape == _HORN) or (
                letter.base == "O" and before and before[0].shape == _HORN
            ):
                choices.append((letter.base, []))  # one W can give both horns of ƯƠ
        open_choices.append(choices)
        if letter.tone:
            start = i
            while start and word[start - 1].base in _VOWELS:
                start -= 1  # the tone moves along while vowels follow
            sure.append(_Key(letter.tone, start))
    if math.prod(map(len, open_choices)) > _MOST_PLACES:
        return
    for choice in product(*open_choices):
        yield "".join(base for base, _ in choice), sure + [key for _, keys in choice for key in keys]


def _gaps(letters: str, key: _Key) -> Iterator[tuple[int, int]]:
    """Where the key can have been typed, as (gap, cost): gap n follows letter n. Past the syllable it costs."""
    for gap in range(key.host, len(letters)):
        between = letters[key.host + 1 : gap + 1]
        likely = between.lstrip(_VOWELS + "W") in _CODAS if key.key != "D" else True
        yield gap, 0 if likely else 1


def _typed(letters: str, keys: list[_Key]) -> Iterator[tuple[int, str]]:
    """Every sequence of keys that these letters and these extra keys can have been, with its cost."""
    gaps = [list(_gaps(letters, key)) for key in keys]
    if math.prod(map(len, gaps)) > _MOST_PLACES:
        gaps = [[place for place in some if place[1] == 0] for some in gaps]
    if math.prod(map(len, gaps)) > _MOST_PLACES:
        return
    for places in product(*gaps):
        cost = sum(extra for _, extra in places) + sum(key.cost for key in keys)
        at: dict[int, list[str]] = {}
        for key, (gap, _) in zip(keys, places, strict=True):
            at.setdefault(gap, []).append(key.key)
        for orders in product(*(set(permutations(some)) for some in at.values())):
            pieces = list(letters)
            for gap, order in zip(at, orders, strict=True):
                pieces[gap] += "".join(order)
            yield cost, "".join(pieces)


def _missing(word: tuple[_Letter, ...], letters: str) -> Iterator[list[_Key]]:
    """Keys that may have been typed and taken back without a trace, one or two at a time."""
    for i, letter in enumerate(word):
        earlier = letters[:i]
        if letter.tone:
            start = i - (len(earlier) - len(earlier.rstrip(_VOWELS)))
            yield from ([_Key(tone, start, 1)] for tone in _TONES.values() if tone != letter.tone)
        elif letter.base in _VOWELS and not any(other.tone for other in word):
            yield from ([_Key(tone, i, 1), _Key("Z", i, 1)] for tone in _TONES.values())
        if letter.shape == _HAT and letter.base in "AO":
            yield [_Key("W", i, 1)]
        elif letter.shape and letter.base in "AO":
            yield [_Key(letter.base, i, 1)]
        elif not letter.shape:
            # Typed twice, the second time takes the mark back and stands as a letter.
            if letter.base in "SFRXJ" and any(c in _VOWELS for c in earlier):
                yield [_Key(letter.base, min(earlier.index(c) for c in _VOWELS if c in earlier), 1)]
            elif letter.base in "AEOD" and letter.base in earlier:
                yield [_Key(letter.base, earlier.rindex(letter.base), 1)]
            elif letter.base == "W":
                yield [_Key("W", i, 1)]
                if earlier and any(c in "AOU" for c in earlier):
                    yield [_Key("W", max(earlier.rfind(c) for c in "AOU"), 1)]


class _Effort:
    """A number of steps that the whole search may take, whatever is fed to it."""

    def __init__(self, steps: int) -> None:
        self.steps = steps

    def spend(self) -> bool:
        self.steps -= 1
        return self.steps >= 0


def _options(
    word: tuple[_Letter, ...], spare: int, effort: _Effort, known: tuple[tuple[int, str], ...] = ()
) -> tuple[tuple[int, str], ...]:
    """All that the word can have been, cheapest first; with up to `spare` keys more than its marks show.

    What is `known` already stays, even when the effort ends before it is found again.
    """
    if len(word) > _MOST_LETTERS:
        return ()
    best = {typed: cost for cost, typed in known}
    for letters, keys in _ways(word):
        rounds = [keys]
        if spare:
            rounds += [keys + lost for lost in _missing(word, letters) if len(lost) <= spare]
        for extra in rounds:
            for cost, typed in _typed(letters, extra):
                if not effort.spend():
                    break
                best[typed] = min(cost, best.get(typed, cost))
    return tuple(sorted((cost, typed) for typed, cost in best.items()))


def originals(text: str, length: int) -> Iterator[str]:
    """What may have been typed to make `text` appear, `length` keys long, the likelier first, without repeats.

    Only strings that base45 can have written are given. The search stops by itself after a bounded effort.
    """
    letters = _letters(text) if len(text) <= _MOST_TEXT else None
    if letters is None:
        return
    words: list[tuple[_Letter, ...] | str] = []
    for item in letters:
        if isinstance(item, _Letter) and words and isinstance(words[-1], tuple):
            words[-1] = (*words[-1], item)
        else:
            words.append((item,) if isinstance(item, _Letter) else item)
    effort = _Effort(_MOST_STEPS)
    options = [((0, word),) if isinstance(word, str) else _options(word, 0, effort) for word in words]
    if not all(options):
        return
    spare = length - sum(min(len(typed) for _, typed in choices) for choices in options)
    if spare > 0:
        options = [
            ((0, word),) if isinstance(word, str) else _options(word, min(spare, 2), effort, known)
            for word, known in zip(words, options, strict=True)
        ]
    search = _Search(length, options, _Effort(_MOST_STEPS))
    seen: set[str] = set()
    for cost in range(_MOST_COST + 1):
        for typed in search.run(cost):
            if typed not in seen:
                seen.add(typed)
                yield typed


class _Search:
    """Depth first through the words, one exact total cost at a time."""

    def __init__(self, length: int, options: list[tuple[tuple[int, str], ...]], effort: _Effort) -> None:
        self.length = length
        self.options = options
        self.effort = effort
        # Shortest and longest that the words from here on can be without paying; paying one adds at most one key.
        self.shortest, self.longest = [0], [0]
        for choices in reversed(options):
            free = [len(typed) for cost, typed in choices if cost == 0]
            self.shortest.append(self.shortest[-1] + min(free))
            self.longest.append(self.longest[-1] + max(free))
        self.shortest.reverse()
        self.longest.reverse()

    def run(self, cost: int, word: int = 0, sofar: str = "") -> Iterator[str]:
        """All strings that use the words from `word` on at exactly this cost."""
        at = len(sofar)
        if not at + self.shortest[word] <= self.length <= at + self.longest[word] + cost:
            return
        if word == len(self.options):
            if cost == 0:
                yield sofar
            return
        for price, typed in self.options[word]:
            if price > cost:
                break
            if not self.effort.spend():
                return
            if all(typed[i] in _THIRD for i in range((2 - at) % 3, len(typed), 3)):
                yield from self.run(cost - price, word + 1, sofar + typed)
