"""Publications in the making: begin, choose, check, look at each audience's proof, publish."""

from __future__ import annotations

import json

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from backbone import conditions, progress
from backbone.access import member_can
from backbone.conditions import Option
from backbone.forms.publications import SpanForm
from backbone.models import Audience, Proof, Publication
from backbone.paging import page_of
from backbone.problems import Refused
from backbone.roles import Can
from backbone.selectors import publications as reads
from backbone.selectors.publications import EditionName
from backbone.services import publications
from backbone.views import downloads
from backbone.views.rendered import render_parts, shown_body, span_name, years_of
from backbone.wording import hint, say

EDITORS = (Can.PUBLISH, Can.RELEASE)


@member_can(EDITORS)
@require_safe
def publication_list(request, initiative):
    """Drafts, and what is out, with how often it was opened."""
    drafts = Publication.objects.filter(initiative=initiative, published_at=None).order_by("-period")
    counts = reads.visit_counts(initiative)
    out = [
        {"publication": one, "edition": EditionName.of(one), "name": span_name(one), "visits": counts.get(one.pk, 0)}
        for one in reads.published(initiative)[:60]
    ]
    context = {
        "initiative": initiative,
        "drafts": [{"publication": one, "name": span_name(one)} for one in drafts],
        "published": out,
    }
    return render(request, "backbone/publication_list.html", context)


@member_can(EDITORS)
def publication_new(request, initiative):
    """Which month, quarter or year; the draft of it that there is, or a new one."""
    form = SpanForm(request.POST or None, initiative=initiative, tenant=request.tenant)
    if request.method == "POST" and form.is_valid():
        draft = publications.begin(
            initiative=initiative,
            grain=form.cleaned_data["grain"],
            period=form.cleaned_data["starts_on"],
            by=request.membership,
        )
        return redirect("backbone:publication", request.tenant.slug, initiative.slug, draft.pk)
    back = reverse("backbone:publication-list", args=[request.tenant.slug, initiative.slug])
    context = {"initiative": initiative, "form": form, "crumbs": [(_("Publishing"), back)]}
    return render(request, "backbone/publication_new.html", context, status=422 if form.is_bound else 200)


@member_can(EDITORS)
def publication(request, initiative, publication: int):
    """The draft's desk: what is chosen, what the check found, and the one button that comes next."""
    draft = _draft(initiative, publication)
    if draft.is_published:
        return redirect("backbone:published", request.tenant.slug, initiative.slug, EditionName.of(draft))
    problems: list[str] = []
    if request.method == "POST":
        try:
            _act(request, draft)
        except Refused as refused:
            problems = [" ".join(part for part in (say(one), hint(one)) if part) for one in refused.problems]
        else:
            draft.refresh_from_db()
            if draft.is_published:
                words = {"span": span_name(draft), "version": draft.version}
                messages.success(request, _("%(span)s is published, version %(version)s.") % words)
                return redirect("backbone:published", request.tenant.slug, initiative.slug, EditionName.of(draft))
            return redirect("backbone:publication", request.tenant.slug, initiative.slug, draft.pk)
    done, total = progress.so_far(publications.work_name(draft))
    context = {
        "initiative": initiative,
        "publication": draft,
        "name": span_name(draft),
        "groups": _groups(draft, request.POST if problems else None),
        "problems": problems,
        "audiences": [(value, label) for value, label in Audience.choices],
        "found": _found_words(draft, request.membership.can(Can.READ_SMALL_CELLS)),
        "seen": draft.as_of.isoformat() if draft.as_of is not None else "",
        "percent": None if done is None or not total else 100 * done // total,
        "is_part": request.htmx and request.method == "GET",
    }
    if request.htmx and request.method == "GET":
        return render(request, "backbone/_publication_state.html", context)
    return render(request, "backbone/publication.html", context, status=422 if problems else 200)


@member_can(EDITORS)
@require_safe
def publication_proof(request, initiative, publication: int, audience: str):
    """What one audience would see."""
    draft = _draft(initiative, publication)
    proof = Proof.objects.filter(publication=draft, audience=audience).first()
    if proof is None:
        raise Http404
    found = {
        "tenant": {"name": request.tenant.name, "fiscal_year_starts": request.tenant.fiscal_year_starts},
        "initiative": {"name": initiative.name, "attribution": initiative.attribution},
        "grain": draft.grain,
        "period": f"{draft.period:%Y-%m}",
        "as_of": draft.as_of.isoformat(),
        "audience": audience,
        "parts": json.loads(proof.body),
    }
    year = 1 if request.GET.get("year") == "calendar" else years_of(found)[0]
    context = shown_body(found, year, render_parts(found["parts"], year)) | {
        "initiative": initiative,
        "publication": draft,
        "audience": Audience(audience).label,
        "audiences": [(value, label, value == audience) for value, label in Audience.choices],
    }
    return render(request, "backbone/publication_proof.html", context)


@member_can(EDITORS)
@require_POST
def publication_drop(request, initiative, publication: int):
    draft = _draft(initiative, publication)
    try:
        publications.drop(publication=draft, by=request.membership)
    except Refused as refused:
        messages.error(request, say(refused.problems[0]))
    else:
        messages.success(request, _("The draft of %(span)s is dropped.") % {"span": span_name(draft)})
    return redirect("backbone:publication-list", request.tenant.slug, initiative.slug)


@member_can(Can.READ_AUDIT)
@require_safe
def visit_list(request, initiative):
    """Who opened what, and when; for those who may read every partner's log."""
    if request.membership.partner_ids(Can.READ_AUDIT) is not None:
        raise Http404
    page = page_of(request, reads.visits(initiative), 100)
    rows = [
        {
            "visit": one,
            "name": span_name(one.publication),
            "edition": EditionName.of(one.publication),
            "what": downloads.words_of(one.what),
        }
        for one in page
    ]
    return render(request, "backbone/visit_list.html", {"initiative": initiative, "page": page, "rows": rows})


def _draft(initiative, pk: int) -> Publication:
    found = Publication.objects.filter(initiative=initiative, pk=pk).select_related("initiative").first()
    if found is None:
        raise Http404
    return found


def _act(request, draft: Publication) -> None:
    if "publish" in request.POST:
        publications.publish(publication=draft, by=request.membership, seen=request.POST.get("seen", ""))
        return
    draft = publications.choose(publication=draft, choices=_chosen(draft, request.POST), by=request.membership)
    if "check" in request.POST:
        publications.ask_to_check(publication=draft, by=request.membership)


def _chosen(draft: Publication, said) -> dict[str, list[dict[str, str]]]:
    """What the form says, in the order that it says: each choice has a place, and those without one come last."""
    found: dict[str, list[dict[str, str]]] = {}
    for condition in conditions.registered():
        rows = []
        for option in condition.options(draft.initiative, draft.grain, draft.period):
            key = f"{condition.slug}-{option.slug}"
            if said.get(key):
                place = said.get(f"{key}-place", "")
                rows.append(
                    (
                        int(place[:6]) if place.isascii() and place.isdigit() else 10**6,
                        len(rows),
                        {
                            "slug": option.slug,
                            "story": said.get(f"{key}-story", ""),
                            "unknown": said.get(f"{key}-unknown", ""),
                        },
                    )
                )
        if rows:
            found[condition.slug] = [row for _place, _n, row in sorted(rows, key=lambda row: row[:2])]
    return found


def _groups(draft: Publication, said) -> list[tuple[str, list[dict]]]:
    """What can be chosen, group by group, as it is chosen now; what is chosen first and in its order."""
    groups: dict[str, list[dict]] = {}
    chosen = draft.choices if said is None else _chosen(draft, said)
    for condition in conditions.registered():
        options = list(condition.options(draft.initiative, draft.grain, draft.period))
        kept = {one["slug"]: (place, one) for place, one in enumerate(chosen.get(condition.slug, ()), start=1)}
        rows = [_option(condition.slug, one, kept.get(one.slug)) for one in options]
        for row in sorted(rows, key=lambda row: row["place"] or 10**6):
            groups.setdefault(row["option"].group, []).append(row)
    return list(groups.items())


def _option(slug: str, option: Option, kept) -> dict:
    place, words = kept or (None, {"story": option.story, "unknown": ""})
    return {
        "key": f"{slug}-{option.slug}",
        "option": option,
        "is_chosen": kept is not None,
        "place": place,
        "story": words.get("story", ""),
        "unknown": words.get("unknown", ""),
    }


def _found_words(draft: Publication, sees_values: bool) -> list[dict]:
    """What the check found, audience by audience; the hidden values for those alone who may see small cells."""
    found = []
    for audience, label in Audience.choices:
        report = draft.report.get("audiences", {}).get(audience)
        if report is None:
            continue
        rows = {
            kind: [one | {"value": one["value"] if sees_values else ""} for one in report[kind]]
            for kind in ("hidden", "breaches")
        }
        found.append({"audience": audience, "label": label} | rows)
    return found
