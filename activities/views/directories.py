"""Bringing in a directory of services: which column is what, what would come of it, and doing it."""

from __future__ import annotations

import hashlib
from itertools import islice
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from activities.forms.directory import MappingForm
from activities.importing.directory.guessing import Mapping, guess
from activities.importing.directory.planning import Ground, Plan, new_words, plan, summary
from activities.importing.directory.reading import Listing, read
from activities.models import Place, Population, ServiceType
from activities.rules.plaintext import line
from activities.rules.unknown import MAKE, NONE, OUT
from activities.selectors.written import written_out
from activities.services import directories, register
from activities.views.carrying import SHOWN, apply, sent_files, told
from activities.views.paths import register_crumb, require_words
from agenda.models import Outcome, Strategy
from backbone.access import member_can
from backbone.forms.people import refuse
from backbone.models import Initiative, Partner
from backbone.problems import Refused, first_of_each_sort
from backbone.roles import Can
from backbone.tabular.carried import pack
from backbone.wording import told_at

ALIKE = 5  # problems of one sort that are shown
SINGLY = 200  # organizations about which something is decided one by one
MAY_MAKE_PARTNERS = (Can.CHANGE_SETTINGS, Can.ASSIGN_OBLIGATIONS)


@member_can(Can.EDIT_ACTIVITIES)
@require_http_methods(["GET", "HEAD", "POST"])
def directory(request, initiative):
    """The files come along in the form: first with the columns that were chosen, then with what was decided about single
    organizations. Without files one begins where files are chosen."""
    require_words(request.membership)
    begin = reverse("activities:bring-in", args=[request.tenant.slug, initiative.slug])
    if request.method != "POST":
        return redirect(begin)
    try:
        files = sent_files(request)
        listing = read(files)
    except Refused as refused:
        for _place, words in told_at("", refused):
            messages.error(request, words)
        return redirect(begin)
    form = _form(request, initiative, listing, request.POST)
    if "again" in request.POST or not form.is_valid():
        return _columns(request, initiative, files, listing, form)
    mapping = Mapping(**form.chosen)
    if "apply" in request.POST:
        register.lock(initiative)
    try:
        found = plan(listing, mapping, ground_of(request, initiative), _decisions(request, listing, mapping))
    except Refused as refused:
        refuse(form, refused)
        return _columns(request, initiative, files, listing, form)
    problems: list[tuple[str, str]] = []
    if "apply" in request.POST:
        said: dict[str, Any] = {
            "source": mapping.source,
            "new_partners": found.partners,
            "new_words": {sort: _used(found, sort) for sort in directories.SORTS},
            "outcome": Outcome.objects.filter(initiative=initiative, slug=mapping.outcome).first(),
            "new_strategies": [one | {"slug": one["slug"].partition("/")[2]} for one in _used(found, "strategies")],
            "activities": found.activities,
            "by": request.membership,
        }
        problems = apply(request, lambda: directories.bring_in(initiative=initiative, **said))
        if not problems:
            return redirect("activities:activity-list", request.tenant.slug, initiative.slug)
    context = {
        "initiative": initiative,
        "listing": listing,
        "mapping": mapping,
        "plan": found,
        "problems": problems,
        "counts": summary(found),
        "new_words": new_words(found),
        "organizations": [(one, field_of(one.name)) for one in found.unknown[:SINGLY]],
        "more_organizations": max(0, len(found.unknown) - SINGLY),
        "partners": list(_partners(initiative).items()),
        "choices": _choices(request),
        "warnings": _warnings(listing, found),
        "warning_count": len(found.problems),
        "files": [(name, pack(content)) for name, content in files],
        "kept": _kept(request),
        "crumbs": _crumbs(request, initiative),
    }
    return render(request, "activities/directory_preview.html", context, status=422 if problems else 200)


def _warnings(listing: Listing, found: Plan) -> list[dict[str, Any]]:
    """What is worth a look, a few of each sort, with how many more of it there are."""
    few = first_of_each_sort(found.problems, ALIKE)[:SHOWN]
    rows = told([(listing.name, problem) for problem, _more in few])
    return [row | {"more": more} for row, (_problem, more) in zip(rows, few, strict=True)]


def first_look(request, initiative: Initiative, files: list[tuple[str, bytes]]) -> HttpResponse:
    """The page that asks which column is what, with a guess; files that cannot be read send back to where they are
    chosen."""
    try:
        listing = read(files)
    except Refused as refused:
        for _place, words in told_at("", refused):
            messages.error(request, words)
        return redirect("activities:bring-in", request.tenant.slug, initiative.slug)
    return _columns(request, initiative, files, listing, _form(request, initiative, listing, None))


def _columns(request, initiative: Initiative, files, listing: Listing, form: MappingForm) -> HttpResponse:
    context = {
        "initiative": initiative,
        "listing": listing,
        "form": form,
        "sample": _sample(listing),
        "files": [(name, pack(content)) for name, content in files],
        "crumbs": _crumbs(request, initiative),
    }
    return render(request, "activities/directory.html", context, status=422 if form.errors else 200)


def _form(request, initiative: Initiative, listing: Listing, data: Any) -> MappingForm:
    may_make = any(request.membership.can(one) for one in MAY_MAKE_PARTNERS)
    return MappingForm(
        data if data is not None and "name" in data and "organization" in data else None,
        headings=listing.headings,
        guess=guess(listing, initiative.starts_on),
        initiative=initiative,
        may_make=may_make,
        may_add_strategies=request.membership.can(Can.EDIT_AGENDA),
    )


def ground_of(request, initiative: Initiative) -> Ground:
    """What a directory is held against for this person."""
    strategies = Strategy.objects.filter(outcome__initiative=initiative).select_related("outcome")
    return Ground(
        standing=written_out(initiative),
        partners=_partners(initiative),
        kinds=dict(ServiceType.objects.values_list("slug", "name")),
        populations=dict(Population.objects.values_list("slug", "name")),
        places=dict(Place.objects.values_list("slug", "name")),
        strategies={f"{one.outcome.slug}/{one.slug}": one.title for one in strategies},
        may_make=any(request.membership.can(one) for one in MAY_MAKE_PARTNERS),
        codes=frozenset(Partner.objects.values_list("code", flat=True)),
    )


def _partners(initiative: Initiative) -> dict[str, str]:
    rows = Partner.objects.of_initiative(initiative)
    return dict(rows.values_list("code", "name"))


def _used(found: Plan, sort: str) -> list[dict[str, str]]:
    """New words that something is tagged with."""
    words = found.words[sort]
    return [one for one in words.new.values() if words.used[one["slug"]]]


def _choices(request) -> list[tuple[str, str]]:
    may_make = any(request.membership.can(one) for one in MAY_MAKE_PARTNERS)
    found = [(MAKE, _("becomes a partner"))] if may_make else []
    return [*found, (NONE, _("comes in without a partner")), (OUT, _("stays out"))]


def field_of(name: str) -> str:
    """What the control for an organization is called, whatever signs its name has."""
    return f"org-{hashlib.sha256(name.encode()).hexdigest()[:16]}"


def _decisions(request, listing: Listing, mapping: Mapping) -> dict[str, str]:
    """What was chosen for single organizations, by name."""
    sent = {name: value for name, value in request.POST.items() if name.startswith("org-") and value}
    if not sent or not mapping.organization:
        return {}
    names = {line(value) for value in listing.values(mapping.organization)}
    return {name: sent[field_of(name)] for name in names if field_of(name) in sent}


def _kept(request) -> list[tuple[str, str]]:
    """The columns that were chosen, for the next form."""
    left_out = {"csrfmiddlewaretoken", "file_name", "file_content", "apply", "again", "preview"}
    return [
        (name, value)
        for name in request.POST
        if name not in left_out and not name.startswith("org-")
        for value in request.POST.getlist(name)
    ]


def _sample(listing: Listing) -> list[tuple[str, list[str]]]:
    """Each column with its first different values."""
    found = []
    for heading in listing.headings:
        values = list(dict.fromkeys(value[:60] for value in islice(listing.values(heading), 40)))[:3]
        found.append((heading, values))
    return found


def _crumbs(request, initiative: Initiative) -> list[tuple[str, str]]:
    begin = reverse("activities:bring-in", args=[request.tenant.slug, initiative.slug])
    return [register_crumb(request, initiative), (_("Bring in activities"), begin)]
