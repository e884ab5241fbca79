"""A partner's word on who may see its own figures: given and taken back by its lead, never by the backbone."""

from __future__ import annotations

from collections.abc import Collection

from django.db import transaction

from backbone import changes
from backbone.models import Audience, Initiative, Membership, Partner
from backbone.problems import gettext_noop
from backbone.tenancy import database_time
from measures.models import Consent

changes.register_verbs(
    {
        "consent.changed": gettext_noop(
            "{by} changed who may see the figures of {partner}: {given} consents given, {ended} taken back"
        )
    }
)

Said = Collection[tuple[int, str]]  # (indicator id, audience)


@transaction.atomic
def consent(
    *, initiative: Initiative, partner: Partner, said: Said, asked: Collection[int], by: Membership | None
) -> tuple[int, int]:
    """Let exactly these audiences see the partner's own rows of the indicators that were `asked` about; answers how
    many consents were given and taken back. Whoever is let in by the public is let in by funders too.

    What is published already stays as it is.
    """
    Partner.objects.select_for_update().get(pk=partner.pk)
    wanted = {(pk, audience) for pk, audience in said if pk in asked and audience in Audience.values}
    wanted |= {(pk, Audience.FUNDERS.value) for pk, audience in wanted if audience == Audience.PUBLIC}
    standing = Consent.objects.filter(partner=partner, indicator__in=list(asked), ended_at=None)
    there = {(one.indicator_id, one.audience): one.pk for one in standing}
    now = database_time()
    gone = [pk for key, pk in there.items() if key not in wanted]
    new = sorted(wanted - there.keys())
    Consent.objects.filter(pk__in=gone).update(ended_by=by, ended_at=now)
    Consent.objects.bulk_create(
        [
            Consent(
                initiative=initiative, partner=partner, indicator_id=pk, audience=audience, given_by=by, given_at=now
            )
            for pk, audience in new
        ]
    )
    if gone or new:
        changes.record(
            "consent.changed", on=partner, by=by, initiative=initiative, partner=partner, given=len(new),
            ended=len(gone),
        )  # fmt: skip
    return len(new), len(gone)
