"""Who reported a contract."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

REPORTERS = {"clerk": _l("Clerk at the fair"), "exporter": _l("Exporter"), "importer": _l("Importer")}
