from django.apps import AppConfig


class CommsConfig(AppConfig):
    name = "comms"

    def ready(self):
        from backbone.conditions import register
        from comms.evidence import CommsEvidence

        register(CommsEvidence())
