"""Addresses that are told what happens, and each telling of it."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from backbone.models.owned import TenantForeignKey, TenantOwned
from backbone.models.people import Membership


class Webhook(TenantOwned):
    """One address and the events it is told. What signs is worked out from `salt` and the platform’s own key, so that who
    reads the table can sign nothing; it is shown once."""

    name = models.CharField(_("name"), max_length=100)
    url = models.URLField(_("address"), max_length=500)
    events = ArrayField(models.CharField(max_length=40), default=list)
    salt = models.CharField(max_length=64)
    by = TenantForeignKey(Membership, related_name="+")
    made_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta(TenantOwned.Meta):
        ordering = ["name", "id"]

    def __str__(self):
        return self.name


class Delivery(TenantOwned):
    """One event on its way to one address. `about` names the object, whose events arrive in their order: a later one waits
    until the one before has arrived or was given up."""

    class State(models.TextChoices):
        PENDING = "pending", _("waiting")
        SENT = "sent", _("sent")
        FAILED = "failed", _("given up")

    webhook = TenantForeignKey(Webhook, models.CASCADE, related_name="deliveries")
    event = models.CharField(max_length=40)
    about = models.CharField(max_length=120)
    body = models.JSONField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.PENDING)
    attempts = models.PositiveSmallIntegerField(default=0)
    status = models.PositiveSmallIntegerField(null=True)
    words = models.CharField(max_length=300, blank=True, default="")
    made_at = models.DateTimeField()
    due_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)

    class Meta(TenantOwned.Meta):
        ordering = ["-id"]
        indexes = [
            models.Index(name="delivery_pending", fields=["tenant", "due_at"], condition=models.Q(state="pending")),
            models.Index(name="delivery_of_object", fields=["tenant", "webhook", "about", "id"]),
        ]

    def __str__(self):
        return f"{self.event} {self.about}"
