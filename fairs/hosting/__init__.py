"""Hosted buyers: who of the importers is supported with travel and hotel, by which score, within which ceilings."""
