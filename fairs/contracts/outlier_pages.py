"""Pages of the questions about unusual contracts: the fair's list, and one question with its answer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, Response, flash, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import Select, select
from sqlalchemy.orm import joinedload

from fairs.accounts.models import User
from fairs.calendar.context import current_fair
from fairs.contracts.models import Contract
from fairs.contracts.outliers import answer_question, questions_of
from fairs.contracts.permissions import LOG_CONTRACT, VIEW_CONTRACTS
from fairs.contracts.question_models import ANSWERS, ContractQuestion
from fairs.contracts.question_texts import KINDS, question_text
from fairs.contracts.states import QuestionState
from fairs.core.db import db
from fairs.core.errors import DomainError, NotFound
from fairs.core.forms import Form, LongText
from fairs.core.lists import Args, ListSpec, download, known, page_of, register_list
from fairs.core.sheets import Sheet, each
from fairs.core.web import actor, go, requires
from fairs.directory.forms import RadioChoice

bp = Blueprint("contract_questions", __name__, url_prefix="/fairs/<fair_slug>/deals/questions")


class AnswerForm(Form):
    """What a person says to a question."""

    answer = RadioChoice(_l("Your answer"), choices=list(ANSWERS.items()))
    note = LongText(_l("Note"), length=400, required=True)


def _matching(fair: Any, args: Args) -> Select[ContractQuestion]:
    query = (
        select(ContractQuestion)
        .where(ContractQuestion.fair_id == fair.id)
        .options(
            joinedload(ContractQuestion.contract).joinedload(Contract.exporter),
            joinedload(ContractQuestion.contract).joinedload(Contract.importer),
        )
    )
    state, kind = args.get("state", "") or "open", args.get("kind", "")
    if state in set(QuestionState):
        query = query.where(ContractQuestion.state == QuestionState(state))
    return query.where(ContractQuestion.kind == kind) if kind in KINDS else query


def _sheets(_fair: Any, query: Any) -> list[Sheet]:
    heads = [
        _("Contract"),
        _("Exporter"),
        _("Importer"),
        _("Question"),
        _("Status"),
        _("Answer"),
        _("Note"),
        _("Asked on"),
    ]
    rows = (
        [
            row.contract.reference if row.contract else "", row.contract.exporter.name if row.contract else "",
            row.contract.importer.name if row.contract else "", question_text(row), str(row.state.label),
            str(ANSWERS.get(row.answer, "")), row.note, row.asked_at,
        ]
        for row in each(query)
    )  # fmt: skip
    return [Sheet(_("Questions"), heads, rows)]


QUESTIONS = register_list(
    ListSpec(
        "contract_questions", _l("Questions about contracts"), "contract_questions.index", VIEW_CONTRACTS,
        ("state", "kind", "sort"), query=_matching,
        keys=lambda args: [(ContractQuestion.id, args.get("sort", "-asked").startswith("-"))],
        reference=ContractQuestion.id, name_of=lambda row: row.contract.reference if row.contract else "", sheets=_sheets,
        record=("contract_questions.show", "question_id"), everything={"state": "all"},
    )
)  # fmt: skip


@bp.get("")
@requires(VIEW_CONTRACTS)
def index() -> str | Response:
    """What is unusual about the fair's contracts; the open questions unless another state is asked for."""
    fair = current_fair()
    if request.args.get("format") == "xlsx":
        return download(QUESTIONS, fair, known(QUESTIONS, request.args))
    return render_template(
        "contracts/questions.html",
        page=page_of(QUESTIONS, fair, request.args, cursor=request.args.get("cursor")),
        states=[("answered", QuestionState.ANSWERED.label), ("lapsed", QuestionState.LAPSED.label), ("all", _("All"))],
        is_filtered=bool(request.args.get("kind") or request.args.get("state")),
        kinds=list(KINDS.items()), kind_names=KINDS, answers=ANSWERS, text_of=question_text,
    )  # fmt: skip


@bp.get("/<int:question_id>")
@requires(VIEW_CONTRACTS)
def show(question_id: int) -> Any:
    """One question with its numbers; who logs contracts answers it."""
    return _page(_found(question_id), AnswerForm(formdata=None))


@bp.post("/<int:question_id>/answer")
@requires(LOG_CONTRACT)
def answer(question_id: int) -> Any:
    """It is right, it is corrected, or the parties were asked; with a note."""
    found = _found(question_id)
    form = AnswerForm()
    if form.validate_on_submit():
        try:
            answer_question(found, form.answer.data or "", form.note.data or "", by=actor())
        except DomainError as error:
            form.add_error(error)
        else:
            flash(_("The answer is kept."), "success")
            if found.contract is not None:
                return go(url_for("contracts.contract", reference=found.contract.reference))
            return go(url_for(".index"))
    return _page(_found(question_id), form)


def _found(question_id: int) -> ContractQuestion:
    row = db.session.get(ContractQuestion, question_id) if question_id < 2**31 else None
    if row is None or row.fair_id != current_fair().id:
        raise NotFound
    return row


def _page(found: ContractQuestion, form: AnswerForm) -> Any:
    answerer = db.session.get(User, found.answered_by_id) if found.answered_by_id else None
    page = render_template(
        "contracts/question.html", question=found, text=question_text(found), form=form, kind=KINDS[found.kind],
        answers=ANSWERS, answerer=answerer, LOG_CONTRACT=LOG_CONTRACT,
    )  # fmt: skip
    return page, 422 if form.errors else 200


def _about(contract: Contract) -> Sequence[tuple[ContractQuestion, str]]:
    return [(row, question_text(row)) for row in questions_of(contract.id)]


@bp.app_context_processor
def _offer() -> dict[str, Any]:
    """For the strip on a contract's page; reads only where the strip stands."""
    return {"questions_about": _about}
