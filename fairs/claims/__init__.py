"""Reimbursement of supported importers: proof, arithmetic, review, approval, transfer, receipt; charges of who did not come."""
