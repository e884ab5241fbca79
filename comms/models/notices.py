"""What people are told: announcements that are acknowledged, and each person's inbox."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from backbone.models import Initiative, Membership, Partner, TenantForeignKey, TenantOwned, WorkingGroup


class Announcement(TenantOwned):
    """Something told to all partners of an initiative, or to a group. `about` names the row that it passes on
    ("comms.decision:9"); with `needs_answer` each organization acknowledges it, and who did not is listed."""

    initiative = TenantForeignKey(Initiative, models.CASCADE, related_name="announcements")
    group = TenantForeignKey(WorkingGroup, null=True, blank=True, related_name="announcements", verbose_name=_("group"))
    title = models.CharField(_("title"), max_length=200)
    text = models.TextField(_("in words"), max_length=5000, blank=True, default="")
    about = models.CharField(max_length=80, blank=True, default="")
    url = models.CharField(max_length=300, blank=True, default="")
    needs_answer = models.BooleanField(_("each organization says that it has read it"), default=False)
    partners = models.JSONField(default=list, blank=True)
    by = TenantForeignKey(Membership, related_name="+")
    at = models.DateTimeField()

    class Meta(TenantOwned.Meta):
        ordering = ["-at", "-id"]
        indexes = [models.Index(name="announcement_by_time", fields=["tenant", "initiative", "at"])]

    def __str__(self):
        return self.title


class Acknowledgement(TenantOwned):
    """An organization read an announcement; somebody said so for it."""

    announcement = TenantForeignKey(Announcement, models.CASCADE, related_name="acknowledgements")
    partner = TenantForeignKey(Partner, related_name="+")
    by = TenantForeignKey(Membership, related_name="+")
    at = models.DateTimeField()

    class Meta(TenantOwned.Meta):
        constraints = [
            models.UniqueConstraint(name="acknowledgement_once", fields=["tenant", "announcement", "partner"])
        ]

    def __str__(self):
        return f"{self.partner_id} read {self.announcement_id}"


class Note(TenantOwned):
    """A line in one person's inbox. `key` names what it tells, so that it comes once; what was read there is not mailed
    again: `mailed_in` names the digest that took it along."""

    member = TenantForeignKey(Membership, models.CASCADE, related_name="notes")
    kind = models.CharField(max_length=20)
    key = models.CharField(max_length=120)
    text = models.CharField(max_length=500)
    url = models.CharField(max_length=300, blank=True, default="")
    at = models.DateTimeField()
    read_at = models.DateTimeField(null=True, blank=True)
    mailed_in = models.CharField(max_length=80, blank=True, default="")

    class Meta(TenantOwned.Meta):
        ordering = ["-at", "-id"]
        constraints = [models.UniqueConstraint(name="note_once", fields=["tenant", "member", "key"])]
        indexes = [
            models.Index(name="note_unread", fields=["tenant", "member", "at"], condition=Q(read_at=None)),
        ]

    def __str__(self):
        return self.text
