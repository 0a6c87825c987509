"""Public pages of what is shown at a fair: exhibitors, products, one exhibitor, one product."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, current_app, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from fairs.calendar.context import current_fair
from fairs.calendar.models import Fair
from fairs.core.db import db
from fairs.core.errors import NotFound
from fairs.core.hs import name_of, unit_name
from fairs.core.i18n import current_locale, localized
from fairs.core.public_cache import shared_page
from fairs.core.text import clean
from fairs.core.web import public
from fairs.directory.models import Company, Product
from fairs.directory.products import pattern_of, products_of
from fairs.directory.queries import group_names
from fairs.exhibitors.models import Exhibitor
from fairs.exhibitors.queries import count_public, public_exhibitors
from fairs.exhibitors.sharing import CO, REPRESENTED, stand_companies, stand_companies_by
from fairs.exhibitors.states import ExhibitorState
from fairs.site.catalogue import (
    CatalogueFilter,
    count_shown,
    exhibitors_of_products,
    first_products,
    groups_shown,
    page_of_products,
    shown_product,
    similar_products,
    villages_of_exhibitors,
    villages_shown,
)
from fairs.site.head import Crumb, head_of, organization_data, product_data
from fairs.site.queries import confirmed_booths

bp = Blueprint("catalogue", __name__, url_prefix="/f/<fair_slug>")


def company_title(company: Company) -> str:
    """The company's name for the reader: in English where it has one."""
    return (company.name_en if current_locale() == "en" else "") or company.name


def exhibitor_cards(found: Sequence[Exhibitor]) -> list[dict[str, Any]]:
    """Exhibitors as cards, with their first product or the drawing of their craft; a constant number of queries."""
    booths = confirmed_booths([exhibitor.id for exhibitor in found])
    firsts = first_products([exhibitor.company_id for exhibitor in found])
    shared = stand_companies_by([exhibitor.id for exhibitor in found])
    names = group_names()
    return [
        {
            "exhibitor": exhibitor,
            "company": exhibitor.company,
            "title": company_title(exhibitor.company),
            "groups": [names.get(code, code) for code in exhibitor.groups],
            "pattern": pattern_of(*exhibitor.groups),
            "product": firsts.get(exhibitor.company_id),
            "booths": booths.get(exhibitor.id, []),
            "about": localized(exhibitor.company, "description") or exhibitor.products,
            "with": [company_title(one.company) for one in shared.get(exhibitor.id, []) if one.kind == CO],
        }
        for exhibitor in found
    ]


def product_cards(fair: Fair, found: Sequence[Product]) -> list[dict[str, Any]]:
    """Products as cards, with who shows them and where; a constant number of queries."""
    exhibitors = exhibitors_of_products(fair.id, found)
    booths = confirmed_booths([exhibitor.id for exhibitor in exhibitors.values()])
    names = group_names()
    cards = []
    for product in found:
        exhibitor = exhibitors.get(product.company_id)
        cards.append(
            {
                "product": product,
                "title": localized(product),
                "group": names.get(product.group_code, product.group_code),
                "pattern": pattern_of(product.group_code),
                "maker": company_title(product.company),
                "booths": booths.get(exhibitor.id, []) if exhibitor else [],
            }
        )
    return cards


def _village() -> int | None:
    value = request.args.get("village", "")
    return int(value) if value.isascii() and value.isdigit() and len(value) < 10 else None


def _fair_crumb(fair: Fair) -> Crumb:
    return fair.name, url_for("site.fair", fair_slug=fair.slug)


@bp.get("/products")
@public
@shared_page
def products() -> str:
    """The catalogue of the fair: search without accents, filters by group and craft village."""
    fair = current_fair()
    text, group = clean(request.args.get("q", ""))[:100], request.args.get("group", "")[:10]
    village = _village()
    page = page_of_products(fair.id, CatalogueFilter(text, group, village), cursor=request.args.get("cursor"))
    return render_template(
        "site/products.html",
        cards=product_cards(fair, page.items),
        next=page.next,
        groups=[(one.code, localized(one)) for one in groups_shown(fair.id)],
        villages=[(one.id, one.name) for one in villages_shown(fair.id)],
        is_filtered=bool(text or group or village),
        count=count_shown(fair.id),
        head=head_of(
            f"{_('Products')} – {fair.name}",
            _("Products shown at %(fair)s, by product group and craft village.", fair=fair.name),
            crumbs=[_fair_crumb(fair), (_("Products"), request.path)],
        ),
    )


@bp.get("/products/<int:product_id>")
@public
@shared_page
def product(product_id: int) -> str:
    """One product: pictures, what a buyer asks, who makes it and where they stand."""
    fair = current_fair()
    shown, exhibitor = shown_product(fair.id, product_id)
    names = group_names()
    company, pattern = shown.company, pattern_of(shown.group_code)
    exhibitor_path = url_for("catalogue.exhibitor", reference=exhibitor.reference)
    picture = _picture(shown, pattern)
    maker = organization_data(company, company_title(company), exhibitor_path)
    return render_template(
        "site/product.html",
        product=shown,
        exhibitor=exhibitor,
        company=company,
        maker=company_title(company),
        group=names.get(shown.group_code, shown.group_code),
        pattern=pattern,
        booths=confirmed_booths([exhibitor.id]).get(exhibitor.id, []),
        heading=name_of(shown.hs_code) if shown.hs_code else "",
        unit=unit_name(shown.unit),
        register_url=_register_url(fair),
        similar=product_cards(fair, similar_products(fair.id, shown)),
        head=head_of(
            f"{localized(shown)} – {company_title(company)}",
            localized(shown, "description") or f"{localized(shown)} – {company_title(company)}",
            crumbs=[
                _fair_crumb(fair),
                (_("Products"), url_for("catalogue.products")),
                (localized(shown), request.path),
            ],
            data=[product_data(shown, names.get(shown.group_code, ""), maker, picture, request.path)],
            image=picture if shown.photos else "",
            kind="product",
        ),
    )


def _picture(product: Product, pattern: str) -> str:
    if product.photos:
        return url_for("photos.photo", token=product.photos[0].token, size="large")
    return url_for("static", filename=f"images/crafts/{pattern}.svg")


def _register_url(fair: Fair) -> str:
    """Where buyers register now; empty when they cannot."""
    known = "importers.register" in current_app.view_functions and not fair.is_over
    return url_for("importers.register") if known else ""


@bp.get("/exhibitors")
@public
@shared_page
def exhibitors() -> str:
    """Accepted exhibitors with filters by product group and craft village, and search without accents."""
    fair = current_fair()
    text, group = clean(request.args.get("q", ""))[:100], request.args.get("group", "")[:10]
    village = _village()
    page = public_exhibitors(fair.id, text=text, group=group, village_id=village, cursor=request.args.get("cursor"))
    return render_template(
        "site/exhibitors.html",
        cards=exhibitor_cards(page.items),
        next=page.next,
        groups=list(group_names().items()),
        villages=[(one.id, one.name) for one in villages_of_exhibitors(fair.id)],
        is_filtered=bool(text or group or village),
        count=count_public(fair.id),
        head=head_of(
            f"{_('Exhibitors')} – {fair.name}",
            _("Exhibitors of %(fair)s with product group, craft village and booth.", fair=fair.name),
            crumbs=[_fair_crumb(fair), (_("Exhibitors"), request.path)],
        ),
    )


def _plain_card(product: Product, names: dict[str, str]) -> dict[str, Any]:
    """A product on the page of its own maker."""
    return {
        "product": product, "title": localized(product), "group": names.get(product.group_code, product.group_code),
        "pattern": pattern_of(product.group_code), "maker": "", "booths": [],
    }  # fmt: skip


@bp.get("/exhibitors/<reference>")
@public
@shared_page
def exhibitor(reference: str) -> str:
    """One exhibitor: who they are, what they make, where they stand. No contact details: those are for the fair."""
    fair = current_fair()
    shown = db.session.scalar(
        select(Exhibitor)
        .options(joinedload(Exhibitor.company).joinedload(Company.village))
        .where(
            Exhibitor.fair_id == fair.id,
            Exhibitor.reference == reference[:20].upper(),
            Exhibitor.state == ExhibitorState.ACCEPTED,
        )
    )
    if shown is None:
        raise NotFound
    company, names = shown.company, group_names()
    title = company_title(company)
    goods = [one for one in shown.shown_products if one.is_public] or products_of(company.id, only_public=True)
    companies = stand_companies(shown.id)
    return render_template(
        "site/exhibitor.html",
        exhibitor=shown,
        company=company,
        title=title,
        groups=[names.get(code, code) for code in shown.groups],
        pattern=pattern_of(*shown.groups),
        booths=confirmed_booths([shown.id]).get(shown.id, []),
        cards=[_plain_card(one, names) for one in goods],
        co_exhibitors=[
            {
                "company": one.company,
                "title": company_title(one.company),
                "about": localized(one.company, "description") or one.products,
                "cards": [_plain_card(product, names) for product in products_of(one.company_id, only_public=True)],
            }
            for one in companies
            if one.kind == CO
        ],
        represented=[(company_title(one.company), one.products) for one in companies if one.kind == REPRESENTED],
        register_url=_register_url(fair),
        head=head_of(
            title,
            localized(company, "description") or f"{title} – {fair.name}",
            crumbs=[_fair_crumb(fair), (_("Exhibitors"), url_for("catalogue.exhibitors")), (title, request.path)],
            data=[organization_data(company, title, request.path)],
            kind="profile",
        ),
    )
