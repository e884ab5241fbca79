"""Talk about a thing: a part of that thing's page, and a page of its own without scripts."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from backbone.access import member_can, require
from backbone.forms.people import refuse
from backbone.htmx import page_or_part, wants_part
from backbone.models import Membership
from backbone.paging import page_of
from backbone.problems import Refused
from backbone.roles import Can
from comms.forms.talk import PostForm
from comms.selectors.talk import (
    MINE,
    NAMED,
    OURS,
    last_words,
    open_talk,
    subject_of,
    thread_about,
    who_may_read,
)
from comms.services import talk
from comms.views.paths import talk_crumb

ON_A_PAGE = 50


@member_can(Can.READ_TALK)
@require_safe
def listed(request, initiative):
    """The talk that is not settled, about whatever the reader may see; `?whose=` narrows it."""
    whose = request.GET.get("whose", "")
    choices = [("", _("all open talk")), (MINE, _("where I spoke")), (NAMED, _("where I am named"))]
    if request.membership.own_partner_ids:
        choices.append((OURS, _("about our figures")))
    whose = whose if whose in dict(choices) else ""
    page = page_of(request, open_talk(initiative, request.membership, whose), ON_A_PAGE)
    last = last_words([one.thread for one in page])
    context = {
        "initiative": initiative,
        "page": page,
        "talks": [(one, last.get(one.thread.pk)) for one in page],
        "whose": whose,
        "choices": choices,
    }
    return page_or_part(request, "comms/talk_list.html", "comms/_talk_rows.html", context)


@member_can(Can.READ_TALK)
@require_http_methods(["GET", "HEAD", "POST"])
def thread(request, initiative, about: str, partner=None):
    """What was said about a thing, for whoever may see it; 404 for everybody else. POST says something, or settles it."""
    subject = subject_of(initiative, about.replace("\x00", ""), partner)
    if subject is None or not subject.is_seen_by(request.membership):
        raise Http404
    may_talk = request.membership.can(Can.TALK, partner)
    people = [one for one in who_may_read(subject) if one.pk != request.membership.pk] if may_talk else []
    sent = request.POST.get("form", "") if request.method == "POST" else ""
    form = PostForm(request.POST if sent == "say" else None, people=people, auto_id="id_talk_%s")
    if request.method == "POST":
        require(request.membership, Can.TALK, partner, address=request.path)
        if _act(request, initiative, subject, sent, form) and not wants_part(request):
            return redirect(request.path)
        if form.is_bound and form.is_valid():
            form = PostForm(people=people, auto_id="id_talk_%s")
    found = thread_about(initiative, subject)
    names = {one.pk: one.name for one in Membership.objects.filter(pk__in=_named(found))}
    context = {
        "initiative": initiative,
        "subject": subject,
        "thread": found,
        "posts": [(one, [names[pk] for pk in one.mentions if pk in names]) for one in found.posts.all()] if found else [],
        "form": form if may_talk else None,
        "crumbs": [talk_crumb(request, initiative), (subject.label, subject.url)],
    }  # fmt: skip
    status = 422 if form.is_bound and form.errors else 200
    return page_or_part(request, "comms/talk.html", "comms/_talk.html", context, status=status)


def _named(found) -> set[int]:
    return {pk for post in found.posts.all() for pk in post.mentions} if found is not None else set()


def _act(request, initiative, subject, sent: str, form: PostForm) -> bool:
    """Do what was sent; False when the form has something to say."""
    by = request.membership
    if sent == "say":
        if not form.is_valid():
            return False
        try:
            talk.say(initiative=initiative, subject=subject, by=by, **form.cleaned_data)
        except Refused as refused:
            refuse(form, refused)
            return False
        return True
    found = thread_about(initiative, subject)
    if found is None or sent not in ("resolve", "reopen"):
        raise Http404
    if sent == "resolve":
        talk.resolve(thread=found, by=by)
        messages.success(request, _("Settled."))
    else:
        talk.reopen(thread=found, by=by)
        messages.success(request, _("Taken up again."))
    return True
