"""Real workers that are really killed at the places where it matters, against a real mail server. The whole table is
`bin/bench crashes`; this is its short form."""

from __future__ import annotations

import pytest

from backbone.models import Tenant
from bench import drill
from bench.post_office import PostOffice
from comms import faults

EVERYWHERE = (
    "before the claim is committed=kill@0.1, after the claim=kill@0.3, connected=kill@0.03, marked=kill@0.03, "
    "answered=kill@0.03, before the result is committed=kill@0.03"
)
REFUSED = frozenset({"reader0@example.org", "reader7@example.org"})


@pytest.mark.django_db(transaction=True, databases=["default", "owner"])
def test_workers_killed_everywhere_send_nothing_twice_and_leave_nothing_unseen():
    tenant = Tenant.objects.create(slug="drilled", name="Drilled")
    with PostOffice(refused=REFUSED) as office:
        found = drill.run(tenant, 40, office, faults=EVERYWHERE, patience=90)
    assert found.is_accounted_for, found
    assert found.failed == len(REFUSED)
    assert found.unknown <= found.kills
    assert found.sent + found.unknown == 40 - len(REFUSED)


@pytest.mark.django_db(transaction=True, databases=["default", "owner"])
def test_a_server_that_hangs_up_amid_the_words_while_workers_are_killed_there():
    """Half of the words heard, all of them but none kept, all kept but no answer: sent once, waiting again until it is
    sent, or for a person to decide."""
    tenant = Tenant.objects.create(slug="drilled", name="Drilled")
    faults = "among the words=kill@0.03, answered=kill@0.03"
    with PostOffice(refused=REFUSED, cut=0.08, dropped=0.04, hung_up=0.04) as office:
        found = drill.run(tenant, 40, office, faults=faults, patience=90)
    assert found.is_accounted_for, found
    assert found.failed == len(REFUSED)
    assert found.sent + found.unknown == 40 - len(REFUSED)


def test_a_fault_is_named_in_full_or_refused():
    assert faults.parsed("marked=kill@0.04, after the claim=hang") == {
        "marked": ("kill", 0.04),
        "after the claim": ("hang", 1.0),
    }
    with pytest.raises(ValueError, match="kill, raise, hang"):
        faults.parsed("marked=explode")


def test_without_the_setting_nothing_happens(settings, monkeypatch):
    monkeypatch.setattr("os.kill", lambda *_: pytest.fail("nobody asked for it"))
    faults.fault_point("marked")
    settings.FAULT_POINTS = "answered=kill"
    faults.fault_point("marked")


def test_an_error_is_raised_and_counted_where_it_is_asked_for(settings, tmp_path):
    settings.FAULT_POINTS, settings.FAULT_LOG = "marked=raise", str(tmp_path / "log")
    with pytest.raises(faults.Fault):
        faults.fault_point("marked")
    assert (tmp_path / "log").read_text() == "marked\n"
