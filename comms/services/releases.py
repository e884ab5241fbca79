"""What the backbone has published, told to those who read nothing else: three lines and one link, once for each version.

Whoever works inside reads it in the digest. Where nothing is published, nobody gets a mail.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from backbone import conditions
from backbone.look.numbers import period_name
from backbone.models import Publication, Tenant
from backbone.selectors.publications import EditionName, audience_of, body_of, content
from comms import rules
from comms.models import Mail, Run
from comms.selectors.readers import Reader, contact
from comms.services import ledger
from comms.services.composing import address, mail_to, voice

CAUGHT_UP = timedelta(days=7)
LINES = 3


def plan(tenant: Tenant, people: Sequence[Reader], now: datetime) -> None:
    """Plan one mail to each funder, and whoever else only reads, for each publication that nobody was told of yet."""
    recent = Publication.objects.filter(published_at__gte=now - CAUGHT_UP).select_related("initiative").order_by("pk")
    keys = {f"publication:{one.pk}": one for one in recent.defer("report", "choices")}
    if not keys:
        return
    told = Run.objects.filter(kind=Mail.Kind.RELEASE, period_key__in=keys)
    told = set(told.values_list("period_key", flat=True))
    outside = [one for one in people if not one.is_staff and not one.partners and one.membership.wants_digest]
    reply_to = contact(people)
    for key, publication in keys.items():
        if key not in told and ledger.begin(Mail.Kind.RELEASE, key):
            ledger.plan([_compose(tenant, reader, publication, key, reply_to, now) for reader in outside])


def _compose(tenant: Tenant, reader: Reader, publication: Publication, key: str, reply_to, now: datetime) -> Mail:
    parts = content(body_of(publication, audience_of(reader.membership)))["parts"]
    with voice(reader):
        words = {
            "initiative": publication.initiative.name,
            "span": period_name(publication.period, publication.grain),
        }
        lines = [
            line
            for condition in conditions.registered()
            if condition.slug in parts
            for line in condition.lines(parts[condition.slug])
        ]
        place = [tenant.slug, publication.initiative.slug, str(EditionName.of(publication))]
        return mail_to(
            reader, tenant, kind=Mail.Kind.RELEASE, template="release", period_key=key,
            subject=rules.one_line(_("%(initiative)s: %(span)s is published") % words, 120),
            context={
                "initiative": publication.initiative, "span": words["span"], "version": publication.version,
                "lines": lines[:LINES], "url": address("backbone:published", *place),
            },
            reply_to=reply_to.email if reply_to is not None else "", now=now,
        )  # fmt: skip
