"""All pages of the cash desk."""

from __future__ import annotations

from fairs.cashdesk import desk_views, shift_views

blueprints = [desk_views.bp, shift_views.bp]
