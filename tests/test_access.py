"""Who may do what: the permission table cell by cell, and every address by every kind of visitor."""

from __future__ import annotations

import re
from types import SimpleNamespace

import pytest
from django.db import transaction
from django.test import Client
from django.urls import URLResolver, get_resolver, reverse

from backbone import helping, tenancy
from backbone.roles import TABLE, Can, Reach, Role, reach
from backbone.services import keys
from tests import factories
from tests.pages import without_chance
from tests.routes import ANYBODY, LIBRARIES, LOGIN, MEMBER, OPERATOR, ROUTES, make_world

# --- the table ---

# The product's permission table, as its page has it: R read, W create and edit, A approve; o own partner only, g own
# group only, s published snapshot only, c only where the partner consented.
PRODUCT = """
| Object / action                        | BA | DS | CV | WG   | PL  | PF  | PM  | FU | EV | PU |
| Tenant settings, fiscal year, k        | W  | R  | R  | –    | –   | –   | –   | –  | –  | –  |
| Members, roles, invitations            | W  | –  | –  | –    | Wo  | –   | –   | –  | –  | –  |
| Agenda text and versions               | W  | R  | W  | Wg   | R   | R   | R   | s  | R  | s  |
| Ratify agenda for an org               | –  | –  | –  | –    | Wo  | –   | –   | –  | –  | –  |
| Indicator definitions, versions        | R  | W  | R  | R    | R   | R   | R   | s  | R  | s  |
| Assignments (obligations), excuses     | R  | W  | –  | –    | Ro  | Ro  | –   | –  | –  | –  |
| Draft figures                          | –  | –  | –  | –    | Ro  | Wo  | –   | –  | –  | –  |
| Submit filing                          | –  | –  | –  | –    | Wo  | Wo  | –   | –  | –  | –  |
| Approve / return                       | –  | A  | –  | –    | Ao  | –   | –   | –  | –  | –  |
| Submitted and approved, by partner     | R  | R  | R  | c, o | Ro  | Ro  | Ro  | c  | R  | –  |
| Rollups, live                          | R  | R  | R  | R    | R   | R   | R   | –  | R  | –  |
| Rollups, published                     | R  | R  | R  | R    | R   | R   | R   | s  | R  | s  |
| Unsuppressed small cells               | –  | R  | –  | –    | Ro  | Ro  | –   | –  | R  | –  |
| Correct another's figure (override)    | –  | A  | –  | –    | –   | –   | –   | –  | –  | –  |
| Lock, reopen, extend                   | –  | W  | –  | –    | –   | –   | –   | –  | –  | –  |
| Publish snapshot                       | A  | W  | –  | –    | –   | –   | –   | –  | –  | –  |
| Consent to show partner-level          | –  | –  | –  | –    | Wo  | –   | –   | –  | –  | –  |
| Activities, capacity, links            | W  | W  | W  | Wg   | Wo  | Wo  | R   | s  | R  | –  |
| Gap/duplication matrix                 | R  | R  | W  | Rg   | R   | R   | R   | s  | R  | –  |
| Meetings, minutes, attendance          | W  | R  | W  | Wg   | R   | R   | R   | –  | R  | –  |
| Decisions, actions                     | W  | W  | W  | Wg   | W   | W   | W   | s  | R  | –  |
| Turning the curve                      | W  | W  | W  | W    | R   | R   | R   | –  | R  | –  |
| What-if / know / don't-know            | W  | W  | W  | W    | W   | W   | W   | –  | R  | –  |
| Figure threads                         | R  | W  | W  | Rg   | Wo  | Wo  | Wo  | –  | –  | –  |
| Condition health                       | R  | R  | R  | R    | R   | R   | R   | s  | R  | –  |
| Hang-together signals                  | R  | R  | R  | –    | –   | –   | –   | –  | –  | –  |
| Audit log                              | R  | R  | –  | –    | Ro  | –   | –   | –  | –  | –  |
| Full export / delete tenant            | W  | –  | –  | –    | –   | –   | –   | –  | –  | –  |
"""

ROLES = {
    "BA": Role.BACKBONE_ADMIN, "DS": Role.DATA_STEWARD, "CV": Role.CONVENER, "WG": Role.GROUP_CHAIR,
    "PL": Role.PARTNER_LEAD, "PF": Role.PARTNER_FILER, "PM": Role.PARTNER_MEMBER, "FU": Role.FUNDER,
    "EV": Role.EVALUATOR, "PU": Role.PUBLIC_LINK,
}  # fmt: skip

# A partner's own sign-off before it submits comes with corrections; until then review is the backbone's alone.
NOT_YET = {(Role.PARTNER_LEAD, "review"): "-"}


def cells() -> dict[tuple[Role, str], str]:
    """(role, row of the table) to what the product grants, "-" for nothing."""
    lines = [[cell.strip() for cell in line.strip("|").split("|")] for line in PRODUCT.strip().splitlines()]
    head, found = lines[0][1:], {}
    for (_words, *granted), row in zip(lines[1:], TABLE, strict=True):
        for column, cell in zip(head, granted, strict=True):
            found[ROLES[column], row] = {"–": "-", "c, o": "co"}.get(cell, cell)
    return found


CELLS = cells()


def granted(role: str, can: Can) -> str | None:
    """How far the product lets a role do a thing: "", "o", "g", "s", "c"; None for not at all. Read off its table."""
    cell = NOT_YET.get((role, can.row), CELLS.get((role, can.row), "-"))
    letter, reaches = re.fullmatch(r"([RWA]?)(o|g|s|c|co|-)?", cell).groups(default="")
    if reaches == "-" or (can.letter == "W" and letter != "W") or (can.letter == "A" and letter != "A"):
        return None
    return "o" if reaches == "co" else reaches


def test_the_code_s_table_is_the_product_s():
    assert {(role, row): TABLE[row][role] for role, row in CELLS} == CELLS


@pytest.mark.parametrize("role", Role.values)
def test_a_role_can_what_its_cells_say(role):
    expected = {can.name: granted(role, can) for can in Can}
    reaches = {can.name: reach(role, can) for can in Can}
    assert reaches == {name: None if far is None else Reach(far) for name, far in expected.items()}


# --- the visitors ---

VISITORS = {
    "nobody": None,
    "backbone admin": (Role.BACKBONE_ADMIN, None),
    "data steward": (Role.DATA_STEWARD, None),
    "convener": (Role.CONVENER, None),
    "group chair": (Role.GROUP_CHAIR, None),
    "partner lead": (Role.PARTNER_LEAD, "P1"),
    "partner filer": (Role.PARTNER_FILER, "P1"),
    "partner member": (Role.PARTNER_MEMBER, "P1"),
    "filer of the sister agency": (Role.PARTNER_FILER, "P2"),
    "lead of the sister agency": (Role.PARTNER_LEAD, "P2"),
    "funder": (Role.FUNDER, None),
    "evaluator": (Role.EVALUATOR, None),
    "admin next door": "stranger",
    "deactivated admin": "gone",
    "member without a role": "none",
}


# People of another agency of the same tenant are like its own, but where an address names an agency.
OF_THE_SISTER = ("filer of the sister agency", "lead of the sister agency")

# Of those who are let in, one of each sort asks for the parts of pages too: the right is settled before either is drawn.
ASK_FOR_PARTS = ("nobody", "data steward", "partner filer", "funder", "admin next door")


@pytest.fixture(scope="module")
def both(django_db_setup, django_db_blocker):
    """Both neighbourhoods, each with one thing of each kind. Made once, in a transaction around all tests of this file;
    a test's own is a savepoint in it, and what the test wrote is gone with that."""
    around = transaction.atomic()
    with django_db_blocker.unblock(), pytest.MonkeyPatch.context() as patch:
        patch.setattr(tenancy, "savepoints_allowed", True)
        around.__enter__()
        riverside = factories.make_neighbourhood("riverside", "Riverside")
        hillcrest = factories.make_neighbourhood("hillcrest", "Hillcrest")
        made = SimpleNamespace(
            riverside=riverside, hillcrest=hillcrest, here=make_world(riverside), there=make_world(hillcrest)
        )
    yield made
    with django_db_blocker.unblock():
        transaction.set_rollback(True)
        around.__exit__(None, None, None)


@pytest.fixture
def world(both, db):
    """The rows of `both`, and the test's own transaction."""
    return both


def visit(world, visitor: str) -> Client:
    browser = Client(raise_request_exception=False)
    who = VISITORS[visitor]
    if who is None:
        return browser
    with world.riverside.scope():
        if who == "stranger":
            person = world.hillcrest.people.sam
        elif who in ("gone", "none"):
            person = factories.make_member("gone@x.example", "Gus", *([Role.BACKBONE_ADMIN] if who == "gone" else []))
            if who == "gone":
                type(person).objects.filter(pk=person.pk).update(is_active=False)
        else:
            role, code = who
            partner = next((p for p in world.riverside.partners if p.code == code), None)
            person = factories.make_member("visitor@x.example", visitor, role, partner=partner)
    browser.force_login(factories.user_of(person))
    return browser


def expected(visitor: str, needs, words: dict) -> int | None:
    """The status that the product's table gives a visitor, None where it lets them in."""
    who = VISITORS[visitor]
    if needs == ANYBODY:
        return None
    if who is None:
        return 302
    if needs == LOGIN:
        return None
    if needs == OPERATOR:
        return 404
    if not isinstance(who, tuple):
        return 404
    role, own = who
    if needs == MEMBER:
        return None
    wanted = needs if isinstance(needs, tuple) else (needs,)
    partner = words.get("partner")

    def lets_in(can: Can) -> bool:
        how_far = granted(role, can)
        if how_far == "o":
            return partner in (None, own)
        return how_far not in (None, "c")  # nobody has consented yet: there is no place to do so

    if any(lets_in(can) for can in wanted):
        return None
    rows = {can.row for can in wanted}
    reads = any(lets_in(can) for can in Can if can.row in rows and can.letter == "R")
    return 403 if reads else 404


# A page of members is known by its frame, which has the switch between tenants; and at least so many each gets to see.
FRAMED, HELP = b'<details class="bb-switch"', b'<details class="bb-drop bb-drop--help"'
PAGES_WITH_HELP = {
    "backbone admin": 70, "data steward": 70, "convener": 70, "partner lead": 45, "partner filer": 40, "funder": 9,
}  # fmt: skip


def is_framed(name: str, response) -> bool:
    """Whether an answer is a page of members."""
    if ROUTES[name].needs in (ANYBODY, LOGIN, OPERATOR) or is_api(name):
        return False
    return response.status_code == 200 and not response.streaming and FRAMED in response.content


# --- every address ---


def all_routes(patterns=None, spaces=(), prefix="") -> list[tuple[str, str, object]]:
    """(name, pattern, view) of every address there is."""
    found = []
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        path = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            inner = (*spaces, pattern.namespace) if pattern.namespace else spaces
            found += all_routes(pattern.url_patterns, inner, path)
        else:
            found.append((":".join((*spaces, pattern.name or "")), path, pattern.callback))
    return found


def ours() -> list[tuple[str, str, object]]:
    return [route for route in all_routes() if not route[2].__module__.startswith(LIBRARIES)]


def mark_of(view):
    """What a view's own mark says it needs; for the API one for each method."""
    cls = getattr(view, "cls", None)
    return cls.can if cls is not None and hasattr(cls, "can") else getattr(view, "policy", None)


def test_every_address_of_ours_is_on_the_list():
    named = {name for name, _path, _view in ours()}
    assert named - ROUTES.keys() == set(), "add the route to tests/routes.py, with what it needs"
    assert ROUTES.keys() - named == set(), "a route on the list is gone"


def test_every_view_carries_the_mark_that_the_list_expects():
    found = [(name, mark_of(view)) for name, _path, view in ours() if name in ROUTES]
    assert [(name, mark) for name, mark in found if mark != ROUTES[name].needs] == []
    assert sorted(name for name, _mark in found) == sorted(present()), "two addresses of one name"


def test_libraries_have_no_address_outside_accounts():
    strays = [path for _n, path, view in all_routes() if view.__module__.startswith(LIBRARIES)]
    assert strays
    assert [path for path in strays if not path.startswith("accounts/")] == []


def present() -> dict:
    """Routes of the list that exist; one that does not fails its own test above."""
    named = {name for name, _path, _view in ours()}
    return {name: route for name, route in ROUTES.items() if name in named}


def pages(world) -> list[tuple[str, dict, dict, str]]:
    """(name, what each method needs, words, path) of every address on the list, filled in for Riverside."""
    found = []
    for name, route in present().items():
        words = route.filled(world.here)
        needs = route.needs if isinstance(route.needs, dict) else {"GET": route.needs}
        found.append((name, needs, words, reverse(name, kwargs=words)))
    return found


def is_api(name: str) -> bool:
    return isinstance(ROUTES[name].needs, dict)


@pytest.mark.parametrize("visitor", VISITORS)
def test_every_address_answers_each_visitor_as_the_table_says(world, visitor):
    """A page is got with and without htmx; whoever is refused it is refused to post there as well. The API's methods
    each need what they need. And no page of members that is got so is without its help."""
    browser, wrong, cells, helped = visit(world, visitor), [], 0, {}
    asked = [one for one in pages(world) if visitor not in OF_THE_SISTER or tells_agencies_apart(one[0], one[2])]
    for name, needs, words, path in asked:
        for method, need in needs.items():
            should = expected(visitor, need, words)
            if should == 302 and is_api(name):
                should = 401
            is_narrower = should is None and narrower(visitor, name, method)
            answers = {method: browser.generic(method, path)}
            if is_framed(name, answers[method]):
                helped[name] = HELP in answers[method].content
            if not is_api(name):
                if should:
                    answers["POST"] = browser.post(path)
                elif visitor in ASK_FOR_PARTS:
                    answers["htmx"] = browser.get(path, headers={"HX-Request": "true"})
            for way, response in answers.items():
                cells += 1
                if not is_right(
                    response, 404 if is_narrower else should, may_be_unasked=is_narrower or need == ANYBODY
                ):
                    words_for = should or ("nothing there" if is_narrower else "to be let in")
                    wrong.append(f"{way} {name} as {visitor}: {response.status_code}, expected {words_for}")
    assert not wrong, "\n".join(wrong)
    pages_there = len([name for name, *_ in asked if not is_api(name)])
    assert pages_there > 20
    assert cells >= pages_there * (2 if visitor in ASK_FOR_PARTS else 1)
    assert [name for name, is_there in helped.items() if not is_there] == [], "without help"
    assert len(helped) >= PAGES_WITH_HELP.get(visitor, 0)


def tells_agencies_apart(name: str, words: dict) -> bool:
    return "partner" in words or bool(ROUTES[name].narrower)


def narrower(visitor: str, name: str, method: str = "") -> bool:
    who = VISITORS[visitor]
    return isinstance(who, tuple) and bool({visitor, who[0], f"{who[0]} {method}"} & ROUTES[name].narrower.keys())


def is_right(response, should: int | None, *, may_be_unasked: bool) -> bool:
    """Whether an answer is the refusal that was expected, or, for None, lets the visitor in."""
    status = response.status_code
    is_to_login = status == 302 and response["Location"].startswith("/accounts/login/")
    if should is None:
        return status < 500 and status not in (401, 403) and not is_to_login and (status != 404 or may_be_unasked)
    if status == 405 and may_be_unasked:
        return True
    return status == should and (should != 302 or is_to_login)


def test_a_stranger_cannot_tell_what_exists(world):
    """Next door's admin gets the same bytes for a tenant that is there and for one that is not."""
    browser = visit(world, "admin next door")
    for name, needs, words, path in pages(world):
        if "tenant" not in words:
            continue
        nowhere = reverse(name, kwargs=words | {"tenant": "nowhere"})
        here, there = browser.get(path), browser.get(nowhere)
        unasked = 404 if "GET" in needs else 405
        assert (here.status_code, there.status_code) == (unasked, unasked), name
        assert without_chance(here) == without_chance(there), name
        assert here.headers.get("Vary") == there.headers.get("Vary"), name


def test_another_tenant_s_thing_is_as_if_it_did_not_exist(world):
    """An admin and steward of Riverside asks for Hillcrest's ids, and for ids of nothing."""
    browser = Client(raise_request_exception=False)
    browser.force_login(factories.user_of(world.riverside.people.ana))
    tried = 0
    for name, route in present().items():
        words = route.filled(world.here)
        theirs = {
            key: value
            for key, value in (route.filled(world.there)).items()
            if isinstance(value, int) and value != words[key]
        }
        for key, value in theirs.items():
            for method in ("get", "post"):
                foreign, nothing = (
                    getattr(browser, method)(reverse(name, kwargs=words | {key: number}))
                    for number in (value, 987_654_321)
                )
                assert (foreign.status_code, nothing.status_code) in {(404, 404), (405, 405)}, (name, method)
                assert without_chance(foreign) == without_chance(nothing), name
                tried += 1
    assert tried >= 10


def test_no_word_of_an_address_breaks_the_door(world):
    browser = Client(raise_request_exception=False)
    browser.force_login(factories.user_of(world.riverside.people.ana))
    answers = {}
    for thing in ("%00", "a%00b", "%0d%0aX: y", "..%2f..", "'; DROP TABLE x--", "9" * 40, "ñ", "🙂" * 50):
        for path in (
            f"/o/{thing}/",
            f"/o/riverside/{thing}/",
            f"/o/riverside/-/members/{thing}/",
            f"/o/riverside/-/partners/{thing}/",
            f"/o/riverside/work/filings/{thing}/2026-10/",
            f"/o/riverside/work/filings/P1/{thing}/",
            f"/o/riverside/work/indicators/{thing}/",
            f"/accounts/invitations/riverside/{thing}/",
            f"/api/v1/riverside/{thing}/rollups/",
        ):
            answers[path] = browser.get(path).status_code
    assert {path: status for path, status in answers.items() if status not in (302, 400, 404)} == {}


@pytest.fixture
def tokens(world) -> dict[str, str]:
    """Keys of a machine: whole, for reading only, of next door, and none that opens anything."""
    ana, sam = world.riverside.people.ana, world.hillcrest.people.sam
    with world.riverside.scope():
        steward = keys.create(owner=ana, name="all", role=Role.DATA_STEWARD, scopes=["read", "file"])[1]
        reader = keys.create(owner=ana, name="reader", role=Role.DATA_STEWARD, scopes=["read"])[1]
        dead, spent = keys.create(owner=ana, name="spent", role=Role.DATA_STEWARD, scopes=["read", "file"])
        keys.revoke(key=dead, by=ana)
    with world.hillcrest.scope():
        next_door = keys.create(owner=sam, name="all", role=Role.DATA_STEWARD, scopes=["read", "file"])[1]
    return {"steward": steward, "reader": reader, "revoked": spent, "next door": next_door, "nonsense": "bb_1_2_3"}


@pytest.mark.parametrize(
    ("whose", "reads", "writes"),
    [
        ("steward", None, None),
        ("reader", None, 403),
        ("revoked", 401, 401),
        ("next door", 404, 404),
        ("nonsense", 401, 401),
    ],
)
def test_a_key_opens_what_its_role_scope_and_tenant_do(world, tokens, whose, reads, writes):
    tried = 0
    for name, needs, words, path in pages(world):
        if not is_api(name):
            continue
        for method, need in needs.items():
            response = Client(raise_request_exception=False).generic(
                method, path, headers={"Authorization": f"Bearer {tokens[whose]}"}
            )
            should = reads if method == "GET" else writes
            if should in (None, 403) and expected("data steward", need, words) is not None:
                should = expected("data steward", need, words)
            assert is_right(response, should, may_be_unasked=False), (method, name, response.status_code, should)
            tried += 1
    assert tried >= 5


def test_no_other_scheme_opens_the_api(world):
    path = reverse("api:rollups", kwargs={"tenant": "riverside", "initiative": "work"})
    schemes = ("Basic YTpi", "Bearer", "Bearer ", "bearer x y", "Token x")
    answers = {scheme: Client().get(path, headers={"Authorization": scheme}).status_code for scheme in schemes}
    assert answers == dict.fromkeys(schemes, 401)


TOKENLESS = {"api:schema", "api:docs", "unsubscribe", "mail-hook"}


def test_every_unsafe_request_needs_the_token(world):
    """Cross-site requests are refused before anything is looked at. The API takes a key instead, and leaving a mailing
    list takes the reader's own link, by RFC 8058 without anything else, and a mail provider's report its secret."""
    browser = Client(enforce_csrf_checks=True, raise_request_exception=False)
    browser.force_login(factories.user_of(world.riverside.people.ana))
    for name, _needs, _words, path in pages(world):
        if is_api(name) or name in TOKENLESS:
            continue
        response = browser.post(path)
        assert response.status_code == 403, (name, response.status_code)


def test_pages_of_a_tenant_are_kept_by_no_cache(world):
    browser = Client()
    browser.force_login(factories.user_of(world.riverside.people.ana))
    response = browser.get("/o/riverside/-/members/")
    assert response["Cache-Control"] == "private, no-store"
    assert "Cookie" in response["Vary"]


# --- help ---


def test_help_is_told_of_addresses_that_there_are():
    assert set(helping.told_pages()) <= set(ROUTES)
    for name in helping.told_pages():
        assert len(str(helping.help_of(name).words)) >= 40, name
