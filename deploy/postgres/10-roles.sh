#!/bin/sh
# Run once by the postgres image, as the superuser, when the data folder is empty: the database and its two roles.
# The owner migrates and owns; the application role owns nothing and cannot step around row security.
set -eu
psql --no-psqlrc --quiet --set ON_ERROR_STOP=1 --username postgres \
    --set owner_password="$OWNER_DB_PASSWORD" --set app_password="$APP_DB_PASSWORD" <<'SQL'
CREATE ROLE backbone_owner LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE PASSWORD :'owner_password';
CREATE ROLE backbone_app LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE PASSWORD :'app_password';
CREATE DATABASE backbone OWNER backbone_owner;
REVOKE CONNECT ON DATABASE backbone FROM PUBLIC;
GRANT CONNECT ON DATABASE backbone TO backbone_app;
-- A statement outside every tenant's scope compares with this, which is no number: a loud error.
ALTER ROLE backbone_owner SET app.tenant_id = 'no-tenant-context';
ALTER ROLE backbone_app SET app.tenant_id = 'no-tenant-context';
-- Said here, because a pool does not pass on what a client says when it connects.
ALTER ROLE backbone_app SET lock_timeout = '3s';
ALTER ROLE backbone_app SET jit = off;
SQL
