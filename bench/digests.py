"""Digests end to end, planned, written down and handed over, beside the least that Django can do: render, build the
message, send it over one connection. Thirty items each, text and HTML, for the thousand readers of a large tenant. And
what is left of it with slow mail servers."""

from __future__ import annotations

import contextlib
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import time_machine
from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.db import connection
from django.template import Context, Template
from django.test.utils import CaptureQueriesContext

from backbone.models import Change, Grant, Membership
from backbone.roles import Role
from bench import worlds
from bench.drill import free_port
from bench.measuring import Report, Timing
from comms.models import Mail, Note, Run
from comms.services import planning, sending
from comms.services.lines import TAKEN, open_line

PROJECT = Path(__file__).resolve().parents[1]
AT_LEAST = 0.7
# Mail servers that take so long with each mail; how many digests there are to be, and in how many minutes.
SLOW, ALL, WITHIN = (0.02, 0.05), 20_000, 30
AT_MOST_SLOW = 1.5
SLOWLY = 300  # readers, of all of them, who hear from a slow server
FIRST_READER = 1_000
MONDAY = datetime(2025, 11, 17, 9, tzinfo=UTC)
TOLD = ("outcome.added", "indicator.defined", "partner.joined", "filing.submitted")
NOTES, CHANGES = 10, 8  # lines of the inbox; changes of each of the four topics, five of which are spelled out

FLOOR_TEXT = Template(
    "{% autoescape off %}{{ name }}\n\n{% for one in items %}- {{ one.words }}\n  {{ one.url }}\n{% endfor %}{% endautoescape %}"
)
FLOOR_HTML = Template(
    '<!doctype html><html lang="en"><body style="margin:0;background:#f3f1ec;font:17px/1.5 sans-serif">'
    '<table role="presentation" width="100%"><tr><td align="center"><table role="presentation" style="max-width:600px">'
    '<tr><td style="padding:24px 32px 0 32px"><h1 style="font-size:26px;margin:4px 0 0 0">{{ name }}</h1></td></tr>'
    '{% for one in items %}<tr><td style="padding:8px 32px 0 32px"><p style="margin:0 0 10px 0;color:#474f57">'
    '<a style="color:#005a6c" href="{{ one.url }}">{{ one.words }}</a></p></td></tr>{% endfor %}'
    "</table></td></tr></table></body></html>"
)


def digests(report: Report, quick: bool) -> None:
    people, turns = (40, 1) if quick else (1_000, 5)
    world = worlds.make("bench-digests", partners=9)
    _tell(world)
    members = _members(world, people)
    worlds.analyze()
    settings.DELIVERY = "django.core.mail.backends.smtp.EmailBackend"
    with mail_server() as port:
        _end_to_end(report, world, members, port, turns, "a real mail server (aiosmtpd)", at_least=AT_LEAST)
    with sink() as port:
        _end_to_end(report, world, members, port, turns, "a sink as quick as Python can be")
    with time_machine.travel(MONDAY):
        _statements(report, world, members)
    for seconds in SLOW[:1] if quick else SLOW:
        _slowly(report, world, members[:SLOWLY], seconds, turns=min(turns, 3))


def _end_to_end(
    report: Report, world: worlds.World, members: list[Membership], port: int, turns: int, where: str,
    at_least: float | None = None,
) -> None:  # fmt: skip
    """Both ways in turn; the ledger is one that was in use, so the planner knows it."""
    people = len(members)
    report.title(f"{people} digests of 30 items, text and HTML, to {where} on the same machine")
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
    taken: dict[str, list[float]] = {"floor": [], "ours": [], "planning": [], "sending": []}
    with time_machine.travel(MONDAY):
        for turn in range(-1, turns):
            floor = _timed(lambda: _floor(people))
            _forget(world, members)
            planned = _timed(lambda: _plan(world))
            sent = _timed(lambda: _send(world, people))
            if turn < 0:
                worlds.analyze()
            else:
                for name, seconds in (
                    ("floor", floor),
                    ("ours", planned + sent),
                    ("planning", planned),
                    ("sending", sent),
                ):
                    taken[name].append(seconds / people)
    timings = {name: Timing.of(seconds) for name, seconds in taken.items()}
    for name, words in (
        ("floor", "Django: render, build, send over one connection"),
        ("planning", "ours: gather, put into words, write down"),
        ("sending", "ours: claim, hand over, record"),
    ):
        report.timing(f"{words}, each", timings[name])
    for name, words in (("floor", "Django"), ("ours", "ours, end to end")):
        report.fact(words, f"{1000 / timings[name].median:8.0f} a second")
    share = timings["floor"].median / timings["ours"].median
    best = timings["floor"].best / timings["ours"].best
    asked = "" if at_least is None else f"   at least {at_least}x"
    report.fact("ours / Django", f"{share:8.2f}x   best {best:6.2f}x{asked}", is_met=share >= (at_least or 0))


def _slowly(report: Report, world: worlds.World, members: list[Membership], seconds: float, turns: int) -> None:
    """What is left of it with a mail server that is slow. Of one tenant everything goes over one line, one mail after the
    other, so the floor is the same bytes handed over one line with nothing else done. What all of them take at this pace
    is worked out beside it."""
    count = len(members)
    report.title(f"{count} digests, in place of {ALL:,}, to a mail server that takes {1000 * seconds:.0f} ms with each")
    with world.scope():
        Membership.objects.filter(user_id__gte=FIRST_READER).update(is_active=False)
        Membership.objects.filter(pk__in=[one.pk for one in members]).update(is_active=True)
    floors, ours = [], []
    with sink(seconds) as port, time_machine.travel(MONDAY):
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
        for _turn in range(turns):
            _forget(world, members)
            _plan(world)
            with world.scope():
                mails = list(Mail.objects.exclude(html="").order_by("pk"))
            floors.append(_timed(lambda mails=mails: _hand_over(mails)) / count)
            ours.append(_timed(lambda: _send(world, count)) / count)
    floor, own = Timing.of(floors), Timing.of(ours)
    report.timing("the same bytes handed over, nothing else, each", floor)
    report.timing("ours: claim, ask, mark, hand over, record, each", own)
    report.ratio("ours / handing over alone", own, floor, at_most=AT_MOST_SLOW)
    minutes = own.median * ALL / 1000 / 60
    report.fact(
        f"{ALL:,} sent at this pace (worked out, not run)",
        f"{minutes:8.1f} min   at most {WITHIN}",
        is_met=minutes <= WITHIN,
    )


def _hand_over(mails: list[Mail]) -> None:
    """The same bytes over one line, one after the other, and nothing else."""
    line = open_line()
    for mail in mails:
        if line.ready(sending.compose(mail, {})) is not None or line.give() != TAKEN:
            raise RuntimeError("The mail server refused a mail.")
    line.close()


def _statements(report: Report, world: worlds.World, members: list[Membership]) -> None:
    """Planning asks as much for many readers as for few, as long as their mails are written down in one go (500)."""
    counts = {}
    for some in (members[: len(members) // 10], members[: len(members) * 2 // 5]):
        with world.scope():
            Membership.objects.filter(pk__in=[one.pk for one in members]).update(is_active=False)
            Membership.objects.filter(pk__in=[one.pk for one in some]).update(is_active=True)
        _forget(world, members)
        with CaptureQueriesContext(connection) as asked:
            _plan(world)
        counts[len(some)] = len(asked)
    few, many = counts.values()
    report.fact(
        "statements to plan " + ", ".join(f"{people} people: {count}" for people, count in counts.items()), "",
        is_met=few == many,
    )  # fmt: skip


def _timed(work) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def _floor(people: int) -> None:
    items = [
        {"words": f"Somebody did thing number {n} for the whole", "url": f"{settings.SITE_URL}/o/a/b/{n}/"}
        for n in range(30)
    ]
    with get_connection("django.core.mail.backends.smtp.EmailBackend") as opened:
        for number in range(people):
            context = Context({"name": f"Your week, {number}", "items": items})
            message = EmailMultiAlternatives(
                f"Digest {number}", FLOOR_TEXT.render(context), "a@example.org", [f"r{number}@example.org"]
            )
            message.attach_alternative(FLOOR_HTML.render(context), "text/html")
            opened.send_messages([message])


def _plan(world: worlds.World) -> None:
    with world.scope():
        planning.STEPS[1](MONDAY)


def _send(world: worlds.World, people: int) -> None:
    sent = sending.deliver(world.tenant.pk, spend=600)
    if sent != people:
        raise RuntimeError(f"{sent} of {people} digests were sent.")


def _forget(world: worlds.World, members: list[Membership]) -> None:
    """As if nothing had been planned yet; the mails are due at once, whatever the day."""
    with world.scope():
        Mail.objects.all().delete()
        Run.objects.all().delete()
        Note.objects.update(mailed_in="", read_at=None)


def _tell(world: worlds.World) -> None:
    """What happened on the day before, under four topics."""
    with world.scope(), time_machine.travel(MONDAY - timedelta(hours=30)):
        Change.objects.bulk_create(
            Change(
                verb=verb, subject="bench", by=world.steward, initiative=world.initiative,
                facts={
                    "title": f"Thing {number}", "name": f"Thing {number}", "initiative_name": "Work",
                    "figures": number, "period": "2025-10",
                },
            )
            for verb in TOLD
            for number in range(CHANGES)
        )  # fmt: skip


def _members(world: worlds.World, people: int) -> list[Membership]:
    """People who file for the partners in turn, each with ten unread lines."""
    with world.scope():
        members = Membership.objects.bulk_create(
            Membership(user_id=FIRST_READER + n, email=f"r{n}@{world.tenant.slug}.example", name=f"Reader {n}")
            for n in range(people)
        )
        Grant.objects.bulk_create(
            Grant(membership=one, role=Role.PARTNER_FILER, partner_id=world.partner_ids[n % len(world.partner_ids)])
            for n, one in enumerate(members)
        )
        Note.objects.bulk_create(
            Note(
                member=one, kind="action", key=f"action:{n}", text=f"Say how many places you can open, number {n}.",
                url="/o/a/b/actions/1/", at=MONDAY - timedelta(hours=n + 1),
            )
            for one in members for n in range(NOTES)
        )  # fmt: skip
    return members


def mail_server() -> contextlib.AbstractContextManager[int]:
    """A mail server that takes a mail apart and throws it away."""
    port = free_port()
    return _served(port, "aiosmtpd", "-n", "-c", "aiosmtpd.handlers.Sink", "-l", f"127.0.0.1:{port}")


def sink(delay: float = 0.0) -> contextlib.AbstractContextManager[int]:
    """One that takes everything unread, and answers so many seconds later."""
    port = free_port()
    return _served(port, "bench.sink", str(port), str(delay))


@contextlib.contextmanager
def _served(port: int, module: str, *arguments: str) -> Iterator[int]:
    """A process of its own at this port; ended by its number."""
    process = subprocess.Popen([sys.executable, "-m", module, *arguments], cwd=PROJECT)
    try:
        until = time.monotonic() + 20
        while time.monotonic() < until:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
                break
            time.sleep(0.05)
        yield port
    finally:
        process.terminate()
        process.wait(timeout=20)
