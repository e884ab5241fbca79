"""What funders and the public see: publications, their frozen bodies and files, who may open them, and who did."""

from __future__ import annotations

import json
from typing import Any

import pgtrigger
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from backbone.models.owned import TenantForeignKey, TenantOwned
from backbone.models.people import Grant, Membership
from backbone.models.tenants import Initiative
from backbone.roles import Can, Role, reach
from backbone.tenancy import TenantManager, TenantQuerySet

PUBLISHERS = tuple(role.value for role in Role if reach(role, Can.PUBLISH) or reach(role, Can.RELEASE))


class Audience(models.TextChoices):
    """For whom a publication is suppressed and cut, the one that may see most first.

    What a later one sees, each earlier one sees too; so whoever reads both learns no more than from the first.
    """

    FUNDERS = "funders", _("Funders")
    PUBLIC = "public", _("The public")


class Publication(TenantOwned):
    """One version of an initiative's publication for a period: a draft until it is published, then never altered.

    `choices` is what staff chose, by condition, as plain data; `as_of` the instant whose figures it shows; `report` what
    the check found, with hidden values in it, for those alone who may see small cells.
    """

    class State(models.TextChoices):
        DRAFT = "draft", _("Draft")
        WAITING = "waiting", _("Waiting to be checked")
        CHECKED = "checked", _("Checked")
        REFUSED = "refused", _("Not safe to publish")
        FAILED = "failed", _("The check failed")
        PUBLISHED = "published", _("Published")

    initiative = TenantForeignKey(Initiative, related_name="publications")
    grain = models.CharField(max_length=10)
    period = models.DateField(_("period"))
    version = models.PositiveIntegerField(null=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.DRAFT)
    choices = models.JSONField(default=dict)
    report = models.JSONField(default=dict)
    created_by = TenantForeignKey(Membership, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    asked_at = models.DateTimeField(null=True)  # when a check was asked for
    as_of = models.DateTimeField(null=True)
    published_by = TenantForeignKey(Membership, null=True, related_name="+")
    published_at = models.DateTimeField(null=True)

    class Meta(TenantOwned.Meta):
        constraints = [
            models.UniqueConstraint(
                name="publication_version_once", fields=["tenant", "initiative", "grain", "period", "version"]
            ),
            models.UniqueConstraint(
                name="publication_draft_once",
                fields=["tenant", "initiative", "grain", "period"],
                condition=Q(published_at=None),
            ),
            models.CheckConstraint(
                name="publication_published_whole",
                condition=Q(published_at=None, version=None)
                | Q(published_at__isnull=False, version__isnull=False, as_of__isnull=False, state="published"),
            ),
        ]
        indexes = [models.Index(name="publication_by_time", fields=["tenant", "initiative", "published_at"])]
        triggers = [
            pgtrigger.Protect(
                name="published_stays",
                operation=pgtrigger.Update | pgtrigger.Delete,
                condition=pgtrigger.Q(old__published_at__isnull=False),
            )
        ]

    def __str__(self):
        return f"{self.period:%Y-%m} {self.version or 'draft'}"

    @property
    def is_published(self) -> bool:
        return self.published_at is not None

    @property
    def is_busy(self) -> bool:
        """Whether a worker has it, or will."""
        return self.state == self.State.WAITING


class Proof(TenantOwned):
    """What a draft would say to one audience, as the last check made it. Goes when something is chosen anew."""

    publication = TenantForeignKey(Publication, models.CASCADE, related_name="proofs")
    audience = models.CharField(max_length=10, choices=Audience.choices)
    body = models.TextField()

    class Meta(TenantOwned.Meta):
        constraints = [models.UniqueConstraint(name="proof_once", fields=["tenant", "publication", "audience"])]

    def __str__(self):
        return self.audience


class PublishedBody(TenantOwned):
    """What a publication says to one audience, to the byte: canonical JSON, and its SHA-256. Never altered."""

    publication = TenantForeignKey(Publication, related_name="bodies")
    audience = models.CharField(max_length=10, choices=Audience.choices)
    body = models.TextField()
    sha256 = models.CharField(max_length=64)

    has_moved = True  # whether anything was ever restated of it: a selector that looked knows better

    class Meta(TenantOwned.Meta):
        constraints = [models.UniqueConstraint(name="body_once", fields=["tenant", "publication", "audience"])]
        triggers = [pgtrigger.Protect(name="body_stays", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self):
        return self.sha256[:12]

    @cached_property
    def content(self) -> dict[str, Any]:
        """The frozen data."""
        return json.loads(self.body)


class PublishedFile(TenantOwned):
    """A document made of a frozen body, in one language; kept, and served again to the byte.

    Asked for (`content` None) until a worker has made it. `problem` says why it could not.
    """

    body = TenantForeignKey(PublishedBody, related_name="files")
    form = models.CharField(max_length=10)  # pdf, xlsx, csv, package
    language = models.CharField(max_length=10)
    asked_at = models.DateTimeField(default=timezone.now)
    problem = models.CharField(max_length=200, blank=True, default="")
    content = models.BinaryField(null=True)
    sha256 = models.CharField(max_length=64, blank=True, default="")
    made_at = models.DateTimeField(null=True)

    class Meta(TenantOwned.Meta):
        constraints = [models.UniqueConstraint(name="file_once", fields=["tenant", "body", "form", "language"])]
        triggers = [
            pgtrigger.Protect(
                name="made_file_stays",
                operation=pgtrigger.Update | pgtrigger.Delete,
                condition=pgtrigger.Q(old__made_at__isnull=False),
            )
        ]

    def __str__(self):
        return f"{self.form} {self.language}"

    @property
    def is_made(self) -> bool:
        return self.made_at is not None


class ShareLinkQuerySet(TenantQuerySet):
    def alive(self):
        """The links that open something now: neither revoked nor expired, and their maker may publish still."""
        stands = Grant.objects.in_force().filter(membership=OuterRef("created_by"), role__in=PUBLISHERS)
        now = timezone.now()
        return self.filter(Exists(stands), revoked_at=None, expires_at__gt=now, created_by__is_active=True)


class ShareLink(TenantOwned):
    """A link that opens the publications of one initiative, or one of them, without a login. Only its SHA-256 is kept.

    Without a `publication` it always shows the latest. `embeds` lets other sites frame one chart of it: those of `sites`,
    or, when it names none, any. What a link shows and to whom never changes; only its passphrase may, and it may end.
    """

    initiative = TenantForeignKey(Initiative, related_name="share_links")
    publication = TenantForeignKey(Publication, null=True, blank=True, related_name="share_links")
    audience = models.CharField(_("shows what"), max_length=10, choices=Audience.choices, default=Audience.PUBLIC)
    name = models.CharField(_("for whom"), max_length=100)
    token_hash = models.CharField(max_length=64)
    hint = models.CharField(max_length=8)  # the last letters of the token, to tell links apart
    passphrase = models.CharField(max_length=200, blank=True, default="")  # hashed as a password is
    embeds = models.BooleanField(_("may be embedded"), default=False)
    sites = models.JSONField(default=list)  # origins, as in https://example.org
    created_by = TenantForeignKey(Membership, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField(_("expires"))
    revoked_at = models.DateTimeField(null=True, blank=True)
    revoked_by = TenantForeignKey(Membership, null=True, blank=True, related_name="+")

    objects = TenantManager.from_queryset(ShareLinkQuerySet)()

    class Meta(TenantOwned.Meta):
        constraints = [models.UniqueConstraint(name="share_link_once", fields=["tenant", "token_hash"])]
        indexes = [models.Index(name="share_link_by_time", fields=["tenant", "initiative", "created_at"])]
        triggers = [pgtrigger.ReadOnly(name="scope_stays", exclude=["passphrase", "revoked_at", "revoked_by"])]

    def __str__(self):
        return self.name


class Visit(TenantOwned):
    """That somebody opened a publication, or took a file of it: a member, or whoever held a link. Never altered; it goes
    when its time is over (`services.retention`), and the database lets none go that is younger than thirty days."""

    publication = TenantForeignKey(Publication, related_name="visits")
    audience = models.CharField(max_length=10, choices=Audience.choices)
    member = TenantForeignKey(Membership, null=True, related_name="+")
    link = TenantForeignKey(ShareLink, null=True, related_name="visits")
    what = models.CharField(max_length=20)  # page, data, chart, or a form of file
    at = models.DateTimeField(default=timezone.now)

    class Meta(TenantOwned.Meta):
        indexes = [
            models.Index(name="visit_by_time", fields=["tenant", "publication", "at"]),
            models.Index(name="visit_of_member", fields=["tenant", "member", "publication", "at"]),
            models.Index(name="visit_of_link", fields=["tenant", "link", "at"]),
        ]
        triggers = [
            pgtrigger.Protect(
                name="young_visit_stays",
                operation=pgtrigger.Delete,
                condition=pgtrigger.Condition("OLD.at > now() - interval '30 days'"),
            )
        ]

    def __str__(self):
        return f"{self.what} at {self.at:%Y-%m-%d %H:%M}"


class Restated(TenantOwned):
    """A published figure that live figures no longer agree with: one row for each change of it, never altered.

    `figure` names it for good in words of its condition ("k1:2026-10"); `before` and `after` are plain data of that
    condition, `after` of None a figure that must not be shown as it is now. `reason`, `by` and `at` are those of the last
    change behind it; `as_of` is the instant whose figure `after` is.
    """

    publication = TenantForeignKey(Publication, related_name="restated")
    audience = models.CharField(max_length=10, choices=Audience.choices)
    condition = models.CharField(max_length=20)
    figure = models.CharField(max_length=300)
    before = models.JSONField(null=True)
    after = models.JSONField(null=True)
    reason = models.CharField(max_length=500, blank=True, default="")
    by = TenantForeignKey(Membership, null=True, related_name="+")
    at = models.DateTimeField()
    as_of = models.DateTimeField(null=True)
    noticed_at = models.DateTimeField(default=timezone.now)

    class Meta(TenantOwned.Meta):
        indexes = [models.Index(name="restated_by_time", fields=["tenant", "publication", "audience", "noticed_at"])]

    def __str__(self):
        return self.figure


class Comparison(TenantOwned):
    """Until when live figures have been held against a publication; beside it, for that is never altered."""

    publication = TenantForeignKey(Publication, models.CASCADE, related_name="comparisons")
    compared_at = models.DateTimeField()

    class Meta(TenantOwned.Meta):
        constraints = [models.UniqueConstraint(name="comparison_once", fields=["tenant", "publication"])]

    def __str__(self):
        return f"{self.compared_at:%Y-%m-%d %H:%M}"
