"""Whom a contact may be: the same e-mail is the same person; everything weaker is a candidate that a person decides."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from fairs.contacts.reading import Contact, Line, domain_of_website, saying
from fairs.contacts.states import RowState
from fairs.core.text import fold
from fairs.directory.names import company_key

MOST_CANDIDATES = 5
# Whoever has an address there says nothing about the company.
FREE_MAIL = frozenset(
    "gmail.com googlemail.com yahoo.com yahoo.co.jp yahoo.co.uk yahoo.fr yahoo.de yahoo.com.vn ymail.com outlook.com outlook.jp outlook.fr "
    "hotmail.com hotmail.co.jp hotmail.fr hotmail.co.uk hotmail.de live.com live.fr msn.com icloud.com me.com mac.com aol.com gmx.de gmx.net "
    "gmx.com gmx.at web.de t-online.de freenet.de orange.fr wanadoo.fr free.fr laposte.net sfr.fr libero.it virgilio.it tiscali.it qq.com "
    "163.com 126.com sina.com sohu.com foxmail.com naver.com hanmail.net daum.net nate.com mail.ru yandex.ru yandex.com bk.ru inbox.ru "
    "rambler.ru protonmail.com proton.me pm.me zoho.com rediffmail.com seznam.cz centrum.cz wp.pl o2.pl docomo.ne.jp ezweb.ne.jp softbank.ne.jp "
    "nifty.com biglobe.ne.jp hinet.net vnn.vn fpt.vn bluewin.ch skynet.be telenet.be ziggo.nl planet.nl bigpond.com btinternet.com".split()
)


@dataclass(frozen=True, slots=True)
class KnownPerson:
    """Somebody of the directory, as far as comparing goes."""

    id: int
    names: frozenset[str]
    email: str
    phone: str
    country: str
    company_id: int | None


@dataclass(frozen=True, slots=True)
class KnownCompany:
    """A company of the directory with its names for comparing and its own domains."""

    id: int
    keys: frozenset[str]
    country: str
    domains: frozenset[str]


@dataclass(slots=True)
class Directory:
    """Those of the directory who may be meant, found by each way."""

    by_email: Mapping[str, list[KnownPerson]] = field(default_factory=dict)
    by_name: Mapping[str, list[KnownPerson]] = field(default_factory=dict)
    by_phone: Mapping[str, list[KnownPerson]] = field(default_factory=dict)
    by_key: Mapping[str, list[KnownCompany]] = field(default_factory=dict)
    by_domain: Mapping[str, list[KnownCompany]] = field(default_factory=dict)


@dataclass(slots=True)
class Judged:
    """A line with what it would become. ``found`` as kept with the row."""

    line: Line
    state: RowState
    person_id: int | None = None
    company_id: int | None = None
    found: dict[str, Any] = field(default_factory=dict)


def own_domains(contact: Contact) -> set[str]:
    """The domains of addresses that are the company's own."""
    return domains_of([*contact.emails, contact.website])


def domains_of(addresses: Iterable[str]) -> set[str]:
    """The domains of e-mail and web addresses, without those of free mailers."""
    found = {one.rsplit("@", 1)[1] if "@" in one else domain_of_website(one) for one in addresses if one}
    return {one for one in found if "." in one} - FREE_MAIL


def names_of(native: str, latin: str) -> frozenset[str]:
    """The native and the Latin name for comparing, each also with its two words the other way round."""
    plain = {fold(name) for name in (native, latin)} - {""}
    turned = {f"{words[1]} {words[0]}" for words in map(str.split, plain) if len(words) == 2}
    return frozenset(plain | turned)


def merge_twice(lines: Sequence[Line]) -> set[int]:
    """Put together the lines of one person: with an address in common, or with the same name and company. Gives the rows that went
    into an earlier one; lines with problems stay as they are."""
    by_sign: dict[str, Line] = {}
    gone: set[int] = set()
    for line in lines:
        if line.problems:
            continue
        one = line.contact
        signs = [f"@{email}" for email in one.emails]
        signs.append(f"={fold(one.name)}|{one.key}")
        first = next((by_sign[sign] for sign in signs if sign in by_sign), None)
        if first is None:
            first = line
        else:
            gone.add(line.row)
            _put_together(first, line)
        for sign in signs:
            by_sign.setdefault(sign, first)
    return gone


def _put_together(first: Line, other: Line) -> None:
    one, two = first.contact, other.contact
    if fold(one.name) != fold(two.name) and two.name != two.company:
        one.note = "\n".join(part for part in (one.note, two.name) if part)[:2000]
    for name in ("passport_name", "phone", "website", "job", "address"):
        setattr(one, name, getattr(one, name) or getattr(two, name))
    one.emails = list(dict.fromkeys([*one.emails, *two.emails]))[:10]
    one.groups = list(dict.fromkeys([*one.groups, *two.groups]))
    if two.note and two.note not in one.note:
        one.note = "\n".join(part for part in (one.note, two.note) if part)[:2000]
    first.hints = [said for said in first.hints if said[0] != "no_email" or not one.emails]
    first.hints.append(saying("merged_from", str(other.row)))
    other.hints.append(saying("merged", str(first.row)))


def judge_all(lines: Sequence[Line], known: Directory) -> list[Judged]:
    """What each line would become. Nothing is looked up any more."""
    gone = merge_twice(lines)
    return [_judge(line, known, line.row in gone) for line in lines]


def _judge(line: Line, known: Directory, is_gone: bool) -> Judged:
    if line.problems:
        return Judged(line, RowState.WRONG)
    if is_gone:
        return Judged(line, RowState.MERGED)
    person, people = _people(line.contact, known)
    if person is not None and person.company_id is not None:
        return Judged(line, RowState.KNOWN, person.id, person.company_id)
    company_id, companies = _companies(line.contact, known)
    found = {name: rows for name, rows in (("people", people), ("companies", companies)) if rows}
    if found:
        return Judged(line, RowState.UNSURE, person.id if person else None, company_id, found)
    return Judged(line, RowState.KNOWN if person else RowState.NEW, person.id if person else None, company_id)


def _people(contact: Contact, known: Directory) -> tuple[KnownPerson | None, list[list[Any]]]:
    """The person with the same e-mail; else the candidates with the reasons."""
    names = names_of(contact.name, contact.passport_name)
    same = {one.id: one for email in contact.emails for one in known.by_email.get(email, ())}
    if len(same) == 1:
        return next(iter(same.values())), []
    if same:  # several people share the address: the name decides, or a person
        named = [one for one in same.values() if one.names & names]
        if len(named) == 1:
            return named[0], []
    why: dict[int, list[str]] = defaultdict(list)
    for one in same.values():
        why[one.id].append("email")
    for name in sorted(names):
        for one in known.by_name.get(name, ()):
            if one.country == contact.country and "name" not in why[one.id]:
                why[one.id].append("name")
    for one in known.by_phone.get(contact.phone, ()) if contact.phone else ():
        why[one.id].append("phone")
    return None, _best(why)


def _companies(contact: Contact, known: Directory) -> tuple[int | None, list[list[Any]]]:
    """The company when name, country and its own domain agree; else the candidates with the reasons."""
    key, domains = company_key(contact.company), own_domains(contact)
    why: dict[int, list[str]] = defaultdict(list)
    for one in known.by_key.get(key, ()):
        if one.country == contact.country:
            why[one.id].append("name")
    for domain in sorted(domains):
        for one in known.by_domain.get(domain, ()):
            if "domain" not in why[one.id]:
                why[one.id].append("domain")
    sure = [company_id for company_id, reasons in why.items() if {"name", "domain"} <= set(reasons)]
    return (sure[0], []) if len(sure) == 1 else (None, _best(why))


def _best(why: Mapping[int, list[str]]) -> list[list[Any]]:
    rows = sorted((-len(reasons), key, reasons) for key, reasons in why.items() if reasons)
    return [[key, reasons] for _many, key, reasons in rows[:MOST_CANDIDATES]]
