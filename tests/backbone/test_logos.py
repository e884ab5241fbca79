"""A tenant's logo: by its bytes, set by an admin alone; seen by its own people, on what is public, and on paper."""

from base64 import b64encode

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from backbone.documents import book
from backbone.documents.body import Body, Picture
from backbone.models import Change, Logo, PublishedBody, Tenant
from backbone.problems import Refused
from backbone.services import documents, initiatives, logos
from tests import factories

pytestmark = pytest.mark.django_db
PNG, JPEG = factories.png(), factories.jpeg_head()


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
    assert "bb-logo" not in ben.get("/o/riverside/-/account/").content.decode()
    with riverside.scope():
        assert not Logo.objects.exists()
        verbs = list(Change.objects.filter(verb__startswith="logo").order_by("id").values_list("verb", flat=True))
    assert verbs == ["logo.set", "logo.set", "logo.removed"]


def test_what_is_too_large_is_refused_and_nobody_else_sets_it(in_riverside):
    place = in_riverside
    for content, code in (
        (PNG + b"x" * 201 * 1024, "logo.too_large"),
        (b"%PDF-1.7", "logo.kind"),
        (b"", "logo.kind"),
        (b"\x89PNG\r\n\x1a\nx", "logo.unreadable"),
        (b"\xff\xd8\xffx", "logo.unreadable"),
        (factories.png(0, 2), "logo.unreadable"),
        (factories.png(60_000, 60_000, rows=False), "logo.too_many_pixels"),
        (factories.jpeg_head(2, 4001), "logo.too_many_pixels"),
    ):
        with pytest.raises(Refused) as caught:
            logos.put(tenant=place.tenant, by=place.people.ana, content=content)
        assert caught.value.problems[0].code == code
    for who in (place.people.ben, place.people.fay):
        with pytest.raises(Refused):
            logos.put(tenant=place.tenant, by=who, content=PNG)
        with pytest.raises(Refused):
            logos.remove(tenant=place.tenant, by=who)


# --- on what is public, and on paper ---


@pytest.fixture
def shown(riverside):
    """Riverside's logo stands, a publication is public, and a link leads to it."""
    with riverside.scope():
        factories.make_publication(riverside.initiative, riverside.people.ana)
        _link, riverside.token = factories.make_link(riverside.initiative, riverside.people.ana)
        initiatives.change_initiative(initiative=riverside.initiative, by=riverside.people.ana, is_public=True)
        riverside.logo = logos.put(tenant=riverside.tenant, by=riverside.people.ana, content=PNG).sha256[:16]
    return riverside


@pytest.mark.parametrize("rest", ["", "2026-10-v1/", "ledger/", "files/"])
def test_the_public_page_shows_it_and_any_cache_may_keep_it(shown, rest):
    address = f"/p/riverside/work/logo/{shown.logo}/"
    page = Client().get(f"/p/riverside/work/{rest}").content.decode()
    assert f'<img class="bb-logo" src="{address}" alt="Logo of Riverside"' in page
    found = Client().get(address)
    assert (found.content, found["Content-Type"], found["X-Content-Type-Options"]) == (PNG, "image/png", "nosniff")
    assert found["Cache-Control"] == "public, max-age=86400"
    assert not found.cookies


def test_a_link_shows_it_and_no_cache_keeps_it(shown):
    address = f"/s/{shown.token}/logo/{shown.logo}/"
    assert f'src="{address}" alt="Logo of Riverside"' in Client().get(f"/s/{shown.token}/").content.decode()
    found = Client().get(address)
    assert (found.content, found["Content-Type"]) == (PNG, "image/png")
    assert found["Cache-Control"] == "private, no-store"


def test_another_takes_its_place_on_pages_that_are_kept(shown):
    public, link = "/p/riverside/work/", f"/s/{shown.token}/"
    assert all(f"/logo/{shown.logo}/" in Client().get(path).content.decode() for path in (public, link))
    with shown.scope():
        other = logos.put(tenant=shown.tenant, by=shown.people.ana, content=JPEG).sha256[:16]
    for path in (public, link):
        assert f"{path}logo/{other}/" in Client().get(path).content.decode()
        assert Client().get(f"{path}logo/{shown.logo}/").status_code == 404
        assert Client().get(f"{path}logo/{other}/")["Content-Type"] == "image/jpeg"
    with shown.scope():
        logos.remove(tenant=shown.tenant, by=shown.people.ana)
    for path in (public, link):
        assert "bb-logo" not in Client().get(path).content.decode()
        assert Client().get(f"{path}logo/{other}/").status_code == 404


def test_where_nothing_is_public_there_is_no_logo_either(shown, hillcrest):
    with shown.scope():
        initiatives.change_initiative(initiative=shown.initiative, by=shown.people.ana, is_public=False)
    with hillcrest.scope():
        next_door = factories.make_link(hillcrest.initiative, hillcrest.people.sam)[1]
    for path in (f"/p/riverside/work/logo/{shown.logo}/", f"/s/{next_door}/logo/{shown.logo}/", "/s/1-x/logo/x/"):
        assert Client().get(path).status_code == 404
    with shown.scope():
        token = factories.make_link(shown.initiative, shown.people.ana, passphrase="five small boats")[1]
    assert Client().get(f"/s/{token}/logo/{shown.logo}/")["Location"] == f"/s/{token}/passphrase/"
    assert "bb-logo" not in Client().get(f"/s/{token}/passphrase/").content.decode()


def test_the_board_book_has_it_on_its_cover(shown):
    with shown.scope():
        body = PublishedBody.objects.get(audience="public")
        made = {}
        for form in ("pdf", "csv"):
            file = documents.ask(body=body, form=form, language="en")
            documents.make(file.pk)
            file.refresh_from_db()
            made[form] = bytes(file.content or b"")
        frozen = Body.of(body.body, body.sha256, Picture("image/png", PNG))
    cover = book.book_html(frozen, lambda done, total: None)
    assert f'src="data:image/png;base64,{b64encode(PNG).decode()}" alt="Logo of Riverside"' in cover
    assert (
        "cover__logo"
        not in book.book_html(Body.of(body.body, body.sha256), lambda done, total: None).split("</style>")[1]
    )
    assert made["csv"]
    if book.is_possible():
        assert b"/Subtype /Image" in book.board_book(frozen, lambda done, total: None, uncompressed_pdf=True)
        assert b"/Image" in made["pdf"]


def test_next_door_s_logo_is_nothing_here(riverside, hillcrest):
    with hillcrest.scope():
        made = logos.put(tenant=hillcrest.tenant, by=hillcrest.people.sam, content=PNG)
    ana = signed_in(riverside.people.ana)
    assert ana.get(f"/o/riverside/-/logo/{made.sha256[:16]}/").status_code == 404
    assert ana.get(f"/o/hillcrest/-/logo/{made.sha256[:16]}/").status_code == 404
