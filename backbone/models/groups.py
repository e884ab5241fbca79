"""Working groups: people of several organizations who work on one part of an initiative."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from backbone.models.owned import TenantForeignKey, TenantOwned
from backbone.models.people import Membership
from backbone.models.tenants import Initiative, Partner, slug_field_rule


class WorkingGroup(TenantOwned):
    """A group of an initiative, such as the steering committee. One that is dissolved keeps what it did."""

    initiative = TenantForeignKey(Initiative, models.CASCADE, related_name="groups")
    slug = models.CharField(_("short name"), max_length=50, validators=[slug_field_rule])
    name = models.CharField(_("name"), max_length=120)
    purpose = models.CharField(_("what it is for"), max_length=500, blank=True, default="")
    is_steering = models.BooleanField(_("steers the initiative"), default=False)
    ended_on = models.DateField(_("dissolved on"), null=True, blank=True)

    class Meta(TenantOwned.Meta):
        ordering = ["-is_steering", "name", "id"]
        constraints = [
            models.UniqueConstraint(
                name="group_slug_once",
                fields=["tenant", "initiative", "slug"],
                violation_error_message=_("Another group has this short name."),
            )
        ]

    def __str__(self):
        return self.name


class GroupMember(TenantOwned):
    """A person in a group, for an organization (None: for nobody but the backbone or themself)."""

    group = TenantForeignKey(WorkingGroup, models.CASCADE, related_name="members")
    member = TenantForeignKey(Membership, models.CASCADE, related_name="groups", verbose_name=_("person"))
    partner = TenantForeignKey(Partner, null=True, blank=True, related_name="+", verbose_name=_("for"))
    is_chair = models.BooleanField(_("chairs it"), default=False)

    class Meta(TenantOwned.Meta):
        ordering = ["-is_chair", "member__name", "id"]
        constraints = [
            models.UniqueConstraint(
                name="group_member_once",
                fields=["tenant", "group", "member"],
                violation_error_message=_("This person is in the group already."),
            )
        ]

    def __str__(self):
        return f"{self.member_id} in {self.group_id}"
