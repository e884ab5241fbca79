"""Following links, as somebody who looks at everything would."""

from __future__ import annotations

import re
from collections import Counter, deque
from html import unescape

from django.test import Client
from django.urls import resolve

LINK = re.compile(rb'(?:href|hx-get|action|src)="(/[^"#]*)"')
LEAVE_OUT = re.compile(r"^/(accounts|static|theme|language|u)/|/api/")


def crawl(browser: Client, start: str, of_one_kind: int = 6) -> dict[str, bytes]:
    """Every kind of page that links lead to from `start`, by path; each must open, for a page offers no dead link. A page
    that asks what is new may hear that nothing is (204).

    Of one kind, such as a report for each month, the first few are read.
    """
    seen: dict[str, bytes] = {}
    kinds: Counter[str] = Counter()
    waiting, known, sources = deque([start]), {start}, {start: "the test"}
    while waiting:
        path = waiting.popleft()
        kind = resolve(path.partition("?")[0]).view_name
        kinds[kind] += 1
        if kinds[kind] > of_one_kind:
            continue
        response = browser.get(path)
        assert response.status_code in (200, 204, 302, 405), f"{sources[path]} leads to {path}: {response.status_code}"
        content = b"".join(response.streaming_content) if response.streaming else response.content
        seen[path] = content + response.get("Content-Disposition", "").encode()
        found = [unescape(match.decode()) for match in LINK.findall(content)]
        if response.status_code == 302:
            found.append(response["Location"])
        for link in found:
            if link.startswith("/") and not LEAVE_OUT.search(link) and link not in known:
                known.add(link)
                sources[link] = path
                waiting.append(link)
    return seen
