from django.apps import AppConfig


class MeasuresConfig(AppConfig):
    name = "measures"

    def ready(self):
        from backbone.conditions import register
        from measures.evidence import MeasuresEvidence

        register(MeasuresEvidence())
