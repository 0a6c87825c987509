"""What a selection of supported exhibitors is: its rule before signing, its words, its annex, what its page remarks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from fairs.calendar.models import Fair
from fairs.core.db import db
from fairs.core.errors import NotFound
from fairs.core.i18n import format_date, format_money
from fairs.core.money import Money
from fairs.documents.kinds import Column, SelectionKind
from fairs.documents.models import Selection
from fairs.documents.papers import total_of
from fairs.exhibitors.errors import NotForSupport
from fairs.exhibitors.queries import SUPPORT_KIND
from fairs.exhibitors.selection import exhibitors_of
from fairs.exhibitors.states import ExhibitorState
from fairs.exhibitors.support_texts import PLACEHOLDERS, TEXTS
from fairs.funding.models import Grant, SupportClash, SupportRule
from fairs.funding.queries import clashes_of, grants_of_selection
from fairs.funding.service import check_grants
from fairs.funding.states import ClashState, GrantState
from fairs.payments.words import in_words
from fairs.programme.errors import BudgetExceeded
from fairs.programme.models import BudgetLine
from fairs.programme.queries import budget_line


def check(selection: Selection) -> None:
    """Raise for what keeps a selection from being handed in or signed: withdrawn exhibitors, duplicates, no money left."""
    if selection.correction:
        return
    proposed = grants_of_selection(selection.id, GrantState.PROPOSED)
    if selection.is_editable:
        rows = exhibitors_of(selection)
        for item in selection.items:
            exhibitor = rows[item.subject_id]
            if not exhibitor.is_supported or not exhibitor.may_move_to(ExhibitorState.ACCEPTED):
                raise NotForSupport(
                    _(
                        "%(name)s is %(state)s: take it out of the selection.",
                        name=item.title, state=str(exhibitor.state.label).lower(),
                    )
                )  # fmt: skip
    check_grants(proposed)
    line, needed = _line(selection), sum(grant.amount_minor for grant in proposed)
    if line is not None and needed > line.left.amount_minor:
        raise BudgetExceeded(
            _(
                "The budget line %(line)s has %(left)s left; %(amount)s are needed.", line=line.label,
                left=format_money(line.left), amount=format_money(Money(needed, line.currency)),
            )
        )  # fmt: skip


def _line(selection: Selection) -> BudgetLine | None:
    return budget_line(int(selection.terms.get("line_id") or 0))


def _rule(selection: Selection) -> SupportRule:
    rule = db.session.get(SupportRule, int(selection.terms.get("rule_id") or 0))
    if rule is None:
        raise NotFound
    return rule


def words(selection: Selection, locale: str) -> Mapping[str, str]:
    """What the texts say of the fair, the rule and the money."""
    fair, rule, line = db.session.get_one(Fair, selection.fair_id), _rule(selection), _line(selection)
    vi = locale == "vi"
    legal_basis = rule.legal_basis_vi if vi else rule.legal_basis_en or rule.legal_basis_vi
    name = fair.name_vi if vi else fair.name_en or fair.name_vi
    matter = {
        "": (f"phê duyệt danh sách đơn vị được hỗ trợ chi phí gian hàng tại {name}", f"supporting the booths of exhibitors at {name}"),
        "amends": (f"sửa đổi, bổ sung việc hỗ trợ chi phí gian hàng tại {name}", f"amending the support of booths at {name}"),
        "revokes": (f"bãi bỏ việc hỗ trợ chi phí gian hàng tại {name}", f"revoking the support of booths at {name}"),
    }[selection.correction]  # fmt: skip
    item = line.item if line is not None else None
    plan = item.programme if item is not None else None
    source = {"city": ("ngân sách Thành phố", "the city's budget"), "counterpart": ("vốn đối ứng của doanh nghiệp", "counterpart funds"),
              "other": ("nguồn khác", "other sources")}  # fmt: skip
    budget = plan_decision = ""
    if line is not None and item is not None and plan is not None:
        kind = source[line.source.value][0 if vi else 1]
        extra = f" ({line.name})" if line.name else ""
        budget = (
            f"{kind}{extra}, mục {item.number} “{item.name_vi}” của {plan.name_vi}"
            if vi
            else f"{kind}{extra}, item {item.number} “{item.name_en}” of the {plan.name_en}"
        )
        plan_decision = plan.name_vi if vi else f"the {plan.name_en}"
        if plan.decision_number:
            lead = f"Quyết định số {plan.decision_number} về" if vi else f"decision no. {plan.decision_number} on"
            plan_decision = f"{lead} {plan_decision}"
    clashes = clashes_of([grant.id for grant in grants_of_selection(selection.id)])
    nothing = "Không có đơn vị trùng lặp." if vi else "No duplicate was found."
    return {
        "fair": name, "from": format_date(fair.starts_on, locale), "to": format_date(fair.ends_on, locale),
        "venue": fair.venue_vi if vi else fair.venue_en or fair.venue_vi, "percent": str(selection.terms.get("percent", "")),
        "rule": rule.item_vi if vi else rule.item_en or rule.item_vi, "legal_basis": legal_basis,
        "budget": budget, "plan_decision": plan_decision, "total_words": in_words(total_of(selection), locale),
        "matter": matter[0 if vi else 1], "review": review_words(clashes, none=nothing, vi=vi),
    }  # fmt: skip


def review_words(clashes: Sequence[SupportClash], *, none: str, vi: bool) -> str:
    """What the check for support from other funds found, for a submission; ``none`` says that it found nothing."""
    waiting = sum(clash.state is ClashState.WAITING for clash in clashes)
    cleared = sum(clash.state is ClashState.CLEARED for clash in clashes)
    said = []
    if waiting:
        said.append(
            f"{waiting} trường hợp nghi trùng đang chờ xem xét."
            if vi
            else f"Suspected duplicates under review: {waiting}."
        )
    if cleared:
        text = f"{cleared} trường hợp nghi trùng đã được người thứ hai xem xét, kết luận không trùng lặp."
        said.append(text if vi else f"Suspected duplicates cleared by a second person: {cleared}.")
    return " ".join(said) or none


def facts(selection: Selection) -> Sequence[tuple[Any, str]]:
    """The terms, as the page of a selection shows them."""
    rule, line = _rule(selection), _line(selection)
    found: list[tuple[Any, str]] = [
        (_("Rule of support"), f"{rule.code} · {rule.item}"),
        (_("Rate"), _("%(percent)s %% of the price", percent=selection.terms.get("percent", ""))),
    ]
    if line is not None:
        found += [(_("Budget line"), line.label), (_("Left of it"), format_money(line.left))]
    return found


def clash_words(clash: SupportClash) -> str:
    """A suspected duplicate in one line, for the page of a selection."""
    other = clash.other
    if other is None:
        return f"{clash.external_text}. {clash.state.label}"
    words: str = _(
        "%(why)s: %(reference)s, %(fair)s, %(amount)s. %(state)s", why=clash.kind.label, reference=other.reference,
        fair=other.fair.name, amount=format_money(other.amount), state=clash.state.label,
    )  # fmt: skip
    return words


def remarks(selection: Selection) -> Mapping[int, Sequence[str]]:
    """Suspected duplicates and exhibitors that cannot be accepted any more, by the item's key."""
    grants: dict[int, Grant] = {grant.subject_id: grant for grant in grants_of_selection(selection.id)}
    rows = exhibitors_of(selection)
    found: dict[int, list[str]] = {}
    texts: dict[int, list[str]] = {}
    for clash in clashes_of([grant.id for grant in grants.values()]):
        texts.setdefault(clash.grant_id, []).append(clash_words(clash))
    for item in selection.items:
        exhibitor, grant = rows[item.subject_id], grants.get(item.subject_id)
        notes = list(texts.get(grant.id, ())) if grant is not None else []
        if not selection.correction and selection.is_editable and not exhibitor.may_move_to(ExhibitorState.ACCEPTED):
            notes.append(_("Now %(state)s: take it out.", state=str(exhibitor.state.label).lower()))
        if notes:
            found[item.id] = notes
    return found


SUPPORT = SelectionKind(
        SUPPORT_KIND, _l("Supported exhibitors"), "building-store", TEXTS, PLACEHOLDERS, words,
        (
            Column("title", "Tên đơn vị", "Name", 2.6),
            Column("place", "Địa chỉ, làng nghề", "Address, village", 2.4),
            Column("products", "Nhóm sản phẩm", "Products", 1.8),
            Column("booths", "Số gian", "Booths", 0.7),
            Column("full", "Giá gian hàng (đồng)", "Price (VND)", 1.3, money=True, total=True),
            Column("rate", "Mức hỗ trợ", "Rate", 0.8),
            Column("amount", "Kinh phí hỗ trợ (đồng)", "Support (VND)", 1.3, money=True, total=True),
        ),
        facts, lambda item: ("exhibitors.show", {"reference": item.details.get("reference", "")}),
        ("exhibitors.index", {"track": "supported"}), check, remarks,
        annex_title_vi="Danh sách đơn vị được hỗ trợ chi phí gian hàng",
        annex_title_en="Exhibitors whose booths are supported",
)  # fmt: skip
