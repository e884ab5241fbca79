"""Where the register's pages stand below each other, and who reads only what is published of it."""

from __future__ import annotations

from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext as _

from activities.models import Activity
from activities.selectors.register import activity_of
from activities.selectors.rights import may_edit, may_edit_words, reads_register
from backbone.models import Initiative, Membership

Crumb = tuple[str, str]


def refuse_outsiders(membership: Membership) -> None:
    """404 for who reads only what is published."""
    if not reads_register(membership):
        raise Http404


def activity_or_404(initiative: Initiative, slug: str) -> Activity:
    activity = activity_of(initiative, slug)
    if activity is None:
        raise Http404
    return activity


def own_activity_or_404(request, initiative: Initiative, slug: str) -> Activity:
    """An activity that this person may change; 404 when there is none, or when their organization has no part in it."""
    activity = activity_or_404(initiative, slug)
    if not may_edit(request.membership, activity):
        raise Http404
    return activity


def require_words(membership: Membership) -> None:
    """404 for who may change activities of one partner only: the words are everybody's."""
    if not may_edit_words(membership):
        raise Http404


def register_crumb(request, initiative: Initiative) -> Crumb:
    return _("Activities"), reverse("activities:activity-list", args=[request.tenant.slug, initiative.slug])


def activity_crumbs(request, initiative: Initiative, activity: Activity) -> list[Crumb]:
    own = reverse("activities:activity", args=[request.tenant.slug, initiative.slug, activity.slug])
    return [register_crumb(request, initiative), (activity.name, own)]


def words_crumb(request, initiative: Initiative) -> Crumb:
    return _("Words for tagging"), reverse("activities:word-list", args=[request.tenant.slug, initiative.slug, "kinds"])
