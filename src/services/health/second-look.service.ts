import { asSecondLook } from '../../domain/health/health-witness.ts';
import type { HealthRules, SecondLook } from '../../domain/health/rules.ts';
import { present } from '../../domain/kernel/present.ts';
import type { ProbeRunner } from '../../domain/probe/probe-runner.ts';
import type { TargetsFactory } from '../../domain/probe/targets/targets.ts';

/**
 * Where no runtime can be asked, a stopped service and a frozen store are seen by our own attempt alone. Asked again by
 * connections of another run, while another part at the same place answers, our own network is not what failed (R-PLAT2).
 */
export function createSecondLook({
  rules,
  probes,
  targets: factory,
}: {
  readonly rules: HealthRules;
  readonly probes: ProbeRunner;
  readonly targets: TargetsFactory;
}): SecondLook {
  return async ({ environment, calls, outcomes, targets, signal, answer }) => {
    const near = targets.network?.near;
    const doubts = rules.doubts({ environment, calls, outcomes });
    if (near === undefined || doubts.length === 0) return [];
    const found = await Promise.all(
      doubts.map(async ({ part, calls: again, answering }) => {
        const beside = (await near(part)).find((other) => answering.includes(other));
        return beside === undefined ? [] : [{ part, again, beside }];
      }),
    );
    const asked = found.flat();
    if (asked.length === 0) return [];
    const anew = await factory.forRun(environment, signal);
    try {
      const seen = await probes.run(
        asked.flatMap(({ again }) => again),
        { targets: anew, signal, ...present({ answer }) },
      );
      return seen.flatMap((outcome) => {
        const beside = asked.find(({ part }) => part === outcome.part)?.beside;
        return beside === undefined ? [] : [asSecondLook(outcome, beside)];
      });
    } finally {
      await anew.release?.();
    }
  };
}
