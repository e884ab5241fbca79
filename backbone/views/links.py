"""An initiative's share links: what there is, a new one, another passphrase, an end to one."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from backbone import conditions
from backbone.access import member_can
from backbone.forms.links import LinkForm, NewPassphraseForm
from backbone.forms.people import refuse
from backbone.models import ShareLink
from backbone.problems import Refused
from backbone.selectors import links as reads
from backbone.selectors import publications
from backbone.services import links
from backbone.views.publications import EDITORS
from backbone.views.rendered import span_name

OFFERED = 24  # of the latest publications


@member_can(EDITORS)
@require_safe
def link_list(request, initiative):
    """Every link, what became of it, how often it was used."""
    rows = reads.of_initiative(initiative)
    context = {
        "initiative": initiative,
        "rows": [(row, _shown(row.link)) for row in rows],
        "has_embeds": any(row.link.embeds and row.state == "open" for row in rows),
        "snippet": _snippet(f"{settings.SITE_URL}/s/…/chart/…/", _("The name of the chart")),
    }
    return render(request, "backbone/link_list.html", context)


@member_can(EDITORS)
def link_new(request, initiative):
    """GET asks, POST makes the link and shows it, this once."""
    editions = [(one, _edition_words(one)) for one in publications.published(initiative)[:OFFERED]]
    form = LinkForm(request.POST or None, editions=editions)
    if request.method == "POST" and form.is_valid():
        said = {key: value for key, value in form.cleaned_data.items() if key != "shows"}
        try:
            link, token = links.make(initiative=initiative, by=request.membership, **said)
        except Refused as refused:
            refuse(form, refused)
        else:
            return render(request, "backbone/link_made.html", _made(initiative, link, token))
    context = {"initiative": initiative, "form": form}
    return render(request, "backbone/link_new.html", context, status=422 if form.is_bound else 200)


@member_can(EDITORS)
def link_passphrase(request, initiative, link: int):
    """GET asks, POST gives the link another passphrase, or takes it off."""
    found = _link(initiative, link)
    said = request.POST if request.method == "POST" else None
    form = NewPassphraseForm(said, can_remove=bool(found.passphrase))
    if form.is_valid():
        try:
            links.change_passphrase(link=found, passphrase=form.cleaned_data["passphrase"], by=request.membership)
        except Refused as refused:
            refuse(form, refused)
        else:
            words = _("The link “%(link)s” asks for the new passphrase from now on.")
            if form.cleaned_data.get("remove"):
                words = _("The link “%(link)s” asks for no passphrase any more.")
            messages.success(request, words % {"link": found.name})
            return redirect("backbone:link-list", request.tenant.slug, initiative.slug)
    context = {"initiative": initiative, "link": found, "form": form}
    return render(request, "backbone/link_passphrase.html", context, status=422 if form.is_bound else 200)


@member_can(EDITORS)
@require_POST
def link_revoke(request, initiative, link: int):
    found = _link(initiative, link)
    links.revoke(link=found, by=request.membership)
    messages.success(request, _("The link “%(link)s” opens nothing any more.") % {"link": found.name})
    return redirect("backbone:link-list", request.tenant.slug, initiative.slug)


def _link(initiative, pk: int) -> ShareLink:
    """A link of this initiative. Raises Http404."""
    found = ShareLink.objects.filter(initiative=initiative, pk=pk).first()
    if found is None:
        raise Http404
    return found


def _made(initiative, link: ShareLink, token: str) -> dict:
    """What is shown this once: the address, and what puts each chart into another site."""
    snippets = []
    publication = link.publication or publications.latest(initiative)
    if link.embeds and publication is not None:
        parts = publications.content(publications.body_of(publication, link.audience))["parts"]
        for condition in conditions.registered():
            for slug, name in condition.charts(parts.get(condition.slug, {})):
                address = settings.SITE_URL + reverse("backbone:shared-chart", args=[token, slug])
                snippets.append((name, _snippet(address, name)))
    return {
        "initiative": initiative,
        "link": link,
        "address": settings.SITE_URL + reverse("backbone:shared", args=[token]),
        "snippets": snippets,
    }


def _snippet(address: str, name: str) -> str:
    """HTML for another site; the reader copies it as text."""
    return format_html(
        '<iframe src="{}" title="{}" width="100%" height="640" loading="lazy" style="border:0"></iframe>', address, name
    )


def _shown(link: ShareLink) -> str:
    return _("always the latest") if link.publication is None else _edition_words(link.publication)


def _edition_words(publication) -> str:
    return _("%(span)s, version %(version)s") % {"span": span_name(publication), "version": publication.version}
