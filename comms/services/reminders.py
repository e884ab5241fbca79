"""Reminders that stop: five days before, on the day, three days after and then weekly, only while it is missing.

One mail for each person and day names everything that the person owes. A stage of a thing is told to a person once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from backbone.conditions import DueItem
from backbone.look.numbers import short_date
from backbone.models import Tenant
from comms import rules
from comms.models import Mail
from comms.selectors.readers import Reader, contact, owed, readers, who_reports
from comms.services import ledger
from comms.services.composing import absolute, mail_to, voice

REMEMBERED = timedelta(days=14)  # no stage that is in force lasts longer than a week


@dataclass(frozen=True, slots=True)
class Line:
    """One thing a reminder names."""

    item: DueItem
    stage: str

    @property
    def is_late(self) -> bool:
        return rules.is_late(self.stage)

    @property
    def url(self) -> str:
        return absolute(self.item.url)


def plan(tenant: Tenant, people: Sequence[Reader], now: datetime) -> None:
    """Plan today's reminders for every time zone in which it is morning and they were not planned yet."""
    partners_people = [reader for reader in people if reader.partners]
    days: dict[str, date] = {}
    for zone in sorted({reader.zone for reader in partners_people}):
        day = rules.local(now, zone).date()
        if rules.is_waking(now, zone) and ledger.begin(Mail.Kind.REMINDER, f"{day}:{zone}"):
            days[zone] = day
    if not days:
        return
    everything = owed(partners_people, now)
    told = _told(now)
    answers_to = contact(people)
    mails = []
    for reader in partners_people:
        if reader.zone not in days or not reader.membership.wants_reminders:
            continue
        lines = lines_for(reader, people, everything, days[reader.zone])
        if any((reader.pk, line.item.key, line.item.partner_id, line.stage) not in told for line in lines):
            mails.append(compose(tenant, reader, lines, days[reader.zone], answers_to, now))
    ledger.plan(mails)


def lines_for(
    reader: Reader, people: Sequence[Reader], everything: Mapping[int, Sequence[DueItem]], today: date
) -> list[Line]:
    """What this person is to be reminded of today, soonest first.

    What a partner's filers owe reaches its lead only once it is late, unless nobody files for that partner.
    """
    lines = []
    for item in everything.get(reader.pk, ()):
        stage = rules.stage(item.due, item.closes, today) if item.partner_id in reader.partners else None
        if stage is None:
            continue
        if not reader.files_for(item.partner_id) and not rules.is_late(stage):
            filers, _leads = who_reports(people, item.partner_id)
            if any(item.key in {one.key for one in everything.get(filer.pk, ())} for filer in filers):
                continue
        lines.append(Line(item, stage))
    return lines


def still_owed(tenant: Tenant, people: Mapping[int, Reader], mails: Sequence[Mail], now: datetime) -> list[Mail]:
    """Those of these claimed reminders of which something is still missing, put into words anew where less is."""
    owing = owed([people[pk] for pk in {mail.recipient_id for mail in mails}], now)
    answers_to = contact(readers(tenant)) if mails else None
    wanted = []
    for mail in mails:
        reader = people[mail.recipient_id]
        open_items = {(item.key, item.partner_id): item for item in owing[reader.pk]}
        named = [((key, partner_id), stage) for key, stage, partner_id in mail.about]
        lines = [Line(open_items[name], stage) for name, stage in named if name in open_items]
        if not lines:
            ledger.leave_out([mail], ledger.GONE)
            continue
        if len(lines) < len(mail.about):
            anew = compose(tenant, reader, lines, date.fromisoformat(mail.period_key), answers_to, now)
            mail.subject, mail.text, mail.html, mail.about = anew.subject, anew.text, anew.html, anew.about
            mail.save(update_fields=["subject", "text", "html", "about"])
        wanted.append(mail)
    return wanted


def compose(tenant: Tenant, reader: Reader, lines: Sequence[Line], day: date, answers_to, now: datetime) -> Mail:
    """One reminder, in the reader's words."""
    with voice(reader):
        late = [line for line in lines if line.is_late]
        first = lines[0].item
        if len(lines) > 1:
            pattern = ngettext("%(count)s report waits for you", "%(count)s reports wait for you", len(lines))
            subject = pattern % {"count": len(lines)}
        elif late:
            subject = _("Still missing: %(what)s") % {"what": first.label}
        else:
            subject = _("Due on %(day)s: %(what)s") % {"what": first.label, "day": short_date(first.due)}
        return mail_to(
            reader, tenant, kind=Mail.Kind.REMINDER, template="reminder", period_key=day.isoformat(), subject=subject,
            context={"lines": lines, "day": day, "is_late": bool(late)},
            reply_to=answers_to.email if answers_to else "",
            about=[[line.item.key, line.stage, line.item.partner_id] for line in lines], now=now,
        )  # fmt: skip


def _told(now: datetime) -> set[tuple[int, str, int, str]]:
    """(recipient, key, partner, stage) of every reminder lately that was not left out."""
    lately = Mail.objects.filter(kind=Mail.Kind.REMINDER, created_at__gte=now - REMEMBERED)
    rows = lately.exclude(status=Mail.Status.SKIPPED).values_list("recipient_id", "about")
    return {(pk, key, partner_id, stage) for pk, about in rows for key, stage, partner_id in about}
