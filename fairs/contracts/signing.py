"""Signatures on the screen: drawn or typed, bound to the content's hash; with both of them the bilingual paper is made."""

from __future__ import annotations

import io

from flask_babel import lazy_gettext as _l
from PIL import Image, ImageDraw, ImageFont, ImageOps
from sqlalchemy import select

from fairs.audit.service import record
from fairs.calendar.models import Fair
from fairs.contracts.confirming import SIDES, is_over, locked
from fairs.contracts.content import content_hash
from fairs.contracts.deal_pdf import signed_paper
from fairs.contracts.errors import AlreadySigned, AnswerOver, ContentChanged, InvalidContract, NotSignable
from fairs.contracts.models import Contract, Signature
from fairs.contracts.states import ContractState, Verification
from fairs.core import fonts
from fairs.core.actor import Actor
from fairs.core.clock import now
from fairs.core.db import db, transaction
from fairs.core.errors import InvalidInput, NotFound
from fairs.core.pictures import drawn_signature
from fairs.core.storage import StoredFile, keep
from fairs.core.text import one_line

_LONGEST = 120
_SMALLEST_INK = 60  # dark pixels: a dot by accident is no signature


def signatures_of(contract: Contract) -> dict[str, Signature]:
    """By side the signature under what the contract says now."""
    current = content_hash(contract)
    return {row.side: row for row in contract.signatures if row.content_sha256 == current}


def contract_signed_under(sha256: str) -> Contract | None:
    """The contract that was signed here under the content with this hash."""
    found = select(Signature.contract_id).where(Signature.content_sha256 == sha256)
    return db.session.scalars(select(Contract).where(Contract.id.in_(found)).limit(1)).first()


def obstacle_to_signing(contract: Contract) -> AnswerOver | NotSignable | None:
    """What keeps anybody from signing on the screen now; None when nothing does."""
    if is_over(contract):
        return AnswerOver()
    if contract.state is ContractState.LEAD:
        return NotSignable(_l("A lead has nothing to sign yet."))
    if contract.verification is Verification.INCOMPLETE:
        return NotSignable(_l("The clerk completes the contract first: terms and goods are missing."))
    return None


def sign_contract(
    contract: Contract,
    side: str,
    *,
    name: str,
    title: str = "",
    drawing: str = "",
    typed: bool = False,
    seen: str,
    by: Actor,
    witness: int | None = None,
) -> Signature:
    """One party signs the content with the hash ``seen``: ``drawing`` is a PNG as data address; ``typed`` signs by the name.

    ``witness`` is the user on whose screen it happened. With both signatures the paper is made; it becomes the evidence
    unless a scan that is no photo is there, or the contract is verified. Raises InvalidContract with every field,
    NotSignable, AnswerOver, ContentChanged, AlreadySigned.
    """
    if side not in SIDES:
        raise NotFound
    name, title = one_line(name), one_line(title)
    picture = _picture(name, title, drawing, typed=typed)
    with transaction():
        row = locked(contract)
        obstacle = obstacle_to_signing(row)
        if obstacle is not None:
            raise obstacle
        current = content_hash(row)
        if seen != current:
            raise ContentChanged
        if side in signatures_of(row):
            raise AlreadySigned
        file = keep(f"{row.reference}-{side}.png", picture, "image/png")
        signature = Signature(
            contract_id=row.id, side=side, name=name, title=title, content_sha256=current, file_id=file.id,
            witnessed_by_id=witness, signed_at=now(),
        )  # fmt: skip
        db.session.add(signature)
        db.session.flush()
        db.session.refresh(row, ["signatures"])
        record(
            "contracts.sign",
            row,
            by=by,
            after={"side": side, "sha256": current, "picture": file.sha256, "typed": typed},
        )
        if len(signatures_of(row)) == len(SIDES):
            _make_paper(row, by)
        return signature


def _make_paper(contract: Contract, by: Actor) -> StoredFile | None:
    """The paper takes the place of a mere photo, or of nothing; never of a scan or of what was verified."""
    old = contract.evidence
    if contract.verification is Verification.VERIFIED or (
        old is not None and not old.content_type.startswith("image/")
    ):
        return None
    fair = db.session.get_one(Fair, contract.fair_id)
    file = keep(f"{contract.reference}.pdf", signed_paper(contract, fair, signatures_of(contract)), "application/pdf")
    contract.evidence_id, contract.evidence = file.id, file
    db.session.flush()
    record(
        "contracts.paper", contract, by=by, before={"sha256": old.sha256 if old is not None else None},
        after={"sha256": file.sha256, "content": content_hash(contract)},
    )  # fmt: skip
    return file


def _picture(name: str, title: str, drawing: str, *, typed: bool) -> bytes:
    problems: list[InvalidInput] = []
    if not name:
        problems.append(InvalidInput(_l("Please write the name of who signs."), field="name"))
    for field, text in (("name", name), ("title", title)):
        if len(text) > _LONGEST:
            problems.append(InvalidInput(_l("At most %(max)d characters.", max=_LONGEST), field=field))
    picture = None
    try:
        picture = drawn_signature(drawing)
        if picture is not None and _ink(picture) < _SMALLEST_INK:
            picture = None
        if picture is None and not typed:
            problems.append(
                InvalidInput(_l("Please draw the signature, or tick that the typed name is it."), field="signature")
            )
    except InvalidInput as error:
        problems.append(error)
    if problems:
        raise InvalidContract(problems)
    return picture if picture is not None else typed_picture(name)


def _ink(png: bytes) -> int:
    with Image.open(io.BytesIO(png), formats=("PNG",)) as opened:
        layer = opened.convert("RGBA")
    ground = Image.new("RGBA", layer.size, "white")
    ground.alpha_composite(layer)
    return sum(ImageOps.invert(ground.convert("L")).histogram()[96:])


def typed_picture(name: str) -> bytes:
    """A typed name as a picture, each letter in a font that has it."""
    size = 56
    pieces = [(run.text, ImageFont.truetype(str(fonts.find(_family(run.font))), size)) for run in fonts.runs(name)]
    width = int(sum(font.getlength(text) for text, font in pieces)) + 40
    image = Image.new("RGBA", (max(width, 200), 140), "#ffffff00")
    pen, x = ImageDraw.Draw(image), 20.0
    for text, font in pieces:
        pen.text((x, 30), text, font=font, fill="#1d1a18")
        x += font.getlength(text)
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


def _family(face: str) -> str:
    return face.removesuffix("-Bold").removesuffix("-Regular")
