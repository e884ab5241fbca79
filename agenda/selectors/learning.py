"""The learning ledger as its pages, meetings and reminders read it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from django.db.models import Count, OuterRef, Prefetch, Subquery
from django.utils.translation import gettext as _

from agenda.models import Learning, LearningAbout, Node
from agenda.selectors.signing import asked_to_sign
from backbone import conditions
from backbone.conditions import Act, Thing
from backbone.models import Grant, Initiative, Membership
from backbone.tenancy import TenantQuerySet


def ledger(initiative: Initiative, sort: str = "", state: str = "") -> TenantQuerySet:
    """Entries, the newest first, with what each is about; of one sort or in one state where it is given."""
    rows = Learning.objects.filter(initiative=initiative).select_related("by", "partner", "owner", "closed_by")
    if sort:
        rows = rows.filter(sort=sort)
    if state:
        rows = rows.filter(state=state)
    return rows.prefetch_related(Prefetch("about", LearningAbout.objects.order_by("pk")))


def promised_by(membership: Membership) -> list[tuple[Learning, date]]:
    """What a person is to find out by which day, over all initiatives, soonest first; one query."""
    rows = Learning.objects.filter(owner=membership, state=Learning.State.OPEN, learn_by__isnull=False)
    rows = rows.select_related("initiative").order_by("learn_by", "pk")
    return [(row, row.learn_by) for row in rows if row.learn_by is not None]


def overdue(initiative: Initiative, day: date) -> list[Learning]:
    """Unknowns and what-ifs whose day has passed: what the next meeting is to talk about, longest first."""
    rows = ledger(initiative, state=Learning.State.OPEN).filter(learn_by__lt=day)
    return list(rows.order_by("learn_by", "pk"))


def open_questions(initiative: Initiative, day: date) -> list[Learning]:
    """What the next meeting is to talk about: unknowns whose day has passed, longest first, then what-ifs, oldest first."""
    late = overdue(initiative, day)
    asked = ledger(initiative, Learning.Sort.WHAT_IF, Learning.State.OPEN).order_by("at", "pk")
    return [*late, *(one for one in asked if one not in late)]


def about(initiative: Initiative, row: str) -> list[Learning]:
    """What was asked or learned about a row of any condition ("measures.indicator:7"), the newest first."""
    return list(ledger(initiative).filter(about__row=row))


def subjects(initiative: Initiative) -> list[Thing]:
    """What an entry may be about: what a node may stand for, the nodes themselves, and the partners that take part now."""
    nodes = Node.objects.filter(initiative=initiative).order_by("label", "pk").values_list("pk", "slug", "label")
    there = asked_to_sign(initiative).items()
    return [
        *conditions.things(initiative),
        *(Thing(f"agenda.node:{pk}", f"node:{slug}", label, group=_("Theory of change")) for pk, slug, label in nodes),
        *(Thing(f"backbone.partner:{row.pk}", f"partner:{code}", row.name, code, _("Partners")) for code, row in there),
    ]


def with_pages(initiative: Initiative, entries: Iterable[Learning]) -> list[tuple[Learning, list[tuple[str, str]]]]:
    """Entries of the ledger, each with the labels and the addresses ("" where there is none) of what it is about."""
    rows = list(entries)
    pages = conditions.pages(initiative, {one.row for entry in rows for one in entry.about.all()})
    return [(entry, [(one.label, pages.get(one.row, "")) for one in entry.about.all()]) for entry in rows]


def entry_of(initiative: Initiative, pk: int) -> Learning | None:
    return ledger(initiative).select_related("by", "partner", "owner", "closed_by", "initiative").filter(pk=pk).first()


def counts(initiative: Initiative) -> dict[str, int]:
    """How many entries of each sort are open."""
    rows = Learning.objects.filter(initiative=initiative, state=Learning.State.OPEN)
    return dict(rows.values_list("sort").annotate(n=Count("pk")).order_by())


def acts_of(initiative: Initiative, since: datetime, until: datetime) -> list[Act]:
    """Ideas, what was shared, and what nobody knew and somebody answered, in a span; two statements."""
    ideas = {Learning.Sort.WHAT_IF: "idea", Learning.Sort.KNOWN: "shared"}
    rows = Learning.objects.filter(initiative=initiative, sort__in=list(ideas), at__gt=since, at__lte=until)
    found = [
        Act("agenda", ideas[Learning.Sort(sort)], partner_id, by_id, at)
        for sort, partner_id, by_id, at in rows.values_list("sort", "partner_id", "by_id", "at")
    ]
    own = Grant.objects.filter(membership=OuterRef("closed_by"), partner__isnull=False).values("partner")[:1]
    answered = Learning.objects.filter(
        initiative=initiative,
        sort=Learning.Sort.UNKNOWN,
        state=Learning.State.ANSWERED,
        closed_at__gt=since,
        closed_at__lte=until,
    )
    rows = answered.annotate(of=Subquery(own)).values_list("of", "closed_by_id", "closed_at")
    return found + [Act("agenda", "answered", partner_id, by_id, at) for partner_id, by_id, at in rows]
