"""The pages about people, through the door: lists, invitations, roles, settings, one's own account."""

from __future__ import annotations

import re
from datetime import date

import pytest
from django.core import mail
from django.test import Client

from backbone.forms.settings import SettingsForm
from backbone.models import Change, Grant, Initiative, Invitation, Membership, Tenant
from backbone.roles import Role
from backbone.services import invitations
from tests import factories

BASE = "/o/riverside/-/"


def signed_in(membership) -> Client:
    browser = Client()
    browser.force_login(factories.user_of(membership))
    return browser


@pytest.fixture
def ana(riverside):
    return signed_in(riverside.people.ana)


@pytest.fixture
def lead(riverside):
    with riverside.scope():
        return factories.make_member("lea@riverside.example", "Lea", Role.PARTNER_LEAD, partner=riverside.partners[0])


def text(response) -> str:
    return re.sub(r"\s+", " ", response.content.decode())


# --- who is listed ---


def test_an_admin_sees_everybody_and_what_was_offered(ana, riverside):
    with riverside.scope():
        invitations.invite(email="new@x.example", role=Role.FUNDER, by=riverside.people.ana)
    page = text(ana.get(BASE + "members/"))
    for word in ("Ana", "Ben", "Fay", "new@x.example", "Backbone admin", "Partner filer", "3 people can come in."):
        assert word in page


def test_a_lead_sees_the_own_partners_people_alone(riverside, lead):
    with riverside.scope():
        factories.make_member("pia@riverside.example", "Pia", Role.PARTNER_FILER, partner=riverside.partners[1])
        invitations.invite(email="one@x.example", role=Role.PARTNER_FILER, partner=riverside.partners[0], by=lead)
        invitations.invite(
            email="two@x.example", role=Role.PARTNER_FILER, partner=riverside.partners[1], by=riverside.people.ana
        )
    page = text(signed_in(lead).get(BASE + "members/"))
    assert "Ben" in page
    assert "one@x.example" in page
    for hidden in ("Pia", "Fay", "two@x.example", "ana@riverside.example"):
        assert hidden not in page


@pytest.mark.parametrize("people", [3, 30])
def test_the_list_takes_as_many_queries_for_many_people(ana, riverside, django_assert_max_num_queries, people):
    with riverside.scope():
        for n in range(people):
            factories.make_member(f"m{n}@riverside.example", f"M{n}", Role.PARTNER_FILER, partner=riverside.partners[0])
            invitations.invite(email=f"i{n}@x.example", role=Role.FUNDER, by=riverside.people.ana)
    with django_assert_max_num_queries(16):
        assert ana.get(BASE + "members/").status_code == 200


# --- inviting ---


def test_the_way_from_a_partner_knows_for_whom(ana, riverside):
    with riverside.scope():
        partner = riverside.partners[1]
        Grant.objects.filter(partner=partner).delete()
    link = re.search(r'href="([^"]+members/invite/[^"]+)"', text(ana.get(BASE + f"partners/{partner.code}/")))[1]
    form = text(ana.get(link))
    assert '<option value="partner_filer" selected>' in form
    assert f'<option value="{partner.pk}" selected>' in form
    assert '<option value="partner_filer" selected>' not in text(ana.get(BASE + "members/invite/?partner=nobody"))


def test_inviting_sends_a_mail_and_says_so(ana, riverside):
    response = ana.post(
        BASE + "members/invite/", {"email": "new@x.example", "name": "Nia", "role": Role.FUNDER}, follow=True
    )
    assert "on its way to new@x.example" in text(response)
    assert mail.outbox[0].to == ["new@x.example"]
    with riverside.scope():
        assert Invitation.objects.get().role == Role.FUNDER


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ({"email": "nonsense", "role": "funder"}, "valid email"),
        ({"email": "x@x.example", "role": ""}, "required"),
        ({"email": "x@x.example", "role": "platform_operator"}, "not one of the available choices"),
        ({"email": "x@x.example", "role": "partner_filer"}, "is held for one partner, and none was named"),
        ({"email": "fay@riverside.example", "role": "funder"}, "holds this role already"),
    ],
)
def test_what_is_wrong_with_an_invitation_is_said_and_nothing_is_sent(ana, riverside, form, words):
    response = ana.post(BASE + "members/invite/", form)
    assert response.status_code == 422
    assert words in text(response)
    assert mail.outbox == []


def test_a_lead_is_offered_partner_roles_and_the_own_partner_alone(riverside, lead):
    page = signed_in(lead).get(BASE + "members/invite/").content.decode()
    assert set(re.findall(r'<option value="(\w+)"', page)) == {
        "partner_lead", "partner_filer", "partner_member", str(riverside.partners[0].pk),
    }  # fmt: skip


def test_a_lead_cannot_post_another_partner_or_a_higher_role(riverside, lead):
    browser = signed_in(lead)
    for form in (
        {"email": "x@x.example", "role": "partner_filer", "partner": riverside.partners[1].pk},
        {"email": "x@x.example", "role": "backbone_admin"},
    ):
        assert browser.post(BASE + "members/invite/", form).status_code == 422
    with riverside.scope():
        assert not Invitation.objects.exists()


def test_sending_again_and_taking_back(ana, riverside):
    with riverside.scope():
        offer = invitations.invite(email="new@x.example", role=Role.FUNDER, by=riverside.people.ana)
    old = mail.outbox[-1].body
    assert "the old link is dead" in text(ana.post(f"{BASE}invitations/{offer.pk}/resend/", follow=True))
    assert mail.outbox[-1].body != old
    link = re.search(r"(/accounts/invitations/\S+)", old)[1]
    assert Client().get(link).status_code == 404
    ana.post(f"{BASE}invitations/{offer.pk}/revoke/")
    link = re.search(r"(/accounts/invitations/\S+)", mail.outbox[-1].body)[1]
    assert Client().get(link).status_code == 410


# --- roles and doors ---


def test_giving_and_taking_a_role(ana, riverside):
    fay = riverside.people.fay
    ana.post(f"{BASE}members/{fay.pk}/", {"role": Role.EVALUATOR, "ends_on": "2099-12-31"})
    with riverside.scope():
        granted = Grant.objects.get(membership=fay, role=Role.EVALUATOR)
        assert granted.ends_on.year == 2099
    assert ana.get(f"{BASE}members/{fay.pk}/grants/{granted.pk}/").status_code == 405
    ana.post(f"{BASE}members/{fay.pk}/grants/{granted.pk}/")
    with riverside.scope():
        assert Membership.objects.get(pk=fay.pk).roles == {Role.FUNDER}


def test_ones_own_page_offers_no_role(ana, riverside):
    page = text(ana.get(f"{BASE}members/{riverside.people.ana.pk}/"))
    assert "One more role" not in page
    response = ana.post(f"{BASE}members/{riverside.people.ana.pk}/", {"role": Role.EVALUATOR})
    assert "Nobody changes their own roles" in text(response)


def test_the_last_admin_is_told_why_not(ana, riverside):
    response = ana.post(f"{BASE}members/{riverside.people.ana.pk}/deactivate/", follow=True)
    assert "Make somebody else a backbone admin first." in text(response)


def test_deactivating_asks_first_and_can_be_undone(ana, riverside):
    ben = riverside.people.ben
    asked = ana.get(f"{BASE}members/{ben.pk}/deactivate/")
    assert "Close the door to Ben?" in text(asked)
    with riverside.scope():
        assert Membership.objects.get(pk=ben.pk).is_active, "asking closes nothing"
    ana.post(f"{BASE}members/{ben.pk}/deactivate/")
    assert "Deactivated" in text(ana.get(BASE + "members/"))
    ana.post(f"{BASE}members/{ben.pk}/reactivate/")
    with riverside.scope():
        assert Membership.objects.get(pk=ben.pk).is_active


# --- settings ---

SETTINGS = {
    "name": "Riverside", "timezone": "America/New_York", "locale": "en", "fiscal_year_starts": "7",
    "small_cell_threshold": "11", "maintain_band": "5", "same_definition": "90", "counting": "approved", "number_format": "1,234.5",
    "date_order": "dmy", "accent": "",
    "outlier_z": "3", "outlier_modified_z": "3.5", "gap_below": "25", "overlap_above": "125", "untagged_most": "10",
    "watch_change": "5", "watch_coverage": "80", "health_known": "60", "signal_from": "35", "evidence_tolerance": "5",
    "mails_a_week": "2",
}  # fmt: skip


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("timezone", "Mars/Olympus", "not one of the available choices"),
        ("fiscal_year_starts", "13", "not one of the available choices"),
        ("small_cell_threshold", "4", "greater than or equal to 5"),
        ("small_cell_threshold", "21", "less than or equal to 20"),
        ("accent", "red", "valid value"),
        ("accent", "#0e6174;}", "at most 7"),
        ("name", "", "required"),
        ("locale", "xx", "not one of the available choices"),
    ],
)
def test_a_setting_that_makes_no_sense_is_refused(ana, riverside, field, value, words):
    response = ana.post(BASE + "settings/", SETTINGS | {field: value})
    assert response.status_code == 422
    assert words in text(response)
    assert getattr(Tenant.objects.get(slug="riverside"), field) == getattr(riverside.tenant, field)


def test_what_changes_is_written_down_and_told_to_the_conditions(ana, riverside, monkeypatch):
    told = []
    monkeypatch.setattr("backbone.conditions.settings_changed", lambda tenant, names: told.append((tenant.slug, names)))
    changed = SETTINGS | {"name": "Rivermouth", "fiscal_year_starts": "10", "accent": "#aa3300"}
    assert ana.post(BASE + "settings/", changed).status_code == 302
    tenant = Tenant.objects.get(slug="riverside")
    assert (tenant.name, tenant.fiscal_year_starts, tenant.accent) == ("Rivermouth", 10, "#aa3300")
    assert told == [("riverside", frozenset({"name", "fiscal_year_starts", "accent"}))]
    with riverside.scope():
        line = Change.objects.get(verb="settings.changed")
        assert line.facts["before"]["fiscal_year_starts"] == "7"
        assert line.facts["after"]["fiscal_year_starts"] == "10"


def test_saving_the_settings_unchanged_changes_nothing(ana, riverside, monkeypatch):
    monkeypatch.setattr("backbone.conditions.settings_changed", lambda *told: pytest.fail("nothing changed"))
    assert ana.post(BASE + "settings/", SETTINGS).status_code == 302
    with riverside.scope():
        assert not Change.objects.filter(verb="settings.changed").exists()


def test_every_setting_stands_in_one_group(ana, riverside):
    form = SettingsForm(instance=riverside.tenant)
    shown = [field.name for _title, fields in form.groups() for field in fields]
    assert sorted(shown) == sorted(form.fields)
    page = ana.get(BASE + "settings/").content.decode()
    assert all(f'id="id_{name}"' in page for name in shown)


def test_a_steward_reads_the_settings_and_cannot_change_them(riverside):
    with riverside.scope():
        steward = factories.make_member("dan@riverside.example", "Dan", Role.DATA_STEWARD)
    browser = signed_in(steward)
    page = browser.get(BASE + "settings/").content.decode()
    assert "disabled" in page
    assert "Save the settings" not in page
    assert browser.post(BASE + "settings/", SETTINGS | {"name": "Mine"}).status_code == 403
    assert Tenant.objects.get(slug="riverside").name == "Riverside"


# --- one's own account ---


def test_a_person_says_how_they_want_to_be_called_and_written_to(riverside):
    browser = signed_in(riverside.people.ben)
    page = text(browser.get(BASE + "account/"))
    for address in ("/accounts/password/change/", "/accounts/2fa/", "/accounts/sessions/", "/accounts/email/"):
        assert address in page
    wishes = {"name": "Benjamin", "timezone": "Europe/Madrid", "locale": "es", "wants_reminders": "on"}
    assert browser.post(BASE + "account/", wishes).status_code == 302
    with riverside.scope():
        ben = Membership.objects.get(pk=riverside.people.ben.pk)
    assert (ben.name, ben.timezone, ben.locale, ben.wants_digest, ben.wants_reminders) == (
        "Benjamin", "Europe/Madrid", "es", True, True,
    )  # fmt: skip


def test_nobody_makes_themselves_more_by_posting_more(riverside):
    """Fields that the form does not show are not taken, whatever is sent."""
    ben = riverside.people.ben
    before = {"email": ben.email, "user_id": ben.user_id, "is_active": True, "tenant_id": ben.tenant_id}
    sent = {
        "name": "Ben", "email": "ana@riverside.example", "user_id": 1, "tenant": 99, "tenant_id": 99, "is_active": "",
        "role": "backbone_admin", "grants": "backbone_admin", "id": 1, "pk": 1,
    }  # fmt: skip
    signed_in(ben).post(BASE + "account/", sent)
    with riverside.scope():
        after = Membership.objects.get(pk=ben.pk)
        assert {name: getattr(after, name) for name in before} == before
        assert after.roles == {Role.PARTNER_FILER}


# --- looking changes nothing ---


def test_reading_the_pages_changes_no_row(ana, riverside):
    from backbone.services import moving

    with riverside.scope():
        offer = invitations.invite(email="new@x.example", role=Role.FUNDER, by=riverside.people.ana)
    ana.get(BASE + "members/")
    before = moving.count(riverside.tenant.pk)
    for page in (
        "members/", "members/invite/", f"members/{riverside.people.ben.pk}/",
        f"members/{riverside.people.ben.pk}/deactivate/", "settings/", "account/", "keys/", "keys/new/",
        f"invitations/{offer.pk}/revoke/", f"invitations/{offer.pk}/resend/",
    ):  # fmt: skip
        assert ana.get(BASE + page).status_code in (200, 405)
    assert moving.count(riverside.tenant.pk) == before


def test_a_session_that_began_with_an_invitation_can_be_seen_and_ended(ana, riverside):
    ana.post(BASE + "members/invite/", {"email": "nia@x.example", "role": Role.FUNDER})
    address = re.search(r"http://[^/]+(/accounts/invitations/\S+)", mail.outbox[-1].body)[1]
    browser, password = Client(HTTP_USER_AGENT="Nia’s browser"), "seven quiet rivers"
    assert browser.post(address, {"name": "Nia", "password": password, "again": password}).status_code == 302
    assert "Nia’s browser" in text(browser.get("/accounts/sessions/"))


# --- the frame ---


def test_the_switcher_leads_to_the_other_tenant(ana, riverside, hillcrest):
    from backbone.services import members

    assert "You have no other organizations" in text(ana.get(BASE + "account/"))
    with hillcrest.scope():
        members.add_member(email="ana@riverside.example", name="Ana", role=Role.FUNDER)
    page = text(ana.get(BASE + "account/"))
    assert 'href="/o/hillcrest/"' in page
    assert "Hillcrest" in page
    assert text(ana.get("/")).count('href="/o/') == 2, "at the door she chooses"


def test_pages_of_the_tenant_lead_back_to_its_initiatives(ana, riverside):
    with riverside.scope():
        Initiative.objects.create(slug="second", name="Second", starts_on=date(2026, 1, 1))
    for rest in ("partners/", "account/"):
        nav = text(ana.get(BASE + rest)).split('aria-label="Main"')[1].split("</nav>")[0]
        assert 'href="/o/riverside/">Initiatives<' in nav
        assert nav.count("<li>") == 2
        assert nav.count("aria-current") == 1


def test_a_filer_goes_straight_to_the_initiative_that_the_partner_takes_part_in(riverside):
    with riverside.scope():
        Initiative.objects.create(slug="second", name="Second", starts_on=date(2026, 1, 1))
    ben, fay = signed_in(riverside.people.ben), signed_in(riverside.people.fay)
    assert ben.get("/o/riverside/")["Location"] == f"/o/riverside/{riverside.initiative.slug}/"
    assert ">Second<" not in text(ben.get(BASE + "account/"))
    assert ">Second<" in text(fay.get("/o/riverside/")), "a funder looks at every initiative"


def test_somebody_of_one_tenant_goes_straight_in(ana):
    assert ana.get("/")["Location"] == "/o/riverside/"


def test_language_and_light_are_remembered(ana):
    assert '<html lang="en" data-bs-theme="auto">' in text(ana.get(BASE + "account/"))
    ana.post("/language/", {"language": "es", "next": BASE + "account/"})
    ana.post("/theme/", {"theme": "dark", "next": BASE + "account/"})
    assert '<html lang="es" data-bs-theme="dark">' in text(ana.get(BASE + "account/"))
    ana.post("/theme/", {"theme": ""})
    assert 'data-bs-theme="auto"' in text(ana.get(BASE + "account/"))


def test_a_persons_own_language_comes_before_the_tenants(riverside):
    with riverside.scope():
        Membership.objects.filter(pk=riverside.people.ben.pk).update(locale="es")
    assert '<html lang="es"' in text(signed_in(riverside.people.ben).get(BASE + "account/"))
    assert '<html lang="en"' in text(signed_in(riverside.people.fay).get(BASE + "account/"))


def test_the_tenants_colour_is_in_every_page_and_nothing_else_is(ana, riverside):
    Tenant.objects.filter(pk=riverside.tenant.pk).update(accent="#aa3300")
    assert "--bb-accent-base: #aa3300;" in text(ana.get(BASE + "account/"))
    Tenant.objects.filter(pk=riverside.tenant.pk).update(accent="red;}")
    page = text(ana.get(BASE + "account/"))
    assert "red;}" not in page


def test_a_person_says_by_which_number_they_are_reached_and_the_roster_dials_it(ana, riverside):
    ben = Client()
    ben.force_login(factories.user_of(riverside.people.ben))
    url = f"/o/{riverside.tenant.slug}/-/account/"
    same = {"name": "Ben", "timezone": "", "locale": ""}
    assert ben.post(url, same | {"phone": "call me maybe"}).status_code == 422
    assert ben.post(url, same | {"phone": "(503) 555-0142 ext. 12"}).status_code == 302
    with riverside.scope():
        factories.make_indicator(riverside.initiative)
    chased = ana.get(riverside.url("forest/missing/")).content.decode()
    assert 'Ben · <a class="text-nowrap" href="tel:5035550142;ext=12">(503) 555-0142 ext. 12</a>' in chased
    for page in ("partners/P1/", f"members/{riverside.people.ben.pk}/"):
        said = ana.get(f"/o/{riverside.tenant.slug}/-/{page}").content.decode()
        assert '<a class="text-nowrap" href="tel:5035550142;ext=12">(503) 555-0142 ext. 12</a>' in said, page


def test_whoever_manages_a_person_writes_their_number_down(ana, riverside, lead):
    ben = riverside.people.ben
    url = f"/o/{riverside.tenant.slug}/-/members/{ben.pk}/"
    assert ana.post(url, {"phone": "+1 503 555 0142"}).status_code == 302
    wrong = ana.post(url, {"phone": "javascript:alert(1)"})
    assert wrong.status_code == 422
    assert 'href="tel:+15035550142"' in wrong.content.decode(), "the number that is kept stands on top"
    with riverside.scope():
        assert Membership.objects.get(pk=ben.pk).phone == "+1 503 555 0142"
        assert Change.objects.get(verb="member.reached").facts == {"person": "Ben"}
    assert ana.post(url, {"phone": ""}).status_code == 302
    stranger = f"/o/{riverside.tenant.slug}/-/members/{riverside.people.ana.pk}/"
    browser = Client()
    browser.force_login(factories.user_of(lead))
    assert browser.post(stranger, {"phone": "0000"}).status_code == 404
    with riverside.scope():
        assert set(Membership.objects.values_list("phone", flat=True)) == {""}
