"""Cache keys name whose they are. A key without a tenant must say so aloud, by `platform:`."""

from backbone.tenancy import NoTenant, active_tenant_id, has_scope

# What libraries keep in the cache outside any tenant: allauth’s rate limits (“allauth:…”) and used codes (“allauth.…”).
_PLATFORM = ("platform:", "allauth:", "allauth.")


def scoped_key(key: str, key_prefix: str, version: int) -> str:
    """Raises `NoTenant` for a key that belongs to no tenant and does not say so."""
    if has_scope() and not key.startswith(_PLATFORM):
        return f"{key_prefix}:{version}:t:{active_tenant_id()}:{key}"
    if not key.startswith(_PLATFORM):
        raise NoTenant(f"The cache key “{key}” names no tenant; open a scope, or begin it with “platform:”.")
    return f"{key_prefix}:{version}:{key}"
