"""The picture that stands for a tenant."""

from django.db import models

from backbone.models.owned import TenantOwned


class Logo(TenantOwned):
    """A tenant's logo, by the beginning of its SHA-256; `Tenant.logo` says which one stands. A PNG or a JPEG."""

    sha256 = models.CharField(max_length=64)
    media_type = models.CharField(max_length=20)
    content = models.BinaryField()
    at = models.DateTimeField()

    class Meta(TenantOwned.Meta):
        constraints = [models.UniqueConstraint(name="logo_once", fields=["tenant", "sha256"])]

    def __str__(self):
        return self.sha256
