"""Addresses of built front-end files: hashed names, cached for ever."""

from __future__ import annotations

import functools
import json
from typing import Any

from fairs.config import ROOT

MANIFEST = ROOT / "static" / "dist" / "manifest.json"


@functools.lru_cache(maxsize=4)
def _manifest(_changed: float) -> dict[str, str]:
    return dict(json.loads(MANIFEST.read_text()))


def static_url(name: str) -> str:
    """The address of a built file such as ``app.js`` or ``icons.svg``; files that are not built keep their name."""
    try:
        built: dict[str, Any] = _manifest(MANIFEST.stat().st_mtime)
    except FileNotFoundError:
        built = {}
    return f"/static/dist/{built[name]}" if name in built else f"/static/{name}"
