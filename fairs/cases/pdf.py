"""The report on cases of a fair, to be printed, signed and filed."""

from __future__ import annotations

from collections.abc import Sequence

from flask_babel import force_locale
from flask_babel import gettext as _

from fairs.calendar.models import Fair
from fairs.cases.models import Case
from fairs.cases.states import CaseKind, CaseState
from fairs.core.clock import now
from fairs.core.i18n import format_date, format_datetime
from fairs.core.pdf import KeyValues, Paragraph, Signature, SignatureBlock, build_document
from fairs.core.pdf_blocks import Block, Column, Table


def incident_report(fair: Fair, cases: Sequence[Case], locale: str) -> bytes:
    """All cases by kind: figures first, then each with place, people concerned, times and outcome."""
    with force_locale(locale):
        done = {CaseState.SOLVED, CaseState.CLOSED}
        figures = [
            [
                str(kind.label),
                str(len(of)),
                str(sum(case.state in done for case in of)),
                str(sum(case.is_late for case in of)),
            ]
            for kind in CaseKind
            for of in [[case for case in cases if case.kind is kind]]
        ]
        blocks: list[Block] = [
            KeyValues([(_("Fair"), fair.name), (_("Days"), f"{format_date(fair.starts_on)} – {format_date(fair.ends_on)}"),
                       (_("Printed"), format_datetime(now()))]),
            Table([Column(_("Kind"), 2), Column(_("Cases"), 1, "right"), Column(_("Solved"), 1, "right"), Column(_("Late"), 1, "right")],
                  figures),
        ]  # fmt: skip
        for kind in CaseKind:
            of = [case for case in cases if case.kind is kind]
            if of:
                blocks += [Paragraph(str(kind.label), "heading"), Table(_columns(), [_row(case) for case in of])]
        if not cases:
            blocks.append(Paragraph(_("No case was reported at this fair.")))
        blocks.append(SignatureBlock([Signature(_("Written by")), Signature(_("For the organiser"))]))
        return build_document(
            _("Report on cases at the fair"),
            blocks,
            language=locale,
            subtitle=fair.name,
            footer=fair.code,
            page="A4 landscape",
        )


def _columns() -> list[Column]:
    return [
        Column(_("Case"), 1.3), Column(_("What happened"), 3.2), Column(_("Place"), 1.1), Column(_("Concerned"), 1.8),
        Column(_("Reported at"), 1.2), Column(_("State"), 1.2), Column(_("Outcome"), 2.6),
    ]  # fmt: skip


def _row(case: Case) -> list[str]:
    text = case.text if len(case.text) <= 600 else f"{case.text[:599]}…"
    violation = f" ({case.violation.breach.label}: {case.violation.state.label})" if case.violation is not None else ""
    outcome = case.outcome if len(case.outcome) <= 600 else f"{case.outcome[:599]}…"
    return [
        case.reference, text + violation, case.where or "–", case.whom or "–", format_datetime(case.created_at),
        str(case.state.label), outcome or "–",
    ]  # fmt: skip
