from django.apps import AppConfig


class AgendaConfig(AppConfig):
    name = "agenda"

    def ready(self):
        from backbone.conditions import register
        from agenda.evidence import AgendaEvidence

        register(AgendaEvidence())
