"""The meeting while it runs: who is there, what is said, decided and to be done, on one page for several people."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from backbone.access import member_can, require, sent_row
from backbone.forms.people import refuse
from backbone.htmx import page_or_part, wants_part
from backbone.models import Partner
from backbone.problems import Refused
from backbone.roles import Can
from backbone.selectors.groups import may_in
from backbone.wording import say
from comms.forms.decisions import ActionForm, DecisionForm
from comms.forms.meetings import CloseForm, MinutesForm, WhoForm, WordsForm
from comms.models import Action, Attendance, Decision, Meeting, Topic
from comms.selectors.meetings import attendance_of, not_discussed, record_of, the_next
from comms.services import actions, decisions, live, sessions
from comms.views.paths import meeting_crumb, meetings_crumb, require_edit, the_meeting

RECORDED = ("attend", "topic", "move")  # forms of the part that is swapped


@member_can(Can.READ_MEETINGS)
@require_http_methods(["GET", "HEAD", "POST"])
def session(request, initiative, meeting: int):
    """The record so far, and room to add to it. `?moves=` is what the browser has: 204 while nothing happened since."""
    seen = live.seen(meeting)
    found = the_meeting(request, initiative, meeting)
    if request.method != "POST" and wants_part(request) and request.GET.get("moves", "") == str(found.moves):
        return HttpResponse(status=204)
    if wants_part(request) and request.GET.get("state") == Meeting.State.PLANNED != found.state:
        return HttpResponse(status=204, headers={"HX-Refresh": "true"})  # it was opened: there is more on the page now
    may_edit = may_in(request.membership, Can.EDIT_MEETINGS, found.group_id)
    may_decide = may_in(request.membership, Can.DECIDE, found.group_id)
    sent = request.POST.get("form", "") if request.method == "POST" else ""
    forms = _forms(request, initiative, found, sent)
    conflict = None
    if request.method == "POST":
        needs = Can.DECIDE if sent in ("decide", "action", "move") else Can.EDIT_MEETINGS
        require(request.membership, needs, address=request.path)
        if needs is Can.EDIT_MEETINGS:
            require_edit(request, found)
        elif not may_decide:
            raise Http404
        done, conflict = _act(request, initiative, found, sent, forms)
        if done and not (wants_part(request) and sent in RECORDED):
            return redirect("comms:session", request.tenant.slug, initiative.slug, found.pk)
        before, found = found.moves, the_meeting(request, initiative, meeting)
        seen += found.moves - before  # what this page did itself it need not fetch
    context = {
        "initiative": initiative,
        "meeting": found,
        "record": record_of(found),
        "may_edit": may_edit,
        "may_decide": may_decide,
        "seal": live.seal(found.pk),
        "seen": seen,
        "is_running": found.state in sessions.RUNNING,
        "today": request.tenant.day(),
        "forms": forms,
        "conflict": conflict,
        "presences": Attendance.Presence.choices,
        "crumbs": [meetings_crumb(request, initiative), meeting_crumb(request, found)],
    }
    is_wrong = conflict is not None or any(one.is_bound and one.errors for one in forms.values())
    status = 422 if is_wrong else 200
    return page_or_part(request, "comms/session.html", "comms/_session_record.html", context, status=status)


@member_can(Can.EDIT_MEETINGS)
@require_http_methods(["GET", "HEAD", "POST"])
def session_close(request, initiative, meeting: int):
    """What closing sends out and puts off, before it does; a meeting that does not run goes back to its page."""
    found = the_meeting(request, initiative, meeting)
    require_edit(request, found)
    if found.state not in sessions.RUNNING:
        return redirect("comms:meeting", request.tenant.slug, initiative.slug, found.pk)
    form = CloseForm(request.POST if request.method == "POST" else None, topics=not_discussed(found))
    problems: list[tuple[str, str]] = []
    if request.method == "POST" and form.is_valid():
        try:
            sessions.close(meeting=found, by=request.membership, **form.said())
        except Refused as refused:
            form = CloseForm(topics=not_discussed(found), left_out=form.said()["left_out"])  # as they stand now
            problems = [("", say(problem)) for problem in refused.problems]
        else:
            messages.success(request, _("Closed. The record is on its way to everybody."))
            return redirect("comms:session", request.tenant.slug, initiative.slug, found.pk)
    context = {
        "initiative": initiative,
        "meeting": found,
        "form": form,
        "problems": problems,
        "count": len(form.topics),
        "following": the_next(found),
        "crumbs": [
            meetings_crumb(request, initiative),
            meeting_crumb(request, found),
            (_("In the meeting"), reverse("comms:session", args=[request.tenant.slug, initiative.slug, found.pk])),
        ],
    }
    return render(request, "comms/session_close.html", context, status=422 if problems or form.errors else 200)


def _forms(request, initiative, found: Meeting, sent: str) -> dict[str, Any]:
    def data(name: str):
        return request.POST if sent == name else None

    begun = {"minutes": found.minutes, "number": found.number, "began": found.minutes}
    partners = [one.partner for one in attendance_of(found)]
    return {
        "minutes": MinutesForm(data("minutes"), initial=begun),
        "decide": DecisionForm(data("decide"), initiative=initiative, meeting=found, auto_id="id_decide_%s"),
        "action": ActionForm(
            data("action"), initiative=initiative, membership=request.membership, meeting=found, auto_id="id_action_%s"
        ),
        "who": WhoForm(data("who"), partners=partners, auto_id="id_who_%s"),
    }


def _act(request, initiative, found: Meeting, sent: str, forms) -> tuple[bool, str | None]:
    """Do what was sent; whether that is done, and what somebody else wrote meanwhile where both wrote the same."""
    by, form = request.membership, forms.get(sent)
    if form is not None and not form.is_valid():
        return False, None
    acts: dict[str, Callable[[], Any]] = {
        "open": lambda: sessions.open_session(meeting=found, by=by),
        "attend": lambda: _attend(request, initiative, found),
        "who": lambda: sessions.attend(meeting=found, by=by, **form.cleaned_data),
        "topic": lambda: _treat(request, found),
        "words": lambda: _note_words(request, found),
        "minutes": lambda: sessions.write_minutes(
            meeting=found, by=by, text=form.cleaned_data["minutes"], number=form.cleaned_data["number"],
            began=form.cleaned_data["began"],
        ),
        "decide": lambda: _tell(
            request,
            _("Written down as %(decision)s.")
            % {"decision": decisions.decide(initiative=initiative, meeting=found, by=by, **form.said())},
        ),
        "action": lambda: _tell(
            request,
            _("Set as %(action)s.")
            % {"action": actions.add(initiative=initiative, meeting=found, by=by, **form.cleaned_data)},
        ),
        "move": lambda: _move(request, found),
    }  # fmt: skip
    if sent not in acts:
        raise Http404
    try:
        answer = acts[sent]()
    except Refused as refused:
        if form is not None:
            refuse(form, refused)
            return False, None
        for problem in refused.problems:
            messages.error(request, say(problem))
        return True, None
    if isinstance(answer, sessions.Kept):
        return _minutes_kept(request, form, answer, forms)
    return True, None


def _minutes_kept(request, form: MinutesForm, kept: sessions.Kept, forms) -> tuple[bool, str | None]:
    if kept.theirs is not None:
        # The next save begins from what is there now, so that it replaces what both saw.
        forms["minutes"] = again = MinutesForm(
            {"minutes": form.cleaned_data["minutes"], "number": kept.meeting.number, "began": kept.theirs}
        )
        again.add_error("minutes", _("Somebody else wrote the same sentence meanwhile. Yours is not saved yet."))
        return False, kept.theirs
    messages.success(request, _("Saved, together with what others wrote.") if kept.is_merged else _("Saved."))
    return True, None


def _tell(request, words: str) -> None:
    messages.success(request, words)


def _attend(request, initiative, found: Meeting) -> None:
    presence = request.POST.get("presence", "")
    if presence not in Attendance.Presence.values:
        raise Http404
    partner = sent_row(request, Partner.objects.of_initiative(initiative))
    sessions.attend(meeting=found, partner=partner, presence=presence, by=request.membership)


def _treat(request, found: Meeting) -> None:
    state = request.POST.get("state", "")
    if state not in Topic.State.values:
        raise Http404
    topic = sent_row(request, Topic.objects.filter(meeting=found).select_related("meeting"))
    sessions.treat(topic=topic, state=state, by=request.membership)


def _note_words(request, found: Meeting) -> None:
    topic = sent_row(request, Topic.objects.filter(meeting=found).select_related("meeting"))
    form = WordsForm(request.POST)
    if form.is_valid():
        sessions.note_words(
            topic=topic, text=form.cleaned_data["words"], began=form.cleaned_data["began"], by=request.membership
        )
        messages.success(request, _("Saved."))
    else:
        messages.error(request, " ".join(form.errors.get("words", [])))


def _move(request, found: Meeting) -> None:
    state = request.POST.get("state", "")
    if state not in Action.State.values:
        raise Http404
    sources = [f"comms.meeting:{found.pk}"]
    sources += [f"comms.decision:{pk}" for pk in Decision.objects.filter(meeting=found).values_list("pk", flat=True)]
    row = sent_row(request, Action.objects.filter(source__in=sources))
    actions.move(action=row, state=state, by=request.membership)
