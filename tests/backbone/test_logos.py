"""A tenant's logo: by its bytes, for its own people, set by an admin alone."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from backbone.models import Change, Logo, Tenant
from backbone.problems import Refused
from backbone.services import logos
from tests import factories

pytestmark = pytest.mark.django_db
PNG, JPEG = b"\x89PNG\r\n\x1a\nx", b"\xff\xd8\xffx"


def signed_in(person) -> Client:
    browser = Client()
    browser.force_login(factories.user_of(person))
    return browser


def test_an_admin_sets_it_everybody_sees_it_and_it_goes(riverside):
    ana, ben = signed_in(riverside.people.ana), signed_in(riverside.people.ben)
    path = "/o/riverside/-/settings/logo/"
    assert ana.post(path, {"form": "set", "logo": SimpleUploadedFile("x.svg", b"<svg onload=x>")}).status_code == 422
    assert ana.post(path, {"form": "set"}).status_code == 422
    assert ana.post(path, {"form": "set", "logo": SimpleUploadedFile("x.exe", PNG)}).status_code == 302
    first = Tenant.objects.get(slug="riverside").logo
    address = f"/o/riverside/-/logo/{first}/"
    assert address in ben.get("/o/riverside/-/account/").content.decode()
    found = ben.get(address)
    assert (found.content, found["Content-Type"], found["X-Content-Type-Options"]) == (PNG, "image/png", "nosniff")
    assert ana.post(path, {"form": "set", "logo": SimpleUploadedFile("x.jpg", JPEG)}).status_code == 302
    assert ben.get(address).status_code == 404, "another stands"
    with riverside.scope():
        assert Logo.objects.count() == 1
    assert ana.post(path, {"form": "remove"}).status_code == 302
    assert "bb-switch__logo" not in ben.get("/o/riverside/-/account/").content.decode()
    with riverside.scope():
        assert not Logo.objects.exists()
        verbs = list(Change.objects.filter(verb__startswith="logo").order_by("id").values_list("verb", flat=True))
    assert verbs == ["logo.set", "logo.set", "logo.removed"]


def test_what_is_too_large_is_refused_and_nobody_else_sets_it(in_riverside):
    place = in_riverside
    for content, code in ((PNG + b"x" * 201 * 1024, "logo.too_large"), (b"%PDF-1.7", "logo.kind"), (b"", "logo.kind")):
        with pytest.raises(Refused) as caught:
            logos.put(tenant=place.tenant, by=place.people.ana, content=content)
        assert caught.value.problems[0].code == code
    for who in (place.people.ben, place.people.fay):
        with pytest.raises(Refused):
            logos.put(tenant=place.tenant, by=who, content=PNG)
        with pytest.raises(Refused):
            logos.remove(tenant=place.tenant, by=who)


def test_next_door_s_logo_is_nothing_here(riverside, hillcrest):
    with hillcrest.scope():
        made = logos.put(tenant=hillcrest.tenant, by=hillcrest.people.sam, content=PNG)
    ana = signed_in(riverside.people.ana)
    assert ana.get(f"/o/riverside/-/logo/{made.sha256[:16]}/").status_code == 404
    assert ana.get(f"/o/hillcrest/-/logo/{made.sha256[:16]}/").status_code == 404
