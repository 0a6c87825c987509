"""The blueprint of the contracts' pages; endpoints are named ``contracts.…``."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("contracts", __name__)
