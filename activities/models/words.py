"""The words that activities are tagged with: kinds of service, populations, and places, each a tenant's own."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from backbone.models import TenantForeignKey, TenantOwned
from backbone.models.tenants import slug_field_rule


class Word(TenantOwned):
    """A word of a tenant's vocabulary. `slug` names it in files and addresses; one that is retired stays where it was
    used and is offered no more."""

    slug = models.CharField(_("short name"), max_length=50, validators=[slug_field_rule])
    name = models.CharField(_("name"), max_length=120)
    position = models.PositiveIntegerField(default=0)
    is_retired = models.BooleanField(_("no longer offered"), default=False)

    class Meta(TenantOwned.Meta):
        abstract = True
        ordering = ["position", "name", "id"]

    def __str__(self):
        return self.name


class ServiceType(Word):
    """What is done for people, such as a class or a meal; types may stand under one another, as in Open Eligibility."""

    under = TenantForeignKey("self", null=True, blank=True, related_name="types", verbose_name=_("under"))

    class Meta(Word.Meta):
        constraints = [
            models.UniqueConstraint(
                name="service_type_slug_once",
                fields=["tenant", "slug"],
                violation_error_message=_("Another kind of service has this short name."),
            ),
            models.CheckConstraint(name="service_type_not_under_itself", condition=Q(under=None) | ~Q(under=F("id"))),
        ]


class Population(Word):
    """Whom an activity is for, such as foster youth."""

    class Meta(Word.Meta):
        constraints = [
            models.UniqueConstraint(
                name="population_slug_once",
                fields=["tenant", "slug"],
                violation_error_message=_("Another population has this short name."),
            )
        ]


class Place(Word):
    """Where an activity is, such as a county or a quarter; what is in a place is also in the one that it lies in."""

    within = TenantForeignKey("self", null=True, blank=True, related_name="places", verbose_name=_("lies in"))

    class Meta(Word.Meta):
        constraints = [
            models.UniqueConstraint(
                name="place_slug_once",
                fields=["tenant", "slug"],
                violation_error_message=_("Another place has this short name."),
            ),
            models.CheckConstraint(name="place_not_within_itself", condition=Q(within=None) | ~Q(within=F("id"))),
        ]
