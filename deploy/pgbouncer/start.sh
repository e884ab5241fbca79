#!/bin/sh
# Writes the one login that the pool knows from the environment, then becomes PgBouncer.
set -eu
umask 077
: "${APP_DB_PASSWORD:?}"
folder="${POOL_RUN_DIR:-/run/pgbouncer}"
printf '"backbone_app" "%s"\n' "$APP_DB_PASSWORD" > "$folder/users.txt"
exec pgbouncer "${POOL_CONFIG:-/etc/pgbouncer/backbone.ini}"
