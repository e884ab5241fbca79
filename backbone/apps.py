from django.apps import AppConfig


class BackboneConfig(AppConfig):
    name = "backbone"
    verbose_name = "Backbone"

    def ready(self):
        from django.db.models.signals import post_migrate

        from backbone import accounts, checks  # noqa: F401  register receivers of signing in, and system checks
        from backbone.conditions import register
        from backbone.database.grants import grant_to_application
        from backbone.evidence import BackboneEvidence
        from backbone.helping import BACKBONE, tell

        register(BackboneEvidence())
        tell("backbone", BACKBONE)
        post_migrate.connect(grant_to_application, sender=self)
