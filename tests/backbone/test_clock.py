"""What the clock asks for, as it lies in the database."""

import pytest
from django.conf import settings
from django_celery_beat.models import IntervalSchedule, PeriodicTask

from backbone.config.celery import app, forget_what_went

pytestmark = pytest.mark.django_db


def test_what_an_earlier_release_asked_for_is_forgotten_and_nothing_else():
    often = IntervalSchedule.objects.create(every=60, period=IntervalSchedule.SECONDS)
    for name, task in (
        ("comms-tick", "comms.tasks.tick"),
        ("measures-forget-uploads", "measures.tasks.forget_uploads"),
    ):
        PeriodicTask.objects.create(name=name, task=task, interval=often)
    forget_what_went()
    assert [one.name for one in PeriodicTask.objects.all()] == ["comms-tick"]


def test_the_clock_asks_for_nothing_that_no_worker_knows():
    app.loader.import_default_modules()
    assert {one["task"] for one in settings.CELERY_BEAT_SCHEDULE.values()} <= app.tasks.keys()
