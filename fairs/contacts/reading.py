"""From the rows of a list to contacts: what each says, what is wrong in it, what is worth knowing."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from flask_babel import lazy_gettext as _l

from fairs.accounts.service import normal_email
from fairs.contacts.columns import Layout, roles_of
from fairs.contacts.countries import country_of, country_of_domain, country_of_phone, letter_language
from fairs.contacts.days import read_day
from fairs.contacts.files import Sheet
from fairs.contacts.states import ImportKind
from fairs.core.errors import InvalidInput
from fairs.core.text import clean, fold, is_latin, name_language, one_line
from fairs.directory.names import company_key
from fairs.directory.service import normal_phone

#: What may be said of a row, by its key: kept with values, shown in whichever language the reader has.
SAYINGS: Mapping[str, Any] = {
    "formula": _l("%(head)s: a formula stands here without its value. Please write the value."),
    "no_name": _l("Neither a name nor a company stands in this row."),
    "no_country": _l("The country is missing, and neither telephone nor addresses tell it."),
    "country": _l("“%(text)s” is no country that is known."),
    "email": _l("“%(text)s” is not an e-mail address."),
    "too_long": _l("%(head)s: at most %(max)s characters."),
    "phone": _l("The telephone number “%(text)s” cannot be right and is left out."),
    "email_left": _l("“%(text)s” is not an e-mail address and is left out."),
    "website": _l("“%(text)s” is not a web address and is left out."),
    "guessed": _l("The country was told by telephone or address: %(text)s."),
    "company_as_name": _l("No name stands there: the company is written to."),
    "name_as_company": _l("No company stands there: the person counts as one."),
    "no_email": _l("No e-mail: can only be invited by post or telephone."),
    "more_emails": _l("More addresses: %(text)s"),
    "group": _l("Product group not known, kept as a note: %(text)s"),
    "date": _l("“%(text)s” is no day; kept as a note."),
    "language": _l("“%(text)s” is no language that letters can have."),
    "merged": _l("The same as row %(text)s: put together."),
    "merged_from": _l("Row %(text)s says the same and was put together with this one."),
    "passport": _l("A passport number has 5 to 20 letters and digits."),
    "nobody": _l("Nothing tells who was supported."),
    "day": _l("“%(text)s” is no day."),
    "days": _l("The last day lies before the first."),
    "amount": _l("“%(text)s” is no amount."),
    "currency": _l("“%(text)s” is no currency that is known."),
    "tax_code": _l("“%(text)s” is no Vietnamese tax code; compared as it stands."),
    "invited": _l("Was among those to be invited already."),
}
_LENGTHS = {"name": 200, "passport_name": 200, "company": 250, "job": 120, "website": 255, "address": 400}
_LANGUAGES = {
    "en": "en english anh tieng anh englisch anglais 英語 us gb", "vi": "vi vn vietnamese viet tieng viet vietnamesisch vietnamien ベトナム語",
    "ja": "ja jp jpn japanese nhat tieng nhat japanisch japonais 日本語",
}  # fmt: skip
_OTHERS = frozenset(
    "fr de es it ko zh ru fra ger deu french german francais deutsch tieng phap tieng duc tieng trung tieng han".split()
)


def saying(key: str, text: str = "", **more: Any) -> list[Any]:
    """Something said of a row, as it is kept."""
    return [key, {"text": one_line(text)[:120], **more}]


def in_words(said: Sequence[Any], kind: ImportKind = ImportKind.CONTACTS) -> str:
    """What was kept by saying(), in the reader's language."""
    key, values = said
    shown = dict(values)
    if "head" in shown:
        shown["head"] = str(roles_of(kind).get(shown["head"], shown["head"]))
    return str(SAYINGS[key]) % shown


@dataclass(slots=True)
class Contact:
    """What a row says, in normal form. ``country`` is ISO 3166, ``phone`` E.164; the first of ``emails`` is written to."""

    name: str = ""
    passport_name: str = ""
    name_language: str = ""
    company: str = ""
    country: str = ""
    emails: list[str] = field(default_factory=list)
    phone: str = ""
    website: str = ""
    job: str = ""
    address: str = ""
    groups: list[str] = field(default_factory=list)
    locale: str = "en"
    note: str = ""

    def as_json(self) -> dict[str, Any]:
        """As kept with the row."""
        return asdict(self)

    @property
    def email(self) -> str:
        """The address that is written to."""
        return self.emails[0] if self.emails else ""

    @property
    def key(self) -> str:
        """What tells whether two rows are of one company: country and name without its legal form."""
        return f"{self.country}:{company_key(self.company)}"[:310]


@dataclass(slots=True)
class Line:
    """A row as read: its number in the file, its cells, what it says (None where it cannot be used), problems and hints."""

    row: int
    cells: list[str]
    contact: Contact
    problems: list[list[Any]] = field(default_factory=list)
    hints: list[list[Any]] = field(default_factory=list)


def rows_of(sheet: Sheet, layout: Layout) -> Iterator[tuple[int, int, list[str]]]:
    """The rows below the heads that say anything: place in the sheet, number in the file, cells. Heads that come again are left out."""
    heads = sheet.rows[layout.row - 1] if layout.row else None
    used = [at for at, role in enumerate(layout.columns) if role]
    for at in range(layout.row, len(sheet.rows)):
        cells = sheet.rows[at]
        if any(cells[place] for place in used) and cells != heads:
            yield at, sheet.numbers[at], cells


def values_of(
    sheet: Sheet, layout: Layout, at: int, cells: Sequence[str], problems: list[list[Any]]
) -> dict[str, list[str]]:
    """The texts of a row by role; a formula without its value is a problem."""
    values: dict[str, list[str]] = {}
    for place, role in enumerate(layout.columns):
        if not role:
            continue
        text = cells[place]
        bare = (at, place) in sheet.formulas and not text
        # "=1+1" as a text in a CSV; a telephone number may begin with "=" by mistake of a program, a name never.
        if bare or (text.startswith("=") and len(text) > 1):
            problems.append(saying("formula", head=role))
            continue
        if text:
            values.setdefault(role, []).append(text)
    return values


def read_contacts(sheet: Sheet, layout: Layout, group_of: Callable[[str], list[str]]) -> list[Line]:
    """All rows below the heads; ``group_of`` gives the codes of product groups for a text, none where one is not known."""
    lines = []
    for at, number, cells in rows_of(sheet, layout):
        line = Line(number, list(cells), Contact())
        _read(line, values_of(sheet, layout, at, cells, line.problems), group_of)
        lines.append(line)
    return lines


def _read(line: Line, values: Mapping[str, list[str]], group_of: Callable[[str], list[str]]) -> None:
    one, notes = line.contact, [clean(text) for text in values.get("note", [])]

    def first(role: str) -> str:
        return one_line(values.get(role, [""])[0])

    _name(line, first)
    one.company, one.job = first("company"), first("job")
    one.address = ", ".join(dict.fromkeys(one_line(text) for text in values.get("address", [])))
    _emails(line, values.get("email", []))
    one.website = _website(line, first("website"))
    _country(line, first("country"), values.get("phone", []))
    _phone(line, values.get("phone", []), notes)
    for text in values.get("groups", []):
        codes = group_of(text)
        one.groups += [code for code in codes if code not in one.groups]
        if not codes:
            notes.append(text)
            line.hints.append(saying("group", text))
    if text := first("date"):
        day = read_day(text)
        notes.append(f"{day:%d/%m/%Y}" if day else text)
        if day is None:
            line.hints.append(saying("date", text))
    _language(line, first("language"))
    if not one.name and not one.company:
        line.problems.append(saying("no_name"))
    elif not one.name:
        one.name = one.company[:200]
        line.hints.append(saying("company_as_name"))
    elif not one.company:
        one.company = one.name
        line.hints.append(saying("name_as_company"))
    if not one.emails and not any(said[0] == "email" for said in line.problems):
        line.hints.append(saying("no_email"))
    if len(one.emails) > 1:
        notes.append(", ".join(one.emails[1:]))
        line.hints.append(saying("more_emails", ", ".join(one.emails[1:])))
    one.note = "\n".join(dict.fromkeys(text for text in notes if text))[:2000]
    for role, most in _LENGTHS.items():
        if len(getattr(one, role)) > most:
            line.problems.append(saying("too_long", head=role, max=most))


_TITLES = re.compile(r"^(?:mr|mrs|ms|miss|dr|prof|herr|frau|mme|mlle|ông|bà|anh|chị)\.?\s+(?=\S)", re.IGNORECASE)


def _name(line: Line, first: Callable[[str], str]) -> None:
    one = line.contact
    name, family, given = first("name"), first("family"), first("given")
    if family or given:
        # Written as the language does: family name first in East Asia and Viet Nam, last elsewhere.
        eastern = bool(re.search(r"[\u3040-\u9fff\uac00-\ud7ff]", family + given)) or bool(
            re.search(r"[\u1e00-\u1eff\u01a0\u01afđĐ]", family + given)
        )
        name = name or " ".join(part for part in ((family, given) if eastern else (given, family)) if part)
    one.name = _TITLES.sub("", name)
    one.passport_name = first("passport_name")
    if not one.name:
        one.name = one.passport_name
    if not one.passport_name and is_latin(one.name):
        one.passport_name = one.name
    if one.passport_name and not is_latin(one.passport_name):
        one.passport_name = ""


_APART = re.compile(r"[;,/|\s<>()\[\]\"“”、；，]+")


def _emails(line: Line, texts: Sequence[str]) -> None:
    wrong = []
    for text in texts:
        for part in _APART.split(text.replace("mailto:", " ")):
            bare = part.strip(".'`:")
            if "@" not in bare:
                continue
            try:
                email = normal_email(bare)
            except InvalidInput:
                wrong.append(bare)
                continue
            if len(email) <= 255 and email not in line.contact.emails:
                line.contact.emails.append(email)
        if "@" not in text and fold(text) not in {
            "",
            "-",
            "--",
            "n/a",
            "na",
            "none",
            "khong",
            "khong co",
            "nil",
            "x",
            "?",
        }:
            wrong.append(text)
    line.contact.emails = line.contact.emails[:10]
    for text in wrong:
        said = saying("email_left" if line.contact.emails else "email", text)
        (line.hints if line.contact.emails else line.problems).append(said)


def _website(line: Line, text: str) -> str:
    bare = text.split(maxsplit=1)[0].strip(",;") if text.split() else ""
    if not bare or bare in {"-", "n/a"}:
        return ""
    address = bare if bare.lower().startswith(("http://", "https://")) else f"https://{bare}"
    if not re.fullmatch(r"https?://[^\s/@<>\"']+\.[^\s<>\"']+", address, re.IGNORECASE) or len(address) > 255:
        line.hints.append(saying("website", text))
        return ""
    return address


def _country(line: Line, text: str, phones: Sequence[str]) -> None:
    one = line.contact
    one.country = country_of(text)
    if text and not one.country and text not in {"-", "?"}:
        line.problems.append(saying("country", text))
        return
    if one.country:
        return
    ends = [domain_of_website(one.website), *(email.rsplit("@", 1)[1] for email in one.emails)]
    guesses = [*(country_of_phone(phone) for phone in phones), *(country_of_domain(end) for end in ends)]
    one.country = next((guess for guess in guesses if guess), "")
    if one.country:
        line.hints.append(saying("guessed", one.country))
    else:
        line.problems.append(saying("no_country"))


def domain_of_website(website: str) -> str:
    """The host of a web address without "www."; empty for none."""
    host = re.sub(r"^https?://", "", website.strip().lower()).split("/", 1)[0].split(":", 1)[0]
    return host.removeprefix("www.")


def _phone(line: Line, texts: Sequence[str], notes: list[str]) -> None:
    one = line.contact
    for text in texts:
        for part in re.split(r"[;,\n]|\s/\s|\bor\b|\bhoặc\b", text):
            bare = re.sub(r"(?i)^\s*(?:tel|mob|mobile|phone|đt|dđ)[.:]*\s*", "", part).strip()
            if not any(sign.isdigit() for sign in bare):
                continue
            try:
                phone = normal_phone(bare[:60], one.country or "VN")
            except InvalidInput:
                line.hints.append(saying("phone", bare))
                continue
            if not one.phone:
                one.phone = phone
            elif phone != one.phone:
                notes.append(phone)


def _language(line: Line, text: str) -> None:
    one = line.contact
    one.locale = letter_language(one.country)
    one.name_language = name_language(one.name, one.country)
    plain = fold(text)
    if not plain:
        return
    told = next(
        (code for code, words in _LANGUAGES.items() if plain in words.split() or f" {plain} " in f" {words} "), ""
    )
    if told:
        one.locale = told
    elif plain not in _OTHERS:
        line.hints.append(saying("language", text))
    else:
        one.locale = "en"
