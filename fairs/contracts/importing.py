"""Importing contracts: judge what a spreadsheet says, then log each contract once, however often the file comes."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from flask_babel import force_locale
from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from fairs.audit.service import record
from fairs.calendar.models import Fair
from fairs.contracts.errors import InvalidContract
from fairs.contracts.goods import LineDraft
from fairs.contracts.import_models import ContractImport
from fairs.contracts.models import Contract
from fairs.contracts.parties import party_of_cell
from fairs.contracts.reading import CellProblem, Place, ReadContract, ReadFile, head_of, read_contracts
from fairs.contracts.reconsidering import reconsider_together
from fairs.contracts.rules import ContractDraft, checked
from fairs.contracts.service import log_contract
from fairs.contracts.states import ContractState
from fairs.core.actor import Actor
from fairs.core.clock import now
from fairs.core.db import db, transaction
from fairs.core.errors import DomainError, InvalidInput, InvalidTransition
from fairs.core.i18n import format_money
from fairs.core.money import EXPONENTS, Money
from fairs.core.storage import Upload, keep
from fairs.core.text import fold
from fairs.core.units import UNITS

_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_STEP = 25  # contracts between two notes of how far it is
#: So many contracts are looked over at once; more wait for the worker.
AT_ONCE = 200

NEW, KNOWN, WRONG, LOGGED = "new", "known", "wrong", "logged"
Key = tuple[int, int, str, int, str]


@dataclass(slots=True)
class Judged:
    """A contract of the file with its verdict; ``reference``: of the contract that is known or was logged."""

    read: ReadContract
    outcome: str
    draft: ContractDraft | None = None
    key: Key | None = None
    reference: str = ""
    problems: list[CellProblem] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        """As kept with the import and printed by the command."""
        read = self.read
        value = "" if read.value is None else f"{read.value:f} {read.currency}"
        if read.value is not None and read.currency in EXPONENTS:
            with suppress(DomainError):  # too many decimals: shown as it was typed
                value = format_money(Money.from_decimal(read.value, read.currency))
        return {
            "sheet": read.sheet, "row": read.row, "number": read.number[:80], "exporter": read.parties["exporter"]["text"][:120],
            "importer": read.parties["importer"]["text"][:120], "value": value, "outcome": self.outcome, "reference": self.reference,
            "problems": [told(problem) for problem in self.problems],
        }  # fmt: skip


def told(problem: CellProblem) -> dict[str, Any]:
    """A problem with its place and its words in both languages."""
    words = {}
    for locale in ("vi", "en"):
        with force_locale(locale):
            words[locale] = str(problem.message)
    heads = {locale: head_of(problem.at.column, locale) for locale in ("vi", "en")}
    return {
        "sheet": problem.at.sheet,
        "row": problem.at.row,
        "column": problem.at.column,
        "head": heads,
        "message": words,
    }


class Judge:
    """Says of each contract of a file whether it is new, known or wrong. Parties that were found are remembered."""

    def __init__(self, fair: Fair, by: Actor) -> None:
        self.fair, self.by = fair, by
        self.known = _known(fair)
        self.parties: dict[tuple[str, str, str, str], int | InvalidInput] = {}

    def judge(self, read: ReadContract) -> Judged:
        """The verdict; a contract that stands in the file twice is known the second time."""
        problems = list(read.problems)
        parties = {side: self._party(read, side, problems) for side in ("exporter", "importer")}
        draft = _draft(read, parties["exporter"], parties["importer"])
        unreadable = {(problem.at.row, problem.at.column) for problem in problems}
        try:
            values, _lines = checked(self.fair, draft, by=self.by)
        except InvalidContract as error:
            for one in error.problems:
                at = _place(read, one.field or "")
                # What could not be read has its message already; a party, too. A sum of lines that could not be read says nothing.
                if (at.row, at.column) not in unreadable and not (at.column == "value" and read.problems):
                    problems.append(CellProblem(at, one.message))
            return Judged(read, WRONG, problems=problems)
        if problems:
            return Judged(read, WRONG, problems=problems)
        key = _key(values["exporter_id"], values["importer_id"], values["number"], values["signed_on"], values["value_minor"], values["currency"])  # fmt: skip
        if key in self.known:
            return Judged(read, KNOWN, draft, key, self.known[key])
        self.known[key] = ""
        return Judged(read, NEW, draft, key)

    def _party(self, read: ReadContract, side: str, problems: list[CellProblem]) -> int | None:
        cells = read.parties[side]
        asked = (side, cells["text"], cells["tax_code"], cells["country"])
        if asked not in self.parties:
            try:
                self.parties[asked] = party_of_cell(
                    self.fair, cells["text"], side, country=cells["country"], tax_code=cells["tax_code"]
                )
            except InvalidInput as error:
                self.parties[asked] = error
        found = self.parties[asked]
        if isinstance(found, InvalidInput):
            problems.append(CellProblem(Place(read.sheet, read.row, side), found.message))
            return None
        return found


def _known(fair: Fair) -> dict[Key, str]:
    """The fair's contracts by what makes one the same: parties, number (or day, without a number), value."""
    rows = db.session.execute(
        select(
            Contract.exporter_id, Contract.importer_id, Contract.number, Contract.signed_on, Contract.value_minor, Contract.currency,
            Contract.reference,
        ).where(Contract.fair_id == fair.id, Contract.state != ContractState.CANCELLED)
    )  # fmt: skip
    return {_key(*row[:6]): row[6] for row in rows}


def _key(exporter: Any, importer: Any, number: Any, signed_on: Any, minor: Any, currency: Any) -> Key:
    return (exporter, importer, fold(number) or str(signed_on), minor, currency)


def _draft(read: ReadContract, exporter_id: int | None, importer_id: int | None) -> ContractDraft:
    return ContractDraft(
        exporter_id=exporter_id,
        importer_id=importer_id,
        state=read.state,
        signed_on=read.signed_on,
        currency=read.currency,
        value=read.value,
        number=read.number,
        lines=[
            LineDraft(line.hs_code, line.description, line.quantity, line.unit, line.amount)
            if line.amount is not None or len(read.lines) > 1
            # One line only has the whole value.
            else LineDraft(line.hs_code, line.description, line.quantity, line.unit, read.value)
            for line in read.lines
        ],
        **read.texts,
    )


def _place(read: ReadContract, name: str) -> Place:
    """Where the field of a problem stands in the file."""
    parts = name.split("-")
    if parts[0] == "lines" and len(parts) == 3 and int(parts[1]) < len(read.lines):
        line = read.lines[int(parts[1])]
        return Place(line.sheet, line.row, parts[2])
    return Place(read.sheet, read.row, parts[2] if parts[0] == "lines" and len(parts) == 3 else name)


def look_over(fair: Fair, file: ReadFile, by: Actor) -> list[Judged]:
    """The verdict on each contract of the file, in its order. Nothing is written."""
    judge = Judge(fair, by)
    with db.session.no_autoflush:
        return [judge.judge(read) for read in file.contracts]


def log_good(
    fair: Fair, judged: list[Judged], *, by: Actor, whole: bool = False, note: Callable[[int], None] | None = None
) -> None:
    """Log what is new; verdicts become LOGGED with the reference, or WRONG where the service still refuses.

    ``whole``: all or nothing, in one transaction; raises InvalidInput when anything is wrong, and nothing is logged then. ``note``
    is told how many are done, every few contracts.
    """
    with reconsider_together():
        _log_good(fair, judged, by, whole, note)


def _log_good(fair: Fair, judged: list[Judged], by: Actor, whole: bool, note: Callable[[int], None] | None) -> None:
    if whole:
        if any(one.outcome == WRONG for one in judged):
            raise InvalidInput(_l("Something is wrong in the file: nothing was imported."), field="file")
        with transaction():
            for one in judged:
                if one.outcome == NEW and one.draft is not None:
                    one.reference = log_contract(fair, one.draft, by=by).reference
        for one in judged:
            one.outcome = LOGGED if one.outcome == NEW else one.outcome
        return
    for number, one in enumerate(judged, start=1):
        if one.outcome == NEW and one.draft is not None:
            try:
                one.reference, one.outcome = log_contract(fair, one.draft, by=by).reference, LOGGED
            except DomainError as error:
                one.outcome = WRONG
                one.problems.append(CellProblem(_place(one.read, error.field or "number"), error.message))
        if note is not None and number % _STEP == 0:
            note(number)


# -- imports that are kept, with a preview ------------------------------------------------------------------------------------


def hand_in(fair: Fair, upload: Upload, *, by: Actor) -> ContractImport:
    """Keep a spreadsheet that can be read; raises InvalidInput (``file``) for one that cannot. It is looked over next."""
    read = read_contracts(upload)
    with transaction():
        file = keep(upload.name, upload.content, _XLSX if upload.content.startswith(b"PK") else "text/csv")
        found = ContractImport(
            fair_id=fair.id, file_id=file.id, name=upload.name[:200], stage="checking", total=len(read.contracts), done=0, findings=[],
            beside=[], by_id=by.user_id, by_name=by.name[:120], for_id=by.for_user_id, for_name=(by.for_name or "")[:120],
            touched_at=now(),
        )  # fmt: skip
        db.session.add(found)
        db.session.flush()
        record(
            "contracts.import", found, by=by, fair_id=fair.id, after={"contracts": found.total, "sha256": file.sha256}
        )
    return found


def _actor(found: ContractImport) -> Actor:
    return Actor(found.by_id, found.by_name, found.for_id, found.for_name or None)


def _read(found: ContractImport) -> ReadFile:
    return read_contracts(Upload(found.name, found.file.read()))


def check(import_id: int) -> None:
    """Look a file over; a person decides next. Bears repetition."""
    found = db.session.get_one(ContractImport, import_id, populate_existing=True)
    if found.stage != "checking":
        return
    fair = db.session.get_one(Fair, found.fair_id)
    file = _read(found)
    judged = look_over(fair, file, _actor(found))
    _keep_findings(import_id, judged, file, stage="ready")


def start(found: ContractImport, *, whole: bool, by: Actor) -> None:
    """A person says: import. Raises InvalidTransition when it is not looked over or under way, InvalidInput for all or nothing
    with something wrong, or when there is nothing new."""
    with transaction():
        row = db.session.get_one(ContractImport, found.id, with_for_update=True, populate_existing=True)
        if row.stage != "ready":
            raise InvalidTransition
        if whole and (row.count(WRONG) or row.beside):
            raise InvalidInput(_l("Something is wrong in the file: nothing was imported."), field="file")
        if not row.count(NEW):
            raise InvalidInput(_l("There is nothing new in this file."), field="file")
        row.stage, row.whole, row.done, row.touched_at = "running", whole, 0, now()
        row.by_id, row.by_name, row.for_id, row.for_name = (
            by.user_id,
            by.name[:120],
            by.for_user_id,
            (by.for_name or "")[:120],
        )


def carry_on(import_id: int) -> None:
    """Log what is new, and finish. Ended anywhere, it goes on: what was logged is known the next time."""
    found = db.session.get_one(ContractImport, import_id, populate_existing=True)
    if found.stage != "running":
        return
    fair, by, whole = db.session.get_one(Fair, found.fair_id), _actor(found), found.whole
    before = {(one["sheet"], one["row"]) for one in found.findings if one["outcome"] == NEW}
    file = _read(found)
    judged = look_over(fair, file, by)
    stage = "done"
    try:
        log_good(fair, judged, by=by, whole=whole, note=lambda done: _note(import_id, done))
    except InvalidInput:
        stage = "refused"
    for one in judged:
        # Logged by this import before its worker was ended.
        if one.outcome == KNOWN and one.reference and (one.read.sheet, one.read.row) in before:
            one.outcome = LOGGED
    _keep_findings(import_id, judged, file, stage=stage)


def _note(import_id: int, done: int) -> None:
    with transaction():
        row = db.session.get_one(ContractImport, import_id, with_for_update=True, populate_existing=True)
        row.done, row.touched_at = done, now()


def _keep_findings(import_id: int, judged: list[Judged], file: ReadFile, *, stage: str) -> None:
    with transaction():
        row = db.session.get_one(ContractImport, import_id, with_for_update=True, populate_existing=True)
        row.findings = [one.as_json() for one in judged]
        row.beside = [told(problem) for problem in file.problems]
        row.stage, row.done, row.touched_at = stage, len(judged), now()


def choices() -> dict[str, list[str]]:
    """What the template offers in its columns."""
    from fairs.contracts.rules import FIRST_STATES
    from fairs.contracts.terms import REPORTERS
    from fairs.core.incoterms import INCOTERMS

    return {
        "state": [str(state) for state in FIRST_STATES], "reported_by": list(REPORTERS), "incoterm": list(INCOTERMS), "unit": list(UNITS),
        "currency": ["USD", "EUR", "VND", *sorted(set(EXPONENTS) - {"USD", "EUR", "VND"})],
    }  # fmt: skip
