"""A worker goes from one tenant's task to the next, and carries nothing over."""

from __future__ import annotations

from collections import Counter

import pytest
from celery import shared_task
from django.db import DataError, connection, models, transaction

from backbone.models import Initiative, Partner
from backbone.tasks import TenantTask
from backbone.tenancy import NoTenant, TenantMismatch, active_tenant_id, has_scope, tenant_scope

pytestmark = pytest.mark.isolation


@shared_task(base=TenantTask, name="tests.look_around")
def look_around(tenant_id: int, mishap: bool = False) -> list[str]:
    """What a task sees with the first wall stepped around: PostgreSQL's own answer."""
    assert active_tenant_id() == tenant_id
    seen = [name for (name,) in models.QuerySet(Initiative).order_by("name").values_list("name")]
    Partner.objects.create(code=f"T{Partner.objects.count()}", name="made by a task")
    if mishap:
        raise RuntimeError("a task that fails in the middle")
    return seen


@pytest.mark.sees_all_tenants
def test_five_hundred_tasks_of_two_tenants_each_see_their_own(riverside, hillcrest):
    """One in ten raises, one in ten comes without a tenant; the neighbours alternate in one process."""
    outcomes, before = Counter(), {}
    for neighbourhood in (riverside, hillcrest):
        with neighbourhood.scope():
            before[neighbourhood.tenant.slug] = Partner.objects.count()
    for n in range(500):
        neighbourhood = (riverside, hillcrest)[n % 2]
        if n % 10 == 7:
            for missing in ((), (None,), ("1",), (True,), (1.0,)):
                with pytest.raises(TypeError):
                    look_around(*missing)
            outcomes["refused"] += 1
        elif n % 10 == 4:
            with pytest.raises(RuntimeError, match="in the middle"):
                look_around(neighbourhood.tenant.pk, mishap=True)
            outcomes["failed"] += 1
        else:
            assert look_around(neighbourhood.tenant.pk) == [f"{neighbourhood.tenant.name} Youth to Work"]
            outcomes[neighbourhood.tenant.slug] += 1
        assert not has_scope(), "no task leaves its tenant behind"
        if n % 50 == 0:
            with pytest.raises(DataError, match="no-tenant-context"), transaction.atomic():
                list(models.QuerySet(Initiative))
    assert outcomes == {"refused": 50, "failed": 50, "riverside": 200, "hillcrest": 200}
    for neighbourhood in (riverside, hillcrest):
        slug = neighbourhood.tenant.slug
        with neighbourhood.scope():
            assert Partner.objects.count() == before[slug] + outcomes[slug], "what failed left nothing"


def test_every_task_of_the_platform_is_a_tenants_or_says_that_it_is_not():
    """A task without a tenant's scope is a sweep, a tick or a heartbeat: it lists tenants and opens one at a time."""
    from backbone.config.celery import app

    app.loader.import_default_modules()
    ours = {name: task for name, task in app.tasks.items() if not name.startswith(("celery.", "tests."))}
    system = {name for name, task in ours.items() if not isinstance(task, TenantTask)}
    assert system <= SYSTEM_TASKS.keys(), "a new task without a tenant needs its reason here"
    assert ours.keys() - system, "and some are a tenant's"


SYSTEM_TASKS = {
    "backbone.tasks.heartbeat": "beat is alive; touches no table",
    "backbone.tasks.take_stock": "counts one tenant after the other, each in its scope",
    "backbone.tasks.sweep_publications": "one tenant after the other, each in its scope",
    "backbone.tasks.sweep_health": "one tenant after the other, each in its scope",
    "backbone.tasks.erase": "removes one tenant as the owner, in that tenant's scope",
    "backbone.tasks.sweep_erasures": "one tenant after the other, each in its scope",
    "backbone.tasks.let_go": "one tenant after the other, each piece in its scope",
    "backbone.tasks.sweep_seals": "one tenant after the other, each in its scope",
    "backbone.tasks.deliver": "opens the tenant's scope before and after it waits for somebody else's server",
    "backbone.tasks.sweep_deliveries": "one tenant after the other, each in its scope",
    "backbone.tasks.sweep_documents": "one tenant after the other, each in its scope",
    "agenda.tasks.sweep_loops": "one tenant after the other, each in its scope",
    "measures.tasks.sweep": "one tenant after the other, each in its scope",
    "measures.tasks.sweep_uploads": "one tenant after the other, each in its scope",
    "measures.tasks.nightly_check": "one tenant after the other, each in its scope",
    "activities.tasks.watch": "one tenant after the other, each in its scope",
    "comms.tasks.check_evidence": "one tenant after the other, each in its scope",
    "comms.tasks.tick": "one tenant after the other, each in its scope",
    "comms.tasks.deliver": "one tenant's mails; commits step by step, each step in its scope",
}


def test_a_scope_inside_a_scope_of_another_tenant_raises_and_the_outer_goes_on(riverside, hillcrest):
    with riverside.scope():
        with pytest.raises(TenantMismatch, match="inside the scope"), tenant_scope(hillcrest.tenant):
            pytest.fail("never reached")
        assert active_tenant_id() == riverside.tenant.pk
        assert Initiative.objects.get().name == "Riverside Youth to Work"
    with pytest.raises(NoTenant):
        active_tenant_id()


@pytest.mark.django_db(transaction=True, databases=["default", "owner"])
@pytest.mark.sees_all_tenants
def test_a_connection_keeps_no_tenant_after_its_transaction():
    """What a pooled connection's next user finds is the loud default, never the last tenant."""
    from tests import factories

    neighbourhood = factories.make_neighbourhood("pooled", "Pooled")
    with neighbourhood.scope():
        assert Initiative.objects.count() == 1
    with connection.cursor() as cursor:
        cursor.execute("SHOW app.tenant_id")
        assert cursor.fetchone() == ("no-tenant-context",)
        with pytest.raises(DataError):
            cursor.execute("SELECT count(*) FROM backbone_initiative")
