"""What the backbone has published, told to those who read nothing else: three lines and one link, once for each version.

Whoever works inside reads it in the digest. Where nothing is published, nobody gets a mail; where much is, one a day.
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
from comms.models import Mail
from comms.selectors.budget import budget
from comms.selectors.readers import Reader, contact
from comms.selectors.wishes import RELEASES
from comms.services import ledger
from comms.services.composing import address, mail_to, voice
from comms.services.pictures import Drawings

CAUGHT_UP = timedelta(days=7)
LINES = 3


def plan(tenant: Tenant, people: Sequence[Reader], now: datetime) -> None:
    """Plan one mail to each funder, and whoever else only reads, for the oldest publication that they were not told of."""
    recent = Publication.objects.filter(published_at__gte=now - CAUGHT_UP).select_related("initiative").order_by("pk")
    keys = {f"publication:{one.pk}": one for one in recent.defer("report", "choices")}
    if not keys:
        return
    outside = [
        reader
        for reader in people
        if not reader.is_staff and not reader.partners and reader.membership.wants_digest
        if reader.wishes.wants(RELEASES) and reader.away is None
    ]
    known = Mail.objects.filter(kind=Mail.Kind.RELEASE, period_key__in=keys)
    told = set(known.values_list("recipient_id", "period_key"))
    drawings, left, reply_to = Drawings(tenant), budget(tenant, outside, now), contact(people)
    mails = []
    for reader in outside:
        joined = reader.membership.created_at
        new = [key for key, one in keys.items() if (reader.pk, key) not in told and one.published_at > joined]
        if new and left.allows(reader, now):
            mails.append(_compose(tenant, reader, keys[new[0]], new[0], drawings, reply_to, now))
    ledger.plan(mails)


def _compose(
    tenant: Tenant, reader: Reader, publication: Publication, key: str, drawings: Drawings, reply_to, now
) -> Mail:
    audience = audience_of(reader.membership)
    parts = content(body_of(publication, audience))["parts"]
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
        shown = drawings.of_publication(publication, audience)
        drawn = [shown] if shown is not None else []
        place = [tenant.slug, publication.initiative.slug, str(EditionName.of(publication))]
        return mail_to(
            reader, tenant, kind=Mail.Kind.RELEASE, template="release", period_key=key,
            subject=rules.one_line(_("%(initiative)s: %(span)s is published") % words, 120),
            context={
                "initiative": publication.initiative, "span": words["span"], "version": publication.version,
                "lines": lines[:LINES], "drawings": drawn, "url": address("backbone:published", *place),
            },
            pictures=drawn, reply_to=reply_to.email if reply_to is not None else "", now=now,
        )  # fmt: skip
