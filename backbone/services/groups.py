"""The only writer of working groups: their names, and who is in them for whom."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext_noop

from backbone import changes
from backbone.models import GroupMember, Initiative, Membership, Participation, Partner, WorkingGroup
from backbone.problems import Problem, Refused
from backbone.services.fields import checked, set_fields

changes.register_verbs(
    {
        "group.made": gettext_noop("{by} set up the group “{group}”"),
        "group.changed": gettext_noop("{by} changed the group “{group}”"),
        "group.ended": gettext_noop("{by} dissolved the group “{group}”"),
        "group.resumed": gettext_noop("{by} took up the group “{group}” again"),
        "group.joined": gettext_noop("{by} put {name} into the group “{group}”"),
        "group.member_changed": gettext_noop("{by} changed what {name} is in the group “{group}”"),
        "group.left": gettext_noop("{by} took {name} out of the group “{group}”"),
    }
)


@transaction.atomic
def make(
    *, initiative: Initiative, name: str, slug: str, by: Membership, purpose: str = "", is_steering: bool = False
) -> WorkingGroup:
    """A new group. Raises `Refused` for a short name that another group of the initiative has."""
    row = WorkingGroup(
        initiative=initiative, name=name.strip(), slug=slug, purpose=purpose.strip(), is_steering=is_steering
    )
    checked(row).save(force_insert=True)
    _record("group.made", row, by)
    return row


@transaction.atomic
def change(*, group: WorkingGroup, name: str, by: Membership, purpose: str = "", is_steering: bool = False) -> bool:
    """Another name or purpose; answers whether that changed anything."""
    row = _locked(group)
    changed = set_fields(row, {"name": name.strip(), "purpose": purpose.strip(), "is_steering": is_steering})
    if changed:
        _record("group.changed", row, by, fields=changed)
    return bool(changed)


@transaction.atomic
def end(*, group: WorkingGroup, by: Membership) -> None:
    """Dissolve a group from today; what it did stays. Twice does no more than once."""
    row = _locked(group)
    if row.ended_on is None:
        row.ended_on = row.tenant.day()
        row.save(update_fields=["ended_on"])
        _record("group.ended", row, by)


@transaction.atomic
def resume(*, group: WorkingGroup, by: Membership) -> None:
    """A dissolved group goes on."""
    row = _locked(group)
    if row.ended_on is not None:
        row.ended_on = None
        row.save(update_fields=["ended_on"])
        _record("group.resumed", row, by)


@transaction.atomic
def put(
    *, group: WorkingGroup, member: Membership, by: Membership, partner: Partner | None = None, is_chair: bool = False
) -> GroupMember:
    """Put a person into a group for an organization, or say anew for whom and whether they chair it.

    Raises `Refused` for somebody who is not here any more, and for an organization that takes no part.
    """
    row = _locked(group)
    if not member.is_active:
        raise Refused(Problem("group.gone", gettext_noop("{name} is not here any more."), {"name": member.name}))
    takes_part = Participation.objects.filter(initiative=row.initiative_id, partner=partner)
    if partner is not None and not takes_part.exists():
        text = gettext_noop("{partner} takes no part in this initiative.")
        raise Refused(Problem("group.partner", text, {"partner": partner.code}, field="partner", value=partner.code))
    there = GroupMember.objects.filter(group=row, member=member).first()
    if there is None:
        there = GroupMember(group=row, member=member, partner=partner, is_chair=is_chair)
        checked(there).save(force_insert=True)
        _record("group.joined", row, by, name=member.name)
    elif set_fields(there, {"partner": partner, "is_chair": is_chair}):
        _record("group.member_changed", row, by, name=member.name)
    return there


@transaction.atomic
def take_out(*, place: GroupMember, by: Membership) -> None:
    """Take a person out of a group."""
    group, name = _locked(place.group), place.member.name
    place.delete()
    _record("group.left", group, by, name=name)


def _locked(group: WorkingGroup) -> WorkingGroup:
    rows = WorkingGroup.objects.select_for_update(of=("self",), no_key=True)
    return rows.select_related("initiative").get(pk=group.pk)


def _record(verb: str, group: WorkingGroup, by: Membership, **facts) -> None:
    changes.record(verb, on=group, by=by, initiative=group.initiative, group=group.name, **facts)
