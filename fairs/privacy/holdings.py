"""Every table that holds something about a person: what of it goes into a copy, what an erasure takes, what stays and why.

A test walks over all tables: a column that points at a person, or at a record that belongs to one, is listed here. Who adds such
a table adds it here. ``OWN`` rows belong to the person; a ``POINTER`` is a record of somebody else that names the person.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import Table

from fairs.core.db import db

COUNTS = _l("Counts of visits and of supported guests are kept without names.")
VOUCHER = _l("Vouchers of public money are kept for as long as accounting law asks.")
PAPER = _l("Papers handed in and signed decisions are kept as they are, by the law on archives.")
COMPANY = _l("It is a record of the company; the person is only named by it.")
SAME = _l("The same record is reached another way.")
PROOF = _l("It proves what was agreed to and asked for, and that we obeyed.")
CASE = _l("Cases are kept as they were written, since they prove what happened at the fair.")
LOG = _l("It says which member of staff read a passport; nothing of the passport stands in it.")


@dataclass(frozen=True, slots=True)
class Holding:
    """A column that leads from a person, or a record of theirs, to rows of ``table``.

    ``own``: the rows belong to the person, go into a copy, and what points at them is followed. ``blank``: columns whose text
    an erasure removes; ``files``: columns of stored files that it deletes. ``why``: why the rest stays. ``hidden``: columns that
    are left out of a copy, since they are keys to something or speak of others.
    """

    table: str
    column: str
    title: Any = ""
    own: bool = True
    why: Any = COUNTS
    blank: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    hidden: tuple[str, ...] = ()

    @property
    def rows(self) -> Table:
        """The table itself."""
        return db.metadata.tables[self.table]

    @property
    def of(self) -> str:
        """The table that the column points at."""
        [key] = self.rows.c[self.column].foreign_keys
        return str(key.column.table.name)


def _pointer(table: str, column: str, why: Any) -> Holding:
    return Holding(table, column, own=False, why=why)


#: Lists as they were sent or shown, kept whole: the name is struck out in them.
LISTS = ("manifest_versions", "rooming_lists", "bulk_run_items")

#: In an order in which the rows that lead further come first.
HOLDINGS: tuple[Holding, ...] = (
    Holding("importers", "person_id", _l("Registrations as an importer"), why=COUNTS,
            blank=("looking_for", "past_customers", "meeting_wishes", "decision_note", "invited_by", "answers")),
    Holding("visitors", "person_id", _l("Registrations as a visitor"), blank=("press_card", "decision_note"),
            files=("press_file_id",), hidden=("press_file_id", "kiosk_id")),
    Holding("visitor_answers", "visitor_id", _l("Answers to the fair's questions"), blank=("text",), files=("file_id",), hidden=("file_id",)),
    Holding("delegation_members", "person_id", _l("Delegations of ceremonies"), hidden=("greeted_by_id",)),
    Holding("ceremony_seats", "member_id", _l("Seats")),
    Holding("badges", "person_id", _l("Badges"), files=("photo_id",), hidden=("serial", "fingerprint", "key_id", "short_code", "photo_id")),
    Holding("print_jobs", "badge_id", _l("Prints of badges"), blank=("note", "failed_note"), hidden=("by_id", "by_name", "ended_by", "lease")),
    Holding("exhibitor_staff", "person_id", _l("Work at a booth"), blank=("reason",)),
    Holding("visits", "person_id", _l("Days at the fairs")),
    Holding("scans", "badge_id", _l("Scans at the gates"), hidden=("code_digest", "device", "scan_id")),
    Holding("consents", "person_id", _l("Consents"), why=PROOF),
    Holding("notes", "person_id", _l("Notes, calls and meetings"), blank=("text",), hidden=("author_id", "done_by_id")),
    Holding("travel_documents", "person_id", _l("Passport"), why=LOG,
            hidden=("number_sealed", "birth_sealed", "number_digest", "scan_sha256")),
    Holding("document_readings", "document_id", _l("Who read the passport"), why=LOG, hidden=("by_id",)),
    Holding("letters", "person_id", _l("Invitation letters"), why=PAPER, blank=("name", "reason"),
            hidden=("sealed", "code_hash", "text_id", "signature_id", "facts")),
    Holding("letter_wishes", "importer_id", _l("Wishes for a letter"), blank=("embassy", "reason")),
    Holding("invitees", "person_id", _l("Invitations"), blank=("note", "decline_reason", "token_hash"), hidden=("token_hash",)),
    Holding("hostings", "person_id", _l("Support"), why=VOUCHER, blank=("reason",), hidden=("proposed_by_id", "proposed_for_id", "approved_by_id")),
    Holding("support_grants", "person_id", _l("Support from public funds"), why=VOUCHER,
            hidden=("proposed_by_id", "folded")),
    Holding("claims", "person_id", _l("Claims for refund"), why=VOUCHER, blank=("review_note", "reason", "account_sealed"),
            hidden=("account_sealed", "submitted_by_id", "reviewed_by_id", "reviewed_for_id", "approved_by_id", "approved_for_id")),
    Holding("claim_files", "claim_id", _l("Papers of claims"), why=VOUCHER, blank=("name",), hidden=("sealed_id", "sha256")),
    Holding("claim_lines", "claim_id", _l("Amounts of claims"), why=VOUCHER, blank=("text", "reason")),
    Holding("claim_meetings", "claim_id", _l("Meetings"), why=COUNTS, blank=("about",), hidden=("confirmed_by_id",)),
    Holding("claim_surveys", "claim_id", _l("Survey"), why=COUNTS, blank=("missing",)),
    Holding("claim_waivers", "claim_id", _l("Proofs not asked for"), why=VOUCHER, blank=("reason",),
            hidden=("asked_by_id", "asked_for_id", "decided_by_id")),
    Holding("claim_clashes", "claim_id", _l("Papers used before"), why=VOUCHER, blank=("reason", "note"),
            hidden=("asked_by_id", "asked_for_id", "decided_by_id")),
    Holding("claim_payments", "claim_id", _l("Refunds paid"), why=VOUCHER, blank=("account_sealed", "failed_because"), hidden=("account_sealed",)),
    Holding("claim_charges", "claim_id", _l("Amounts owed to us"), why=VOUCHER, blank=("reason", "end_reason"),
            hidden=("proposed_by_id", "proposed_for_id", "decided_by_id")),
    Holding("transfer_seats", "importer_id", _l("Transfers"), hidden=("run_id", "marked_by")),
    Holding("nominations", "invitee_id", _l("Who proposed the invitation"), blank=("why",), hidden=("source_id",)),
    Holding("invitation_mails", "invitee_id", _l("Mails of invitation"), hidden=("campaign_id", "message_id")),
    Holding("mail_stops", "person_id", _l("Mails not wanted"), why=PROOF, blank=("email",), hidden=("by_name", "email_digest")),
    Holding("contact_rows", "person_id", _l("Lists of contacts that were imported"), blank=("data", "problems", "hints", "cells", "found", "filled"),
            hidden=("found", "hints", "company_key", "person_choice", "company_choice")),
    Holding("flights", "importer_id", _l("Flights"), why=VOUCHER, blank=("note",)),
    Holding("stays", "importer_id", _l("Hotel"), why=VOUCHER, blank=("wishes", "diet", "reason"), hidden=("shares_with_id", "block_id", "room_id")),
    Holding("privacy_requests", "person_id", _l("Requests about these data"), why=PROOF, blank=("text", "proof"),
            files=("file_id",), hidden=("file_id", "received_by_id", "proposed_by_id", "proposed_for_id", "answered_by_id", "result")),
    _pointer("exhibitors", "contact_person_id", COMPANY),
    _pointer("selection_items", "person_id", PAPER),
    _pointer("support_clashes", "grant_id", VOUCHER),
    _pointer("support_clashes", "other_id", VOUCHER),
    _pointer("importers", "badge_id", SAME),
    _pointer("visitors", "badge_id", SAME),
    _pointer("delegation_members", "badge_id", SAME),
    _pointer("visits", "badge_id", SAME),
    _pointer("cases", "badge_id", CASE),
    _pointer("scan_acts", "badge_id", SAME),
    _pointer("scan_acts", "scan_id", SAME),
    _pointer("scan_conflicts", "badge_id", SAME),
    _pointer("scan_conflicts", "scan_id", SAME),
    _pointer("scan_conflicts", "other_scan_id", SAME),
    _pointer("exhibitor_staff", "badge_id", SAME),
    _pointer("hostings", "importer_id", SAME),
    _pointer("invitees", "importer_id", SAME),
    _pointer("badges", "replaced_by_id", SAME),
    _pointer("blanks", "badge_id", SAME),
    _pointer("invitees", "delegated_from_id", SAME),
    _pointer("stays", "shares_with_id", COUNTS),
    _pointer("claims", "hosting_id", SAME),
    _pointer("claims", "importer_id", SAME),
    _pointer("contact_rows", "invitee_id", SAME),
    _pointer("letters", "importer_id", SAME),
    _pointer("letters", "replaced_by_id", SAME),
    _pointer("reserve_moves", "freed_id", COUNTS),
    _pointer("reserve_moves", "hosting_id", COUNTS),
)  # fmt: skip


def known_holdings() -> list[Holding]:
    """The holdings in order."""
    return [holding for holding in HOLDINGS if holding.table in db.metadata.tables]


def owned() -> list[Holding]:
    """The holdings whose rows belong to the person."""
    return [holding for holding in known_holdings() if holding.own]


def columns_to_classify() -> set[tuple[str, str]]:
    """(table, column) of everything that points at a person or at a record that belongs to one."""
    personal = {"people", *(holding.table for holding in owned())}
    return {
        (table.name, key.parent.name)
        for table in db.metadata.sorted_tables
        for key in table.foreign_keys
        if key.column.table.name in personal
    }
