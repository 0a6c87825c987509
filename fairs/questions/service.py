"""Questions that a fair asks in a form, and what is answered: typed, checked, with the words of that time."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import func, or_, select
from sqlalchemy.orm import joinedload

from fairs.audit.service import record
from fairs.core.actor import Actor
from fairs.core.clock import now
from fairs.core.db import Record, db, transaction
from fairs.core.errors import InvalidInput, NotFound
from fairs.core.i18n import current_locale, format_number, localized
from fairs.core.storage import Upload, discard, judge, store_upload
from fairs.core.text import clean, one_line

KINDS = {
    "text": _l("One line of text"), "lines": _l("Several lines of text"), "one": _l("One of a list"),
    "many": _l("Several of a list"), "number": _l("A number"), "file": _l("A file"), "consent": _l("A consent"),
}  # fmt: skip
WITH_CHOICES = frozenset({"one", "many"})
MOST_QUESTIONS = 40
MOST_CHOICES = 30
LENGTHS = {"text": 300, "lines": 4000}
_FURTHEST = Decimal(10) ** 12


@dataclass(frozen=True, slots=True)
class QuestionDraft:
    """A question as the organiser words it. ``choices`` are (Vietnamese, English); ``track`` empty: for everybody."""

    kind: str
    label_vi: str
    label_en: str = ""
    help_vi: str = ""
    help_en: str = ""
    choices: Sequence[tuple[str, str]] = ()
    least: Decimal | None = None
    most: Decimal | None = None
    unit: str = ""
    is_required: bool = False
    track: str = ""


def in_words(answer: Any) -> str:
    """An answer for people and for sheets."""
    if answer.kind in WITH_CHOICES:
        return ", ".join(chosen[_language(chosen)] for chosen in answer.chosen)
    if answer.kind == "number":
        return " ".join(part for part in (format_number(answer.number), answer.unit) if part)
    if answer.kind == "consent":
        return str(_l("Agreed") if answer.agreed else _l("Not agreed"))
    if answer.kind == "file":
        return answer.file.name if answer.file is not None else ""
    return str(answer.text)


def _language(chosen: Mapping[str, str]) -> str:
    return "en" if current_locale() != "vi" and chosen.get("en") else "vi"


def choice_labels(question: Any) -> list[tuple[str, str]]:
    """(key, text) of a question's choices in the reader's language."""
    return [(choice["key"], choice[_language(choice)]) for choice in question.choices]


def check_answer(question: Any, value: Any, *, has_file: bool = False) -> None:
    """Raise InvalidInput (field ``q<id>``) for a value that cannot be its answer; ``has_file``: one is kept already.

    Values: text for ``text`` and ``lines``, the key for ``one``, keys for ``many``, a Decimal for ``number``, a bool for
    ``consent``, an Upload for ``file``; empty where nothing was given.
    """
    field = f"q{question.id}"
    if _is_empty(value):
        if question.is_required and not (question.kind == "file" and has_file):
            needed = _l("This consent is needed.") if question.kind == "consent" else _l("Please fill this in.")
            raise InvalidInput(needed, field=field)
        return
    if question.kind in LENGTHS and len(value) > LENGTHS[question.kind]:
        raise InvalidInput(_l("At most %(max)d characters.", max=LENGTHS[question.kind]), field=field)
    if question.kind in WITH_CHOICES:
        keys = {value} if question.kind == "one" else set(value)
        if keys - {choice["key"] for choice in question.choices}:
            raise InvalidInput(_l("Please choose from the list."), field=field)
    if question.kind == "number":
        least = -_FURTHEST if question.least is None else question.least
        most = _FURTHEST if question.most is None else question.most
        if not least <= value <= most:
            range_ = {"least": format_number(least), "most": format_number(most)}
            raise InvalidInput(_l("Between %(least)s and %(most)s.", **range_), field=field)
    if question.kind == "file":
        judge(value, field=field)


def _is_empty(value: Any) -> bool:
    return value is None or value is False or value in ("", [])


def _keep_file(answer: Any, upload: Upload) -> None:
    earlier = answer.file
    answer.file_id = store_upload(upload).id
    if earlier is not None:
        db.session.flush()
        discard(earlier)


def _content(answer: Any) -> tuple[Any, ...]:
    return answer.kind, answer.text, answer.number, answer.chosen, answer.agreed, answer.file_id


def _checked(draft: QuestionDraft, tracks: Collection[str]) -> dict[str, Any]:
    if draft.kind not in KINDS:
        raise InvalidInput(_l("Please choose from the list."), field="kind")
    if draft.track not in tracks:
        raise InvalidInput(_l("Please choose from the list."), field="track")
    texts = {"label_vi": 300, "label_en": 300, "help_vi": 500, "help_en": 500, "unit": 30}
    values: dict[str, Any] = {}
    for key, length in texts.items():
        values[key] = one_line(getattr(draft, key))
        if len(values[key]) > length:
            raise InvalidInput(_l("At most %(max)d characters.", max=length), field=key)
    if not values["label_vi"]:
        raise InvalidInput(_l("Please fill this in."), field="label_vi")
    if draft.least is not None and draft.most is not None and draft.most < draft.least:
        raise InvalidInput(_l("The largest number is below the smallest."), field="most")
    numbers = draft.kind == "number"
    return {
        **values, "kind": draft.kind, "track": draft.track, "is_required": draft.is_required,
        "least": draft.least if numbers else None, "most": draft.most if numbers else None,
        "unit": values["unit"] if numbers else "",
    }  # fmt: skip


def _choices(draft: QuestionDraft, known: Sequence[Mapping[str, str]]) -> list[dict[str, str]]:
    if draft.kind not in WITH_CHOICES:
        return []
    texts = [(one_line(vi)[:200], one_line(en)[:200]) for vi, en in draft.choices if one_line(vi)]
    if len(texts) < 2 or len(texts) > MOST_CHOICES:
        raise InvalidInput(_l("Write from 2 to %(n)s choices, one on each line.", n=MOST_CHOICES), field="choices")
    if len({vi for vi, _en in texts}) < len(texts):
        raise InvalidInput(_l("A choice stands there twice."), field="choices")
    # A choice keeps its key while its words stay, so that a list can be reordered after it was answered.
    keys = {choice["vi"]: choice["key"] for choice in known}
    last = max((int(choice["key"][1:]) for choice in known), default=0)
    made = []
    for vi, en in texts:
        if vi not in keys:
            last += 1
        made.append({"key": keys.get(vi, f"c{last}"), "vi": vi, "en": en})
    return made


def swap(rows: Sequence[Any], place: int, *, up: bool) -> None:
    """Change a row's place with its neighbour's and number all anew."""
    ordered = list(rows)
    other = place - 1 if up else place + 1
    if 0 <= other < len(ordered):
        ordered[place], ordered[other] = ordered[other], ordered[place]
    for number, row in enumerate(ordered, 1):
        row.position = number


@dataclass(frozen=True, slots=True)
class Questionnaire:
    """The questions that one feature asks at fairs, and what was answered to them.

    ``question`` and ``answer`` are its tables (AskedColumns, AnsweredColumns), ``subject`` the answer's column that says who
    answered, ``tracks`` whom a question can be asked, ``area`` the beginning of its audit actions.
    """

    question: Any
    answer: Any
    subject: str
    tracks: Collection[str]
    area: str

    @property
    def _subject(self) -> Any:
        return getattr(self.answer, self.subject)

    def questions_of(self, fair_id: int, track: str | None = None, *, archived: bool = False) -> Sequence[Any]:
        """The fair's questions in their order; with ``track`` only those that it is asked, with ``archived`` also past ones."""
        query = select(self.question).where(self.question.fair_id == fair_id)
        if not archived:
            query = query.where(self.question.archived_at.is_(None))
        if track is not None:
            query = query.where(or_(self.question.track == "", self.question.track == track))
        return db.session.scalars(query.order_by(self.question.position, self.question.id)).all()

    def question_of(self, fair_id: int, question_id: int) -> Any:
        """A question of this fair; raises NotFound."""
        found = db.session.scalar(
            select(self.question).where(self.question.id == question_id, self.question.fair_id == fair_id)
        )
        if found is None:
            raise NotFound
        return found

    def answers_of(self, subject_id: int) -> Sequence[Any]:
        """What somebody answers, in the order of the questions."""
        return db.session.scalars(
            select(self.answer)
            .join(self.answer.question)
            .options(joinedload(self.answer.file))
            .where(self._subject == subject_id)
            .order_by(self.question.position, self.question.id)
        ).all()

    def answer_counts(self, fair_id: int) -> dict[int, int]:
        """How many answers there are to each question."""
        rows = db.session.execute(
            select(self.answer.question_id, func.count())
            .join(self.answer.question)
            .where(self.question.fair_id == fair_id)
            .group_by(self.answer.question_id)
        )
        return {row[0]: row[1] for row in rows}

    def lacks_answers(self, fair_id: int, track: str, subject_id: int) -> bool:
        """Whether a question that has to be answered on this track is open."""
        asked = select(self.question.id).where(
            self.question.fair_id == fair_id, self.question.archived_at.is_(None), self.question.is_required.is_(True),
            or_(self.question.track == "", self.question.track == track),
        )  # fmt: skip
        given = select(self.answer.question_id).where(self._subject == subject_id)
        return db.session.scalar(asked.where(self.question.id.not_in(given)).limit(1)) is not None

    def save_answers(
        self, subject: Record, values: Mapping[int, Any], *, fair_id: int, track: str, by: Actor
    ) -> list[InvalidInput]:
        """Keep what can be kept of these answers and give back what is wrong with the others (inside transaction()).

        What is right stays when something else is wrong, above all a file: nobody has to hand it in again. An empty answer to
        a question that may stay open takes the earlier one away, except a file: no new one leaves the old one.
        """
        known = {answer.question_id: answer for answer in self.answers_of(subject.id)}
        problems, changed = [], []
        for question in self.questions_of(fair_id, track):
            if question.id not in values:
                continue
            value, old = values[question.id], known.get(question.id)
            if isinstance(value, str):
                value = one_line(value) if question.kind == "text" else clean(value)
            try:
                check_answer(question, value, has_file=old is not None)
            except InvalidInput as error:
                problems.append(error)
                continue
            if question.kind == "file" and value is None:
                continue
            if question.kind != "consent" and _is_empty(value):
                if old is not None:
                    db.session.delete(old)
                    changed.append(question.id)
                continue
            if self._keep(subject, question, old, value):
                changed.append(question.id)
        if changed:
            db.session.flush()
            record(f"{self.area}.change", subject, by=by, after={"changed": ["answers"], "questions": changed})
        return problems

    def _keep(self, subject: Record, question: Any, old: Any, value: Any) -> bool:
        answer = old or self.answer(**{self.subject: subject.id}, question_id=question.id)
        before = _content(answer)
        answer.kind, answer.label_vi, answer.label_en = question.kind, question.label_vi, question.label_en
        answer.unit = question.unit if question.kind == "number" else ""
        if question.kind in LENGTHS:
            answer.text = value
        elif question.kind in WITH_CHOICES:
            keys = [value] if question.kind == "one" else value
            answer.chosen = [choice for choice in question.choices if choice["key"] in keys]
        elif question.kind == "number":
            answer.number = value
        elif question.kind == "consent":
            answer.agreed = bool(value)
        else:
            _keep_file(answer, value)
        if old is None:
            db.session.add(answer)
        return before != _content(answer)

    def answer_file(self, subject_id: int, answer_id: int) -> Any:
        """An answer of theirs that holds a file; raises NotFound."""
        found = db.session.scalar(
            select(self.answer)
            .options(joinedload(self.answer.file))
            .where(self.answer.id == answer_id, self._subject == subject_id, self.answer.file_id.is_not(None))
        )
        if found is None:
            raise NotFound
        return found

    def save_question(self, fair_id: int, draft: QuestionDraft, *, by: Actor, question: Any = None) -> Any:
        """Add a question, or word one anew. Answers that were given keep their words.

        Raises InvalidInput with the field; of a question that has been answered the kind stays.
        """
        values = _checked(draft, self.tracks)
        with transaction():
            if question is None:
                if len(self.questions_of(fair_id)) >= MOST_QUESTIONS:
                    raise InvalidInput(_l("A form has at most %(n)s questions.", n=MOST_QUESTIONS))
                last = db.session.scalar(
                    select(func.max(self.question.position)).where(self.question.fair_id == fair_id)
                )
                row = self.question(fair_id=fair_id, position=(last or 0) + 1, choices=[])
                db.session.add(row)
            else:
                row = db.session.get_one(self.question, question.id, with_for_update=True, populate_existing=True)
                if row.kind != draft.kind and self.answer_counts(fair_id).get(row.id):
                    raise InvalidInput(
                        _l("It has been answered: archive it and ask anew, then the kind can be another."), field="kind"
                    )
            values["choices"] = _choices(draft, row.choices)
            for key, value in values.items():
                setattr(row, key, value)
            db.session.flush()
            record(
                f"{self.area}.question", row, by=by, fair_id=fair_id, after={"label": row.label_vi, "kind": row.kind}
            )
        return row

    def move_question(self, fair_id: int, question_id: int, *, up: bool, by: Actor) -> None:
        """Change places with the neighbour; at the end nothing happens. Raises NotFound."""
        with transaction():
            rows = list(self.questions_of(fair_id))
            place = next((n for n, row in enumerate(rows) if row.id == question_id), None)
            if place is None:
                raise NotFound
            swap(rows, place, up=up)
            record(f"{self.area}.question_order", rows[place], by=by, fair_id=fair_id, after={"up": up})

    def archive_question(self, fair_id: int, question_id: int, *, by: Actor) -> bool:
        """Ask it no longer: it is archived when it was answered (True), else deleted. Raises NotFound."""
        with transaction():
            row = self.question_of(fair_id, question_id)
            record(f"{self.area}.question_archive", row, by=by, fair_id=fair_id, after={"label": row.label_vi})
            if self.answer_counts(fair_id).get(row.id):
                row.archived_at = now()
                return True
            db.session.delete(row)
        return False

    def ask_again(self, fair_id: int, question_id: int, *, by: Actor) -> None:
        """Take a question out of the archive; raises NotFound."""
        with transaction():
            row = self.question_of(fair_id, question_id)
            row.archived_at = None
            record(f"{self.area}.question", row, by=by, fair_id=fair_id, after={"label": localized(row, "label")})
