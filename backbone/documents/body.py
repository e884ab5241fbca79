"""A published body as documents ask for it: the frozen data, who says what of which span, and the sentences around it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from django.utils import formats, timezone
from django.utils.translation import gettext as _

from backbone import conditions
from backbone.conditions import Condition
from backbone.look.numbers import long_date, period_name
from backbone.models import Audience


@dataclass(frozen=True, slots=True)
class Picture:
    """A PNG or a JPEG."""

    media_type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Body:
    """The frozen text with its hash, and the same as data.

    `logo` stands on paper beside who publishes it, as it was when the document was made: it says nothing, and is no part
    of what is frozen.
    """

    text: str
    sha256: str
    found: Mapping[str, Any]
    logo: Picture | None = None

    @classmethod
    def of(cls, text: str, sha256: str, logo: Picture | None = None) -> Body:
        return cls(text, sha256, json.loads(text), logo)

    @property
    def tenant(self) -> Mapping[str, Any]:
        return self.found["tenant"]

    @property
    def initiative(self) -> Mapping[str, Any]:
        return self.found["initiative"]

    @property
    def version(self) -> int:
        return self.found["version"]

    @property
    def audience(self) -> str:
        return str(Audience(self.found["audience"]).label)

    @property
    def as_of(self) -> datetime:
        return datetime.fromisoformat(self.found["as_of"])

    @property
    def published_at(self) -> datetime:
        return datetime.fromisoformat(self.found["published_at"])

    @property
    def span(self) -> str:
        """`October 2026`."""
        return period_name(date.fromisoformat(f"{self.found['period']}-01"), self.found["grain"])

    @property
    def headline(self) -> str:
        said = (part["headline"] for part in self.found["parts"].values() if part.get("headline"))
        return next(said, self.initiative["name"])

    @property
    def name(self) -> str:
        """The name of its files: `riverbend-youth-to-work-2026-10-v1`."""
        grain = "" if self.found["grain"] == "month" else f"-{self.found['grain']}"
        return f"{self.tenant['slug']}-{self.initiative['slug']}-{self.found['period']}{grain}-v{self.version}"

    @property
    def timezone(self) -> str:
        """Whose days the instants are said in."""
        return self.tenant.get("timezone") or "UTC"

    def parts(self) -> Iterator[tuple[Condition, Mapping[str, Any]]]:
        """Each condition that said something, with its part."""
        for condition in conditions.registered():
            if condition.slug in self.found["parts"]:
                yield condition, self.found["parts"][condition.slug]

    def notes(self) -> list[str]:
        """What stands below the figures wherever they go."""
        words = {"at": instant_words(self.as_of)}
        said = [
            _("Figures as of %(at)s. Live figures may have moved since; these do not.") % words,
            _("Partners contributed to these results; so did much else."),
            _(
                "Partners decide who may see their own rows. Those who did not agree are shown together, never fewer than three."
            ),
        ]
        for condition, data in self.parts():
            said += condition.notes(data)
        return said

    @property
    def attribution(self) -> str:
        return self.initiative.get("attribution", "")

    @property
    def citation(self) -> str:
        """How it is cited: who, what, which version, when, and the hash that tells whether a copy is true."""
        return _("%(tenant)s: %(initiative)s, %(span)s. Version %(version)s, published %(day)s. SHA-256 %(hash)s.") % {
            "tenant": self.tenant["name"],
            "initiative": self.initiative["name"],
            "span": self.span,
            "version": self.version,
            "day": long_date(self.published_at),
            "hash": self.sha256,
        }


def instant_words(at: datetime) -> str:
    """`Friday 27 November 2026, 06:54`, in the current time zone, whatever year it is read in."""
    return f"{long_date(at)}, {formats.date_format(timezone.localtime(at), 'H:i')}"


def instant_text(at: datetime) -> str:
    """`2026-11-27T06:54:18Z`: the same for machines."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
