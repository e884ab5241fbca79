"""The smallest valid rows, by plain functions, without chance: a failing test prints the same thing twice."""

from __future__ import annotations

import json
import random
import struct
import zlib
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

from django.utils import timezone

from activities.models import (
    Activity,
    ActivityPlace,
    ActivityPopulation,
    ActivityStrategy,
    Commitment,
    Coordination,
    Delivery,
    Finding,
    HandOff,
    Need,
    Place,
    Population,
    ServiceType,
)
from activities.rules.shares import even
from agenda.models import Link, Node, Outcome, Section, SectionText, Strategy
from backbone.models import (
    Audience,
    Entrance,
    Grant,
    Initiative,
    Membership,
    Participation,
    Partner,
    Publication,
    PublishedBody,
    ShareLink,
    Tenant,
    User,
)
from backbone.publishing import frozen
from backbone.roles import Role
from backbone.services import links
from backbone.tenancy import tenant_scope
from measures.models import Category, Curve, Dimension, Figure, Filing, Indicator, Obligation

PASSWORD = "correct horse battery staple"


@dataclass
class Neighbourhood:
    tenant: Tenant
    initiative: Initiative
    partners: list[Partner]
    people: SimpleNamespace = field(default_factory=SimpleNamespace)

    def scope(self) -> AbstractContextManager[int]:
        return tenant_scope(self.tenant)

    def url(self, rest: str = "") -> str:
        return f"/o/{self.tenant.slug}/{self.initiative.slug}/{rest}"

    def api(self, rest: str = "") -> str:
        return f"/api/v1/{self.tenant.slug}/{self.initiative.slug}/{rest}"


def make_section(initiative, topic: str, text: str) -> Section:
    """A section of the agenda with its first text."""
    section = Section.objects.create(initiative=initiative, topic=topic, text=text, number=1)
    SectionText.objects.create(section=section, number=1, text=text, at=timezone.now())
    return section


def make_neighbourhood(slug: str, name: str) -> Neighbourhood:
    """A tenant with one initiative, three partners, and its cast. Thousands of tests begin with it: rows of a sort are
    written together."""
    tenant = Tenant.objects.create(slug=slug, name=name, fiscal_year_starts=7, timezone="America/New_York")
    with tenant_scope(tenant):
        initiative = Initiative.objects.create(slug="work", name=f"{name} Youth to Work", starts_on=date(2025, 7, 1))
        make_section(initiative, "vision", f"Every young person in {name} finds a way into work.")
        Outcome.objects.create(initiative=initiative, slug="trained", title="Young people finish training")
        partners = Partner.objects.bulk_create(Partner(code=f"P{i}", name=f"Partner P{i}") for i in (1, 2, 3))
        Participation.objects.bulk_create(
            Participation(initiative=initiative, partner=partner, joins_on=date(2025, 7, 1)) for partner in partners
        )
        cast = {
            "Ana": (Role.BACKBONE_ADMIN, Role.DATA_STEWARD, Role.CONVENER),
            "Ben": (Role.PARTNER_FILER,),
            "Fay": (Role.FUNDER,),
        }
        if slug == "hillcrest":
            cast["Sam"] = (Role.BACKBONE_ADMIN, Role.DATA_STEWARD)
        people = make_cast(tenant, partners[0], cast)
    return Neighbourhood(tenant, initiative, partners, people)


def make_cast(tenant: Tenant, partner: Partner, cast: dict[str, tuple[Role, ...]]) -> SimpleNamespace:
    """Members who are nobody's yet, by their first names in small letters; of a partner, whoever's role is."""
    emails = {name: f"{name.lower()}@{tenant.slug}.example" for name in cast}
    users = User.objects.bulk_create(User(email=emails[name], name=name, password="!") for name in cast)
    members = Membership.objects.bulk_create(
        Membership(user_id=user.pk, email=user.email, name=user.name) for user in users
    )
    Entrance.objects.bulk_create(Entrance(user=user, tenant=tenant) for user in users)
    Grant.objects.bulk_create(
        Grant(membership=member, role=role, partner=partner if role in Role.of_partners() else None)
        for member in members
        for role in cast[member.name]
    )
    return SimpleNamespace(**{member.name.lower(): member for member in members})


def make_user(email: str, **changes) -> User:
    user = User(email=email, **changes)
    user.password = "!"  # signs in by force_login; hashing a password for each test would be most of its time
    user.save()
    return user


def make_member(email: str, name: str, *roles: Role, partner: Partner | None = None, **changes) -> Membership:
    user = User.objects.filter(email=email).first() or make_user(email, name=name)
    membership = Membership.objects.create(user_id=user.pk, email=email, name=name, **changes)
    Entrance.objects.create(user=user, tenant_id=membership.tenant_id)
    for role in roles:
        Grant.objects.create(membership=membership, role=role, partner=partner if role in Role.of_partners() else None)
    return membership


def user_of(membership: Membership) -> User:
    return User.objects.get(pk=membership.user_id)


def make_partner(initiative: Initiative, code: str, **changes) -> Partner:
    participation = {key: changes.pop(key) for key in ("joins_on", "leaves_on") if key in changes}
    partner = Partner.objects.create(**{"code": code, "name": f"Partner {code}", **changes})
    Participation.objects.create(
        initiative=initiative, partner=partner, **{"joins_on": date(2025, 7, 1), **participation}
    )
    return partner


def make_dimension(initiative: Initiative, slug: str, *categories: str, exclusive: bool = True) -> Dimension:
    dimension = Dimension.objects.create(initiative=initiative, slug=slug, name=slug.capitalize(), exclusive=exclusive)
    for position, category in enumerate(categories):
        Category.objects.create(dimension=dimension, slug=category, name=category, position=position)
    return dimension


def make_indicator(initiative: Initiative, slug: str = "completions", *, owed: bool = True, **changes) -> Indicator:
    """An indicator that every partner owes for as long as it takes part."""
    indicator = Indicator.objects.create(
        **{"initiative": initiative, "slug": slug, "name": slug.capitalize(), "kind": "flow", **changes}
    )
    if owed:
        Obligation.objects.create(indicator=indicator)
    return indicator


def make_publication(
    initiative: Initiative, by: Membership, period: date = date(2026, 10, 1), version: int = 1, parts: Any = None
) -> Publication:
    """A published version with a body for each audience: `parts` for funders, and for the public as well."""
    publication = Publication(
        initiative=initiative, grain="month", period=period, version=version, state="published", created_by=by,
        as_of=timezone.now(), published_by=by, published_at=timezone.now(),
    )  # fmt: skip
    publication.save()
    for audience in Audience.values:
        body, sha256 = frozen(publication, audience, json.dumps(parts or {}))
        PublishedBody.objects.create(publication=publication, audience=audience, body=body, sha256=sha256)
    return publication


def make_link(initiative: Initiative, by: Membership, **changes: Any) -> tuple[ShareLink, str]:
    """A link that always shows the public the latest, and its token."""
    return links.make(**{"initiative": initiative, "by": by, "audience": "public", "name": "the board", **changes})


def make_curve(indicator: Indicator, by: Membership, **changes) -> Curve:
    """A curve that is being turned, with an empty line pinned."""
    month = {"grain": "month", "period": "2026-10", "latest": "2026-10", "year_starts": 7, "tenant_starts": 7}
    numbers = dict.fromkeys(("value", "numerator", "denominator", "lower", "upper", "as_of"))
    covered = dict.fromkeys(("filed", "expected", "excused", "waiting"), 0)
    pinned = {
        "window": month,
        "figure": numbers | {"state": "none", "is_lower_bound": False},
        "coverage": covered | {"usual_filed": None, "usual_expected": None},
        "status": "not_judged",
        "goal": None,
        "trend": [],
    }
    return Curve.objects.create(**{"indicator": indicator, "pinned": pinned, "by": by, "at": timezone.now(), **changes})


def make_node(initiative: Initiative, slug: str, **changes) -> Node:
    return Node.objects.create(**{"initiative": initiative, "slug": slug, "label": slug.capitalize(), **changes})


def make_node_link(
    source: Node, target: Node, sign: int = 1, lag: tuple[int, int, int] | None = None, **changes
) -> Link:
    """A link that nobody has confirmed; marks no loops."""
    months = dict(zip(("least", "likely", "most"), lag or (None, None, None), strict=True))
    return Link.objects.create(
        **{"initiative": source.initiative, "source": source, "target": target, "sign": sign, **months, **changes}
    )


WHAT = (
    "Reading",
    "Housing",
    "Coaching",
    "Health",
    "Transport",
    "Childcare",
    "Mentoring",
    "Wages",
    "Attendance",
    "Trust",
)
OF_IT = (
    "visits at home", "places near the school", "hours that people give", "staff who stay", "families who know of it",
    "cost to the family", "waiting time", "skills that employers ask for", "friends who take part", "days missed",
)  # fmt: skip


def make_map(initiative: Initiative, nodes: int, links: int) -> list[Node]:
    """A theory of change of any size: what is done at the left, results at the right, most links leading on, a few back.
    The same numbers make the same map."""
    shares = ((0.2, "activity"), (0.6, "factor"), (0.93, "outcome"), (1.01, "result"))
    rows = Node.objects.bulk_create(
        Node(
            initiative=initiative,
            slug=f"node-{i}",
            label=f"{WHAT[i % 10]}: {OF_IT[i // 10 % 10]}{f' {i // 100 + 1}' if i > 99 else ''}",
            sort=next(sort for share, sort in shares if i < share * nodes),
        )
        for i in range(nodes)
    )
    chance, ends = random.Random(nodes), {}  # noqa: S311
    while len(ends) < links:
        one, other = chance.randrange(nodes), chance.randrange(nodes)
        is_near = abs(one - other) < max(3, nodes // 3) or chance.random() < 0.2
        if one != other and is_near:
            ends[(one, other) if one < other or chance.random() < 0.15 else (other, one)] = None
    grades = ("strong", "promising", "own", "assumed")
    day = date(2026, 10, 12)
    Link.objects.bulk_create(
        Link(
            initiative=initiative, source=rows[one], target=rows[other], sign=-1 if n % 4 == 3 else 1,
            least=n % 5, likely=n % 5 + n % 7, most=n % 5 + n % 7 + n % 11, evidence=grades[n % 4],
            confirmed_on=None if n % 6 == 5 else day,
        )
        for n, (one, other) in enumerate(ends)
    )  # fmt: skip
    return rows


def make_fit(
    activity: Activity, taker: Activity, by: Membership, strategy: Strategy, population: Population, place: Place
) -> None:
    """A need and a wanted overlap of one cell, something that is waited for, and something that was worth a word."""
    initiative, day = activity.initiative, date(2026, 10, 1)
    cell = {"initiative": initiative, "strategy": strategy, "population": population, "place": place}
    Need.objects.create(
        amount=40, unit="places", source="lists", source_url="https://lists.example", as_of=day, by=by, **cell
    )
    Coordination.objects.create(reason="night and day", since=day, expires_on=date(2027, 10, 1), by=by, **cell)
    hand_off = HandOff.objects.create(giver=activity, taker=taker, what="graduates", promised_days=7)
    Delivery.objects.create(hand_off=hand_off, asked_on=day, note="for winter", by=by)
    facts = {"first": "", "second": "K1", "indicator": "k1", "moves_by": "2026-09", "now": "40", "period": "2026-10",
             "from": "2026-03", "coverage": "1", "expected": "1", "baseline": "40"}  # fmt: skip
    Finding.objects.create(
        initiative=initiative, sort="challenged", key="challenged:0:2026-09", facts=facts, found_on=day,
        state="discussed", words="We wait for spring", closed_by=by, closed_at=timezone.now(),
    )  # fmt: skip


def make_figure(indicator: Indicator, partner: Partner, period: date, value=None, **changes) -> Figure:
    """One stored figure with its filing; approved unless said otherwise. Marks nothing stale."""
    filing, _ = Filing.objects.get_or_create(initiative=indicator.initiative, partner=partner, period=period)
    return Figure.objects.create(
        **{
            "filing": filing,
            "indicator": indicator,
            "partner": partner,
            "period": period,
            "value": None if value is None else Decimal(value),
            "state": "approved",
            "changed_at": timezone.now(),
            **changes,
        }
    )


def make_strategy(initiative: Initiative, slug: str = "classes", outcome: str = "trained", **changes) -> Strategy:
    """A strategy towards an outcome that is there."""
    row = Outcome.objects.get(initiative=initiative, slug=outcome)
    return Strategy.objects.create(**{"outcome": row, "slug": slug, "title": slug.capitalize(), **changes})


def make_service_type(slug: str = "class", **changes) -> ServiceType:
    return ServiceType.objects.create(**{"slug": slug, "name": slug.capitalize(), **changes})


def make_population(slug: str = "youth", **changes) -> Population:
    return Population.objects.create(**{"slug": slug, "name": slug.capitalize(), **changes})


def make_place(slug: str = "east", **changes) -> Place:
    return Place.objects.create(**{"slug": slug, "name": slug.capitalize(), **changes})


def make_activity(
    initiative: Initiative,
    slug: str = "evening-class",
    *,
    partners: Any = (),
    strategies: Any = (),
    populations: Any = (),
    places: Any = (),
    **changes,
) -> Activity:
    """An activity that runs since the initiative began, shared out evenly over its tags. The first partner leads, the
    others co-deliver; of several tags `{tag: share}` says other shares."""
    activity = Activity.objects.create(
        **{
            "initiative": initiative,
            "slug": slug,
            "name": slug.replace("-", " ").capitalize(),
            "status": "active",
            "starts_on": initiative.starts_on,
            "capacity_unit": "places" if changes.get("capacity") is not None else "",
            **changes,
        }
    )
    for model, name, tags in (
        (ActivityStrategy, "strategy", strategies),
        (ActivityPopulation, "population", populations),
        (ActivityPlace, "place", places),
    ):
        shares = tags if isinstance(tags, dict) else even(tags)
        for tag, share in shares.items():
            model.objects.create(activity=activity, **{name: tag, "share": share})
    for n, partner in enumerate(partners):
        Commitment.objects.create(activity=activity, partner=partner, part="delivers" if n else "leads")
    return activity


def png(width: int = 4, height: int = 2, *, rows: bool = True) -> bytes:
    """A picture, all of one blue; without its rows it only says that it is one."""

    def chunk(name: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))

    pixels = zlib.compress((b"\0" + b"\x20\x40\x80" * width) * height) if rows else b""
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


def jpeg_head(width: int = 4, height: int = 2) -> bytes:
    """What a JPEG says of itself before its pixels."""
    frame = struct.pack(">HBHHB", 8 + 3, 8, height, width, 1) + b"\x01\x11\x00"
    return b"\xff\xd8\xff\xe0" + struct.pack(">H", 7) + b"JFIF\0" + b"\xff\xff\xc0" + frame + b"\xff\xd9"
