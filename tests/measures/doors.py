"""The doors through which figures come, as a test walks through them: each gives what was answered, in one shape."""

from __future__ import annotations

import csv
import html
import io
import json
import time
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.utils import timezone

from backbone.models import Grant, Partner, Tenant
from backbone.roles import Role
from backbone.services import keys
from measures.importing import COLUMNS
from measures.importing.uploads import work_on
from measures.models import Figure, Indicator, Upload
from measures.rules.periods import add_months
from tests import factories

SLOW = 5.0  # seconds of a processor that no bad input may take; a file's reader has its own limit
KEPT_AT_THE_DOOR = ("measures_upload",)  # the file itself is kept, so that it can be corrected; no figure is


@dataclass
class Answer:
    """What a door said. `errors` and `warnings` as (code, row, column, message); a form has messages only."""

    status: int
    errors: list[tuple[str, int | None, str | None, str]] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    page: str = field(default="", repr=False)

    @property
    def codes(self) -> list[str]:
        return [code for code, *_ in self.errors]

    def says(self, message: str) -> bool:
        return html.escape(message) in self.page


class Desk:
    """Riverside with the indicators that a case needs, and Ben, who files for P1 and for two more partners."""

    INDICATORS: Mapping[str, Mapping[str, Any]] = {
        "seats": {},
        "hours": {"is_whole": False, "unit": "hours"},
        "funds": {"is_whole": False, "unit": "USD"},
        "placed": {"kind": "rate", "unit": "percent"},
        "served": {"breakdowns": ["age"]},
        "quarterly": {"frequency": "quarter"},
        "retired": {"retired_on": date(2025, 12, 31)},
    }

    def __init__(self, riverside, hillcrest, *indicators: str, **tenant: Any):
        self.home = riverside
        self.today = timezone.localdate()
        self.month = add_months(self.today.replace(day=1), -1)
        Tenant.objects.filter(pk=riverside.tenant.pk).update(**tenant)
        riverside.tenant.refresh_from_db()
        with hillcrest.scope():
            factories.make_partner(hillcrest.initiative, "H1")
        with riverside.scope():
            factories.make_dimension(riverside.initiative, "age", "young", "old")
            for slug in indicators:
                factories.make_indicator(riverside.initiative, slug, lock_day=62, **self.INDICATORS.get(slug, {}))
            left = factories.make_partner(riverside.initiative, "P4", leaves_on=date(2025, 12, 31))
            accented = factories.make_partner(riverside.initiative, "Peña")
            for partner in (left, accented):
                Grant.objects.create(membership=riverside.people.ben, role=Role.PARTNER_FILER, partner=partner)
            self.partners = {partner.code: partner for partner in Partner.objects.all()}
            self.indicators = {indicator.slug: indicator for indicator in Indicator.objects.all()}
            self.tokens = {
                code: keys.create(
                    owner=riverside.people.ben, name=code, role="partner_filer", partner=self.partners[code],
                    scopes=("read", "file"),
                )[1]
                for code in ("P1", "P4", "Peña")
            }  # fmt: skip
        self.client = Client()
        self.client.force_login(factories.user_of(riverside.people.ben))

    @property
    def places(self) -> dict[str, str]:
        """What a case's `{…}` stand for: last month, spelled in many ways."""
        month = self.month
        return {
            "month": f"{month:%m}",
            "year": f"{month:%Y}",
            "next": f"{add_months(month, 2):%Y-%m}",
            "serial": str((month - date(1899, 12, 30)).days),
            "words": f"{month:%B %Y}",
            "short": f"{month.year}-{month.month}",
            "m": f"{month:%Y}M{month:%m}",
            # the last minutes of the month in New York, already the next month in UTC
            "stamp": f"{add_months(month, 1):%Y-%m}-01T03:30:00Z",
            "long": "x" * 10_000,
        }

    def stands(self, slug: str, value: Any, period: date | None = None, state: str = "approved") -> None:
        with self.home.scope():
            factories.make_figure(self.indicators[slug], self.partners["P1"], period or self.month, value, state=state)

    def counts(self, but: tuple[str, ...] = KEPT_AT_THE_DOOR) -> dict[str, int]:
        """How many rows each of the measures' tables holds."""
        with self.home.scope(), connection.cursor() as cursor:
            tables = [name for name in connection.introspection.table_names(cursor) if name.startswith("measures_")]
            found = {}
            for table in sorted(set(tables) - set(but)):
                cursor.execute(f'SELECT count(*) FROM "{table}" WHERE tenant_id = %s', [self.home.tenant.pk])
                found[table] = cursor.fetchone()[0]
            return found

    def stored(self, slug: str) -> list[tuple[str, Any, str]]:
        """(category, value, note) of what stands for last month."""
        with self.home.scope():
            found = Figure.objects.filter(indicator__slug=slug, period=self.month).order_by("category")
            return list(found.values_list("category", "value", "note"))

    # --- the four doors ---

    def csv(self, content: bytes, *, name: str = "figures.csv", is_applied: bool = False) -> Answer:
        """Upload in the browser, let the worker judge it, read the page; press Apply when nothing is wrong."""
        started = time.process_time()
        response = self.client.post(self.home.url("imports/"), {"file": SimpleUploadedFile(name, content)})
        if response.status_code != 302:
            return Answer(response.status_code, page=response.content.decode())
        upload = self._work(None)
        page = self.client.get(self.home.url(f"imports/{upload.pk}/"))
        assert time.process_time() - started < SLOW
        outcome = upload.outcome
        answer = Answer(page.status_code, _errors(outcome), page=page.content.decode())
        answer.warnings = [one["code"] for one in outcome.get("warnings", [])]
        if is_applied and not answer.errors:
            self.client.post(self.home.url(f"imports/{upload.pk}/"), {"apply": "1"})
            assert self._work(upload.pk).state == Upload.State.APPLIED
        return answer

    def _work(self, pk: int | None) -> Upload:
        with self.home.scope():
            pk = pk or Upload.objects.order_by("-pk").values_list("pk", flat=True)[0]
            work_on(pk)
            return Upload.objects.get(pk=pk)

    def api(self, content: bytes, *, is_applied: bool = False, token: str = "", **headers: str) -> Answer:
        """POST imports/ with the file as the body."""
        started = time.process_time()
        response = Client().post(
            self.home.api(f"imports/?dry_run={'false' if is_applied else 'true'}"),
            content,
            content_type="text/csv",
            CONTENT_TYPE="text/csv",  # which the client leaves out of a request without a body
            headers={"Authorization": f"Bearer {token or self.tokens['P1']}", **headers},
        )
        assert time.process_time() - started < SLOW
        body = response.json()
        answer = Answer(response.status_code, _errors(body), page=response.content.decode())
        answer.warnings = [one["code"] for one in body.get("warnings", [])]
        return answer

    def token_for(self, partner: str) -> str:
        """A key acts for one partner of its owner's; P1's, for whatever else a file names."""
        code = unicodedata.normalize("NFC", partner)
        return self.tokens.get(code, self.tokens["P1"])

    def put(self, figures: Any, *, partner: str = "P1", period: str = "", is_submitted: bool = True) -> Answer:
        started = time.process_time()
        response = Client().put(
            self.home.api(f"filings/{partner}/{period or f'{self.month:%Y-%m}'}/"),
            json.dumps({"figures": figures, "submit": is_submitted}),
            content_type="application/json",
            headers={"Authorization": f"Bearer {self.tokens[partner]}"},
        )
        assert time.process_time() - started < SLOW
        body = response.json()
        answer = Answer(response.status_code, page=response.content.decode())
        answer.errors = [(e["code"], None, e["field"], e["message"]) for e in body.get("errors", [])]
        answer.warnings = [one["code"] for one in body.get("warnings", [])]
        return answer

    def form(self, fields: Mapping[str, str], *, period: str = "", verb: str = "submit") -> Answer:
        started = time.process_time()
        address = self.home.url(f"filings/P1/{period or f'{self.month:%Y-%m}'}/")
        response = self.client.post(address, {"version": "0", "do": verb, **fields})
        assert time.process_time() - started < SLOW
        return Answer(response.status_code, page=response.content.decode())


def _errors(body: Mapping[str, Any]) -> list[tuple[str, int | None, str | None, str]]:
    errors = [one for one in body.get("errors", []) if not one.get("is_warning")]
    return [(one["code"], one.get("row"), one.get("column"), one["message"]) for one in errors]


def csv_of(rows: list[Mapping[str, str]]) -> bytes:
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS.names, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()
