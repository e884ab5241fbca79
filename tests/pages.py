"""What tests read out of a page."""

from __future__ import annotations

import re
from html import escape

# A new one on every request: the CSRF token (masked each time) and the nonce of the content policy.
_CHANCE = re.compile(rb'(nonce=|name="csrfmiddlewaretoken" value=|"X-CSRFToken": )"[^"]*"')


def without_chance(response) -> bytes:
    """An answer's bytes without what differs between two requests for the same page, and without its own address."""
    path = response.wsgi_request.get_full_path()
    content = response.content.replace(escape(path).encode(), b"")
    return _CHANCE.sub(b"", content)
