"""What becomes of figures: which were used where, whether that came back to who filed them, how long it took."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from django.db.models import Min
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_date

from backbone.conditions import Used
from backbone.models import Change, Initiative, Partner, Tenant
from comms.models import Action, Citation, Invited, PreRead
from comms.rules.loop import Closure, Filed, Hop, Use, clock, closure, is_closed, slowest, total, uses_of
from comms.selectors.talk import replies
from measures.models import Figure, Indicator
from measures.rules.periods import Grain, add_months, parse_month

YEAR = timedelta(days=365)
USED_SHOWN = 10


@dataclass(frozen=True, slots=True)
class Row:
    """One partner's reports of a stretch: how many came back, of how many, and where its figures were used last."""

    partner_id: int
    code: str
    name: str
    closed: int
    approved: int
    used: tuple[Use, ...]

    @property
    def rate(self) -> Decimal | None:
        return Decimal(self.closed) / self.approved if self.approved else None


@dataclass(frozen=True, slots=True)
class Loop:
    """The loop of one initiative over a stretch."""

    closure: Closure
    hops: tuple[Hop, ...]
    rows: tuple[Row, ...]

    @property
    def slowest(self) -> Hop | None:
        return slowest(self.hops)

    @property
    def total(self) -> Decimal | None:
        return total(self.hops)


def loop_of(initiative: Initiative, as_of: datetime, since: datetime | None = None) -> Loop:
    """Reports that were approved since an instant (a year before), and what became of them; nine statements."""
    since = since or as_of - YEAR
    partners: dict[int, tuple[str, str]] = {}
    filings = approved_reports(initiative, since, as_of, partners)
    uses = [one for one in uses_in(initiative) if one.at <= as_of]
    rows = []
    for pk, (code, name) in sorted(partners.items(), key=lambda one: one[1]):
        own = [one for one in filings if one.partner == pk]
        used = {(use.label, use.url): use for one in own for use in uses_of(one, uses)}
        latest = sorted(used.values(), key=lambda use: use.at, reverse=True)[:3]
        rows.append(Row(pk, code, name, sum(is_closed(one, uses) for one in own), len(own), tuple(latest)))
    return Loop(closure(filings, uses), tuple(clock(filings, uses)), tuple(rows))


def approved_reports(
    initiative: Initiative, since: datetime, until: datetime, partners: dict[int, tuple[str, str]]
) -> list[Filed]:
    """Each partner's report of a month, when it was first submitted and approved; `partners` gets who they are.

    What was entered from elsewhere was approved by nobody here and is not among them. Three statements.
    """
    zone = ZoneInfo(Tenant.objects.get(pk=initiative.tenant_id).timezone)
    pks = dict(Indicator.objects.filter(initiative=initiative).values_list("slug", "pk"))
    approvals = Change.objects.filter(initiative=initiative, verb="filing.approved", at__gt=since, at__lte=until)
    found: dict[tuple[int, date], list] = {}
    for change in approvals.select_related("partner").order_by("at", "pk"):
        month = parse_month(str(change.facts.get("period", "")))
        if change.partner is None or not isinstance(month, date):
            continue
        partners[change.partner_id] = (change.partner.code, change.partner.name)
        named = {pks[slug] for slug in change.facts.get("indicators", ()) if slug in pks}
        report = found.setdefault((change.partner_id, month), [set(), change.at])
        report[0] |= named
    submitted = Change.objects.filter(initiative=initiative, verb="filing.submitted", partner__in=partners)
    first = {
        (partner, parse_month(str(period))): at
        for partner, period, at in submitted.order_by().values_list("partner", "facts__period").annotate(at=Min("at"))
    }
    return [
        Filed(
            partner, month, frozenset(indicators), _end_of(month, zone), _before(first.get((partner, month)), at), at
        )
        for (partner, month), (indicators, at) in found.items()
    ]  # fmt: skip


def _before(submitted: datetime | None, approved: datetime) -> datetime | None:
    return submitted if submitted is not None and submitted <= approved else None


def _end_of(month: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(add_months(month, 1), datetime.min.time(), tzinfo=zone)


def uses_in(initiative: Initiative) -> Iterator[Use]:
    """Where figures of an initiative were used: pre-reads, decisions, replies; six statements."""
    tenant = Tenant.objects.get(pk=initiative.tenant_id)
    place = [tenant.slug, initiative.slug]
    reached: dict[int, set[int]] = {}
    invited = Invited.objects.filter(meeting__initiative=initiative, partner__isnull=False)
    for meeting, partner in invited.values_list("meeting", "partner"):
        reached.setdefault(meeting, set()).add(partner)
    for sent in PreRead.objects.filter(meeting__initiative=initiative).select_related("meeting"):
        url = reverse("comms:pre-read", args=[*place, sent.meeting_id, sent.number])
        at = max(sent.at, sent.meeting.opened_at) if sent.meeting.opened_at else None
        for figure in sent.body["figures"]:
            months, invited_ones = months_of(figure["pinned"]), frozenset(reached.get(sent.meeting_id, ()))
            yield Use(figure["indicator"], months, sent.at, invited_ones, sent.meeting.title, url)
            if at is not None:
                yield Use(figure["indicator"], months, at, frozenset(), sent.meeting.title, url, is_talk=True)
    acted = _first_actions(initiative)
    citations = Citation.objects.filter(decision__initiative=initiative)
    for one in citations.select_related("decision__meeting").prefetch_related("decision__absences"):
        decision, meeting = one.decision, one.decision.meeting
        url = reverse("comms:decision", args=[*place, decision.number])
        people = set(reached.get(decision.meeting_id, ())) | {row.partner_id for row in decision.absences.all()}
        label = f"{decision}" if meeting is None else f"{meeting.title}, {decision}"
        months, at, on = months_of(one.pinned), decision.at, decision.decided_on
        yield Use(one.indicator_id, months, at, frozenset(), label, url, is_talk=True, is_decision=True, on=on)
        if meeting is not None and meeting.closed_at is not None:
            yield Use(one.indicator_id, months, meeting.closed_at, frozenset(people), label, url, on=on)
        if decision.pk in acted:
            yield Use(one.indicator_id, months, acted[decision.pk], frozenset(), label, url, is_decision=True, on=on)
    yield from replies(initiative)


def _first_actions(initiative: Initiative) -> dict[int, datetime]:
    """When the first action of a decision was set, by decision."""
    rows = Action.objects.filter(initiative=initiative, source__startswith="comms.decision:")
    firsts = rows.order_by().values_list("source").annotate(at=Min("made_at"))
    return {int(source.partition(":")[2]): at for source, at in firsts}


def months_of(pinned: dict) -> frozenset[date]:
    """The months that a pinned figure covers."""
    window = pinned["window"]
    first = parse_date(f"{window['period']}-01")
    if first is None:
        return frozenset()
    return frozenset(add_months(first, at) for at in range(Grain(window["grain"]).months))


def used_of(initiative: Initiative, partner: Partner) -> list[Used]:
    """Where figures that a partner filed were used, each place once for an indicator and month, the newest first."""
    slugs = dict(Indicator.objects.filter(initiative=initiative).values_list("pk", "slug"))
    filed = set(
        Figure.objects.filter(partner=partner, indicator__initiative=initiative, category="", state="approved")
        .order_by()
        .values_list("indicator_id", "period")
    )
    found: dict[tuple[str, date, str], Used] = {}
    for use in sorted(uses_in(initiative), key=lambda one: one.at, reverse=True):
        for month in use.months:
            if (use.indicator, month) in filed and use.indicator in slugs and use.url:
                key = (slugs[use.indicator], month, use.url)
                found.setdefault(key, Used(key[0], month, use.label, use.url, use.at, use.on))
    told = sorted(found.values(), key=lambda one: one.on or timezone.localdate(one.at), reverse=True)
    return told[:USED_SHOWN]


def cells_used_in(initiative: Initiative, since: datetime) -> set[tuple[str, str]]:
    """(indicator, "") of the figures that were used since an instant: those are totals."""
    slugs = dict(Indicator.objects.filter(initiative=initiative).values_list("pk", "slug"))
    return {(slugs[use.indicator], "") for use in uses_in(initiative) if use.at > since and use.indicator in slugs}
