"""Closing a fair: figures kept with their records, the checklist, the archive, and the auditor's sample."""
