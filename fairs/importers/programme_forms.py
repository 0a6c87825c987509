"""Forms of the guests' programme and contacts."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from fairs.core.forms import DayField, Form, LongText, Text
from fairs.directory.forms import EmailText, PhoneText
from fairs.importers.programme import ContactDraft, EntryDraft


class EntryForm(Form):
    """Something in the programme of the guests; times are those of the fair's place."""

    title_vi = Text(_l("Title in Vietnamese"), length=200, required=True)
    title_en = Text(_l("Title in English"), length=200, required=True)
    title_ja = Text(_l("Title in Japanese"), length=200)
    day = DayField(_l("Day"), required=True)
    starts = Text(_l("From"), length=5, required=True)
    ends = Text(_l("To"), length=5, required=True)
    place = Text(_l("Place"), length=250)
    note = Text(_l("Remark for the guests"), length=400)

    def draft(self) -> EntryDraft:
        """What was typed."""
        return EntryDraft(
            title_vi=self.title_vi.data or "", title_en=self.title_en.data or "", title_ja=self.title_ja.data or "",
            day=self.day.data, starts=self.starts.data or "", ends=self.ends.data or "", place=self.place.data or "",
            note=self.note.data or "",
        )  # fmt: skip


class ContactForm(Form):
    """Whom the guests of a fair call."""

    name = Text(_l("Name"), length=200, required=True)
    phone = PhoneText(_l("Telephone"))
    email = EmailText(_l("E-mail"))
    hours = Text(_l("Hours of the line"), length=120)
    embassies = LongText(_l("Embassies"), length=4000)

    def draft(self) -> ContactDraft:
        """What was typed."""
        return ContactDraft(
            name=self.name.data or "", phone=self.phone.data or "", email=self.email.data or "", hours=self.hours.data or "",
            embassies=self.embassies.data or "",
        )  # fmt: skip
