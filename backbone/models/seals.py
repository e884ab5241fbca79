"""The chain over what happened: each line sealed together with the one before, so that a line that was altered shows."""

from django.db import models

from backbone.models.owned import TenantOwned


class Seal(TenantOwned):
    """The seal of one `Change`: SHA-256 over the seal before and every column of the line. Written once, in the order of
    `number`; the application can neither alter nor remove it."""

    number = models.BigIntegerField()
    change_id = models.BigIntegerField()
    sha256 = models.CharField(max_length=64)
    at = models.DateTimeField()

    class Meta(TenantOwned.Meta):
        constraints = [
            models.UniqueConstraint(name="seal_number_once", fields=["tenant", "number"]),
            models.UniqueConstraint(name="seal_of_change_once", fields=["tenant", "change_id"]),
        ]

    def __str__(self):
        return f"seal {self.number}"
