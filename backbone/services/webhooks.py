"""Telling other systems what happens: signed, in order for each object, again and again until it arrives or is given up.

What is to be told is written in the transaction of what happened. A worker sends it; an event may arrive twice, and says by
its number that it is the same. Nothing of a figure is in it: who was told may ask, with a key of its own.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
from collections.abc import Collection, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import NamedTuple

from django.conf import settings
from django.core.cache import cache
from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone
from django.utils.translation import gettext_noop
from redis.exceptions import RedisError

from backbone import changes, outgoing
from backbone.by_hand import objects_of
from backbone.models import Change, Delivery, Membership, Webhook
from backbone.nudging import nudge
from backbone.problems import Problem, Refused
from backbone.roles import Can
from backbone.services.fields import checked
from backbone.tenancy import active_tenant_id

SUBMITTED, RESTATED, PUBLISHED = "filing.submitted", "figure.restated", "snapshot.published"
EVENTS = (SUBMITTED, RESTATED, PUBLISHED)
DELIVER = "backbone.tasks.deliver"
MOST = 10  # webhooks of a tenant
WAITS = [timedelta(minutes=m) for m in (1, 5, 30, 120, 360, 1440)]  # between one attempt and the next
UNDER_WAY = timedelta(minutes=2)  # for so long nobody else takes up what somebody is sending
AT_A_TIME = 5  # so few that all are settled by then, even where each name and each server lets its time run out
TURN, TURN_LASTS = "webhooks-turn", timedelta(minutes=5)  # longer than a worker spends on one tenant

changes.register_verbs(
    {
        "webhook.made": gettext_noop("{by} has {host} told of: {events}"),
        "webhook.ended": gettext_noop("{by} no longer has {host} told"),
        "webhook.again": gettext_noop("{by} had {host} told again of {event}"),
    }
)


def secret_of(webhook: Webhook) -> str:
    """What signs the deliveries of a webhook: worked out, and kept nowhere."""
    made_of = f"webhook:{webhook.tenant_id}:{webhook.salt}"
    return f"whsec_{hmac.new(settings.SECRET_KEY.encode(), made_of.encode(), hashlib.sha256).hexdigest()}"


def signature(secret: str, at: int, body: bytes) -> str:
    """The header `Backbone-Signature`: when it was signed, and the HMAC-SHA256 of that instant, a dot and the body."""
    return f"t={at},v1={hmac.new(secret.encode(), f'{at}.'.encode() + body, hashlib.sha256).hexdigest()}"


@transaction.atomic
def make(*, name: str, url: str, events: Collection[str], by: Membership) -> tuple[Webhook, str]:
    """A new webhook, and its secret, which is shown this once.

    Raises `Refused` without the right, for events that there are not, for an address that may not be asked, and for one too
    many.
    """
    _may(by)
    if not events or not set(events) <= set(EVENTS):
        raise Refused(Problem("webhook.events", gettext_noop("Choose at least one event."), field="events"))
    if Webhook.objects.filter(ended_at=None).count() >= MOST:
        sentence = gettext_noop("{most} webhooks are the most; end one first.")
        raise Refused(Problem("webhook.too_many", sentence, {"most": MOST}))
    try:
        outgoing.look_up(url)
    except (outgoing.NotAllowed, outgoing.NoAnswer) as error:
        sentence = gettext_noop("This address cannot be told anything: {why}.")
        raise Refused(Problem("webhook.address", sentence, {"why": str(error)}, field="url")) from error
    row = Webhook(
        name=name.strip(), url=url, events=[one for one in EVENTS if one in events], salt=secrets.token_hex(32), by=by,
        made_at=timezone.now(),
    )  # fmt: skip
    checked(row).save(force_insert=True)
    changes.record("webhook.made", on=row, by=by, host=_host(row), events=", ".join(row.events))
    return row, secret_of(row)


@transaction.atomic
def end(*, webhook: Webhook, by: Membership) -> None:
    """Tell it nothing any more; what waits is given up."""
    _may(by)
    row = Webhook.objects.select_for_update(no_key=True).get(pk=webhook.pk)
    if row.ended_at is None:
        row.ended_at = timezone.now()
        row.save(update_fields=["ended_at"])
        waiting = Delivery.objects.filter(webhook=row, state=Delivery.State.PENDING)
        waiting.update(state=Delivery.State.FAILED, words="ended", done_at=row.ended_at)
        changes.record("webhook.ended", on=row, by=by, host=_host(row))


@transaction.atomic
def again(*, delivery: Delivery, by: Membership) -> None:
    """Try once more what was given up. Raises `Refused` when its webhook has ended, or it was not given up."""
    _may(by)
    row = Delivery.objects.select_for_update(of=("self",), no_key=True).select_related("webhook").get(pk=delivery.pk)
    if row.state != Delivery.State.FAILED or row.webhook.ended_at is not None:
        raise Refused(Problem("webhook.not_given_up", gettext_noop("There is nothing to be sent again.")))
    row.state, row.attempts, row.due_at, row.done_at = Delivery.State.PENDING, 0, timezone.now(), None
    row.save(update_fields=["state", "attempts", "due_at", "done_at"])
    changes.record("webhook.again", on=row, by=by, host=_host(row.webhook), event=row.event)
    _soon()


def withdraw(using: str, now: datetime) -> int:
    """The tenant was brought in from another database: whatever waits is its old home's to tell. How many that are; each
    may be sent again by hand."""
    waiting = Delivery.objects.using(using).filter(state=Delivery.State.PENDING)
    return waiting.update(state=Delivery.State.FAILED, words="left to the home before", done_at=now)


class Event(NamedTuple):
    """Something to be told: which event it is, of which object, and what names it to who is told."""

    event: str
    about: str
    facts: dict[str, str]


# By hand: each report that is handed in asks, and Django takes longer to compose it than PostgreSQL to answer.
_ASKING = (
    "SELECT * FROM backbone_webhook WHERE tenant_id = %s AND ended_at IS NULL AND events && %s::varchar[] ORDER BY id"
)


def queue(events: Sequence[Event]) -> None:
    """Write down, in the open transaction, that this is to be told to whoever asked for it. Two statements at most."""
    hooks = objects_of(Webhook, _ASKING, [active_tenant_id(), sorted({one.event for one in events})])
    if not hooks:
        return
    now = timezone.now()
    Delivery.objects.bulk_create(
        [
            Delivery(
                webhook=hook, event=one.event, about=one.about[:120], made_at=now, due_at=now,
                body={"event": one.event, "about": one.about, "at": now.isoformat(), **one.facts},
            )
            for one in events
            for hook in hooks
            if one.event in hook.events
        ],
        batch_size=1_000,
    )  # fmt: skip
    _soon()


def _soon() -> None:
    tenant_id = active_tenant_id()
    transaction.on_commit(lambda: nudge(DELIVER, tenant_id))


def _told(found: Sequence[Change]) -> None:
    """What changes mean to others: a report that was submitted, a publication that came out."""
    queue([_event(change) for change in found])


def _event(change: Change) -> Event:
    facts = {"initiative": change.initiative.slug if change.initiative is not None else ""}
    if change.verb == "filing.submitted":
        facts["partner"] = change.partner.code if change.partner is not None else ""
        facts["period"] = str(change.facts.get("period", ""))
        return Event(SUBMITTED, f"filing:{facts['initiative']}:{facts['partner']}:{facts['period']}", facts)
    facts |= {key: str(change.facts[key]) for key in ("period", "version") if key in change.facts}
    return Event(PUBLISHED, f"publication:{facts['initiative']}:{facts.get('period', '')}", facts)


changes.listen(("filing.submitted", "publication.published"), _told)


def begin_turn() -> bool:
    """Whether this worker alone sends for the open tenant now, until `end_turn`. Slow servers then hold up one worker and
    never all of them, however much there is to be told; what a second one leaves to the first, that one finds, or the
    next sweep."""
    with suppress(RedisError):
        return cache.add(TURN, 1, TURN_LASTS.total_seconds())
    return True


def end_turn() -> None:
    with suppress(RedisError):
        cache.delete(TURN)


@transaction.atomic
def claim() -> list[Delivery]:
    """Take up what is due, so that nobody else does for a while; of each object its earliest only."""
    now = timezone.now()
    earlier = Delivery.objects.filter(
        webhook=OuterRef("webhook"), about=OuterRef("about"), state=Delivery.State.PENDING, pk__lt=OuterRef("pk")
    )
    due = Delivery.objects.filter(~Exists(earlier), state=Delivery.State.PENDING, due_at__lte=now)
    rows = list(
        due.select_for_update(of=("self",), skip_locked=True, no_key=True)
        .select_related("webhook")
        .order_by("pk")[:AT_A_TIME]
    )
    for row in rows:
        row.attempts += 1
        row.due_at = now + UNDER_WAY
    Delivery.objects.bulk_update(rows, ["attempts", "due_at"])
    return rows


def send(delivery: Delivery) -> tuple[int | None, str]:
    """Send one; (status, "") when it arrived, else with what went wrong. Outside any transaction."""
    body = json.dumps({"id": delivery.pk, **delivery.body}, ensure_ascii=False).encode()
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "Backbone",
        "Backbone-Event": delivery.event,
        "Backbone-Delivery": str(delivery.pk),
        "Backbone-Signature": signature(secret_of(delivery.webhook), int(timezone.now().timestamp()), body),
    }
    try:
        status = outgoing.post(delivery.webhook.url, body, headers)
    except (outgoing.NotAllowed, outgoing.NoAnswer) as error:
        return None, str(error)
    if 200 <= status < 300:
        return status, ""
    return status, "redirects are not followed" if 300 <= status < 400 else f"answered {status}"


@transaction.atomic
def settle(delivery: Delivery, status: int | None, wrong: str) -> None:
    """Write down what became of an attempt: it arrived, is tried again later, or is given up."""
    row = Delivery.objects.select_for_update(no_key=True).get(pk=delivery.pk)
    if row.state != Delivery.State.PENDING:
        return
    now = timezone.now()
    row.status, row.words = status, wrong[:300]
    if not wrong:
        row.state, row.done_at = Delivery.State.SENT, now
    elif row.attempts > len(WAITS):
        row.state, row.done_at = Delivery.State.FAILED, now
    else:
        row.due_at = now + WAITS[row.attempts - 1]
    row.save(update_fields=["status", "words", "state", "done_at", "due_at"])


def _host(webhook: Webhook) -> str:
    return webhook.url.split("/")[2]


def _may(by: Membership) -> None:
    if not Membership.objects.get(pk=by.pk).can(Can.CHANGE_SETTINGS):
        raise Refused(Problem("webhook.forbidden", gettext_noop("Only a backbone admin does that.")))
