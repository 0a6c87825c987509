"""Fairs: open-source software that runs trade fairs."""

__version__ = "0.1.0"
