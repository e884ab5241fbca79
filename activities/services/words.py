"""The only writer of the vocabularies: kinds of service, populations, places. A word is retired, never deleted."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext_noop

from activities.models import Place, Population, ServiceType
from activities.models.words import Word
from activities.rules.trees import makes_circle
from backbone import changes
from backbone.models import Membership, Tenant
from backbone.problems import Problem, Refused, cut
from backbone.services.fields import checked, problems_of, refuse_taken, set_fields
from backbone.tenancy import active_tenant_id

Sort = TypeVar("Sort", bound=Word)
PARENTS: dict[type[Word], str] = {ServiceType: "under", Place: "within"}
VERBS = {ServiceType: "service_type", Population: "population", Place: "place"}

changes.register_verbs(
    {
        "service_type.added": gettext_noop("{by} added the kind of service “{name}”"),
        "service_type.changed": gettext_noop("{by} changed the kind of service “{name}”"),
        "service_type.retired": gettext_noop("{by} retired the kind of service “{name}”"),
        "service_type.offered": gettext_noop("{by} offers the kind of service “{name}” again"),
        "service_type.many_added": gettext_noop("{by} added {count} kinds of service"),
        "population.added": gettext_noop("{by} added the population “{name}”"),
        "population.changed": gettext_noop("{by} changed the population “{name}”"),
        "population.retired": gettext_noop("{by} retired the population “{name}”"),
        "population.offered": gettext_noop("{by} offers the population “{name}” again"),
        "population.many_added": gettext_noop("{by} added {count} populations"),
        "place.added": gettext_noop("{by} added the place “{name}”"),
        "place.changed": gettext_noop("{by} changed the place “{name}”"),
        "place.retired": gettext_noop("{by} retired the place “{name}”"),
        "place.offered": gettext_noop("{by} offers the place “{name}” again"),
        "place.many_added": gettext_noop("{by} added {count} places"),
    }
)


@transaction.atomic
def put(
    *, sort: type[Sort], slug: str, by: Membership | None, must_be_new: bool = False, **fields: Any
) -> tuple[Sort, bool]:
    """The word of that short name, made or brought up to `fields` (name, position, under or within, is_retired), and
    whether it changed.

    A new one goes to the end unless `position` says otherwise. Raises `Refused`, as for a word that would lie in itself.
    """
    _lock()
    row = sort.objects.filter(slug=slug).first()
    if must_be_new:
        refuse_taken(row, slug)
    verb = VERBS[sort]
    if row is None:
        fields.setdefault("position", sort.objects.count())
        row = sort(slug=slug, **fields)
        checked(row).save(force_insert=True)
        changes.record(f"{verb}.added", on=row, by=by, name=row.name)
        return row, True
    parent = PARENTS.get(sort)
    if parent in fields:
        _refuse_circle(sort, parent, row, fields[parent])
    before = row.name
    changed = set_fields(row, fields)
    if changed:
        changes.record(f"{verb}.changed", on=row, by=by, name=before, fields=changed)
    return row, bool(changed)


def retire(*, word: Word, by: Membership | None) -> bool:
    """Offer a word no more; it stays where it is used. Answers whether it was offered."""
    return _offer(word, by, is_retired=True)


def offer(*, word: Word, by: Membership | None) -> bool:
    """Undo a retirement."""
    return _offer(word, by, is_retired=False)


@transaction.atomic
def _offer(word: Word, by: Membership | None, *, is_retired: bool) -> bool:
    sort = type(word)
    row = sort.objects.select_for_update(no_key=True).get(pk=word.pk)
    if row.is_retired == is_retired:
        return False
    row.is_retired = is_retired
    row.save(update_fields=["is_retired"])
    changes.record(f"{VERBS[sort]}.{'retired' if is_retired else 'offered'}", on=row, by=by, name=row.name)
    return True


@transaction.atomic
def put_many(*, sort: type[Word], rows: Iterable[Mapping[str, Any]], by: Membership | None) -> int:
    """Make those of these words ({"slug", "name", "parent": short name or ""}) that are not there yet; answers how many.

    Words that are there stay as they are. A parent has to stand before what lies below it, or be there already.
    """
    _lock()
    known = {row.slug: row for row in sort.objects.all()}
    parent, count = PARENTS.get(sort), 0
    position = len(known)
    waiting = list({one["slug"]: one for one in rows if one["slug"] not in known}.values())
    while waiting:
        ready = [one for one in waiting if not parent or not one.get("parent") or one["parent"] in known]
        if not ready:
            sentence = gettext_noop("There is no {slug} for “{name}” to lie below. Put it first.")
            params = {"slug": cut(waiting[0]["parent"]), "name": cut(waiting[0]["name"])}
            raise Refused(Problem("word.no_parent", sentence, params, field="parent", value=cut(waiting[0]["parent"])))
        made = []
        for one in ready:
            row = sort(slug=one["slug"], name=one["name"], position=position + count + len(made))
            if parent and one.get("parent"):
                setattr(row, parent, known[one["parent"]])
            try:
                row.clean_fields(exclude=["tenant", parent or "tenant"])
            except ValidationError as error:
                raise Refused(*problems_of(row, error)) from error
            made.append(row)
        known |= {row.slug: row for row in sort.objects.bulk_create(made)}
        count += len(made)
        waiting = [one for one in waiting if one["slug"] not in known]
    if count:
        changes.record(f"{VERBS[sort]}.many_added", on=sort._meta.label_lower, by=by, count=count)
    return count


def _refuse_circle(sort: type[Word], parent: str, row: Word, above: Word | None) -> None:
    parents = dict(sort.objects.values_list("pk", parent))
    if above is not None and makes_circle(parents, row.pk, above.pk):
        sentence = gettext_noop("“{name}” cannot lie below “{above}”, which lies below it.")
        raise Refused(Problem("word.circle", sentence, {"name": row.name, "above": above.name}, field=parent))


def _lock() -> None:
    """One at a time may change a tenant's words, or two could take the same place, or close a circle between them."""
    Tenant.objects.select_for_update(no_key=True).get(pk=active_tenant_id())
