/** Words of the findings that probes of health and of the data stores make: what is wrong, what it means, what to do. */
export const findings = {
  'finding.ENDPOINT_REFUSED': '{part} refuses connections at {subject}.',
  'finding.ENDPOINT_REFUSED.impact': 'Clients of {part} get an error at once.',
  'finding.ENDPOINT_REFUSED.todo': 'Check why nothing listens there: read its log and its configured port.',
  'finding.ENDPOINT_HUNG': '{part} accepts connections at {subject} and does not answer.',
  'finding.ENDPOINT_HUNG.impact': 'Clients of {part} wait until their own timeout.',
  'finding.ENDPOINT_HUNG.todo': 'Save what the process shows (log, CPU, locks), then restart it.',
  'finding.ENDPOINT_CLOSED': '{part} closes connections at {subject} before it answers.',
  'finding.ENDPOINT_CLOSED.impact': 'Clients cannot work with {part}: it is starting, stopping or failing.',
  'finding.ENDPOINT_CLOSED.todo': 'Read its log: its start is not complete, or each connection fails.',
  'finding.ENDPOINT_AT_LIMIT': '{part} at {subject} turns connections away because a limit is reached.',
  'finding.ENDPOINT_AT_LIMIT.impact': 'New clients are refused; those already connected go on.',
  'finding.ENDPOINT_AT_LIMIT.todo': 'See who holds the connections before the limit is raised.',

  'finding.SERVICE_UNHEALTHY': '{part} reports that it is not healthy (HTTP {httpStatus} on {path}).',
  'finding.SERVICE_UNHEALTHY.impact': 'It runs but cannot do its work as it should.',
  'finding.SERVICE_UNHEALTHY.todo': 'Look at what it needs first, then at its log.',
  'finding.SERVICE_HEALTH_STALLED': '{part} is alive, but its health path {path} does not answer.',
  'finding.SERVICE_HEALTH_STALLED.impact': 'Something it needs hangs; its requests wait with it.',
  'finding.SERVICE_HEALTH_STALLED.todo':
    'Check the parts that it needs; restart it only when they are healthy.',
  'finding.SERVICE_SLOW':
    '{part} takes {latencyMs:ms} for its health answer; more than {thresholdMs:ms} is slow.',
  'finding.SERVICE_SLOW.impact': 'Requests through {part} are slow.',
  'finding.SERVICE_SLOW.todo': 'Look at its CPU and memory, and at the latency of what it needs.',
  'finding.SERVICE_NO_HEALTH_PATH': '{part} answers, but does not have any of the health paths {paths}.',
  'finding.SERVICE_NO_HEALTH_PATH.impact': 'Its health cannot be checked.',
  'finding.SERVICE_NO_HEALTH_PATH.todo': 'Set `healthPaths` of the service to the one this build serves.',

  'finding.PG_DATABASE_MISSING': 'The database {subject} does not exist.',
  'finding.PG_DATABASE_MISSING.impact': 'The service that owns it cannot start.',
  'finding.PG_DATABASE_MISSING.todo': 'Create it or restore it, or correct the name in the configuration.',
  'finding.PG_STARTING': 'PostgreSQL is starting up or recovering and takes no connections yet.',
  'finding.PG_STARTING.impact': 'All services that need the database wait.',
  'finding.PG_STARTING.todo': 'Wait; if it goes on, read its log for the recovery.',
  'finding.PG_TOO_MANY_CONNECTIONS': 'PostgreSQL has no connection left for {database}.',
  'finding.PG_TOO_MANY_CONNECTIONS.impact': 'New connections fail with "too many connections".',
  'finding.PG_TOO_MANY_CONNECTIONS.todo':
    'See who holds the connections; end leaked ones before raising the limit.',
  'finding.PG_SLOW':
    'PostgreSQL takes {latencyMs:ms} for one simple statement; more than {thresholdMs:ms} is slow.',
  'finding.PG_SLOW.impact': 'Everything that reads or writes the database is slow.',
  'finding.PG_SLOW.todo': 'Look for blocked and long statements, and at the load of its machine.',
  'finding.PG_TABLES_MISSING': 'The database {database} lacks tables: {missing}.',
  'finding.PG_TABLES_MISSING.impact': 'The service that owns it fails as soon as it uses them.',
  'finding.PG_TABLES_MISSING.todo': 'Run the service’s migrations, or restore the tables from a backup.',
  'finding.PG_CONNECTIONS_NEAR_LIMIT':
    'PostgreSQL uses {used} of {max} connections ({percent:percent} of those for clients; limit for this finding {thresholdPercent:percent}).',
  'finding.PG_CONNECTIONS_NEAR_LIMIT.impact':
    'At the limit, new connections fail. {application} holds {applicationSessions} of them.',
  'finding.PG_CONNECTIONS_NEAR_LIMIT.todo':
    'Make the pools smaller, end leaked sessions, or raise `max_connections` (needs a restart).',
  'finding.PG_IDLE_IN_TRANSACTION_LEAKED':
    '{sessions|# session|# sessions} of {application} in {database} opened a transaction and {sessions|has|have} done nothing for up to {oldestSeconds:seconds} ({sessions|pid|pids} {pids}).',
  'finding.PG_IDLE_IN_TRANSACTION_LEAKED.impact':
    '{sessions|It holds a connection|They hold connections}, locks and old row versions.',
  'finding.PG_IDLE_IN_TRANSACTION_LEAKED.todo':
    'End {sessions|this session|these sessions}, and find the place in {application} that forgets to end its transaction.',

  'finding.REDIS_SLOW': 'Redis takes {latencyMs:ms} for PING; more than {thresholdMs:ms} is slow.',
  'finding.REDIS_SLOW.impact': 'Caches slow down what they should make fast.',
  'finding.REDIS_SLOW.todo': 'Look for slow commands (`SLOWLOG`), swapping and the load of its machine.',
  'finding.REDIS_MEMORY_AT_LIMIT':
    'Redis uses {usedBytes:bytes} of {maxBytes:bytes} ({percent:percent}) and cannot evict (policy {policy}); {refusedWrites|# write was|# writes were} refused so far.',
  'finding.REDIS_MEMORY_AT_LIMIT.impact': 'Writes fail as soon as the limit is reached.',
  'finding.REDIS_MEMORY_AT_LIMIT.todo':
    'Let it evict (`allkeys-lru`), delete useless keys, or raise `maxmemory`.',
  'finding.REDIS_POLICY_NOEVICTION':
    'Redis is at {percent:percent} of its memory ({usedBytes:bytes} of {maxBytes:bytes}) and its policy is noeviction.',
  'finding.REDIS_POLICY_NOEVICTION.impact':
    'At the limit Redis refuses every write instead of evicting old keys.',
  'finding.REDIS_POLICY_NOEVICTION.todo': 'Set `maxmemory-policy` to `allkeys-lru` if Redis is only a cache.',
  'finding.REDIS_MEMORY_UNBOUNDED':
    'Redis has no memory limit and uses {usedBytes:bytes}, {systemPercent:percent} of its machine.',
  'finding.REDIS_MEMORY_UNBOUNDED.impact': 'It may be killed for memory, and everything in it is lost.',
  'finding.REDIS_MEMORY_UNBOUNDED.todo': 'Set `maxmemory` below the limit of its container.',
  'finding.REDIS_NO_LIMIT':
    'Redis has no memory limit of its own and holds {usedBytes:bytes}, {boundPercent:percent} of the {boundBytes:bytes} of its container or machine.',
  'finding.REDIS_NO_LIMIT.impact': 'It may grow until it is killed, and everything in it is lost.',
  'finding.REDIS_NO_LIMIT.todo': 'Set `maxmemory` below the limit of its container.',
  'finding.REDIS_LIMIT_TOO_LOW':
    'Redis has evicted {evictedKeys|# key|# keys} to hold {keys|# key|# keys}, so one stays for about {keptSeconds} s: {maxBytes:bytes} are too little for what is written.',
  'finding.REDIS_LIMIT_TOO_LOW.impact': 'What is cached is gone before it is read again.',
  'finding.REDIS_LIMIT_TOO_LOW.todo': 'Raise `maxmemory`.',
  'finding.REDIS_MEMORY_FRAGMENTED':
    'Redis holds {rssBytes:bytes} for {usedBytes:bytes} of data (fragmentation {fragmentation}).',
  'finding.REDIS_MEMORY_FRAGMENTED.impact': 'Memory is lost that the data do not use.',
  'finding.REDIS_MEMORY_FRAGMENTED.todo': 'Turn on `activedefrag`, or restart it at a quiet time.',

  'finding.NATS_SLOW': 'A round trip to NATS takes {latencyMs:ms}; more than {thresholdMs:ms} is slow.',
  'finding.NATS_SLOW.impact': 'Events and commands arrive late.',
  'finding.NATS_SLOW.todo': 'Look at its slow consumers and at the load of its machine.',
  'finding.NATS_MONITOR_UNREACHABLE': 'The monitoring port of NATS at {subject} cannot be used ({stage}).',
  'finding.NATS_MONITOR_UNREACHABLE.impact': 'NATS itself may be healthy; its metrics cannot be read.',
  'finding.NATS_MONITOR_UNREACHABLE.todo': 'Check `http_port` in its configuration and `monitorUrl` in ours.',
  'finding.NEO4J_SLOW': 'Neo4j takes {latencyMs:ms} for a round trip; more than {thresholdMs:ms} is slow.',
  'finding.NEO4J_SLOW.impact': 'Root cause analysis waits for the knowledge graph.',
  'finding.NEO4J_SLOW.todo': 'Look at its heap and at long running queries.',

  'finding.AGENTS_NONE_REGISTERED': 'No collect agent is registered.',
  'finding.AGENTS_NONE_REGISTERED.impact':
    'No cluster is watched: there are no events and no commands can be run.',
  'finding.AGENTS_NONE_REGISTERED.todo': 'Diagnose the registration of agents (S2).',
  'finding.AGENT_HEARTBEAT_STALE':
    '{stale} of {registered|# collect agent|# collect agents} {stale|has|have} been silent for more than {thresholdSeconds:seconds} ({agents}).',
  'finding.AGENT_HEARTBEAT_STALE.impact': 'Their clusters are not watched.',
  'finding.AGENT_HEARTBEAT_STALE.todo': 'See whether the agents run and whether they reach NATS.',

  'finding.WORKLOAD_MISSING': 'There is no workload for {part} in namespace {namespace}.',
  'finding.WORKLOAD_MISSING.impact': 'Nothing runs it, and nothing will start it again.',
  'finding.WORKLOAD_MISSING.todo': 'Deploy it again, or correct the namespace in the configuration.',
  'finding.WORKLOAD_SCALED_TO_ZERO': '{kind} {name} is scaled to zero.',
  'finding.WORKLOAD_SCALED_TO_ZERO.impact': 'Nothing of {part} runs.',
  'finding.WORKLOAD_SCALED_TO_ZERO.todo': 'Find out who scaled it down and why, then scale it up.',
  'finding.WORKLOAD_NOT_READY': '{kind} {name} has {ready} of {desired|# replica|# replicas} ready.',
  'finding.WORKLOAD_NOT_READY.impact':
    'Without a ready replica it is down; otherwise each ready one carries more load.',
  'finding.WORKLOAD_NOT_READY.todo': 'See why its Pods are not ready.',
  'finding.POD_OOM_KILLED':
    '{subject} was killed for memory (container {container}, {restarts|# restart|# restarts}).',
  'finding.POD_OOM_KILLED.impact': 'Its work in progress was lost, and it will happen again.',
  'finding.POD_OOM_KILLED.todo': 'Find what grows, or raise the memory limit.',
  'finding.POD_IMAGE_UNAVAILABLE': '{subject} cannot get its image {image} ({reason}).',
  'finding.POD_IMAGE_UNAVAILABLE.impact': '{pods|# Pod does|# Pods do} not start.',
  'finding.POD_IMAGE_UNAVAILABLE.todo': 'Check the image name and tag, the registry, and `imagePullSecrets`.',
  'finding.POD_CONFIG_MISSING': '{subject} does not start: {message}.',
  'finding.POD_CONFIG_MISSING.impact': '{pods|# Pod does|# Pods do} not start.',
  'finding.POD_CONFIG_MISSING.todo':
    'Create {missing}, or correct the reference; the closest that exists is: {similar}.',
  'finding.POD_CRASH_LOOPING':
    '{subject} crashes again and again (exit code {exitCode}, {restarts|# restart|# restarts}).',
  'finding.POD_CRASH_LOOPING.impact': '{pods|# Pod does|# Pods do} no work.',
  'finding.POD_CRASH_LOOPING.todo': 'Read the log of the previous container.',
  'finding.POD_UNSCHEDULABLE': '{subject} finds no node: {message}.',
  'finding.POD_UNSCHEDULABLE.impact': '{pods|# Pod does|# Pods do} not start.',
  'finding.POD_UNSCHEDULABLE.todo': 'Make room, or correct requests, node selector, taints or volume.',
  'finding.POD_FAILED': '{subject} has failed: {reason}. {message}',
  'finding.POD_FAILED.impact':
    '{pods|# Pod has|# Pods have} ended and {pods|does not come back by itself|do not come back by themselves}.',
  'finding.POD_FAILED.todo': 'See why (eviction, node), then delete the failed {pods|Pod|Pods}.',
  'finding.POD_STUCK_TERMINATING':
    '{subject} should have been gone {seconds:seconds} ago and is still terminating.',
  'finding.POD_STUCK_TERMINATING.impact': 'A StatefulSet cannot start its successor.',
  'finding.POD_STUCK_TERMINATING.todo':
    'Look at node {node}, at finalizers and at volumes that do not detach.',
  'finding.POD_NOT_READY': '{subject} runs but is not ready: {message}.',
  'finding.POD_NOT_READY.impact': '{pods|# Pod gets|# Pods get} no requests.',
  'finding.POD_NOT_READY.todo': 'See which readiness check fails, and why.',
  'finding.POD_RESTARTING':
    '{subject} has restarted {restarts|once, within the hour|# times, the last within the hour} (exit code {exitCode}).',
  'finding.POD_RESTARTING.impact': 'It works now, with interruptions.',
  'finding.POD_RESTARTING.todo': 'Read the log of the previous container.',
  'finding.SERVICE_WITHOUT_ENDPOINTS':
    'Service {service} has no ready endpoint: {selectedPods|# Pod matches|# Pods match} {selector}, {readyPods|# is|# are} ready.',
  'finding.SERVICE_WITHOUT_ENDPOINTS.impact': 'Every connection to it is refused.',
  'finding.SERVICE_WITHOUT_ENDPOINTS.todo':
    'Make the labels agree when no Pod matches; else see why the Pods are not ready.',
  'finding.SERVICE_WITHOUT_PODS': 'Service {service} has no endpoint: there is no Pod of its part.',
  'finding.SERVICE_WITHOUT_PODS.impact': 'Every connection to it is refused.',
  'finding.SERVICE_WITHOUT_PODS.todo': 'See why its workload has no Pods.',
  'finding.CHANGED_IMAGE': 'Image of {subject}: {imageBefore} → {image} (revision {revision}).',
  'finding.CHANGED_ROLLOUT': '{subject} was rolled out.',
  'finding.CHANGED_CONFIG': '{subject} was edited with {by}.',
  'finding.CHANGED_POLICY': '{subject} was edited with {by}.',
  'finding.CHANGED_NODE': '{subject}: {reason}.',
  'finding.CHANGED_CONTAINER': 'Container {subject} was recreated from {image}.',
  'finding.POD_OLDER_THAN_CONFIG':
    '{subject} started at {startedAt:time}, before its ConfigMap {configMap} changed at {changedAt:time}.',
  'finding.POD_OLDER_THAN_CONFIG.impact':
    'The change has no effect yet: {pods|# Pod runs|# Pods run} with the old configuration.',
  'finding.POD_OLDER_THAN_CONFIG.todo': 'Restart the workload so that it reads the configuration.',

  'finding.CONTAINER_MISSING': 'There is no container for {part} in project {project}.',
  'finding.CONTAINER_MISSING.impact': 'Nothing runs it.',
  'finding.CONTAINER_MISSING.todo': 'Create it with `docker compose up -d`.',
  'finding.CONTAINER_EXITED': 'Container {container} has exited with code {exitCode}.',
  'finding.CONTAINER_EXITED.impact': 'Nothing of {part} runs.',
  'finding.CONTAINER_EXITED.todo': 'Read its log, then start it.',
  'finding.CONTAINER_OOM_KILLED': 'Container {container} was killed for memory.',
  'finding.CONTAINER_OOM_KILLED.impact': 'Its work in progress was lost, and it will happen again.',
  'finding.CONTAINER_OOM_KILLED.todo': 'Find what grows, or raise its memory limit.',
  'finding.CONTAINER_PAUSED': 'Container {container} is paused.',
  'finding.CONTAINER_PAUSED.impact': 'It accepts connections and does not answer them.',
  'finding.CONTAINER_PAUSED.todo': 'Find out who paused it and why, then unpause it.',
  'finding.CONTAINER_RESTARTING':
    'Container {container} keeps restarting ({restarts|# restart|# restarts}, exit code {exitCode}).',
  'finding.CONTAINER_RESTARTING.impact': 'It does no work.',
  'finding.CONTAINER_RESTARTING.todo': 'Read its log.',
  'finding.CONTAINER_UNHEALTHY': 'Container {container} fails its own health check.',
  'finding.CONTAINER_UNHEALTHY.impact': 'It runs and does not work as it should.',
  'finding.CONTAINER_UNHEALTHY.todo': 'See what its health check says (`docker inspect`) and read its log.',
  'finding.PG_DEAD_ROWS':
    'Table {table} in {database} holds {dead|# dead row|# dead rows} beside {live|# live one|# live ones} ({percent:percent}).',
  'finding.PG_DEAD_ROWS.impact': 'Every scan of it reads rows that are gone; it grows without need.',
  'finding.PG_DEAD_ROWS.todo':
    'Look for an old open transaction, then `VACUUM (ANALYZE) {table}`; see why autovacuum does not keep up.',
  'finding.REDIS_HIT_RATE_LOW':
    'Redis has only {percent:percent} of what it is asked for ({hits|# hit|# hits}, {misses|# miss|# misses}; below {thresholdPercent:percent} is low).',
  'finding.REDIS_HIT_RATE_LOW.impact': 'The cache saves little: the work falls on the database.',
  'finding.REDIS_HIT_RATE_LOW.todo': 'See whether keys are evicted or expire too early.',

  'finding.of-node': '{sentence} (node {node})',
  'finding.fallback': '{code}: {facts}',
  'finding.since': 'Since {since:time}.',
  'finding.impact': '*What it means:* {text}',
  'finding.todo': '*What to do:* {text}',
  'finding.subject': '{part} · {subject}',
  'finding.excerpt': 'From {source}:',
  'finding.excerpt.more': '… {count|# more line is|# more lines are} not shown.',
  'finding.by-hand': '*By hand:* {text}',
  'finding.refused': '{remediation}: not offered here. {reason}',
  'finding.details': 'Everything that was seen for this finding, as JSON:',
} as const;
