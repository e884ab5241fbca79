"""A tenant's one colour, made legible: the same sum that `static/theme.css` asks of the browser.

Hue kept, chroma capped, OKLCH lightness fixed, so that any choice reads as text and under a button. The stored
hex serves where no browser does the sum: mail, documents, charts drawn on the server.
"""

from __future__ import annotations

import math
import re

DEFAULT = "#0e6174"
_HEX = re.compile(r"#(?:[0-9a-fA-F]{3}|[0-9a-fA-F]{6})\Z")
_LIGHT, _DARK = (0.43, 0.105), (0.80, 0.095)


def safe_colour(value: object) -> str:
    """The colour as given when it is `#rgb` or `#rrggbb`, else the platform's own: nothing else enters a style."""
    text = str(value or "")
    return text if _HEX.match(text) else DEFAULT


def legible(value: object, is_dark: bool = False) -> str:
    """The accent for text and buttons as `#rrggbb`, on light paper or on a dark screen."""
    _lightness, chroma, hue = _oklch(safe_colour(value))
    lightness, most = _DARK if is_dark else _LIGHT
    chroma = min(chroma, most)
    # A colour that no screen can show loses chroma, not hue.
    while chroma > 0 and not all(-0.0005 <= channel <= 1.0005 for channel in _linear(lightness, chroma, hue)):
        chroma = max(chroma - 0.002, 0.0)
    return "#" + "".join(f"{_byte(channel):02x}" for channel in _linear(lightness, chroma, hue))


def legible_on_dark(value: object) -> str:
    """The accent for a dark screen, `#rrggbb`."""
    return legible(value, is_dark=True)


def _oklch(colour: str) -> tuple[float, float, float]:
    digits = colour[1:]
    if len(digits) == 3:
        digits = "".join(digit * 2 for digit in digits)
    r, g, b = (_to_linear(int(digits[i : i + 2], 16) / 255) for i in (0, 2, 4))
    long = math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b)
    medium = math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b)
    short = math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b)
    lightness = 0.2104542553 * long + 0.7936177850 * medium - 0.0040720468 * short
    a = 1.9779984951 * long - 2.4285922050 * medium + 0.4505937099 * short
    bb = 0.0259040371 * long + 0.7827717662 * medium - 0.8086757660 * short
    return lightness, math.hypot(a, bb), math.atan2(bb, a)


def _linear(lightness: float, chroma: float, hue: float) -> tuple[float, float, float]:
    a, b = chroma * math.cos(hue), chroma * math.sin(hue)
    long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    medium = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    return (
        4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short,
        -1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short,
        -0.0041960863 * long - 0.7034186147 * medium + 1.7076147010 * short,
    )


def _to_linear(channel: float) -> float:
    return channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4


def _byte(linear: float) -> int:
    linear = min(max(linear, 0.0), 1.0)
    channel = linear * 12.92 if linear <= 0.0031308 else 1.055 * linear ** (1 / 2.4) - 0.055
    return round(channel * 255)
