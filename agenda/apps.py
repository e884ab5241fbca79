from django.apps import AppConfig


class AgendaConfig(AppConfig):
    name = "agenda"

    def ready(self):
        from agenda.evidence import AgendaEvidence
        from backbone.conditions import register

        register(AgendaEvidence())
