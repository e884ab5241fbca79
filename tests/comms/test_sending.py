"""The sender over a real connection: what it repeats, what it never repeats, and what it leaves to a person."""

from __future__ import annotations

import threading
import time
from datetime import timedelta

import pytest
from django.db import connections
from django.utils import timezone

from backbone.problems import Refused
from backbone.tenancy import NoTenant
from comms import rules, tasks
from comms.models import Mail
from comms.models.mail import KEPT
from comms.services import ledger, lines, sending
from tests import factories

Status = Mail.Status


class Killed(BaseException):
    """What the sender meets instead of SIGKILL: nothing in it may catch this."""


def post(place, count, **changes):
    with place.scope():
        return [
            ledger.post(**{"to": f"reader{n}@example.org", "subject": f"Letter {n}", "text": "Words", **changes})
            for n in range(count)
        ]


def statuses(place):
    with place.scope():
        return [mail.status for mail in Mail.objects.order_by("pk")]


def let_time_pass(place, **delta):
    """What another quarter of an hour does to the ledger: leases run out, waiting is over."""
    with place.scope():
        for mail in Mail.objects.all():
            earlier = {
                name: getattr(mail, name) - timedelta(**delta)
                for name in ("lease_until", "next_attempt_at")
                if getattr(mail, name) is not None
            }
            Mail.objects.filter(pk=mail.pk).update(**earlier)


@pytest.mark.parametrize("extensions", [[], ["PIPELINING"], ["SIZE 99999", "PIPELINING"]])
def test_a_batch_goes_over_one_connection_and_is_written_down(riverside, server, extensions):
    server.extensions = extensions
    post(riverside, 5, html="<p>Words</p>")
    assert sending.deliver(riverside.tenant.pk) == 5
    assert server.addresses == [f"reader{n}@example.org" for n in range(5)]
    assert server.connections == 1
    assert statuses(riverside) == [Status.SENT] * 5
    _, message = server.taken[0]
    assert message.get_body(("html",)).get_content().strip() == "<p>Words</p>"
    with riverside.scope():
        assert message["Message-ID"] == Mail.objects.order_by("pk")[0].message_id
    assert sending.deliver(riverside.tenant.pk) == 0
    assert len(server.taken) == 5


@pytest.mark.parametrize(("quick", "batches"), [(0.0, [4, 4, 4, 1]), (600.0, [4, 8, 1])])
def test_more_than_a_batch_goes_out_in_batches_larger_ones_to_a_quick_server(
    riverside, server, monkeypatch, quick, batches
):
    """However quick this machine is: that is said here."""
    monkeypatch.setattr(ledger, "BATCH", 4)
    monkeypatch.setattr(sending, "QUICK", quick)
    post(riverside, 13)
    claim, claimed = ledger.claim, []

    def counted(now, most):
        found = claim(now, most)
        claimed.append(len(found))
        return found

    monkeypatch.setattr(ledger, "claim", counted)
    assert sending.deliver(riverside.tenant.pk) == 13
    assert claimed == [*batches, 0]
    assert server.connections == len(batches)


def test_batches_shrink_again_with_a_slow_server_and_have_an_end():
    most = ledger.BATCH
    for _turn in range(9):
        most = sending._next_most(most, sending.QUICK / 2)
    assert most == sending.MOST
    assert sending._next_most(most, sending.QUICK) == most
    for _turn in range(9):
        most = sending._next_most(most, sending.SLOW * 2)
    assert most == ledger.BATCH


@pytest.mark.parametrize(
    ("point", "unknown"),
    [
        ("before the claim is committed", 0),
        ("after the claim", 0),
        ("connected", 0),
        ("marked", 1),
        ("answered", 1),
        ("before the result is committed", 1),
    ],
)
@pytest.mark.parametrize("at_mail", [1, 4])
def test_whoever_dies_anywhere_sends_nothing_twice_and_loses_nothing_unseen(
    riverside, server, monkeypatch, point, unknown, at_mail
):
    post(riverside, 6)
    met = []

    def die(name):
        if name == point:
            met.append(name)
            if len(met) == (1 if "claim" in point else at_mail):
                raise Killed

    monkeypatch.setattr(sending, "fault_point", die)
    with pytest.raises(Killed):
        sending.deliver(riverside.tenant.pk)
    sending.deliver(riverside.tenant.pk)
    let_time_pass(riverside, minutes=11)
    sending.deliver(riverside.tenant.pk)

    assert len(server.addresses) == len(set(server.addresses)), "nothing twice"
    left = statuses(riverside)
    assert left.count(Status.UNKNOWN) == unknown
    assert left.count(Status.SENT) == 6 - unknown
    never_came = 6 - len(server.addresses)
    assert never_came <= left.count(Status.UNKNOWN), "what is missing is shown"


@pytest.mark.parametrize("extensions", [[], ["PIPELINING"]])
def test_a_refused_address_fails_alone(riverside, server, extensions):
    server.extensions = extensions
    post(riverside, 5)
    server.on_rcpt = {"reader1@example.org": "550 no such person", "reader3@example.org": "552 full"}
    server.on_data = {"reader4@example.org": "554 spam"}
    assert sending.deliver(riverside.tenant.pk) == 2
    assert statuses(riverside) == [Status.SENT, Status.FAILED, Status.SENT, Status.FAILED, Status.FAILED]
    with riverside.scope():
        assert list(Mail.objects.order_by("pk").values_list("smtp_code", flat=True)) == [
            "250",
            "550",
            "250",
            "552",
            "554",
        ]


@pytest.mark.parametrize("extensions", [[], ["PIPELINING"]])
@pytest.mark.parametrize(
    ("answer", "left"),
    [("550 not from you", Status.FAILED), ("451 later", Status.PENDING), ("530 who are you", Status.PENDING)],
)
def test_a_server_that_takes_nothing_from_us_gets_no_words(riverside, server, extensions, answer, left):
    server.extensions, server.on_mail = extensions, answer
    post(riverside, 3)
    assert sending.deliver(riverside.tenant.pk) == 0
    assert server.taken == server.unfinished == []
    assert statuses(riverside) == [left] * 3
    assert server.connections == 1
    with riverside.scope():
        assert set(Mail.objects.values_list("smtp_code", flat=True)) == {answer[:3]}


@pytest.mark.parametrize("where", ["on_rcpt", "on_data"])
def test_a_mail_that_is_put_off_is_tried_later_and_at_last_given_up(riverside, server, where):
    post(riverside, 2)
    setattr(server, where, {"reader0@example.org": "451 try later"})
    waited = []
    for _ in range(5):
        now = timezone.now()
        sending.deliver(riverside.tenant.pk)
        with riverside.scope():
            mail = Mail.objects.order_by("pk").first()
        if mail.status == Status.PENDING:
            waited.append(round((mail.next_attempt_at - now).total_seconds() / 60))
        let_time_pass(riverside, minutes=70)
    assert statuses(riverside) == [Status.FAILED, Status.SENT]
    assert [abs(found - wanted) <= wanted * 0.11 for found, wanted in zip(waited, (1, 5, 15, 60), strict=True)] == [
        True
    ] * 4


def test_a_connection_cut_after_the_words_leaves_unknown_and_the_rest_goes_on(riverside, server):
    post(riverside, 3)
    server.on_data = {"reader1@example.org": "take and hang up"}
    assert sending.deliver(riverside.tenant.pk) == 2
    assert statuses(riverside) == [Status.SENT, Status.UNKNOWN, Status.SENT]
    let_time_pass(riverside, minutes=90)
    sending.deliver(riverside.tenant.pk)
    assert server.addresses.count("reader1@example.org") == 1


@pytest.mark.parametrize("when", ["hang up at once", "hang up at the first words"])
def test_a_connection_cut_before_the_end_of_the_words_is_surely_not_taken_and_tried_again(riverside, server, when):
    mails = post(riverside, 3)
    with riverside.scope():  # more than any buffer between the two takes unread
        Mail.objects.filter(pk=mails[1].pk).update(text="So many words.\n" * 1_000_000)
    server.on_data = {"reader1@example.org": when}
    assert sending.deliver(riverside.tenant.pk) == 2
    assert statuses(riverside) == [Status.SENT, Status.PENDING, Status.SENT]
    with riverside.scope():
        mail = Mail.objects.get(pk=mails[1].pk)
        assert (mail.smtp_code, mail.handoff_at, mail.attempts) == (rules.NO_ANSWER, None, 1)
    let_time_pass(riverside, minutes=90)
    server.on_data = {}
    assert sending.deliver(riverside.tenant.pk) == 1
    assert sorted(server.addresses) == [f"reader{n}@example.org" for n in range(3)]


def test_a_mail_that_never_gets_to_its_end_fails_at_last_and_is_shown(riverside, server):
    post(riverside, 1)
    server.on_data = {"reader0@example.org": "hang up at once"}
    for _ in range(6):
        sending.deliver(riverside.tenant.pk)
        let_time_pass(riverside, minutes=90)
    assert statuses(riverside) == [Status.FAILED]
    with riverside.scope():
        assert Mail.objects.get().may_go_again
    assert server.taken == []


def test_a_small_mail_cut_amid_its_words_waits_or_is_in_doubt_and_is_never_said_to_be_sent(riverside, server):
    post(riverside, 2)
    server.on_data = {"reader0@example.org": "hang up at the first words"}
    assert sending.deliver(riverside.tenant.pk) == 1
    first, second = statuses(riverside)
    assert first in (Status.PENDING, Status.UNKNOWN)
    assert second == Status.SENT


def test_a_line_amid_its_words_is_cut_without_a_farewell_that_would_be_words(riverside, server, monkeypatch):
    """An error of ours between two pieces: the server must hear nothing more, least of all an end."""
    post(riverside, 1)

    def fail(name):
        if name == "among the words":
            raise Killed

    monkeypatch.setattr(lines, "fault_point", fail)
    with pytest.raises(Killed):
        sending.deliver(riverside.tenant.pk)
    until = time.monotonic() + 20
    while not server.unfinished and time.monotonic() < until:
        time.sleep(0.01)
    (heard,) = server.unfinished
    assert b"quit" not in heard.lower()
    assert server.taken == []
    let_time_pass(riverside, minutes=11)
    sending.deliver(riverside.tenant.pk)
    assert statuses(riverside) == [Status.UNKNOWN]


def test_attempts_of_senders_that_died_before_the_words_do_not_count(riverside, server, monkeypatch):
    post(riverside, 1)

    def die(name):
        if name == "connected":
            raise Killed

    with monkeypatch.context() as dying:
        dying.setattr(sending, "fault_point", die)
        for _ in range(6):
            with pytest.raises(Killed):
                sending.deliver(riverside.tenant.pk)
            let_time_pass(riverside, minutes=11)
    server.on_data = {"reader0@example.org": "451 try later"}
    sending.deliver(riverside.tenant.pk)
    assert statuses(riverside) == [Status.PENDING], "its first real attempt, so it is not given up"


@pytest.mark.parametrize("words", [".\n..\n.hidden\n", "\n.", "no line at the end", "line.\n.\nafter"])
def test_a_line_that_begins_with_a_dot_ends_no_mail(riverside, server, words):
    post(riverside, 1, text=words)
    assert sending.deliver(riverside.tenant.pk) == 1
    _, message = server.taken[0]
    assert message.get_content().replace("\r\n", "\n").rstrip("\n") == words.rstrip("\n")


@pytest.mark.parametrize("greeting", ["421 busy", "gone"])
def test_a_server_that_is_away_loses_nothing_however_long(riverside, server, greeting):
    post(riverside, 3)
    if greeting == "gone":
        server.shutdown()
        server.server_close()
    server.on_connect = greeting
    for _ in range(12):
        assert sending.deliver(riverside.tenant.pk) == 0
        assert sending.deliver(riverside.tenant.pk) == 0
        let_time_pass(riverside, minutes=120)
    assert statuses(riverside) == [Status.PENDING] * 3
    with riverside.scope():
        assert set(Mail.objects.values_list("attempts", flat=True)) == {0}
    if greeting != "gone":
        assert server.connections == 12, "asked again every five minutes, not with every mail"
        server.on_connect = ""
        assert sending.deliver(riverside.tenant.pk) == 3


def test_a_mail_that_no_header_can_hold_fails_alone(riverside, server):
    mails = post(riverside, 3)
    with riverside.scope():
        Mail.objects.filter(pk=mails[1].pk).update(headers={"Reply-To": "a@example.org\nBcc: eve@example.org"})
    assert sending.deliver(riverside.tenant.pk) == 2
    assert statuses(riverside) == [Status.SENT, Status.FAILED, Status.SENT]
    assert "eve@example.org" not in server.addresses


@pytest.mark.parametrize(
    "name", ["P4\r\nBcc: eve@example.org", "P4\u2028Bcc: eve@example.org", "x" * 500, "\u202eP4", "مرحبا بكم"]
)
def test_a_name_cannot_add_a_header(riverside, server, name):
    post(riverside, 1, subject=f"Report of {name}")
    assert sending.deliver(riverside.tenant.pk) == 1
    _, message = server.taken[0]
    assert {key.lower() for key in message} == {
        "content-type", "mime-version", "content-transfer-encoding", "subject", "from", "to", "date", "message-id",
        "auto-submitted",
    }  # fmt: skip
    assert server.addresses == ["reader0@example.org"]


def test_without_a_server_everything_is_kept_here_and_says_so(riverside, settings):
    settings.DELIVERY = ""
    post(riverside, 2)
    assert sending.deliver(riverside.tenant.pk) == 2
    with riverside.scope():
        assert set(Mail.objects.values_list("status", "smtp_code")) == {(Status.SENT, KEPT)}


def test_a_sender_that_lost_its_claim_does_not_send(riverside, server, monkeypatch):
    post(riverside, 2)

    def overtaken(name):
        if name == "after the claim":
            with riverside.scope():
                Mail.objects.update(claim="00000000-0000-0000-0000-000000000000")

    monkeypatch.setattr(sending, "fault_point", overtaken)
    assert sending.deliver(riverside.tenant.pk, spend=1) == 0
    assert server.taken == []


def test_a_sender_whose_time_is_up_gives_back_what_it_did_not_try(riverside, server, monkeypatch):
    post(riverside, 3)
    clock = iter([0, 1, 1, 2, 500, 500])
    monkeypatch.setattr(sending.time, "monotonic", lambda: next(clock))
    assert sending.deliver(riverside.tenant.pk, spend=100) == 1
    assert statuses(riverside) == [Status.SENT, Status.PENDING, Status.PENDING]
    with riverside.scope():
        assert list(Mail.objects.order_by("pk").values_list("attempts", flat=True)) == [1, 0, 0]


def test_a_worker_whose_time_is_up_queues_again_and_one_that_is_done_or_gets_nowhere_does_not(
    riverside, server, nudged, monkeypatch
):
    post(riverside, 2)
    nudged.clear()
    whole = sending.deliver
    clock = iter([0, 1, 1, 2, 500, 500])
    with monkeypatch.context() as hurried:
        hurried.setattr(sending.time, "monotonic", lambda: next(clock))
        hurried.setattr(sending, "deliver", lambda tenant_id: whole(tenant_id, spend=100))
        assert tasks.deliver(riverside.tenant.pk) == 1
    assert nudged == [(ledger.DELIVER, riverside.tenant.pk)]
    assert tasks.deliver(riverside.tenant.pk) == 1
    post(riverside, 1)
    server.on_connect = "421 busy"
    nudged.clear()
    assert tasks.deliver(riverside.tenant.pk) == 0
    assert nudged == []


def test_a_failed_mail_is_sent_again_when_somebody_says_so_and_no_other(riverside, server):
    failed, sent = post(riverside, 2)
    server.on_rcpt = {"reader0@example.org": "550 no"}
    sending.deliver(riverside.tenant.pk)
    with riverside.scope():
        with pytest.raises(Refused, match="come twice"):
            ledger.send_again(mail=sent, by=riverside.people.ana)
        ledger.send_again(mail=failed, by=riverside.people.ana)
    server.on_rcpt = {}
    assert sending.deliver(riverside.tenant.pk) == 1
    assert server.addresses == ["reader0@example.org", "reader1@example.org"]


def test_the_sender_refuses_to_work_inside_a_transaction_of_others(in_riverside):
    with pytest.raises(NoTenant, match="outside"):
        sending.deliver(in_riverside.tenant.pk)


def test_one_tenants_sender_does_not_touch_the_neighbours_mails(riverside, hillcrest, server):
    post(riverside, 1)
    post(hillcrest, 1)
    assert sending.deliver(riverside.tenant.pk) == 1
    assert statuses(hillcrest) == [Status.PENDING]


@pytest.mark.django_db(transaction=True, databases=["default", "owner"])
def test_two_senders_at_once_send_each_mail_once(server, monkeypatch):
    monkeypatch.setattr(ledger, "BATCH", 3)
    place = factories.make_neighbourhood("riverside", "Riverside")
    post(place, 24)
    start, errors = threading.Barrier(2), []

    def work():
        try:
            start.wait(5)
            sending.deliver(place.tenant.pk)
        except Exception as error:
            errors.append(error)
        finally:
            connections.close_all()

    senders = [threading.Thread(target=work) for _ in range(2)]
    for sender in senders:
        sender.start()
    for sender in senders:
        sender.join(30)
    assert errors == []
    assert server.addresses == sorted(f"reader{n}@example.org" for n in range(24))
    assert statuses(place) == [Status.SENT] * 24
    assert server.connections >= 2


def test_a_letter_that_left_keeps_no_words(riverside, server):
    """It may have held an invitation's token; only its hash is kept anywhere."""
    post(riverside, 1, text="Open https://backbone.example/accounts/invitations/…", html="<p>Open</p>")
    sending.deliver(riverside.tenant.pk)
    with riverside.scope():
        assert list(Mail.objects.values_list("status", "text", "html")) == [(Status.SENT, "", "")]
