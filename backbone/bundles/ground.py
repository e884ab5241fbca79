"""The ground's part of a bundle: the tenant and its settings, the initiative, its partners and its people.

Each part is read into `Item`s (a section of the file and what it says), put through the services, and written back
as plain values. What a file leaves out stays as it is.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from backbone.bundles.marked import Section, given, once
from backbone.models import Grant, Initiative, Membership, Participation, Partner, Tenant
from backbone.problems import Refused, gettext_noop
from backbone.roles import Role
from backbone.rules.phones import is_phone
from backbone.services import initiatives, members, partners, tenants
from backbone.tabular import texts

CODE_LENGTH = 40
TENANT_KEYS = ("slug", *tenants.SETTINGS)
INITIATIVE_KEYS = ("slug", "name", "starts_on", "ends_on", "attribution", "is_public")
PARTNER_KEYS = ("code", "name", "sector", "is_small", "joins_on", "leaves_on", "successor")
MEMBER_KEYS = ("email", "name", "phone", "role", "partner", "ends_on")


@dataclass(slots=True)
class Item:
    """One thing that the file says: where, and what. `is_sound` is False once reading or writing it went wrong."""

    section: Section
    fields: dict[str, Any]
    is_sound: bool


def item(section: Section, read: Callable[[Section], dict[str, Any]]) -> Item:
    """Read one section, noting whether that went well."""
    count = len(section.document.problems)
    fields = read(section)
    return Item(section, fields, is_sound=len(section.document.problems) == count)


def attempt(one: Item, call: Callable[[], Any], keys: Mapping[str, str] | None = None) -> Any:
    """Call a service; what it refuses is noted at the item, at the line of the key that a problem is about.

    `keys` names the file's key for a field where the two differ. Answers None when it was refused.
    """
    try:
        return call()
    except Refused as refused:
        one.is_sound = False
        for problem in refused.problems:
            one.section.note_problem(problem, (keys or {}).get(problem.field, problem.field))
        return None


def lost(items: Iterable[Item], key: str = "slug") -> set[str]:
    """The names of things that the file spells but that went wrong: told of once, and not again where they are used."""
    return {one.fields[key] for one in items if not one.is_sound}


# --- reading ---


def read_tenant(section: Section) -> dict[str, Any]:
    section.only(*TENANT_KEYS)
    values = {
        "name": section.text("name"),
        "timezone": section.raw("timezone") or "UTC",
        "locale": section.choice("locale", [code for code, _ in Tenant._meta.get_field("locale").choices]) or "en",
        "fiscal_year_starts": section.whole("fiscal_year_starts", 1, 12) or 1,
        "small_cell_threshold": section.whole("small_cell_threshold", 5, 20) or 11,
        "maintain_band": 5 if (band := section.whole("maintain_band", 0, 50)) is None else band,
        "same_definition": 90 if (share := section.whole("same_definition", 0, 100)) is None else share,
        "counting": section.choice("counting", Tenant.Counting.values) or Tenant.Counting.APPROVED.value,
        "number_format": section.choice("number_format", Tenant.NumberFormat.values) or Tenant.NumberFormat.POINT.value,
        "date_order": section.choice("date_order", Tenant.DateOrder.values) or Tenant.DateOrder.DAY_FIRST.value,
        "outlier_z": section.number("outlier_z") or Decimal(3),
        "outlier_modified_z": section.number("outlier_modified_z") or Decimal("3.5"),
        "wants_words": bool(section.flag("wants_words")),
        "accent": section.raw("accent") or "",
    }
    return {"slug": section.slug(), **given(section, values)}


def read_initiative(section: Section) -> dict[str, Any]:
    section.only(*INITIATIVE_KEYS)
    values = {
        "name": section.text("name"),
        "starts_on": section.day("starts_on"),
        "ends_on": section.day("ends_on"),
        "attribution": section.text("attribution", 1000, lines=True),
        "is_public": bool(section.flag("is_public")),
    }
    return {"slug": section.slug(), **given(section, values)}


def read_partners(root: Section) -> list[Item]:
    items = [item(section, _read_partner) for section in root.sections("partners")]
    once([one.section for one in items], [one.fields["code"] for one in items], "code")
    return items


def _read_partner(section: Section) -> dict[str, Any]:
    code = read_code(section, "code")
    section.what = f"partner “{code}”" if code else "partner"
    section.only(*PARTNER_KEYS)
    values = {
        "name": section.text("name"),
        "sector": section.text("sector", 80),
        "is_small": section.flag("is_small"),
        "joins_on": section.day("joins_on"),
        "leaves_on": section.day("leaves_on"),
        "successor": read_code(section, "successor", required=False),
    }
    fields = given(section, values)
    if not fields.get("name"):
        fields.pop("name", None)
    return {"code": code, **fields}


def read_code(section: Section, key: str, *, required: bool = True) -> str:
    """A partner's code, as its people and its spreadsheets spell it."""
    raw = section.raw(key, required=required)
    if raw is None:
        return ""
    code, problem = texts.code(raw, CODE_LENGTH)
    if problem is not None:
        section.note_problem(problem.at(field=key), key)
    return code


def read_members(root: Section) -> list[Item]:
    items = [item(section, _read_member) for section in root.sections("members")]
    keys = [" ".join(str(one.fields[key] or "") for key in ("email", "role", "partner")).strip() for one in items]
    once([one.section for one in items], keys, "email")
    return items


def _read_member(section: Section) -> dict[str, Any]:
    email = (section.raw("email", required=True) or "").strip().lower()
    section.what = f"member “{email}”" if email else "member"
    section.only(*MEMBER_KEYS)
    if email:
        try:
            validate_email(email)
        except ValidationError:
            section.note("bundle.email", gettext_noop("“{value}” is no e-mail address."), key="email", value=email[:80])
    role = section.choice("role", [role.value for role in Role.of_people()], required=True)
    partner = read_code(section, "partner", required=False)
    if role and (role in Role.of_partners()) != bool(partner):
        sentence = (
            gettext_noop("The role {role} is held for no partner in particular: leave “partner” out.")
            if partner
            else gettext_noop("The role {role} is held for one partner: say which, as “partner”.")
        )
        section.note("bundle.member_partner", sentence, key="partner" if partner else "role", role=role)
    phone = section.text("phone", 40)
    if phone and not is_phone(phone):
        section.note("bundle.phone", gettext_noop("“{value}” is no telephone number."), key="phone", value=phone)
    return {
        "email": email,
        "name": section.text("name", 150),
        "phone": phone,
        "role": role,
        "partner": partner,
        "ends_on": section.day("ends_on"),
    }


# --- loading ---


def put_tenant(one: Item, *, is_new: bool) -> tuple[Tenant, list[str]]:
    """The tenant of the open scope, made or changed, and the settings that changed. Raises `Refused` on anything."""
    section, fields = one.section, dict(one.fields)
    slug = fields.pop("slug")
    if is_new:
        if not fields.get("name"):
            section.note("bundle.missing", gettext_noop("“{key}” is missing."), key="name")
            section.document.refuse()
        tenant = attempt(one, lambda: initiatives.create_tenant(slug=slug, **fields))
        section.document.refuse()
        return tenant, ["slug"]
    tenant = Tenant.objects.get(slug=slug)
    changed = [name for name, value in fields.items() if getattr(tenant, name) != value]
    tenant = attempt(one, lambda: tenants.change_settings(tenant=tenant, by=None, **fields))
    section.document.refuse()
    return tenant, changed


def put_initiative(one: Item) -> tuple[Initiative, list[str]]:
    """The initiative, begun or changed, and what changed. Raises `Refused` on anything: nothing hangs in the air."""
    section, fields = one.section, dict(one.fields)
    slug = fields.pop("slug")
    initiative = Initiative.objects.filter(slug=slug).first()
    if initiative is None:
        for key in ("name", "starts_on"):
            if not fields.get(key):
                section.note("bundle.missing", gettext_noop("“{key}” is missing."), key=key)
        section.document.refuse()
        initiative = attempt(one, lambda: initiatives.create_initiative(slug=slug, by=None, **fields))
        section.document.refuse()
        return initiative, ["slug"]
    changed = attempt(one, lambda: initiatives.change_initiative(initiative=initiative, by=None, **fields))
    section.document.refuse()
    initiative.refresh_from_db()
    return initiative, list(changed)


def put_partners(initiative: Initiative, items: Collection[Item]) -> list[str]:
    """The codes of the partners that changed."""
    by_code = {one.fields["code"]: one for one in items}
    try:
        return partners.put_many(initiative=initiative, rows=[one.fields for one in items if one.is_sound], by=None)
    except Refused as refused:
        for problem in refused.problems:
            by_code[problem.params["code"]].section.note_problem(problem, problem.field)
        for one in items:
            one.is_sound = False  # none of them was written, so none is to be missed later on
        return []


def put_members(items: Collection[Item], passwords: Mapping[str, str], lost_partners: Collection[str]) -> list[str]:
    """The addresses that got a role; `passwords` are for logins that are new."""
    known = {partner.code: partner for partner in Partner.objects.all()}
    there = set(Grant.objects.values_list("membership__email", "role", "partner__code", "ends_on"))
    changed = []
    for one in items:
        fields = dict(one.fields)
        code, email = fields["partner"], fields["email"]
        if code and code not in known and code not in lost_partners:
            one.section.note_unknown("partner", code, known)
        if not one.is_sound or (code and code not in known):
            continue
        kept = {ends for (mail, role, partner, ends) in there
                if (mail, role, partner) == (email, fields["role"], code or None)}  # fmt: skip
        if kept and fields["ends_on"] in {None, *kept}:
            continue
        fields["partner"] = known.get(code)
        fields["name"] = fields["name"] or email.partition("@")[0]
        made = attempt(
            one, lambda fields=fields, email=email: members.add_member(**fields, password=passwords.get(email))
        )
        if made is not None:
            changed.append(email)
    return changed


# --- writing back ---


def tenant_of(tenant: Tenant) -> dict[str, Any]:
    always = ("name", "timezone", "locale", "fiscal_year_starts", "small_cell_threshold")
    found = {"slug": tenant.slug} | {key: getattr(tenant, key) for key in always}
    for key in ("maintain_band", "same_definition", "counting", "number_format", "date_order", "accent"):
        value = getattr(tenant, key)
        if value != Tenant._meta.get_field(key).get_default():
            found[key] = value if isinstance(value, int) else str(value)
    for key in ("outlier_z", "outlier_modified_z", "wants_words"):
        if getattr(tenant, key) != Tenant._meta.get_field(key).get_default():
            found[key] = getattr(tenant, key)
    return found


def initiative_of(initiative: Initiative) -> dict[str, Any]:
    found = {"slug": initiative.slug, "name": initiative.name, "starts_on": initiative.starts_on}
    if initiative.ends_on is not None:
        found["ends_on"] = initiative.ends_on
    if initiative.attribution:
        found["attribution"] = initiative.attribution
    if initiative.is_public:
        found["is_public"] = True
    return found


def partners_of(initiative: Initiative) -> list[dict[str, Any]]:
    parts = Participation.objects.filter(initiative=initiative).select_related("partner__successor")
    found = []
    for part in parts.order_by("partner__code"):
        line = {"code": part.partner.code, "name": part.partner.name, "sector": part.partner.sector,
                "joins_on": part.joins_on, "leaves_on": part.leaves_on}  # fmt: skip
        if not line["sector"]:
            del line["sector"]
        if part.partner.is_small is not None:
            line["is_small"] = part.partner.is_small
        if part.partner.successor is not None:
            line["successor"] = part.partner.successor.code
        found.append(line)
    return found


def members_of() -> list[dict[str, Any]]:
    """Everybody of the tenant with each of their roles, in the order of their addresses."""
    grants = Grant.objects.filter(membership__is_active=True).select_related("membership", "partner")
    found = []
    for grant in grants:
        line: dict[str, Any] = {"email": grant.membership.email, "name": grant.membership.name, "role": grant.role}
        if grant.membership.phone:
            line["phone"] = grant.membership.phone
        if grant.partner is not None:
            line["partner"] = grant.partner.code
        if grant.ends_on is not None:
            line["ends_on"] = grant.ends_on
        found.append(line)
    return sorted(found, key=lambda line: (line["email"], line["role"], line.get("partner", "")))


def excuser(email: str) -> Membership | None:
    """Who gave an excuse: the person with that address, or without one the first admin or steward there is."""
    if email:
        return Membership.objects.filter(email=email).first()
    roles = [Role.DATA_STEWARD, Role.BACKBONE_ADMIN]
    found = Grant.objects.filter(role__in=roles, membership__is_active=True).select_related("membership")
    first = sorted(found, key=lambda grant: (roles.index(grant.role), grant.membership_id))
    return first[0].membership if first else None
