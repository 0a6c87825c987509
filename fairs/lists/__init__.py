"""Views of the staff lists that are kept, shared and pinned, and acts on many rows at once."""
