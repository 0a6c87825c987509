"""Rate limits. Counted per signed-in user, else per address."""

from __future__ import annotations

from flask import Flask, current_app, g, request
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address

from fairs.config import Config


def _who() -> str:
    user, thing = g.get("user"), g.get("bearer_pass")
    if thing is not None:
        return str(thing.key)
    return f"user:{user.id}" if user is not None else f"address:{get_remote_address()}"


limiter = Limiter(_who, headers_enabled=True, strategy="moving-window", default_limits=["3000 per minute"])
# Guessing (passwords, PINs, codes of mail) must be slow even from many pages at once.
GUESSING = "10 per minute; 60 per hour"
# One account, from however many addresses (ASVS 2.2.1: no more than a hundred failed attempts an hour).
GUESSING_ONE = "20 per minute; 100 per hour"
# Letters that anybody can have sent to one address: enough for who asks twice, no bombardment.
LETTERS_ONE = "4 per 10 minutes; 12 per day"
PUBLIC_FORM = "20 per minute; 200 per hour"


def init_app(app: Flask, config: Config) -> None:
    """Bind the limits."""
    app.config["RATELIMIT_ENABLED"] = config.rate_limits
    app.config["RATELIMIT_STORAGE_URI"] = config.jobs_url if config.jobs_url.startswith("redis") else "memory://"
    limiter.init_app(app)
    # Before anything reads the form.
    app.before_request_funcs.setdefault(None, []).insert(0, _small_forms)


def _small_forms() -> None:
    # Werkzeug's own limit knows multipart forms only; a plain one would be read whole, up to the size of an upload.
    if request.mimetype == "application/x-www-form-urlencoded":
        request.max_content_length = current_app.config["MAX_FORM_MEMORY_SIZE"]
