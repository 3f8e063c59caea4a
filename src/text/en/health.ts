/** Words of the health table: the fact that decides a row, who confirmed it, why a probe could not check. */
export const health = {
  'health.fact.answers': 'answers in {latencyMs:ms}',
  'health.fact.agents': '{registered} registered, last heartbeat {lastHeartbeatSeconds:seconds} ago',
  'health.fact.agents-on-bus': 'connected to NATS; not found where the configuration has it',
  'health.fact.ready': '{ready} of {desired} ready',
  'health.fact.runtime-kubernetes': '{pods|# Pod|# Pods}, {services|# Service|# Services} looked at',
  'health.fact.runtime-compose': '{containers|# container|# containers} looked at',
  'health.fact.not-configured': 'not configured',
  'health.fact.pending': 'not looked at yet',
  'health.fact.nobody-to-ask': 'no other part can report on it',
  'health.fact.hung': 'accepts connections and does not answer',
  'health.fact.port-closed': 'runs, but its port refuses connections',
  'health.fact.refused-unconfirmed': 'refused from here; no other part could confirm it',
  'health.fact.hung-unconfirmed': 'unresponsive from here; no other part could confirm it',
  'health.fact.closed-unconfirmed': 'connection closed from here; no other part could confirm it',
  'health.fact.refused-here-only': 'refused from here, yet others reach it',
  'health.fact.hung-here-only': 'unresponsive from here, yet others reach it',
  'health.fact.closed-here-only': 'connection closed from here, yet others reach it',
  'health.fact.blind-dns': 'could not check: the name {host} does not resolve',
  'health.fact.blind-connect-timeout':
    'could not check: no connection to {host}:{port} in time (firewall, route, or a very slow way)',
  'health.fact.blind-tls': 'could not check: TLS with {host}:{port} did not come up',
  'health.fact.blind-forbidden': 'could not check: not allowed to {verb} {resource}',
  'health.fact.blind-forbidden.switch':
    'could not check: not allowed to {verb} {resource}; {allowedBy} of the Helm chart allows it',
  'health.fact.blind-forbidden.said': 'could not check: it is not allowed: “{detail}”',
  'health.fact.blind-forbidden.bare': 'could not check: the bot is not allowed to ask there',
  'health.fact.blind-protocol': 'could not check: it answers in a way we do not understand',
  'health.fact.blind-aborted': 'could not check: out of time',
  'health.fact.blind-timed-out': 'could not check: the check took too long',
  'health.fact.blind-secret-unreadable': 'could not check: its credentials cannot be read here',
  'health.fact.blind-secret-unreadable.unset': 'could not check: variable {variable} is not set',
  'health.fact.blind-secret-unreadable.file': 'could not check: file {path} cannot be read',
  'health.fact.blind-settings-invalid': 'could not check: its connection settings are not usable',
  'health.fact.blind-refused': 'could not check: the system to ask refuses connections',
  'health.fact.blind-refused.switch':
    'could not check: the container engine’s socket is not here; {allowedBy} beside the Compose file gives it',
  'health.fact.blind-no-answer': 'could not check: the system to ask does not answer',
  'health.fact.blind-closed': 'could not check: the system to ask closes the connection',
  'health.fact.blind-auth': 'could not check: it refuses the bot’s own credentials',
  'health.fact.blind-limit': 'could not check: turned away because a limit is reached',
  'health.fact.blind-not-admitted':
    'could not check: it lets no such connection in (address, user, database or TLS): “{detail}”',
  'health.fact.blind-starting': 'could not check: the system to ask takes no work now: “{detail}”',
  'health.fact.blind-busy': 'could not check: the system to ask is busy: “{detail}”',
  'health.fact.blind-read-only': 'could not check: the system to ask takes no writes: “{detail}”',
  'health.fact.blind-full': 'could not check: the system to ask has no room left: “{detail}”',
  'health.fact.blind-fault': 'could not check: the system to ask reports a fault of its own: “{detail}”',
  'health.fact.blind-rejected': 'could not check: it refuses what was asked: “{detail}”',
  'health.fact.blind-unknown-error':
    'could not check: it answers with an error that I do not know: “{detail}”',
  'health.fact.blind-database-not-recognised':
    'could not check: no database was recognised as that of {part:part}',
  'health.fact.blind-health-path-not-recognised':
    'could not check: it answers, but its health path is not known',
  'health.fact.blind-other': 'could not check',

  'health.fact.ENDPOINT_REFUSED': 'refuses connections',
  'health.fact.ENDPOINT_HUNG': 'accepts connections and does not answer',
  'health.fact.ENDPOINT_CLOSED': 'closes connections before it answers',
  'health.fact.ENDPOINT_STARTING': 'takes no work now: “{detail}”',
  'health.fact.ENDPOINT_BUSY': 'busy with one thing: “{detail}”',
  'health.fact.ENDPOINT_READ_ONLY': 'takes no writes: “{detail}”',
  'health.fact.ENDPOINT_FULL': 'has no room left: “{detail}”',
  'health.fact.ENDPOINT_FAULT': 'answers that it cannot serve: “{detail}”',
  'health.fact.ENDPOINT_AT_LIMIT': 'turns connections away, a limit is reached',
  'health.fact.SERVICE_UNHEALTHY': 'says it is not healthy (HTTP {httpStatus})',
  'health.fact.SERVICE_HEALTH_STALLED': 'alive, but its health path does not answer',
  'health.fact.SERVICE_SLOW': 'slow: {latencyMs:ms} (limit {thresholdMs:ms})',
  'health.fact.SERVICE_ANSWERS_IN_PART':
    'of {looks} new connections {refused} were refused, and {other} got another answer',
  'health.fact.DISK_FULL': 'no room left: {available:bytes} free on {mount}',
  'health.fact.DISK_FULL_LOGGED': 'its log says that no room is left',
  'health.fact.NODE_DISK_PRESSURE': 'its node {node} is short of disk space',
  'health.fact.SERVICE_MISSES_DEPENDENCY': 'does not reach {dependencies:part}, by its own answer',
  'health.fact.SERVICE_NO_HEALTH_PATH': 'answers, but has no health path we know',
  'health.fact.PG_DATABASE_MISSING': 'database {subject} does not exist',
  'health.fact.PG_STARTING': 'takes no connections now: it starts, recovers or stops',
  'health.fact.PG_TOO_MANY_CONNECTIONS': 'no connection left',
  'health.fact.PG_SLOW': 'slow: {latencyMs:ms} (limit {thresholdMs:ms})',
  'health.fact.PG_TABLES_MISSING': 'tables missing in {database}: {missing}',
  'health.fact.PG_CONNECTIONS_NEAR_LIMIT':
    '{used} of {max} connections in use, {applicationSessions} of them by {application}',
  'health.fact.PG_CONNECTIONS_NEAR_LIMIT.bare': '{used} of {max} connections in use',
  'health.fact.PG_IDLE_IN_TRANSACTION_LEAKED':
    '{sessions|# session|# sessions} of {application} idle in transaction',
  'health.fact.PG_READ_ONLY': 'new transactions in {database} are read-only',
  'health.fact.PG_WRITE_DENIED': '{role} may not insert into {tables}',
  'health.fact.PG_SLOT_HOLDS_WAL': 'slot {subject} has no reader and holds {heldBytes:bytes} of WAL',
  'health.fact.REDIS_MASTER_GONE': 'takes no writes: its master {master} cannot be reached',
  'health.fact.REDIS_REPLICAS_MISSING':
    'takes no writes: {good|# replica keeps|# replicas keep} up, {wanted} wanted',
  'health.fact.REDIS_SAVE_FAILED': 'the last save failed ({kind}); refuses writes: {stopsWrites}',
  'health.fact.REDIS_SLOW': 'slow: {latencyMs:ms} (limit {thresholdMs:ms})',
  'health.fact.REDIS_MEMORY_AT_LIMIT': 'memory full: {percent:percent}, cannot evict',
  'health.fact.REDIS_POLICY_NOEVICTION': 'memory {percent:percent} full, policy noeviction',
  'health.fact.REDIS_MEMORY_UNBOUNDED': 'no memory limit, {systemPercent:percent} of the machine in use',
  'health.fact.REDIS_MEMORY_FRAGMENTED': 'memory fragmented ({fragmentation})',
  'health.fact.NATS_SLOW': 'slow: {latencyMs:ms} (limit {thresholdMs:ms})',
  'health.fact.NATS_MONITOR_UNREACHABLE': 'monitoring port cannot be used',
  'health.fact.NEO4J_SLOW': 'slow: {latencyMs:ms} (limit {thresholdMs:ms})',
  'health.fact.AGENTS_NONE_REGISTERED': 'no agent is registered',
  'health.fact.AGENT_HEARTBEAT_STALE': '{stale} of {registered|# agent|# agents} silent',
  'health.fact.WORKLOAD_MISSING': 'no workload in namespace {namespace}',
  'health.fact.WORKLOAD_SCALED_TO_ZERO': 'scaled to zero',
  'health.fact.WORKLOAD_NOT_READY': '{ready} of {desired} ready',
  'health.fact.POD_OOM_KILLED': 'killed for memory',
  'health.fact.POD_IMAGE_UNAVAILABLE': 'image not available ({reason})',
  'health.fact.POD_COMMAND_MISSING': 'command {command} cannot be run',
  'health.fact.POD_INIT_WAITS': 'waits in its init container {container}',
  'health.fact.POD_INIT_RUNS': 'in its init container {container} for {seconds:seconds}',
  'health.fact.POD_EVICTED': 'evicted from node {node}',
  'health.fact.POD_CONFIG_MISSING': 'ConfigMap or Secret missing',
  'health.fact.POD_CRASH_LOOPING': 'crashes again and again ({restarts|# restart|# restarts})',
  'health.fact.POD_UNSCHEDULABLE': 'finds no node',
  'health.fact.POD_FAILED': 'failed: {reason}',
  'health.fact.POD_STUCK_TERMINATING': 'stuck while terminating',
  'health.fact.POD_NOT_READY': 'runs but is not ready',
  'health.fact.POD_RESTARTING': '{restarts|# restart|# restarts}',
  'health.fact.SERVICE_WITHOUT_ENDPOINTS': 'Service {service} has no ready endpoint',
  'health.fact.SERVICE_WITHOUT_PODS': 'Service {service} has no Pods behind it',
  'health.fact.POD_OLDER_THAN_CONFIG': 'runs with a configuration older than {configMap}',
  'health.fact.CONTAINER_MISSING': 'no container in project {project}',
  'health.fact.CONTAINER_EXITED': 'container exited (code {exitCode})',
  'health.fact.CONTAINER_OOM_KILLED': 'killed for memory',
  'health.fact.CONTAINER_PAUSED': 'container is paused',
  'health.fact.CONTAINER_RESTARTING': 'starts and ends again and again ({restarts|# restart|# restarts})',
  'health.fact.CONTAINER_UNHEALTHY': 'fails its own health check',

  'health.witness.runtime-running': 'its Pod or container, which runs',
  'health.witness.runtime-not-ready': 'its Pods, all of them unready',
  'health.witness.runtime-not-running': 'the runtime: nothing of it runs',
  'health.witness.sessions': '{where}, which sees {count|# connection|# connections} of it',
  'health.witness.dependant-up': '{service}, which reaches it',
  'health.witness.dependant-down': '{service}, which does not reach it either',
  'health.witness.dependant-hangs': '{service}, whose {path} hangs while others of its paths answer',
  'health.witness.dependant-unhealthy': '{service}, which is not healthy',
  'health.witness.second-look':
    'a second look by a new connection, while {beside:part} at the same host or network answers (a wrong address in the bot’s settings would look the same)',
  'health.witness.monitor-refuses': 'its monitoring port, which refuses connections too',
  'health.witness.monitor-answers': 'its monitoring port, which answers',

  'health.beside': '{part}: {what}.',
  'health.beside.free-space-unseen': 'free space could not be checked',
  'health.beside.writes-unseen': 'whether it takes reads and writes could not be checked',
  'health.beside.elsewhere': 'found as {places}, not where the configuration has it',
  'health.beside.on-bus': '{count|# agent is|# agents are} connected to NATS, from outside of here',
  'health.beside.on-bus-from': '{count|# agent is|# agents are} connected to NATS: {from}',
  'health.beside.other-product': '{services:part} uses {product} ({name}) instead, which is not checked',
  'health.beside.other-product-elsewhere': '{services:part} uses {product} instead, which is not checked',
  'unchecked.line': 'Not checked: {what}.',
  'unchecked.named': '{name} ({what})',
  'unchecked.image': 'image {image}',
  'unchecked.port': 'port {port}',
  'unchecked.used': 'used by {parts}',
  'unchecked.more': '{count} more',

  'cause.dns': 'the name does not resolve',
  'cause.refused': 'the connection was refused',
  'cause.refused.switch':
    'the container engine’s socket is not here; {allowedBy} beside the Compose file gives it',
  'cause.connect-timeout': 'no answer to the connection attempt',
  'cause.tls': 'TLS did not come up',
  'cause.auth': 'the bot’s own credentials are refused',
  'cause.forbidden': 'not allowed to {verb} {resource}',
  'cause.forbidden.switch': 'not allowed to {verb} {resource}; {allowedBy} of the Helm chart allows it',
  'cause.forbidden.said': 'it is not allowed: “{detail}”',
  'cause.forbidden.bare': 'the bot is not allowed to ask there',
  'cause.no-answer': 'connected, but no answer came',
  'cause.closed': 'the connection was closed before an answer',
  'cause.limit': 'turned away because a limit is reached',
  'cause.not-admitted': 'no such connection is let in (address, user, database or TLS): “{detail}”',
  'cause.starting': 'it takes no work now: “{detail}”',
  'cause.busy': 'it is busy with one thing: “{detail}”',
  'cause.read-only': 'it takes no writes: “{detail}”',
  'cause.full': 'it has no room left: “{detail}”',
  'cause.fault': 'it reports a fault of its own: “{detail}”',
  'cause.rejected': 'it refuses what was asked: “{detail}”',
  'cause.unknown-error': 'an error that I do not know: “{detail}”',
  'cause.protocol': 'an answer we do not understand',
  'cause.aborted': 'out of time',
  'cause.timed-out': 'the check took too long',
  'cause.bug': 'a fault of the bot itself; it is in the log',
  'cause.not-found': 'it does not exist',
  'cause.secret-unreadable': 'the credentials cannot be read here',
  'cause.secret-unreadable.unset': 'variable {variable} is not set',
  'cause.secret-unreadable.file': 'file {path} cannot be read',
  'cause.settings-invalid': 'the connection settings are not usable',
  'cause.kubeconfig-unreadable': 'the kubeconfig {path} cannot be read: {detail}',
  'cause.last-word-unknown':
    'the log ends with “{line}”, which is no known reason, although earlier errors are',
  'cause.kubeconfig-invalid': 'the kubeconfig {path} is not usable: {detail}',
  'cause.kubeconfig-login': 'the login program {command} of the kubeconfig {path} does not work: {detail}',
  'cause.heartbeat-too-young':
    'the last heartbeat is {lastHeartbeatSeconds} s old, and agents may pause that long: ask again in a minute',
  'cause.analysis-refused':
    'the analysis refuses our small request (HTTP {status}: {error}), so no analysis was tried',
  'cause.replicas-not-asked':
    'one replica answered through the Service, and {unasked} of {instances} could not be asked at their own addresses',
  'cause.another-replica':
    'the samples come from different replicas or from a restarted process, so they cannot be compared',
  'cause.agents-unheard': 'no agent published anything while I listened, so nothing could be compared',
  'cause.agents-heard-in-part': 'not every subject of the agents has a listener that I could see',
  'cause.subjects-open':
    'what a part that is down listens to is not seen, and a listener that has just connected has had no time to be silent',
  'cause.secrets-unread': 'may not read, or was not asked about, the Secrets {unread}',
  'cause.few-bytes': 'such keys fill Redis, with few bytes ({uselessBytes:bytes})',
  'cause.errors-unknown': '{strange|# error stands|# errors stand} in the logs in words that I do not know',
  'cause.logs-silent': 'the programs logged nothing in that time',
  'cause.no-agent-registered': 'no agent is registered, so no heartbeat could be counted',
  'cause.steps-unreadable':
    'the durations of the steps of {executions|# failed execution|# failed executions} cannot be read',
  'cause.subject-placeholder':
    '{@agent-manager} listens on {managerSubject} and the agent publishes on {agentSubject}: the value of its placeholder cannot be seen here',
  'cause.publishers-unknown':
    'clients publish on NATS ({clients}), and it cannot be told whether one of them is an agent',
  'cause.subjects-forbidden':
    'silence cannot be told from another subject: NATS refuses the bot’s own user the permission to subscribe to ">"',
  'cause.subscription-refused':
    'NATS refuses the bot’s own user the permission to subscribe to "{subject}"; add it to what that user may subscribe to',
  'cause.nothing-published': 'nothing was published on NATS in {seconds} s, so there was nothing to compare',
  'cause.service-without-pod':
    'Service {service} selects {selector}, and no Pod of its part is there to compare it with',
  'cause.events-quiet':
    'no client listens on {subject}, and no message came there in {seconds} s; the next one shows whether events get lost',
  'cause.events-subject-unseen':
    'the subject of the events is unknown: {subject} is silent, and {example} goes to no client',
  'cause.events-subject-hidden':
    'the subject of the events is unknown: {subject} is silent, and clients publish elsewhere. NATS refuses the bot’s own user the permission to subscribe to ">": add it, or name the subject under platform.subjects.events',
  'cause.model-unseen':
    'which model {@reasoning-service} loads was not seen: only the guide says that it lies in {folder}',
  'cause.listeners-elsewhere':
    'NATS passes messages on to other servers, and their clients cannot be seen here',
  'cause.servers-apart':
    'several NATS servers run that know of no other, and what is published on another one is not heard here',
  'cause.another-server': 'the monitor is of another NATS server than the one that the bot is connected to',
  'cause.scrape-targets-unread': 'the scrape targets {targets} cannot be asked from here',
  'cause.scrape-configuration-absent':
    'without a scrape configuration the bot cannot tell who exports {metrics}',
  'cause.operator-targets-unread':
    '{metrics} may come from what the Prometheus operator scrapes, and that is not read here',
  'cause.operator-targets-elsewhere':
    '{metrics} may come from what a Prometheus outside of this namespace scrapes',
  'cause.metrics-may-come': '{metrics} may be exported later, because a page has metrics of the same kind',
  'cause.agents-unlisted': '{@agent-manager} does not list its agents',
  'cause.heartbeats-unheard': 'no heartbeat of an agent that is lost came in {seconds} s',
  'cause.publisher-unseen': 'whether {instance} is connected to NATS was not seen',
  'cause.databases-many': 'the server has more than {most} databases',
  'cause.image-ids-of-nodes':
    'the nodes name the images of {parts} by ids of their own, which cannot be compared',
  'cause.pod-silent': 'The Service refuses, and its Pod at {host}:{port} does not answer',
  'cause.database-use-unseen':
    'no setting and no session shows which of the databases {databases} the services use',
  'cause.sessions-unseen': 'PostgreSQL shows no session of {instances}',
  'cause.manifests-unread': 'the folder {folder} cannot be read',
  'cause.manifests-many': 'the folder {folder} has too many files',
  'cause.sockets-unread.switch':
    'the open ports of {instances} cannot be read; {allowedBy} of the Helm chart allows it',
  'cause.sockets-unread': 'the open ports of {instances} cannot be read, or the container has just started',
  'cause.registration-unconfirmed':
    'only {instance} itself says that it is registered, and {@agent-manager} cannot be asked',
  'cause.graph-claim': 'the log only claims a connection to Neo4j, which it may do without trying',
  'cause.value-only-documented':
    'nothing here shows what {key} is; only the platform’s guide says {value}, and that decides nothing',
  'cause.metrics-absent':
    'something waits, and the metrics that would show the reason are absent ({metrics})',
  'cause.log-empty': 'the log of {instance} is empty',
  'cause.no-batch-ended':
    'no batch of events was stored in {seconds} s, and nothing shows what its writer was doing ({queue|# event waits|# events wait})',
  'cause.override-unread':
    'the environment may override {keys} of the file, but the bot is not allowed to {verb} {resource}',
  'cause.value-in-secret': '{key} comes from the Secret {secret}, whose values are not read for this',
  'cause.token-source-unknown':
    '{part} shows no source of its registration token: no variable such as {@variables.token}, no mounted Secret',
  'cause.token-on-neither-side':
    '{@agent-manager} ({managerSource}) and the agents ({agentSource}) both lack a registration token',
  'cause.reference-gone': 'its environment refers to {kind} {name}, key {key}, which no longer exists',
  'cause.command-metrics-absent':
    'waiting and timed-out commands cannot be counted: metrics are absent ({metrics})',
  'cause.executions-unknown':
    'a workflow file looks wrong, but its executions cannot be listed: {@orchestrator-service} is not configured',
  'cause.too-little-cpu':
    'in {seconds} s too little CPU was used ({cores} cores) to tell which function takes it',
  'cause.throttling-unknown.switch':
    '{used} of {limit} millicores are in use; how often the kernel throttled it shows with {allowedBy} of the Helm chart',
  'cause.throttling-unknown':
    'it uses {used} of {limit} millicores, but the kernel’s count of throttled periods cannot be read',
  'cause.redis-bound-unknown':
    'Redis has no memory limit of its own and holds {usedBytes:bytes}; the limit of its container or machine is not known here',
  'cause.debug-container':
    'the container has no tool for it, and the debug container beside it does not run ({why})',
  'cause.debug-container-limit':
    'the container has no tool for it, and its Pod lists {count} debug containers already',
  'cause.sessions-hidden':
    'the role does not see what {hidden|# session|# sessions} of other roles {hidden|does|do}: it needs membership in pg_monitor',
  'cause.slow-consumer-unclear':
    'NATS has a slow consumer ({consumer}), but its name, address and subjects do not show whether it is the platform’s',
  'cause.cache-keys-unknown':
    '{keys|# key agent:* matches|# keys agent:* match} no agent in the table ({rows|# row|# rows}): the naming of keys is unknown',
  'cause.part-not-recognised':
    'no workload here was recognised as {part:part}; it may be one of {strangers}. Name it under {setting}',
  'cause.database-not-recognised':
    'no database here was recognised as that of {part:part}. Name it under postgres.databases',
  'cause.written-while-starting':
    '{file} was written in the first two seconds of {container}; whether the program had read it before is unknown. A restart makes it read the file',
  'cause.changed-while-starting':
    'the ConfigMap changed at about the start of {uses}; whether it was read before or after that is unknown. A restart makes the programs read it',
  'cause.tables-not-recognised':
    'database {database} has tables of other names than {tables}. Name them under platform.tables',
  'cause.health-path-not-recognised':
    '{part:part} answers, but with 404 on {paths}. Name its path under services.{part}.healthPaths',
  'cause.listener-unknown':
    'nothing shows that {to:part} listens: it has no address under services, and no port was seen ({url})',
  'cause.request-limit':
    'not checked: this diagnosis has used its limit of {most} requests to the Kubernetes API',
  'cause.controller-behind': 'the controller has not yet acted upon the change of {workloads}',
  'cause.too-many-objects': 'too many objects to list ({objects} {kind})',

  'skip.not-configured': 'not configured',
  'skip.not-applicable': 'does not apply here',
  'skip.not-installed': 'not installed there',
  'skip.disabled': 'switched off',
  'skip.no-data': 'no data yet',

  'health.title.looking': '*{environment}*: looking at {parts|# part|# parts} …',
  'health.title.looking-bad': '*{environment}*: {what}. Still looking …',
  'health.title.healthy': '*{environment}* is healthy: {parts|# part is|# parts are} up.',
  'health.title.healthy-but':
    '*{environment}*: {parts|# part is|# parts are} up, and nothing is known to be broken. Not checked: {what}.',
  'health.title.findings': '*{environment}*: {what}.',
  'health.title.unknown': '*{environment}*: nothing is known to be broken; {what}.',
  'mended.look': '*Mended at {at:time}*: what was found in *{environment}* is gone, as a newer look saw.',
  'mended.fix': '*Mended at {at:time}* by `{handle}`: what was found in *{environment}* is gone.',
  'mended.before': 'It said: {text}',
  'health.root': '{part} is {state}',
  'health.root.why': '{part} is {state}: {why}',
  'health.since': '{what}, since {since:time}',
  'health.are': '{parts} {count|is|are} {state}',
  'health.are.count': '{count|# part is|# parts are} {state}',
  'health.with-findings.count': '{count|# part is|# parts are} up, with warnings',
  'health.with-findings': '{parts} {count|is|are} up, with warnings',
  'health.findings': '{count|# finding|# findings}',
  'health.unchecked': '{parts} could not be checked',
  'health.unchecked.count': '{count|# part|# parts} could not be checked',
  'health.unchecked.checks': '{checks|# check|# checks} could not be made',
  'health.do.fix': '{count|A fix is|# fixes are} offered in the thread: {fixes}.',
  'health.do.ask':
    'No fix is known for this alone. Ask for the cause: `/aetherius diagnose {part} {environment}`',
  'health.do.off': 'A fix is known. {off}',
  'health.do.undone': 'The fix was taken back. Ask again: `/aetherius health {environment}`',
  'health.line': '{part}: {what}',
  'health.up': '{count|# part is|# parts are} up: {parts}.',
  'health.waiting': 'Not looked at yet: {parts}.',
  'health.behind': 'Behind it: {parts}',
  'health.behind-maybe': 'Perhaps behind it: {parts}',
  'health.found': '{part}: {count|# finding|# findings}',
  'health.may-because': 'may be because {root} is {state}',
  'health.because': 'because {root} is {state}',
  'health.witness': 'confirmed by {witness}',
  'health.witness-against': 'against it: {witness}',
  'health.not-configured': 'Not configured: {parts}.',
  'health.repaired': '{part} is fixed since (`{handle}`)',
  'health.queued': 'Waiting for a worker of {environment} …',
  'health.footer': '{environment} · {time:time} · asked by {who}',
  'health.footer.took': '{environment} · {time:time} · asked by {who} · took {took:ms}',
  'health.reference': 'run {run}',
} as const;
