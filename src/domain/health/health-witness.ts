import { present } from '../kernel/present.ts';
import { dependencies } from '../platform/dependencies.ts';
import { type PartId, serviceIds } from '../platform/part.ts';
import { traitsOf } from '../probe/findings.ts';
import type { ProbeOutcome } from '../probe/probe.ts';
import type { PartRow, PartState } from './health.ts';
import { healthRole } from './health-calls.ts';

/** What our own attempt to use a part came to. */
export type Look =
  | 'ok'
  | 'refused'
  | 'hung'
  | 'closed'
  /** It answered, and what it said is bad: unhealthy, slow, credentials refused, at a limit. */
  | 'bad'
  /** Only the runtime or a heartbeat can speak for this part, and it is silent. */
  | 'silent'
  | 'blind'
  | 'pending'
  | 'none';

/** What Kubernetes or Docker says of the part's Pods or containers. */
export type RuntimeSays = 'running' | 'not-ready' | 'not-running' | 'nothing';

export type Witness = PartRow['witnesses'][number];

/** Those who saw that it is there, or answers. */
const seesItWell: ReadonlySet<string> = new Set([
  'runtime-running',
  'sessions',
  'dependant-up',
  'monitor-answers',
]);

/** Whether a witness saw the opposite of what is said: it confirms nothing then, and is told as one against it. */
export function isAgainst(state: PartState, witness: string): boolean {
  return (state === 'down' || state === 'degraded' || state === 'unknown') && seesItWell.has(witness);
}

/** Outcomes of the probes that use the part as its clients do. */
export function directOutcomes(part: PartId, outcomes: readonly ProbeOutcome[]): readonly ProbeOutcome[] {
  return outcomes.filter((outcome) => outcome.part === part && isDirect(part, outcome.probe));
}

export function isDirect(part: PartId, probe: string): boolean {
  const { asClient, ofRuntime } = healthRole(probe);
  return (part === 'runtime' ? ofRuntime : asClient) === true;
}

/** Our own look at the part; several databases of one server are one look, and the best of them counts. */
export function lookAt(direct: readonly ProbeOutcome[], expected: number): Look {
  if (direct.some((outcome) => outcome.status === 'healthy')) {
    return direct.some((outcome) => outcome.status === 'unhealthy') ? 'bad' : 'ok';
  }
  const findings = direct.flatMap((outcome) => outcome.findings);
  const [first] = findings;
  if (first !== undefined) {
    const { attempt = 'bad' } = traitsOf(first.code);
    if (attempt !== 'silent-when-critical') return attempt;
    return first.severity === 'critical' ? 'silent' : 'bad';
  }
  if (direct.some((outcome) => outcome.status === 'inconclusive')) return 'blind';
  return direct.length < expected ? 'pending' : 'none';
}

export function runtimeSays(part: PartId, outcomes: readonly ProbeOutcome[]): RuntimeSays {
  const outcome = runtimeOutcome(part, outcomes);
  if (outcome === undefined || outcome.status === 'skipped' || outcome.status === 'inconclusive')
    return 'nothing';
  if (outcome.status === 'healthy') return 'running';
  const number = (key: string) => Number(outcome.facts[key] ?? 0);
  const said = outcome.findings.map((finding) => traitsOf(finding.code).runtime);
  if (said.includes('not-running')) return 'not-running';
  if (number('ready') > 0) return 'running';
  if (said.includes('not-ready')) return 'not-ready';
  return healthRole(outcome.probe).runs === 'counted' && number('running') > 0 ? 'not-ready' : 'not-running';
}

function runtimeOutcome(part: PartId, outcomes: readonly ProbeOutcome[]): ProbeOutcome | undefined {
  return outcomes.find((outcome) => outcome.part === part && healthRole(outcome.probe).runs !== undefined);
}

/** What Kubernetes or Docker says, as a witness for words. */
export function runtimeWitness(part: PartId, outcomes: readonly ProbeOutcome[]): readonly Witness[] {
  const says = runtimeSays(part, outcomes);
  const outcome = runtimeOutcome(part, outcomes);
  if (says === 'nothing' || outcome === undefined) return [];
  const [finding] = outcome.findings;
  return [
    {
      key: `runtime-${says}`,
      facts: {
        ...outcome.facts,
        ...present({ subject: finding?.subject, code: finding?.code }),
      },
    },
  ];
}

/**
 * Connections of a part that PostgreSQL, Redis, NATS and Neo4j see. Seeing no connection proves nothing: one that is idle
 * holds no connection (R-PLAT23).
 */
export function sessionsOf(part: PartId, outcomes: readonly ProbeOutcome[]): readonly Witness[] {
  return outcomes.flatMap((outcome) => {
    if (healthRole(outcome.probe).sessions !== true || outcome.status !== 'healthy') return [];
    const value = outcome.facts[`sessions.${part}`];
    return typeof value === 'number' && value > 0
      ? [{ key: 'sessions', facts: { where: outcome.part, count: value } }]
      : [];
  });
}

/** What a service says of itself, through its Service or where its Pod is; the look that heard something counts. */
export function ownWord(service: PartId, outcomes: readonly ProbeOutcome[]): ProbeOutcome | undefined {
  const looks = outcomes.filter(
    (one) => one.part === service && healthRole(one.probe).tellsDependencies === true,
  );
  return looks.find((one) => saysUnhealthy(one) || tellsOfOthers(one)) ?? looks[0];
}
const saysUnhealthy = ({ findings }: ProbeOutcome): boolean =>
  findings.some((finding) => traitsOf(finding.code).saysUnhealthy === true);
const tellsOfOthers = ({ facts }: ProbeOutcome): boolean =>
  Object.keys(facts).some((key) => key.startsWith('dependency.'));

/**
 * What the services that need the part say of it in their own health. A bare "up" is no witness: there are programs that
 * always say it. One with a figure that only a check gives is (`measured.<part>`, R-PLAT9).
 */
export function dependantsOf(
  part: PartId,
  outcomes: readonly ProbeOutcome[],
): { readonly up: readonly Witness[]; readonly down: readonly Witness[] } {
  const up: Witness[] = [];
  const down: Witness[] = [];
  for (const service of serviceIds) {
    if (!dependencies[service].includes(part)) continue;
    const outcome = ownWord(service, outcomes);
    if (outcome === undefined) continue;
    const state = outcome.facts[`dependency.${part}`];
    if (state === 'up' && outcome.facts[`measured.${part}`] === true)
      up.push({ key: 'dependant-up', facts: { service } });
    else if (state === 'down') down.push({ key: 'dependant-down', facts: { service } });
    else if (saysUnhealthy(outcome) && !tellsOfOthers(outcome))
      down.push({ key: 'dependant-unhealthy', facts: { service } });
  }
  return { up, down };
}

/** Services that need the part, and of whose own paths one hangs while another answers: they wait for something. */
export function hangingClients(part: PartId, outcomes: readonly ProbeOutcome[]): readonly Witness[] {
  return serviceIds.flatMap((service) => {
    if (!dependencies[service].includes(part)) return [];
    const stalled = outcomes
      .filter((one) => one.part === service && healthRole(one.probe).asClient === true)
      .flatMap(({ findings }) => findings)
      .find(({ code }) => traitsOf(code).waits === true);
    const path = stalled?.facts.path;
    return typeof path === 'string' ? [{ key: 'dependant-hangs', facts: { service, path } }] : [];
  });
}

const again = ' again';

/** A second look at what was in doubt; `beside` answered meanwhile. */
export function asSecondLook(outcome: ProbeOutcome, beside: PartId): ProbeOutcome {
  return { ...outcome, key: `${outcome.key}${again}`, facts: { ...outcome.facts, beside } };
}

/** The looks that count: where the second one answers, it takes the place of the first one. */
export function settledLooks(outcomes: readonly ProbeOutcome[]): {
  readonly looks: readonly ProbeOutcome[];
  /** Second looks that came to nothing either. */
  readonly second: readonly ProbeOutcome[];
} {
  const second = outcomes.filter(({ key }) => key.endsWith(again));
  const answered = new Map(
    second.filter(({ status }) => status === 'healthy').map((outcome) => [outcome.key, outcome]),
  );
  const looks = outcomes.filter((outcome) => !second.includes(outcome));
  return {
    looks: looks.map((outcome) => {
      const later = answered.get(`${outcome.key}${again}`);
      return later === undefined ? outcome : { ...later, key: outcome.key };
    }),
    second: second.filter(({ status }) => status !== 'healthy'),
  };
}

/**
 * Our own second look, by a new connection: a witness where all of it came to the same as the first one, another part at
 * the same place answered, and no dependant says that it reaches it, measured or not.
 */
export function secondWitness(
  part: PartId,
  look: Look,
  outcomes: readonly ProbeOutcome[],
  second: readonly ProbeOutcome[],
): readonly Witness[] {
  const own = second.filter((outcome) => outcome.part === part);
  const beside = own[0]?.facts.beside;
  if (typeof beside !== 'string' || lookAt(own, own.length) !== look) return [];
  const claimed = outcomes.some(({ facts }) => facts[`dependency.${part}`] === 'up');
  return claimed ? [] : [{ key: 'second-look', facts: { beside } }];
}
