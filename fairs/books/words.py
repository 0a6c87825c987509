"""Names of what the books count."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from fairs.payments.forms import METHOD_LABELS

LINE_KINDS = {
    "booth": _l("Booths"), "surcharge": _l("Surcharges"), "discount": _l("Discounts"), "support": _l("Support"),
    "service": _l("Services"),
}  # fmt: skip
AGE_LABELS = {
    "0": _l("Not due"), "1-30": _l("1–30 days"), "31-60": _l("31–60 days"), "61-90": _l("61–90 days"),
    "90+": _l("More than 90 days"),
}  # fmt: skip


def kind_of_line(kind: str) -> str:
    """A kind of line in words."""
    return str(LINE_KINDS.get(kind, kind))


def method_of(method: str) -> str:
    """How money came or went, in words."""
    return str(METHOD_LABELS.get(method, method))
