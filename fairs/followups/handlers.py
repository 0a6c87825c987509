"""What the follow-up gives to an exhibitor's way: the contracts that we ask about."""

from __future__ import annotations

from collections.abc import Sequence

from flask import url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import func, select

from fairs.contracts.models import Contract
from fairs.contracts.states import ContractState
from fairs.core.db import db
from fairs.directory.slips import Step
from fairs.exhibitors.journey import register_stages
from fairs.exhibitors.models import Exhibitor
from fairs.exhibitors.states import ExhibitorState
from fairs.followups.models import FollowUp
from fairs.followups.states import FollowUpState


def follow_up_stage(exhibitor: Exhibitor) -> Sequence[Step]:
    """The questions about the contracts that the exhibitor signed at this fair, from three months after it on."""
    if exhibitor.state is not ExhibitorState.ACCEPTED or not exhibitor.fair.is_over:
        return []
    waiting = db.session.scalar(
        select(func.count(FollowUp.id))
        .join(Contract, Contract.id == FollowUp.contract_id)
        .where(
            FollowUp.fair_id == exhibitor.fair_id, FollowUp.side == "exporter", FollowUp.state == FollowUpState.ASKED,
            Contract.exporter_id == exhibitor.company_id, Contract.state != ContractState.CANCELLED,
            Contract.merged_into_id.is_(None),
        )
    )  # fmt: skip
    if not waiting:
        return []
    text = ngettext("We ask about %(num)s contract.", "We ask about %(num)s contracts.", waiting)
    label = _("What became of the contracts")
    return [Step(label, "now", text, None, url_for("my_follow_ups.index"), _("Answer"), "message-question")]


register_stages(follow_up_stage)
