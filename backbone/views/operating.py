"""What whoever runs the platform sees of it, and how a tenant lets them in to look."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from backbone import changes
from backbone.access import member_can, operator_only, sent_row
from backbone.forms.operating import AccessForm
from backbone.forms.people import refuse
from backbone.models import Change, OperatorAccess, Tenant
from backbone.paging import page_of
from backbone.problems import Refused
from backbone.roles import Can
from backbone.selectors import stock
from backbone.selectors.machines import state_of_machines
from backbone.services import operating
from backbone.tenancy import tenant_scope
from backbone.wording import say

ON_A_PAGE = 50
VISITS_SHOWN = 200


@operator_only
@require_http_methods(["GET", "HEAD", "POST"])
def operator(request):
    """What waits, of all tenants and of each; the machines; and nobody's words. POST counts again."""
    if request.method == "POST":
        stock.keep(stock.take())
        return redirect("backbone:operator")
    found = stock.latest()
    page = page_of(request, found.worst_first(), ON_A_PAGE)
    context = {
        "stock": found,
        "queues": [(name, queue, tenants, found.is_late(queue)) for name, queue, tenants in found.of_all()],
        "page": page,
        "tenants": [(held, found.is_late(held)) for held in page],
        "machines": state_of_machines(),
        "in_the_broker": stock.in_the_broker(),
    }
    return render(request, "backbone/operator.html", context)


@operator_only
@require_http_methods(["GET", "HEAD", "POST"])
def operator_tenant(request, slug: str):
    """One tenant's queues, and whether its admins let an operator look in. POST asks them to."""
    tenant = Tenant.objects.filter(slug=slug).first()
    if tenant is None:
        raise Http404
    form = AccessForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            with tenant_scope(tenant):
                operating.ask(user=request.user, **form.cleaned_data)
        except Refused as refused:
            refuse(form, refused)
        else:
            messages.success(request, _("The organization’s admins are asked. The answer stands here."))
            return redirect("backbone:operator-tenant", tenant.slug)
    held = stock.of_tenant(tenant, timezone.now())
    with tenant_scope(tenant):
        access = operating.access_of(request.user)
        asked = operating.asked_by(request.user)
    context = {
        "tenant": tenant,
        "queues": [(stock.QUEUES[queue.slug], queue) for queue in held.queues],
        "form": form,
        "access": access,
        "asked": asked,
        "is_member": operating.is_member(request.user, tenant),
        "crumbs": [(_("The platform"), reverse("backbone:operator"))],
    }
    return render(request, "backbone/operator_tenant.html", context, status=422 if form.is_bound else 200)


@member_can(Can.CHANGE_SETTINGS)
@require_http_methods(["GET", "HEAD", "POST"])
def operator_access(request):
    """Who of the platform's operators may look in, may not, and did. POST lets in, declines, or ends it."""
    sent = request.POST.get("form") if request.method == "POST" else None
    form = AccessForm(request.POST if sent == "let-in" else None)
    try:
        if sent == "let-in" and form.is_valid():
            operating.let_in(by=request.membership, **form.cleaned_data)
            messages.success(request, _("The platform’s operators may look in. It ends by itself."))
            return redirect("backbone:operator-access", request.tenant.slug)
        if sent in ("approve", "decline", "end"):
            row = sent_row(request, OperatorAccess.objects.all())
            {"approve": operating.approve, "decline": operating.decline, "end": operating.end}[sent](
                access=row, by=request.membership
            )
            said = {
                "approve": _("They may look in. It ends by itself."),
                "decline": _("They may not look in."),
                "end": _("Nobody looks in any more."),
            }
            messages.success(request, said[sent])
            return redirect("backbone:operator-access", request.tenant.slug)
    except Refused as refused:
        for problem in refused.problems:
            messages.error(request, say(problem))
        return redirect("backbone:operator-access", request.tenant.slug)
    if sent not in (None, "let-in"):
        raise Http404
    now = timezone.now()
    rows = [
        (row, row.state_at(now)) for row in OperatorAccess.objects.select_related("member", "granted_by", "ended_by")
    ]
    visits = Change.objects.filter(verb__in=["operator.visited", "operator.refused"])
    visits = visits.select_related("by", "partner", "initiative").order_by("-at", "-id")[:VISITS_SHOWN]
    context = {
        "form": form,
        "waiting": [row for row, state in rows if state == "waiting"],
        "others": [(row, state) for row, state in rows if state != "waiting"],
        "visits": [(one, changes.sentence(one)) for one in visits],
    }
    return render(request, "backbone/operator_access.html", context, status=422 if form.is_bound else 200)
