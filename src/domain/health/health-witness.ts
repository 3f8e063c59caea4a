import { present } from '../kernel/present.ts';
import { dependencies } from '../platform/dependencies.ts';
import { type PartId, serviceIds } from '../platform/part.ts';
import { traitsOf } from '../probe/findings.ts';
import type { ProbeOutcome } from '../probe/probe.ts';
import type { PartRow } from './health.ts';
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
 * Connections of a part that PostgreSQL, Redis, NATS and Neo4j see. That they see none proves nothing: one that is idle
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
