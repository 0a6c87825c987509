"""Lines of bank statements that wait for a person, or for a second one."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from sqlalchemy import func

from fairs.banking.models import BankLine
from fairs.banking.permissions import MATCH_LINES
from fairs.banking.states import LineState, StatementState
from fairs.core.i18n import format_money
from fairs.workplace.inbox import INVOLVED, Kind, Why, always

KINDS = (
    Kind(
        key="bank-line",
        states=(LineState.WAITING,),
        model=BankLine,
        where=(BankLine.state == LineState.WAITING,),
        permission=MATCH_LINES,
        counts_from=BankLine.created_at,
        days=2,
        icon="building-bank",
        reason=_l("Bank line to be matched"),
        title=lambda n: ngettext(
            "%(num)s line of a bank statement waits for a person",
            "%(num)s lines of bank statements wait for a person",
            n,
        ),
        who=lambda line: f"{format_money(line.amount)} · {line.kind.label}",
        what=lambda line: line.text[:120],
        button=_l("Match"),
        page=lambda line: ("banking.line", {"line_id": line.id}),
        list_page=("banking.index", {"state": "waiting"}),
        at=always,
    ),
    Kind(
        key="bank-line-second",
        states=(LineState.PROPOSED,),
        model=BankLine,
        where=(
            BankLine.state == LineState.PROPOSED,
            func.coalesce(BankLine.proposed_by_id, 0).not_in(INVOLVED),
            func.coalesce(BankLine.proposed_for_id, 0).not_in(INVOLVED),
        ),
        permission=MATCH_LINES,
        counts_from=BankLine.created_at,
        days=2,
        icon="users",
        reason=_l("Match to be seconded"),
        title=lambda n: ngettext(
            "%(num)s match of a bank line waits for a second person",
            "%(num)s matches of bank lines wait for a second person",
            n,
        ),
        who=lambda line: f"{format_money(line.amount)} · {line.proposed_name}",
        what=lambda line: line.text[:120],
        button=_l("Look and agree"),
        page=lambda line: ("banking.line", {"line_id": line.id}),
        list_page=("banking.index", {"state": "proposed"}),
        at=always,
    ),
)

NOBODY = {
    LineState: {
        LineState.MATCHED: Why.AUTOMATIC,
        LineState.RECORDED: Why.FINAL,
        LineState.IGNORED: Why.FINAL,
    },
    StatementState: {
        StatementState.UPLOADED: Why.AUTOMATIC,  # not read within two days, it is thrown away
        StatementState.RUNNING: Why.AUTOMATIC,
        StatementState.DONE: Why.FINAL,
    },
}
