"""All pages of guests and their travel."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from fairs.core.web import NavItem, register_nav
from fairs.hospitality import board_pages, drive_pages, guest_pages, own_pages, transfer_pages
from fairs.hospitality.permissions import VIEW_GUESTS

blueprints = [guest_pages.bp, board_pages.bp, transfer_pages.bp, drive_pages.bp, own_pages.bp]

register_nav(NavItem("travel", _l("Travel and transfers"), "plane", "travel.board", VIEW_GUESTS, 46, bottom=True))
