"""API keys, and the answers kept so that a repeated request is answered and not done again."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from backbone.models.owned import TenantForeignKey, TenantOwned
from backbone.models.people import Membership
from backbone.models.tenants import Partner
from backbone.roles import Role


class APIKey(TenantOwned):
    """A machine's login: it acts for its owner in one role. Only the SHA-256 of the secret is kept."""

    name = models.CharField(_("name"), max_length=100)
    owner = TenantForeignKey(Membership, models.CASCADE, related_name="api_keys")
    role = models.CharField(_("role"), max_length=30, choices=Role.choices)
    partner = TenantForeignKey(Partner, null=True, blank=True, related_name="+")
    scopes = ArrayField(models.CharField(max_length=20), default=list, blank=True)
    prefix = models.CharField(max_length=16)
    secret_hash = models.CharField(max_length=64)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField(_("expires"))
    revoked_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True)

    class Meta(TenantOwned.Meta):
        constraints = [models.UniqueConstraint(name="api_key_prefix_once", fields=["tenant", "prefix"])]

    def __str__(self):
        return self.name

    @property
    def is_open(self) -> bool:
        return self.revoked_at is None and self.expires_at > timezone.now()


class KeptAnswer(TenantOwned):
    """The first answer to a request that carried an Idempotency-Key, replayed to its repetitions."""

    credential = models.CharField(max_length=80)
    route = models.CharField(max_length=200)
    key = models.CharField(max_length=255)
    body_hash = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(null=True)
    body = models.JSONField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta(TenantOwned.Meta):
        constraints = [
            models.UniqueConstraint(name="kept_answer_once", fields=["tenant", "credential", "route", "key"])
        ]

    def __str__(self):
        return self.key
