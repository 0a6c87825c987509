"""Finding the pairs worth comparing among many contracts, and contracts that were also kept as their call-offs.

Only contracts whose parties may be the same, or that have a telling number or the very paper in common, are compared: ten
thousand contracts take seconds.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import timedelta
from decimal import Decimal
from itertools import combinations

from fairs.contracts.likeness import (
    CURRENCY_TOLERANCE,
    VALUE_TOLERANCE,
    Deal,
    Found,
    Goods,
    Number,
    compare,
    compare_goods,
    compare_numbers,
    is_telling,
    number_key,
    party_reasons,
)
from fairs.contracts.party_names import Names, Party, alike, likeness

#: Call-offs are written within some weeks of the contract.
BEFORE, AFTER = timedelta(days=21), timedelta(days=75)
#: The parts come to the whole: exactly, or nearly where numbers or quantities say the same.
EXACT, SERIES_TOLERANCE = 0.0005, 0.005
MOST_PARTS, MOST_TRIED, _FEW = 6, 12, 6
_MOST_SHARING = 60  # a number on more contracts than that is no number


def find_all(deals: Sequence[Deal], focus: Collection[int] | None = None) -> list[Found]:
    """Every pair that may be one deal, the likeliest first; with ``focus`` only pairs with one of these contracts."""
    pairs = _Pairs(deals)
    found: dict[tuple[int, int], Found] = {}
    for one, other, exporter, importer in pairs.to_compare():
        if focus is None or one.id in focus or other.id in focus:
            hit = compare(one, other, exporter, importer)
            if hit is not None:
                found[(hit.a, hit.b)] = hit
    for parts, hits in _splits(pairs, set(found)):
        for hit in hits:
            if focus is None or hit.a in focus or hit.b in focus:
                found.setdefault((hit.a, hit.b), hit)
        # Equal instalments of one contract are alike, and are no copies of each other.
        for one, other in combinations(sorted(parts, key=lambda part: part.id), 2):
            if compare_numbers(one.number, other.number) is not Number.EQUAL:
                found.pop((one.id, other.id), None)
    return sorted(found.values(), key=lambda hit: (-hit.score, hit.a, hit.b))


class _Pairs:
    """Contracts by their parties, with the parties that may be the same."""

    def __init__(self, deals: Sequence[Deal]) -> None:
        self.deals = deals
        self.same: dict[tuple[int, int], Party] = {}
        self.near: dict[int, set[int]] = defaultdict(set)
        for side in ({deal.exporter.id: deal.exporter for deal in deals}, {d.importer.id: d.importer for d in deals}):
            for one, other, how in alike(side.values()):
                self.same[(one, other)] = how
                if how >= Party.NEAR:
                    self.near[one].add(other)
                    self.near[other].add(one)
        self.groups: dict[tuple[int, int], list[Deal]] = defaultdict(list)
        for deal in deals:
            self.groups[(deal.exporter.id, deal.importer.id)].append(deal)

    def likeness(self, one: Names, other: Names) -> Party:
        if one.id == other.id:
            return Party.SAME
        known = self.same.get((min(one.id, other.id), max(one.id, other.id)))
        return known if known is not None else likeness(one, other)

    def around(self, deal: Deal) -> Iterator[Deal]:
        """Contracts of the same parties, also where a party stands there under nearly its name."""
        for exporter in (deal.exporter.id, *sorted(self.near[deal.exporter.id])):
            for importer in (deal.importer.id, *sorted(self.near[deal.importer.id])):
                yield from self.groups.get((exporter, importer), ())

    def to_compare(self) -> Iterator[tuple[Deal, Deal, Party, Party]]:
        seen: set[tuple[int, int]] = set()
        for deal in self.deals:
            for other in self.around(deal):
                if other.id > deal.id:
                    seen.add((deal.id, other.id))
                    yield deal, other, *self.how(deal, other)
        for members in self._sharing():
            for one, other in combinations(sorted(members, key=lambda deal: deal.id), 2):
                if (one.id, other.id) not in seen:
                    seen.add((one.id, other.id))
                    how = self.how(one, other)
                    if min(how) > Party.OTHER:
                        yield one, other, *how

    def how(self, one: Deal, other: Deal) -> tuple[Party, Party]:
        return self.likeness(one.exporter, other.exporter), self.likeness(one.importer, other.importer)

    def _sharing(self) -> Iterable[list[Deal]]:
        """Contracts with the very number or the very paper in common, whoever the parties are."""
        shared: dict[str, list[Deal]] = defaultdict(list)
        for deal in self.deals:
            key = number_key(deal.number)
            if is_telling(key):
                shared["".join(key)].append(deal)
            if deal.evidence:
                shared[f"paper {deal.evidence}"].append(deal)
        return [members for members in shared.values() if 1 < len(members) <= _MOST_SHARING]


# --- one contract, and its call-offs ---------------------------------------------------------------------------------


def _splits(pairs: _Pairs, known: Collection[tuple[int, int]]) -> Iterator[tuple[Sequence[Deal], list[Found]]]:
    for whole in pairs.deals:
        if whole.parent_id is not None or whole.value_minor <= 0:
            continue
        pool = [part for part in pairs.around(whole) if _may_be_part(whole, part, known)]
        if len(pool) < 2 or any(_is_numbered_part(other, whole) for other in pairs.around(whole)):
            continue
        best = _best(whole, sorted(pool, key=lambda part: (abs((part.signed_on - whole.signed_on).days), part.id)))
        if best is None:
            continue
        parts, share = best
        yield parts, [_as_part(pairs, whole, part, len(parts), share) for part in parts]


def _as_part(pairs: _Pairs, whole: Deal, part: Deal, number: int, share: float) -> Found:
    a, b = sorted((whole, part), key=lambda deal: deal.id)
    exporter, importer = pairs.how(whole, part)
    reasons = [*party_reasons(exporter, importer), ("split", str(number)), ("split_sum", f"{100 * share:.2g}")]
    if _is_numbered_part(whole, part):
        reasons.append(("number_part", ""))
    if whole.fair_id != part.fair_id:
        reasons.append(("other_fair", ""))
    return Found(a.id, b.id, 85 if share <= EXACT else 75, tuple(reasons), is_split=True)


def _may_be_part(whole: Deal, part: Deal, known: Collection[tuple[int, int]]) -> bool:
    if part.id == whole.id or part.parent_id is not None or part.kind == "framework" or part.value_minor <= 0:
        return False
    if (min(whole.id, part.id), max(whole.id, part.id)) in known:
        return False
    if not whole.signed_on - BEFORE <= part.signed_on <= whole.signed_on + AFTER:
        return False
    ours, theirs = _amounts(whole, part)
    if not (0.005 * ours < theirs < 0.995 * ours or (theirs < ours and _is_numbered_part(whole, part))):
        return False
    return compare_goods(whole, part) >= Goods.UNKNOWN


def _is_numbered_part(whole: Deal, part: Deal) -> bool:
    """Whether the number of the one is that of the other with something behind it: HD-01/2026-2."""
    longer = len(number_key(part.number)) > len(number_key(whole.number))
    return longer and compare_numbers(whole.number, part.number) is Number.PART


def _amounts(whole: Deal, part: Deal) -> tuple[int, int]:
    if whole.currency == part.currency:
        return whole.value_minor, part.value_minor
    return whole.usd_minor or 0, part.usd_minor or 0


def _best(whole: Deal, pool: Sequence[Deal]) -> tuple[Sequence[Deal], float] | None:
    """The contracts that come to the whole, best supported first; None without any."""
    numbered = [part for part in pool if _is_numbered_part(whole, part)]
    if len(numbered) >= 2 and (share := _off(whole, numbered)) <= _limit(whole, numbered):
        return numbered, share
    hits = [
        (not supported, share, len(parts), parts)
        for parts in _sums(whole, pool[:MOST_TRIED])
        for share in [_off(whole, parts)]
        for supported in [_is_supported(whole, parts)]
        if _convinces(whole, parts, share, supported, len(pool))
    ]
    if not hits:
        return None
    _unsupported, share, _size, parts = min(hits, key=lambda hit: (hit[0], hit[1], hit[2]))
    return parts, share


def _sums(whole: Deal, pool: Sequence[Deal]) -> Iterator[tuple[Deal, ...]]:
    """Those contracts of the pool, two at least, that come to the whole within the widest tolerance."""
    parts = sorted(((share, part) for part in pool if (share := _share(whole, part))), key=lambda pair: -pair[0])
    rest = [0.0]
    for share, _part in reversed(parts):
        rest.append(rest[-1] + share)
    rest.reverse()
    low, high = 1 - CURRENCY_TOLERANCE, 1 + CURRENCY_TOLERANCE

    def extend(start: int, taken: tuple[Deal, ...], total: float) -> Iterator[tuple[Deal, ...]]:
        if len(taken) > 1 and low <= total <= high:
            yield taken
        if len(taken) == MOST_PARTS or total > high:
            return
        for place in range(start, len(parts)):
            if total + rest[place] < low:
                return
            yield from extend(place + 1, (*taken, parts[place][1]), total + parts[place][0])

    return extend(0, (), 0.0)


def _share(whole: Deal, part: Deal) -> float:
    ours, theirs = _amounts(whole, part)
    return theirs / ours if ours else 0.0


def _off(whole: Deal, parts: Iterable[Deal]) -> float:
    return abs(sum(_share(whole, part) for part in parts) - 1)


def _limit(whole: Deal, parts: Iterable[Deal]) -> float:
    return VALUE_TOLERANCE if all(part.currency == whole.currency for part in parts) else CURRENCY_TOLERANCE


def _convinces(whole: Deal, parts: Sequence[Deal], share: float, supported: bool, tried: int) -> bool:
    if supported:
        return share <= _limit(whole, parts)
    if any(part.currency != whole.currency for part in parts):
        return False
    # Among few contracts an exact sum is no chance; among many some sum fits sooner or later.
    if tried <= _FEW and share <= EXACT:
        return True
    return tried <= _FEW and share <= SERIES_TOLERANCE and _is_series(whole, parts)


def _is_supported(whole: Deal, parts: Sequence[Deal]) -> bool:
    """Whether numbers, kinds or quantities say the same as the sum."""
    if all(part.kind == "call_off" for part in parts):
        return True
    if all(_is_numbered_part(whole, part) for part in parts):
        return True
    ours = sum((quantity for _code, quantity in whole.goods), Decimal(0))
    theirs = sum((quantity for part in parts for _code, quantity in part.goods), Decimal(0))
    return ours > 0 and all(part.goods for part in parts) and abs(theirs - ours) <= ours / 100 and len(parts) <= 4


def _is_series(whole: Deal, parts: Sequence[Deal]) -> bool:
    """Whether the parts have numbers of one series that is not the whole's, and its goods."""
    if any(part.headings != whole.headings for part in parts):
        return False
    first = parts[0].number
    one_series = all(compare_numbers(first, part.number) <= Number.NEXT for part in parts[1:])
    none = not any(number_key(part.number) for part in parts) and bool(number_key(whole.number))
    return none or (one_series and compare_numbers(first, whole.number) > Number.NEXT)
