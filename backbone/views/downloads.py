"""The documents of a body for whoever may read it: where each stands, what a page needs, and the answer to the byte.

Every door of a publication uses it; `files` is the address of the list, and that of a document has its form behind it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db.models import F, Func, IntegerField
from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.utils.http import parse_etags
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from backbone import progress
from backbone.documents import book
from backbone.documents.body import Body
from backbone.documents.forms import FORMS, Form
from backbone.models import PublishedBody, PublishedFile
from backbone.services import documents

_SIZE = Func(F("content"), function="octet_length", output_field=IntegerField())


@dataclass(frozen=True, slots=True)
class Offer:
    """A form of document with where it stands: `file` is None until somebody asked for it."""

    form: Form
    url: str
    file: PublishedFile | None
    percent: int | None = None

    @property
    def is_made(self) -> bool:
        return self.file is not None and self.file.is_made

    @property
    def is_busy(self) -> bool:
        """Whether a worker has it, or will soon; of one that was lost the button comes back."""
        file = self.file
        return file is not None and not file.is_made and not file.problem and not documents.is_lost(file)

    @property
    def problem(self) -> str:
        return "" if self.file is None else self.file.problem


def words_of(what: str) -> str:
    """What somebody opened of a publication, as the log of visits has it, in words."""
    if what in FORMS:
        return str(FORMS[what].title)
    return {"page": _("Page"), "data": _("Data"), "chart": _("Chart")}.get(what, what)


def links(files: str, said: str = "") -> list[dict[str, Any]]:
    """The documents of any publication, as `_publication.html` takes them; `files` is the address of their list, `said` what
    addresses go on saying."""
    return [{"url": f"{files}{slug}/{said}", "label": form.label} for slug, form in FORMS.items()] if files else []


def offers(body: PublishedBody, files: str, said: str = "") -> list[Offer]:
    """Each form in the reader's language with its state; one statement."""
    found = PublishedFile.objects.filter(body=body, language=language()).defer("content").annotate(size=_SIZE)
    by_form = {one.form: one for one in found}
    return [
        Offer(form, f"{files}{slug}/{said}", by_form.get(slug), _percent(by_form.get(slug)))
        for slug, form in FORMS.items()
    ]


def context_of(body: PublishedBody, files: str, said: str = "", wanted: str = "") -> dict[str, Any]:
    """What `_published_files.html` needs. `wanted` is the form that somebody came for."""
    rows = offers(body, files, said)
    return {
        "offers": rows,
        "list_url": f"{files}{said}",
        "wanted": wanted,
        "is_busy": any(one.is_busy for one in rows),
        "packages": " ".join(book.PACKAGES),
    }


def made(body: PublishedBody, form: str) -> PublishedFile | None:
    """The document in the reader's language, when it is made."""
    return PublishedFile.objects.filter(body=body, form=form, language=language()).exclude(made_at=None).first()


def answer(request: HttpRequest, file: PublishedFile, body: PublishedBody) -> HttpResponse:
    """The document to the byte, with its hash; nothing when the reader has it already."""
    form = FORMS[file.form]
    etag = f'"{file.sha256}"'
    if etag in parse_etags(request.headers.get("If-None-Match", "")):
        response: HttpResponse = HttpResponseNotModified()
    else:
        name = f"{Body.of(body.body, body.sha256).name}.{form.ending}"
        response = HttpResponse(bytes(file.content), content_type=form.content_type)
        response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["ETag"] = etag
    response.headers["Cache-Control"] = "private, no-cache"
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


def language() -> str:
    """The reader's language, as one in which documents are made."""
    return documents.known_language(get_language())


def said_language(request: HttpRequest) -> str:
    """What an address goes on saying of the reader's language; nothing where a cookie or an account remembers it."""
    asked = request.GET.get("language", "")
    return f"?language={asked}" if asked in dict(settings.LANGUAGES) else ""


def _percent(file: PublishedFile | None) -> int | None:
    if file is None or file.is_made or file.problem:
        return None
    done, total = progress.so_far(documents.work_name(file))
    return None if done is None or not total else 100 * done // total
