"""What happened: one line for each change, never altered."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from backbone.models.owned import TenantForeignKey, TenantOwned
from backbone.models.people import Membership
from backbone.models.tenants import Initiative, Partner


class Change(TenantOwned):
    """Who did what to what, and when, in the past tense. Written by `changes.record`; the web cannot alter it.

    `verb` is a registered slug ("filing.submitted"); `facts` are the plain values that its sentence needs.
    `subject` is the label and id of the row ("measures.filing", 12), kept after the row is gone.
    """

    initiative = TenantForeignKey(Initiative, null=True, related_name="changes")
    partner = TenantForeignKey(Partner, null=True, related_name="+")
    by = TenantForeignKey(Membership, null=True, related_name="+")
    at = models.DateTimeField(_("when"), auto_now_add=True)
    verb = models.CharField(max_length=60)
    subject = models.CharField(max_length=60)
    subject_id = models.BigIntegerField(null=True)
    facts = models.JSONField(default=dict)

    class Meta(TenantOwned.Meta):
        indexes = [
            models.Index(name="change_by_time", fields=["tenant", "initiative", "at"]),
            models.Index(name="change_of_subject", fields=["tenant", "subject", "subject_id", "at"]),
            # The last change that is no report's, whose set-up home keeps, is found however many reports came since.
            models.Index(
                name="change_of_set_up", fields=["tenant", "id"], condition=~models.Q(verb__startswith="filing.")
            ),
        ]

    def __str__(self):
        return self.verb
