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
from comms.models.mail import GONE
from comms.selectors.budget import budget
from comms.selectors.readers import Reader, contact, owed, readers, who_reports
from comms.services import ledger
from comms.services.composing import absolute, mail_to, voice

REPORT = "filing:"  # what keys of figures that are owed begin with
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

    @property
    def is_report(self) -> bool:
        """Whether figures are what is owed; else it is a signature, an answer, something to hand on."""
        return self.item.key.startswith(REPORT)


def plan(tenant: Tenant, people: Sequence[Reader], now: datetime) -> None:
    """Plan today's reminders for every time zone in which it is morning and they were not planned yet.

    Whoever has had a mail today, or as many this week as a week may have, gets none: the next digest says it. What
    somebody who is away owes is told to whoever stands in for them.
    """
    partners_people = [reader for reader in people if reader.partners]
    days: dict[str, date] = {}
    for zone in sorted({reader.zone for reader in people}):
        day = rules.local(now, zone).date()
        if rules.is_open(now, zone) and ledger.begin(Mail.Kind.REMINDER, f"{day}:{zone}"):
            days[zone] = day
    if not days:
        return
    everything = owed(partners_people, now)
    absent = stood_in_for(people)
    reminded = [
        reader
        for reader in people
        if reader.zone in days and reader.membership.wants_reminders and reader.away is None
        if reader.partners or reader.pk in absent
    ]
    told, left = _told(now), budget(tenant, reminded, now)
    answers_to = contact(people)
    mails = []
    for reader in reminded:
        lines = lines_for(reader, people, everything, days[reader.zone], absent.get(reader.pk, ()))
        is_new = any((reader.pk, line.item.key, line.item.partner_id, line.stage) not in told for line in lines)
        if is_new and left.allows(reader, now):
            mails.append(compose(tenant, reader, lines, days[reader.zone], answers_to, now))
    ledger.plan(mails)


def stood_in_for(people: Sequence[Reader]) -> dict[int, list[Reader]]:
    """Whom each deputy stands in for today, by the deputy."""
    found: dict[int, list[Reader]] = {}
    for reader in people:
        if reader.away is not None and reader.away.deputy_id is not None:
            found.setdefault(reader.away.deputy_id, []).append(reader)
    return found


def lines_for(
    reader: Reader,
    people: Sequence[Reader],
    everything: Mapping[int, Sequence[DueItem]],
    today: date,
    absent: Sequence[Reader] = (),
) -> list[Line]:
    """What this person is to be reminded of today, soonest first, and what those owe for whom they stand in.

    What a partner's filers owe reaches its lead only once it is late, unless nobody files for that partner.
    """
    lines: dict[tuple[str, int | None], Line] = {}
    for one in (reader, *absent):
        for item in everything.get(one.pk, ()):
            stage = rules.stage(item.due, item.closes, today) if item.partner_id in one.partners else None
            if stage is None:
                continue
            if not one.files_for(item.partner_id) and not rules.is_late(stage):
                filers, _leads = who_reports(people, item.partner_id)
                if any(item.key in {other.key for other in everything.get(filer.pk, ())} for filer in filers):
                    continue
            lines.setdefault((item.key, item.partner_id), Line(item, stage))
    return sorted(lines.values(), key=lambda line: (line.item.due, line.item.key))


def still_owed(tenant: Tenant, people: Mapping[int, Reader], mails: Sequence[Mail], now: datetime) -> list[Mail]:
    """Those of these claimed reminders of which something is still missing, put into words anew where less is."""
    everybody = readers(tenant, now=now)
    absent = stood_in_for(everybody)
    recipients = {mail.recipient_id for mail in mails}
    asked = recipients | {one.pk for pk in recipients for one in absent.get(pk, ())}
    owing = owed([reader for reader in everybody if reader.pk in asked], now)
    answers_to = contact(everybody)
    wanted = []
    for mail in mails:
        reader = people[mail.recipient_id]
        theirs = [reader.pk, *(one.pk for one in absent.get(reader.pk, ()))]
        open_items = {(item.key, item.partner_id): item for pk in theirs for item in owing.get(pk, ())}
        named = [((key, partner_id), stage) for key, stage, partner_id in mail.about]
        lines = [Line(open_items[name], stage) for name, stage in named if name in open_items]
        if not lines:
            ledger.leave_out([mail], GONE)
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
        first, of_reports = lines[0].item, all(line.is_report for line in lines)
        if len(lines) > 1:
            pattern = ngettext("%(count)s thing waits for you", "%(count)s things wait for you", len(lines))
            if of_reports:
                pattern = ngettext("%(count)s report waits for you", "%(count)s reports wait for you", len(lines))
            subject = pattern % {"count": len(lines)}
        elif late:
            subject = _("Still missing: %(what)s") % {"what": first.label}
        else:
            subject = _("Due on %(day)s: %(what)s") % {"what": first.label, "day": short_date(first.due)}
        return mail_to(
            reader, tenant, kind=Mail.Kind.REMINDER, template="reminder", period_key=day.isoformat(), subject=subject,
            context={"lines": lines, "day": day, "is_late": bool(late), "of_reports": of_reports},
            reply_to=answers_to.email if answers_to else "",
            about=[[line.item.key, line.stage, line.item.partner_id] for line in lines], now=now,
        )  # fmt: skip


def _told(now: datetime) -> set[tuple[int, str, int, str]]:
    """(recipient, key, partner, stage) of every reminder lately that was not left out, also of those in a digest."""
    kinds = [Mail.Kind.REMINDER, Mail.Kind.DIGEST]
    lately = Mail.objects.filter(kind__in=kinds, created_at__gte=now - REMEMBERED)
    rows = lately.exclude(status=Mail.Status.SKIPPED).values_list("recipient_id", "about")
    return {(pk, key, partner_id, stage) for pk, about in rows for key, stage, partner_id in about}
