"""`flask payments import-statement`."""

from __future__ import annotations

import json
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import click
from flask import current_app
from sqlalchemy import or_, select
from sqlalchemy.orm import joinedload

from fairs.banking.models import BankLine, Statement, as_kept
from fairs.banking.queries import counts_of, invoices_by_ids
from fairs.banking.service import Account, Look, StatementWrong, account_of, look_over, read_at_once
from fairs.banking.states import LineState
from fairs.calendar.models import Fair
from fairs.core.actor import SYSTEM
from fairs.core.db import db
from fairs.core.errors import DomainError, NotFound
from fairs.core.money import Money
from fairs.core.storage import Upload
from fairs.payments.account_models import Bank, BankAccount
from fairs.payments.cli import cli

_PERSON = (LineState.WAITING, LineState.PROPOSED)


@cli.command("import-statement")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--bank", help="Name or number (BIN) of the bank, when there are accounts at several.")
@click.option(
    "--fair", "slug", help="Fair at whose desk the lines wait (default: the one whose references the file names most)."
)
@click.option("--dry-run", is_flag=True, help="Say what would be recorded, and record nothing.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def import_statement(file: Path, bank: str | None, slug: str | None, dry_run: bool, as_json: bool) -> None:
    """Read a bank statement FILE (CSV, XLSX, ODS), match its lines and record those that match.

    A file may be read twice: each line of the bank counts once. Ends with 1 when the file is refused.
    """
    upload = Upload(file.name, file.read_bytes())
    try:
        fair, account = _place(upload, bank, slug)
        if dry_run:
            look = look_over(upload, account, fair)
            if look.reading.problems:
                raise StatementWrong(look.reading)
            result = _would(look, fair, account)
        else:
            result = _did(read_at_once(fair, upload, account, by=SYSTEM), fair, account)
    except DomainError as error:
        result = {
            "file": file.name,
            "error": {"code": error.code, "message": as_kept(error)},
            "problems": _problems(error),
        }
    result = {"file": file.name, "dry_run": dry_run, **result}
    click.echo(json.dumps(result, ensure_ascii=False, indent=2) if as_json else _in_words(result))
    if "error" in result:
        sys.exit(1)


def _problems(error: DomainError) -> list[dict[str, Any]]:
    if not isinstance(error, StatementWrong):
        return []
    return [
        {"row": one.row, "column": str(one.head), "message": as_kept(one.message)} for one in error.reading.problems
    ]


def _place(upload: Upload, bank: str | None, slug: str | None) -> tuple[Fair, Account]:
    """The fair at whose desk lines wait and the account; raises NotFound."""
    config = current_app.extensions["fairs_config"]
    fair = db.session.scalar(select(Fair).where(Fair.slug == slug)) if slug else None
    if slug and fair is None:
        raise NotFound(f"There is no fair {slug}.")
    query = (
        select(BankAccount)
        .options(joinedload(BankAccount.bank))
        .order_by(BankAccount.is_active.desc(), BankAccount.fair_id.is_(None), BankAccount.id)
    )
    if bank:
        query = query.join(Bank).where(or_(Bank.name.ilike(bank), Bank.bin == bank))
    if fair is not None:
        query = query.where(or_(BankAccount.fair_id == fair.id, BankAccount.fair_id.is_(None)))
    known = db.session.scalars(query).all()
    if not known and bank and bank.casefold() not in {config.bank_name.casefold(), config.bank_bin}:
        raise NotFound(f"There is no account at {bank}.")
    first = known[0] if known else None
    if fair is None:
        fair = _fair_of(upload, first)
    return fair, account_of(fair.id, first.id if first else None, config)


def _fair_of(upload: Upload, account: BankAccount | None) -> Fair:
    """The account's fair; for an account of all fairs the one whose references stand in most lines, else the newest."""
    if account is not None and account.fair_id is not None:
        return db.session.get_one(Fair, account.fair_id)
    newest = db.session.scalars(select(Fair).order_by(Fair.starts_on.desc(), Fair.id)).first()
    if newest is None:
        raise NotFound("There is no fair yet.")
    config = current_app.extensions["fairs_config"]
    look = look_over(upload, account_of(newest.id, account.id if account else None, config), newest)
    named = Counter(verdict.fair_id for verdict in look.verdicts if verdict.hits)
    return db.session.get_one(Fair, named.most_common(1)[0][0]) if named else newest


def _head(fair: Fair, account: Account, lines: int, known: int) -> dict[str, Any]:
    return {
        "fair": fair.slug, "account": {"bank": account.bank, "number": account.number, "currency": account.currency},
        "new_lines": lines, "known_lines": known,
    }  # fmt: skip


def _would(look: Look, fair: Fair, account: Account) -> dict[str, Any]:
    kinds: Counter[str] = Counter(str(verdict.kind) for verdict in look.verdicts)
    states: Counter[str] = Counter(str(verdict.state) for verdict in look.verdicts)
    references = {invoice.id: reference for reference, invoice in look.books.invoices.items()}
    return {
        "statement": None, **_head(fair, account, len(look.lines), look.known), "kinds": dict(sorted(kinds.items())),
        "states": dict(sorted(states.items())),
        "waiting": [
            {
                "row": line.row, "day": line.booked_on.isoformat(), "amount": _amount(line.amount_minor, account.currency),
                "text": line.text, "kind": str(verdict.kind), "reason": as_kept(verdict.reason),
                "invoices": [references[key] for key, _how in verdict.found(look.books).get("invoices", [])],
            }
            for line, verdict in zip(look.lines, look.verdicts, strict=True)
            if verdict.state in _PERSON
        ],
    }  # fmt: skip


def _did(statement: Statement, fair: Fair, account: Account) -> dict[str, Any]:
    counts = counts_of(statement.id)
    kinds: Counter[str] = Counter()
    states: Counter[str] = Counter()
    for kind, state, many in counts:
        kinds[str(kind)] += many
        states[str(state)] += many
    waiting = db.session.scalars(
        select(BankLine)
        .where(BankLine.statement_id == statement.id, BankLine.state.in_(_PERSON))
        .order_by(BankLine.row, BankLine.id)
    ).all()
    named = {key for line in waiting for key, _how in line.found.get("invoices", [])}
    references = {
        key: invoice.payment_reference
        for fair_id in {line.fair_id for line in waiting}
        for key, invoice in invoices_by_ids(named, fair_id).items()
    }
    return {
        "statement": statement.id, **_head(fair, account, statement.new_lines, statement.known_lines),
        "kinds": dict(sorted(kinds.items())), "states": dict(sorted(states.items())),
        "waiting": [
            {
                "row": line.row, "day": line.booked_on.isoformat(), "amount": _amount(line.amount_minor, line.currency),
                "text": line.text, "kind": str(line.kind), "reason": line.reason,
                "invoices": [references[key] for key, _how in line.found.get("invoices", []) if key in references],
            }
            for line in waiting
        ],
    }  # fmt: skip


def _amount(minor: int, currency: str) -> dict[str, int | str]:
    return Money(minor, currency).as_dict()


def _in_words(result: dict[str, Any]) -> str:
    if "error" in result:
        rows = [f"  row {one['row']}, {one['column'] or '-'}: {one['message']}" for one in result["problems"][:50]]
        return "\n".join([result["error"]["message"], *rows])
    said = ", ".join(f"{many} {kind}" for kind, many in result["kinds"].items()) or "nothing new"
    lines = [f"{result['new_lines']} new lines, {result['known_lines']} known before: {said}"]
    lines += [
        f"  row {one['row']}, {one['day']}, {one['amount']['amount_minor']} {one['amount']['currency']}: {one['kind']} – {one['text'][:80]}"
        for one in result["waiting"]
    ]
    return "\n".join(lines)
