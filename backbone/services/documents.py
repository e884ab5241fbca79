"""Documents of published bodies: asked for, made by a worker, and from then on never altered."""

from __future__ import annotations

import hashlib
import logging
from datetime import timedelta
from functools import partial

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_noop

from backbone import progress
from backbone.documents import forms
from backbone.documents.body import Body, Picture
from backbone.documents.book import Missing
from backbone.models import Publication, PublishedBody, PublishedFile, Tenant
from backbone.nudging import nudge
from backbone.problems import Problem, Refused
from backbone.services import logos

logger = logging.getLogger(__name__)

MAKE = "backbone.tasks.make_document"
STALE = timedelta(minutes=2)  # a document that nobody took up, or whose worker died
LIBRARIES = "libraries"  # why it was not made: the machine cannot draw PDF
FAILED = "failed"


@transaction.atomic
def ask(*, body: PublishedBody, form: str, language: str) -> PublishedFile:
    """The document of a body in a form and a language: the one that is made, else one that a worker is asked to make.

    Asking for one that waits changes nothing; one that could not be made, or that nobody took up in time, is tried
    again. Raises Refused: `document.unknown_form`, `document.unknown_language`.
    """
    if form not in forms.FORMS:
        text = gettext_noop("There is no document “{value}” of a publication.")
        raise Refused(Problem("document.unknown_form", text, {"value": form[:20]}))
    if language not in dict(settings.LANGUAGES):
        text = gettext_noop("No document is made in the language “{value}”.")
        raise Refused(Problem("document.unknown_language", text, {"value": language[:20]}))
    file, is_new = PublishedFile.objects.get_or_create(body=body, form=form, language=language)
    if file.is_made or not (is_new or file.problem or is_lost(file)):
        return file
    if not is_new:
        file.problem, file.asked_at = "", timezone.now()
        file.save(update_fields=["problem", "asked_at"])
    transaction.on_commit(partial(nudge, MAKE, file.tenant_id, file.pk))
    return file


def ask_for_all(publication: Publication, language: str) -> None:
    """Every document of a publication that is just out, so that the first reader finds it made."""
    language = known_language(language)
    for body in PublishedBody.objects.filter(publication=publication).order_by("pk"):
        for form in forms.FORMS:
            ask(body=body, form=form, language=language)


def make(file_id: int) -> None:
    """A worker's part: make the document out of the frozen text. Twice, or two at once, does it once.

    In the tenant's scope; one transaction, so that a worker that dies leaves a document that waits.
    """
    found = PublishedFile.objects.select_for_update(of=["self"], skip_locked=True).defer("content")
    file = found.select_related("body").filter(pk=file_id, made_at=None, problem="").first()
    if file is None:
        return
    try:
        body = Body.of(file.body.body, file.body.sha256, _logo(file))
        content = forms.make(file.form, body, file.language, partial(progress.tell, work_name(file)))
    except Missing:
        logger.warning("Could not make document %s: libraries for PDF are missing.", file.pk)
        file.problem = LIBRARIES
    except Exception:  # whatever it was, whoever waits is told that it failed; the log says why
        logger.exception("Could not make document %s.", file.pk)
        file.problem = FAILED
    else:
        file.content, file.sha256, file.made_at = content, hashlib.sha256(content).hexdigest(), timezone.now()
    file.save(update_fields=["problem", "content", "sha256", "made_at"])


def _logo(file: PublishedFile) -> Picture | None:
    """The picture that stands for who publishes it, in forms that show one."""
    found = logos.standing(Tenant.objects.get(pk=file.tenant_id)) if file.form == forms.PDF else None
    return None if found is None else Picture(found.media_type, bytes(found.content))


def is_lost(file: PublishedFile) -> bool:
    """Whether it waits for longer than a worker needs to take it up and make it."""
    return not file.is_made and not file.problem and file.asked_at < timezone.now() - STALE


def waiting() -> list[int]:
    """Documents that nobody took up in time; for a sweep, in the tenant's scope."""
    since = timezone.now() - STALE
    stale = PublishedFile.objects.filter(made_at=None, problem="", asked_at__lt=since)
    return list(stale.order_by("pk").values_list("pk", flat=True))


def work_name(file: PublishedFile) -> str:
    """What `backbone.progress` knows its making by."""
    return f"document:{file.pk}"


def known_language(asked: str | None) -> str:
    """A language as one in which documents are made: `es` for `es-mx`; the platform's own for one that it does not
    speak."""
    known = dict(settings.LANGUAGES)
    asked = asked or settings.LANGUAGE_CODE
    return next((code for code in (asked, asked.partition("-")[0]) if code in known), settings.LANGUAGE_CODE)
