"""What a selection of supported importers is: its rule before signing, its words, its annex, what its page remarks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from fairs.calendar.models import Fair
from fairs.core.db import db
from fairs.core.i18n import format_date, format_money, format_number
from fairs.core.money import Money
from fairs.documents.kinds import Column, SelectionKind
from fairs.documents.models import Selection
from fairs.documents.papers import total_of
from fairs.exhibitors.support_kind import clash_words, review_words
from fairs.funding.models import Grant, SupportRule
from fairs.funding.queries import clashes_of, grants_of_selection
from fairs.funding.service import check_grants
from fairs.funding.states import GrantState
from fairs.hosting.errors import NotConcerned
from fairs.hosting.hosting_texts import PLACEHOLDERS, TEXTS
from fairs.hosting.models import HostingSettings
from fairs.hosting.regions import Region
from fairs.hosting.selection import KIND, hostings_in
from fairs.hosting.settings import settings_of
from fairs.hosting.states import HostingState
from fairs.importers.states import ImporterState
from fairs.payments.words import in_words
from fairs.programme.models import BudgetLine


def check(selection: Selection) -> None:
    """Raise for what keeps a selection from being handed in or signed: guests who gave back, duplicates. Money is committed."""
    if selection.correction:
        return
    rows = hostings_in(selection.items)
    for item in selection.items:
        row = rows[item.subject_id]
        if row.state is not HostingState.APPROVED or row.importer.state is not ImporterState.APPROVED:
            raise NotConcerned(
                _(
                    "%(name)s is %(state)s: take it out of the selection.", name=item.title,
                    state=str(row.state.label if row.state is not HostingState.APPROVED else row.importer.state.label).lower(),
                )
            )  # fmt: skip
    check_grants(grants_of_selection(selection.id, GrantState.COMMITTED))


def _fair(selection: Selection) -> Fair:
    return db.session.get_one(Fair, selection.fair_id)


def words(selection: Selection, locale: str) -> Mapping[str, str]:
    """What the texts say of the fair, the rules, the amounts and the money."""
    fair, vi = _fair(selection), locale == "vi"
    settings = settings_of(fair)
    name = fair.name_vi if vi else fair.name_en or fair.name_vi
    matter = {
        "": (f"hỗ trợ nhà nhập khẩu nước ngoài tham dự {name}", f"supporting foreign importers at {name}"),
        "amends": (f"sửa đổi, bổ sung việc hỗ trợ nhà nhập khẩu nước ngoài tham dự {name}", f"amending the support of foreign importers at {name}"),
        "revokes": (f"bãi bỏ việc hỗ trợ nhà nhập khẩu nước ngoài tham dự {name}", f"revoking the support of foreign importers at {name}"),
    }[selection.correction]  # fmt: skip
    rules = [rule for rule in (settings.travel_rule, settings.lodging_rule) if rule is not None]
    lines = [line for line in (settings.travel_line, settings.lodging_line) if line is not None]
    travel = sum(int(item.details.get("travel") or 0) for item in selection.items)
    lodging = sum(int(item.details.get("lodging") or 0) for item in selection.items)
    countries = {str(item.details.get("country") or "") for item in selection.items} - {""}
    grants = grants_of_selection(selection.id) if not selection.correction else ()
    return {
        "fair": name, "from": format_date(fair.starts_on, locale), "to": format_date(fair.ends_on, locale),
        "venue": fair.venue_vi if vi else fair.venue_en or fair.venue_vi,
        "legal_basis": _once(_basis(rule, vi=vi) for rule in rules), "plan_decision": _once(_plan(line, vi=vi) for line in lines),
        "budget": _once(_source(line, vi=vi) for line in lines), "total_words": in_words(total_of(selection), locale),
        "matter": matter[0 if vi else 1], "review": _review(grants, vi=vi), "countries": str(len(countries)),
        "travel_total": format_number(Money(travel, settings.currency).decimal, locale),
        "lodging_total": format_number(Money(lodging, settings.currency).decimal, locale),
        "nights": str(settings.nights), "night_cap": format_number(Money(settings.night_cap_minor, settings.currency).decimal, locale),
        "caps": _caps(settings, locale), "caps_decision": _caps_decision(settings, vi=vi),
    }  # fmt: skip


def _once(texts: Any) -> str:
    return "; ".join(dict.fromkeys(text for text in texts if text))


def _basis(rule: SupportRule, *, vi: bool) -> str:
    return rule.legal_basis_vi if vi else rule.legal_basis_en or rule.legal_basis_vi


def _plan(line: BudgetLine, *, vi: bool) -> str:
    plan = line.item.programme
    name = plan.name_vi if vi else f"the {plan.name_en}"
    if not plan.decision_number:
        return name
    return f"Quyết định số {plan.decision_number} về {name}" if vi else f"decision no. {plan.decision_number} on {name}"


def _source(line: BudgetLine, *, vi: bool) -> str:
    kinds = {"city": ("ngân sách Thành phố", "the city's budget"), "counterpart": ("vốn đối ứng", "counterpart funds"),
             "other": ("nguồn khác", "other sources")}  # fmt: skip
    item, extra = line.item, f" ({line.name})" if line.name else ""
    kind = kinds[line.source.value][0 if vi else 1] + extra
    if vi:
        return f"{kind}, mục {item.number} “{item.name_vi}” của {item.programme.name_vi}"
    return f"{kind}, item {item.number} “{item.name_en}” of the {item.programme.name_en}"


def _caps(settings: HostingSettings, locale: str) -> str:
    names = {
        "asean": ("ASEAN", "ASEAN"), "east_asia": ("Đông Á", "East Asia"), "south_asia": ("Nam Á và Trung Á", "South and Central Asia"),
        "europe": ("châu Âu", "Europe"), "mea": ("Trung Đông và châu Phi", "Middle East and Africa"),
        "americas": ("châu Mỹ", "the Americas"), "oceania": ("châu Đại Dương", "Oceania"),
    }  # fmt: skip
    parts = []
    for region in Region:
        cap = settings.cap_of(region.value)
        if cap:
            name = names[region.value][0 if locale == "vi" else 1]
            parts.append(f"{name} {format_number(Money(cap, settings.currency).decimal, locale)}")
    return "; ".join(parts)


def _caps_decision(settings: HostingSettings, *, vi: bool) -> str:
    if not settings.decision_number:
        return "định mức hiện hành" if vi else "the amounts in force"
    return f"Quyết định số {settings.decision_number}" if vi else f"decision no. {settings.decision_number}"


def _review(grants: Sequence[Grant], *, vi: bool) -> str:
    """What the check for support from other funds and offices found, for the submission."""
    nothing = "Không có trường hợp trùng lặp." if vi else "No duplicate was found."
    return review_words(clashes_of([grant.id for grant in grants]), none=nothing, vi=vi)


def facts(selection: Selection) -> Sequence[tuple[Any, str]]:
    """The terms, as the page of a selection shows them."""
    settings = settings_of(_fair(selection))
    found: list[tuple[Any, str]] = [
        (_("Funded nights"), _("%(nights)s nights, up to %(cap)s each", nights=settings.nights,
                               cap=format_money(Money(settings.night_cap_minor, settings.currency)))),
    ]  # fmt: skip
    for line in dict.fromkeys((settings.travel_line, settings.lodging_line)):
        if line is not None:
            found += [(_("Budget line"), line.label), (_("Left of it"), format_money(line.left))]
    return found


def remarks(selection: Selection) -> Mapping[int, Sequence[str]]:
    """Suspected duplicates and guests who cannot be granted any more, by the item's key."""
    rows = hostings_in(selection.items)
    grants = {grant.id: grant for grant in grants_of_selection(selection.id)}
    texts: dict[int, list[str]] = {}
    for clash in clashes_of(list(grants)):
        texts.setdefault(grants[clash.grant_id].subject_id, []).append(clash_words(clash))
    found: dict[int, list[str]] = {}
    for item in selection.items:
        notes, row = list(texts.get(item.subject_id, ())), rows[item.subject_id]
        if not selection.correction and selection.is_editable and row.state is not HostingState.APPROVED:
            notes.append(_("Now %(state)s: take it out.", state=str(row.state.label).lower()))
        if row.is_second:
            notes.append(_("A second support of the company: %(reason)s", reason=row.second_reason))
        if notes:
            found[item.id] = notes
    return found


HOSTING = SelectionKind(
        KIND, _l("Supported importers"), "luggage", TEXTS, PLACEHOLDERS, words,
        (
            Column("title", "Họ và tên", "Name", 1.7),
            Column("company", "Đơn vị", "Company", 2.0),
            Column("country", "Quốc gia", "Country", 1.1),
            Column("tier", "Nội dung hỗ trợ", "Support", 1.3),
            Column("nights", "Số đêm", "Nights", 0.6),
            Column("travel", "Vé máy bay tối đa (đồng)", "Travel, up to (VND)", 1.3, money=True, total=True),
            Column("lodging", "Lưu trú tối đa (đồng)", "Rooms, up to (VND)", 1.3, money=True, total=True),
            Column("amount", "Tổng kinh phí (đồng)", "Total (VND)", 1.3, money=True, total=True),
        ),
        facts, lambda item: ("hosting.show", {"reference": item.details.get("reference", "")}),
        ("hosting.index", {"state": "proposed"}), check, remarks,
        annex_title_vi="Danh sách nhà nhập khẩu nước ngoài được hỗ trợ",
        annex_title_en="Foreign importers who are supported",
)  # fmt: skip
