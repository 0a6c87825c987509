"""All pages of booths, and what they add to other features' pages."""

from __future__ import annotations

from fairs.booths import booking_views, my_views, plan_views
from fairs.booths.stages import stages
from fairs.exhibitors.journey import register_stages

blueprints = [plan_views.bp, my_views.bp, booking_views.bp]

register_stages(stages)
