"""The scan of a signed paper: judged by its content, of a reasonable length, and of one contract only."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from fairs.contracts.errors import EvidenceKnown
from fairs.contracts.preview import pages_in
from fairs.contracts.queries import contract_with_file
from fairs.core.errors import InvalidInput
from fairs.core.storage import StoredFile, Upload, store_upload

#: A contract of more pages is another document: a catalogue, a tender, a whole folder scanned at once.
MOST_PAGES = 60

Evidence = Upload | StoredFile | None


def check_length(upload: Upload) -> None:
    """Raises InvalidInput for a PDF of more than MOST_PAGES pages."""
    if not upload.content.startswith(b"%PDF-"):
        return
    pages = pages_in(upload.content)
    if pages > MOST_PAGES:
        raise InvalidInput(
            _l(
                "This PDF has %(pages)s pages; at most %(most)s: hand in the contract itself.",
                pages=pages,
                most=MOST_PAGES,
            ),
            field="evidence",
        )


def store_evidence(upload: Upload) -> StoredFile:
    """Judge and keep a scan, inside transaction(); raises InvalidInput at the field ``evidence``."""
    file = store_upload(upload, field="evidence")
    check_length(upload)
    return file


def kept_evidence(evidence: Evidence, contract_id: int | None) -> StoredFile | None:
    """The file kept, inside transaction(); raises EvidenceKnown when another contract has this very one."""
    if evidence is None:
        return None
    file = evidence if isinstance(evidence, StoredFile) else store_evidence(evidence)
    other = contract_with_file(file.sha256, but=contract_id)
    if other is not None:
        raise EvidenceKnown(other.reference)
    return file
