"""What the backbone did about a partner's approved figures and deadlines, told to the partner's filers and its lead.

Each of them finds it in the inbox, and in one mail for whatever is new since the last round, however much that is: a
file that overrides two years is one mail. Where the day or the week has had its mails already, or it is quiet, it stays
in the inbox, and the next digest tells it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial

from django.urls import reverse
from django.utils.translation import ngettext

from backbone import changes
from backbone.models import Change, Membership, Tenant
from comms import rules
from comms.models import Mail, Note, Run
from comms.selectors.budget import budget
from comms.selectors.happened import sentence
from comms.selectors.inbox import change_of, mark_of, recent_notices
from comms.selectors.readers import Reader, contact, who_reports
from comms.selectors.wishes import NOTICES
from comms.services import ledger
from comms.services.composing import absolute, address, mail_to, voice
from comms.services.notes import tell_all
from measures.models import Indicator

OVERRIDDEN = "filing.overridden"
ABOUT_CORRECTIONS = ("correction.proposed", "correction.asked", "correction.approved", "correction.declined")
GIVEN = ("period.reopened", "period.extended", "line.reopened", "line.extended")
DECLINED = "time.declined"
VERBS = (OVERRIDDEN, *ABOUT_CORRECTIONS, *GIVEN, DECLINED)
CAUGHT_UP = timedelta(days=7)
FRESH = timedelta(hours=24)  # what a mail of its own tells; older things wait for the digest
TOLD_ONE_BY_ONE = 10


def plan(tenant: Tenant, people: Sequence[Reader], now: datetime) -> None:
    """Plan one mail to each person who may have one, for what is new in their inbox about their partner's figures."""
    awake = [
        reader
        for reader in people
        if reader.partners and reader.away is None and reader.wishes.wants(NOTICES)
        if rules.is_open(now, reader.zone)
    ]
    waiting = recent_notices([reader.pk for reader in awake], now - FRESH) if awake else {}
    if not waiting:
        return
    readers = [reader for reader in awake if reader.pk in waiting]
    left = budget(tenant, readers, now)
    told = {note.key: note for notes in waiting.values() for note in notes}
    rows = Change.objects.filter(pk__in=[change_of(key) for key in told]).select_related("by", "partner", "initiative")
    found = {f"change:{change.pk}": change for change in rows}
    reply_to, names = contact(people), _names(rows)
    mails = []
    for reader in readers:
        notes = sorted(waiting[reader.pk], key=lambda note: change_of(note.key))
        if left.allows(reader, now):
            mail = _compose(tenant, reader, [found[note.key] for note in notes], names, reply_to, now)
            mails.append(mail)
            Note.objects.filter(pk__in=[note.pk for note in notes]).update(mailed_in=mark_of(mail))
    ledger.plan(mails)


def tell(tenant: Tenant, people: Sequence[Reader], now: datetime) -> None:
    """Put what is new into the inboxes of those whom it concerns. Nobody is told of what they did themselves."""
    recent = list(
        Change.objects.filter(verb__in=VERBS, at__gte=now - CAUGHT_UP)
        .select_related("by", "partner", "initiative")
        .order_by("pk")
    )
    keys = {change.pk: f"change:{change.pk}" for change in recent}
    told = Run.objects.filter(kind=Mail.Kind.NOTICE, period_key__in=keys.values()) if keys else ()
    told = {run.period_key for run in told}
    for change in recent:
        is_new = keys[change.pk] not in told and change.partner_id is not None
        if is_new and ledger.begin(Mail.Kind.NOTICE, keys[change.pk]):
            filers, leads = who_reports(people, change.partner_id)
            tell_all(
                members=[reader.membership for reader in (*filers, *leads) if reader.pk != change.by_id],
                kind=Mail.Kind.NOTICE, key=keys[change.pk], text=partial(_sentence, change),
                url=_path(tenant, change), at=now,
            )  # fmt: skip


def _sentence(change: Change) -> str:
    return rules.ended(sentence(change))


def _names(found: Collection[Change]) -> dict[tuple[int, str], str]:
    """What the indicators are called that these changes are about; one statement."""
    slugs = {slug for change in found for slug in change.facts.get("indicators", ())}
    rows = Indicator.objects.filter(slug__in=slugs, initiative__in={change.initiative_id for change in found})
    return {(one.initiative_id, one.slug): one.name for one in rows}


def _named(change: Change, names: Mapping[tuple[int, str], str]) -> str:
    """Which indicators a change is about, where its sentence does not say so itself."""
    if "name" in change.facts:
        return ""
    slugs = change.facts.get("indicators", ())
    return ", ".join(names[change.initiative_id, slug] for slug in slugs if (change.initiative_id, slug) in names)


def _compose(
    tenant: Tenant,
    reader: Reader,
    found: list[Change],
    names: Mapping[tuple[int, str], str],
    reply_to: Membership | None,
    now: datetime,
) -> Mail:
    with voice(reader):
        told = [
            (change, changes.sentence(change), absolute(_path(tenant, change)), _named(change, names))
            for change in found[:TOLD_ONE_BY_ONE]
        ]
        codes = ", ".join(sorted({change.partner.code for change in found}))
        count = len(found)
        subject = told[0][1]
        if count > 1:
            text = ngettext(
                "%(count)s thing about figures of %(codes)s", "%(count)s things about figures of %(codes)s", count
            )
            subject = text % {"count": count, "codes": codes}
        by = {change.by_id for change in found}
        answered = found[0].by if len(by) == 1 and found[0].by is not None else reply_to
        return mail_to(
            reader, tenant, kind=Mail.Kind.NOTICE, template="notice", period_key=f"change:{found[-1].pk}",
            subject=rules.one_line(subject, 120),
            context={
                "initiative": found[0].initiative, "codes": codes, "told": told, "more": count - len(told),
                "has_override": any(change.verb == OVERRIDDEN for change in found),
                "corrections_url": address("measures:correction-list", tenant.slug, found[0].initiative.slug),
            },
            reply_to=answered.email if answered is not None else "", now=now,
        )  # fmt: skip


def _path(tenant: Tenant, change: Change) -> str:
    """The page that a change is about."""
    place = [tenant.slug, change.initiative.slug]
    if change.verb in ABOUT_CORRECTIONS:
        return reverse("measures:correction", args=[*place, change.subject_id])
    if change.verb == DECLINED:
        return reverse("measures:lock-request", args=[*place, change.subject_id])
    if change.verb in GIVEN:
        return reverse("measures:filing", args=[*place, change.partner.code, change.facts["period"]])
    indicators = change.facts.get("indicators", [])
    if len(indicators) == 1:
        return reverse("measures:figure", args=[*place, indicators[0], change.partner.code, change.facts["period"]])
    return reverse("measures:our-figures", args=place)
