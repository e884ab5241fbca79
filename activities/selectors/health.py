"""What the register says about how activities reinforce each other. What nobody has recorded is unknown, never nought."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from django.db.models import Count, Exists, OuterRef
from django.urls import reverse
from django.utils.translation import gettext as _

from activities.models import Activity, ActivityPlace, ActivityPopulation, ActivityStrategy, Commitment
from activities.selectors.register import running_on
from backbone.conditions import Reading
from backbone.models import Initiative, Participation, Tenant


def register_readings(initiative: Initiative, as_of: datetime) -> list[Reading]:
    """Running activities that say what for, for whom and where; and partners that work on one with another."""
    tenant = Tenant.objects.get(pk=initiative.tenant_id)
    day = tenant.day(as_of)
    url = reverse("activities:activity-list", args=[tenant.slug, initiative.slug])
    running = Activity.objects.filter(running_on(day), initiative=initiative)
    whole = running.count()
    return [_tagged(running, whole, as_of, url), _joint(initiative, running, whole, day, as_of, url)]


def _tagged(running, whole: int, as_of: datetime, url: str) -> Reading:
    label = _("Activities say what for, for whom and where")
    if not whole:
        return Reading("activities.tagged", label, None, _("No activity runs at present."), as_of, url)
    tags = (ActivityStrategy, ActivityPopulation, ActivityPlace)
    has_all = [Exists(sort.objects.filter(activity=OuterRef("pk"))) for sort in tags]
    tagged = running.filter(*has_all).count()
    words = _("%(tagged)s of %(whole)s running activities are tagged with strategy, population and place.")
    return Reading(
        "activities.tagged", label, Decimal(tagged) / whole, words % {"tagged": tagged, "whole": whole}, as_of, url
    )


def _joint(initiative: Initiative, running, whole: int, day, as_of: datetime, url: str) -> Reading:
    label = _("Partners work on something together")
    if not whole:
        return Reading("activities.joint", label, None, _("No activity runs at present."), as_of, url)
    joint = running.annotate(partners=Count("commitments")).filter(partners__gt=1)
    there = Participation.objects.filter(initiative=initiative, joins_on__lte=day).exclude(leaves_on__lt=day)
    partners = set(there.values_list("partner", flat=True))
    together = set(Commitment.objects.filter(activity__in=joint.values("pk")).values_list("partner", flat=True))
    words = _("%(together)s of %(partners)s partners share in %(joint)s joint activities.")
    said = words % {"together": len(together & partners), "partners": len(partners), "joint": joint.count()}
    value = Decimal(len(together & partners)) / len(partners) if partners else None
    return Reading("activities.joint", label, value, said, as_of, url)
