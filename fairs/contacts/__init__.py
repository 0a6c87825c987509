"""Lists that others hand over: contacts of importers for the invitations, and what other offices support already."""
