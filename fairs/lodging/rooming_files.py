"""A rooming list as files: PDF on the broad side and a spreadsheet, in the hotel's language."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from flask import current_app
from flask_babel import force_locale
from flask_babel import gettext as _

from fairs.calendar.models import Fair
from fairs.core.db import db
from fairs.core.i18n import country_name, format_date
from fairs.core.pdf import Block, Column, KeyValues, Letterhead, Notice, Paragraph, Table, build_document
from fairs.core.sheets import XLSX, Sheet, workbook
from fairs.core.text import slugify
from fairs.lodging.models import RoomingList
from fairs.lodging.rooming import COLUMNS, Row, Version, sent_version
from fairs.messages.render import Attachment

_KINDS = ("new", "amended", "cancelled")


def kind_label(kind: str) -> str:
    """What happened to a row, as people read it."""
    return str({"new": _("New"), "amended": _("Amended"), "cancelled": _("Cancelled")}[kind])


def cell(name: str, value: Any) -> str:
    """A value of a row as people read it, in the present language."""
    if name in ("arrives_on", "leaves_on"):
        return format_date(date.fromisoformat(value)) if value else ""
    if name == "payer":
        return "; ".join(_span(*one) for one in value or ())
    if name in ("smoking", "accessible"):
        return _("yes") if value else ""
    if name == "nationality":
        return country_name(value) if value else ""
    return "" if value is None else str(value)


def _span(first: str, until: str, payer: str) -> str:
    start, end = date.fromisoformat(first), date.fromisoformat(until)
    who = {"organiser": _("organiser"), "guest": _("guest"), "both": _("organiser up to the ceiling, guest the rest")}[
        payer
    ]
    return f"{start:%d/%m}–{end:%d/%m}: {who}"


def changed_words(fields: Sequence[Sequence[Any]]) -> list[str]:
    """What changed, as "Arrival: 3 Nov 2026 → 4 Nov 2026"."""
    return [f"{COLUMNS[name]}: {cell(name, old) or '–'} → {cell(name, new) or '–'}" for name, old, new in fields]


def file_name(version: Version, extension: str) -> str:
    """The name of the file: hotel and version."""
    number = f"v{version.number}" if version.sent else "draft"
    return f"rooming-list-{slugify(version.hotel.name)}-{number}.{extension}"


def spreadsheet(version: Version) -> bytes:
    """The list as XLSX: a sheet of what changed since the version before, a sheet of all guests."""
    fair = db.session.get_one(Fair, version.hotel.fair_id)
    with force_locale(version.hotel.locale):
        heads = [_("No."), *(str(label) for label in COLUMNS.values())]
        numbers = {row["key"]: place for place, row in enumerate(version.rows, 1)}
        changes = [
            [kind_label(one["kind"]), "\n".join(changed_words(one["fields"])), numbers.get(one["row"]["key"], ""), *_cells(one["row"])]
            for one in version.changes
        ]  # fmt: skip
        rows = [[place, *_cells(row)] for place, row in enumerate(version.rows, 1)]
        sheets = [Sheet(_("All guests"), heads, rows)]
        if version.number > 1:
            sheets.insert(0, Sheet(_("Changes"), [_("What"), _("What changed"), *heads], changes))
        return workbook(sheets, time_zone=fair.time_zone)


def _cells(row: Row) -> list[Any]:
    return [
        date.fromisoformat(row[name]) if name in ("arrives_on", "leaves_on")
        else row[name] if name == "nights"
        else cell(name, row[name])
        for name in COLUMNS
    ]  # fmt: skip


def document(version: Version) -> bytes:
    """The list as PDF, A4 on its broad side: first what changed since the version before, then all guests."""
    hotel = version.hotel
    fair = db.session.get_one(Fair, hotel.fair_id)
    config = current_app.extensions["fairs_config"]
    with force_locale(hotel.locale):
        made = version.sent.created_at if version.sent else None
        state = (
            _("Version %(n)s of %(day)s", n=version.number, day=format_date(made))
            if made is not None
            else _("Draft of version %(n)s, not sent", n=version.number)
        )
        vietnamese = hotel.locale == "vi"
        blocks: list[Block] = [
            KeyValues(
                [
                    (_("Hotel"), hotel.name), (_("Fair"), f"{fair.name_vi if vietnamese else fair.name_en}"),
                    (_("Address"), hotel.address_vi if vietnamese else hotel.address_en or hotel.address_vi),
                    (_("Guests"), str(len(version.rows))),
                ],
                columns=2,
            )
        ]  # fmt: skip
        if version.number > 1:
            counted = {kind: sum(one["kind"] == kind for one in version.changes) for kind in _KINDS}
            words = ", ".join(f"{kind_label(kind)}: {count}" for kind, count in counted.items())
            blocks += [
                Paragraph(_("Changes since version %(n)s", n=version.number - 1), style="heading"),
                Notice(words),
            ]
            if version.changes:
                blocks.append(_changes(version))
            blocks.append(Paragraph(_("All guests"), style="heading"))
        blocks.append(_guests(version.rows))
        return build_document(
            _("Rooming list"), blocks, language=hotel.locale, subtitle=state, page="A4 landscape",
            letterhead=Letterhead(config.department if vietnamese else config.department_en),
            footer=f"{hotel.name} · {state} · {version.mark[:12]}",
        )  # fmt: skip


def _changes(version: Version) -> Table:
    rows = []
    for one in version.changes:
        row: Mapping[str, Any] = one["row"]
        what = "\n".join(changed_words(one["fields"])) or " · ".join(
            part for part in (row["room_type"], f"{cell('arrives_on', row['arrives_on'])} – {cell('leaves_on', row['leaves_on'])}") if part
        )  # fmt: skip
        rows.append([kind_label(one["kind"]), row["passport_name"], what])
    return Table([Column(_("What"), 1), Column(_("Name as in the passport"), 2.2), Column(_("What changed"), 5)], rows)


def _guests(rows: Sequence[Row]) -> Table:
    columns = [
        Column(_("No."), 0.4, "right"), Column(_("Name"), 2), Column(_("Nationality"), 1.1), Column(_("Room"), 1.6),
        Column(_("Arrival"), 1.2), Column(_("Departure"), 1.2), Column(_("Nights"), 0.6, "right"), Column(_("Who pays"), 1.9),
        Column(_("Wishes"), 1.7),
    ]  # fmt: skip
    found = []
    for place, row in enumerate(rows, 1):
        native = row["native_name"] if row["native_name"] != row["passport_name"] else ""
        wishes = [
            _("smoking room") if row["smoking"] else "", _("accessible room") if row["accessible"] else "", row["wishes"],
        ]  # fmt: skip
        found.append([
            str(place), _lines(row["passport_name"], native), cell("nationality", row["nationality"]),
            _lines(row["room_type"], _("with %(names)s", names=row["sharing"]) if row["sharing"] else ""),
            _lines(cell("arrives_on", row["arrives_on"]), row["flight_in"]),
            _lines(cell("leaves_on", row["leaves_on"]), row["flight_out"]), str(row["nights"]),
            _lines(*(_span(*one) for one in row["payer"])), _lines(*wishes),
        ])  # fmt: skip
    return Table(columns, found)


def _lines(*parts: str) -> str:
    return "\n".join(part for part in parts if part)


def attached_pdf(list_id: Any) -> Attachment:
    """The PDF of a list that was sent, for the mail that brings it."""
    version = sent_version(db.session.get_one(RoomingList, int(list_id)))
    return Attachment(file_name(version, "pdf"), document(version), "application/pdf")


def attached_xlsx(list_id: Any) -> Attachment:
    """The spreadsheet of a list that was sent, for the mail that brings it."""
    version = sent_version(db.session.get_one(RoomingList, int(list_id)))
    return Attachment(file_name(version, "xlsx"), spreadsheet(version), XLSX)
