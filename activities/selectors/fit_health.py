"""What the matrix and hand-offs say about how activities reinforce each other."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal

from django.urls import reverse
from django.utils.translation import gettext as _

from activities.models import Delivery
from activities.rules.cells import State
from activities.rules.handoffs import on_time
from activities.selectors.axes import axes_of
from activities.selectors.matrix import Question, matrix
from agenda.models import Learning, LearningAbout
from backbone.conditions import Reading
from backbone.models import Initiative, Tenant

A_YEAR = timedelta(days=365)


def fit_readings(initiative: Initiative, as_of: datetime) -> list[Reading]:
    """Gaps that somebody finds something out about, overlaps that were settled, hand-offs that came in time; six queries."""
    tenant = Tenant.objects.get(pk=initiative.tenant_id)
    day = tenant.day(as_of)
    here = [tenant.slug, initiative.slug]
    found = matrix(initiative, Question(day, axes_of(initiative)))
    url = reverse("activities:gaps", args=here)
    return [
        _owned(initiative, found, as_of, url),
        _settled(found, as_of, url),
        _on_time(initiative, day, as_of, reverse("activities:hand-offs", args=here)),
    ]


def _owned(initiative: Initiative, found, as_of: datetime, url: str) -> Reading:
    label = _("Gaps have somebody who looks into them")
    gaps = {"activities.cell:" + "-".join(map(str, key)) for key, one in found.cells.items() if one.state is State.GAP}
    if not gaps:
        words = _("No gap is known at present.")
        return Reading("activities.gaps-owned", label, None, words, as_of, f"{url}?only=gap")
    entries = LearningAbout.objects.filter(
        row__in=gaps,
        learning__initiative=initiative,
        learning__owner__isnull=False,
        learning__state=Learning.State.OPEN,
    )
    owned = len(set(entries.values_list("row", flat=True)))
    words = _("%(owned)s of %(gaps)s gaps have an open what-if with somebody who finds out.")
    said = words % {"owned": owned, "gaps": len(gaps)}
    return Reading("activities.gaps-owned", label, Decimal(owned) / len(gaps), said, as_of, f"{url}?only=gap")


def _settled(found, as_of: datetime, url: str) -> Reading:
    label = _("Possible duplications are settled")
    agreed, twice = found.counts[State.AGREED], found.counts[State.TWICE]
    if not agreed + twice:
        words = _("No cell is served twice over at present.")
        return Reading("activities.duplications", label, None, words, as_of, f"{url}?only=twice")
    words = _("%(agreed)s of %(all)s overlaps are agreed on.") % {"agreed": agreed, "all": agreed + twice}
    value = Decimal(agreed) / (agreed + twice)
    return Reading("activities.duplications", label, value, words, as_of, f"{url}?only=twice")


def _on_time(initiative: Initiative, day, as_of: datetime, url: str) -> Reading:
    label = _("Hand-offs come in time")
    rows = Delivery.objects.filter(hand_off__giver__initiative=initiative, came_on__gt=day - A_YEAR, came_on__lte=day)
    met, known = on_time(rows.values_list("asked_on", "came_on", "hand_off__promised_days"))
    if not known:
        words = _("Nothing that was promised came within a year.")
        return Reading("activities.hand-offs", label, None, words, as_of, url)
    words = _("%(met)s of %(known)s hand-offs of the last year came as soon as promised.")
    return Reading(
        "activities.hand-offs", label, Decimal(met) / known, words % {"met": met, "known": known}, as_of, url
    )
