"""Where the pages of the matrix stand, who may not open them, and what cuts them."""

from __future__ import annotations

from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext as _

from activities.selectors.axes import Axes, Tag, axes_of
from activities.services.needs import Where
from backbone.models import Initiative, Membership
from backbone.roles import Can, Reach

CELLS_ON_A_PAGE = 1_200


def refuse_readers_of_publications(membership: Membership, can: Can = Can.READ_GAPS) -> None:
    """404 for who reads only what is published."""
    if membership.reach_of(can) == {Reach.PUBLISHED}:
        raise Http404


def gap_crumbs(request, initiative: Initiative, *more: str) -> list[tuple[str, str]]:
    """The crumbs of pages below the matrix; with none, those of the matrix itself."""
    here = [request.tenant.slug, initiative.slug]
    own = (_("Gaps and overlaps"), reverse("activities:gaps", args=here))
    return [(_("Activities"), reverse("activities:activity-list", args=here)), *([own] if more else [])]


def cell_or_404(initiative: Initiative, outcome: str, strategy: str, population: str, place: str):
    """The axes of an initiative, and the three values that an address names."""
    axes = axes_of(initiative)
    keys = {"strategy": f"{outcome}/{strategy}", "population": population, "place": place}
    tags = [axes.find(name, key) for name, key in keys.items()]
    if None in tags:
        raise Http404
    return axes, tags


def only(axes: Axes, tags: list[Tag]) -> Axes:
    """The axes cut to one cell; of places nothing is cut away that it needs, for the statement walks the whole tree."""
    strategy, population, place = tags
    return Axes((strategy,), (population,), (place,))


def cell_url(request, initiative: Initiative, tags: list[Tag]) -> str:
    strategy, population, place = tags
    return f"{reverse('activities:gaps', args=[request.tenant.slug, initiative.slug])}{strategy.key}/{population.key}/{place.key}/"


def where_of(tags: list[Tag]) -> Where:
    """The rows of a cell; one query each."""
    from activities.models import Place, Population
    from agenda.models import Strategy

    strategy, population, place = tags
    return Where(
        Strategy.objects.get(pk=strategy.id), Population.objects.get(pk=population.id), Place.objects.get(pk=place.id)
    )
