"""Talk about a thing: a figure, an activity, a section of the agenda, a decision."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from backbone.models import Initiative, Membership, Partner, TenantForeignKey, TenantOwned


class Thread(TenantOwned):
    """`about` names the row ("measures.indicator:7"), with a partner where it is one partner's part of it; whoever may see
    that thing may read along, nobody else. `needs` is the right that is asked for, by its name in `roles.Can`."""

    initiative = TenantForeignKey(Initiative, models.CASCADE, related_name="threads")
    about = models.CharField(max_length=120)
    label = models.CharField(max_length=300)
    url = models.CharField(max_length=300)
    partner = TenantForeignKey(Partner, null=True, blank=True, related_name="+")
    needs = models.CharField(max_length=40)
    resolved_at = models.DateTimeField(null=True, blank=True)
    resolved_by = TenantForeignKey(Membership, null=True, blank=True, related_name="+")
    last_at = models.DateTimeField()

    class Meta(TenantOwned.Meta):
        ordering = ["-last_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                name="thread_once", fields=["tenant", "initiative", "about", "partner"], nulls_distinct=False
            )
        ]
        indexes = [models.Index(name="thread_by_time", fields=["tenant", "initiative", "last_at"])]

    def __str__(self):
        return self.label


class Post(TenantOwned):
    """One contribution; `mentions` are the ids of the people it names."""

    thread = TenantForeignKey(Thread, models.CASCADE, related_name="posts")
    text = models.TextField(_("in words"), max_length=4000)
    mentions = models.JSONField(default=list, blank=True)
    by = TenantForeignKey(Membership, related_name="+")
    partner = TenantForeignKey(Partner, null=True, blank=True, related_name="+")
    at = models.DateTimeField()

    class Meta(TenantOwned.Meta):
        ordering = ["at", "id"]

    def __str__(self):
        return self.text[:60]
