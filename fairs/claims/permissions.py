"""Who may see, review, approve and pay claims."""

from fairs.core.permissions import Role, permission

VIEW_CLAIMS = permission(
    "claims.view", "see claims of guests", Role.ORGANISER, Role.HOSPITALITY, Role.FINANCE, Role.AUDITOR, Role.LEADERSHIP
)
REVIEW_CLAIMS = permission("claims.review", "review claims of guests", Role.ORGANISER, Role.HOSPITALITY)
APPROVE_CLAIMS = permission("claims.approve", "approve claims of guests", Role.ORGANISER, Role.FINANCE)
PAY_CLAIMS = permission("claims.pay", "pay claims of guests", Role.FINANCE)
READ_PROOFS = permission(
    "claims.proofs", "open papers of claims", Role.ORGANISER, Role.HOSPITALITY, Role.FINANCE, Role.AUDITOR
)
SET_CLAIMS = permission("claims.rules", "set what claims ask for", Role.ORGANISER)
