"""Every address of ours, with what it needs and how to fill it in: the list that `test_access.py` walks.

Whoever adds a route adds a line here, or the build fails. `needs` says once more, apart from the view's own mark, what
a visitor has to be able to do; `filled` takes the world and gives the words of the address that belong to Riverside.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

from django.utils import timezone

from activities.services import twins
from agenda.services import document, learning, map_loops, map_versions, versions
from backbone import conditions
from backbone.models import Audience, Grant, Initiative, Proof, Publication, Webhook
from backbone.roles import Can, Role
from backbone.services import agreements, invitations, keys, logos, operating
from comms.models import Away, Mail, Note, Unreachable
from measures.models import DefinitionVersion, Excuse, Obligation, Reopening, Target, Upload, ValidationRule
from measures.rules.figures import Entry
from measures.services import corrections, locks
from tests import factories
from tests.comms.world import make_meeting

ANYBODY, LOGIN, MEMBER, OPERATOR = "anonymous", "login", "member", "operator"
OCTOBER = date(2026, 10, 1)


@dataclass(frozen=True)
class Route:
    """`needs`: a Can, several of which one is enough, ANYBODY, LOGIN or MEMBER; for the API one for each method.

    `narrower` names the roles, single visitors, or roles with a method ("group_chair PUT"), to whom the page is 404
    although the table lets them in, and why: it is about somebody else's thing.
    """

    needs: Any
    filled: Callable[[SimpleNamespace], dict[str, Any]] = lambda world: {}
    narrower: dict[str, str] = field(default_factory=dict)


def tenant(**more: Any) -> Callable[[SimpleNamespace], dict[str, Any]]:
    """Words of an address below a tenant; a name that begins with “@” is the id of that thing in the world."""

    def filled(world: SimpleNamespace) -> dict[str, Any]:
        found = {"tenant": world.slug}
        for key, value in more.items():
            is_thing = isinstance(value, str) and value.startswith("@")
            found[key] = getattr(world, value[1:]) if is_thing else value
        return found

    return filled


def initiative(**more: Any) -> Callable[[SimpleNamespace], dict[str, Any]]:
    return tenant(initiative="work", **more)


_OWN_FILE = dict.fromkeys(("partner_lead", "partner_filer"), "somebody else's file")
_SISTER = {"lead of the sister agency": "another partner's person"}
_NO_PARTNER = dict.fromkeys(
    ("backbone_admin", "data_steward", "convener", "group_chair", "evaluator"),
    "has no partner whose figures are theirs",
)
_ONLY_KEPT = dict.fromkeys(("funder",), "reads kept versions of the map only")
_ONLY_PUBLISHED = dict.fromkeys(("funder",), "reads what is published of the register only")
_NO_PART = dict.fromkeys(
    ("filer of the sister agency", "lead of the sister agency", "group_chair"), "their organizations have no part in it"
)
_NO_PART_IN_ENDS = {"group_chair PUT": "reads it, but their organizations have no part in it"}
_PARTNERS = dict.fromkeys(("partner_lead", "partner_filer", "group_chair"), "words are everybody's")
_OTHER_GROUP = dict.fromkeys(("group_chair",), "another group's")
_NO_FIGURES = dict.fromkeys(("group_chair",), "reads no partner's figures")
_LEAD = dict.fromkeys(("partner_lead",), "the whole log, of which a lead would read its own part")
_OTHERS = dict.fromkeys(
    ("group_chair", "filer of the sister agency", "lead of the sister agency"), "another partner's correction"
)
_NOT_THE_WRITERS = dict.fromkeys(
    ("backbone_admin", "data_steward", "convener", "partner_member", "evaluator"), "somebody else wrote it"
)

_NOT_BENS = dict.fromkeys(Role.values, "somebody else's inbox, somebody else's absence")

ROUTES: dict[str, Route] = {
    # --- the ground ---
    "backbone:start": Route(LOGIN),
    "backbone:theme": Route(ANYBODY),
    "backbone:language": Route(ANYBODY),
    "backbone:livez": Route(ANYBODY),
    "backbone:readyz": Route(ANYBODY),
    "backbone:metrics": Route(ANYBODY),
    "backbone:invitation": Route(ANYBODY, lambda world: {"slug": world.slug, "token": "nobody-s"}),
    "backbone:operator": Route(OPERATOR),
    "backbone:operator-tenant": Route(OPERATOR, lambda world: {"slug": world.slug}),
    "backbone:operator-access": Route(Can.CHANGE_SETTINGS, tenant()),
    "backbone:tenant": Route(MEMBER, tenant()),
    "backbone:home": Route(MEMBER, initiative()),
    "backbone:member-list": Route(Can.MANAGE_MEMBERS, tenant()),
    "backbone:member-invite": Route(Can.MANAGE_MEMBERS, tenant()),
    "backbone:member": Route(Can.MANAGE_MEMBERS, tenant(member="@ben"), _SISTER),
    "backbone:member-deactivate": Route(Can.MANAGE_MEMBERS, tenant(member="@ben"), _SISTER),
    "backbone:member-forget": Route(Can.CHANGE_SETTINGS, tenant(member="@ben")),
    "backbone:member-reactivate": Route(Can.MANAGE_MEMBERS, tenant(member="@ben"), _SISTER),
    "backbone:grant-withdraw": Route(Can.MANAGE_MEMBERS, tenant(member="@ben", grant="@grant"), _SISTER),
    "backbone:invitation-resend": Route(Can.MANAGE_MEMBERS, tenant(invitation="@invitation"), _SISTER),
    "backbone:invitation-revoke": Route(Can.MANAGE_MEMBERS, tenant(invitation="@invitation"), _SISTER),
    "backbone:partner-list": Route(Can.READ_ROLLUPS, tenant()),
    "backbone:partner-new": Route((Can.CHANGE_SETTINGS, Can.ASSIGN_OBLIGATIONS), tenant()),
    "backbone:partner": Route((Can.CHANGE_SETTINGS, Can.ASSIGN_OBLIGATIONS), tenant(partner="P1")),
    "backbone:partner-remove": Route(
        (Can.CHANGE_SETTINGS, Can.ASSIGN_OBLIGATIONS), tenant(partner="P1", participation="@participation")
    ),
    "backbone:agreement-list": Route((Can.CHANGE_SETTINGS, Can.ASSIGN_OBLIGATIONS), tenant(partner="P1")),
    "backbone:agreement-file": Route(
        (Can.CHANGE_SETTINGS, Can.ASSIGN_OBLIGATIONS, Can.MANAGE_MEMBERS), tenant(partner="P1", agreement="@agreement")
    ),
    "backbone:initiative-new": Route(Can.CHANGE_SETTINGS, tenant()),
    "backbone:initiative-edit": Route(Can.CHANGE_SETTINGS, initiative()),
    "backbone:account": Route(MEMBER, tenant()),
    "backbone:export": Route(Can.EXPORT_TENANT, tenant()),
    "backbone:erase": Route(Can.EXPORT_TENANT, tenant()),
    "backbone:glossary": Route(MEMBER, tenant()),
    "backbone:begin": Route(Can.READ_SETTINGS, initiative()),
    "backbone:stuck": Route(Can.READ_SETTINGS, initiative()),
    "backbone:audit-log": Route(Can.READ_AUDIT, tenant()),
    "backbone:webhook-list": Route(Can.CHANGE_SETTINGS, tenant()),
    "backbone:webhook-new": Route(Can.CHANGE_SETTINGS, tenant()),
    "backbone:webhook": Route(Can.CHANGE_SETTINGS, tenant(webhook="@webhook")),
    "backbone:logo-settings": Route(Can.CHANGE_SETTINGS, tenant()),
    "backbone:logo": Route(MEMBER, tenant(sha256="@logo")),
    "backbone:retention": Route(Can.READ_SETTINGS, tenant()),
    "backbone:settings": Route(Can.READ_SETTINGS, tenant()),
    "backbone:key-list": Route(MEMBER, tenant()),
    "backbone:key-new": Route(MEMBER, tenant()),
    "backbone:key-revoke": Route(
        MEMBER,
        tenant(key="@key"),
        narrower={role: "somebody else's key" for role in Role.values if role != Role.BACKBONE_ADMIN},
    ),
    "backbone:health": Route(Can.READ_ROLLUPS, initiative()),
    "backbone:leadership": Route(Can.READ_ROLLUPS, initiative()),
    "backbone:work": Route(Can.READ_SETTINGS, initiative()),
    "backbone:signal-list": Route(Can.READ_SIGNALS, initiative()),
    "backbone:signal": Route(Can.READ_SIGNALS, initiative(partner="P1")),
    "backbone:group-list": Route(Can.READ_MEETINGS, initiative()),
    "backbone:group": Route(Can.READ_MEETINGS, initiative(group="east")),
    # --- publications ---
    "backbone:published-latest": Route(Can.READ_RESULTS, initiative()),
    "backbone:published-list": Route(Can.READ_RESULTS, initiative()),
    "backbone:published": Route(Can.READ_RESULTS, initiative(edition="2026-10-v1")),
    "backbone:published-data": Route(Can.READ_RESULTS, initiative(edition="2026-10-v1")),
    "backbone:published-ledger": Route(Can.READ_RESULTS, initiative(edition="2026-10-v1")),
    "backbone:published-files": Route(Can.READ_RESULTS, initiative(edition="2026-10-v1")),
    "backbone:published-file": Route(Can.READ_RESULTS, initiative(edition="2026-10-v1", form="csv")),
    "backbone:publication-list": Route((Can.PUBLISH, Can.RELEASE), initiative()),
    "backbone:publication-new": Route((Can.PUBLISH, Can.RELEASE), initiative()),
    "backbone:publication": Route((Can.PUBLISH, Can.RELEASE), initiative(publication="@draft")),
    "backbone:publication-drop": Route((Can.PUBLISH, Can.RELEASE), initiative(publication="@draft")),
    "backbone:publication-proof": Route(
        (Can.PUBLISH, Can.RELEASE), initiative(publication="@draft", audience="public")
    ),
    "backbone:visit-list": Route(Can.READ_AUDIT, initiative(), _LEAD),
    "backbone:link-list": Route((Can.PUBLISH, Can.RELEASE), initiative()),
    "backbone:link-new": Route((Can.PUBLISH, Can.RELEASE), initiative()),
    "backbone:link-passphrase": Route((Can.PUBLISH, Can.RELEASE), initiative(link="@link")),
    "backbone:link-revoke": Route((Can.PUBLISH, Can.RELEASE), initiative(link="@link")),
    # --- links, and what everybody may read ---
    "backbone:shared": Route(ANYBODY, lambda world: {"token": world.token}),
    "backbone:shared-passphrase": Route(ANYBODY, lambda world: {"token": world.token}),
    "backbone:shared-data": Route(ANYBODY, lambda world: {"token": world.token}),
    "backbone:shared-ledger": Route(ANYBODY, lambda world: {"token": world.token}),
    "backbone:shared-files": Route(ANYBODY, lambda world: {"token": world.token}),
    "backbone:shared-file": Route(ANYBODY, lambda world: {"token": world.token, "form": "csv"}),
    "backbone:shared-feed": Route(ANYBODY, lambda world: {"token": world.token}),
    "backbone:shared-logo": Route(ANYBODY, lambda world: {"token": world.token, "sha256": world.logo}),
    "backbone:shared-chart": Route(ANYBODY, lambda world: {"token": world.token, "indicator": "completions"}),
    "backbone:public": Route(ANYBODY, initiative()),
    "backbone:public-feed": Route(ANYBODY, initiative()),
    "backbone:public-data": Route(ANYBODY, initiative()),
    "backbone:public-ledger": Route(ANYBODY, initiative()),
    "backbone:public-files": Route(ANYBODY, initiative()),
    "backbone:public-file": Route(ANYBODY, initiative(form="csv")),
    "backbone:public-logo": Route(ANYBODY, initiative(sha256="@logo")),
    "backbone:public-chart": Route(ANYBODY, initiative(indicator="completions")),
    "backbone:public-edition": Route(ANYBODY, initiative(edition="2026-10-v1")),
    "backbone:public-edition-data": Route(ANYBODY, initiative(edition="2026-10-v1")),
    "backbone:public-edition-ledger": Route(ANYBODY, initiative(edition="2026-10-v1")),
    "backbone:public-edition-files": Route(ANYBODY, initiative(edition="2026-10-v1")),
    "backbone:public-edition-file": Route(ANYBODY, initiative(edition="2026-10-v1", form="csv")),
    "backbone:public-edition-chart": Route(ANYBODY, initiative(edition="2026-10-v1", indicator="completions")),
    # --- common agenda ---
    "agenda:agenda": Route(Can.READ_AGENDA, initiative()),
    "agenda:document": Route(Can.LISTEN_IN, initiative()),
    "agenda:section": Route(Can.LISTEN_IN, initiative(topic="vision")),
    "agenda:versions": Route(Can.READ_AGENDA, initiative()),
    "agenda:version": Route(Can.READ_AGENDA, initiative(number=1)),
    "agenda:sign": Route(Can.RATIFY, initiative(number=1, partner="P1")),
    "agenda:vision": Route(Can.EDIT_AGENDA, initiative()),
    "agenda:outcome-new": Route(Can.EDIT_AGENDA, initiative()),
    "agenda:learning": Route(Can.LISTEN_IN, initiative()),
    "agenda:learning-entry": Route(Can.LISTEN_IN, initiative(entry="@learning")),
    "agenda:voices": Route(Can.LISTEN_IN, initiative()),
    "agenda:phases": Route(Can.LISTEN_IN, initiative()),
    "agenda:tree": Route(Can.LISTEN_IN, initiative()),
    "agenda:strategy-move": Route(Can.EDIT_AGENDA, initiative(outcome="trained", strategy="classes")),
    "agenda:outcome-move": Route(Can.EDIT_AGENDA, initiative(outcome="trained")),
    "agenda:outcome": Route(Can.EDIT_AGENDA, initiative(outcome="trained")),
    "agenda:map": Route(Can.READ_AGENDA, initiative()),
    "agenda:map-places": Route(Can.EDIT_AGENDA, initiative()),
    "agenda:map-node-new": Route(Can.EDIT_AGENDA, initiative()),
    "agenda:map-node": Route(Can.EDIT_AGENDA, initiative(node="seats")),
    "agenda:map-link-new": Route(Can.EDIT_AGENDA, initiative()),
    "agenda:map-link": Route(Can.READ_AGENDA, initiative(link="@map_link"), _ONLY_KEPT),
    "agenda:map-loop": Route(Can.EDIT_AGENDA, initiative(loop="@map_loop")),
    "agenda:map-confirm": Route(Can.READ_AGENDA, initiative(), _ONLY_KEPT),
    "agenda:map-version-list": Route(Can.READ_AGENDA, initiative()),
    "agenda:map-version": Route(Can.READ_AGENDA, initiative(number=1)),
    "agenda:map-import": Route(Can.EDIT_AGENDA, initiative()),
    "agenda:map-export": Route(Can.READ_AGENDA, initiative(form="links.csv"), _ONLY_KEPT),
    # --- shared measurement ---
    "measures:asked": Route((Can.DEFINE_INDICATORS, Can.CHANGE_SETTINGS), initiative()),
    "measures:filing-current": Route(MEMBER, initiative()),
    "measures:filing": Route(Can.READ_DRAFTS, initiative(partner="P1", period=OCTOBER)),
    "measures:filing-receipt": Route(Can.READ_DRAFTS, initiative(partner="P1", period=OCTOBER)),
    "measures:workbook": Route((Can.DRAFT, Can.OVERRIDE), initiative(partner="P1", period=OCTOBER)),
    "measures:import-list": Route((Can.DRAFT, Can.OVERRIDE), initiative()),
    "measures:import-template": Route((Can.DRAFT, Can.OVERRIDE), initiative()),
    "measures:figure-export": Route(Can.READ_PARTNER_FIGURES, initiative()),
    "measures:import": Route((Can.DRAFT, Can.OVERRIDE), initiative(upload="@upload"), _OWN_FILE),
    "measures:import-bad-rows": Route(
        (Can.DRAFT, Can.OVERRIDE), initiative(upload="@upload"), _OWN_FILE | {"data_steward": "no row of it is bad"}
    ),
    "measures:exchange": Route(Can.OVERRIDE, initiative()),
    "measures:exchange-export": Route(Can.READ_PARTNER_FIGURES, initiative(form="dhis2-json")),
    "measures:code-list": Route(Can.DEFINE_INDICATORS, initiative()),
    "measures:code-export": Route(Can.DEFINE_INDICATORS, initiative()),
    "measures:forest": Route(Can.READ_ROLLUPS, initiative()),
    "measures:chase-list": Route(Can.ASSIGN_OBLIGATIONS, initiative()),
    "measures:excuse": Route(Can.ASSIGN_OBLIGATIONS, initiative(partner="P2", period=OCTOBER)),
    "measures:results": Route(Can.READ_ROLLUPS, initiative()),
    "measures:consent-list": Route((Can.CONSENT, Can.PUBLISH, Can.RELEASE), initiative()),
    "measures:consent": Route((Can.CONSENT, Can.PUBLISH, Can.RELEASE), initiative(partner="P2")),
    "measures:carried-list": Route((Can.CONSENT, Can.PUBLISH, Can.RELEASE), initiative()),
    "measures:carried": Route((Can.CONSENT, Can.PUBLISH, Can.RELEASE), initiative(partner="P2")),
    "measures:our-figures": Route(Can.READ_PARTNER_FIGURES, initiative(), _NO_PARTNER),
    "measures:indicator-list": Route(Can.READ_ROLLUPS, initiative()),
    "measures:indicator": Route(Can.READ_ROLLUPS, initiative(indicator="completions")),
    "measures:curve-begin": Route(Can.READ_CURVES, initiative(indicator="completions")),
    "measures:curve": Route(Can.READ_CURVES, initiative(curve="@curve")),
    "measures:curve-print": Route(Can.READ_CURVES, initiative(curve="@curve")),
    "measures:figure": Route(
        Can.READ_PARTNER_FIGURES, initiative(indicator="completions", partner="P1", period=OCTOBER)
    ),
    "measures:correction-request": Route(
        Can.FILE,
        initiative(indicator="completions", partner="P1", period=OCTOBER),
    ),
    "measures:correction-propose": Route(Can.REVIEW, initiative(indicator="completions", partner="P1", period=OCTOBER)),
    "measures:override": Route(Can.OVERRIDE, initiative(indicator="completions", partner="P1", period=OCTOBER)),
    "measures:restatement-list": Route(Can.READ_PARTNER_FIGURES, initiative()),
    "measures:lock-calendar": Route(MEMBER, initiative()),
    "measures:lock-end": Route(Can.MOVE_LOCKS, initiative(reopening="@reopening")),
    "measures:lock-request": Route((Can.FILE, Can.MOVE_LOCKS), initiative(lock_request="@lock_request"), _OTHERS),
    "measures:lock-ask": Route(Can.FILE, initiative(partner="P1", period=OCTOBER)),
    "measures:correction-list": Route(Can.READ_PARTNER_FIGURES, initiative()),
    "measures:correction": Route(Can.READ_PARTNER_FIGURES, initiative(correction="@correction"), _OTHERS),
    "measures:correction-answer": Route(
        Can.READ_PARTNER_FIGURES, initiative(correction="@correction"), _OTHERS | _NOT_THE_WRITERS
    ),
    "measures:indicator-new": Route(Can.DEFINE_INDICATORS, initiative()),
    "measures:indicator-edit": Route(Can.DEFINE_INDICATORS, initiative(indicator="completions")),
    "measures:community": Route(Can.DEFINE_INDICATORS, initiative(indicator="jobless")),
    "measures:definition-new": Route(Can.DEFINE_INDICATORS, initiative(indicator="completions")),
    "measures:definition-edit": Route(Can.DEFINE_INDICATORS, initiative(indicator="completions", period=OCTOBER)),
    "measures:dimension-list": Route(Can.READ_INDICATORS, initiative()),
    "measures:dimension-new": Route(Can.DEFINE_INDICATORS, initiative()),
    "measures:dimension-edit": Route(Can.DEFINE_INDICATORS, initiative(dimension="age")),
    "measures:obligation-list": Route(Can.READ_OBLIGATIONS, initiative()),
    "measures:template-list": Route(Can.CHANGE_SETTINGS, initiative()),
    "measures:template": Route(Can.CHANGE_SETTINGS, initiative(template="homelessness")),
    "measures:joint-work": Route(Can.DEFINE_INDICATORS, initiative(indicator="completions", period=OCTOBER)),
    "measures:obligation": Route(Can.ASSIGN_OBLIGATIONS, initiative(obligation="@obligation")),
    "measures:excuse-lift": Route(Can.ASSIGN_OBLIGATIONS, initiative(excuse="@excuse")),
    "measures:review-list": Route(Can.REVIEW, initiative()),
    "measures:rule-list": Route(Can.READ_INDICATORS, initiative()),
    "measures:rule-new": Route(Can.DEFINE_INDICATORS, initiative()),
    "measures:rule-edit": Route(Can.DEFINE_INDICATORS, initiative(rule="not-too-many")),
    "measures:outlier-list": Route(Can.REVIEW, initiative()),
    "measures:follow-up-list": Route(Can.REVIEW, initiative()),
    "measures:follow-up": Route(Can.REVIEW, initiative(indicator="completions", partner="P1", period=OCTOBER)),
    "measures:filing-review": Route(Can.REVIEW, initiative(partner="P1", period=OCTOBER)),
    # --- mutually reinforcing activities ---
    "activities:activity-list": Route(Can.READ_ACTIVITIES, initiative(), _ONLY_PUBLISHED),
    "activities:activity": Route(Can.READ_ACTIVITIES, initiative(activity="evening-class"), _ONLY_PUBLISHED),
    "activities:activity-new": Route(Can.EDIT_ACTIVITIES, initiative()),
    "activities:activity-edit": Route(Can.EDIT_ACTIVITIES, initiative(activity="evening-class"), _NO_PART),
    "activities:activity-parts": Route(Can.EDIT_ACTIVITIES, initiative(activity="evening-class"), _NO_PART),
    "activities:activity-steps": Route(Can.EDIT_ACTIVITIES, initiative(activity="evening-class"), _NO_PART),
    "activities:activity-money": Route(Can.EDIT_ACTIVITIES, initiative(activity="evening-class"), _NO_PART),
    "activities:activity-status": Route(Can.EDIT_ACTIVITIES, initiative(activity="evening-class"), _NO_PART),
    "activities:activity-done": Route(Can.EDIT_ACTIVITIES, initiative(activity="evening-class"), _NO_PART),
    "activities:activity-remove": Route(Can.EDIT_ACTIVITIES, initiative(activity="evening-class"), _NO_PART),
    "activities:twins": Route(Can.READ_ACTIVITIES, initiative(), _ONLY_PUBLISHED),
    "activities:gaps": Route(Can.READ_GAPS, initiative(), _ONLY_PUBLISHED),
    "activities:gap-changes": Route(Can.READ_GAPS, initiative(), _ONLY_PUBLISHED),
    "activities:gaps-file": Route(Can.READ_GAPS, initiative(form="csv"), _ONLY_PUBLISHED),
    "activities:gap-cell": Route(
        Can.READ_GAPS,
        initiative(outcome="trained", strategy="classes", population="youth", place="east"),
        _ONLY_PUBLISHED,
    ),
    "activities:needs-file": Route(Can.READ_GAPS, initiative(form="csv"), _ONLY_PUBLISHED),
    "activities:needs-import": Route(Can.EDIT_GAPS, initiative()),
    "activities:activity-export": Route(
        Can.READ_ACTIVITIES, initiative(table="activities", form="csv"), _ONLY_PUBLISHED
    ),
    "activities:bring-in": Route(Can.EDIT_ACTIVITIES, initiative()),
    "activities:directory": Route(Can.EDIT_ACTIVITIES, initiative(), _PARTNERS),
    "activities:hand-offs": Route(Can.READ_ACTIVITIES, initiative(), _ONLY_PUBLISHED),
    "activities:network": Route(Can.READ_ACTIVITIES, initiative(), _ONLY_PUBLISHED),
    "activities:money": Route(Can.READ_GAPS, initiative(), _ONLY_PUBLISHED),
    "activities:watch": Route(Can.TURN_CURVES, initiative()),
    "activities:word-list": Route(Can.READ_ACTIVITIES, initiative(sort="places"), _ONLY_PUBLISHED),
    "activities:word": Route(Can.EDIT_ACTIVITIES, initiative(sort="places", word="east"), _PARTNERS),
    # --- continuous communication ---
    "comms:meeting-list": Route(Can.READ_MEETINGS, initiative()),
    "comms:meeting-new": Route(Can.EDIT_MEETINGS, initiative()),
    "comms:meeting-bring-in": Route(Can.EDIT_MEETINGS, initiative()),
    "comms:feed": Route(Can.READ_MEETINGS, initiative()),
    "comms:meeting": Route(Can.READ_MEETINGS, initiative(meeting="@meeting"), _OTHER_GROUP),
    "comms:meeting-edit": Route(Can.EDIT_MEETINGS, initiative(meeting="@meeting"), _OTHER_GROUP),
    "comms:session": Route(Can.READ_MEETINGS, initiative(meeting="@meeting"), _OTHER_GROUP),
    "comms:session-close": Route(Can.EDIT_MEETINGS, initiative(meeting="@meeting"), _OTHER_GROUP),
    "comms:pre-read": Route(Can.READ_MEETINGS, initiative(meeting="@meeting", number=1), _OTHER_GROUP),
    "comms:meeting-file": Route(Can.READ_MEETINGS, initiative(meeting="@meeting"), _OTHER_GROUP),
    "calendar-feed": Route(ANYBODY, lambda world: {"token": world.feed}),
    "comms:decision-list": Route(Can.READ_DECISIONS, initiative(), _ONLY_PUBLISHED),
    "comms:decision-new": Route(Can.DECIDE, initiative()),
    "comms:decision": Route(Can.READ_DECISIONS, initiative(number=1), _ONLY_PUBLISHED | _OTHER_GROUP),
    "comms:action-list": Route(Can.READ_DECISIONS, initiative(), _ONLY_PUBLISHED),
    "comms:action-new": Route(Can.DECIDE, initiative()),
    "comms:action": Route(Can.READ_DECISIONS, initiative(number=1), _ONLY_PUBLISHED),
    "comms:announcement-list": Route(Can.READ_MEETINGS, initiative()),
    "comms:announcement": Route(Can.READ_MEETINGS, initiative(announcement="@announcement")),
    "comms:pulse-list": Route(Can.LISTEN_IN, initiative()),
    "comms:pulse": Route(Can.LISTEN_IN, initiative(pulse="@pulse")),
    "comms:find": Route(MEMBER, initiative()),
    "comms:comes-back": Route(Can.READ_MEETINGS, initiative()),
    "comms:talk-list": Route(Can.READ_TALK, initiative()),
    "comms:talk": Route(Can.READ_TALK, initiative(about="agenda.section:vision")),
    "comms:talk-partner": Route(Can.READ_TALK, initiative(about="@figure_about", partner="P1"), _NO_FIGURES),
    "comms:mail-list": Route(Can.READ_SETTINGS, initiative()),
    "comms:mail": Route(Can.READ_SETTINGS, initiative(mail="@mail")),
    "comms:mail-html": Route(Can.READ_SETTINGS, initiative(mail="@mail")),
    "comms:mail-again": Route(Can.READ_SETTINGS, initiative(mail="@mail")),
    "comms:address-again": Route(Can.READ_SETTINGS, initiative(address="@address")),
    "inbox:inbox": Route(MEMBER, tenant()),
    "inbox:inbox-read": Route(MEMBER, tenant()),
    "inbox:inbox-undo": Route(MEMBER, tenant()),
    "inbox:note-open": Route(MEMBER, tenant(note="@note"), _NOT_BENS),
    "inbox:note-read": Route(MEMBER, tenant(note="@note"), _NOT_BENS),
    "inbox:wishes": Route(MEMBER, tenant()),
    "inbox:away-new": Route(MEMBER, tenant()),
    "inbox:away-end": Route(MEMBER, tenant(away="@away"), _NOT_BENS),
    "comms:nudge": Route(Can.ASSIGN_OBLIGATIONS, initiative(partner="P2", period=OCTOBER)),
    "live": Route(ANYBODY, lambda world: {"seal": "nobody-s"}),
    "unsubscribe": Route(ANYBODY, lambda world: {"token": "nobody-s"}),
    "choose-mail": Route(ANYBODY, lambda world: {"token": "nobody-s"}),
    "mail-hook": Route(ANYBODY, lambda world: {"provider": "postmark"}),
    # --- the API ---
    "api:schema": Route(ANYBODY),
    "api:docs": Route(ANYBODY),
    "api:activities": Route({"GET": Can.READ_ACTIVITIES}, initiative(), _ONLY_PUBLISHED),
    "api:activity": Route(
        {"GET": Can.READ_ACTIVITIES, "PUT": Can.EDIT_ACTIVITIES}, initiative(activity="evening-class"), _ONLY_PUBLISHED
    ),
    "api:words": Route({"GET": Can.READ_ACTIVITIES}, initiative(), _ONLY_PUBLISHED),
    "api:community": Route({"GET": Can.READ_ROLLUPS, "POST": Can.DEFINE_INDICATORS}, initiative()),
    "api:figures": Route({"GET": Can.READ_PARTNER_FIGURES}, initiative()),
    "api:filing": Route({"GET": Can.READ_PARTNER_FIGURES, "PUT": Can.DRAFT}, initiative(partner="P1", period=OCTOBER)),
    "api:exports": Route({"GET": Can.READ_PARTNER_FIGURES}, initiative(form="csv")),
    "api:filed-once": Route({"GET": Can.READ_OBLIGATIONS, "POST": Can.CONSENT}, initiative()),
    "api:gaps": Route({"GET": Can.READ_GAPS}, initiative(), _ONLY_PUBLISHED),
    "api:hand-offs": Route({"GET": Can.READ_ACTIVITIES}, initiative(), _ONLY_PUBLISHED),
    "api:hand-off": Route(
        {"GET": Can.READ_ACTIVITIES, "PUT": Can.EDIT_ACTIVITIES},
        initiative(giver="evening-class", taker="evening-class-2"),
        _ONLY_PUBLISHED | _NO_PART_IN_ENDS,
    ),
    "api:delivery": Route(
        {"PUT": Can.EDIT_ACTIVITIES},
        initiative(giver="evening-class", taker="evening-class-2", asked_on="2026-10-01"),
        _ONLY_PUBLISHED | _NO_PART_IN_ENDS,
    ),
    "api:network": Route({"GET": Can.READ_ACTIVITIES}, initiative(), _ONLY_PUBLISHED),
    "api:money": Route({"GET": Can.READ_GAPS}, initiative(), _ONLY_PUBLISHED),
    "api:imports": Route({"POST": (Can.DRAFT, Can.OVERRIDE)}, initiative()),
    "api:meetings": Route({"GET": Can.READ_MEETINGS, "POST": Can.EDIT_MEETINGS}, initiative()),
    "api:meeting": Route(
        {"GET": Can.READ_MEETINGS, "PATCH": Can.EDIT_MEETINGS}, initiative(meeting="@meeting"), _OTHER_GROUP
    ),
    "api:minutes": Route(
        {"GET": Can.READ_MEETINGS, "PUT": Can.EDIT_MEETINGS}, initiative(meeting="@meeting"), _OTHER_GROUP
    ),
    "api:decisions": Route({"GET": Can.READ_DECISIONS, "POST": Can.DECIDE}, initiative(), _ONLY_PUBLISHED),
    "api:decision": Route(
        {"GET": Can.READ_DECISIONS, "PATCH": Can.DECIDE}, initiative(number=1), _ONLY_PUBLISHED | _OTHER_GROUP
    ),
    "api:actions": Route({"GET": Can.READ_DECISIONS, "POST": Can.DECIDE}, initiative(), _ONLY_PUBLISHED),
    "api:action": Route({"GET": Can.READ_DECISIONS, "PATCH": Can.DECIDE}, initiative(number=1), _ONLY_PUBLISHED),
    "api:map": Route({"GET": Can.READ_AGENDA}, initiative()),
    "api:agenda": Route({"GET": Can.READ_AGENDA}, initiative()),
    "api:learning": Route({"GET": Can.LISTEN_IN}, initiative()),
    "api:rollups": Route({"GET": Can.READ_ROLLUPS}, initiative()),
    "api:targets": Route({"GET": Can.READ_ROLLUPS}, initiative()),
    "api:target": Route({"GET": Can.READ_ROLLUPS}, initiative(target="@target")),
}

# Routes of libraries under /accounts/: what they let in is django-allauth's to test; ours is that nothing else is there.
LIBRARIES = ("allauth.",)


def make_world(neighbourhood: factories.Neighbourhood) -> SimpleNamespace:
    """One thing of each kind in the neighbourhood, for addresses that name one."""
    people, partners = neighbourhood.people, neighbourhood.partners
    with neighbourhood.scope():
        indicator = factories.make_indicator(Initiative.objects.get(slug="work"))
        factories.make_indicator(neighbourhood.initiative, "jobless", owed=False, kind="community")
        factories.make_figure(indicator, partners[0], OCTOBER, "12")
        correction = corrections.request(
            initiative=neighbourhood.initiative, partner=partners[0], period=OCTOBER, indicator=indicator,
            cells={"": Entry(value=Decimal(11))}, reason="one twice", by=people.ben,
        )  # fmt: skip
        offer = invitations.invite(email="new@x.example", role=Role.PARTNER_FILER, partner=partners[0], by=people.ana)
        key, _token = keys.create(owner=people.ana, name="sheet", role=Role.DATA_STEWARD)
        upload = Upload.objects.create(
            initiative=neighbourhood.initiative, by=people.ana, filename="october.csv", content=b""
        )
        factories.make_dimension(neighbourhood.initiative, "age", "0-4", "5+")
        ValidationRule.objects.create(
            initiative=neighbourhood.initiative, slug="not-too-many", left="{completions}", operator="<=", right="900",
            severity="soft", message="Not so many.",
        )  # fmt: skip
        DefinitionVersion.objects.create(
            indicator=indicator, starts_on=OCTOBER, definition="Anew", kind="flow", is_comparable=True
        )
        target = Target.objects.create(indicator=indicator, period=OCTOBER, value=900)
        excuse = Excuse.objects.create(
            indicator=indicator, partner=partners[2], period=OCTOBER, reason="flood", by=people.ana
        )
        lock_request = locks.ask(
            initiative=neighbourhood.initiative, partner=partners[0], period=OCTOBER, reason="flood", by=people.ben
        )
        reopening = Reopening.objects.create(
            initiative=neighbourhood.initiative, partner=partners[0], period=OCTOBER, until=date(2199, 1, 1),
            reason="flood", by=people.ana,
        )  # fmt: skip
        mail = Mail.objects.create(
            kind=Mail.Kind.NUDGE, to_email="x@x.example", period_key="1", subject="s", text="t", html="<p>t</p>",
            message_id="<1@x.example>", recipient=people.ben,
        )  # fmt: skip
        address = Unreachable.objects.create(email="x@x.example", why="bounced", mail=mail, at=timezone.now())
        note = Note.objects.create(member=people.ben, kind="action", key="1", text="call them", at=timezone.now())
        away = Away.objects.create(member=people.ben, starts_on=date(2199, 1, 1), ends_on=date(2199, 1, 2))
        suggestion = document.suggest(
            initiative=neighbourhood.initiative,
            topic="vision",
            text="Everybody works.",
            by=people.ben,
            base=1,
            why="short",
        )
        document.decline(suggestion=suggestion, by=people.ana, reason="too short")
        entry = learning.add(
            initiative=neighbourhood.initiative, sort="unknown", text="Who is missing?", by=people.ben,
            owner=people.ana, learn_by=date(2199, 1, 1), about=conditions.things(neighbourhood.initiative)[:2],
        )  # fmt: skip
        learning.take_up(entry=entry, becomes="action", what="We ask them", by=people.ana)
        document.remark(initiative=neighbourhood.initiative, topic="vision", text="What about care?", by=people.ben)
        versions.publish(initiative=neighbourhood.initiative, by=people.ana, note="the first")
        nodes = [factories.make_node(neighbourhood.initiative, slug) for slug in ("seats", "served")]
        map_link = factories.make_node_link(nodes[0], nodes[1])
        factories.make_node_link(nodes[1], nodes[0])
        map_loops.find(neighbourhood.initiative.pk)
        map_versions.keep(initiative=neighbourhood.initiative, by=people.ana)
        tags = {
            "partners": [partners[0]],
            "strategies": [factories.make_strategy(neighbourhood.initiative)],
            "populations": [factories.make_population()],
            "places": [factories.make_place()],
            "service_type": factories.make_service_type(),
        }
        evening = factories.make_activity(neighbourhood.initiative, **tags)
        tags["partners"] = [partners[1]]
        again = factories.make_activity(neighbourhood.initiative, "evening-class-2", name=evening.name, **tags)
        words = [tags[name][0] for name in ("strategies", "populations", "places")]
        factories.make_fit(evening, again, people.ana, *words)
        twins.judge(one=evening, other=again, verdict="different", reason="Two halls", by=people.ana)
        factories.make_publication(neighbourhood.initiative, people.ana)
        draft = Publication.objects.create(
            initiative=neighbourhood.initiative, grain="month", period=OCTOBER, state="checked", created_by=people.ana,
            as_of=timezone.now(),
        )  # fmt: skip
        for audience in Audience.values:
            Proof.objects.create(publication=draft, audience=audience, body="{}")
        link, token = factories.make_link(neighbourhood.initiative, people.ana)
        agreement = agreements.add(
            partner=partners[0], title="Memorandum", starts_on=OCTOBER, by=people.ana, content=b"%PDF-1.7 x",
            filename="memorandum.pdf",
        )  # fmt: skip
        webhook = Webhook.objects.create(
            name="board", url="https://board.example/told", events=["filing.submitted"], salt="1", by=people.ana,
            made_at=timezone.now(),
        )  # fmt: skip
        operating.let_in(by=people.ana, reason="October is slow", hours=4)
        logo = logos.put(tenant=neighbourhood.tenant, by=people.ana, content=factories.png())
        talk = make_meeting(neighbourhood, indicator)
        return SimpleNamespace(
            slug=neighbourhood.tenant.slug,
            **talk,
            draft=draft.pk,
            map_link=map_link.pk,
            map_loop="-".join(str(node.pk) for node in nodes),
            learning=entry.pk,
            link=link.pk,
            logo=logo.sha256[:16],
            webhook=webhook.pk,
            agreement=agreement.pk,
            token=token,
            correction=correction.pk,
            lock_request=lock_request.pk,
            reopening=reopening.pk,
            ben=people.ben.pk,
            grant=Grant.objects.get(membership=people.ben).pk,
            invitation=offer.pk,
            key=key.pk,
            obligation=Obligation.objects.get(indicator=indicator).pk,
            excuse=excuse.pk,
            target=target.pk,
            curve=factories.make_curve(indicator, people.ana).pk,
            mail=mail.pk,
            address=address.pk,
            note=note.pk,
            away=away.pk,
            upload=upload.pk,
            participation=partners[0].participations.get().pk,
        )
