"""What an exhibitor is asked about a suspicion, as a step on its page."""

from __future__ import annotations

from flask import url_for
from flask_babel import gettext as _

from fairs.cases.queries import violations_to_answer
from fairs.cases.states import ViolationState
from fairs.directory.slips import Step
from fairs.exhibitors.models import Exhibitor


def steps(exhibitor: Exhibitor) -> list[Step]:
    """One for each suspicion that was put to the exhibitor."""
    found = []
    for one in violations_to_answer(exhibitor.id):
        label = _("Violation reported: %(reference)s", reference=one.case.reference)
        page = url_for("my_cases.show", fair_slug=exhibitor.fair.slug, reference=one.case.reference)
        if one.state is ViolationState.ASKED:
            text = _("We want to hear you before anything is decided.")
            found.append(Step(label, "now", text, one.answer_by, page, _("Answer"), "gavel"))
        else:
            found.append(Step(label, "done", str(one.state.label), None, page, icon="gavel"))
    return found
