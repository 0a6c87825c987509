"""Writing the texts of letters and the list of those who sign."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select

from fairs.audit.service import record
from fairs.calendar.models import Fair
from fairs.core.actor import Actor
from fairs.core.db import db, transaction
from fairs.core.errors import InvalidInput
from fairs.core.storage import Upload, judge, keep
from fairs.core.text import one_line
from fairs.letters.models import LetterText, Signatory
from fairs.letters.queries import versions_of
from fairs.letters.states import LetterKind
from fairs.letters.texts import STANDARD, LetterWording, checked


@dataclass(frozen=True, slots=True)
class SignatoryDraft:
    """Who signs, as typed; ``picture`` is a PNG of the signature."""

    name: str
    title_vi: str
    title_en: str
    picture: Upload | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """A piece of a comparison: ``kind`` is same, added or removed."""

    kind: str
    text: str


def save_wording(fair: Fair, kind: LetterKind, wording: LetterWording, *, by: Actor, origin: str = "") -> LetterText:
    """The next version of a text. Raises InvalidInput with the field; for a symbol that the other register uses, too."""
    clean_one = checked(wording)
    with transaction():
        db.session.get_one(Fair, fair.id, with_for_update=True, populate_existing=True)
        _check_symbol(kind, clean_one.symbol)
        last = next(iter(versions_of(fair.id, kind, limit=1)), None)
        if last is not None and LetterWording.of(last.texts) == clean_one:
            raise InvalidInput(_l("The text is the same as in version %(n)s.", n=last.version), field="symbol")
        row = LetterText(
            fair_id=fair.id, kind=kind, version=last.version + 1 if last is not None else 1, texts=clean_one.as_dict(),
            origin=origin[:60], by_id=by.user_id, by_name=by.label[:250],
        )  # fmt: skip
        db.session.add(row)
        db.session.flush()
        record("letters.save_text", row, by=by, after={"kind": kind, "version": row.version, "origin": origin})
        return row


def _check_symbol(kind: LetterKind, symbol: str) -> None:
    """Two registers with one symbol would give the same number to two papers."""
    others = db.session.scalars(select(LetterText.texts).where(LetterText.kind != kind)).all()
    used = {str(texts["symbol"]) for texts in others} | {
        one.symbol for other, one in STANDARD.items() if other is not kind
    }
    if symbol in used:
        raise InvalidInput(_l("The other kind of letter has this symbol."), field="symbol")


def restore_version(fair: Fair, row: LetterText, *, by: Actor) -> LetterText:
    """An earlier version, or that of another fair, as the newest one here. Raises InvalidInput when it counts already."""
    other = db.session.get_one(Fair, row.fair_id)
    return save_wording(fair, row.kind, LetterWording.of(row.texts), by=by, origin=f"{other.code} {row.version}")


def changes_between(before: str, after: str) -> list[Change]:
    """What was taken out and put in, word by word; line ends stay."""
    old, new = _words(before), _words(after)
    found: list[Change] = []
    for tag, i1, i2, j1, j2 in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            found.append(Change("same", "".join(old[i1:i2])))
            continue
        if i2 > i1:
            found.append(Change("removed", "".join(old[i1:i2])))
        if j2 > j1:
            found.append(Change("added", "".join(new[j1:j2])))
    return found


def _words(text: str) -> Sequence[str]:
    pieces: list[str] = []
    for line in text.splitlines(keepends=True):
        words = line.split(" ")
        pieces += [word + " " for word in words[:-1]] + [words[-1]]
    return [piece for piece in pieces if piece]


def save_signatory(fair: Fair, draft: SignatoryDraft, *, row: Signatory | None = None, by: Actor) -> Signatory:
    """Add somebody who signs, or change them: letters that are out stay as they are. Raises InvalidInput with the field."""
    values = {name: one_line(getattr(draft, name))[:200] for name in ("name", "title_vi", "title_en")}
    for name, value in values.items():
        if not value:
            raise InvalidInput(_l("Please fill this in."), field=name)
    if draft.picture is not None and judge(draft.picture, field="picture") != "image/png":
        raise InvalidInput(_l("The signature has to be a PNG picture."), field="picture")
    with transaction():
        if row is None:
            last = db.session.scalar(select(func.max(Signatory.position)).where(Signatory.fair_id == fair.id)) or 0
            row = Signatory(fair_id=fair.id, position=last + 1, name="", title_vi="", title_en="")
            db.session.add(row)
        else:
            row = db.session.get_one(Signatory, row.id, with_for_update=True, populate_existing=True)
        for name, value in values.items():
            setattr(row, name, value)
        if draft.picture is not None:
            # The earlier picture stays in the store: letters that are out were signed with it.
            row.picture_id = keep("signature", draft.picture.content, "image/png").id
        db.session.flush()
        record("letters.save_signatory", row, by=by, after={**values, "picture": draft.picture is not None})
        return row
