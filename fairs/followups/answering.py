"""The form of an answer, wherever it stands: at the link of a mail, in the company's account, on a clerk's screen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import request

from fairs.core.actor import Actor
from fairs.core.errors import DomainError
from fairs.followups.answers import all_done, answer
from fairs.followups.errors import AboveValue
from fairs.followups.forms import FailedForm, PartlyForm
from fairs.followups.models import FollowUp


@dataclass(slots=True)
class Answering:
    """Both forms, which of them is open, and whether the amounts have to be confirmed."""

    partly: PartlyForm
    failed: FailedForm
    ask_sure: bool = False

    @property
    def has_errors(self) -> bool:
        """Whether something has to be mended."""
        return bool(self.partly.errors or self.failed.errors)


def forms_of(row: FollowUp) -> Answering:
    """The forms with what is known."""
    forms = Answering(PartlyForm(formdata=None, prefix="p-"), FailedForm(formdata=None, prefix="f-"))
    forms.partly.fill(row)
    forms.failed.fill(row)
    return forms


def posted(row: FollowUp, *, by: Actor, way: str, name: str = "") -> Answering | None:
    """Keep what was sent: None when it is kept, else the forms with what is to be mended.

    Raises NotAsked, which no form can mend.
    """
    kind = request.form.get("kind", "")
    forms = forms_of(row)
    form: Any
    if kind == "all":
        answer(row, all_done(row), by=by, way=way, name=name)
        return None
    if kind == "failed":
        form = forms.failed = FailedForm(prefix="f-")
    else:
        form = forms.partly = PartlyForm(prefix="p-")
    if not form.validate():
        return forms
    sure = bool(kind != "failed" and form.sure.data)
    try:
        answer(row, form.to_draft(), by=by, way=way, name=form.name.data or name, confirmed=sure)
    except DomainError as error:
        if error.field is None:
            raise
        forms.ask_sure = isinstance(error, AboveValue)
        form.add_error(error)
        return forms
    return None
