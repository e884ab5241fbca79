"""Importing two years of England's emergency departments, through the door of everybody's files."""

from __future__ import annotations

import csv
import io
import time

from backbone.models import Initiative, Tenant
from backbone.tenancy import tenant_scope
from bench.measuring import Report
from measures import demo
from measures.bundles import loading
from measures.importing.bulk import import_stream
from measures.models import Figure, Rollup
from measures.services import rollups

FIGURES_A_SECOND = 5_000


def importing(report: Report, quick: bool) -> None:
    """Figures a second from a file to stored figures with history and marks; then until the roll-ups are right."""
    folder = demo.FOLDER / "nhs_ae"
    rows = list(csv.DictReader((folder / "ae_attendances_2016-04_2018-03.csv").open(newline="")))
    text = (folder / "bundle.yaml").read_text(encoding="utf-8") + demo._providers(rows)
    content = _tidy(rows)
    figures = content.count(b"\n") - 1
    speeds, reads, drains = [], [], []
    report.title(f"Importing {figures:,} figures of {len({row['org_code'] for row in rows})} providers")
    for number in range(1 if quick else 3):
        slug = f"bench-england-{number}"
        loading.load(text.replace("slug: nhs-england", f"slug: {slug}", 1).encode(), "bench.yaml")
        tenant = Tenant.objects.get(slug=slug)
        with tenant_scope(tenant):
            initiative = Initiative.objects.get()
            started = time.perf_counter()
            tally = import_stream(
                io.BytesIO(content), "figures.csv", initiative=initiative, tenant=tenant, by=None, approve=True
            )
            speeds.append(figures / (time.perf_counter() - started))
            assert tally.created == Figure.objects.count() == figures
        started = time.perf_counter()
        with tenant_scope(tenant):
            rollups.drain(tenant.pk)
        drains.append(time.perf_counter() - started)
        with tenant_scope(tenant):
            count = Rollup.objects.count()
            differing = len(rollups.differences(initiative))
            started = time.perf_counter()
            again = import_stream(
                io.BytesIO(content), "figures.csv", initiative=initiative, tenant=tenant, by=None, approve=True
            )
            reads.append(figures / (time.perf_counter() - started))
            assert (again.created, again.changed, again.unchanged) == (0, 0, figures)
    best = sorted(speeds)[len(speeds) // 2]
    report.fact("figures a second, stored", f"{best:,.0f}   n = {len(speeds)}", is_met=best >= FIGURES_A_SECOND)
    report.fact("figures a second, the same file again", f"{sorted(reads)[len(reads) // 2]:,.0f}")
    report.fact("until its roll-ups are right", f"{sorted(drains)[len(drains) // 2]:.2f} s for {count:,} rows")
    report.fact("rows that differ from a rebuild", str(differing), is_met=differing == 0)


def _tidy(rows: list[dict[str, str]]) -> bytes:
    text = io.StringIO()
    writer = csv.DictWriter(text, demo.COLUMNS, extrasaction="ignore")
    writer.writeheader()
    writer.writerows(demo.figures_of_england(rows))
    return text.getvalue().encode()
