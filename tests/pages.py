"""What tests read out of a page."""

from __future__ import annotations

import re

# A new one on every request: the CSRF token (masked each time) and the nonce of the content policy.
_CHANCE = re.compile(rb'(?:nonce=|value=|"X-CSRFToken": )"[A-Za-z0-9+/=_-]{20,64}"')


def without_chance(content: bytes) -> bytes:
    """A page's bytes without what differs between two requests for the same page."""
    return _CHANCE.sub(b"", content)
