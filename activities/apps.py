from django.apps import AppConfig


class ActivitiesConfig(AppConfig):
    name = "activities"

    def ready(self):
        from activities.evidence import ActivitiesEvidence
        from backbone.conditions import register

        register(ActivitiesEvidence())
