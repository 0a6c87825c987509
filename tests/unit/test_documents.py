"""The made documents say what the code says."""

from __future__ import annotations

import pytest

from fairs.config import ROOT
from scripts.docs import documents


@pytest.mark.parametrize("path", documents(), ids=lambda path: path.name)
def test_document_is_current(path):
    assert path.read_text(encoding="utf-8") == documents()[path], f"run `make docs`: {path.relative_to(ROOT)} is old"
