"""Forms made of a fair's own questions, and the form by which the organiser words one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, Field, SelectMultipleField
from wtforms.widgets import CheckboxInput, ListWidget

from fairs.core.forms import DecimalNumber, Form, LongText, Text, UploadField
from fairs.directory.forms import Choice, RadioChoice
from fairs.questions.service import KINDS, LENGTHS, QuestionDraft, choice_labels


class _Number(DecimalNumber):
    """A number; its bounds are the question's, judged by the service."""

    def __init__(self, label: Any = None, **kwargs: Any) -> None:
        super().__init__(label, least=-(10**12), most=10**12, **kwargs)


def field_for(question: Any) -> Any:
    """The (unbound) field of a question, named and explained in the reader's language."""
    asks: dict[str, Any] = {"description": question.help}
    match question.kind:
        case "text":
            made = Text(question.label, length=LENGTHS["text"], **asks)
        case "lines":
            made = LongText(question.label, length=LENGTHS["lines"], **asks)
        case "one":
            made = RadioChoice(question.label, required=False, choices=choice_labels(question), **asks)
        case "many":
            made = SelectMultipleField(
                question.label, widget=ListWidget(prefix_label=False), option_widget=CheckboxInput(),
                choices=choice_labels(question), **asks,
            )  # fmt: skip
        case "number":
            made = _Number(question.label, **asks)
        case "file":
            made = UploadField(question.label, **asks)
        case _:
            made = BooleanField(question.label, **asks)
    return made


def with_questions(base: type[Form], questions: Sequence[Any]) -> type[Any]:
    """The form with a field ``q<id>`` for each question."""
    return type(base.__name__, (base,), {f"q{question.id}": field_for(question) for question in questions})


def fill_answers(form: Form, answers: Sequence[Any]) -> None:
    """Show what was answered (for GET); files are shown beside their box."""
    for answer in answers:
        field = form._fields.get(f"q{answer.question_id}")
        if field is None or answer.kind == "file":
            continue
        keys = [chosen["key"] for chosen in answer.chosen]
        field.data = {
            "one": keys[0] if keys else None, "many": keys, "number": answer.number, "consent": answer.agreed,
        }.get(answer.kind, answer.text)  # fmt: skip


def typed_answers(form: Form, questions: Sequence[Any]) -> dict[int, Any]:
    """What was answered, by question; what cannot even be read (a number in words) is left out: the form says so."""
    found = {}
    for question in questions:
        field: Field = form[f"q{question.id}"]
        if not field.errors:
            found[question.id] = field.upload() if question.kind == "file" else field.data
    return found


class QuestionForm(Form):
    """A question as the organiser words it."""

    kind = Choice(_l("Kind of answer"), choices=list(KINDS.items()), required=True)
    label_vi = Text(_l("Question in Vietnamese"), length=300, required=True)
    label_en = Text(_l("Question in English"), length=300)
    help_vi = Text(_l("Line of help in Vietnamese"), length=500)
    help_en = Text(_l("Line of help in English"), length=500)
    choices = LongText(_l("Choices"), length=12_000)
    least = _Number(_l("Smallest number"))
    most = _Number(_l("Largest number"))
    unit = Text(_l("Unit"), length=30)
    is_required = BooleanField(_l("It has to be answered"))
    track = Choice(_l("Who is asked"), choices=[])

    def __init__(self, tracks: Sequence[tuple[str, Any]], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.track.choices = list(tracks)

    def fill(self, question: Any) -> None:
        """Show what is known (for GET)."""
        for name in (
            "kind",
            "label_vi",
            "label_en",
            "help_vi",
            "help_en",
            "least",
            "most",
            "unit",
            "is_required",
            "track",
        ):
            self[name].data = getattr(question, name)
        self.choices.data = "\n".join(
            f"{choice['vi']} | {choice['en']}" if choice["en"] else choice["vi"] for choice in question.choices
        )

    def draft(self) -> QuestionDraft:
        """What was typed; a choice is written "Vietnamese | English" on a line of its own."""
        choices = []
        for line in (self.choices.data or "").splitlines():
            vi, _bar, en = line.partition("|")
            choices.append((vi.strip(), en.strip()))
        return QuestionDraft(
            kind=self.kind.data or "", label_vi=self.label_vi.data or "", label_en=self.label_en.data or "",
            help_vi=self.help_vi.data or "", help_en=self.help_en.data or "", choices=choices, least=self.least.data,
            most=self.most.data, unit=self.unit.data or "", is_required=bool(self.is_required.data),
            track=self.track.data or "",
        )  # fmt: skip
