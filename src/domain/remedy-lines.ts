/**
 * Lines to copy for one instruction. `{name}` is a fact of the finding (or `ns`, `agents`, `home`: the namespace of its
 * part; `project`, `part`, `subject`, `workload`) as one word of a shell, `{name:sql}` as an SQL identifier, `{name:number}` as digits. A line with a value
 * that is not there, or that could be read as anything but that value, is left out.
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
    `kubectl -n {ns} edit configmap ${part}-config   # ${settings}`,
    `kubectl -n {ns} rollout restart ${workloads[part]}`,
    `kubectl -n {ns} rollout status ${workloads[part]}`,
  ],
  compose: [
    `docker inspect -f '{{json .Mounts}}' ${container(part)}   # where its file lies: ${settings}`,
    `${compose} restart ${part}`,
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

const pools = 'database.max_open_conns: 50, database.max_idle_conns: 10, database.conn_max_lifetime: 30';

/** By the key of the instruction (`remedy.<key>` in the catalogue of words). */
export const remedyLines: Readonly<Record<string, Lines>> = {
  'correct-database-config': configured('agent-manager', 'database.host, database.port, database.user'),
  'correct-nats-config': configured('agent-manager', 'nats.url, nats.user'),
  'free-or-change-port': configured('agent-manager', 'server.port'),
  'align-registration-subject': {
    kubernetes: [
      'kubectl -n {ns} get configmap agent-manager-config -o yaml | grep registration',
      'kubectl -n {agents} edit configmap collect-agent-config   # nats.subjects.registration',
      'kubectl -n {agents} rollout restart daemonset/collect-agent',
    ],
    compose: [`${compose} restart agent-manager collect-agent`],
  },
  'copy-auth-token': {
    kubernetes: [
      "kubectl -n {ns} get secret agent-auth-token -o json | jq '{apiVersion,kind,type,data,metadata:{name:.metadata.name}}' | kubectl -n {agents} apply -f -",
      'kubectl -n {agents} rollout restart daemonset/collect-agent',
    ],
    compose: [`${compose} up -d --force-recreate collect-agent   # AGENT_AUTH_TOKEN as agent-manager has it`],
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
  'mend-workflow-file': {
    kubernetes: [
      'kubectl -n {ns} exec deployment/orchestrator-service -- cat {file}   # line {line:number}',
      'kubectl -n {ns} rollout restart deployment/orchestrator-service',
    ],
    compose: [
      `docker exec ${container('orchestrator-service')} cat {file}   # line {line:number}`,
      `${compose} restart orchestrator-service`,
    ],
  },
  'raise-step-timeout': {
    kubernetes: [
      'kubectl -n {ns} exec deployment/orchestrator-service -- grep -n -A8 {step} /etc/aetherius/workflows/{workflow}.yaml',
      'kubectl -n {ns} rollout restart deployment/orchestrator-service',
    ],
    compose: [
      `docker exec ${container('orchestrator-service')} grep -n -A8 {step} /etc/aetherius/workflows/{workflow}.yaml`,
      `${compose} restart orchestrator-service`,
    ],
  },
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
      'kubectl -n {ns} exec -it neo4j-0 -- cypher-shell -u neo4j   # ALTER CURRENT USER SET PASSWORD FROM … TO …',
      'kubectl -n {ns} edit secret neo4j-credentials',
      'kubectl -n {ns} rollout restart deployment/reasoning-service',
    ],
    compose: [
      `docker exec -it ${container('neo4j')} cypher-shell -u neo4j   # ALTER CURRENT USER SET PASSWORD FROM … TO …`,
      `${compose} up -d --force-recreate reasoning-service   # NEO4J_PASSWORD`,
    ],
  },
  'start-neo4j': {
    kubernetes: [
      'kubectl -n {ns} scale statefulset/neo4j --replicas=1',
      'kubectl -n {ns} logs neo4j-0 --previous --tail=50',
    ],
    compose: [`${compose} logs --tail 50 neo4j`, `${compose} up -d neo4j`],
  },
  'mend-hot-function': profiled('profile?seconds=30'),
  'mend-leak': profiled('heap?gc=1'),
  'raise-cpu-limit': limited('{part}', '--limits=cpu=2 --requests=cpu=1', '--cpus 2'),
  'set-memory-limit': limited('{part}', '--limits=memory=2Gi', '--memory 2g --memory-swap 2g'),
  'delete-stale-cache': {
    any: [
      "redis-cli --scan --pattern 'agent:*' | wc -l   # REDISCLI_AUTH holds the password",
      "redis-cli --scan --pattern 'agent:*' | xargs -r -n 100 redis-cli UNLINK",
    ],
  },
  'delete-useless-keys': {
    any: [
      'redis-cli --scan --pattern {prefix} | wc -l   # REDISCLI_AUTH holds the password',
      'redis-cli --scan --pattern {prefix} | xargs -r -n 100 redis-cli UNLINK',
    ],
  },
  'raise-maxmemory': {
    any: [
      'redis-cli CONFIG SET maxmemory 1gb   # REDISCLI_AUTH holds the password',
      'redis-cli CONFIG REWRITE',
    ],
    kubernetes: ['kubectl -n {ns} set resources statefulset/redis --limits=memory=2Gi'],
    compose: [`docker update --memory 2g --memory-swap 2g ${container('redis')}`],
  },
  'reindex-concurrently': {
    any: ['REINDEX INDEX CONCURRENTLY {schema:sql}.{index:sql};   -- in database {database}'],
  },
  'remove-override': {
    kubernetes: [
      "kubectl -n {home} get {workload} -o jsonpath='{.spec.template.spec.containers[*].args}{.spec.template.spec.containers[*].env}'",
      'kubectl -n {home} edit {workload}   # {name}',
    ],
    compose: [`docker inspect -f '{{.Config.Cmd}} {{.Config.Env}}' ${container('{part}')}   # {name}`],
  },
  'see-why-not-running': {
    kubernetes: [
      'kubectl -n {home} describe pod {subject}',
      'kubectl -n {home} logs {subject} --previous --tail=50',
    ],
    compose: ['docker inspect -f {{json .State}} {subject}', 'docker logs --tail 50 {subject}'],
  },
  'see-application': {
    kubernetes: ['kubectl -n {home} logs {workload} --tail=100'],
    compose: [`${compose} logs --tail 100 {part}`],
  },
  'raise-max-connections': {
    any: ['ALTER SYSTEM SET max_connections = 200;   -- unless a ConfigMap says it: postgres-config'],
    kubernetes: ['kubectl -n {ns} rollout restart statefulset/postgres'],
    compose: [`${compose} restart postgres`],
  },
  'shrink-pools': {
    kubernetes: [
      `kubectl -n {ns} edit configmap {application}-config   # ${pools}`,
      'kubectl -n {ns} rollout restart deployment/{application}',
    ],
    compose: [
      `docker inspect -f '{{json .Mounts}}' $(${compose} ps -q {application})   # where its file lies: ${pools}`,
      `${compose} restart {application}`,
    ],
  },
  'end-leaked-sessions': {
    any: [
      "SELECT pid, application_name, xact_start FROM pg_stat_activity WHERE state = 'idle in transaction' ORDER BY xact_start;",
      'SELECT pg_terminate_backend(pid) FROM unnest(ARRAY[{pids:numbers}]) pid;',
    ],
  },
  'create-index': {
    any: ['CREATE INDEX CONCURRENTLY {index:sql} ON {table:sql} ({column:sql});   -- in database {database}'],
  },
  'end-blocker': {
    any: [
      'SELECT pg_cancel_backend({pid:number});',
      'SELECT pg_terminate_backend({pid:number});   -- only if that does not help',
    ],
  },
  'remove-old-rows': {
    any: [
      "SELECT count(*) FROM events WHERE timestamp < now() - interval '30 days' AND severity NOT IN ('critical', 'high');",
      "DELETE FROM events WHERE id IN (SELECT id FROM events WHERE timestamp < now() - interval '30 days' AND severity NOT IN ('critical', 'high') LIMIT 10000);   -- until it deletes none",
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
      'kubectl -n {namespace} edit service {service}   # spec.selector',
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
      'kubectl -n {namespace} get networkpolicy {policy} -o yaml >networkpolicy-saved.yaml',
      'kubectl -n {namespace} delete networkpolicy {policy}',
      'kubectl apply -f networkpolicy-saved.yaml   # puts it back',
    ],
  },
  'lift-firewall': { compose: ['sudo iptables -S DOCKER-USER'] },
  'connect-network': { compose: ['docker network connect --alias {service} {network} {container}'] },
  'mend-image': {
    kubernetes: [
      'kubectl -n {namespace} describe {subject}',
      'kubectl -n {namespace} rollout undo {subject}',
    ],
  },
  'read-crash-log': {
    kubernetes: [
      'kubectl -n {namespace} logs {subject} -c {container} --previous --tail=100',
      'kubectl -n {namespace} rollout undo {subject}',
    ],
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
  'mend-probe': { kubernetes: ['kubectl -n {namespace} edit {subject}   # {probe}Probe'] },
};
