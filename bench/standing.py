"""Where staff stand each morning: home and health among hundreds of tenants, the night before, and the way out."""

from __future__ import annotations

import subprocess
import sys
import time

from bench import worlds
from bench.measuring import Report, Timing, once, peak_mib, side_by_side

WORLD = "bench-standing"
PARTNERS_EACH, INDICATORS_EACH = 20, 20  # of every other tenant
MONTHS, MANY_MONTHS = 20, 150  # of these: 4 million figures in 500 tenants, and 30 million
PAGE_AT_MOST, NIGHT_AT_MOST, EXPORT_AT_MOST = 300, 5, 300  # milliseconds at the 95th percentile, seconds, MiB
GROWTH_AT_MOST = 1.5
PAGES = {
    "home": "forest/",
    "health": "forest/conditions/",
    "signals": "forest/signals/",
    "leadership": "forest/leadership/",
}


def standing(report: Report, quick: bool, most: int = 500, months: int = MONTHS) -> None:
    """One tenant's home and health, alone and then among many; its night; and its export of 500,000 figures."""
    tenants, samples = (10, 10) if quick else (most, 60)
    world = worlds.make(WORLD, partners=50, indicators=20, months=24)
    client = _signed_in(world)
    from backbone import tasks
    from measures.services import rollups

    with world.scope():
        rollups.rebuild(world.initiative)
    worlds.analyze()
    report.title("The night of one initiative of 50 partners")
    nights = [once(lambda: tasks.work_out(world.tenant.pk, world.initiative.pk)) for _turn in range(3)]
    night = sorted(nights)[1]  # a worker goes from one initiative to the next: the first of all reads every module
    report.fact(
        "evidence of all five conditions", f"{night:.2f} s, at most {NIGHT_AT_MOST}", is_met=night <= NIGHT_AT_MOST
    )
    alone = _pages(report, client, samples, "Alone")
    for number in range(1, tenants):
        worlds.make(f"{WORLD}-{number}", partners=PARTNERS_EACH, indicators=INDICATORS_EACH, months=months)
    worlds.analyze()
    figures = 24_000 + PARTNERS_EACH * INDICATORS_EACH * months * (tenants - 1)
    among = _pages(report, client, samples, f"Among {tenants:,} tenants, {figures:,} figures")
    report.title(f"Growth from one to {tenants:,} tenants")
    for name in PAGES:
        report.ratio(name, among[name], alone[name], at_most=GROWTH_AT_MOST)
    _export(report, quick)


def _signed_in(world: worlds.World):
    from django.conf import settings
    from django.test import Client

    from backbone.models import Entrance, Membership, User

    settings.ALLOWED_HOSTS = ["*"]
    user, _ = User.objects.get_or_create(email=f"steward@{WORLD}.example", defaults={"name": "Steward"})
    Entrance.objects.get_or_create(user=user, tenant=world.tenant)
    with world.scope():
        Membership.objects.update(user_id=user.pk)
    client = Client()
    client.force_login(user)
    return client


def _pages(report: Report, client, samples: int, title: str) -> dict[str, Timing]:
    def get(path: str):
        def work(_turn: int) -> None:
            answer = client.get(f"/o/{WORLD}/all/{path}")
            if answer.status_code != 200:
                raise SystemExit(f"{path} answered {answer.status_code}")

        return work

    report.title(f"{title}: pages at the server")
    taken = side_by_side({name: get(path) for name, path in PAGES.items()}, samples)
    for name, timing in taken.items():
        report.timing(name, timing)
        if name in ("home", "health"):
            report.fact(
                f"{name}, 95th percentile", f"{timing.p95:.0f} ms, at most {PAGE_AT_MOST}", timing.p95 <= PAGE_AT_MOST
            )
    return taken


def _export(report: Report, quick: bool) -> None:
    """In a process of its own, whose peak it tells."""
    worlds.make(f"{WORLD}-export", partners=50, indicators=20, months=24 if quick else 500)
    report.title(f"Taking away a tenant of {24_000 if quick else 500_000:,} figures")
    done = subprocess.run([sys.executable, "-c", _START], capture_output=True, text=True, check=False)
    if done.returncode:
        report.fact("export", done.stderr.strip().splitlines()[-1], is_met=False)
        return
    peak, size, seconds = done.stdout.split()[-3:]
    report.fact(
        "export",
        f"{peak} MiB at its peak, at most {EXPORT_AT_MOST}; {size} MiB in {seconds} s",
        int(peak) <= EXPORT_AT_MOST,
    )


def export() -> None:
    """Send the archive to nobody, and print the peak in MiB, its size and how long it took."""
    from backbone.models import Tenant
    from backbone.services.moving_zip import archive

    began = time.perf_counter()
    size = sum(len(piece) for piece in archive(Tenant.objects.get(slug=f"{WORLD}-export")))
    seconds = time.perf_counter() - began
    print(peak_mib(), size // 1024**2, f"{seconds:.1f}")


_START = "import django; django.setup(); from bench.standing import export; export()"
