"""The page of the auditor's sample."""

from __future__ import annotations

import secrets
from typing import Any

from flask import Blueprint, Response, flash, render_template, request, url_for
from flask_babel import gettext as _

from fairs.calendar.context import current_fair
from fairs.closing.downloads import handed_out
from fairs.closing.forms import SampleForm
from fairs.closing.permissions import DRAW_SAMPLE
from fairs.closing.samples import draw_sample, kinds_with_records, sample_of, samples_of
from fairs.closing.sampling import KINDS
from fairs.closing.snapshots import snapshot_of, snapshots_of
from fairs.core.errors import DomainError
from fairs.core.i18n import format_datetime, format_number
from fairs.core.web import actor, go, requires

bp = Blueprint("audit_sample", __name__)


@bp.get("/fairs/<fair_slug>/audit-sample")
@requires(DRAW_SAMPLE)
def index() -> str:
    """Draw a sample; those that were drawn."""
    return _page(_form())


def _form() -> SampleForm:
    kept = snapshots_of(current_fair())
    form = SampleForm(
        seed=secrets.randbelow(1_000_000), amount=10, method="number", snapshot=kept[0].id if kept else 0,
        kinds=[] if request.method == "POST" else ["contracts"],
    )  # fmt: skip
    form.snapshot.choices = [
        *((one.id, _("Figures kept at %(time)s", time=format_datetime(one.taken_at))) for one in kept),
        (0, _("The records as they are now")),
    ]
    return form


def _page(form: SampleForm) -> str:
    fair = current_fair()
    kept = snapshots_of(fair)
    found = kinds_with_records(fair, kept[0] if kept else None)
    return render_template(
        "closing/sample.html", form=form, samples=samples_of(fair), kinds=KINDS, kept={one.id: one for one in kept},
        list_of=" · ".join(f"{KINDS[kind]} {format_number(number)}" for kind, number in found.items() if number) or "—",
    )  # fmt: skip


@bp.post("/fairs/<fair_slug>/audit-sample")
@requires(DRAW_SAMPLE)
def draw() -> Any:
    """Draw it."""
    fair, form = current_fair(), _form()
    if form.validate_on_submit():
        try:
            snapshot = snapshot_of(fair, form.snapshot.data) if form.snapshot.data else None
            sample = draw_sample(fair, form.to_wish(), snapshot, by=actor())
        except DomainError as error:
            form.add_error(error)
        else:
            number = sum(len(ids) for ids in sample.picked.values())
            flash(_("%(n)s records are drawn. Download the ZIP below.", n=number), "success")
            return go(url_for("audit_sample.index", _anchor=f"sample-{sample.id}"))
    return _page(form), 422


@bp.get("/fairs/<fair_slug>/audit-sample/<int:sample_id>.zip")
@requires(DRAW_SAMPLE)
def fetch(sample_id: int) -> Response:
    """Download a sample; who does is written down."""
    fair = current_fair()
    sample = sample_of(fair, sample_id)
    return handed_out(fair, sample, sample.file, f"{fair.slug}-sample-{sample.seed}.zip")
