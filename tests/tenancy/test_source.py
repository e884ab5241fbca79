"""What the source may not say: a tenant set anywhere but in one place, SQL glued from strings, a key without a tenant."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from backbone.caching import scoped_key
from backbone.tenancy import NoTenant

pytestmark = pytest.mark.isolation

ROOT = Path(__file__).parents[2]
APPS = ("backbone", "agenda", "measures", "activities", "comms")
SOURCES = sorted(p for app in APPS for p in (ROOT / app).rglob("*.py") if "migrations" not in p.parts)

MAY_SET_THE_TENANT = {"backbone/tenancy.py", "backbone/tenant_tables.py", "backbone/embedded/roles.py"}

# The planner's switches, for one statement, and whether the log of visits waits for the disk: with `true`, for this
# transaction alone.
MAY_BE_SET = {"'enable_nestloop'", "'enable_mergejoin'", "'enable_sort'", "'synchronous_commit'"}

# Statements put together from our own constants, never from what somebody sent; each was read.
MAY_BUILD_SQL = {
    "backbone/tenancy.py": "the scope and the disk before a statement that was given whole, with its values apart",
    "backbone/tenant_tables.py": "a migration's DDL, from names of our own models",
    "backbone/database/grants.py": "GRANT and REVOKE, from names of our own tables",
    "backbone/embedded/servers.py": "roles and databases of the private server, before Django is there",
    "backbone/embedded/roles.py": "as above",
    "backbone/selectors/publications.py": "one of two pieces of our own says which publication",
    "backbone/services/links.py": "a whole statement of our own, values as parameters",
    "backbone/services/webhooks.py": "a whole statement of our own, values as parameters",
    "backbone/views/shared.py": "a whole statement of our own, values as parameters",
    "backbone/services/moving.py": "COPY of whole tables, from names of our own models",
    "backbone/services/erasing.py": "DELETE of a tenant's rows, from names of our own models",
    "measures/exporting/figures.py": "conditions chosen from fixed words, values as parameters",
    "measures/importing/standing.py": "column names of our own",
    "measures/importing/workbooks/asking.py": "placeholders, as many as there are values",
    "backbone/services/seals.py": "column names of our own",
    "measures/selectors/community.py": "a clause chosen from fixed words, values as parameters",
    "measures/selectors/derived.py": "shared pieces of set-based SQL",
    "measures/selectors/expected.py": "shared pieces of set-based SQL (selectors/spans.py)",
    "measures/selectors/indicator.py": "shared pieces of set-based SQL",
    "measures/selectors/shared.py": "shared pieces of set-based SQL",
    "measures/selectors/told.py": "shared pieces of set-based SQL",
    "measures/selectors/history.py": "column names of our own",
    "measures/selectors/home.py": "shared pieces of set-based SQL (selectors/opening.py)",
    "measures/selectors/owing.py": "the planner's switches before a statement that was given whole, values apart",
    "measures/selectors/parts.py": "shared pieces of set-based SQL",
    "measures/selectors/rollup_table.py": "shared pieces; COPY of a statement that psycopg2 has filled in",
    "measures/selectors/split_parts.py": "shared pieces of set-based SQL (selectors/combined.py)",
    "measures/selectors/series.py": "shared pieces of set-based SQL",
    "measures/selectors/spans.py": "the shared pieces",
    "measures/selectors/checking.py": "column names of our own",
    "measures/selectors/warned.py": "column names of our own",
    "measures/services/writing.py": "column names of our own",
    "measures/services/staged.py": "COPY into a temporary table, from names of our own columns",
    "measures/services/rollups/computing.py": "column names of our own",
    "measures/services/rollups/marks.py": "as many placeholders as there are marks",
    "measures/services/rollups/storing.py": "shared pieces of set-based SQL",
}


# What runs a statement, and the place of it among what is given.
RUNS = {"execute": 0, "executemany": 0, "copy_expert": 0, "mogrify": 0, "asked_steadily": 0, "objects_of": 1}
_MANAGERS = ("objects", "_default_manager", "_base_manager")


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def glued_statements(tree: ast.AST) -> list[int]:
    """Lines where a statement is run that was put together on the spot, or the ORM is asked for raw SQL."""
    lines = []
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        on = node.func.value if isinstance(node.func, ast.Attribute) else None
        asks_for_raw = called == "RawSQL" or (called in ("raw", "extra") and getattr(on, "attr", "") in _MANAGERS)
        place = RUNS.get(called)
        runs = place is not None and len(node.args) > place
        if asks_for_raw or (runs and is_glued(node.args[place])):
            lines.append(node.lineno)
    return lines


def is_glued(argument: ast.expr) -> bool:
    if isinstance(argument, ast.JoinedStr):
        return any(isinstance(part, ast.FormattedValue) for part in argument.values)
    if isinstance(argument, ast.BinOp):
        return isinstance(argument.op, ast.Add | ast.Mod)
    return (
        isinstance(argument, ast.Call)
        and isinstance(argument.func, ast.Attribute)
        and argument.func.attr in ("format", "join", "replace")
    )


def test_there_are_sources_of_each_app():
    assert {name_of(path).partition("/")[0] for path in SOURCES} == set(APPS)


def test_only_one_place_sets_the_tenant():
    texts = {name_of(path): path.read_text() for path in SOURCES}
    assert [name for name, text in texts.items() if "app.tenant_id" in text and name not in MAY_SET_THE_TENANT] == []
    set_here = [
        (name, setting)
        for name, text in texts.items()
        for setting in re.findall(r"set_config\s*\(\s*(\S+?)[,)]", text)
        if setting not in MAY_BE_SET
    ]
    assert set_here == [], "a session's setting outlives its transaction in a pooled connection"


def test_no_statement_is_glued_together_where_it_is_run():
    glued = {name_of(path): glued_statements(ast.parse(path.read_text())) for path in SOURCES}
    unexplained = [(name, lines) for name, lines in glued.items() if lines and name not in MAY_BUILD_SQL]
    assert unexplained == [], "pass values as parameters, or explain the file in MAY_BUILD_SQL"


@pytest.mark.parametrize(
    "line",
    [
        'cursor.execute(f"SELECT {x}")', 'cursor.execute("SELECT %s" % x)', 'cursor.execute("SELECT " + x)',
        'cursor.execute("SELECT {}".format(x))', 'Partner.objects.raw("SELECT 1")', "Partner.objects.extra(where=[x])",
        'RawSQL("a", [])', 'cursor.copy_expert(f"COPY {t} TO STDOUT", out)',
        'asked_steadily(f"SELECT {x}", {})', 'objects_of(Partner, f"SELECT {x}", {})',
    ],
)  # fmt: skip
def test_the_check_sees_glued_statements(line):
    assert glued_statements(ast.parse(line)) == [1]


@pytest.mark.parametrize(
    "line", ['cursor.execute("SELECT %s", [x])', "cursor.execute(SQL, [x])", 'execute(f"SELECT 1")']
)
def test_the_check_lets_parameters_pass(line):
    assert glued_statements(ast.parse(line)) == []


def test_no_door_takes_every_field_there_is():
    """A form or serializer lists its fields: a new column must not become writable by itself."""
    everything = re.compile(r"fields\s*=\s*[\"']__all__[\"']")
    assert [name_of(path) for path in SOURCES if everything.search(path.read_text())] == []


# --- the cache ---


def test_a_cache_key_without_a_tenant_raises():
    with pytest.raises(NoTenant, match="“forest” names no tenant"):
        scoped_key("forest", "", 1)


def test_a_cache_key_carries_its_tenant(riverside, hillcrest):
    keys = []
    for neighbourhood in (riverside, hillcrest):
        with neighbourhood.scope():
            keys.append(scoped_key("forest", "", 1))
    assert keys == [f":1:t:{n.tenant.pk}:forest" for n in (riverside, hillcrest)]


@pytest.mark.parametrize("key", ["platform:beat", "allauth:rl:login:1.2.3.4", "allauth.mfa.totp.used?user=1&code=2"])
def test_what_is_the_platforms_says_so(key):
    assert scoped_key(key, "", 1) == f":1:{key}"


def test_no_page_is_cached_whole():
    for path in filter(Path.exists, SOURCES):
        assert "cache_page" not in path.read_text(), name_of(path)
    for template in (ROOT / "templates").rglob("*.html"):
        assert "{% cache" not in template.read_text(), template
