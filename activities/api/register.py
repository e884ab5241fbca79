"""GET …/activities/, GET and PUT …/activities/<slug>/, GET …/words/: the register and the words that it is tagged with."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from django.core.paginator import Paginator
from django.http import Http404
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.response import Response

from activities.api.bodies import said_by
from activities.api.shapes import ActivityBodyShape, ActivityPageShape, ActivityShape, WordsShape
from activities.models import Activity
from activities.rules.days import standing
from activities.rules.said import ActivitySaid, fingerprint
from activities.selectors.register import Wanted, found
from activities.selectors.rights import reads_register
from activities.selectors.vocabulary import PARENTS, SORTS, tree
from activities.selectors.written import known, written_out
from activities.services import register
from backbone.api import parameters, versions
from backbone.api.resource import MemberAPI
from backbone.api.shapes import KEY, READING, WRITING, refusals
from backbone.problems import Refused, gettext_noop
from backbone.roles import Can

# What a body calls a field that the register calls otherwise.
OURS = {"service_type": "kind", "capacity_unit": "unit", "parts": "partners", "steps": "milestones"}
ON_A_PAGE, MOST_ON_A_PAGE = 100, 500


def day(name: str, raw: str) -> date:
    try:
        return date.fromisoformat(raw)
    except ValueError:
        raise parameters.wrong(name, raw, gettext_noop("“{name}” is a day, written as in 2026-10-31.")) from None


PARAMETERS = {
    "strategy": parameters.word,
    "kind": parameters.word,
    "population": parameters.word,
    "place": parameters.word,
    "partner": parameters.word,
    "status": parameters.choice(*Activity.Status.values),
    "on": day,
    "q": parameters.sentence,
    "page": parameters.whole(1, 10**6),
    "page_size": parameters.whole(1, MOST_ON_A_PAGE),
}


def query(name: str, schema: dict[str, Any], words: str) -> OpenApiParameter:
    return OpenApiParameter(name, schema, OpenApiParameter.QUERY, description=words)


SHORT_NAME = {"type": "string", "maxLength": 200}
DESCRIBED = [
    query("strategy", SHORT_NAME, "Only those that serve it, as in trained/classes."),
    query("kind", SHORT_NAME, "Only those of this kind of service, or of one below it."),
    query("population", SHORT_NAME, "Only those for it."),
    query("place", SHORT_NAME, "Only those there, or in a place within it."),
    query("partner", SHORT_NAME, "Only those that it has a part in, by its code."),
    query("status", {"type": "string", "enum": Activity.Status.values}, "Only those that stand so today."),
    query("on", {"type": "string", "format": "date"}, "Only those that run on this day."),
    query("q", {"type": "string", "maxLength": parameters.SENTENCE}, "Only those with these words."),
    query("page", {"type": "integer", "minimum": 1, "default": 1}, "Which page."),
    query("page_size", {"type": "integer", "minimum": 1, "maximum": MOST_ON_A_PAGE, "default": ON_A_PAGE}, "How many."),
]


class RegisterAPI(MemberAPI):
    """Base: who reads only what is published of the register finds nothing here."""

    def initial(self, request, *args, **kwargs):
        super().initial(request, *args, **kwargs)
        if not reads_register(self.membership):
            raise Http404


class ActivitiesAPI(RegisterAPI):
    """The register, by name, a page at a time."""

    can = {"GET": Can.READ_ACTIVITIES}

    @extend_schema(
        operation_id="activities_list", responses={200: ActivityPageShape, **refusals(*READING)}, parameters=DESCRIBED
    )
    def get(self, request, **named):
        asked = parameters.read(request.query_params, PARAMETERS)
        number, size = asked.pop("page") or 1, asked.pop("page_size") or ON_A_PAGE
        wanted = Wanted(**{name: value for name, value in asked.items() if value is not None})
        today = self.tenant.day()
        rows = found(self.initiative, wanted, today).order_by("name", "pk").values_list("slug", flat=True)
        pages = Paginator(rows, size)
        slugs = list(pages.page(number)) if number <= pages.num_pages else []
        said = written_out(self.initiative, slugs)
        return Response(
            {
                "count": pages.count,
                "next_page": number + 1 if number < pages.num_pages else None,
                "activities": [shown(said[slug], today, self._sees_people()) for slug in slugs],
            }
        )

    def _sees_people(self) -> bool:
        return self.membership.can(Can.EDIT_ACTIVITIES)


class ActivityAPI(RegisterAPI):
    """One activity. A PUT says all of it, and makes it where it is not there: what it leaves out is empty."""

    can = {"GET": Can.READ_ACTIVITIES, "PUT": Can.EDIT_ACTIVITIES}

    @extend_schema(responses={200: ActivityShape, **refusals(*READING)})
    def get(self, request, activity, **named):
        return self._answer(activity)

    @extend_schema(
        request=ActivityBodyShape,
        responses={200: ActivityShape, 201: ActivityShape, **refusals(*WRITING, 412)},
        parameters=[
            KEY,
            versions.IF_MATCH,
        ],
    )
    def put(self, request, activity, **named):
        return self.once(request, lambda: self._put(request, activity))

    def _answer(self, slug: str, status: int = 200) -> Response:
        said = written_out(self.initiative, [slug]).get(slug)
        if said is None:
            raise Http404
        body = shown(said, self.tenant.day(), self.membership.can(Can.EDIT_ACTIVITIES))
        return Response(body, status=status, headers=versions.headers(fingerprint(said)))

    def _put(self, request, slug: str) -> Response:
        is_new = not Activity.objects.filter(initiative=self.initiative, slug=slug).exists()
        said, seen = said_by(slug, request.data, known(self.initiative).strategy), versions.seen(request) or ""
        try:
            register.put(initiative=self.initiative, said=said, by=self.membership, seen=seen)
        except Refused as refused:
            if any(one.code == "activity.stale" for one in refused.problems):
                raise versions.stale(seen) from None
            raise Refused(*(one.at(field=OURS.get(one.field, one.field)) for one in refused.problems)) from None
        return self._answer(slug, 201 if is_new else 200)


class WordsAPI(RegisterAPI):
    """The words that activities are tagged with, each before those below it."""

    can = {"GET": Can.READ_ACTIVITIES}

    @extend_schema(responses={200: WordsShape, **refusals(*READING)})
    def get(self, request, **named):
        parameters.read(request.query_params, {})
        body = {}
        for name, sort in SORTS.items():
            leaves = tree(sort)
            slugs = {leaf.word.pk: leaf.word.slug for leaf in leaves}
            parent = PARENTS.get(sort)
            body[name] = [
                {
                    "slug": leaf.word.slug,
                    "name": leaf.word.name,
                    "below": slugs.get(getattr(leaf.word, parent)) if parent else None,
                    "is_retired": leaf.word.is_retired,
                }
                for leaf in leaves
            ]
        return Response(body)


def shown(said: ActivitySaid, today: date, with_people: bool) -> dict[str, Any]:
    """An activity as JSON says it; numbers are text, exact to the last digit."""
    plain = ("slug", "name", "description", "status", "starts_on", "ends_on", "url", "source", "source_key")
    return {
        **{name: getattr(said, name) for name in plain},
        "kind": said.service_type or None,
        "standing": standing(said.status, said.starts_on, said.ends_on, today),
        "capacity": exact(said.capacity),
        "unit": said.capacity_unit,
        "strategies": _tags(said.strategies),
        "populations": _tags(said.populations),
        "places": _tags(said.places),
        "indicators": list(said.indicators),
        "partners": [
            {"partner": one.partner, "part": one.part, "promise": one.promise, "due_on": one.due_on,
             "owner": (one.owner or None) if with_people else None, "done_on": one.done_on}
            for one in said.parts
        ],
        "milestones": [
            {"title": one.title, "due_on": one.due_on, "partner": one.partner or None,
             "owner": (one.owner or None) if with_people else None, "done_on": one.done_on}
            for one in said.steps
        ],
        "money": [
            {"funder": one.funder, "amount": exact(one.amount), "currency": one.currency, "starts_on": one.starts_on,
             "ends_on": one.ends_on}
            for one in said.money
        ],
    }  # fmt: skip


def _tags(shares: Any) -> list[dict[str, Any]]:
    return [{"tag": tag, "share": exact(share)} for tag, share in shares.items()]


def exact(value: Decimal | None) -> str | None:
    return None if value is None else f"{value.normalize():f}"
