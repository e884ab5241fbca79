"""The only writer of kept versions of the theory of change."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_noop

from agenda.models import MapVersion
from agenda.rules.maps import as_json, changes, from_json
from agenda.selectors.map_written import written_out
from agenda.services import lock
from backbone.changes import record, register_verbs
from backbone.models import Initiative, Membership
from backbone.problems import Problem, Refused
from backbone.services.fields import checked

register_verbs({"map.kept": gettext_noop("{by} kept version {number} of the theory of change")})


@transaction.atomic
def keep(*, initiative: Initiative, by: Membership | None, note: str = "") -> MapVersion:
    """Keep the map as it stands as the next version. Raises `Refused` when there is nothing in it, or nothing new."""
    lock(initiative)
    said = written_out(initiative)
    if not said.nodes:
        raise Refused(Problem("map.empty", gettext_noop("There is nothing in the map yet: add the first node.")))
    last = MapVersion.objects.filter(initiative=initiative).order_by("-number").first()
    if last is not None and changes(from_json(last.body), said).is_nothing:
        sentence = gettext_noop("Nothing has changed since version {number}.")
        raise Refused(Problem("map.same", sentence, {"number": last.number}))
    number = 1 if last is None else last.number + 1
    version = MapVersion(
        initiative=initiative, number=number, body=as_json(said), note=note.strip(), by=by, at=timezone.now()
    )
    checked(version).save(force_insert=True)
    record("map.kept", on=version, by=by, initiative=initiative, number=number)
    return version
