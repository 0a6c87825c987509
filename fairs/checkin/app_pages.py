"""The application of enrolled devices at /gate/: its page, its manifest and the worker that keeps it without a network."""

from __future__ import annotations

import hashlib

from flask import Blueprint, Response, g, json, render_template, url_for
from flask_babel import gettext as _

from fairs.checkin.screen_words import screen_words
from fairs.config import ROOT
from fairs.core.assets import static_url
from fairs.core.i18n import current_locale
from fairs.core.web import public

bp = Blueprint("gate_app", __name__, url_prefix="/gate")
#: What the page needs to start. Files have a hash in their names, so the list is a mark of the version.
BUILT = (
    "scanner.js", "app.css", "icons.svg", "zxing_reader.wasm", "fonts/be-vietnam-pro-latin-400-normal.woff2",
    "fonts/be-vietnam-pro-vietnamese-400-normal.woff2", "fonts/be-vietnam-pro-latin-600-normal.woff2",
    "fonts/be-vietnam-pro-vietnamese-600-normal.woff2",
)  # fmt: skip
ICONS = (192, 512)


@bp.get("/")
@public
def index() -> Response:
    """The page of a device. It holds nothing of any fair and no session, so that a device can keep it."""
    g.is_scanner = True
    answer = Response(render_template("checkin/app.html", words=screen_words()))
    answer.headers["Cache-Control"] = "no-cache"
    answer.headers["Referrer-Policy"] = "no-referrer"
    return answer


@bp.get("/manifest.webmanifest")
@public
def manifest() -> Response:
    """What a telephone needs to put the application on its home screen."""
    body = {
        "name": _("Gate of a fair"), "short_name": _("Gate"), "lang": current_locale(), "id": "/gate/",
        "start_url": "/gate/", "scope": "/gate/", "display": "standalone", "orientation": "any",
        "background_color": "#16100e", "theme_color": "#16100e",
        "icons": [
            {"src": url_for("static", filename=f"images/gate-{size}.png"), "sizes": f"{size}x{size}",
             "type": "image/png", "purpose": purpose}
            for size in ICONS for purpose in ("any", "maskable")
        ],
    }  # fmt: skip
    return Response(json.dumps(body), mimetype="application/manifest+json")


@bp.get("/sw.js")
@public
def worker() -> Response:
    """The worker with the list of files that it keeps before it: another build is another worker."""
    files = [*map(static_url, BUILT), "/static/images/mark.svg"]
    code = (ROOT / static_url("gate-sw.js").removeprefix("/")).read_text(encoding="utf-8")
    texts = json.dumps(screen_words(), sort_keys=True)
    version = hashlib.sha256("\n".join([*files, code, texts, _page_source()]).encode()).hexdigest()[:12]
    shell = json.dumps({"version": version, "files": files})
    answer = Response(f"self.SHELL={shell};\n{code}", mimetype="text/javascript")
    answer.headers["Cache-Control"] = "no-cache"
    return answer


def _page_source() -> str:
    return "".join((ROOT / "templates" / "checkin" / name).read_text("utf-8") for name in ("app.html", "_scanner.html"))
