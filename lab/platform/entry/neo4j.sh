#!/bin/sh
# First start: the password of NEO4J_AUTH (user/password), as Neo4j's own image takes it; or the password file that
# neo4j-admin would write comes ready-made in NEO4J_INITIAL_AUTH.
set -e
H=/var/lib/neo4j
java=/usr/lib/jvm/java/bin/java
mkdir -p "$H/data/dbms" "$H/logs" "$H/run" "$H/conf"
if [ ! -d "$H/data/databases" ] && [ ! -e "$H/data/dbms/auth.ini" ]; then
  if [ -n "$NEO4J_INITIAL_AUTH" ]; then
    printf '%s\n' "$NEO4J_INITIAL_AUTH" > "$H/data/dbms/auth.ini" && chmod 600 "$H/data/dbms/auth.ini"
  else
    NEO4J_HOME="$H" NEO4J_CONF=/etc/neo4j "$java" $NEO4J_JAVA_ARGUMENTS -cp '/opt/neo4j/lib/*' \
      org.neo4j.cli.AdminTool dbms set-initial-password "${NEO4J_AUTH#*/}"
  fi
fi
HEAP=${NEO4J_HEAP:-256m}
exec "$java" "-Xms$HEAP" "-Xmx$HEAP" $NEO4J_JAVA_ARGUMENTS -cp '/opt/neo4j/lib/*' "$NEO4J_MAIN" \
  --home-dir="$H" --config-dir=/etc/neo4j --console-mode
