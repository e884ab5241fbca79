"""Text that a spreadsheet would run as a formula: made harmless when written, restored when read back."""

from __future__ import annotations

import re

# OWASP's list (= + - @ TAB CR LF), ASVS 5.0 1.2.10 (NUL), and the full-width signs that Excel reads alike. Text that
# already begins with our mark gets one more, so that reading back always gives exactly what was written.
_DANGEROUS = re.compile("'*[=+\\-@\t\r\n\0＝＋－＠]")
_NEUTRAL = re.compile("'+[=+\\-@\t\r\n\0＝＋－＠]")


def neutralised(text: str) -> str:
    """The text with a leading `'` if a spreadsheet would take it for a formula."""
    return "'" + text if _DANGEROUS.match(text) else text


def unquoted(text: str) -> str:
    """The text as it was before `neutralised`."""
    return text[1:] if _NEUTRAL.match(text) else text
