"""Papers about a claim: the evidence, the receipt, the letter about a charge."""

from __future__ import annotations

from flask import Blueprint, Response

from fairs.calendar.context import current_fair
from fairs.claims.models import Claim
from fairs.claims.permissions import VIEW_CLAIMS
from fairs.claims.queries import claim_by_reference
from fairs.core.errors import NotFound
from fairs.core.web import requires

bp = Blueprint("claim_papers", __name__, url_prefix="/fairs/<fair_slug>/claims/<reference>")


def _claim(reference: str) -> Claim:
    return claim_by_reference(current_fair().id, reference)


@bp.get("/<claim_paper>.pdf")
@requires(VIEW_CLAIMS)
def paper(reference: str, claim_paper: str) -> Response:
    """The evidence sheet, the receipt, or the letter about the last charge, as PDF."""
    from fairs.claims import pdf  # heavy: loaded by who prints

    claim = _claim(reference)
    makers = {"evidence": pdf.evidence_pdf, "receipt": pdf.receipt_pdf, "charge": pdf.charge_pdf}
    if claim_paper not in makers:
        raise NotFound
    if (claim_paper == "receipt" and claim.receipt_number is None) or (
        claim_paper == "charge" and not any(one.number for one in claim.charges)
    ):
        raise NotFound
    answer = Response(makers[claim_paper](claim), mimetype="application/pdf")
    answer.headers.set("Content-Disposition", "inline", filename=f"{claim.reference}-{claim_paper}.pdf")
    return answer


@bp.get("/evidence.xlsx")
@requires(VIEW_CLAIMS)
def evidence_sheet(reference: str) -> Response:
    """The evidence as a workbook."""
    from fairs.claims.evidence import evidence_sheets
    from fairs.core.sheets import sheet_response

    claim = _claim(reference)
    return sheet_response(evidence_sheets(claim), f"{claim.reference}-evidence", time_zone=claim.fair.time_zone)
