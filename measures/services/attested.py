"""What a partner says of how it counts, per version of a definition: its only writer."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date

from django.utils import timezone
from django.utils.translation import gettext_noop

from backbone import changes
from backbone.models import Initiative, Membership, Partner
from measures.models import Attestation, Indicator
from measures.rules.attested import Word
from measures.selectors.attested import words_of
from measures.selectors.versions import versions_on

LENGTH = 2_000

changes.register_verbs(
    {
        "definition.kept": gettext_noop("{by} says that {partner} counts {name} as defined"),
        "definition.deviated": gettext_noop("{by} says that {partner} counts {name} differently"),
    }
)

COLUMNS = ["as_defined", "note", "typed_as_defined", "typed_note", "by", "at"]


def attest(
    *,
    initiative: Initiative,
    partner: Partner,
    period: date,
    lines: Collection[int],
    said: Mapping[int, Word],
    indicators: Mapping[int, Indicator],
    by: Membership,
    is_draft: bool,
) -> None:
    """Keep a partner's words on these lines, by indicator id, on the versions that hold in this period.

    With a draft they are only typed, and shown to nobody but the partner; handed in, then or by somebody else later,
    they take the place of what was said before. One statement where nothing is new, three or four otherwise, however
    many lines.
    """
    said = {pk: said[pk] for pk in lines if pk in said}
    if not said and (is_draft or not lines):
        return
    now = timezone.now()
    before = words_of(partner, lines, period)
    if not is_draft:
        said = {pk: row.typed for pk, row in before.items() if row.typed is not None} | said
    fresh = set(said) - set(before)
    begun = versions_on(fresh, period) if fresh else {}
    put, told = [], []
    for pk, word in said.items():
        word = Word(word.as_defined, "" if word.as_defined else word.note.strip()[:LENGTH])
        row = before.get(pk) or Attestation(indicator_id=pk, partner=partner, version_on=begun.get(pk))
        is_same = word == (row.as_defined, row.note)
        typed = word if is_draft and not is_same else None
        if (is_draft or is_same) and row.typed == typed:
            continue
        row.typed_as_defined, row.typed_note = typed or (None, "")
        if not is_draft and not is_same:
            row.as_defined, row.note = word
            told.append((pk, word))
        row.by, row.at = by, now
        put.append(row)
    if put:
        key = ["tenant", "indicator", "partner", "version_on"]
        Attestation.objects.bulk_create(
            [_unsaved(row) for row in put], update_conflicts=True, update_fields=COLUMNS, unique_fields=key
        )
    changes.record_many(
        changes.prepare(
            "definition.kept" if word.as_defined else "definition.deviated", on=indicators[pk], by=by,
            initiative=initiative, partner=partner, name=indicators[pk].name, note=word.note,
        )
        for pk, word in told
    )  # fmt: skip


def _unsaved(row: Attestation) -> Attestation:
    """The same row to be put, whether or not another filing of the partner has made it meanwhile."""
    row.pk = None
    return row
