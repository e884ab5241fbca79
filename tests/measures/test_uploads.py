"""Uploaded files on their way: limits of memory and of number, progress, what is kept and for how long."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from backbone import progress
from backbone.tabular import DEFAULT
from backbone.tabular.table import MEGABYTE
from backbone.tasks import let_go
from measures.importing import uploads
from measures.models import Upload
from measures.services import uploads as uploaded
from tests import factories
from tests.measures.test_importing import GOOD, HEADER, press_apply, upload, work

__all__ = ["work"]


def post(work, content: bytes = b"x", name: str = "figures.csv"):
    return work.client.post(work.url("imports/"), {"file": SimpleUploadedFile(name, content)})


def page(work, found: Upload) -> str:
    return work.client.get(work.url(f"imports/{found.pk}/")).content.decode()


def test_a_file_that_would_take_too_much_is_marked_refused_and_the_worker_goes_on(work, monkeypatch):
    rows = "".join(f"P1,seats,2026-10,,{n},,,,{'x' * 150}{n}\n" for n in range(40_000))
    started = timezone.now()
    with monkeypatch.context() as patch:
        patch.setattr(uploads, "LIMITS", replace(DEFAULT, memory_bytes=70 * MEGABYTE))
        found = upload(work, rows)
    assert (found.state, found.outcome["errors"][0]["code"]) == ("refused", "file.too_large_to_read")
    assert "too large to read" in page(work, found)
    assert timezone.now() - started < timedelta(seconds=30)  # ten, on a machine that has nothing else to do
    assert upload(work, GOOD).state == "checked"


def test_the_page_says_how_far_the_file_is_and_works_without_scripts(work):
    assert post(work, (HEADER + GOOD).encode()).status_code == 302
    with work.scope():
        found = Upload.objects.get()
        progress.tell(f"upload:{found.pk}", 12_000)
        assert progress.so_far(f"upload:{found.pk}") == (12_000, None)
    shown = page(work, found)
    assert "12,000 rows read so far" in shown
    assert 'hx-trigger="every 1s"' in shown
    assert f'<a href="{work.url(f"imports/{found.pk}/")}">See how far it is</a>' in shown


def test_without_the_cache_a_file_is_checked_all_the_same(work, monkeypatch):
    def away(*_args, **_named):
        raise ConnectionError

    monkeypatch.setattr(cache, "set", away)
    monkeypatch.setattr(cache, "get", away)
    assert upload(work, GOOD).state == "checked"
    with work.scope():
        progress.tell("upload:1", 1)
        assert progress.so_far("upload:1") == (None, None)


def test_an_organization_keeps_only_so_many_bytes(work, settings, hillcrest, client):
    settings.UPLOADS_KEPT_MB = 1
    assert post(work, b"x" * (MEGABYTE - 10)).status_code == 302
    refused = post(work, b"x" * 100)
    assert refused.status_code == 422
    assert "at most 1 MB are kept" in refused.content.decode()
    client.force_login(factories.user_of(hillcrest.people.ben))
    file = {"file": SimpleUploadedFile("figures.csv", b"x" * 100)}
    assert client.post(hillcrest.url("imports/"), file).status_code == 302  # a neighbour's files are not ours


def test_an_organization_has_only_so_many_files_waiting(work, settings):
    settings.UPLOADS_WAITING = 2
    assert [post(work).status_code for _ in range(3)] == [302, 302, 422]
    with work.scope():
        for found in Upload.objects.all():
            uploads.work_on(found.pk)
    assert post(work).status_code == 302


def test_an_old_file_is_let_go_and_its_outcome_stays(work):
    old, young = upload(work, GOOD), upload(work, GOOD)
    applied = press_apply(work, upload(work, GOOD))
    with work.scope():
        Upload.objects.filter(pk__in=[old.pk, applied.pk]).update(
            changed_at=timezone.now() - timedelta(days=work.tenant.uploads_kept_days + 1)
        )
    assert let_go() == 1
    assert let_go() == 0
    with work.scope():
        states = {found.pk: (found.state, bool(found.content)) for found in Upload.objects.all()}
    assert states == {old.pk: ("dropped", False), young.pk: ("checked", True), applied.pk: ("applied", False)}
    shown = page(work, old)
    assert "was let go" in shown
    assert "Apply the change" not in shown
    with work.scope():
        old.refresh_from_db()
        assert old.outcome["created"] == 5
        with pytest.raises(uploaded.Refused):
            uploaded.ask_to_apply(upload=old, by=work.people.ben)


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("../../etc/passwd", "passwd"),
        ("..\\..\\boot.ini", "boot.ini"),
        ("x" * 300 + ".csv", "x" * 251 + ".csv"),
        ("a\u202egpj.csv", "agpj.csv"),
        ("picture.svg", "picture.svg"),
    ],
)
def test_the_name_of_a_file_is_a_label_and_no_path(work, name, kept):
    file = SimpleUploadedFile("placeholder", b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>")
    with work.scope():
        found = uploaded.receive(initiative=work.initiative, by=work.people.ben, filename=name, content=file.read())
        assert found.filename == kept
        uploads.work_on(found.pk)
        found.refresh_from_db()
    assert (found.state, found.outcome["errors"][0]["code"], bytes(found.content)) == ("refused", "file.type", b"")


def test_what_is_given_back_is_a_download_of_our_own_kind_and_a_stranger_finds_nothing(work, hillcrest, client):
    bad = upload(work, "P1,seats,2099-01,,<script>alert(1)</script>,,,,\n")
    response = work.client.get(work.url(f"imports/{bad.pk}/bad-rows/"))
    assert response["Content-Disposition"].startswith("attachment;")
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Type"].startswith("text/csv")
    client.force_login(factories.user_of(hillcrest.people.sam))
    for address in (work.url(f"imports/{bad.pk}/bad-rows/"), hillcrest.url(f"imports/{bad.pk}/bad-rows/")):
        assert client.get(address).status_code == 404
