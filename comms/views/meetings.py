"""Meetings: what is coming and what was, a new one, and one with its list of topics and of people."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from backbone import conditions
from backbone.access import member_can, require, sent_row
from backbone.forms.people import refuse
from backbone.paging import page_of
from backbone.problems import Refused
from backbone.roles import Can
from backbone.selectors.groups import may_in
from backbone.wording import say
from comms.forms.meetings import CancelForm, InviteForm, MeetingForm, PreReadForm, TopicForm, WhenForm, first_day
from comms.models import Invited, Meeting, Topic
from comms.selectors.meetings import (
    coming,
    following,
    invited_to,
    past,
    pre_reads_of,
    record_of,
    unreported,
    usual_people,
)
from comms.selectors.proposing import readable
from comms.services import meetings, pre_reads
from comms.views.paths import meeting_crumb, meetings_crumb, require_edit, the_meeting

ON_A_PAGE = 30


@member_can(Can.READ_MEETINGS)
@require_http_methods(["GET", "HEAD"])
def listed(request, initiative):
    """What is coming, what nobody has closed, and what was."""
    now = timezone.now()
    context = {
        "initiative": initiative,
        "coming": page_of(request, coming(initiative, request.membership, now), ON_A_PAGE, name="coming"),
        "unreported": unreported(initiative, request.membership, now),
        "page": page_of(request, past(initiative, request.membership), ON_A_PAGE),
        "may_edit": request.membership.can(Can.EDIT_MEETINGS),
    }
    return render(request, "comms/meeting_list.html", context)


@member_can(Can.EDIT_MEETINGS)
@require_http_methods(["GET", "HEAD", "POST"])
def new(request, initiative):
    """Plan a meeting, or several. `?template=` chooses a pattern."""
    begun = first_day(request.tenant.day()) | {
        "zone": request.tenant.timezone,
        "template": request.GET.get("template", ""),
    }
    form = MeetingForm(request.POST or None, initiative=initiative, membership=request.membership, initial=begun)
    if request.method == "POST" and form.is_valid():
        planned = form.plan()
        people = usual_people(initiative, planned["group"], planned["starts"].date())
        try:
            made = meetings.plan(initiative=initiative, by=request.membership, people=people, **planned)
        except Refused as refused:
            refuse(form, refused)
        else:
            messages.success(request, _("It is planned. Nobody is told until you send the invitations."))
            return redirect("comms:meeting", request.tenant.slug, initiative.slug, made[0].pk)
    context = {"initiative": initiative, "form": form, "crumbs": [meetings_crumb(request, initiative)]}
    return render(request, "comms/meeting_new.html", context, status=422 if form.is_bound and form.errors else 200)


@member_can(Can.EDIT_MEETINGS)
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request, initiative, meeting: int):
    """Another time, place or title, or calling it off."""
    found = the_meeting(request, initiative, meeting)
    require_edit(request, found)
    sent = request.POST.get("form", "") if request.method == "POST" else ""
    form = WhenForm(request.POST if sent == "change" else None, meeting=found)
    more = len(following(found))
    cancel = CancelForm(request.POST if sent == "cancel" else None, following=more, auto_id="id_cancel_%s")
    try:
        if sent == "change" and form.is_valid():
            meetings.change(meeting=found, by=request.membership, seen=_number(request), **form.when())
            messages.success(request, _("Saved. Whoever had an invitation gets the change by mail."))
            return redirect("comms:meeting", request.tenant.slug, initiative.slug, found.pk)
        if sent == "cancel" and cancel.is_valid():
            said = {"meeting": found, "by": request.membership, "reason": cancel.cleaned_data["reason"]}
            if cancel.cleaned_data.get("series"):
                meetings.cancel_series(**said)
                messages.success(request, _("They are cancelled, and whoever had an invitation is told in one mail."))
            else:
                meetings.cancel(**said)
                messages.success(request, _("It is cancelled, and whoever had an invitation is told."))
            return redirect("comms:meeting", request.tenant.slug, initiative.slug, found.pk)
    except Refused as refused:
        refuse(form if sent == "change" else cancel, refused)
    context = {
        "initiative": initiative,
        "meeting": found,
        "form": form,
        "cancel_form": cancel,
        "may_cancel": found.state == Meeting.State.PLANNED,
        "crumbs": [meetings_crumb(request, initiative), meeting_crumb(request, found)],
    }
    is_wrong = any(one.is_bound and one.errors for one in (form, cancel))
    return render(request, "comms/meeting_edit.html", context, status=422 if is_wrong else 200)


@member_can(Can.READ_MEETINGS)
@require_http_methods(["GET", "HEAD", "POST"])
def meeting(request, initiative, meeting: int):
    """One meeting: its topics, who is invited, what to read before; once it is closed, its record.

    POST does what the button says: an answer is the invited person's own, all else is for who prepares it.
    """
    found = the_meeting(request, initiative, meeting)
    sent = request.POST.get("form", "") if request.method == "POST" else ""
    may_edit = may_in(request.membership, Can.EDIT_MEETINGS, found.group_id)
    series = following(found)
    forms = {
        "topic": TopicForm(request.POST if sent == "topic" else None, auto_id="id_topic_%s"),
        "invite": InviteForm(
            request.POST if sent == "invite" else None, meeting=found, following=len(series), auto_id="id_invite_%s"
        ),
        "pre-read": PreReadForm(request.POST if sent == "pre-read" else None, initiative=initiative),
    }
    if request.method == "POST":
        if sent != "answer":
            require(request.membership, Can.EDIT_MEETINGS, address=request.path)
            require_edit(request, found)
        if _act(request, found, sent, forms):
            return redirect("comms:meeting", request.tenant.slug, initiative.slug, found.pk)
    is_ahead = found.state in (Meeting.State.PLANNED, Meeting.State.OPEN)
    record = record_of(found)
    there = {one.about for one in record.topics if one.about}
    invited = invited_to(found)
    context = {
        "initiative": initiative,
        "meeting": found,
        "today": request.tenant.day(),
        "record": record,
        "invited": invited,
        "series": series,
        "mine": next((one for one in invited if one.member_id == request.membership.pk), None),
        "answers": [(value, label) for value, label in Invited.Answer.choices if value],
        "pre_reads": pre_reads_of(found),
        "proposed": _proposed(request, there, initiative) if may_edit and is_ahead else [],
        "may_edit": may_edit,
        "is_ahead": is_ahead,
        "is_running": found.state in (Meeting.State.OPEN, Meeting.State.OVER),
        "topic_form": forms["topic"],
        "invite_form": forms["invite"],
        "pre_read_form": forms["pre-read"],
        "crumbs": [meetings_crumb(request, initiative)],
    }
    is_wrong = any(one.is_bound and one.errors for one in forms.values())
    return render(request, "comms/meeting.html", context, status=422 if is_wrong else 200)


def _proposed(request, there: set[str], initiative) -> list[conditions.Proposed]:
    found = [one for one in conditions.proposed(initiative, timezone.now()) if one.about not in there]
    return readable(found, initiative, request.membership)


def _act(request, found: Meeting, sent: str, forms: dict[str, Any]) -> bool:
    """Do what was sent, and say so; False when its form has something to say. 404 for what is no button of the page."""
    by = request.membership
    form = forms.get(sent)
    if form is not None and not form.is_valid():
        return False
    acts: dict[str, Callable[[], str]] = {
        "answer": lambda: _answer(request, found),
        "topic": lambda: _said(meetings.add_topic(meeting=found, by=by, **form.cleaned_data), _("It is on the list.")),
        "propose": lambda: _take_up(request, found),
        "up": lambda: _said(meetings.move_topic(topic=_topic(request, found), up=True, by=by), ""),
        "down": lambda: _said(meetings.move_topic(topic=_topic(request, found), up=False, by=by), ""),
        "remove-topic": lambda: _said(meetings.remove_topic(topic=_topic(request, found), by=by), _("Taken off.")),
        "invite": lambda: _invite(request, found, form),
        "uninvite": lambda: _said(
            meetings.uninvite(
                place=sent_row(request, Invited.objects.filter(meeting=found).select_related("member", "meeting")), by=by
            ),
            _("Taken off the list."),
        ),
        "pre-read": lambda: _said(
            pre_reads.send(meeting=found, indicators=list(form.cleaned_data["indicators"]), by=by),
            _("It is frozen, and on its way to everybody on the list."),
        ),
    }  # fmt: skip
    if sent not in acts:
        raise Http404
    try:
        words = acts[sent]()
    except Refused as refused:
        if form is not None:
            refuse(form, refused)
            return False
        for problem in refused.problems:
            messages.error(request, say(problem))
        return True
    if words:
        messages.success(request, words)
    return True


def _number(request) -> int | None:
    """The number that the meeting had when its form was opened."""
    said = request.POST.get("seen", "")
    return int(said) if said.isdecimal() and len(said) < 10 else None


def _said(_done: Any, words: str) -> str:
    return words


def _topic(request, found: Meeting) -> Topic:
    return sent_row(request, Topic.objects.filter(meeting=found).select_related("meeting"))


def _answer(request, found: Meeting) -> str:
    said = request.POST.get("answer", "")
    if said not in [value for value in Invited.Answer.values if value]:
        raise Http404
    meetings.answer(meeting=found, member=request.membership, said=said)
    if not request.POST.get("series"):
        return _("Your answer is noted.")
    own = Invited.objects.filter(meeting__in=following(found), member=request.membership)
    for one in own.select_related("meeting").order_by("meeting__starts_at"):
        meetings.answer(meeting=one.meeting, member=request.membership, said=said)
    return _("Your answer is noted, for those that follow as well.")


def _take_up(request, found: Meeting) -> str:
    about = request.POST.get("about", "")
    one = next((one for one in _proposed(request, set(), found.initiative) if one.about == about), None)
    if one is None:
        raise Http404
    meetings.add_proposed(meeting=found, proposed=one, by=request.membership)
    return _("It is on the list.")


def _invite(request, found: Meeting, form: InviteForm) -> str:
    before = found.invited.count()
    invite = meetings.invite_series if form.cleaned_data.get("series") else meetings.invite
    invite(meeting=found, people=form.pairs(), by=request.membership)
    added = found.invited.count() - before
    if not added:
        return _("Everybody on the list has an invitation.")
    text = ngettext(
        "%(count)s person more; everybody has an invitation.",
        "%(count)s people more; everybody has an invitation.",
        added,
    )
    return text % {"count": added}
