"""The worker's application: `celery -A backbone.config.celery worker`."""

import os

from celery import Celery
from celery.signals import beat_init, celeryd_after_setup

from backbone.config.collecting import look_seldom

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "backbone.config.settings")
app = Celery("backbone")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@celeryd_after_setup.connect
def settle(**sent) -> None:
    """Every module with tasks is loaded, and no process of the pool has parted yet."""
    look_seldom()


@beat_init.connect
def forget_what_went(**sent) -> None:
    """The schedule lies in the database: what an earlier release asked for, and this one has no task for, would be asked
    for evermore."""
    from django_celery_beat.models import PeriodicTask  # the apps are ready only once a clock starts

    app.loader.import_default_modules()
    PeriodicTask.objects.exclude(task__in=app.tasks).delete()
