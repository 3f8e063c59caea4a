import type { HealthReport } from '../../domain/health/health.ts';
import type { HealthRules, SecondLook } from '../../domain/health/rules.ts';
import type { Logger } from '../../domain/kernel/clock.ts';
import { present } from '../../domain/kernel/present.ts';
import { quietedBy } from '../../domain/mute/mute.ts';
import type { StoreOf, TxOf } from '../../domain/ports/store.ts';
import type { Finding } from '../../domain/probe/finding.ts';
import type { ProbeOutcome } from '../../domain/probe/probe.ts';
import type { ProbeRunner } from '../../domain/probe/probe-runner.ts';
import type { TargetsFactory } from '../../domain/probe/targets/targets.ts';
import { afterLook, asAlert, looksOf } from '../../domain/watch/watch.ts';
import { type MendedRepository, type Mending, showMended } from '../mended/mended.service.ts';
import { type QuietOptions, quietingAfter } from '../mute/quiet.ts';

export interface WatchOptions {
  readonly store: StoreOf<MendedRepository | 'alerts' | 'mutes' | 'watches'>;
  /** Milliseconds between two looks, by environment. */
  readonly environments: Readonly<Record<string, number>>;
  readonly targets: TargetsFactory;
  readonly probes: ProbeRunner;
  readonly rules: HealthRules;
  readonly again?: SecondLook;
  /** The diagnosis that asks for the cause of a finding, when there is one. */
  readonly diagnosisOf: (finding: Finding) => string | undefined;
  /** What need not be told by itself. */
  readonly quiet: QuietOptions;
  readonly mending: Mending;
  readonly logger: Logger;
}

/** A look that takes longer is another worker's to repeat. */
const lookMs = 60_000;
/** Looks that are further apart than so many pauses do not belong together. */
const pausesBetween = 3;

/**
 * Looks at each watched environment when it is due, as a health check does, and adds what changed to the alerts of that
 * environment: an incident tells of it as of any other alert. Any number of workers may call it; each look is made by one
 * of them, and what it sees is stored with what it says.
 */
export function createWatch(options: WatchOptions): { round(signal: AbortSignal): Promise<number> } {
  const { store, environments, logger } = options;
  return {
    /** Resolves with the number of looks. One environment that cannot be looked at keeps no other from its turn. */
    async round(signal) {
      let looks = 0;
      for (const [environment, everyMs] of Object.entries(environments)) {
        if (signal.aborted) return looks;
        const taken = await store.tx(async (tx) => {
          const turn = await tx.watches.take(environment, everyMs, lookMs);
          return turn && { turn, began: await tx.now() };
        });
        if (taken === undefined) continue;
        const { turn, began } = taken;
        try {
          const { report, outcomes } = await look(options, environment, signal);
          await store.tx(async (tx) => {
            const now = await tx.now();
            const at = { now, gapMs: pausesBetween * everyMs + lookMs, ...present({ last: turn.lastAt }) };
            const isQuiet = await quietIn(tx, options, environment, report, outcomes);
            const looks = looksOf(report, { typedOf: typedOf(options), isQuiet });
            const { state, news } = afterLook(turn.state, looks, at);
            // Another worker's look counts then: nothing is written of this one, and no mute is ended by it.
            if (!(await tx.watches.finish(environment, turn.turn, state))) throw new Overtaken();
            await tx.alerts.add(
              environment,
              news.map((one) => asAlert(one, now)),
            );
            await showMended(tx, environment, { report, outcomes, began }, options.mending);
          });
          looks += 1;
        } catch (err) {
          if (signal.aborted) return looks;
          if (err instanceof Overtaken) continue;
          logger.warn({ err, environment }, 'a watched environment could not be looked at');
        }
      }
      return looks;
    },
  };
}

class Overtaken extends Error {}

/** What a health check would show as muted; what this look ends is ended. */
async function quietIn(
  tx: TxOf<'audit' | 'mutes'>,
  { quiet }: WatchOptions,
  environment: string,
  report: HealthReport,
  outcomes: readonly ProbeOutcome[],
): Promise<(finding: Finding) => boolean> {
  const findings = [...report.rows, ...outcomes].flatMap((one) => one.findings);
  const quieting = await quietingAfter(tx, quiet, environment, { findings, outcomes });
  const now = await tx.now();
  return (finding) => quietedBy(finding, quieting, now) !== undefined;
}

/** With its part, as alerts of rules are read: `D3 redis` of ours and of Alertmanager's are one incident. */
const typedOf =
  ({ diagnosisOf }: WatchOptions) =>
  (finding: Finding): string | undefined => {
    const typed = diagnosisOf(finding);
    return typed === undefined || typed.includes(' ') ? typed : `${typed} ${finding.part}`;
  };

async function look(
  { targets: factory, probes, rules, again }: WatchOptions,
  environment: string,
  stopping: AbortSignal,
): Promise<{ readonly report: HealthReport; readonly outcomes: readonly ProbeOutcome[] }> {
  const signal = AbortSignal.any([stopping, AbortSignal.timeout(lookMs)]);
  const targets = await factory.forRun(environment, signal);
  try {
    const calls = rules.calls(environment);
    const outcomes: readonly ProbeOutcome[] = await probes.run(calls, { targets, signal });
    const asked = { environment, calls, outcomes, targets, signal };
    const later = (await again?.(asked)) ?? [];
    signal.throwIfAborted();
    const all = [...outcomes, ...later];
    return { report: rules.judge({ environment, calls, outcomes: all }), outcomes: all };
  } finally {
    await targets.release?.();
  }
}
