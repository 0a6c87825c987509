"""Pages of contracts that may be one deal: the list of pairs, two contracts side by side, what a person decides."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from flask import Response, flash, g, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import Select, Text, cast, or_, select
from sqlalchemy.orm import aliased, contains_eager, joinedload

from fairs.accounts.queries import matching_grant
from fairs.calendar.context import current_fair
from fairs.calendar.models import Fair
from fairs.contracts.blueprint import bp
from fairs.contracts.duplicate_findings import duplicate_findings
from fairs.contracts.duplicates import refresh_fair
from fairs.contracts.findings import register_findings
from fairs.contracts.forms import whole
from fairs.contracts.likeness_words import FILTERS, why_text
from fairs.contracts.merging import (
    TAKEABLE,
    complements,
    make_call_off,
    merge_contracts,
    says_the_same,
    set_apart,
    undo_merge,
)
from fairs.contracts.models import Contract
from fairs.contracts.pair_models import ContractPair
from fairs.contracts.permissions import MERGE_CONTRACTS, VIEW_CONTRACTS
from fairs.contracts.preview import page_count
from fairs.contracts.states import PairState, Verification
from fairs.contracts.terms import PAYMENT_METHODS, REPORTERS
from fairs.core import hs
from fairs.core.db import db
from fairs.core.errors import DomainError, NotFound
from fairs.core.i18n import country_name, format_date, format_money, format_number
from fairs.core.lists import Args, ListSpec, download, known, page_of, register_list
from fairs.core.permissions import Permission
from fairs.core.sheets import Sheet, each
from fairs.core.text import clean, fold
from fairs.core.web import actor, go, requires
from fairs.directory.models import Company

_First, _Second = aliased(Contract), aliased(Contract)
_SIDES = ("first", "second")


# --- the list --------------------------------------------------------------------------------------------------------


def _pairs(fair: Fair, args: Args) -> Select[ContractPair]:
    """Pairs with a contract of the fair; undecided ones unless the address says otherwise."""
    query = (
        select(ContractPair)
        .join(_First, _First.id == ContractPair.first_id)
        .join(_Second, _Second.id == ContractPair.second_id)
        .where(or_(_First.fair_id == fair.id, _Second.fair_id == fair.id))
        .options(
            contains_eager(ContractPair.first.of_type(_First)).options(joinedload(_First.exporter), joinedload(_First.importer)),
            contains_eager(ContractPair.second.of_type(_Second)).options(
                joinedload(_Second.exporter), joinedload(_Second.importer)
            ),
        )
    )  # fmt: skip
    state = args.get("state", "")
    if state == "decided":
        query = query.where(ContractPair.state != PairState.OPEN)
    elif state in set(PairState):
        query = query.where(ContractPair.state == PairState(state))
    elif state != "all":
        query = query.where(ContractPair.state == PairState.OPEN)
    if args.get("reason", "") in FILTERS:
        query = query.where(cast(ContractPair.reasons, Text).contains(f'"{args["reason"]}"'))
    text = clean(args.get("q", "")[:200])
    if text:
        companies = select(Company.id).where(Company.folded.contains(fold(text), autoescape=True)).scalar_subquery()
        plain = "".join(text.split()).upper()
        query = query.where(
            or_(
                *(
                    condition
                    for one in (_First, _Second)
                    for condition in (
                        one.reference.contains(plain, autoescape=True),
                        one.exporter_id.in_(companies),
                        one.importer_id.in_(companies),
                    )
                )
            )
        )
    return query


def _sheets(_fair: Any, query: Any) -> list[Sheet]:
    heads = [
        _("Contract"), _("Fair"), _("Exporter"), _("Importer"), _("Signed on"), _("Value"), _("Currency"),
        _("Other contract"), _("Fair"), _("Exporter"), _("Importer"), _("Signed on"), _("Value"), _("Currency"),
        _("Why"), _("Likeness"), _("Decision"), _("Decided on"), _("Reason"),
    ]  # fmt: skip
    fairs = {fair.id: fair.name for fair in db.session.scalars(select(Fair))}
    seen = {key for key in fairs if may_at(VIEW_CONTRACTS, key)}
    return [Sheet(_("Possible duplicates"), heads, _rows(each(query), fairs, seen))]


def _rows(pairs: Iterable[ContractPair], fairs: Mapping[int, str], seen: set[int]) -> Iterator[list[Any]]:
    for pair in pairs:
        row: list[Any] = []
        for one in (pair.first, pair.second):
            value = (one.value, one.currency) if one.fair_id in seen else ("", "")
            row += [one.reference, fairs[one.fair_id], one.exporter.name, one.importer.name, one.signed_on, *value]
        hides = {pair.first.fair_id, pair.second.fair_id} - seen
        row += [
            why_text(pair.reasons, hides_values=bool(hides)),
            pair.score,
            str(pair.state.label),
            pair.decided_at,
            pair.reason,
        ]
        yield row


DUPLICATES = register_list(
    ListSpec(
        "duplicates", _l("Possible duplicates"), "contracts.duplicates", VIEW_CONTRACTS, ("state", "reason", "q"),
        query=_pairs, keys=lambda _args: [(ContractPair.score, True), (ContractPair.id, True)], reference=ContractPair.id,
        name_of=lambda pair: f"{pair.first.reference} – {pair.second.reference}", sheets=_sheets,
        record=("contracts.compare", "pair_id"), everything={"state": "all"},
    )
)  # fmt: skip


def may_at(permission: Permission, fair_id: int) -> bool:
    """Whether the reader may do this at a fair, which need not be the one of the page."""
    return matching_grant(g.get("grants") or [], permission, fair_id) is not None


def fairs_of(pairs: Iterable[ContractPair]) -> dict[int, Fair]:
    """The fairs of the contracts of some pairs; one statement."""
    ids = {one.fair_id for pair in pairs for one in (pair.first, pair.second)}
    return {fair.id: fair for fair in db.session.scalars(select(Fair).where(Fair.id.in_(ids)))}


def _why(pair: ContractPair) -> str:
    hides = not all(may_at(VIEW_CONTRACTS, one.fair_id) for one in (pair.first, pair.second))
    return why_text(pair.reasons, hides_values=hides)


@bp.get("/fairs/<fair_slug>/deals/duplicates")
@requires(VIEW_CONTRACTS)
def duplicates() -> str | Response:
    """Contracts that may be one deal."""
    fair = current_fair()
    if request.args.get("format") == "xlsx":
        return download(DUPLICATES, fair, known(DUPLICATES, request.args))
    page = page_of(DUPLICATES, fair, request.args, cursor=request.args.get("cursor"))
    return render_template(
        "contracts/duplicates.html",
        page=page,
        fairs=fairs_of(page.items),
        why=_why,
        sees=lambda contract: may_at(VIEW_CONTRACTS, contract.fair_id),
        states=[("decided", _("Decided")), *((str(state), state.label) for state in PairState), ("all", _("All"))],
        reasons=list(FILTERS.items()),
        is_filtered=any(request.args.get(name) for name in DUPLICATES.params),
        MERGE_CONTRACTS=MERGE_CONTRACTS,
    )


@bp.post("/fairs/<fair_slug>/deals/duplicates/find")
@requires(MERGE_CONTRACTS)
def find_duplicates() -> Any:
    """Compare all contracts of the fair anew."""
    number = refresh_fair(current_fair())
    flash(_("All contracts were compared: %(number)s pairs.", number=number), "success")
    return go(url_for("contracts.duplicates"))


# --- side by side ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that two contracts say, side by side; ``differs`` where they do not say the same."""

    label: Any
    first: str
    second: str
    differs: bool


def _pair_or_404(pair_id: int) -> ContractPair:
    fair = current_fair()
    pair = db.session.scalar(_pairs(fair, {"state": "all"}).where(ContractPair.id == pair_id))
    if pair is None:
        raise NotFound
    return pair


@bp.get("/fairs/<fair_slug>/deals/duplicates/<int:pair_id>")
@requires(VIEW_CONTRACTS)
def compare(pair_id: int) -> str:
    """Two contracts side by side."""
    return _compare(_pair_or_404(pair_id))


def _compare(pair: ContractPair, errors: Mapping[str, str] | None = None) -> str:
    both = (pair.first, pair.second)
    fairs = fairs_of([pair])
    sees = {one.id: may_at(VIEW_CONTRACTS, one.fair_id) for one in both}
    may = all(may_at(MERGE_CONTRACTS, one.fair_id) for one in both)
    verified = [one for one in both if one.verification is Verification.VERIFIED]
    stays = (verified or both)[0]
    return render_template(
        "contracts/compare.html",
        pair=pair,
        both=both,
        fairs=fairs,
        sees=sees,
        why=_why(pair),
        lines=list(_lines(pair, fairs, sees)),
        pages={one.id: page_count(one.evidence) if one.evidence and sees[one.id] else 0 for one in both},
        stays=stays,
        framework=max(both, key=lambda one: one.usd_minor or one.value_minor),
        offers={one.id: [TAKEABLE[name] for name in complements(one, pair.other(one.id))] for one in both},
        compared=len(verified) == 2 and not says_the_same(*both),
        may=may,
        may_apart=may_at(MERGE_CONTRACTS, current_fair().id),
        errors=errors or {},
        typed=request.form,
    )


def _lines(pair: ContractPair, fairs: Mapping[int, Fair], sees: Mapping[int, bool]) -> Iterator[Line]:
    both = (pair.first, pair.second)
    rows: list[tuple[Any, Callable[[Contract], Any], bool]] = [
        (_l("Fair"), lambda c: fairs[c.fair_id].name, False),
        (_l("Number of the contract"), lambda c: c.number, False),
        (_l("Exporter"), lambda c: _party(c.exporter), False),
        (_l("Importer"), lambda c: _party(c.importer), False),
        (_l("Signed on"), lambda c: format_date(c.signed_on), False),
        (_l("Value"), lambda c: format_money(c.value), True),
        (_l("Value in USD"), lambda c: format_money(c.usd) if c.usd is not None else "", True),
        (_l("Goods"), _goods, True),
        (_l("Incoterm 2020"), lambda c: f"{c.incoterm} {c.incoterm_place}".strip(), False),
        (_l("Payment method"), lambda c: PAYMENT_METHODS.get(c.payment_method, ""), False),
        (_l("Payment terms"), lambda c: c.payment_terms, False),
        (_l("Delivery"), lambda c: c.delivery, False),
        (_l("Booth"), lambda c: c.booth_code, False),
        (_l("Reported by"), lambda c: REPORTERS[c.reported_by], False),
        (_l("Status"), lambda c: c.state.label, False),
        (_l("Verification"), lambda c: c.verification.label, False),
        (_l("Kind of contract"), lambda c: c.kind.label, False),
        (_l("Answers of the parties"), _answers, False),
    ]
    for label, read, is_value in rows:
        texts = [str(read(one) or "") for one in both]
        shown = [
            _("not shown to you") if is_value and not sees[one.id] else text
            for one, text in zip(both, texts, strict=True)
        ]
        if any(texts):
            yield Line(label, shown[0], shown[1], texts[0] != texts[1])


def _party(company: Company) -> str:
    parts = [company.name]
    if company.name_en and company.name_en != company.name:
        parts.append(company.name_en)
    return "\n".join([*parts, " · ".join(part for part in (country_name(company.country), company.tax_code) if part)])


def _goods(contract: Contract) -> str:
    return "\n".join(
        f"{line.hs_code} · {line.description} · {format_number(line.quantity)} {hs.unit_name(line.unit)} · {format_money(line.amount)}"
        for line in contract.lines
    )


def _answers(contract: Contract) -> str:
    words = {"exporter": _("Exporter"), "importer": _("Importer")}
    return "\n".join(f"{words.get(c.side, c.side)}: {c.state.label}" for c in contract.confirmations)


# --- deciding --------------------------------------------------------------------------------------------------------


def _act(pair_id: int, act: Callable[[ContractPair], None], text: str) -> Any:
    """Do it and go on to the list; what is wrong stands at its field, and what was typed stays."""
    pair = _pair_or_404(pair_id)
    if not all(may_at(MERGE_CONTRACTS, one.fair_id) for one in (pair.first, pair.second)) and act is not _set_apart:
        return _compare(pair, {"": _("One of the two belongs to a fair whose contracts you do not decide on.")}), 403
    try:
        act(pair)
    except DomainError as error:
        field = "apart_reason" if act is _set_apart and error.field == "reason" else error.field or ""
        return _compare(_pair_or_404(pair_id), {field: str(error)}), error.status
    flash(text, "success")
    return go(url_for("contracts.duplicates"))


def _chosen(pair: ContractPair, name: str) -> tuple[Contract, Contract]:
    """The contract that the form names, and the other one."""
    wanted = pair.second if whole(request.form.get(name)) == pair.second_id else pair.first
    return wanted, pair.other(wanted.id)


def _merge(pair: ContractPair) -> None:
    kept, other = _chosen(pair, "stays")
    take = list(TAKEABLE) if request.form.get("take") else []
    reason, compared = request.form.get("reason", ""), bool(request.form.get("compared"))
    merge_contracts(kept, other, by=actor(), reason=reason, take=take, compared=compared)


def _set_apart(pair: ContractPair) -> None:
    set_apart(pair.first, pair.second, by=actor(), reason=request.form.get("apart_reason", ""))


def _call_off(pair: ContractPair) -> None:
    framework, call_off = _chosen(pair, "framework")
    make_call_off(call_off, framework, by=actor())


def _undo(pair: ContractPair) -> None:
    undo_merge(pair.first if pair.first.merged_into_id == pair.second_id else pair.second, by=actor())


@bp.post("/fairs/<fair_slug>/deals/duplicates/<int:pair_id>/merge")
@requires(MERGE_CONTRACTS)
def merge(pair_id: int) -> Any:
    """The two are one deal."""
    return _act(pair_id, _merge, _("Merged: the deal is counted once."))


@bp.post("/fairs/<fair_slug>/deals/duplicates/<int:pair_id>/apart")
@requires(MERGE_CONTRACTS)
def apart(pair_id: int) -> Any:
    """The two are two deals."""
    return _act(pair_id, _set_apart, _("Kept as two deals. Nobody is asked again unless one of them changes."))


@bp.post("/fairs/<fair_slug>/deals/duplicates/<int:pair_id>/call-off")
@requires(MERGE_CONTRACTS)
def call_off(pair_id: int) -> Any:
    """The one is called off from the other."""
    return _act(pair_id, _call_off, _("Call-off and framework contract: one or the other counts."))


@bp.post("/fairs/<fair_slug>/deals/duplicates/<int:pair_id>/undo")
@requires(MERGE_CONTRACTS)
def unmerge(pair_id: int) -> Any:
    """The two were not one deal after all."""
    return _act(pair_id, _undo, _("Undone: both stand by themselves again and wait for a decision."))


# --- on the page of a contract ---------------------------------------------------------------------------------------


def pairs_on_page(contract: Contract) -> list[tuple[ContractPair, Contract, str]]:
    """For the page of a contract: undecided and merged pairs, the other contract of each, and why."""
    query = (
        select(ContractPair)
        .options(joinedload(ContractPair.first), joinedload(ContractPair.second))
        .where(
            or_(ContractPair.first_id == contract.id, ContractPair.second_id == contract.id),
            ContractPair.state.in_((PairState.OPEN, PairState.MERGED)),
        )
        .order_by(ContractPair.state.desc(), ContractPair.score.desc(), ContractPair.id)
        .limit(10)
    )
    return [(pair, pair.other(contract.id), _why(pair)) for pair in db.session.scalars(query)]


register_findings(duplicate_findings)
