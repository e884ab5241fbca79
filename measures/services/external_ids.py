"""What other systems call what is here: the only writer of external ids."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db import transaction

from backbone import changes
from backbone.models import Initiative, Membership, Partner
from backbone.problems import Problem, Refused, gettext_noop
from backbone.services.fields import checked
from measures.lines import dimensions_of
from measures.models import ExternalId, Indicator
from measures.models.exchange import COMPONENTS

Kind = ExternalId.Kind

changes.register_verbs(
    {
        "external_ids.set": gettext_noop("{by} said what {count} codes of {scheme} stand for"),
        "external_ids.removed": gettext_noop("{by} took back what {count} codes of {scheme} stand for"),
    }
)

OF_INDICATOR = (*COMPONENTS, Kind.DEFINITION)


@dataclass(frozen=True, slots=True)
class Said:
    """One code and what it stands for, in our own names: a partner's code, an indicator's short name, a category.

    `category` is that of a number ("age:young" of an indicator), or what a code of a breakdown stands for.
    """

    scheme: str
    kind: str
    code: str
    stands_for: str = ""
    category: str = ""
    name: str = ""
    row: int | None = None


@transaction.atomic
def put_many(*, initiative: Initiative, by: Membership | None, said: Iterable[Said]) -> int:
    """Say what these codes stand for; how many that changed. Safe to repeat. Nothing is taken back.

    Raises Refused with everything that is wrong: `mapping.kind`, `partner.unknown`, `indicator.unknown`,
    `category.unknown`, `mapping.no_code`.
    """
    Initiative.objects.select_for_update(no_key=True).get(pk=initiative.pk)
    partners = {row.code: row for row in Partner.objects.of_initiative(initiative)}
    indicators = {row.slug: row for row in Indicator.objects.filter(initiative=initiative)}
    dimensions = dimensions_of(initiative)
    known = {
        (row.scheme, row.kind, row.code, row.partner_id, row.indicator_id, row.category): row
        for row in ExternalId.objects.filter(initiative=initiative)
    }
    problems: list[Problem] = []
    changed: dict[str, int] = {}
    for one in said:
        wrong = _wrong(one, partners, indicators, dimensions)
        if wrong is not None:
            problems.append(wrong.at(row=one.row))
            continue
        partner = partners[one.stands_for] if one.kind == Kind.PARTNER else None
        indicator = indicators[one.stands_for] if one.kind in OF_INDICATOR else None
        category = one.category or (one.stands_for if one.kind in (Kind.DIMENSION, Kind.CATEGORY) else "")
        key = (one.scheme, one.kind, one.code, partner and partner.pk, indicator and indicator.pk, category)
        row = known.get(key)
        if row is not None and row.name == (one.name or row.name):
            continue
        if row is None:
            row = known[key] = ExternalId(
                initiative=initiative, scheme=one.scheme, kind=one.kind, code=one.code, partner=partner,
                indicator=indicator, category=category,
            )  # fmt: skip
        row.name = one.name or row.name
        try:
            checked(row).save()
        except Refused as refused:
            problems += [problem.at(row=one.row) for problem in refused.problems]
            continue
        changed[one.scheme] = changed.get(one.scheme, 0) + 1
    if problems:
        raise Refused(*problems)
    for scheme, count in changed.items():
        changes.record(
            "external_ids.set", on=initiative, by=by, initiative=initiative, scheme=scheme, count=count
        )  # fmt: skip
    return sum(changed.values())


@transaction.atomic
def remove(*, initiative: Initiative, by: Membership | None, ids: Iterable[int]) -> int:
    """Take back what these codes stand for."""
    found = ExternalId.objects.filter(initiative=initiative, pk__in=list(ids))
    schemes = list(found.values_list("scheme", flat=True))
    found.delete()
    for scheme in dict.fromkeys(schemes):
        changes.record(
            "external_ids.removed", on=initiative, by=by, initiative=initiative, scheme=scheme,
            count=schemes.count(scheme),
        )  # fmt: skip
    return len(schemes)


def _wrong(one: Said, partners, indicators, dimensions) -> Problem | None:
    if one.kind not in Kind.values:
        text = gettext_noop("“{kind}” is nothing that a code can stand for. Choose one of: {kinds}.")
        params = {"kind": one.kind, "kinds": ", ".join(Kind.values)}
        return Problem("mapping.kind", text, params, field="kind", value=one.kind)
    if not one.code or not one.scheme:
        return Problem("mapping.no_code", gettext_noop("Give the system and its code."), field="code")
    if one.kind == Kind.PARTNER and one.stands_for not in partners:
        text = gettext_noop("There is no partner “{code}” here.")
        return Problem("partner.unknown", text, {"code": one.stands_for}, field="stands_for", value=one.stands_for)
    if one.kind in OF_INDICATOR and one.stands_for not in indicators:
        text = gettext_noop("There is no indicator “{slug}” here.")
        return Problem("indicator.unknown", text, {"slug": one.stands_for}, field="stands_for", value=one.stands_for)
    category = one.category or (one.stands_for if one.kind in (Kind.DIMENSION, Kind.CATEGORY) else "")
    for pair in filter(None, category.split("+")):
        dimension, _, option = pair.partition(":")
        is_known = dimension in dimensions and (not option or option in dimensions[dimension].categories)
        if not is_known or (one.kind != Kind.DIMENSION and not option):
            text = gettext_noop("There is no category “{category}” here: write it as in age:0-4.")
            return Problem("category.unknown", text, {"category": pair}, field="stands_for", value=pair)
    return None
