"""Where the agenda's pages stand below each other."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext as _

from backbone.models import Initiative


def agenda_crumb(request, initiative: Initiative) -> tuple[str, str]:
    return _("Agenda"), reverse("agenda:agenda", args=[request.tenant.slug, initiative.slug])


def document_crumb(request, initiative: Initiative) -> tuple[str, str]:
    return _("The document"), reverse("agenda:document", args=[request.tenant.slug, initiative.slug])


def versions_crumb(request, initiative: Initiative) -> tuple[str, str]:
    return _("Versions"), reverse("agenda:versions", args=[request.tenant.slug, initiative.slug])
