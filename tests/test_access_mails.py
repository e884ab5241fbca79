"""The permission table at one more door: the links in mails. They open for whom a mail was sent, and give nobody else more."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from html import unescape

import pytest
import time_machine
from django.conf import settings
from django.test import Client
from django.urls import resolve
from django.utils import timezone

from backbone.models import Initiative
from backbone.roles import Role
from comms.models import Mail, Meeting
from comms.services import closing, nudges, planning
from measures.models import Indicator
from measures.rules.periods import add_months, month_of
from measures.services import reviews
from tests import factories
from tests.routes import OCTOBER, ROUTES
from tests.test_access import both, expected, is_right, narrower, visit, world

__all__ = ["both", "world"]

LINK = re.compile(re.escape(settings.SITE_URL) + r"""(/[^\s"'<>]*)""")
KINDS = {"digest", "returned", "nudge", "release", "invitation", "pack", "minutes"}


def next_monday() -> datetime:
    """When digests are due, in Riverside's morning."""
    today = timezone.now().date()
    day = today + timedelta(days=7 - today.weekday())
    return datetime(day.year, day.month, day.day, 15, tzinfo=UTC)


@pytest.fixture
def mails(world):
    """What Riverside's people get of all that there is, by next Monday; one of each kind at the least."""
    now, place = next_monday(), world.riverside
    with place.scope():
        initiative, indicator = Initiative.objects.get(slug="work"), Indicator.objects.get(slug="completions")
        p1, p2 = place.partners[:2]
        factories.make_member("two@x.example", "Two", Role.PARTNER_FILER, partner=p2)
        factories.make_figure(indicator, p2, OCTOBER, 5, state="submitted")
        reviews.return_line(
            initiative=initiative, partner=p2, period=OCTOBER, indicator=indicator.pk, words="Is it five?",
            by=place.people.ana,
        )  # fmt: skip
        factories.make_indicator(initiative, "seats", due_day=10, lock_day=62)
        last = add_months(month_of(place.tenant.day()), -1)
        nudges.send(initiative=initiative, partner=p1, period=last, words="We wait.", by=place.people.ana)
        closing.send_out(meeting=Meeting.objects.get(pk=world.here.meeting), by=place.people.ana)
    with time_machine.travel(now, tick=False), place.scope():
        for step in planning.STEPS:
            step(now)
        found = list(Mail.objects.exclude(html="").exclude(to_email="x@x.example").order_by("pk"))
        assert {mail.kind for mail in found} >= KINDS
        yield found


def links_of(mail: Mail) -> set[str]:
    return {unescape(link) for link in LINK.findall(mail.html + "\n" + mail.text)}


def open_of(mails: list[Mail], prefix: str) -> list[tuple[Mail, str]]:
    return [(mail, link) for mail in mails for link in sorted(links_of(mail)) if link.startswith(prefix)]


def test_every_link_of_a_mail_opens_for_whom_it_was_sent(world, mails):
    tried = open_of(mails, "/o/")
    wrong = []
    for mail, link in tried:
        browser = Client(raise_request_exception=False)
        browser.force_login(factories.user_of(mail.recipient))
        answer = browser.get(link, follow=True)
        if answer.status_code != 200 or answer.wsgi_request.path.startswith("/accounts/"):
            wrong.append(f"{mail.kind} to {mail.to_email}: {link} {answer.status_code}")
    assert not wrong, "\n".join(wrong)
    assert len({link for _, link in tried}) > 12


@pytest.mark.parametrize(
    "visitor",
    ["nobody", "partner member", "filer of the sister agency", "funder", "evaluator", "admin next door", "deactivated admin"],
)  # fmt: skip
def test_a_mail_that_is_passed_on_opens_what_its_new_reader_may_see(world, mails, visitor):
    """The address is no key: the table decides, as it does for whoever types it."""
    browser, wrong = visit(world, visitor), []
    links = sorted({link.partition("#")[0] for _, link in open_of(mails, "/o/")})
    assert len(links) > 12
    for link in links:
        found = resolve(link)
        words = {name: getattr(word, "code", word) for name, word in found.kwargs.items()}
        should = expected(visitor, ROUTES[found.view_name].needs, words)
        is_narrower = should is None and narrower(visitor, found.view_name)
        answer = browser.get(link)
        if not is_right(answer, 404 if is_narrower else should, may_be_unasked=is_narrower):
            wrong.append(f"{link} as {visitor}: {answer.status_code}, expected {should or 'to be let in'}")
    assert not wrong, "\n".join(wrong)


def test_the_link_to_ones_choices_shows_ones_own_and_no_other_opens(world, mails):
    tried = open_of(mails, "/u/")
    addresses = {mail.to_email for mail in mails}
    assert {mail.to_email for mail, _ in tried} == addresses
    for mail, link in tried:
        answer = Client(raise_request_exception=False).get(link)
        assert answer.status_code == 200, link
        assert {one for one in addresses if one in answer.content.decode()} <= {mail.to_email}, link
        other = link.replace("/u/W", "/u/X")
        assert other != link
        assert Client(raise_request_exception=False).get(other).status_code == 404, other
