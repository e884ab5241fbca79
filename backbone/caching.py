"""Cache keys name whose they are. A key without a tenant must say so aloud, by `platform:`."""

import hashlib
from functools import cache
from itertools import chain

from django.conf import settings

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


@cache
def release() -> str:
    """Names everything that a page is made of, code, templates, styles and translations: part of the key of whatever is
    kept in its rendered form, so that a new release finds none of the old one's."""
    base, found = settings.BASE_DIR, hashlib.sha256()
    code = (base.joinpath(name).rglob("*.py") for name in settings.CONDITIONS)
    drawn = (base / "templates").rglob("*.*"), (base / "static").glob("*.*"), (base / "static/js").glob("*.*")
    for path in sorted(chain(*code, *drawn, (base / "locale").rglob("*.mo"))):
        found.update(str(path.relative_to(base)).encode() + path.read_bytes())
    return found.hexdigest()[:16]
