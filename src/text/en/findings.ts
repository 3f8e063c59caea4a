/** Words of the findings that probes of health and of the data stores make: what is wrong, what it means, what to do. */
export const findings = {
  'finding.ENDPOINT_REFUSED': '{part} refuses connections at {subject}.',
  'finding.ENDPOINT_REFUSED.impact': 'Clients of {part} get an error at once.',
  'finding.ENDPOINT_REFUSED.todo':
    'Check its configured port. I read its log and quote what matters: /aetherius logs.',
  'finding.ENDPOINT_HUNG': '{part} accepts connections at {subject} and does not answer.',
  'finding.ENDPOINT_HUNG.impact': 'Clients of {part} wait until their own timeout.',
  'finding.ENDPOINT_HUNG.todo': 'Save what the process shows (log, CPU, locks), then restart it.',
  'finding.ENDPOINT_CLOSED': '{part} closes connections at {subject} before it answers.',
  'finding.ENDPOINT_CLOSED.impact': 'Clients cannot work with {part}: it is starting, stopping or failing.',
  'finding.ENDPOINT_CLOSED.todo':
    'Its start is not complete, or each connection fails: /aetherius logs quotes what it says of that.',
  'finding.ENDPOINT_AT_LIMIT': '{part} at {subject} turns connections away because a limit is reached.',
  'finding.ENDPOINT_AT_LIMIT.impact': 'New clients are refused; those already connected go on.',
  'finding.ENDPOINT_AT_LIMIT.todo': 'See who holds the connections before the limit is raised.',
  'finding.ENDPOINT_STARTING': '{part} at {subject} answers that it takes no work now: “{detail}”.',
  'finding.ENDPOINT_STARTING.impact': 'Its clients wait or get this error.',
  'finding.ENDPOINT_STARTING.todo':
    'Wait until it has loaded; if it goes on, /aetherius logs quotes what it waits for. A restart begins it again.',
  'finding.ENDPOINT_BUSY': '{part} at {subject} answers that it is busy with one thing: “{detail}”.',
  'finding.ENDPOINT_BUSY.impact': 'Every other client gets this error until that ends.',
  'finding.ENDPOINT_BUSY.todo':
    'Find what runs and who started it, and end that. A restart loses what is not saved.',
  'finding.ENDPOINT_READ_ONLY': '{part} at {subject} answers that it takes no writes: “{detail}”.',
  'finding.ENDPOINT_READ_ONLY.impact': 'Writes fail; reads may work.',
  'finding.ENDPOINT_READ_ONLY.todo':
    'Do as its words say: a failed save needs room or rights on its disk, a replica its master. Do not restart it before it has saved.',
  'finding.ENDPOINT_FULL': '{part} at {subject} answers that it has no room left: “{detail}”.',
  'finding.ENDPOINT_FULL.impact': 'What needs more memory or disk fails there.',
  'finding.ENDPOINT_FULL.todo': 'See what takes the memory or the disk that it names.',
  'finding.ENDPOINT_FAULT': '{part} at {subject} answers that it cannot serve: “{detail}”.',
  'finding.ENDPOINT_FAULT.impact': 'Requests to it fail with this error.',
  'finding.ENDPOINT_FAULT.todo': 'Go by its own words; /aetherius logs quotes more of them.',

  'finding.SERVICE_UNHEALTHY': '{part} reports that it is not healthy (HTTP {httpStatus} on {path}).',
  'finding.SERVICE_UNHEALTHY.impact': 'It runs but cannot do its work as it should.',
  'finding.SERVICE_UNHEALTHY.todo':
    'Look at what it needs first; /aetherius logs quotes what it says itself.',
  'finding.SERVICE_HEALTH_STALLED': '{part} is alive, but its health path {path} does not answer.',
  'finding.SERVICE_HEALTH_STALLED.impact': 'Something it needs hangs; its requests wait with it.',
  'finding.SERVICE_HEALTH_STALLED.todo':
    'Check the parts that it needs; restart it only when they are healthy.',
  'finding.SERVICE_SLOW':
    '{part} takes {latencyMs:ms} for its health answer; more than {thresholdMs:ms} is slow.',
  'finding.SERVICE_SLOW.impact': 'Requests through {part} are slow.',
  'finding.SERVICE_SLOW.todo': 'Look at its CPU and memory, and at the latency of what it needs.',
  'finding.SERVICE_ANSWERS_IN_PART':
    'Of {looks} new connections to {part}, {refused} were refused and {other} got another answer than the rest.',
  'finding.SERVICE_ANSWERS_IN_PART.impact': 'Part of the requests to it fail.',
  'finding.SERVICE_ANSWERS_IN_PART.todo':
    'Compare what stands behind its Service or proxy: an instance that does not listen, or a Pod of another program.',
  'finding.DISK_FULL':
    'Only {available:bytes} of {size:bytes} are free on {mount} of {part} ({percent} % in use).',
  'finding.DISK_FULL.impact': 'When it is full, {part} can write nothing more, and may stop.',
  'finding.DISK_FULL.todo':
    'Make the volume larger, or remove what is not needed. Remove no file of the store by hand.',
  'finding.DISK_FULL_LOGGED':
    '{part} logged that no room is left on its disk ({lines|# line|# lines} in {minutes} min).',
  'finding.DISK_FULL_LOGGED.impact': 'What it could not write is lost, or was refused.',
  'finding.DISK_FULL_LOGGED.todo':
    'Make the volume larger, or remove what is not needed. Remove no file of the store by hand.',
  'finding.NODE_DISK_PRESSURE':
    'Node {node}, which runs {part}, reports DiskPressure: it is short of disk space.',
  'finding.NODE_DISK_PRESSURE.impact': 'Kubernetes evicts Pods there, and starts no new ones.',
  'finding.NODE_DISK_PRESSURE.todo': 'Free space on the node, or move the Pod.',
  'finding.SERVICE_MISSES_DEPENDENCY':
    'By its own answer {part} is healthy, but does not reach {dependencies:part}.',
  'finding.SERVICE_MISSES_DEPENDENCY.impact':
    'What it does with {dependencies:part} fails, although it answers.',
  'finding.SERVICE_MISSES_DEPENDENCY.todo':
    'Look at {dependencies:part} first; /aetherius logs quotes what {part} says of it.',
  'finding.SERVICE_NO_HEALTH_PATH': '{part} answers, but does not have any of the health paths {paths}.',
  'finding.SERVICE_NO_HEALTH_PATH.impact': 'Its health cannot be checked.',
  'finding.SERVICE_NO_HEALTH_PATH.todo': 'Set `healthPaths` of the service to the one this build serves.',

  'finding.PG_DATABASE_MISSING': 'The database {subject} does not exist.',
  'finding.PG_DATABASE_MISSING.impact': 'The service that owns it cannot start.',
  'finding.PG_DATABASE_MISSING.todo': 'Create it or restore it, or correct the name in the configuration.',
  'finding.PG_STARTING': 'PostgreSQL takes no connections now: it starts, recovers or stops.',
  'finding.PG_STARTING.impact': 'All services that need the database wait.',
  'finding.PG_STARTING.todo': 'Wait; if it goes on, /aetherius logs quotes how far its recovery is.',
  'finding.PG_TOO_MANY_CONNECTIONS': 'PostgreSQL has no connection left for {database}.',
  'finding.PG_TOO_MANY_CONNECTIONS.impact': 'New connections fail with "too many connections".',
  'finding.PG_TOO_MANY_CONNECTIONS.todo':
    'See who holds the connections; end leaked ones before raising the limit.',
  'finding.PG_READ_ONLY':
    'New transactions in {database} are read-only: `default_transaction_read_only` is on (by {setBy}).',
  'finding.PG_READ_ONLY.impact': 'Every write fails with "cannot execute … in a read-only transaction".',
  'finding.PG_READ_ONLY.todo':
    'Find out who set it and why; then `{setBy} RESET default_transaction_read_only`. Sessions that are open keep what they began with.',
  'finding.PG_WRITE_DENIED':
    'The role {role} may not insert into {tables} of {database}, and no other role that is connected may.',
  'finding.PG_WRITE_DENIED.impact':
    'If a service writes as this role, what it stores there is refused ("permission denied").',
  'finding.PG_WRITE_DENIED.todo':
    'See in the log of the service whether it is refused. Then give the right back (`GRANT INSERT`), and find out who took it away.',
  'finding.PG_SLOT_HOLDS_WAL':
    'The replication slot {subject} has no reader and holds {heldBytes:bytes} of WAL back.',
  'finding.PG_SLOT_HOLDS_WAL.impact': 'The WAL stays on the disk; when the disk is full, PostgreSQL stops.',
  'finding.PG_SLOT_HOLDS_WAL.todo':
    'Start its reader again, or drop the slot if it is no longer needed. Set `max_slot_wal_keep_size`. Free space could not be checked.',
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
  'finding.REDIS_MASTER_GONE': 'Redis is a replica, and its master {master} cannot be reached.',
  'finding.REDIS_MASTER_GONE.impact': 'It takes no writes, and what it answers may be old.',
  'finding.REDIS_MASTER_GONE.todo':
    'Bring the master back, or make a replica the master (`REPLICAOF NO ONE`) once it is sure that the old one is gone.',
  'finding.REDIS_REPLICAS_MISSING':
    'Redis refuses writes (NOREPLICAS): {good|# replica keeps|# replicas keep} up, and its setting wants at least {wanted}.',
  'finding.REDIS_REPLICAS_MISSING.impact': 'Every write fails; reads go on.',
  'finding.REDIS_REPLICAS_MISSING.todo':
    'Bring the replicas back. If Redis is to run without them: `CONFIG SET min-replicas-to-write 0`, and the same in its file.',
  'finding.REDIS_SAVE_FAILED': 'The last save of Redis failed ({kind}).',
  'finding.REDIS_SAVE_FAILED.impact':
    'Redis refuses every write because of it (MISCONF): {stopsWrites}. What was written since the last good save is lost when it ends.',
  'finding.REDIS_SAVE_FAILED.todo':
    'Look for a full disk or a wrong right at its data directory, in the log of Redis. Free space could not be checked.',
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
  'finding.POD_CRASH_LOOPING.impact':
    '{part} does nothing for its users while it crashes ({pods|# Pod|# Pods}).',
  'finding.POD_CRASH_LOOPING.todo':
    'I read the log of the crashed container and quote its last error: /aetherius logs.',
  'finding.POD_COMMAND_MISSING': '{subject}: container {container} cannot run {command} ({message}).',
  'finding.POD_COMMAND_MISSING.impact': '{pods|# Pod does|# Pods do} not start.',
  'finding.POD_COMMAND_MISSING.todo': 'Correct the command, or take an image that has it.',
  'finding.POD_REFUSED':
    '{subject} has {made} of {desired|# Pod|# Pods}: the API server refuses to make one ({message}).',
  'finding.POD_REFUSED.impact': '{ready} of {desired|# Pod|# Pods} of it {ready|serves|serve}.',
  'finding.POD_REFUSED.todo': 'Mend what the message names: /aetherius diagnose K1 says how.',
  'finding.POD_INIT_WAITS':
    '{subject} has waited in its init container {container} for {seconds:seconds}: {says}',
  'finding.POD_INIT_WAITS.impact': '{pods|# Pod does|# Pods do} not start before it ends.',
  'finding.POD_INIT_WAITS.todo': 'Bring up what it waits for, or correct its name.',
  'finding.POD_INIT_RUNS': '{subject} has been in its init container {container} for {seconds:seconds}.',
  'finding.POD_INIT_RUNS.impact': '{pods|# Pod does|# Pods do} not start before it ends.',
  'finding.POD_INIT_RUNS.todo': 'Read the log of that container: it may be at work, or wait for something.',
  'finding.POD_UNSCHEDULABLE': '{subject} finds no node: {message}.',
  'finding.POD_UNSCHEDULABLE.impact': '{pods|# Pod does|# Pods do} not start.',
  'finding.POD_UNSCHEDULABLE.todo': 'Mend what the scheduler names: /aetherius diagnose K1 says how.',
  'finding.POD_EVICTED': '{subject} was evicted from node {node}: {message}',
  'finding.POD_EVICTED.impact': 'Its work in progress was lost, and what it kept on the node.',
  'finding.POD_EVICTED.todo': 'Free the node, or see what the Pod fills: /aetherius diagnose K1 says how.',
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
  'finding.POD_RESTARTING.todo':
    'I read the log of the former container and quote its last error: /aetherius logs.',
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
  'finding.POD_OLDER_THAN_SECRET':
    '{subject} started at {startedAt:time}, before its Secret {secret} changed at {changedAt:time}.',
  'finding.POD_OLDER_THAN_SECRET.impact': 'It goes on with the value from before.',
  'finding.POD_OLDER_THAN_SECRET.todo': 'Restart the workload so that it reads the Secret.',
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
  'finding.CONTAINER_EXITED.todo': 'Start it once its last words are known: /aetherius logs quotes them.',
  'finding.CONTAINER_OOM_KILLED': 'Container {container} was killed for memory.',
  'finding.CONTAINER_OOM_KILLED.impact': 'Its work in progress was lost, and it will happen again.',
  'finding.CONTAINER_OOM_KILLED.todo': 'Find what grows, or raise its memory limit.',
  'finding.CONTAINER_PAUSED': 'Container {container} is paused.',
  'finding.CONTAINER_PAUSED.impact': 'It accepts connections and does not answer them.',
  'finding.CONTAINER_PAUSED.todo': 'Find out who paused it and why, then unpause it.',
  'finding.CONTAINER_RESTARTING':
    'Container {container} keeps restarting ({restarts|# restart|# restarts}, exit code {exitCode}).',
  'finding.CONTAINER_RESTARTING.impact': '{part} does nothing for its users while it starts again and again.',
  'finding.CONTAINER_RESTARTING.todo': 'I read its log and quote its last error: /aetherius logs.',
  'finding.CONTAINER_UNHEALTHY': 'Container {container} fails its own health check.',
  'finding.CONTAINER_UNHEALTHY.impact': 'It runs and does not work as it should.',
  'finding.CONTAINER_UNHEALTHY.todo':
    'See what its health check says (`docker inspect`); /aetherius logs quotes what the program says.',
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
