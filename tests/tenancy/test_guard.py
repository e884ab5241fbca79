"""The guard that listens to every statement of the suite sees what it is for."""

from __future__ import annotations

import pytest
from django.db import connection, models

from backbone.models import Grant, Membership, Partner
from tests.tenancy.guard import TenantForgotten, nameless

pytestmark = pytest.mark.isolation

TABLES = frozenset({"backbone_partner", "backbone_grant", "measures_figure"})


@pytest.mark.parametrize(
    "sql",
    [
        'SELECT * FROM "backbone_partner" WHERE "backbone_partner"."tenant_id" = %s',
        "SELECT * FROM backbone_partner p WHERE p.tenant_id = %s AND p.code = %s",
        "SELECT * FROM backbone_partner WHERE tenant_id = %s",
        (
            'SELECT 1 FROM "backbone_grant" INNER JOIN "backbone_partner" T3 ON ("backbone_grant"."partner_id" = T3."id" '
            'AND "backbone_grant"."tenant_id" = (T3."tenant_id")) WHERE "backbone_grant"."tenant_id" = 1'
        ),
        "SELECT 1 FROM backbone_grant g JOIN backbone_partner p USING (tenant_id, id) WHERE g.tenant_id = 1",
        'INSERT INTO "backbone_partner" ("tenant_id", "code") VALUES (%s, %s) RETURNING "backbone_partner"."id"',
        'UPDATE "backbone_partner" SET "name" = %s WHERE ("backbone_partner"."tenant_id" = 1)',
        "DELETE FROM backbone_partner WHERE tenant_id = %s AND id = %s",
        "UPDATE measures_figure f SET value = 1 FROM backbone_partner p WHERE f.tenant_id = 1 AND p.tenant_id = f.tenant_id",
        (
            "INSERT INTO measures_figure (tenant_id, value) VALUES (1, 2) ON CONFLICT (tenant_id, id) DO UPDATE SET value = 3"
            " WHERE (measures_figure.value, measures_figure.id) IS DISTINCT FROM (EXCLUDED.value, EXCLUDED.id)"
        ),
        "SELECT 1 FROM django_session",
        "TRUNCATE backbone_partner",
        "ALTER TABLE backbone_partner ADD x int",
        "SELECT 'FROM backbone_partner' AS words",
    ],
)
def test_a_statement_that_names_the_tenant_passes(sql):
    assert nameless(sql, TABLES) == ()


@pytest.mark.parametrize(
    ("sql", "forgotten"),
    [
        ("SELECT * FROM backbone_partner", ("backbone_partner",)),
        ('SELECT "backbone_partner"."tenant_id" FROM "backbone_partner"', ("backbone_partner",)),
        ("SELECT * FROM backbone_partner ORDER BY tenant_id", ("backbone_partner",)),
        ("SELECT 1 FROM backbone_grant g, backbone_partner p WHERE g.tenant_id = 1 AND p.id = g.partner_id",
         ("backbone_partner",)),
        ("SELECT 1 FROM backbone_grant g JOIN backbone_partner p ON p.id = g.partner_id WHERE g.tenant_id = 1",
         ("backbone_partner",)),
        ("SELECT 1 FROM backbone_grant g WHERE g.tenant_id = 1 AND EXISTS (SELECT 1 FROM backbone_partner)",
         ("backbone_partner",)),
        ("UPDATE backbone_partner SET name = 'x' WHERE id = 1", ("backbone_partner",)),
        ("DELETE FROM measures_figure WHERE id = 1", ("measures_figure",)),
        ("INSERT INTO backbone_partner (code) VALUES ('x')", ("backbone_partner",)),
        ("INSERT INTO backbone_partner (tenant_id, code) SELECT 1, 'x' FROM measures_figure", ("measures_figure",)),
        ("SELECT 1 FROM backbone_partner WHERE name = 'tenant_id = 1'", ("backbone_partner",)),
    ],
)  # fmt: skip
def test_a_statement_that_forgets_it_is_seen(sql, forgotten):
    assert nameless(sql, TABLES) == forgotten


def test_the_guard_listens_to_every_test(in_riverside):
    with pytest.raises(TenantForgotten, match="backbone_partner"):
        list(models.QuerySet(Partner))
    with pytest.raises(TenantForgotten), connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM backbone_membership")


def test_what_the_orm_makes_passes(in_riverside):
    people = Membership.objects.filter(grants__partner__code="P1").annotate(n=models.Count("grants"))
    assert [person.name for person in people] == ["Ben"]
    inner = Grant.objects.filter(membership=models.OuterRef("pk"))
    assert Membership.objects.exclude(models.Exists(inner)).count() == 0
    assert Membership.objects.filter(pk__in=Grant.objects.values("membership")).count() == 3
