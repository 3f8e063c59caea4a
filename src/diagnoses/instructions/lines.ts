import type { ConfiguredId } from '../../domain/platform/part.ts';
import type { Platform } from '../../domain/platform/platform.ts';
import { guide, guideSettings } from '../../domain/platform/table.ts';

/**
 * Lines to copy for one instruction. `{name}` is a fact of the finding (or `ns`, `agents`, `home`: the namespace of its
 * part; `project`, `part`, `subject`, `workload`, `composeService`, `app`) as one word of a shell, `{name:words}` as one word for each of a list,
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
  /** Other lines in their place where the finding gives a fact. Its words end on that fact as well (`wordsByFact`). */
  readonly where?: Readonly<Record<string, Lines>>;
}

const compose = 'docker compose -p {project}';
const container = (service: string) => `$(${compose} ps -q ${service})`;

/** The `application` of a finding, by the name of its connection: which part that is, stands in `commands.ts`. */
const ofApplication = {
  workload: '{applicationWorkload}',
  composeService: '{applicationService}',
  configMap: '{applicationConfigMap}',
} as const;

/** The one key that a finding shows to be short, with the guide's value: which, stands in `commands.ts`. */
const ofSetting = {
  workload: '{settingWorkload}',
  composeService: '{settingService}',
  configMap: '{settingConfigMap}',
} as const;

type Configured = Pick<Platform['parts'][ConfiguredId], 'composeService' | 'configMap'> & {
  readonly workload: string;
};
type Limited = Pick<Platform['parts'][ConfiguredId], 'composeService'> & { readonly workload: string };

/** Edit a service's configuration and have it read: the programs of the platform read it once, at start. */
const configured = (
  { workload, composeService, configMap }: Configured,
  settings: readonly string[] | string,
): Lines => {
  const shown = typeof settings === 'string' ? settings : settings.join(', ');
  return {
    kubernetes: [
      `# ${shown}`,
      `kubectl -n {ns} edit configmap ${configMap} && kubectl -n {ns} rollout restart ${workload}`,
    ],
    compose: [
      `docker inspect -f '{{json .Mounts}}' ${container(composeService)}`,
      `# in its file: ${shown}; then: ${compose} restart ${composeService}`,
    ],
  };
};

const limited = ({ workload, composeService }: Limited, kubernetes: string, docker: string): Lines => ({
  kubernetes: [`kubectl -n {home} set resources ${workload} ${kubernetes}`],
  compose: [`docker update ${docker} ${container(composeService)}`],
});

/** A store that does not serve: why, and how it is started. */
const started = ({ workload, composeService }: Limited): Lines => ({
  kubernetes: [
    `kubectl -n {ns} get ${workload}`,
    `kubectl -n {ns} logs ${workload} --tail=50`,
    `kubectl -n {ns} scale ${workload} --replicas=1`,
  ],
  compose: [`${compose} logs --tail 50 ${composeService}`, `${compose} up -d ${composeService}`],
});

/** The part of the finding, whichever it is. */
const itself: Limited = { workload: '{workload}', composeService: '{composeService}' };

const profiled = (path: string): Lines => ({
  kubernetes: [
    'kubectl -n {ns} port-forward {workload} 6060:{port:number} &',
    `go tool pprof -top 'http://127.0.0.1:6060${path}'`,
  ],
  compose: [
    `docker exec ${container('{composeService}')} wget -q -O - 'http://127.0.0.1:{port:number}${path}' >profile.pb.gz`,
  ],
});

/** A look at a workflow file, and what to do once it is mended wherever it is kept. */
const inWorkflows = ({ workload, composeService }: Limited, look: string, mend: string): Lines => ({
  kubernetes: [
    `kubectl -n {ns} exec ${workload} -- ${look}`,
    `# ${mend}; then: kubectl -n {ns} rollout restart ${workload}`,
  ],
  compose: [
    `docker exec ${container(composeService)} ${look}`,
    `# ${mend}; then: ${compose} restart ${composeService}`,
  ],
});

const unlinked = (pattern: string): Lines => ({
  any: [
    '# REDISCLI_AUTH holds the password',
    `redis-cli --scan --pattern ${pattern} | wc -l`,
    `# after counting: redis-cli --scan --pattern ${pattern} | xargs -r -n 100 redis-cli UNLINK`,
  ],
});

/** For when the reason is mended: a save, and whether it succeeded. */
const saved = [
  '# REDISCLI_AUTH holds the password',
  '# once it is mended: redis-cli BGSAVE',
  'redis-cli INFO persistence',
];

/** The guide's values of some keys. */
const advised = ({ keys }: Platform, ...some: readonly (keyof typeof guideSettings)[]) =>
  some.map((key) => `${keys[key]}: ${guideSettings[key].value}`);

const goBack = '# if it came with a change: kubectl -n {namespace} rollout undo {subject}';

const lastStep = (key: string) => key.slice(key.lastIndexOf('.') + 1);

/** By the key of the instruction (`remedy.<key>` in the catalogue of words). */
export function remedyLines(platform: Platform): Readonly<Record<string, Lines>> {
  const { keys, files, tables, cache, secrets, variables, paths, subjects, streams } = platform;
  const {
    'agent-manager': manager,
    'orchestrator-service': orchestrator,
    'reasoning-service': reasoning,
    'collect-agent': agent,
    postgres,
    redis,
    nats,
    neo4j,
  } = platform.parts;
  return {
    'start-database': started(postgres),
    'start-nats': started(nats),
    'correct-database-config': configured(manager, [
      keys['database.host'],
      keys['database.port'],
      keys['database.user'],
    ]),
    'correct-nats-config': configured(manager, [keys['nats.url'], keys['nats.user']]),
    'correct-variable': {
      kubernetes: ['# {variable}: {setting}', 'kubectl -n {home} edit {workload}'],
      compose: [
        '# {variable}: {setting}, in the Compose file or in its .env',
        `${compose} up -d --no-deps {composeService}`,
      ],
    },
    'correct-redis-address': configured(manager, keys['redis.addr']),
    'correct-redis-password': configured(manager, keys['redis.password']),
    'correct-config-keys': {
      kubernetes: [
        `kubectl -n {ns} logs ${manager.workload} --tail=20`,
        `kubectl -n {ns} get configmap ${manager.configMap} -o yaml`,
      ],
      compose: [
        `docker logs --tail 20 ${container(manager.composeService)}`,
        `docker inspect -f '{{json .Mounts}}' ${container(manager.composeService)}`,
      ],
    },
    'mend-stored-row': {
      kubernetes: [`kubectl -n {ns} logs ${manager.workload} --tail=20`],
      compose: [`docker logs --tail 20 ${container(manager.composeService)}`],
    },
    'create-database': {
      any: [
        'SELECT datname FROM pg_database ORDER BY datname;',
        '-- only if the name is right: CREATE DATABASE {database:sql};',
      ],
    },
    'free-or-change-port': configured(manager, keys['server.port']),
    'align-registration-subject': {
      kubernetes: [
        `kubectl -n {ns} get configmap ${manager.configMap} -o yaml | grep ${lastStep(keys['nats.subjects.registration'])}`,
        `# ${keys['nats.subjects.registration']}, as above`,
        `kubectl -n {agents} edit configmap ${agent.configMap} && kubectl -n {agents} rollout restart ${agent.workload}`,
      ],
      compose: [
        `docker inspect -f '{{json .Mounts}}' ${container(agent.composeService)}`,
        `# in its file: ${keys['nats.subjects.registration']}; then: ${compose} restart ${agent.composeService}`,
      ],
    },
    'copy-auth-token': {
      kubernetes: [
        // Chained: where there is no such Secret, nothing was copied and nothing is restarted.
        `# where both sides have it from the Secret ${secrets.token}:`,
        `kubectl -n {ns} get secret ${secrets.token} -o json | jq '{apiVersion,kind,type,data,metadata:{name:.metadata.name}}' | kubectl -n {agents} apply -f - && kubectl -n {agents} rollout restart ${agent.workload}`,
      ],
      compose: [
        `# ${variables.token} as ${manager.composeService} has it; then: ${compose} up -d ${agent.composeService}`,
      ],
    },
    'start-collect-agent': {
      kubernetes: [
        `kubectl -n {agents} get ${agent.workload}`,
        `kubectl -n {agents} logs ${agent.workload} --tail=50`,
      ],
      compose: [
        `${compose} up -d ${agent.composeService}`,
        `${compose} logs --tail 50 ${agent.composeService}`,
      ],
    },
    'report-subject-drift': {
      kubernetes: ['# for the report: {published} is published, {listened} is listened to'],
      compose: ['# for the report: {published} is published, {listened} is listened to'],
    },
    'align-subjects': { any: ['# for the report: {published} is published, {listened} is listened to'] },
    'report-unheard-subject': { any: ['# for the report: {published} is published, and no client listens'] },
    'mend-declared-port': {
      kubernetes: [`kubectl -n {ns} get {workload} -o yaml`],
      compose: [
        `docker inspect -f '{{json .Config.Healthcheck}} {{json .HostConfig.PortBindings}}' {container}`,
      ],
    },
    'mend-health-check': {
      kubernetes: [`kubectl -n {ns} describe pod {container}`],
      compose: [`docker inspect -f '{{json .Config.Healthcheck}} {{json .State.Health}}' {container}`],
    },
    'mend-selector': {
      kubernetes: [`kubectl -n {ns} get service {service} -o yaml`, 'kubectl -n {ns} get pods --show-labels'],
    },
    'create-expected-database': { any: ['# first: CREATE DATABASE {database:sql};'] },
    'join-nats-servers': {
      any: ['# the answer of /routez on the monitoring port shows the routes of a server'],
    },
    'mend-scrape-target': { any: ['# for the report: job {job} of {source} asks {target}'] },
    'mend-alert-rule': { any: ['# for the report: {rules} of {source} ask for {metric}'] },
    'report-publisher': { any: ['# for the report: {container} says {message}'] },
    'report-message': {
      any: [
        '# for the report: {container} says {message}',
        '# for the report: {container} gets heartbeats on {subject} with the fields {fields}',
      ],
    },
    'remove-second-schema': {
      any: ['# for the report: {database} and {used} have {tables}, with other columns'],
    },
    'mend-variable': {
      any: [
        '# for the report: {variable} of {container} names {database}, used is {used}',
        '# for the report: {variable} of {container} is {given}, called is {called}',
      ],
    },
    'align-images': {
      kubernetes: [
        `kubectl -n {ns} get pods -o custom-columns='POD:.metadata.name,IMAGE:.status.containerStatuses[*].imageID'`,
      ],
      compose: [`docker inspect -f '{{.Name}} {{.Config.Image}} {{.Image}}' {one} {other}`],
    },
    'set-config-key': configured(ofSetting, '{setting}: {settingValue:number}'),
    'set-config-text': {
      kubernetes: [
        "kubectl -n {home} get {workload} -o jsonpath='{.spec.template.spec.volumes}'",
        '# in the ConfigMap that is named there; then: kubectl -n {home} rollout restart {workload}',
      ],
      compose: [
        `docker inspect -f '{{json .Mounts}}' ${container('{composeService}')}`,
        `# in the file that is mounted from there; then: ${compose} restart {composeService}`,
      ],
    },
    'raise-event-workers': configured(
      manager,
      advised(platform, guide.keys['event.workers'], guide.keys['event.buffer_size']),
    ),
    'raise-event-batch': configured(
      manager,
      advised(platform, guide.keys['event.batch_size'], guide.keys['event.batch_timeout']),
    ),
    'raise-executor': configured(
      orchestrator,
      advised(platform, guide.keys['executor.workers'], guide.keys['executor.queue_size']),
    ),
    'raise-command-capacity': configured(
      manager,
      advised(
        platform,
        guide.keys['agent.command.default_timeout'],
        guide.keys['agent.command.max_concurrent'],
      ),
    ),
    'speed-up-consumer': configured(
      manager,
      advised(platform, guide.keys['event.workers'], guide.keys['event.buffer_size']),
    ),
    'mend-workflow-file': inWorkflows(orchestrator, 'cat {file}', 'line {line:number} of {file}'),
    'raise-step-timeout': inWorkflows(
      orchestrator,
      `grep -n -A8 {step} ${files.workflows}/{workflow}.yaml`,
      'timeout of {step} in {workflow}.yaml: {raisedSeconds:number}',
    ),
    'raise-memory-limit': limited(
      reasoning,
      '--limits=memory=2Gi --requests=memory=1Gi',
      '--memory 2g --memory-swap 2g',
    ),
    'fetch-model-again': {
      kubernetes: [
        `kubectl -n {ns} exec ${reasoning.workload} -- ls -l ${files.models}/`,
        `kubectl -n {ns} get ${reasoning.workload} -o jsonpath='{.spec.template.spec.volumes}'`,
        '# on a persistentVolumeClaim: fetch it there by another name, compare its sha256sum, keep the old file, rename',
        `# then: kubectl -n {ns} rollout restart ${reasoning.workload}`,
      ],
      compose: [
        `docker exec ${container(reasoning.composeService)} ls -l ${files.models}/`,
        `docker inspect -f '{{json .Mounts}}' ${container(reasoning.composeService)}`,
        '# on a volume: fetch it there by another name, compare its sha256sum, keep the old file, rename',
        `# then: ${compose} restart ${reasoning.composeService}`,
      ],
    },
    'wait-for-neo4j': {
      kubernetes: [`kubectl -n {ns} rollout status ${neo4j.workload} --timeout=300s`],
      compose: [`${compose} logs --tail 20 -f ${neo4j.composeService}`],
    },
    'reset-neo4j-password': {
      kubernetes: [
        '# there: ALTER CURRENT USER SET PASSWORD FROM … TO …; then the same in the Secret',
        `kubectl -n {ns} exec -it ${neo4j.workload} -- cypher-shell -u neo4j && kubectl -n {ns} edit secret ${secrets.neo4j} && kubectl -n {ns} rollout restart ${reasoning.workload}`,
      ],
      compose: [
        `# there: ALTER CURRENT USER SET PASSWORD FROM … TO …; then ${variables.neo4jPassword}, and: ${compose} up -d ${reasoning.composeService}`,
        `docker exec -it ${container(neo4j.composeService)} cypher-shell -u neo4j`,
      ],
    },
    'start-neo4j': started(neo4j),
    'mend-hot-function': profiled(`${paths.cpuProfile}?seconds=30`),
    'mend-leak': profiled(`${paths.heapProfile}?gc=1`),
    'raise-cpu-limit': limited(itself, '--limits=cpu=2 --requests=cpu=1', '--cpus 2'),
    'set-memory-limit': limited(itself, '--limits=memory=2Gi', '--memory 2g --memory-swap 2g'),
    'delete-stale-cache': unlinked(`'${cache.agents}*'`),
    'delete-useless-keys': unlinked('{prefix}'),
    'set-eviction-policy': {
      // In comments: which keys may go is for whoever knows them.
      any: [
        '# REDISCLI_AUTH holds the password',
        "redis-cli --scan | sed 's/:.*//' | sort | uniq -c | sort -rn | head -20",
        '# only if all of these are caches: redis-cli CONFIG SET maxmemory-policy allkeys-lru',
        '# only if those that expire are caches: redis-cli CONFIG SET maxmemory-policy volatile-lru',
      ],
    },
    'mend-replication': {
      // In a comment: two masters no longer agree.
      any: [
        '# REDISCLI_AUTH holds the password',
        'redis-cli INFO replication',
        '# only if the master is gone for good: redis-cli REPLICAOF NO ONE',
      ],
    },
    'bring-replicas-back': {
      // In a comment: somebody has chosen how many are wanted.
      any: [
        '# REDISCLI_AUTH holds the password',
        'redis-cli INFO replication',
        '# only if Redis is to run without them: redis-cli CONFIG SET min-replicas-to-write 0',
      ],
    },
    'mend-save': {
      kubernetes: [`kubectl -n {ns} logs ${redis.workload} --tail=20`, ...saved],
      compose: [`docker logs --tail 20 ${container(redis.composeService)}`, ...saved],
    },
    'raise-maxmemory': {
      // The container first: a limit that it has no room for ends in a kill for memory. In a comment, chained: it
      // restarts Redis, which forgets what was not saved, and what was set by CONFIG SET.
      kubernetes: [
        '# REDISCLI_AUTH holds the password',
        'redis-cli INFO persistence',
        '# this restarts Redis: only when its last save is recent, or when its data may be lost',
        `# kubectl -n {ns} set resources ${redis.workload} --limits=memory={containerBytes:number} && kubectl -n {ns} rollout status ${redis.workload} && redis-cli CONFIG SET maxmemory {wantedBytes:number}`,
      ],
      compose: [
        `docker update --memory {containerBytes:number} --memory-swap {containerBytes:number} ${container(redis.composeService)}`,
        '# REDISCLI_AUTH holds the password',
        'redis-cli CONFIG SET maxmemory {wantedBytes:number}',
      ],
    },
    'reindex-concurrently': {
      any: ['-- in database {database}', 'REINDEX INDEX CONCURRENTLY {schema:sql}.{index:sql};'],
    },
    'remove-override': {
      kubernetes: [
        '# {key}: {name}',
        '# or there: kubectl -n {home} edit configmap/{configMap} && kubectl -n {home} rollout restart {workload}',
        'kubectl -n {home} edit {workload}',
      ],
    },
    'keep-override': {
      kubernetes: [
        '# {name} stays; in the file of {part} correct {key}: nothing reads it there now',
        'kubectl -n {home} get {workload} -o yaml',
      ],
      compose: [
        '# {name} stays; in the file of {part} correct {key}: nothing reads it there now',
        `${compose} config {composeService}`,
      ],
    },
    // The values of the other variables are not to be shown.
    'remove-override-compose': {
      compose: [
        '# {key}: {name}, in the Compose file or in its .env',
        `${compose} up -d --no-deps {composeService}`,
      ],
    },
    // By its part: what speaks for it may be an address that does not answer, or that there is no instance at all.
    'start-workload': { kubernetes: ['kubectl -n {home} scale {workload} --replicas=1'] },
    'roll-back': {
      kubernetes: [
        'kubectl -n {home} rollout history {workload}',
        '# if it came with the last one: kubectl -n {home} rollout undo {workload}',
      ],
    },
    'raise-limits': {
      kubernetes: [
        '# memory: kubectl -n {home} set resources {workload} --limits=memory=2048Mi',
        '# CPU: kubectl -n {home} set resources {workload} --limits=cpu=2',
      ],
      compose: [
        `# memory: docker update --memory 2048m --memory-swap 2048m ${container('{composeService}')}`,
        `# CPU: docker update --cpus 2 ${container('{composeService}')}`,
      ],
    },
    'see-why-not-running': {
      kubernetes: [
        'kubectl -n {home} get {workload}',
        'kubectl -n {home} describe pods -l app={app}',
        'kubectl -n {home} logs {workload} --tail=50',
        'kubectl -n {home} logs {workload} --previous --tail=50',
      ],
      compose: [`${compose} ps -a {composeService}`, `${compose} logs --tail 50 {composeService}`],
    },
    'restart-for-secret': {
      kubernetes: [
        'kubectl -n {home} get secret {secret} --show-managed-fields -o yaml | grep time:',
        'kubectl -n {home} rollout restart {workload}',
      ],
    },
    'see-what-it-blames': {
      kubernetes: ['kubectl -n {home} get pods', 'kubectl -n {home} logs {workload} --tail=50'],
      compose: [`${compose} ps -a`, `${compose} logs --tail 50 {composeService}`],
    },
    'mend-what-it-answers': {
      kubernetes: ['kubectl -n {home} logs {workload} --tail=50'],
      compose: [`${compose} logs --tail 50 {composeService}`],
    },
    'mend-what-it-said': {
      kubernetes: ['kubectl -n {home} logs {workload} --previous --tail=50'],
      compose: [`${compose} logs --tail 50 {composeService}`],
    },
    'set-image-in-file': {
      compose: [
        `docker inspect -f '{{.Config.Image}} {{.Image}} {{.Created}}' $(${compose} ps -aq {composeService})`,
        `# in the Compose file the image from before; then: ${compose} up -d {composeService}`,
      ],
    },
    'see-application': {
      kubernetes: ['kubectl -n {home} logs {workload} --tail=100'],
      compose: [`${compose} logs --tail 100 {composeService}`],
    },
    'raise-max-connections': {
      kubernetes: [
        '# max_connections = {wanted:number}',
        `kubectl -n {ns} edit configmap ${postgres.configMap} && kubectl -n {ns} rollout restart ${postgres.workload}`,
      ],
      compose: [
        `docker exec ${container(postgres.composeService)} psql -U postgres -c 'ALTER SYSTEM SET max_connections = {wanted:number}'`,
        `${compose} restart ${postgres.composeService}`,
      ],
    },
    'shrink-pools': configured(
      ofApplication,
      advised(
        platform,
        guide.keys['database.max_open_conns'],
        guide.keys['database.max_idle_conns'],
        guide.keys['database.conn_max_lifetime'],
      ),
    ),
    'ask-who-holds-connections': {
      any: [
        'SELECT application_name, usename, datname, client_addr, state, count(*), min(backend_start), min(state_change) FROM pg_stat_activity GROUP BY 1, 2, 3, 4, 5 ORDER BY 6 DESC LIMIT 20;',
        '-- a limit of its own, after you have asked its owner: ALTER ROLE … CONNECTION LIMIT …;',
      ],
    },
    'end-leaked-sessions': {
      any: [
        "SELECT pid, usename, application_name, client_addr, xact_start FROM pg_stat_activity WHERE state LIKE 'idle in transaction%' ORDER BY xact_start;",
        '-- after a look, and only those of a service, not of a dump, a migration or a person: SELECT pg_terminate_backend(pid) FROM unnest(ARRAY[{pidsToEnd:numbers}]) pid;',
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
      // It runs no statement that could be cancelled.
      where: {
        betweenStatements: {
          any: [
            'SELECT pid, usename, application_name, state, query FROM pg_stat_activity WHERE pid = {pid:number};',
            '-- ask its owner; then: SELECT pg_terminate_backend({pid:number});',
          ],
        },
      },
    },
    'remove-old-rows': {
      any: [
        `SELECT count(*) FROM ${tables.events} WHERE timestamp < now() - interval '30 days' AND severity NOT IN ('critical', 'high');`,
        `-- after counting, until it deletes none: DELETE FROM ${tables.events} WHERE id IN (SELECT id FROM ${tables.events} WHERE timestamp < now() - interval '30 days' AND severity NOT IN ('critical', 'high') LIMIT 10000);`,
      ],
    },
    'create-stream': {
      any: [
        `nats stream add ${streams.events} --subjects '${subjects.events}' --retention limits --max-age 24h --storage file --defaults`,
      ],
    },
    'mend-service-selector': {
      kubernetes: [
        'kubectl -n {namespace} get pods --show-labels',
        '# spec.selector',
        'kubectl -n {namespace} edit service {service}',
      ],
    },
    'mend-name-server': {
      kubernetes: [
        'kubectl -n {ns} get service {deniedName}',
        'kubectl -n kube-system get pods -l k8s-app=kube-dns',
        'kubectl -n kube-system logs -l k8s-app=kube-dns --tail=50',
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
        'kubectl -n {namespace} get networkpolicy {policy:words} -o yaml',
        '# podSelector, policyTypes, from or to, ports',
        'kubectl -n {namespace} create -f networkpolicy-more.yaml',
      ],
    },
    'lift-firewall': { compose: ['sudo iptables -S DOCKER-USER'] },
    'connect-network': { compose: ['docker network connect --alias {service} {network} {container}'] },
    'mend-image': {
      kubernetes: [
        'kubectl -n {namespace} describe {subject}',
        '# with the image that ran before: kubectl -n {namespace} set image {subject} {container}=…',
        goBack,
      ],
    },
    'read-crash-log': {
      kubernetes: ['kubectl -n {namespace} logs {subject} -c {container} --previous --tail=100', goBack],
    },
    'raise-pod-memory': {
      kubernetes: ['kubectl -n {namespace} set resources {subject} -c {container} --limits=memory=2048Mi'],
    },
    'make-schedulable': {
      kubernetes: [
        'kubectl -n {namespace} describe {subject}',
        'kubectl describe nodes | grep -A8 Allocated',
      ],
    },
    'make-room': {
      kubernetes: [
        'kubectl describe nodes | grep -A8 Allocated',
        "kubectl -n {namespace} get {subject} -o jsonpath='{.spec.template.spec.containers[*].resources}'",
      ],
    },
    'mend-node-choice': {
      kubernetes: [
        'kubectl get nodes --show-labels',
        '# nodeSelector, affinity.nodeAffinity',
        'kubectl -n {namespace} edit {subject}',
      ],
    },
    'tolerate-taint': {
      kubernetes: [
        "kubectl get nodes -o custom-columns='NODE:.metadata.name,TAINTS:.spec.taints'",
        '# tolerations',
        'kubectl -n {namespace} edit {subject}',
      ],
    },
    'free-host-port': {
      kubernetes: [
        "kubectl get pods -A -o custom-columns='NODE:.spec.nodeName,POD:.metadata.name,PORTS:.spec.containers[*].ports[*].hostPort'",
        '# hostPort',
        'kubectl -n {namespace} edit {subject}',
      ],
    },
    'mend-claim': {
      kubernetes: [
        'kubectl -n {namespace} get persistentvolumeclaims',
        'kubectl -n {namespace} describe persistentvolumeclaims',
      ],
    },
    'mend-pod-affinity': {
      kubernetes: [
        'kubectl -n {namespace} get pods -o wide --show-labels',
        '# affinity.podAffinity, affinity.podAntiAffinity',
        'kubectl -n {namespace} edit {subject}',
      ],
    },
    'mend-spread': {
      kubernetes: ['# topologySpreadConstraints', 'kubectl -n {namespace} edit {subject}'],
    },
    'mend-node': {
      kubernetes: ['kubectl get nodes', "kubectl describe nodes | grep -B2 -A12 'Conditions:'"],
    },
    'uncordon-node': {
      kubernetes: ['kubectl get nodes', '# when its maintenance is over: kubectl uncordon …'],
    },
    'create-missing-config': {
      kubernetes: [
        'kubectl -n {namespace} get configmaps,secrets',
        'kubectl -n {namespace} describe {subject}',
      ],
    },
    'mend-quota': { kubernetes: ['kubectl -n {namespace} describe quota {quota}'] },
    'set-what-quota-wants': {
      kubernetes: [
        'kubectl -n {namespace} describe quota {unlimited}',
        '# resources of each container',
        'kubectl -n {namespace} edit {subject}',
      ],
    },
    'fit-limit-range': {
      kubernetes: [
        'kubectl -n {namespace} describe limitranges',
        '# resources of each container',
        'kubectl -n {namespace} edit {subject}',
      ],
    },
    'mend-security-context': {
      kubernetes: [
        'kubectl get namespace {namespace} --show-labels',
        '# securityContext',
        'kubectl -n {namespace} edit {subject}',
      ],
    },
    'mend-webhook': {
      kubernetes: [
        "kubectl get validatingwebhookconfigurations,mutatingwebhookconfigurations -o custom-columns='NAME:.metadata.name,HOOKS:.webhooks[*].name,SERVICE:.webhooks[*].clientConfig.service.name'",
      ],
    },
    'mend-what-is-denied': {
      kubernetes: ['kubectl -n {namespace} describe {subject}'],
    },
    'create-service-account': {
      kubernetes: [
        'kubectl -n {namespace} get serviceaccounts',
        '# serviceAccountName',
        'kubectl -n {namespace} edit {subject}',
      ],
    },
    'mend-what-refuses': { kubernetes: ['kubectl -n {namespace} describe {subject}'] },
    'see-what-init-waits-for': {
      kubernetes: ['kubectl -n {namespace} logs {subject} -c {container} --tail=20'],
    },
    'mend-command': {
      kubernetes: ['# command, args', 'kubectl -n {namespace} edit {subject}'],
    },
    'free-node': {
      kubernetes: [
        'kubectl describe node {node}',
        'kubectl get pods -A -o wide --field-selector spec.nodeName={node}',
      ],
    },
    'raise-storage-limit': {
      kubernetes: ['# emptyDir.sizeLimit, resources.limits', 'kubectl -n {namespace} edit {subject}'],
    },
    'see-eviction': { kubernetes: ['kubectl -n {namespace} describe pod {pod}'] },
    'mend-probe': { kubernetes: ['# {probe}Probe', 'kubectl -n {namespace} edit {subject}'] },
  };
}
