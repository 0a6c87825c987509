"""The HS catalogue: a page to browse and search it in both editions, and what a browser offers while a code is typed."""

from __future__ import annotations

from contextlib import suppress
from datetime import date
from typing import Any

from flask import Blueprint, jsonify, render_template, request

from fairs.calendar.context import current_fair
from fairs.contracts.permissions import LOG_CONTRACT, VIEW_CONTRACTS
from fairs.core.hs import EDITIONS, Code, browse, came_from, edition_of, search_codes
from fairs.core.text import clean
from fairs.core.units import UNITS, unit_name
from fairs.core.web import requires

bp = Blueprint("hs", __name__)
_MOST = 200


def _edition() -> int:
    """The edition that is asked for, or that of the day of signature beside; that of today when neither is."""
    asked = request.args.get("edition", "")
    if signed_on := request.args.get("signed_on", ""):
        with suppress(ValueError):
            return edition_of(date.fromisoformat(signed_on))
    return int(asked) if asked in {str(edition) for edition in EDITIONS} else edition_of(current_fair().today)


@bp.get("/fairs/<fair_slug>/deals/hs")
@requires(VIEW_CONTRACTS)
def catalogue() -> str:
    """The codes of one edition, with what moved and what needs a CITES permit."""
    edition, text = _edition(), clean(request.args.get("q", ""))[:80]
    found = search_codes(text, edition, _MOST) if text else None
    return render_template(
        "contracts/hs.html",
        edition=edition,
        editions=EDITIONS,
        text=text,
        found=found,
        headings=browse(edition) if found is None else [],
        others={code.code: _others(code, edition) for code in _shown(found, edition)},
        units=[(code, unit_name(code)) for code in UNITS],
    )


def _shown(found: list[Code] | None, edition: int) -> list[Code]:
    return found if found is not None else [code for _heading, codes in browse(edition) for code in codes]


def _others(code: Code, edition: int) -> tuple[str, ...]:
    """Where the goods stand in the other edition, if not only under the same code."""
    if len(code.code) == 4:
        return ()
    others = code.moved_to if edition == 2017 else came_from(code.code)
    return () if others == (code.code,) else others


@bp.get("/fairs/<fair_slug>/deals/hs/search")
@requires(LOG_CONTRACT)
def options() -> Any:
    """Codes that fit what was typed (``q`` or a line's hs_code), as options of a datalist or, with ``format=json``, as JSON."""
    typed = request.args.get("q") or next((v for k, v in request.args.items() if k.endswith("hs_code")), "")
    codes = search_codes(clean(typed)[:80], _edition(), 20)
    if request.args.get("format") == "json":
        return jsonify(
            [{"code": code.code, "name": code.name, "cites": str(code.cites) if code.cites else ""} for code in codes]
        )
    return render_template("contracts/_hs_options.html", codes=codes)
