"""The running fair's own badge: the standard one with an emblem, the job title, and a back that says what to do."""

from __future__ import annotations

import io
from dataclasses import replace

from PIL import Image, ImageDraw

from fairs.accounts.models import User
from fairs.badges.layout_service import add_picture, create_layout, publish, save_draft
from fairs.badges.layouts import Element
from fairs.badges.standard import standard_layout
from fairs.calendar.models import Fair
from fairs.core.actor import Actor
from fairs.core.storage import Upload


def load_badge_layout(fair: Fair, users: dict[str, User]) -> None:
    """A published layout for all badges of a fair."""
    by = Actor(users["organiser"].id, users["organiser"].name)
    layout = create_layout(fair, "Thẻ hội chợ", is_default=True, by=by)
    digest = add_picture(layout, Upload("emblem.png", _emblem()), by=by)
    standard = standard_layout()
    front = []
    for one in standard.front:
        if one.id in {"fair_name", "fair_dates"}:  # beside the emblem
            one = replace(one, w=one.w - 20)  # noqa: PLW2901
        elif one.id == "company":
            one = replace(one, h=15.5, lines=3)  # noqa: PLW2901
        front.append(one)
    front += [
        Element("emblem", "logo", 74, 15, 16, 16, file=digest, align="right", valign="middle"),
        Element("job_title", "field", 6, 95.5, 48, 5.5, field="job_title", largest=11, smallest=7, valign="middle"),
    ]
    words = (
        ("how", 20, 14, "Đưa mã trên mặt trước vào máy quét ở cổng, cả khi vào và khi ra.",
         "Hold the code on the front to the scanner at the gate, coming in and going out."),
        ("lost", 40, 14, "Mất thẻ: đến quầy đăng ký, chúng tôi đổi thẻ mới và khoá thẻ cũ.",
         "Lost it? Come to the registration desk: you get a new one, the old one is blocked."),
        ("help", 60, 14, "Thẻ chỉ dùng cho người có tên trên thẻ.", "Only the person named on it may use this badge."),
    )  # fmt: skip
    back = [
        Element("lid", "band", 0, 0, 96, 14, fill="category"),
        Element("edge", "weave", 0, 14.9, 96, 1.7, fill="category"),
        *(
            Element(key, "text", 8, y, 80, h, text_vi=vi, text_en=en, lines=3, largest=12, smallest=8, valign="middle")
            for key, y, h, vi, en in words
        ),
        Element("number", "field", 8, 112, 80, 6, field="reference", largest=11, smallest=7, colour="muted", align="center"),
    ]  # fmt: skip
    content = replace(standard, front=tuple(front), back=tuple(back)).as_json()
    publish(layout, based_on=save_draft(layout, content, based_on=layout.newest.mark, by=by).mark, by=by)


def _emblem() -> bytes:
    """Lozenges in a ring, as woven on the bottom of a basket, white on nothing."""
    side = 480
    picture = Image.new("RGBA", (side, side), (255, 255, 255, 0))
    draw = ImageDraw.Draw(picture)
    draw.ellipse((6, 6, side - 6, side - 6), outline="white", width=22)
    for row in range(-3, 4):
        for column in range(-3, 4):
            x, y = side / 2 + (column + row) * 32, side / 2 + (column - row) * 32
            if (x - side / 2) ** 2 + (y - side / 2) ** 2 < 165**2 and (row + column) % 3:
                draw.polygon([(x, y - 27), (x + 27, y), (x, y + 27), (x - 27, y)], fill="white")
    data = io.BytesIO()
    picture.save(data, "PNG")
    return data.getvalue()
