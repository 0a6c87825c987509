"""Settings: one frozen object, read once from the environment (prefix ``FAIRS_``).

Every setting is documented here and nowhere else; ``docs/settings.md`` is made from it (``make docs``).
"""

from __future__ import annotations

import os
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent


class ConfigError(RuntimeError):
    """A setting is missing or makes no sense; the message says which and what to do."""


def _doc(default: Any, doc: str) -> Any:
    return field(default=default, metadata={"doc": doc})


@dataclass(frozen=True, slots=True)
class Config:
    """All settings of one running application."""

    instance_path: Path = _doc(ROOT / "instance", "Folder for the database, files and keys of this installation.")
    database_url: str = _doc("", "SQLAlchemy address of the database; empty means SQLite in the instance folder.")
    files_url: str = _doc(
        "", "fsspec address of the file store (file or s3); empty means a folder in the instance folder."
    )
    jobs_url: str = _doc("", "Address of the job queue: empty for SQLite in the instance folder, or redis://…")
    secret_key: str = _doc("", "Key of sessions and signatures; empty means one is made in the instance folder.")
    password_salt: str = _doc("", "Salt of password tokens; empty means one is made in the instance folder.")
    field_key: str = _doc(
        "",
        "Key that encrypts single fields; empty means one is made in the instance folder. While it is changed: new,old.",
    )
    base_url: str = _doc(
        "http://127.0.0.1:8000", "Address people reach this installation at; used in mail and QR codes."
    )
    department: str = _doc("Sở Công Thương Hà Nội", "Name of the organising department on pages and documents.")
    department_en: str = _doc("Hanoi Department of Industry and Trade", "The same in English.")
    department_address: str = _doc("", "Address under the department's name on invoices; empty leaves it out.")
    department_contact: str = _doc(
        "", "Telephone or e-mail for questions about money, on invoices; empty leaves it out."
    )
    bank_name: str = _doc(
        "Vietcombank", "Bank that receives payments. The four bank settings are placeholders: set your own."
    )
    bank_bin: str = _doc("970436", "The bank's six-digit number (BIN) in VietQR codes; empty prints no QR code.")
    bank_account: str = _doc("0000000000", "Number of the account that receives payments.")
    bank_account_name: str = _doc("SO CONG THUONG HA NOI", "Holder of that account, in capitals without accents.")
    stripe_secret_key: str = _doc(
        "",
        "Secret key of a Stripe account (sk_… or rk_…); empty, with or without the next one, offers no payment by card.",
    )
    stripe_webhook_secret: str = _doc(
        "", "Signing secret of the webhook at /webhooks/stripe (whsec_…). While it is changed: new,old."
    )
    stripe_api_base: str = _doc("", "Another address than Stripe's own; only for tests against a local server.")
    mail_server: str = _doc("", "SMTP host; empty keeps mail in the outbox (read at /dev/mail in the demonstration).")
    mail_port: int = _doc(587, "SMTP port.")
    mail_username: str = _doc("", "SMTP user.")
    mail_password: str = _doc("", "SMTP password.")
    mail_tls: bool = _doc(True, "TLS on the SMTP connection: STARTTLS, or from the first byte on port 465.")
    mail_sender: str = _doc("fairs@fairs.example", "Sender of all mail.")
    demo: bool = _doc(False, "Demonstration: sample accounts on the sign-in page, mail readable at /dev/mail.")
    testing: bool = _doc(False, "Only for the tests.")
    kill_at: str = _doc(
        "",
        "Only for the drill: the step at which the process ends as in a power cut; needs FAIRS_DEMO or FAIRS_TESTING.",
    )
    secure_cookies: bool = _doc(False, "Cookies only over HTTPS; set it behind TLS.")
    trusted_proxies: int = _doc(0, "Number of reverse proxies whose X-Forwarded-* headers are believed.")
    rate_limits: bool = _doc(True, "Rate limits on sign-in, registration, PIN and API.")
    max_upload_mb: int = _doc(16, "Largest upload in megabytes.")
    public_cache_seconds: int = _doc(
        5, "How long public pages are kept for readers who are not signed in, in seconds; 0 makes each one anew."
    )
    hot_seconds: float = _doc(
        2.0,
        "How long gates may rely on what this process knows of tokens, roles, fairs and gates, in seconds; 0 reads each time.",
    )
    log_format: str = _doc("text", "text, or json: one object per line and request, without personal data.")
    metrics_token: str = _doc("", "Token of GET /metrics (Authorization: Bearer …); empty answers this machine only.")
    default_locale: str = _doc("vi", "Language for a visitor who has chosen none: vi or en.")

    @classmethod
    def from_env(cls, environ: Mapping[str, str] | None = None) -> Config:
        """Read all settings from ``FAIRS_…`` variables; raises ConfigError on a value of the wrong type."""
        env = os.environ if environ is None else environ
        values: dict[str, Any] = {}
        for name, spec in cls.__dataclass_fields__.items():
            raw = env.get("FAIRS_INSTANCE" if name == "instance_path" else f"FAIRS_{name.upper()}")
            if raw is None or raw == "":
                continue
            values[name] = _convert(name, raw, type(spec.default))
        config = cls(**values)
        if config.default_locale not in {"vi", "en"}:
            raise ConfigError("FAIRS_DEFAULT_LOCALE must be vi or en.")
        if config.log_format not in {"text", "json"}:
            raise ConfigError("FAIRS_LOG_FORMAT must be text or json.")
        return config

    @property
    def resolved_database_url(self) -> str:
        """The database address, SQLite in the instance folder when none is set."""
        if self.database_url:
            return re.sub(r"^postgres(ql)?://", "postgresql+psycopg://", self.database_url)
        return f"sqlite:///{self.instance_path / 'fairs.db'}"

    @property
    def takes_cards(self) -> bool:
        """Whether payment by card is set up: a key to ask with, and a secret by which answers are known."""
        return bool(self.stripe_secret_key and self.stripe_webhook_secret)

    @property
    def card_page_origin(self) -> str:
        """Where the page for card data lies; empty when no cards are taken."""
        if not self.takes_cards:
            return ""
        return self.stripe_api_base.rstrip("/") or "https://checkout.stripe.com"

    @property
    def resolved_files_url(self) -> str:
        """The file store's address, a folder in the instance folder when none is set."""
        return self.files_url or f"file://{self.instance_path / 'files'}"

    def secret(self, name: str) -> str:
        """A secret of this installation: the setting, else a random value kept (mode 0600) in the instance folder."""
        given = {"secret_key": self.secret_key, "password_salt": self.password_salt, "field_key": self.field_key}.get(
            name, ""
        )
        return given or self._kept_secret(name)

    def _kept_secret(self, name: str) -> str:
        folder = self.instance_path / "keys"
        path = folder / name
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        if not path.exists():
            # Written whole, then linked: of two processes that start together one wins, and nobody reads half a key.
            own = folder / f".{name}.{os.getpid()}.{secrets.token_hex(4)}"
            own.touch(0o600)
            own.write_text(secrets.token_urlsafe(48))
            try:
                os.link(own, path)
            except FileExistsError:
                pass
            except OSError:  # a file system without links
                own.replace(path)
            own.unlink(missing_ok=True)
        return path.read_text().strip()


def _convert(name: str, raw: str, kind: type) -> Any:
    if kind is bool:
        if raw.lower() in {"1", "true", "yes", "on"}:
            return True
        if raw.lower() in {"0", "false", "no", "off"}:
            return False
        raise ConfigError(f"FAIRS_{name.upper()} must be 1 or 0, not {raw!r}.")
    if kind is int:
        try:
            return int(raw)
        except ValueError as error:
            raise ConfigError(f"FAIRS_{name.upper()} must be a whole number, not {raw!r}.") from error
    return Path(raw).resolve() if issubclass(kind, Path) else raw
