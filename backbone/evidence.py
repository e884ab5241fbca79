"""The fifth condition answers for itself."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.urls import reverse
from django.utils.translation import gettext as _

from backbone.conditions import Condition, DueItem, Passing, Queue, Reading, Sign, numbers_of
from backbone.health import CHECKS
from backbone.models import OperatorAccess, Partner, Publication, Work
from backbone.roles import Can
from backbone.selectors.holding import people_of, voices
from backbone.selectors.passing import passing_here
from backbone.selectors.queues import queues_of
from backbone.selectors.roster import orphans
from backbone.selectors.work import RECENT, work_of
from backbone.services.operating import waiting
from backbone.services.webhooks import withdraw

ANSWERED_WITHIN = timedelta(days=2)


class BackboneEvidence(Condition):
    slug = "backbone"

    def readings(self, initiative, as_of: datetime) -> Iterable[Reading]:
        """Whether its six kinds of work are done, money among them, and every partner has its people."""
        yield from functions(initiative, as_of)
        yield vacancies(initiative, as_of)

    def arrived(self, using: str, now: datetime) -> int:
        """Messages to webhooks that wait."""
        return withdraw(using, now)

    def due(self, membership, as_of: datetime) -> Iterable[DueItem]:
        """For an admin: partners that lost their people, and an operator of the platform who asks to look in."""
        if not membership.can(Can.CHANGE_SETTINGS):
            return
        tenant = membership.tenant
        zone = ZoneInfo(tenant.timezone)
        today = as_of.astimezone(zone).date()
        alone = orphans(today)
        if alone:
            codes = ", ".join(partner.code for partner in alone[:5]) + (", …" if len(alone) > 5 else "")
            one_page = reverse("backbone:partner", args=[tenant.slug, alone[0].code])
            yield DueItem(
                key=f"vacant:{'-'.join(str(partner.pk) for partner in alone[:20])}",
                label=_("Nobody files or leads any more: %(codes)s. Invite somebody.") % {"codes": codes},
                due=today,
                url=one_page if len(alone) == 1 else reverse("backbone:partner-list", args=[tenant.slug]),
                member_id=membership.pk,
            )
        for one in OperatorAccess.objects.filter(waiting()):
            due_on = one.asked_at.astimezone(zone).date() + ANSWERED_WITHIN
            yield DueItem(
                key=f"operator:{one.pk}",
                label=_("The platform’s operators ask to look in: %(reason)s") % {"reason": one.reason},
                due=due_on,
                url=reverse("backbone:operator-access", args=[tenant.slug]),
                member_id=membership.pk,
                is_late=due_on < today,
            )

    def passing(self) -> Iterable[Passing]:
        """Visits, deliveries and answers, what was taken back."""
        return passing_here()

    def queues(self, as_of: datetime) -> Iterable[Queue]:
        """Publications to be checked, documents to be made, webhooks to be told."""
        return queues_of(as_of)

    def pages(self, initiative, names: Collection[str]) -> Mapping[str, str]:
        """Partners, where the roster lists them, for their own pages are for who keeps it; and publications."""
        roster = reverse("backbone:partner-list", args=[initiative.tenant.slug])
        rows = Partner.objects.filter(pk__in=numbers_of(names, "backbone.partner"))
        found = {
            f"backbone.partner:{pk}": f"{roster}?{urlencode({'q': code})}"
            for pk, code in rows.values_list("pk", "code")
        }
        here = [initiative.tenant.slug, initiative.slug]
        made = Publication.objects.filter(initiative=initiative, pk__in=numbers_of(names, "backbone.publication"))
        for pk in made.values_list("pk", flat=True):
            found[f"backbone.publication:{pk}"] = reverse("backbone:publication", args=[*here, pk])
        return found

    def signs(self, initiative, as_of: datetime) -> Iterable[Sign]:
        """How often each partner was heard."""
        return voices(initiative, as_of)


def vacancies(initiative, as_of: datetime) -> Reading:
    """Of the partners, those for which somebody files or leads."""
    people = people_of(initiative, initiative.tenant.day(as_of))
    filled = sum(vacant < 1 for vacant in people.values())
    slug = "backbone.vacancies"
    url = reverse("backbone:partner-list", args=[initiative.tenant.slug])
    if not people:
        return Reading(slug, str(CHECKS[slug]), None, _("No partner takes part yet."), as_of, url)
    said = _("Somebody files or leads for %(filled)s of %(all)s partners.") % {"filled": filled, "all": len(people)}
    return Reading(slug, str(CHECKS[slug]), Decimal(filled) / len(people), said, as_of, url)


def functions(initiative, as_of: datetime) -> Iterable[Reading]:
    """Of the six functions, those with evidence in 90 days; and whether money was one of them. Unknown before any work is
    recorded at all."""
    today = initiative.tenant.day(as_of)
    done = work_of(initiative, today - timedelta(days=RECENT), today, shown=0)
    active = [one for one in done if one.count]
    url = reverse("backbone:work", args=[initiative.tenant.slug, initiative.slug])
    all_six, funding = "backbone.functions", "backbone.funding"
    if not active:
        said = _("No work of the backbone is recorded in the last 90 days.")
        yield Reading(all_six, str(CHECKS[all_six]), None, said, as_of, url)
        yield Reading(funding, str(CHECKS[funding]), None, said, as_of, url)
        return
    said = _("%(active)s of 6 functions have evidence in the last 90 days.") % {"active": len(active)}
    yield Reading(all_six, str(CHECKS[all_six]), Decimal(len(active)) / len(done), said, as_of, url)
    has_money = any(one.slug == Work.Function.FUNDING for one in active)
    yes, no = _("Something was done about money in the last 90 days."), _("Nothing was done about money in 90 days.")
    yield Reading(funding, str(CHECKS[funding]), Decimal(has_money), yes if has_money else no, as_of, url)
