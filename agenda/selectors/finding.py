"""What a search finds of the agenda."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _

from agenda.models import Learning, Outcome, Section, Strategy
from backbone.conditions import Hit
from backbone.models import Initiative, Membership, Tenant
from backbone.roles import Can
from backbone.tenancy import TenantQuerySet

EACH = 5
AROUND = 60  # letters before and after the word that was found


def found(initiative: Initiative, words: str, membership: Membership) -> Iterator[Hit]:
    """Results, strategies, sections and entries of the ledger that have all these words; for who works inside, five
    statements."""
    if not membership.can(Can.LISTEN_IN):
        return
    tenant = Tenant.objects.get(pk=initiative.tenant_id)
    place = [tenant.slug, initiative.slug]
    agenda = reverse("agenda:agenda", args=place)
    for outcome in _having(Outcome.objects.filter(initiative=initiative), words, "title").order_by("position")[:EACH]:
        yield Hit(outcome.title, agenda, _("Results"))
    strategies = Strategy.objects.filter(outcome__initiative=initiative).select_related("outcome")
    for strategy in _having(strategies, words, "title").order_by("position", "pk")[:EACH]:
        yield Hit(strategy.title, agenda, _("Strategies"), strategy.outcome.title)
    for section in _having(Section.objects.filter(initiative=initiative), words, "text").order_by("pk")[:EACH]:
        url = reverse("agenda:section", args=[*place, section.topic])
        yield Hit(section.get_topic_display(), url, _("Agenda"), around(section.text, words))
    entries = _having(Learning.objects.filter(initiative=initiative), words, "text", "answer", "taken_up")
    for entry in entries.order_by("-at", "-pk")[:EACH]:
        url = reverse("agenda:learning-entry", args=[*place, entry.pk])
        yield Hit(entry.text, url, _("Learning"), str(entry.get_sort_display()))


def _having(rows: TenantQuerySet, words: str, *fields: str) -> TenantQuerySet:
    """Those in which every word stands, in whichever of the fields; what a pattern would mean stands for itself."""
    for word in words.split()[:8]:
        some = Q()
        for name in fields:
            some |= Q(**{f"{name}__icontains": word})
        rows = rows.filter(some)
    return rows


def around(text: str, words: str) -> str:
    """A stretch of a text around the first word that was looked for."""
    first = words.split()[0].casefold()
    at = max(text.casefold().find(first), 0)
    start, end = max(at - AROUND, 0), at + len(first) + AROUND
    return f"{'…' if start else ''}{text[start:end].strip()}{'…' if end < len(text) else ''}"
