"""The register's part of a bundle, `activities:`: the words for tagging, and activities with all that hangs on them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields, replace
from decimal import Decimal
from typing import Any

from activities import bundles_fit
from activities.models import Place, Population, ServiceType
from activities.models.words import Word
from activities.rules.said import PARTS, STATUSES, ActivitySaid, MoneySaid, PartSaid, StepSaid
from activities.rules.shares import is_even, settle
from activities.selectors.vocabulary import tree
from activities.selectors.written import known, written_out
from activities.services import register, words
from backbone.bundles.ground import Item, attempt, item, read_code
from backbone.bundles.marked import Section, given, once
from backbone.models import Initiative
from backbone.problems import gettext_noop

SORTS: dict[str, tuple[type[Word], str]] = {
    "kinds": (ServiceType, "under"), "populations": (Population, ""), "places": (Place, "within"),
}  # fmt: skip
KEYS = (
    "slug", "name", "description", "kind", "status", "starts_on", "ends_on", "capacity", "unit", "url", "source",
    "source_key", "strategies", "populations", "places", "indicators", "partners", "milestones", "money",
)  # fmt: skip
# The file's key for a field that the register calls otherwise.
FIELDS = {"service_type": "kind", "capacity_unit": "unit", "parts": "partners", "steps": "milestones"}


@dataclass(slots=True)
class Said:
    """What a file says: words by sort, and activities."""

    words: dict[str, list[Item]] = field(default_factory=dict)
    activities: list[Item] = field(default_factory=list)
    fit: dict[str, list[Item]] = field(default_factory=dict)


class ActivitiesPart:
    """How the register reads and writes its part of a bundle."""

    def read(self, section: Section | None) -> Said:
        if section is None:
            return Said()
        section.only(*SORTS, "register", *bundles_fit.KEYS)
        found = Said({sort: _read_words(section, sort) for sort in SORTS})
        found.activities = [item(one, _read_activity) for one in section.sections("register")]
        once([one.section for one in found.activities], [one.fields["slug"] for one in found.activities], "slug")
        found.fit = bundles_fit.read(section)
        return found

    def put(self, initiative: Initiative, said: Said) -> list[str]:
        """Words first, then activities, then needs and hand-offs, each brought up to what was read."""
        changed = []
        for sort, items in said.words.items():
            changed += _put_words(sort, items)
        names, standing = known(initiative), written_out(initiative)
        for one in said.activities:
            if not one.is_sound:
                continue
            whole = _whole(one.fields, standing.get(one.fields["slug"]), names.strategy)
            made = attempt(one, lambda whole=whole: register.put(initiative=initiative, said=whole, by=None), FIELDS)
            changed += [made[0].slug] if made is not None and made[1] else []
        return changed + bundles_fit.put(initiative, said.fit)

    def written(self, initiative: Initiative) -> dict[str, Any] | None:
        """Words, and every activity; None where there is nothing at all."""
        found: dict[str, Any] = {sort: _written_words(sort) for sort in SORTS}
        found["register"] = [_written(one) for one in written_out(initiative).values()]
        found |= bundles_fit.written(initiative)
        found = {key: lines for key, lines in found.items() if lines}
        return found or None


# --- words ---


def _read_words(section: Section, sort: str) -> list[Item]:
    items = [item(one, _reader_of(sort)) for one in section.sections(sort)]
    once([one.section for one in items], [one.fields["slug"] for one in items], "slug")
    return items


def _reader_of(sort: str) -> Callable[[Section], dict[str, Any]]:
    parent = SORTS[sort][1]

    def read(section: Section) -> dict[str, Any]:
        slug = section.slug()
        section.what = f"{sort} “{slug}”" if slug else sort
        section.only("slug", "name", "retired", *([parent] if parent else []))
        values: dict[str, Any] = {"name": section.text("name", 120), "is_retired": bool(section.flag("retired"))}
        fields = {key: value for key, value in values.items() if {"is_retired": "retired"}.get(key, key) in section}
        if parent and parent in section:
            fields[parent] = section.slug(parent, required=False)
        return {"slug": slug, **fields}

    return read


def _put_words(sort: str, items: list[Item]) -> list[str]:
    model, parent = SORTS[sort]
    changed = []
    there = {row.slug: row for row in model.objects.all()}
    for one in items:
        fields = dict(one.fields)
        if parent in fields:
            above = fields[parent]
            if above and above not in there:
                one.section.note_unknown(parent, above, there)
                one.is_sound = False
            fields[parent] = there.get(above)
        if not one.is_sound:
            continue
        if fields["slug"] not in there and not fields.get("name"):
            one.section.note("bundle.missing", gettext_noop("“{key}” is missing."), key="name")
            continue
        made = attempt(one, lambda fields=fields: words.put(sort=model, by=None, **fields))
        if made is not None:
            there[made[0].slug] = made[0]
            changed += [made[0].slug] if made[1] else []
    return changed


def _written_words(sort: str) -> list[dict[str, Any]]:
    model, parent = SORTS[sort]
    leaves = tree(model)
    slugs = {leaf.word.pk: leaf.word.slug for leaf in leaves}
    found = []
    for leaf in leaves:
        line: dict[str, Any] = {"slug": leaf.word.slug, "name": leaf.word.name}
        above = getattr(leaf.word, f"{parent}_id") if parent else None
        found.append(
            line | ({parent: slugs[above]} if above else {}) | ({"retired": True} if leaf.word.is_retired else {})
        )
    return found


# --- activities ---


def _read_activity(section: Section) -> dict[str, Any]:
    slug = section.slug()
    section.what = f"activity “{slug}”" if slug else "activity"
    section.only(*KEYS)
    values = {
        "name": section.text("name"),
        "description": section.text("description", 4000, lines=True),
        "kind": section.slug("kind", required=False),
        "status": section.choice("status", STATUSES) or "planned",
        "starts_on": section.day("starts_on"),
        "ends_on": section.day("ends_on"),
        "capacity": section.number("capacity"),
        "unit": section.text("unit", 40),
        "url": section.text("url", 300),
        "source": section.text("source", 80),
        "source_key": section.text("source_key", 200),
        "strategies": _read_tags(section, "strategies"),
        "populations": _read_tags(section, "populations"),
        "places": _read_tags(section, "places"),
        "indicators": tuple(word for word, _line in section.words("indicators")),
        "partners": tuple(_read_part(one) for one in section.sections("partners")),
        "milestones": tuple(filter(None, map(_read_step, section.sections("milestones")))),
        "money": tuple(filter(None, map(_read_money, section.sections("money")))),
    }
    return {"slug": slug, **given(section, values)}


def _read_tags(section: Section, key: str) -> Mapping[str, Decimal]:
    """Tags as words, or as `{tag, share}` where shares are not even."""
    given_shares: dict[str, Decimal | None] = {}
    for word, _line, group in section.words_or_sections(key):
        if group is None:
            given_shares[word] = None
            continue
        group.only("tag", "share")
        given_shares[group.text("tag", 120, required=True)] = group.number("share")
    settled, problems = settle(given_shares)
    for problem in problems:
        section.note_problem(problem.at(field=key), key)
    return settled


def _read_part(section: Section) -> PartSaid:
    section.only("partner", "part", "promise", "owner", "due_on", "done_on")
    return PartSaid(
        read_code(section, "partner"),
        section.choice("part", PARTS) or "delivers",
        section.text("promise", 300),
        section.text("owner", 254).lower(),
        section.day("due_on"),
        section.day("done_on"),
    )


def _read_step(section: Section) -> StepSaid | None:
    section.only("title", "due_on", "partner", "owner", "done_on")
    title, due_on = section.text("title", required=True), section.day("due_on", required=True)
    partner, owner = read_code(section, "partner", required=False), section.text("owner", 254).lower()
    return StepSaid(title, due_on, partner, owner, section.day("done_on")) if due_on else None


def _read_money(section: Section) -> MoneySaid | None:
    section.only("funder", "amount", "currency", "starts_on", "ends_on")
    funder, amount = section.text("funder", required=True), section.number("amount", required=True)
    currency = section.text("currency", 3, required=True)
    days = section.day("starts_on"), section.day("ends_on")
    return MoneySaid(funder, amount, currency, *days) if amount is not None else None


def _whole(said: Mapping[str, Any], standing: ActivitySaid | None, strategy: Callable[[str], str]) -> ActivitySaid:
    """What stands, with what the file says in its place."""
    ours = {key: name for name, key in FIELDS.items()}
    values = {ours.get(key, key): value for key, value in said.items()}
    if "strategies" in values:
        values["strategies"] = {strategy(name): share for name, share in values["strategies"].items()}
    return replace(standing or ActivitySaid(said["slug"], ""), **values)


def _written(said: ActivitySaid) -> dict[str, Any]:
    plain = {one.name: one.default for one in fields(ActivitySaid)}
    line: dict[str, Any] = {"slug": said.slug, "name": said.name}
    for name in ("description", "service_type", "status", "starts_on", "ends_on", "capacity", "capacity_unit", "url",
                 "source", "source_key"):  # fmt: skip
        value = getattr(said, name)
        if value != plain[name]:
            line[FIELDS.get(name, name)] = value
    for name in ("strategies", "populations", "places"):
        shares = getattr(said, name)
        if shares:
            line[name] = list(shares) if is_even(shares) else [
                {"tag": tag, "share": share} for tag, share in shares.items()
            ]  # fmt: skip
    if said.indicators:
        line["indicators"] = list(said.indicators)
    for name in ("parts", "steps", "money"):
        if rows := getattr(said, name):
            line[FIELDS.get(name, name)] = [_told(row) for row in rows]
    return line


def _told(row: Any) -> dict[str, Any]:
    always = {"partner", "title", "part"}
    values = {one.name: getattr(row, one.name) for one in fields(row)}
    return {key: value for key, value in values.items() if value not in (None, "") or (key in always and value)}
