"""What exhibitors give to the directory: their slip, the form staff file."""

from __future__ import annotations

from flask import url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from fairs.core.db import db
from fairs.core.i18n import localized
from fairs.directory.permissions import FILE_ON_BEHALF
from fairs.directory.queries import product_groups
from fairs.directory.slips import FilingForm, SlipStatus, register_filing_form, register_slip
from fairs.exhibitors.journey import documents, journey, present_step
from fairs.exhibitors.models import Exhibitor


def exhibitor_slip(exhibitor_id: int) -> SlipStatus | None:
    """The application as the household sees it that has no account."""
    exhibitor = db.session.get(Exhibitor, exhibitor_id)
    if exhibitor is None:
        return None
    fair, company = exhibitor.fair, exhibitor.company
    steps = journey(exhibitor)
    now_step = present_step(steps)
    names = {group.code: localized(group) for group in product_groups()}
    facts = [
        (_("Product groups"), ", ".join(names.get(code, code) for code in exhibitor.groups)),
        (_("Contact person"), exhibitor.contact_name),
        (_("Telephone"), exhibitor.contact_phone),
    ]
    return SlipStatus(
        title=_("Application to exhibit"),
        name=company.name,
        reference=exhibitor.reference,
        state=exhibitor.state,
        next_step=now_step.text if now_step is not None else _("Everything is done. See you at the fair."),
        fair_name=fair.name,
        fair_days=(fair.starts_on, fair.ends_on),
        place=fair.venue,
        locale=exhibitor.locale,
        steps=steps,
        facts=[(label, value) for label, value in facts if value],
        documents=documents(exhibitor),
        links=[(_("Page of the fair"), f"/f/{fair.slug}/")],
        staff_url=url_for("exhibitors.show", fair_slug=fair.slug, reference=exhibitor.reference),
    )


register_slip("Exhibitor", exhibitor_slip)
register_filing_form(
    FilingForm(
        "exhibitor",
        _l("Application to exhibit"),
        _l("A company or craft household wants a booth."),
        "building-store",
        "exhibitors.file",
        FILE_ON_BEHALF,
        10,
    )
)
