/** Which faults are carried to their end by which fixes: those that their cause names, by the registries. */

import { random } from '../../lab/platform/generated/installation.ts';
import type { Fault, Runtime } from '../../lab/types.ts';
import { unreachable } from '../../src/diagnoses/unreachable.diagnosis.ts';
import { present } from '../../src/domain/kernel/present.ts';
import { partIds } from '../../src/domain/platform/part.ts';
import { diagnoses } from '../../src/main/registries.ts';
import { fixToCarryOut } from './ci-fixes.ts';
import { expectationOf } from './expectation.ts';
import { type Asked, type FixStage, type FixTrial, mend, tryFix } from './fix-trial.ts';
import { whyUntried } from './untried.ts';

/** Ids of the remediations that the cause of this fault names on this runtime, the recommended one first. */
export function fixesNamedFor(fault: Fault, variant: string, runtime: Runtime): readonly string[] {
  const { symptom, cause } = expectationOf(fault, variant);
  const [id = '', part] = symptom.split(' ');
  const known = partIds.find((one) => one === part);
  const diagnosis =
    id === 'H2' && known !== undefined ? unreachable(known) : diagnoses.find((one) => one.id === id);
  const remedies = diagnosis?.causes.find((one) => one.id === cause)?.remedies ?? [];
  return remedies.flatMap((remedy) =>
    'remediation' in remedy && (remedy.on === undefined || remedy.on === runtime) ? [remedy.remediation] : [],
  );
}

/** One fix of one fault; `why`: it cannot be carried out there. */
export interface Planned {
  readonly fault: Fault;
  readonly variant: string;
  readonly fix: string;
  readonly why?: string;
}

/** Every fix that a cause names for these faults, and why it is left out where it is. */
export function planned(
  { faults, variantsOf }: Pick<Fixing, 'faults' | 'variantsOf'>,
  runtime: Runtime,
): readonly Planned[] {
  return faults.flatMap((fault) =>
    variantsOf(fault).flatMap((variant) =>
      fixesNamedFor(fault, variant, runtime).map((fix) => ({
        ...{ fault, variant, fix },
        ...present({ why: whyUntried({ fault, variant, runtime, fix }) }),
      })),
    ),
  );
}

const triedFor = (fault: Fault, variant: string, runtime: Runtime): readonly string[] =>
  planned({ faults: [fault], variantsOf: () => [variant] }, runtime).flatMap(({ fix, why }) =>
    why === undefined ? [fix] : [],
  );

/** Says of one undo after the other whether it is tried: of each three in a row one, drawn by the seed. */
export function everyThird(seed: number): () => boolean {
  const next = random(seed);
  let at = 0;
  let drawn = 0;
  return () => {
    if (at % 3 === 0) drawn = Math.floor(next() * 3);
    at += 1;
    return (at - 1) % 3 === drawn;
  };
}

/** Carries out, by the fault that CI has for it, each remediation; a third of those that can be are taken back. */
export class Mender {
  readonly #stage: FixStage;
  readonly #undo: () => boolean;
  readonly #fixOf: typeof fixToCarryOut;

  constructor(stage: FixStage, { seed, fixOf = fixToCarryOut }: MenderOptions) {
    this.#stage = stage;
    this.#undo = everyThird(seed);
    this.#fixOf = fixOf;
  }

  /** Undefined: this fault has nothing to carry out. */
  async mend(asked: Asked): Promise<FixTrial | undefined> {
    const { fault, variant } = asked;
    const own = this.#fixOf(fault, variant, this.#stage.lab.runtime);
    if (own === undefined) return undefined;
    const choose = (offered: readonly string[]) => offered.find((one) => one === own.fix);
    return mend(this.#stage, asked, { choose, undo: own.undone ? () => true : this.#undo });
  }
}

export interface MenderOptions {
  readonly seed: number;
  /** Default: as CI's list has it. */
  readonly fixOf?: typeof fixToCarryOut;
}

export interface Fixing {
  readonly faults: readonly Fault[];
  readonly variantsOf: (fault: Fault) => readonly string[];
  /** Each remediation once, by the first fault that offers it; a third of those that can be undone are. */
  readonly once: boolean;
  readonly seed: number;
  /** Trials that ended before. */
  readonly isDone: (name: string) => boolean;
}

/**
 * Every fix that the answers to these faults offer for their cause: the recommended one, then each of the menu with the
 * fault planted anew. Of a trial that was done before, the name alone; one that carried out nothing is passed over where
 * another fault may offer the fix.
 */
export async function* tryFixes(
  stage: FixStage,
  { faults, variantsOf, once, seed, isDone }: Fixing,
): AsyncGenerator<{ readonly name: string; readonly trial?: FixTrial; readonly passedOver?: FixTrial }> {
  const done = new Set<string>();
  const undo = once ? everyThird(seed) : () => true;
  for (const fault of faults)
    for (const variant of variantsOf(fault)) {
      const named = triedFor(fault, variant, stage.lab.runtime);
      const tried = new Set<string>();
      for (const [at] of named.entries()) {
        const name = `${fault.id} ${variant} ${at + 1}`;
        if (isDone(name)) {
          yield { name };
          continue;
        }
        if (named.every((fix) => tried.has(fix) || (once && done.has(fix)))) break;
        const choose = (offered: readonly string[]) =>
          offered.find((fix) => named.includes(fix) && !tried.has(fix) && !(once && done.has(fix)));
        const trial = await tryFix(stage, fault, variant, { choose, undo });
        if (trial.fix !== undefined) {
          tried.add(trial.fix);
          done.add(trial.fix);
        }
        // Another fault offers it, or this one has another fix.
        if (trial.fix !== undefined || (at === 0 && !once)) yield { name, trial };
        else yield { name, passedOver: trial };
        const left = named.filter((fix) => !tried.has(fix) && !(once && done.has(fix)));
        if (!left.some((fix) => trial.offered.includes(fix))) break;
      }
    }
}
