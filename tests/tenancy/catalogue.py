"""What the database itself says about the walls between tenants: every table, key, policy and index, none trusted.

`offences(cursor)` reads PostgreSQL's catalogue and names each thing that would let tenants meet. A table is a
tenant's when it has a `tenant_id`; every other table has to be on the list below, with its reason.
"""

from __future__ import annotations

from collections.abc import Iterator

CLAUSE = "(tenant_id = (current_setting('app.tenant_id'::text))::bigint)"

# Has a tenant_id and is no tenant's: read before the tenant is known, holds two keys and nothing else.
NOT_OWNED = {"backbone_entrance": "the directory of who may enter where; see models.people.Entrance"}

# Have no tenant_id: what is shared by all tenants, or is nobody's.
GLOBAL = {
    "backbone_tenant": "the tenants themselves",
    "backbone_user": "logins, which may enter several tenants",
    "backbone_user_groups": "Django's, unused by tenants",
    "backbone_user_user_permissions": "Django's, unused by tenants",
    "auth_group": "Django's", "auth_group_permissions": "Django's", "auth_permission": "Django's",
    "django_content_type": "Django's", "django_migrations": "Django's", "django_session": "sessions of logins",
    "account_emailaddress": "a login's addresses", "account_emailconfirmation": "a login's addresses",
    "mfa_authenticator": "a login's second factors", "usersessions_usersession": "where a login is signed in",
    "pghistory_context": "pghistory's own, unused: who and why are columns of the row",
    "django_celery_beat_clockedschedule": "the platform's clock", "django_celery_beat_crontabschedule": "as above",
    "django_celery_beat_intervalschedule": "as above", "django_celery_beat_periodictask": "as above",
    "django_celery_beat_periodictasks": "as above", "django_celery_beat_solarschedule": "as above",
}  # fmt: skip

# Functions that run with their owner's rights, reviewed one by one. None is needed so far.
DEFINERS: dict[str, str] = {}

_TABLES = """
SELECT c.oid, c.relname, c.relrowsecurity, c.relforcerowsecurity,
       a.attnum, coalesce(a.attnotnull, false), format_type(a.atttypid, -1)
FROM pg_class c
LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'tenant_id' AND NOT a.attisdropped
WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') ORDER BY c.relname"""

_POLICIES = """
SELECT polrelid, polname, polpermissive, polcmd, polroles = '{0}', pg_get_expr(polqual, polrelid),
       pg_get_expr(polwithcheck, polrelid) FROM pg_policy"""

_INDEXES = """
SELECT i.indrelid, c.relname, i.indisprimary, i.indkey[0], i.indnkeyatts FROM pg_index i
JOIN pg_class c ON c.oid = i.indexrelid WHERE i.indisunique"""

_REFERENCES = """
SELECT k.conrelid, k.conname, k.confrelid, k.confrelid::regclass::text, k.conkey, k.confkey, k.condeferrable, k.confdeltype,
       (SELECT attnum FROM pg_attribute WHERE attrelid = k.confrelid AND attname = 'tenant_id' AND NOT attisdropped)
FROM pg_constraint k WHERE k.contype = 'f' AND k.connamespace = 'public'::regnamespace"""

_COUNTERS = """
SELECT a.attrelid, a.attname, format_type(a.atttypid, -1) FROM pg_attribute a
LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
WHERE a.attnum > 0 AND NOT a.attisdropped
  AND (a.attidentity <> '' OR pg_get_expr(d.adbin, d.adrelid) LIKE 'nextval(%%')"""

_VIEWS = """
SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('v', 'm')"""

_DEFINERS = """
SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace AND prosecdef"""


def offences(cursor) -> list[str]:
    """Each way in which a table, key or function lets tenants meet, in words; none is the only good answer."""
    tables = _read(cursor, _TABLES)
    owned = {row[0]: row for row in tables if row[4] is not None and row[1] not in NOT_OWNED}
    names = {oid: row[1] for oid, row in owned.items()}
    found = [f"{row[1]}: has no tenant_id and is not on the list" for row in tables if row[4] is None]
    found = [line for line in found if line.split(":")[0] not in GLOBAL]
    for _oid, name, enabled, forced, _attnum, not_null, kind in owned.values():
        if not enabled:
            found.append(f"{name}: row-level security is off")
        if not forced:
            found.append(f"{name}: its owner passes row-level security")
        if not not_null:
            found.append(f"{name}: tenant_id may be null")
        if kind != "bigint":
            found.append(f"{name}: tenant_id is {kind}")
    found += _policies(cursor, names)
    found += _indexes(cursor, owned)
    found += _references(cursor, owned)
    for oid, column, kind in _read(cursor, _COUNTERS):
        if oid in names and kind != "bigint":
            found.append(f"{names[oid]}: {column} counts in {kind}")
    found += [f"{row[0]}: a view shows what its owner may see" for row in _read(cursor, _VIEWS)]
    found += [f"{row[0]}: runs with its owner's rights" for row in _read(cursor, _DEFINERS) if row[0] not in DEFINERS]
    return found


def owned_tables(cursor) -> set[str]:
    """The tables that are a tenant's, by the catalogue."""
    return {row[1] for row in _read(cursor, _TABLES) if row[4] is not None and row[1] not in NOT_OWNED}


def _policies(cursor, names: dict[int, str]) -> Iterator[str]:
    seen: dict[int, list[bool]] = {oid: [] for oid in names}
    for oid, policy, permissive, command, for_all_roles, using, check in _read(cursor, _POLICIES):
        if oid not in names:
            continue
        seen[oid].append(permissive)
        if (using, check) != (CLAUSE, CLAUSE):
            yield f"{names[oid]}: policy {policy} reads {using} and checks {check}"
        if command != "*" or not for_all_roles:
            yield f"{names[oid]}: policy {policy} is not for every command and role"
    for oid, kinds in seen.items():
        if False not in kinds:
            yield f"{names[oid]}: has no restrictive policy"
        if True not in kinds:
            yield f"{names[oid]}: has no permissive policy"


def _indexes(cursor, owned: dict[int, tuple]) -> Iterator[str]:
    keyed = set()
    for oid, index, is_primary, first, width in _read(cursor, _INDEXES):
        if oid not in owned:
            continue
        if first != owned[oid][4]:
            yield f"{owned[oid][1]}: unique index {index} does not begin with tenant_id"
        elif is_primary and width == 2:
            keyed.add(oid)
    for oid in owned.keys() - keyed:
        yield f"{owned[oid][1]}: its primary key is not (tenant_id, id)"


def _references(cursor, owned: dict[int, tuple]) -> Iterator[str]:
    to_tenant = set()
    for oid, name, target, target_name, columns, theirs, deferrable, on_delete, their_tenant in _read(
        cursor, _REFERENCES
    ):
        if oid not in owned:
            if target in owned:
                yield f"{name}: a table of nobody's points into {target_name}"
            continue
        table = owned[oid][1]
        if deferrable:
            yield f"{table}: {name} is deferrable"
        if on_delete not in "ac":
            yield f"{table}: {name} does neither NO ACTION nor CASCADE"
        if target in owned:
            if len(columns) < 2 or columns[0] != owned[oid][4] or theirs[0] != their_tenant:
                yield f"{table}: {name} reaches {target_name} without the tenant"
        elif target_name == "backbone_tenant":
            to_tenant.add(oid)
        else:
            yield f"{table}: {name} points out of the tenant, to {target_name}"
    for oid in owned.keys() - to_tenant:
        yield f"{owned[oid][1]}: tenant_id names no tenant"


def _read(cursor, sql: str) -> list[tuple]:
    cursor.execute(sql)
    return cursor.fetchall()
