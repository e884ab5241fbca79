from django.apps import AppConfig


class AgendaConfig(AppConfig):
    name = "agenda"

    def ready(self):
        from agenda.evidence import AgendaEvidence
        from agenda.helping import AGENDA
        from agenda.voices_bundle import LearningPart, PhasesPart, VoicesPart
        from backbone.bundles import further
        from backbone.conditions import register
        from backbone.helping import tell

        register(AgendaEvidence())
        tell("agenda", AGENDA)
        further.register("voices", VoicesPart())
        further.register("phases", PhasesPart())
        further.register("learning", LearningPart(), is_last=True)
