"""The agenda as a document: its sections as they are being written, what people say about them, the versions that were
published, and who signed which."""

import pgtrigger
from django.db import models
from django.utils.translation import gettext_lazy as _

from backbone.models import Initiative, Membership, Partner, TenantForeignKey, TenantOwned

SECTION_LENGTH = 20_000


class Section(TenantOwned):
    """One section as it is being written. `number` counts its texts, so that a save can say which one it began from."""

    class Topic(models.TextChoices):
        """In the order in which the document is read; the tree of results and strategies stands before the last two."""

        PROBLEM = "problem", _("The problem")
        VISION = "vision", _("Our vision")
        POPULATION = "population", _("Who it is for, and where")
        PRINCIPLES = "principles", _("How we work together")
        ROLES = "roles", _("Who does what")

    initiative = TenantForeignKey(Initiative, models.CASCADE, related_name="sections")
    topic = models.CharField(max_length=12, choices=Topic.choices)
    text = models.TextField(_("text"), blank=True, default="", max_length=SECTION_LENGTH)
    number = models.PositiveIntegerField(default=0)
    owner = TenantForeignKey(Membership, null=True, blank=True, related_name="+", verbose_name=_("who looks after it"))

    class Meta(TenantOwned.Meta):
        constraints = [models.UniqueConstraint(name="section_once", fields=["tenant", "initiative", "topic"])]

    def __str__(self):
        return self.topic


class SectionText(TenantOwned):
    """One text that a section had: the newest is the section's own. Never altered."""

    section = TenantForeignKey(Section, models.CASCADE, related_name="texts")
    number = models.PositiveIntegerField()
    text = models.TextField(blank=True)
    by = TenantForeignKey(Membership, null=True, blank=True, related_name="+")
    at = models.DateTimeField()

    class Meta(TenantOwned.Meta):
        constraints = [models.UniqueConstraint(name="section_text_once", fields=["tenant", "section", "number"])]
        triggers = [pgtrigger.Protect(name="text_stays", operation=pgtrigger.Update)]

    def __str__(self):
        return f"{self.section_id} text {self.number}"


class Suggestion(TenantOwned):
    """Another text for a section, from somebody who may not write it or whose words met another's; accepted or declined
    with a reason. `base` is the number of the text that it was written on."""

    class State(models.TextChoices):
        OPEN = "open", _("Open")
        ACCEPTED = "accepted", _("Accepted")
        DECLINED = "declined", _("Declined")

    section = TenantForeignKey(Section, models.CASCADE, related_name="suggestions")
    base = models.PositiveIntegerField()
    text = models.TextField(_("text"), blank=True, max_length=SECTION_LENGTH)
    why = models.CharField(_("why"), max_length=500, blank=True, default="")
    by = TenantForeignKey(Membership, related_name="+")
    at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)
    reason = models.CharField(_("reason"), max_length=500, blank=True, default="")
    decided_by = TenantForeignKey(Membership, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)

    class Meta(TenantOwned.Meta):
        indexes = [models.Index(name="suggestion_of_section", fields=["tenant", "section", "state"])]

    def __str__(self):
        return f"{self.section_id} {self.state}"


class SectionRemark(TenantOwned):
    """What somebody said about a section, until it is settled."""

    section = TenantForeignKey(Section, models.CASCADE, related_name="remarks")
    text = models.CharField(_("words"), max_length=2000)
    by = TenantForeignKey(Membership, related_name="+")
    at = models.DateTimeField()
    settled_by = TenantForeignKey(Membership, null=True, blank=True, related_name="+")
    settled_at = models.DateTimeField(null=True, blank=True)

    class Meta(TenantOwned.Meta):
        indexes = [models.Index(name="remark_of_section", fields=["tenant", "section", "at"])]

    def __str__(self):
        return self.text[:60]


class AgendaVersion(TenantOwned):
    """The whole agenda as it was published on a day: canonical JSON and its SHA-256. Never altered."""

    initiative = TenantForeignKey(Initiative, related_name="agenda_versions")
    number = models.PositiveIntegerField()
    body = models.TextField()
    sha256 = models.CharField(max_length=64)
    note = models.CharField(_("what is new"), max_length=500, blank=True, default="")
    by = TenantForeignKey(Membership, null=True, blank=True, related_name="+")
    at = models.DateTimeField()

    class Meta(TenantOwned.Meta):
        constraints = [models.UniqueConstraint(name="agenda_version_once", fields=["tenant", "initiative", "number"])]
        triggers = [pgtrigger.Protect(name="agenda_stays", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self):
        return f"version {self.number}"


class Signature(TenantOwned):
    """What a partner said to a version, by whom and when. A record: never altered; a later one says something else."""

    class Stance(models.TextChoices):
        SIGNED = "signed", _("Signed")
        RESERVED = "reserved", _("Signed with a reservation")
        REFUSED = "refused", _("Not signed")

    version = TenantForeignKey(AgendaVersion, related_name="signatures")
    partner = TenantForeignKey(Partner, related_name="signatures")
    stance = models.CharField(_("your answer"), max_length=10, choices=Stance.choices)
    name = models.CharField(_("name"), max_length=150)
    words = models.CharField(_("words"), max_length=2000, blank=True, default="")
    by = TenantForeignKey(Membership, related_name="+")
    at = models.DateTimeField()

    class Meta(TenantOwned.Meta):
        indexes = [models.Index(name="signature_of_version", fields=["tenant", "version", "partner", "at"])]
        triggers = [pgtrigger.Protect(name="signature_stays", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self):
        return f"{self.partner_id} {self.stance}"
