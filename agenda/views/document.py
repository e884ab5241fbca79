"""The agenda as a document that is being written: its sections, and what people suggest and say about each."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from agenda.forms.document import DeclineForm, OwnerForm, RemarkForm, SuggestionForm, TextForm
from agenda.models import Section, SectionRemark, Suggestion
from agenda.rules.texts import Piece, difference
from agenda.selectors.document import SectionView, decided_on, newest_version, section_of, sections_of, texts_of
from agenda.services import document
from agenda.views.paths import agenda_crumb, document_crumb
from backbone.access import member_can, require, sent_row
from backbone.forms.people import refuse
from backbone.problems import Refused
from backbone.roles import Can


@member_can(Can.LISTEN_IN)
@require_safe
def whole(request, initiative):
    """Every section as it stands, with what is open about it."""
    context = {
        "initiative": initiative,
        "sections": sections_of(initiative),
        "newest": newest_version(initiative),
        "may_edit": request.membership.can(Can.EDIT_AGENDA),
        "crumbs": [agenda_crumb(request, initiative)],
    }
    return render(request, "agenda/document.html", context)


@member_can(Can.LISTEN_IN)
@require_http_methods(["GET", "HEAD", "POST"])
def section(request, initiative, topic: str):
    """One section: its text, other words for it, what is said about it. POST saves the form that was sent."""
    if topic not in Section.Topic.values:
        raise Http404
    view = section_of(initiative, topic)
    may_edit, may_join = request.membership.can(Can.EDIT_AGENDA), request.membership.can(Can.JOIN_IN)
    bound = _forms(request, view, may_edit)
    if request.method == "POST":
        sent = request.POST.get("form", "")
        needs = Can.JOIN_IN if sent in ("suggest", "remark") else Can.EDIT_AGENDA
        require(request.membership, needs, address=request.path)
        answer = _save(request, initiative, view, sent, bound)
        if answer is not None:
            return answer
    context: dict[str, Any] = {
        "initiative": initiative,
        "view": view,
        "may_edit": may_edit,
        "may_join": may_join,
        "forms": bound,
        "decided": [(one, _changed(view, one)) for one in decided_on(view.section)],
        "suggestions": [(one, _changed(view, one)) for one in view.suggestions],
        "texts": texts_of(view),
        "crumbs": [agenda_crumb(request, initiative), document_crumb(request, initiative)],
    }
    is_wrong = any(form.errors for form in bound.values() if form.is_bound)
    return render(request, "agenda/section.html", context, status=422 if is_wrong else 200)


def _changed(view: SectionView, suggestion: Suggestion) -> list[Piece]:
    """What a suggestion changes of the text that it was written on."""
    return difference(view.texts.get(suggestion.base, ""), suggestion.text)


def _forms(request, view: SectionView, may_edit: bool) -> dict[str, forms.Form]:
    """The page's forms; the one that was sent is bound, and keeps what was typed."""
    sent = request.POST.get("form") if request.method == "POST" else None
    begun = {"text": view.section.text, "base": view.section.number}
    kinds: dict[str, tuple[type[forms.Form], dict[str, Any]]] = {
        "write": (TextForm, begun),
        "suggest": (SuggestionForm, begun),
        "remark": (RemarkForm, {}),
        "decline": (DeclineForm, {}),
        "owner": (OwnerForm, {"owner": view.section.owner_id}),
    }
    return {
        name: kind(request.POST if sent == name else None, initial=initial, auto_id=f"id_{name}_%s")
        for name, (kind, initial) in kinds.items()
    }


def _save(request, initiative, view: SectionView, sent: str, bound: dict[str, forms.Form]):
    """Do what a form asks; answers where to go on, or None when the form has something to say."""
    by, topic = request.membership, view.topic.value
    form = bound.get(sent)
    if form is not None and not form.is_valid():
        return None
    fields = form.cleaned_data if form is not None else {}
    saves: dict[str, tuple[Callable[[], Any], str]] = {
        "write": (lambda: document.write(initiative=initiative, topic=topic, by=by, **fields), ""),
        "suggest": (
            lambda: document.suggest(initiative=initiative, topic=topic, by=by, **fields),
            _("Your words are kept as a suggestion. Whoever writes the agenda decides on them."),
        ),
        "remark": (
            lambda: document.remark(initiative=initiative, topic=topic, by=by, text=fields["words"]),
            _("Your remark is kept."),
        ),
        "owner": (lambda: document.give(initiative=initiative, topic=topic, by=by, owner=fields["owner"]), _("Saved.")),
        "accept": (lambda: document.accept(suggestion=_suggestion(request, view), by=by), _("Accepted.")),
        "decline": (lambda: document.decline(suggestion=_suggestion(request, view), by=by, **fields), _("Declined.")),
        "settle": (lambda: document.settle(remark=_remark(request, view), by=by), _("Settled.")),
    }
    if sent not in saves:
        raise Http404
    save, words = saves[sent]
    try:
        done = save()
    except Refused as refused:
        if form is not None:
            refuse(form, refused)
            return None
        for problem in refused.problems:
            messages.error(request, problem.message)
    else:
        _tell(request, words, done)
    return redirect("agenda:section", request.tenant.slug, initiative.slug, topic)


def _tell(request, words: str, done: Any) -> None:
    """Say what became of it. A text that met another's is not called saved: it is said where it is kept."""
    if isinstance(done, document.Written) and done.beside is not None:
        text = _("While you wrote, somebody else changed the same sentence. Your text is kept below as a suggestion.")
        messages.warning(request, text)
        return
    if isinstance(done, document.Written) and done.is_merged:
        words = _("Saved, together with what was written meanwhile.")
    elif isinstance(done, document.Written) and not words:
        words = _("Saved.") if done.has_changed else _("Nothing was changed.")
    messages.success(request, words)


def _suggestion(request, view: SectionView) -> Suggestion:
    rows = Suggestion.objects.filter(section=view.section.pk).select_related("section__initiative", "by")
    return sent_row(request, rows)


def _remark(request, view: SectionView) -> SectionRemark:
    return sent_row(request, SectionRemark.objects.filter(section=view.section.pk))
