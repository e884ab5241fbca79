from django.apps import AppConfig


class ActivitiesConfig(AppConfig):
    name = "activities"

    def ready(self):
        from backbone.conditions import register
        from activities.evidence import ActivitiesEvidence

        register(ActivitiesEvidence())
