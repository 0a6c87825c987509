"""A new key for encrypted fields: everything is encrypted anew by the first key of FAIRS_FIELD_KEY."""

from __future__ import annotations

from sqlalchemy import select

from fairs.badges.models import BadgeKey
from fairs.claims.models import Claim, ClaimPayment
from fairs.claims.proofs import reseal_papers
from fairs.contacts.models import ContactImport
from fairs.core import crypto
from fairs.core.db import db, transaction
from fairs.core.installation import SECRET, InstallationSetting
from fairs.core.storage import discard, keep
from fairs.identity.service import rotate_documents
from fairs.letters.service import rotate_letters
from fairs.lists.bundles import remove_files
from fairs.payments.models import Refund
from fairs.payments.transfer_models import HasAccount, PayoutAccount
from fairs.privacy.models import PrivacyRequest


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
        sealed = rotate_documents() + rotate_letters() + reseal_papers() + _reseal_files()
    return len(keys) + len(settings) + len(accounts) + sealed


def _reseal_files() -> int:
    """Lists of contacts as they were handed in, and copies of personal data that wait to be fetched."""
    holders: list[ContactImport | PrivacyRequest] = [
        *db.session.scalars(
            select(ContactImport).where(ContactImport.file_id.is_not(None)).order_by(ContactImport.id).with_for_update()
        ),
        *db.session.scalars(
            select(PrivacyRequest).where(PrivacyRequest.file_id.is_not(None)).order_by(PrivacyRequest.id).with_for_update()
        ),
    ]  # fmt: skip
    remove_files(all_of_them=True)  # printed for a day; made anew in a minute
    for row in holders:
        old = row.file
        if old is not None:
            # A new file beside the old one: until the commit the old bytes are those that count.
            row.file = keep(old.name, crypto.rotate(old.read()), old.content_type)
            db.session.flush()
            discard(old)
    return len(holders)
