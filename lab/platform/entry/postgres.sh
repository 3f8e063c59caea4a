#!/bin/sh
# First start: initdb as user 999, which is what the server runs as.
set -e
D=/var/lib/postgresql/data
mkdir -p "$D" && chown 999:999 "$D" && chmod 700 "$D"
if [ ! -s "$D/PG_VERSION" ]; then
  printf '%s' "$POSTGRES_PASSWORD" > /tmp/password && chown 999:999 /tmp/password
  as 999 /usr/lib/postgresql/bin/initdb -D "$D" -U "$POSTGRES_USER" --pwfile=/tmp/password --auth=scram-sha-256 \
    --encoding=UTF8 --locale=C --no-sync >/tmp/initdb.log 2>&1 || { cat /tmp/initdb.log; exit 1; }
  rm -f /tmp/password
fi
rm -f "$D/postmaster.pid"
exec as 999 /usr/lib/postgresql/bin/postgres -D "$D" -c config_file=/etc/postgresql/postgresql.conf "$@"
