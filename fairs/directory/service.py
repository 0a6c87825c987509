"""Writing companies, people and consents."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import phonenumbers
import pycountry
from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from stdnum.exceptions import ValidationError
from stdnum.vn import mst

from fairs.accounts.service import normal_email
from fairs.audit.service import record
from fairs.core.actor import Actor
from fairs.core.db import db, transaction
from fairs.core.errors import InvalidInput
from fairs.core.events import publish
from fairs.core.text import clean, fold
from fairs.directory.errors import CompanyExists
from fairs.directory.events import Renamed
from fairs.directory.models import Company, Consent, CraftVillage, Membership, Person, ProductGroup

#: What is read of people and companies wherever they are named.
_SHOWN = frozenset({"name", "country", "native_name", "passport_name", "badge_name", "name_language"})


@dataclass(frozen=True, slots=True)
class CompanyDraft:
    """A company as typed; ``country`` is ISO 3166, ``group_codes`` are product groups."""

    name: str
    country: str
    name_en: str = ""
    tax_code: str | None = None
    address: str = ""
    commune: str = ""
    phone: str = ""
    email: str = ""
    website: str = ""
    description_vi: str = ""
    description_en: str = ""
    group_codes: Collection[str] = ()
    village_id: int | None = None
    is_craft: bool = False


@dataclass(frozen=True, slots=True)
class PersonDraft:
    """A person as typed. ``name_language`` (BCP 47) chooses the glyphs of the native name on the badge."""

    native_name: str
    passport_name: str = ""
    badge_name: str = ""
    name_language: str = ""
    email: str = ""
    phone: str = ""
    country: str = "VN"
    job_title: str = ""
    company_id: int | None = None
    locale: str = "vi"


def normal_tax_code(code: str | None) -> str | None:
    """A Vietnamese tax code in normal form; raises InvalidInput.

    10 digits with a check digit, or 10-3 for a branch; since 1 July 2025 also the 12-digit personal number of a
    household's owner.
    """
    text = (code or "").replace(" ", "").strip()
    if not text:
        return None
    if len(text) == 12 and text.isascii() and text.isdigit():
        return text
    try:
        return str(mst.format(mst.validate(text)))
    except ValidationError as error:
        raise InvalidInput(
            _l("This tax code is not right: 10 digits, 10-3 for a branch, or the owner's 12-digit personal number."),
            field="tax_code",
        ) from error


def normal_phone(phone: str, country: str, *, field: str = "phone") -> str:
    """A phone number in international form (E.164); raises InvalidInput. Empty stays empty."""
    text = clean(phone)
    if not text:
        return ""
    try:
        number = phonenumbers.parse(text, country)
    except phonenumbers.NumberParseException as error:
        raise InvalidInput(_l("Write a phone number, for example +84 912 345 678."), field=field) from error
    if not phonenumbers.is_possible_number(number):
        raise InvalidInput(_l("Write a phone number, for example +84 912 345 678."), field=field)
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))


def check_country(code: str, *, field: str = "country") -> str:
    """An ISO 3166 code in capitals; raises InvalidInput."""
    if len(code) != 2 or pycountry.countries.get(alpha_2=code.upper()) is None:
        raise InvalidInput(_l("Please choose a country."), field=field)
    return code.upper()


def _website(address: str) -> str:
    text = clean(address)
    if not text:
        return ""
    if "://" not in text:
        text = f"https://{text}"
    if not text.startswith(("https://", "http://")) or "." not in text or any(c.isspace() for c in text):
        raise InvalidInput(_l("Write a web address, for example www.example.vn."), field="website")
    return text


def check_groups(codes: Collection[str], *, field: str = "group_codes") -> str:
    """Product group codes joined as stored; raises InvalidInput for an unknown one."""
    known = set(db.session.scalars(select(ProductGroup.code).where(ProductGroup.code.in_(list(codes)))))
    if known != set(codes):
        raise InvalidInput(_l("Please choose from the list of product groups."), field=field)
    return "|".join(dict.fromkeys(codes))


def _tell(row: Company | Person, changed: Collection[str]) -> None:
    """Say so when people read something else of them now. Inside transaction()."""
    if not _SHOWN.isdisjoint(changed):
        db.session.flush()
        publish(Renamed(row))


def _company_values(draft: CompanyDraft) -> dict[str, Any]:
    country = check_country(draft.country)
    if not clean(draft.name):
        raise InvalidInput(_l("Please fill this in."), field="name")
    return {
        "name": draft.name, "name_en": draft.name_en, "country": country,
        "tax_code": normal_tax_code(draft.tax_code) if country == "VN" else (clean(draft.tax_code or "")[:20] or None),
        "address": clean(draft.address), "commune": clean(draft.commune), "phone": normal_phone(draft.phone, country),
        "email": normal_email(draft.email) if draft.email else "", "website": _website(draft.website),
        "description_vi": clean(draft.description_vi), "description_en": clean(draft.description_en),
        "village_id": draft.village_id, "is_craft": draft.is_craft,
    }  # fmt: skip


def add_companies(drafts: Sequence[CompanyDraft], *, by: Actor) -> list[Company]:
    """Many new companies in a few statements (inside transaction()); raises InvalidInput and CompanyExists.

    Whoever calls it has looked whether they are known, and takes village and product groups from the register.
    """
    codes = check_groups({code for draft in drafts for code in draft.group_codes}).split("|")
    made = [
        Company(**_company_values(draft), group_codes="|".join(code for code in draft.group_codes if code in codes))
        for draft in drafts
    ]
    db.session.add_all(made)
    try:
        with transaction():
            db.session.flush()
    except IntegrityError as error:
        raise CompanyExists(field="tax_code") from error
    for company in made:
        record("directory.create_company", company, by=by, after={"country": company.country})
    return made


def save_company(draft: CompanyDraft, *, by: Actor, company: Company | None = None) -> Company:
    """Create or change a company; raises InvalidInput (with the field) and CompanyExists."""
    values = _company_values(draft)
    with transaction():
        values["group_codes"] = check_groups(draft.group_codes)
        if draft.village_id is not None and db.session.get(CraftVillage, draft.village_id) is None:
            raise InvalidInput(_l("Please choose a craft village from the list."), field="village_id")
        if values["tax_code"]:
            other = db.session.scalar(select(Company.id).where(Company.tax_code == values["tax_code"]))
            if other is not None and (company is None or other != company.id):
                raise CompanyExists(field="tax_code")
        if company is None:
            company = Company(**values)
            db.session.add(company)
            db.session.flush()
            record("directory.create_company", company, by=by, after={"country": company.country})
            return company
        company = db.session.get_one(Company, company.id, with_for_update=True, populate_existing=True)
        changed = [key for key, value in values.items() if getattr(company, key) != value]
        for key in changed:
            setattr(company, key, values[key])
        if changed:
            record("directory.change_company", company, by=by, after={"changed": changed})
            _tell(company, changed)
        return company


def find_or_create_company(draft: CompanyDraft, *, by: Actor) -> Company:
    """The company with this tax code, else with this name (without accents) and country, else a new one."""
    with transaction():
        tax_code = normal_tax_code(draft.tax_code) if draft.country.upper() == "VN" else None
        query = select(Company).where(Company.country == check_country(draft.country))
        if tax_code:
            known = db.session.scalar(query.where(Company.tax_code == tax_code))
        else:
            folded = fold(f"{draft.name} {draft.name_en}")
            known = db.session.scalars(query.where(Company.folded == folded).order_by(Company.id)).first()
        return known or save_company(draft, by=by)


def _person_values(draft: PersonDraft) -> dict[str, Any]:
    country = check_country(draft.country)
    if not clean(draft.native_name):
        raise InvalidInput(_l("Please fill this in."), field="native_name")
    return {
        "native_name": draft.native_name, "passport_name": draft.passport_name, "badge_name": draft.badge_name,
        "name_language": draft.name_language, "email": normal_email(draft.email) if draft.email else "",
        "phone": normal_phone(draft.phone, country), "country": country, "job_title": clean(draft.job_title),
        "company_id": draft.company_id, "locale": draft.locale,
    }  # fmt: skip


def save_person(draft: PersonDraft, *, by: Actor, person: Person | None = None) -> Person:
    """Create or change a person; raises InvalidInput (with the field)."""
    values = _person_values(draft)
    with transaction():
        if person is None:
            person = Person(**values)
            db.session.add(person)
            db.session.flush()
            record("directory.create_person", person, by=by)
            return person
        person = db.session.get_one(Person, person.id, with_for_update=True, populate_existing=True)
        changed = [key for key, value in values.items() if getattr(person, key) != value]
        for key in changed:
            setattr(person, key, values[key])
        if changed:
            record("directory.change_person", person, by=by, after={"changed": changed})
            _tell(person, changed)
        return person


def find_or_create_person(draft: PersonDraft, *, by: Actor) -> Person:
    """The person with this e-mail (else phone) and the same name without accents, else a new one."""
    with transaction():
        name = fold(f"{clean(draft.native_name)} {clean(draft.passport_name)}")
        query = select(Person).where(Person.folded == name).order_by(Person.id)
        if draft.email:
            known = db.session.scalars(query.where(Person.email == normal_email(draft.email))).first()
        elif draft.phone:
            known = db.session.scalars(query.where(Person.phone == normal_phone(draft.phone, draft.country))).first()
        else:
            known = None
        return known or save_person(draft, by=by)


def find_or_create_people(drafts: Sequence[PersonDraft], *, by: Actor) -> list[Person]:
    """As find_or_create_person, for many in a few statements (inside transaction())."""
    values = [_person_values(draft) for draft in drafts]
    people = [Person(**one) for one in values]  # not added yet: they know their folded names
    names = {person.folded for person in people}
    known: dict[tuple[str, str], Person] = {}
    old: set[Person] = set()
    for person in db.session.scalars(select(Person).where(Person.folded.in_(names)).order_by(Person.id.desc())):
        old.add(person)
        known |= {(person.folded, way): person for way in (person.email, person.phone) if way}
    found = []
    for person in people:
        way = (person.folded, person.email or person.phone)
        if not way[1]:
            found.append(person)
        else:
            found.append(known.setdefault(way, person))
    _add_people([person for person in dict.fromkeys(found) if person not in old], by)
    return found


def add_people(drafts: Sequence[PersonDraft], *, by: Actor) -> list[Person]:
    """Many new people in a few statements (inside transaction()); raises InvalidInput.

    For whom somebody has decided that they are not those of the same name whom the directory knows.
    """
    people = [Person(**_person_values(draft)) for draft in drafts]
    _add_people(people, by)
    return people


def _add_people(people: Sequence[Person], by: Actor) -> None:
    db.session.add_all(people)
    db.session.flush()
    for person in people:
        record("directory.create_person", person, by=by)


def fill_blanks(known: Company | Person, values: Mapping[str, Any], *, by: Actor) -> dict[str, Any]:
    """Enter what the directory does not know yet of a company or person; what is known stays. Inside transaction().

    Values are in normal form. Gives what was entered.
    """
    new = {key: value for key, value in values.items() if value and not getattr(known, key)}
    for key, value in new.items():
        setattr(known, key, value)
    if new:
        kind = "company" if isinstance(known, Company) else "person"
        record(f"directory.change_{kind}", known, by=by, after={"changed": sorted(new)})
        _tell(known, new)
    return new


def join_company(user_id: int, company: Company, *, by: Actor, is_owner: bool = True) -> Membership:
    """Let a user act for a company; doing it twice changes nothing."""
    with transaction():
        known = db.session.scalar(
            select(Membership).where(Membership.user_id == user_id, Membership.company_id == company.id)
        )
        if known is not None:
            return known
        membership = Membership(user_id=user_id, company_id=company.id, is_owner=is_owner)
        db.session.add(membership)
        db.session.flush()
        record("directory.join_company", membership, by=by, after={"company": company.id, "user": user_id})
        return membership


def record_consent(person: Person, kind: str, given: bool, *, fair_id: int | None, text_version: str) -> None:
    """Keep what a person agreed to, or not, and by which text (Law 91/2025/QH15: silence is not consent)."""
    with transaction():
        db.session.add(Consent(person_id=person.id, kind=kind, given=given, fair_id=fair_id, text_version=text_version))
