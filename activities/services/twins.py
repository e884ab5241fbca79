"""What somebody says about two entries that look alike. Nothing is merged or taken away by it."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_noop

from activities.models import Activity, Twins
from backbone import changes
from backbone.models import Membership
from backbone.problems import Problem, Refused
from backbone.services.fields import checked

changes.register_verbs(
    {
        "twins.same": gettext_noop("{by} said that “{one}” of {partners} is one and the same work"),
        "twins.different": gettext_noop("{by} said that “{one}” and “{other}” are two different things: {reason}"),
        "twins.asked_again": gettext_noop("{by} took back what was said about “{one}” and “{other}”"),
    }
)


@transaction.atomic
def judge(*, one: Activity, other: Activity, verdict: str, reason: str, by: Membership, partners: str = "") -> Twins:
    """Say what two activities are: the same work, or different, and then why. Raises `Refused` without a reason."""
    one, other = sorted((one, other), key=lambda row: row.pk)
    if verdict == Twins.Verdict.DIFFERENT and not reason.strip():
        raise Refused(
            Problem("twins.no_reason", gettext_noop("Say in a few words what sets them apart."), field="reason")
        )
    Activity.objects.select_for_update(no_key=True).get(pk=one.pk)
    row = Twins.objects.filter(one=one, other=other).first() or Twins(one=one, other=other)
    row.verdict, row.reason, row.by, row.at = verdict, reason.strip(), by, timezone.now()
    checked(row).save()
    facts = {"one": one.name, "other": other.name, "reason": row.reason, "partners": partners}
    changes.record(f"twins.{verdict}", on=row, by=by, initiative=one.initiative, **facts)
    return row


@transaction.atomic
def ask_again(*, twins: Twins, by: Membership) -> None:
    """Take back what was said: the two are asked about again."""
    row = Twins.objects.select_related("one__initiative", "other").get(pk=twins.pk)
    changes.record(
        "twins.asked_again", on=row, by=by, initiative=row.one.initiative, one=row.one.name, other=row.other.name
    )
    row.delete()
