"""What of a publication must not be shown to one audience: everything it can see and has seen, on one table, attacked."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from decimal import Decimal
from functools import partial
from typing import Any

from backbone.conditions import Edition, Known
from backbone.models import Initiative, Partner, Tenant
from measures.models import Indicator
from measures.publishing import cells, circles, frozen
from measures.publishing.cells import Read, Sheet
from measures.publishing.circles import Circle
from measures.publishing.gathering import Picture, partner_names, pictures
from measures.publishing.places import Place, partner_place, together_name, whole_place, year_place
from measures.publishing.recalled import Recalled, recall
from measures.publishing.since import Since
from measures.rules.combining import Combined
from measures.rules.disclosure import Breach, Decision, suppress
from measures.rules.kinds import COMMUNITY
from measures.rules.lines import TOTAL, Line
from measures.rules.periods import Grain, last_month, start_of
from measures.selectors.computed import ComputedWhole
from measures.selectors.consents import consents
from measures.windows import Window, latest_month


@dataclass(frozen=True, slots=True)
class Judged:
    """Some indicators' pictures, and what of them one audience may not be shown.

    `inputs` are what some of them are computed from and that is not published with them. `agreed` are the partners that
    let it see their rows, by indicator id; `sheet` and `decision` say why something is `hidden`; with `breaches` nothing
    may be published.
    """

    tenant: Tenant
    pictures: Sequence[Picture]
    inputs: Sequence[Picture]
    partners: Mapping[int, Partner]
    agreed: Mapping[int, set[int]]
    circles: Mapping[str, Circle]
    sheet: Sheet
    decision: Decision
    hidden: frozenset[Place]
    breaches: Sequence[Breach]

    def figure(self, place: Place, one: Combined, **named: Any) -> dict[str, Any]:
        """A figure as this audience is shown it."""
        return frozen.figure(one, is_hidden=place in self.hidden, lower=self.sheet.bounds.get(place), **named)


def judge(edition: Edition, indicators: Sequence[Indicator]) -> Judged:
    """Gather these indicators as of the edition's instant, and decide what is hidden from its audience.

    It is attacked twice where somebody sees more: by who reads what this audience does and no more, and by who reads
    both. What either must not compute is hidden.
    """
    tenant = Tenant.objects.get(pk=edition.initiative.tenant_id)
    found = pictures(edition.initiative, indicators, window_of(edition, tenant), tenant)
    inputs = inputs_of(edition.initiative, found, tenant)
    agreed = consents([one.reading.indicator.pk for one in (*found, *inputs)], edition.audience)
    within = None if edition.within is None else _codes_shown(edition.within.data)
    around = circles.circles(found, agreed, within)
    audiences = [list(edition.known)]
    if edition.wider:
        audiences.append([*edition.known, *edition.wider])
    since = Since([*inputs, *found], agreed)
    hidden: set[Place] = set()
    breaches: list[Breach] = []
    for turn, known in enumerate(audiences):
        sheet = _sheet(found, inputs, around, agreed, known, since, tenant.small_cell_threshold)
        decision = suppress(
            sheet.table(), tenant.small_cell_threshold,
            progress=lambda done, of, turn=turn: edition.tell(done + turn * of, of * len(audiences)),
        )  # fmt: skip
        hidden |= cells.hidden_places(sheet, decision)
        hidden |= _computed_from_hidden(found, inputs, sheet, hidden)
        breaches += decision.breaches
    for picture in found:
        cells.raise_bounds(sheet, picture, hidden)
    return Judged(
        tenant, found, inputs, partner_names(found), agreed, around, sheet, decision, frozenset(hidden), tuple(breaches)
    )


def window_of(edition: Edition, tenant: Tenant) -> Window:
    """The span of an edition, as far as it is over."""
    grain = Grain(edition.grain)
    latest = min(latest_month(tenant.day()), last_month(edition.period, grain))
    starts = tenant.fiscal_year_starts
    return Window(grain, start_of(grain, edition.period, starts), latest, starts, starts, as_of=edition.as_of)


def _sheet(
    found: Sequence[Picture],
    inputs: Sequence[Picture],
    around: Mapping[str, Circle],
    agreed: Mapping[int, set[int]],
    known: Sequence[Known],
    since: Since,
    threshold: int,
) -> Sheet:
    sheet = Sheet(threshold, since, *_read(known))
    for picture in found:
        cells.fill(sheet, picture, around[picture.slug], agreed.get(picture.reading.indicator.pk, set()))
    for picture in inputs:
        cells.imply(sheet, picture, agreed.get(picture.reading.indicator.pk, set()))
    filed = {
        picture.slug: Recalled(
            line=picture.line,
            counts_people=picture.reading.indicator.counts_people,
            is_over_time=cells.adds_over_time(picture.line),
            is_secret=partial(circles.is_anybodys, picture, agreed.get(picture.reading.indicator.pk, set())),
        )
        for picture in (*inputs, *found)
        if picture.line.rule.is_filed
    }
    recall(sheet, filed)
    return sheet


# --- what is known already ---


def _read(known: Sequence[Known]) -> tuple[dict[Place, Read], dict[Place, dict[str, Decimal]]]:
    """What can be read in these parts and was told of them since, by place, the last of each; and what was withheld in
    them, with the numbers that it was then."""
    read: list[tuple[Place, Read]] = []
    withheld: dict[Place, dict[str, Decimal]] = {}
    for one in known:
        lines: dict[str, Line] = {}
        for place, line, data in figures(one.data, one.kept.get("others", {})):
            lines[place.indicator] = line
            if not data.get("hidden"):
                read.append((place, _numbers_read(line, data, one.as_of)))
        for told in one.told:
            place = Place.read(told.figure)
            if place.indicator in lines:
                read.append((place, _numbers_read(lines[place.indicator], told.after, told.as_of)))
        for text, numbers in one.kept.get("implied", {}).items():
            read.append((Place.read(text), Read(_numbers_kept(numbers), one.as_of)))
        for text, numbers in one.kept.get("withheld", {}).items():
            withheld[Place.read(text)] = _numbers_kept(numbers)
    read.sort(key=lambda one: one[1].as_of or datetime.min.replace(tzinfo=UTC))
    return dict(read), withheld


def _numbers_kept(numbers: Mapping[str, str]) -> dict[str, Decimal]:
    return {what: Decimal(number) for what, number in numbers.items()}


def _numbers_read(line: Line, data: Mapping[str, Any], as_of: datetime | None) -> Read:
    combined = frozen.combined_from(data, data.get("kind", line.kind))
    own = line if combined.kind == line.kind else replace(line, kind=combined.kind)
    return Read(cells.numbers_of(own, combined), as_of)


def kept(judged: Judged) -> dict[str, Any]:
    """What has to be known of this part when the next one is judged; nobody is shown it."""
    was: dict[Place, dict[str, str]] = {}
    implied: dict[Place, dict[str, str]] = {}
    for key, cell in judged.sheet.cells.items():
        if key.aside:
            continue
        if key.place in judged.hidden:
            was.setdefault(key.place, {})[key.what] = frozen.text(cell.value)
        elif key.place in judged.sheet.implied:
            implied.setdefault(key.place, {})[key.what] = frozen.text(cell.value)
    codes = {pk: partner.code for pk, partner in judged.partners.items()}
    others = {
        slug: sorted(codes[pk] for pk in circle.together) for slug, circle in judged.circles.items() if circle.together
    }
    return {
        "others": others,
        "withheld": {str(place): numbers for place, numbers in sorted(was.items())},
        "implied": {str(place): numbers for place, numbers in sorted(implied.items())},
    }


def figures(
    data: Mapping[str, Any], others: Mapping[str, Sequence[str]] | None = None
) -> Iterator[tuple[Place, Line, Mapping[str, Any]]]:
    """Every figure of a part: where it stands, the line it is of, and its data. `others` names who is together, which
    the part itself does not say."""
    for one in data.get("indicators", ()):
        line, window = frozen.line_from(one["line"]), frozen.window_from(one["window"])
        slug = line.slug
        for period, figure in one["trend"]:
            yield whole_place(slug, TOTAL, window, frozen.month_from(period)), line, figure
        for years in one.get("years", {}).values():
            for year in years:
                yield year_place(slug, frozen.window_from(year["window"])), line, year["figure"]
        for split in one.get("breakdowns", ()):
            for row in split["rows"]:
                for period, figure in row["trend"]:
                    yield whole_place(slug, row["key"], window, frozen.month_from(period)), line, figure
        partners = one.get("partners", {})
        for row in partners.get("rows", ()):
            yield partner_place(slug, row["code"], TOTAL, window), line, row["figure"]
            for split in row.get("breakdowns", ()):
                for cell in split["rows"]:
                    yield partner_place(slug, row["code"], cell["key"], window), line, cell["figure"]
        if "others" in partners:
            count = str(partners["others"]["count"])
            who = together_name(others[slug] if others and slug in others else [count])
            yield partner_place(slug, who, TOTAL, window), line, partners["others"]["figure"]


def _codes_shown(data: Mapping[str, Any]) -> dict[str, set[str]]:
    """Whose rows a part shows, by indicator."""
    return {
        one["line"]["slug"]: {row["code"] for row in one.get("partners", {}).get("rows", ())}
        for one in data.get("indicators", ())
    }


# --- what is computed from what is hidden ---


def inputs_of(initiative: Initiative, found: Sequence[Picture], tenant: Tenant) -> list[Picture]:
    """The pictures of what published figures are computed from, in their spans, as far as it is not published in these
    spans itself. What a source published is nobody's secret."""
    there = {(picture.reading.indicator.pk, picture.window) for picture in found}
    wanted: dict[Window, set[int]] = {}
    for picture in found:
        if isinstance(picture.reading.whole, ComputedWhole):
            wanted.setdefault(picture.window, set()).update(picture.reading.whole.inputs)
    made: list[Picture] = []
    for window, leaves in wanted.items():
        missing = [pk for pk in leaves if (pk, window) not in there]
        rows = Indicator.objects.filter(pk__in=missing).exclude(kind=COMMUNITY).select_related("outcome", "initiative")
        if indicators := list(rows.order_by("position", "pk")):
            made += pictures(initiative, indicators, window, tenant)
    return made


def _computed_from_hidden(
    found: Sequence[Picture], inputs: Sequence[Picture], sheet: Sheet, hidden: Collection[Place]
) -> frozenset[Place]:
    """What is computed from others is hidden wherever one of its inputs is, published or not."""
    slugs = {picture.reading.indicator.pk: picture.slug for picture in (*inputs, *found)}
    alone = {picture.slug for picture in found}
    more: set[Place] = set()
    for picture in found:
        whole = picture.reading.whole
        if not isinstance(whole, ComputedWhole):
            continue
        leaves = {slugs[leaf] for leaf in whole.inputs if leaf in slugs}
        places = {place for place in sheet.printed if place.indicator == picture.slug}
        more |= {place for place in places if any(place._replace(indicator=one) in hidden for one in leaves)}
        if leaves - alone or len(leaves) < len(whole.inputs):
            more |= {place for place in places if place.who}  # a partner's own inputs are nobody's to see
    return frozenset(more & sheet.printed)
