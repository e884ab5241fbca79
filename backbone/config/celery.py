"""The worker's application: `celery -A backbone.config.celery worker`."""

import os

from celery import Celery
from celery.signals import beat_init

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "backbone.config.settings")
app = Celery("backbone")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@beat_init.connect
def forget_what_went(**sent) -> None:
    """The schedule lies in the database: what an earlier release asked for, and this one has no task for, would be asked
    for evermore."""
    from django_celery_beat.models import PeriodicTask  # the apps are ready only once a clock starts

    app.loader.import_default_modules()
    PeriodicTask.objects.exclude(task__in=app.tasks).delete()
