"""Imported lists that wait for a person."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from fairs.contacts.models import ContactImport
from fairs.contacts.permissions import IMPORT_SUPPORT
from fairs.contacts.states import ImportKind, ImportState, RowState
from fairs.invitations.permissions import INVITE
from fairs.workplace.inbox import Kind, Why

KINDS = (
    Kind(
        key="contacts-decide",
        states=(ImportState.PREVIEW, ImportState.WAITING),
        model=ContactImport,
        where=(
            ContactImport.state.in_((ImportState.PREVIEW, ImportState.WAITING)),
            ContactImport.kind == ImportKind.CONTACTS,
        ),
        permission=INVITE,
        counts_from=ContactImport.touched_at,
        days=2,
        icon="user-question",
        reason=_l("List of contacts to be decided"),
        title=lambda n: ngettext(
            "%(num)s list of contacts waits for a person", "%(num)s lists of contacts wait for a person", n
        ),
        who=lambda found: found.source_name,
        what=lambda found: found.file_name,
        button=_l("Decide and import"),
        page=lambda found: ("contacts.show", {"import_id": found.id}),
        list_page=("contacts.index", {}),
    ),
    Kind(
        key="support-list",
        states=(ImportState.PREVIEW,),
        model=ContactImport,
        where=(ContactImport.state == ImportState.PREVIEW, ContactImport.kind == ImportKind.SUPPORT),
        permission=IMPORT_SUPPORT,
        counts_from=ContactImport.touched_at,
        days=2,
        icon="coins",
        reason=_l("Support list to be imported"),
        title=lambda n: ngettext(
            "%(num)s support list of another office waits", "%(num)s support lists of other offices wait", n
        ),
        who=lambda found: found.source_name,
        what=lambda found: found.file_name,
        button=_l("Look and import"),
        page=lambda found: ("external.show", {"import_id": found.id}),
        list_page=("external.index", {}),
    ),
)

NOBODY = {
    ImportState: {
        ImportState.UPLOADED: Why.AUTOMATIC,  # nobody went on with it: after two weeks it is thrown away
        ImportState.CHECKING: Why.AUTOMATIC,
        ImportState.RUNNING: Why.AUTOMATIC,
        ImportState.DONE: Why.FINAL,
        ImportState.UNDOING: Why.AUTOMATIC,
        ImportState.UNDONE: Why.FINAL,
    },
    RowState: {
        RowState.NEW: Why.AUTOMATIC,  # of rows the list itself speaks
        RowState.KNOWN: Why.AUTOMATIC,
        RowState.UNSURE: Why.AUTOMATIC,
        RowState.WRONG: Why.FINAL,
        RowState.MERGED: Why.FINAL,
        RowState.LEFT: Why.FINAL,
        RowState.IMPORTED: Why.FINAL,
        RowState.KEPT: Why.FINAL,
        RowState.UNDONE: Why.FINAL,
    },
}
