"""What every mail has: a frame, a way to choose, at most one button; and the organization's logo inside it."""

from __future__ import annotations

import email
import re
import struct
import zlib
from datetime import UTC, date, datetime, timedelta
from email import policy

import pytest
import time_machine
from django.db import connection
from django.template.loader import render_to_string
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from backbone.models import Logo, Tenant
from backbone.roles import Role
from backbone.rules.attachments import fitted, size_of
from backbone.services import invitations, logos
from comms import rules
from comms.models import Mail, Picture
from comms.selectors.readers import readers
from comms.services import composing, digests, pictures, reminders, sending
from comms.services import invitations as mailed
from tests import factories
from tests.comms.meeting import plan

MONDAY = datetime(2026, 11, 16, 14, tzinfo=UTC)
OCTOBER = date(2026, 10, 1)
BUTTON = re.compile(r'<a class="btn"|<a[^>]+class="btn"')


def png(width: int, height: int, padding: int = 0) -> bytes:
    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
    rows = chunk(b"IDAT", zlib.compress(b"".join(b"\0" + b"\x7f" * width for _ in range(height))))
    return b"\x89PNG\r\n\x1a\n" + head + rows + chunk(b"tEXt", b"x" * padding) + chunk(b"IEND", b"")


def jpeg(width: int, height: int) -> bytes:
    """The segments up to the frame's header, which is all that is read of one."""
    app, table = b"\xff\xe0\0\x10JFIF\0\1\1\0\0\1\0\1\0\0", b"\xff\xdb\0\x05\0\0\0"
    return b"\xff\xd8" + app + table + b"\xff\xff\xc2\0\x11\x08" + struct.pack(">HH", height, width) + b"\3" + bytes(9)


# --- how large a picture is ---


@pytest.mark.parametrize(
    ("content", "size"),
    [
        (png(320, 100), (320, 100)), (png(1, 9000), (1, 9000)), (jpeg(640, 48), (640, 48)), (png(0, 10), None),
        (jpeg(0, 10), None), (b"", None), (b"\x89PNG\r\n\x1a\nx", None), (b"\xff\xd8\xffx", None), (b"GIF89a", None),
        (b"\xff\xd8\xff\xe0\0\0", None), (b"\xff\xd8\xff\xe0\0\x01" + bytes(20), None), (jpeg(5, 5)[:30], None),
        (b"\xff\xd8" + b"\xff" * 5000, None), (b"\xff\xd8\xff\xd9" + bytes(30), None),
    ],
)  # fmt: skip
def test_a_picture_says_its_size_or_is_none(content, size):
    assert size_of(content) == size


@pytest.mark.parametrize(
    ("size", "shown"), [((320, 100), (141, 44)), ((2000, 20), (200, 2)), ((10, 10), (10, 10)), ((9000, 1), (200, 1))]
)
def test_a_size_is_fitted_into_a_box_and_never_grows(size, shown):
    assert fitted(size, (200, 44)) == shown


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("Ana added “Work”", "Ana added “Work”."), ("Ana asked: “Why?”", "Ana asked: “Why?”"),
        ("Ana said: «Sin más.»", "Ana said: «Sin más.»"), ("Ana left (P4)", "Ana left (P4)."), ("Done.", "Done."),
    ],
)  # fmt: skip
def test_a_sentence_ends_once(said, shown):
    assert rules.ended(said) == shown


# --- the logo ---


@pytest.fixture
def place(riverside):
    with riverside.scope():
        riverside.indicator = factories.make_indicator(riverside.initiative, due_day=10, lock_day=25)
    return riverside


def put(place, content: bytes) -> None:
    logos.put(tenant=place.tenant, by=place.people.ana, content=content)


def planned(place, now: datetime = MONDAY) -> list[Mail]:
    """The digests and reminders that are due on a Monday morning."""
    tenant = Tenant.objects.get(pk=place.tenant.pk)
    with time_machine.travel(now, tick=False):
        people = readers(tenant, now=now)
        digests.plan(tenant, people, now)
        reminders.plan(tenant, people, now)
    return list(Mail.objects.exclude(html="").order_by("pk"))


@pytest.mark.parametrize("content", [png(320, 100), jpeg(320, 100)], ids=["png", "jpeg"])
def test_the_logo_goes_along_inside_every_mail(place, server, client, content):
    with place.scope(), time_machine.travel(MONDAY - timedelta(days=1)):
        put(place, content)
    with place.scope():
        found = planned(place)
    assert {mail.kind for mail in found} >= {Mail.Kind.DIGEST}
    for mail in found:
        (cid, _sha256) = mail.images[0]
        assert f'src="cid:{cid}" width="141" height="44" alt=""' in mail.html
    with place.scope():
        assert bytes(Picture.objects.get().content) == content
        Mail.objects.update(next_attempt_at=timezone.now())
        (message, *_rest) = [sending.compose(mail, pictures.contents([mail.images[0][1]])) for mail in found]
    read = email.message_from_bytes(message.content, policy=policy.default)
    words, picture = read.iter_parts()
    assert picture["Content-ID"] == f"<{found[0].images[0][0]}>"
    assert picture.get_content_type() == ("image/png" if content.startswith(b"\x89") else "image/jpeg")
    assert picture.get_filename() == ("logo.png" if content.startswith(b"\x89") else "logo.jpg")
    assert picture.get_content() == content
    client.force_login(factories.user_of(place.people.ana))
    shown = client.get(place.url(f"outbox/{found[0].pk}/html/")).content.decode()
    assert f'src="data:{picture.get_content_type()};base64,' in shown
    assert "cid:" not in shown


@pytest.mark.parametrize("content", [png(320, 100, padding=41 * 1024), b"\x89PNG\r\n\x1a\nx"], ids=["large", "broken"])
def test_one_that_is_too_large_or_has_no_size_goes_along_in_none(place, content):
    """No broken one is taken any more; one that was taken earlier may stand still."""
    with place.scope():
        put(place, png(320, 100))
        Logo.objects.update(content=content)
        found = planned(place)
    assert found
    assert all(mail.images == [] and "cid:" not in mail.html for mail in found)


def test_it_goes_on_where_it_was_changed_or_removed_meanwhile(place, server):
    """A mail that waits shows the logo that stood when it was written."""
    with place.scope():
        put(place, png(320, 100))
        found = planned(place)
        put(place, png(100, 100))
        logos.remove(tenant=place.tenant, by=place.people.ana)
        assert not Logo.objects.exists()
        for mail in found:
            sending.compose(mail, pictures.contents([mail.images[0][1]]))
        Mail.objects.all().delete()
        assert pictures.logo_of(Tenant.objects.get(pk=place.tenant.pk)) is None


def test_it_is_looked_up_once_for_a_batch(place):
    counts = []
    with place.scope():
        put(place, png(320, 100))
        for more in (0, 8):
            for n in range(more):
                factories.make_member(f"p{n}@x.example", f"P{n}", Role.PARTNER_FILER, partner=place.partners[n % 3])
            tenant = Tenant.objects.get(pk=place.tenant.pk)
            people = readers(tenant, now=MONDAY)
            with CaptureQueriesContext(connection) as asked:
                for reader in people:
                    with composing.voice(reader):
                        composing.mail_to(
                            reader, tenant, kind=Mail.Kind.REMINDER, template="reminder", period_key="k", subject="s",
                            context={"lines": [], "day": OCTOBER},
                        )  # fmt: skip
            counts.append(len(asked))
    assert counts == [2, 2], "the logo and where it is kept, however many mails"


def test_without_a_logo_nothing_is_asked(place):
    tenant = Tenant.objects.get(pk=place.tenant.pk)
    with place.scope(), CaptureQueriesContext(connection) as asked:
        assert pictures.logo_of(tenant) is None
    assert len(asked) == 0


# --- the frame ---


def test_mails_about_meetings_lead_to_ones_choices(place):
    with place.scope(), time_machine.travel("2026-11-11T15:00:00Z"):
        (meeting,) = plan(place)
        mailed.send(meeting=meeting)
        mail = Mail.objects.get(kind=Mail.Kind.INVITATION)
    for words in (mail.html, mail.text):
        assert "Choose what you get" in words
        assert "/u/" in words


def told(count: int) -> list[tuple]:
    class Told:
        verb, at = "filing.overridden", MONDAY

    return [(Told(), f"Something changed, number {n}", f"https://x.example/{n}", "Open seats") for n in range(count)]


@pytest.mark.parametrize("count", [1, 2, 10])
def test_a_notice_has_one_button_at_most_and_a_way_to_each_thing(count):
    context = {"told": told(count), "codes": "P4", "has_override": True, "subject": "x", "choose": "c", "accent": ""}
    html = render_to_string("comms/email/notice.html", context)
    assert len(BUTTON.findall(html)) == (1 if count == 1 else 0)
    assert all(f'href="https://x.example/{n}"' in html for n in range(count))


@pytest.mark.parametrize("count", [1, 3])
def test_a_reminder_has_one_button_and_a_way_to_each_report(count):
    item = {"label": "Report for October 2026", "due": OCTOBER}
    lines = [{"item": item, "url": f"https://x.example/{n}", "is_late": False} for n in range(count)]
    html = render_to_string(
        "comms/email/reminder.html", {"lines": lines, "day": OCTOBER, "subject": "x", "choose": "c", "accent": ""}
    )
    assert len(BUTTON.findall(html)) == 1
    assert all(f'href="https://x.example/{n}"' in html for n in range(count))
    assert html.count("Report for October 2026") == count, "said once, in the heading or over each"


def test_an_invitation_to_the_platform_looks_like_every_other_mail(riverside, outbox_backend):
    with riverside.scope():
        invitations.invite(email="new@x.example", role=Role.FUNDER, by=riverside.people.ana)
        mail = Mail.objects.get(kind=Mail.Kind.LETTER)
    assert len(BUTTON.findall(mail.html)) == 1
    (styles,) = re.findall(r'<a class="btn"[^>]*style="([^"]+)"', mail.html)
    assert "background" in styles, "in the place itself: many programs read no style sheet"
    (cell,) = re.findall(r'<td class="push"[^>]*style="([^"]+)"', mail.html)
    assert "background-color" in cell, "old Outlook paints no link, but a cell"
    assert "mso-padding-alt: 10px 20px" in cell
    assert re.search(r'<!--\[if mso\]><table[^>]* width="600"', mail.html), "old Outlook knows no greatest width"
    assert mail.html.count("<!--[if mso]>") == mail.html.count("<![endif]-->") == 2
    assert "prefers-color-scheme: dark" in mail.html
    assert riverside.tenant.name in mail.html
    assert mail.text
