"""What the backbone did under the six functions: what its records tell by themselves, and what was written down by hand."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import connection
from django.utils.translation import gettext as _

from backbone import changes, conditions
from backbone.models import Change, Initiative, Work
from backbone.tenancy import active_tenant_id

COLUMNS = ("function", "on", "what", "by", "filed", "address")
SHOWN = 6
RECENT = 90  # days
LAST = date.max - timedelta(days=1)  # after which there is another day
Function = Work.Function

# Verbs of changes, and what kind of the backbone's work each is. What is nobody's work of the six is not here; of policy no
# record tells by itself.
FUNCTIONS: dict[str, str] = {
    **dict.fromkeys(
        (
            "agenda.vision_written", "agenda.section_written", "agenda.suggestion_accepted", "agenda.published",
            "outcome.added", "outcome.changed", "strategy.added", "strategy.changed", "map.kept", "map.brought_in",
            "phase.moved", "phase.shown", "steward.named", "seat.added", "learning.taken_up", "decision.made",
            "decision.reviewed",
        ),
        Function.VISION,
    ),
    **dict.fromkeys(
        (
            "partner.joined", "strategy.partners", "activity.added", "activity.changed", "activities.brought_in",
            "hand_off.agreed", "hand_off.asked", "need.set", "needs.brought", "overlap.agreed", "twins.same",
            "watch.discussed", "group.made", "meeting.planned", "meeting.closed", "action.set", "announcement.made",
            "call.logged",
        ),
        Function.ACTIVITIES,
    ),
    **dict.fromkeys(
        (
            "indicator.defined", "indicator.changed", "definition.begun", "dimension.added", "target.set",
            "obligation.assigned", "obligation.assigned_to_all", "filing.approved", "filing.returned", "partner.reminded",
            "excuse.given", "period.extended", "correction.approved", "curve.opened", "curve.story_told",
            "community.recorded", "rule.added",
        ),
        Function.MEASUREMENT,
    ),
    **dict.fromkeys(("publication.published", "link.made"), Function.PUBLIC_WILL),
}  # fmt: skip
# Changes of these verbs that say something of money are work on funding instead.
OF_MONEY = ("activity.added", "activity.changed")


@dataclass(frozen=True, slots=True)
class Piece:
    """One piece of work, and where it can be seen. `work_id` is set where somebody wrote it down by hand."""

    on: date
    words: str
    by: str
    url: str = ""
    work_id: int | None = None


@dataclass(slots=True)
class Done:
    """One of the six functions: how much was filed by itself and by hand, and the latest of it."""

    slug: str
    name: str
    filed: int = 0
    written: int = 0
    pieces: list[Piece] = field(default_factory=list)

    @property
    def count(self) -> int:
        return self.filed + self.written


def work_of(initiative: Initiative, since: date, until: date, shown: int = SHOWN) -> list[Done]:
    """The six functions in their order, for days that both belong to it; three statements, and one for each sort of row
    that the shown pieces are about."""
    found = {slug: Done(slug, str(label)) for slug, label in Function.choices}
    zone = ZoneInfo(initiative.tenant.timezone)
    function_of: dict[int, str] = {}
    for slug, count, latest in _filed(initiative, since, until, zone, shown):
        found[slug].filed = count
        function_of |= dict.fromkeys(latest, slug)
    told = list(Change.objects.filter(pk__in=function_of).select_related("by", "partner").order_by("-at", "-pk"))
    pages = conditions.pages(initiative, {_row(change) for change in told})
    for change in told:
        by = change.by.name if change.by else ""
        piece = Piece(change.at.astimezone(zone).date(), changes.sentence(change), by, pages.get(_row(change), ""))
        found[function_of[change.pk]].pieces.append(piece)
    rows = Work.objects.filter(initiative=initiative, withdrawn_at=None, on__gte=since, on__lte=until)
    for row in rows.select_related("by"):
        one = found[row.function]
        one.written += 1
        one.pieces.append(Piece(row.on, row.words, row.by.name, row.url, row.pk))
    for one in found.values():
        one.pieces.sort(key=lambda piece: piece.on, reverse=True)
    return list(found.values())


def _row(change: Change) -> str:
    """What a change is about, as the conditions name rows."""
    return f"{change.subject}:{change.subject_id}"


def _filed(
    initiative: Initiative, since: date, until: date, zone: ZoneInfo, shown: int
) -> list[tuple[str, int, list[int]]]:
    """(function, how many changes, the ids of the latest) by the backbone's own people."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH f AS (SELECT * FROM unnest(%(verbs)s::text[], %(functions)s::text[]) AS f (verb, function)),
                 done AS (
                SELECT w.function, c.id, row_number() OVER (PARTITION BY w.function ORDER BY c.at DESC, c.id DESC) AS n
                  FROM backbone_change c JOIN f ON f.verb = c.verb
                 CROSS JOIN LATERAL (
                       SELECT CASE WHEN c.verb = ANY(%(of_money)s) AND c.facts -> 'fields' ? 'money' THEN %(funding)s
                                   ELSE f.function END AS function) w
                 WHERE c.tenant_id = %(tenant)s AND c.initiative_id = %(initiative)s
                   AND c.at >= %(since)s AND c.at < %(until)s
                   AND EXISTS (SELECT 1 FROM backbone_grant g
                                WHERE g.tenant_id = %(tenant)s AND g.membership_id = c.by_id AND g.partner_id IS NULL))
            SELECT function, count(*), coalesce(array_agg(id) FILTER (WHERE n <= %(shown)s), '{}')
              FROM done GROUP BY function
            """,
            {
                "tenant": active_tenant_id(),
                "initiative": initiative.pk,
                "verbs": list(FUNCTIONS),
                "functions": [str(function) for function in FUNCTIONS.values()],
                "of_money": list(OF_MONEY),
                "funding": str(Function.FUNDING),
                "since": datetime.combine(since, time(), zone),
                "until": datetime.combine(min(until, LAST) + timedelta(days=1), time(), zone),
                "shown": shown,
            },
        )
        return cursor.fetchall()


def table(initiative: Initiative, since: date, until: date, most: int = 5_000) -> Iterator[list[str]]:
    """Every piece as a row of text, in `COLUMNS`, function by function."""
    for one in work_of(initiative, since, until, shown=most):
        for piece in one.pieces:
            how = _("by hand") if piece.work_id is not None else _("by itself")
            address = f"{settings.SITE_URL.rstrip('/')}{piece.url}" if piece.url.startswith("/") else piece.url
            yield [one.name, piece.on.isoformat(), piece.words, piece.by, how, address]
