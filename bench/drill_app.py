"""The worker's application for drills: the platform's own, with a beat that ticks each second and keeps its place in a file."""

from backbone.config.celery import app

app.conf.update(
    beat_scheduler="celery.beat:PersistentScheduler",
    beat_schedule={"comms-tick": {"task": "comms.tasks.tick", "schedule": 1.0}},
    worker_hijack_root_logger=False,
)
