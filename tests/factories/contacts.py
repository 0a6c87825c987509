"""Lists of contacts as others hand them over, as CSV and as workbooks with titles and two rows of heads."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from typing import Any

import xlsxwriter

from fairs.core.storage import Upload

HEADS = ("STT", "Họ và tên", "Chức vụ", "Tên công ty", "Quốc gia", "Điện thoại", "E-mail", "Ghi chú")


def csv_list(
    rows: Sequence[Sequence[Any]], heads: Sequence[str] = HEADS, *, name: str = "danh-sach.csv", title: str = ""
) -> Upload:
    """A CSV with a title above the heads where one is given."""
    out = io.StringIO()
    table = csv.writer(out)
    if title:
        table.writerows([[title], []])
    table.writerow(heads)
    table.writerows(rows)
    return Upload(name, out.getvalue().encode("utf-8-sig"))


def contact(
    name: str, company: str, country: str, email: str = "", phone: str = "", *, job: str = "", note: str = ""
) -> list[str]:
    """A row under HEADS."""
    return ["", name, job, company, country, phone, email, note]


def grouped_workbook(rows: Sequence[Sequence[Any]]) -> Upload:
    """A workbook: a first sheet with a letter, then a list under a title and two rows of heads, the upper ones merged.

    Each row: company, country, website, name, e-mails, telephone, last contact.
    """
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True}) as book:
        book.add_worksheet("Letter").write_string(0, 0, "Dear colleagues, please find our list on the next sheet.")
        page = book.add_worksheet("List")
        bold, day = book.add_format({"bold": True}), book.add_format({"num_format": "dd/mm/yyyy"})
        page.merge_range(0, 0, 0, 6, "LIST OF BUYERS 2026", bold)
        page.merge_range(2, 0, 2, 2, "Company", bold)
        page.merge_range(2, 3, 2, 5, "Contact", bold)
        page.write_string(2, 6, "Others", bold)
        page.write_row(3, 0, ["Name", "Country", "Website", "Name", "E-mail", "Phone", "Last contact"], bold)
        for number, row in enumerate(rows, 4):
            for column, value in enumerate(row):
                if hasattr(value, "year"):
                    page.write_datetime(number, column, value, day)
                else:
                    page.write(number, column, value)
    return Upload("buyers.xlsx", file.getvalue())


_LANDS = (
    ("Nhật", "JP", "+8190"),
    ("Japan", "JP", "+8180"),
    ("Đức", "DE", "+49151"),
    ("France", "FR", "+336"),
    ("アメリカ", "US", "+1202"),
)


def many_contacts(number: int, *, first: int = 0) -> Upload:
    """So many rows of so many people of a third as many companies; the numbers in their names begin with ``first``."""
    rows = []
    for n in range(first, first + number):
        land, code, dial = _LANDS[n // 3 % len(_LANDS)]
        host = f"trading{n // 3:05d}.{code.lower()}.example"
        mails = f"buyer{n}@{host}" if n % 7 else f"buyer{n}@{host}; sales{n}@{host}"
        rows.append(
            contact(
                f"Sample Buyer {n:05d}", f"Trading House {n // 3:05d} Co., Ltd", land, mails, f"{dial}{1000000 + n}"
            )
        )
    return csv_list(rows, title="DANH SÁCH KHÁCH MỜI")
