"""The roster: who takes part, from when to when, who files for them. And initiatives, which they take part in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from backbone.access import member_can
from backbone.forms.people import refuse
from backbone.forms.roster import InitiativeForm, MergeForm, ParticipationForm, PartnerForm, PartnerNameForm
from backbone.look.numbers import short_date
from backbone.models import Grant, Initiative, Participation, Partner
from backbone.paging import page_of
from backbone.problems import Refused
from backbone.roles import Can, Role
from backbone.selectors.roster import agreements_with, onboarding, people_for, vacancies
from backbone.services import initiatives, partners
from backbone.wording import say

MAY_EDIT_ROSTER = (Can.CHANGE_SETTINGS, Can.ASSIGN_OBLIGATIONS)
ROWS_ON_A_PAGE = 60
SEARCHED_FROM = 20  # with more partners than this the list has a search
FILES = (Role.PARTNER_FILER, Role.PARTNER_LEAD)


@dataclass(frozen=True, slots=True)
class PartnerRow:
    """One partner of one initiative, as the list shows it. `files` are names; `last_filed` is a month or None."""

    participation: Participation
    files: list[str]
    last_filed: date | None
    is_gone: bool

    @property
    def partner(self) -> Partner:
        return self.participation.partner

    def is_meant(self, wanted: str) -> bool:
        words = f"{self.partner.code} {self.partner.name} {self.partner.sector} {' '.join(self.files)}"
        return wanted.casefold() in words.casefold()


@member_can(Can.READ_ROLLUPS)
def partner_list(request):
    """Every initiative's partners. Who files, and when last, is for those who may read every partner's figures."""
    sees_all = request.membership.can(Can.READ_PARTNER_FIGURES) and (
        request.membership.partner_ids(Can.READ_PARTNER_FIGURES) is None
    )
    sections = _sections(sees_all, request.tenant.day())
    wanted = request.GET.get("q", "").strip()
    context = {
        "sections": [
            (
                initiative,
                page_of(request, [row for row in rows if row.is_meant(wanted)], ROWS_ON_A_PAGE),
                len(rows),
            )
            for initiative, rows in sections
        ],
        "wanted": wanted,
        "is_long": any(len(rows) > SEARCHED_FROM for _initiative, rows in sections),
        "sees_all": sees_all,
        "may_edit": _may_edit(request.membership),
        "may_begin": request.membership.can(Can.CHANGE_SETTINGS),
        "count": len({row.partner.pk for _initiative, rows in sections for row in rows if not row.is_gone}),
        "vacant": sum(not row.files and not row.is_gone for _initiative, rows in sections for row in rows),
    }
    return render(request, "backbone/partner_list.html", context)


def _sections(sees_all: bool, today: date) -> list[tuple[Initiative, list[PartnerRow]]]:
    files: dict[int, list[str]] = {}
    if sees_all:
        grants = Grant.objects.in_force().filter(role__in=FILES, membership__is_active=True)
        for grant in grants.select_related("membership").order_by("role", "membership__name"):
            names = files.setdefault(grant.partner_id, [])
            if grant.membership.name not in names:
                names.append(grant.membership.name)
    parts: dict[int, list[Participation]] = {}
    for part in Participation.objects.select_related("partner").order_by("partner__code"):
        parts.setdefault(part.initiative_id, []).append(part)
    found = []
    for initiative in Initiative.objects.order_by("name"):
        last = partners.last_filed(initiative) if sees_all else {}
        rows = [
            PartnerRow(
                part,
                files.get(part.partner_id, []),
                last.get(part.partner_id),
                is_gone=part.leaves_on is not None and part.leaves_on < today,
            )
            for part in parts.get(initiative.pk, [])
        ]
        found.append((initiative, sorted(rows, key=lambda row: row.is_gone)))
    return found


@member_can(MAY_EDIT_ROSTER)
def partner_new(request):
    """Add one partner to an initiative."""
    form = PartnerForm(request.POST or None, initial={"joins_on": request.tenant.day().replace(day=1)})
    if request.method == "POST" and form.is_valid():
        try:
            part = partners.join(by=request.membership, **form.cleaned_data)
        except Refused as refused:
            refuse(form, refused)
        else:
            done = _("%(name)s takes part from %(day)s. Now say who files for it.")
            messages.success(request, done % {"name": part.partner.name, "day": short_date(part.joins_on)})
            return redirect("backbone:partner", request.tenant.slug, part.partner.code)
    context = {"form": form, "has_initiatives": form.fields["initiative"].queryset.exists()}
    return render(request, "backbone/partner_new.html", context, status=422 if form.is_bound else 200)


@member_can(MAY_EDIT_ROSTER)
def partner(request, partner):
    """One partner: its name, its time in each initiative, its people. POST saves the form that was sent."""
    parts = list(Participation.objects.filter(partner=partner).select_related("initiative", "partner"))
    sent = request.POST.get("form", "")
    name_form = PartnerNameForm(request.POST if sent == "name" else None, partner=partner)
    date_forms = [
        (part, ParticipationForm(request.POST if sent == f"in-{part.initiative.slug}" else None, participation=part))
        for part in parts
    ]
    merge_form = MergeForm(request.POST if sent == "merge" else None, partner=partner)
    if merge_form.is_bound and merge_form.is_valid():
        try:
            successor = merge_form.cleaned_data["successor"]
            has_changed = partners.merge(partner=partner, successor=successor, by=request.membership)
        except Refused as refused:
            refuse(merge_form, refused)
        else:
            messages.success(request, _("Saved.") if has_changed else _("Nothing was changed."))
            return redirect("backbone:partner", request.tenant.slug, partner.code)
    if request.method == "POST":
        chosen = [(parts[0], name_form)] if sent == "name" and parts else date_forms
        for part, form in chosen:
            if form.is_bound and form.is_valid():
                try:
                    has_changed = partners.change(participation=part, by=request.membership, **form.cleaned_data)
                except Refused as refused:
                    refuse(form, refused)
                else:
                    messages.success(request, _("Saved.") if has_changed else _("Nothing was changed."))
                    return redirect("backbone:partner", request.tenant.slug, partner.code)
    grants = people_for(partner)
    agreements = agreements_with(partner, request.tenant.day())
    context = {
        "partner": partner,
        "name_form": name_form,
        "date_forms": date_forms,
        "merge_form": merge_form,
        "predecessors": list(partner.predecessors.order_by("code")),
        "grants": grants,
        "vacancies": vacancies(grants),
        "agreements": agreements,
        "steps": onboarding(partner, grants, agreements),
        "may_invite": request.membership.can(Can.MANAGE_MEMBERS),
        "crumbs": [(_("Partners"), reverse("backbone:partner-list", args=[request.tenant.slug]))],
    }
    is_wrong = any(form.errors for form in [name_form, merge_form, *(form for _part, form in date_forms)])
    return render(request, "backbone/partner.html", context, status=422 if is_wrong else 200)


@member_can(MAY_EDIT_ROSTER)
@require_POST
def partner_remove(request, partner, participation: int):
    """Take a partner that was added by mistake off an initiative's roster; refused once it has filed."""
    part = get_object_or_404(Participation, pk=participation, partner=partner)
    try:
        partners.remove(participation=part, by=request.membership)
    except Refused as refused:
        for problem in refused.problems:
            messages.error(request, say(problem))
        return redirect("backbone:partner", request.tenant.slug, partner.code)
    messages.success(request, _("%(name)s is off the roster.") % {"name": partner.name})
    return redirect("backbone:partner-list", request.tenant.slug)


@member_can(Can.CHANGE_SETTINGS)
def initiative_new(request):
    form = InitiativeForm(request.POST or None, initial={"starts_on": request.tenant.day()})
    if request.method == "POST" and form.is_valid():
        try:
            made = initiatives.create_initiative(by=request.membership, **form.cleaned_data)
        except Refused as refused:
            refuse(form, refused)
        else:
            messages.success(request, _("%(name)s has begun. Say what it wants first.") % {"name": made.name})
            return redirect("measures:template-list", request.tenant.slug, made.slug)
    return render(request, "backbone/initiative_new.html", {"form": form}, status=422 if form.is_bound else 200)


@member_can(Can.CHANGE_SETTINGS)
def initiative_edit(request, initiative):
    form = InitiativeForm(request.POST or None, initiative=initiative)
    if request.method == "POST" and form.is_valid():
        try:
            changed = initiatives.change_initiative(initiative=initiative, by=request.membership, **form.cleaned_data)
        except Refused as refused:
            refuse(form, refused)
        else:
            messages.success(request, _("Saved.") if changed else _("Nothing was changed."))
            return redirect("backbone:initiative-edit", request.tenant.slug, initiative.slug)
    context = {"form": form, "initiative": initiative}
    return render(request, "backbone/initiative_edit.html", context, status=422 if form.is_bound else 200)


def _may_edit(membership) -> bool:
    return any(membership.can(one) for one in MAY_EDIT_ROSTER)
