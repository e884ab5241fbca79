"""What goes when its time is over: the backbone's own, and how any condition says it of rows."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from django.db.models import F, Q
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from backbone.conditions import Passing
from backbone.models import Delivery, Invitation, KeptAnswer, Visit, Work
from backbone.tenancy import TenantQuerySet


def _delete(rows: TenantQuerySet) -> int:
    return rows.delete()[0]


def of_rows(
    slug: str,
    label: str,
    setting: str,
    rows: Callable[[], TenantQuerySet],
    at: str,
    let_go: Callable[[Any], int] = _delete,
) -> Passing:
    """Rows whose column `at` says how old they are. `rows` is asked anew each time; `let_go` takes some and says how many."""

    def older(before: datetime) -> TenantQuerySet:
        return rows().filter(**{f"{at}__lt": before})

    def some(before: datetime, at_most: int) -> int:
        found = list(older(before).order_by("pk").values_list("pk", flat=True)[:at_most])
        return let_go(rows().model.objects.filter(pk__in=found)) if found else 0

    return Passing(slug, label, setting, lambda before: older(before).count(), some)


def passing_here() -> Iterable[Passing]:
    """The backbone's own."""
    yield of_rows("visits", _("Who opened a publication, and when"), "visits_kept_days", Visit.objects.all, "at")
    yield of_rows(
        "deliveries",
        _("What webhooks were told"),
        "logs_kept_days",
        lambda: Delivery.objects.exclude(state=Delivery.State.PENDING),
        "made_at",
    )
    yield of_rows(
        "answers",
        _("Answers of the API, to be given again to the same call"),
        "logs_kept_days",
        KeptAnswer.objects.all,
        "created_at",
    )
    yield of_rows(
        "invitations",
        _("Invitations that nobody accepted"),
        "withdrawn_kept_days",
        lambda: Invitation.objects.filter(accepted_at=None).annotate(closed_at=Coalesce("revoked_at", F("expires_at"))),
        "closed_at",
    )
    yield of_rows(
        "work",
        _("Entries of the backbone’s work that were taken back"),
        "withdrawn_kept_days",
        lambda: Work.objects.filter(~Q(withdrawn_at=None)),
        "withdrawn_at",
    )
