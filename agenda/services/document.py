"""The only writer of the agenda as a document: its sections, what people suggest and say about them.

Two people may write one section at once. A save says which text it began from; what was changed since is merged when
the changes do not meet, and otherwise both are kept: the later one as a suggestion beside the text, for people to settle.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_noop

from agenda.models import Section, SectionRemark, SectionText, Suggestion
from agenda.models.document import SECTION_LENGTH
from agenda.rules.texts import merged
from agenda.services import lock
from backbone import changes
from backbone.models import Initiative, Membership
from backbone.problems import Problem, Refused
from backbone.services.fields import checked

changes.register_verbs(
    {
        "agenda.vision_written": gettext_noop("{by} wrote the vision"),
        "agenda.section_written": gettext_noop("{by} wrote “{section}” of the agenda"),
        "agenda.section_given": gettext_noop("{by} gave “{section}” of the agenda to {owner}"),
        "agenda.suggested": gettext_noop("{by} suggested other words for “{section}” of the agenda"),
        "agenda.suggestion_accepted": gettext_noop("{by} accepted {author}’s words for “{section}” of the agenda"),
        "agenda.suggestion_declined": gettext_noop("{by} declined {author}’s words for “{section}”: {reason}"),
        "agenda.remarked": gettext_noop("{by} said something about “{section}” of the agenda"),
        "agenda.remark_settled": gettext_noop("{by} settled a remark about “{section}” of the agenda"),
    }
)


@dataclass(frozen=True, slots=True)
class Written:
    """What became of a text: `is_merged` with what others wrote meanwhile; `beside` where it was kept as a suggestion."""

    section: Section
    has_changed: bool
    is_merged: bool = False
    beside: Suggestion | None = None


@transaction.atomic
def write(*, initiative: Initiative, topic: str, text: str, by: Membership | None, base: int | None = None) -> Written:
    """Write one section. `base` is the number of the text that the writer began from; None replaces whatever is there.

    Raises `Refused` when the text is too long, or `base` is a number that the section never had.
    """
    lock(initiative)
    text = _tidy(text)
    section = _section(initiative, topic)
    is_merged = False
    if base is not None and base != section.number and text != section.text:
        began = "" if base == 0 else SectionText.objects.filter(section=section, number=base).first()
        if began is None or base > section.number:
            raise Refused(_never_had(base))
        before = began if isinstance(began, str) else began.text
        if text == before:
            return Written(section, has_changed=False)
        together = merged(before, section.text, text)
        if together is None:
            kept = _suggest(section, text, by, base, "")
            return Written(section, has_changed=False, beside=kept)
        text, is_merged = together, together != text
    return Written(section, _set(section, text, by), is_merged)


@transaction.atomic
def give(*, initiative: Initiative, topic: str, owner: Membership | None, by: Membership) -> Section:
    """Say who looks after a section, or that nobody does."""
    lock(initiative)
    section = _section(initiative, topic)
    if section.owner_id != (owner.pk if owner else None):
        section.owner = owner
        checked(section).save()
        name = owner.name if owner else ""
        changes.record("agenda.section_given", on=section, by=by, initiative=initiative, owner=name, **_names(section))
    return section


@transaction.atomic
def suggest(*, initiative: Initiative, topic: str, text: str, by: Membership, base: int, why: str = "") -> Suggestion:
    """Suggest another text for a section. Raises `Refused` when it says what the section says already."""
    lock(initiative)
    section, text = _section(initiative, topic), _tidy(text)
    if text == section.text:
        sentence = gettext_noop("That is what the section says already. Change something, or leave a remark.")
        raise Refused(Problem("suggestion.same", sentence, field="text"))
    if base > section.number:
        raise Refused(_never_had(base))
    return _suggest(section, text, by, base, why)


@transaction.atomic
def accept(*, suggestion: Suggestion, by: Membership, reason: str = "") -> Written:
    """Take a suggestion into its section, merged with what was written since.

    Raises `Refused` when it is decided already, or when both touch the same sentence: then somebody has to write it.
    """
    section = _locked(suggestion)
    began = "" if suggestion.base == 0 else SectionText.objects.get(section=section, number=suggestion.base).text
    is_current = suggestion.base == section.number
    text = suggestion.text if is_current else merged(began, section.text, suggestion.text)
    if text is None:
        sentence = gettext_noop(
            "Since this was suggested, the same sentence was written anew. Write the section by hand, with both before "
            "you, and then decline the suggestion."
        )
        raise Refused(Problem("suggestion.meets", sentence))
    _decide(suggestion, Suggestion.State.ACCEPTED, by, reason)
    has_changed = _set(section, text, by)
    _record(section, "agenda.suggestion_accepted", by, author=suggestion.by.name)
    return Written(section, has_changed, is_merged=not is_current)


@transaction.atomic
def decline(*, suggestion: Suggestion, by: Membership, reason: str) -> Suggestion:
    """Decline a suggestion, saying why. Raises `Refused` without a reason, or when it is decided already."""
    section = _locked(suggestion)
    if not reason.strip():
        sentence = gettext_noop("Say why in a few words: whoever suggested it will read them.")
        raise Refused(Problem("reason.missing", sentence, field="reason"))
    _decide(suggestion, Suggestion.State.DECLINED, by, reason.strip())
    _record(section, "agenda.suggestion_declined", by, author=suggestion.by.name, reason=suggestion.reason)
    return suggestion


@transaction.atomic
def remark(*, initiative: Initiative, topic: str, text: str, by: Membership) -> SectionRemark:
    """Say something about a section."""
    lock(initiative)
    section = _section(initiative, topic)
    row = checked(SectionRemark(section=section, text=text.strip(), by=by, at=timezone.now()))
    row.save(force_insert=True)
    _record(section, "agenda.remarked", by)
    return row


@transaction.atomic
def settle(*, remark: SectionRemark, by: Membership) -> SectionRemark:
    """Say that a remark has been dealt with; it stays readable."""
    row = SectionRemark.objects.select_for_update(of=("self",)).select_related("section__initiative").get(pk=remark.pk)
    if row.settled_at is None:
        row.settled_at, row.settled_by = timezone.now(), by
        row.save(update_fields=["settled_at", "settled_by"])
        _record(row.section, "agenda.remark_settled", by)
    return row


def _section(initiative: Initiative, topic: str) -> Section:
    """The section as it stands; a new one is not yet saved."""
    found = Section.objects.filter(initiative=initiative, topic=topic).first()
    return found or Section(initiative=initiative, topic=topic)


def _set(section: Section, text: str, by: Membership | None) -> bool:
    if section.text == text:
        return False
    section.text, section.number = text, section.number + 1
    checked(section).save()
    SectionText.objects.create(section=section, number=section.number, text=text, by=by, at=timezone.now())
    is_vision = section.topic == Section.Topic.VISION
    _record(section, "agenda.vision_written" if is_vision else "agenda.section_written", by)
    return True


def _suggest(section: Section, text: str, by: Membership | None, base: int, why: str) -> Suggestion:
    if section.pk is None:
        checked(section).save(force_insert=True)
    row = Suggestion(section=section, base=base, text=text, by=by, at=timezone.now(), why=why.strip())
    checked(row).save(force_insert=True)
    _record(section, "agenda.suggested", by)
    return row


def _locked(suggestion: Suggestion) -> Section:
    """The suggestion's section, with nobody else writing; refused when the suggestion is decided already."""
    lock(suggestion.section.initiative)
    suggestion.refresh_from_db(fields=["state"])
    if suggestion.state != Suggestion.State.OPEN:
        sentence = gettext_noop("This suggestion is decided already.")
        raise Refused(Problem("suggestion.decided", sentence))
    return Section.objects.select_related("initiative").get(pk=suggestion.section_id)


def _decide(suggestion: Suggestion, state: str, by: Membership, reason: str) -> None:
    suggestion.state, suggestion.reason = state, reason
    suggestion.decided_by, suggestion.decided_at = by, timezone.now()
    checked(suggestion).save(update_fields=["state", "reason", "decided_by", "decided_at"])


def _record(section: Section, verb: str, by: Membership | None, **facts: str) -> None:
    changes.record(verb, on=section, by=by, initiative=section.initiative, **_names(section), **facts)


def _names(section: Section) -> dict[str, str]:
    return {"section": str(section.get_topic_display()), "topic": section.topic}


def _tidy(text: str) -> str:
    """The text with plain ends of lines; raises `Refused` when it is longer than a section may be."""
    text = text.replace("\r\n", "\n").strip()
    if len(text) > SECTION_LENGTH:
        sentence = gettext_noop("The text has {length} characters; a section takes {limit}. Shorten it.")
        raise Refused(Problem("text.too_long", sentence, {"length": len(text), "limit": SECTION_LENGTH}, field="text"))
    return text


def _never_had(base: int) -> Problem:
    sentence = gettext_noop("The section never had a text number {number}. Open it again; your words are still below.")
    return Problem("section.unknown_base", sentence, {"number": base}, field="base", value=str(base))
