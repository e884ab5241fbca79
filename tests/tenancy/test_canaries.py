"""Canary twins: two tenants of one shape whose every text says whose it is. Nothing of one ever shows at the other.

Whatever way a leak might take, a page, a table to download, a list of choices, a cache, the twin's name gives it away.
"""

from __future__ import annotations

import re
from types import SimpleNamespace

import pytest
from django.apps import apps
from django.conf import settings
from django.db import models
from django.test import Client
from redis import Redis

from backbone.models import Membership, Tenant, TenantOwned
from backbone.roles import Role
from backbone.services import moving
from tests import factories
from tests.crawling import crawl
from tests.routes import make_world

pytestmark = pytest.mark.isolation

# Not free text: what code compares or computes, what is shown to nobody, or what an address is made of.
NOT_WORDS = {
    "slug", "code", "role", "state", "status", "kind", "category", "verb", "subject_label", "period_key", "message_id",
    "token_hash", "secret_hash", "prefix", "timezone", "locale", "email", "to_email", "route", "credential", "key",
    "body_hash", "unit", "scope", "grain", "changed_because", "left", "right", "becomes", "row", "of", "stands_for", "salt", "media_type",
    "about", "needs", "uid", "template", "rule", "calendar", "source", "mailed_in", "sha256",
}  # fmt: skip

# Words that the world's measure, a plain count, has no place for: of rates, formulas and public sources.
OF_RATES = {"measures_indicator.numerator", "measures_indicator.denominator"}
OF_RATES |= {"measures_indicator.formula", "measures_indicator.source", "measures_indicator.source_url"}
OF_RATES |= {"measures_indicator.overlap_source"}

# Lines in the inbox of somebody else than Ana, and addresses that pages lead to without spelling them.
OF_OTHERS = {"comms_note.text", "comms_note.url", "comms_thread.url"}

# Whoever wrote these wrote them for good, or in a form that only its own page reads.
FROZEN = {
    "agenda_agendaversion", "agenda_mapversion", "agenda_phasemove", "agenda_sectiontext", "agenda_signature",
    "backbone_change", "backbone_keptanswer", "backbone_proof", "backbone_publishedbody", "backbone_sharelink",
}  # fmt: skip


@pytest.fixture
def twins(riverside, hillcrest):
    """Two worlds of one shape, with a canary in each text; `sung` are Riverside's. What an earlier test left in the cache
    is gone: it may have visited the other one."""
    forget_cache()
    sung: dict[str, set[tuple[str, str]]] = {}
    for neighbourhood in (riverside, hillcrest):
        make_world(neighbourhood)
        with neighbourhood.scope():
            lead = factories.make_member(
                f"lea@{neighbourhood.tenant.slug}.example", "Lea", Role.PARTNER_LEAD, partner=neighbourhood.partners[0]
            )
            evaluator = factories.make_member(f"eve@{neighbourhood.tenant.slug}.example", "Eve", Role.EVALUATOR)
            neighbourhood.people.lea, neighbourhood.people.eve = lead, evaluator
            sung[neighbourhood.tenant.slug] = sing(neighbourhood.tenant.slug)
        Tenant.objects.filter(pk=neighbourhood.tenant.pk).update(name=f"CANARY-{neighbourhood.tenant.slug}-name")
    return SimpleNamespace(riverside=riverside, hillcrest=hillcrest, sung=sung["riverside"])


def forget_cache() -> None:
    redis, ours = Redis.from_url(settings.REDIS_URL), settings.CACHES["default"]["KEY_PREFIX"]
    for key in redis.scan_iter(f"{ours}:*", count=1000):
        redis.delete(key)


def sing(slug: str) -> set[tuple[str, str]]:
    """Put a canary into every free text of the open tenant; (canary, table.field) of each."""
    placed = set()
    for model in apps.get_models():
        if not issubclass(model, TenantOwned) or model._meta.db_table in FROZEN:
            continue
        fields = [f for f in model._meta.concrete_fields if is_words(f)]
        for row in model.objects.order_by("pk"):
            changes = {}
            for field in fields:
                canary = f"CANARY-{slug}-{len(placed)}"
                changes[field.name] = canary
                placed.add((canary, f"{model._meta.db_table}.{field.name}"))
            if changes:
                model.objects.filter(pk=row.pk).update(**changes)
    return placed


def is_words(field) -> bool:
    return (
        isinstance(field, models.CharField | models.TextField)
        and not field.choices
        and not field.name.endswith("_hash")
        and field.name not in NOT_WORDS
        and not isinstance(field, models.EmailField | models.GeneratedField)
        and (field.max_length is None or field.max_length >= 40)
    )


def counted(neighbourhood) -> list[moving.Counted]:
    return [one for one in moving.count(neighbourhood.tenant.pk) if one.table != "backbone_visit"]


@pytest.mark.parametrize("who", ["ana", "ben", "fay", "lea", "eve"])
def test_no_page_shows_a_word_of_the_twin(twins, who):
    browser = Client()
    browser.force_login(factories.user_of(getattr(twins.riverside.people, who)))
    before = counted(twins.riverside)
    pages = crawl(browser, "/")
    assert counted(twins.riverside) == before, "looking changes nothing but the log of who looked"
    everything = b"\n".join(pages.values())
    leaks = [path for path, content in pages.items() if b"CANARY-hillcrest" in content or b"@hillcrest" in content]
    assert leaks == []
    assert b"CANARY-riverside" in everything
    if who == "ana":
        sung = {(canary, where) for canary, where in twins.sung if where not in OF_RATES | OF_OTHERS}
        heard = {(canary, where) for canary, where in sung if re.search(rf"{canary}(?!\d)".encode(), everything)}
        missed = sorted(where for canary, where in sung - heard)
        assert len(heard) >= 0.95 * len(sung), f"the crawl does not reach {missed}"
    no_word_in_redis(twins)


def no_word_in_redis(twins) -> None:
    """What a visit to Riverside left in the cache or the queue names nothing of Hillcrest."""
    redis = Redis.from_url(settings.REDIS_URL)
    ours = settings.CACHES["default"]["KEY_PREFIX"].encode()
    for key in redis.scan_iter(count=1000):
        if key.startswith(b"test-") and not key.startswith(ours):
            continue  # another worker's, or another run's on the same server, which has a Hillcrest of its own
        assert b"CANARY-hillcrest" not in key
        is_theirs = key.startswith(ours) and f":t:{twins.hillcrest.tenant.pk}:".encode() in key
        assert not is_theirs, "only Riverside was visited"
        kind = redis.type(key)
        held = {
            b"string": lambda k: [redis.get(k) or b""],
            b"list": lambda k: redis.lrange(k, 0, -1),
            b"hash": lambda k: [part for pair in redis.hgetall(k).items() for part in pair],
            b"set": redis.smembers,
            b"zset": lambda k: redis.zrange(k, 0, -1),
        }.get(kind, lambda k: [])(key)
        assert not any(b"CANARY-hillcrest" in value for value in held), key


def test_a_person_of_both_tenants_sees_each_by_its_own_address(twins):
    """One login, two entrances: neither tenant's pages say a word of the other but its name in the switcher."""
    with twins.hillcrest.scope():
        member = Membership.objects.create(
            user_id=twins.riverside.people.ana.user_id, email="ana@both.example", name="Ana of both"
        )
        member.grants.create(role=Role.BACKBONE_ADMIN)
    from backbone.models import Entrance

    Entrance.objects.create(user_id=member.user_id, tenant=twins.hillcrest.tenant)
    browser = Client()
    browser.force_login(factories.user_of(twins.riverside.people.ana))
    pages = crawl(browser, "/o/riverside/-/members/", of_one_kind=2)
    for path, content in pages.items():
        other, name = ("riverside", "hillcrest") if path.startswith("/o/hillcrest/") else ("hillcrest", "riverside")
        if path.startswith("/o/"):
            said = set(re.findall(rf"CANARY-{other}-\w+".encode(), content))
            assert said <= {f"CANARY-{other}-name".encode()}, (path, said)
