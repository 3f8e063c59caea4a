import { rendererOf } from '../bot/views/renderer.ts';
import { platformsIn } from '../domain/platform/platform.ts';
import { dailySchedule } from '../platform/schedule/daily-schedule.ts';
import { createAnchoring } from '../services/audit/anchoring.service.ts';
import { createRemediationSweeper } from '../services/fix/decide/sweep.service.ts';
import { createRetentionSweeper } from '../services/schedule/retention.service.ts';
import { createScheduler } from '../services/schedule/scheduler.service.ts';
import type { RoleParts, Shared } from './shared.ts';
import { decisionDeps, digestSettings } from './use-cases.ts';

/** What happens by the clock; any number may run. */
export function schedulerRole(shared: Shared): RoleParts {
  const { store, courier, clock, ids, logger } = shared;
  const scheduler = createScheduler({
    store,
    courier,
    renderer: rendererOf(platformsIn(shared.config.environments)),
    clock,
    ids,
    logger,
    settings: digestSettings(shared),
    schedule: dailySchedule,
    sweepers: [
      createRemediationSweeper(decisionDeps({ ...shared, withoutButtons: shared.seal === undefined })),
      createRetentionSweeper({
        ...{ store, clock, logger, record: shared.record },
        keep: shared.config.retention,
      }),
      createAnchoring({
        ...{ store, logger, guard: shared.record, key: shared.auditKeys.current },
        ...shared.anchors,
        // The bot alone writes there.
        places: shared.anchors.places.filter(({ name }) => name !== 'slack'),
      }),
    ],
  });
  let running: ReturnType<typeof scheduler.start> | undefined;
  return {
    components: [
      {
        name: 'scheduler',
        start() {
          running = scheduler.start();
        },
        stop: () => running?.stop(),
      },
    ],
    checks: {},
  };
}
