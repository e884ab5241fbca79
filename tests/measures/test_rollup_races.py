"""Two filings, two workers, and a worker that dies: with real connections and real transactions."""

from __future__ import annotations

import threading
from datetime import date, timedelta

import pytest
from django.db import OperationalError, connection, connections
from django.utils import timezone

from backbone.tenancy import tenant_scope
from measures import tasks
from measures.models import Rollup, StaleMark
from measures.services import rollups
from measures.services.rollups import storing
from tests import factories

OCTOBER = date(2026, 10, 1)
PATIENCE = 10  # seconds that a test waits for another thread; none of them comes near it

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "owner"])


@pytest.fixture
def place():
    neighbourhood = factories.make_neighbourhood("riverside", "Riverside")
    with neighbourhood.scope():
        neighbourhood.indicator = factories.make_indicator(neighbourhood.initiative)
    return neighbourhood


def file(place, number, value):
    factories.make_figure(place.indicator, place.partners[number], OCTOBER, value)
    rollups.mark_stale([(place.indicator.pk, OCTOBER, place.partners[number].pk)])


class Elsewhere(threading.Thread):
    """Work on a connection of its own; `finish()` waits for it and raises what it raised."""

    def __init__(self, work):
        super().__init__(daemon=True)
        self.work, self.error = work, None
        self.start()

    def run(self):
        try:
            self.work()
        except Exception as error:
            self.error = error
        finally:
            connections.close_all()

    def finish(self):
        self.join(PATIENCE)
        assert not self.is_alive(), "the other side never came to an end"
        if self.error is not None:
            raise self.error


class Pause:
    """Stops the first recompute that gets there, after its rows are written and before its marks are removed."""

    def __init__(self, monkeypatch):
        self.reached, self.go_on = threading.Event(), threading.Event()
        self.backend = None
        really, first = storing._remove_marks, threading.Lock()

        def remove_marks(cursor, tenant_id, ids):
            if first.acquire(blocking=False):
                cursor.execute("SELECT pg_backend_pid()")
                self.backend = cursor.fetchone()[0]
                self.reached.set()
                assert self.go_on.wait(PATIENCE)
            really(cursor, tenant_id, ids)

        monkeypatch.setattr(storing, "_remove_marks", remove_marks)


def is_waiting_for_a_lock() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")
        return cursor.fetchone()[0] > 0


def until(condition):
    deadline = timezone.now() + timedelta(seconds=PATIENCE)
    while not condition():
        assert timezone.now() < deadline
        threading.Event().wait(0.01)


def values(place):
    with place.scope():
        return {(row.scope, row.grain): row.value for row in Rollup.objects.all()}


def test_a_second_worker_sees_what_the_first_one_wrote(place, monkeypatch):
    """Both wrote a partner's quarter; the whole initiative's must hold both, whoever comes last."""
    with place.scope():
        file(place, 0, 100)
    pause = Pause(monkeypatch)
    first = Elsewhere(lambda: tasks.roll_up(place.tenant.pk))
    assert pause.reached.wait(PATIENCE)
    with place.scope():
        file(place, 1, 11)
    second = Elsewhere(lambda: tasks.roll_up(place.tenant.pk))
    until(is_waiting_for_a_lock)
    pause.go_on.set()
    first.finish()
    second.finish()
    found = values(place)
    assert [found[0, grain] for grain in ("month", "quarter", "year")] == [111, 111, 111]
    with place.scope():
        assert not StaleMark.objects.exists()
        assert rollups.differences(place.initiative) == []


def test_a_mark_set_while_a_worker_is_at_it_is_not_lost(place, monkeypatch):
    with place.scope():
        file(place, 0, 100)
    pause = Pause(monkeypatch)
    worker = Elsewhere(lambda: tasks.roll_up(place.tenant.pk))
    assert pause.reached.wait(PATIENCE)
    with place.scope():  # the very same month and partner, after the worker has read it
        place.indicator.figures.update(value=70)
        rollups.mark_stale([(place.indicator.pk, OCTOBER, place.partners[0].pk)])
    pause.go_on.set()
    worker.finish()
    tasks.roll_up(place.tenant.pk)
    assert values(place)[0, "month"] == 70


def test_a_mark_with_a_lower_id_that_commits_later_stays(place):
    """Ids are given before the commit: removing marks “up to” an id would lose this one."""
    written, commit = threading.Event(), threading.Event()

    def slow_filing():
        with place.scope():
            file(place, 0, 100)
            written.set()
            assert commit.wait(PATIENCE)

    slow = Elsewhere(slow_filing)
    assert written.wait(PATIENCE)
    with place.scope():
        file(place, 1, 11)
    tasks.roll_up(place.tenant.pk)
    assert values(place)[0, "month"] == 11
    commit.set()
    slow.finish()
    with place.scope():
        assert StaleMark.objects.count() == 1
    tasks.roll_up(place.tenant.pk)
    assert values(place)[0, "month"] == 111


def test_a_worker_that_dies_in_the_middle_leaves_its_marks_to_the_sweep(place, monkeypatch):
    with place.scope():
        file(place, 0, 100)
        StaleMark.objects.update(made_at=timezone.now() - timedelta(minutes=2))
    pause = Pause(monkeypatch)

    def work():
        with tenant_scope(place.tenant):
            rollups.recompute(place.tenant.pk)

    worker = Elsewhere(work)
    assert pause.reached.wait(PATIENCE)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s)", [pause.backend])
    pause.go_on.set()
    with pytest.raises(OperationalError):
        worker.finish()
    assert values(place) == {}
    assert tasks.sweep() == 1
    assert values(place)[0, "month"] == 100
    assert tasks.sweep() == 0


def test_two_workers_at_once_do_the_work_once(place):
    with place.scope():
        for number in range(3):
            file(place, number, 10)
    workers = [Elsewhere(lambda: tasks.roll_up(place.tenant.pk)) for _ in range(4)]
    for worker in workers:
        worker.finish()
    assert values(place)[0, "year"] == 30
    with place.scope():
        assert not StaleMark.objects.exists()
        assert rollups.differences(place.initiative) == []
