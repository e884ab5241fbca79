"""What the records say about communication, check by check, and what pulses say about all five conditions."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal

from django.db.models import Count, F, Q
from django.urls import reverse
from django.utils.translation import gettext as _

from backbone.conditions import Reading
from backbone.health import CHECKS
from backbone.look.numbers import number
from backbone.models import Initiative, Tenant
from comms.models import Acknowledgement, Action, Announcement, Attendance, Decision, Meeting
from comms.selectors.loop import Loop, loop_of
from comms.selectors.pulses import latest_shares

LATELY = timedelta(days=90)
YEAR = timedelta(days=365)
QUICK, SLOW = Decimal(45), Decimal(135)  # days from the end of a period to a decision: all is well, nothing is

ASKED = {  # which check each question answers
    ("agenda", "recall"): "agenda.recalled",
    ("measures", "scale"): "measures.trusted",
    ("activities", "scale"): "activities.changed",
    ("comms", "scale"): "comms.heard",
    ("backbone", "scale"): "backbone.helps",
}


def readings(initiative: Initiative, as_of: datetime) -> list[Reading]:
    """Meetings held, who attends, actions on time, what comes back, what is acknowledged; decisions that cite; the clock;
    and what was asked. Twenty-two statements at most, always."""
    tenant = Tenant.objects.get(pk=initiative.tenant_id)
    day = tenant.day(as_of)
    place = [tenant.slug, initiative.slug]
    loop = loop_of(initiative, as_of)

    def reading(slug: str, part: int, whole: int, said: str, none: str, page: str) -> Reading:
        value = Decimal(part) / whole if whole else None
        words = said % {"part": number(part), "whole": number(whole)} if whole else none
        return Reading(slug, str(CHECKS[slug]), value, words, as_of, reverse(f"comms:{page}", args=place))

    return [
        reading("comms.meetings", *_held(initiative, as_of), _("%(part)s of %(whole)s planned meetings were held."),
                _("No meeting was planned in the last ninety days."), "meeting-list"),
        reading("comms.attendance", *_attended(initiative, as_of), _("%(part)s of %(whole)s expected organizations came."),
                _("Nobody has noted who was there."), "meeting-list"),
        reading("comms.actions", *_on_time(initiative, day), _("%(part)s of %(whole)s actions were closed by their day."),
                _("No action was due in the last ninety days."), "action-list"),
        reading("comms.closure", loop.closure.closed, loop.closure.approved,
                _("%(part)s of %(whole)s approved reports came back to their partner."),
                _("No report was approved yet."), "comes-back"),
        reading("comms.acknowledged", *_acknowledged(initiative, as_of),
                _("%(part)s of %(whole)s organizations said that they had read it."),
                _("Nothing was announced that asks for an answer."), "announcement-list"),
        reading("agenda.cited", *_citing(initiative, as_of, Q(strategy__isnull=False)),
                _("%(part)s of %(whole)s decisions name the strategy they serve."),
                _("Nothing was decided in the last ninety days."), "decision-list"),
        reading("measures.decisions", *_citing(initiative, as_of, Q(citations__isnull=False)),
                _("%(part)s of %(whole)s decisions cite a figure."),
                _("Nothing was decided in the last ninety days."), "decision-list"),
        _clock(loop, as_of, place),
        *_asked(initiative, day, as_of, place),
    ]  # fmt: skip


def _held(initiative: Initiative, as_of: datetime) -> tuple[int, int]:
    rows = Meeting.objects.filter(initiative=initiative, ends_at__gt=as_of - LATELY, ends_at__lte=as_of)
    held = Q(opened_at__isnull=False)
    counts = rows.order_by().aggregate(part=Count("pk", filter=held), whole=Count("pk"))
    return counts["part"], counts["whole"]


def _attended(initiative: Initiative, as_of: datetime) -> tuple[int, int]:
    rows = Attendance.objects.filter(meeting__initiative=initiative, meeting__starts_at__gt=as_of - LATELY)
    rows = rows.filter(meeting__starts_at__lte=as_of).exclude(presence=Attendance.Presence.EXCUSED)
    there = Q(presence=Attendance.Presence.PRESENT)
    counts = rows.order_by().aggregate(part=Count("pk", filter=there), whole=Count("pk"))
    return counts["part"], counts["whole"]


def _on_time(initiative: Initiative, day: date) -> tuple[int, int]:
    rows = Action.objects.filter(initiative=initiative, due_on__gt=day - LATELY, due_on__lte=day)
    rows = rows.exclude(state=Action.State.CANCELLED)
    done = Q(state=Action.State.DONE, closed_at__date__lte=F("due_on"))
    counts = rows.order_by().aggregate(part=Count("pk", filter=done), whole=Count("pk"))
    return counts["part"], counts["whole"]


def _acknowledged(initiative: Initiative, as_of: datetime) -> tuple[int, int]:
    rows = Announcement.objects.filter(initiative=initiative, needs_answer=True, at__gt=as_of - YEAR, at__lte=as_of)
    asked = {(one.pk, partner) for one in rows for partner in one.partners}
    read = Acknowledgement.objects.filter(announcement__initiative=initiative).values_list("announcement", "partner")
    return len(asked & set(read)), len(asked)


def _citing(initiative: Initiative, as_of: datetime, has: Q) -> tuple[int, int]:
    rows = Decision.objects.filter(initiative=initiative, at__gt=as_of - LATELY, at__lte=as_of)
    counts = rows.order_by().aggregate(part=Count("pk", filter=has, distinct=True), whole=Count("pk", distinct=True))
    return counts["part"], counts["whole"]


def _clock(loop: Loop, as_of: datetime, place: list[str]) -> Reading:
    days, slug = loop.total, "backbone.clock"
    value = None if days is None else min(max((SLOW - days) / (SLOW - QUICK), Decimal(0)), Decimal(1))
    words = _("No figure has come all the way to a decision yet.")
    if days is not None:
        words = _("%(days)s days from the end of a period to a decision.") % {"days": number(days)}
    return Reading(slug, str(CHECKS[slug]), value, words, as_of, reverse("comms:comes-back", args=place))


def _asked(initiative: Initiative, day: date, as_of: datetime, place: list[str]) -> list[Reading]:
    found, readings = latest_shares(initiative, as_of), []
    for key, slug in ASKED.items():
        value, words, url = (
            None,
            _("Nobody has been asked lately, or too few answered."),
            reverse("comms:pulse-list", args=place),
        )
        if key in found:
            value, pulse = found[key]
            words, url = _("As people said in a pulse."), reverse("comms:pulse", args=[*place, pulse.pk])
        readings.append(Reading(slug, str(CHECKS[slug]), value, words, as_of, url))
    return readings
