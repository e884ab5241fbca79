"""The only writer of the register. Every door says an activity whole (`rules.said`), and this makes the rows say the same.

Many at once are written in sets: the number of statements does not grow with them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import fields as fields_of
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext_noop

from activities.models import Activity
from activities.rules.said import ActivitySaid, check, fingerprint
from activities.selectors.rights import may_remove, own_partners
from activities.selectors.written import PLAIN, Known, known, written_out
from activities.services.hanging import put_hanging
from backbone import changes
from backbone.models import Initiative, Membership
from backbone.problems import Problem, Refused, cut
from backbone.services.fields import checked, problems_of, refuse_taken, still_there

changes.register_verbs(
    {
        "activity.added": gettext_noop("{by} added the activity “{name}”"),
        "activity.changed": gettext_noop("{by} changed the activity “{name}”"),
        "activity.removed": gettext_noop("{by} took the activity “{name}” out of the register"),
        "activities.brought_in": gettext_noop(
            "{by} brought {new} new and {changed} changed activities into the register"
        ),
    }
)


@transaction.atomic
def put(
    *, initiative: Initiative, said: ActivitySaid, by: Membership | None, must_be_new: bool = False, seen: str = ""
) -> tuple[Activity, bool]:
    """The activity of that short name, made or brought up to what is said of it, and whether it changed. `seen` is the
    fingerprint of the state that the writer set out from.

    Raises `Refused`: for anything that does not hold, for a name that nothing stands for, with `must_be_new` for one
    that is there already, for what is not `by`'s to change, and when somebody changed it since it was `seen`.
    """
    lock(initiative)
    if must_be_new:
        refuse_taken(Activity.objects.filter(initiative=initiative, slug=said.slug).first(), said.slug)
    before = written_out(initiative, [said.slug]).get(said.slug)
    if seen and seen != (fingerprint(before) if before is not None else ""):
        sentence = gettext_noop(
            "Somebody changed this activity meanwhile. Look at what stands there now; sent once more, yours replaces it."
        )
        raise Refused(Problem("activity.stale", sentence))
    new, changed = _write(initiative, [said], by, {said.slug: before} if before else {})
    row = Activity.objects.select_related("initiative").get(initiative=initiative, slug=said.slug)
    if new:
        with_money: dict[str, Any] = {"fields": {"money": []}} if said.money else {}
        changes.record("activity.added", on=row, by=by, initiative=initiative, name=row.name, **with_money)
    elif changed and before is not None:
        changes.record(
            "activity.changed", on=row, by=by, initiative=initiative, name=row.name, fields=_differ(before, said)
        )
    return row, bool(new or changed)


@transaction.atomic
def bring_in(*, initiative: Initiative, activities: Iterable[ActivitySaid], by: Membership | None) -> tuple[int, int]:
    """Make these activities, or bring those that are there up to what is said, all or none; answers how many are new and
    how many are different. What is not named stays as it is. Raises `Refused` as `put`.
    """
    lock(initiative)
    said = list(activities)
    new, changed = _write(initiative, said, by, written_out(initiative, [one.slug for one in said]))
    if new or changed:
        facts = {"new": len(new), "changed": len(changed)}
        changes.record("activities.brought_in", on=initiative, by=by, initiative=initiative, **facts)
    return len(new), len(changed)


@transaction.atomic
def remove(*, activity: Activity, by: Membership | None) -> None:
    """Take an activity out with all that hangs on it: for one that was never there. One that is over is ended. Raises
    `Refused`."""
    initiative = activity.initiative
    lock(initiative)
    row = still_there(Activity.objects.select_for_update(), activity.pk)
    _refuse_others(by, [written_out(initiative, [row.slug])[row.slug]], known(initiative))
    if by is not None and not may_remove(by, row):
        sentence = gettext_noop("“{name}” is led by another organization: that one or the backbone takes it out.")
        raise Refused(Problem("activity.not_led", sentence, {"name": cut(row.name)}))
    changes.record("activity.removed", on=row, by=by, initiative=initiative, name=row.name)
    row.delete()


def lock(initiative: Initiative) -> None:
    """One at a time may change an initiative's register, or two could take the same short name."""
    Initiative.objects.select_for_update(no_key=True).get(pk=initiative.pk)


def refuse_wrong(said: ActivitySaid, names: Known) -> list[Problem]:
    """What is wrong with an activity: in itself, and where it names what is not there."""
    return check(said) + _unknown(said, names)


def _write(
    initiative: Initiative, wanted: list[ActivitySaid], by: Membership | None, before: Mapping[str, ActivitySaid]
) -> tuple[list[Activity], list[Activity]]:
    """The new and the changed rows, written with all that hangs on them."""
    names = known(initiative)
    wanted = [one.in_order() for one in wanted]
    other = [one for one in wanted if before.get(one.slug) != one]
    problems = [problem for one in other for problem in refuse_wrong(one, names)]
    if problems:
        raise Refused(*problems)
    _refuse_others(by, [one for slug in (said.slug for said in other) if (one := before.get(slug))], names)
    _refuse_others(by, other, names)
    _refuse_putting_out(by, [(was, one) for one in other if (was := before.get(one.slug))], names)
    slugs = [one.slug for one in other]
    rows = {row.slug: row for row in Activity.objects.filter(initiative=initiative, slug__in=slugs)}
    new, changed = [], []
    for one in other:
        row = rows.get(one.slug) or Activity(initiative=initiative, slug=one.slug)
        for name in PLAIN:
            setattr(row, name, getattr(one, name))
        row.service_type_id = names.service_types.get(one.service_type)
        (changed if row.pk else new).append(row)
        rows[one.slug] = row
    if len(other) == 1:
        for row in rows.values():
            checked(row)
    else:
        for row in rows.values():
            _check_fields(row)
    Activity.objects.bulk_create(new, batch_size=1000)
    Activity.objects.bulk_update(changed, [*PLAIN, "service_type"], batch_size=500)
    put_hanging([(rows[one.slug].pk, one) for one in other], names)
    return new, changed


def _check_fields(row: Activity) -> None:
    try:
        row.clean_fields(exclude=["initiative", "service_type", "tenant"])
    except ValidationError as error:
        raise Refused(*problems_of(row, error)) from error


def _unknown(said: ActivitySaid, names: Known) -> list[Problem]:
    found = []
    people = [one.owner for one in (*said.parts, *said.steps) if one.owner]
    partners = [one.partner for one in (*said.parts, *said.steps) if one.partner]
    for field, wanted, there, sentence in (
        ("service_type", [said.service_type] if said.service_type else [], names.service_types,
         gettext_noop("There is no kind of service “{value}”.")),
        ("strategies", said.strategies, names.strategies, gettext_noop("There is no strategy “{value}”.")),
        ("populations", said.populations, names.populations, gettext_noop("There is no population “{value}”.")),
        ("places", said.places, names.places, gettext_noop("There is no place “{value}”.")),
        ("indicators", said.indicators, names.indicators, gettext_noop("There is no indicator “{value}”.")),
        ("parts", partners, names.partners, gettext_noop("There is no partner “{value}” in this initiative.")),
        ("owner", people, names.people, gettext_noop("Nobody here has the address {value}.")),
    ):  # fmt: skip
        for value in dict.fromkeys(wanted):
            if (value.lower() if field == "owner" else value) not in there:
                found.append(
                    Problem(f"activity.no_{field}", sentence, {"value": cut(value)}, field=field, value=cut(value))
                )
    return found


def _refuse_others(by: Membership | None, said: Iterable[ActivitySaid], names: Known) -> None:
    """Who writes for a partner writes activities that the partner has a part in, before and afterwards."""
    own = None if by is None else own_partners(by)
    if own is None:
        return
    for one in said:
        if not any(names.partners.get(part.partner) in own for part in one.parts):
            sentence = gettext_noop("“{name}” is not yours to change: your organization has no part in it.")
            raise Refused(Problem("activity.not_own", sentence, {"name": cut(one.name)}, field="parts"))


def _refuse_putting_out(
    by: Membership | None, pairs: Iterable[tuple[ActivitySaid, ActivitySaid]], names: Known
) -> None:
    """Who writes for a partner that does not lead an activity leaves the parts of the others as they are, and does not
    take the lead: whoever leads may take it out."""
    own = None if by is None else own_partners(by)
    if own is None:
        return
    for before, after in pairs:
        others = {(part.partner, part.part) for part in before.parts if names.partners.get(part.partner) not in own}
        lead = next((part.partner for part in before.parts if part.part == "leads"), "")
        if not others or names.partners.get(lead) in own:
            continue
        params = {"name": cut(before.name), "lead": lead}
        if not others <= {(part.partner, part.part) for part in after.parts}:
            sentence = (
                gettext_noop("“{name}” is led by {lead}: that one or the backbone says who else has a part in it.")
                if lead
                else gettext_noop("“{name}” is led by nobody: the backbone says who else has a part in it.")
            )
            raise Refused(Problem("activity.not_led", sentence, params, field="parts"))
        if any(part.part == "leads" and part.partner != lead for part in after.parts):
            sentence = gettext_noop("“{name}” has others in it: the backbone says which of you leads it.")
            raise Refused(Problem("activity.not_led", sentence, params, field="parts"))


def _differ(before: ActivitySaid, after: ActivitySaid) -> dict[str, list[str]]:
    """Which fields changed, for the history: plain ones before and after, lists by their name alone."""
    found: dict[str, Any] = {}
    after = after.in_order()
    for one in fields_of(ActivitySaid):
        was, now = getattr(before, one.name), getattr(after, one.name)
        if was != now:
            is_plain = not isinstance(now, tuple | Mapping)
            found[one.name] = [None if was is None else str(was), None if now is None else str(now)] if is_plain else []
    return found
