"""The roster: which organizations take part in an initiative, and from when to when. The only writer of both tables.

What a partner owes follows from these dates, and the roll-ups with it. The apps above the ground that care are told:
they register as followers (`follow`), since the ground does not know them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext_noop

from backbone import changes
from backbone.models import Initiative, Membership, Participation, Partner
from backbone.problems import Problem, Refused
from backbone.services.fields import plain, problems_of, set_fields

changes.register_verbs(
    {
        "partner.joined": gettext_noop("{by} added {partner} to {initiative_name}"),
        "partner.changed": gettext_noop("{by} changed {partner}"),
        "partner.left": gettext_noop("{by} wrote down that {partner} leaves on {leaves_on}"),
        "partner.merged": gettext_noop("{by} wrote down that {partner} is now part of {successor}"),
        "partner.parted": gettext_noop("{by} wrote down that {partner} is not part of {successor}"),
        "partner.removed": gettext_noop("{by} took {code} {name} off the roster; it had filed nothing"),
    }
)

PARTNER_FIELDS = ("name", "sector", "is_small")
DATE_FIELDS = ("joins_on", "leaves_on")
RESERVED_CODES = frozenset({".", "..", "new", "all"})  # parts of addresses, and “all” means everybody in a bundle

Span = tuple[date, date | None]


@dataclass(frozen=True, slots=True)
class Moved:
    """A partner whose time in an initiative changed: `before` and `after` are first and last day, None is not there."""

    initiative: Initiative
    partner_id: int
    before: Span | None
    after: Span | None


@dataclass(frozen=True, slots=True)
class Follower:
    """An app that cares about the roster: told of what moved, asked before a partner is taken off it, and asked for
    the month that each partner of an initiative has filed last."""

    moved: Callable[[Sequence[Moved]], None]
    objections: Callable[[Participation], list[Problem]]
    last_filed: Callable[[Initiative], dict[int, date]]


_followers: dict[str, Follower] = {}


def follow(app: str, follower: Follower) -> None:
    """Be told of changes to the roster, in their transaction; called once for each app, from `AppConfig.ready()`."""
    _followers[app] = follower


def last_filed(initiative: Initiative) -> dict[int, date]:
    """The month each partner of the initiative has filed last, by partner id; whoever never did is not in it."""
    found: dict[int, date] = {}
    for follower in _followers.values():
        found |= follower.last_filed(initiative)
    return found


@transaction.atomic
def put_many(*, initiative: Initiative, rows: Iterable[Mapping[str, Any]], by: Membership | None) -> list[str]:
    """Bring partners up to what is said of them; answers the codes of those that changed.

    A row has `code` and any of `name`, `sector`, `is_small`, `joins_on`, `leaves_on`, and `successor`, the code of the partner it was
    merged into; what it leaves out stays as it is, or for a
    partner new to the initiative is the plain default: its code, nothing, the initiative's first day, no end. Nobody
    is removed. Raises `Refused`, `Problem.field` naming the field and `params["code"]` the partner.
    """
    initiative = Initiative.objects.select_for_update(no_key=True).get(pk=initiative.pk)
    rows = list(rows)
    codes = [row["code"] for row in rows]
    partners = {partner.code: partner for partner in Partner.objects.filter(code__in=codes)}
    there = {part.partner_id: part for part in Participation.objects.filter(initiative=initiative)}
    problems: list[Problem] = []
    lines, moved, new_partners, new_parts, touched = [], [], [], [], []
    for row in rows:
        code = row["code"]
        try:
            partner = partners.get(code)
            changed: dict[str, Any] = {}
            if partner is None:
                partner = Partner(
                    code=code,
                    name=row.get("name") or code,
                    sector=row.get("sector") or "",
                    is_small=row.get("is_small"),
                )
                _check_fields(partner)
                new_partners.append(partner)
                partners[code] = partner
            else:
                changed |= set_fields(partner, {name: row[name] for name in PARTNER_FIELDS if name in row})
            part = there.get(partner.pk) if partner.pk else None
            if part is None:
                joins_on = row.get("joins_on") or initiative.starts_on
                part = Participation(
                    initiative=initiative, partner=partner, joins_on=joins_on, leaves_on=row.get("leaves_on")
                )
                _check_dates(part)
                new_parts.append(part)
                touched.append(code)
                continue
            before = (part.joins_on, part.leaves_on)
            dates = {name: row[name] for name in DATE_FIELDS if name in row}
            if dates.get("joins_on", part.joins_on) is None:
                dates["joins_on"] = initiative.starts_on
            for name, value in dates.items():
                setattr(part, name, value)
            _check_dates(part)
            if before != (part.joins_on, part.leaves_on):
                part.save(update_fields=list(DATE_FIELDS))
                changed |= {
                    name: [plain(old), plain(new)]
                    for name, old, new in zip(DATE_FIELDS, before, (part.joins_on, part.leaves_on), strict=True)
                    if old != new
                }
                moved.append(Moved(initiative, partner.pk, before, (part.joins_on, part.leaves_on)))
        except Refused as refused:
            problems += [_about(problem, code) for problem in refused.problems]
            continue
        if changed:
            touched.append(code)
            lines.append(_line_for(initiative, partner, changed, by))
    if problems:
        raise Refused.because(problems)
    Partner.objects.bulk_create(new_partners)
    Participation.objects.bulk_create(new_parts)
    for row in rows:
        if "successor" in row and _put_successor(initiative, partners[row["code"]], row["successor"] or "", by):
            touched.append(row["code"])
    for part in new_parts:
        moved.append(Moved(initiative, part.partner_id, None, (part.joins_on, part.leaves_on)))
        lines.append(
            changes.prepare(
                "partner.joined", on=part.partner, by=by, initiative=initiative, partner=part.partner,
                initiative_name=initiative.name, joins_on=plain(part.joins_on), leaves_on=plain(part.leaves_on),
            )
        )  # fmt: skip
    changes.record_many(lines)
    _tell(moved)
    return list(dict.fromkeys(touched))


@transaction.atomic
def merge(*, partner: Partner, successor: Partner | None, by: Membership | None) -> bool:
    """Say into which partner this one was merged, or that it was not; answers whether that changed anything.

    What was filed stays with who filed it; comparisons over time take the two as one. Raises `Refused` for a circle.
    """
    partner = Partner.objects.select_for_update().get(pk=partner.pk)
    if successor is not None:
        chain: Partner | None = successor
        seen = [partner.code]
        while chain is not None and chain.code not in seen:
            seen.append(chain.code)
            chain = chain.successor
        if chain is not None and chain.pk == partner.pk:
            sentence = gettext_noop(
                "{partner} cannot be merged into {successor}: that would lead round in a circle, {way}."
            )
            params = {"partner": partner.code, "successor": successor.code, "way": " → ".join([*seen, partner.code])}
            raise Refused(Problem("partner.circle", sentence, params, field="successor", value=successor.code))
    before = partner.successor
    changed = set_fields(partner, {"successor": successor})
    if changed:
        verb, other = ("partner.merged", successor) if successor is not None else ("partner.parted", before)
        changes.record(verb, on=partner, by=by, partner=partner, successor=other.code if other else "")
    return bool(changed)


def _put_successor(initiative: Initiative, partner: Partner, code: str, by: Membership | None) -> bool:
    successor = Partner.objects.filter(code=code).first() if code else None
    if code and successor is None:
        sentence = gettext_noop("{partner} was merged into {successor}, which is no partner here.")
        params = {"code": partner.code, "partner": partner.code, "successor": code}
        raise Refused(Problem("partner.no_successor", sentence, params, field="successor", value=code))
    try:
        return merge(partner=partner, successor=successor, by=by)
    except Refused as refused:
        raise Refused.because([_about(problem, partner.code) for problem in refused.problems]) from refused


@transaction.atomic
def join(*, initiative: Initiative, code: str, by: Membership | None, **fields: Any) -> Participation:
    """Add one partner. Raises `Refused` when the code takes part already."""
    if Participation.objects.filter(initiative=initiative, partner__code=code).exists():
        sentence = gettext_noop("{code} takes part already: change it there, or choose another code.")
        raise Refused(Problem("partner.twice", sentence, {"code": code}, field="code", value=code))
    put_many(initiative=initiative, rows=[{"code": code, **fields}], by=by)
    return Participation.objects.select_related("partner").get(initiative=initiative, partner__code=code)


@transaction.atomic
def change(*, participation: Participation, by: Membership | None, **fields: Any) -> bool:
    """Change a partner's name, sector, size or days; its code stays, because addresses and files carry it."""
    unknown = sorted(set(fields) - {*PARTNER_FIELDS, *DATE_FIELDS})
    if unknown:
        raise TypeError(f"Not changed here: {', '.join(unknown)}.")
    row = {"code": participation.partner.code, **fields}
    return bool(put_many(initiative=participation.initiative, rows=[row], by=by))


@transaction.atomic
def remove(*, participation: Participation, by: Membership | None) -> None:
    """Take a partner that was added by mistake off the roster. Raises `Refused` once anything is known of it."""
    initiative = Initiative.objects.select_for_update(no_key=True).get(pk=participation.initiative_id)
    part = Participation.objects.select_for_update().select_related("partner").get(pk=participation.pk)
    objections = [problem for follower in _followers.values() for problem in follower.objections(part)]
    if part.partner.grants.exists():
        sentence = gettext_noop("{partner} has people with a role: take their roles away first, or give a last day.")
        objections.append(Problem("partner.has_people", sentence, {"partner": part.partner.name}))
    if objections:
        raise Refused.because(objections)
    span = (part.joins_on, part.leaves_on)
    partner = part.partner
    part.delete()
    changes.record("partner.removed", on=partner, by=by, initiative=initiative, code=partner.code, name=partner.name)
    _tell([Moved(initiative, partner.pk, span, None)])


def _tell(moved: Sequence[Moved]) -> None:
    if moved:
        for follower in _followers.values():
            follower.moved(moved)


def _line_for(initiative: Initiative, partner: Partner, changed: dict[str, Any], by: Membership | None):
    leaving = changed.get("leaves_on", [None, None])[1]
    verb = "partner.left" if leaving is not None else "partner.changed"
    facts = {"fields": changed} | ({"leaves_on": leaving} if leaving is not None else {})
    return changes.prepare(verb, on=partner, by=by, initiative=initiative, partner=partner, **facts)


def _check_fields(partner: Partner) -> None:
    """Its fields alone: whether its code is new was looked up for all of them at once."""
    if any(sign in partner.code for sign in "/ \t\n") or partner.code in RESERVED_CODES:
        sentence = gettext_noop(
            "The code {code} cannot stand in an address: leave out blanks and slashes, and do not call it “new”."
        )
        raise Refused(Problem("partner.code", sentence, {"code": partner.code}, field="code", value=partner.code))
    try:
        partner.clean_fields(exclude=["id"])
    except ValidationError as error:
        raise Refused.because(problems_of(partner, error)) from error


def _check_dates(part: Participation) -> None:
    if part.leaves_on is not None and part.leaves_on < part.joins_on:
        sentence = gettext_noop("It leaves on {leaves_on}, before it joins on {joins_on}.")
        params = {"leaves_on": str(part.leaves_on), "joins_on": str(part.joins_on)}
        raise Refused(Problem("partner.dates", sentence, params, field="leaves_on", value=str(part.leaves_on)))


def _about(problem: Problem, code: str) -> Problem:
    return replace(problem, params={**problem.params, "code": code})
