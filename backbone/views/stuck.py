"""What is stuck: a page, and the part of it that home shows."""

from __future__ import annotations

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from backbone.access import member_can
from backbone.htmx import page_or_part
from backbone.roles import Can
from backbone.selectors.stuck import open_now


@member_can(Can.READ_SETTINGS)
@require_safe
def stuck(request, initiative):
    """What is late and what else is open, each with the way to it."""
    context = {
        "initiative": initiative,
        "open": open_now(initiative, timezone.now()),
        "today": request.tenant.day(),
        "crumbs": [(_("Home"), reverse("backbone:home", args=[request.tenant.slug, initiative.slug]))],
    }
    return page_or_part(request, "backbone/stuck.html", "backbone/_stuck.html", context)
