"""Decisions and actions as their pages and the reminders read them."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, timedelta

from django.db.models import Exists, OuterRef, Q

from backbone.models import Initiative, Membership
from backbone.roles import Can
from backbone.selectors.groups import own_groups
from backbone.tenancy import TenantQuerySet
from comms.models import Action, Citation, Decision, Dissent, Invited, Meeting

AHEAD = timedelta(days=30)  # what is due further on waits
REVIEWED_AHEAD = timedelta(days=14)
UNDONE = (Action.State.OPEN, Action.State.ACTIVE)
STATES = ("stands", "changed", "review", "replaced", "withdrawn")


def decisions_of(initiative: Initiative, membership: Membership) -> TenantQuerySet:
    """The register as a person may read it, the newest first, each with whether its evidence changed; of others' groups a
    chair reads those of meetings to which they are invited."""
    rows = Decision.objects.filter(initiative=initiative).select_related("meeting__group", "strategy", "agenda_version")
    changed = Citation.objects.filter(decision=OuterRef("pk"), changed_at__isnull=False, seen_by=None)
    own = own_groups(membership, Can.READ_DECISIONS)
    if own is not None:
        called = Exists(Invited.objects.filter(meeting=OuterRef("meeting"), member=membership))
        rows = rows.filter(Q(meeting=None) | Q(meeting__group=None) | Q(meeting__group__in=own) | Q(called))
    return rows.annotate(has_changed=Exists(changed)).order_by("-number")


def searched(rows: TenantQuerySet, words: str = "", state: str = "", strategy: int | None = None) -> TenantQuerySet:
    """Those of the register in which these words stand, in one state, or of one strategy. A word is looked for in what was
    decided and why, in the name of the meeting, of the figures that it rests on, and in what was said against it; one such
    as “D-14” is the decision of that number."""
    for word in words.split()[:8]:
        cited = Citation.objects.filter(decision=OuterRef("pk"))
        cited = cited.filter(Q(indicator__code__iexact=word) | Q(indicator__name__icontains=word))
        against = Dissent.objects.filter(decision=OuterRef("pk"), words__icontains=word)
        stands = Q(text__icontains=word) | Q(reason__icontains=word) | Q(meeting__title__icontains=word)
        rows = rows.filter(stands | Q(Exists(cited)) | Q(Exists(against)) | _numbered("D", word))
    if state == "changed":
        rows = rows.filter(has_changed=True)
    elif state == "review":
        rows = rows.filter(state=Decision.State.STANDS, review_on__isnull=False)
    elif state:
        rows = rows.filter(state=state)
    return rows if strategy is None else rows.filter(strategy=strategy)


def _numbered(letter: str, word: str) -> Q:
    """What finds the row that a word such as “D-14” or “d-14,” names; nothing for any other word."""
    head, _, number = word.strip("“”\"'.,;:()").partition("-")
    if head.upper() == letter and number.isascii() and number.isdecimal() and len(number) < 10:
        return Q(number=int(number))
    return Q(pk__in=[])


def with_voices(rows: TenantQuerySet) -> TenantQuerySet:
    """With what it cites, who did not agree and who was absent; three statements more, whatever their number."""
    return rows.prefetch_related("citations__indicator", "dissents__partner", "absences__partner")


def due_for_review(initiative: Initiative, day: date) -> list[Decision]:
    """Those that stand and are to be looked at again within two weeks, the most pressing first."""
    rows = Decision.objects.filter(initiative=initiative, state=Decision.State.STANDS)
    return list(rows.filter(review_on__lte=day + REVIEWED_AHEAD).order_by("review_on", "pk"))


def changed_evidence(initiative: Initiative) -> list[Citation]:
    """Citations of what stands whose figure has changed and which nobody has looked at; the oldest first."""
    rows = Citation.objects.filter(
        decision__initiative=initiative, decision__state=Decision.State.STANDS, changed_at__isnull=False, seen_by=None
    )
    return list(rows.select_related("decision", "indicator").order_by("changed_at", "pk"))


def overdue_actions(initiative: Initiative, day: date) -> list[Action]:
    rows = Action.objects.filter(initiative=initiative, state__in=UNDONE, due_on__lt=day)
    return list(rows.select_related("owner", "partner").order_by("due_on", "pk"))


def actions_of(
    initiative: Initiative,
    *,
    state: str = "",
    partner: str = "",
    owner: int | None = None,
    words: str = "",
    reader: Membership | None = None,
) -> TenantQuerySet:
    """Actions, the most pressing first; in one state ("undone" for what is not finished), of one organization or person.
    For a chair as `reader` words are looked for in the actions alone, and not in what they come from."""
    in_sources = reader is None or own_groups(reader, Can.READ_DECISIONS) is None
    rows = Action.objects.filter(initiative=initiative).select_related("owner", "partner", "proposer")
    if state == "undone":
        rows = rows.filter(state__in=UNDONE)
    elif state:
        rows = rows.filter(state=state)
    if partner:
        rows = rows.filter(partner__code=partner)
    if owner is not None:
        rows = rows.filter(owner=owner)
    for word in words.split()[:8]:
        stands = Q(what__icontains=word) | Q(owner__name__icontains=word) | _numbered("A", word)
        rows = rows.filter(stands | Q(source_words__icontains=word) if in_sources else stands)
    return rows.order_by("due_on", "pk")


def without_others(actions: Collection[Action], initiative: Initiative, membership: Membership) -> list[Action]:
    """The same actions, of which a chair is not told what they come from where that is another group's. Two statements for
    a chair, none for others."""
    found = list(actions)
    own = own_groups(membership, Can.READ_DECISIONS)
    if own is None:
        return found
    meetings = Meeting.objects.filter(initiative=initiative, group__isnull=False).exclude(group__in=own)
    hidden = {f"comms.meeting:{pk}" for pk in meetings.values_list("pk", flat=True)}
    decided = Decision.objects.filter(meeting__in=meetings)
    hidden |= {f"comms.decision:{pk}" for pk in decided.values_list("pk", flat=True)}
    for one in found:
        if one.source in hidden:
            one.source_words = one.source_url = ""
    return found


def own_actions(member_ids: Collection[int], today: date) -> list[Action]:
    """What these people still have to do, of what is due within a month or late; one statement."""
    rows = Action.objects.filter(owner__in=member_ids, state__in=UNDONE, due_on__lte=today + AHEAD)
    return list(rows.select_related("initiative").order_by("due_on", "pk"))


def to_review(member_ids: Collection[int], today: date) -> list[Decision]:
    """Decisions that these people wrote down and that are to be looked at again soon; one statement."""
    rows = Decision.objects.filter(by__in=member_ids, state=Decision.State.STANDS)
    rows = rows.filter(review_on__lte=today + REVIEWED_AHEAD)
    return list(rows.select_related("initiative").order_by("review_on", "pk"))
