"""One partner's report for one period as its pages show it: each line with what stands there and what came before."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from django.db.models import Count, Q, Sum
from django.utils import timezone

from backbone.models import Grant, Initiative, Partner
from backbone.roles import Can, Reach, Role, reach
from measures.lines import closes_on, due_on
from measures.lines import lines as lines_of
from measures.models import Excuse, Figure, Filing, Indicator, Remark
from measures.models.filings import FigureState
from measures.rules.attested import Word
from measures.rules.crossing import CrossRule
from measures.rules.figures import Entry, ratio
from measures.rules.kinds import FLOW
from measures.rules.lines import TOTAL, Line
from measures.rules.outliers import LOOKED_BACK
from measures.rules.periods import Grain, add_months
from measures.rules.usual import usual
from measures.selectors.attested import words_of
from measures.selectors.filing import HANDED_IN, entry_of, owed_lines
from measures.selectors.locks import openings
from measures.selectors.obligations import rarer_duties
from measures.selectors.shared import counted_twice
from measures.selectors.versions import histories
from measures.selectors.warned import rules_in_use

REMEMBERED = LOOKED_BACK  # earlier periods that are read; the usual is found among them
SHOWN = 3  # of which a page shows so many, and the same one last year


@dataclass(frozen=True, slots=True)
class Said:
    """Words about a line: who, when, and as what (explanation, return, answer, approval); `about` are the warnings that
    they explain."""

    kind: str
    words: str
    by: str
    at: datetime
    about: tuple[str, ...] = ()


@dataclass(slots=True)
class ReportLine:
    """One indicator of a report. `state` is empty before anybody typed; `past` is oldest first, handed in only.

    `is_over`: its period is over, or in its last day, so that it can be submitted. `frequency`: how long the period is,
    which for some partners is longer than the indicator's; `is_optional`: a first period that began before the partner
    did, which counts when it is filed and is not missing when it is not. `counted_since`: earlier figures are counted
    otherwise and are not what is usual here.
    """

    indicator: Indicator
    line: Line
    period: date
    due_on: date
    closes_on: date
    is_over: bool
    is_closed: bool
    open_until: date | None = None  # beyond its lock, for this partner
    frequency: Grain = Grain.MONTH
    is_optional: bool = False
    counted_since: date = date.min
    excuse: str = ""
    state: str = ""
    cells: dict[str, Entry] = field(default_factory=dict)
    as_defined: bool | None = None
    word: Word | None = None  # what the partner says of how it counts
    typed_word: Word | None = None  # what a draft says instead, which is the partner's own
    submitted_by_id: int | None = None
    changed_by: str = ""
    changed_at: datetime | None = None
    past: list[tuple[date, Entry | None]] = field(default_factory=list)
    last_year: tuple[date, Entry | None] | None = None
    remarks: list[Said] = field(default_factory=list)

    @property
    def pk(self) -> int:
        return self.indicator.pk

    @property
    def total(self) -> Entry:
        return self.cells.get(TOTAL, Entry())

    @property
    def earlier(self) -> list[Entry]:
        """What the rules compare with, oldest first: what was counted in the same way."""
        return [entry for when, entry in self.past if entry is not None and when >= self.counted_since]

    @property
    def usual(self) -> Decimal | None:
        """What is usual here: the median of the last six, of a rate the median ratio; nothing is where numbers say no
        volume."""
        if not self.line.rule.has_volume:
            return None
        if self.line.rule.is_weighted:
            return usual([Entry(value=entry.value) for entry in self.earlier])
        if not self.line.rule.is_ratio:
            return usual(self.earlier)
        return usual([Entry(value=found) for entry in self.earlier if (found := ratio(entry)) is not None])

    @property
    def is_with_partner(self) -> bool:
        """Whether the partner may still type here, as far as the state goes."""
        return self.state in ("", FigureState.DRAFT, FigureState.RETURNED)

    @property
    def question(self) -> Said | None:
        """What a reviewer asked when the line was returned."""
        asked = [said for said in self.remarks if said.kind == Remark.Kind.RETURN]
        return asked[-1] if asked and self.state == FigureState.RETURNED else None

    @property
    def own_words(self) -> str:
        """What the filer said since a reviewer spoke last."""
        last = self.remarks[-1] if self.remarks else None
        return last.words if last and last.kind in (Remark.Kind.EXPLANATION, Remark.Kind.ANSWER) else ""


@dataclass(slots=True)
class Report:
    initiative: Initiative
    partner: Partner
    period: date
    lines: list[ReportLine]
    version: int = 0
    submitted_at: datetime | None = None
    submitted_by: str = ""
    reviewers: list[str] = field(default_factory=list)
    rules: tuple[CrossRule, ...] = ()

    @property
    def due_on(self) -> date | None:
        """The first day on which something of it is due."""
        return min((line.due_on for line in self.lines), default=None)

    @property
    def closes_on(self) -> date | None:
        return min((line.closes_on for line in self.lines), default=None)

    @property
    def changed_at(self) -> datetime | None:
        return max((line.changed_at for line in self.lines if line.changed_at), default=None)

    @property
    def filled_in_by(self) -> list[str]:
        return list(
            dict.fromkeys(line.changed_by for line in self.lines if line.changed_by and line.state == FigureState.DRAFT)
        )


def report(initiative: Initiative, partner: Partner, period: date, now: datetime | None = None) -> Report:
    """What a partner owes for one period, with drafts, history, words and the rules over its lines; fourteen queries
    at most, always.

    Empty lines when it owes nothing then.
    """
    now = now or timezone.now()
    owed = owed_lines(initiative, partner, period)
    given = openings(initiative.tenant.day(now), initiative=initiative, partner_ids=[partner.pk], periods=[period])
    excuses = dict(Excuse.objects.filter(partner=partner, period=period).values_list("indicator_id", "reason"))
    lines = {}
    for pk, indicator in owed.indicators.items():
        grain = owed.periods[pk].frequency
        closes, until = closes_on(indicator, period, grain), given.until(partner.pk, period, pk)
        day = indicator.tenant.day(now)
        lines[pk] = ReportLine(
            indicator,
            owed.lines[pk],
            period,
            due_on(indicator, period, grain),
            closes,
            is_over=owed.periods[pk].ends_on <= day,
            is_closed=closes < day and until is None,
            open_until=until,
            frequency=grain,
            is_optional=owed.periods[pk].is_optional,
            counted_since=owed.since[pk],
            excuse=excuses.get(pk, ""),
            past=[(add_months(period, -back * grain.months), None) for back in range(REMEMBERED, 0, -1)],
        )
    _fill_in(partner, period, lines)
    for pk, row in words_of(partner, lines, period).items():
        lines[pk].word, lines[pk].typed_word = row.said, row.typed
    for remark in Remark.objects.filter(partner=partner, period=period).select_related("by"):
        if remark.indicator_id in lines:
            about = tuple(one["message"] for one in remark.answers)
            said = Said(remark.kind, remark.words, remark.by.name, remark.at, about)
            lines[remark.indicator_id].remarks.append(said)
    found = Report(
        initiative, partner, period, list(lines.values()), reviewers=reviewers(), rules=rules_in_use(initiative)
    )
    filing = Filing.objects.filter(initiative=initiative, partner=partner, period=period)
    if filing := filing.select_related("submitted_by").first():
        found.version, found.submitted_at = filing.version, filing.submitted_at
        found.submitted_by = filing.submitted_by.name if filing.submitted_by else ""
    return found


def one_line(initiative: Initiative, indicator: Indicator, partner: Partner, period: date) -> ReportLine:
    """One line by itself, owed today or not: what stands there and what came before; five queries."""
    rarer = rarer_duties([indicator], [partner.pk])
    own = Grain(indicator.frequency)
    grain = own if rarer is None else rarer.frequency(indicator, partner.pk, period)
    past: list[tuple[date, Entry | None]] = [
        (add_months(period, -back * grain.months), None) for back in range(REMEMBERED, 0, -1)
    ]
    line = ReportLine(
        indicator,
        lines_of(initiative, [indicator])[indicator.pk],
        period,
        due_on(indicator, period, grain),
        closes_on(indicator, period, grain),
        is_over=True,
        is_closed=False,
        frequency=grain,
        counted_since=histories([indicator])[indicator.pk].since(period),
        past=past,
    )
    _fill_in(partner, period, {indicator.pk: line})
    return line


def _fill_in(partner: Partner, period: date, lines: dict[int, ReportLine]) -> None:
    """Today's cells and the earlier totals of every line, by one query."""
    earlier = {month for line in lines.values() for month, _ in line.past}
    figures = (
        Figure.objects.filter(partner=partner, period__in=[period, *earlier], indicator__in=list(lines))
        .filter(Q(period=period) | Q(category=TOTAL, state__in=HANDED_IN))
        .select_related("changed_by")
    )
    past: dict[tuple[int, date], Entry] = {}
    order = [FigureState.RETURNED, FigureState.DRAFT, FigureState.SUBMITTED, FigureState.APPROVED]
    for figure in figures:
        entry = entry_of(figure)
        if figure.period != period:
            past[figure.indicator_id, figure.period] = entry
            continue
        line = lines[figure.indicator_id]
        line.cells[figure.category] = entry
        if not line.state or order.index(figure.state) < order.index(line.state):
            line.state = figure.state
        if figure.category == TOTAL:
            line.as_defined, line.submitted_by_id = figure.as_defined, figure.submitted_by_id
        if line.changed_at is None or figure.changed_at > line.changed_at:
            line.changed_at = figure.changed_at
            line.changed_by = figure.changed_by.name if figure.changed_by else ""
    for pk, line in lines.items():
        line.past = [(month, past.get((pk, month))) for month, _ in line.past]
        per_year = 12 // line.frequency.months
        line.last_year = line.past[-per_year] if per_year > SHOWN else None


def reviewers() -> list[str]:
    """Who approves figures in this tenant, by name; one query."""
    roles = [role for role in Role if reach(role, Can.REVIEW) is Reach.ALL]
    grants = Grant.objects.in_force().filter(role__in=roles, membership__is_active=True)
    return sorted(set(grants.values_list("membership__name", flat=True)))


def who_files(partner: Partner) -> list[str]:
    """A partner's filers and leads by name; one query."""
    roles = [role for role in Role if reach(role, Can.FILE) is Reach.OWN]
    grants = Grant.objects.in_force().filter(role__in=roles, partner=partner, membership__is_active=True)
    return sorted(set(grants.values_list("membership__name", flat=True)))


@dataclass(frozen=True, slots=True)
class Share:
    """A partner's part of what everybody handed in for a period, so far: 300 of 700, from 7 partners."""

    indicator: Indicator
    period: date
    mine: Decimal
    all: Decimal
    partners: int

    @property
    def ratio(self) -> Decimal:
        return self.mine / self.all


def shares(lines: Iterable[ReportLine], partner: Partner, periods: Collection[date]) -> list[Share]:
    """The partner's share of each count that adds up, in these periods; two queries, and one more where several did
    something together.

    Submitted figures are in it as well as approved ones, so it says “so far”; what several file of one piece of work is
    in the whole once, as in every roll-up. Nothing where the partner handed in nothing, nothing for a sum of zero, and
    nothing where the partner is alone.
    """
    counts = {line.pk: line.indicator for line in lines if line.line.kind == FLOW and line.line.can_only_grow}
    if not counts:
        return []
    handed_in = Figure.objects.filter(
        indicator__in=list(counts), period__in=list(periods), category=TOTAL, state__in=HANDED_IN, value__gte=0
    )
    sums = (
        handed_in.values("indicator_id", "period")
        .annotate(all=Sum("value"), mine=Sum("value", filter=Q(partner=partner)), partners=Count("partner"))
        .order_by("period")
    )
    twice = counted_twice(counts.values(), periods, handed_in)
    found = []
    for row in sums:
        everybody = row["all"] - twice.get((row["indicator_id"], row["period"]), 0)
        if row["mine"] and everybody > row["mine"]:
            found.append(Share(counts[row["indicator_id"]], row["period"], row["mine"], everybody, row["partners"]))
    return found
