"""The questions in words, with their numbers."""

from __future__ import annotations

from datetime import date
from typing import Any

import flask_babel
from flask_babel import lazy_gettext as _l

from fairs.contracts.question_models import ContractQuestion
from fairs.core.hs import unit_name
from fairs.core.i18n import format_date, format_money, format_number
from fairs.core.money import Money

KINDS = {
    "history": _l("Unlike the exporter's earlier contracts"),
    "fair": _l("Far above the other contracts of the fair"),
    "price": _l("Unusual price of one unit"),
    "large": _l("Very large value"),
    "round": _l("Round value"),
    "no_visit": _l("The importer had not come to the fair by then"),
    "per_importer": _l("Value for each importer"),
    "per_booth": _l("Value for each booth"),
    "per_participation": _l("Value for each participation abroad"),
}


def _(message: str, **values: object) -> str:
    return str(flask_babel.gettext(message, **values))


def _usd(cents: int) -> str:
    return format_money(Money(int(cents), "USD"))


def question_text(question: ContractQuestion) -> str:
    """The question in the reader's language."""
    facts: dict[str, Any] = question.facts
    match question.kind:
        case "history":
            return _(
                "The value is %(usd)s. The %(number)s earlier verified contracts of this exporter are around %(median)s. Is it right?",
                usd=_usd(facts["usd"]), number=facts["earlier"], median=_usd(facts["median"]),
            )  # fmt: skip
        case "fair":
            return _(
                "The value is %(usd)s: %(times)s times the median of the fair's other contracts, %(median)s. Is it right?",
                usd=_usd(facts["usd"]), times=format_number(facts["times"]), median=_usd(facts["median"]),
            )  # fmt: skip
        case "price":
            return _price_text(facts)
        case "large":
            return _("The value is %(usd)s. Was the paper read again, figure by figure?", usd=_usd(facts["usd"]))
        case "round":
            return _(
                "The value is the round figure of %(usd)s. Is it that of the paper, or an estimate?",
                usd=_usd(facts["usd"]),
            )
        case "no_visit":
            return _(
                "Signed on %(day)s, but until that day nobody of the importer had passed a gate. Where was it signed, and by whom?",
                day=format_date(date.fromisoformat(facts["day"])),
            )
        case _:
            return _ratio_text(question.kind, facts)


def _price_text(facts: dict[str, Any]) -> str:
    values = {
        "line": facts["line"], "price": _usd(facts["price"]), "unit": unit_name(facts["unit"]),
        "heading": facts["heading"], "number": facts["prices"], "median": _usd(facts["median"]),
    }  # fmt: skip
    return _(
        "Line %(line)s: one %(unit)s costs %(price)s. In %(number)s other lines of heading %(heading)s it costs around"
        " %(median)s. Are quantity, unit and value right?",
        **values,
    )


def _ratio_text(kind: str, facts: dict[str, Any]) -> str:
    values = {
        "usd": _usd(facts["usd"]), "contracts": format_number(facts["contracts"]), "number": format_number(facts["number"]),
        "ratio": _usd(facts["ratio"] * 100), "low": _usd(facts["low"] * 100), "high": _usd(facts["high"] * 100),
    }  # fmt: skip
    if kind == "per_importer":
        return _(
            "%(usd)s of %(contracts)s verified contracts for %(number)s importers that came: %(ratio)s each. The plan reckons with"
            " %(low)s to %(high)s. What explains it?",
            **values,
        )
    if kind == "per_booth":
        return _(
            "%(usd)s of %(contracts)s verified contracts for %(number)s booths of 9 m²: %(ratio)s each. The plan reckons with %(low)s to"
            " %(high)s. What explains it?",
            **values,
        )
    return _(
        "%(usd)s of %(contracts)s verified contracts for %(number)s participations: %(ratio)s each. The plan reckons with %(low)s to"
        " %(high)s. What explains it?",
        **values,
    )
