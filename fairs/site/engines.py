"""For search engines: which pages there are, and which are not for them."""

from __future__ import annotations

from collections.abc import Iterator

from flask import Blueprint, Response, render_template, url_for
from sqlalchemy import select

from fairs.calendar.queries import public_fairs
from fairs.core.db import db
from fairs.core.i18n import LOCALES
from fairs.core.web import public
from fairs.directory.models import Product
from fairs.exhibitors.models import Exhibitor
from fairs.exhibitors.states import ExhibitorState
from fairs.site.head import absolute

bp = Blueprint("engines", __name__)
MOST_PAGES = 24_000  # the protocol's limit is 50,000 addresses in a file; each page has one for each language
CLOSED = (
    "/account/",
    "/api/",
    "/b/",
    "/directory",
    "/fairs/",
    "/i/",
    "/join/",
    "/language/",
    "/my",
    "/r/",
    "/start",
    "/v/",
)


@bp.get("/robots.txt")
@public
def robots() -> Response:
    """What is for people who sign in, and what a token opens, is not for search engines."""
    lines = ["User-agent: *", *(f"Disallow: {path}" for path in CLOSED), f"Sitemap: {absolute('/sitemap.xml')}", ""]
    answer = Response("\n".join(lines), mimetype="text/plain")
    answer.headers["Cache-Control"] = "public, max-age=86400"
    return answer


@bp.get("/sitemap.xml")
@public
def sitemap() -> Response:
    """Home, fairs, and of fairs that are not over the plan, exhibitors and products."""
    pages = [absolute(path) for path, _ in zip(_paths(), range(MOST_PAGES), strict=False)]
    answer = Response(render_template("site/sitemap.xml", pages=pages, locales=LOCALES), mimetype="application/xml")
    answer.headers["Cache-Control"] = "public, max-age=3600"
    return answer


def _paths() -> Iterator[str]:
    yield "/"
    yield "/privacy"
    for fair in public_fairs():
        slug = fair.slug
        yield url_for("site.fair", fair_slug=slug)
        if fair.is_over:
            continue
        for endpoint in ("booths.plan", "catalogue.exhibitors", "catalogue.products"):
            yield url_for(endpoint, fair_slug=slug)
        shown = (Exhibitor.fair_id == fair.id, Exhibitor.state == ExhibitorState.ACCEPTED)
        for reference in db.session.scalars(select(Exhibitor.reference).where(*shown).order_by(Exhibitor.id)):
            yield url_for("catalogue.exhibitor", fair_slug=slug, reference=reference)
        companies = select(Exhibitor.company_id).where(*shown)
        for product_id in db.session.scalars(
            select(Product.id)
            .where(Product.is_public.is_(True), Product.company_id.in_(companies))
            .order_by(Product.id)
        ):
            yield url_for("catalogue.product", fair_slug=slug, product_id=product_id)
