"""From a letter as it is kept to the sheet that is drawn: words in both languages."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from typing import IO, Any

from flask import current_app
from sqlalchemy import select

from fairs.core.actor import SYSTEM, Actor
from fairs.core.db import db, transaction
from fairs.core.errors import NotFound
from fairs.core.i18n import country_name, format_date, format_money
from fairs.core.money import Money
from fairs.core.storage import StoredFile
from fairs.core.text import name_language
from fairs.documents.official import long_day
from fairs.hosting.states import SupportTier
from fairs.identity.service import document_of, documents_of, log_readings, mask, masked_number
from fairs.importers.models import Importer
from fairs.letters.models import Letter, Signatory
from fairs.letters.pdf import Cell, LetterSheet, letters_pdf
from fairs.letters.queries import letters_by_id
from fairs.letters.service import Opened, facts_now, shown_code, unseal
from fairs.letters.states import LetterKind, LetterState
from fairs.letters.texts import LetterWording, fill, paragraphs

SUPERIOR = ("Ủy ban nhân dân thành phố Hà Nội", "Hanoi People's Committee")
_AT_ONCE = 50  # letters in memory at a time
_HIDDEN_DAY = "••/••/••••"


def letter_pdf(letters: Sequence[Letter], *, purpose: str, by: Actor) -> bytes:
    """The letters in one PDF; each reading of a passport in them is written down. Raises NotFound, LetterRemoved.

    The same letter is the same at any time, but for the mark of one that does not count any more.
    """
    if not letters:
        raise NotFound
    opened = [unseal(letter) for letter in letters]
    with transaction():
        documents = documents_of([letter.person_id for letter in letters])
        read = [documents[letter.person_id] for letter in letters if letter.person_id in documents]
        log_readings(read, "number", purpose, by=by)
    pictures: dict[int, bytes] = {}
    return letters_pdf(_sheet(one, values, pictures) for one, values in zip(letters, opened, strict=True))


def write_letters(
    letter_ids: Sequence[int], kind: str, target: IO[bytes], *, by: Actor, tick: Callable[[int], None]
) -> None:
    """Write many letters to an open file: ``pdf`` all in one, ``zip`` each for itself. Outside transaction(): others write
    meanwhile. Each reading of a passport is written down first; ``tick`` is told how many are drawn. Raises NotFound."""
    if not letter_ids:
        raise NotFound
    with transaction():
        people = db.session.scalars(select(Letter.person_id).where(Letter.id.in_(letter_ids)))
        log_readings(list(documents_of(people.all()).values()), "number", f"print as {kind}", by=by)
    pictures: dict[int, bytes] = {}

    def sheets() -> Iterator[tuple[str, LetterSheet]]:
        done = 0
        for begin in range(0, len(letter_ids), _AT_ONCE):
            rows = letters_by_id(letter_ids[begin : begin + _AT_ONCE])
            found = [(row.reference, _sheet(row, unseal(row), pictures)) for row in rows if not row.is_removed]
            for one in found:
                yield one
                done += 1
                tick(done)

    if kind == "pdf":
        letters_pdf((sheet for _reference, sheet in sheets()), target)
        return
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:
        for reference, sheet in sheets():
            archive.writestr(f"{reference}.pdf", letters_pdf([sheet]))


def _sheet(letter: Letter, opened: Opened, pictures: dict[int, bytes]) -> LetterSheet:
    picture = _picture(letter.signature, pictures)
    mark = {LetterState.REPLACED: "ĐÃ THAY THẾ – REPLACED", LetterState.REVOKED: "ĐÃ THU HỒI – REVOKED"}
    return _made(
        letter.number, letter.issued_on, letter.valid_until, letter.stay_from, letter.stay_to,
        LetterWording.of(letter.text.texts), letter.facts, letter.name, letter.country, opened,
        (letter.signer_title_vi, letter.signer_title_en, letter.signer_name), picture, mark.get(letter.state, ""),
    )  # fmt: skip


def _picture(stored: StoredFile | None, pictures: dict[int, bytes]) -> bytes | None:
    if stored is None:
        return None
    if stored.id not in pictures:
        pictures[stored.id] = stored.read()
    return pictures[stored.id]


def preview_pdf(importer: Importer, kind: LetterKind, wording: LetterWording, signer: Signatory | None) -> bytes:
    """A text with the data of a guest as they are now; of the passport only what is no secret. Without number and effect."""
    facts, stay = facts_now(importer)
    fair, document = importer.fair, document_of(importer.person_id)
    opened = Opened(
        masked_number(document) or "•••••••", None, document.nationality if document is not None else "",
        document.expires_on if document is not None else None, "", importer.person.native_name,
        importer.person.name_language, importer.person.job_title,
    )  # fmt: skip
    name = importer.person.passport_name or importer.person.native_name
    signature = (signer.title_vi, signer.title_en, signer.name) if signer is not None else ("", "", "")
    sheet = _made(
        f"…/{wording.symbol}", fair.today, max(stay.last, fair.ends_on), stay.first, stay.last, wording, facts, name,
        importer.company.country, opened, signature, None, "XEM THỬ – PREVIEW",
    )  # fmt: skip
    return letters_pdf([sheet])


def _made(
    number: str, issued_on: date, valid_until: date, stay_from: date, stay_to: date, wording: LetterWording,
    facts: Mapping[str, Any], name: str, country: str, opened: Opened, signer: tuple[str, str, str],
    picture: bytes | None, mark: str,
) -> LetterSheet:  # fmt: skip
    config = current_app.extensions["fairs_config"]
    base = current_app.config["BASE_URL"]
    birth = {one: format_date(opened.birth_date, one) if opened.birth_date else "" for one in ("vi", "en")}
    if not opened.code:
        birth = dict.fromkeys(birth, _HIDDEN_DAY)
    words = {
        one: _words(one, facts, {
            "name": name.upper(), "birth_date": birth[one], "nationality": country_name(opened.nationality, one),
            "passport_number": opened.number, "passport_expires": _day(opened.expires_on, one), "number": number,
            "country": country_name(country, one), "date": format_date(issued_on, one),
            "valid_until": format_date(valid_until, one), "stay_from": format_date(stay_from, one),
            "stay_to": format_date(stay_to, one), "organisation": config.department if one == "vi" else config.department_en,
            "signer": signer[2], "position": opened.position,
        })
        for one in ("vi", "en")
    }  # fmt: skip
    vi, en = words["vi"], words["en"]
    tier = str(facts.get("tier", ""))
    before_vi, after_vi = paragraphs(wording.vi, vi, tier)
    before_en, after_en = paragraphs(wording.en, en, tier)
    city = str(facts["city"])
    return LetterSheet(
        number=number, superior=SUPERIOR, organisation=(vi["organisation"], en["organisation"]),
        place_and_date=(f"{city}, {long_day(issued_on, 'vi')}", f"{_english(city)}, {long_day(issued_on, 'en')}"),
        title=(fill(wording.vi.title, vi), fill(wording.en.title, en)),
        addressee=(_tidy(fill(wording.vi.addressee, vi)), _tidy(fill(wording.en.addressee, en))),
        before=(before_vi, before_en), cells=_cells(opened, vi, en, country), after=(after_vi, after_en), signer=signer,
        picture=picture, recipients=[line.strip("- ") for line in wording.vi.recipients.splitlines() if line.strip()],
        valid_until=(vi["valid_until"], en["valid_until"]),
        check_address=f"{base}/verify/{opened.code}" if opened.code else "", typed_at=f"{base}/verify",
        code=shown_code(opened.code) if opened.code else "", mark=mark,
    )  # fmt: skip


def _english(city: str) -> str:
    return {"Hà Nội": "Hanoi", "Thành phố Hồ Chí Minh": "Ho Chi Minh City", "Đà Nẵng": "Da Nang"}.get(city, city)


def _tidy(text: str) -> str:
    return " ".join(text.split()).rstrip(" ,")


def _day(day: date | None, locale: str) -> str:
    return format_date(day, locale) if day else ""


def _words(locale: str, facts: Mapping[str, Any], known: Mapping[str, str]) -> dict[str, str]:
    starts, ends = (date.fromisoformat(facts[key]) for key in ("starts_on", "ends_on"))

    def day(key: str) -> str:
        return format_date(date.fromisoformat(facts[key]), locale) if facts.get(key) else ""

    def money(key: str) -> str:
        return format_money(Money(int(facts[key]), facts["currency"]), locale) if facts.get(key) else ""

    to = "đến" if locale == "vi" else "to"
    return {
        **known, "company": facts["company"], "embassy": facts.get("embassy", ""),
        "fair": facts[f"fair_{locale}"], "venue": facts[f"venue_{locale}"],
        "fair_days": f"{format_date(starts, locale)} {to} {format_date(ends, locale)}" if starts != ends else format_date(starts, locale),
        "stay_address": facts[f"address_{locale}"] or facts["address_vi"], "nights": str(facts.get("nights", "")),
        "paid_from": day("paid_from"), "paid_to": day("paid_to"), "travel_cap": money("travel_cap"),
        "night_cap": money("night_cap"),
    }  # fmt: skip


def _cells(opened: Opened, vi: Mapping[str, str], en: Mapping[str, str], country: str) -> Sequence[Sequence[Cell]]:
    native = opened.native_name
    second = native if native and native.casefold() != vi["name"].casefold() else ""
    language = opened.language or name_language(native, country)
    place = vi["stay_address"]
    other = en["stay_address"] if en["stay_address"] != place else ""
    nationality = vi["nationality"] + (f" / {en['nationality']}" if en["nationality"] != vi["nationality"] else "")
    return [
        [Cell("Họ và tên (như trong hộ chiếu)", "Full name (as in the passport)", vi["name"], 1, language, second)],
        [
            Cell("Ngày sinh", "Date of birth", vi["birth_date"]), Cell("Quốc tịch", "Nationality", nationality, 1.5),
            Cell("Chức vụ", "Position", vi["position"], 1.2),
        ],
        [
            Cell("Số hộ chiếu", "Passport number", vi["passport_number"]),
            Cell("Hộ chiếu có giá trị đến", "Expires", vi["passport_expires"]),
            Cell("Thời gian lưu trú", "Stay", f"{vi['stay_from']} – {vi['stay_to']}", 1.7),
        ],
        [Cell("Đơn vị công tác", "Company", f"{vi['company']} ({en['country']})"),
         *([Cell("Nơi lưu trú", "Address of stay", place, 1, "", other)] if place else [])],
    ]  # fmt: skip


def payer_label(facts: Mapping[str, Any]) -> Any:
    """Who pays, in a word: for lists and pages."""
    tier = str(facts.get("tier", ""))
    return SupportTier(tier).label if tier in set(SupportTier) else ""


def hidden_number(letter: Letter) -> str:
    """The passport's number on the letter, all but the last three characters hidden; empty when it was removed."""
    return "" if letter.is_removed else mask(unseal(letter).number)


def letter_for_mail(reference: str) -> bytes:
    """The PDF of a letter that goes to its guest; raises NotFound and LetterRemoved."""
    letter = db.session.scalar(select(Letter).where(Letter.reference == reference))
    if letter is None:
        raise NotFound
    return letter_pdf([letter], purpose=f"mail of {reference}", by=SYSTEM)
