"""The evidence of one claim for auditors: decision, proofs with hashes, arithmetic, rates, and who did what; PDF and XLSX alike."""

from __future__ import annotations

from collections.abc import Sequence

from flask_babel import gettext as _
from sqlalchemy import select

from fairs.accounts.models import User
from fairs.audit.queries import history
from fairs.claims.checklist import checklist
from fairs.claims.models import Claim
from fairs.claims.presentation import cap_text, sums_of
from fairs.claims.queries import check_in_days
from fairs.core.clock import local_day
from fairs.core.db import db
from fairs.core.i18n import country_name, format_date, format_datetime, format_money
from fairs.core.money import Money
from fairs.core.sheets import Sheet

Rows = list[tuple[str, ...]]


def decision_facts(claim: Claim) -> Rows:
    """What the support is based on and what the claim is."""
    hosting = claim.hosting
    selection = hosting.selection
    facts = [
        (_("Claim"), f"{claim.reference} · {claim.state.label}"),
        (_("Guest"), f"{claim.person.display_name} ({claim.person.passport_name})"),
        (_("Company"), f"{claim.company.name}, {country_name(claim.company.country)}"),
        (_("Support"), f"{hosting.reference} · {hosting.tier.label} · {hosting.region}"),
    ]
    if selection is not None:
        number = " · ".join(part for part in (selection.reference, selection.decision_number) if part)
        facts.append((_("Decision"), number))
    if hosting.funded_from is not None and hosting.funded_to is not None:
        days = f"{format_date(hosting.funded_from)} – {format_date(hosting.funded_to)}"
        facts.append((_("Funded nights"), f"{hosting.funded_nights} ({days})"))
    facts += cap_text(claim, sums_of(claim).statement)
    days_here = ", ".join(format_date(day) for day in check_in_days(claim))
    return [*facts, (_("Checked in on"), days_here or "–")]


def proof_rows(claim: Claim) -> Rows:
    """Each proof with its state; papers with their hashes."""
    states = {"done": _("done"), "waived": _("waived"), "asked": _("waiver proposed"), "missing": _("missing")}
    rows: Rows = [(str(item.proof.label), states[item.state], item.detail) for item in checklist(claim)]
    for file in claim.files:
        rows.append(
            (
                str(file.kind.label),
                " · ".join(part for part in (file.name or _("removed"), file.facts) if part),
                file.sha256,
            )
        )
    return rows


def people_rows(claim: Claim) -> Rows:
    """Who reviewed, approved and paid, and when."""
    waivers, clashes = claim.waivers, claim.clashes
    keys = {claim.reviewed_by_id, claim.approved_by_id, claim.submitted_by_id,
            *(key for one in waivers for key in (one.asked_by_id, one.decided_by_id)),
            *(one.decided_by_id for one in clashes)} - {None}  # fmt: skip
    names = dict(db.session.execute(select(User.id, User.name).where(User.id.in_(keys))).all())

    def who(key: int | None) -> str:
        return names.get(key or 0, _("the guest") if key is None else "")

    rows: Rows = []
    if claim.submitted_at is not None:
        rows.append((_("Handed in"), format_datetime(claim.submitted_at), who(claim.submitted_by_id)))
    for one in waivers:
        text = f"{one.item.label}: {one.reason} ({who(one.asked_by_id)} → {who(one.decided_by_id)})"
        rows.append((str(one.state.label), format_datetime(one.decided_at) if one.decided_at else "", text))
    for clash in clashes:
        text = f"{clash.other}: {clash.reason} / {clash.note} ({who(clash.decided_by_id)})"
        rows.append((str(clash.state.label), format_datetime(clash.decided_at) if clash.decided_at else "", text))
    if claim.reviewed_at is not None:
        text = " · ".join(part for part in (who(claim.reviewed_by_id), claim.review_note) if part)
        rows.append((_("Reviewed"), format_datetime(claim.reviewed_at), text))
    if claim.approved_at is not None:
        rows.append((_("Approved"), format_datetime(claim.approved_at), who(claim.approved_by_id)))
    if claim.paid_on is not None:
        lists = ", ".join(one.transfer.number for one in claim.payments if one.failed_at is None)
        text = " · ".join(part for part in (claim.bank_reference, lists, claim.receipt_number or "") if part)
        rows.append((_("Paid out"), format_date(claim.paid_on), text))
    return rows


def line_rows(claim: Claim) -> list[list[object]]:
    """The lines with their arithmetic."""
    return [
        [
            row.what, row.line.paid_on, row.line.amount, row.line.currency, row.line.accepted, str(row.line.decision.label),
            row.line.reason, row.rate, row.converted, row.counts, row.why,
        ]
        for row in sums_of(claim).rows
    ]  # fmt: skip


def total_rows(claim: Claim) -> Rows:
    """What the claim came to."""
    found = sums_of(claim).statement
    rows: Rows = [
        (_("Journey"), format_money(found.travel)),
        (_("Nights"), format_money(found.lodging)),
        (_("Payable"), format_money(claim.payable if claim.payable is not None else found.total)),
    ]
    if claim.hotel_minor is not None:
        rows.append((_("Paid to the hotel by the organiser"), format_money(Money(claim.hotel_minor, claim.currency))))
    return rows


def evidence_sheets(claim: Claim) -> Sequence[Sheet]:
    """The evidence as sheets."""
    steps = [
        [local_day(entry.at, claim.fair.time_zone), entry.at, entry.action, entry.actor_label]
        for entry in history(claim)
    ]
    return [
        Sheet(_("Claim"), [_("What"), _("Value")], [list(row) for row in (*decision_facts(claim), *total_rows(claim))]),
        Sheet(_("Proofs"), [_("Proof"), _("State"), _("Detail or SHA-256")], [list(row) for row in proof_rows(claim)]),
        Sheet(
            _("Arithmetic"),
            [_("Line"), _("Receipt’s day"), _("Amount"), _("Currency"), _("Accepted"), _("Decision"), _("Reason"), _("Rate"),
             _("Converted"), _("Counts"), _("Why")],
            line_rows(claim),
        ),
        Sheet(_("People"), [_("Step"), _("When"), _("Who and why")], [list(row) for row in people_rows(claim)]),
        Sheet(_("History"), [_("Day"), _("When"), _("Step"), _("Who")], steps),
    ]  # fmt: skip
