"""Questions that a fair asks in its application."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fairs.core.actor import Actor
from fairs.core.errors import InvalidInput
from fairs.exhibitors.models import Answer, Exhibitor, Question
from fairs.questions.service import MOST_CHOICES, MOST_QUESTIONS, QuestionDraft, Questionnaire, check_answer, in_words

__all__ = [
    "APPLICATION", "MOST_CHOICES", "MOST_QUESTIONS", "QuestionDraft", "answer_counts", "answer_file", "answers_of",
    "archive_question", "ask_again", "check_answer", "in_words", "lacks_answers", "move_question", "question_of", "questions_of",
    "save_answers", "save_question",
]  # fmt: skip

APPLICATION = Questionnaire(Question, Answer, "exhibitor_id", ("", "paying", "supported"), "exhibitors")
questions_of, question_of = APPLICATION.questions_of, APPLICATION.question_of
answers_of, answer_counts, answer_file = APPLICATION.answers_of, APPLICATION.answer_counts, APPLICATION.answer_file
save_question, move_question = APPLICATION.save_question, APPLICATION.move_question
archive_question, ask_again = APPLICATION.archive_question, APPLICATION.ask_again


def lacks_answers(exhibitor: Exhibitor) -> bool:
    """Whether a question that has to be answered on this track is open."""
    return APPLICATION.lacks_answers(exhibitor.fair_id, exhibitor.track, exhibitor.id)


def save_answers(exhibitor: Exhibitor, values: Mapping[int, Any], *, by: Actor) -> list[InvalidInput]:
    """Keep what can be kept of these answers and give back what is wrong with the others (inside transaction())."""
    return APPLICATION.save_answers(exhibitor, values, fair_id=exhibitor.fair_id, track=exhibitor.track, by=by)
