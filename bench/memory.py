"""How large a web process and a worker process grow, each in a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys

from bench import worlds
from bench.measuring import Report, peak_mib

WORLD = "bench-memory"
WEB_AT_MOST, WORKER_AT_MOST = 200, 300  # MiB; a worker's child is replaced beyond CELERY_WORKER_MAX_MEMORY_PER_CHILD


def memory(report: Report, quick: bool) -> None:
    """Peak resident memory after a few hundred requests, and after rebuilding a tenant of 240,000 figures."""
    worlds.make(WORLD, partners=50, indicators=20, months=24 if quick else 240)
    worlds.analyze()
    report.title("Peak memory of one process")
    environment = dict(os.environ, WHITENOISE_USE_FINDERS="1")  # no collected files needed to draw a page
    for side, at_most in (("web", WEB_AT_MOST), ("worker", WORKER_AT_MOST)):
        done = subprocess.run(
            [sys.executable, "-c", _START, side], env=environment, capture_output=True, text=True, check=False
        )
        if done.returncode:
            report.fact(side, done.stderr.strip().splitlines()[-1], is_met=False)
            continue
        peak = int(done.stdout.split()[-1])
        report.fact(f"{side} process", f"{peak} MiB, at most {at_most}", is_met=peak <= at_most)


def _web() -> None:
    from django.conf import settings
    from django.test import Client

    from backbone.models import Entrance, Membership, Tenant, User
    from backbone.tenancy import tenant_scope

    settings.ALLOWED_HOSTS = ["*"]
    tenant = Tenant.objects.get(slug=WORLD)
    user, _ = User.objects.get_or_create(email="steward@bench.example", defaults={"name": "Steward"})
    Entrance.objects.get_or_create(user=user, tenant=tenant)
    with tenant_scope(tenant):
        Membership.objects.update(user_id=user.pk)
    client = Client()
    client.force_login(user)
    address = f"/o/{WORLD}/all/"
    for turn in range(200):
        for page in ("forest/", "results/", "indicators/", f"indicators/k{turn % 20 + 1}/"):
            answer = client.get(address + page)
            if answer.status_code != 200:
                raise SystemExit(f"{page} answered {answer.status_code}")


def _worker() -> None:
    from backbone.models import Initiative, Tenant
    from backbone.tenancy import tenant_scope
    from measures import tasks
    from measures.services import rollups

    tenant = Tenant.objects.get(slug=WORLD)
    with tenant_scope(tenant):
        initiative = Initiative.objects.get()
        rollups.rebuild(initiative)
    with tenant_scope(tenant):
        rollups.mark_stale(
            [(pk, period, None) for pk, period in initiative.indicators.values_list("pk", "figures__period").distinct()]
        )
    tasks.roll_up(tenant.pk)
    tasks.nightly_check()


def grow(side: str) -> None:
    """In the process of its own: do what this side does, and print the peak in MiB."""
    {"web": _web, "worker": _worker}[side]()
    print(peak_mib())


_START = "import sys, django; django.setup(); from bench.memory import grow; grow(sys.argv[1])"
