"""Forms of requests about personal data."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l

from fairs.core.forms import Form, LongText, Text
from fairs.directory.forms import Choice
from fairs.privacy.states import Channel, RequestKind


def _labels(states: Any) -> list[tuple[str, Any]]:
    return [(state.value, state.label) for state in states]


class WordsForm(Form):
    """What somebody asks about their own data, in their words."""

    kind = Text(length=20)
    text = LongText(_l("In their words"), length=4000)


class ReceiveForm(Form):
    """Staff write down what somebody asked by mail, on the telephone or at the desk."""

    kind = Choice(_l("What is asked for"), choices=_labels(RequestKind), required=True)
    channel = Choice(_l("How it came"), choices=_labels(c for c in Channel if c is not Channel.OWN_PAGE), required=True)
    fair = Choice(_l("Fair"), choices=[], required=True)
    text = LongText(_l("In their words"), length=4000)
    proof = Text(_l("How do you know that it is this person?"), length=400, required=True)


class AnswerForm(Form):
    """The answer to a request."""

    answer = LongText(_l("Answer"), length=4000, required=True)


class ReasonForm(Form):
    """Why a request is refused."""

    reason = LongText(_l("Reason"), length=4000, required=True)
