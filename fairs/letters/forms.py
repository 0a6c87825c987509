"""Forms of letters and passports."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import SelectField

from fairs.core.errors import InvalidInput
from fairs.core.forms import REQUIRED, CountryField, DayField, Form, LongText, Text, UploadField
from fairs.core.storage import Upload
from fairs.identity.service import PassportDraft
from fairs.letters.models import Letter, Signatory
from fairs.letters.service import LetterDraft
from fairs.letters.states import LetterKind
from fairs.letters.stays import Stay
from fairs.letters.texts import LONGEST, PARTS, LetterWording
from fairs.letters.wording import SignatoryDraft

_SEXES = [("", "—"), ("M", _l("Male")), ("F", _l("Female")), ("X", _l("X (not stated)"))]


class BirthDay(DayField):
    """A birth date: further back than other days."""

    def read(self, text: str) -> Any:
        """ISO or day/month/year; the service says which are possible."""
        try:
            if "/" in text:
                day, month, year = (int(part) for part in text.split("/"))
                return date(year, month, day)
            return date.fromisoformat(text)
        except (ValueError, OverflowError) as error:
            raise ValueError(str(_l("Write a day as 31/12/2026."))) from error


class PassportForm(Form):
    """A passport as typed by its owner or by staff. The number that is kept is never shown in it."""

    name = Text(_l("Name as in the passport"), length=200)
    number = Text(_l("Passport number"), length=24)
    birth_date = BirthDay(_l("Birth date"))
    nationality = CountryField(_l("Nationality"), required=False)
    sex = SelectField(_l("Sex"), choices=_SEXES)
    expires_on = DayField(_l("Passport expires on"))
    scan = UploadField(_l("Picture or scan of the passport page"))

    def draft(self, *, needs_number: bool) -> PassportDraft:
        """What was typed; raises InvalidInput when the number is needed and missing."""
        scan = self.scan.upload()
        if needs_number and not self.number.data:
            raise InvalidInput(REQUIRED.message, field="number")
        return PassportDraft(
            self.number.data or "", self.birth_date.data, self.nationality.data or "", self.expires_on.data, scan,
            self.name.data or "", self.sex.data or "",
        )  # fmt: skip


class LetterForm(Form):
    """Issuing a letter to one guest, or replacing the one that they have. ``target`` names its place on the panel."""

    target = ""
    kind = SelectField(_l("Kind"), choices=lambda: [(str(one), one.label) for one in LetterKind])
    signatory = SelectField(_l("Signed by"), coerce=str)
    stay_from = DayField(_l("Stay from"))
    stay_to = DayField(_l("Stay until"))
    valid_until = DayField(_l("Valid until"))
    address_vi = Text(_l("Address of the stay"), length=300)
    reason = Text(_l("Why the letter is replaced"), length=400)

    def offer(self, signatories: list[Signatory]) -> None:
        """Who can sign."""
        self.signatory.choices = [(str(one.id), f"{one.name}, {one.title_vi}") for one in signatories]

    def fill(self, stay: Stay, letter: Letter | None = None) -> None:
        """What is known of the stay (for GET); of the letter that is replaced its kind."""
        self.stay_from.data, self.stay_to.data, self.address_vi.data = stay.first, stay.last, stay.address_vi
        if letter is not None:
            self.kind.data = str(letter.kind)

    def draft(self, *, replacing: LetterKind | None = None) -> LetterDraft:
        """What was typed; ``replacing``: the kind of the letter that is replaced. Raises InvalidInput without a reason."""
        if replacing is not None and not self.reason.data:
            raise InvalidInput(REQUIRED.message, field="reason")
        return LetterDraft(
            replacing or LetterKind(self.kind.data), int(self.signatory.data), self.valid_until.data, self.stay_from.data,
            self.stay_to.data, self.address_vi.data or "", reason=(self.reason.data or "") if replacing else "",
        )  # fmt: skip


class ReasonForm(Form):
    """Why a letter is revoked, or refused. ``target`` names its place on the panel."""

    target = ""
    reason = Text(_l("Reason"), length=400, required=True)


class WishForm(Form):
    """The importer asks for a visa letter."""

    embassy = Text(_l("Embassy or consulate where you apply (city)"), length=200)


class SignatoryForm(Form):
    """Somebody who signs."""

    name = Text(_l("Name"), length=200, required=True)
    title_vi = Text(_l("Title in Vietnamese"), length=200, required=True)
    title_en = Text(_l("Title in English"), length=200, required=True)
    picture = UploadField(_l("Signature (PNG with a transparent ground)"))

    def draft(self) -> SignatoryDraft:
        """What was typed."""
        picture: Upload | None = self.picture.upload()
        return SignatoryDraft(self.name.data or "", self.title_vi.data or "", self.title_en.data or "", picture)


class VerifyForm(Form):
    """A letter to be checked."""

    number = Text(_l("Register number of the letter"), length=60, required=True)
    code = Text(_l("Code under the QR code"), length=40, required=True)


class GroupListForm(Form):
    """What the list for immigration says of everybody."""

    who = SelectField(
        _l("Who"),
        choices=[
            ("visa", _l("Guests with a visa letter that stands")), ("letter", _l("Guests with any letter that stands")),
            ("granted", _l("Guests whose support is granted")), ("approved", _l("All approved importers")),
        ],
    )  # fmt: skip
    gate = Text(_l("Border gate, where the flight is not known"), length=120, required=True)
    purpose = Text(_l("Purpose of entry"), length=200, required=True)
    unit = Text(_l("Inviting unit"), length=200, required=True)


_LABELS = {
    "title": (_l("Title in Vietnamese"), _l("Title in English")),
    "addressee": (_l("Addressee in Vietnamese"), _l("Addressee in English")),
    "body": (_l("Text in Vietnamese"), _l("Text in English")),
    "pays_both": (_l("Who pays: travel and hotel (Vietnamese)"), _l("Who pays: travel and hotel (English)")),
    "pays_travel": (_l("Who pays: travel (Vietnamese)"), _l("Who pays: travel (English)")),
    "pays_hotel": (_l("Who pays: hotel (Vietnamese)"), _l("Who pays: hotel (English)")),
    "pays_self": (_l("Who pays: the guest (Vietnamese)"), _l("Who pays: the guest (English)")),
    "closing": (_l("Closing in Vietnamese"), _l("Closing in English")),
    "recipients": (_l("Recipients (Nơi nhận), one a line"), _l("Recipients in English")),
}


class WordingForm(Form):
    """The text of a kind of letter, in both languages; fields are named like ``vi_title``."""

    symbol = Text(_l("Symbol after the running number"), length=40, required=True)

    def wording(self) -> LetterWording:
        """What was typed."""
        return LetterWording.of({name: field.data or "" for name, field in self._fields.items()})


def label_of(field: str) -> Any:
    """What a field of the text is called."""
    if field == "symbol":
        return _l("Symbol after the running number")
    locale, _sep, part = field.partition("_")
    return _LABELS[part][0 if locale == "vi" else 1]


for _part in PARTS:
    for _locale in ("vi", "en"):
        _name = f"{_locale}_{_part}"
        _one_line = _part in {"title", "addressee"}
        setattr(
            WordingForm, _name,
            Text(label_of(_name), length=300) if _one_line else LongText(label_of(_name), length=LONGEST),
        )  # fmt: skip
