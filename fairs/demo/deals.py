"""Exchange rates and contracts of the demonstration."""

from __future__ import annotations

import random
from datetime import date, timedelta
from decimal import Decimal

from fairs.calendar.models import Fair
from fairs.contracts.models import Contract, ContractLine, ExchangeRate
from fairs.contracts.states import ContractState, Verification
from fairs.core.clock import now
from fairs.core.db import db
from fairs.core.money import Money
from fairs.core.sequences import next_reference
from fairs.demo.papers import contract_paper
from fairs.demo.people import Cast

SAMPLE_RATES = {"USD": 25_400, "EUR": 27_600, "JPY": 168, "GBP": 32_300, "CNY": 3_520, "HKD": 3_260, "SGD": 18_900}
GOODS = (
    ("6913", "Tượng, đồ trang trí bằng gốm", "PCE"),
    ("4602", "Giỏ, khay mây tre đan", "PCE"),
    ("6214", "Khăn lụa tơ tằm", "PCE"),
    ("4420", "Hộp sơn mài, khảm trai", "SET"),
    ("8306", "Tượng đồng, chuông trang trí", "PCE"),
    ("6304", "Vỏ gối, khăn trải bàn thêu", "SET"),
)
SOURCE = "Tỷ giá mẫu / sample rate"


def load_rates(as_of: date) -> None:
    """Sample rates for the month before ``as_of``."""
    for back in range(30):
        for currency, vnd in SAMPLE_RATES.items():
            drift = Decimal(back % 7) * Decimal(vnd) / 10_000
            db.session.add(
                ExchangeRate(
                    currency=currency, day=as_of - timedelta(days=back), vnd=Decimal(vnd) + drift, source=SOURCE
                )
            )
    db.session.flush()


def load_contracts(rng: random.Random, fair: Fair, cast: Cast) -> int:
    """Fourteen deals: most verified, some waiting for the second person, some MOUs."""
    number = 14
    for n in range(number):
        currency = ("USD", "USD", "EUR", "JPY")[n % 4]
        is_mou = n % 5 == 3
        verified = not is_mou and n % 3 != 2
        hs_code, description, unit = GOODS[n % len(GOODS)]
        value = Money((8_000 + 700 * n) * (150 if currency == "JPY" else 100), currency)
        signed_on = fair.starts_on if n % 2 else fair.today
        exporter, importer = cast.exporters[20 + n], cast.importers[-58 + n * 3][0]
        contract = Contract(
            fair_id=fair.id,
            reference=next_reference(fair.code, "C"),
            number=f"HD-{n + 1:02d}/{fair.code}",
            exporter_id=exporter.id,
            importer_id=importer.id,
            signed_on=signed_on,
            state=ContractState.MOU if is_mou else ContractState.SIGNED,
            verification=Verification.VERIFIED if verified else Verification.LOGGED,
            incoterm=rng.choice(["FOB", "CIF", "FCA"]),
            incoterm_place="Hải Phòng",
            currency=currency,
            value_minor=value.amount_minor,
            payment_method="TT",
            payment_terms="T/T 30 % – 70 %",
            delivery="45 ngày / 45 days",
            logged_by_id=cast.users["deals"].id,
            verified_by_id=cast.users["organiser"].id if verified else None,
            verified_at=now() if verified else None,
            lines=[
                ContractLine(
                    position=1,
                    hs_code=hs_code,
                    description=description,
                    quantity=Decimal(500 + 50 * n),
                    unit=unit,
                    amount_minor=value.amount_minor,
                    currency=currency,
                )
            ],
        )
        _freeze(contract, value, signed_on, fair)
        # One without its scan, to show what is missing.
        contract.evidence = contract_paper(contract, exporter, importer) if n != 8 else None
        db.session.add(contract)
    db.session.flush()
    return number


def _freeze(contract: Contract, value: Money, day: date, fair: Fair) -> None:
    back = Decimal((fair.today - day).days % 7)
    rate = Decimal(SAMPLE_RATES[value.currency]) * (1 + back / 10_000)
    usd = Decimal(SAMPLE_RATES["USD"]) * (1 + back / 10_000)
    contract.rate_vnd, contract.rate_usd_vnd, contract.rate_on, contract.rate_source = rate, usd, day, SOURCE
    contract.usd_minor = Money.from_decimal(round(value.decimal * rate / usd, 2), "USD").amount_minor
