"""Tenants, their initiatives, and the organizations that take part in them."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo, available_timezones

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models import F, Func, Q, Value
from django.db.models.functions import Cast
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from backbone.models.owned import TenantForeignKey, TenantOwned
from backbone.tenancy import TenantManager, TenantQuerySet

slug_field_rule = RegexValidator(
    r"^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\Z", _("Use small letters, digits and hyphens, as in “youth-to-work”.")
)


def known_timezone(name: str) -> None:
    if name not in available_timezones():
        raise ValidationError(_("“%(name)s” is no known time zone; one is “Europe/London”."), params={"name": name})


class Tenant(models.Model):
    """One backbone organization's account. Not tenant-owned itself: it is what the others are owned by."""

    class Counting(models.TextChoices):
        APPROVED = "approved", _("approved figures")
        SUBMITTED = "submitted", _("submitted and approved figures")

    class NumberFormat(models.TextChoices):
        POINT = "1,234.5", "1,234.5"
        COMMA = "1.234,5", "1.234,5"
        SPACE = "1 234,5", "1 234,5"

    class DateOrder(models.TextChoices):
        DAY_FIRST = "dmy", _("day first, as in 31/12/2026")
        MONTH_FIRST = "mdy", _("month first, as in 12/31/2026")

    slug = models.CharField(_("short name"), max_length=50, unique=True, validators=[slug_field_rule])
    name = models.CharField(_("name"), max_length=200)
    timezone = models.CharField(_("time zone"), max_length=64, default="UTC", validators=[known_timezone])
    locale = models.CharField(
        _("language"), max_length=10, default="en", choices=[("en", "English"), ("es", "Español")]
    )
    fiscal_year_starts = models.PositiveSmallIntegerField(
        _("fiscal year starts in month"), default=1, validators=[MinValueValidator(1), MaxValueValidator(12)]
    )
    small_cell_threshold = models.PositiveSmallIntegerField(
        _("smallest count shown to others"), default=11, validators=[MinValueValidator(5), MaxValueValidator(20)]
    )
    maintain_band = models.PositiveSmallIntegerField(
        _("percent by which a level to be maintained may slip"), default=5, validators=[MaxValueValidator(50)]
    )
    same_definition = models.PositiveSmallIntegerField(
        _("percent of a figure that is to be counted as defined"), default=90, validators=[MaxValueValidator(100)]
    )
    counting = models.CharField(
        _("what roll-ups count"), max_length=10, choices=Counting.choices, default=Counting.APPROVED
    )
    number_format = models.CharField(
        _("numbers in files look like"), max_length=10, choices=NumberFormat.choices, default=NumberFormat.POINT
    )
    date_order = models.CharField(
        _("dates in files are"), max_length=3, choices=DateOrder.choices, default=DateOrder.DAY_FIRST
    )
    outlier_z = models.DecimalField(
        _("a figure is unusual beyond so many standard deviations"),
        max_digits=4, decimal_places=2, default=Decimal(3),
        validators=[MinValueValidator(1), MaxValueValidator(20)],
    )  # fmt: skip
    outlier_modified_z = models.DecimalField(
        _("and beyond so many of the median’s deviations"),
        max_digits=4, decimal_places=2, default=Decimal("3.5"),
        validators=[MinValueValidator(1), MaxValueValidator(20)],
    )  # fmt: skip
    wants_words = models.BooleanField(_("unusual figures need a word before they are submitted"), default=False)
    gap_below = models.PositiveSmallIntegerField(
        _("percent of a need below which there is a gap"), default=25, validators=[MaxValueValidator(100)]
    )
    overlap_above = models.PositiveSmallIntegerField(
        _("percent of a need above which two partners may do the same"),
        default=125,
        validators=[MinValueValidator(100), MaxValueValidator(1000)],
    )
    untagged_most = models.PositiveSmallIntegerField(
        _("percent of activities that may lack a strategy, population or place"),
        default=10,
        validators=[MaxValueValidator(100)],
    )
    watch_change = models.PositiveSmallIntegerField(
        _("percent by which one figure rises while another falls that is worth a word"),
        default=5,
        validators=[MinValueValidator(1), MaxValueValidator(100)],
    )
    watch_coverage = models.PositiveSmallIntegerField(
        _("percent of coverage that both need for it"), default=80, validators=[MaxValueValidator(100)]
    )
    health_known = models.PositiveSmallIntegerField(
        _("percent of a condition’s checks that must be known for a score"),
        default=60,
        validators=[MinValueValidator(1), MaxValueValidator(100)],
    )
    signal_from = models.PositiveSmallIntegerField(
        _("percent from which a partner is said to be drifting"),
        default=35,
        validators=[MinValueValidator(1), MaxValueValidator(100)],
    )
    evidence_tolerance = models.PositiveSmallIntegerField(
        _("percent by which a cited figure may move before a decision is told"),
        default=5,
        validators=[MinValueValidator(1), MaxValueValidator(100)],
    )
    mails_a_week = models.PositiveSmallIntegerField(
        _("routine mails that a person gets in a week at most"),
        default=2,
        validators=[MinValueValidator(1), MaxValueValidator(7)],
    )
    visits_kept_days = models.PositiveSmallIntegerField(
        _("days for which it is known who opened a publication"),
        default=730,
        validators=[MinValueValidator(30), MaxValueValidator(3650)],
    )
    mails_kept_days = models.PositiveSmallIntegerField(
        _("days for which mails and inboxes keep their words"),
        default=730,
        validators=[MinValueValidator(30), MaxValueValidator(3650)],
    )
    uploads_kept_days = models.PositiveSmallIntegerField(
        _("days for which an uploaded file waits to be applied"),
        default=30,
        validators=[MinValueValidator(1), MaxValueValidator(365)],
    )
    logs_kept_days = models.PositiveSmallIntegerField(
        _("days for which deliveries and repeated calls are remembered"),
        default=90,
        validators=[MinValueValidator(7), MaxValueValidator(3650)],
    )
    withdrawn_kept_days = models.PositiveSmallIntegerField(
        _("days for which something withdrawn can still be looked up"),
        default=90,
        validators=[MinValueValidator(1), MaxValueValidator(3650)],
    )
    accent = models.CharField(
        _("accent colour"), max_length=7, blank=True, validators=[RegexValidator(r"^#[0-9a-fA-F]{6}\Z")]
    )
    logo = models.CharField(
        max_length=16, blank=True, default="", editable=False
    )  # which `Logo` stands; none when empty
    # Made up, to look around in; an admin removes it with one click.
    is_sample = models.BooleanField(default=False, editable=False)
    erase_at = models.DateTimeField(null=True, blank=True, editable=False)  # when all of it goes (`services.erasing`)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="tenant_fiscal_year_starts_in_a_month", condition=Q(fiscal_year_starts__range=(1, 12))
            ),
            models.CheckConstraint(
                name="tenant_small_cell_threshold_5_to_20", condition=Q(small_cell_threshold__range=(5, 20))
            ),
        ]

    def __str__(self):
        return self.name

    def day(self, at: datetime | None = None) -> date:
        """The day it is for this tenant at an instant, now if none is given: what is due and closed goes by it.

        Not the reader's day: of two people in two time zones, one is not late before the other.
        """
        return (at or timezone.now()).astimezone(ZoneInfo(self.timezone)).date()


def day_of_tenant() -> Cast:
    """The same inside a query: the day that it is now for the tenant of each row."""
    there = Func(F("tenant__timezone"), Value(timezone.now()), function="timezone", output_field=models.DateTimeField())
    return Cast(there, models.DateField())


class Initiative(TenantOwned):
    """One collective impact effort; agenda, indicators, activities and meetings belong to one."""

    slug = models.CharField(_("short name"), max_length=50, validators=[slug_field_rule])
    name = models.CharField(_("name"), max_length=200)
    starts_on = models.DateField(_("starts on"))
    ends_on = models.DateField(_("ends on"), null=True, blank=True)
    attribution = models.TextField(
        _("source and licence of the figures"),
        blank=True,
        max_length=1000,
        help_text=_("Shown below the initiative’s pages, word for word."),
    )
    is_public = models.BooleanField(_("its latest publication has a page for everybody"), default=False)

    class Meta(TenantOwned.Meta):
        constraints = [
            models.UniqueConstraint(
                name="initiative_slug_once",
                fields=["tenant", "slug"],
                violation_error_message=_("Another initiative has this short name."),
            ),
            models.CheckConstraint(
                name="initiative_ends_after_start",
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
                violation_error_message=_("It ends before it starts."),
            ),
        ]

    def __str__(self):
        return self.name


class PartnerQuerySet(TenantQuerySet):
    def of_initiative(self, initiative: Initiative) -> PartnerQuerySet:
        """Those that take part in it, took part once, or will."""
        return self.filter(participations__initiative=initiative)


class Partner(TenantOwned):
    """An organization that takes part; `code` is what its people and its spreadsheets call it.

    `successor` is the partner it was merged into: what it filed stays its own, and later periods are the successor's.
    """

    code = models.CharField(_("code"), max_length=40)
    name = models.CharField(_("name"), max_length=200)
    sector = models.CharField(_("sector"), max_length=80, blank=True)
    is_small = models.BooleanField(_("is small"), null=True, blank=True)  # ten people at most; None: nobody has said
    successor = TenantForeignKey("self", null=True, blank=True, related_name="predecessors")

    objects = TenantManager.from_queryset(PartnerQuerySet)()

    class Meta(TenantOwned.Meta):
        ordering = ["code"]
        constraints = [
            models.UniqueConstraint(
                name="partner_code_once",
                fields=["tenant", "code"],
                violation_error_message=_("Another partner has this code."),
            )
        ]

    def __str__(self):
        return self.name


class Participation(TenantOwned):
    """From when to when a partner is part of an initiative. Both days belong to it; no end means still."""

    initiative = TenantForeignKey(Initiative, related_name="participations")
    partner = TenantForeignKey(Partner, related_name="participations")
    joins_on = models.DateField(_("joins on"))
    leaves_on = models.DateField(_("leaves on"), null=True, blank=True)

    class Meta(TenantOwned.Meta):
        constraints = [
            models.UniqueConstraint(
                name="participation_once",
                fields=["tenant", "initiative", "partner"],
                violation_error_message=_("This partner already takes part."),
            ),
            models.CheckConstraint(
                name="participation_leaves_after_joining",
                condition=Q(leaves_on__isnull=True) | Q(leaves_on__gte=F("joins_on")),
                violation_error_message=_("It leaves before it joins."),
            ),
        ]

    def __str__(self):
        return f"{self.partner_id} in {self.initiative_id}"
