"""What every row that belongs to a tenant has in common."""

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models.expressions import Col
from django.db.models.lookups import Exact
from django.utils.translation import gettext_lazy as _

from backbone.tenancy import TenantManager, TenantQuerySet, active_tenant_id, has_scope


class TenantForeignKey(models.ForeignKey):
    """A reference between two tables of one tenant; it joins and looks up on the tenant as well as on the id.

    The constraint in the database is the composite one that `tenant_tables.TenantTable` makes, hence none of
    Django's own; the tenant-first index comes from there or from the model's own constraints.
    """

    def __init__(self, to, on_delete=models.PROTECT, **kwargs):
        kwargs["db_constraint"] = False
        kwargs.setdefault("db_index", False)
        super().__init__(to, on_delete, **kwargs)

    def deconstruct(self):
        name, path, args, kwargs = super().deconstruct()
        kwargs.pop("db_constraint", None)
        kwargs["db_index"] = self.db_index
        return name, path, args, kwargs

    def get_extra_restriction(self, alias, related_alias):
        theirs = self.remote_field.model._meta.get_field("tenant")
        ours = self.model._meta.get_field("tenant")
        return Exact(Col(alias, theirs), Col(related_alias, ours))

    def get_extra_descriptor_filter(self, instance):
        return {"tenant_id": instance.tenant_id}


class OwnerKey(models.ForeignKey):
    """The tenant of a row, filled in from the open scope; outside one it stays empty, and saving raises."""

    def __init__(self, **kwargs):
        kwargs |= {"to": "backbone.Tenant", "on_delete": models.PROTECT, "db_constraint": False, "db_index": False}
        super().__init__(**{"related_name": "+", "editable": False} | kwargs)

    def deconstruct(self):
        name, path, args, kwargs = super().deconstruct()
        for fixed in ("to", "on_delete", "db_constraint", "db_index"):
            kwargs.pop(fixed, None)
        return name, path, args, kwargs

    def get_default(self):
        return active_tenant_id() if has_scope() else None


class TenantOwned(models.Model):
    """A row of one tenant. Children extend `TenantOwned.Meta`, so that the filtered manager is also the base manager.

    Raises on any query outside a tenant scope. `tenant` is filled in from the scope.
    """

    tenant = OwnerKey()

    objects = TenantManager()

    class Meta:
        abstract = True
        base_manager_name = "objects"
        default_manager_name = "objects"

    def clean(self):
        """Refuse a relation to another tenant's row: Django looks it up, and full_clean() would let it pass."""
        super().clean()
        for field in self._meta.concrete_fields:
            if not isinstance(field, TenantForeignKey) or not field.is_cached(self):
                continue
            other = getattr(self, field.name)
            if other is not None and other.tenant_id != self.tenant_id:
                raise ValidationError({field.name: _("There is no such %(thing)s.") % {"thing": field.verbose_name}})

    def delete(self, using=None, keep_parents=False):
        return type(self).objects.filter(pk=self.pk).delete()


__all__ = ["TenantForeignKey", "TenantManager", "TenantOwned", "TenantQuerySet"]
