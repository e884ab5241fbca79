"""Mails that nobody in the tenant may read, and that no archive of it therefore holds."""

from __future__ import annotations

from django.conf import settings

from comms.models import Mail, Unreachable


def letters_withheld() -> dict[str, list[int]]:
    """By table: letters whose words are still kept, since an invitation's link in one lets in whoever reads it first, as the
    person it was meant for; and what was reported of them. Where no mail server is set they are read in the outbox anyway.
    Two statements at most."""
    if not settings.DELIVERY:
        return {}
    letters = list(Mail.objects.filter(kind=Mail.Kind.LETTER).exclude(text="", html="").values_list("pk", flat=True))
    if not letters:
        return {}
    reported = Unreachable.objects.filter(mail__in=letters).values_list("pk", flat=True)
    return {Mail._meta.db_table: letters, Unreachable._meta.db_table: list(reported)}
