"""Campaigns by the clock."""

from __future__ import annotations

from fairs.invitations.campaigns import running_campaigns, send_portion
from fairs.jobs.queue import periodic, task


@periodic(minute="*/1")
def send_campaigns() -> None:
    """The next portion of each campaign that is going out."""
    for campaign_id in running_campaigns():
        send_portion(campaign_id)


@task(retries=0)
def begin_campaign(campaign_id: int) -> None:
    """The first portion, at once after the start."""
    send_portion(campaign_id)
