"""Two walls between tenants, each tested with the other switched off."""

from __future__ import annotations

import pytest
from django.db import DataError, IntegrityError, ProgrammingError, connection, models, transaction
from django.db.models import Count

from backbone import tenancy
from backbone.models import Grant, Initiative, Membership, Partner
from backbone.tenancy import NO_TENANT, NoTenant, TenantMismatch, tenant_scope
from tests import factories

pytestmark = pytest.mark.isolation


def names_behind_the_second_wall() -> list[str]:
    """Every initiative PostgreSQL lets this connection read, the first wall stepped around."""
    return sorted(models.QuerySet(Initiative).values_list("name", flat=True))


@pytest.fixture
def both(riverside, hillcrest):
    return riverside, hillcrest


# --- the first wall: the manager ---


def test_a_query_without_a_tenant_raises(riverside):
    with pytest.raises(NoTenant, match="No tenant is active"):
        Initiative.objects.count()


def test_the_base_manager_raises_too(riverside):
    with pytest.raises(NoTenant):
        Initiative._base_manager.first()


def test_each_tenant_sees_its_own(both):
    for neighbourhood in both:
        with neighbourhood.scope():
            assert [i.pk for i in Initiative.objects.all()] == [neighbourhood.initiative.pk]


def test_the_first_wall_alone_keeps_tenants_apart(both):
    """Whatever PostgreSQL would let through, the statement itself asks for one tenant."""
    riverside, hillcrest = both
    with riverside.scope():
        sql = str(Partner.objects.filter(code="P1").query)
    assert f'"backbone_partner"."tenant_id" = {riverside.tenant.pk}' in sql


def test_related_rows_are_joined_on_the_tenant(in_riverside):
    sql = str(Grant.objects.select_related("membership", "partner").query)
    assert '"backbone_grant"."tenant_id" = ("backbone_membership"."tenant_id")' in sql.replace(
        '"backbone_membership"."tenant_id" = ("backbone_grant"."tenant_id")',
        '"backbone_grant"."tenant_id" = ("backbone_membership"."tenant_id")',
    )
    assert Grant.objects.select_related("membership", "partner").count() == 5


def test_another_tenants_row_fails_validation(both):
    riverside, hillcrest = both
    with riverside.scope():
        grant = Grant(membership=riverside.people.ben, role="partner_filer", partner=hillcrest.partners[0])
        with pytest.raises(Exception, match="There is no such"):
            grant.clean()


# --- the second wall: row-level security, with the first one stepped around ---


@pytest.mark.sees_all_tenants
def test_postgresql_alone_shows_one_tenant(both):
    riverside, hillcrest = both
    with riverside.scope():
        assert names_behind_the_second_wall() == ["Riverside Youth to Work"]
    with hillcrest.scope():
        assert names_behind_the_second_wall() == ["Hillcrest Youth to Work"]


@pytest.mark.sees_all_tenants
def test_postgresql_without_a_tenant_is_a_loud_error(riverside):
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL app.tenant_id = %s", [NO_TENANT])
    with pytest.raises(DataError, match="no-tenant-context"), transaction.atomic():
        names_behind_the_second_wall()


@pytest.mark.sees_all_tenants
def test_postgresql_alone_refuses_to_change_a_neighbours_row(both):
    riverside, hillcrest = both
    with riverside.scope():
        changed = models.QuerySet(Initiative).filter(pk=hillcrest.initiative.pk).update(name="ours now")
        assert changed == 0
    with hillcrest.scope():
        assert Initiative.objects.get().name == "Hillcrest Youth to Work"


def test_postgresql_alone_refuses_a_row_for_a_neighbour(both):
    riverside, hillcrest = both
    with riverside.scope(), pytest.raises(ProgrammingError, match="row-level security"), transaction.atomic():
        models.QuerySet(Partner).create(tenant=hillcrest.tenant, code="X", name="X")


@pytest.mark.parametrize("parent", ["a neighbour's", "nobody's"])
def test_a_reference_across_tenants_is_impossible(both, parent):
    riverside, hillcrest = both
    target = hillcrest.partners[0].pk if parent == "a neighbour's" else 999_999_999
    with riverside.scope(), pytest.raises(IntegrityError) as caught, transaction.atomic():
        Grant.objects.create(membership=riverside.people.ben, role="partner_lead", partner_id=target)
    assert caught.value.__cause__.pgcode == "23503"


# --- the scope ---


def test_a_scope_of_another_tenant_inside_an_open_one_raises(both):
    riverside, hillcrest = both
    with riverside.scope(), pytest.raises(TenantMismatch), hillcrest.scope():
        pass


def test_the_same_scope_may_open_twice(riverside):
    with riverside.scope(), riverside.scope():
        assert Initiative.objects.count() == 1


def test_a_scope_refuses_to_open_inside_somebody_elses_transaction(riverside, monkeypatch):
    monkeypatch.setattr(tenancy, "savepoints_allowed", False)
    with pytest.raises(TenantMismatch, match="outermost"), tenant_scope(riverside.tenant):
        pass


def test_counting_related_rows_works_with_composite_keys(in_riverside):
    counted = {m.name: m.n for m in Membership.objects.annotate(n=Count("grants"))}
    assert counted == {"Ana": 3, "Ben": 1, "Fay": 1}


def test_saving_deleting_and_refreshing_name_the_tenant(in_riverside, django_assert_num_queries):
    partner = factories.make_partner(in_riverside.initiative, "P9")
    with django_assert_num_queries(3) as captured:
        partner.name = "Nine"
        partner.save()
        partner.refresh_from_db()
        partner.participations.all().delete()
    assert all("tenant_id" in query["sql"].split("WHERE")[-1] for query in captured.captured_queries)
    assert partner.name == "Nine"
