#!/bin/sh
# First start: the password file that neo4j-admin would write comes ready-made in NEO4J_INITIAL_AUTH.
set -e
H=/var/lib/neo4j
mkdir -p "$H/data/dbms" "$H/logs" "$H/run" "$H/conf"
if [ ! -d "$H/data/databases" ] && [ ! -e "$H/data/dbms/auth.ini" ]; then
  printf '%s\n' "$NEO4J_INITIAL_AUTH" > "$H/data/dbms/auth.ini" && chmod 600 "$H/data/dbms/auth.ini"
fi
HEAP=${NEO4J_HEAP:-256m}
exec /usr/lib/jvm/java/bin/java "-Xms$HEAP" "-Xmx$HEAP" $NEO4J_JAVA_ARGUMENTS -cp '/opt/neo4j/lib/*' "$NEO4J_MAIN" \
  --home-dir="$H" --config-dir=/etc/neo4j --console-mode
