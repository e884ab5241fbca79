"""Agreements with partners, and their files: the only writer. A file is looked at by its bytes and lies in the tenant's rows."""

from __future__ import annotations

from datetime import date

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_noop

from backbone import changes
from backbone.models import Agreement, Membership, Partner
from backbone.problems import Problem, Refused
from backbone.rules.attachments import BYTES_AT_MOST, file_name, kind_of
from backbone.services.fields import checked

changes.register_verbs(
    {
        "agreement.added": gettext_noop("{by} wrote down an agreement with {partner}: {title}"),
        "agreement.ended": gettext_noop("{by} wrote down that “{title}” with {partner} holds until {until}"),
        "agreement.removed": gettext_noop("{by} removed the agreement “{title}” with {partner}"),
    }
)


@transaction.atomic
def add(
    *,
    partner: Partner,
    title: str,
    starts_on: date,
    by: Membership,
    ends_on: date | None = None,
    content: bytes | None = None,
    filename: str = "",
) -> Agreement:
    """Write down what was agreed, with the signed file where there is one.

    Raises `Refused` for a file over 5 MB, and for one that is no PDF, picture or text document.
    """
    row = Agreement(
        partner=partner, title=title.strip(), starts_on=starts_on, ends_on=ends_on, by=by, at=timezone.now()
    )
    if content:
        if len(content) > BYTES_AT_MOST:
            sentence = gettext_noop("The file is over {limit} MB.")
            params = {"limit": BYTES_AT_MOST // 1024**2}
            raise Refused(Problem("agreement.too_large", sentence, params, field="file"))
        kind = kind_of(content)
        if kind is None:
            sentence = gettext_noop(
                "A PDF, a picture, or a document of Word or LibreOffice without macros can be kept."
            )
            raise Refused(Problem("agreement.kind", sentence, field="file"))
        row.media_type, row.filename, row.content = kind[0], file_name(filename, kind[1]), content
    checked(row).save(force_insert=True)
    changes.record("agreement.added", on=row, by=by, partner=partner, title=row.title)
    return row


@transaction.atomic
def end(*, agreement: Agreement, ends_on: date, by: Membership) -> Agreement:
    """Say until when it holds."""
    row = _locked(agreement)
    row.ends_on = ends_on
    checked(row).save(update_fields=["ends_on"])
    changes.record("agreement.ended", on=row, by=by, partner=row.partner, title=row.title, until=ends_on.isoformat())
    return row


@transaction.atomic
def remove(*, agreement: Agreement, by: Membership) -> None:
    """Take away one that was written down by mistake, with its file."""
    row = _locked(agreement)
    changes.record("agreement.removed", on=row, by=by, partner=row.partner, title=row.title)
    row.delete()


def _locked(agreement: Agreement) -> Agreement:
    rows = Agreement.objects.select_for_update(of=("self",), no_key=True).select_related("partner").defer("content")
    return rows.get(pk=agreement.pk)
