"""The only writer of announcements: told to all, to a group or to some organizations, and acknowledged by each."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_noop

from backbone import changes
from backbone.models import Initiative, Membership, Partner, WorkingGroup
from backbone.problems import Problem, Refused
from backbone.selectors.groups import partners_of_group, partners_on
from backbone.services.fields import checked
from comms.models import Acknowledgement, Announcement
from comms.selectors.readers import members_of
from comms.services.composing import page
from comms.services.notes import tell_all

changes.register_verbs(
    {
        "announcement.made": gettext_noop("{by} announced: {title}"),
        "announcement.read": gettext_noop("{by} said for {partner} that “{title}” was read"),
    }
)


@transaction.atomic
def announce(
    *,
    initiative: Initiative,
    title: str,
    by: Membership,
    text: str = "",
    group: WorkingGroup | None = None,
    partners: Iterable[Partner] | None = None,
    needs_answer: bool = False,
    about: str = "",
    url: str = "",
) -> Announcement:
    """Tell everybody of these organizations something: of a group where it is given, else of all that take part.

    Everybody finds it in their inbox. With `needs_answer` each organization says once that it has read it.
    """
    if partners is None:
        partners = partners_of_group(group) if group is not None else partners_on(initiative, initiative.tenant.day())
    ids = sorted({one.pk for one in partners})
    row = Announcement(
        initiative=initiative, group=group, title=title.strip()[:200], text=text.strip(), about=about, url=url,
        needs_answer=needs_answer, partners=ids, by=by, at=timezone.now(),
    )  # fmt: skip
    checked(row).save(force_insert=True)
    changes.record("announcement.made", on=row, by=by, initiative=initiative, title=row.title)
    tell_all(
        members=[one for one in members_of(ids) if one.pk != by.pk], kind="announcement", key=f"announcement:{row.pk}",
        text=row.title, url=page("comms:announcement", initiative, row.pk),
    )  # fmt: skip
    return row


@transaction.atomic
def acknowledge(*, announcement: Announcement, partner: Partner, by: Membership) -> bool:
    """Say for an organization that it has read an announcement; answers whether nobody had yet.

    Raises `Refused` for one that was not asked.
    """
    row = Announcement.objects.select_for_update(of=("self",), no_key=True).get(pk=announcement.pk)
    if not row.needs_answer or partner.pk not in row.partners:
        text = gettext_noop("{partner} was not asked to say that it has read this.")
        raise Refused(Problem("announcement.not_asked", text, {"partner": partner.code}))
    if Acknowledgement.objects.filter(announcement=row, partner=partner).exists():
        return False
    Acknowledgement.objects.create(announcement=row, partner=partner, by=by, at=timezone.now())
    changes.record(
        "announcement.read", on=row, by=by, initiative=announcement.initiative, partner=partner, title=row.title
    )
    return True
