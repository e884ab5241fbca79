from django.apps import AppConfig


class CommsConfig(AppConfig):
    name = "comms"

    def ready(self):
        from backbone.conditions import register
        from backbone.frame import tell_inbox
        from backbone.helping import tell
        from comms.evidence import CommsEvidence
        from comms.helping import COMMS, INBOX
        from comms.selectors.reminded import last_reminded
        from comms.services.inbox import COUNTED, seen
        from comms.views import hooks  # noqa: F401  listens to what the mail provider reports
        from measures.selectors.chase import tell_reminders

        register(CommsEvidence())
        tell("comms", COMMS)
        tell("inbox", INBOX)
        tell_reminders(last_reminded)
        tell_inbox("inbox:inbox", seen, COUNTED)
