"""Forms of agreements."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, HiddenField

from fairs.agreements.models import AgreementTemplate
from fairs.agreements.service import PARTS, TemplateDraft
from fairs.agreements.wording import ANNEX_EN, ANNEX_VI, BODY_EN, BODY_VI, LONGEST
from fairs.core.forms import REQUIRED, DayField, Form, LongText, Text, UploadField


class TemplateForm(Form):
    """The text of a fair's agreements."""

    body_vi = LongText(_l("Text in Vietnamese"), length=LONGEST, required=True)
    body_en = LongText(_l("Text in English"), length=LONGEST, required=True)
    annex_vi = LongText(_l("Annex in Vietnamese"), length=LONGEST)
    annex_en = LongText(_l("Annex in English"), length=LONGEST)

    def fill(self, template: AgreementTemplate | None) -> None:
        """Show the text as it is kept, or the one to begin with (for GET)."""
        first = {"body_vi": BODY_VI, "body_en": BODY_EN, "annex_vi": ANNEX_VI, "annex_en": ANNEX_EN}
        for name in PARTS:
            self[name].data = getattr(template, name) if template is not None else first[name]

    def draft(self) -> TemplateDraft:
        """What was typed."""
        return TemplateDraft(*(self[name].data or "" for name in PARTS))


class AcceptForm(Form):
    """Accepting an agreement; ``sha256`` is of the PDF that was read."""

    sha256 = HiddenField()
    agreed = BooleanField(_l("I have read the agreement and accept it for the company."), [REQUIRED])


class ScanForm(Form):
    """The signed paper."""

    scan = UploadField(_l("Scan of the signed paper"))
    signed_on = DayField(_l("Signed on"), required=True)


class VerifyForm(Form):
    """A document to be checked: the file, or its SHA-256."""

    file = UploadField(_l("PDF of the agreement"))
    sha256 = Text(_l("or its SHA-256"), length=64)
