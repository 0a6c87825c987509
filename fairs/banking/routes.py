"""Pages of bank statements: the desk, one line, files with their columns, the rules."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, Response, current_app, flash, g, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, SelectField

from fairs.banking import desk
from fairs.banking.desk import candidates_of, match_line, next_waiting
from fairs.banking.layouts import ROLES, Layout
from fairs.banking.lists import LINES, wanted_of
from fairs.banking.models import BankLine, Statement
from fairs.banking.permissions import EDIT_RULES, MATCH_LINES, VIEW_STATEMENTS
from fairs.banking.queries import (
    counts_of,
    desk_counts,
    line_by_id,
    refund_of,
    rules_of,
    statement_by_id,
    statements_of,
)
from fairs.banking.recording import Share
from fairs.banking.service import (
    AT_ONCE,
    Account,
    Look,
    RulesDraft,
    StatementWrong,
    account_of,
    carry_on,
    choose_columns,
    drop_upload,
    hand_in,
    look_over,
    read_statement,
    save_rules,
    upload_of,
)
from fairs.banking.states import LineKind, LineState, StatementState
from fairs.banking.tasks import carry_on_later
from fairs.calendar.context import current_fair
from fairs.core.actor import Actor
from fairs.core.errors import DomainError, InvalidInput, NotFound
from fairs.core.forms import REQUIRED, Form, MoneyField, UploadField
from fairs.core.i18n import format_money
from fairs.core.lists import download, known, page_of
from fairs.core.money import Money
from fairs.core.web import NavItem, actor, go, register_nav, requires, wants_fragment
from fairs.lists.tools import may_here
from fairs.payments.accounts import accounts_of
from fairs.payments.permissions import VIEW_INVOICES

bp = Blueprint("banking", __name__, url_prefix="/fairs/<fair_slug>/money/statements")

_SAMPLE = 8  # lines shown before a file is read
_SHOWN = 100  # rows that cannot be read, of many


# --- the desk ----------------------------------------------------------------------------------------------------


@bp.get("")
@requires(VIEW_STATEMENTS)
def index() -> str | Response:
    """The lines that wait for a person, or all that fit the filter."""
    fair, wanted = current_fair(), wanted_of(request.args)
    if request.args.get("format") == "xlsx":
        return download(LINES, fair, known(LINES, request.args))
    page = page_of(LINES, fair, request.args, cursor=request.args.get("cursor"))
    return render_template(
        "banking/desk.html", page=page, counts=desk_counts(fair.id), kinds=LineKind, is_filtered=bool(known(LINES, request.args)),
        states=[("all", _("All lines")), *((str(one), one.label) for one in LineState)], MATCH_LINES=MATCH_LINES,
        statements=statements_of(fair.id), wanted=wanted, first=next_waiting(fair.id),
    )  # fmt: skip


# --- one line ----------------------------------------------------------------------------------------------------


def _line(line_id: int) -> BankLine:
    return line_by_id(current_fair().id, line_id)


@bp.get("/lines/<int:line_id>")
@requires(VIEW_STATEMENTS)
def line(line_id: int) -> str:
    """A line, the invoices it may be for with the reasons, and what can be done."""
    return _line_page(_line(line_id))


def _line_page(found: BankLine, error: DomainError | None = None) -> str:
    waits = found.state in (LineState.WAITING, LineState.PROPOSED)
    involved = {g.user.id} | ({actor().for_user_id} if actor().for_user_id else set())
    return render_template(
        "banking/line.html", line=found, error=error, waits=waits, typed=request.form, search=request.args.get("q", "")[:100],
        candidates=candidates_of(found, request.args.get("q", "")[:100]) if found.amount_minor > 0 else [],
        refund=found.refund or refund_of(found), needs_second=waits and desk.needs_second(found), LineState=LineState,
        is_own=bool(involved & {found.proposed_by_id, found.proposed_for_id}), MATCH_LINES=MATCH_LINES,
        sees_invoices=may_here(VIEW_INVOICES), threshold=Money(
            rules_of(found.fair_id, found.currency).four_eyes_minor, found.currency
        ),
    )  # fmt: skip


def _shares(found: BankLine) -> list[Share]:
    """What the form says the line is for: the invoice of the pressed button, or those that are ticked with their amounts."""
    only = request.args.get("only", "")
    ticked = [only] if only else request.form.getlist("invoice")
    if not all(key.isascii() and key.isdigit() and len(key) < 16 for key in ticked):
        raise NotFound
    return [Share(int(key), None if only else _typed(f"amount-{key}", found)) for key in ticked]


def _typed(name: str, found: BankLine) -> int | None:
    text = request.form.get(name, "").strip()
    if not text:
        return None
    try:
        return Money.parse(text, found.currency).amount_minor
    except InvalidInput as error:
        raise InvalidInput(str(error), field="parts") from error


def _after(found: BankLine, said: str) -> Any:
    """On to the next line that waits; back to the desk when none does."""
    flash(said, "success")
    following = next_waiting(found.fair_id, found)
    if following is None:
        return go(url_for("banking.index"))
    return go(url_for("banking.line", line_id=following))


@bp.post("/lines/<int:line_id>")
@requires(MATCH_LINES)
def act(line_id: int) -> Any:
    """What a person does with a line: the pressed button says which."""
    found, by = _line(line_id), actor()
    try:
        return _after(found, _do(found, by))
    except DomainError as error:
        if error.status == 404:
            raise
        return _line_page(_line(line_id), error), 422


def _do(found: BankLine, by: Actor) -> Any:
    match request.form.get("do", ""):
        case "record" | "charges" | "other" as how:
            done = match_line(found, _shares(found), by=by, charges=how == "charges", other_money=how == "other")
            if done.state is LineState.PROPOSED:
                return _("Proposed: a second person has to agree.")
            return _("Recorded: %(amount)s.", amount=format_money(done.amount))
        case "second":
            done = desk.second_line(found, by=by)
            return _("Recorded: %(amount)s.", amount=format_money(done.amount))
        case "back":
            desk.send_back(found, reason=request.form.get("reason", ""), by=by)
            return _("The line waits again.")
        case "aside":
            desk.set_aside(found, reason=request.form.get("reason", ""), by=by)
            return _("Set aside.")
        case "bring":
            desk.bring_back(found, by=by)
            return _("The line waits again.")
        case "refund":
            refund = refund_of(found)
            if refund is None:
                raise NotFound
            desk.settle_refund(found, refund, by=by)
            return _("The refund %(number)s is settled.", number=refund.number)
    raise InvalidInput(_("Please choose one of the buttons."))


# --- files -------------------------------------------------------------------------------------------------------


class FileForm(Form):
    """A statement file and the account it is of."""

    account = SelectField(_l("Account"), [REQUIRED])
    file = UploadField(_l("Statement of the bank"))


def _accounts() -> list[tuple[str, str]]:
    fair = current_fair()
    own = account_of(fair.id, None, current_app.extensions["fairs_config"])
    named = [(str(one.id), f"{one.bank.name} · {one.number} · {one.currency}") for one in accounts_of(fair.id)]
    return [*named, *([] if named else [("0", f"{own.bank} · {own.number} · {own.currency}")])]


def _account(fair_id: int, key: int | None) -> Account:
    return account_of(fair_id, key, current_app.extensions["fairs_config"])


@bp.route("/files", methods=["GET", "POST"])
@requires(MATCH_LINES)
def files() -> Any:
    """The statements read so far, and the next file."""
    fair = current_fair()
    form = FileForm()
    form.account.choices = _accounts()
    if form.validate_on_submit():
        upload = form.file.upload()
        try:
            if upload is None:
                raise InvalidInput(_("Please choose a file."), field="file")
            key = int(form.account.data)
            statement = hand_in(fair, upload, _account(fair.id, key or None), by=actor())
        except InvalidInput as error:
            form.add_error(error)
        else:
            return go(url_for("banking.statement", statement_id=statement.id))
    page = render_template("banking/files.html", form=form, statements=statements_of(fair.id, limit=50))
    return (page, 422) if form.errors else page


@bp.get("/files/<int:statement_id>")
@requires(MATCH_LINES)
def statement(statement_id: int) -> str:
    """A file as it is looked over, how far it is recorded, or what it brought."""
    return _statement_page(statement_by_id(current_fair().id, statement_id))


def _statement_page(found: Statement, error: DomainError | None = None) -> str:
    if found.state is not StatementState.UPLOADED:
        counts = counts_of(found.id)
        left = sum(many for _kind, state, many in counts if state is LineState.MATCHED)
        return render_template(
            "banking/_progress.html" if wants_fragment() else "banking/statement.html", statement=found, counts=counts,
            left=left, total=found.new_lines, is_busy=found.state is StatementState.RUNNING, LineState=LineState,
            waiting=sum(many for _kind, state, many in counts if state in (LineState.WAITING, LineState.PROPOSED)),
            recorded=sum(many for _kind, state, many in counts if state is LineState.RECORDED),
            aside=sum(many for _kind, state, many in counts if state is LineState.IGNORED),
        )  # fmt: skip
    layout, look = Layout.from_json(found.layout), None
    try:
        look = _look(found)
    except InvalidInput as wrong:
        error = error or wrong
    return render_template(
        "banking/columns.html", statement=found, layout=layout, look=look, roles=ROLES, error=error,
        heads=[(at, f"{_column_name(at)}: {head[:60] or '—'}") for at, head in enumerate(layout.heads)],
        sample=_sample(look, found.currency), shown=_SHOWN, typed=request.form,
    )  # fmt: skip


def _look(found: Statement) -> Look:
    fair = current_fair()
    return look_over(upload_of(found), _account(fair.id, found.account_id), fair, Layout.from_json(found.layout))


def _sample(look: Look | None, currency: str) -> Sequence[Any]:
    if look is None:
        return []
    verdicts = {line.uid: verdict for line, verdict in zip(look.lines, look.verdicts, strict=True)}
    return [(line, Money(line.amount_minor, currency), verdicts.get(line.uid)) for line in look.reading.lines[:_SAMPLE]]


def _column_name(at: int) -> str:
    """The letter of a spreadsheet's column."""
    name = ""
    at += 1
    while at:
        at, letter = divmod(at - 1, 26)
        name = chr(65 + letter) + name
    return name


@bp.post("/files/<int:statement_id>")
@requires(MATCH_LINES)
def read(statement_id: int) -> Any:
    """Keep the chosen columns, read the file, or throw it away: the pressed button says which."""
    fair = current_fair()
    found = statement_by_id(fair.id, statement_id)
    try:
        match request.form.get("do", ""):
            case "columns":
                choose_columns(found, _columns())
            case "read":
                choose_columns(found, _columns())
                found = read_statement(found, fair, _account(fair.id, found.account_id), by=actor())
                _go_on(found)
            case "drop":
                drop_upload(found, by=actor())
                flash(_("Thrown away. Nothing of it was recorded."), "success")
                return go(url_for("banking.files"))
            case _:
                raise InvalidInput(_("Please choose one of the buttons."))
    except (InvalidInput, StatementWrong) as error:
        return _statement_page(statement_by_id(fair.id, statement_id), error), 422
    return go(url_for("banking.statement", statement_id=statement_id))


def _columns() -> dict[str, int | None]:
    chosen: dict[str, int | None] = {}
    for role in ROLES:
        text = request.form.get(f"column-{role}", "")
        chosen[role] = int(text) if text.isascii() and text.isdigit() and len(text) < 5 else None
    return chosen


def _go_on(found: Statement) -> None:
    matched = sum(many for _kind, state, many in counts_of(found.id) if state is LineState.MATCHED)
    if matched <= AT_ONCE:
        carry_on(found.id)
    else:
        carry_on_later(found.id)


# --- rules -------------------------------------------------------------------------------------------------------


class RulesForm(Form):
    """How lines of a currency are matched."""

    four_eyes = MoneyField(_l("A second person above"), most=10**12, required=True)
    charges = MoneyField(_l("Bank charges of at most"), most=10**9, required=True)
    auto_short = BooleanField(_l("Record too little at once, as a part of the invoice"))
    auto_over = BooleanField(_l("Record too much at once; the rest becomes a credit of the company"))
    payer_waits = BooleanField(_l("Wait for a person when the name of who paid is not the company’s"))

    def draft(self, currency: str) -> RulesDraft:
        """The rules as typed; raises InvalidInput for smaller units than the currency has."""
        return RulesDraft(
            self.four_eyes.money(currency).amount_minor, self.charges.money(currency).amount_minor,
            bool(self.auto_short.data), bool(self.auto_over.data), bool(self.payer_waits.data),
        )  # fmt: skip


@bp.route("/rules", methods=["GET", "POST"])
@requires(EDIT_RULES)
def rules() -> Any:
    """How this fair matches lines, by currency (``?currency=``)."""
    fair = current_fair()
    currencies = list(dict.fromkeys([fair.currency, "VND", "USD", *(one.currency for one in accounts_of(fair.id))]))
    currency = request.args.get("currency", currencies[0])
    if currency not in currencies:
        raise NotFound
    now = rules_of(fair.id, currency)
    form = RulesForm(
        data={
            "four_eyes": Money(now.four_eyes_minor, currency).decimal, "charges": Money(now.charges_minor, currency).decimal,
            "auto_short": now.auto_short, "auto_over": now.auto_over, "payer_waits": now.payer_waits,
        }
    )  # fmt: skip
    if form.validate_on_submit():
        try:
            save_rules(fair, currency, form.draft(currency), by=actor())
        except DomainError as error:
            form.add_error(error)
        else:
            flash(_("Saved."), "success")
            return go(url_for("banking.rules", currency=currency))
    page = render_template("banking/rules.html", form=form, currency=currency, currencies=currencies)
    return (page, 422) if form.errors else page


register_nav(NavItem("banking", _l("Bank statements"), "building-bank", "banking.index", VIEW_STATEMENTS, 105))
