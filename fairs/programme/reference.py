"""Loads the plan of 2020 from its table (``domain/plan-2020-targets.csv``)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from fairs.core.db import db, transaction
from fairs.core.domain import rows
from fairs.programme.models import PlanItem, Programme, Target
from fairs.programme.names import METRICS, NOTES_VI, UNITS
from fairs.programme.queries import programme_of
from fairs.programme.states import TargetKind

YEAR = 2020


def load_plan_2020() -> Programme:
    """The plan of 2020 with all its items and targets; what is there already stays as it is."""
    with transaction():
        known = programme_of(YEAR)
        if known is not None:
            return known
        programme = Programme(
            year=YEAR,
            name_vi="Kế hoạch khuyến công thành phố Hà Nội năm 2020",
            name_en="Industrial-promotion plan of Hanoi, 2020",
            decision_number="6999/QĐ-UBND",
            decision_on=date(2019, 12, 6),
        )
        db.session.add(programme)
        db.session.flush()
        table = rows("plan-2020-targets")
        tree = _Tree(programme, table)
        for row in table:
            item = tree.item(row)
            item.targets.append(_target(row, len(item.targets)))
        db.session.flush()
        return programme


class _Tree:
    """Items as they appear. A number that stands for several programmes, or 4a under 4, gets a node above them.

    The table gives such a node no name of its own, so it is called by its number.
    """

    def __init__(self, programme: Programme, table: list[dict[str, str]]) -> None:
        self.programme = programme
        self.found: dict[tuple[str, str], PlanItem] = {}
        self.above: dict[str, PlanItem] = {}
        names: dict[str, list[str]] = {}
        for row in table:
            names.setdefault(row["item"], []).append(row["programme_en"])
        self.parts = {number: list(dict.fromkeys(found)) for number, found in names.items()}
        self.position = 0

    def item(self, row: dict[str, str]) -> PlanItem:
        number, name = row["item"], row["programme_en"]
        if (number, name) not in self.found:
            parts = self.parts[number]
            parent = self._parent(number, row["scope"], several=len(parts) > 1)
            code = f"{number}.{parts.index(name) + 1}" if len(parts) > 1 else number
            self.found[number, name] = self._add(number, code, parent, row["scope"], row["programme_vi"], name)
        return self.found[number, name]

    def _parent(self, number: str, scope: str, *, several: bool) -> PlanItem | None:
        top = number if several else number[:-1]
        if not top.isdigit():
            return None
        if top not in self.above:
            # A part of the plan is kept by the system as soon as one of its items is.
            self.above[top] = self._add(top, top, None, scope, f"Mục {top} của kế hoạch", f"Item {top} of the plan")
        if scope == "in_system":
            self.above[top].scope = scope
        return self.above[top]

    def _add(self, number: str, code: str, parent: PlanItem | None, scope: str, vi: str, en: str) -> PlanItem:
        self.position += 1
        item = PlanItem(
            programme_id=self.programme.id, parent=parent, number=number, code=code, position=self.position,
            scope=scope, name_vi=vi, name_en=en,
        )  # fmt: skip
        db.session.add(item)
        return item


def _target(row: dict[str, str], position: int) -> Target:
    metric_vi, metric_en = METRICS[row["metric"]]
    unit_vi, unit_en = UNITS[row["unit"]]
    return Target(
        position=position, metric=row["metric"], metric_vi=metric_vi, metric_en=metric_en,
        minimum=_number(row["target_min"]), maximum=_number(row["target_max"]),
        unit=row["unit"], unit_vi=unit_vi, unit_en=unit_en, kind=TargetKind(row["target_kind"]),
        growth_percent=_number(row["growth_vs_2019_pct"]), base=_number(row["implied_2019_base"]),
        counting_rule_vi=_note(row["counting_rule"]), counting_rule_en=row["counting_rule"],
        evidence_vi=_note(row["evidence_to_hold"]), evidence_en=row["evidence_to_hold"],
        ambiguity_vi=_note(row["ambiguity"]), ambiguity_en=row["ambiguity"].replace("in the seed", "in the table"),
    )  # fmt: skip


def _note(text: str) -> str:
    return NOTES_VI[text] if text else ""


def _number(text: str) -> Decimal | None:
    return Decimal(text) if text else None
