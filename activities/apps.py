from django.apps import AppConfig


class ActivitiesConfig(AppConfig):
    name = "activities"

    def ready(self):
        from activities.bundles import ActivitiesPart
        from activities.evidence import ActivitiesEvidence
        from activities.helping import ACTIVITIES
        from backbone.bundles import further
        from backbone.conditions import register
        from backbone.helping import tell

        register(ActivitiesEvidence())
        tell("activities", ACTIVITIES)
        further.register("activities", ActivitiesPart())
