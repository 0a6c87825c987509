"""A new key for encrypted fields: everything is encrypted anew by the first key of FAIRS_FIELD_KEY."""

from __future__ import annotations

from sqlalchemy import select

from fairs.badges.models import BadgeKey
from fairs.claims.models import Claim, ClaimPayment
from fairs.claims.proofs import reseal_papers
from fairs.core import crypto
from fairs.core.db import db, transaction
from fairs.core.installation import SECRET, InstallationSetting
from fairs.identity.service import rotate_documents
from fairs.letters.service import rotate_letters
from fairs.payments.models import Refund
from fairs.payments.transfer_models import HasAccount, PayoutAccount


def rotate_keys() -> int:
    """Encrypt every encrypted field by the newest key; gives back how many there were.

    All or, when one cannot be decrypted by any of the keys, none: then cryptography.fernet.InvalidToken is raised.
    """
    with transaction():
        keys = db.session.scalars(select(BadgeKey).order_by(BadgeKey.id).with_for_update()).all()
        for key in keys:
            key.private_key = crypto.rotate(key.private_key)
        settings = db.session.scalars(
            select(InstallationSetting).where(InstallationSetting.name.in_(SECRET)).with_for_update()
        ).all()
        for setting in settings:
            setting.value = crypto.rotate(setting.value.encode()).decode()
        accounts: list[HasAccount] = [
            *db.session.scalars(select(Refund).where(Refund.account_sealed.is_not(None)).with_for_update()),
            *db.session.scalars(select(Claim).where(Claim.account_sealed.is_not(None)).with_for_update(of=Claim)),
            *db.session.scalars(select(ClaimPayment).where(ClaimPayment.account_sealed.is_not(None)).with_for_update()),
            *db.session.scalars(select(PayoutAccount).where(PayoutAccount.account_sealed.is_not(None)).with_for_update()),
        ]  # fmt: skip
        for row in accounts:
            row.account_sealed = crypto.rotate(row.account_sealed or b"")
        sealed = rotate_documents() + rotate_letters() + reseal_papers()
    return len(keys) + len(settings) + len(accounts) + sealed
