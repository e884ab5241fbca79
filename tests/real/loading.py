"""A data set on its way in and out: a bundle and tidy rows through the common doors, roll-ups as they are exported."""

from __future__ import annotations

import csv
import io
import json
import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any

import yaml
from django.core.management import call_command

from backbone.models import Audience, Initiative, Membership, Partner, PublishedBody, Tenant
from backbone.services import publications
from backbone.tenancy import tenant_scope
from measures import bundles
from measures.demo import COLUMNS
from measures.importing.bulk import Tally, import_stream
from measures.models import Indicator
from measures.services import rollups
from measures.services.consents import consent

IS_WHOLE = os.environ.get("BACKBONE_WHOLE_SETS") == "1"

Row = dict[str, Any]


def some(partners: Iterable[str], at_most: int) -> set[str]:
    """Every so-and-so-many-th partner, at most that many; all of them when the sets are taken whole."""
    ordered = sorted(set(partners))
    return set(ordered if IS_WHOLE else ordered[:: max(1, len(ordered) // at_most)])


@dataclass
class Loaded:
    """An initiative of a tenant, filled from a bundle."""

    tenant: Tenant
    initiative: Initiative

    @classmethod
    def of(cls, bundle: dict[str, Any]) -> Loaded:
        bundles.load(yaml.safe_dump({"backbone": 1, **bundle}, sort_keys=False).encode(), "bundle.yaml")
        tenant = Tenant.objects.get(slug=bundle["tenant"]["slug"])
        with tenant_scope(tenant):
            return cls(tenant, Initiative.objects.get(slug=bundle["initiative"]["slug"]))

    @property
    def name(self) -> str:
        return f"{self.tenant.slug}/{self.initiative.slug}"

    def publish(self, grain: str, period: date) -> dict[str, Any]:
        """What funders are shown of the measures, every partner having agreed; fails when it is not safe."""
        with tenant_scope(self.tenant):
            asked = list(Indicator.objects.filter(initiative=self.initiative).values_list("pk", flat=True))
            said = {(pk, Audience.FUNDERS.value) for pk in asked}
            for partner in Partner.objects.filter(participations__initiative=self.initiative):
                consent(initiative=self.initiative, partner=partner, said=said, asked=asked, by=None)
            by = Membership.objects.create(user_id=1, email="steward@example.org", name="Steward")
            draft = publications.begin(initiative=self.initiative, grain=grain, period=period, by=by)
            publications.ask_to_check(publication=draft, by=by)
            publications.check(draft.pk)
            draft.refresh_from_db()
            assert draft.state == draft.State.CHECKED, draft.report
            publications.publish(publication=draft, by=by)
            body = PublishedBody.objects.get(publication=draft, audience=Audience.FUNDERS)
            return json.loads(body.body)["parts"]["measures"]

    def file(self, rows: Iterable[Row], *, is_trial: bool = False) -> Tally:
        """Import rows as approved figures; raises Refused, and writes nothing, when one is wrong."""
        text = io.StringIO()
        writer = csv.DictWriter(text, COLUMNS)
        writer.writeheader()
        writer.writerows(rows)
        with tenant_scope(self.tenant):
            tally = import_stream(
                io.BytesIO(text.getvalue().encode()), "figures.csv", initiative=self.initiative, tenant=self.tenant,
                by=None, approve=True, dry_run=is_trial,
            )  # fmt: skip
            rollups.drain(self.tenant.pk)
            assert rollups.differences(self.initiative) == []
        return tally

    def rollups(self, **options: Any) -> Rollups:
        out = io.StringIO()
        call_command("export_rollups", self.name, categories=True, stdout=out, **options)
        return Rollups(list(csv.DictReader(io.StringIO(out.getvalue()))))


@dataclass
class Rollups:
    """The rows of one export."""

    rows: list[dict[str, str]] = field(repr=False)

    @cached_property
    def by_key(self) -> dict[tuple[str, ...], dict[str, str]]:
        return {
            (row["indicator"], row["grain"], row["period"][:7], row["category"], row["partner"]): row
            for row in self.rows
        }

    def row(self, indicator: str, grain: str, period: str, category: str = "", partner: str = "") -> dict[str, str]:
        return self.by_key[indicator, grain, period, category, partner]

    def number(self, *where: str, of: str = "value") -> Decimal:
        return Decimal(self.row(*where)[of])

    def number_of_figures(self, indicator: str) -> int:
        """How many partners' figures stand in an indicator's rows."""
        return sum(int(row["filed"]) for row in self.rows if row["indicator"] == indicator)

    def coverage(self, *where: str) -> str:
        row = self.row(*where)
        return f"{row['filed']} of {row['expected']}, {row['state']}"


def spans_of(rows: Iterable[Row], partner: str, period: str) -> dict[str, tuple[str, str]]:
    """Each partner's first and last period in a file."""
    spans: dict[str, tuple[str, str]] = {}
    for row in rows:
        first, last = spans.get(row[partner], (row[period], row[period]))
        spans[row[partner]] = (min(first, row[period]), max(last, row[period]))
    return spans


def sums(
    rows: Iterable[Row], key: Callable[[Row], Any], number: Callable[[Row], Decimal | int | str]
) -> dict[Any, Decimal]:
    """Plain sums of a published file, by whatever key."""
    found: dict[Any, Decimal] = {}
    for row in rows:
        found[key(row)] = found.get(key(row), Decimal(0)) + Decimal(number(row))
    return found
