"""Currencies by their ISO 4217 codes, and which of them a sign beside a number can mean. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

_CODES = """
    AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD
    CAD CDF CHF CLF CLP CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP
    GMD GNF GTQ GYD HKD HNL HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD
    KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK
    NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD
    SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD UYU UZS VED VES VND VUV WST XAF
    XCD XCG XOF XPF YER ZAR ZMW ZWG
"""
CODES = frozenset(_CODES.split())

_DOLLARS = frozenset(code for code in CODES if code.endswith("D") and code not in ("IQD", "BHD", "JOD", "KWD", "LYD"))
_SIGNS: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "$": _DOLLARS | {"MXN", "ARS", "CLP", "COP", "CUP", "DOP", "UYU", "CVE", "MOP", "TOP", "WST"},
        "US$": frozenset({"USD"}),
        "A$": frozenset({"AUD"}),
        "C$": frozenset({"CAD", "NIO"}),
        "NZ$": frozenset({"NZD"}),
        "MX$": frozenset({"MXN"}),
        "R$": frozenset({"BRL"}),
        "S/": frozenset({"PEN"}),
        "S/.": frozenset({"PEN"}),
        "kr": frozenset({"DKK", "ISK", "NOK", "SEK"}),
        "€": frozenset({"EUR"}),
        "£": frozenset({"GBP", "EGP", "FKP", "GIP", "LBP", "SDG", "SHP", "SSP", "SYP"}),
        "¥": frozenset({"JPY", "CNY"}),
        "￥": frozenset({"JPY", "CNY"}),
        "₹": frozenset({"INR"}),
        "₨": frozenset({"INR", "LKR", "MUR", "NPR", "PKR", "SCR"}),
        "₩": frozenset({"KRW", "KPW"}),
        "₽": frozenset({"RUB"}),
        "₺": frozenset({"TRY"}),
        "₪": frozenset({"ILS"}),
        "₫": frozenset({"VND"}),
        "₦": frozenset({"NGN"}),
        "₴": frozenset({"UAH"}),
        "₱": frozenset({"PHP"}),
        "฿": frozenset({"THB"}),
        "₡": frozenset({"CRC", "SVC"}),
        "₲": frozenset({"PYG"}),
        "₵": frozenset({"GHS"}),
        "₸": frozenset({"KZT"}),
        "₾": frozenset({"GEL"}),
    }
)
_WRITTEN = re.compile(r"\b([A-Z]{3})\b|((?:US|NZ|MX|A|C|R)?\$|S/\.?|\bkr\b|[€£¥￥₠-⃏฿])")


def other_currency(text: str, unit: str) -> str:
    """The sign or code of another currency than `unit` that stands in a text; empty when there is none.

    A sign that several currencies share, such as $, may be the unit's.
    """
    for code, sign in _WRITTEN.findall(text):
        if code in CODES and code != unit:
            return code
        if sign and unit not in _SIGNS.get(sign, frozenset()):
            return sign
    return ""
