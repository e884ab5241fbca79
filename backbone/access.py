"""Who may open a page: one decorator, one word.

`@member_can(Can.REVIEW)` finds the initiative and the partner that the address names, asks the membership, and
passes the objects on. A stranger gets 404, and so does a member who may not even read such a thing; a member who may
read it but not do it gets 403. The mark it leaves lets a test walk every address.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import wraps

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest
from django.urls import Resolver404, resolve
from django.utils.translation import gettext_noop

from backbone import changes
from backbone.models import Initiative, Membership, Partner
from backbone.roles import Can
from backbone.services.operating import is_operator
from backbone.tenancy import TenantQuerySet

changes.register_verbs({"access.refused": gettext_noop("{by} was refused {address}")})


Right = Can | tuple[Can, ...] | None


def member_can(can: Right) -> Callable:
    """Let a member in who may do `can`, or any of several; None lets in every member of the tenant.

    The view is called with what its address names, looked up: `initiative` (slug) becomes the `Initiative`, `partner`
    (code) the `Partner`, about whom the right must reach. `tenant` is on the request, with `membership`.
    """

    def decorate(view: Callable) -> Callable:
        @wraps(view)
        def checked(request: HttpRequest, tenant: str, **named):
            if not request.user.is_authenticated:
                return redirect_to_login(request.get_full_path())
            membership = request.membership
            if membership is None or not membership.current_grants:
                raise Http404
            among = initiatives_of(request) if "initiative" in named else None
            named |= named_objects(**named, among=among)
            require(membership, can, named.get("partner"), address=request.path)
            response = view(request, **named)
            if hasattr(response, "render") and not response.is_rendered:
                response.render()
            return response

        checked.policy = can or "member"
        return checked

    return decorate


def anonymous_allowed(view: Callable) -> Callable:
    """Say aloud that a page is for everybody."""
    view.policy = "anonymous"
    return view


def login_only(view: Callable) -> Callable:
    """A page for whoever has a login, in no tenant in particular."""

    @wraps(view)
    def checked(request: HttpRequest, *args, **kwargs):
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        return view(request, *args, **kwargs)

    checked.policy = "login"
    return checked


def operator_only(view: Callable) -> Callable:
    """A page for those who run the platform; to everybody else it is not there."""

    @wraps(view)
    def checked(request: HttpRequest, *args, **kwargs):
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        if not is_operator(request.user):
            raise Http404
        response = view(request, *args, **kwargs)
        response.headers.setdefault("Cache-Control", "private, no-store")
        return response

    checked.policy = "operator"
    return checked


def may_open(membership: Membership, url: str) -> bool:
    """Whether an address of ours would open for a member, so that no page offers a dead link; by the mark of its view."""
    try:
        policy = getattr(resolve(url.partition("?")[0].partition("#")[0]).func, "policy", None)
    except Resolver404:
        return False
    if policy in ("member", "login", "anonymous"):
        return True
    wanted = policy if isinstance(policy, tuple) else (policy,)
    return any(isinstance(one, Can) and membership.can(one) for one in wanted)


def initiatives_of(request: HttpRequest) -> list[Initiative]:
    """The tenant's initiatives by name, read once for a request: its page is about one, and its frame lists them all."""
    if not hasattr(request, "initiatives"):
        request.initiatives = list(Initiative.objects.order_by("name"))
        for initiative in request.initiatives:
            initiative.tenant = request.tenant
    return request.initiatives


def named_objects(
    initiative: str | None = None, partner: str | None = None, *, among: Sequence[Initiative] | None = None, **_
) -> dict:
    """The rows that an address names, of the active tenant, which the initiative knows; 404 when there is none. `among`
    are the tenant's initiatives where they are read already."""
    found: dict = {}
    if initiative is not None and among is not None:
        found["initiative"] = next((one for one in among if one.slug == initiative), None)
    elif initiative is not None:
        found["initiative"] = Initiative.objects.filter(slug=initiative).select_related("tenant").first()
    if partner is not None:
        # PostgreSQL knows no NUL in a text, and a browser may send one.
        found["partner"] = None if "\x00" in partner else Partner.objects.filter(code=partner).first()
    if None in found.values():
        raise Http404
    return found


def sent_id(text: str) -> int | None:
    """The id that somebody sent as these words; None when it is none that a row could have."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else None


def sent_words(request: HttpRequest, name: str) -> str:
    """The words that a form sends under a name, without the sign that no text in PostgreSQL may hold."""
    return request.POST.get(name, "").replace("\x00", "")


def sent_row(request: HttpRequest, rows: TenantQuerySet):
    """The one of these rows whose id a form sends as `row`; 404 when it is none of them, or no id."""
    pk = sent_id(request.POST.get("row", ""))
    found = rows.filter(pk=pk).first() if pk is not None else None
    if found is None:
        raise Http404
    return found


def require(membership: Membership, can: Right, partner: Partner | None = None, *, address: str = "") -> None:
    """Raise Http404 or PermissionDenied unless the member may do `can`, to `partner`'s things where one is named."""
    wanted = can if isinstance(can, tuple) else () if can is None else (can,)
    if not wanted or any(membership.can(one, partner) for one in wanted):
        return
    right = wanted[0].name.lower()
    changes.record("access.refused", on="address", by=membership, address=address[:200], right=right)
    rows = {one.row for one in wanted}
    if any(membership.can(other, partner) for other in Can if other.row in rows and other.letter == "R"):
        raise PermissionDenied
    raise Http404
