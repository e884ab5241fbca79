"""People: the list, one person's roles, invitations, and the page that an invitation's link opens."""

from __future__ import annotations

from copy import copy

from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.contrib.auth import login
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from backbone.access import anonymous_allowed, member_can
from backbone.forms.people import InviteForm, NewLoginForm, PhoneForm, RoleForm, refuse
from backbone.models import Grant, Invitation, Membership, Partner, Tenant
from backbone.problems import Refused
from backbone.roles import Can, Reach, Role
from backbone.selectors.roster import left_alone_by
from backbone.services import forgetting, invitations, members
from backbone.tenancy import tenant_scope
from backbone.wording import hint, in_full, say


@member_can(Can.MANAGE_MEMBERS)
def member_list(request):
    """Everybody for an admin; a partner's lead sees the people and invitations of the own partner."""
    people, offers = _people(request.membership), _offers(request.membership)
    context = {
        "people": [person for person in people if person.is_active],
        "gone": [person for person in people if not person.is_active],
        "invitations": [offer for offer in offers if offer.is_open],
        "expired": [offer for offer in offers if not offer.is_open],
    }
    return render(request, "backbone/member_list.html", context)


@member_can(Can.MANAGE_MEMBERS)
def member_invite(request):
    partner = Partner.objects.filter(code=request.GET.get("partner", "")).first()
    initial = {} if partner is None else {"partner": partner, "role": Role.PARTNER_FILER}
    form = InviteForm(request.POST or None, by=request.membership, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            offer = invitations.invite(**form.cleaned_data, by=request.membership)
        except Refused as refused:
            refuse(form, refused)
        else:
            messages.success(request, _("The invitation is on its way to %(email)s.") % {"email": offer.email})
            return redirect("backbone:member-list", request.tenant.slug)
    status = 422 if form.is_bound else 200
    return render(request, "backbone/member_invite.html", {"form": form}, status=status)


@member_can(Can.MANAGE_MEMBERS)
def member(request, member: int):
    """One person's roles and number; POST gives one more role, or changes the number."""
    person = _person(request, member)
    is_about_phone = "phone" in request.POST
    form = RoleForm(None if is_about_phone else request.POST or None, by=request.membership)
    # A form writes what was sent onto its row: the page goes on showing the number that is kept.
    phone_form = PhoneForm(request.POST if is_about_phone else None, instance=copy(person))
    if phone_form.is_bound and phone_form.is_valid():
        phone = phone_form.cleaned_data["phone"]
        if _try(request, members.change_phone, membership=person, phone=phone, by=request.membership, done=_("Saved.")):
            return redirect("backbone:member", request.tenant.slug, person.pk)
    if form.is_bound and form.is_valid():
        try:
            members.grant(membership=person, **form.cleaned_data, by=request.membership)
        except Refused as refused:
            refuse(form, refused)
        else:
            messages.success(request, _("%(person)s has one more role.") % {"person": person.name})
            return redirect("backbone:member", request.tenant.slug, person.pk)
    is_mine_to_manage = members.may_manage(request.membership, person)
    context = {
        "person": person,
        "grants": person.grants.select_related("partner").order_by("role", "partner__code"),
        "form": form if form.is_bound or person.pk != request.membership.pk else None,
        "phone_form": phone_form if is_mine_to_manage and person.is_active else None,
        "is_mine_to_manage": is_mine_to_manage,
        "may_forget": request.membership.can(Can.CHANGE_SETTINGS),
        "is_self": person.pk == request.membership.pk,
    }
    return render(request, "backbone/member.html", context, status=422 if request.method == "POST" else 200)


@member_can(Can.MANAGE_MEMBERS)
@require_POST
def grant_withdraw(request, member: int, grant: int):
    person = _person(request, member)
    found = Grant.objects.filter(pk=grant, membership=person).first()
    if found is None:
        raise Http404
    _try(request, members.withdraw, grant=found, by=request.membership, done=_("The role is gone."))
    return redirect("backbone:member", request.tenant.slug, person.pk)


@member_can(Can.MANAGE_MEMBERS)
def member_deactivate(request, member: int):
    """GET asks, POST does."""
    person = _person(request, member)
    if request.method != "POST":
        context = {"person": person, "left_alone": left_alone_by(person)}
        return render(request, "backbone/member_deactivate.html", context)
    done = _("%(person)s is signed out and cannot come in any more.") % {"person": person.name}
    if _try(request, members.deactivate, membership=person, by=request.membership, done=done):
        if person.pk == request.membership.pk:
            return redirect("backbone:start")
        return redirect("backbone:member-list", request.tenant.slug)
    return redirect("backbone:member", request.tenant.slug, person.pk)


@member_can(Can.CHANGE_SETTINGS)
def member_forget(request, member: int):
    """GET asks, POST takes the name and addresses of a deactivated person away."""
    person = _person(request, member)
    if request.method != "POST":
        return render(request, "backbone/member_forget.html", {"person": person})
    _try(request, forgetting.forget, membership=person, by=request.membership, done=_("The person is forgotten."))
    return redirect("backbone:member", request.tenant.slug, person.pk)


@member_can(Can.MANAGE_MEMBERS)
@require_POST
def member_reactivate(request, member: int):
    person = _person(request, member)
    done = _("%(person)s can come in again.") % {"person": person.name}
    _try(request, members.reactivate, membership=person, by=request.membership, done=done)
    return redirect("backbone:member", request.tenant.slug, person.pk)


@member_can(Can.MANAGE_MEMBERS)
@require_POST
def invitation_resend(request, invitation: int):
    offer = _offer(request, invitation)
    done = _("A new invitation is on its way to %(email)s; the old link is dead.") % {"email": offer.email}
    _try(request, invitations.resend, invitation=offer, by=request.membership, done=done)
    return redirect("backbone:member-list", request.tenant.slug)


@member_can(Can.MANAGE_MEMBERS)
@require_POST
def invitation_revoke(request, invitation: int):
    offer = _offer(request, invitation)
    done = _("The invitation of %(email)s is taken back.") % {"email": offer.email}
    _try(request, invitations.revoke, invitation=offer, by=request.membership, done=done)
    return redirect("backbone:member-list", request.tenant.slug)


@anonymous_allowed
def invitation(request, slug: str, token: str):
    """What an invitation's link opens. Looking never uses it up; joining is a POST, in a transaction of its own.

    The reader is no member yet, so the tenant's scope is opened here. An unknown tenant and an unknown token are the
    same 404.
    """
    tenant = Tenant.objects.filter(slug=slug).first()
    if tenant is None:
        raise Http404
    form = NewLoginForm(request.POST or None)
    with tenant_scope(tenant):
        offer = invitations.find(token)
        if offer is None:
            raise Http404
        context = {"tenant": tenant, "offer": offer, "role": Role(offer.role).label, "form": form, "problem": None}
        if not offer.is_open:
            return _invitation_page(request, "closed", context, status=410)
        if request.user.is_authenticated:
            if not invitations.is_for(offer, request.user):
                return _invitation_page(request, "other_person", context, status=403)
            if request.method != "POST":
                return _invitation_page(request, "join", context)
            try:
                invitations.accept(token=token, user=request.user)
            except Refused as refused:
                return _invitation_page(request, "closed", context | {"problem": refused}, status=410)
            user = request.user
        elif invitations.has_login(offer):
            return _invitation_page(request, "sign_in", context)
        else:
            if request.method != "POST" or not form.is_valid():
                form.initial.setdefault("name", offer.name)
                return _invitation_page(request, "new_login", context, status=422 if form.is_bound else 200)
            try:
                user, _membership = invitations.accept_with_new_login(
                    token=token, name=form.cleaned_data["name"], password=form.cleaned_data["password"]
                )
            except Refused as refused:
                return _invitation_page(request, "closed", context | {"problem": refused}, status=410)
    if not request.user.is_authenticated:
        login(request, user, backend="allauth.account.auth_backends.AuthenticationBackend")
        UserSession.objects.create_from_request(request)  # for “Where you are signed in”, as at every other door
    messages.success(request, _("Welcome to %(tenant)s.") % {"tenant": tenant.name})
    return redirect("backbone:tenant", tenant.slug)


def _invitation_page(request, state: str, context: dict, status: int = 200):
    problem = context["problem"]
    words = [] if problem is None else [("", f"{say(p)} {hint(p)}") for p in problem.problems]
    sign_in = f"{reverse('account_login')}?next={request.path}"
    response = render(
        request,
        "backbone/invitation.html",
        context | {"state": state, "words": words, "sign_in": sign_in},
        status=status,
    )
    response["Cache-Control"] = "private, no-store"
    response["Referrer-Policy"] = "no-referrer"  # the address is a secret
    return response


def _try(request, service, *, done: str, **arguments) -> bool:
    """Call a service and say how it went."""
    try:
        service(**arguments)
    except Refused as refused:
        for problem in refused.problems:
            messages.error(request, in_full(problem))
        return False
    messages.success(request, done)
    return True


def _people(viewer: Membership) -> list[Membership]:
    found = Membership.objects.filter(is_operator=False).prefetch_related("grants__partner").order_by("name", "email")
    partner_ids = _partner_ids(viewer)
    if partner_ids is not None:
        found = found.filter(pk__in=Grant.objects.filter(partner_id__in=partner_ids).values("membership"))
    return list(found)


def _offers(viewer: Membership) -> list[Invitation]:
    found = Invitation.objects.filter(accepted_at=None, revoked_at=None).select_related("partner", "invited_by")
    partner_ids = _partner_ids(viewer)
    if partner_ids is not None:
        found = found.filter(partner_id__in=partner_ids)
    return list(found.order_by("-created_at"))


def _partner_ids(viewer: Membership) -> set[int] | None:
    if Reach.ALL in viewer.reach_of(Can.MANAGE_MEMBERS):
        return None
    return viewer.partner_ids(Can.MANAGE_MEMBERS)


def _person(request, pk: int) -> Membership:
    person = next((one for one in _people(request.membership) if one.pk == pk), None)
    if person is None:
        raise Http404
    return person


def _offer(request, pk: int) -> Invitation:
    offer = next((one for one in _offers(request.membership) if one.pk == pk), None)
    if offer is None:
        raise Http404
    if not members.may_appoint(request.membership, offer.role, offer.partner):
        raise PermissionDenied
    return offer
