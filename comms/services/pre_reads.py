"""The only writer of pre-reads: what is to be talked about, with figures frozen as they stand, sent before a meeting."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from backbone import changes
from backbone.models import Membership, Tenant
from backbone.tenancy import active_tenant_id
from comms import rules
from comms.models import Invited, Mail, Meeting, PreRead, Topic
from comms.selectors.came_to import figure_line
from comms.selectors.citing import Frozen, frozen, pins
from comms.selectors.readers import Reader, readers_of_meetings
from comms.services import ledger
from comms.services.composing import address, mail_to, voice
from comms.services.meetings import locked, touch
from measures.models import Indicator

changes.register_verbs({"meeting.pre_read": gettext_noop("{by} sent what to read before “{title}”")})


@transaction.atomic
def send(*, meeting: Meeting, indicators: Sequence[Indicator], by: Membership) -> PreRead:
    """Freeze the list of topics and these figures with their coverage, and mail everybody on the list a link to them.

    Raises `Refused` once the meeting is over.
    """
    row = locked(meeting, Meeting.State.PLANNED, Meeting.State.OPEN)
    kept = pins(row.initiative, indicators)
    last = PreRead.objects.filter(meeting=row).aggregate(last=Max("number"))["last"] or 0
    body = {
        "topics": [
            {"title": one.title, "minutes": one.minutes, "url": one.url} for one in Topic.objects.filter(meeting=row)
        ],
        "figures": [{"indicator": one.pk, "pinned": kept[one.pk]} for one in indicators if one.pk in kept],
    }
    made = PreRead.objects.create(meeting=row, number=last + 1, body=body, by=by, at=timezone.now())
    touch(row)
    names = [one.slug for one in indicators if one.pk in kept]
    changes.record(
        "meeting.pre_read", on=row, by=by, initiative=row.initiative, title=row.title, number=made.number,
        indicators=names,
    )  # fmt: skip
    _mail(row, made, frozen(row.initiative, [(one, kept[one.pk]) for one in indicators if one.pk in kept]), by)
    return made


def _mail(meeting: Meeting, made: PreRead, figures: Sequence[Frozen], by: Membership) -> None:
    tenant = Tenant.objects.get(pk=active_tenant_id())
    people = readers_of_meetings(
        tenant, set(Invited.objects.filter(meeting=meeting).values_list("member_id", flat=True))
    )
    ledger.plan([_compose(tenant, reader, meeting, made, figures, by) for reader in people])
    ledger.send_soon()


def _compose(
    tenant: Tenant, reader: Reader, meeting: Meeting, made: PreRead, figures: Sequence[Frozen], by: Membership
) -> Mail:
    """The mail says the figures too, with who is in them: all that it goes to may read them where its link leads."""
    shown = [one.reading for one in figures]
    with voice(reader):
        return mail_to(
            reader, tenant, kind=Mail.Kind.PACK, template="pack", period_key=f"meeting:{meeting.pk}:pre:{made.number}",
            subject=rules.one_line(_("To read before “%(title)s”") % {"title": meeting.title}, 120),
            context={
                "initiative": meeting.initiative, "meeting": meeting, "by": by, "topics": made.body["topics"],
                "figures": [figure_line(one) for one in shown], "span": shown[0].window.name if shown else "",
                "url": address("comms:pre-read", tenant.slug, meeting.initiative.slug, meeting.pk, made.number),
            },
            reply_to=by.email,
        )  # fmt: skip
