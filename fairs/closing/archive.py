"""The archive of a fair: one ZIP that is read with a browser and a spreadsheet, years after this program is gone.

Of people it holds nothing but counts (Law 91/2025/QH15): no visitor, no passport, no telephone, no address of mails. Evidence are the
signed contracts; papers of claims stay where each reading is written down.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from fairs.calendar.models import Fair
from fairs.closing.models import FairSnapshot
from fairs.closing.packing import Package, csv_of, json_of, page_of, safe_name, table_of
from fairs.closing.snapshots import snapshots_of
from fairs.closing.tables import Table, tables_of
from fairs.contracts.models import Contract, ContractRevision
from fairs.core.actor import Actor
from fairs.core.clock import now
from fairs.core.db import db
from fairs.core.sheets import Sheet, workbook
from fairs.core.storage import StoredFile, keep_written
from fairs.statements.pdf import moment_of, statement_pdf
from fairs.statements.sheets import statement_sheets
from fairs.statements.statement import statement_of

ZIP = "application/zip"
Tick = Callable[[int, int], None]
Paper = Callable[[Fair, datetime], dict[str, bytes]]
_papers: dict[str, Paper] = {}
README = """\
HO SO LUU TRU CUA HOI CHO / ARCHIVE OF A FAIR

Mo tep index.html bang trinh duyet. Cac bang nam trong thu muc tables (CSV, UTF-8; tables.xlsx chua tat ca).
Open index.html with a browser. The tables are in the folder tables (CSV, UTF-8; tables.xlsx has them all).

Kiem tra / To check that nothing was changed:
  sha256sum -c SHA256SUMS                    (Linux, macOS: shasum -a 256 -c SHA256SUMS)
  certutil -hashfile FILE SHA256             (Windows, one file at a time)

The folder snapshot has the figures that were kept and their records: records-N.jsonl.gz is one JSON to a line, gzip. The sum of
"value" over the lines of a "figure" is that figure. "sha256" of a line is the SHA-256 of its "content" as JSON with
sorted keys, without blanks, in UTF-8. The digest of a figure is the SHA-256 over "kind:id:value:sha256" and a line feed, for each of its
lines in their order.

The folder evidence has the signed contracts, each under its number; their hashes stand in tables/contracts.csv too.

Left out: everything about single people. Visitors and importers' people are counted; companies are named.
"""


def register_paper(key: str, make: Paper) -> None:
    """A feature's papers of a closed fair: ``make(fair, as_of)`` gives files by name, for the folder ``papers``."""
    _papers[key] = make


def _statement(fair: Fair, as_of: datetime) -> dict[str, bytes]:
    found = statement_of(fair, as_of)
    sheets = statement_sheets(found, moment_of(found), lambda permission: True)
    return {
        "statement-vi.pdf": statement_pdf(found, "vi"), "statement-en.pdf": statement_pdf(found, "en"),
        "statement.xlsx": workbook(sheets, time_zone=fair.time_zone),
    }  # fmt: skip


register_paper("statement", _statement)


def make_archive(fair: Fair, *, by: Actor, tick: Tick = lambda done, total: None) -> StoredFile:
    """Write the archive into the store, piece by piece; outside transaction(), for it may take minutes."""

    def write(target: Any) -> None:
        with Package(target) as package:
            _write(fair, package, tick)

    return keep_written(f"{fair.slug}-archive.zip", ZIP, write)


def _write(fair: Fair, package: Package, tick: Tick) -> None:
    snapshots = snapshots_of(fair)
    tables = tables_of(fair, snapshots[0] if snapshots else None)
    evidence = list(_evidence(fair))
    total = len(tables) + len(evidence) + len(snapshots) + 1
    done = 0
    listed, sheets = [], []
    for table in tables:
        rows = [list(row) for row in table.rows()]
        package.add(f"tables/{table.name}.csv", csv_of(table.heads, rows))
        sheets.append(Sheet(table.name, table.heads, rows))
        listed.append((table, len(rows)))
        tick(done := done + 1, total)
    package.add("tables/tables.xlsx", workbook(sheets, time_zone=fair.time_zone))
    for snapshot in snapshots:
        package.add(f"snapshot/snapshot-{snapshot.id}.json", json_of(_about(snapshot)))
        package.add_stored(f"snapshot/records-{snapshot.id}.jsonl.gz", snapshot.file)
        tick(done := done + 1, total)
    as_of = snapshots[0].as_of if snapshots else now()
    papers = {f"papers/{name}": content for make in _papers.values() for name, content in make(fair, as_of).items()}
    for name, content in papers.items():
        package.add(name, content)
    files: list[Any] = []
    for number, (reference, what, file) in enumerate(evidence, 1):
        name = f"evidence/{reference}/{number:04d}-{safe_name(file)}"
        digest = package.add_stored(name, file)
        lost = digest is None
        files.append(
            (reference, what, "—" if lost else (name, file.name), file.sha256, "mất / lost" if lost else file.size)
        )
        tick(done := done + 1, total)
    package.add("README.txt", README.encode())
    package.add(
        "index.html", page_of(f"{fair.name_vi} / {fair.name_en}", _index(fair, snapshots, listed, papers, files))
    )
    tick(total, total)


def _evidence(fair: Fair) -> Iterator[tuple[str, str, StoredFile]]:
    mine = (
        select(Contract)
        .options(joinedload(Contract.evidence))
        .where(Contract.fair_id == fair.id, Contract.evidence_id.is_not(None))
    )
    for contract in db.session.scalars(mine.order_by(Contract.reference)):
        if contract.evidence is not None:
            yield contract.reference, "hợp đồng / contract", contract.evidence
    revisions = (
        select(ContractRevision, Contract.reference)
        .join(Contract, Contract.id == ContractRevision.contract_id)
        .options(joinedload(ContractRevision.evidence))
        .where(Contract.fair_id == fair.id, ContractRevision.evidence_id.is_not(None))
        .order_by(Contract.reference, ContractRevision.number)
    )
    for revision, reference in db.session.execute(revisions):
        if revision.evidence is not None:
            yield reference, f"bản / revision {revision.number}", revision.evidence


def _about(snapshot: FairSnapshot) -> dict[str, Any]:
    return {
        "kind": snapshot.kind, "taken_at": snapshot.taken_at.isoformat(), "as_of": snapshot.as_of.isoformat(), "by": snapshot.by_name,
        "records": snapshot.records, "figures": snapshot.figures, "records_file": f"records-{snapshot.id}.jsonl.gz",
        "records_sha256": snapshot.file.sha256, "sha256": snapshot.sha256,
    }  # fmt: skip


def _index(
    fair: Fair,
    snapshots: list[FairSnapshot],
    listed: list[tuple[Table, int]],
    papers: dict[str, bytes],
    evidence: list[Any],
) -> Iterator[str]:
    days = f"{fair.starts_on:%d/%m/%Y} – {fair.ends_on:%d/%m/%Y}"
    yield table_of(("", ""), [("Mã / Code", fair.code), ("Ngày / Days", days), ("Địa điểm / Venue", f"{fair.venue_vi} / {fair.venue_en}"),
                              ("Lập lúc / Made at", f"{now():%Y-%m-%d %H:%M} UTC")])  # fmt: skip
    yield '<p><a href="README.txt">README.txt</a> · <a href="SHA256SUMS">SHA256SUMS</a> · <a href="tables/tables.xlsx">tables.xlsx</a></p>'
    for snapshot in snapshots:
        yield f"<h2>Số liệu chốt / Figures kept: {snapshot.taken_at:%Y-%m-%d %H:%M} UTC</h2>"
        yield table_of(
            ("Số liệu", "Figure", "Giá trị / Value", "", "Bản ghi / Records"),
            [
                (one["label"]["vi"], one["label"]["en"], one["value"], one["unit"], one["count"])
                for one in snapshot.figures
            ],
        )
        yield f"<p>SHA-256: <code>{snapshot.sha256}</code></p>"
        yield table_of(
            ("Tệp / File",),
            [
                ((f"snapshot/{name}", name),)
                for name in (f"snapshot-{snapshot.id}.json", f"records-{snapshot.id}.jsonl.gz")
            ],
        )
    yield "<h2>Các bảng / Tables</h2>"
    yield table_of(
        ("Bảng", "Table", "CSV", "Dòng / Rows"),
        [(one.title_vi, one.title_en, (f"tables/{one.name}.csv", f"{one.name}.csv"), number) for one, number in listed],
    )
    if papers:
        yield "<h2>Văn bản / Papers</h2>"
        yield table_of(("Tệp / File",), [((name, name.removeprefix("papers/")),) for name in papers])
    yield "<h2>Chứng từ / Evidence</h2>"
    yield table_of(("Số / Number", "", "Tệp / File", "SHA-256", "Byte"), evidence) if evidence else "<p>—</p>"
