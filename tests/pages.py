"""What tests read out of a page."""

from __future__ import annotations

import re
from html import escape
from html.parser import HTMLParser

# A new one on every request: the CSRF token (masked each time) and the nonce of the content policy.
_CHANCE = re.compile(rb'(nonce=|name="csrfmiddlewaretoken" value=|"X-CSRFToken": )"[^"]*"')


_HELP = re.compile(r'<details\b[^>]*\bid="help".*?</details>', re.S)


def without_help(page: str) -> str:
    """A page's HTML without its help, which explains the words that its figures must not be called by."""
    found, count = _HELP.subn("", page)
    assert count == 1, "no page of members is without help"
    return found


def without_chance(response) -> bytes:
    """An answer's bytes without what differs between two requests for the same page, and without its own address."""
    path = response.wsgi_request.get_full_path()
    content = response.content.replace(escape(path).encode(), b"")
    return _CHANCE.sub(b"", content)


class _Forms(HTMLParser):
    """The fields of every form of a page that is sent by POST, as they stand."""

    def __init__(self):
        super().__init__()
        self.forms: list[dict[str, str]] = []
        self._form: dict[str, str] | None = None
        self._select = self._text = ""

    def handle_starttag(self, tag, attrs):
        said = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._form = {} if said.get("method") == "post" else None
            if self._form is not None:
                self.forms.append(self._form)
        elif self._form is None:
            return
        elif tag == "input" and said.get("name"):
            is_box = said.get("type") in ("checkbox", "radio")
            if not is_box or "checked" in said:
                self._form[said["name"]] = said.get("value", "on" if is_box else "")
        elif tag == "select":
            self._select = said.get("name", "")
        elif tag == "option" and self._select and "selected" in said:
            self._form[self._select] = said.get("value", "")
        elif tag == "textarea":
            self._text = said.get("name", "")
            self._form[self._text] = ""

    def handle_data(self, data):
        if self._text and self._form is not None:
            self._form[self._text] += data

    def handle_endtag(self, tag):
        if tag == "textarea":
            self._text = ""
        elif tag == "form":
            self._form = None


def form_of(page: str) -> dict[str, str]:
    """What the form of a page with most fields would send as it stands."""
    found = _Forms()
    found.feed(page)
    return {name: value.lstrip("\r\n") for name, value in max(found.forms, key=len).items()}
