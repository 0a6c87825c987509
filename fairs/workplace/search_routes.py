"""Search: as one types, in the bar on every staff page, and as a page of its own.

What is typed while searching travels in the body of a POST, so that names and scanned codes stand in no address; only the
page for reading without scripts has the text in its address, which is then told to nobody: no referrer, no log line.
"""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, g, make_response, render_template, request, url_for

from fairs.accounts.queries import matching_grant
from fairs.core.web import go, requires
from fairs.workplace.permissions import SEARCH
from fairs.workplace.scope import Scope
from fairs.workplace.search import search
from fairs.workplace.terms import LEAST, LONGEST, Hit

bp = Blueprint("search", __name__)
PREVIEW = 4


@bp.app_context_processor
def where_to_search() -> dict[str, Any]:
    """The bar's address, for those who may search."""
    may = matching_grant(g.get("grants") or [], SEARCH, None) is not None
    return {"search_url": url_for("search.page") if may else None}


def _url(hit: Hit) -> str:
    return url_for(hit.endpoint, **hit.values)


@bp.get("/search")
@requires(SEARCH)
def page() -> Any:
    """All that fits, by kind; straight to the thing when the text is a reference, a tax code or a badge."""
    text = request.args.get("q", "")
    kind = request.args.get("kind", "")
    found = search(text, Scope.of(g.grants))
    if found.exact is not None:
        return _unseen(go(_url(found.exact)))
    groups = [group for group in found.groups if not kind or group.kind == kind]
    shown = text.strip()[:LONGEST]
    problem = "short" if len(shown) < LEAST else "long" if len(text.strip()) > LONGEST else ""
    answer = render_template("workplace/search.html", groups=groups, text=shown, kind=kind, problem=problem, url=_url)
    return _unseen(make_response(answer))


@bp.post("/search/matches")
@requires(SEARCH)
def matches() -> Any:
    """The list under the bar; ``data-go`` names the one thing that the text means exactly."""
    text = request.form.get("q", "")
    found = search(text, Scope.of(g.grants), limit=PREVIEW)
    exact = _url(found.exact) if found.exact is not None else ""
    answer = render_template("workplace/_matches.html", found=found, exact=exact, text=text.strip()[:LONGEST], url=_url)
    return _unseen(make_response(answer))


def _unseen(answer: Any) -> Response:
    # Gives away the site but no address, so none of the text in it (see private_page()).
    answer.headers["Referrer-Policy"] = "strict-origin"
    return answer  # type: ignore[no-any-return]
