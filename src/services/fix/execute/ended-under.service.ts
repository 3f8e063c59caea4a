import type { RemediationState } from '../../../domain/fix/approval.ts';
import { endedUnder } from '../../../domain/fix/ended-under.ts';
import type { Logger } from '../../../domain/kernel/clock.ts';
import type { StoreOf } from '../../../domain/ports/store.ts';
import type { EndedUnder } from '../../../domain/probe/targets/compose.ts';

/** States in which a step may have been done. */
const begun: readonly RemediationState[] = [
  ...(['executing', 'verifying', 'rolling_back', 'indeterminate'] as const),
  ...(['succeeded', 'failed', 'rolled_back', 'rollback_failed'] as const),
];
/** Of one container; those that came before these are older than any end that counts. */
const most = 20;

/** Looks it up in the bot's own record of fixes. A record that cannot be read says nothing. */
export function createEndedUnder({
  store,
  logger,
}: {
  readonly store: StoreOf<'remediations'>;
  readonly logger: Logger;
}): EndedUnder {
  return async (container) => {
    try {
      return await store.tx(async ({ remediations }) => {
        const identity = { container_id: container.id };
        const fixes = await remediations.list({ identity, states: begun, limit: most });
        const steps = [];
        for (const { id } of fixes) steps.push(...(await remediations.steps(id)));
        return endedUnder(container, steps);
      });
    } catch (error) {
      logger.warn({ err: error, container: container.id }, 'the record of fixes could not be read');
      return undefined;
    }
  };
}
