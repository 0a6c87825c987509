"""Statements as three Vietnamese banks lay them out, with what banks do to texts, for tests and measurements."""

from __future__ import annotations

import csv
import io
import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import xlsxwriter

from fairs.core.storage import Upload

HEADS = {
    "vietcombank": ("STT", "Ngày giao dịch/ TNX Date", "Số tham chiếu/ Doc No", "Số tiền ghi nợ/ Debit",
                    "Số tiền ghi có/ Credit", "Số dư/ Balance", "Mô tả/ Transactions in detail"),
    "bidv": ("Ngày giờ GD", "Số tiền", "Loại GD (C/D)", "Số dư", "Diễn giải", "Số bút toán", "Tên tài khoản đối ứng"),
    "vietinbank": ("Ngày phát sinh", "Nội dung giao dịch", "Phát sinh nợ", "Phát sinh có", "Số dư", "Tài khoản đối ứng",
                   "Tên người chuyển"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Row:
    """A movement, as the bank knows it; ``amount`` in minor units with its sign."""

    day: date
    amount: int
    text: str
    payer: str = ""
    number: str = ""


def figure(minor: int, manner: str, exponent: int = 0) -> str:
    """An amount with its marks of thousands (``.`` or ``,``)."""
    decimals = f"{minor / 10**exponent:,.{exponent}f}" if exponent else f"{minor:,}"
    return decimals.translate(str.maketrans(",.", ".,")) if manner == "." else decimals


def grid(
    rows: Sequence[Row], bank: str, *, manner: str = ",", exponent: int = 0, opening: int = 10_000_000
) -> list[list[str]]:
    """The cells of a statement: letterhead, heads, lines, totals and signatures, as the bank's website gives them."""
    balance = opening
    cells = [
        [f"NGÂN HÀNG TMCP {bank.upper()}"],
        ["SAO KÊ TÀI KHOẢN"],
        ["Số tài khoản: 0000000000", "", "Loại tiền: VND"],
        [],
        list(HEADS[bank]),
    ]
    show = lambda minor: figure(minor, manner, exponent)  # noqa: E731
    for at, row in enumerate(rows, 1):
        balance += row.amount
        money_in, money_out = (show(row.amount), "") if row.amount > 0 else ("", show(-row.amount))
        if bank == "vietcombank":
            cells.append([str(at), f"{row.day:%d/%m/%Y}", row.number, money_out, money_in, show(balance), row.text])
        elif bank == "bidv":
            sign = "C" if row.amount > 0 else "D"
            cells.append(
                [
                    f"{row.day:%d/%m/%Y} 10:15:00",
                    show(abs(row.amount)),
                    sign,
                    show(balance),
                    row.text,
                    row.number,
                    row.payer,
                ]
            )
        else:
            cells.append([f"{row.day:%d-%m-%Y}", row.text, money_out, money_in, show(balance), "", row.payer])
    total = [""] * len(HEADS[bank])
    total[0] = "Tổng cộng"
    total[-3] = show(sum(row.amount for row in rows if row.amount > 0))
    return [*cells, total, [], ["", "Kế toán trưởng", "", "Giám đốc"], ["", "(Ký, ghi rõ họ tên)"]]


def csv_file(
    cells: Sequence[Sequence[str]], *, encoding: str = "utf-8-sig", delimiter: str = ",", name: str = "sao-ke.csv"
) -> Upload:
    """A CSV of these cells."""
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter, lineterminator="\r\n").writerows(cells)
    return Upload(name, out.getvalue().encode(encoding))


def xlsx_file(cells: Sequence[Sequence[Any]], *, name: str = "sao-ke.xlsx") -> Upload:
    """An XLSX of these cells; what begins with = is a formula."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"default_date_format": "dd/mm/yyyy"}) as book:
        page = book.add_worksheet("Sao ke")
        for at, row in enumerate(cells):
            for column, value in enumerate(row):
                if isinstance(value, date):
                    page.write_datetime(at, column, value)
                elif isinstance(value, str) and not value.startswith("="):
                    page.write_string(at, column, value)
                else:
                    page.write(at, column, value)
    return Upload(name, out.getvalue())


def many_rows(references: Sequence[tuple[str, int]], day: date, *, seed: int = 1) -> list[Row]:
    """A row for each (reference, amount), with what banks do to most of them; every 40th is a payment of somebody else."""
    rng = random.Random(seed)
    rows = []
    for at, (reference, amount) in enumerate(references):
        texts = (
            f"MBVCB.{rng.randrange(10**9)}.{reference}.CT tu 00710000{at:05d} NGUYEN VAN A toi 0000000000",
            f"Thanh toan gian hang {reference.lower()}",
            f"{reference[:4]} {reference[4:]} tien dat coc",
            f"CK{reference}CONGTYMAU",
            f"IBFT {reference}",
        )
        text = "Luong thang 5" if at % 40 == 39 else texts[at % len(texts)]
        rows.append(Row(day, amount, text, number=f"FT{day:%y%m%d}{at:07d}"))
    return rows
