"""Published versions of the agenda: what is in each, what changed, who signed, and signing."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from agenda.forms.document import SignForm, VersionForm
from agenda.models import AgendaVersion
from agenda.selectors.document import changes_between, content, newest_version, versions_of, written_out
from agenda.selectors.signing import answers_to, latest_answer
from agenda.services import versions
from agenda.views.paths import agenda_crumb, versions_crumb
from backbone.access import member_can, require
from backbone.forms.people import refuse
from backbone.models import Initiative
from backbone.problems import Refused
from backbone.roles import Can

NOTHING = {"sections": [], "results": []}


@member_can(Can.READ_AGENDA)
@require_http_methods(["GET", "HEAD", "POST"])
def listed(request, initiative):
    """Every version, and for those who write the agenda what the next one would change. POST publishes it."""
    form = VersionForm(request.POST or None)
    if request.method == "POST":
        require(request.membership, Can.EDIT_AGENDA, address=request.path)
        if form.is_valid():
            try:
                made = versions.publish(initiative=initiative, by=request.membership, **form.cleaned_data)
            except Refused as refused:
                refuse(form, refused)
            else:
                words = _("Version %(number)s is published. Every partner’s lead is asked to sign it.")
                messages.success(request, words % {"number": made.number})
                return redirect("agenda:version", request.tenant.slug, initiative.slug, made.number)
    found = versions_of(initiative)
    may_edit = request.membership.can(Can.EDIT_AGENDA)
    last = content(found[0]) if found else NOTHING
    context = {
        "initiative": initiative,
        "answers": [answers_to(one) for one in found[:1]],
        "versions": found,
        "may_edit": may_edit,
        "form": form,
        "changes": [one for one in changes_between(last, written_out(initiative)) if one.has_changed]
        if may_edit
        else [],
        "crumbs": [agenda_crumb(request, initiative)],
    }
    return render(request, "agenda/versions.html", context, status=422 if form.is_bound and form.errors else 200)


@member_can(Can.READ_AGENDA)
@require_safe
def version(request, initiative, number: int):
    """One version as it was published, who signed it, and what it changed of the one before."""
    row = _version(initiative, number)
    before = AgendaVersion.objects.filter(initiative=initiative, number=number - 1).first()
    answers = answers_to(row)
    newest = newest_version(initiative)
    membership = request.membership
    context = {
        "initiative": initiative,
        "version": row,
        "body": content(row),
        "answers": answers,
        "is_newest": row == newest,
        "newest": newest,
        "before": before,
        "changes": [one for one in changes_between(content(before), content(row)) if one.has_changed] if before else [],
        "may_read_names": membership.can(Can.LISTEN_IN),
        "own": [
            (partner, answer) for partner, answer in answers.rows if membership.can(Can.RATIFY, partner)
        ] if row == newest else [],
        "crumbs": [agenda_crumb(request, initiative), versions_crumb(request, initiative)],
    }  # fmt: skip
    return render(request, "agenda/version.html", context)


@member_can(Can.RATIFY)
@require_http_methods(["GET", "HEAD", "POST"])
def sign(request, initiative, number: int, partner):
    """A partner's lead answers to the newest version, by name."""
    row = _version(initiative, number)
    form = SignForm(request.POST or None, initial={"name": request.membership.name})
    if request.method == "POST" and form.is_valid():
        try:
            made = versions.sign(version=row, partner=partner, by=request.membership, **form.cleaned_data)
        except Refused as refused:
            refuse(form, refused)
        else:
            words = {
                "signed": _("Version %(number)s is signed for %(partner)s. Thank you."),
                "reserved": _("Version %(number)s is signed for %(partner)s, with your reservation beside it."),
                "refused": _("It is written down that %(partner)s does not sign version %(number)s, and why."),
            }[made.stance]
            messages.success(request, words % {"number": row.number, "partner": partner.name})
            return redirect("agenda:version", request.tenant.slug, initiative.slug, row.number)
    context = {
        "initiative": initiative,
        "version": row,
        "body": content(row),
        "partner": partner,
        "last": latest_answer(row, partner),
        "form": form,
        "crumbs": [agenda_crumb(request, initiative), versions_crumb(request, initiative)],
    }
    return render(request, "agenda/sign.html", context, status=422 if form.is_bound and form.errors else 200)


def _version(initiative: Initiative, number: int) -> AgendaVersion:
    row = AgendaVersion.objects.filter(initiative=initiative, number=number).select_related("by", "initiative").first()
    if row is None:
        raise Http404
    return row
