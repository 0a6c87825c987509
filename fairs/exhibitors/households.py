"""Partners file many households by a sheet: read, looked over, filed in one act, taken back while nothing is decided."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import delete, select

from fairs.audit.service import record
from fairs.calendar.models import Fair
from fairs.core.actor import Actor
from fairs.core.clock import now
from fairs.core.db import db, transaction
from fairs.core.errors import Conflict, Forbidden, InvalidInput
from fairs.core.sequences import next_references
from fairs.core.storage import Upload
from fairs.core.tables import read_sheet
from fairs.core.text import one_line
from fairs.directory import consents
from fairs.directory.models import Company, Consent
from fairs.directory.queries import product_groups, villages
from fairs.directory.service import PersonDraft, add_companies, find_or_create_people
from fairs.exhibitors.filing import fill_blanks
from fairs.exhibitors.household_sheet import COLUMNS, MOST_ROWS, Household, Names, name_key, place_key, read_household
from fairs.exhibitors.models import Exhibitor, HouseholdFiling, HouseholdRow
from fairs.exhibitors.service import EDITABLE, hand_in
from fairs.exhibitors.states import ExhibitorState

S = ExhibitorState
_UNDECIDED = frozenset({S.SUBMITTED, S.APPRAISED, S.WITHDRAWN})


@dataclass(frozen=True, slots=True)
class Known:
    """A company of the register that a household may be. ``applied``: its application at this fair stands already."""

    id: int
    name: str
    commune: str
    tax_code: str
    applied: str = ""


@dataclass(slots=True)
class Line:
    """A row of the sheet as it is looked over: what it says, what is wrong, who it may be, what is to happen with it."""

    row: HouseholdRow
    household: Household
    problems: list[Any] = field(default_factory=list)
    known: list[Known] = field(default_factory=list)
    choice: str = ""  # new | skip | the key of a company; empty: somebody has to choose

    @property
    def is_filed(self) -> bool:
        """Whether it would be filed."""
        return self.choice not in ("", "skip")

    @property
    def may_be_new(self) -> bool:
        """Whether it can be filed as a new household: not with a tax code that the register has."""
        code = self.household.company.tax_code
        return not (code and any(one.tax_code == code for one in self.known))


class NothingToFile(InvalidInput):
    """Every row is left out."""

    code = "nothing_to_file"
    message = _l("No row is left to be filed.")


# --- the dry run --------------------------------------------------------------------------------------------------


def read_filing(fair: Fair, upload: Upload, organisation: str, *, by: Actor) -> HouseholdFiling:
    """Read a sheet for a look at it: nothing is filed yet. An earlier sheet that was not filed goes.

    Raises InvalidInput (``organisation``, ``file``), and Conflict when the fair is over.
    """
    organisation = one_line(organisation)[:200]
    if not organisation:
        raise InvalidInput(_l("Please fill this in."), field="organisation")
    if by.user_id is None:
        raise Forbidden
    if fair.is_over:
        raise Conflict
    data = read_sheet(upload, COLUMNS, max_rows=MOST_ROWS)
    broken: dict[int | None, str] = {}
    for problem in data.problems:
        broken.setdefault(problem.row, f"{problem.head}: {problem.message}")
    with transaction():
        _forget_unfiled(fair.id, by.user_id)
        filing = HouseholdFiling(
            fair_id=fair.id, by_id=by.user_id, organisation=organisation, file_name=one_line(upload.name)[:200]
        )
        filing.rows = [
            HouseholdRow(
                line=row.number, texts={**row.cells, **({"!": broken[row.number]} if row.number in broken else {})}
            )
            for row in data.rows
        ]
        db.session.add(filing)
        db.session.flush()
        record("exhibitors.read_households", filing, by=by, after={"rows": len(filing.rows)})
    return filing


def _forget_unfiled(fair_id: int, user_id: int) -> None:
    old = select(HouseholdFiling.id).where(
        HouseholdFiling.fair_id == fair_id, HouseholdFiling.by_id == user_id, HouseholdFiling.filed_at.is_(None)
    )
    db.session.execute(delete(HouseholdRow).where(HouseholdRow.filing_id.in_(old)))
    db.session.execute(delete(HouseholdFiling).where(HouseholdFiling.id.in_(old)))


def look_over(filing: HouseholdFiling, choices: Mapping[int, str] | None = None) -> list[Line]:
    """Each row with what is wrong, who it may be, and the choice made (``choices`` by row) or proposed.

    A household is known by its tax code, or by its name without accents, signs and kind of business: in the same commune it
    is taken for the same, in another one somebody has to choose. A constant number of queries, however many rows.
    """
    names = Names.of(product_groups(), villages())
    register = _Register(filing.fair_id)
    lines = []
    seen: dict[str | tuple[str, str], int] = {}
    for row in filing.rows:
        household = read_household(row.texts, names)
        line = Line(row, household, list(household.problems))
        key = (name_key(household.company.name), place_key(household.company.commune))
        keys: list[str | tuple[str, str]] = [key] if key[0] else []
        if household.company.tax_code:
            keys.append(household.company.tax_code)
        twin = next((seen[one] for one in keys if one in seen), None)
        if twin is not None:
            line.problems.append(_("The same household as in row %(row)s.", row=twin))
        for one in keys:
            seen.setdefault(one, row.line)
        line.known, proposed = register.find(household)
        _choose(line, (choices or {}).get(row.id, row.choice), proposed)
        lines.append(line)
    return lines


def _choose(line: Line, wanted: str, proposed: str) -> None:
    allowed = {"skip", *(["new"] if line.may_be_new else []), *(str(one.id) for one in line.known)}
    line.choice = "skip" if line.problems else wanted if wanted in allowed else proposed
    applied = next((one.applied for one in line.known if str(one.id) == line.choice and one.applied), "")
    if applied:
        line.choice = "skip"
        line.problems.append(_("It has applied to this fair already: %(reference)s.", reference=applied))


class _Register:
    """All domestic companies by what they are known by, and which of them have applied."""

    def __init__(self, fair_id: int) -> None:
        standing = (Exhibitor.fair_id == fair_id) & Exhibitor.state.not_in(EDITABLE)
        applied = {
            row[0]: row[1]
            for row in db.session.execute(select(Exhibitor.company_id, Exhibitor.reference).where(standing))
        }
        rows = db.session.execute(
            select(Company.id, Company.name, Company.commune, Company.tax_code)
            .where(Company.country == "VN")
            .order_by(Company.id)
        )
        self.by_name: dict[str, list[Known]] = {}
        self.by_tax_code: dict[str, Known] = {}
        for key, name, commune, tax_code in rows:
            known = Known(key, name, commune, tax_code or "", applied.get(key, ""))
            self.by_name.setdefault(name_key(name), []).append(known)
            if tax_code:
                self.by_tax_code[tax_code] = known

    def find(self, household: Household) -> tuple[list[Known], str]:
        """Who a household may be, and what is proposed: a company, ``new``, or nothing where somebody has to choose."""
        company = household.company
        by_code = self.by_tax_code.get(company.tax_code or "")
        if by_code is not None:
            return [by_code], str(by_code.id)
        same = self.by_name.get(name_key(company.name), [])
        # Two tax codes are two businesses, however alike their names.
        same = [one for one in same if not (one.tax_code and company.tax_code)]
        if not same:
            return [], "new"
        near = [one for one in same if place_key(one.commune) == place_key(company.commune)]
        return same[:5], str(near[0].id) if len(near) == 1 else ""


# --- filing and taking back ---------------------------------------------------------------------------------------


def keep_choices(filing: HouseholdFiling, choices: Mapping[int, str], *, by: Actor) -> None:
    """Keep what was chosen for the rows of a sheet that is not filed yet; raises Conflict."""
    with transaction():
        row = _locked(filing)
        if row.filed_at is not None:
            raise Conflict
        for one in row.rows:
            if one.id in choices:
                one.choice = choices[one.id][:20]
        record("exhibitors.choose_households", row, by=by, after={"rows": len(choices)})


def file_households(filing: HouseholdFiling, *, agreed: bool, by: Actor) -> int:
    """File every household of the sheet that is not left out, all or none; gives how many.

    Raises InvalidInput without the households' consent, where a choice is open or nothing is left; Conflict when it was
    filed already.
    """
    if not agreed:
        raise InvalidInput(_l("Without this consent we may not keep the applications."), field="agreed")
    with transaction():
        row = _locked(filing)
        if row.filed_at is not None:
            raise Conflict
        fair = db.session.get_one(Fair, row.fair_id)
        lines = look_over(row)
        if any(line.choice == "" for line in lines):
            raise InvalidInput(_l("Choose for each row that is marked who it is."))
        filed = [line for line in lines if line.is_filed]
        if not filed:
            raise NothingToFile
        for line, exhibitor in zip(filed, _file(fair, filed, by=by), strict=True):
            line.row.choice, line.row.exhibitor_id = line.choice, exhibitor.id
        row.filed_at = now()
        record("exhibitors.file_households", row, by=by, after={"households": len(filed)})
    return len(filed)


def _file(fair: Fair, lines: Sequence[Line], *, by: Actor) -> list[Exhibitor]:
    """The applications of these lines, handed in; few statements, however many lines."""
    companies = _companies(lines, by=by)
    known = {
        one.company_id: one
        for one in db.session.scalars(
            select(Exhibitor)
            .where(Exhibitor.fair_id == fair.id, Exhibitor.company_id.in_([company.id for company in companies]))
            .with_for_update(of=Exhibitor)
        )
    }
    new = [company for company in companies if company.id not in known]
    for company, reference in zip(new, next_references(fair.code, "E", len(new)), strict=True):
        known[company.id] = Exhibitor(
            fair=fair, company=company, reference=reference, state=S.DRAFT, locale="vi", wishes="", decision_number=""
        )
        db.session.add(known[company.id])
    made = [known[company.id] for company in companies]
    for line, exhibitor in zip(lines, made, strict=True):
        household = line.household
        exhibitor.source, exhibitor.track, exhibitor.booth_count = "commune", household.track, household.booths
        exhibitor.group_codes, exhibitor.products = "|".join(household.group_codes), household.products
        exhibitor.contact_name, exhibitor.contact_email = household.contact, household.email
        exhibitor.contact_phone = household.phone
    _keep_consents(fair, made, by=by)
    for exhibitor in made:
        hand_in(exhibitor, by=by, listed=True)
    return made


def _companies(lines: Sequence[Line], *, by: Actor) -> list[Company]:
    """The company of each line: the one of the register, with what it lacks, or a new one."""
    added = iter(add_companies([line.household.company for line in lines if line.choice == "new"], by=by))
    found = []
    for line in lines:
        if line.choice == "new":
            found.append(next(added))
        else:
            company = db.session.get_one(Company, int(line.choice))
            found.append(fill_blanks(company, line.household.company, by=by))
    return found


def _keep_consents(fair: Fair, exhibitors: Sequence[Exhibitor], *, by: Actor) -> None:
    """The contact of each as a person, who agreed to the registration and to nothing else."""
    people = find_or_create_people(
        [
            PersonDraft(
                native_name=one.contact_name, email=one.contact_email, phone=one.contact_phone,
                company_id=one.company.id, locale=one.locale,
            )
            for one in exhibitors
        ],
        by=by,
    )  # fmt: skip
    for exhibitor, person in zip(exhibitors, people, strict=True):
        exhibitor.contact_person_id = person.id
    texts = (consents.REGISTRATION, consents.SHARING, consents.MAILINGS)
    db.session.add_all(
        Consent(
            person_id=person.id, kind=text.kind, given=text is consents.REGISTRATION, fair_id=fair.id,
            text_version=consents.VERSION,
        )
        for person in people
        for text in texts
    )  # fmt: skip
    db.session.flush()


def may_take_back(filing: HouseholdFiling) -> bool:
    """Whether it was filed, not taken back, and nothing of it is decided."""
    if filing.filed_at is None or filing.undone_at is not None:
        return False
    decided = (
        select(HouseholdRow.id)
        .join(Exhibitor, Exhibitor.id == HouseholdRow.exhibitor_id)
        .where(HouseholdRow.filing_id == filing.id, Exhibitor.state.not_in(_UNDECIDED))
    )
    return db.session.scalar(decided.limit(1)) is None


def take_back(filing: HouseholdFiling, *, by: Actor) -> int:
    """Withdraw all that was filed by this sheet, in one act; gives how many. Raises Conflict once something is decided."""
    with transaction():
        row = _locked(filing)
        if not may_take_back(row):
            raise Conflict(
                _l("Something of it is decided already, or it was taken back. Withdraw single applications.")
            )
        exhibitors = db.session.scalars(
            select(Exhibitor)
            .join(HouseholdRow, HouseholdRow.exhibitor_id == Exhibitor.id)
            .where(HouseholdRow.filing_id == row.id, Exhibitor.state != S.WITHDRAWN)
            .with_for_update(of=Exhibitor)
        ).all()
        for exhibitor in exhibitors:
            before = exhibitor.state
            exhibitor.move_to(S.WITHDRAWN)
            record("exhibitors.withdraw", exhibitor, by=by, before={"state": before}, after={"filing": row.id})
        row.undone_at = now()
        record("exhibitors.take_back_households", row, by=by, after={"households": len(exhibitors)})
    return len(exhibitors)


def _locked(filing: HouseholdFiling) -> HouseholdFiling:
    return db.session.scalars(
        select(HouseholdFiling)
        .where(HouseholdFiling.id == filing.id)
        .with_for_update(of=HouseholdFiling)
        .execution_options(populate_existing=True)
    ).one()
