"""The demonstration's accounts, companies and people."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from fairs.accounts.models import RoleGrant, User
from fairs.accounts.security import hashed
from fairs.accounts.service import create_user
from fairs.calendar.models import Fair
from fairs.core.actor import SYSTEM
from fairs.core.clock import now
from fairs.core.db import db
from fairs.core.permissions import Role
from fairs.core.text import fold
from fairs.demo.names import ORIGINS, Origin, foreign, tax_code, vietnamese
from fairs.directory.models import Company, CraftVillage, Membership, Person

PASSWORD = "fairs-demo"  # noqa: S105 - the public password of the sample accounts
ACCOUNTS: tuple[tuple[str, str, Role | None], ...] = (
    ("admin", "Quản trị mẫu", Role.ADMIN),
    ("organiser", "Nguyễn Thu Hà", Role.ORGANISER),
    ("sales", "Trần Minh Long", Role.BOOTH_SALES),
    ("finance", "Lê Hồng Nga", Role.FINANCE),
    ("desk", "Phạm Ngọc Linh", Role.FRONT_DESK),
    ("gate", "Đỗ Mạnh Hải", Role.GATE_SUPERVISOR),
    ("hospitality", "Vũ Thanh Vân", Role.HOSPITALITY),
    ("deals", "Hoàng Quang Sơn", Role.DEALS),
    ("partner", "Bùi Xuân Bình", Role.PARTNER),
    ("leader", "Đặng Đức Việt", Role.LEADERSHIP),
    ("auditor", "Ngô Thu Trang", Role.AUDITOR),
    ("exhibitor", "Phan Thị Mai", None),
    ("importer", "Jane Carter", None),
)
FIRM_VI = (
    "Công ty TNHH Mẫu {n} {village}",
    "Hợp tác xã Mẫu {n} {village}",
    "Cơ sở Mẫu {n} {village}",
    "Công ty CP Mẫu {n} {village}",
)


def sample_accounts() -> list[dict[str, Any]]:
    """The accounts for the sign-in page of the demonstration."""
    others = {"exhibitor": _l("Exhibitor"), "importer": _l("Importer")}
    return [
        {"email": f"{key}@fairs.example", "password": PASSWORD, "label": role.label if role else others[key]}
        for key, _name, role in ACCOUNTS
    ]


@dataclass
class Cast:
    """Everybody in the demonstration."""

    users: dict[str, User] = field(default_factory=dict)
    exporters: list[Company] = field(default_factory=list)
    importers: list[tuple[Company, Person]] = field(default_factory=list)
    trade: list[tuple[Company, Person]] = field(default_factory=list)


def create_accounts() -> dict[str, User]:
    """An account per role, all with the same password."""
    password = hashed(PASSWORD)
    return {
        key: create_user(f"{key}@fairs.example", name, by=SYSTEM, password_hash=password, confirmed=True)
        for key, name, _role in ACCOUNTS
    }


def give_roles(users: dict[str, User], fairs: list[Fair]) -> None:
    """The account's role: for each fair, or for the whole system."""
    for key, _name, role in ACCOUNTS:
        if role is not None and role.is_system_wide:
            db.session.add(RoleGrant(user_id=users[key].id, role=role, fair_id=None))
    give_fair_roles(users, fairs)


def give_fair_roles(users: dict[str, User], fairs: list[Fair]) -> None:
    """The roles that are held for one fair, for each of the fairs."""
    for key, _name, role in ACCOUNTS:
        if role is not None and not role.is_system_wide:
            db.session.add_all(
                RoleGrant(user_id=users[key].id, role=role, fair_id=fair.id, ends_at=_audited_until(role))
                for fair in fairs
            )


def _audited_until(role: Role) -> datetime | None:
    """An auditor is let in for a quarter of a year; everybody else stays."""
    return now() + timedelta(days=90) if role is Role.AUDITOR else None


def create_cast(rng: random.Random, users: dict[str, User], *, scale: int = 1) -> Cast:
    """230 exporters of the craft villages, 170 importers of many countries, 240 domestic trade visitors; ``scale`` times."""
    cast = Cast(users=users)
    taken: set[str] = set()
    villages = list(db.session.scalars(select(CraftVillage).order_by(CraftVillage.id)))
    for n in range(1, 230 * scale + 1):
        village = villages[n % len(villages)]
        name = FIRM_VI[n % len(FIRM_VI)].format(n=f"{n:03d}", village=village.name)
        household = name.startswith("Cơ sở")
        cast.exporters.append(
            Company(
                name=name,
                name_en=f"Sample {fold(village.name).title()} {village.craft_en.title()} {n:03d}",
                country="VN",
                tax_code=None if household else tax_code(rng, taken),
                address=f"Số {n}, {village.name}",
                commune=village.commune_2025,
                phone=f"+84912{n:06d}",
                email="" if household else f"contact{n:03d}@lang-nghe.example",
                description_vi=f"{village.craft_vi.capitalize()} của làng nghề {village.name}.",
                description_en=f"{village.craft_en.capitalize()} from {village.name} craft village.",
                group_codes=village.group_code,
                village_id=village.id,
                is_craft=True,
            )
        )
    db.session.add_all(cast.exporters)
    counts: dict[str, int] = {}
    for n in range(170 * scale):
        origin = ORIGINS[n % len(ORIGINS)]
        counts[origin.country] = counts.get(origin.country, 0) + 1
        cast.importers.append(_importer(rng, origin, n, counts[origin.country]))
    for n in range(240 * scale):
        company = Company(
            name=f"Cửa hàng Mẫu {n + 1:03d}",
            country="VN",
            tax_code=tax_code(rng, taken),
            commune="Phường Hoàn Kiếm",
            phone=f"+84983{n:06d}",
            email=f"shop{n + 1:03d}@khach.example",
        )
        person = Person(
            native_name=vietnamese(rng),
            name_language="vi",
            email=f"guest{n + 1:03d}@khach.example",
            phone=f"+84983{n:06d}",
            country="VN",
            company=company,
            job_title="Quản lý mua hàng",
        )
        cast.trade.append((company, person))
    for company, person in [*cast.importers, *cast.trade]:
        db.session.add_all([company, person])
    db.session.flush()
    _link_accounts(cast)
    return cast


def _importer(rng: random.Random, origin: Origin, n: int, in_country: int) -> tuple[Company, Person]:
    if n == _IMPORTER_ACCOUNT:
        native, latin = "Jane Carter", "CARTER JANE"
    else:
        native, latin = foreign(rng, origin)
    company = Company(
        name=origin.company.format(n=f"{in_country:02d}"),
        country=origin.country,
        email=f"buying{n + 1:03d}@importer.example",
        phone=f"{origin.dial}{n + 1000:04d}",
        website="",
        address="",
    )
    person = Person(
        native_name=native,
        passport_name=latin,
        name_language=origin.language,
        email="importer@fairs.example" if n == _IMPORTER_ACCOUNT else f"buyer{n + 1:03d}@importer.example",
        phone=company.phone,
        country=origin.country,
        company=company,
        job_title="Buyer",
        locale="en",
    )
    return company, person


_IMPORTER_ACCOUNT = 13  # the first one from the United States


def _link_accounts(cast: Cast) -> None:
    exhibitor = cast.users["exhibitor"]
    db.session.add(Membership(user_id=exhibitor.id, company_id=cast.exporters[0].id))
    cast.exporters[0].email = exhibitor.email
    cast.importers[_IMPORTER_ACCOUNT][1].user_id = cast.users["importer"].id
