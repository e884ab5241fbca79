"""Which column of a directory is what: said by a person, guessed at first by its heading."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Literal

from activities.importing.directory.reading import AREA, CITY, ORGANIZATION, TAXONOMY, Listing
from activities.rules.unknown import MAKE
from backbone.tabular.columns import fold

SEPARATORS = (";", "|", ",")
# Headings as they are compared (`fold`), the surest first.
GUESSES: dict[str, tuple[str, ...]] = {
    "organization": (ORGANIZATION, "organization name", "agency name", "parentagency", "parent agency", "provider name",
                     "provider", "agency", "organization", "organisation"),
    "name": ("service name", "program name", "publicname", "public name", "name", "service", "program", "title"),
    "key": ("service uuid", "service id", "resourceagencynum", "program id", "uuid", "id"),
    "description": ("service description", "agencydescription", "description", "program description", "about"),
    "url": ("service url", "websiteaddress", "website", "url", "web page"),
    "kind": (TAXONOMY, "service type", "kind of service", "taxonomy", "category", "service category", "type"),
    "strategy": ("strategy", "service problem codes", "problem codes"),
    "status": ("agencystatus", "service status", "status"),
    "starts_on": ("starts on", "start date", "enteredon", "entered on"),
    "ends_on": ("ends on", "end date", "madeinactiveon", "made inactive on"),
    "level": ("taxonomylevelname", "level name"),
}  # fmt: skip
POPULATIONS = ("service military status", "service immigration status", "service incarceration status", "population",
               "audience", "target population", "target populations", "eligibility")  # fmt: skip
PLACES = (
    AREA,
    "service areas",
    "service area",
    "coveragearea",
    "coverage area",
    "county",
    "physicalcounty",
    CITY,
    "city",
)
ORGANIZATIONS = ("agency", "organization", "organisation")  # what a level says of a row that is no service


@dataclass(frozen=True, slots=True)
class Mapping:
    """Which heading is what, "" for none; and what becomes of words and organizations that are not known here.

    `skip` is the value of `level` that marks rows of organizations, which are no services. `unknown`: partners are made
    of organizations that are none (MAKE), their entries come without a partner (NONE), or stay out (OUT).
    `words`: new kinds, populations and places are made (MAKE) or left out (OUT). `outcome`: under which strategies
    are made, "" for none. `since` is the first day of what is active and says none.
    """

    organization: str = ""
    name: str = ""
    key: str = ""
    description: str = ""
    url: str = ""
    kind: str = ""
    strategy: str = ""
    status: str = ""
    starts_on: str = ""
    ends_on: str = ""
    level: str = ""
    populations: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    skip: str = ""
    separator: str = ";"
    order: Literal["day", "month"] = "month"
    source: str = ""
    unknown: str = MAKE
    words: str = MAKE
    outcome: str = ""
    since: date | None = None


def guess(listing: Listing, since: date) -> Mapping:
    """The most likely mapping by the headings, and by what stands below them."""
    by_fold = {fold(heading): heading for heading in listing.headings}
    found = {what: _first(by_fold, names) for what, names in GUESSES.items()}
    if found["organization"] and found["organization"] == found["name"]:
        found["organization"] = ""
    if found["strategy"] and not found["kind"]:
        found["kind"] = ""
    skip = ""
    if found["level"]:
        values = set(listing.values(found["level"]))
        skip = next((value for value in sorted(values) if value.casefold() in ORGANIZATIONS), "")
        found["level"] = found["level"] if len(values) < 10 else ""
    populations = tuple(by_fold[name] for name in POPULATIONS if name in by_fold)
    populations = tuple(one for one in populations if not is_free_text(listing.values(one), ";"))
    place = _first(by_fold, PLACES)
    lists = [one for one in (found["kind"], found["strategy"], *populations, place) if one]
    return Mapping(
        **found,  # type: ignore[arg-type]
        populations=populations,
        places=(place,) if place else (),
        skip=skip,
        separator=_separator(listing, lists),
        order=_order(listing, [found["starts_on"], found["ends_on"]]),
        source=listing.name.rpartition("/")[2].rpartition(".")[0][:80] or "directory",
        since=since,
    )


def parted(text: str, separator: str) -> list[str]:
    """The words of a cell that holds a list."""
    return [part.strip() for part in (text.split(separator) if separator else [text]) if part.strip()]


def is_free_text(values: Iterable[str], separator: str) -> bool:
    """Whether cells hold sentences and not words from a list: long, or hardly ever the same."""
    words = [one for value in values for one in parted(value, separator)]
    if not words:
        return False
    different = len({one.casefold() for one in words})
    lengths = sorted(len(one) for one in words)
    return lengths[len(lengths) // 2] > 60 or (len(words) > 20 and different > 0.55 * len(words))


def _first(by_fold: dict[str, str], names: Iterable[str]) -> str:
    return next((by_fold[name] for name in map(fold, names) if name in by_fold), "")


def _separator(listing: Listing, headings: list[str]) -> str:
    """The sign that parts lists: the one that stands in most cells; a comma only where there is no other."""
    counts = dict.fromkeys(SEPARATORS, 0)
    for heading in headings:
        for value in listing.values(heading):
            for sign in SEPARATORS:
                counts[sign] += sign in value
    return next((sign for sign in SEPARATORS if counts[sign]), ";")


def _order(listing: Listing, headings: list[str]) -> Literal["day", "month"]:
    """Whether 01/02/2026 begins with the day: told by a first number above 12."""
    for heading in headings:
        for value in listing.values(heading) if heading else ():
            match = re.match(r"([0-9]{1,2})[/.-]([0-9]{1,2})[/.-]", value)
            if match and int(match[1]) > 12:
                return "day"
            if match and int(match[2]) > 12:
                return "month"
    return "month"
