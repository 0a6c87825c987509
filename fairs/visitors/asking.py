"""Questions that a fair asks its visitors, by category, and their answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select

from fairs.badges.states import BadgeCategory
from fairs.core.actor import Actor
from fairs.core.db import db
from fairs.questions.service import WITH_CHOICES, Questionnaire, choice_labels, in_words
from fairs.visitors.models import Visitor, VisitorAnswer, VisitorQuestion

#: Whom a question can be asked: everybody, or one category of those who register themselves.
TRACKS = ("", BadgeCategory.TRADE.value, BadgeCategory.PRESS.value)
REGISTRATION = Questionnaire(VisitorQuestion, VisitorAnswer, "visitor_id", TRACKS, "visitors")


def asked_of(fair_id: int, category: BadgeCategory) -> Sequence[VisitorQuestion]:
    """What who registers in a category is asked."""
    return REGISTRATION.questions_of(fair_id, category)


def keep_answers(visitor: Visitor, answers: Mapping[int, Any], *, by: Actor | None = None) -> None:
    """Keep checked answers with a registration. Inside transaction()."""
    if answers:
        REGISTRATION.save_answers(
            visitor, answers, fair_id=visitor.fair_id, track=visitor.category, by=by or Actor(None, "web")
        )


def answers_of(visitors: Sequence[Visitor]) -> dict[int, dict[int, str]]:
    """The answers of many visitors in words: by visitor, by question. One statement."""
    rows = db.session.scalars(
        select(VisitorAnswer).where(VisitorAnswer.visitor_id.in_([visitor.id for visitor in visitors]))
    )
    found: dict[int, dict[int, str]] = {}
    for row in rows:
        found.setdefault(row.visitor_id, {})[row.question_id] = in_words(row)
    return found


def answer_choices(fair_id: int) -> list[tuple[str, str]]:
    """What a list of visitors can be narrowed to by answers: (key of the filter, "question: choice")."""
    found = []
    for question in REGISTRATION.questions_of(fair_id):
        if question.kind in WITH_CHOICES:
            found += [(f"{question.id}:{key}", f"{question.label}: {word}") for key, word in choice_labels(question)]
        elif question.kind == "consent":
            found.append((f"{question.id}:yes", question.label))
    return found
