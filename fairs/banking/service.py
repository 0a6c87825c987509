"""Bank statements: handed in, looked over, read with all their lines in one transaction, recorded line by line."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from flask_babel import lazy_gettext as _l
from sqlalchemy import delete, insert, select
from sqlalchemy.exc import IntegrityError

from fairs.audit.service import record
from fairs.banking.files import Sheet, open_file
from fairs.banking.layouts import Layout, chosen, detect, is_enough
from fairs.banking.matching import Books, Verdict, judge_all
from fairs.banking.models import BankLine, MatchRules, Statement, StatementLayout, as_kept
from fairs.banking.queries import books_for, known_uids, remembered_layout, rules_of, unfinished
from fairs.banking.reading import Line, Reading, read_lines
from fairs.banking.recording import record_matched
from fairs.banking.states import LineState, StatementState
from fairs.calendar.models import Fair
from fairs.config import Config
from fairs.core.actor import Actor
from fairs.core.clock import now
from fairs.core.db import db, transaction
from fairs.core.errors import Conflict, Forbidden, InvalidInput
from fairs.core.money import EXPONENTS
from fairs.core.storage import StoredFile, Upload, discard, keep
from fairs.core.text import one_line
from fairs.payments.account_models import Bank, BankAccount
from fairs.payments.accounts import account_by_id, of_settings
from fairs.payments.credits import day_of_money

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
AT_ONCE = 40  # more lines than these are recorded by the worker, while the person goes on
_STEP = 50  # lines between two signs of life
_SHOWN_PROBLEMS = 200


class StatementWrong(InvalidInput):
    """Rows of the file cannot be read; ``reading`` names each. Nothing of the file was kept."""

    code = "statement_wrong"
    message = _l("Some rows cannot be read, so nothing of this file was recorded.")

    def __init__(self, reading: Reading) -> None:
        self.reading = reading
        rows = [{"row": one.row, "column": str(one.head)} for one in reading.problems[:_SHOWN_PROBLEMS]]
        super().__init__(field="file", problems=rows)


@dataclass(frozen=True, slots=True)
class Account:
    """The account that a file is of. ``account_id`` is None for the one of the settings."""

    account_id: int | None
    bank_id: int | None
    bank: str
    bin: str
    number: str
    currency: str

    @property
    def key(self) -> str:
        """What lines are unique in."""
        return f"{self.bin}:{self.number}:{self.currency}"


@dataclass(slots=True)
class Look:
    """A file as it would be read: its columns, lines, what each would be, and how many are known."""

    sheets: list[Sheet]
    layout: Layout
    reading: Reading
    lines: list[Line]
    verdicts: list[Verdict]
    known: int
    books: Books


def account_of(fair_id: int, account_id: int | None, config: Config) -> Account:
    """The account with that key among the fair's, or the one of the settings; raises NotFound."""
    if account_id is None:
        target = of_settings(config)
        bank_id = db.session.scalar(select(Bank.id).where(Bank.bin == target.bin))
        return Account(None, bank_id, target.bank, target.bin, target.number, "VND")
    found: BankAccount = account_by_id(fair_id, account_id)
    return Account(found.id, found.bank_id, found.bank.name, found.bank.bin, found.number, found.currency)


def look_over(upload: Upload, account: Account, fair: Fair, layout: Layout | None = None) -> Look:
    """Read a file and match its lines, without keeping anything. Raises InvalidInput for a file that is none."""
    sheets = open_file(upload)
    layout = layout or detect(sheets, remembered_layout(account.bank_id))
    if not is_enough(layout.columns):
        return Look(sheets, layout, Reading(), [], [], 0, Books({}, {}, {}))
    reading = read_lines(sheets, layout, account.currency, today=day_of_money())
    if reading.problems:
        return Look(sheets, layout, reading, [], [], 0, Books({}, {}, {}))
    days = [line.booked_on for line in reading.lines]
    known = known_uids(account.key, min(days), max(days))
    lines = [line for line in reading.lines if line.uid not in known]
    books = books_for(account.currency)
    verdicts = judge_all(lines, books, fair.id, account.currency)
    return Look(sheets, layout, reading, lines, verdicts, len(reading.lines) - len(lines), books)


def hand_in(fair: Fair, upload: Upload, account: Account, *, by: Actor) -> Statement:
    """Keep a file for a look at it: nothing of it counts yet. Raises InvalidInput when it is no statement at all."""
    sheets = open_file(upload)
    layout = detect(sheets, remembered_layout(account.bank_id))
    if by.user_id is None:
        raise Forbidden
    with transaction():
        packed = upload.content.startswith(b"PK")
        stored = keep(upload.name, upload.content, XLSX if packed else "text/csv")
        statement = _new(fair, account, stored, upload.name, layout, by)
        record("banking.hand_in", statement, by=by, after={"file": statement.file_name})
        return statement


def _new(fair: Fair, account: Account, stored: StoredFile, name: str, layout: Layout, by: Actor) -> Statement:
    statement = Statement(
        fair_id=fair.id, account_id=account.account_id, account_key=account.key, bank_name=account.bank,
        currency=account.currency, state=StatementState.UPLOADED, file_name=one_line(name)[:200], file_id=stored.id,
        layout=layout.as_json(), new_lines=0, known_lines=0, by_id=by.user_id, by_name=by.name[:200], for_id=by.for_user_id,
        for_name=(by.for_name or "")[:200], touched_at=now(),
    )  # fmt: skip
    db.session.add(statement)
    db.session.flush()
    return statement


def upload_of(statement: Statement) -> Upload:
    """The file of a statement as it was handed in; raises Conflict when it is lost."""
    if statement.file is None:
        raise Conflict
    try:
        return Upload(statement.file_name, statement.file.read())
    except FileNotFoundError as error:
        raise Conflict(_l("The file is no longer there. Please hand it in again.")) from error


def choose_columns(statement: Statement, columns: Mapping[str, int | None]) -> Layout:
    """Keep what a person said each column is; raises InvalidInput (``columns``), Conflict when it is read already."""
    layout = chosen(Layout.from_json(statement.layout), columns)
    with transaction():
        row = db.session.get_one(Statement, statement.id, with_for_update=True, populate_existing=True)
        if row.state is not StatementState.UPLOADED:
            raise Conflict
        row.layout = layout.as_json()
    return layout


def read_statement(statement: Statement, fair: Fair, account: Account, *, by: Actor) -> Statement:
    """Read a file that was looked over: all new lines with what they are, in one transaction. Recording comes after.

    The columns are remembered for the bank. Pressed twice it is read once. Raises StatementWrong with the rows that cannot
    be read, Conflict when somebody reads lines of the same account at this moment.
    """
    look = look_over(upload_of(statement), account, fair, Layout.from_json(statement.layout))
    if not is_enough(look.layout.columns):
        raise InvalidInput(_l("Choose at least the day, the text, and where the amounts stand."), field="columns")
    if look.reading.problems:
        raise StatementWrong(look.reading)
    try:
        with transaction():
            row = db.session.get_one(Statement, statement.id, with_for_update=True, populate_existing=True)
            if row.state is not StatementState.UPLOADED:
                return row
            _insert(row, look)
            row.move_to(StatementState.RUNNING)
            row.new_lines, row.known_lines, row.touched_at = len(look.lines), look.known, now()
            row.by_id, row.by_name, row.for_id, row.for_name = (
                by.user_id,
                by.name[:200],
                by.for_user_id,
                by.for_name or "",
            )
            _remember(account.bank_id, look.layout)
            after = {"file": row.file_name, "new": row.new_lines, "known": row.known_lines}
            record("banking.read", row, by=by, after=after)
            return row
    except IntegrityError as error:
        raise Conflict(_l("Lines of this account are being read by somebody else. Please look again.")) from error


def _insert(statement: Statement, look: Look) -> None:
    moment = now()
    reasons = {reason: as_kept(reason) for reason in {verdict.reason for verdict in look.verdicts}}
    rows = []
    for line, verdict in zip(look.lines, look.verdicts, strict=True):
        parts = {"invoices": [[key, None] for key in verdict.parts]} if verdict.parts else {}
        rows.append({
            "statement_id": statement.id, "fair_id": verdict.fair_id, "account_key": statement.account_key, "uid": line.uid,
            "row": line.row, "booked_on": line.booked_on, "amount_minor": line.amount_minor, "currency": statement.currency,
            "text": line.text, "payer": line.payer, "bank_number": line.number, "state": verdict.state, "kind": verdict.kind,
            "found": verdict.found(look.books), "parts": parts, "reason": reasons[verdict.reason], "proposed_name": "",
            "created_at": moment,
        })  # fmt: skip
    if rows:
        db.session.execute(insert(BankLine), rows)


def _remember(bank_id: int | None, layout: Layout) -> None:
    if bank_id is None:
        return
    known = db.session.scalar(select(StatementLayout).where(StatementLayout.bank_id == bank_id))
    if known is None:
        db.session.add(StatementLayout(bank_id=bank_id, heads=layout.remembered()))
    elif known.heads != layout.remembered():
        known.heads = layout.remembered()


def carry_on(statement_id: int) -> int:
    """Record what is matched and not yet recorded, one transaction for each line, and finish. Bears repetition and being
    ended anywhere: a line and its payment are one. Gives how many were recorded."""
    statement = db.session.get(Statement, statement_id)
    if statement is None or statement.state is not StatementState.RUNNING:
        return 0
    by = Actor(statement.by_id, statement.by_name, statement.for_id, statement.for_name or None)
    done = 0
    ids = db.session.scalars(
        select(BankLine.id)
        .where(BankLine.statement_id == statement_id, BankLine.state == LineState.MATCHED)
        .order_by(BankLine.id)
    ).all()
    for at in range(0, len(ids), _STEP):
        for line_id in ids[at : at + _STEP]:
            done += record_matched(line_id, by=by)
        with transaction():
            _row(statement_id).touched_at = now()
    with transaction():
        row = _row(statement_id)
        if row.state is StatementState.RUNNING:
            row.move_to(StatementState.DONE)
            record("banking.done", row, by=by, after={"recorded": done})
    return done


def _row(statement_id: int) -> Statement:
    return db.session.get_one(Statement, statement_id, with_for_update=True, populate_existing=True)


def forget_uploads() -> None:
    """Remove files that were handed in before yesterday and never read. Inside transaction()."""
    old = db.session.scalars(
        select(Statement).where(
            Statement.state == StatementState.UPLOADED, Statement.created_at < now() - timedelta(days=2)
        )
    ).all()
    for one in old:
        _drop(one)


def drop_upload(statement: Statement, *, by: Actor) -> None:
    """Throw away a file that was handed in and not read; raises Conflict when it is read already."""
    with transaction():
        row = _row(statement.id)
        if row.state is not StatementState.UPLOADED:
            raise Conflict
        record("banking.drop", row, by=by, after={"file": row.file_name})
        _drop(row)


def _drop(row: Statement) -> None:
    stored = row.file
    db.session.execute(delete(Statement).where(Statement.id == row.id))
    db.session.expunge(row)
    if stored is not None:
        discard(stored)


@dataclass(frozen=True, slots=True)
class RulesDraft:
    """How lines of a currency are matched, amounts in minor units."""

    four_eyes_minor: int
    charges_minor: int
    auto_short: bool
    auto_over: bool
    payer_waits: bool


def save_rules(fair: Fair, currency: str, draft: RulesDraft, *, by: Actor) -> MatchRules:
    """Set how the fair matches lines of a currency; what was matched before stays. Raises InvalidInput."""
    if currency not in EXPONENTS:
        raise InvalidInput(_l("Unknown currency."), field="currency")
    for field in ("four_eyes_minor", "charges_minor"):
        if getattr(draft, field) < 0:
            raise InvalidInput(field=field.removesuffix("_minor"))
    with transaction():
        rules = rules_of(fair.id, currency)
        names = ("four_eyes_minor", "charges_minor", "auto_short", "auto_over", "payer_waits")
        before = {name: getattr(rules, name) for name in names}
        for name in names:
            setattr(rules, name, getattr(draft, name))
        db.session.add(rules)
        db.session.flush()
        after = {name: getattr(rules, name) for name in names}
        if before != after:
            record("banking.rules", rules, by=by, before={"currency": currency, **before}, after=after)
        return rules


def read_at_once(fair: Fair, upload: Upload, account: Account, *, by: Actor) -> Statement:
    """Hand in, read and record in one go, for programs. Raises InvalidInput, StatementWrong, Conflict.

    What an earlier reading that was ended in the middle has left is recorded, too: whoever gives the command again after a
    crash finds all of it done.
    """
    look = look_over(upload, account, fair)
    if look.reading.problems:
        raise StatementWrong(look.reading)
    with transaction():
        stored = keep(upload.name, upload.content, XLSX if upload.content.startswith(b"PK") else "text/csv")
        statement = _new(fair, account, stored, upload.name, look.layout, by)
    statement = read_statement(statement, fair, account, by=by)
    for one in sorted({*unfinished(now()), statement.id}):
        carry_on(one)
    return db.session.get_one(Statement, statement.id, populate_existing=True)
