"""The list of letters, and the list of guests from which many get theirs at once."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from typing import IO, Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import Select

from fairs.calendar.context import current_fair
from fairs.core.actor import Actor
from fairs.core.errors import InvalidInput
from fairs.core.i18n import country_name
from fairs.core.lists import Args, BulkAction, BulkField, ListSpec, register_list
from fairs.core.sheets import Sheet, each
from fairs.directory.models import Company, Person
from fairs.identity.service import document_of
from fairs.importers.models import Importer
from fairs.letters.models import Letter
from fairs.letters.paper import write_letters
from fairs.letters.permissions import ISSUE_LETTER, VIEW_LETTERS
from fairs.letters.queries import (
    GuestFilter,
    LetterFilter,
    guests_matching,
    letters_in_force,
    letters_matching,
    signatories_of,
)
from fairs.letters.renewal import check_renewal, renew_letter
from fairs.letters.service import LetterDraft, check_letter, issue_letter, revoke_letter, standing_of, warning_of
from fairs.letters.states import LetterKind, LetterState


def wanted_of(args: Args) -> LetterFilter:
    """The filter that an address asks for."""
    return LetterFilter(
        args.get("q", "")[:200], args.get("state", ""), args.get("kind", ""), args.get("country", "")[:2]
    )


def guests_of(args: Args) -> GuestFilter:
    """The filter of the list of guests."""
    return GuestFilter(
        args.get("q", "")[:200], args.get("who", ""), args.get("letter", ""), args.get("passport", ""),
        args.get("country", "")[:2],
    )  # fmt: skip


def _keys(args: Args) -> Sequence[tuple[Any, bool]]:
    sort = args.get("sort", "-number")
    down = sort.startswith("-")
    if sort.removeprefix("-") == "until":
        return [(Letter.valid_until, down), (Letter.id, down)]
    return [(Letter.id, down)]


def _sheets(_fair: Any, query: Select[Letter]) -> Sequence[Sheet]:
    heads = [
        _("Register number"), _("Number"), _("Kind"), _("State"), _("Name in the passport"), _("Company"), _("Country"),
        _("Issued on"), _("Valid until"), _("Stay from"), _("Stay until"), _("Signed by"), _("Version of the text"),
        _("Replaced by"), _("Reason"),
    ]  # fmt: skip
    return [Sheet(_("Invitation letters"), heads, _rows(query))]


def _rows(query: Select[Letter]) -> Iterator[list[Any]]:
    for one in each(query):
        yield [
            one.number, one.reference, str(one.kind.label), str(standing_of(one).label), one.name,
            one.importer.company.name, country_name(one.country), one.issued_on, one.valid_until, one.stay_from,
            one.stay_to, one.signer_name, one.text.version, one.replaced_by.number if one.replaced_by else "", one.reason,
        ]  # fmt: skip


def _revoke(row: Letter, values: Mapping[str, Any], by: Actor) -> None:
    revoke_letter(row, reason=values["reason"], by=by)


def _renew(row: Letter, values: Mapping[str, Any], by: Actor) -> Mapping[str, Any]:
    until = date.fromisoformat(values["valid_until"]) if values.get("valid_until") else None
    letter = renew_letter(row, int(values["signatory"]), valid_until=until, reason=values["reason"], by=by)
    return {"letter": letter.reference}


def _renewed(rows: Sequence[Letter]) -> Sequence[Letter]:
    """The letters that came in the place of these."""
    return [row.replaced_by for row in rows if row.replaced_by is not None]


def _check_print(row: Letter, _values: Mapping[str, Any]) -> None:
    if row.state is not LetterState.ISSUED:
        row.require_move(LetterState.REVOKED)  # says that it is over
    if row.is_removed:
        raise InvalidInput(_("Removed with the passport data."))


def _nothing(_row: Letter, _values: Mapping[str, Any], _by: Actor) -> None:
    """Printing changes nothing: the PDF is made when it is opened."""


def _bundle_anew(rows: Sequence[Letter], kind: str, target: IO[bytes], by: Actor, tick: Callable[[int], None]) -> None:
    _bundle(_renewed(rows), kind, target, by, tick)


def _bundle(rows: Sequence[Letter], kind: str, target: IO[bytes], by: Actor, tick: Callable[[int], None]) -> None:
    write_letters([row.id for row in rows if not row.is_removed], kind, target, by=by, tick=tick)


def signatory_choices() -> list[tuple[str, Any]]:
    """Who signs at the fair of this page."""
    return [(str(one.id), f"{one.name}, {one.title_vi}") for one in signatories_of(current_fair().id)]


LETTERS = register_list(
    ListSpec(
        "letters", _l("Invitation letters"), "letters.index", VIEW_LETTERS, ("state", "kind", "country", "q", "sort"),
        query=lambda fair, args: letters_matching(fair, wanted_of(args)), keys=_keys, reference=Letter.reference,
        name_of=lambda row: row.name, sheets=_sheets, record=("letters.show", "reference"), panel=True,
        actions=(
            BulkAction(
                "print", _l("Print"), "printer", ISSUE_LETTER, _check_print, _nothing, bundle=_bundle,
            ),
            BulkAction(
                "renew", _l("Issue anew"), "refresh", ISSUE_LETTER, lambda row, _values: check_renewal(row), _renew,
                tone="primary", bundle=_bundle_anew,
                tells=_l("For letters that say old days or an old place. Each takes the next number of its register and goes to the guest by e-mail; the check of the old one says that it was replaced."),
                fields=(
                    BulkField("signatory", _l("Signed by"), "choice", required=True, choices=signatory_choices),
                    BulkField("reason", _l("Why the letter is replaced"), "text", _l("For example: the fair was moved."), True, 400),
                    BulkField(
                        "valid_until", _l("Valid until"), "date",
                        _l("Empty: until the last day of each guest's stay, at least of the fair."),
                    ),
                ),
            ),
            BulkAction(
                "revoke", _l("Revoke"), "file-x", ISSUE_LETTER,
                lambda row, _values: row.require_move(LetterState.REVOKED), _revoke, tone="danger",
                tells=_l("Each guest is told the reason; a consulate that checks the letter sees that it is revoked."),
                fields=(BulkField("reason", _l("Reason"), "lines", _l("The guest reads it."), True, 400),),
            ),
        ),
    )
)  # fmt: skip


# --- guests -----------------------------------------------------------------------------------------------------------


def kind_choices() -> list[tuple[str, Any]]:
    """Kinds of letters to choose from."""
    return [(str(kind), kind.label) for kind in LetterKind]


def _kind(values: Mapping[str, Any]) -> LetterKind:
    value = values.get("kind") or LetterKind.INVITATION
    return LetterKind(value)


def _check(row: Importer, values: Mapping[str, Any]) -> None:
    check_letter(row, _kind(values))


def _issue(row: Importer, values: Mapping[str, Any], by: Actor) -> Mapping[str, Any]:
    until = date.fromisoformat(values["valid_until"]) if values.get("valid_until") else None
    letter = issue_letter(row, LetterDraft(_kind(values), int(values["signatory"]), until), by=by)
    document = document_of(row.person_id)
    warning = warning_of(document.expires_on if document is not None else None, letter.stay_from)
    return {"letter": letter.reference, "warning": warning}


def _bundle_guests(
    rows: Sequence[Importer], kind: str, target: IO[bytes], by: Actor, tick: Callable[[int], None]
) -> None:
    """The letters that these guests have, the newest of each."""
    found = letters_in_force([row.id for row in rows])
    _bundle([found[row.id][-1] for row in rows if row.id in found], kind, target, by, tick)


def _guest_sheets(_fair: Any, query: Select[Importer]) -> Sequence[Sheet]:
    heads = [_("Number"), _("Name"), _("Name in the passport"), _("Company"), _("Country"), _("E-mail")]
    rows = (
        [row.reference, row.person.native_name, row.person.passport_name, row.company.name,
         country_name(row.company.country), row.person.email]
        for row in each(query)
    )  # fmt: skip
    return [Sheet(_("Guests"), heads, rows)]


_SORTS: Mapping[str, tuple[Any, ...]] = {
    "company": (Company.folded.label("company_folded"), Importer.id),
    "name": (Person.folded.label("person_folded"), Importer.id),
}


def _guest_keys(args: Args) -> Sequence[tuple[Any, bool]]:
    sort = args.get("sort", "name")
    keys = _SORTS.get(sort.removeprefix("-"), _SORTS["name"])
    return [(key, sort.startswith("-")) for key in keys]


GUESTS = register_list(
    ListSpec(
        "letter_guests", _l("Letters for guests"), "letters.guests", VIEW_LETTERS,
        ("who", "letter", "passport", "country", "q", "sort"),
        query=lambda fair, args: guests_matching(fair.id, guests_of(args)), keys=_guest_keys,
        reference=Importer.reference, name_of=lambda row: row.person.display_name, sheets=_guest_sheets,
        record=("guests.show", "reference"),
        actions=(
            BulkAction(
                "issue", _l("Issue letters"), "mail-forward", ISSUE_LETTER, _check, _issue, tone="primary",
                tells=_l("Each letter takes the next number of its register and goes to the guest by e-mail."),
                bundle=_bundle_guests,
                fields=(
                    BulkField("kind", _l("Kind"), "choice", required=True, choices=kind_choices),
                    BulkField("signatory", _l("Signed by"), "choice", required=True, choices=signatory_choices),
                    BulkField(
                        "valid_until", _l("Valid until"), "date",
                        _l("Empty: until the last day of each guest's stay, at least of the fair."),
                    ),
                ),
            ),
        ),
    )
)  # fmt: skip
