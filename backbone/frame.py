"""What the frame around every page shows: where you are, who you are, where you can go."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from django.urls import NoReverseMatch, reverse
from django.utils.dates import MONTHS
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from backbone.access import initiatives_of
from backbone.helping import Help, help_of
from backbone.models import Initiative, Membership, Participation, Tenant
from backbone.roles import Can, Role

FILERS = {Role.PARTNER_LEAD, Role.PARTNER_FILER, Role.PARTNER_MEMBER}


@dataclass(frozen=True, slots=True)
class Person:
    name: str
    initial: str
    role_words: str


@dataclass(frozen=True, slots=True)
class Link:
    label: str
    url: str
    is_current: bool


@dataclass(frozen=True, slots=True)
class Inbox:
    """The way to a person's inbox, and how many lines of it are unread; `most` is where counting ends."""

    url: str
    unread: int
    most: int


@dataclass(frozen=True, slots=True)
class Frame:
    tenant: Tenant
    initiative: Initiative | None
    person: Person
    switches: list[tuple[str, list[Link]]]
    nav: list[Link]
    tenant_links: list[tuple[str, str]]
    account_links: list[tuple[str, str]]
    footer_words: str
    footer_links: list[Link]
    find_url: str = ""
    inbox: Inbox | None = None
    visits_until: datetime | None = None
    help: Help | None = None
    begin_url: str = ""


_inbox: tuple[str, Callable[[Membership, str], int], int] | None = None


def tell_inbox(address: str, unread: Callable[[Membership, str], int], most: int) -> None:
    """Called once, from `AppConfig.ready()`: the name of the inbox's address, and what counts its unread lines for a
    person who has a page of this path open (none where the request only asks for something to be done)."""
    global _inbox
    _inbox = (address, unread, most)


def frame(request) -> dict[str, Frame | None]:
    """Context processor; `frame` is None before sign-in and outside a tenant, and pages then name no tenant."""
    membership = getattr(request, "membership", None)
    if membership is None or request.tenant is None:
        return {"frame": None}
    initiatives = initiatives_of(request)
    slug = request.resolver_match.kwargs.get("initiative") if request.resolver_match else None
    slug = getattr(slug, "slug", slug)
    current = next((i for i in initiatives if i.slug == slug), None)
    own = own_initiatives(membership, initiatives)
    return {
        "frame": Frame(
            tenant=request.tenant,
            initiative=current,
            person=Person(membership.name, (membership.name or membership.email)[:1].upper(), membership.role_words),
            switches=_switches(request, own, current),
            nav=_nav(request, membership, current or (own[0] if len(own) == 1 else None)),
            tenant_links=_tenant_links(request, membership),
            account_links=_links(
                request,
                [(_("Name, language and mail"), "backbone:account"), (_("What you get"), "inbox:wishes"), _KEYS],
            ),
            footer_words=_footer_words(request.tenant, membership),
            footer_links=_footer_links(request.tenant, membership),
            find_url=reverse("comms:find", args=[request.tenant.slug, current.slug]) if current is not None else "",
            inbox=_inbox_of(request, membership),
            visits_until=membership.visits_until,
            help=help_of(request.resolver_match.view_name) if request.resolver_match else None,
            begin_url=_begin_url(request.tenant, membership, current),
        )
    }


def _inbox_of(request, membership: Membership) -> Inbox | None:
    if _inbox is None:
        return None
    address, unread, most = _inbox
    is_looking = request.method == "GET" and request.resolver_match is not None
    count = unread(membership, request.path if is_looking else "")
    return Inbox(reverse(address, args=[request.tenant.slug]), count, most)


def _begin_url(tenant: Tenant, membership: Membership, initiative: Initiative | None) -> str:
    """The page of the first hour, for whoever may open it."""
    if initiative is None or not membership.can(Can.READ_SETTINGS):
        return ""
    return reverse("backbone:begin", args=[tenant.slug, initiative.slug])


def own_initiatives(membership: Membership, initiatives: list[Initiative]) -> list[Initiative]:
    """Those of the tenant's initiatives that concern a person: a partner's people find the ones it takes part in."""
    if len(initiatives) < 2 or not membership.roles <= FILERS:
        return initiatives
    partners = {grant.partner_id for grant in membership.current_grants}
    theirs = set(Participation.objects.filter(partner__in=partners).values_list("initiative_id", flat=True))
    return [initiative for initiative in initiatives if initiative.pk in theirs] or initiatives


def _footer_words(tenant: Tenant, membership: Membership) -> str:
    words = {"tenant": tenant.name, "zone": membership.timezone or tenant.timezone}
    if tenant.fiscal_year_starts == 1:
        return _("%(tenant)s · calendar years · times in %(zone)s") % words
    words["month"] = MONTHS[tenant.fiscal_year_starts]
    return _("%(tenant)s · fiscal year from 1 %(month)s · times in %(zone)s") % words


def _footer_links(tenant: Tenant, membership: Membership) -> list[Link]:
    """What the words mean; and the way out of sample data, or back from being removed, for whoever may take it."""
    links = [Link(_("What the words mean"), reverse("backbone:glossary", args=[tenant.slug]), False)]
    if (tenant.is_sample or tenant.erase_at is not None) and membership.can(Can.EXPORT_TENANT):
        words = _("These are sample data: remove them") if tenant.is_sample else _("This organization is being removed")
        links.append(Link(words, reverse("backbone:erase", args=[tenant.slug]), False))
    return links


_HOME = "measures:forest"
# Pages that one comes to from home, and whose way back leads there: beginning, who is missing, how it all holds together.
_AT_HOME = (
    "backbone:begin",
    "backbone:health",
    "backbone:leadership",
    "backbone:signal",
    "backbone:stuck",
    "backbone:work",
    "measures:chase-list",
    "measures:excuse",
    "measures:template",
)
_KEYS = (gettext_lazy("API keys"), "backbone:key-list")


def _tenant_links(request, membership: Membership) -> list[tuple[str, str]]:
    """The tenant's own pages, below /o/<tenant>/-/, that this person may open."""
    entries = [
        (_("Partners"), "backbone:partner-list", not membership.roles <= {*FILERS, Role.FUNDER}),
        (_("People"), "backbone:member-list", membership.can(Can.MANAGE_MEMBERS)),
        (_("Settings"), "backbone:settings", membership.can(Can.READ_SETTINGS)),
        (_("Audit log"), "backbone:audit-log", membership.can(Can.READ_AUDIT)),
        (_("Operators"), "backbone:operator-access", membership.can(Can.CHANGE_SETTINGS)),
        (_("Webhooks"), "backbone:webhook-list", membership.can(Can.CHANGE_SETTINGS)),
        (*_KEYS, True),
        (_("Take everything away"), "backbone:export", membership.can(Can.EXPORT_TENANT)),
    ]
    return _links(request, [(label, name) for label, name, is_open in entries if is_open])


def _links(request, entries) -> list[tuple[str, str]]:
    found = []
    for label, name in entries:
        with suppress(NoReverseMatch):
            found.append((str(label), reverse(name, args=[request.tenant.slug])))
    return found


def _switches(request, initiatives, current) -> list[tuple[str, list[Link]]]:
    here = [
        Link(i.name, reverse("backbone:home", args=[request.tenant.slug, i.slug]), i == current) for i in initiatives
    ]
    switches = [(request.tenant.name, here)]
    others = [one.tenant for one in request.entrances if one.tenant_id != request.tenant.pk]
    for one in others:
        switches.append((one.name, [Link(_("Go there"), reverse("backbone:tenant", args=[one.slug]), False)]))
    return switches


def _nav(request, membership: Membership, initiative: Initiative | None) -> list[Link]:
    roles = membership.roles
    if initiative is None:
        entries = [(_("Initiatives"), "backbone:tenant", True)]
    elif roles <= FILERS:
        entries = [
            (_("This month"), "measures:filing-current", True),
            (_("Our figures"), "measures:our-figures", True),
            (_("Results"), "measures:results", True),
            (_("Published"), "backbone:published-latest", True),
            (_("Consent"), "measures:consent-list", membership.can(Can.CONSENT)),
            (_("Agenda"), "agenda:agenda", True),
            (_("Activities"), "activities:activity-list", membership.can(Can.READ_ACTIVITIES)),
            (_("Meetings"), "comms:meeting-list", True),
        ]
    elif roles <= {Role.FUNDER}:
        entries = [
            (_("Latest publication"), "backbone:published-latest", True),
            (_("Earlier publications"), "backbone:published-list", True),
            (_("Agenda"), "agenda:agenda", True),
        ]
    else:
        entries = [
            (_("Home"), _HOME, True),
            (_("Agenda"), "agenda:agenda", membership.can(Can.READ_AGENDA)),
            (_("Measures"), "measures:indicator-list", membership.can(Can.READ_INDICATORS)),
            (_("Activities"), "activities:activity-list", membership.can(Can.READ_ACTIVITIES)),
            (_("Publishing"), _publishing(membership), True),
            (_("Communication"), "comms:meeting-list", membership.can(Can.READ_MEETINGS)),
        ]
    section = request.resolver_match.view_name if request.resolver_match else ""
    place = [request.tenant.slug] if initiative is None else [request.tenant.slug, initiative.slug]
    links = []
    for label, name, is_open in entries:
        if not is_open:
            continue
        try:
            url = reverse(name, args=place)
        except NoReverseMatch:
            continue
        links.append(Link(label, url, _is_current(section, name, [n for _l, n, _o in entries if n != _HOME])))
    if not roles <= {*FILERS, Role.FUNDER}:
        own = _tenant_links(request, membership)
        links.append(Link(_("Backbone"), own[0][1], f"/o/{request.tenant.slug}/-/" in request.path))
    return links


def _publishing(membership: Membership) -> str:
    """Where publications are made, for those who make them; for everybody else where they are read."""
    may_publish = membership.can(Can.PUBLISH) or membership.can(Can.RELEASE)
    return "backbone:publication-list" if may_publish else "backbone:published-latest"


def _is_current(view_name: str, entry: str, entries: list[str]) -> bool:
    """The entry itself, or home for what begins there, or else the first entry of the same section; the tenant's own pages
    are under one of theirs."""
    if view_name.startswith(_AT_HOME):
        return entry == _HOME
    if view_name in (*entries, _HOME) or _section(view_name) == "backbone":
        return view_name == entry
    return entry == next((name for name in entries if _section(name) == _section(view_name)), None)


def _section(view_name: str) -> str:
    """What a page belongs to: its app, or publishing."""
    is_publishing = view_name.startswith(("backbone:publi", "backbone:visit", "backbone:link", "measures:consent"))
    return "publishing" if is_publishing else view_name.split(":")[0]
