"""The only writer of threads: what people say about a thing, whom they name, and that it is settled."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from backbone import changes
from backbone.models import Initiative, Membership
from backbone.problems import Problem, Refused
from backbone.services.fields import checked
from comms.models import Post, Thread
from comms.selectors.talk import Subject
from comms.services.notes import tell_all

changes.register_verbs(
    {
        "talk.said": gettext_noop("{by} said something about {label}"),
        "talk.resolved": gettext_noop("{by} settled what was said about {label}"),
        "talk.reopened": gettext_noop("{by} took up again what was said about {label}"),
    }
)


@transaction.atomic
def say(
    *, initiative: Initiative, subject: Subject, text: str, by: Membership, mentions: Iterable[Membership] = ()
) -> Post:
    """Say something about a thing. Whoever is named is told, and whoever spoke before; whoever may not see the thing is
    neither. What was settled is open again.

    Raises `Refused` without words, and for somebody named who may not see it.
    """
    named = list({one.pk: one for one in mentions}.values())
    for one in named:
        if not subject.is_seen_by(one):
            sentence = gettext_noop("{name} may not see what this is about. Leave them out.")
            raise Refused(Problem("talk.unseen", sentence, {"name": one.name}, field="mentions"))
    thread, _made = Thread.objects.select_for_update(of=("self",), no_key=True).get_or_create(
        initiative=initiative, about=subject.about, partner=subject.partner,
        defaults={"label": subject.label[:300], "url": subject.url, "needs": subject.needs.name, "last_at": timezone.now()},
    )  # fmt: skip
    before = Membership.objects.filter(pk__in=thread.posts.values("by"))
    spoke = [one for one in before if one.pk != by.pk and subject.is_seen_by(one)]
    partner = next((grant.partner for grant in by.current_grants if grant.partner_id is not None), None)
    post = Post(
        thread=thread, text=text.strip(), mentions=[one.pk for one in named], by=by, partner=partner, at=timezone.now()
    )
    checked(post).save(force_insert=True)
    thread.last_at, thread.resolved_at, thread.resolved_by = post.at, None, None
    thread.save(update_fields=["last_at", "resolved_at", "resolved_by"])
    _record("talk.said", thread, by)
    words = {"name": by.name, "label": thread.label}
    tell_all(
        members=[one for one in named if one.pk != by.pk], kind="mention", key=f"post:{post.pk}",
        text=lambda: _("%(name)s named you: %(label)s") % words, url=thread.url,
    )  # fmt: skip
    tell_all(
        members=[one for one in spoke if one.pk not in {two.pk for two in named}], kind="talk", key=f"post:{post.pk}",
        text=lambda: _("%(name)s answered: %(label)s") % words, url=thread.url,
    )  # fmt: skip
    return post


@transaction.atomic
def resolve(*, thread: Thread, by: Membership) -> bool:
    """Say that it is settled; answers whether that changed anything."""
    row = _locked(thread)
    if row.resolved_at is not None:
        return False
    row.resolved_at, row.resolved_by = timezone.now(), by
    row.save(update_fields=["resolved_at", "resolved_by"])
    _record("talk.resolved", row, by)
    return True


@transaction.atomic
def reopen(*, thread: Thread, by: Membership) -> bool:
    """Take it up again; answers whether that changed anything."""
    row = _locked(thread)
    if row.resolved_at is None:
        return False
    row.resolved_at, row.resolved_by = None, None
    row.save(update_fields=["resolved_at", "resolved_by"])
    _record("talk.reopened", row, by)
    return True


def _locked(thread: Thread) -> Thread:
    rows = Thread.objects.select_for_update(of=("self",), no_key=True)
    return rows.select_related("initiative", "partner").get(pk=thread.pk)


def _record(verb: str, thread: Thread, by: Membership) -> None:
    # Of one partner's figure only that partner's history says that it was talked about, and not what.
    initiative = None if thread.partner_id is not None else thread.initiative
    changes.record(verb, on=thread, by=by, initiative=initiative, partner=thread.partner, label=thread.label[:200])
