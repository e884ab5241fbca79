"""Directories that others keep, through the importer, against counts taken straight from their files.

Washington DC’s 2-1-1 directory, legal aid in Florida, and a made sample of Ohana: see the data set's SOURCE.md.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from dataclasses import replace
from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from activities.importing.directory.guessing import guess
from activities.importing.directory.planning import Ground, plan
from activities.importing.directory.reading import read
from activities.models import Activity, ActivityPlace, ActivityPopulation, ActivityStrategy, Commitment
from activities.services import directories
from agenda.models import Outcome
from backbone.models import Partner
from tests import factories
from tests.activities.test_directories import chosen, preview
from tests.real_data import real_file
from tests.waiting import no_runaway

pytestmark = pytest.mark.django_db
SET = "service_directories"
NOTHING = Ground({}, {}, {}, {}, {}, {}, may_make=True)


def folder_files(name: str) -> list[tuple[str, bytes]]:
    return [(file.name, file.read_bytes()) for file in sorted(real_file(f"{SET}/{name}").iterdir())]


def rows_of(path: str) -> list[list[str]]:
    with real_file(f"{SET}/{path}").open(encoding="utf-8-sig", newline="") as text:
        return list(csv.reader(text))


def cells(*tagged: dict[int, set]) -> dict[tuple, set[str]]:
    """Organizations by cell: every combination of an entry's tags."""
    found: dict[tuple, set[str]] = defaultdict(set)
    strategies, populations, places, partners = tagged
    for entry, organizations in partners.items():
        for strategy in strategies.get(entry, ()):
            for population in populations.get(entry, ()):
                for place in places.get(entry, ()):
                    found[strategy, population, place] |= organizations
    return found


def test_florida_s_legal_aid_fills_the_cells_that_its_file_fills(in_riverside):
    """Category by custody status by county: cells with one organization and with several, counted in both."""
    initiative = in_riverside.initiative
    listing = read(folder_files("florida_legal_aid"))
    mapping = replace(
        guess(listing, date(2026, 1, 1)), kind="", strategy="service_problem_codes", outcome="trained",
        populations=("service_incarceration_status",), places=("service_areas",), separator=";",
    )  # fmt: skip
    found = plan(listing, mapping, NOTHING)
    directories.bring_in(
        initiative=initiative, source="florida", new_partners=found.partners,
        new_words={sort: list(found.words[sort].new.values()) for sort in directories.SORTS},
        outcome=Outcome.objects.get(slug="trained"),
        new_strategies=[one | {"slug": one["slug"].partition("/")[2]} for one in found.words["strategies"].new.values()],
        activities=found.activities, by=in_riverside.people.ana,
    )  # fmt: skip
    assert Activity.objects.count() == 135
    ours = cells(
        _tags(ActivityStrategy, "strategy__title"), _tags(ActivityPopulation, "population__name"),
        _tags(ActivityPlace, "place__name"), _tags(Commitment, "partner__name"),
    )  # fmt: skip

    head, *rows = rows_of("florida_legal_aid/services.csv")
    at = {heading: head.index(heading) for heading in head if heading}
    counted: dict[tuple, set[str]] = defaultdict(set)
    for row in rows:
        parts = [
            {one.strip() for one in row[at[name]].split(";") if one.strip()}
            for name in ("service_problem_codes", "service_incarceration_status", "service_areas")
        ]
        for strategy in parts[0]:
            for population in parts[1]:
                for place in parts[2]:
                    counted[strategy, population, place].add(row[at["organization_name"]].strip())
    assert _by_size(ours) == _by_size(counted)
    assert len(counted) > 1000
    assert {key: names for key, names in ours.items() if len(names) > 1} == {
        key: names for key, names in counted.items() if len(names) > 1
    }


def _tags(model, label: str) -> dict[int, set[str]]:
    found: dict[int, set[str]] = defaultdict(set)
    for activity, name in model.objects.values_list("activity", label):
        found[activity].add(name)
    return found


def _by_size(found: dict[tuple, set[str]]) -> tuple[int, int]:
    """(cells with one organization, cells with several)."""
    return sum(len(names) == 1 for names in found.values()), sum(len(names) > 1 for names in found.values())


def test_washington_s_directory_is_previewed_and_brought_in_in_seconds(in_riverside, client):
    """1,105 entries: agencies are organizations, programs are services; every program comes in, under its agency."""
    client.force_login(factories.user_of(in_riverside.people.ana))
    path = real_file(f"{SET}/dc_211_2012_part_a.csv")
    sent = {"files": [SimpleUploadedFile(path.name, path.read_bytes())]}
    page = client.post(in_riverside.url("activities/bring-in/"), sent)
    form = page.context["form"]
    assert (form.initial["organization"], form.initial["name"]) == ("ParentAgency", "PublicName")
    assert (form.initial["level"], form.initial["skip"]) == ("TaxonomyLevelName", "Agency")
    with no_runaway():
        shown = preview(client, in_riverside, page, skip="")
        assert len(shown.context["plan"].new) == 1105
        kept = client.post(in_riverside.url("activities/bring-in/directory/"), chosen(page, apply="1"))
        assert kept.status_code == 302

    head, *rows = rows_of("dc_211_2012_part_a.csv")
    at = {heading: head.index(heading) for heading in head}
    programs = [row for row in rows if row[at["TaxonomyLevelName"]] == "Program"]
    assert Activity.objects.count() == len(programs) == 859
    agencies = {" ".join(row[at["ParentAgency"]].split()) for row in programs}
    assert Partner.objects.exclude(code__in=["P1", "P2", "P3"]).count() == len(agencies)
    active = sum(row[at["AgencyStatus"]].strip().casefold().startswith("active") for row in programs)
    no_status = sum(not row[at["AgencyStatus"]].strip() for row in programs)
    assert Activity.objects.filter(status="active").count() == active + no_status
    assert not Activity.objects.filter(description__contains="<br").exists()
    assert not Activity.objects.filter(name__contains="&amp;").exists()
    again = client.post(
        in_riverside.url("activities/bring-in/"), {"files": [SimpleUploadedFile(path.name, path.read_bytes())]}
    )
    same = preview(client, in_riverside, again).context["plan"]
    assert (same.new, same.changed, same.unchanged) == ([], [], 859)


def test_ohana_s_folder_is_joined_and_its_words_are_found():
    listing = read(folder_files("ohana_sample"))
    mapping = guess(listing, date(2026, 1, 1))
    found = plan(listing, replace(mapping, separator=","), NOTHING)
    services, locations, organizations = (
        [dict(zip(rows[0], row, strict=False)) for row in rows[1:]]
        for rows in (rows_of(f"ohana_sample/{name}.csv") for name in ("services", "locations", "organizations"))
    )
    names = {row["id"]: row["name"] for row in organizations}
    owners = {row["id"]: names[row["organization_id"]] for row in locations}
    expected = {" ".join(owners[row["location_id"]].split()) for row in services}
    assert {one.name for one in found.organizations} == expected
    assert len(found.new) == 23
    assert sum(one.status == "active" for one in found.new) == 21
