"""Where the pages of the theory of change stand, and who of its readers sees only what was kept of it."""

from __future__ import annotations

from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext as _

from agenda.models import Node
from agenda.views.paths import agenda_crumb
from backbone.models import Initiative, Membership
from backbone.roles import Can, Reach


def only_versions(membership: Membership) -> bool:
    """Whether a person reads what is published and nothing that is still being worked on: of the map, kept versions."""
    return membership.reach_of(Can.READ_AGENDA) == {Reach.PUBLISHED}


def refuse_outsiders(membership: Membership) -> None:
    """404 for who reads kept versions only."""
    if only_versions(membership):
        raise Http404


def node_or_404(initiative: Initiative, slug: str) -> Node:
    node = Node.objects.filter(initiative=initiative, slug=slug).first()
    if node is None:
        raise Http404
    return node


def map_crumbs(request, initiative: Initiative) -> list[tuple[str, str]]:
    own = _("Theory of change"), reverse("agenda:map", args=[request.tenant.slug, initiative.slug])
    return [agenda_crumb(request, initiative), own]


def versions_crumbs(request, initiative: Initiative) -> list[tuple[str, str]]:
    own = _("Versions"), reverse("agenda:map-version-list", args=[request.tenant.slug, initiative.slug])
    if only_versions(request.membership):
        return [agenda_crumb(request, initiative), own]
    return [*map_crumbs(request, initiative), own]
