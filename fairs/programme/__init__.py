"""The annual plan: its items, their targets, and figures entered by hand where the software holds no records."""
