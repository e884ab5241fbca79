"""The large drawings and the large matrix in a real browser: from asking for the page until it can be used.

Chromium runs on the same machine and shares its cores with the server. Without one nothing is measured.
"""

from __future__ import annotations

import os
import random
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.test import Client

from agenda.models import Link, Node
from agenda.services import map_loops
from bench import maps, matrix, worlds
from bench.measuring import Report, Timing
from bench.sharing import served

CHROMIUM = os.environ.get("BACKBONE_CHROMIUM")
FLAGS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-sync"]
USABLE, PAINTED = 2_000, 1_000  # ms at the 95th percentile

# When the drawing said that it is there, on the page's own clock, which begins with the navigation.
WATCH = """
    new MutationObserver((seen, self) => {
        if (document.querySelector("[data-drawn]")) { window.drawnAt = performance.now(); self.disconnect(); }
    }).observe(document, { subtree: true, childList: true, attributes: true, attributeFilter: ["data-drawn"] });
"""
FIRST_PAINT = "performance.getEntriesByName('first-contentful-paint')[0]?.startTime"


def browsing(report: Report, quick: bool) -> None:
    report.title("In a browser, from asking for the page")
    if CHROMIUM is None:
        report.fact("no Chromium on this machine", "nothing measured")
        return
    samples = 3 if quick else 15
    mapped = worlds.make("bench-drawn", partners=9, indicators=1, months=0)
    with mapped.scope():
        draw(mapped.initiative)
    tied = worlds.make("bench-tied", partners=matrix.ORGANIZATIONS, indicators=1, months=0)
    with tied.scope():
        matrix.tie(tied.initiative)
    filled = worlds.make("bench-filled", partners=60, indicators=1, months=0)
    with filled.scope():
        matrix.fill(filled.initiative)
    worlds.analyze()
    looks = [
        (
            f"a map of {maps.NODES} nodes and {maps.LINKS} links, usable",
            mapped,
            "agenda/map/",
            "window.drawnAt",
            USABLE,
        ),
        (f"{matrix.ORGANIZATIONS} organizations, usable", tied, "activities/network/", "window.drawnAt", USABLE),
        ("the first page of the matrix, painted", filled, f"activities/gaps/?day={matrix.DAY}", FIRST_PAINT, PAINTED),
    ]
    sessions = {world.tenant.slug: signed_in(world) for _name, world, *_rest in looks}  # no query beside a browser
    with served("backbone.config.wsgi:application") as port, opened() as browser:
        for name, world, rest, seen, most in looks:
            base = f"http://127.0.0.1:{port}"
            address = f"{base}/o/{world.tenant.slug}/{world.initiative.slug}/{rest}"
            cookies = [{"name": key, "value": value, "url": base} for key, value in sessions[world.tenant.slug].items()]
            taken = Timing.of([look(browser, cookies, address, seen) / 1000 for _turn in range(-1, samples)][1:])
            report.timing(name, taken)
            report.fact(f"  {name}, p95", f"{taken.p95:8.0f} ms, at most {most}", is_met=taken.p95 <= most)


def look(browser: Any, cookies: list[dict[str, str]], address: str, seen: str) -> float:
    """Milliseconds until the page has what is looked for, as somebody sees it who opens it for the first time."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    context.add_cookies(cookies)
    context.add_init_script(WATCH)
    page = context.new_page()
    page.goto(address)
    page.wait_for_function(f"() => {seen}", timeout=60_000)
    found = float(page.evaluate(seen))
    context.close()
    return found


def signed_in(world: worlds.World) -> dict[str, str]:
    """The cookies of the steward, who has come in."""
    client = Client(headers={"host": "127.0.0.1"})
    client.force_login(matrix.reader(world))
    return {key: one.value for key, one in client.cookies.items()}


@contextmanager
def opened() -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


def draw(initiative: Any) -> None:
    """The map that the bench of maps lays out, with words of several lengths, and its loops found."""
    chance = random.Random(7)  # noqa: S311
    words = re.findall(r"[a-z]{4,}", (map_loops.__doc__ or "").lower())
    spots, arcs = maps.as_map(maps.leading_on())
    sorts = ("activity", "factor", "outcome", "result")
    nodes = Node.objects.bulk_create(
        Node(
            initiative=initiative, slug=f"n{spot.node}", sort=sorts[spot.rank],
            label=f"{' '.join(chance.sample(words, 3)).capitalize()} {spot.node}",
        )
        for spot in spots
    )  # fmt: skip
    Link.objects.bulk_create(
        Link(
            initiative=initiative, source=nodes[arc.source], target=nodes[arc.target], sign=arc.sign,
            evidence=chance.choice(Link.Evidence.values),
        )
        for arc in arcs
    )  # fmt: skip
    map_loops.find(initiative.pk)
