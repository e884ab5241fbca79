"""The only writer of published versions of the agenda, and of what partners answer to them."""

from __future__ import annotations

import hashlib

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_noop

from agenda.models import AgendaVersion, Signature
from agenda.selectors.document import written_out
from agenda.selectors.signing import asked_to_sign
from agenda.services import lock
from backbone import changes
from backbone.models import Initiative, Membership, Partner
from backbone.problems import Problem, Refused
from backbone.publishing import canonical
from backbone.services.fields import checked

changes.register_verbs(
    {
        "agenda.published": gettext_noop("{by} published version {number} of the agenda"),
        "agenda.signed": gettext_noop("{partner} signed version {number} of the agenda"),
        "agenda.reserved": gettext_noop("{partner} signed version {number} of the agenda with a reservation"),
        "agenda.refused": gettext_noop("{partner} did not sign version {number} of the agenda"),
    }
)


@transaction.atomic
def publish(*, initiative: Initiative, by: Membership | None, note: str = "") -> AgendaVersion:
    """Freeze the agenda as it stands as the next version, which every partner is asked to sign.

    Raises `Refused` when there is nothing in it, or nothing new since the last version.
    """
    lock(initiative)
    content = written_out(initiative)
    if not content["sections"] and not content["results"]:
        sentence = gettext_noop("The agenda is empty: write at least the vision or one result first.")
        raise Refused(Problem("agenda.empty", sentence))
    body = canonical(content)
    last = AgendaVersion.objects.filter(initiative=initiative).order_by("-number").first()
    if last is not None and last.body == body:
        sentence = gettext_noop("Nothing has changed since version {number}, so there is nothing new to sign.")
        raise Refused(Problem("agenda.same", sentence, {"number": last.number}))
    version = AgendaVersion(
        initiative=initiative,
        number=1 if last is None else last.number + 1,
        body=body,
        sha256=hashlib.sha256(body.encode()).hexdigest(),
        note=note.strip(),
        by=by,
        at=timezone.now(),
    )
    checked(version).save(force_insert=True)
    changes.record("agenda.published", on=version, by=by, initiative=initiative, number=version.number)
    return version


@transaction.atomic
def sign(
    *, version: AgendaVersion, partner: Partner, stance: str, by: Membership, name: str = "", words: str = ""
) -> Signature:
    """Write down a partner's answer to a version, under the name of whoever gives it.

    Raises `Refused` for a version that a newer one has replaced, a partner that is not asked, a reservation or refusal
    without words, and for saying the same again.
    """
    lock(version.initiative)
    newest = AgendaVersion.objects.filter(initiative=version.initiative).order_by("-number").first()
    if newest != version:
        sentence = gettext_noop("Version {number} has been replaced by version {newest}. Sign that one.")
        raise Refused(Problem("version.replaced", sentence, {"number": version.number, "newest": newest.number}))
    if partner.code not in asked_to_sign(version.initiative):
        sentence = gettext_noop("{partner} is not a member of this initiative today, so it is not asked to sign.")
        raise Refused(Problem("signature.not_asked", sentence, {"partner": partner.name}))
    words = words.strip()
    if stance != Signature.Stance.SIGNED and not words:
        sentence = gettext_noop("Say in a few words what keeps you from signing it as it stands.")
        raise Refused(Problem("words.missing", sentence, field="words"))
    last = Signature.objects.filter(version=version, partner=partner).order_by("-at", "-pk").first()
    if last is not None and (last.stance, last.words) == (stance, words):
        sentence = gettext_noop("{name} gave this very answer on behalf of {partner} already.")
        raise Refused(Problem("signature.same", sentence, {"name": last.name, "partner": partner.name}))
    row = Signature(
        version=version, partner=partner, stance=stance, name=(name or by.name).strip(), words=words, by=by,
        at=timezone.now(),
    )  # fmt: skip
    checked(row).save(force_insert=True)
    changes.record(
        f"agenda.{stance}", on=version, by=by, initiative=version.initiative, partner=partner, number=version.number
    )
    return row
