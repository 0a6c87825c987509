"""Bank accounts to which refunds go, and the numbered lists by which the bank is told to pay them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, cast

from sqlalchemy import ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from fairs.core.crypto import decrypt, encrypt
from fairs.core.db import Record
from fairs.core.masking import is_masked, mask_name, mask_number

if TYPE_CHECKING:
    from fairs.payments.models import Refund

ACCOUNT_FIELDS = ("holder", "number", "bank")


class HasAccount:
    """A bank account, encrypted: bank data are sensitive (Law 91/2025/QH15). Who reads the number leaves an audit row."""

    account_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)

    @property
    def account(self) -> dict[str, str]:
        """``holder``, ``number``, ``bank`` and, where it is known, ``bin``; empty when there is none."""
        found = cast(dict[str, str], json.loads(decrypt(self.account_sealed))) if self.account_sealed else {}
        if found and is_masked():
            found |= {"holder": mask_name(found["holder"]), "number": mask_number(found["number"])}
        return found

    @account.setter
    def account(self, value: dict[str, str]) -> None:
        self.account_sealed = encrypt(json.dumps(value, ensure_ascii=False).encode()) if value else None

    @property
    def account_shown(self) -> str:
        """The account as pages show it: of the number the last four characters only."""
        account = self.account
        if not account:
            return ""
        number = account["number"]
        return " · ".join((account["holder"], f"•••• {number[-4:]}" if len(number) > 4 else "••••", account["bank"]))


class PayoutAccount(HasAccount, Record):
    """The account to which a company wants its refunds, as the company itself gave it."""

    __tablename__ = "payout_accounts"

    company_id: Mapped[int] = mapped_column(ForeignKey("companies.id"), unique=True)
    given_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))


class TransferList(Record):
    """Refunds that were put into one file for the bank. The file follows from the refunds, so it is the same each time.

    ``request_key`` names the form that made it: a form that comes twice makes one list.
    """

    __tablename__ = "transfer_lists"

    number: Mapped[str] = mapped_column(String(30), unique=True)  # GS26-TL26-00001
    fair_id: Mapped[int] = mapped_column(ForeignKey("fairs.id"), index=True)
    request_key: Mapped[str] = mapped_column(String(60), unique=True)
    currency: Mapped[str] = mapped_column(String(3))
    made_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))

    refunds: Mapped[list[Refund]] = relationship(order_by="Refund.id", back_populates="transfer_list")
