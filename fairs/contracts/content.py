"""What a contract says, in one canonical form: for revisions, confirmations, signatures, snapshots and the auditor."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from fairs.contracts.models import Contract


def content_of(contract: Contract) -> dict[str, Any]:
    """Everything that the parties agreed upon, as plain JSON; decimals as text, days as 2026-11-23."""
    return {
        "reference": contract.reference,
        "fair_id": contract.fair_id,
        "kind": contract.kind.value,
        "framework": contract.parent.reference if contract.parent is not None else None,
        "number": contract.number,
        "exporter": _party(contract.exporter),
        "importer": _party(contract.importer),
        "booth": contract.booth_code,
        "is_mou": contract.state.value in {"lead", "mou"},
        "signed_on": contract.signed_on.isoformat(),
        "incoterm": contract.incoterm,
        "incoterm_place": contract.incoterm_place,
        "payment_method": contract.payment_method,
        "payment_terms": contract.payment_terms,
        "delivery": contract.delivery,
        "currency": contract.currency,
        "value_minor": contract.value_minor,
        "lines": [
            {
                "hs_code": line.hs_code,
                "hs_edition": line.hs_edition,
                "description": line.description,
                "quantity": _plain(line.quantity),
                "unit": line.unit,
                "price": None if line.price is None else _plain(line.price),
                "amount_minor": line.amount_minor,
                "cites": line.cites,
            }
            for line in contract.lines
        ],
    }


def _party(company: Any) -> dict[str, Any]:
    return {"id": company.id, "name": company.name, "country": company.country, "tax_code": company.tax_code}


def _plain(number: Any) -> str:
    return format(number.normalize(), "f")


def fingerprint(content: Any) -> str:
    """SHA-256 of plain JSON in canonical form: sorted keys, no blanks, UTF-8."""
    canonical = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def content_hash(contract: Contract) -> str:
    """The fingerprint of what the contract says now."""
    return fingerprint(content_of(contract))
