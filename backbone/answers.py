"""What the five conditions answer with: plain frozen values, never model instances, so that nothing leaks downhill.

The questions are `backbone.conditions`, which hands these on: whoever answers one imports from there what it needs.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any


@dataclass(frozen=True, slots=True)
class Reading:
    """One dated piece of evidence about a condition. `value` is 0 to 1, or None when it cannot be known yet."""

    slug: str
    label: str
    value: Decimal | None
    words: str
    as_of: datetime
    url: str = ""


@dataclass(frozen=True, slots=True)
class DueItem:
    """Something a person owes, or will owe soon.

    `key` names it for good ("filing:12:2026-10"), so that a reminder is sent once; `opened` and `due` are days in the
    tenant's time zone; `partner_id` is whose duty it is where it is a partner's, `member_id` where it is one person's.
    """

    key: str
    label: str
    due: date
    url: str
    partner_id: int | None = None
    partner: str = ""
    member_id: int | None = None
    is_late: bool = False
    closes: date | None = None


@dataclass(frozen=True, slots=True)
class Attachment:
    """Something of one condition that hangs on a row of another, as an indicator hangs on an outcome.

    `to` names the row ("agenda.outcome:12"); `words` says more in a few words; `kind` is an indicator's, if it is one;
    `of_partners` says that partners file it, so that it contributes to a result and is never summed into it; `is_work`
    that it is something that is done, which measures nothing.
    """

    to: str
    label: str
    code: str = ""
    kind: str = ""
    words: str = ""
    url: str = ""
    of_partners: bool = False
    is_work: bool = False


@dataclass(frozen=True, slots=True)
class Thing:
    """A row of a condition that a node of the theory of change may stand for.

    `of` names it here ("measures.indicator:7"), `key` in files ("indicator:completions"); `group` is what it is, in words.
    """

    of: str
    key: str
    label: str
    code: str = ""
    group: str = ""


@dataclass(frozen=True, slots=True)
class Live:
    """A figure as it stands now, of the row that `of` names: `text` in one line, `words` its coverage.

    `series` are earlier values, oldest first, each with whether it is partial, for a line beside it; `target` stands in it.
    """

    of: str
    label: str
    text: str
    words: str
    code: str = ""
    kind: str = ""
    is_partial: bool = False
    series: Sequence[tuple[Decimal | None, bool]] = ()
    target: Decimal | None = None
    url: str = ""


@dataclass(frozen=True, slots=True)
class Option:
    """Something that staff may put into a publication, or leave out. `takes_words`: a story may stand beside it."""

    slug: str
    label: str
    code: str = ""
    words: str = ""
    group: str = ""
    takes_words: bool = False
    story: str = ""


@dataclass(frozen=True, slots=True)
class Told:
    """A published figure that an audience was told to have moved: by its name, what it is since, as of when."""

    figure: str
    after: Any
    as_of: datetime | None


@dataclass(frozen=True, slots=True)
class Known:
    """What an audience can read already: this condition's part of one publication, with what `Part.kept` was then, as of
    which instant, and what it was told of it since.
    """

    data: Mapping[str, Any]
    kept: Mapping[str, Any]
    as_of: datetime | None = None
    told: Sequence[Told] = ()


@dataclass(frozen=True, slots=True)
class Edition:
    """What a condition is asked for a publication: of a span, as of an instant, for one audience.

    `choices` are the slugs that staff chose, in order, and the words they wrote: `[{"slug", "story", "unknown"}]`.
    `known` is what this audience reads already, `wider` what those read besides who see more; a part may not help
    either to compute anything that is withheld. `within` is the same part as cut for them: nothing may be in this one that
    is not in it. `is_inside`: the audience has been let in, it is not everybody. `since` is what is to be compared with.
    `tell` takes (done, total) for whoever waits.
    """

    initiative: Any
    grain: str
    period: date
    as_of: datetime
    audience: str
    choices: Sequence[Mapping[str, str]]
    known: Sequence[Known] = ()
    wider: Sequence[Known] = ()
    within: Known | None = None
    is_inside: bool = True
    since: datetime | None = None
    tell: Callable[[int, int], None] = field(default=lambda done, total: None)


@dataclass(frozen=True, slots=True)
class Finding:
    """Something of a part that is not shown, or that could still be computed; `figure` and `words` for a person.

    `value` is the true one, for those alone who may see it. `figure` names it for good.
    """

    figure: str
    words: str
    value: str = ""
    why: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """One condition's part of a publication, as plain JSON-able data; an empty one is left out.

    `hidden` are the figures that are withheld, `breaches` those that could be computed all the same: with one of them
    nothing is published. A `headline` in the data may head the whole publication.
    `kept` is what the condition wants to be given back in `Edition.known`; nobody is shown it.
    """

    data: Mapping[str, Any] = field(default_factory=dict)
    hidden: Sequence[Finding] = ()
    breaches: Sequence[Finding] = ()
    kept: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Moved:
    """A published figure that is another now: plain data before and after, and the last change behind it."""

    figure: str
    before: Any
    after: Any
    at: datetime
    reason: str = ""
    by_id: int | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """One published figure as a row of a file. A hidden one has no numbers, here as anywhere.

    `whose` says in words who is in it; `category` is empty for the total; `first` and `last` are months; `target` stands
    beside the figures that it is for.
    """

    result: str
    indicator: str
    code: str
    name: str
    kind: str
    unit: str
    whose: str
    first: date
    last: date
    words: str
    state: str
    filed: int
    expected: int
    excused: int = 0
    breakdown: str = ""
    category: str = ""
    value: Decimal | None = None
    numerator: Decimal | None = None
    denominator: Decimal | None = None
    lower: Decimal | None = None
    upper: Decimal | None = None
    is_hidden: bool = False
    target: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Definition:
    """What an indicator is whose figures are published, as a row of a file."""

    indicator: str
    code: str
    name: str
    result: str
    kind: str
    unit: str
    definition: str
    numerator: str = ""
    denominator: str = ""
    direction: str = ""
    frequency: str = ""
    target: Decimal | None = None
    target_by: date | None = None
    baseline: Decimal | None = None
    target_words: str = ""
    source: str = ""
    source_url: str = ""


@dataclass(frozen=True, slots=True)
class Tie:
    """Something that two partners have to do with each other: `kind` is "activity", "hand_off", "meeting" or "action".
    `group_id` is the group whose thing it is; of other groups' a chair is told that it ties, and not what it is."""

    partner_id: int
    other_id: int
    kind: str
    label: str
    url: str = ""
    group_id: int | None = None


@dataclass(frozen=True, slots=True)
class Absent:
    """Partners, by code, that are missing of the `expected` ones who owe anything of a month (`period` names it)."""

    codes: tuple[str, ...]
    expected: int
    period: str
    url: str


@dataclass(frozen=True, slots=True)
class Proposed:
    """Something open that a meeting may want to talk about. `about` names the row, so that it is proposed once."""

    about: str
    title: str
    url: str = ""
    why: str = ""
    due: date | None = None


@dataclass(frozen=True, slots=True)
class Act:
    """One act of leadership, by an organization (None: the backbone's) under a condition: `kind` is "convened", "idea",
    "shared", "closed" or "answered", or "decided", which is told of and is no act of the spread; `by_id` is the person, who
    is counted and never shown."""

    condition: str
    kind: str
    partner_id: int | None
    by_id: int | None
    at: datetime


@dataclass(frozen=True, slots=True)
class Sign:
    """What a condition knows of whether a partner still takes part: how often something went wrong, of how often it could.

    `kind` is "filings" (reports not in by their day, of those that were due), "meetings" (missed, of those it was invited
    to), "actions" (over 14 days late, of those that are open) or "voice" (`of` is how often it was heard). `before` and
    `of_before` are the same of the stretch before; which stretches, `rules.holding` says.
    """

    kind: str
    partner_id: int
    wrong: int
    of: int
    before: int = 0
    of_before: int = 0


@dataclass(frozen=True, slots=True)
class Used:
    """Somewhere a figure was used: of an indicator, by its short name, in a month; for whoever filed it. `on` is the day
    that it is told by, where that is not when it was written down: a decision's own."""

    indicator: str
    month: date
    label: str
    url: str
    at: datetime
    on: date | None = None


@dataclass(frozen=True, slots=True)
class Hit:
    """Something that a search found and that this reader may see; `group` says what it is, `words` where it was found."""

    label: str
    url: str
    group: str
    words: str = ""


@dataclass(frozen=True, slots=True)
class Queue:
    """How much of one kind of a tenant's work waits for a machine, since when, and how much waits for a person because a
    machine gave up or cannot know. Counts alone: whoever runs the platform reads them, and reads no tenant's words."""

    slug: str
    waiting: int
    oldest: datetime | None = None
    stuck: int = 0


@dataclass(frozen=True, slots=True)
class Passing:
    """Something that is kept for a while and then goes. `setting` is the tenant's that says for how many days.

    `count` takes an instant and says how many are older; `let_go` takes it and how many at the most, and says how many
    went. Both in the tenant's scope. Figures, decisions, publications and the audit log are none of these.
    """

    slug: str
    label: str
    setting: str
    count: Callable[[datetime], int]
    let_go: Callable[[datetime, int], int]
