from django.apps import AppConfig


class ActivitiesConfig(AppConfig):
    name = "activities"

    def ready(self):
        from activities.bundles import ActivitiesPart
        from activities.evidence import ActivitiesEvidence
        from backbone.bundles import further
        from backbone.conditions import register

        register(ActivitiesEvidence())
        further.register("activities", ActivitiesPart())
