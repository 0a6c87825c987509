"""Why two contracts may be one deal, in the reader's words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from fairs.core.i18n import format_number

_PLAIN = {
    "same_paper": _l("the very same paper"),
    "exporter_same": _l("same exporter"),
    "importer_same": _l("same importer"),
    "exporter_near": _l("nearly the same name of the exporter"),
    "importer_near": _l("nearly the same name of the importer"),
    "exporter_weak": _l("the exporter perhaps under another name"),
    "importer_weak": _l("the importer perhaps under another name"),
    "number_equal": _l("same number"),
    "number_slip": _l("numbers one slip apart"),
    "number_part": _l("number of the other with something behind it"),
    "value_differs": _l("but another value"),
    "goods_same": _l("same goods and quantities"),
    "goods": _l("same kind of goods"),
    "two_sides": _l("reported by different sides"),
    "other_fair": _l("at different fairs"),
}
_MEASURED = {
    "value": _l("value within %(percent)s %%"),
    "value_usd": _l("value in USD within %(percent)s %%"),
    "value_rounded": _l("one value rounded, within %(percent)s %%"),
    "split_sum": _l("together within %(percent)s %% of its value"),
}
#: The reasons by which the list is filtered.
FILTERS = {
    "number_equal": _l("Same number"),
    "value": _l("Value and day"),
    "value_usd": _l("Another currency"),
    "two_sides": _l("Different sides"),
    "other_fair": _l("Different fairs"),
    "split": _l("Call-offs of one contract"),
}
_SHUT = {"value": _l("values close together"), "value_usd": _l("values close together"),
         "value_rounded": _l("values close together"), "split_sum": _l("values close together")}  # fmt: skip


def reason_text(key: str, measure: str, *, hides_values: bool = False) -> str:
    """One reason in words, with what was measured; without it for who may not see one of the values."""
    if key in _MEASURED:
        if hides_values:
            return str(_SHUT[key])
        if key == "value" and not float(measure):
            return str(_("same value"))
        return str(_MEASURED[key]) % {"percent": format_number(_up(measure))}
    if key == "days":
        days = int(measure)
        if not days:
            return str(_("same day"))
        return str(ngettext("%(num)s day apart", "%(num)s days apart", days))
    if key == "split":
        return str(ngettext("one of %(num)s parts", "one of %(num)s parts", int(measure)))
    return str(_PLAIN.get(key, key))


def why_text(reasons: Iterable[Sequence[str]], *, hides_values: bool = False) -> str:
    """All reasons as one line: "same exporter, same importer, value within 1 %"."""
    return ", ".join(reason_text(key, measure, hides_values=hides_values) for key, measure in reasons)


def _up(measure: str) -> float:
    """Upwards to a tenth of a percent: "within" has to hold."""
    tenths = -(-round(float(measure) * 1000) // 100)
    return max(tenths, 1) / 10 if float(measure) else 0
