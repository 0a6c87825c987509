"""What daily sales give to an exhibitor's way through a public fair: the daily declaration of sales."""

from __future__ import annotations

from collections.abc import Sequence

from flask import url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from fairs.directory.slips import Step
from fairs.exhibitors.journey import register_stages
from fairs.exhibitors.models import Exhibitor
from fairs.exhibitors.states import ExhibitorState
from fairs.sales.queries import sales_of_exhibitor


def sales_stage(exhibitor: Exhibitor) -> Sequence[Step]:
    """Which of the days that have begun are not declared yet."""
    fair = exhibitor.fair
    if fair.kind != "public" or exhibitor.state is not ExhibitorState.ACCEPTED or fair.days_to_opening > 0:
        return []
    table = sales_of_exhibitor(exhibitor)
    if not table.booths:
        return []
    label, icon = _("Daily sales"), "cash-register"
    open_days = sum(day not in one.declared for one in table.booths for day in table.days)
    url = url_for("my_sales.own", fair_slug=fair.slug)
    if not open_days or fair.is_over:
        return [Step(label, "done", _("All days so far are declared.") if not open_days else "", url=url, icon=icon)]
    text = ngettext(
        "%(num)s day is not declared yet. Write 0 when nothing was sold.",
        "%(num)s days are not declared yet. Write 0 when nothing was sold.",
        open_days,
    )
    return [Step(label, "now", text, None, url, _("Declare the sales"), icon)]


register_stages(sales_stage)
