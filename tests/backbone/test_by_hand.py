"""Statements by hand give the same objects as the ORM does."""

from __future__ import annotations

import pytest
from django.db import connection
from django.db.utils import DataError

from backbone.by_hand import objects_of
from backbone.models import Membership, Tenant
from measures.models import Indicator
from tests import factories

pytestmark = pytest.mark.django_db

OWN = "SELECT *, {more} AS more FROM {table} WHERE tenant_id = %s ORDER BY id"


def facts(one) -> dict:
    return {field.attname: getattr(one, field.attname) for field in one._meta.concrete_fields}


@pytest.mark.parametrize("model", [Indicator, Membership])
def test_they_are_those_of_the_orm_whatever_a_field_holds(in_riverside, model):
    factories.make_dimension(in_riverside.initiative, "age", "young", "old")
    spans = {"age": {"since": "2026-01"}}
    levels = [{"slug": "low", "name": "Low"}, {"slug": "high", "name": "High"}]
    factories.make_indicator(
        in_riverside.initiative, "a", breakdowns=["age"], breakdown_spans=spans, baseline_value="1.50"
    )
    factories.make_indicator(in_riverside.initiative, "b", kind="ordinal", levels=levels)
    table = model._meta.db_table
    found = objects_of(model, OWN.format(more="id * 2", table=table), [in_riverside.tenant.pk])
    assert [facts(one) for one in found] == [facts(one) for one in model.objects.order_by("pk")]
    assert len(found) >= 2
    assert [one.more for one in found] == [2 * one.id for one in found]
    assert not any(one._state.adding for one in found)
    assert found[0] == model.objects.order_by("pk").first()


def test_they_can_be_saved_again(in_riverside):
    (tenant,) = objects_of(
        Tenant, "SELECT * FROM backbone_tenant WHERE id = %(tenant)s", {"tenant": in_riverside.tenant.pk}
    )
    tenant.name = "Riverside Together"
    tenant.save(update_fields=["name"])
    assert Tenant.objects.get(pk=tenant.pk).name == "Riverside Together"


def test_a_column_that_is_left_out_is_told_at_once(in_riverside):
    with pytest.raises(KeyError, match="user_id"):
        objects_of(
            Membership, "SELECT tenant_id, id FROM backbone_membership WHERE tenant_id = %s", [in_riverside.tenant.pk]
        )


def test_it_runs_under_both_walls(riverside, hillcrest):
    statement = "SELECT * FROM backbone_membership WHERE tenant_id = %s"
    with riverside.scope():
        assert objects_of(Membership, statement, [hillcrest.tenant.pk]) == []
    with connection.cursor() as cursor:
        cursor.execute("SHOW app.tenant_id")
        assert cursor.fetchone()[0] == "no-tenant-context"
    with pytest.raises(DataError, match="no-tenant-context"):
        objects_of(Membership, statement, [riverside.tenant.pk])
