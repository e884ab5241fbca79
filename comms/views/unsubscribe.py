"""A signed link out of one sort of mail, which needs no sign-in."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from backbone.access import anonymous_allowed
from backbone.models import Membership
from backbone.tenancy import tenant_scope
from comms.services import preferences


# Mail programs post here without ever having had a cookie of ours (RFC 8058); the signature in the address is what
# proves the right, and all it gives is fewer mails.
@csrf_exempt
@anonymous_allowed
@require_http_methods(["GET", "HEAD", "POST"])
def unsubscribe(request, token: str):
    """GET asks, because scanners open every link of a mail; POST does it, whoever presses the button or the program."""
    said = preferences.read_token(token)
    if said is None:
        raise Http404
    if not said.stops:
        return redirect("choose-mail", token)
    with tenant_scope(said.tenant_id):
        membership = Membership.objects.filter(pk=said.membership_id).first()
        if membership is None:
            raise Http404
        if request.method == "POST":
            preferences.unsubscribe(membership=membership, what=said.what)
    if request.method == "POST" and request.POST.get("List-Unsubscribe") == "One-Click":
        return HttpResponse(status=204)
    context = {"is_done": request.method == "POST", "what": said.what, "token": token}
    return render(request, "comms/unsubscribe.html", context)
