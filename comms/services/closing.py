"""What goes out when a meeting is closed: minutes, decisions and actions as one mail to each person."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import override

from backbone.models import Membership, Partner, Tenant
from backbone.tenancy import active_tenant_id
from comms import rules
from comms.models import Announcement, Invited, Mail, Meeting
from comms.selectors.meetings import Record, record_of
from comms.selectors.readers import Reader, members_of, readers_of_meetings
from comms.services import announcements, ledger
from comms.services.composing import address, mail_to, page, voice


def send_out(*, meeting: Meeting, by: Membership) -> int:
    """Mail the record to everybody who was invited and to the people of organizations that were absent; how many.

    Whoever was absent is asked to acknowledge what was decided without them: once for each organization and decision.
    """
    tenant = Tenant.objects.get(pk=active_tenant_id())
    record = record_of(meeting)
    asked = _ask(record, tenant, by)
    people = set(Invited.objects.filter(meeting=meeting).values_list("member_id", flat=True))
    people |= {member.pk for member in members_of([one.pk for one in record.absent])}
    mails = [_compose(tenant, one, record, asked, by) for one in readers_of_meetings(tenant, people)]
    ledger.plan(mails)
    ledger.send_soon()
    return len(mails)


def _ask(record: Record, tenant: Tenant, by: Membership) -> list[tuple[Announcement, set[int]]]:
    """An announcement for each decision that was made without somebody; with the organizations that it asks."""
    found, meeting = [], record.meeting
    for decision in record.decisions:
        absent: list[Partner] = [one.partner for one in decision.absences.all()]
        if not absent:
            continue
        with override(tenant.locale):
            title = _("%(decision)s was decided at “%(meeting)s” without you") % {
                "decision": decision, "meeting": meeting.title,
            }  # fmt: skip
        made = announcements.announce(
            initiative=meeting.initiative, title=title, text=decision.text, by=by, group=meeting.group, partners=absent,
            needs_answer=True,
            about=f"comms.decision:{decision.pk}", url=page("comms:decision", meeting.initiative, decision.number),
        )  # fmt: skip
        found.append((made, {one.pk for one in absent}))
    return found


def _compose(tenant: Tenant, reader: Reader, record: Record, asked, by: Membership) -> Mail:
    meeting = record.meeting
    place = [tenant.slug, meeting.initiative.slug]
    own = set(reader.partners)
    with voice(reader):
        return mail_to(
            reader, tenant, kind=Mail.Kind.MINUTES, template="minutes", period_key=f"meeting:{meeting.pk}:closed",
            subject=rules.one_line(_("Record of “%(title)s”") % {"title": meeting.title}, 120),
            context={
                "initiative": meeting.initiative, "meeting": meeting, "record": record, "by": by,
                "decisions": [
                    (one, address("comms:decision", *place, one.number)) for one in record.decisions
                ],
                "actions": [(one, address("comms:action", *place, one.number)) for one in record.actions],
                "asked": [
                    (one, address("comms:announcement", *place, one.pk)) for one, ids in asked if ids & own
                ],
                "url": address("comms:meeting", *place, meeting.pk),
            },
            reply_to=by.email,
        )  # fmt: skip
