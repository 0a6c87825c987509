"""The list of guests for the immigration authority, as a spreadsheet in its own words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import exists, select
from sqlalchemy.orm import joinedload

from fairs.audit.service import record
from fairs.calendar.models import Fair
from fairs.core.actor import Actor
from fairs.core.db import db, transaction
from fairs.core.i18n import country_name
from fairs.core.sheets import Sheet
from fairs.hosting.models import Hosting
from fairs.hosting.queries import hostings_of
from fairs.hosting.states import GRANTED
from fairs.identity.service import Passport, read_passports
from fairs.importers.models import Importer
from fairs.importers.states import ImporterState
from fairs.letters.models import Letter
from fairs.letters.states import LetterKind, LetterState
from fairs.letters.stays import Stay, stays_of

HEADS = (
    "STT", "Họ và tên (như trong hộ chiếu)", "Giới tính", "Ngày, tháng, năm sinh", "Quốc tịch", "Số hộ chiếu",
    "Hộ chiếu có giá trị đến", "Nghề nghiệp, chức vụ", "Đơn vị công tác", "Ngày nhập cảnh", "Ngày xuất cảnh",
    "Cửa khẩu nhập cảnh", "Mục đích nhập cảnh", "Đơn vị mời, bảo lãnh", "Số thư mời",
)  # fmt: skip
_SEX = {"M": "Nam", "F": "Nữ", "X": "X"}
#: Border gates by the airport of arrival.
_GATES = {
    "HAN": "Cửa khẩu Cảng hàng không quốc tế Nội Bài", "SGN": "Cửa khẩu Cảng hàng không quốc tế Tân Sơn Nhất",
    "DAD": "Cửa khẩu Cảng hàng không quốc tế Đà Nẵng", "HPH": "Cửa khẩu Cảng hàng không quốc tế Cát Bi",
    "CXR": "Cửa khẩu Cảng hàng không quốc tế Cam Ranh", "VDO": "Cửa khẩu Cảng hàng không quốc tế Vân Đồn",
}  # fmt: skip
GATE = _GATES["HAN"]


@dataclass(frozen=True, slots=True)
class GroupListDraft:
    """Whom the list names (visa, letter, granted, approved), and what it says of everybody."""

    who: str
    gate: str
    purpose: str
    unit: str


def chosen_guests(fair: Fair, who: str) -> Sequence[Importer]:
    """The guests of a list, in the order of their companies' countries and names."""
    query = (
        select(Importer)
        .options(joinedload(Importer.person), joinedload(Importer.company))
        .where(Importer.fair_id == fair.id, Importer.state == ImporterState.APPROVED)
        .order_by(Importer.id)
    )
    if who in {"visa", "letter"}:
        letters = exists().where(
            Letter.importer_id == Importer.id, Letter.state == LetterState.ISSUED, Letter.valid_until >= fair.today
        )
        query = query.where(letters.where(Letter.kind == LetterKind.VISA) if who == "visa" else letters)
    elif who == "granted":
        query = query.where(exists().where(Hosting.importer_id == Importer.id, Hosting.state.in_(GRANTED)))
    rows = db.session.scalars(query).all()
    return sorted(rows, key=lambda one: (country_name(one.company.country, "vi"), one.person.folded))


def group_list(fair: Fair, draft: GroupListDraft, *, by: Actor) -> Sheet:
    """The sheet. Each passport in it is a line of the reading log, the sheet itself one of the history.

    A constant number of statements, however many guests. Who has no passport yet stands in it with blanks.
    """
    guests = chosen_guests(fair, draft.who)
    with transaction():
        passports = read_passports([one.person for one in guests], purpose=f"group list {fair.code}", by=by)
        record(
            "letters.group_list", fair, by=by, fair_id=fair.id,
            after={"who": draft.who, "guests": len(guests), "passports": len(passports)},
        )  # fmt: skip
    stays = stays_of(fair, guests, hostings_of([one.id for one in guests]))
    found: Sequence[Any] = db.session.execute(
        select(Letter.importer_id, Letter.number)
        .where(Letter.fair_id == fair.id, Letter.state == LetterState.ISSUED)
        .order_by(Letter.kind, Letter.id)
    ).all()
    numbers = {row.importer_id: row.number for row in found}
    rows: Iterable[Sequence[Any]] = [
        _row(place, one, passports.get(one.person_id), stays[one.id], numbers.get(one.id, ""), draft)
        for place, one in enumerate(guests, 1)
    ]
    return Sheet("Danh sách khách", HEADS, rows)


def _row(
    place: int, guest: Importer, passport: Passport | None, stay: Stay, number: str, draft: GroupListDraft
) -> Sequence[Any]:
    return [
        place, (guest.person.passport_name or "").upper(), _SEX.get(passport.sex, "") if passport else "",
        passport.birth_date if passport else None, country_name(passport.nationality, "vi") if passport else "",
        passport.number if passport else "", passport.expires_on if passport else None, guest.person.job_title,
        guest.company.name, stay.first, stay.last, _GATES.get(stay.gate, stay.gate) or draft.gate, draft.purpose,
        draft.unit, number,
    ]  # fmt: skip
