from django.apps import AppConfig


class CommsConfig(AppConfig):
    name = "comms"

    def ready(self):
        from backbone.conditions import register
        from comms.evidence import CommsEvidence
        from comms.selectors.reminded import last_reminded
        from measures.selectors.chase import tell_reminders

        register(CommsEvidence())
        tell_reminders(last_reminded)
