/**
 * The target becomes another one of the same name at each moment of a fix: before each call of each step and of its undo.
 * Nothing is changed from that moment on, whatever was read before it (R-P3, R-P4).
 */
import { describe, expect, it } from 'vitest';
import type { Remediation } from '../../src/domain/fix/remediation.ts';
import type { Targets } from '../../src/domain/probe/targets/targets.ts';
import { cutTargets } from '../support/cut-targets.ts';
import { fixtures, type RemediationName, registered } from '../support/remediation-fixtures.ts';

/**
 * Targets whose changing call cannot name the very object: there one moment is left, right before that call, with nothing
 * between it and the last look. An engine takes a container's id and no start time, Redis and NATS no id of the server,
 * and a statement that defines something no oid.
 */
const namesNoObject: readonly RegExp[] = [
  /^compose\./,
  /^redis\./,
  /^nats\./,
  /^postgres\.(?:create-indexes|rebuild-index|set-max-connections)$/,
];

/** Steps that change another object than the one that is exchanged here, by their number: what they look at instead. */
const ownObject: Partial<Record<RemediationName, Readonly<Record<number, string>>>> = {
  // Between the looks at both ends and the creation stand the looks at the policies.
  'kubernetes.allow-connection': {
    0: 'the Job, which lets nothing through by itself',
    1: 'a new policy, by the labels of what was looked at before',
    2: 'our own Job, by its uid',
  },
  'kubernetes.copy-registration-token': {
    0: 'the Secret that keeps both values, beside the target',
    2: 'the workload, whose patch carries its own version',
    4: 'the workload, whose patch carries its own version',
    5: 'our own Job, by its uid',
  },
  // The Secret of the service is exchanged; its own steps are 2 and 6.
  'kubernetes.reset-neo4j-password': {
    0: 'the Secret that keeps both passwords, beside the target',
    1: 'Neo4j, which takes a new password from the old one alone',
    3: 'the Secret of Neo4j, whose patch carries its own version',
    4: 'the workload, whose patch carries its own version',
    5: 'Neo4j, which takes a new password from the old one alone',
    7: 'the Secret of Neo4j, whose patch carries its own version',
    8: 'the workload, whose patch carries its own version',
    9: 'our own Job, by its uid',
  },
  'kubernetes.set-config-key': {
    1: 'the workload: the ConfigMap was looked at before it',
    3: 'the workload: the ConfigMap was looked at before it',
  },
  'kubernetes.set-step-timeout': {
    1: 'the workload: the ConfigMap was looked at before it',
    3: 'the workload: the ConfigMap was looked at before it',
  },
  'kubernetes.set-config-text': {
    1: 'the workload: the ConfigMap was looked at before it',
    3: 'the workload: the ConfigMap was looked at before it',
  },
  'postgres.rebuild-index': { 0: 'a leftover of a build that was broken off, by its own name' },
  'redis.delete-keys': { 0: 'keys, found by the same connection' },
};

const contextOf = (deps: Targets) => ({
  deps,
  signal: new AbortController().signal,
  now: () => new Date(0),
  operation: { id: '6f1d', age: () => Promise.resolve(0) },
});
/** More calls than any step makes. */
const mostCalls = 2_000;

interface Moment {
  readonly at: number;
  readonly call: string;
  /** Changes by this step before that call, and after it. */
  readonly before: number;
  readonly after: number;
  readonly toldDone: boolean;
}

/** The step of this number, of the plan and then of its undo, with something before this call; undefined: it makes fewer. */
async function momentOf(
  remediation: Remediation,
  number: number,
  at: number,
  exchanged: boolean,
): Promise<Moment | undefined> {
  const fixture = fixtures[remediation.id as RemediationName]();
  const plan = await remediation.plan(remediation.params.parse(fixture.params), contextOf(fixture.targets));
  const all = [...plan.steps, ...(plan.undo ?? [])];
  const step = all[number];
  if (step === undefined) return undefined;
  for (const before of all.slice(0, number))
    await remediation.applyStep(before, plan, contextOf(fixture.targets));
  const begun = fixture.changes();
  let then = begun;
  const cut = cutTargets(
    fixture.targets,
    () => {
      then = fixture.changes();
      if (exchanged) fixture.replace();
    },
    at,
  );
  const toldDone = await remediation.applyStep(step, plan, contextOf(cut.targets)).then(
    () => true,
    () => false,
  );
  const call = cut.harmed();
  if (call === undefined) return undefined;
  return { at, call, before: then - begun, after: fixture.changes() - then, toldDone };
}

async function momentsOf(
  remediation: Remediation,
  number: number,
  exchanged: boolean,
): Promise<readonly Moment[]> {
  const moments: Moment[] = [];
  for (let at = 0; at < mostCalls; at += 1) {
    const moment = await momentOf(remediation, number, at, exchanged);
    if (moment === undefined) return moments;
    moments.push(moment);
  }
  throw new Error(`a step of ${remediation.id} makes more than ${mostCalls} calls`);
}

/** Numbers of the calls that change something, where nobody exchanges anything. */
function changing(moments: readonly Moment[]): ReadonlySet<number> {
  const all = (moments[0]?.before ?? 0) + (moments[0]?.after ?? 0);
  return new Set(
    moments.filter(({ before }, n) => (moments[n + 1]?.before ?? all) > before).map(({ at }) => at),
  );
}

describe.each(registered.map((remediation) => [remediation.id, remediation] as const))(
  '%s, whose target becomes another one',
  (id, remediation) => {
    it('R-P3: changes nothing from that moment on', async () => {
      let tried = 0;
      for (let number = 0; ; number += 1) {
        const moments = await momentsOf(remediation, number, true);
        if (moments.length === 0) break;
        tried += moments.length;
        const left = namesNoObject.some((pattern) => pattern.test(id))
          ? changing(await momentsOf(remediation, number, false))
          : new Set<number>();
        const wrong = moments.filter(
          ({ at, before, after, toldDone }) => (after > 0 || (before === 0 && toldDone)) && !left.has(at),
        );
        // What is said of a step is true of it: else it does not have to be said.
        if (ownObject[id as RemediationName]?.[number] !== undefined)
          expect(wrong.length, `step ${number} needs no exception`).toBeGreaterThan(0);
        else expect(wrong, `step ${number}`).toEqual([]);
      }
      expect(tried).toBeGreaterThan(0);
    });
  },
);
