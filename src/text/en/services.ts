/** Findings about the services: what, with its numbers; what users notice; what to do. */
export const services = {
  'finding.SERVICE_EXITS_AT_START':
    '{part} exits right after start ({subject}, exit code {exitCode}, {restarts|# restart|# restarts}).',
  'finding.SERVICE_EXITS_AT_START.ended':
    '{part} has ended and was not started again ({subject}, exit code {exitCode}).',
  'finding.SERVICE_EXITS_AT_START.impact': 'Everything that goes through {part} stands still.',
  'finding.STARTUP_DATABASE_UNREACHABLE': '{part} cannot reach its database at start: {message}',
  'finding.STARTUP_DATABASE_CREDENTIALS': 'PostgreSQL refuses the credentials of {part}: {message}',
  'finding.STARTUP_DATABASE_NOT_ADMITTED':
    'PostgreSQL does not let {part} in (address, user, database or TLS): {message}',
  'finding.STARTUP_DATABASE_MISSING': 'The database that {part} wants does not exist: {message}',
  'finding.STARTUP_REDIS_UNREACHABLE': '{part} cannot reach Redis at start: {message}',
  'finding.STARTUP_REDIS_CREDENTIALS': 'Redis refuses the password of {part}: {message}',
  'finding.STARTUP_REDIS_FULL': 'Redis is full and refuses what {part} writes at start: {message}',
  'finding.STARTUP_CONFIG_REFUSED': '{part} cannot work with its configuration: {message}',
  'finding.STARTUP_FILE_UNOPENED': '{part} cannot open a file that it needs: {message}',
  'finding.STARTUP_ROW_UNREADABLE': '{part} cannot read a stored row: {message}',
  'finding.STARTUP_SCHEMA_WRONG': '{part} finds other tables than it expects: {message}',
  'finding.STARTUP_REASON_UNKNOWN':
    '{subject} ended (exit code {exitCode}), and its last lines name no cause that this bot knows.',
  'finding.STARTUP_NATS_UNREACHABLE': '{part} cannot reach NATS at start: {message}',
  'finding.STARTUP_NATS_CREDENTIALS': 'NATS refuses the credentials of {part}: {message}',
  'finding.STARTUP_PORT_IN_USE': 'The port of {part} is taken by another process: {message}',
  'finding.PART_ABSENT': 'There is no Pod or container of {part} here: it was removed, or lives elsewhere.',
  'finding.PART_MISSING': '{part} should run here as "{name}", and there is no Pod or container of it.',
  'finding.PART_NOT_RUNNING':
    'No instance of {part} is running ({subject}: {state}, {reason}, exit code {exitCode}).',
  'finding.PART_PAUSED': '{part} is paused ({subject}).',
  'finding.PART_NOT_READY': '{part} is running but not ready ({subject}, {restarts|# restart|# restarts}).',
  'finding.NETWORK_SILENT': 'Nothing answers connection attempts to {subject}: packets get lost on the way.',
  'finding.NETWORK_SLOW':
    'A connection to {subject} takes {handshakeMs:ms} to open (limit {thresholdMs:ms}): the way to it is slow.',
  'finding.REGISTRATION_SUBJECTS_DIFFER':
    'Agents register on "{agentSubject}", {@agent-manager} listens on "{managerSubject}".',
  'finding.REGISTRATION_SUBJECTS_DIFFER.impact': 'No new agent can register; its cluster is blind.',
  'finding.AUTH_TOKENS_DIFFER':
    'The registration tokens differ (digests): {@agent-manager} has {managerDigest} from {managerSource}, the agents have {agentDigest} from {agentSource}.',
  'finding.AUTH_TOKEN_MISSING':
    'The registration token is missing on the side of {missing} (expected from {source}).',
  'finding.AGENT_REGISTRATION_FAILS': 'The log of {subject} says that registration fails.',
  'finding.REGISTRATION_REFUSED_TOKEN': 'A registration was refused because of its token ({subject}).',
  'finding.MANAGER_SEES_NO_REGISTRATION':
    '{@agent-manager} knows of no registration at all (the agent says: {agentSays}).',
  'finding.NOBODY_PUBLISHES': 'No collect agent published anything on any subject in {seconds} s.',
  'finding.AGENT_SUBJECTS_DIFFER':
    'Agents publish on "{published}" ({publisher}), where no client listens. {listener} listens on "{listened}", where nothing arrives.',
  'finding.AGENT_SUBJECTS_DIFFER.impact': 'The agents run, and nothing of what they send arrives.',
  'finding.PORT_NOT_LISTENED':
    'The manifest of {container} declares port {port} ({declaredBy}), and no process listens on it. Open ports there: {open}.',
  'finding.PORT_NOT_LISTENED.impact': 'Requests and health checks to that port are refused.',
  'finding.HEALTH_CHECK_CANNOT_PASS':
    'The health check of {container} cannot pass, although its program runs: {said} ({failures|# failure|# failures} in a row).',
  'finding.HEALTH_CHECK_CANNOT_PASS.impact':
    'What waits for this check never starts, and a liveness probe ends the container again and again.',
  'finding.SERVICE_SELECTS_NOTHING':
    'Service {service} selects {selector}, and no Pod has that. Pod {pod} has {labels}.',
  'finding.SERVICE_SELECTS_NOTHING.impact': 'Every connection to the Service is refused, while the Pod runs.',
  'finding.SERVICE_POD_UNCLEAR':
    'Service {service} selects {selector}, and no Pod has that. Pod {pod} takes its port and has no Service. It may be the one that is meant.',
  'finding.SERVICE_POD_UNCLEAR.impact': 'Every connection to the Service is refused.',
  'finding.SERVICE_PORT_NOT_LISTENED':
    'Service {service} sends its port {from} to port {port} of {container}, and nothing listens there. Open ports there: {open}.',
  'finding.SERVICE_PORT_NOT_LISTENED.impact': 'Every connection to that port of the Service is refused.',
  'finding.SERVICE_FOREIGN_PODS':
    'Behind Service {service} stand {strangers|# Pod|# Pods} of another image beside {own|# Pod|# Pods} of {part}: {pods}.',
  'finding.SERVICE_FOREIGN_PODS.impact':
    'A share of the calls goes to {strangers|that Pod|those Pods}, where {part} does not answer.',
  'finding.SERVICE_MISSING': '{part} runs ({pods}), and no Service of namespace {namespace} leads to it.',
  'finding.SERVICE_MISSING.impact': 'Clients that ask for it by its name get no connection.',
  'finding.SERVICE_PORT_UNKNOWN':
    'Service {service} leads to the port named "{port}", and its Pods name only: {named}.',
  'finding.SERVICE_PORT_UNKNOWN.impact': 'Every connection to that port of the Service is refused.',
  'finding.EXPECTED_DATABASE_MISSING':
    '{container} wants the database "{database}", which PostgreSQL does not have (nearest name: {similar}; it has: {known}).',
  'finding.EXPECTED_DATABASE_MISSING.impact': 'The program ends at each start.',
  'finding.NATS_SERVERS_APART':
    '{servers} NATS servers run ({names}), and the one that was asked has no route to another.',
  'finding.NATS_SERVERS_APART.impact':
    'Clients of one server do not hear those of another, so messages arrive only by chance.',
  'finding.SCRAPE_TARGET_CLOSED':
    'The scrape job "{job}" ({source}) asks {target}, and no process of {container} listens there. Open ports: {open}.',
  'finding.SCRAPE_TARGET_CLOSED.impact': 'Prometheus gets no metrics from it, so alerts on them stay silent.',
  'finding.SCRAPE_PAGE_MISSING':
    'The scrape job "{job}" ({source}) asks {target}. {container} answers {path} with status {status} and no metrics.',
  'finding.SCRAPE_PAGE_MISSING.impact': 'Prometheus gets no metrics from it, so alerts on them stay silent.',
  'finding.SCRAPE_SELECTS_NOTHING':
    'The scrape job "{job}" ({source}) looks for {wanted}, which does not exist. Nearest: {near}.',
  'finding.SCRAPE_SELECTS_NOTHING.impact':
    'Prometheus gets no metrics from it, so alerts on them stay silent.',
  'finding.ALERT_WITHOUT_METRIC':
    'Rule {rules} ({source}) asks for the metric {metric}. No page that Prometheus reads has it (pages: {pages}).',
  'finding.ALERT_WITHOUT_METRIC.impact': 'The rule never fires.',
  'finding.PUBLISHER_WITHOUT_CONNECTION':
    '{container} cannot publish: {message} ({count|# line|# lines} in {minutes} min). It is connected to NATS as {client}, so NATS is not the reason.',
  'finding.PUBLISHER_WITHOUT_CONNECTION.impact': 'What it should send there never leaves the program.',
  'finding.MESSAGE_NOT_USABLE':
    '{container} cannot use a message that it was sent: {message} ({count|# line|# lines} in {minutes} min).',
  'finding.MESSAGE_NOT_USABLE.impact': 'What the message is meant to start does not happen.',
  'finding.SUBJECT_SILENT':
    '{listener} listens on {subject}. It connected {hours} h ago, and nothing has come there since.',
  'finding.HEARTBEAT_WITHOUT_AGENT':
    '{@agent-manager} does not count the heartbeats of {agent}: {count|# message|# messages} in {seconds} s on {subject}, without the name of an agent (fields: {fields}).',
  'finding.HEARTBEAT_WITHOUT_AGENT.impact': '{@agent-manager} takes an agent that works for lost.',
  'finding.SCHEMA_TWICE':
    'Database "{database}" has empty tables of "{used}" with other columns ({tables}). In {table} it lacks: {missing}. It adds: {added}.',
  'finding.SCHEMA_TWICE.impact': 'A reader of "{database}" finds other columns and empty tables.',
  'finding.IMAGES_DIFFER':
    '{part} runs two images: {first} in {with|# instance|# instances}, as in {one}, and {second} in {without|# instance|# instances}, as in {other}.',
  'finding.IMAGES_DIFFER.impact': 'Whichever instance answers decides how {part} behaves.',
  'finding.VARIABLE_NOT_FOLLOWED':
    '{variable} of {container} names the database "{database}". It has {sessions|# session|# sessions} in: {used}.',
  'finding.VARIABLE_NOT_FOLLOWED.impact': 'A change of that variable has no effect.',
  'finding.ADDRESS_NOT_FOLLOWED':
    '{variable} of {container} is {given}. The program calls {called} instead ({count|# line|# lines} in {minutes} min): {message}',
  'finding.ADDRESS_UNEXPLAINED':
    '{variable} of {container} is {given}, and the program calls {called}. Another of its settings, which cannot be read, may give that address.',
  'finding.ADDRESS_NOT_FOLLOWED.impact': 'A change of that setting has no effect.',
  'finding.AGENTS_SILENT':
    'No collect agent has been heard for {thresholdSeconds} s or longer ({registered|# is|# are} registered).',
  'finding.EVENT_LATENCY_HIGH': 'Events take {latencySeconds} s from their origin to their commit.',
  'finding.EVENT_LATENCY_HIGH.impact': 'Alerts and workflows start late.',
  'finding.EVENT_QUEUE_BACKLOG':
    'The event queue holds {queue} of {queueCapacity} and changes by {queueSlopePerSecond} a second: {receivedPerSecond|# comes|# come} in, {storedPerSecond|# is|# are} stored.',
  'finding.EVENT_WORKERS_BUSY':
    '{workers|The only event worker is|All # event workers are} busy, too; one event takes {enrichSeconds} s, and {receivedPerSecond} come each second. Whether that is enough shows once the database is fast.',
  'finding.EVENT_WORKERS_SATURATED':
    '{workers|The only event worker is|All # event workers are} busy; one event takes {enrichSeconds} s, the queue holds {queue}.',
  'finding.EVENT_BATCHES_FULL':
    'Every batch is full ({batchSize} of {batchLimit}) and one goes every {batchTimeoutMs} ms: the writer’s pace is the limit.',
  'finding.EVENT_WRITES_SLOW': 'One batch takes {writeSeconds} s in the database; events wait for it.',
  'finding.EXECUTIONS_PENDING':
    '{stuck|# execution is pending, for|# executions are pending, the oldest for} {oldestSeconds} s (workflows: {workflows}).',
  'finding.EXECUTIONS_WAITING':
    '{stuck|# execution has waited for a worker for|# executions wait for a worker, the oldest for} {oldestSeconds} s (workflows: {workflows}).',
  'finding.EXECUTIONS_PENDING.impact': 'Submitted workflows do not run.',
  'finding.EXECUTOR_STARVED':
    '{workersBusy} of {workers|# executor worker|# executor workers} {workersBusy|is|are} busy and {queue} of {queueCapacity|# place|# places} of the queue {queue|is|are} taken.',
  'finding.EXECUTOR_QUEUE_FULL_LOGGED':
    '{@orchestrator-service} logs that its queue is full ({queueFull|once|# times} in {minutes} min).',
  'finding.EXECUTOR_ERRORS_LOGGED':
    '{@orchestrator-service} logs executor errors ({errors} in {minutes} min).',
  'finding.WORKFLOW_FILE_BROKEN': 'Workflow file {file}, line {line}: {reason}.',
  'finding.WORKFLOW_FILE_FAULTY':
    'Workflow file {file}, line {line}: {reason}; {waiting|# execution of it waits|# executions of it wait}.',
  'finding.WORKFLOW_FILE_UNUSUAL':
    'Workflow file {file}, line {line}: {reason}. No execution is held up by it.',
  'finding.STEP_TIMED_OUT':
    'Step {subject} ended at its own limit of {timeoutSeconds} s ({times|once, in|# times, last in} {execution}).',
  'finding.STEP_COMMAND_TIMED_OUT':
    'The command of step {subject} ran out of time in {@agent-manager}: {error}',
  'finding.COMMANDS_SATURATED':
    '{maxConcurrent|The only command slot is|All # command slots are} taken and {waiting|# command waits|# commands wait} ({inflight} in flight).',
  'finding.COMMANDS_TIME_OUT': 'Commands run into their time limit ({timeoutsPerSecond} a second).',
  'finding.ROOT_CAUSE_FAILS': 'Root-cause analysis fails (HTTP {status}): {error}',
  'finding.ROOT_CAUSE_FAILS.impact': 'Incidents get no automatic analysis.',
  'finding.ROOT_CAUSE_FAILS_IN_SOME':
    'Not every analysis fails, only those of {failing|one Pod|# Pods} of {asked} behind the Service ({pods}).',
  'finding.ROOT_CAUSE_MODEL_ERROR': 'The analysis fails because of its model: {error}',
  'finding.ROOT_CAUSE_GRAPH_UNAVAILABLE': 'The analysis answers, but without the knowledge graph.',
  'finding.MODEL_MISSING': 'The model {subject} is not in {folder} (there: {files}).',
  'finding.MODEL_EMPTY': 'The model {subject} is an empty file.',
  'finding.SKLEARN_IMPORT_FAILS': 'scikit-learn cannot be imported in the container: {error}',
  'finding.ANALYZER_MODEL_ERROR': 'The analyzer’s last word on its model is an error: {message}',
  'finding.GRAPH_CREDENTIALS_REFUSED': 'Neo4j refuses the credentials of {@reasoning-service}: {message}',
  'finding.GRAPH_CONNECTION_FAILS': '{@reasoning-service} cannot reach Neo4j: {message}',
  'finding.NEO4J_STARTING':
    'Neo4j has been running for {runningSeconds:seconds} and has not said "Started." yet. Ask again in {againSeconds:seconds}.',
  'finding.OOM_KILLED':
    '{part} was killed for memory ({subject}, limit {limitMiB} MiB, exit code 137, {restarts|# restart|# restarts}).',
  'finding.MEMORY_NEAR_LIMIT': '{part} uses {usedMiB} of {limitMiB} MiB ({subject}).',
  'finding.NO_MEMORY_LIMIT': '{part} has no memory limit ({subject}).',
  'finding.CPU_HIGH': '{part} uses {cores|# core|# cores} ({goroutines|# goroutine|# goroutines}).',
  'finding.CPU_AT_LIMIT': '{part} uses {usedMillicores} of {limitMillicores} millicores ({subject}).',
  'finding.CPU_THROTTLED':
    '{part} is held back at its limit of {limitMillicores} millicores {percent} % of the time ({subject}).',
  'finding.CPU_LIMIT_TINY':
    'The limit of {part}, {limitMillicores} millicores, is so small that no profile can tell what takes the CPU.',
  'finding.CPU_BUSY_WITHOUT_LIMIT': '{part} uses {usedMillicores} millicores and has no limit ({subject}).',
  'finding.HOT_FUNCTION':
    '{percent} % of the CPU time of {part} goes to {function} and the libraries it calls ({file}:{line}).',
  'finding.HOT_FUNCTION_HELD_BACK':
    '{percent} % of the CPU time that {part} gets goes to {function} ({file}:{line}). That is {cores} cores of a busy machine, where something waits for CPU {waiting} % of the time: it may want more.',
  'finding.MEMORY_GROWS':
    '{part} grows by {growthMiBPerMinute} MiB a minute ({memoryFromMiB} → {memoryMiB} MiB in {seconds} s).',
  'finding.HEAP_GROWS_AT':
    'Memory grows at {function} ({file}:{line}): {grewMiB} MiB in {seconds} s, {heldMiB} MiB held.',
  'finding.STALE_CACHE':
    '{orphans} of {keys|# cached agent|# cached agents} {orphans|has|have} no row, {different|# differs from its row|# differ from their rows} ({rows|# row|# rows}; for example {sample}).',
  'finding.UNPROCESSED_EVENTS':
    '{unprocessed|# event was|# events were} stored but not processed for over {olderThanSeconds} s.',
  'finding.INDEX_CORRUPT': 'Index {subject} on {table} is corrupt: {error}',
  'finding.INDEX_CORRUPT.impact': 'Queries may miss rows or return wrong ones.',
  'finding.INDEX_BLOATED': 'Index {subject} on {table} ({mib} MiB) is only {densityPercent} % full.',
  'finding.INDEX_INVALID':
    'Index {subject} on {table} is invalid: an earlier CREATE INDEX CONCURRENTLY did not finish.',
  'finding.CONFIG_OVERRIDDEN':
    '{key} of {part}: the file says {fileValue}, but {layer} {name} wins with {value}.',
  'finding.CONFIG_OVERRIDE_IN_USE':
    '{key} of {part}: the program is connected by {layer} {name} ({value}). The file says {fileValue}, which is not used.',
  'finding.CONTAINER_OLDER_THAN_CONFIG':
    '{subject} started {behindSeconds} s before its configuration file was changed.',
} as const;
