"""Agreements with their files, who is missing among a partner's people, and how far a partner has come in."""

from __future__ import annotations

import io
import zipfile
from datetime import date, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from backbone import changes, conditions
from backbone.models import Agreement, Grant
from backbone.problems import Refused
from backbone.roles import Role
from backbone.rules.attachments import BYTES_AT_MOST, file_name, kind_of
from backbone.selectors.roster import agreements_with, left_alone_by, onboarding, orphans, vacancies
from backbone.services import agreements, members
from tests import factories

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.7\nsigned"


def packed(**members: bytes) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for name, body in members.items():
            archive.writestr(name.replace("__", "/"), body)
    return content.getvalue()


@pytest.mark.parametrize(
    ("content", "ending"),
    [
        (PDF, ".pdf"),
        (b"\x89PNG\r\n\x1a\nx", ".png"),
        (b"\xff\xd8\xffx", ".jpg"),
        (packed(**{"[Content_Types].xml": b"x", "word__document.xml": b"x"}), ".docx"),
        (packed(mimetype=b"application/vnd.oasis.opendocument.text"), ".odt"),
        (packed(**{"[Content_Types].xml": b"x", "word__document.xml": b"x", "word__vbaProject.bin": b"x"}), None),
        (packed(mimetype=b"application/zip"), None),
        (packed(x=b"x"), None),
        (b"PK\x03\x04 broken", None),
        (b"<html><script>", None),
        (b"MZ\x90", None),
        (b"", None),
    ],
)
def test_a_file_is_what_its_bytes_say(content, ending):
    found = kind_of(content)
    assert (found and found[1]) == ending


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("MoU 2026.pdf", "MoU 2026.pdf"),
        ("../../etc/passwd", "passwd.pdf"),
        ('a"b\r\nX: y.exe', "a-b-X- y.pdf"),
        ("", "agreement.pdf"),
        (".pdf", "agreement.pdf"),
        ("Ä" * 300 + ".docx", "agreement.pdf"),
    ],
)
def test_a_name_is_cleaned_and_has_the_ending_of_what_it_is(said, kept):
    assert file_name(said, ".pdf") == kept


def add(place, **more) -> Agreement:
    return agreements.add(
        **{"partner": place.partners[0], "title": "MoU", "starts_on": date(2026, 1, 1), "by": place.people.ana, **more}
    )


def test_what_is_too_large_or_something_else_is_refused(in_riverside):
    for content, code in ((b"x" * 10, "agreement.kind"), (PDF + b"x" * BYTES_AT_MOST, "agreement.too_large")):
        with pytest.raises(Refused) as caught:
            add(in_riverside, content=content, filename="x.pdf")
        assert [problem.code for problem in caught.value.problems] == [code]
    with pytest.raises(Refused):
        add(in_riverside, ends_on=date(2025, 1, 1))
    assert not Agreement.objects.exists()


def test_an_agreement_ends_and_says_so_before(in_riverside):
    today = date(2026, 11, 1)
    row = add(in_riverside, ends_on=today + timedelta(days=60))
    (one,) = agreements_with(in_riverside.partners[0], today)
    assert (one.is_over, one.is_ending) == (False, True)
    agreements.end(agreement=row, ends_on=today - timedelta(days=1), by=in_riverside.people.ana)
    (one,) = agreements_with(in_riverside.partners[0], today)
    assert (one.is_over, one.is_ending) == (True, False)
    agreements.remove(agreement=row, by=in_riverside.people.ana)
    assert agreements_with(in_riverside.partners[0], today) == []


def test_staff_write_agreements_down_and_the_file_is_for_them_and_the_partner_s_lead(riverside, client):
    base = f"/o/{riverside.tenant.slug}/-/partners/P1/agreements/"
    client.force_login(factories.user_of(riverside.people.ana))
    sent = {"form": "add", "title": "MoU 2026", "starts_on": "2026-01-01"}
    wrong = client.post(base, {**sent, "file": SimpleUploadedFile("x.pdf", b"<script>")})
    assert wrong.status_code == 422
    assert client.post(base, {**sent, "ends_on": "2025-01-01"}).status_code == 422
    done = client.post(base, {**sent, "file": SimpleUploadedFile("MoU.exe", PDF)}, follow=True)
    assert "MoU.pdf" in done.content.decode()
    with riverside.scope():
        row = Agreement.objects.get()
        lead = factories.make_member("lea@riverside.example", "Lea", Role.PARTNER_LEAD, partner=riverside.partners[0])
        other = factories.make_member("lou@riverside.example", "Lou", Role.PARTNER_LEAD, partner=riverside.partners[1])
    file = f"{base}{row.pk}/"
    found = client.get(file)
    assert (found.content, found["Content-Type"]) == (PDF, "application/pdf")
    assert found["Content-Disposition"] == 'attachment; filename="MoU.pdf"'
    assert found["X-Content-Type-Options"] == "nosniff"
    client.force_login(factories.user_of(lead))
    assert client.get(file).content == PDF
    assert client.get(base).status_code == 403  # a member of P1, who may read what it owes, and not this
    for who, status in ((riverside.people.ben, 403), (other, 404), (riverside.people.fay, 404)):
        client.force_login(factories.user_of(who))
        assert client.get(file).status_code == status
    client.force_login(factories.user_of(riverside.people.ana))
    assert client.get(f"/o/{riverside.tenant.slug}/-/partners/P2/agreements/{row.pk}/").status_code == 404
    client.post(base, {"form": "end", "row": row.pk})
    client.post(base, {"form": "remove", "row": row.pk})
    assert client.get(file).status_code == 404
    assert client.post(base, {"form": "remove", "row": row.pk}).status_code == 404


def grant(role: str, member: int) -> Grant:
    return Grant(role=role, membership_id=member)


@pytest.mark.parametrize(
    ("grants", "words"),
    [
        ([], ["Nobody files for it, and nobody leads"]),
        ([grant(Role.PARTNER_MEMBER, 1)], ["Nobody files for it, and nobody leads"]),
        ([grant(Role.PARTNER_FILER, 1)], ["Nobody leads it", "One person does everything"]),
        ([grant(Role.PARTNER_LEAD, 1)], ["Nobody but its lead files"]),
        ([grant(Role.PARTNER_LEAD, 1), grant(Role.PARTNER_FILER, 1)], ["One person does everything"]),
        ([grant(Role.PARTNER_LEAD, 1), grant(Role.PARTNER_FILER, 2)], []),
        ([grant(Role.PARTNER_FILER, 1), grant(Role.PARTNER_FILER, 2)], ["Nobody leads it"]),
    ],
)
def test_what_is_missing_among_a_partner_s_people_is_said(grants, words):
    found = vacancies(grants)
    assert [said[: len(begin)] for said, begin in zip(found, words, strict=True)] == words


def test_the_steps_of_coming_in_are_computed_from_records(in_riverside):
    p1 = in_riverside.partners[0]
    grants = list(Grant.objects.filter(partner=p1))
    done = [step.is_done for step in onboarding(p1, grants, [])]
    assert done == [True, True, False, True, False, False, False, False]
    assert reverse("backbone:start"), "every page is read, and with it what services teach"
    for verb, facts in (
        ("agenda.signed", {"number": 1}),
        ("filing.submitted", {"period": "2026-10", "figures": 1}),
    ):
        changes.record(verb, on="x", by=in_riverside.people.ben, partner=p1, **facts)
    add(in_riverside)
    found = onboarding(p1, grants, agreements_with(p1, timezone.localdate()))
    assert [step.is_done for step in found] == [True, True, False, True, True, True, True, True]
    assert found[-1].at is not None
    p2 = in_riverside.partners[1]
    assert not any(step.is_done for step in onboarding(p2, [], []))


def test_a_partner_that_loses_its_people_is_told_of_and_handed_over_first(riverside, client):
    """P1's only filer is to be deactivated: the page says what is missing then, and afterwards every admin has it to do."""
    with riverside.scope():
        ana, ben = riverside.people.ana, riverside.people.ben
        assert [one for one in conditions.due(ana, timezone.now()) if one.key.startswith("vacant")] == []
    client.force_login(factories.user_of(ana))
    page = client.get(f"/o/riverside/-/members/{ben.pk}/deactivate/").content.decode()
    assert "Hand over first" in page
    assert "partner=P1" in page
    with riverside.scope():
        second = factories.make_member("ida@x.example", "Ida", Role.PARTNER_FILER, partner=riverside.partners[0])
        assert [partner.code for partner, _words in left_alone_by(ben)] == ["P1"], "one person files for it then"
        members.deactivate(membership=second, by=ana)
        members.deactivate(membership=ben, by=ana)
        (one,) = [one for one in conditions.due(ana, timezone.now()) if one.key.startswith("vacant")]
        assert "P1" in one.label
        assert one.url == "/o/riverside/-/partners/P1/"
        assert list(conditions.due(riverside.people.fay, timezone.now())) == []
        assert [partner.code for partner in orphans(date(2026, 11, 1))] == ["P1"], "P2 and P3 never had anybody"


def test_a_partner_sees_its_own_way_to_its_first_report_and_then_no_more(riverside, client):
    with riverside.scope():
        indicator = factories.make_indicator(riverside.initiative)
    client.force_login(factories.user_of(riverside.people.ben))
    page = riverside.url("filings/P1/2026-10/")
    first = client.get(page).content.decode()
    assert "Your first report" in first
    assert f'href="{riverside.url("agenda/")}">The common agenda is read and signed' in first
    assert "Somebody leads for you here" in first
    assert "members/invite" not in first[first.index("Your first report") :].split("</div>")[0], (
        "a filer invites nobody"
    )
    with riverside.scope():
        factories.make_figure(indicator, riverside.partners[0], date(2026, 9, 1), 5)
    assert "Your first report" not in client.get(page).content.decode()
