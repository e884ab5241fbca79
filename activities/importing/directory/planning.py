"""What a directory would change: entries as activities, organizations as partners, words; and what is left out and why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping as Named
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator

from activities.importing.directory.guessing import Mapping, is_free_text, parted
from activities.importing.directory.reading import Listing
from activities.importing.directory.words import Words, words_of
from activities.rules.plaintext import line, words
from activities.rules.said import MOST_TAGS, ActivitySaid, PartSaid
from activities.rules.shares import even
from activities.rules.unknown import MAKE, NONE, OUT
from backbone import tabular
from backbone.forms.slugs import short_name
from backbone.problems import Problem, Refused, cut, gettext_noop
from backbone.services.partners import RESERVED_CODES
from backbone.tabular.columns import fold

DESCRIPTION_LENGTH, NAME_LENGTH, KEY_LENGTH = 4000, 200, 200
MOST_PARTNERS = 1_000  # that one directory makes
STATUSES = {
    "active": ("active", "open", "current", "yes", "true", "operating"),
    "paused": ("temporarily closed", "paused", "suspended", "on hold"),
    "ended": ("inactive", "closed", "defunct", "ended", "no", "false", "discontinued"),
    "planned": ("planned", "upcoming", "pending"),
}
_STATUS_OF = {word: status for status, known in STATUSES.items() for word in known}
_is_url = URLValidator(schemes=["http", "https"])


@dataclass(frozen=True, slots=True)
class Ground:
    """What a directory is held against: the register, partners by code with their names, words and strategies by short
    name with theirs; `may_make`: partners may be made; `codes` are taken in the whole tenant."""

    standing: Named[str, ActivitySaid]
    partners: Named[str, str]
    kinds: Named[str, str]
    populations: Named[str, str]
    places: Named[str, str]
    strategies: Named[str, str]
    may_make: bool
    codes: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Organization:
    """An organization of the directory: how many entries it has, the partner that it is, "" for none; `decision` is a
    partner's code, or what becomes of one that is none."""

    name: str
    entries: int
    partner: str
    decision: str


@dataclass(slots=True)
class Plan:
    new: list[ActivitySaid] = field(default_factory=list)
    changed: list[tuple[ActivitySaid, ActivitySaid]] = field(default_factory=list)
    unchanged: int = 0
    organizations: list[Organization] = field(default_factory=list)
    partners: list[dict[str, str]] = field(default_factory=list)
    words: dict[str, Words] = field(default_factory=dict)
    free_text: list[str] = field(default_factory=list)
    left_out: Counter[str] = field(default_factory=Counter)
    problems: list[Problem] = field(default_factory=list)

    @property
    def activities(self) -> list[ActivitySaid]:
        return [*self.new, *(after for _before, after in self.changed)]

    @property
    def unknown(self) -> list[Organization]:
        """Organizations that are no partners, those with the most entries first."""
        others = (one for one in self.organizations if not one.partner)
        return sorted(others, key=lambda one: -one.entries)


def plan(listing: Listing, mapping: Mapping, ground: Ground, decisions: Named[str, str] | None = None) -> Plan:
    """Hold every row against what stands here. `decisions` say of single organizations, by name, which partner they are,
    or what becomes of them. Raises Refused, naming the input, where more would be made than anybody could look after."""
    return _Planner(listing, mapping, ground, decisions or {}).plan()


class _Planner:
    def __init__(self, listing: Listing, mapping: Mapping, ground: Ground, decisions: Named[str, str]):
        self.listing, self.mapping, self.ground, self.decisions = listing, mapping, ground, decisions
        makes = mapping.words == MAKE
        self.found = Plan(problems=list(listing.notes))
        self.words = self.found.words = {
            "kinds": words_of("kind", ground.kinds, makes=makes),
            "populations": words_of("populations", ground.populations, makes=makes),
            "places": words_of("places", ground.places, makes=makes),
            "strategies": words_of(
                "strategy",
                ground.strategies,
                makes=bool(mapping.outcome),
                name_length=200,
                prefix=f"{mapping.outcome}/",
            ),
        }
        self.dates = tabular.DateFormat(order=mapping.order)
        self.by_key = {(one.source, one.source_key): one for one in ground.standing.values() if one.source_key}
        self.taken = set(ground.standing)
        self.free = {
            heading
            for heading in (*mapping.populations, *mapping.places)
            if is_free_text(listing.values(heading), mapping.separator)
        }
        self.found.free_text = [one for one in (*mapping.populations, *mapping.places) if one in self.free]
        self.keys: dict[str, int] = {}
        self.names: dict[tuple[str, str], int] = {}

    def plan(self) -> Plan:
        services = [
            (number, row)
            for number, row in zip(self.listing.numbers, self.listing.rows, strict=True)
            if not (self.mapping.skip and row.get(self.mapping.level) == self.mapping.skip)
        ]
        skipped = len(self.listing.rows) - len(services)
        if skipped:
            self.found.left_out["organization"] = skipped
        codes = self._organizations(services)
        for number, row in services:
            self._entry(number, row, codes)
        return self.found

    # --- organizations ---

    def _organizations(self, services: Sequence[tuple[int, dict[str, str]]]) -> dict[str, str]:
        """What each organization is here: a partner's code, or one of the decisions."""
        names = Counter(line(row.get(self.mapping.organization, "")) for _number, row in services)
        names.pop("", None)
        by_name = {fold(name): code for code, name in self.ground.partners.items()}
        by_name |= {fold(code): code for code in self.ground.partners}
        taken = {code.casefold() for code in (*self.ground.partners, *self.ground.codes, *RESERVED_CODES)}
        codes: dict[str, str] = {}
        spelt: dict[str, str] = {}
        for name in sorted(names, key=lambda one: (-names[one], one.casefold())):
            spelt.setdefault(fold(name), name)  # “PANTRY” is “Pantry”, as most rows spell it
        same: Counter[str] = Counter()
        for name, count in names.items():
            same[spelt[fold(name)]] += count
        for name in sorted(same, key=str.casefold):
            partner = by_name.get(fold(name), "")
            decision = partner or self.decisions.get(name) or self.mapping.unknown
            if decision == MAKE and not self.ground.may_make:
                decision = NONE
            codes[name] = decision
            if decision == MAKE:
                if len(self.found.partners) == MOST_PARTNERS:
                    sentence = gettext_noop(
                        "More than {limit} organizations would become partners. Let the others stay out."
                    )
                    raise Refused(
                        Problem("directory.too_many_partners", sentence, {"limit": MOST_PARTNERS}, field="unknown")
                    )
                codes[name] = self._code(name, taken)
                self.found.partners.append({"code": codes[name], "name": name[:NAME_LENGTH]})
            self.found.organizations.append(Organization(name, same[name], partner, decision))
        return {name: codes[spelt[fold(name)]] for name in names}

    @staticmethod
    def _code(name: str, taken: set[str]) -> str:
        base = short_name(name)[:36].strip("-") or "partner"
        code, number = base, 2
        while code.casefold() in taken:
            code, number = f"{base}-{number}", number + 1
        taken.add(code.casefold())
        return code

    # --- entries ---

    def _entry(self, number: int, row: dict[str, str], codes: dict[str, str]) -> None:
        mapping = self.mapping
        name = line(row.get(mapping.name, ""))
        organization = line(row.get(mapping.organization, ""))
        code = codes.get(organization, NONE)
        if not name:
            self._leave_out(number, "name", gettext_noop("It has no name, and was left out."))
            return
        if code == OUT:
            self.found.left_out["decided"] += 1
            return
        if len(name) > NAME_LENGTH:
            self._note(number, "name", gettext_noop("The name has more than {limit} characters and was cut."), name)
            name = name[: NAME_LENGTH - 1] + "…"
        key = self._key(number, row, organization, name)
        if key is None:
            return
        twin = self.names.setdefault((organization.casefold(), name.casefold()), number)
        if twin != number:
            sentence = gettext_noop("The same organization has an entry of this name in row {row}; both come in.")
            self._note(number, mapping.name, sentence, name, row=twin)
        before = self.by_key.get((mapping.source, key))
        said = before or ActivitySaid(self._slug(name), name, source=mapping.source, source_key=key)
        said = self._filled(said, before, number, row, name, code).in_order()
        if before is None:
            self.found.new.append(said)
        elif before == said:
            self.found.unchanged += 1
        else:
            self.found.changed.append((before, said))

    def _filled(
        self, said: ActivitySaid, before: ActivitySaid | None, number: int, row: dict[str, str], name: str, code: str
    ) -> ActivitySaid:
        values: dict[str, Any] = {"name": name}
        if description := self._description(number, row):
            values["description"] = description
        if url := self._url(number, row):
            values["url"] = url
        kinds = self._tags("kinds", row, (self.mapping.kind,))
        if kinds:
            values["service_type"] = kinds[0]
            if len(kinds) > 1:
                sentence = gettext_noop(
                    "It has {count} kinds of service; an activity has one, and the first was taken."
                )
                self._note(number, self.mapping.kind, sentence, count=len(kinds))
        for sort, headings in (
            ("strategies", (self.mapping.strategy,)),
            ("populations", self.mapping.populations),
            ("places", self.mapping.places),
        ):
            tags = self._tags(sort, row, headings)
            if len(tags) > MOST_TAGS:
                sentence = gettext_noop("It has {count} tags of one sort; the first {limit} were taken.")
                self._note(number, ", ".join(headings), sentence, count=len(tags), limit=MOST_TAGS)
                tags = tags[:MOST_TAGS]
            if tags and set(tags) != set(getattr(said, sort)):
                values[sort] = even(tags)
        values |= self._status_and_days(number, row, before)
        if code not in (NONE, "") and not any(part.partner == code for part in said.parts):
            has_lead = any(part.part == "leads" for part in said.parts)
            values["parts"] = (*said.parts, PartSaid(code, "delivers" if has_lead else "leads"))
        return replace(said, **values)

    def _tags(self, sort: str, row: dict[str, str], headings: Sequence[str]) -> list[str]:
        found = []
        for heading in headings:
            if heading and heading in row and heading not in self.free:
                found += [self.words[sort].find(one) for one in parted(row[heading], self.mapping.separator)]
        return list(dict.fromkeys(slug for slug in found if slug))

    def _description(self, number: int, row: dict[str, str]) -> str:
        """The description, and free text about whom and where it is for, which no list of words can hold."""
        pieces = [words(row.get(self.mapping.description, ""))]
        pieces += [f"{heading}: {line(row[heading])}" for heading in self.found.free_text if heading in row]
        text = "\n\n".join(piece for piece in pieces if piece)
        if len(text) > DESCRIPTION_LENGTH:
            sentence = gettext_noop("The description has more than {limit} characters and was cut.")
            self._note(number, self.mapping.description, sentence, limit=DESCRIPTION_LENGTH)
            text = text[: DESCRIPTION_LENGTH - 1] + "…"
        return text

    def _url(self, number: int, row: dict[str, str]) -> str:
        text = row.get(self.mapping.url, "").strip()
        if not text:
            return ""
        url = text if "://" in text else f"https://{text}"
        try:
            _is_url(url)
        except ValidationError:
            url = ""
        if not url or len(url) > 300:
            self._note(
                number, self.mapping.url, gettext_noop("This is no address of a web page; it was left out."), text
            )
            return ""
        return url

    def _status_and_days(self, number: int, row: dict[str, str], before: ActivitySaid | None) -> dict[str, Any]:
        starts_on = self._day(number, row, self.mapping.starts_on)
        ends_on = self._day(number, row, self.mapping.ends_on)
        word = row.get(self.mapping.status, "").strip()
        status = _STATUS_OF.get(word.casefold(), "")
        if word and not status:
            first = _first_word(word)
            status = _STATUS_OF.get(first, "active")
            sentence = gettext_noop("The status “{value}” is none that is known here; it was read as {status}.")
            self._note(number, self.mapping.status, sentence, word, status=status)
        values: dict[str, Any] = {}
        if status or before is None:
            values["status"] = status or "active"
        if starts_on is not None:
            values["starts_on"] = starts_on
        elif values.get("status") == "active" and (before is None or before.starts_on is None):
            values["starts_on"] = self.mapping.since
        begins: date | None = values.get("starts_on") or (before.starts_on if before else None)
        if ends_on is not None and begins is not None and ends_on < begins:
            self._note(
                number, self.mapping.ends_on, gettext_noop("It ends before it starts; the last day was left out.")
            )
        elif ends_on is not None:
            values["ends_on"] = ends_on
        return values

    def _day(self, number: int, row: dict[str, str], heading: str) -> date | None:
        if not heading or heading not in row:
            return None
        value, problem = tabular.day(row[heading], self.dates)
        if problem is not None and value is None:
            sentence = gettext_noop("This is no day that can be read; it was left out.")
            self._note(number, heading, sentence, row[heading])
        return value

    def _key(self, number: int, row: dict[str, str], organization: str, name: str) -> str | None:
        """What names the entry in its directory, so that the next version of the file finds it again."""
        key = row.get(self.mapping.key, "")[:KEY_LENGTH]
        if key and key in self.keys:
            sentence = gettext_noop("Its id stands in row {row} already; it was left out.")
            self._leave_out(number, self.mapping.key, sentence, key, row=self.keys[key])
            return None
        if not key:
            base = key = f"{short_name(organization)}/{short_name(name)}"
            again = 2
            while key in self.keys:
                key, again = f"{base}#{again}", again + 1
        self.keys[key] = number
        return key

    def _slug(self, name: str) -> str:
        base = short_name(name) or "activity"
        slug, number = base, 2
        while slug in self.taken:
            slug, number = f"{base[:45].rstrip('-')}-{number}", number + 1
        self.taken.add(slug)
        return slug

    def _leave_out(self, number: int, column: str, sentence: str, value: str = "", **params: Any) -> None:
        self.found.left_out["problem"] += 1
        self._note(number, column, sentence, value, **params)

    def _note(self, number: int, column: str, sentence: str, value: str = "", **params: Any) -> None:
        params = {"limit": NAME_LENGTH, "value": cut(value)} | params
        self.found.problems.append(
            Problem("directory.entry", sentence, params, row=number, column=column, value=cut(value), is_warning=True)
        )


def _first_word(word: str) -> str:
    """The first word of a status such as “Active, but do not refer”."""
    return word.replace(",", " ").split()[0].casefold() if word.replace(",", " ").split() else ""


def new_words(found: Plan) -> dict[str, list[tuple[str, int]]]:
    """The words that would be made, by sort, with how many services use each: what is really free text is seen here."""
    return {
        sort: sorted(
            ((one["name"], of.used[one["slug"]]) for one in of.new.values() if of.used[one["slug"]]),
            key=lambda pair: (-pair[1], pair[0]),
        )
        for sort, of in found.words.items()
    }


def summary(found: Plan) -> dict[str, dict[str, int]]:
    """How many of which words are new, known and left out, for the preview."""
    counts: dict[str, dict[str, int]] = {}
    for sort, of in found.words.items():
        new = {one["slug"] for one in of.new.values()}
        counts[sort] = {"new": len(new), "known": len(set(of.used) - new), "left_out": len(of.left_out)}
    return counts
