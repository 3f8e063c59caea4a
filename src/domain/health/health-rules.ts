import { AppError } from '../kernel/errors.ts';
import { present } from '../kernel/present.ts';
import { depth } from '../platform/dependencies.ts';
import { type PartId, partIds, serviceIds } from '../platform/part.ts';
import type { Unchecked } from '../platform/unchecked.ts';
import { type Finding, findingKey } from '../probe/finding.ts';
import { traitsOf } from '../probe/findings.ts';
import { callKey, type ProbeOutcome } from '../probe/probe.ts';
import type { EnvironmentConfig } from '../settings/environment.ts';
import type { HealthReport, PartRow, PartState } from './health.ts';
import {
  configuredParts,
  type EnvironmentShape,
  type HealthProbeId,
  healthCalls,
  healthRole,
  partOfCall,
  shapeOf,
} from './health-calls.ts';
import { consequences, withoutExplained } from './health-causes.ts';
import {
  dependantsOf,
  directOutcomes,
  hangingClients,
  isDirect,
  type Look,
  lookAt,
  type RuntimeSays,
  runtimeSays,
  runtimeWitness,
  secondWitness,
  sessionsOf,
  settledLooks,
  type Witness,
} from './health-witness.ts';
import type { Doubt, HealthRules, Judged } from './rules.ts';

export interface HealthInput extends Judged {
  readonly shape: EnvironmentShape;
}

/** The rules bound to the configured environments. AppError NOT_FOUND for an unknown one. */
export function createHealthRules(environments: Readonly<Record<string, EnvironmentConfig>>): HealthRules {
  const shape = (environment: string) => {
    const config = environments[environment];
    if (config === undefined)
      throw new AppError('NOT_FOUND', 'no such environment', { facts: { environment } });
    return shapeOf(config);
  };
  return {
    calls: (environment) => healthCalls(shape(environment)),
    judge: (input) => judgeHealth({ ...input, shape: shape(input.environment) }),
    doubts: (input) => doubtsIn({ ...input, shape: shape(input.environment) }),
  };
}

/**
 * The health table from what is known so far. Pure; the same rules judge a table that fills in and a complete one.
 * `down` is said only when a second witness agrees with our own failed attempt.
 */
export function judgeHealth(given: HealthInput): HealthReport {
  const { unchecked = [] } = given.shape;
  const settled = settledLooks(given.outcomes);
  const looks = settled.looks.map((outcome) => withoutNamesakes(outcome, unchecked));
  const input = { ...given, outcomes: looks, second: settled.second };
  const configured = configuredParts(input.shape);
  const done = new Set(input.outcomes.map((outcome) => outcome.key));
  const open = input.calls.filter((call) => !done.has(callKey(call)));
  const rows = partIds.map((part) =>
    configured.has(part)
      ? judgePart(part, input, open.filter((call) => partOfCall(call) === part).length)
      : notConfigured(part),
  );
  const linked = consequences(rows, input.outcomes);
  const ordered = order(linked);
  const bad = (row: PartRow) => row.state === 'down' || row.state === 'degraded';
  const dark = new Set(linked.filter((row) => row.state === 'unknown').map(({ part }) => part));
  const unseen = input.outcomes.filter(({ status }) => status === 'inconclusive');
  const overall = linked.some(bad) ? 'findings' : dark.size + unseen.length > 0 ? 'unknown' : 'healthy';
  const beside = overall === 'unknown' ? unseen.filter(({ part }) => !dark.has(part)) : [];
  return {
    environment: input.environment,
    // Where nothing is broken, what could not be seen is named with its reason below.
    rows: overall === 'findings' ? ordered.map((row) => withoutWrites(row, unseen)) : ordered,
    overall,
    ...(beside.length === 0
      ? {}
      : {
          unseen: beside.map(({ key, probe, part, cause }) => ({ key, probe, part, ...present({ cause }) })),
        }),
    ...(unchecked.length === 0 ? {} : { unchecked }),
    roots: ordered.filter((row) => bad(row) && row.consequenceOf === undefined).map((row) => row.part),
    complete: open.length === 0,
  };
}

/** What a second look may settle: only where there is no runtime to be asked instead. */
export function doubtsIn(input: HealthInput): readonly Doubt[] {
  if (input.shape.runtime !== 'none') return [];
  const { rows, complete } = judgeHealth(input);
  if (!complete) return [];
  const { looks } = settledLooks(input.outcomes);
  const answering = rows.flatMap(({ part }) =>
    ['ok', 'bad'].includes(lookAt(directOutcomes(part, looks), 0)) ? [part] : [],
  );
  return rows.flatMap(({ part, fact }) => {
    if (fact.key !== 'refused-unconfirmed' && fact.key !== 'hung-unconfirmed') return [];
    const calls = input.calls.filter((call) => partOfCall(call) === part && isDirect(part, call.probe));
    return [{ part, calls, answering }];
  });
}

/** Findings that are causes: those of parts which are bad only because another one is are left out. */
export function rootFindings(report: HealthReport): readonly Finding[] {
  return report.rows.flatMap((row) => (row.consequenceOf === undefined ? row.findings : []));
}

function notConfigured(part: PartId): PartRow {
  return {
    part,
    state: 'not-configured',
    fact: { key: 'not-configured', facts: {} },
    witnesses: [],
    findings: [],
    pending: 0,
  };
}

/** First looks, and second ones at what was in doubt. */
interface Looks {
  readonly outcomes: readonly ProbeOutcome[];
  readonly second: readonly ProbeOutcome[];
}

interface Verdict {
  readonly state: PartState;
  readonly fact: PartRow['fact'];
  readonly witnesses: readonly Witness[];
  /** False: our own failed attempt stands alone and is not reported as a finding. */
  readonly confirmed: boolean;
}

function judgePart(
  part: PartId,
  input: HealthInput & { readonly second: readonly ProbeOutcome[] },
  pending: number,
): PartRow {
  const { outcomes } = input;
  const direct = directOutcomes(part, outcomes);
  const expected = input.calls.filter(
    (call) => partOfCall(call) === part && isDirect(part, call.probe),
  ).length;
  const look = lookAt(direct, expected);
  const all = findingsOf(part, outcomes);
  const verdict =
    part === 'runtime'
      ? judgeRuntime(direct, all, expected, input.shape)
      : judge(part, look, direct, all, input);
  const speaks = speaksElsewhere(part, outcomes);
  const findings = withoutExplained(
    all.filter(
      (finding) =>
        (verdict.confirmed || traitsOf(finding.code).ownAttempt !== true) &&
        // A program that answers runs somewhere, if not where we looked for it.
        !(
          traitsOf(finding.code).expectedHere === true &&
          (speaks || (look === 'ok' && finding.subject === part))
        ),
    ),
  );
  // An endpoint that is up but has a finding is degraded; a finding never stands beside "up".
  const state = verdict.state === 'up' && findings.length > 0 ? 'degraded' : verdict.state;
  const [worst] = findings;
  const fact =
    worst !== undefined && (verdict.state === 'up' || verdict.fact.key === 'finding')
      ? { key: worst.code, facts: { ...worst.facts, subject: worst.subject } }
      : verdict.fact;
  const latency = direct.map((outcome) => outcome.facts.latencyMs).find((value) => typeof value === 'number');
  return {
    part,
    state,
    fact,
    ...(typeof latency === 'number' ? { latencyMs: latency } : {}),
    witnesses: verdict.witnesses,
    findings,
    ...besidesOf(part, input),
    pending,
  };
}

/** Who uses another product in place of this part, of which its state says nothing; and where it was found. */
function besidesOf(part: PartId, { shape, outcomes }: HealthInput): Pick<PartRow, 'besides'> {
  const { unchecked = [] } = shape;
  const others = unchecked.flatMap(({ name, image = '', product = '', insteadOf }) =>
    insteadOf?.part === part
      ? [
          {
            key: name === product ? 'other-product-elsewhere' : 'other-product',
            facts: { services: insteadOf.by.join(', '), name, image, product },
          },
        ]
      : [],
  );
  const besides = [...others, ...foundElsewhere(part, outcomes), ...freeSpaceUnseen(part, shape, outcomes)];
  return besides.length === 0 ? {} : { besides };
}

/** "database: down" of a service whose database is another product is no word about PostgreSQL. */
function withoutNamesakes(outcome: ProbeOutcome, unchecked: readonly Unchecked[]): ProbeOutcome {
  const others = unchecked.flatMap(({ name, insteadOf }) =>
    insteadOf?.by.includes(outcome.part) === true ? [{ name, part: insteadOf.part }] : [],
  );
  return others.reduce(
    (one, { name, part }) => ({
      ...one,
      facts: Object.fromEntries(
        Object.entries(one.facts).map(([key, said]) => [
          key === `dependency.${part}` || key === `measured.${part}` ? key.replace(part, name) : key,
          said,
        ]),
      ),
      findings: one.findings.map((finding) => {
        const { dependencies } = finding.facts;
        if (typeof dependencies !== 'string') return finding;
        const named = dependencies.split(', ').map((id) => (id === part ? name : id));
        return { ...finding, facts: { ...finding.facts, dependencies: named.join(', ') } };
      }),
    }),
    outcome,
  );
}

const severityRank = { critical: 0, warning: 1, info: 2 } as const;

/** Findings about the part from whichever probe made them, each once, worst first. */
function findingsOf(part: PartId, outcomes: readonly ProbeOutcome[]): readonly Finding[] {
  const found = new Map<string, Finding>();
  for (const outcome of outcomes)
    for (const finding of outcome.findings)
      if (finding.part === part && !found.has(findingKey(finding))) found.set(findingKey(finding), finding);
  return [...found.values()].sort((a, b) => severityRank[a.severity] - severityRank[b.severity]);
}

const byFinding: PartRow['fact'] = { key: 'finding', facts: {} };

function judge(
  part: PartId,
  look: Look,
  direct: readonly ProbeOutcome[],
  findings: readonly Finding[],
  { outcomes, second }: Looks,
): Verdict {
  const runtime = speaksElsewhere(part, outcomes) ? 'nothing' : runtimeSays(part, outcomes);
  const witness = runtime === 'nothing' ? [] : runtimeWitness(part, outcomes);
  const confirmed = (
    state: PartState,
    fact: PartRow['fact'],
    witnesses: readonly Witness[] = [],
  ): Verdict => ({
    state,
    fact,
    witnesses,
    confirmed: true,
  });
  switch (look) {
    case 'ok':
      return confirmed('up', good(part, direct));
    case 'bad':
      return confirmed('degraded', byFinding, runtime === 'nothing' ? [] : witness);
    case 'refused':
    case 'hung':
    case 'closed':
      return judgeUnreachable(part, look, runtime, findings, { outcomes, second });
    case 'silent': {
      const seen = sessionsOf(part, outcomes);
      if (runtime === 'not-running') return confirmed('down', byFinding, witness);
      return confirmed('degraded', byFinding, [...witness, ...seen]);
    }
    case 'blind': {
      if (runtime === 'not-running') return confirmed('down', byFinding, witness);
      // Nothing leads to it, and it says itself what it misses.
      if (runtime === 'not-ready' && findings.some(({ code }) => traitsOf(code).saysUnhealthy === true))
        return confirmed('down', byFinding, witness);
      const { up, down } = dependantsOf(part, outcomes);
      return { ...confirmed('unknown', blindFact(direct), [...witness, ...down, ...up]), confirmed: false };
    }
    case 'pending':
      return confirmed('unknown', { key: 'pending', facts: {} });
    case 'none':
      if (speaksElsewhere(part, outcomes))
        return confirmed('up', { key: 'agents-on-bus', facts: {} }, sessionsOf(part, outcomes));
      return judgeByRuntimeAlone(runtime, witness);
  }
}

/** Who is connected to the bus runs, if not where we looked for it. */
function speaksElsewhere(part: PartId, outcomes: readonly ProbeOutcome[]): boolean {
  if (part !== 'collect-agent' || sessionsOf(part, outcomes).length === 0) return false;
  return outcomes.some(
    (one) =>
      one.part === part &&
      (one.findings.some(({ code }) => traitsOf(code).expectedHere === true) ||
        (one.status === 'skipped' && one.facts.elsewhere !== undefined)),
  );
}

/** The free space of PostgreSQL could not be read; an answer alone does not prove free space. */
function freeSpaceUnseen(
  part: PartId,
  { runtime }: EnvironmentShape,
  outcomes: readonly ProbeOutcome[],
): NonNullable<PartRow['besides']> {
  const unseen =
    runtime === 'none' || outcomes.some((one) => one.part === part && one.facts.freeSpace === 'unseen');
  const answers = directOutcomes(part, outcomes).some(({ status }) => status === 'healthy');
  return part === 'postgres' && unseen && answers ? [{ key: 'free-space-unseen', facts: {} }] : [];
}

/** Looks at whether a store does its work for a client that has logged in. */
const writeLooks: ReadonlySet<string> = new Set<HealthProbeId>(['postgres.writes', 'redis.writes']);

/** A store that answers and whose reads and writes could not be checked is up only as far as its answer goes. */
function withoutWrites(row: PartRow, unseen: readonly ProbeOutcome[]): PartRow {
  const isOpen = unseen.some(({ part, probe }) => part === row.part && writeLooks.has(probe));
  if (row.state !== 'up' || !isOpen) return row;
  return { ...row, besides: [...(row.besides ?? []), { key: 'writes-unseen', facts: {} }] };
}

/** Where agents were found that are not where our configuration has them. */
function foundElsewhere(part: PartId, outcomes: readonly ProbeOutcome[]): NonNullable<PartRow['besides']> {
  if (part !== 'collect-agent') return [];
  const places = outcomes.flatMap(({ part: of, facts: { elsewhere } }) =>
    of === part && typeof elsewhere === 'string' ? [{ key: 'elsewhere', facts: { places: elsewhere } }] : [],
  );
  if (!speaksElsewhere(part, outcomes)) return places;
  const count = sessionsOf(part, outcomes).reduce((sum, { facts }) => sum + Number(facts.count), 0);
  const from = outcomes.map(({ facts }) => facts.agentsFrom).find((one) => typeof one === 'string');
  const onBus =
    from === undefined ? { key: 'on-bus', facts: { count } } : { key: 'on-bus-from', facts: { count, from } };
  return [...places, onBus];
}

/** Nothing but the runtime can speak for this part here (an agent whose registry is not configured). */
function judgeByRuntimeAlone(runtime: RuntimeSays, witnesses: readonly Witness[]): Verdict {
  const facts = witnesses[0]?.facts ?? {};
  switch (runtime) {
    case 'running':
      return { state: 'up', fact: { key: 'ready', facts }, witnesses, confirmed: true };
    case 'not-ready':
      return { state: 'degraded', fact: byFinding, witnesses, confirmed: true };
    case 'not-running':
      return { state: 'down', fact: byFinding, witnesses, confirmed: true };
    case 'nothing':
      return { state: 'unknown', fact: { key: 'nobody-to-ask', facts: {} }, witnesses, confirmed: false };
  }
}

/**
 * Our attempt failed in a way that lies with the target, or with the way there. Who else has seen it?
 * Pods or containers that do not run, or dependants that miss it, make it down; dependants that use it make our
 * own way suspect; a process that is seen to run and does not speak hangs.
 */
function judgeUnreachable(
  part: PartId,
  look: 'refused' | 'hung' | 'closed',
  runtime: RuntimeSays,
  findings: readonly Finding[],
  { outcomes, second }: Looks,
): Verdict {
  const witness = runtimeWitness(part, outcomes);
  const sessions = sessionsOf(part, outcomes);
  const dependants = dependantsOf(part, outcomes);
  const monitor = monitorWitness(part, outcomes);
  const facts = findings.find((finding) => traitsOf(finding.code).ownAttempt === true)?.facts ?? {};
  const said = (state: PartState, key: string, witnesses: readonly Witness[]): Verdict => ({
    state,
    fact: key === 'finding' ? byFinding : { key, facts },
    witnesses,
    confirmed: state !== 'unknown',
  });

  if (runtime === 'not-running') return said('down', 'finding', witness);
  if (dependants.down.length > 0 && dependants.up.length === 0)
    return said('down', look === 'hung' ? 'hung' : 'finding', [...dependants.down, ...witness]);
  if (dependants.up.length > 0 && !isService(part))
    return said('unknown', `${look}-here-only`, [...dependants.up, ...witness]);
  const alive = [...witness, ...sessions, ...monitor];
  const again = secondWitness(part, look, outcomes, second);
  if (look === 'hung') {
    if (runtime !== 'nothing' || sessions.length > 0 || monitor.length > 0)
      return said('down', 'hung', alive);
    // A client that waits for its answer hangs as we do.
    const waiting = [...hangingClients(part, outcomes), ...again];
    return waiting.length > 0 ? said('down', 'hung', waiting) : said('unknown', 'hung-unconfirmed', []);
  }
  if (runtime === 'not-ready') return said('down', 'finding', witness);
  if (runtime === 'running' || sessions.length > 0 || monitor.length > 0)
    return said('degraded', look === 'refused' ? 'port-closed' : 'finding', alive);
  // Two ports of one process, each with an address of its own: a wrong one of ours does not refuse at both.
  const refusing = monitorRefuses(part, outcomes);
  if (look === 'refused' && refusing.length > 0) return said('down', 'finding', refusing);
  if (look === 'refused' && again.length > 0) return said('down', 'finding', again);
  return said('unknown', `${look}-unconfirmed`, []);
}

function isService(part: PartId): boolean {
  return serviceIds.some((id) => id === part);
}

/** A monitoring port is another port of the same process. */
function monitorWitness(part: PartId, outcomes: readonly ProbeOutcome[]): readonly Witness[] {
  const outcome = outcomes.find(
    (one) => one.part === part && healthRole(one.probe).otherPort === true && one.status === 'healthy',
  );
  return outcome === undefined ? [] : [{ key: 'monitor-answers', facts: outcome.facts }];
}

/** The other port of the same process, which refuses too. */
function monitorRefuses(part: PartId, outcomes: readonly ProbeOutcome[]): readonly Witness[] {
  const finding = outcomes
    .filter((one) => one.part === part && healthRole(one.probe).otherPort === true)
    .flatMap(({ findings }) => findings)
    .find(({ facts }) => facts.stage === 'refused');
  return finding === undefined ? [] : [{ key: 'monitor-refuses', facts: finding.facts }];
}

function good(part: PartId, direct: readonly ProbeOutcome[]): PartRow['fact'] {
  const facts = direct.find((outcome) => outcome.status === 'healthy')?.facts ?? {};
  return { key: part === 'collect-agent' ? 'agents' : 'answers', facts };
}

const blindKeys = new Set([
  'dns',
  'connect-timeout',
  'tls',
  'forbidden',
  'protocol',
  'aborted',
  'timed-out',
  'secret-unreadable',
  'settings-invalid',
  'refused',
  'no-answer',
  'closed',
  'auth',
  'limit',
  'not-admitted',
  'starting',
  'busy',
  'read-only',
  'full',
  'fault',
  'rejected',
  'unknown-error',
  'database-not-recognised',
  'health-path-not-recognised',
]);

function blindFact(outcomes: readonly ProbeOutcome[]): PartRow['fact'] {
  const cause = outcomes.find((outcome) => outcome.status === 'inconclusive')?.cause;
  const key = cause !== undefined && blindKeys.has(cause.code) ? `blind-${cause.code}` : 'blind-other';
  return { key, facts: cause?.facts ?? {} };
}

/** The cluster or engine itself: what no part answers for. */
function judgeRuntime(
  direct: readonly ProbeOutcome[],
  findings: readonly Finding[],
  expected: number,
  shape: EnvironmentShape,
): Verdict {
  const base = { witnesses: [], confirmed: true };
  if (findings.length > 0) return { ...base, state: 'degraded', fact: byFinding };
  if (direct.some((outcome) => outcome.status === 'inconclusive'))
    return { ...base, state: 'unknown', fact: blindFact(direct) };
  if (direct.length < expected) return { ...base, state: 'unknown', fact: { key: 'pending', facts: {} } };
  const facts = Object.assign({}, ...direct.map((outcome) => outcome.facts));
  return { ...base, state: 'up', fact: { key: `runtime-${shape.runtime}`, facts } };
}

const stateRank: Readonly<Record<PartState, number>> = {
  down: 0,
  degraded: 1,
  unknown: 2,
  up: 3,
  'not-configured': 4,
};

/** Worst first; what is behind a root follows it directly, and the worst of such a group places it. */
function order(rows: readonly PartRow[]): readonly PartRow[] {
  const behind = (root: PartId) => rows.filter((row) => row.consequenceOf === root);
  const roots = rows.filter((row) => row.consequenceOf === undefined);
  const rank = (row: PartRow) =>
    Math.min(stateRank[row.state], ...behind(row.part).map((one) => stateRank[one.state]));
  const compare = (a: PartRow, b: PartRow) =>
    stateRank[a.state] - stateRank[b.state] || depth(a.part) - depth(b.part);
  return roots
    .toSorted(
      (a, b) => rank(a) - rank(b) || compare(a, b) || partIds.indexOf(a.part) - partIds.indexOf(b.part),
    )
    .flatMap((root) => [root, ...behind(root.part).toSorted(compare)]);
}
