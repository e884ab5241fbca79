"""A nudge: a few words from a member of the staff to a partner's filers, its lead on copy, once a day at most."""

from __future__ import annotations

from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from backbone import changes
from backbone.look.numbers import period_name
from backbone.models import Initiative, Membership, Partner, Tenant
from backbone.problems import Problem, Refused, gettext_noop
from comms.models import Mail
from comms.selectors.readers import readers, who_reports
from comms.selectors.reminded import REMINDED, nudge_key, was_nudged_today
from comms.services import ledger
from comms.services.composing import address, mail_to, voice
from measures.rules.periods import text_of
from measures.selectors.waiting import owed_reports

changes.register_verbs({REMINDED: gettext_noop("{by} reminded {partner} of {period}")})

TEXT_LENGTH = 2000


@transaction.atomic
def send(*, initiative: Initiative, partner: Partner, period: date, words: str, by: Membership) -> list[Mail]:
    """Mail a partner's filers and leads about a report that is missing, with personal words.

    Raises Refused: `nudge.no_words`, `nudge.too_long`, `nudge.today` (one a day for each partner), `nudge.nobody`,
    `nudge.nothing_missing`.
    """
    Partner.objects.select_for_update().get(pk=partner.pk)
    words = words.replace("\r\n", "\n").strip()
    if not words:
        text = gettext_noop("Write a few words: a nudge is from a person.")
        raise Refused(Problem("nudge.no_words", text, field="words"))
    if len(words) > TEXT_LENGTH:
        text = gettext_noop("These are {count} characters; {limit} are the most.")
        raise Refused(Problem("nudge.too_long", text, {"count": len(words), "limit": TEXT_LENGTH}, field="words"))
    tenant = Tenant.objects.get(pk=initiative.tenant_id)
    params = {"partner": partner.code, "period": period_name(period)}
    if was_nudged_today(partner, tenant):
        text = gettext_noop("{partner} was nudged today already: once a day is enough.")
        raise Refused(Problem("nudge.today", text, params))
    reports = owed_reports([partner.pk], initiative=initiative)
    report = next((one for one in reports if one.period == period and one.is_owed), None)
    if report is None:
        text = gettext_noop("{partner} owes nothing for {period} that could still be filed.")
        raise Refused(Problem("nudge.nothing_missing", text, params))
    people = readers(tenant)
    filers, leads = who_reports(people, partner.pk)
    if not filers and not leads:
        hint = gettext_noop("Invite somebody who files for it.")
        text = gettext_noop("{partner} has nobody who could be reminded.")
        raise Refused(Problem("nudge.nobody", text, params, hint=hint))
    mails = []
    for reader in [*filers, *leads]:
        with voice(reader):
            mails.append(
                mail_to(
                    reader, tenant, kind=Mail.Kind.NUDGE, template="nudge", period_key=nudge_key(partner, tenant),
                    subject=_("%(by)s asks for your report: %(period)s") % {"by": by.name, "period": period_name(period)},
                    context={
                        "by": by, "words": words, "partner": partner, "initiative": initiative, "report": report,
                        "period": period_name(period), "is_copy": bool(filers) and reader in leads,
                        "url": address("measures:filing", tenant.slug, initiative.slug, partner.code, period),
                    },
                    reply_to=by.email, about=[[f"nudge:{initiative.pk}:{text_of(period)}", "nudge", partner.pk]],
                )
            )  # fmt: skip
    ledger.plan(mails)
    changes.record(
        REMINDED, on=partner, by=by, initiative=initiative, partner=partner,
        period=text_of(period), words=words, people=len(mails),
    )  # fmt: skip
    ledger.send_soon()
    return mails
