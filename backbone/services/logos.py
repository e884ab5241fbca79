"""A tenant's logo: the only writer. A picture is looked at by its bytes and lies in the tenant's rows."""

from __future__ import annotations

import hashlib

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_noop

from backbone import changes
from backbone.models import Logo, Membership, Tenant
from backbone.problems import Problem, Refused
from backbone.roles import Can
from backbone.rules.attachments import kind_of, size_of

KILOBYTES_AT_MOST = 200
PIXELS_AT_MOST = 4000  # on a side: a few bytes can say that they are a picture that no machine could draw
PICTURES = ("image/png", "image/jpeg")

changes.register_verbs(
    {
        "logo.set": gettext_noop("{by} set the logo"),
        "logo.removed": gettext_noop("{by} removed the logo"),
    }
)


@transaction.atomic
def put(*, tenant: Tenant, by: Membership, content: bytes) -> Logo:
    """Let this picture stand for the tenant. Raises `Refused` without the right, over 200 KB or 4,000 pixels, and for no PNG
    or JPEG."""
    row = _locked(tenant, by)
    if len(content) > KILOBYTES_AT_MOST * 1024:
        text = gettext_noop("The picture is over {limit} KB.")
        raise Refused(Problem("logo.too_large", text, {"limit": KILOBYTES_AT_MOST}, field="logo"))
    kind = kind_of(content)
    if kind is None or kind[0] not in PICTURES:
        raise Refused(Problem("logo.kind", gettext_noop("A logo is a PNG or a JPEG."), field="logo"))
    size = size_of(content)
    if size is None:
        raise Refused(
            Problem("logo.unreadable", gettext_noop("The picture cannot be read. Save it anew."), field="logo")
        )
    if max(size) > PIXELS_AT_MOST:
        text = gettext_noop("The picture is over {limit} pixels wide or high.")
        raise Refused(Problem("logo.too_many_pixels", text, {"limit": PIXELS_AT_MOST}, field="logo"))
    sha256 = hashlib.sha256(content).hexdigest()
    made, _is_new = Logo.objects.get_or_create(
        sha256=sha256, defaults={"media_type": kind[0], "content": content, "at": timezone.now()}
    )
    Logo.objects.exclude(pk=made.pk).delete()
    row.logo = sha256[:16]
    row.save(update_fields=["logo"])
    changes.record("logo.set", on=row, by=by)
    return made


@transaction.atomic
def remove(*, tenant: Tenant, by: Membership) -> None:
    """Stand without one again."""
    row = _locked(tenant, by)
    Logo.objects.all().delete()
    if row.logo:
        row.logo = ""
        row.save(update_fields=["logo"])
        changes.record("logo.removed", on=row, by=by)


def standing(tenant: Tenant) -> Logo | None:
    """The picture that stands for the tenant; in its scope."""
    return Logo.objects.filter(sha256__startswith=tenant.logo).first() if tenant.logo else None


def _locked(tenant: Tenant, by: Membership) -> Tenant:
    if not Membership.objects.get(pk=by.pk).can(Can.CHANGE_SETTINGS):
        raise Refused(Problem("logo.forbidden", gettext_noop("Only a backbone admin sets the logo.")))
    return Tenant.objects.select_for_update(no_key=True).get(pk=tenant.pk)
