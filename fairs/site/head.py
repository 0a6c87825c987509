"""What search engines and messengers read of a public page: its addresses, its picture, schema.org."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import current_app, request, url_for
from flask_babel import gettext as _

from fairs.calendar.models import Fair, FairRescheduling
from fairs.core.i18n import LOCALES, current_locale, localized
from fairs.core.money import Money
from fairs.directory.models import Company, Product

SCHEMA = "https://schema.org"
Crumb = tuple[str, str]


def absolute(path: str) -> str:
    """The whole address of a path of ours."""
    return f"{current_app.config['BASE_URL']}{path}"


def head_of(
    title: str,
    description: str,
    *,
    crumbs: Sequence[Crumb] = (),
    data: Sequence[dict[str, Any]] = (),
    image: str = "",
    kind: str = "website",
) -> dict[str, Any]:
    """What ``site/_head.html`` writes. ``crumbs`` are (name, path) from the fair down; ``image`` is a path.

    A list that is searched, filtered or paged is not for search engines: it is the same things again.
    """
    path = request.path
    trail = [(_("Fairs"), "/"), *crumbs]
    return {
        "title": title,
        "description": " ".join(description.split())[:300],
        "canonical": absolute(f"{path}?lang={current_locale()}"),
        "alternates": [*((code, absolute(f"{path}?lang={code}")) for code in LOCALES), ("x-default", absolute(path))],
        "image": absolute(image) if image else "",
        "kind": kind,
        "is_listed": not set(request.args) - {"lang"},
        "data": [*data, *([_breadcrumbs(trail)] if crumbs else [])],
        "crumbs": trail[:-1],
    }


def _breadcrumbs(trail: Sequence[Crumb]) -> dict[str, Any]:
    return {
        "@context": SCHEMA,
        "@type": "BreadcrumbList",
        "itemListElement": [
            {"@type": "ListItem", "position": number, "name": name, "item": absolute(path)}
            for number, (name, path) in enumerate(trail, 1)
        ],
    }


def event_data(fair: Fair, actions: Sequence[dict[str, Any]], moves: Sequence[FairRescheduling]) -> dict[str, Any]:
    """The fair as a schema.org Event; what can be done there now is an offer, free of charge for visitors and buyers.

    ``moves`` are its reschedulings, the latest first.
    """
    status = "EventCancelled" if fair.is_cancelled else "EventRescheduled" if moves else "EventScheduled"
    moved = {"previousStartDate": moves[0].old_starts_on.isoformat()} if moves else {}
    return {
        "@context": SCHEMA,
        "@type": "ExhibitionEvent",
        "name": fair.name,
        "description": localized(fair, "summary"),
        "startDate": fair.at(fair.starts_on, fair.opens_at).isoformat(),
        "endDate": fair.at(fair.ends_on, fair.closes_at).isoformat(),
        "eventStatus": f"{SCHEMA}/{status}",
        **moved,
        "eventAttendanceMode": f"{SCHEMA}/OfflineEventAttendanceMode",
        "location": {
            "@type": "Place",
            "name": fair.venue,
            "address": {"@type": "PostalAddress", "addressLocality": fair.city, "addressCountry": "VN"},
        },
        "url": absolute(url_for("site.fair", fair_slug=fair.slug)),
        "organizer": _department(),
        "offers": [
            {
                "@type": "Offer",
                "name": str(action["who"]),
                "price": "0",
                "priceCurrency": fair.currency,
                "availability": f"{SCHEMA}/InStock",
                "url": absolute(action["url"]),
            }
            for action in actions
            if action["url"] and action["key"] in {"visit", "buy"}
        ],
    }


def _department() -> dict[str, Any]:
    config = current_app.extensions["fairs_config"]
    name = config.department if current_locale() == "vi" else config.department_en
    return {"@type": "GovernmentOrganization", "name": name, "url": absolute("/")}


def organization_data(company: Company, name: str, path: str) -> dict[str, Any]:
    """An exhibitor as a schema.org Organization. Contact details are not published."""
    return {
        "@context": SCHEMA,
        "@type": "Organization",
        "name": name,
        "alternateName": company.name,
        "description": localized(company, "description"),
        "url": company.website or absolute(path),
        "address": {
            "@type": "PostalAddress",
            "addressLocality": company.village.name if company.village else company.commune,
            "addressCountry": company.country,
        },
    }


def product_data(product: Product, group: str, maker: dict[str, Any], image: str, path: str) -> dict[str, Any]:
    """A product as a schema.org Product, with its span of prices where it has one."""
    data: dict[str, Any] = {
        "@context": SCHEMA,
        "@type": "Product",
        "name": localized(product),
        "description": localized(product, "description") or localized(product),
        "category": group,
        "image": [absolute(image)],
        "url": absolute(path),
        "manufacturer": {key: value for key, value in maker.items() if key != "@context"},
        "countryOfOrigin": maker["address"]["addressCountry"],
    }
    if product.price_min is not None:
        data["offers"] = _offers(product.price_min, product.price_max)
    return data


def _offers(low: Money, high: Money | None) -> dict[str, Any]:
    return {
        "@type": "AggregateOffer",
        "lowPrice": str(low.decimal),
        "highPrice": str((high or low).decimal),
        "priceCurrency": low.currency,
    }
