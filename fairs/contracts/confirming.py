"""Asking a party whether the contract is right, and its answer: bound to the very content that it was shown.

An answer belongs to the content's hash. Whoever changes the content calls :func:`lapse`, and the party is asked anew.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from fairs.accounts.models import User
from fairs.audit.service import record
from fairs.calendar.models import Fair
from fairs.contracts.content import content_hash
from fairs.contracts.errors import AnswerOver, ContentChanged, InvalidContract
from fairs.contracts.models import Confirmation, Contract
from fairs.contracts.states import Answer, ContractState
from fairs.core.actor import Actor
from fairs.core.clock import now
from fairs.core.crypto import keyed_digest
from fairs.core.db import db, transaction
from fairs.core.errors import InvalidInput, NotFound
from fairs.core.text import one_line
from fairs.core.tokens import digest
from fairs.directory.models import Company, Membership
from fairs.exhibitors.models import Exhibitor
from fairs.importers.models import Importer
from fairs.messages.service import Notice, send

SIDES = {"exporter": _l("Exporter"), "importer": _l("Importer")}
#: How long a link opens the page: the parties answer at the fair or in the weeks after it.
VALID = timedelta(days=30)
_LONGEST_NAME, _LONGEST_REMARK = 120, 400


@dataclass(frozen=True, slots=True)
class Reader:
    """Whom a question goes to. Without ``email`` it is put aside for printing, and the QR code is shown."""

    name: str
    email: str
    locale: str


def lapse(contract: Contract) -> None:
    """Answers to another content than the contract has now are over; inside transaction(), after every change of content."""
    current = content_hash(contract)
    for row in contract.confirmations:
        if row.state is not Answer.LAPSED and row.content_sha256 != current:
            row.move_to(Answer.LAPSED)


def other_side(side: str) -> str:
    """The side across the table."""
    return "importer" if side == "exporter" else "exporter"


def party_of(contract: Contract, side: str) -> Company:
    """The company on this side."""
    return contract.exporter if side == "exporter" else contract.importer


def is_over(contract: Contract) -> bool:
    """Whether nothing can be confirmed any more: cancelled, or a copy of another record."""
    return contract.state is ContractState.CANCELLED or contract.merged_into_id is not None


def token_of(confirmation: Confirmation) -> str:
    """The address part of the question's page, made anew each time: only its hash is kept.

    Empty once the installation's key was changed since the question was asked: then it is asked again.
    """
    if confirmation.token_digest is None:
        return ""
    token = _token(confirmation.id)
    return token if digest(token) == confirmation.token_digest else ""


def _token(confirmation_id: int) -> str:
    return keyed_digest(f"contract confirmation {confirmation_id}")[:40]


def standing_answers(contract: Contract) -> dict[str, Confirmation]:
    """By side the latest question or answer to what the contract says now."""
    current = content_hash(contract)
    return {
        row.side: row
        for row in contract.confirmations
        if row.content_sha256 == current and row.state is not Answer.LAPSED
    }


def reader_of(contract: Contract, side: str) -> Reader:
    """Who of the party gets the mail: the importer's registration of this fair, the exhibitor's people, the company itself."""
    company = party_of(contract, side)
    locale = "vi" if company.is_domestic else "en"
    if not company.is_domestic:
        importer = db.session.scalars(
            select(Importer).where(Importer.fair_id == contract.fair_id, Importer.company_id == company.id).order_by(Importer.id)
        ).first()  # fmt: skip
        if importer is not None and importer.person.email:
            return Reader(importer.person.display_name, importer.person.email, importer.locale)
    else:
        exhibitor = db.session.scalars(
            select(Exhibitor).where(Exhibitor.fair_id == contract.fair_id, Exhibitor.company_id == company.id).order_by(Exhibitor.id)
        ).first()  # fmt: skip
        if exhibitor is not None and exhibitor.contact_email:
            return Reader(exhibitor.contact_name or company.name, exhibitor.contact_email, locale)
    user = db.session.scalars(
        select(User).join(Membership, Membership.user_id == User.id)
        .where(Membership.company_id == company.id, User.active.is_(True)).order_by(Membership.id)
    ).first()  # fmt: skip
    if user is not None:
        return Reader(user.name or company.name, user.email, user.locale or locale)
    return Reader(company.name, company.email, locale)


def ask_confirmation(contract: Contract, side: str, *, by: Actor) -> Confirmation:
    """Ask a party by link and mail whether the contract is right; asked again, the present question gets a new term.

    Raises NotFound for an unknown side, AnswerOver for a contract that does not stand any more.
    """
    if side not in SIDES:
        raise NotFound
    with transaction():
        row = locked(contract)
        if is_over(row):
            raise AnswerOver
        lapse(row)
        known = standing_answers(row).get(side)
        question = known if known is not None and known.state is Answer.ASKED else None
        if question is None:
            question = Confirmation(
                contract_id=row.id,
                side=side,
                state=Answer.ASKED,
                content_sha256=content_hash(row),
                asked_by_id=by.user_id,
            )
            db.session.add(question)
            db.session.flush()
            row.confirmations.append(question)
        question.expires_at = now() + VALID
        token = _token(question.id)
        question.token_digest = digest(token)
        db.session.flush()
        reader = reader_of(row, side)
        if reader.email:
            _write(row, side, reader, token)
        record(
            "contracts.ask",
            row,
            by=by,
            after={"side": side, "sha256": question.content_sha256, "mail": bool(reader.email)},
        )
        return question


def _write(contract: Contract, side: str, reader: Reader, token: str) -> None:
    fair = db.session.get_one(Fair, contract.fair_id)
    send(
        Notice(
            template="contracts/confirm", name=reader.name, email=reader.email, locale=reader.locale, fair_id=fair.id,
            context={
                "reference": contract.reference, "other": party_of(contract, other_side(side)).name,
                "fair": fair.name_vi if reader.locale == "vi" else fair.name_en or fair.name_vi,
                "page": f"/c/{token}", "days": VALID.days,
            },
        )
    )  # fmt: skip


def confirmation_by_token(token: str) -> Confirmation:
    """The question that a link opens, whatever became of it; raises NotFound."""
    found = db.session.scalar(select(Confirmation).where(Confirmation.token_digest == digest(token)))
    if found is None:
        raise NotFound
    return found


def is_expired(confirmation: Confirmation) -> bool:
    """Whether the link's time is over."""
    return confirmation.expires_at is not None and confirmation.expires_at <= now()


def answer(
    confirmation: Confirmation, verdict: str, *, name: str, remark: str = "", seen: str, by: Actor
) -> Confirmation:
    """The party confirms or disputes the content with the hash ``seen``. It may think again while the content stays.

    Raises InvalidInput with its field, AnswerOver when link or contract are over, ContentChanged when the contract does
    not say any more what the party was shown.
    """
    wanted = _verdict(verdict, name, remark)
    with transaction():
        contract = locked(db.session.get_one(Contract, confirmation.contract_id))
        row = db.session.get_one(Confirmation, confirmation.id, with_for_update=True, populate_existing=True)
        if is_over(contract) or is_expired(row):
            raise AnswerOver
        current = content_hash(contract)
        if row.state is Answer.LAPSED or row.content_sha256 != current or seen != current:
            raise ContentChanged
        return _keep(contract, row, wanted, name, remark, by)


def answer_own(
    contract: Contract, side: str, verdict: str, *, name: str, remark: str = "", seen: str, by: Actor
) -> Confirmation:
    """A member of the party answers in the own account, asked or not; raises as :func:`answer`."""
    wanted = _verdict(verdict, name, remark)
    with transaction():
        row = locked(contract)
        if is_over(row):
            raise AnswerOver
        current = content_hash(row)
        if seen != current:
            raise ContentChanged
        known = standing_answers(row).get(side)
        if known is None:
            known = Confirmation(
                contract_id=row.id, side=side, state=Answer.ASKED, content_sha256=current, asked_by_id=by.user_id
            )
            db.session.add(known)
            db.session.flush()
            row.confirmations.append(known)
        return _keep(row, known, wanted, name, remark, by)


def _verdict(verdict: str, name: str, remark: str) -> Answer:
    problems: list[InvalidInput] = []
    if verdict not in {Answer.CONFIRMED, Answer.DISPUTED}:
        problems.append(InvalidInput(_l("Please choose one of the buttons."), field="verdict"))
    if not one_line(name):
        problems.append(InvalidInput(_l("Please write your name."), field="name"))
    elif len(one_line(name)) > _LONGEST_NAME:
        problems.append(InvalidInput(_l("At most %(max)d characters.", max=_LONGEST_NAME), field="name"))
    if verdict == Answer.DISPUTED and not one_line(remark):
        problems.append(InvalidInput(_l("Say what is not right."), field="remark"))
    elif len(remark) > _LONGEST_REMARK:
        problems.append(InvalidInput(_l("At most %(max)d characters.", max=_LONGEST_REMARK), field="remark"))
    if problems:
        raise InvalidContract(problems)
    return Answer(verdict)


def _keep(contract: Contract, row: Confirmation, verdict: Answer, name: str, remark: str, by: Actor) -> Confirmation:
    before = row.state
    if verdict is not before:
        row.move_to(verdict)
    row.answered_name, row.remark, row.answered_by_id, row.answered_at = (
        one_line(name),
        remark.strip(),
        by.user_id,
        now(),
    )
    db.session.flush()
    # The name stays in the answer's own row: the history outlives what is kept of a person.
    action = "contracts.confirm" if verdict is Answer.CONFIRMED else "contracts.dispute"
    record(
        action, contract, by=by, before={"state": before},
        after={"side": row.side, "sha256": row.content_sha256, "reason": row.remark},
    )  # fmt: skip
    return row


def locked(contract: Contract) -> Contract:
    """The contract as it is now, held until the end of the transaction, with its lines and answers."""
    row = db.session.get_one(Contract, contract.id, with_for_update=True, populate_existing=True)
    db.session.refresh(row, ["lines", "confirmations", "signatures"])
    return row
