"""Sample papers of the demonstration: the scan that belongs to a contract."""

from __future__ import annotations

from fairs.contracts.models import Contract
from fairs.core.i18n import format_date, format_money
from fairs.core.pdf import Column, KeyValues, Notice, Signature, SignatureBlock, Table, build_document
from fairs.core.storage import StoredFile, keep
from fairs.directory.models import Company


def contract_paper(contract: Contract, exporter: Company, importer: Company) -> StoredFile:
    """A signed sample contract as PDF, kept in the file store; inside transaction()."""
    content = build_document(
        "SALES CONTRACT (SAMPLE)",
        [
            Notice("Demonstration only: no real company, no real deal."),
            KeyValues(
                [
                    ("Number", contract.number),
                    ("Date", format_date(contract.signed_on, "en")),
                    ("Seller", f"{exporter.name_en or exporter.name}, Viet Nam"),
                    ("Buyer", importer.name),
                    ("Terms", f"{contract.incoterm} {contract.incoterm_place}, Incoterms 2020"),
                    ("Payment", contract.payment_terms),
                    ("Delivery", contract.delivery),
                ]
            ),
            Table(
                [Column("HS"), Column("Goods", 3), Column("Quantity", 1.4, "right"), Column("Value", 1.6, "right")],
                [
                    (line.hs_code, line.description, f"{line.quantity} {line.unit}", format_money(line.amount, "en"))
                    for line in contract.lines
                ],
                [("Total", format_money(contract.value, "en"))],
            ),
            SignatureBlock([Signature("For the seller", name="(signed)"), Signature("For the buyer", name="(signed)")]),
        ],
        language="en",
    )
    return keep(f"{contract.number.replace('/', '-')}.pdf", content, "application/pdf")
