"""Invitations of foreign importers: who is asked to come, by whom, in which campaign, and what they answer."""
