"""A meeting that runs: how long from one person's click to the other's page showing it, in real browsers before the real
server; and what it costs that many have the page open."""

from __future__ import annotations

import os
import time
from datetime import datetime, timedelta

from django.conf import settings
from django.test import Client
from django.utils import timezone

from backbone.models import Entrance, Grant, Membership, User
from backbone.roles import Role
from bench import worlds
from bench.measuring import Report, Timing, side_by_side
from bench.sharing import served
from comms.models import Meeting
from comms.services import live, meetings, sessions

APPLICATION = "backbone.config.wsgi:application"
WITHIN = 1000  # ms, for nineteen of twenty
WATCHERS, A_SECOND = 30, 2  # people, and how often each page asks

# Notes when each mark is first to be seen on the page.
WATCH = """() => {
    window.shown = {};
    const look = () => { for (const found of document.body.innerText.matchAll(/mark-\\d+/g))
        window.shown[found[0]] ??= performance.timeOrigin + performance.now(); };
    new MutationObserver(look).observe(document.body, {subtree: true, childList: true, characterData: true});
}"""


def meeting(report: Report, quick: bool) -> None:
    world = worlds.make("bench-meeting", partners=9, indicators=4, months=0)
    people = [_person(world, name, role) for name, role in (("writes", Role.CONVENER), ("watches", Role.PARTNER_LEAD))]
    with world.scope():
        zone = world.tenant.timezone
        starts = datetime.combine(timezone.localdate() + timedelta(days=1), datetime.min.time())
        (found,) = meetings.plan(
            initiative=world.initiative, title="Our week", starts=starts, minutes=60, zone=zone, by=world.steward,
            topics=[(f"Topic {n}", 10) for n in range(6)],
        )  # fmt: skip
        sessions.open_session(meeting=found, by=world.steward)
    report.title("A meeting that two have open, each in a browser; gunicorn as in production")
    browser = os.environ.get("BACKBONE_CHROMIUM")
    if browser is None:
        report.fact("not measured", "there is no Chromium: apt-get install chromium")
    else:
        shown = Timing.of(_seen(world, found, people, browser, 5 if quick else 40))
        report.timing("from the click to the other's page showing it", shown)
        report.fact("nineteen of twenty", f"{shown.p95:8.0f} ms   at most {WITHIN} ms", is_met=shown.p95 <= WITHIN)
    _watching(report, world, found, people[1], quick)


def _person(world: worlds.World, name: str, role: Role) -> User:
    email = f"{name}@{world.tenant.slug}.example"
    user = User(email=email)
    user.set_unusable_password()
    user.save()
    Entrance.objects.create(user=user, tenant=world.tenant)
    with world.scope():
        member = Membership.objects.create(user_id=user.pk, email=email, name=name.capitalize())
        partner = world.partner_ids[0] if role == Role.PARTNER_LEAD else None
        Grant.objects.create(membership=member, role=role, partner_id=partner)
    return user


def _signed_in(user: User) -> Client:
    client = Client(SERVER_NAME="127.0.0.1")
    client.force_login(user)
    return client


def _path(world: worlds.World, found: Meeting) -> str:
    return f"/o/{world.tenant.slug}/{world.initiative.slug}/meetings/{found.pk}/session/"


def _seen(world: worlds.World, found: Meeting, people: list[User], chromium_at: str, samples: int) -> list[float]:
    """Seconds from the click on “Save the minutes” to the words standing on the other's page, without a reload."""
    from playwright.sync_api import sync_playwright

    name, taken = settings.SESSION_COOKIE_NAME, []
    cookies = [_signed_in(user).cookies[name].value for user in people]
    with served(APPLICATION) as port, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_at, args=["--no-sandbox", "--disable-gpu"])
        url = f"http://127.0.0.1:{port}"
        pages = []
        for cookie in cookies:
            context = browser.new_context(locale="en-GB")
            context.add_cookies([{"name": name, "value": cookie, "url": url}])
            page = context.new_page()
            page.set_default_timeout(60_000)
            page.goto(url + _path(world, found))
            pages.append(page)
        writes, watches = pages
        watches.evaluate(WATCH)
        for number in range(-1, samples):
            mark = f"mark-{number + 1}"
            writes.get_by_role("textbox", name="Minutes").fill(f"We are at {mark}.")
            began = time.time()
            writes.get_by_role("button", name="Save the minutes").click()
            watches.wait_for_function("mark => window.shown[mark]", arg=mark)
            if number >= 0:
                taken.append(watches.evaluate("mark => window.shown[mark]", mark) / 1000 - began)
            time.sleep(0.13)  # so that the page asks at another moment of the half second each time
        browser.close()
    return taken


def _watching(report: Report, world: worlds.World, found: Meeting, user: User, quick: bool) -> None:
    """One question of a page that is open, beside asking for the record itself."""
    client = _signed_in(user)
    with world.scope():
        seal, seen = live.seal(found.pk), live.seen(found.pk)
        moves = Meeting.objects.get(pk=found.pk).moves

    def asked(path: str, **headers: str) -> None:
        if client.get(path, headers=headers).status_code not in (200, 204):
            raise RuntimeError(f"{path} did not answer.")

    record = _path(world, found)
    timings = side_by_side(
        {
            "one look whether something happened": lambda _turn: asked(f"/l/{seal}/?seen={seen}"),
            "the same, asked of the record": lambda _turn: asked(f"{record}?moves={moves}", **{"HX-Request": "true"}),
            "the record itself": lambda _turn: asked(record, **{"HX-Request": "true"}),
        },
        20 if quick else 200,
    )
    for name, timing in timings.items():
        report.timing(name, timing)
    each = timings["one look whether something happened"].median / 1000
    share = WATCHERS * A_SECOND * each
    report.fact(f"{WATCHERS} pages that are open", f"{100 * share:8.0f} % of one processor")
