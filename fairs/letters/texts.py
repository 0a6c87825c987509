"""The text of a letter: plain lines with placeholders in braces. Nothing in it is ever run.

A line is a paragraph. ``{guest}`` alone on its line stands for the table of what the passport says; ``{pays}`` for the
sentence on who pays, of which there is one for each tier of support.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from typing import Any

from flask_babel import lazy_gettext as _l

from fairs.core.errors import InvalidInput
from fairs.core.text import clean, one_line
from fairs.letters.states import LetterKind

LOCALES = ("vi", "en")
LONGEST = 6000  # characters of one text
GUEST = "guest"
#: Placeholders, and what stands for them.
WORDS = {
    "name": _l("name as in the passport"), "birth_date": _l("birth date"), "nationality": _l("nationality"),
    "passport_number": _l("number of the passport"), "passport_expires": _l("day the passport expires"),
    "company": _l("company"), "country": _l("country of the company"), "position": _l("position"),
    "embassy": _l("embassy where the visa is applied for"),
    "fair": _l("name of the fair"), "fair_days": _l("days of the fair"), "venue": _l("place of the fair"),
    "stay_from": _l("first day of the stay"), "stay_to": _l("last day of the stay"), "stay_address": _l("address of the stay"),
    "pays": _l("who pays: the sentence of the guest's support"), "nights": _l("nights that are paid"),
    "paid_from": _l("first night that is paid"), "paid_to": _l("day on which the paid nights end"),
    "travel_cap": _l("most that is refunded of the journey"), "night_cap": _l("most that a night may cost"),
    "number": _l("number of the letter"), "date": _l("day it is issued"), "valid_until": _l("last day it is valid"),
    "organisation": _l("the department"), "signer": _l("who signs"),
}  # fmt: skip
_PLACEHOLDER = re.compile(r"\{([a-z_]{1,40})\}")
_SYMBOL = re.compile(r"[0-9A-ZĐ]{1,12}(?:-[0-9A-ZĐ]{1,12}){0,3}")


@dataclass(frozen=True, slots=True)
class LetterTexts:
    """The texts of a letter in one language; ``pays_…`` are the sentences by the tier of support."""

    title: str
    addressee: str
    body: str
    pays_both: str
    pays_travel: str
    pays_hotel: str
    pays_self: str
    closing: str
    recipients: str

    @classmethod
    def of(cls, values: Mapping[str, Any]) -> LetterTexts:
        """From what was kept; a text that is missing is empty."""
        return cls(**{one.name: str(values.get(one.name, "")) for one in fields(cls)})

    def pays(self, tier: str) -> str:
        """The sentence for a tier of support; empty stands for none."""
        return {"both": self.pays_both, "travel": self.pays_travel, "hotel": self.pays_hotel}.get(tier, self.pays_self)


PARTS = tuple(one.name for one in fields(LetterTexts))
REQUIRED = ("title", "body", "pays_both", "pays_travel", "pays_hotel", "pays_self")


@dataclass(frozen=True, slots=True)
class LetterWording:
    """A version of the text: the symbol after the running number, and the texts of both languages."""

    symbol: str
    vi: LetterTexts
    en: LetterTexts

    def as_dict(self) -> dict[str, Any]:
        """Plain JSON: ``symbol``, and ``vi_title`` and the like, as the form names them."""
        found = {f"{locale}_{part}": getattr(getattr(self, locale), part) for locale in LOCALES for part in PARTS}
        return {"symbol": self.symbol, **found}

    @classmethod
    def of(cls, values: Mapping[str, Any]) -> LetterWording:
        """From ``as_dict``."""
        halves = {
            locale: LetterTexts.of({part: values.get(f"{locale}_{part}", "") for part in PARTS}) for locale in LOCALES
        }
        return cls(str(values.get("symbol", "")), halves["vi"], halves["en"])


def checked(wording: LetterWording) -> LetterWording:
    """The text, cleaned. Raises InvalidInput with the field for whatever is no plain text with known placeholders.

    Refused: unknown placeholders, braces that are none (``{{ 7*7 }}``, ``{% … %}``), a table within a line, missing texts.
    """
    symbol = one_line(wording.symbol).upper()
    if not _SYMBOL.fullmatch(symbol):
        raise InvalidInput(_l("A symbol is written like TM-SCT."), field="symbol")
    values: dict[str, Any] = {"symbol": symbol}
    for locale in LOCALES:
        for part in PARTS:
            field = f"{locale}_{part}"
            text = clean(getattr(getattr(wording, locale), part)).replace("\r\n", "\n")
            _check(text, field, required=part in REQUIRED)
            if part == "body":
                _check_body(text, field)
            elif part.startswith("pays_") and re.search(r"\{(?:pays|guest)\}", text):
                raise InvalidInput(_l("This placeholder can only stand in the text of the letter."), field=field)
            values[field] = text
    return LetterWording.of(values)


def _check(text: str, field: str, *, required: bool) -> None:
    if required and not text:
        raise InvalidInput(_l("Please fill this in."), field=field)
    if len(text) > LONGEST:
        raise InvalidInput(_l("At most %(max)d characters.", max=LONGEST), field=field)
    unknown = sorted({name for name in _PLACEHOLDER.findall(text) if name not in WORDS and name != GUEST})
    if unknown:
        names = ", ".join(f"{{{name}}}" for name in unknown)
        raise InvalidInput(_l("There is no placeholder %(names)s.", names=names), field=field)
    if re.search(r"[{}]", _PLACEHOLDER.sub("", text)) or re.search(r"\{\{|\}\}", text):
        raise InvalidInput(_l("Braces stand around a placeholder only: {name}."), field=field)
    if field.partition("_")[2] != "body" and f"{{{GUEST}}}" in text:
        raise InvalidInput(_l("This placeholder can only stand in the text of the letter."), field=field)


def _check_body(text: str, field: str) -> None:
    lines = [line.strip() for line in text.splitlines()]
    if lines.count(f"{{{GUEST}}}") != 1 or text.count(f"{{{GUEST}}}") != 1:
        raise InvalidInput(_l("The text needs {guest} once, alone on its line: the table of the guest."), field=field)
    if "{pays}" not in text:
        raise InvalidInput(_l("The text needs {pays}: the sentence on who pays."), field=field)


def fill(text: str, words: Mapping[str, str]) -> str:
    """The text with its words; what is in a value is never looked at again."""
    return _PLACEHOLDER.sub(lambda found: words.get(found[1], found[0]), text)


def paragraphs(texts: LetterTexts, words: Mapping[str, str], tier: str) -> tuple[list[str], list[str]]:
    """The paragraphs before and after the table of the guest, filled in."""
    known = {**words, "pays": fill(texts.pays(tier), words)}
    before: list[str] = []
    after: list[str] = []
    part = before
    for line in _lines(texts.body):
        if line == f"{{{GUEST}}}":
            part = after
        else:
            part.append(fill(line, known))
    return before, after + [fill(line, known) for line in _lines(texts.closing)]


def _lines(text: str) -> Iterator[str]:
    return (line.strip() for line in text.splitlines() if line.strip())


_PAYS_VI = {
    "pays_both": "Ban Tổ chức chi trả tiền phòng khách sạn {nights} đêm (từ {paid_from} đến {paid_to}), tối đa {night_cap}/đêm, và hoàn lại chi phí vé máy bay khứ hồi tối đa {travel_cap}. Các chi phí khác do khách tự chi trả.",
    "pays_travel": "Ban Tổ chức hoàn lại chi phí vé máy bay khứ hồi tối đa {travel_cap}. Tiền phòng khách sạn và các chi phí khác do khách tự chi trả.",
    "pays_hotel": "Ban Tổ chức chi trả tiền phòng khách sạn {nights} đêm (từ {paid_from} đến {paid_to}), tối đa {night_cap}/đêm. Vé máy bay và các chi phí khác do khách tự chi trả.",
    "pays_self": "Khách tự chi trả toàn bộ chi phí đi lại, ăn ở trong thời gian lưu trú tại Việt Nam.",
    "recipients": "Như trên\nLưu: VT, QLTM",
}
_PAYS_EN = {
    "pays_both": "The organiser pays {nights} hotel nights (from {paid_from} to {paid_to}) up to {night_cap} a night, and refunds the return air ticket up to {travel_cap}. All other expenses are borne by the guest.",
    "pays_travel": "The organiser refunds the return air ticket up to {travel_cap}. Hotel and all other expenses are borne by the guest.",
    "pays_hotel": "The organiser pays {nights} hotel nights (from {paid_from} to {paid_to}) up to {night_cap} a night. Air ticket and all other expenses are borne by the guest.",
    "pays_self": "The guest bears all expenses of travel and stay in Viet Nam.",
    "recipients": "",
}
STANDARD = {
    LetterKind.INVITATION: LetterWording(
        "TM-SCT",
        LetterTexts.of({
            "title": "THƯ MỜI", "addressee": "Kính gửi: Ông/Bà {name}, {company}",
            "body": "{organisation} trân trọng kính mời Ông/Bà tham dự {fair}, tổ chức từ {fair_days} tại {venue}.\n"
            "{guest}\n"
            "Mục đích: thăm hội chợ, gặp gỡ các đơn vị tham gia và tìm nguồn hàng thủ công mỹ nghệ của Hà Nội.\n{pays}",
            "closing": "Rất hân hạnh được đón tiếp Ông/Bà tại Hà Nội. Thư mời có giá trị đến hết ngày {valid_until}.",
            **_PAYS_VI,
        }),
        LetterTexts.of({
            "title": "LETTER OF INVITATION", "addressee": "To: {name}, {company}",
            "body": "{organisation} has the honour to invite you to {fair}, held {fair_days} at {venue}.\n{guest}\n"
            "Purpose: to visit the fair, to meet its exhibitors and to source handicrafts of Hanoi.\n{pays}",
            "closing": "We look forward to welcoming you in Hanoi. This letter is valid until {valid_until}.",
            **_PAYS_EN,
        }),
    ),
    LetterKind.VISA: LetterWording(
        "SCT-QLTM",
        LetterTexts.of({
            "title": "CÔNG VĂN ĐỀ NGHỊ CẤP THỊ THỰC", "addressee": "Kính gửi: Cơ quan đại diện Việt Nam tại {country} {embassy}",
            "body": "{organisation} là đơn vị tổ chức {fair}, diễn ra từ {fair_days} tại {venue}. Chúng tôi mời khách có tên dưới đây vào Việt Nam để tham dự hội chợ và đề nghị Quý cơ quan xem xét, cấp thị thực nhập cảnh:\n"
            "{guest}\n"
            "Mục đích nhập cảnh: tham dự hội chợ và giao dịch thương mại.\n{pays}",
            "closing": "Chúng tôi cam kết phối hợp với cơ quan có thẩm quyền trong thời gian khách lưu trú. Công văn có giá trị đến hết ngày {valid_until}. Trân trọng cảm ơn./.",
            **_PAYS_VI,
        }),
        LetterTexts.of({
            "title": "VISA SUPPORT LETTER", "addressee": "To: the representative mission of Viet Nam in {country} {embassy}",
            "body": "{organisation} organises {fair}, held {fair_days} at {venue}. We have invited the guest named below to enter Viet Nam in order to take part in the fair, and kindly ask you to consider granting an entry visa:\n"
            "{guest}\n"
            "Purpose of entry: visit of the fair and business talks.\n{pays}",
            "closing": "We shall work with the competent authorities during the guest's stay. This letter is valid until {valid_until}. Thank you for your kind cooperation.",
            **_PAYS_EN,
        }),
    ),
}  # fmt: skip
"""The texts to begin with."""
