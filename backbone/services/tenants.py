"""A tenant's own settings. The only writer of tenants, apart from the commands that make and remove them."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils.translation import gettext_noop

from backbone import changes, conditions
from backbone.models import Membership, Tenant
from backbone.problems import Problem, Refused
from backbone.roles import Can
from backbone.services.fields import checked

# How many days something is kept that then goes (`services.retention`).
KEPT = (
    "visits_kept_days",
    "mails_kept_days",
    "uploads_kept_days",
    "logs_kept_days",
    "withdrawn_kept_days",
)
SETTINGS = (
    "name",
    "timezone",
    "locale",
    "fiscal_year_starts",
    "small_cell_threshold",
    "maintain_band",
    "same_definition",
    "counting",
    "number_format",
    "date_order",
    "outlier_z",
    "outlier_modified_z",
    "wants_words",
    "gap_below",
    "overlap_above",
    "untagged_most",
    "watch_change",
    "watch_coverage",
    "health_known",
    "signal_from",
    "evidence_tolerance",
    "mails_a_week",
    "accent",
    *KEPT,
)

changes.register_verbs({"settings.changed": gettext_noop("{by} changed the settings: {names}")})


@transaction.atomic
def change_settings(*, tenant: Tenant, by: Membership | None, **settings: Any) -> Tenant:
    """Change the settings given, and tell the conditions which, so that what rests on them is built anew.

    `by` None is the platform itself, at its operator's command. Raises `Refused` without the right, and for a value
    that the model refuses.
    """
    unknown = sorted(set(settings) - set(SETTINGS))
    if unknown:
        raise TypeError(f"No setting of a tenant: {', '.join(unknown)}.")
    tenant = Tenant.objects.select_for_update(no_key=True).get(pk=tenant.pk)
    if by is not None and not Membership.objects.get(pk=by.pk).can(Can.CHANGE_SETTINGS):
        raise Refused(Problem("settings.forbidden", gettext_noop("Only a backbone admin changes the settings.")))
    before = {name: getattr(tenant, name) for name in settings if getattr(tenant, name) != settings[name]}
    if not before:
        return tenant
    for name in before:
        setattr(tenant, name, settings[name])
    checked(tenant)
    tenant.save(update_fields=list(before))
    names = ", ".join(str(Tenant._meta.get_field(name).verbose_name) for name in before)
    after = {name: str(settings[name]) for name in before}
    changes.record(
        "settings.changed", on=tenant, by=by, names=names, before={n: str(v) for n, v in before.items()}, after=after
    )
    conditions.settings_changed(tenant, frozenset(before))
    return tenant
