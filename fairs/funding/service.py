"""Grants: proposing with the check for duplicates, committing, settling, releasing, recovering."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from fairs.audit.service import record
from fairs.calendar.models import Fair
from fairs.core.actor import Actor, require_second_person
from fairs.core.clock import now
from fairs.core.db import db, transaction
from fairs.core.errors import InvalidInput
from fairs.core.events import publish
from fairs.core.money import Money
from fairs.core.sequences import next_reference
from fairs.core.storage import Upload, store_upload
from fairs.core.text import clean, fold
from fairs.directory.models import Company, Person
from fairs.documents.models import Selection
from fairs.documents.queries import open_item_of
from fairs.documents.service import remove_subject
from fairs.funding.ceilings import commit_ceilings, recover_ceilings, release_ceilings, settle_ceilings
from fairs.funding.duplicates import (
    Claim,
    Clash,
    claim_of,
    digest_of,
    find_all_clashes,
    find_clashes,
    note_proposed,
)
from fairs.funding.errors import ClashWaits, DuplicateSupport, RuleNotUsable, TooMuch
from fairs.funding.events import DuplicateConfirmed
from fairs.funding.external import normal_ticket
from fairs.funding.models import Grant, SupportClash, SupportRule
from fairs.funding.queries import clashes_of, live_grants_of, with_parties
from fairs.funding.states import ClashKind, ClashState, GrantState
from fairs.funding.suspicion import keep_clashes
from fairs.programme.budget import commit_budget, recover_budget, release_budget, spend_budget
from fairs.programme.models import BudgetLine

G = GrantState


@dataclass(frozen=True, slots=True)
class GrantDraft:
    """Support to be proposed. ``full`` is the cost, ``amount`` the part that is granted."""

    rule: SupportRule
    line: BudgetLine
    percent: int
    full: Money
    amount: Money
    subject_type: str
    subject_id: int
    title: str
    company: Company | None = None
    person: Person | None = None
    period: tuple[date, date] | None = None
    tier: str = ""  # with it the grant counts against the ceilings of its tier and region
    region: str = ""
    places: int = 0


def claim_for(fair: Fair, draft: GrantDraft) -> Claim:
    """What a draft would be for."""
    starts, ends = draft.period or (fair.starts_on, fair.ends_on)
    return Claim(
        fair.id, draft.rule.code, draft.rule.purpose, starts, ends, draft.company,
        draft.person.id if draft.person else None, passport_digest=digest_of(draft.person.id) if draft.person else "",
        subject=(draft.subject_type, draft.subject_id),
    )  # fmt: skip


def check_proposal(fair: Fair, draft: GrantDraft, *, reason: str = "") -> list[Clash]:
    """The suspected duplicates of a draft. Raises what propose_grant would: RuleNotUsable, DuplicateSupport."""
    if not draft.rule.is_in_force(fair.today) or draft.rule.rate_percent is None:
        raise RuleNotUsable(field="rule")
    found = find_clashes(claim_for(fair, draft))
    hard = [one for one in found if _is_hard(draft, one)]
    if hard:
        raise DuplicateSupport(
            _("One grant for each item at a fair: %(clash)s", clash=hard[0].text), reference=hard[0].name
        )
    if found and not clean(reason):
        raise DuplicateSupport(
            _("Perhaps supported twice: %(clash)s", clash="; ".join(one.text for one in found)), field="reason"
        )
    return found


def _is_hard(draft: GrantDraft, clash: Clash) -> bool:
    if clash.grant is None:
        return False
    same = (
        clash.grant.person_id == draft.person.id
        if draft.person is not None
        else draft.company is not None and clash.grant.company_id == draft.company.id and clash.grant.person_id is None
    )
    return clash.kind is ClashKind.SAME_FAIR and same


def propose_grant(
    fair: Fair, draft: GrantDraft, *, by: Actor, selection: Selection | None = None, reason: str = ""
) -> Grant:
    """Propose support. A suspected duplicate needs a reason, and then a second person before anything is committed.

    Raises RuleNotUsable, and DuplicateSupport naming the other grant: without a reason, or where the company (or person)
    has a grant for this very item at this fair.
    """
    with transaction():
        found = check_proposal(fair, draft, reason=reason)
        row = Grant(
            fair_id=fair.id, reference=next_reference(fair.code, "G"), state=G.PROPOSED, rule_id=draft.rule.id,
            rule_code=draft.rule.code, rule=draft.rule.snapshot(), purpose=draft.rule.purpose, percent=draft.percent,
            subject_type=draft.subject_type, subject_id=draft.subject_id,
            company_id=draft.company.id if draft.company else None,
            person_id=draft.person.id if draft.person else None, title=draft.title[:300],
            budget_line_id=draft.line.id, selection_id=selection.id if selection else None,
            period_from=draft.period[0] if draft.period else None, period_to=draft.period[1] if draft.period else None,
            full_minor=draft.full.amount_minor, amount_minor=draft.amount.amount_minor, currency=draft.amount.currency,
            proposed_by_id=by.user_id, tier=draft.tier, region=draft.region, places=draft.places,
            passport_digest=digest_of(draft.person.id) if draft.person else "",
        )  # fmt: skip
        row.folded = fold(f"{row.title} {row.reference}")[:400]
        db.session.add(row)
        try:
            with transaction():
                db.session.flush()
        except IntegrityError as error:
            # A colleague proposed the same at the same moment.
            raise DuplicateSupport(_l("One grant for each item at a fair: it has just been proposed.")) from error
        note_proposed(row)
        keep_clashes(row, found, reason, by=by)
        record(
            "funding.propose", row, by=by,
            after={"rule": row.rule_code, "amount": row.amount, "clashes": [one.name for one in found]},
        )  # fmt: skip
    return row


def decide_clash(clash: SupportClash, *, is_duplicate: bool, note: str, by: Actor) -> SupportClash:
    """A second person says whether it is one. A duplicate is released, and taken out of its selection.

    Raises SamePerson, InvalidTransition, and InvalidInput without a reason.
    """
    if not clean(note):
        raise InvalidInput(_l("Say what you looked at: the reason is kept."), field="note")
    with transaction():
        row = db.session.get_one(SupportClash, clash.id, with_for_update={"of": SupportClash}, populate_existing=True)
        require_second_person(by, row.asked_by_id, row.asked_for_id)
        row.move_to(ClashState.CONFIRMED if is_duplicate else ClashState.CLEARED)
        row.decided_by_id, row.decided_at, row.note = by.user_id, now(), clean(note)[:2000]
        record("funding.decide_clash", row, by=by, after={"state": row.state, "note": row.note})
        if is_duplicate:
            _drop(row.grant, row.note, by=by)
    return row


def _drop(grant: Grant, note: str, *, by: Actor) -> None:
    if grant.is_managed:
        publish(DuplicateConfirmed(grant, note, by))
        return
    selection = db.session.get(Selection, grant.selection_id) if grant.selection_id else None
    item = open_item_of(selection.kind, grant.subject_type, grant.subject_id) if selection is not None else None
    if item is not None and item.selection_id == grant.selection_id and item.selection.is_editable:
        remove_subject(item, by=by, reason=note)  # its event releases the grant
    grant = locked(grant)
    if grant.state in {G.PROPOSED, G.COMMITTED}:
        release_grant(grant, reason=note, by=by)


def check_grants(grants: Sequence[Grant]) -> None:
    """Raise ClashWaits or DuplicateSupport when one of these cannot be committed: the question before a signature.

    A constant number of statements, however many grants there are.
    """
    found = find_all_clashes([claim_of(grant) for grant in with_parties(grants)])
    # The later of two was reviewed against the earlier one; seen from the earlier one that is the same question.
    keys = {grant.id for grant in grants} | {one.grant.id for clashes in found for one in clashes if one.grant}
    reviews = clashes_of(sorted(keys))
    mine = {grant.id: grant for grant in grants}
    for review in reviews:
        if review.state is ClashState.WAITING and review.grant_id in mine:
            raise ClashWaits(
                _("%(name)s: a second person has to look at a suspected duplicate first.", name=review.grant.title)
            )
    reviewed = {frozenset((review.grant_id, review.other_id)) for review in reviews if review.other_id}
    listed = {(review.grant_id, review.external_id) for review in reviews if review.external_id}
    for grant, clashes in zip(grants, found, strict=True):
        for one in clashes:
            known = (
                frozenset((grant.id, one.grant.id)) in reviewed
                if one.grant is not None
                else one.external is not None and (grant.id, one.external.id) in listed
            )
            if not known:
                raise DuplicateSupport(
                    _("%(name)s is perhaps supported twice: %(clash)s", name=grant.title, clash=one.text)
                )


def commit_grants(grants: Sequence[Grant], *, number: str, day: date | None, by: Actor) -> None:
    """The decision is signed: promise the amounts, each under the lock of its budget line and of its ceilings.

    Without ``number`` and ``day`` the approval promises, and the decision follows. Raises BudgetExceeded, CeilingReached, ClashWaits, DuplicateSupport, InvalidTransition. Inside the decision's transaction().
    """
    with transaction():
        # Lines are locked in one order, so that two decisions never wait for each other.
        rows = sorted((locked(grant) for grant in grants), key=lambda grant: (grant.budget_line_id, grant.id))
        check_grants(rows)
        for row in rows:
            row.require_move(G.COMMITTED)
            commit_budget(row.budget_line_id, row.amount)
        commit_ceilings(rows)
        for row in rows:
            row.move_to(G.COMMITTED)
            row.decision_number, row.decision_on, row.committed_at = number, day, now()
            record("funding.commit", row, by=by, after={"amount": row.amount, "decision": number})


def take_back(grant: Grant, *, reason: str, by: Actor) -> Grant:
    """An approval is taken back before its decision was signed: proposed again, its money and place are free."""
    with transaction():
        row = locked(grant)
        row.require_move(G.PROPOSED)
        release_budget(row.budget_line_id, row.amount)
        release_ceilings(row)
        row.move_to(G.PROPOSED)
        row.decision_number, row.decision_on, row.committed_at, row.selection_id = "", None, None, None
        record("funding.take_back", row, by=by, after={"reason": clean(reason)[:400]})
    return row


def change_amount(grant: Grant, amount: Money, *, number: str, day: date, by: Actor) -> Grant:
    """Another amount by an amending decision, under the lock of the budget line; raises BudgetExceeded, InvalidTransition."""
    with transaction():
        row = locked(grant)
        if row.state is not G.COMMITTED:
            row.require_move(G.SETTLED)
        before = row.amount
        release_budget(row.budget_line_id, before)
        commit_budget(row.budget_line_id, amount)
        release_ceilings(row)
        row.amount_minor = amount.amount_minor
        commit_ceilings([row])
        row.decision_number, row.decision_on = number, day
        record(
            "funding.change_amount", row, by=by, before={"amount": before}, after={"amount": amount, "decision": number}
        )
    return row


def add_receipt(
    grant: Grant, *, scan: Upload | None, ticket: str, reason: str = "", by: Actor
) -> list[Clash]:  # fmt: skip
    """Keep a receipt or ticket number; gives back suspected duplicates, which wait for a second person.

    Raises InvalidInput for a file that is none, DuplicateSupport for a suspected duplicate without a reason.
    """
    with transaction():
        row = locked(grant)
        row.require_move(G.SETTLED)
        number = normal_ticket(ticket)
        stored = store_upload(scan, field="receipt") if scan is not None else None
        claim = Claim(
            row.fair_id, "", row.purpose, row.fair.starts_on, row.fair.ends_on,
            receipt_sha256=stored.sha256 if stored else "", ticket_number=number, own_id=row.id,
            subject=(row.subject_type, row.subject_id),
        )  # fmt: skip
        known = {(clash.other_id, clash.external_id) for clash in clashes_of([row.id])}
        found = [one for one in find_clashes(claim) if one.key not in known]
        if found and not clean(reason):
            text = _("Used before: %(clash)s", clash="; ".join(one.text for one in found))
            raise DuplicateSupport(text, field="reason")
        if stored is not None:
            row.receipt_id, row.receipt_sha256 = stored.id, stored.sha256
        row.ticket_number = number or row.ticket_number
        keep_clashes(row, found, reason, by=by)
        record("funding.receipt", row, by=by, after={"sha256": row.receipt_sha256, "ticket": row.ticket_number})
    return found


def settle_grant(grant: Grant, actual: Money, *, by: Actor) -> Grant:
    """Settle by what it really cost; the rest of what was committed is free again.

    Raises TooMuch above the committed amount, ClashWaits, InvalidTransition.
    """
    with transaction():
        row = locked(grant)
        row.require_move(G.SETTLED)
        if actual.currency != row.currency or not 0 <= actual.amount_minor <= row.amount_minor:
            raise TooMuch(field="actual")
        if any(clash.state is ClashState.WAITING for clash in clashes_of([row.id])):
            raise ClashWaits(_l("A second person has to look at the suspected duplicate first."))
        spend_budget(row.budget_line_id, row.amount, actual)
        settle_ceilings(row, actual)
        row.move_to(G.SETTLED)
        row.actual_minor, row.settled_at = actual.amount_minor, now()
        record("funding.settle", row, by=by, after={"actual": actual})
    return row


def release_grant(grant: Grant, *, reason: str, by: Actor) -> Grant:
    """Take a proposal or commitment back; its money is free again. Raises InvalidInput, InvalidTransition."""
    return _end(grant, G.RELEASED, reason, by=by)


def recover_grant(grant: Grant, *, reason: str, by: Actor, amount: Money | None = None) -> Grant:
    """Note that what was settled came back, all of it or ``amount``: then the rest stays settled.

    Raises InvalidInput, InvalidTransition, TooMuch above what was settled.
    """
    if amount is None or amount == grant.actual:
        return _end(grant, G.RECOVERED, reason, by=by)
    if not clean(reason):
        raise InvalidInput(_l("Please give the reason."), field="reason")
    with transaction():
        row = locked(grant)
        row.require_move(G.RECOVERED)
        actual = row.actual
        if actual is None or amount.currency != row.currency or not 0 < amount.amount_minor < actual.amount_minor:
            raise TooMuch(_l("More than was settled."), field="amount")
        recover_budget(row.budget_line_id, amount)
        recover_ceilings(row, amount)
        row.actual_minor = actual.amount_minor - amount.amount_minor
        after = {"amount": amount, "reason": clean(reason)[:400]}
        record("funding.recovered", row, by=by, before={"actual": actual}, after=after)
    return row


def _end(grant: Grant, target: GrantState, reason: str, *, by: Actor) -> Grant:
    if not clean(reason):
        raise InvalidInput(_l("Please give the reason."), field="reason")
    with transaction():
        row = locked(grant)
        before = row.state
        row.require_move(target)
        if before is G.COMMITTED:
            release_budget(row.budget_line_id, row.amount)
            release_ceilings(row)
        elif before is G.SETTLED and row.actual is not None:
            recover_budget(row.budget_line_id, row.actual)
            recover_ceilings(row, row.actual)
        row.move_to(target)
        row.ended_at, row.end_reason = now(), clean(reason)[:400]
        record(f"funding.{target.value}", row, by=by, before={"state": before}, after={"reason": row.end_reason})
    return row


def release_all_of(subject_type: str, subject_id: int, *, reason: str, by: Actor) -> int:
    """Release what a subject was proposed or promised, as when it withdraws; what was settled stays. Gives the number."""
    number = 0
    with transaction():
        for grant in live_grants_of(subject_type, subject_id):
            if grant.state is not G.SETTLED:
                release_grant(grant, reason=reason, by=by)
                number += 1
    return number


def change_proposal(grant: Grant, draft: GrantDraft, *, by: Actor) -> Grant:
    """The proposed amount anew, as when the wishes changed before the selection was handed in. Raises InvalidTransition."""
    with transaction():
        row = locked(grant)
        row.require_move(G.COMMITTED)
        before = row.amount
        row.full_minor, row.amount_minor = draft.full.amount_minor, draft.amount.amount_minor
        row.percent = draft.percent
        record("funding.change_proposal", row, by=by, before={"amount": before}, after={"amount": row.amount})
    return row


def locked(grant: Grant) -> Grant:
    """The grant's row, read again under its lock. Inside transaction()."""
    return db.session.scalars(
        select(Grant).where(Grant.id == grant.id).with_for_update(of=Grant).execution_options(populate_existing=True)
    ).one()
