"""What badges show, read from the records for the PDF, for the page and for the preflight."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import IO, Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from flask_babel import force_locale
from sqlalchemy import func, select

from fairs.badges.codes import sign
from fairs.badges.face import BadgeFace
from fairs.badges.layout_service import layouts_for
from fairs.badges.layouts import Layout
from fairs.badges.models import Badge, BadgeKey
from fairs.badges.samples import SAMPLES
from fairs.badges.service import private_key
from fairs.badges.states import BadgeCategory, BadgeState
from fairs.calendar.models import Fair
from fairs.core import fonts
from fairs.core.db import db
from fairs.core.i18n import country_name
from fairs.core.storage import StoredFile
from fairs.directory.models import Company, Person

#: Badges read at a time when a whole fair is printed.
_BATCH = 500
_LONGEST_OF_EACH, _MOST_SAMPLES = 3, 12

#: Gives the seats of people at a fair by their keys.
SeatsOf = Callable[[int, Sequence[int]], Mapping[int, str]]
_seats: list[SeatsOf] = []


def register_seats(seats_of: SeatsOf) -> SeatsOf:
    """Let a feature above say where people sit: ``seats_of(fair_id, person_ids)``. Asked only where layouts show it."""
    _seats.append(seats_of)
    return seats_of


_COLUMNS = (
    Badge.fair_id, Badge.person_id, Badge.reference, Badge.category, Badge.serial, Badge.short_code, Badge.key_id, Badge.photo_id,
    Person.native_name, Person.badge_name, Person.passport_name, Person.name_language, Person.job_title,
    func.coalesce(Company.name, "").label("company"), func.coalesce(Company.country, Person.country).label("country"),
)  # fmt: skip


def face_rows(*where: Any) -> Any:
    """The columns that faces need, of badges that fit."""
    return select(*_COLUMNS).select_from(Badge).join(Badge.person).outerjoin(Badge.company).where(*where)


class _Reader:
    """Makes faces of rows; what badges of a run share is read once."""

    def __init__(self, *, signed: bool = True) -> None:
        self._signed = signed
        self._fairs: dict[int, Fair] = {}
        self._keys: dict[int, Ed25519PrivateKey] = {}
        self._countries: dict[tuple[str, str], str] = {}

    @cached_property
    def labels(self) -> dict[str, dict[BadgeCategory, str]]:
        """The words of categories by language."""
        found = {}
        for locale in ("vi", "en"):
            with force_locale(locale):
                found[locale] = {category: str(category.label) for category in BadgeCategory}
        return found

    def faces(self, rows: Sequence[Any], *, photos: bool, seats: bool) -> list[BadgeFace]:
        """The faces of some rows, in their order."""
        if missing := {row.fair_id for row in rows} - set(self._fairs):
            self._fairs |= {fair.id: fair for fair in db.session.scalars(select(Fair).where(Fair.id.in_(missing)))}
        if self._signed and (missing := {row.key_id for row in rows} - set(self._keys)):
            keys = db.session.scalars(select(BadgeKey).where(BadgeKey.id.in_(missing)))
            self._keys |= {key.id: private_key(key) for key in keys}
        pictures = _photos(rows) if photos else {}
        places = _places(rows) if seats else {}
        return [self._face(row, pictures.get(row.photo_id), places.get(row.person_id, "")) for row in rows]

    def _face(self, row: Any, photo: bytes | None, seat: str) -> BadgeFace:
        fair = self._fairs[row.fair_id]
        locale = "vi" if row.country == "VN" else "en"
        country = self._countries.get((row.country, locale))
        if country is None:
            country = self._countries[row.country, locale] = country_name(row.country, locale)
        return BadgeFace(
            fair_name=(fair.name_vi if locale == "vi" else fair.name_en) or fair.name_vi or fair.name_en,
            fair_dates=fair_dates(fair),
            native_name=row.badge_name or row.native_name,
            native_language=row.name_language or None,
            passport_name=row.passport_name,
            company=row.company,
            country_name=country,
            country_code=row.country,
            category_label_vi=self.labels["vi"][row.category],
            category_label_en=self.labels["en"][row.category],
            category_colour=row.category.tone,
            code=sign(row.serial, self._keys[row.key_id]) if self._signed else "",
            short_code=row.short_code,
            photo=photo,
            reference=row.reference,
            category=row.category,
            job_title=row.job_title,
            seat=seat,
        )


def _photos(rows: Sequence[Any]) -> dict[int, bytes]:
    found: dict[int, bytes] = {}
    wanted = {row.photo_id for row in rows} - {None}
    if not wanted:
        return found
    for stored in db.session.scalars(select(StoredFile).where(StoredFile.id.in_(wanted))):
        try:
            found[stored.id] = stored.read()
        except FileNotFoundError:
            continue
    return found


def _places(rows: Sequence[Any]) -> dict[int, str]:
    found: dict[int, str] = {}
    for fair_id in {row.fair_id for row in rows}:
        people = [row.person_id for row in rows if row.fair_id == fair_id]
        for seats_of in _seats:
            found |= seats_of(fair_id, people)
    return found


def faces(badges: Sequence[Badge]) -> list[BadgeFace]:
    """The faces of badges, in their order. A face speaks Vietnamese to people from Viet Nam and English to others.

    The same number of statements however many badges there are.
    """
    rows = {row.reference: row for row in db.session.execute(face_rows(Badge.id.in_([badge.id for badge in badges])))}
    return _Reader().faces([rows[badge.reference] for badge in badges], photos=True, seats=True)


def each_face(ids: Sequence[int], *, signed: bool = True, photos: bool = True) -> Iterator[BadgeFace]:
    """The faces of badges by their keys, in the order of their references, a few hundred in memory at a time.

    The keys come in that order. Unsigned faces have no code: for looking at their texts.
    """
    reader = _Reader(signed=signed)
    for start in range(0, len(ids), _BATCH):
        query = face_rows(Badge.id.in_(ids[start : start + _BATCH])).order_by(Badge.reference)
        yield from reader.faces(db.session.execute(query).all(), photos=photos, seats=True)


def longest_faces(fair_id: int, layout: Layout) -> list[BadgeFace]:
    """The fair's valid badges that are hardest to print: the longest names and companies, and one of each script.

    A fair without badges shows made-up ones. The layout tells whether portraits and seats are needed.
    """
    rows = db.session.execute(
        select(
            Badge.id, Person.native_name, Person.badge_name, Person.passport_name, Person.name_language, Company.name
        )
        .select_from(Badge)
        .join(Badge.person)
        .outerjoin(Badge.company)
        .where(Badge.fair_id == fair_id, Badge.state == BadgeState.ACTIVE)
        .order_by(Badge.id)
    ).all()
    chosen: dict[int, None] = {}
    texts = [(row.id, row.badge_name or row.native_name, row.passport_name, row.name or "") for row in rows]
    for n in (1, 3, 2):
        longest = sorted(texts, key=lambda found: -len(found[n]))
        chosen |= dict.fromkeys(found[0] for found in longest[:_LONGEST_OF_EACH] if found[n])
    scripts: dict[str, tuple[int, int]] = {}
    for row in rows:
        name = row.badge_name or row.native_name
        if not name.isascii():
            family = _script(name, row.name_language)
            scripts[family] = max(scripts.get(family, (0, 0)), (len(name), row.id))
    chosen |= dict.fromkeys(key for _length, key in scripts.values())
    if not chosen:
        return list(SAMPLES)
    ids = list(chosen)[:_MOST_SAMPLES]
    found = {row.id: row for row in db.session.execute(face_rows(Badge.id.in_(ids)).add_columns(Badge.id))}
    return _Reader().faces([found[key] for key in ids], photos=layout.shows_photo, seats=True)


def _script(name: str, language: str | None) -> str:
    """The font family of a name's first run that is not Latin, else of its first."""
    families = [run.font.partition("-")[0] for run in fonts.runs(name, language or None)]
    return next((one for one in families if one != fonts.LATIN), fonts.LATIN)


def blank_faces(
    fair: Fair, category: BadgeCategory, key: BadgeKey, blanks: Iterable[tuple[str, bytes, str]]
) -> list[BadgeFace]:
    """Faces of badges without a wearer, from number, serial and short code: the number stands where the name will be."""
    labels, private = _Reader().labels, private_key(key)
    vi, en = labels["vi"][category], labels["en"][category]
    return [
        BadgeFace(
            category=category, fair_name=fair.name_vi or fair.name_en, fair_dates=fair_dates(fair), native_name=number, native_language=None,
            passport_name="", company="", country_name="", country_code="", category_label_vi=vi, category_label_en=en,
            category_colour=category.tone, code=sign(serial, private), short_code=short,
        )
        for number, serial, short in blanks
    ]  # fmt: skip


def fair_dates(fair: Fair) -> str:
    """The fair's days as both languages read them: ``12–15/11/2026``."""
    first, last = fair.starts_on, fair.ends_on
    if first == last:
        return f"{last:%d/%m/%Y}"
    if (first.year, first.month) == (last.year, last.month):
        return f"{first:%d}–{last:%d/%m/%Y}"
    if first.year == last.year:
        return f"{first:%d/%m}–{last:%d/%m/%Y}"
    return f"{first:%d/%m/%Y}–{last:%d/%m/%Y}"


def badges_pdf(badges: Iterable[Badge]) -> bytes:
    """All badges as one PDF, each by its fair's layout for its category. Raises ValueError when there is none."""
    from fairs.badges.pdf import write_badges  # heavy: loaded by who prints

    wanted = list(badges)
    layouts = {fair_id: layouts_for(fair_id) for fair_id in {badge.fair_id for badge in wanted}}
    drawn = zip(faces(wanted), (layouts[badge.fair_id][badge.category] for badge in wanted), strict=True)
    out = io.BytesIO()
    write_badges(drawn, out)
    return out.getvalue()


def print_run(fair: Fair, ids: Sequence[int], out: IO[bytes]) -> int:
    """Write badges of a fair, by their keys in the order of their references, into a file; gives back how many.

    Large runs are drawn by several processes. Raises ValueError when there is none.
    """
    from fairs.badges.pdf import processes, write_badges

    layouts = layouts_for(fair.id)
    photos = any(layout.shows_photo for layout in layouts.values())
    jobs = ((face, layouts[face.category]) for face in each_face(ids, photos=photos))
    return write_badges(jobs, out, processes=processes())
