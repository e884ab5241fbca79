"""Loading a bundle: one file, one transaction, everything that is wrong with it told at once.

Nothing is written unless all of it can be: the last step refuses, and with it goes the whole transaction.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

import agenda.bundles as agenda_part
import agenda.map_bundle as map_part
from agenda.models import Outcome, Strategy
from backbone.bundles import further, ground, marked
from backbone.bundles.ground import Item, attempt, item, lost
from backbone.bundles.marked import Section
from backbone.models import Initiative, Partner
from backbone.problems import gettext_noop
from backbone.services.initiatives import scope_of_tenant
from measures.bundles import reading
from measures.bundles.ordering import inputs_first, inputs_of
from measures.bundles.reading import FILE_KEYS
from measures.models import Dimension, Indicator, Obligation, ValidationRule
from measures.rules.kinds import AVAILABLE, KINDS
from measures.services import checks, obligations, setup, targets, versions

VERSION = 1
KEYS = (
    "backbone", "tenant", "initiative", "agenda", "partners", "dimensions", "indicators", "obligations", "excuses",
    "rules", "members",
)  # fmt: skip


@dataclass
class Summary:
    """What a load changed, by kind of thing; `changed` is empty when the file said nothing new."""

    tenant: str
    initiative: str
    changed: dict[str, list[str]] = field(default_factory=dict)

    def note(self, what: str, names: Collection[str]) -> None:
        if names:
            self.changed.setdefault(what, []).extend(names)


def load(content: bytes, name: str, *, passwords: Mapping[str, str] | None = None) -> Summary:
    """Bring a tenant's initiative up to what the file says. Safe to repeat: the second time nothing changes.

    Outside any scope; opens the tenant's own. `name` is what messages call the file. `passwords` (by e-mail) are given
    to logins that are made here. Raises `Refused`, every problem with its line, and then nothing was written.
    """
    root = marked.read(content, name)
    root.only(*KEYS, *further.registered())
    version = root.whole("backbone", 0, 10**6, required=True)
    if version not in (None, VERSION):
        sentence = gettext_noop("This is a bundle of version {version}, and only version {known} is known here.")
        root.note("bundle.version", sentence, key="backbone", version=version, known=VERSION)
    tenant_section, initiative_section = (root.section(key, required=True) for key in ("tenant", "initiative"))
    tenant = item(tenant_section, ground.read_tenant) if tenant_section is not None else None
    initiative = item(initiative_section, ground.read_initiative) if initiative_section is not None else None
    if tenant is None or initiative is None or root.document.problems:
        _read_rest(root)
        root.document.refuse()
    scope, is_new = scope_of_tenant(tenant.fields["slug"])
    with scope:
        account, touched = ground.put_tenant(tenant, is_new=is_new)
        row, bounds = ground.put_initiative(initiative)
        summary = Summary(account.slug, row.slug)
        summary.note("tenant", touched)
        summary.note("initiative", bounds)
        put_rest(root, row, passwords or {}, summary)
        root.document.refuse()
    return summary


def _read_rest(root: Section) -> dict[str, Any]:
    return {
        "agenda": agenda_part.read(root.section("agenda")),
        "map": map_part.read(root.section("agenda")),
        "partners": ground.read_partners(root),
        "dimensions": reading.read_dimensions(root),
        "indicators": reading.read_indicators(root),
        "obligations": reading.read_obligations(root),
        "excuses": reading.read_excuses(root),
        "rules": reading.read_rules(root),
        "members": ground.read_members(root),
        "further": {key: part.read(root.section(key)) for key, part in further.registered().items()},
    }


def put_rest(root: Section, initiative: Initiative, passwords: Mapping[str, str], summary: Summary) -> None:
    """Bring an initiative up to what a file says of it, in its tenant's scope; what is wrong is noted in the document."""
    parts = _read_rest(root)
    summary.note("agenda", agenda_part.put(initiative, *parts["agenda"]))
    summary.note("partners", ground.put_partners(initiative, parts["partners"]))
    no_partners = lost(parts["partners"], "code")
    summary.note("members", ground.put_members(parts["members"], passwords, no_partners))
    summary.note("dimensions", _put_dimensions(initiative, parts["dimensions"]))
    no_outcomes = lost(outcome for outcome, _ in parts["agenda"][1])
    no_dimensions = lost(parts["dimensions"])
    made = _put_indicators(initiative, parts["indicators"], no_dimensions, no_outcomes, no_partners)
    summary.note("indicators", made)
    summary.note("retired, and still gone into", _retired_inputs(initiative, summary.changed.get("indicators", ())))
    no_indicators = lost(one for one, _ in parts["indicators"])
    summary.note("obligations", _put_obligations(initiative, parts, no_indicators, no_partners))
    if not no_indicators:
        summary.note("map", map_part.put(initiative, parts["map"]))
        summary.note("rules", _put_rules(initiative, parts["rules"]))
    summary.note("excuses", _put_excuses(initiative, parts["excuses"], no_indicators, no_partners))
    for key, part in further.registered().items():
        if not root.document.problems:
            summary.note(key, part.put(initiative, parts["further"][key]))


def _put_rules(initiative: Initiative, items: Collection[Item]) -> list[str]:
    changed = []
    for one in items:
        if one.is_sound:
            fields = {"severity": "soft", **one.fields} if "severity" not in one.fields else one.fields
            known = ValidationRule.objects.filter(initiative=initiative, slug=one.fields["slug"]).exists()
            made = attempt(
                one,
                lambda fields=one.fields if known else fields: checks.put_rule(
                    initiative=initiative, by=None, **fields
                ),
                {"is_active": "active"},
            )
            changed += [made[0].slug] if made is not None and made[1] else []
    return changed


def _put_dimensions(initiative: Initiative, items: Collection[Item]) -> list[str]:
    known = set(Dimension.objects.filter(initiative=initiative).values_list("slug", flat=True))
    is_all = known <= {one.fields["slug"] for one in items}
    changed = []
    for position, one in enumerate(items):
        if not one.is_sound:
            continue
        fields = one.fields | ({"position": position} if is_all else {})
        made = attempt(one, lambda fields=fields: setup.put_dimension(initiative=initiative, by=None, **fields))
        if made is not None and made[1]:
            changed.append(made[0].slug)
    return changed


def _put_indicators(
    initiative: Initiative,
    items: Collection[tuple[Item, list[Item]]],
    no_dimensions: set[str],
    no_outcomes: Collection[str],
    no_partners: Collection[str],
) -> list[str]:
    partners = {row.code: row for row in Partner.objects.of_initiative(initiative)}
    rows = {row.slug: row for row in Indicator.objects.filter(initiative=initiative)}
    outcomes = {row.slug: row for row in Outcome.objects.filter(initiative=initiative)}
    strategies = list(Strategy.objects.filter(outcome__initiative=initiative).select_related("outcome"))
    is_all = set(rows) <= {one.fields["slug"] for one, _ in items}
    changed = []
    for position, (one, aims) in inputs_first(items, rows):
        fields = dict(one.fields)
        if set(inputs_of(fields, rows.get(fields["slug"]))) & lost(other for other, _ in items):
            one.is_sound = False  # it is told of what it is computed from
        # What is told of elsewhere is left out here, so that the rest can be judged; nothing of it will be written.
        if fields.get("outcome") in no_outcomes:
            fields |= {"outcome": None, "strategy": None}
        elif not _find_place(one.section, fields, outcomes, strategies):
            one.is_sound = False
        if "breakdowns" in fields:
            fields["breakdowns"] = [
                slugs for slugs in fields["breakdowns"] if not no_dimensions & set(slugs.split("+"))
            ]
            spans = fields["breakdown_spans"].items()
            fields["breakdown_spans"] = {slugs: span for slugs, span in spans if slugs in fields["breakdowns"]}
        if fields["slug"] not in rows:
            one.is_sound &= _complete(one.section, fields)
        if not one.is_sound:
            continue
        if is_all:
            fields["position"] = position
        made = attempt(
            one, lambda fields=fields: setup.put_indicator(initiative=initiative, by=None, **fields), FILE_KEYS
        )
        if made is None:
            continue
        row, has_changed = made
        for target in aims:
            put = _put_target(target, row, partners, no_partners)
            has_changed = has_changed or put
        for version in reading.read_versions(one):
            if version.is_sound:
                begun = attempt(
                    version,
                    lambda version=version, row=row: versions.put_version(indicator=row, by=None, **version.fields),
                    {"is_comparable": "comparable"},
                )
                has_changed = has_changed or (begun is not None and begun[1])
        changed += [row.slug] if has_changed else []
    return changed


def _put_target(target: Item, row: Indicator, partners: Mapping[str, Partner], no_partners: Collection[str]) -> bool:
    """One target of an indicator, of everybody or of the partner that is named; whether it changed anything."""
    fields = dict(target.fields)
    code = fields["partner"]
    fields["partner"] = partners.get(code) if code else None
    if code and fields["partner"] is None:
        if code not in no_partners:
            target.section.note_unknown("partner", code, partners)
        return False
    if not target.is_sound:
        return False
    return bool(attempt(target, lambda: targets.put_target(indicator=row, by=None, **fields)))


def _retired_inputs(initiative: Initiative, changed: Collection[str]) -> list[str]:
    """Of what this load changed, those that are retired while something that is not is computed from them."""
    rows = {row.slug: row for row in Indicator.objects.filter(initiative=initiative)} if changed else {}
    return [
        f"{slug} into {user.slug}"
        for slug in changed
        for user in rows.values()
        if rows[slug].retired_on is not None and user.retired_on is None and slug in inputs_of({}, user)
    ]


def _complete(section: Section, fields: dict[str, Any]) -> bool:
    """Say what a new indicator needs and the file leaves out; False when something is missing."""
    count = len(section.document.problems)
    if not fields.get("name"):
        section.note("bundle.missing", gettext_noop("“{key}” is missing."), key="name")
    if not fields.get("kind"):
        sentence = gettext_noop("“{key}” is missing: it says how figures add up. Choose one of {kinds}.")
        section.note("bundle.missing", sentence, key="kind", kinds=", ".join(kind.slug for kind in AVAILABLE))
    if "lock_day" not in fields and (fields.get("due_day") or 10) > 20:
        fields["lock_day"] = fields["due_day"] + 10
    return len(section.document.problems) == count


def _find_place(
    section: Section, fields: dict[str, Any], outcomes: Mapping[str, Outcome], strategies: Collection[Strategy]
) -> bool:
    """Put rows in the place of the short names of outcome and strategy; False when there is no such one."""
    slug = fields.get("outcome")
    if slug:
        if slug not in outcomes:
            section.note_unknown("outcome", slug, outcomes)
            return False
        fields["outcome"] = outcomes[slug]
    elif "outcome" in fields:
        fields["outcome"] = None
    slug = fields.get("strategy")
    if slug:
        found = [
            row for row in strategies
            if row.slug == slug and (not fields.get("outcome") or row.outcome_id == fields["outcome"].pk)
        ]  # fmt: skip
        if not found:
            section.note_unknown("strategy", slug, [row.slug for row in strategies])
            return False
        if len(found) > 1:
            sentence = gettext_noop("Several outcomes have a strategy “{value}”: name the outcome as well.")
            section.note("bundle.ambiguous", sentence, key="strategy", value=slug)
            return False
        fields["strategy"] = found[0]
    elif "strategy" in fields:
        fields["strategy"] = None
    return True


LINE_KEYS = ("starts_on", "ends_on", "frequency", "first_partial")


def _put_obligations(
    initiative: Initiative, parts: Mapping[str, Any], no_indicators: Collection[str], no_partners: Collection[str]
) -> list[str]:
    items: Collection[Item] | None = parts["obligations"]
    rows = {row.slug: row for row in Indicator.objects.filter(initiative=initiative)}
    if items is None:
        owed = set(
            Obligation.objects.filter(indicator__initiative=initiative).values_list("indicator__slug", flat=True)
        )
        spelled = {one.fields["slug"] for one, _ in parts["indicators"]}
        new = [slug for slug, row in rows.items() if slug in spelled and slug not in owed and KINDS[row.kind].is_filed]
        for slug in new:
            obligations.put_obligations(indicator=rows[slug], partners=None, by=None)
        return new
    partners = {row.code: row for row in Partner.objects.of_initiative(initiative)}
    changed = []
    for one in items:
        fields = dict(one.fields)
        indicator = _known_indicator(one, rows, no_indicators)
        owing = None
        if fields["partners"] is not None:
            for code, line in fields["partners"]:
                if code not in partners and code not in no_partners:
                    one.section.note_unknown("partners", code, partners, line=line)
            owing = [partners[code] for code, _ in fields["partners"] if code in partners]
        if not one.is_sound or indicator is None:
            continue
        count = attempt(
            one,
            lambda indicator=indicator, owing=owing, fields=fields: obligations.put_obligations(
                indicator=indicator, partners=owing, by=None, **{key: fields[key] for key in LINE_KEYS}
            ),
        )
        changed += [indicator.slug] if count else []
    return changed


def _put_excuses(
    initiative: Initiative, items: Collection[Item], no_indicators: Collection[str], no_partners: Collection[str]
) -> list[str]:
    rows = {row.slug: row for row in Indicator.objects.filter(initiative=initiative)}
    partners = {row.code: row for row in Partner.objects.of_initiative(initiative)}
    changed = []
    for one in items:
        fields = one.fields
        indicator = _known_indicator(one, rows, no_indicators)
        partner = partners.get(fields["partner"])
        if fields["partner"] and partner is None and fields["partner"] not in no_partners:
            one.section.note_unknown("partner", fields["partner"], partners)
        by = ground.excuser(fields["by"])
        if by is None:
            sentence = gettext_noop(
                "Somebody has to stand behind an excuse: name a member as “by”, or give the tenant a data steward."
            )
            one.section.note("bundle.excuse_by", sentence, key="by")
        if not one.is_sound or indicator is None or partner is None or by is None:
            continue
        made = attempt(
            one,
            lambda indicator=indicator, partner=partner, by=by, fields=fields: obligations.give_excuse(
                indicator=indicator, partner=partner, period=fields["period"], reason=fields["reason"], by=by
            ),
        )
        if made is not None and made[1]:
            changed.append(f"{indicator.slug} {partner.code} {fields['period']:%Y-%m}")
    return changed


def _known_indicator(one: Item, rows: Mapping[str, Indicator], no_indicators: Collection[str]) -> Indicator | None:
    """The indicator that is named; of one that went wrong itself nothing more is said."""
    slug = one.fields["indicator"]
    if slug and slug not in rows and slug not in no_indicators:
        one.section.note_unknown("indicator", slug, rows)
    return rows.get(slug)
