"""The audit log, and the chain over it: who reads what of it, and that an altered line is found."""

from __future__ import annotations

import csv
import io
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import ProgrammingError, connection, transaction
from django.utils import timezone

from backbone import changes, tasks
from backbone.models import Change, Seal
from backbone.roles import Role
from backbone.services import seals
from backbone.tenancy import tenant_scope
from tests import factories

pytestmark = pytest.mark.django_db


def told(place, count: int = 1, **more) -> None:
    for number in range(count):
        changes.record(
            "settings.changed",
            on="backbone.tenant",
            by=place.people.ana,
            names=f"name {number}",
            initiative=place.initiative,
            **more,
        )


@pytest.fixture
def settled(monkeypatch):
    """Lines are sealed at once."""
    monkeypatch.setattr(seals, "SETTLED", timedelta(seconds=-60))


@pytest.fixture
def chained(in_riverside, settled, monkeypatch):
    """Five sealed lines, in pieces of two."""
    monkeypatch.setattr(seals, "AT_A_TIME", 2)
    told(in_riverside, 5)
    assert [seals.seal() for _round in range(4)] == [2, 2, 1, 0]
    return in_riverside


def test_the_chain_holds_and_each_line_has_its_number(chained):
    assert list(Seal.objects.order_by("number").values_list("number", flat=True)) == [1, 2, 3, 4, 5]
    assert seals.verify() is None
    head = seals.head()
    assert (head.number, head.waiting) == (5, 0)
    told(chained)
    assert seals.head().waiting == 1


def test_a_line_is_sealed_with_all_its_columns_and_with_the_one_before(chained):
    rows = [(1, None, None, 2, timezone.now(), "a.b", "x", None, {"n": 1})]
    first = seals.sealed("0", rows[0])
    for column, other in ((0, 2), (3, 9), (5, "a.c"), (8, {"n": 2})):
        altered = (*rows[0][:column], other, *rows[0][column + 1 :])
        assert seals.sealed("0", altered) != first
    assert seals.sealed("1", rows[0]) != first


def test_the_application_can_alter_and_remove_neither_a_line_nor_a_seal(chained):
    for statement in (
        "UPDATE backbone_change SET verb = 'x' WHERE tenant_id = %s",
        "DELETE FROM backbone_change WHERE tenant_id = %s",
        "UPDATE backbone_seal SET sha256 = 'x' WHERE tenant_id = %s",
        "DELETE FROM backbone_seal WHERE tenant_id = %s",
    ):
        with pytest.raises(ProgrammingError) as caught, transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement, [chained.tenant.pk])
        assert caught.value.__cause__.pgcode == "42501"


def test_a_line_that_was_put_in_later_is_named(chained):
    before = timezone.now() - timedelta(days=2)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO backbone_change (tenant_id, verb, subject, facts, at) VALUES (%s, 'x', 'y', '{}', %s) RETURNING id",
            [chained.tenant.pk, before],
        )
        put_in = cursor.fetchone()[0]
    assert seals.seal() == 0
    fault = seals.verify()
    assert (fault.kind, fault.change_id) == ("put_in", put_in)


def test_a_seal_that_does_not_fit_names_its_line(chained):
    told(chained)
    (row,) = Change.objects.exclude(pk__in=Seal.objects.values("change_id"))
    Seal.objects.create(number=6, change_id=row.pk, sha256="f" * 64, at=timezone.now())
    fault = seals.verify()
    assert (fault.kind, fault.change_id, fault.number) == ("altered", row.pk, 6)


def test_a_seal_of_a_line_that_is_gone_is_named(chained):
    Seal.objects.create(number=6, change_id=10**12, sha256="f" * 64, at=timezone.now())
    assert seals.verify().kind == "removed"


def test_a_number_left_out_is_named(in_riverside, settled):
    told(in_riverside, 2)
    assert seals.seal() == 2
    told(in_riverside)
    (row,) = Change.objects.exclude(pk__in=Seal.objects.values("change_id"))
    Seal.objects.create(number=4, change_id=row.pk, sha256="f" * 64, at=timezone.now())
    assert seals.verify().kind == "out_of_order"


def test_every_minute_each_tenant_has_a_chain_of_its_own_and_the_command_follows_it(
    riverside, hillcrest, settled, capsys
):
    for place in (riverside, hillcrest):
        with place.scope():
            told(place, 3)
    assert tasks.sweep_seals() == 6
    assert tasks.sweep_seals() == 0
    call_command("verify_audit")
    said = capsys.readouterr().out
    assert "riverside: 3 lines hold" in said
    assert "hillcrest: 3 lines hold" in said
    with hillcrest.scope():
        Seal.objects.create(number=4, change_id=10**12, sha256="f" * 64, at=timezone.now())
    with pytest.raises(CommandError, match="of 1 tenants is broken"):
        call_command("verify_audit")
    call_command("verify_audit", "riverside")


def log(client, place, query: str = "", status: int = 200) -> str:
    response = client.get(f"/o/{place.tenant.slug}/-/audit/{query}")
    assert response.status_code == status
    return b"".join(response.streaming_content).decode() if response.streaming else response.content.decode()


def test_staff_read_everything_and_a_lead_what_concerns_its_partner(riverside, client):
    p1, p2 = riverside.partners[:2]
    with riverside.scope():
        told(riverside)
        changes.record("partner.changed", on=p1, by=riverside.people.ana, partner=p1)
        changes.record("partner.changed", on=p2, by=riverside.people.ana, partner=p2)
        lead = factories.make_member("lea@riverside.example", "Lea", Role.PARTNER_LEAD, partner=p1)
        convener = factories.make_member("con@riverside.example", "Con", Role.CONVENER)
    client.force_login(factories.user_of(riverside.people.ana))
    said = log(client, riverside)
    assert "Ana changed Partner P1" in said
    assert "Ana changed Partner P2" in said
    client.force_login(factories.user_of(lead))
    said = log(client, riverside)
    assert "Ana changed Partner P1" in said
    assert "Partner P2" not in said
    assert "changed the settings" not in said
    assert "The chain" not in said
    assert "P2" not in log(client, riverside, "?format=csv")
    for who in (convener, riverside.people.ben, riverside.people.fay):
        client.force_login(factories.user_of(who))
        log(client, riverside, status=404)


def test_filters_narrow_the_page_and_the_file_alike(riverside, client):
    p1 = riverside.partners[0]
    with riverside.scope():
        told(riverside)
        changes.record("partner.changed", on=p1, by=riverside.people.ben, partner=p1)
    client.force_login(factories.user_of(riverside.people.ana))
    today = timezone.localdate()
    for query, rows in (
        ("", 2),
        ("?what=partner", 1),
        ("?initiative=work", 1),
        ("?partner=P1", 1),
        (f"?who={riverside.people.ben.pk}", 1),
        ("?who=9999999999999999999999", 2),
        ("?who=x&since=never", 2),
        (f"?until={today - timedelta(days=2)}", 0),
        (f"?since={today - timedelta(days=2)}", 2),
    ):
        said = log(client, riverside, query)
        assert said.count("<tr><th") == rows + (1 if rows else 0), query
        more = "&" if query else "?"
        found = list(csv.reader(io.StringIO(log(client, riverside, f"{query}{more}format=csv").lstrip("\ufeff"))))
        assert len(found) == rows + 1, query


def test_the_log_asks_as_much_for_many_lines_as_for_few(
    riverside, client, django_assert_num_queries, django_assert_max_num_queries
):
    client.force_login(factories.user_of(riverside.people.ana))
    with riverside.scope():
        told(riverside, 2)
    log(client, riverside)
    with django_assert_max_num_queries(24) as few:
        log(client, riverside)
    count = len(few.captured_queries)
    with riverside.scope():
        told(riverside, 60)
    with django_assert_num_queries(count):
        log(client, riverside)


def test_the_page_says_whether_the_chain_holds(riverside, client, settled):
    client.force_login(factories.user_of(riverside.people.ana))
    with tenant_scope(riverside.tenant):
        told(riverside, 2)
        seals.seal()
    assert "The chain holds" in log(client, riverside, "?check=1")
    with tenant_scope(riverside.tenant):
        Seal.objects.create(number=3, change_id=10**12, sha256="f" * 64, at=timezone.now())
    assert "it was removed" in log(client, riverside, "?check=1")


def test_a_seal_that_was_told_elsewhere_is_compared_with_the_chain(riverside, client, settled):
    client.force_login(factories.user_of(riverside.people.ana))
    with tenant_scope(riverside.tenant):
        told(riverside, 2)
        seals.seal()
        head = seals.head()
    assert "It is the same chain" in log(client, riverside, f"?head={head.number}-{head.sha256}")
    assert "It is the same chain" in log(
        client, riverside, f"?head=Audit chain: {head.number} lines, head {head.sha256}."
    )
    assert "It is another chain" in log(client, riverside, f"?head={head.number}-{'f' * 64}")
    assert "Put in the number" in log(client, riverside, "?head=yesterday")
    assert "the same chain" not in log(client, riverside)
