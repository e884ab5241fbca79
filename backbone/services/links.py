"""Share links: the door to an initiative's publications for whoever holds one, without a login.

A token reads `<tenant id>-<secret>`: the number says in whose scope to look. It is shown once, when the link is made;
here lies its SHA-256. A link stands on its maker's right to publish: it is dead as soon as the maker is disabled or
has lost that right, and then, as when it is unknown, expired or revoked, there is nothing at its address.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from collections.abc import Sequence
from datetime import timedelta

from django.contrib.auth.hashers import check_password, make_password
from django.core.cache import cache
from django.core.signing import BadSignature, TimestampSigner
from django.db import transaction
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_noop

from backbone import changes
from backbone.by_hand import objects_of
from backbone.models import Audience, Initiative, Membership, Publication, ShareLink
from backbone.models.publications import PUBLISHERS
from backbone.problems import Problem, Refused
from backbone.tenancy import active_tenant_id

DEFAULT_DAYS, MOST_DAYS = 30, 365
PASSPHRASE_LENGTH = 8
MOST_SITES = 10
TOLD_FOR = timedelta(hours=12)  # how long a browser that told the passphrase need not tell it again
TRIES_IN = timedelta(minutes=5)
MOST_TRIES, MOST_TRIES_OF_ONE = 30, 10  # at one link, from everywhere and from one address, in that time
_SITE = re.compile(r"https://(?:\*\.)?(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9-]{2,63}(?::[0-9]{1,5})?\Z")

changes.register_verbs(
    {
        "link.made": gettext_noop("{by} made the link “{link}”"),
        "link.revoked": gettext_noop("{by} revoked the link “{link}”"),
        "link.passphrase_set": gettext_noop("{by} gave the link “{link}” a new passphrase"),
        "link.passphrase_removed": gettext_noop("{by} took the passphrase off the link “{link}”"),
    }
)


class TooManyTries(Exception):
    """Passphrases are guessed here: nobody is told whether this one was right."""


def new_token() -> str:
    """The tenant's number and 256 bits of chance, in letters that an address takes as they are."""
    return f"{active_tenant_id()}-{secrets.token_urlsafe(32)}"


@transaction.atomic
def make(
    *,
    initiative: Initiative,
    audience: str,
    name: str,
    by: Membership,
    publication: Publication | None = None,
    days: int = DEFAULT_DAYS,
    passphrase: str = "",
    embeds: bool = False,
    sites: Sequence[str] = (),
) -> tuple[ShareLink, str]:
    """A new link and its token, which nobody can read again; without `publication` it always shows the latest.

    Raises Refused: `link.not_published`, `link.days`, `link.passphrase_short`, `link.passphrase_embedded`,
    `link.sites`.
    """
    problems = [
        *_scope_problems(initiative, publication, days),
        *_passphrase_problems(passphrase, embeds),
        *_site_problems(sites),
    ]
    if problems:
        raise Refused(*problems)
    token = new_token()
    link = ShareLink.objects.create(
        initiative=initiative,
        publication=publication,
        audience=Audience(audience).value,
        name=name.strip(),
        token_hash=_hash(token),
        hint=token[-4:],
        passphrase=make_password(passphrase) if passphrase else "",
        embeds=embeds,
        sites=list(sites) if embeds else [],
        created_by=by,
        expires_at=timezone.now() + timedelta(days=days),
    )
    changes.record("link.made", on=link, by=by, initiative=initiative, link=link.name)
    return link, token


@transaction.atomic
def revoke(*, link: ShareLink, by: Membership) -> ShareLink:
    """The link opens nothing from now on. Twice does no more than once."""
    link = ShareLink.objects.select_for_update(of=["self"]).select_related("initiative").get(pk=link.pk)
    if link.revoked_at is None:
        link.revoked_at, link.revoked_by = timezone.now(), by
        link.save(update_fields=["revoked_at", "revoked_by"])
        changes.record("link.revoked", on=link, by=by, initiative=link.initiative, link=link.name)
    return link


@transaction.atomic
def change_passphrase(*, link: ShareLink, passphrase: str, by: Membership) -> ShareLink:
    """Ask for this passphrase from now on, also of browsers that told another one; an empty one ends the asking.

    Raises Refused: `link.ended`, `link.passphrase_short`, `link.passphrase_embedded`.
    """
    link = ShareLink.objects.select_for_update(of=["self"]).select_related("initiative").get(pk=link.pk)
    if link.revoked_at is not None or link.expires_at <= timezone.now():
        text = gettext_noop("The link “{link}” opens nothing any more. Make a new one.")
        raise Refused(Problem("link.ended", text, {"link": link.name}))
    if problems := _passphrase_problems(passphrase, link.embeds):
        raise Refused(*problems)
    if not passphrase and not link.passphrase:
        return link
    link.passphrase = make_password(passphrase) if passphrase else ""
    link.save(update_fields=["passphrase"])
    verb = "link.passphrase_set" if passphrase else "link.passphrase_removed"
    changes.record(verb, on=link, by=by, initiative=link.initiative, link=link.name)
    return link


# By hand, and the same as `ShareLink.objects.alive()`: each reader asks, and Django takes longer to compose it than
# PostgreSQL to answer.
_OPENED = """
    SELECT l.* FROM backbone_sharelink l
      JOIN backbone_tenant t ON t.id = l.tenant_id
      JOIN backbone_membership m ON m.tenant_id = %(tenant)s AND m.id = l.created_by_id AND m.is_active
     WHERE l.tenant_id = %(tenant)s AND l.token_hash = %(hash)s AND l.revoked_at IS NULL AND l.expires_at > %(now)s
       AND EXISTS (SELECT 1 FROM backbone_grant g
                    WHERE g.tenant_id = %(tenant)s AND g.membership_id = m.id AND g.role = ANY(%(roles)s)
                      AND (g.ends_on IS NULL OR g.ends_on >= timezone(t.timezone, %(now)s)::date))
"""


def opened(token: str) -> ShareLink | None:
    """The link that a token opens; None when it opens nothing, for whichever reason.

    One statement, the same whatever the reason is, so that the time it takes tells nothing either.
    """
    asked = {"tenant": active_tenant_id(), "hash": _hash(token), "roles": list(PUBLISHERS), "now": timezone.now()}
    return next(iter(objects_of(ShareLink, _OPENED, asked)), None)


def is_right(link: ShareLink, passphrase: str, *, address: str) -> bool:
    """Whether this is the link's passphrase. Every try counts, at the link and at the address that it came from.

    Raises TooManyTries, and then looks at nothing; a cache's error when tries cannot be counted.
    """
    here, of_one = _count(f"link:{link.pk}:tries"), _count(f"link:{link.pk}:tries:{address}")
    if here > MOST_TRIES or of_one > MOST_TRIES_OF_ONE:
        raise TooManyTries
    return check_password(passphrase, link.passphrase)


def receipt(link: ShareLink) -> str:
    """What a browser that told the passphrase keeps; worth nothing for another link or another passphrase."""
    return _signer().sign(_receipt_words(link))


def is_receipt(link: ShareLink, said: str) -> bool:
    try:
        words = _signer().unsign(said, max_age=TOLD_FOR)
    except BadSignature:
        return False
    return hmac.compare_digest(words, _receipt_words(link))


def _signer() -> TimestampSigner:
    return TimestampSigner(salt="backbone.links")


def _receipt_words(link: ShareLink) -> str:
    words = f"{link.tenant_id}:{link.pk}:{link.token_hash}:{link.passphrase}"
    return salted_hmac("backbone.links.receipt", words, algorithm="sha256").hexdigest()


def _count(key: str) -> int:
    """One more; how many it is within the time. Counted by the cache's server itself, so that no two count as one."""
    while True:
        cache.add(key, 0, TRIES_IN.total_seconds())
        try:
            return cache.incr(key)
        except ValueError:  # its time ran out just between the two
            continue


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _scope_problems(initiative: Initiative, publication: Publication | None, days: int) -> list[Problem]:
    problems = []
    if publication is not None and not (publication.is_published and publication.initiative_id == initiative.pk):
        text = gettext_noop("Only what is published in this initiative can be opened by a link.")
        problems.append(Problem("link.not_published", text, field="shows"))
    if not 1 <= days <= MOST_DAYS:
        text = gettext_noop("A link lives from 1 to {most} days, not {days}.")
        problems.append(Problem("link.days", text, {"most": MOST_DAYS, "days": days}, field="days"))
    return problems


def _passphrase_problems(passphrase: str, embeds: bool) -> list[Problem]:
    problems = []
    if passphrase and len(passphrase) < PASSPHRASE_LENGTH:
        text = gettext_noop("The passphrase has {length} characters: take at least {least}, better several words.")
        params = {"length": len(passphrase), "least": PASSPHRASE_LENGTH}
        problems.append(Problem("link.passphrase_short", text, params, field="passphrase"))
    if passphrase and embeds:
        text = gettext_noop("A chart on another site cannot ask for a passphrase: leave one of the two out.")
        problems.append(Problem("link.passphrase_embedded", text, field="passphrase"))
    return problems


def _site_problems(sites: Sequence[str]) -> list[Problem]:
    for site in sites:
        if not _SITE.match(site):
            text = gettext_noop("“{value}” is no site: write it as in https://example.org, without a path.")
            return [Problem("link.sites", text, {"value": site[:80]}, field="sites", value=site)]
    if len(sites) > MOST_SITES:
        text = gettext_noop("These are {count} sites: name at most {most}, or none, which lets every site show it.")
        return [Problem("link.sites", text, {"count": len(sites), "most": MOST_SITES}, field="sites")]
    return []
