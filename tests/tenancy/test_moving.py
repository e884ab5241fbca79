"""A tenant moves to an empty database and arrives whole; its neighbour stays where it is."""

from __future__ import annotations

import csv
import hashlib
import json
import uuid
from contextlib import contextmanager
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.core.management import CommandError, call_command
from django.db import connections
from django.utils import timezone

from agenda.models import Section
from backbone import changes
from backbone.models import Delivery, Entrance, Grant, Membership, Tenant, User, Webhook
from backbone.roles import Role
from backbone.services import invitations, keys, members, moving, webhooks
from backbone.tenancy import tenant_scope
from comms.models import Mail
from comms.services import ledger, sending
from measures.models import Figure, FigureEvent
from tests import factories
from tests.databases import copy_database, drop_databases

pytestmark = pytest.mark.isolation

REAL = pytest.mark.django_db(transaction=True, databases=["default", "owner"])


@pytest.fixture
def neighbours():
    """Two tenants with rows in many tables, in real transactions."""
    pair = [
        factories.make_neighbourhood("riverside", "Riverside"),
        factories.make_neighbourhood("hillcrest", "Hillcrest"),
    ]
    for neighbourhood in pair:
        fill(neighbourhood)
    return pair


def fill(neighbourhood) -> None:
    ana, partners = neighbourhood.people.ana, neighbourhood.partners
    with neighbourhood.scope():
        indicator = factories.make_indicator(neighbourhood.initiative)
        factories.make_dimension(neighbourhood.initiative, "age", "0-4", "5+")
        for month, value in ((10, "0"), (11, "12.5"), (12, None)):
            figure = factories.make_figure(
                indicator, partners[0], date(2026, month, 1), value,
                note='Said "twelve, and a half"\nand \\N on two lines – ñ', is_not_collected=value is None,
            )  # fmt: skip
            figure.value = value and Decimal(value) + 1
            figure.save()
        invitations.invite(email="new@x.example", role=Role.FUNDER, by=ana)
        keys.create(owner=ana, name="sheet", role=Role.DATA_STEWARD)
        members.deactivate(membership=neighbourhood.people.ben, by=ana)
        changes.record("member.joined", on=ana, by=None, person="Ñandú")


@pytest.fixture
def there():
    """Opens a database migrated like this one with no tenant in it; inside, the owner's connection is to that one."""
    owner = connections["owner"]
    here = owner.settings_dict["NAME"]
    elsewhere = f"{here}_moved"
    drop_databases(elsewhere)
    copy_database(elsewhere)

    @contextmanager
    def go():
        owner.close()
        owner.settings_dict["NAME"] = elsewhere
        try:
            yield
        finally:
            owner.close()
            owner.settings_dict["NAME"] = here

    with go(), owner.cursor() as cursor:
        kept = {"django_migrations", "django_content_type", "auth_permission"}
        tables = [table for table in owner.introspection.table_names(cursor) if table not in kept]
        cursor.execute(f"TRUNCATE {', '.join(tables)} RESTART IDENTITY CASCADE")
    yield go
    with owner._nodb_cursor() as cursor:
        cursor.execute(f'DROP DATABASE "{elsewhere}" WITH (FORCE)')


@REAL
def test_a_tenant_moves_to_an_empty_database_and_arrives_whole(neighbours, there, tmp_path):
    riverside, hillcrest = neighbours
    with riverside.scope():  # what waits is withdrawn on arrival: see the next test
        Mail.objects.filter(status="pending").update(status="sent")
    before = moving.count(riverside.tenant.pk)
    untouched = moving.count(hillcrest.tenant.pk)
    exported = moving.export_tenant(riverside.tenant, tmp_path / "out")
    with there():
        tenant = moving.import_tenant(tmp_path / "out").tenant
        arrived = moving.count(tenant.pk, using="owner")
        assert Tenant.objects.using("owner").count() == 1
        assert Tenant.objects.using("owner").get().created_at == riverside.tenant.created_at
        entered = set(Entrance.objects.using("owner").values_list("user_id", flat=True))
        assert not User.objects.using("owner").get(email="ana@riverside.example").has_usable_password()
        with tenant_scope(tenant, using="owner"), connections["owner"].cursor() as cursor:
            cursor.execute(
                "INSERT INTO backbone_partner (tenant_id, code, name, sector) VALUES (%s, 'N', 'n', '') RETURNING id",
                [tenant.pk],
            )
            (next_id,) = cursor.fetchone()
    assert before == exported == arrived
    held = {entry.table: entry.rows for entry in arrived}
    assert all(held[t] for t in ("measures_figure", "measures_filing", "backbone_change", "backbone_apikey"))
    assert held["measures_figureevent"] == 5, "history arrives as it was, and the triggers added nothing to it"
    assert entered == {riverside.people.ana.user_id, riverside.people.fay.user_id}, "Ben was deactivated"
    assert next_id > max(p.pk for p in riverside.partners), "the counter goes on behind the rows"
    assert moving.count(hillcrest.tenant.pk) == untouched


def rows_of(model, using: str) -> list[dict]:
    """Every row of the open tenant, column by column, whatever became of it since."""
    return list(model.objects.using(using).order_by("pk").values())


@REAL
def test_what_waits_is_sent_by_the_old_home_alone(neighbours, there, tmp_path, settings):
    """Mails and messages that wait arrive like everything else, and are then withdrawn: only the columns that say what
    became of them differ from what was exported, and only in those that waited."""
    settings.DELIVERY = ""
    riverside, _hillcrest = neighbours
    states = (Mail.Status.PENDING, Mail.Status.SENDING, Mail.Status.SENT, Mail.Status.UNKNOWN, Mail.Status.SKIPPED)
    with riverside.scope():
        Mail.objects.all().delete()
        for state in states:
            sent = ledger.post(to=f"{state}@x.example", subject=f"A mail that is {state}", text="Words")
            Mail.objects.filter(pk=sent.pk).update(status=state, smtp_code="451" if state == "pending" else "")
        later = timezone.now() + timedelta(minutes=5)
        Mail.objects.filter(status="sending").update(claim=uuid.uuid4(), lease_until=later, handoff_at=timezone.now())
        Webhook.objects.create(
            name="Ours", url="https://hook.example/", events=[webhooks.SUBMITTED], salt="x", by=riverside.people.ana,
            made_at=timezone.now(),
        )  # fmt: skip
        webhooks.queue(
            [webhooks.Event(webhooks.SUBMITTED, "filing:1", {}), webhooks.Event(webhooks.SUBMITTED, "2", {})]
        )
        arrived_there = Delivery.objects.order_by("pk").first()
        Delivery.objects.filter(pk=arrived_there.pk).update(state="sent", done_at=timezone.now())
        before = {model: rows_of(model, "default") for model in (Mail, Delivery)}
    exported = moving.export_tenant(riverside.tenant, tmp_path / "out")
    with there():
        arrival = moving.import_tenant(tmp_path / "out")
        counted = {entry.table: entry for entry in moving.count(arrival.tenant.pk, using="owner")}
        with tenant_scope(arrival.tenant, using="owner"):
            after = {model: rows_of(model, "owner") for model in (Mail, Delivery)}
    assert arrival.counted == exported, "row by row, before anything was withdrawn"
    assert arrival.withdrawn == 3
    changed = {entry.table for entry in exported if counted[entry.table] != entry}
    assert changed == {"comms_mail", "backbone_delivery"}
    mine = {"comms_mail": ("status", "smtp_code", "claim", "lease_until", "handoff_at")}
    mine["backbone_delivery"] = ("state", "words", "done_at")
    for model, columns in ((model, mine[model._meta.db_table]) for model in before):
        for was, now in zip(before[model], after[model], strict=True):
            differing = {name for name in was if was[name] != now[name]}
            waited = was.get("status") in ("pending", "sending") or was.get("state") == "pending"
            assert differing <= set(columns) if waited else not differing
            if waited:
                withdrawn = ("skipped", "moved") if model is Mail else ("failed", "left to the home before")
                assert (now[columns[0]], now[columns[1]]) == withdrawn
    with riverside.scope():
        assert {model: rows_of(model, "default") for model in before} == before, "the old home knows of nothing"
        Mail.objects.filter(status="pending").update(next_attempt_at=timezone.now())
    assert sending.deliver(riverside.tenant.pk) == 1


@REAL
def test_a_login_that_is_known_there_keeps_its_own_number(neighbours, there, tmp_path):
    riverside, _hillcrest = neighbours
    moving.export_tenant(riverside.tenant, tmp_path / "out")
    with there():
        users = User.objects.using("owner")
        theirs = users.create(email="ana@riverside.example", name="Ana", pk=987_654)
        taken = users.create(email="other@there.example", pk=riverside.people.fay.user_id)
        tenant = moving.import_tenant(tmp_path / "out").tenant
        with tenant_scope(tenant, using="owner"):
            numbers = dict(Membership.objects.using("owner").values_list("name", "user_id"))
    assert numbers["Ana"] == theirs.pk
    assert numbers["Fay"] != taken.pk
    assert numbers["Ben"] == riverside.people.ben.user_id


@REAL
def test_an_export_that_was_tampered_with_is_refused_whole(neighbours, there, tmp_path):
    riverside, _hillcrest = neighbours
    moving.export_tenant(riverside.tenant, tmp_path / "out")
    figures = tmp_path / "out" / "measures_figure.csv"
    figures.write_text(figures.read_text().replace("13.5", "99.5"))
    with there():
        with pytest.raises(moving.CannotMove, match="measures_figure: 3 rows were exported"):
            moving.import_tenant(tmp_path / "out")
        assert not Tenant.objects.using("owner").exists()
        assert not User.objects.using("owner").exists()


def forge(folder, table: str, before: str, after: str, seen: str | None = None) -> None:
    """Another text in a table's file, with the sum that will be found of it where nobody looks any further."""
    file = folder / f"{table}.csv"
    text = file.read_text()
    assert before in text
    file.write_text(text.replace(before, after, 1))
    manifest = json.loads((folder / "manifest.json").read_text())
    (entry,) = [one for one in manifest["tables"] if one["table"] == table]
    entry["sha256"] = hashlib.sha256(text.replace(before, after if seen is None else seen, 1).encode()).hexdigest()
    (folder / "manifest.json").write_text(json.dumps(manifest))


@REAL
def test_an_archive_gives_nobody_a_door_whose_login_it_does_not_bring(neighbours, there, tmp_path):
    riverside, _hillcrest = neighbours
    moving.export_tenant(riverside.tenant, tmp_path / "out")
    with there():
        stranger = User.objects.using("owner").create(email="other@there.example", pk=987_654)
        own = f",{riverside.people.fay.user_id},fay@"
        forge(tmp_path / "out", "backbone_membership", own, f",{stranger.pk},fay@", ",,fay@")
        with pytest.raises(moving.CannotMove, match="no login 987654"):
            moving.import_tenant(tmp_path / "out")
        assert not Entrance.objects.using("owner").exists()


@REAL
@pytest.mark.parametrize("where", ["backbone_partner", "logins", "tenant"])
def test_an_archive_does_not_run_the_counters_of_everybody_to_their_end(neighbours, there, tmp_path, where):
    riverside, _hillcrest = neighbours
    out, last = tmp_path / "out", 2**63 - 1
    moving.export_tenant(riverside.tenant, out)
    if where == "backbone_partner":
        forge(out, where, f"{riverside.partners[2].pk},{riverside.tenant.pk},P3", f"{last},{riverside.tenant.pk},P3")
    elif where == "logins":
        logins = out / "logins.csv"
        logins.write_text(logins.read_text().replace(f"{riverside.people.fay.user_id},fay@", f"{last},fay@"))
    else:
        tenant = json.loads((out / "tenant.json").read_text())
        (out / "tenant.json").write_text(json.dumps(tenant | {"id": 0}))
    with there():
        with pytest.raises(moving.CannotMove, match="is no number of a row"):
            moving.import_tenant(out)
        assert not Tenant.objects.using("owner").exists()


@REAL
def test_a_tenant_that_is_here_already_is_not_brought_in_again(neighbours, tmp_path):
    riverside, _hillcrest = neighbours
    before = moving.count(riverside.tenant.pk)
    call_command("export_tenant", "riverside", str(tmp_path / "out"))
    with pytest.raises(CommandError, match="here already"):
        call_command("import_tenant", str(tmp_path / "out"))
    assert moving.count(riverside.tenant.pk) == before


def test_an_export_holds_every_table_and_nothing_of_the_neighbour(riverside, hillcrest, tmp_path):
    fill(riverside)
    fill(hillcrest)
    counted = moving.export_tenant(riverside.tenant, tmp_path / "out")
    assert [c.table for c in counted] == [m._meta.db_table for m in moving.tenant_models()]
    for entry in counted:
        content = (tmp_path / "out" / f"{entry.table}.csv").read_bytes()
        assert hashlib.sha256(content).hexdigest() == entry.sha256
        assert b"hillcrest" not in content.lower(), entry.table
    with (tmp_path / "out" / "logins.csv").open() as file:
        assert sorted(row[2] for row in csv.reader(file)) == ["Ana", "Ben", "Fay"]
    everything = b"".join(path.read_bytes() for path in (tmp_path / "out").iterdir())
    for user in User.objects.exclude(password="!"):
        assert user.password.encode() not in everything
    with riverside.scope():
        assert Figure.objects.count() == 3
        assert FigureEvent.objects.count() == 5
    assert json.loads((tmp_path / "out" / "tenant.json").read_text())["slug"] == "riverside"


def test_an_export_needs_an_empty_folder(riverside, tmp_path):
    (tmp_path / "here.txt").write_text("mine")
    with pytest.raises(moving.CannotMove, match="is not empty"):
        moving.export_tenant(riverside.tenant, tmp_path)


def test_tables_come_after_those_they_refer_to():
    order = moving.tenant_models()
    for earlier, later in ((Membership, Grant), (Figure, FigureEvent), (Membership, Section)):
        if later in order and any(
            f.remote_field.model is earlier for f in later._meta.concrete_fields if f.remote_field
        ):
            assert order.index(earlier) < order.index(later)
    assert order.index(Membership) < order.index(Grant)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"backbone_export": 2}, "has the format 2"),
        ({"migrations": [["backbone", "0001_initial"]]}, "migrated differently"),
        ({"tables": []}, "other tables"),
    ],
)
def test_another_versions_export_is_refused(riverside, tmp_path, change, words):
    moving.export_tenant(riverside.tenant, tmp_path / "out")
    manifest = tmp_path / "out" / "manifest.json"
    manifest.write_text(json.dumps(json.loads(manifest.read_text()) | change))
    with pytest.raises(moving.CannotMove, match=words):
        moving.import_tenant(tmp_path / "out", using="default")
