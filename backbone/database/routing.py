"""Which connection migrates: the owner's. The application's own role could not, and is never asked to."""


class OwnerMigrates:
    def allow_migrate(self, db, app_label, **hints):
        return db == "owner"
