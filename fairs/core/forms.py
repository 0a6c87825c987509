"""Form fields that every feature uses: text that is cleaned, money, days, numbers, files, countries."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, time
from decimal import Decimal
from typing import Any

from flask_babel import get_domain
from flask_babel import lazy_gettext as _l
from flask_babel import lazy_ngettext as _n
from flask_wtf import FlaskForm
from flask_wtf.file import FileField
from werkzeug.datastructures import FileStorage
from wtforms import Field, IntegerField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, NumberRange, Optional, StopValidation, ValidationError
from wtforms.widgets import TextInput

from fairs.core.errors import DomainError
from fairs.core.i18n import country_choices, format_number
from fairs.core.money import Money, parse_decimal
from fairs.core.storage import Upload
from fairs.core.text import clean, one_line


class Filled(InputRequired):
    """Something was typed, and something is left of it once it is cleaned: blanks and hidden marks are nothing."""

    def __call__(self, form: Any, field: Any) -> None:
        """Raise StopValidation when the field is empty."""
        super().__call__(form, field)
        if field.data == "" or (field.data is None and not field.process_errors):
            field.errors[:] = []
            raise StopValidation(str(self.message))


REQUIRED = Filled(_l("Please fill this in."))


class LibraryTexts:
    """The messages of WTForms itself, by our own catalogue: the library has no Vietnamese."""

    def gettext(self, text: str) -> str:
        """The text in the reader's language."""
        return str(get_domain().get_translations().ugettext(text))

    def ngettext(self, one: str, many: str, n: int) -> str:
        """The text for ``n`` things in the reader's language."""
        # Not flask_babel.ngettext(): the library fills in the values itself, afterwards.
        return str(get_domain().get_translations().ungettext(one, many, n))


# Named here so that they are found for translation.
LIBRARY_TEXTS = (
    _l("Not a valid choice."), _l("Not a valid choice"), _l("Invalid Choice: could not coerce."),
    _l("Not a valid integer value."), _l("Not a valid time value."), _l("This field is required."), _l("Invalid input."),
    _n("'%(value)s' is not a valid choice for this field.", "'%(value)s' are not valid choices for this field.", 1),
    _n("Field must be at least %(min)d character long.", "Field must be at least %(min)d characters long.", 1),
    _n("Field cannot be longer than %(max)d character.", "Field cannot be longer than %(max)d characters.", 1),
)  # fmt: skip


class Form(FlaskForm):
    """Base of all forms: shape checks only; rules live in services."""

    class Meta(FlaskForm.Meta):
        """WTForms' settings."""

        def get_translations(self, form: Any) -> LibraryTexts:
            """Where the library's own messages come from."""
            return LibraryTexts()

    def add_error(self, error: DomainError) -> None:
        """Show a service's error at the field it names, else at the top of the form."""
        field = self._fields.get(error.field or "")
        if field is None:
            self.form_errors.append(str(error))
        else:
            field.errors = [*field.errors, str(error)]


class CleanMixin:
    """NFC, no control or direction marks; empty becomes an empty string."""

    data: Any

    def process_formdata(self, valuelist: Sequence[Any]) -> None:
        self.data = clean(str(valuelist[0])) if valuelist else ""


class Text(CleanMixin, StringField):
    """One line of text, at most ``length`` characters."""

    def process_formdata(self, valuelist: Sequence[Any]) -> None:
        self.data = one_line(str(valuelist[0])) if valuelist else ""

    def __init__(self, label: Any = None, *, length: int = 200, required: bool = False, **kwargs: Any) -> None:
        checks = [REQUIRED if required else Optional(), Length(max=length, message=_l("At most %(max)d characters."))]
        super().__init__(label, [*checks, *kwargs.pop("validators", ())], **kwargs)


class LongText(CleanMixin, TextAreaField):
    """Several lines of text, at most ``length`` characters."""

    def __init__(self, label: Any = None, *, length: int = 4000, required: bool = False, **kwargs: Any) -> None:
        checks = [REQUIRED if required else Optional(), Length(max=length, message=_l("At most %(max)d characters."))]
        super().__init__(label, [*checks, *kwargs.pop("validators", ())], **kwargs)


class _TypedField(Field):
    """A text input with a typed value; what was typed stays when it cannot be read."""

    widget = TextInput()
    raw_data: list[Any] | None
    data: Any

    def __init__(self, label: Any = None, *, required: bool = False, **kwargs: Any) -> None:
        super().__init__(label, [REQUIRED if required else Optional(), *kwargs.pop("validators", ())], **kwargs)

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return "" if self.data is None else self.show(self.data)

    def show(self, value: Any) -> str:
        """The value as it stands in the input."""
        return str(value)

    def read(self, text: str) -> Any:
        """The typed value of ``text``; raises ValueError with a message for the person."""
        raise NotImplementedError

    def process_formdata(self, valuelist: Sequence[Any]) -> None:
        text = clean(str(valuelist[0])) if valuelist else ""
        self.data = None
        if text:
            try:
                self.data = self.read(text)
            except DomainError as error:
                raise ValueError(str(error)) from error


class DayField(_TypedField):
    """A day from a date input (ISO) or typed as 31/12/2026, between ``earliest`` and ``latest`` years."""

    widget = TextInput(input_type="date")

    def show(self, value: date) -> str:
        """ISO, as a date input wants it."""
        return value.isoformat()

    def read(self, text: str) -> date:
        """ISO or day/month/year."""
        try:
            if "/" in text:
                day, month, year = (int(part) for part in text.split("/"))
                value = date(year, month, day)
            else:
                value = date.fromisoformat(text)
        except (ValueError, OverflowError) as error:
            raise ValueError(str(_l("Write a day as 31/12/2026."))) from error
        if not 1990 <= value.year <= 2100:
            raise ValueError(str(_l("This day is too far away.")))
        return value


class HourField(_TypedField):
    """A time of day from a time input or typed as 14:05, 1405 or 14h05."""

    widget = TextInput(input_type="time")

    def show(self, value: time) -> str:
        """As a time input wants it."""
        return f"{value:%H:%M}"

    def read(self, text: str) -> time:
        """Hours and minutes, 24 hours."""
        digits = text.lower().replace("h", ":").replace(".", ":")
        if ":" not in digits and digits.isascii() and digits.isdigit() and 3 <= len(digits) <= 4:
            digits = f"{digits[:-2]}:{digits[-2:]}"
        hours, _, minutes = digits.partition(":")
        try:
            return time(int(hours), int(minutes[:2]))
        except ValueError as error:
            raise ValueError(str(_l("Write a time as 14:05."))) from error


class DecimalNumber(_TypedField):
    """A decimal in Vietnamese or English manner, between ``least`` and ``most``."""

    def __init__(self, label: Any = None, *, least: Any = 0, most: Any = 10**12, **kwargs: Any) -> None:
        self.least, self.most = Decimal(least), Decimal(most)
        super().__init__(label, **kwargs)

    def show(self, value: Any) -> str:
        """Without exponent or needless zeros. Three decimals get a fourth, or 1.125 would read as thousands."""
        short = Decimal(value).normalize()
        places = max(0, -int(short.as_tuple().exponent))
        return f"{short:.{4 if places == 3 else places}f}"

    def read(self, text: str) -> Decimal:
        """The number; out of range is refused with the range."""
        value = parse_decimal(text)
        if not self.least <= value <= self.most:
            raise ValueError(
                str(
                    _l(
                        "Between %(least)s and %(most)s.",
                        least=format_number(self.least),
                        most=format_number(self.most),
                    )
                )
            )
        return value


class MoneyField(DecimalNumber):
    """An amount in major units as typed; call ``money(currency)`` for the value."""

    def money(self, currency: str) -> Money:
        """The amount in ``currency``; raises InvalidInput when it has too many decimals."""
        return Money.from_decimal(self.data if self.data is not None else Decimal(0), currency)


class WholeNumber(IntegerField):
    """A whole number between ``least`` and ``most``."""

    def __init__(
        self, label: Any = None, *, least: int = 0, most: int = 10**6, required: bool = False, **kw: Any
    ) -> None:
        limit = NumberRange(least, most, _l("Between %(min)s and %(max)s."))
        super().__init__(label, [REQUIRED if required else Optional(), limit, *kw.pop("validators", ())], **kw)

    def process_formdata(self, valuelist: Sequence[Any]) -> None:
        try:
            super().process_formdata(valuelist)
        except ValueError as error:
            raise ValueError(str(_l("Write a whole number."))) from error


class CountryField(SelectField):
    """A country by ISO 3166 code, named in the reader's language."""

    def __init__(self, label: Any = None, *, required: bool = True, **kwargs: Any) -> None:
        checks = [REQUIRED if required else Optional()]
        super().__init__(label, checks, choices=lambda: [("", "—"), *country_choices()], **kwargs)


class UploadField(FileField):
    """A file; ``upload()`` gives its name and bytes, or None when none was chosen."""

    def upload(self) -> Upload | None:
        """What was handed in, unjudged: services call storage.store_upload()."""
        if not isinstance(self.data, FileStorage) or not self.data.filename:
            return None
        return Upload(self.data.filename, self.data.read())


def no_selection_error(form: Any, field: Any) -> None:
    """For a select whose first choice is empty."""
    if not field.data:
        raise ValidationError(_l("Please choose one."))
