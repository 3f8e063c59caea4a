import { caseOf } from '../../domain/case/case.ts';
import { AppError } from '../../domain/kernel/errors.ts';
import { present } from '../../domain/kernel/present.ts';
import type { StoreOf } from '../../domain/ports/store.ts';
import type { CaseService } from './contract.ts';

export interface CaseServiceOptions {
  readonly store: StoreOf<'runs'>;
  /** Ids of the causes of all diagnoses. */
  readonly causes: ReadonlySet<string>;
  /** Version of this bot. */
  readonly version: string;
}

/** What a stored diagnosis was judged by, as a file (ADR 0091). Reads only. */
export function createCaseService({ store, causes, version }: CaseServiceOptions): CaseService {
  return {
    find: (reference) =>
      store.tx(async (tx) => {
        const run = await tx.runs.byReference(reference);
        return run && { id: run.id, environment: run.environment };
      }),
    async keep(id, right) {
      const cause = right?.cause;
      if (cause !== undefined && !causes.has(cause))
        throw new AppError('INVALID_INPUT', 'no diagnosis has this cause', {
          facts: { reason: 'no-right-cause', cause },
        });
      return store.tx(async (tx) => {
        const run = await tx.runs.get(id);
        if (run === undefined) throw new AppError('NOT_FOUND', 'no such run');
        return caseOf(run, { bot: version, keptAt: await tx.now(), ...present({ right }) });
      });
    },
  };
}
