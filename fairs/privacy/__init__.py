"""Rights of people over their data (Law 91/2025/QH15, Decree 356/2025): export, correction, erasure, withdrawal of consents."""
