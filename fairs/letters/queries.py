"""Reading letters, their texts, who signs, and who has none yet."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, exists, false, func, or_, select
from sqlalchemy.orm import contains_eager, joinedload

from fairs.calendar.models import Fair
from fairs.core.db import db
from fairs.core.errors import NotFound
from fairs.core.text import fold
from fairs.core.tokens import digest
from fairs.directory.models import Company, Person
from fairs.hosting.models import Hosting
from fairs.hosting.states import GRANTED
from fairs.identity.models import TravelDocument
from fairs.importers.models import Importer
from fairs.importers.states import ImporterState
from fairs.letters.models import Letter, LetterText, LetterWish, Signatory
from fairs.letters.states import LetterKind, LetterState, WishState
from fairs.letters.texts import STANDARD, LetterWording


@dataclass(frozen=True, slots=True)
class LetterFilter:
    """What the list shows. ``text`` is part of a name, or the start of a number. ``state`` may be ``expired`` or ``outdated``."""

    text: str = ""
    state: str = ""
    kind: str = ""
    country: str = ""


def letters_matching(fair: Fair, wanted: LetterFilter) -> Select[Letter]:
    """The letters of a fair that fit, with all that a row shows."""
    query = (
        select(Letter)
        .join(Letter.person)
        .join(Letter.importer)
        .options(
            contains_eager(Letter.person), contains_eager(Letter.importer).joinedload(Importer.company),
            joinedload(Letter.text), joinedload(Letter.replaced_by),
        )
        .where(Letter.fair_id == fair.id)
    )  # fmt: skip
    if wanted.text:
        plain = wanted.text.strip()
        query = query.where(
            or_(
                Person.folded.contains(fold(plain), autoescape=True), Letter.reference == plain.upper(),
                func.upper(Letter.number).startswith(plain.upper(), autoescape=True),
            )
        )  # fmt: skip
    if wanted.state == "expired":
        query = query.where(Letter.state == LetterState.ISSUED, Letter.valid_until < fair.today)
    elif wanted.state == "outdated":
        query = query.where(Letter.state == LetterState.ISSUED, Letter.outdated_at.is_not(None))
    elif wanted.state:
        query = query.where(Letter.state == wanted.state if wanted.state in set(LetterState) else false())
    if wanted.kind:
        query = query.where(Letter.kind == wanted.kind if wanted.kind in set(LetterKind) else false())
    if wanted.country:
        query = query.where(Letter.country == wanted.country.upper()[:2])
    return query


@dataclass(frozen=True, slots=True)
class GuestFilter:
    """Who of the approved importers is shown: ``who`` granted, wanted; ``letter`` none, any; ``passport`` missing, there."""

    text: str = ""
    who: str = ""
    letter: str = ""
    passport: str = ""
    country: str = ""


def guests_matching(fair_id: int, wanted: GuestFilter) -> Select[Importer]:
    """Approved importers that fit, with company and person."""
    query = (
        select(Importer)
        .join(Importer.company)
        .join(Importer.person)
        .options(contains_eager(Importer.company), contains_eager(Importer.person))
        .where(Importer.fair_id == fair_id, Importer.state == ImporterState.APPROVED)
    )
    if wanted.text:
        folded = fold(wanted.text)
        query = query.where(
            or_(
                Company.folded.contains(folded, autoescape=True), Person.folded.contains(folded, autoescape=True),
                Importer.reference == wanted.text.strip().upper(),
            )
        )  # fmt: skip
    if wanted.country:
        query = query.where(Company.country == wanted.country.upper()[:2])
    if wanted.who == "granted":
        query = query.where(exists().where(Hosting.importer_id == Importer.id, Hosting.state.in_(GRANTED)))
    elif wanted.who == "wanted":
        query = query.where(exists().where(LetterWish.importer_id == Importer.id, LetterWish.state == WishState.OPEN))
    has_letter = exists().where(Letter.importer_id == Importer.id, Letter.state == LetterState.ISSUED)
    has_passport = exists().where(
        TravelDocument.person_id == Importer.person_id, TravelDocument.number_sealed.is_not(None)
    )
    for value, condition in ((wanted.letter, has_letter), (wanted.passport, has_passport)):
        if value in {"none", "missing"}:
            query = query.where(~condition)
        elif value:
            query = query.where(condition)
    return query


def letter_by_reference(fair_id: int, reference: str) -> Letter:
    """The letter with this reference at the fair; raises NotFound."""
    found = db.session.scalar(
        _whole().where(Letter.fair_id == fair_id, Letter.reference == reference.strip().upper()[:20])
    )
    if found is None:
        raise NotFound
    return found


def letters_by_id(ids: Collection[int]) -> Sequence[Letter]:
    """Letters with all that is drawn of them, in their order."""
    return db.session.scalars(_whole().where(Letter.id.in_(ids)).order_by(Letter.id)).all()


def letter_by_code(code: str) -> Letter | None:
    """The letter that a code of the check opens, however it is typed."""
    plain = normal_code(code)
    return db.session.scalar(_whole().where(Letter.code_hash == digest(plain))) if plain else None


def normal_code(code: str) -> str:
    """A code as it is kept: sixteen letters and digits in capitals, O and I read as 0 and 1; empty when it is none."""
    plain = "".join(code.upper().split()).replace("-", "").translate(str.maketrans("OIL", "011"))
    return plain if len(plain) == 16 and plain.isascii() and plain.isalnum() else ""


def _whole() -> Select[Letter]:
    return select(Letter).options(
        joinedload(Letter.fair), joinedload(Letter.person), joinedload(Letter.text), joinedload(Letter.signature),
        joinedload(Letter.replaced_by), joinedload(Letter.importer).joinedload(Importer.company),
    )  # fmt: skip


def letters_of(importer_id: int) -> Sequence[Letter]:
    """All letters of an importer, the newest first."""
    return db.session.scalars(_whole().where(Letter.importer_id == importer_id).order_by(Letter.id.desc())).all()


def letter_in_force(importer_id: int, kind: LetterKind) -> Letter | None:
    """The importer's letter of a kind that is neither replaced nor revoked; it may have expired."""
    return db.session.scalar(
        select(Letter).where(Letter.importer_id == importer_id, Letter.kind == kind, Letter.state == LetterState.ISSUED)
    )


def letters_in_force(importer_ids: Collection[int]) -> dict[int, list[Letter]]:
    """The letters that stand, by the importer's key, in one statement."""
    found: dict[int, list[Letter]] = {}
    rows = db.session.scalars(
        select(Letter)
        .where(Letter.importer_id.in_(importer_ids), Letter.state == LetterState.ISSUED)
        .order_by(Letter.id)
    )
    for row in rows:
        found.setdefault(row.importer_id, []).append(row)
    return found


def wish_of(importer_id: int) -> LetterWish | None:
    """The importer's wish for a letter."""
    return db.session.scalar(select(LetterWish).where(LetterWish.importer_id == importer_id))


def wording_of(fair_id: int, kind: LetterKind) -> tuple[LetterText | None, LetterWording]:
    """The text that counts at the fair now; before the first version the one that comes with the program."""
    row = next(iter(versions_of(fair_id, kind, limit=1)), None)
    return row, STANDARD[kind] if row is None else LetterWording.of(row.texts)


def versions_of(fair_id: int, kind: LetterKind, *, limit: int = 50) -> Sequence[LetterText]:
    """The versions of a text at a fair, the newest first."""
    return db.session.scalars(
        select(LetterText)
        .where(LetterText.fair_id == fair_id, LetterText.kind == kind)
        .order_by(LetterText.version.desc())
        .limit(limit)
    ).all()


def version_of(fair_id: int, kind: LetterKind, version: int) -> LetterText:
    """One version; raises NotFound."""
    row = db.session.scalar(
        select(LetterText).where(
            LetterText.fair_id == fair_id, LetterText.kind == kind, LetterText.version == min(version, 10**6)
        )
    )
    if row is None:
        raise NotFound
    return row


def fairs_with_text(kind: LetterKind, fair_ids: Collection[int] | None) -> Sequence[Fair]:
    """Fairs that have a text of their own, the newest first; of those named, or of all."""
    query = select(Fair).where(exists().where(LetterText.fair_id == Fair.id, LetterText.kind == kind))
    if fair_ids is not None:
        query = query.where(Fair.id.in_(fair_ids))
    return db.session.scalars(query.order_by(Fair.starts_on.desc())).all()


def signatories_of(fair_id: int, *, active: bool = True) -> Sequence[Signatory]:
    """Who signs letters of the fair, in their order."""
    query = select(Signatory).options(joinedload(Signatory.picture)).where(Signatory.fair_id == fair_id)
    if active:
        query = query.where(Signatory.retired_at.is_(None))
    return db.session.scalars(query.order_by(Signatory.position, Signatory.id)).all()


def signatory(fair_id: int, signatory_id: int) -> Signatory:
    """Somebody who signs letters of the fair; raises NotFound."""
    found = next((one for one in signatories_of(fair_id, active=False) if one.id == signatory_id), None)
    if found is None:
        raise NotFound
    return found


def counts_of(fair: Fair) -> dict[str, int]:
    """How many letters stand, have expired, were replaced and revoked; in one statement."""
    expired = (Letter.state == LetterState.ISSUED) & (Letter.valid_until < fair.today)
    rows = db.session.execute(
        select(Letter.state, expired.label("expired"), func.count())
        .where(Letter.fair_id == fair.id)
        .group_by(Letter.state, expired)
    )
    found: dict[str, int] = {}
    for state, is_expired, many in rows:
        key = "expired" if is_expired else str(state)
        found[key] = found.get(key, 0) + many
    return found


def outdated_count(fair_id: int) -> int:
    """How many letters that stand say other days or another place than the fair has."""
    query = select(func.count()).where(
        Letter.fair_id == fair_id, Letter.state == LetterState.ISSUED, Letter.outdated_at.is_not(None)
    )
    return db.session.scalar(query) or 0


def countries_of(fair_id: int) -> Sequence[str]:
    """The countries that letters of the fair went to."""
    return db.session.scalars(select(Letter.country).where(Letter.fair_id == fair_id).distinct()).all()


def missing_letters(fair_id: int) -> tuple[int, int]:
    """How many guests whose support is granted have a letter that stands, and how many have none."""
    has = exists().where(Letter.importer_id == Hosting.importer_id, Letter.state == LetterState.ISSUED)
    rows: Any = db.session.execute(
        select(has.label("has"), func.count())
        .select_from(Hosting)
        .where(Hosting.fair_id == fair_id, Hosting.state.in_(GRANTED))
        .group_by(has)
    )
    found = {bool(key): many for key, many in rows}
    return found.get(True, 0), found.get(False, 0)
