import type { Platform } from '../platform/platform.ts';
import type { Finding } from '../probe/finding.ts';
import type { EnvironmentConfig } from '../settings/environment.ts';
import { codesOf, type Remedy } from './diagnosis.ts';
import type { CauseJudgement } from './judgement.ts';

/** Where a platform runs, as commands name it. */
export type Place =
  | { readonly kind: 'kubernetes'; readonly namespace: string; readonly agentNamespace: string }
  | { readonly kind: 'compose'; readonly project: string }
  | { readonly kind: 'none' };

/**
 * Lines that a person may copy for an instruction (`remedy.<key>`) in this place, with the values of the finding filled
 * in; empty for one that is no command.
 */
export type InstructionLines = (
  key: string,
  place: Place,
  finding: Finding | undefined,
  platform: Platform,
) => readonly string[];

/** Whether a remedy is one for this kind of place. */
export function isFor({ on }: Remedy, { kind }: Place): boolean {
  return on === undefined || on === kind;
}

/** Pure. The remedies of a judged cause that can help and are for this kind of place. */
export function remediesHere(
  { remedies }: Pick<CauseJudgement, 'remedies'>,
  place: Place,
): readonly Remedy[] {
  return remedies.filter((remedy) => isFor(remedy, place));
}

/**
 * Pure. The instructions of these that go with what is offered: text, lines and button of one cause say the same.
 * `recommended`: the fix behind the button; undefined without such a fix.
 */
export function instructionsOf(
  remedies: readonly Remedy[],
  recommended: string | undefined,
): readonly Extract<Remedy, { readonly instruction: string }>[] {
  const told = remedies.flatMap((remedy) => ('instruction' in remedy ? [remedy] : []));
  const alike = told.filter(({ by }) => by !== undefined);
  const chosen = recommended === undefined ? alike.at(-1) : alike.find(({ by }) => by === recommended);
  return told.filter((one) => one.by === undefined || one === chosen);
}

/** The finding whose facts fill an instruction: of those for its cause the one that it is for, where that is named. */
export function findingOf({ where }: Remedy, cause: Pick<CauseJudgement, 'for'>): Finding | undefined {
  const asked = where === undefined ? [] : codesOf(where);
  return (
    cause.for.find(({ code, facts }) =>
      asked.some(
        (one) => one.code === code && (one.fact === undefined || (facts[one.fact] ?? null) !== null),
      ),
    ) ?? cause.for[0]
  );
}

/** Place of a configured environment. */
export function placeOfRuntime(runtime: EnvironmentConfig['runtime']): Place {
  switch (runtime.kind) {
    case 'kubernetes':
      return { kind: 'kubernetes', namespace: runtime.namespace, agentNamespace: runtime.agentNamespace };
    case 'compose':
      return { kind: 'compose', project: runtime.project };
    case 'none':
      return { kind: 'none' };
  }
}
