"""GET …/map/: the theory of change, as it is now or as a version was kept."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import Http404
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.response import Response

from agenda.api.shapes import MapShape
from agenda.models import MapVersion
from agenda.rules.arcs import Chain
from agenda.rules.links import is_confirmed
from agenda.rules.maps import MapSaid, as_json, from_json, named_chains
from agenda.selectors.map_written import written_out
from agenda.selectors.systems import loops_of
from backbone.api import parameters
from backbone.api.resource import MemberAPI
from backbone.api.shapes import READING, refusals
from backbone.roles import Can, Reach

PARAMETERS = {"version": parameters.whole(1, 10**9)}
VERSION = OpenApiParameter(
    "version",
    {"type": "integer", "minimum": 1},
    OpenApiParameter.QUERY,
    description="A kept version. Left out, the map as it is now; for who reads only what is published, the newest version.",
)


class MapAPI(MemberAPI):
    """What is thought to lead to what: nodes, links with sign, lag and evidence, and the loops that they make."""

    can = {"GET": Can.READ_AGENDA}

    @extend_schema(responses={200: MapShape, **refusals(*READING)}, parameters=[VERSION])
    def get(self, request, **named):
        version = self._version(parameters.read(request.query_params, PARAMETERS)["version"])
        if version is not None:
            said = from_json(version.body)
            kept = [_loop(name, [said.nodes[at].slug for at in one.nodes], one) for name, one in named_chains(said)]
            loops = {"state": "kept", "is_all": False, "found": kept}
            return Response({"version": version.number, **_map(said, self.tenant.day()), "loops": loops})
        found = loops_of(self.initiative)
        now = [_loop(one.name, [node.slug for node in one.nodes], one.chain) for one in found.found]
        loops = {"state": "outdated" if found.is_looking else "current", "is_all": not found.because, "found": now}
        return Response({"version": None, **_map(written_out(self.initiative), self.tenant.day()), "loops": loops})

    def _version(self, asked: int | None) -> MapVersion | None:
        """The version that is asked for, or the newest for who reads nothing else; None for the map as it is now."""
        rows = MapVersion.objects.filter(initiative=self.initiative)
        only_kept = self.membership.reach_of(Can.READ_AGENDA) == {Reach.PUBLISHED}
        if asked is None and not only_kept:
            return None
        found = rows.order_by("-number").first() if asked is None else rows.filter(number=asked).first()
        if found is None:
            raise Http404
        return found


def _map(said: MapSaid, today: date) -> dict[str, Any]:
    """Nodes and links as JSON says them."""
    body = as_json(said)
    days = {link.ends: link.confirmed_on for link in said.links}
    links = [
        {"source": link["from"], "target": link["to"]}
        | {key: value for key, value in link.items() if key not in ("from", "to")}
        | {"is_confirmed": is_confirmed(days[link["from"], link["to"]], today)}
        for link in body["links"]
    ]
    return {"nodes": body["nodes"], "links": links}


def _loop(name: str, nodes: list[str], chain: Chain) -> dict[str, Any]:
    return {
        "kind": "reinforcing" if chain.is_reinforcing else "balancing",
        "name": name,
        "nodes": nodes,
        "lag": list(chain.lag),
        "links_without_lag": chain.unknown,
    }
