"""Opening an account: one command, with its first admin, or nothing at all."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from backbone.models import Change, Membership, Tenant, User
from backbone.tenancy import tenant_scope

pytestmark = pytest.mark.django_db


def test_a_tenant_is_made_with_its_first_admin():
    out = StringIO()
    call_command(
        "create_tenant", "lakeside", "Lakeside", "--admin", "Ada@Lakeside.example", "--timezone", "Europe/London",
        "--fiscal-year-starts", "4", stdout=out,
    )  # fmt: skip
    tenant = Tenant.objects.get(slug="lakeside")
    assert (tenant.name, tenant.timezone, tenant.fiscal_year_starts) == ("Lakeside", "Europe/London", 4)
    with tenant_scope(tenant):
        admin = Membership.objects.get()
        assert (admin.email, admin.roles) == ("ada@lakeside.example", {"backbone_admin", "data_steward", "convener"})
        assert Change.objects.order_by("id").first().verb == "tenant.created"
    assert not User.objects.get(email="ada@lakeside.example").has_usable_password()
    assert "/o/lakeside/" in out.getvalue()


@pytest.mark.parametrize(
    ("slug", "options", "words"),
    [
        ("Lakeside", [], "Use small letters"),
        ("riverside", [], "There is a tenant “riverside” already"),
        ("lakeside", ["--timezone", "Europe/Lakeside"], "is no known time zone"),
        ("lakeside", ["--locale", "xx"], "language"),
        ("lakeside", ["--fiscal-year-starts", "13"], "12"),
        ("lakeside", ["--admin", "ada"], "is no e-mail address"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_made(riverside, slug, options, words):
    count = Tenant.objects.count()
    with pytest.raises(CommandError, match=words):
        call_command("create_tenant", slug, "Lakeside", "--admin", "ada@lakeside.example", *options)
    assert Tenant.objects.count() == count
    assert not User.objects.filter(email="ada@lakeside.example").exists()
