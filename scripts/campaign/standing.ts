/** What is confirmed before anything is planted: a platform that is not as it should be has such causes. */

import type { DiagnoseOutput } from '../../src/cli/output-schemas.ts';
import { answerOf } from './shell.ts';
import type { Judged } from './trial.ts';

/** By the id of a cause: what it was found at. The same cause found elsewhere is new, but for one that is true `anywhere`. */
export type Standing = ReadonlyMap<string, ReadonlySet<string> | 'anywhere'>;

const confirmedIn = ({ diagnoses: all }: DiagnoseOutput) =>
  all.flatMap(({ causes }) => causes).filter(({ verdict }) => verdict === 'confirmed');
const subjectsOf = (cause: ReturnType<typeof confirmedIn>[number]) =>
  cause.for.map(({ part, subject }) => `${part} ${withoutPod(subject)}`);
/** A Pod that is made anew has another name, and is the same workload's: without the ends that a ReplicaSet gives. */
const withoutPod = (subject: string) => subject.replace(/-[a-z0-9]{7,10}-[a-z0-9]{5}$/, '');

/** With what this answer confirms besides. */
export function withStanding(before: Standing, body: DiagnoseOutput): Standing {
  const all = new Map(before);
  for (const cause of confirmedIn(body)) {
    const known = all.get(cause.id) ?? [];
    if (known !== 'anywhere') all.set(cause.id, new Set([...known, ...subjectsOf(cause)]));
  }
  return all;
}

/** Ids of confirmed causes that stood there before, with all that they are found at. */
const stands = (body: DiagnoseOutput, standing: Standing): ReadonlySet<string> =>
  new Set(
    confirmedIn(body)
      .filter((cause) => {
        const known = standing.get(cause.id);
        if (known === undefined || known === 'anywhere') return known === 'anywhere';
        return subjectsOf(cause).every((subject) => known.has(subject));
      })
      .map(({ id }) => id),
  );

/** An answer without those causes. */
export function newIn(body: DiagnoseOutput, standing: Standing): Judged {
  const answer = answerOf({ body });
  const old = stands(body, standing);
  const causes = answer.causes.filter(({ id, verdict }) => verdict !== 'confirmed' || !old.has(id));
  return { causes, title: old.size === 0 ? answer.title : causes.map(({ id }) => id).join(' ') };
}
