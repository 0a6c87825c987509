"""The follow-up of contracts: parties to call, answers to look at, answers that differ; and questions about unusual contracts."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from fairs.contracts.models import Contract
from fairs.contracts.permissions import LOG_CONTRACT
from fairs.contracts.question_models import ContractQuestion
from fairs.contracts.question_texts import KINDS as QUESTION_KINDS
from fairs.contracts.states import ContractState, QuestionState
from fairs.followups.models import FollowUp
from fairs.followups.queries import undecided
from fairs.followups.states import FollowUpState
from fairs.workplace.inbox import TODAY, Kind, Why, always

S = FollowUpState
_PARTIES = (
    joinedload(FollowUp.contract).joinedload(Contract.exporter), joinedload(FollowUp.contract).joinedload(Contract.importer),
)  # fmt: skip
_stands = (
    select(Contract.id)
    .where(
        Contract.id == FollowUp.contract_id,
        Contract.state != ContractState.CANCELLED,
        Contract.merged_into_id.is_(None),
    )
    .exists()
)


def _who(row: FollowUp) -> str:
    return row.party.name


def _what(row: FollowUp) -> str:
    return str(_("after %(month)s months", month=row.month)) + f" · {row.contract.reference}"


def _page(row: FollowUp) -> tuple[str, dict[str, Any]]:
    return "followups.contract", {"reference": row.contract.reference}


KINDS = (
    Kind(
        # The morning's task asks by mail; who is still planned a day later has no address.
        key="followup-call", states=(S.PLANNED,), model=FollowUp,
        where=(FollowUp.state == S.PLANNED, FollowUp.due_on < TODAY, _stands), permission=LOG_CONTRACT,
        counts_from=FollowUp.due_on, days=14, icon="phone", reason=_l("Party of a contract to call"),
        title=lambda n: ngettext(
            "%(num)s party of a contract has no e-mail address: call", "%(num)s parties of contracts have no e-mail address: call", n
        ),
        who=_who, what=_what, button=_l("Call"),
        page=lambda row: ("followups.call", {"reference": row.contract.reference, "month": row.month, "side": row.side}),
        list_page=("followups.index", {"state": "planned"}), at=always, load=_PARTIES,
    ),
    Kind(
        key="followup-answer", states=(S.ANSWERED,), model=FollowUp,
        where=(FollowUp.state == S.ANSWERED, FollowUp.looked_at.is_(None)), permission=LOG_CONTRACT,
        counts_from=FollowUp.answered_at, days=7, icon="message-reply", reason=_l("Answer about a contract"),
        title=lambda n: ngettext("%(num)s answer about a contract is new", "%(num)s answers about contracts are new", n),
        who=_who, what=_what, button=_l("Look at it"), page=_page, list_page=("followups.index", {"state": "answered"}),
        at=always, load=_PARTIES,
    ),
    Kind(
        key="followup-difference", states=(S.ANSWERED,), model=FollowUp, where=(undecided(),), permission=LOG_CONTRACT,
        counts_from=FollowUp.answered_at, days=7, icon="gavel", reason=_l("Answers differ"),
        title=lambda n: ngettext(
            "The parties of %(num)s contract say different things", "The parties of %(num)s contracts say different things", n
        ),
        who=lambda row: f"{row.contract.exporter.name} → {row.contract.importer.name}", what=_what, button=_l("Decide"),
        page=_page, list_page=("followups.index", {"state": "answered"}), at=always, load=_PARTIES,
    ),
    Kind(
        key="contract-question", states=(QuestionState.OPEN,), model=ContractQuestion,
        where=(ContractQuestion.state == QuestionState.OPEN,), permission=LOG_CONTRACT,
        counts_from=ContractQuestion.asked_at, days=3, icon="help-circle", reason=_l("Unusual contract"),
        title=lambda n: ngettext("%(num)s question about a contract", "%(num)s questions about contracts", n),
        who=lambda row: row.contract.exporter.name if row.contract is not None else _("The whole fair"),
        what=lambda row: str(QUESTION_KINDS[row.kind]) + (f" · {row.contract.reference}" if row.contract is not None else ""),
        button=_l("Answer"), page=lambda row: ("contract_questions.show", {"question_id": row.id}),
        list_page=("contract_questions.index", {}), at=always,
        load=(joinedload(ContractQuestion.contract).joinedload(Contract.exporter),),
    ),
)  # fmt: skip

NOBODY = {
    FollowUpState: {
        S.ASKED: Why.PARTIES,
        S.NO_ANSWER: Why.FINAL,
        S.SKIPPED: Why.FINAL,
    },
    QuestionState: {QuestionState.ANSWERED: Why.FINAL, QuestionState.LAPSED: Why.FINAL},
}
