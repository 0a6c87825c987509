"""Names of companies as they are compared: two lists rarely write the legal form in the same way."""

from __future__ import annotations

import re

from fairs.core.text import fold

# Behind the name, folded and without full stops. Taken away one after the other: "GmbH & Co. KG" is three of them.
_BEHIND = frozenset(
    "co ltd limited company corp corporation inc incorporated llc llp lp plc gmbh mbh ag kg kgaa ohg ug ev sa sas sasu sarl "
    "eurl srl spa sl slu bv nv ab oy oyj as aps asa kk yk gk pty pte pvt private sdn bhd jsc pjsc ooo oao zao sro spzoo sp z oo zoo "
    "doo ead eood ood kft zrt ltda cia eirl tnhh mtv cp jsco and et und group holding holdings cv ltee sia uab tbk".split()
)
_BEFORE = re.compile(
    r"^(?:(?:cong ty|cty|tnhh|trach nhiem huu han|co phan|cp|mtv|mot thanh vien|hai thanh vien|xuat nhap khau|doanh nghiep tu nhan|dntn|"
    r"the|pt|cv|ooo|oao|zao|ооо|оао|зао|tov|pjsc|gie|ste|societe|firma)\s+)+"
)
# Chinese, Japanese and Korean forms stand before or behind without a space; fold() has taken ㈱ apart to (株).
_HAN = re.compile(
    r"株式会社|有限会社|合同会社|合資会社|\(株\)|\(有\)|\(合\)|股份有限公司|有限责任公司|有限責任公司|有限公司|주식회사|유한회사|\(주\)|\(유\)"
)


def company_key(name: str) -> str:
    """A company's name for comparing: folded, without signs and legal forms. "Công ty TNHH ABC" and "ABC Co., Ltd" are "abc".

    Where nothing else would be left the form stays.
    """
    plain = re.sub(r"[.'’`]", "", _HAN.sub(" ", fold(name)))
    words = re.findall(r"[^\W_]+", _BEFORE.sub("", " ".join(re.findall(r"[^\W_]+", plain))))
    kept = list(words)
    while len(kept) > 1 and kept[-1] in _BEHIND:
        kept.pop()
    return " ".join(kept or words)[:300] or fold(name)[:300]
