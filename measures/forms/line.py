"""One line as the page draws it: fields with their labels, messages in their places, and what came before."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from django.utils import formats
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from backbone.look.numbers import number, period_name, short_date, short_period
from backbone.problems import Problem
from backbone.wording import say
from measures.forms.asking import AskedLine
from measures.forms.typed import AS_NOT_COLLECTED, AS_NUMBER
from measures.models import Correction
from measures.rules.cells import put_rest_in_unknown
from measures.rules.figures import NUMBERS, Entry, Place, has_answer, plain, total_of
from measures.rules.lines import TOTAL, Breakdown, unknown_key
from measures.selectors.report import HANDED_IN, SHOWN, Said
from measures.showing import shown, shown_value
from measures.wording import category_words

SHORT_DEFINITION = 160


@dataclass(slots=True)
class Input:
    """One field of the grid: the text in it, and whether something is wrong or odd with it."""

    name: str
    id: str
    label: str
    text: str
    is_invalid: bool = False
    is_odd: bool = False
    described_by: str = ""
    choices: list[tuple[str, str]] = field(default_factory=list)


@dataclass(slots=True)
class Split:
    """One breakdown of one component: its cells, what is wrong, and what could go in unknown."""

    slug: str
    label: str
    id: str
    inputs: list[Input]
    messages: list[str] = field(default_factory=list)
    rest: str = ""
    overlaps: bool = False


class LineForm(AskedLine):
    """What the templates ask of a line. `correction` is one of its approved figure that nobody decided on yet."""

    correction: Correction | None = None

    @property
    def offers_answers_first(self) -> bool:
        """The three answers stand above the number when there is none; else they wait below, folded."""
        return self.answer != AS_NUMBER or (self.asked and self.is_blank)

    @property
    def state(self) -> tuple[str, str, str | None]:
        """Slug of the state's shape, its words, and a tone of its own or None."""
        row = self.row
        if row.state == "approved":
            return "approved", _("Approved"), None
        if row.state == "submitted":
            return "submitted", _("Submitted"), None
        if self.conflicts:
            return "to_fix", _("Saved by two people"), None
        if self.has_errors:
            return "to_fix", self._what_to_fix(), None
        if row.is_closed:
            return "locked", _("Closed"), None
        if row.state == "returned":
            return "returned", _("Returned: look again"), None
        if self.is_blank:
            if row.excuse:
                return "excused", _("Excused"), None
            return ("due", _("To answer"), None) if row.is_over else ("not_due", _("Not due yet"), None)
        if self.answer == AS_NOT_COLLECTED:
            return "not_collected", _("Reason missing") if self.lacks_reason else _("Not collected"), None
        if not self.is_ready and not self.lacks_words:
            return "draft", _("Half filled in"), None
        if self.lacks_words:
            return "look", _("Say why"), None
        if self.warnings and not self.words:
            return "look", _("Worth a look"), None
        return "ready", _("Ready"), None

    def _what_to_fix(self) -> str:
        if not self.unreadable and len(self.problems) == 1:
            problem = self.problems[0]
            if problem.code == "figure.blank":
                return _("Not answered")
            if "difference" in problem.params:
                is_short = problem.params["sum"] < problem.params["total"]
                words = _("%(number)s short") if is_short else _("%(number)s too many")
                return words % {"number": number(problem.params["difference"])}
        return _("To fix")

    @property
    def is_handed_in(self) -> bool:
        return self.row.state in HANDED_IN

    @property
    def review_state(self) -> tuple[str, str, str | None]:
        """The state as a reviewer may know it: not how far a draft has come."""
        if self.is_handed_in:
            return (self.row.state, _("Submitted") if self.row.state == "submitted" else _("Approved"), None)
        if self.row.state == "returned":
            return "returned", _("Returned"), None
        return ("excused", _("Excused"), None) if self.row.excuse else ("missing", _("Not submitted"), None)

    @property
    def words_for_review(self) -> list[Said]:
        """What was said, without what the partner is still writing."""
        remarks = self.row.remarks
        return remarks if self.is_handed_in or not self.row.own_words else remarks[:-1]

    @property
    def label(self) -> str:
        return self.indicator.code or self.line.name

    @property
    def anchor(self) -> str:
        return f"line-{self.pk}"

    @property
    def says_id(self) -> str:
        return f"says-{self.pk}"

    @property
    def conflict_words(self) -> list[str]:
        return [say(problem) for problem in self.conflicts]

    def _id(self, category: str, component: str) -> str:
        return f"f{self.pk}-{self.categories.index(category)}-{component}"

    def _input(self, category: str, component: str, label: str, message_id: str) -> Input:
        wrong = (category, component) in self.unreadable or any(
            Place.of(problem.field)[1:] == (category, component) for problem in self.problems
        )
        both = {"figure.numerator_above_denominator", "figure.denominator_zero"}
        if component == "numerator" and any(
            problem.code in both and problem.params["category"] == category for problem in self.problems
        ):
            wrong = True
        return Input(
            f"{self.pk}/{category}/{component}",
            self._id(category, component),
            label,
            self.texts.get((category, component), ""),
            is_invalid=wrong,
            is_odd=category == TOTAL and not wrong and any(one.field == component for one in self.warnings),
            described_by=message_id if wrong else "",
            choices=self.choices,
        )

    @property
    def inputs(self) -> list[Input]:
        """The total's fields: one, a numerator and a denominator, an average and its weight; none of words."""
        return [
            self._input(TOTAL, component, self.component_label(component), self.says_id)
            for component in self.line.components
        ]

    @property
    def output(self) -> str:
        """The rate of what is typed, as it would be shown."""
        if not self.line.rule.is_ratio:
            return ""
        total = self.entries.get(TOTAL)
        if total is None or not has_answer(self.line, total) or self.has_errors:
            return _("No rate yet")
        return shown(self.line, total)[0]

    @property
    def splits(self) -> list[Split]:
        found = []
        for at, breakdown in enumerate(self.breakdowns):
            slug = "+".join(breakdown)
            first = len(found)
            for component in self.line.components:
                message_id = f"says-{self.pk}-{at}"
                label = _("The same by %(breakdown)s") % {"breakdown": self._breakdown_words(breakdown)}
                if len(self.line.components) > 1:
                    label = f"{label}: {_uncapped(self.component_label(component))}"
                cells = [
                    self._input(key, component, category_words(self.line, key), message_id)
                    for key in self.line.keys(breakdown)
                ]
                found.append(Split(slug, label, message_id, cells, overlaps=not self.line.is_exclusive(breakdown)))
            found[-1].messages = self._split_messages(breakdown, slug)
            found[-1].rest = self._rest(breakdown)
            for split in found[first:-1]:
                split.id = ""
        return found

    def _breakdown_words(self, breakdown: Breakdown) -> str:
        names = [_uncapped(self.line.dimensions[slug].name) for slug in breakdown]
        return (
            names[0]
            if len(names) == 1
            else _("%(first)s and %(last)s") % {"first": ", ".join(names[:-1]), "last": names[-1]}
        )

    def _split_messages(self, breakdown: Breakdown, slug: str) -> list[str]:
        keys = set(self.line.keys(breakdown))
        said = [
            say(problem)
            for problem in self.problems
            if (
                problem.params["breakdown"] == slug
                if "breakdown" in problem.params
                else problem.params["category"] in keys
            )
            and not self._is_about_total(problem)
        ]
        return [
            *(
                f"{category_words(self.line, category)}: {say(problem)}"
                for (category, _component), problem in self.unreadable.items()
                if category in keys
            ),
            *dict.fromkeys(said),
        ]

    @staticmethod
    def _is_about_total(problem: Problem) -> bool:
        return problem.code in ("breakdown.no_total", "breakdown.total_not_collected")

    def _rest(self, breakdown: Breakdown) -> str:
        if self.unreadable or not self.is_open:
            return ""
        filled = put_rest_in_unknown(self.line, self.entries, breakdown)
        if filled == self.entries:
            return ""
        if self.line.rule.is_ratio:
            return _("Put the rest in unknown")
        before, after = self.entries[unknown_key(breakdown)].value, filled[unknown_key(breakdown)].value
        rest = total_of((after,)) - total_of((before,))
        return _("Put the other %(number)s in unknown") % {"number": number(plain(rest))}

    @property
    def messages(self) -> list[str]:
        """What is wrong with the total, each once."""
        said = [
            say(problem)
            for problem in self.problems
            if self._is_about_total(problem)
            or ("breakdown" not in problem.params and problem.params["category"] == TOTAL)
        ]
        unreadable = [say(problem) for (category, _c), problem in self.unreadable.items() if category == TOTAL]
        return list(dict.fromkeys([*unreadable, *said]))

    @property
    def summary(self) -> list[tuple[str, str]]:
        """Each hard error as (where to go, sentence), for the box on top."""
        found = [
            (
                self._id(category, component) if component in NUMBERS else f"f{self.pk}-{component}",
                f"{self.label}: {say(problem)}",
            )
            for (category, component), problem in self.unreadable.items()
        ]
        for problem in self.problems:
            place = Place.of(problem.field)
            if place.component in NUMBERS and place.category in self.categories:
                anchor = self._id(place.category, place.component)
            else:
                names = {"reason": "reason", "note": "said"}
                anchor = f"f{self.pk}-{names[place.component]}" if place.component in names else self.anchor
            found.append((anchor, f"{self.label}: {say(problem)}"))
        found += [(self.anchor, say(problem)) for problem in self.conflicts]
        return found

    @property
    def odd(self) -> list[str]:
        return [say(problem) for problem in self.warnings]

    @property
    def wants_words(self) -> bool:
        return bool(self.warnings or self.words) and self.row.question is None

    @property
    def value_text(self) -> tuple[str, str]:
        return shown(self.line, self.entries.get(TOTAL))

    @property
    def parts(self) -> list[tuple[str, list[tuple[str, str, str]]]]:
        """What is filled in of each breakdown: (its name, [(category, figure, small)…])."""
        found = []
        for breakdown in self.breakdowns:
            cells = [
                (category_words(self.line, key), *shown(self.line, self.entries.get(key)))
                for key in self.line.keys(breakdown)
                if not self.entries.get(key, Entry()).is_blank
            ]
            if cells:
                found.append((self._breakdown_words(breakdown), cells))
        return found

    @property
    def history(self) -> list[tuple[str, str, str]]:
        """Columns of the table of what came before: (head, figure, small), the same period last year first."""
        row, period = self.row, self.row.past[-1][0]
        shown_past = row.past[-SHOWN:]
        columns = [*([row.last_year] if row.last_year else []), *shown_past]
        grown = self.grown()
        return [
            (_head(when, row.frequency, period), figure, grown.get(when, small))
            for when, entry in columns
            for figure, small in (shown(self.line, entry),)
        ]

    @property
    def usual(self) -> str:
        return shown_value(self.line, self.row.usual)

    @property
    def has_history(self) -> bool:
        return bool(self.row.earlier)

    @property
    def what(self) -> str:
        """What is asked, in a sentence: the definition, or its first sentence when it goes on."""
        definition = " ".join(self.indicator.definition.split())
        if len(definition) <= SHORT_DEFINITION:
            return definition
        first, stop, _rest = definition.partition(". ")
        return first + stop.strip() if len(first) <= SHORT_DEFINITION else ""

    @property
    def span(self) -> str:
        """The quarter or year it is about, where that is not the report's month."""
        if self.row.frequency == "month":
            return ""
        words = {
            "period": period_name(self.row.period, self.row.frequency),
            "due": short_date(self.row.due_on),
        }
        return _("For %(period)s, due %(due)s.") % words

    @property
    def may_attest(self) -> bool:
        """Whether there is a definition by which a partner may count, or not."""
        return bool(self.indicator.definition.strip())

    @property
    def has_more_to_say(self) -> bool:
        return self.what != " ".join(self.indicator.definition.split())


def _uncapped(name: str) -> str:
    """A name inside a sentence: "Age group" is "age group", "NEET" stays."""
    return name[:1].lower() + name[1:] if name[1:2].islower() else name


def _head(when: date, frequency: str, last: date) -> str:
    if frequency == "month" and (last.year - when.year) * 12 + last.month - when.month < SHOWN:
        return formats.date_format(when, pgettext("date format", "M"))
    return short_period(when, frequency)
