"""The pages of site work, and its steps on an exhibitor's way to the fair."""

from __future__ import annotations

from fairs.exhibitors.journey import register_stages
from fairs.sitework import gate_pages, my_pages, staff_pages, swap_pages
from fairs.sitework.steps import steps

blueprints = [my_pages.bp, staff_pages.services, staff_pages.site, gate_pages.bp, swap_pages.bp]

register_stages(steps)
