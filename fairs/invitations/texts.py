"""Texts of invitations in three languages, with placeholders that are filled for each reader."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from fairs.calendar.models import Fair
from fairs.core.errors import InvalidInput
from fairs.core.i18n import format_date
from fairs.core.text import clean, fold, one_line
from fairs.invitations.models import Invitee

LANGUAGES = {"en": "English", "vi": "Tiếng Việt", "ja": "日本語"}
"""English is needed: readers of other languages get it."""

PLACEHOLDERS = {
    "name": _l("name of the invitee"), "company": _l("their company"), "fair": _l("name of the fair"),
    "days": _l("days of the fair"), "place": _l("place of the fair"), "link": _l("the invitee’s own link"),
    "reply_by": _l("last day for an answer"),
}  # fmt: skip
_PLACE = re.compile(r"\{([^{}\n]*)\}")
MOST_SUBJECT, MOST_BODY = 200, 8000
LINK = "\ue000"
"""Stands for the link until the mail is rendered: only there the address of this installation is known."""

Texts = Mapping[str, Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class Filled:
    """A text as one reader gets it. ``locale`` is the one in which it is written."""

    locale: str
    subject: str
    body: str


def checked(texts: Texts) -> dict[str, dict[str, str]]:
    """The texts as they are kept, without empty languages. Raises InvalidInput with the field ``<part>_<language>``.

    English is needed, subject and body go together, no placeholder is unknown, each body has the link.
    """
    kept: dict[str, dict[str, str]] = {}
    for language in LANGUAGES:
        given = texts.get(language, {})
        subject, body = one_line(given.get("subject", "")), clean(given.get("body", ""))
        if not subject and not body and language != "en":
            continue
        for part, text, most in (("subject", subject, MOST_SUBJECT), ("body", body, MOST_BODY)):
            field = f"{part}_{language}"
            if not text:
                raise InvalidInput(_l("Please fill this in."), field=field)
            if len(text) > most:
                raise InvalidInput(_("At most %(max)d characters.", max=most), field=field)
            unknown = [f"{{{name}}}" for name in _PLACE.findall(text) if name not in PLACEHOLDERS]
            if unknown:
                raise InvalidInput(
                    _("Unknown placeholder: %(names)s", names=", ".join(dict.fromkeys(unknown))), field=field
                )
        if "{link}" not in body:
            raise InvalidInput(_l("The text needs {link}: without it nobody can answer."), field=f"body_{language}")
        kept[language] = {"subject": subject, "body": body}
    return kept


def language_for(texts: Texts, locale: str) -> str:
    """The language in which a reader is written to: the reader's own, or English where there is no text in it."""
    return locale if locale in texts else "en"


def filled(texts: Texts, invitee: Invitee, reply_by: date | None, *, language: str = "") -> Filled:
    """The text for an invitee, in ``language`` or their own; what a name contains is never taken for a placeholder."""
    locale = language_for(texts, language or invitee.locale)
    values = values_for(invitee, locale, reply_by) | {"link": LINK}

    def put(text: str) -> str:
        return _PLACE.sub(lambda found: values.get(found[1], found[0]), text)

    text = texts[locale]
    return Filled(locale, one_line(put(text["subject"])), put(text["body"]))


def values_for(invitee: Invitee, locale: str, reply_by: date | None) -> dict[str, str]:
    """What the placeholders mean for an invitee, in the language of the letter."""
    fair = invitee.fair
    return {
        "name": invitee.person.display_name,
        "company": invitee.company.name,
        "fair": name_of(fair, locale),
        "days": days_of(fair, locale),
        "place": place_of(fair, locale),
        "reply_by": format_date(reply_by or fair.starts_on, locale),
    }


def name_of(fair: Fair, locale: str) -> str:
    """The fair's name in the language of a letter."""
    return fair.name_vi if locale == "vi" else fair.name_en or fair.name_vi


def place_of(fair: Fair, locale: str) -> str:
    """Where it takes place, in the language of a letter, with the city unless it stands there already."""
    place = fair.venue_vi if locale == "vi" else fair.venue_en or fair.venue_vi
    is_named = not fair.city or fold(fair.city).replace(" ", "") in fold(place).replace(" ", "")
    return place if is_named else ", ".join(part for part in (place, fair.city) if part)


def days_of(fair: Fair, locale: str) -> str:
    """First and last day of the fair."""
    return f"{format_date(fair.starts_on, locale)} – {format_date(fair.ends_on, locale)}"


INVITATION: dict[str, dict[str, str]] = {
    "en": {
        "subject": "Invitation to {fair}, {days}",
        "body": (
            "Dear {name},\n\nwe invite {company} to {fair}, from {days} at {place}.\n\n"
            "Hundreds of makers from the craft villages of Hanoi show ceramics, lacquerware, silk, bamboo, silver and wood: "
            "new designs, direct prices, small first orders.\n\n"
            "Please tell us by {reply_by} whether you can come, or name a colleague. It takes a minute, no account is needed:\n\n"
            "{link}\n\nWe look forward to welcoming you."
        ),
    },
    "vi": {
        "subject": "Thư mời tham dự {fair}, {days}",
        "body": (
            "Kính gửi {name},\n\nchúng tôi trân trọng kính mời {company} tham dự {fair}, từ {days} tại {place}.\n\n"
            "Hội chợ quy tụ hàng trăm cơ sở của các làng nghề Hà Nội với gốm sứ, sơn mài, lụa, mây tre đan, bạc và đồ gỗ mỹ nghệ: "
            "mẫu mã mới, giá tại xưởng, nhận đơn hàng đầu tiên với số lượng nhỏ.\n\n"
            "Kính mong Quý vị trả lời trước ngày {reply_by}, hoặc cử đồng nghiệp đi thay. Chỉ mất một phút, không cần tài khoản:\n\n"
            "{link}\n\nTrân trọng kính mời."
        ),
    },
    "ja": {
        "subject": "{fair}（{days}）へのご招待",
        "body": (
            "{company}\n{name} 様\n\n拝啓　時下ますますご清栄のこととお慶び申し上げます。\n\n"
            "このたび {place} にて {days} に開催いたします「{fair}」へ、貴社をご招待申し上げます。\n\n"
            "ハノイの工芸村から数百の生産者が集まり、陶磁器、漆器、シルク、竹・籐製品、銀細工、木工品の新作を直接価格でご紹介いたします。"
            "少量からのご注文も承ります。\n\n"
            "{reply_by} までに、下記のリンクよりご出欠をお知らせください。代理の方をご指名いただくこともできます。"
            "登録は不要で、一分ほどで完了いたします。\n\n{link}\n\n皆様のお越しを心よりお待ち申し上げております。\n\n敬具"
        ),
    },
}

REMINDER: dict[str, dict[str, str]] = {
    "en": {
        "subject": "A reminder: {fair}, {days}",
        "body": (
            "Dear {name},\n\nsome time ago we invited {company} to {fair}, from {days} at {place}, and have not heard from you yet.\n\n"
            "May we ask for your answer by {reply_by}? Yes or no, one press is enough:\n\n{link}\n\n"
            "This link replaces the one of our earlier mail."
        ),
    },
    "vi": {
        "subject": "Nhắc lại thư mời: {fair}, {days}",
        "body": (
            "Kính gửi {name},\n\nthời gian trước chúng tôi đã gửi thư mời {company} tham dự {fair}, từ {days} tại {place}, "
            "và chưa nhận được hồi âm của Quý vị.\n\nKính mong Quý vị trả lời trước ngày {reply_by}:\n\n{link}\n\n"
            "Đường dẫn này thay cho đường dẫn trong thư trước. Trân trọng cảm ơn."
        ),
    },
    "ja": {
        "subject": "【再送】{fair}（{days}）へのご招待",
        "body": (
            "{company}\n{name} 様\n\nいつもお世話になっております。先日、{place} にて {days} に開催いたします「{fair}」への"
            "ご招待状をお送りいたしましたが、まだご返信をいただいておりません。\n\n"
            "お手数ですが、{reply_by} までに下記のリンクよりご出欠をお知らせください。\n\n{link}\n\n"
            "以前のメールのリンクは無効となり、こちらのリンクのみ有効です。よろしくお願い申し上げます。"
        ),
    },
}
