"""Publishing the text, issuing agreements, accepting them. An issued PDF is never changed: a change is a new agreement."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select

from fairs.accounts.queries import user_by_email
from fairs.agreements.errors import NoTemplate, NothingBooked, Outdated, OwnersOnly
from fairs.agreements.facts import Facts, facts_of
from fairs.agreements.models import DRAFT, Agreement, AgreementTemplate
from fairs.agreements.queries import current_agreement, draft_of, published_template
from fairs.agreements.states import BINDING, AgreementState
from fairs.agreements.wording import LONGEST, check
from fairs.audit.service import record
from fairs.calendar.models import Fair
from fairs.core.actor import Actor
from fairs.core.clock import now
from fairs.core.db import db, transaction
from fairs.core.errors import Conflict, InvalidInput
from fairs.core.sequences import next_reference
from fairs.core.storage import Upload, keep, store_upload
from fairs.core.text import clean
from fairs.directory.team import membership_of
from fairs.exhibitors.models import Exhibitor
from fairs.messages.service import Notice, send

PARTS = ("body_vi", "body_en", "annex_vi", "annex_en")


@dataclass(frozen=True, slots=True)
class TemplateDraft:
    """A text as typed."""

    body_vi: str
    body_en: str
    annex_vi: str = ""
    annex_en: str = ""


@dataclass(frozen=True, slots=True)
class ToRender:
    """What the PDF of a new agreement is made of."""

    number: str
    version: int
    template: AgreementTemplate
    facts: Facts
    issued_on: date
    replaces: str


def save_template(fair: Fair, draft: TemplateDraft, *, by: Actor) -> AgreementTemplate:
    """Keep the draft; raises InvalidInput for unknown, misplaced or missing placeholders."""
    for name in PARTS:
        text = clean(getattr(draft, name))
        if len(text) > LONGEST:
            raise InvalidInput(_l("At most %(max)d characters.", max=LONGEST), field=name)
        check(text, field=name, required=name.startswith("body"))
    with transaction():
        db.session.get_one(Fair, fair.id, with_for_update=True, populate_existing=True)
        row = draft_of(fair.id)
        if row is None:
            row = AgreementTemplate(fair_id=fair.id, version=DRAFT, body_vi="", body_en="", annex_vi="", annex_en="")
            db.session.add(row)
        for name in PARTS:
            setattr(row, name, clean(getattr(draft, name)))
        db.session.flush()
        record("agreements.edit_template", row, by=by)
        return row


def publish_template(fair: Fair, *, by: Actor) -> AgreementTemplate:
    """Make the draft the next version; raises NoTemplate without a draft and InvalidInput when nothing has changed."""
    with transaction():
        db.session.get_one(Fair, fair.id, with_for_update=True, populate_existing=True)
        draft, last = draft_of(fair.id), published_template(fair.id)
        if draft is None:
            raise NoTemplate
        if last is not None and all(getattr(draft, name) == getattr(last, name) for name in PARTS):
            raise InvalidInput(_l("The text is the same as in version %(n)s.", n=last.version))
        row = AgreementTemplate(
            fair_id=fair.id, version=(last.version if last else DRAFT) + 1, published_at=now(), published_by=by.label[:250],
            **{name: getattr(draft, name) for name in PARTS},
        )  # fmt: skip
        db.session.add(row)
        db.session.flush()
        record("agreements.publish_template", row, by=by, after={"version": row.version})
        return row


def issue(exhibitor: Exhibitor, *, render: Callable[[ToRender], bytes], by: Actor) -> Agreement:
    """The exhibitor's agreement as things stand: the one there is, else a new one that replaces it; the exhibitor is told.

    The PDF is drawn between two transactions, so that nobody waits for it to write; a number may stay unused by that. Raises
    NoTemplate, NothingBooked, and Conflict when something changed in the meantime.
    """
    fair = db.session.get_one(Fair, exhibitor.fair_id)
    made = _to_render(exhibitor, fair)
    if isinstance(made, Agreement):
        return made
    with transaction():
        number = next_reference(fair.code, "A")
    made = replace(made, number=number)
    content = render(made)
    with transaction():
        row = db.session.get_one(Exhibitor, exhibitor.id, with_for_update=True, populate_existing=True)
        present = _to_render(row, db.session.get_one(Fair, row.fair_id))
        if isinstance(present, Agreement):
            return present
        template, digest, last = present.template, present.facts.digest(present.template), present.version - 1
        if (template.id, digest, last) != (made.template.id, made.facts.digest(made.template), made.version - 1):
            raise Conflict
        before, facts = current_agreement(row.id), present.facts
        file = keep(f"{number}.pdf", content, "application/pdf")
        if before is not None:
            _end(before, AgreementState.SUPERSEDED, f"→ {number}", by)
        agreement = Agreement(
            fair_id=fair.id, exhibitor_id=row.id, template_id=template.id, number=number, version=last + 1,
            state=AgreementState.ISSUED, digest=digest, booths=facts.codes[:400], file_id=file.id, pdf_sha256=file.sha256,
        )  # fmt: skip
        db.session.add(agreement)
        db.session.flush()
        after = {"number": number, "version": agreement.version, "template": template.version}
        record("agreements.issue", agreement, by=by, after=after)
        _tell(fair, agreement, row, before)
        return agreement


def _to_render(exhibitor: Exhibitor, fair: Fair) -> Agreement | ToRender:
    """The agreement that says how things stand, else what a new one says, still without a number."""
    template = published_template(fair.id)
    if template is None:
        raise NoTemplate
    facts = facts_of(fair, [exhibitor.id]).get(exhibitor.id)
    if facts is None:
        raise NothingBooked
    before = current_agreement(exhibitor.id)
    if before is not None and before.digest == facts.digest(template):
        return before
    last = db.session.scalar(select(func.max(Agreement.version)).where(Agreement.exhibitor_id == exhibitor.id)) or 0
    return ToRender("", last + 1, template, facts, fair.today, before.number if before else "")


def _tell(fair: Fair, agreement: Agreement, exhibitor: Exhibitor, before: Agreement | None) -> None:
    user = user_by_email(exhibitor.contact_email) if exhibitor.contact_email else None
    locale = (user.locale if user is not None else None) or exhibitor.locale
    context: dict[str, Any] = {
        "fair_name": fair.name_vi if locale == "vi" else fair.name_en, "number": agreement.number,
        "company": exhibitor.company.name, "booths": agreement.booths, "replaces": before.number if before else "",
        "page": f"/my/{fair.slug}/agreement/{exhibitor.reference}",
    }  # fmt: skip
    send(Notice(
        "agreements/issued", exhibitor.contact_name or exhibitor.company.name,
        exhibitor.contact_email or exhibitor.company.email or None, locale, context, fair.id,
        attachments=[("agreement", agreement.number)],
    ))  # fmt: skip


def _end(agreement: Agreement, state: AgreementState, reason: str, by: Actor) -> None:
    before = agreement.state
    agreement.move_to(state)
    agreement.ended_at, agreement.end_reason = now(), reason[:400]
    record("agreements.end", agreement, by=by, before={"state": before}, after={"state": state, "reason": reason})
    db.session.flush()


def _locked(agreement: Agreement) -> Agreement:
    return db.session.get_one(Agreement, agreement.id, with_for_update=True, populate_existing=True)


def is_current(agreement: Agreement, fair: Fair) -> bool:
    """Whether a new one would say the same: nothing it speaks of has changed since."""
    template = published_template(fair.id)
    facts = facts_of(fair, [agreement.exhibitor_id]).get(agreement.exhibitor_id)
    return template is not None and facts is not None and facts.digest(template) == agreement.digest


def accept(agreement: Agreement, *, seen_sha256: str, by: Actor) -> Agreement:
    """Accept it online: by the person in charge of the company, for exactly the bytes that were read. Once.

    Kept are moment, person, hash and version of the text; no network address. Raises OwnersOnly, Outdated (booths, price,
    dates or terms changed meanwhile, or another version was read) and InvalidTransition.
    """
    with transaction():
        row = _locked(agreement)
        membership = membership_of(by.user_id, row.exhibitor.company_id)
        if membership is None or not membership.is_owner:
            raise OwnersOnly
        if row.state in BINDING and row.pdf_sha256 == seen_sha256:
            return row
        row.require_move(AgreementState.ACCEPTED)
        if row.pdf_sha256 != seen_sha256 or not is_current(row, db.session.get_one(Fair, row.fair_id)):
            raise Outdated
        row.move_to(AgreementState.ACCEPTED)
        row.accepted_at, row.accepted_by_id, row.accepted_by = now(), by.user_id, by.label[:250]
        after = {"sha256": row.pdf_sha256, "template": row.template.version, "state": row.state}
        record("agreements.accept", row, by=by, after=after)
        return row


def enter_scan(
    agreement: Agreement, scan: Upload | None, *, signed_on: date | None, today: date, by: Actor
) -> Agreement:
    """Enter the paper that both sides signed; raises InvalidInput, Outdated and InvalidTransition."""
    if scan is None:
        raise InvalidInput(_l("Choose the scan of the signed paper."), field="scan")
    if signed_on is None or signed_on > today:
        raise InvalidInput(_l("This day lies in the future."), field="signed_on")
    with transaction():
        row = _locked(agreement)
        row.require_move(AgreementState.SCANNED)
        if not is_current(row, db.session.get_one(Fair, row.fair_id)):
            raise Outdated
        stored = store_upload(scan, field="scan")
        row.move_to(AgreementState.SCANNED)
        row.scan_id, row.scan_sha256, row.signed_on = stored.id, stored.sha256, signed_on
        row.accepted_at, row.accepted_by_id, row.accepted_by = now(), by.user_id, by.label[:250]
        record("agreements.scan", row, by=by, after={"sha256": stored.sha256, "signed_on": signed_on})
        return row


def cancel(agreement: Agreement, *, reason: str, by: Actor) -> None:
    """End an agreement whose booths were given back or whose fair does not take place. Inside transaction()."""
    row = _locked(agreement)
    if row.may_move_to(AgreementState.CANCELLED):
        _end(row, AgreementState.CANCELLED, reason, by)
