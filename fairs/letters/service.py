"""Issuing letters, replacing and revoking them; wishes for a letter; removal with the passport."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from fairs.audit.service import record
from fairs.calendar.models import Fair
from fairs.core.actor import Actor
from fairs.core.clock import now
from fairs.core.crypto import decrypt, encrypt, rotate
from fairs.core.db import db, transaction
from fairs.core.errors import Conflict, InvalidInput
from fairs.core.sequences import next_number, next_reference
from fairs.core.text import clean, one_line
from fairs.core.tokens import digest
from fairs.directory.models import Person
from fairs.hosting.models import Hosting
from fairs.hosting.queries import hosting_of
from fairs.identity.models import TravelDocument
from fairs.identity.service import document_of, read_passport
from fairs.importers.models import Importer
from fairs.importers.service import link_for
from fairs.importers.states import ImporterState
from fairs.letters.errors import LetterInForce, LetterRemoved, NotInvited, PassportExpires, PassportIncomplete
from fairs.letters.models import Letter, LetterText, LetterWish, Signatory
from fairs.letters.queries import letter_in_force, signatory, wish_of, wording_of
from fairs.letters.states import LetterKind, LetterState, Standing, WishState
from fairs.letters.stays import Stay, stays_of
from fairs.messages.service import Notice, send

CODE_LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's: no I, L, O, U
LONG_ENOUGH = 182
"""Days that a passport should be valid beyond the arrival: six months, as Viet Nam asks of travellers."""
LONGEST_STAY = 180
MAX_VALID = timedelta(days=400)


@dataclass(frozen=True, slots=True)
class LetterDraft:
    """What is decided when a letter is issued; what is empty follows from what is known of the guest.

    ``reason`` says why the letter that the guest has is replaced; empty: there must be none.
    """

    kind: LetterKind
    signatory_id: int
    valid_until: date | None = None
    stay_from: date | None = None
    stay_to: date | None = None
    address_vi: str = ""
    address_en: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Opened:
    """What a letter says of the person, and the code of its check: what goes when the passport is removed."""

    number: str
    birth_date: date | None
    nationality: str
    expires_on: date | None
    code: str
    native_name: str = ""
    language: str = ""  # of the native name (BCP 47)
    position: str = ""


def what_is_missing(kind: LetterKind, person: Person, document: TravelDocument | None) -> list[str]:
    """What a letter of the kind needs and is not there, in words."""
    missing = [] if person.passport_name else [_("name as in the passport")]
    if document is None or not document.has_number:
        return [*missing, _("passport number")]
    if kind is LetterKind.VISA:
        known = {
            _("birth date"): document.birth_sealed, _("nationality"): document.nationality,
            _("day the passport expires"): document.expires_on,
        }  # fmt: skip
        missing += [name for name, value in known.items() if not value]
    return missing


def check_letter(importer: Importer, kind: LetterKind, *, replacing: bool = False) -> Letter | None:
    """Raise the DomainError for which the importer cannot get a letter of the kind now; gives back the one that stands."""
    if importer.state is not ImporterState.APPROVED:
        raise NotInvited
    missing = what_is_missing(kind, importer.person, document_of(importer.person_id))
    if missing:
        raise PassportIncomplete(_("Missing: %(what)s.", what=", ".join(missing)))
    before = letter_in_force(importer.id, kind)
    if before is not None and not replacing and before.valid_until >= importer.fair.today:
        raise LetterInForce
    return before


def warning_of(expires_on: date | None, arrives_on: date) -> str:
    """What is to be said of a passport that ends soon after the arrival; empty when it lasts long enough."""
    if expires_on is not None and expires_on < arrives_on + timedelta(days=LONG_ENOUGH):
        return str(_("The passport expires within six months of the arrival."))
    return ""


def issue_letter(importer: Importer, draft: LetterDraft, *, by: Actor, tell: bool = True) -> Letter:
    """Issue a letter with the next number of its register, in this transaction; with a reason it replaces the one there is.

    The guest gets it by mail. Raises NotInvited, PassportIncomplete, PassportExpires, LetterInForce, InvalidInput.
    """
    with transaction():
        # The registers before the registration: many letters in one transaction and a single one lock in one order. What is
        # refused below takes its number back.
        fair = db.session.get_one(Fair, importer.fair_id)
        year = fair.today.year
        serial = next_number(f"letter:{draft.kind}:{year}")
        reference = next_reference(fair.code, "L")
        row = db.session.get_one(Importer, importer.id, with_for_update=True, populate_existing=True)
        reason = clean(draft.reason)[:400]
        before = check_letter(row, draft.kind, replacing=bool(reason))
        signer = signatory(fair.id, draft.signatory_id)
        if signer.retired_at is not None:
            raise InvalidInput(_l("Please choose who signs."), field="signatory")
        hosting = hosting_of(row.id)
        stay = _stay(fair, row, hosting, draft)
        valid_until = draft.valid_until or max(stay.last, fair.ends_on)
        _check_days(fair, stay, valid_until)
        passport = read_passport(row.person, purpose=f"letter {reference}", by=by)
        if passport is None:
            raise PassportIncomplete
        if passport.expires_on is not None and passport.expires_on < stay.last:
            raise PassportExpires
        text, wording = _text(fair, draft.kind, by)
        if before is not None:
            _end(before, LetterState.REPLACED, reason or _("The letter had expired."), by)
        code = new_code()
        letter = Letter(
            fair_id=fair.id, importer_id=row.id, person_id=row.person_id, kind=draft.kind, reference=reference, year=year,
            serial=serial, number=f"{serial}/{wording.symbol}", state=LetterState.ISSUED, issued_on=fair.today,
            valid_until=valid_until, stay_from=stay.first, stay_to=stay.last, name=passport.name,
            country=row.company.country, facts=_facts(fair, row, hosting, stay), code_hash=digest(code), text_id=text.id,
            sealed=seal(Opened(
                passport.number, passport.birth_date, passport.nationality, passport.expires_on, code,
                row.person.native_name, row.person.name_language, row.person.job_title,
            )),
            signer_name=signer.name, signer_title_vi=signer.title_vi, signer_title_en=signer.title_en,
            signature_id=signer.picture_id, by_name=by.label[:250],
        )  # fmt: skip
        db.session.add(letter)
        db.session.flush()
        if before is not None:
            before.replaced_by_id = letter.id
        _answer_wish(row.id)
        record("letters.issue", letter, by=by, after={
            "number": letter.number, "kind": draft.kind, "text": text.version, "signer": signer.name,
            "replaces": before.number if before is not None else "", "reason": reason,
        })  # fmt: skip
        if tell:
            _tell(letter, "issued")
        return letter


def _stay(fair: Fair, importer: Importer, hosting: Hosting | None, draft: LetterDraft) -> Stay:
    known = stays_of(fair, [importer], {importer.id: hosting} if hosting is not None else {})[importer.id]
    first = draft.stay_from or known.first
    return Stay(
        first, draft.stay_to or max(known.last, first), one_line(draft.address_vi)[:300] or known.address_vi,
        one_line(draft.address_en)[:300] or one_line(draft.address_vi)[:300] or known.address_en,
    )  # fmt: skip


def _check_days(fair: Fair, stay: Stay, valid_until: date) -> None:
    if stay.last < stay.first or (stay.last - stay.first).days > LONGEST_STAY:
        raise InvalidInput(_l("The stay ends after it begins, within 180 days."), field="stay_to")
    if valid_until < max(fair.today, stay.first):
        raise InvalidInput(_l("The letter would expire before the guest arrives."), field="valid_until")
    if valid_until > fair.ends_on + MAX_VALID:
        raise InvalidInput(_l("This day is too far away."), field="valid_until")


def _text(fair: Fair, kind: LetterKind, by: Actor) -> tuple[LetterText, Any]:
    """The version that counts. The standard text becomes version 1 of the fair with its first letter: it never changes then."""
    row, wording = wording_of(fair.id, kind)
    if row is None:
        db.session.get_one(Fair, fair.id, with_for_update=True, populate_existing=True)
        row, wording = wording_of(fair.id, kind)
    if row is None:
        row = LetterText(
            fair_id=fair.id, kind=kind, version=1, texts=wording.as_dict(), by_id=by.user_id, by_name=by.label[:250]
        )
        db.session.add(row)
        db.session.flush()
    return row, wording


def _facts(fair: Fair, importer: Importer, hosting: Hosting | None, stay: Stay) -> dict[str, Any]:
    """What the text speaks of, as it is now; plain JSON, without anything of the person."""
    wish = wish_of(importer.id)
    facts: dict[str, Any] = {
        "company": importer.company.name, "fair_vi": fair.name_vi, "fair_en": fair.name_en or fair.name_vi, "starts_on": fair.starts_on.isoformat(),
        "ends_on": fair.ends_on.isoformat(), "venue_vi": fair.venue_vi or fair.city,
        "venue_en": fair.venue_en or fair.venue_vi or fair.city, "city": fair.city, "address_vi": stay.address_vi,
        "address_en": stay.address_en, "embassy": wish.embassy if wish is not None else "", "tier": "",
    }  # fmt: skip
    if hosting is not None and hosting.is_granted:
        facts |= {
            "tier": str(hosting.tier), "nights": hosting.funded_nights, "currency": hosting.currency,
            "paid_from": hosting.funded_from.isoformat() if hosting.funded_from else "",
            "paid_to": hosting.funded_to.isoformat() if hosting.funded_to else "",
            "travel_cap": hosting.travel_cap_minor, "night_cap": hosting.night_cap_minor,
        }  # fmt: skip
    return facts


def facts_now(importer: Importer) -> tuple[dict[str, Any], Stay]:
    """What a letter would speak of if it were issued now, for a preview."""
    hosting = hosting_of(importer.id)
    stay = stays_of(importer.fair, [importer], {importer.id: hosting} if hosting is not None else {})[importer.id]
    return _facts(importer.fair, importer, hosting, stay), stay


def new_code() -> str:
    """A code of the check: sixteen letters and digits that nobody guesses (80 bits)."""
    return "".join(secrets.choice(CODE_LETTERS) for _place in range(16))


def shown_code(code: str) -> str:
    """In groups of four, to be read and typed."""
    return "-".join(code[i : i + 4] for i in range(0, 16, 4))


def seal(opened: Opened) -> bytes:
    """Encrypted for the database."""
    values: Mapping[str, Any] = {
        "number": opened.number, "birth": opened.birth_date.isoformat() if opened.birth_date else "",
        "nationality": opened.nationality, "expires": opened.expires_on.isoformat() if opened.expires_on else "",
        "code": opened.code, "native_name": opened.native_name, "language": opened.language, "position": opened.position,
    }  # fmt: skip
    return encrypt(json.dumps(values).encode())


def unseal(letter: Letter) -> Opened:
    """What the letter says of the person; raises LetterRemoved. Who shows it to somebody writes the reading down."""
    if letter.sealed is None:
        raise LetterRemoved
    values = json.loads(decrypt(letter.sealed))
    return Opened(
        values["number"], date.fromisoformat(values["birth"]) if values["birth"] else None, values["nationality"],
        date.fromisoformat(values["expires"]) if values["expires"] else None, values["code"], values["native_name"],
        values["language"], values["position"],
    )  # fmt: skip


def standing_of(letter: Letter) -> Standing:
    """What the check answers today."""
    if letter.state is LetterState.REVOKED:
        return Standing.REVOKED
    if letter.state is LetterState.REPLACED:
        return Standing.REPLACED
    return Standing.EXPIRED if letter.valid_until < letter.fair.today else Standing.VALID


def revoke_letter(letter: Letter, *, reason: str, by: Actor, tell: bool = True) -> Letter:
    """Revoke a letter: its number stays, the check says so, the guest is told. Raises InvalidInput, InvalidTransition."""
    if not clean(reason):
        raise InvalidInput(_l("Say why it is revoked."), field="reason")
    with transaction():
        row = db.session.get_one(Letter, letter.id, with_for_update=True, populate_existing=True)
        _end(row, LetterState.REVOKED, clean(reason)[:400], by)
        if tell:
            _tell(row, "revoked")
        return row


def _end(letter: Letter, state: LetterState, reason: str, by: Actor) -> None:
    before = letter.state
    letter.move_to(state)
    letter.ended_at, letter.reason = now(), reason[:400]
    record("letters.end", letter, by=by, before={"state": before}, after={"state": state, "reason": reason})
    db.session.flush()


def _tell(letter: Letter, template: str) -> None:
    importer = letter.importer
    locale = importer.locale if importer.locale in {"vi", "en"} else "en"
    send(Notice(
        f"letters/{template}", importer.person.display_name, importer.person.email or None, importer.locale,
        {
            "fair_name": letter.fair.name_vi if locale == "vi" else letter.fair.name_en, "number": letter.number,
            "valid_until": letter.valid_until, "reason": letter.reason, "page": f"/i/{link_for(importer)}",
        },
        letter.fair_id, attachments=[("letter", letter.reference)] if template == "issued" else (),
    ))  # fmt: skip


def ask_for_passport(importer: Importer) -> bool:
    """Ask the guest by mail for what the letter needs and is missing; inside transaction(). False when nothing is."""
    missing = what_is_missing(LetterKind.VISA, importer.person, document_of(importer.person_id))
    if not missing or importer.state is not ImporterState.APPROVED:
        return False
    locale = importer.locale if importer.locale in {"vi", "en"} else "en"
    send(Notice(
        "letters/passport_wanted", importer.person.display_name, importer.person.email or None, importer.locale,
        {
            "fair_name": importer.fair.name_vi if locale == "vi" else importer.fair.name_en,
            "page": f"/i/{link_for(importer)}/passport",
        },
        importer.fair_id,
    ))  # fmt: skip
    return True


# --- wishes -----------------------------------------------------------------------------------------------------------


def wish_letter(importer: Importer, *, embassy: str, by: Actor) -> LetterWish:
    """The importer asks for a visa letter; asked again after a refusal it is open anew. Raises NotInvited, Conflict."""
    with transaction():
        row = db.session.get_one(Importer, importer.id, with_for_update=True, populate_existing=True)
        if row.state is not ImporterState.APPROVED:
            raise NotInvited
        wish = wish_of(row.id)
        if wish is None:
            wish = LetterWish(fair_id=row.fair_id, importer_id=row.id, kind=LetterKind.VISA, asked_at=now())
            db.session.add(wish)
        elif wish.state is not WishState.OPEN:
            wish.move_to(WishState.OPEN)
            wish.asked_at, wish.reason = now(), ""
        wish.embassy = one_line(embassy)[:200]
        db.session.flush()
        record("letters.wish", wish, by=by, after={"embassy": wish.embassy})
        return wish


def refuse_wish(wish: LetterWish, *, reason: str, by: Actor) -> LetterWish:
    """No letter for this importer, with the reason that they read. Raises InvalidInput, InvalidTransition."""
    if not clean(reason):
        raise InvalidInput(_l("Say why there is no letter."), field="reason")
    with transaction():
        row = db.session.get_one(LetterWish, wish.id, with_for_update=True, populate_existing=True)
        row.move_to(WishState.REFUSED)
        row.reason = clean(reason)[:400]
        record("letters.refuse", row, by=by, after={"reason": row.reason})
        return row


def _answer_wish(importer_id: int) -> None:
    wish = wish_of(importer_id)
    if wish is not None and wish.state is not WishState.ANSWERED:
        wish.move_to(WishState.ANSWERED)


# --- removal ----------------------------------------------------------------------------------------------------------


def remove_letters_of(person_id: int) -> int:
    """Remove what the person's letters say of the passport, inside transaction(): number, days and state stay."""
    rows = db.session.scalars(
        select(Letter).where(Letter.person_id == person_id, Letter.sealed.is_not(None)).with_for_update()
    ).all()
    for row in rows:
        row.sealed = None
    db.session.flush()
    return len(rows)


def rotate_letters() -> int:
    """Seal what letters say of passports anew by the newest key, inside transaction(); gives back how many."""
    rows = db.session.scalars(
        select(Letter).where(Letter.sealed.is_not(None)).order_by(Letter.id).with_for_update()
    ).all()
    for row in rows:
        row.sealed = rotate(row.sealed or b"")
    return len(rows)


# --- who signs --------------------------------------------------------------------------------------------------------


def retire_signatory(row: Signatory, *, by: Actor) -> None:
    """Somebody signs no more letters; those that they signed stay as they are. Raises Conflict when it was done before."""
    with transaction():
        found = db.session.get_one(Signatory, row.id, with_for_update=True, populate_existing=True)
        if found.retired_at is not None:
            raise Conflict
        found.retired_at = now()
        record("letters.retire_signatory", found, by=by)
