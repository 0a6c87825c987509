"""All pages of booths, and what they add to other features' pages."""

from __future__ import annotations

from fairs.booths import booking_views, change_views, my_views, plan_views, price_views, sales_views
from fairs.booths.stages import stages
from fairs.exhibitors.journey import register_stages

blueprints = [plan_views.bp, my_views.bp, change_views.bp, booking_views.bp, sales_views.bp, price_views.bp]

register_stages(stages)
