/**
 * Lines to copy for one instruction. `{name}` is a fact of the finding (or `ns`, `agents`, `home`: the namespace of its
 * part; `project`, `part`, `subject`, `workload`) as one word of a shell, `{name:words}` as one word for each of a list,
 * `{name:sql}` as an SQL identifier, `{name:number}` as digits. A line with a value that is not there, or that could be
 * read as anything but that value, is left out.
 *
 * Somebody tired pastes the whole block. So what takes something away stands in a comment, with the condition under
 * which it is done; an editor or a prompt is the last command of its block or chained with what follows, for it would
 * swallow the lines after it; and a comment has a line of its own, for zsh takes one behind a command for words of it.
 */
export interface Lines {
  readonly kubernetes?: readonly string[];
  readonly compose?: readonly string[];
  /** The same everywhere: SQL, or a client of the store. */
  readonly any?: readonly string[];
}

const compose = 'docker compose -p {project}';
const container = (part: string) => `$(${compose} ps -q ${part})`;
/** Workloads of the parts, by their names in the guide. */
export const workloads: Readonly<Record<string, string>> = {
  'agent-manager': 'deployment/agent-manager',
  'orchestrator-service': 'deployment/orchestrator-service',
  'reasoning-service': 'deployment/reasoning-service',
  'collect-agent': 'daemonset/collect-agent',
  postgres: 'statefulset/postgres',
  redis: 'statefulset/redis',
  nats: 'statefulset/nats',
  neo4j: 'statefulset/neo4j',
};

/** Edit a service's configuration and have it read: the programs of the platform read it once, at start. */
const configured = (part: string, settings: string): Lines => ({
  kubernetes: [
    `# ${settings}`,
    `kubectl -n {ns} edit configmap ${part}-config && kubectl -n {ns} rollout restart ${workloads[part] ?? `deployment/${part}`}`,
  ],
  compose: [
    `docker inspect -f '{{json .Mounts}}' ${container(part)}`,
    `# in its file: ${settings}; then: ${compose} restart ${part}`,
  ],
});

const limited = (part: string, kubernetes: string, docker: string): Lines => ({
  kubernetes: [`kubectl -n {home} set resources ${workloads[part] ?? '{workload}'} ${kubernetes}`],
  compose: [`docker update ${docker} ${container(part)}`],
});

const profiled = (path: string): Lines => ({
  kubernetes: [
    'kubectl -n {ns} port-forward {workload} 6060:{port:number} &',
    `go tool pprof -top 'http://127.0.0.1:6060/debug/pprof/${path}'`,
  ],
  compose: [
    `docker exec ${container('{part}')} wget -q -O - 'http://127.0.0.1:{port:number}/debug/pprof/${path}' >profile.pb.gz`,
  ],
});

/** A look at a workflow file, and what to do once it is mended wherever it is kept. */
const inWorkflows = (look: string, mend: string): Lines => ({
  kubernetes: [
    `kubectl -n {ns} exec deployment/orchestrator-service -- ${look}`,
    `# ${mend}; then: kubectl -n {ns} rollout restart deployment/orchestrator-service`,
  ],
  compose: [
    `docker exec ${container('orchestrator-service')} ${look}`,
    `# ${mend}; then: ${compose} restart orchestrator-service`,
  ],
});

const unlinked = (pattern: string): Lines => ({
  any: [
    '# REDISCLI_AUTH holds the password',
    `redis-cli --scan --pattern ${pattern} | wc -l`,
    `# after counting: redis-cli --scan --pattern ${pattern} | xargs -r -n 100 redis-cli UNLINK`,
  ],
});

const goBack = '# if it came with a change: kubectl -n {namespace} rollout undo {subject}';

/** By the key of the instruction (`remedy.<key>` in the catalogue of words). */
export const remedyLines: Readonly<Record<string, Lines>> = {
  'correct-database-config': configured('agent-manager', 'database.host, database.port, database.user'),
  'correct-nats-config': configured('agent-manager', 'nats.url, nats.user'),
  'free-or-change-port': configured('agent-manager', 'server.port'),
  'align-registration-subject': {
    kubernetes: [
      'kubectl -n {ns} get configmap agent-manager-config -o yaml | grep registration',
      '# nats.subjects.registration, as above',
      'kubectl -n {agents} edit configmap collect-agent-config && kubectl -n {agents} rollout restart daemonset/collect-agent',
    ],
    compose: [
      `docker inspect -f '{{json .Mounts}}' ${container('collect-agent')}`,
      `# in its file: nats.subjects.registration; then: ${compose} restart collect-agent`,
    ],
  },
  'copy-auth-token': {
    kubernetes: [
      // Chained: where there is no such Secret, nothing was copied and nothing is restarted.
      '# where both sides have it from the Secret agent-auth-token:',
      "kubectl -n {ns} get secret agent-auth-token -o json | jq '{apiVersion,kind,type,data,metadata:{name:.metadata.name}}' | kubectl -n {agents} apply -f - && kubectl -n {agents} rollout restart daemonset/collect-agent",
    ],
    compose: [`# AGENT_AUTH_TOKEN as agent-manager has it; then: ${compose} up -d collect-agent`],
  },
  'start-collect-agent': {
    kubernetes: [
      'kubectl -n {agents} get daemonset collect-agent',
      'kubectl -n {agents} logs daemonset/collect-agent --tail=50',
    ],
    compose: [`${compose} up -d collect-agent`, `${compose} logs --tail 50 collect-agent`],
  },
  'raise-event-workers': configured('agent-manager', 'event.workers: 20, event.buffer_size: 2000'),
  'raise-event-batch': configured('agent-manager', 'event.batch_size: 200, event.batch_timeout: 500'),
  'raise-executor': configured('orchestrator-service', 'executor.workers: 50, executor.queue_size: 2000'),
  'raise-command-capacity': configured(
    'agent-manager',
    'agent.command.default_timeout: 600, agent.command.max_concurrent: 200',
  ),
  'speed-up-consumer': configured('agent-manager', 'event.workers: 20, event.buffer_size: 2000'),
  'mend-workflow-file': inWorkflows('cat {file}', 'line {line:number} of {file}'),
  'raise-step-timeout': inWorkflows(
    'grep -n -A8 {step} /etc/aetherius/workflows/{workflow}.yaml',
    'timeout of {step} in {workflow}.yaml: 120 → 300',
  ),
  'raise-memory-limit': limited(
    'reasoning-service',
    '--limits=memory=2Gi --requests=memory=1Gi',
    '--memory 2g --memory-swap 2g',
  ),
  'fetch-model-again': {
    kubernetes: [
      'kubectl -n {ns} exec deployment/reasoning-service -- ls -l /app/models/',
      'kubectl -n {ns} rollout restart deployment/reasoning-service',
    ],
    compose: [
      `docker exec ${container('reasoning-service')} ls -l /app/models/`,
      `${compose} restart reasoning-service`,
    ],
  },
  'wait-for-neo4j': {
    kubernetes: ['kubectl -n {ns} rollout status statefulset/neo4j --timeout=300s'],
    compose: [`${compose} logs --tail 20 -f neo4j`],
  },
  'reset-neo4j-password': {
    kubernetes: [
      '# there: ALTER CURRENT USER SET PASSWORD FROM … TO …; then the same in the Secret',
      'kubectl -n {ns} exec -it neo4j-0 -- cypher-shell -u neo4j && kubectl -n {ns} edit secret neo4j-credentials && kubectl -n {ns} rollout restart deployment/reasoning-service',
    ],
    compose: [
      `# there: ALTER CURRENT USER SET PASSWORD FROM … TO …; then NEO4J_PASSWORD, and: ${compose} up -d reasoning-service`,
      `docker exec -it ${container('neo4j')} cypher-shell -u neo4j`,
    ],
  },
  'start-neo4j': {
    kubernetes: [
      'kubectl -n {ns} logs neo4j-0 --previous --tail=50',
      'kubectl -n {ns} scale statefulset/neo4j --replicas=1',
    ],
    compose: [`${compose} logs --tail 50 neo4j`, `${compose} up -d neo4j`],
  },
  'mend-hot-function': profiled('profile?seconds=30'),
  'mend-leak': profiled('heap?gc=1'),
  'raise-cpu-limit': limited('{part}', '--limits=cpu=2 --requests=cpu=1', '--cpus 2'),
  'set-memory-limit': limited('{part}', '--limits=memory=2Gi', '--memory 2g --memory-swap 2g'),
  'delete-stale-cache': unlinked("'agent:*'"),
  'delete-useless-keys': unlinked('{prefix}'),
  'set-eviction-policy': {
    any: ['# REDISCLI_AUTH holds the password', 'redis-cli CONFIG SET maxmemory-policy allkeys-lru'],
  },
  'raise-maxmemory': {
    any: ['# REDISCLI_AUTH holds the password', 'redis-cli CONFIG SET maxmemory 1gb'],
    kubernetes: ['kubectl -n {ns} set resources statefulset/redis --limits=memory=2Gi'],
    compose: [`docker update --memory 2g --memory-swap 2g ${container('redis')}`],
  },
  'reindex-concurrently': {
    any: ['-- in database {database}', 'REINDEX INDEX CONCURRENTLY {schema:sql}.{index:sql};'],
  },
  'remove-override': {
    kubernetes: [
      '# {name}',
      '# or there: kubectl -n {home} edit configmap/{configMap} && kubectl -n {home} rollout restart {workload}',
      'kubectl -n {home} edit {workload}',
    ],
    compose: ['# {name}', `docker inspect -f '{{.Config.Cmd}} {{.Config.Env}}' ${container('{part}')}`],
  },
  // By its part: what speaks for it may be an address that does not answer, or that there is no instance at all.
  'see-why-not-running': {
    kubernetes: [
      'kubectl -n {home} get {workload}',
      'kubectl -n {home} describe pods -l app={part}',
      'kubectl -n {home} logs {workload} --tail=50',
      'kubectl -n {home} logs {workload} --previous --tail=50',
    ],
    compose: [`${compose} ps -a {part}`, `${compose} logs --tail 50 {part}`],
  },
  'see-application': {
    kubernetes: ['kubectl -n {home} logs {workload} --tail=100'],
    compose: [`${compose} logs --tail 100 {part}`],
  },
  'raise-max-connections': {
    kubernetes: [
      '# max_connections = 200',
      'kubectl -n {ns} edit configmap postgres-config && kubectl -n {ns} rollout restart statefulset/postgres',
    ],
    compose: [
      `docker exec ${container('postgres')} psql -U postgres -c 'ALTER SYSTEM SET max_connections = 200'`,
      `${compose} restart postgres`,
    ],
  },
  'shrink-pools': configured(
    '{application}',
    'database.max_open_conns: 50, database.max_idle_conns: 10, database.conn_max_lifetime: 30',
  ),
  'end-leaked-sessions': {
    any: [
      "SELECT pid, application_name, xact_start FROM pg_stat_activity WHERE state = 'idle in transaction' ORDER BY xact_start;",
      '-- after a look: SELECT pg_terminate_backend(pid) FROM unnest(ARRAY[{pids:numbers}]) pid;',
    ],
  },
  'create-index': {
    any: [
      '-- in database {database}',
      'CREATE INDEX CONCURRENTLY {index:sql} ON {table:sql} ({column:sql});',
    ],
  },
  'end-blocker': {
    any: [
      'SELECT pid, usename, application_name, state, query FROM pg_stat_activity WHERE pid = {pid:number};',
      '-- ask its owner; then: SELECT pg_cancel_backend({pid:number});',
      '-- only if that does not help: SELECT pg_terminate_backend({pid:number});',
    ],
  },
  'remove-old-rows': {
    any: [
      "SELECT count(*) FROM events WHERE timestamp < now() - interval '30 days' AND severity NOT IN ('critical', 'high');",
      "-- after counting, until it deletes none: DELETE FROM events WHERE id IN (SELECT id FROM events WHERE timestamp < now() - interval '30 days' AND severity NOT IN ('critical', 'high') LIMIT 10000);",
    ],
  },
  'create-stream': {
    any: [
      "nats stream add EVENTS --subjects 'aetherius.events.>' --retention limits --max-age 24h --storage file --defaults",
    ],
  },
  'mend-service-selector': {
    kubernetes: [
      'kubectl -n {namespace} get pods --show-labels',
      '# spec.selector',
      'kubectl -n {namespace} edit service {service}',
    ],
  },
  'mend-dns': {
    kubernetes: [
      'kubectl -n kube-system get pods -l k8s-app=kube-dns',
      'kubectl -n kube-system logs -l k8s-app=kube-dns --tail=50',
    ],
    compose: ['docker exec {container} cat /etc/resolv.conf'],
  },
  'lift-policy': {
    kubernetes: [
      'kubectl -n {namespace} get networkpolicy {policy:words} -o yaml >networkpolicy-saved.yaml',
      '# for a test: kubectl -n {namespace} delete networkpolicy {policy:words}',
      '# puts it back: kubectl apply -f networkpolicy-saved.yaml',
    ],
  },
  'lift-firewall': { compose: ['sudo iptables -S DOCKER-USER'] },
  'connect-network': { compose: ['docker network connect --alias {service} {network} {container}'] },
  'mend-image': {
    kubernetes: ['kubectl -n {namespace} describe {subject}', goBack],
  },
  'read-crash-log': {
    kubernetes: ['kubectl -n {namespace} logs {subject} -c {container} --previous --tail=100', goBack],
  },
  'raise-pod-memory': {
    kubernetes: ['kubectl -n {namespace} set resources {subject} -c {container} --limits=memory=2Gi'],
  },
  'make-schedulable': {
    kubernetes: ['kubectl -n {namespace} describe {subject}', 'kubectl describe nodes | grep -A8 Allocated'],
  },
  'create-missing-config': {
    kubernetes: [
      'kubectl -n {namespace} get configmaps,secrets',
      'kubectl -n {namespace} describe {subject}',
    ],
  },
  'mend-probe': { kubernetes: ['# {probe}Probe', 'kubectl -n {namespace} edit {subject}'] },
};
