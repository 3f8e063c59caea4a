/** Alerts as Alertmanager and people forward them, and the rules that are known by name. */

export interface Alert {
  readonly name: string;
  /** Its name as words: `Kube Pod Not Ready`. */
  readonly words: string;
  /** What its labels name. */
  readonly labels: string;
  readonly resolved: boolean;
  /** Diagnoses by its rule, likeliest first; empty for a rule that is not known. */
  readonly ids: readonly string[];
}

/** By the words of its name, lower case, in order; the first that fits. Sources: kube-prometheus and the mixins of Kubernetes, CoreDNS and nodes; awesome-prometheus-alerts; the exporters of PostgreSQL, Redis, NATS, Neo4j, blackbox, cAdvisor; the platform's own. */
const rules: readonly (readonly [RegExp, readonly string[]])[] = [
  [/^(?:watchdog|info inhibitor|dead mans? ?switch|always firing)$/, ['-']],
  [
    /\b(?:tsdb|alertmanager|thanos|version mismatch|client errors|api ?server|aggregated|kubelet too many|client certificate|quota almost full|hpa|overcommit)\b/,
    ['-'],
  ],
  [/\bnode (?:clock|md|text|raid|bonding)/, ['-']],
  // Parts by their exporters.
  [
    /\b(?:postgres\w*|postgre sql|pg|patroni)\b.*\b(?:connections?|clients?|pool|idle in transaction)\b/,
    ['D1'],
  ],
  [/\b(?:postgres\w*|postgre sql|pg)\b.*\b(?:index|corrupt\w*|checksum|bloat index)\b/, ['T1']],
  [
    /\b(?:postgres\w*|postgre sql|pg|database)\b.*\b(?:dead ?locks?|locks?|slow|quer(?:y|ies)|vacuum\w*|analyzed|dead (?:tuples?|rows?)|bloat|rollback|transactions? (?:long|duration)|long|latency|auto vacuumed)\b/,
    ['D2'],
  ],
  [
    /\b(?:postgres\w*|postgre sql|pg|database)\b.*\b(?:down|up|restarted|absent|exporter|replication|primary|unavailable|disk|space)\b/,
    ['H2'],
  ],
  [/\bredis\b.*\b(?:memory|maxmemory|evict\w*|oom|fragmentation|key ?eviction|hit rate)\b/, ['D3']],
  [/\bredis\b/, ['H2']],
  [/\bcache\b.*\b(?:hit|evict\w*|memory|full)\b/, ['D3']],
  [
    /\b(?:nats|jet ?stream)\b.*\b(?:slow|consumers?|pending|lag|stream|backlog|storage|ack|messages?|bytes)\b/,
    ['D4'],
  ],
  [/\b(?:nats|jet ?stream)\b/, ['H2']],
  [/\bneo4j\b|\bknowledge graph\b/, ['S7']],
  // The platform's own.
  [/\bevents?\b.*\b(?:latency|backlog|queue|processing|delay\w*|lag|late|dropped|slow)\b/, ['S3']],
  [/\bsteps?\b.*\btime ?outs?\b|\bcommands?\b.*\btime ?outs?\b|\bexecution\w*\b.*\btime ?outs?\b/, ['S5']],
  [
    /\b(?:workflows?|executions?|executor)\b.*\b(?:pending|stuck|queue|backlog|full|saturated|starved)\b/,
    ['S4'],
  ],
  [/\bagents?\b.*\b(?:regist\w+|missing|heartbeat|offline|absent|silent)\b|\bregistrations?\b/, ['S2']],
  [/\b(?:root cause|rca|analy[sz]\w+|model)\b.*\b(?:fail\w*|errors?|missing|unavailable|load)\b/, ['S6']],
  [
    /\b(?:mismatch|inconsisten\w+|stale|out of sync)\b.*\b(?:cache|database|data)\b|\b(?:cache|database|data)\b.*\b(?:mismatch|inconsisten\w+|stale|out of sync)\b/,
    ['T1'],
  ],
  [/\bconfig\w*\b.*\b(?:not|reload\w*|stale|drift|out of date)\b/, ['C1']],
  [/\bcontract\b|\bsubject mismatch\b/, ['M1']],
  // Resources of containers and nodes.
  [/\b(?:oom|oom ?kill\w*|oomkilled|out of memory kill\w*)\b/, ['K1']],
  [/\bcpu\b|\bload (?:average|high)\b|\bthrottl\w+\b|\bgoroutines?\b/, ['P1']],
  [
    /\bcontainer\b.*\bmemory\b|\bmemory (?:leak|grow\w*|usage|high)\b|\bhigh memory\b|\bheap\b|\bprocess memory\b/,
    ['P2'],
  ],
  // Names.
  [/\b(?:core ?dns|kube ?dns|dns)\b/, ['N1']],
  [/\bnetwork ?polic\w+|\bendpoints? (?:missing|empty|down)|\bno endpoints\b/, ['N1']],
  // Workloads.
  [
    /\bpersistent ?volume\b.*\b(?:fill\w*|full|inodes|space)\b|\bvolume (?:out of disk space|full\w*)\b/,
    ['H2'],
  ],
  [/\bpersistent ?volume\b|\bvolume\b.*\b(?:error|pending)\b/, ['K1']],
  [
    /\b(?:kube\w*|kubernetes|container|pods?|deployment|stateful ?set|daemon ?set|replicas?|job|cron ?job)\b.*\b(?:crash\w*|ready|waiting|mismatch|rollout|stuck|scheduled|mis ?scheduled|healthy|fail\w*|killed|absent|down|restart\w*|pending|unavailable|evict\w*|missing|volume claim|stopped|image|backoff|completion|not met)\b/,
    ['K1'],
  ],
  // Whatever serves.
  [
    /\b(?:target|probe|blackbox|service|endpoint|instance|health ?check|site|api|http|job)\b.*\b(?:down|fail\w*|missing|unreachable|failure|unavailable|5xx|error rate|slow|empty|all missing)\b/,
    ['H2'],
  ],
];

const fired = /\[\s*(FIRING|RESOLVED)(?::\s*\d+)?\s*\]\s*:?\s*([A-Za-z]\w+)/i;
const labelled = /\balert_?name["']?\s*[=:]\s*["']?([A-Za-z]\w+)/i;
/** A name alone, or with labels or a few words after it. */
const alone =
  /^\s*((?:[A-Z][a-z0-9]+|[A-Z]{2,}(?=[A-Z][a-z]))(?:[A-Z]+[a-z0-9]*)+)\b(?=\s*(?:$|[({[,:;-]|\w+[=:]|(?:\S+\s*){0,4}$))/;
const single = /^\s*(Watchdog|InfoInhibitor)\s*$/;
/** Reasons of Pods and classes of errors are written alike but are no names of alerts. */
const reasons =
  /^(?:OOMKilled|FailedScheduling|.*(?:BackOff|Error|Exception|ImagePull|ImageName|Creating|Mount|Evicted|Warning))$/;

/** Read a text as an alert; undefined when the text is no alert. */
export function alertIn(text: string): Alert | undefined {
  const marked = fired.exec(text);
  const first = alone.exec(text)?.[1];
  const bare = first !== undefined && !reasons.test(first) && isRule(first) ? first : undefined;
  const name = labelled.exec(text)?.[1] ?? marked?.[2] ?? bare ?? single.exec(text)?.[1];
  if (name === undefined) return undefined;
  const words = spaced(name);
  const resolved =
    marked?.[1]?.toUpperCase() === 'RESOLVED' || /\bstatus["']?\s*[=:]\s*["']?resolved/i.test(text);
  const labels = text.replace(name, ' ').replace(fired, ' ');
  return { name, words, labels, resolved, ids: idsOf(words) };
}

const isRule = (name: string): boolean => idsOf(spaced(name)).length > 0 || name.length > 12;

/** `KubePodNotReady` as words, the products that are written with humps kept whole. */
export function spaced(name: string): string {
  return name
    .replace(/PostgreSQL/g, 'Postgresql')
    .replace(/OOMKill/g, 'Oomkill')
    .replace(/Neo4J/gi, 'Neo4j')
    .replace(/JetStream/g, 'Jetstream')
    .replace(/(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])|_/g, ' ')
    .toLowerCase();
}

const idsOf = (words: string): readonly string[] => rules.find(([rule]) => rule.test(words))?.[1] ?? [];
