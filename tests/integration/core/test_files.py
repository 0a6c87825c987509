"""Files that are handed out: kept aside, shut off, and not there when the store has lost them."""

from __future__ import annotations

import pytest
from flask import Flask

from fairs.core import storage
from fairs.core.db import transaction
from fairs.core.errors import NotFound
from fairs.core.files import stored_file
from fairs.core.storage import Upload, store_upload

PDF = b"%PDF-1.4\n%%EOF"


def test_what_is_handed_out_cannot_act_and_what_is_lost_is_not_found(app: Flask) -> None:
    with transaction():
        file = store_upload(Upload("Đơn đề nghị.pdf", PDF))
    with app.test_request_context("/"):
        kept, shown = stored_file(file), stored_file(file, how="inline", name="x.pdf", cache="private, max-age=60")
        assert (kept.data, kept.mimetype, "Cache-Control" in kept.headers) == (PDF, "application/pdf", False)
        assert kept.headers["Content-Disposition"].startswith("attachment;")
        sent = app.process_response(stored_file(file)).headers["Content-Disposition"]
        assert (
            sent
            == "attachment; filename=\"Don de nghi.pdf\"; filename*=UTF-8''%C4%90%C6%A1n%20%C4%91%E1%BB%81%20ngh%E1%BB%8B.pdf"
        )
        assert kept.headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
        assert shown.headers["Content-Disposition"] == "inline; filename=x.pdf"
        assert (shown.headers["Content-Security-Policy"], shown.headers["Cache-Control"]) == (
            "sandbox",
            "private, max-age=60",
        )
        with pytest.raises(NotFound):
            stored_file(None)
        storage._fs().rm(storage._path(file.key))
        with pytest.raises(NotFound):
            stored_file(file)
