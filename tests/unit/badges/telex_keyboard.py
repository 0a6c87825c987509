"""A Vietnamese Telex keyboard, as an input method between a hand scanner and a text field behaves.

Written from the rules of Vietnamese spelling and from how the widespread UniKey family documents itself; it
shares no code with the repair that it tests. Upper case only, because a badge code has nothing else.

Two temperaments: with the spelling check on, what cannot be Vietnamese is left alone up to the next break;
with it off (the worst case for us) every letter that cannot continue a syllable starts a new one.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, field

TONE_KEYS = {"S": "\u0301", "F": "\u0300", "R": "\u0309", "X": "\u0303", "J": "\u0323"}
VOWELS = set("AEIOUYÂĂÊÔƠƯ")
ROOF = {"A": "Â", "E": "Ê", "O": "Ô"}
HOOK = {"A": "Ă", "O": "Ơ", "U": "Ư"}
BARE = {"Â": "A", "Ă": "A", "Ê": "E", "Ô": "O", "Ơ": "O", "Ư": "U"}
BREAKS = set(" $%*+-./:")


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


NUCLEI = _words(
    "A Â Ă E Ê I O Ô Ơ U Ư Y AI AO AU AY ÂU ÂY EO EU ÊU IA IE IÊ IU OA OĂ OE OI ÔI ƠI UA UÂ UE UÊ UI UO UÔ UƠ UU"
    " UY ƯA ƯI ƯO ƯƠ ƯU YE YÊ IEU IÊU OAI OAY OEO UAY UÂY UOI UOU UÔI UƠI UƠU UYA UYE UYÊ UYU ƯOI ƯOU ƯƠI ƯƠU"
    " YEU YÊU"
)
ONSETS = _words(
    "B C CH D Đ DZ G GH GI H K KH L M N NG NGH NH P PH Q QU R S T TH TR V X F J W Z"
)  # F J W Z open no Vietnamese word, yet a vowel after them is accepted
CODAS = {
    **dict.fromkeys(("A", "E", "OA"), "C CH M N NG NH P T"),
    **dict.fromkeys(("Â", "Ă", "O", "Ô", "U", "IE", "IÊ", "UO", "UÔ", "ƯO", "ƯƠ", "UƠ"), "C M N NG P T"),
    **dict.fromkeys(("Ê", "I"), "C CH M N NH P T"),
    **dict.fromkeys(("YE", "YÊ"), "M N NG P T"),
    "Ơ": "M N P T", "Ư": "C M N NG T", "Y": "T", "OĂ": "C M N NG T", "OE": "N T", "UA": "N NG T", "UÂ": "N NG T",
    "UE": "C CH N NH", "UÊ": "C CH N NH", "UY": "C CH N NH P T", "UYE": "N T", "UYÊ": "N T",
}  # fmt: skip
K_TAKES = _words("E I Y Ê EO EU ÊU IA IE IÊ IEU IÊU")


def fits(onset: str, nucleus: str, coda: str) -> bool:
    """Whether the three parts can stand in one Vietnamese syllable (or its unfinished beginning)."""
    if onset not in ONSETS and onset:
        return False
    if nucleus and nucleus not in NUCLEI:
        return False
    if onset == "K" and nucleus and nucleus not in K_TAKES:
        return False
    if (onset == "GI" and nucleus[:1] == "I") or (onset == "QU" and nucleus[:1] == "U"):
        return False
    if not coda:
        return True
    if onset == "QU" and nucleus == "Y" and coda in {"N", "NH"}:
        return True
    return coda in CODAS.get(nucleus, "").split()


@dataclass
class Syllable:
    """What is being typed: onset, vowels, coda, one tone."""

    onset: str = ""
    nucleus: str = ""
    coda: str = ""
    tone: str = ""

    def tone_place(self) -> int:
        """Index of the vowel that carries the tone, by the old style (hòa, thúy)."""
        nucleus = self.nucleus
        for place in range(len(nucleus) - 1, -1, -1):
            if nucleus[place] in BARE:
                return place
        if len(nucleus) == 3:
            return 1
        if len(nucleus) == 2:
            return 1 if self.coda else 0
        return 0

    def __str__(self) -> str:
        nucleus = self.nucleus
        if self.tone and nucleus:
            place = self.tone_place()
            marked = unicodedata.normalize("NFC", nucleus[place] + self.tone)
            nucleus = nucleus[:place] + marked + nucleus[place + 1 :]
        return self.onset + nucleus + self.coda


@dataclass
class TelexKeyboard:
    """Feed it keys, read what the text field shows."""

    spelling: bool = False
    lone_w: bool = True
    done: list[str] = field(default_factory=list)
    now: Syllable = field(default_factory=Syllable)
    literal: bool = False
    w_as_vowel: bool = False

    def type(self, keys: str) -> str:
        """All keys in one go; returns the text that arrives."""
        for key in keys:
            self._press(key)
        self._flush()
        return "".join(self.done)

    def _flush(self) -> None:
        self.done.append(str(self.now))
        self.now = Syllable()
        self.w_as_vowel = False

    def _press(self, key: str) -> None:
        if key in BREAKS:
            self._flush()
            self.done.append(key)
            self.literal = False
        elif key.isdigit():
            self._flush()
            self.done.append(key)
            self.literal = self.spelling
        elif self.literal:
            self.done.append(key)
        elif not (self._tone(key) or self._roof(key) or self._hook(key) or self._bar(key)):
            self._append(key)

    def _append(self, key: str) -> None:
        """Continue the syllable with this letter, or start another one (or give up on the word)."""
        now = self.now
        if key in VOWELS:
            if not now.coda:
                if (now.onset, key) in {("Q", "U"), ("G", "I")} and not now.nucleus:
                    now.onset += key
                    return
                if fits(now.onset, now.nucleus + key, ""):
                    now.nucleus += key
                    return
        elif not now.nucleus:
            if now.onset + key in ONSETS:
                now.onset += key
                return
        elif fits(now.onset, now.nucleus, now.coda + key):
            if now.nucleus in {"ƯO", "UƠ"}:
                now.nucleus = "ƯƠ"
            now.coda += key
            return
        self._flush()
        if self.spelling:
            self.literal = True
            self.done.append(key)
        elif key in VOWELS:
            self.now.nucleus = key
        else:
            self.now.onset = key

    def _undo(self, key: str) -> bool:
        """A repeated key took its own mark back: it now stands as a letter."""
        self._append(key)
        return True

    def _tone(self, key: str) -> bool:
        now = self.now
        if key == "Z" and now.tone:
            now.tone = ""
            return True
        if key not in TONE_KEYS or not now.nucleus:
            return False
        if now.coda in {"C", "CH", "P", "T"} and key in "FRX":
            return False
        if now.tone == TONE_KEYS[key]:
            now.tone = ""
            return self._undo(key)
        now.tone = TONE_KEYS[key]
        return True

    def _roof(self, key: str) -> bool:
        now = self.now
        if key not in ROOF or not now.nucleus:
            return False
        if key == "O" and now.nucleus[:2] in {"ƯO", "ƯƠ"}:
            changed = "UÔ" + now.nucleus[2:]
        else:
            changed = now.nucleus.replace("Ơ" if key == "O" else "Ă" if key == "A" else key, key, 1)
            changed = changed.replace(key, ROOF[key], 1)
        if changed != now.nucleus and fits(now.onset, changed, now.coda):
            now.nucleus = changed
            return True
        if ROOF[key] in now.nucleus:
            now.nucleus = now.nucleus.replace(ROOF[key], key, 1)
            return self._undo(key)
        return False

    def _hook(self, key: str) -> bool:
        now = self.now
        if key != "W":
            return False
        if now.nucleus:
            bare = now.nucleus.replace("Ô", "O").replace("Â", "A")
            if bare[:2] == "UO":
                goals = ["UƠ"] if (now.onset, bare, now.coda) == ("TH", "UO", "") else ["ƯƠ" + bare[2:]]
            elif bare[:2] in {"ƯO", "UƠ"}:
                goals = ["ƯƠ" + bare[2:]]
            else:
                goals = [bare.replace(c, HOOK[c], 1) for c in "UOA" if c in bare]
                if bare[:2] in {"OA", "UY"}:
                    goals = [bare.replace("A", "Ă")]
            for goal in goals:
                if goal != now.nucleus and fits(now.onset, goal, now.coda):
                    now.nucleus = goal
                    return True
            if any(c in now.nucleus for c in "ĂƠƯ"):
                lone = self.lone_w and now.nucleus == "Ư" and not now.coda and self.w_as_vowel
                for hooked in "ĂƠƯ":
                    now.nucleus = now.nucleus.replace(hooked, BARE[hooked])
                if lone:
                    now.nucleus = ""
                return self._undo(key)
            return False
        if not self.lone_w or not fits(now.onset, "Ư", "") or now.coda:
            return False
        now.nucleus = "Ư"
        self.w_as_vowel = True
        return True

    def _bar(self, key: str) -> bool:
        now = self.now
        if key != "D":
            return False
        if now.onset == "D":
            now.onset = "Đ"
            return True
        if now.onset == "Đ":
            now.onset = "D"
            return self._undo(key)
        return False
