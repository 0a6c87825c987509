"""Submissions and decisions: what is selected, the papers that are made of it, and the signature that lets it count."""
