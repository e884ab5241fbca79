from django.apps import AppConfig


class MeasuresConfig(AppConfig):
    name = "measures"

    def ready(self):
        from backbone.conditions import register
        from backbone.helping import tell
        from backbone.services import partners
        from measures.evidence import MeasuresEvidence
        from measures.helping import MEASURES
        from measures.services import carried, obligations  # noqa: F401  carried listens to what is handed in

        register(MeasuresEvidence())
        tell("measures", MEASURES)
        partners.follow("measures", obligations.FOLLOWER)
