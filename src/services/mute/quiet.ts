import type { Ids } from '../../domain/kernel/clock.ts';
import type { ShownMute } from '../../domain/message/shown-mute.ts';
import {
  type ConfiguredKnown,
  endedBySight,
  type Mute,
  type Quieted,
  type Quieting,
  signsOf,
  type ToldCause,
} from '../../domain/mute/mute.ts';
import type { TxOf } from '../../domain/ports/store.ts';
import type { Finding } from '../../domain/probe/finding.ts';
import type { ProbeOutcome } from '../../domain/probe/probe.ts';
import type { Run } from '../../domain/run/run.ts';
import { runButtonTtlMs } from '../run/run-button.ts';
import { liftButton, mutePurpose } from './mute.service.ts';

/** What a worker needs to know of mutes. */
export interface QuietOptions {
  /** What the configuration of an environment accepts for good. */
  readonly known: (environment: string) => readonly ConfiguredKnown[];
  /** By the probe: the codes that it can find. */
  readonly emitters: ReadonlyMap<string, readonly string[]>;
}

/**
 * What is quiet in an environment, after those mutes have ended that what was seen has ended. Part of the run's last
 * transaction, so that answer, mute and audit say the same.
 */
export async function quietingAfter(
  tx: TxOf<'audit' | 'mutes'>,
  { known, emitters }: QuietOptions,
  environment: string,
  seen: { readonly findings: readonly Finding[]; readonly outcomes: readonly ProbeOutcome[] },
): Promise<Quieting> {
  const mutes = await tx.mutes.active(environment);
  const ended = endedBySight(mutes, { ...seen, emitters });
  const gone = new Set<Mute>();
  for (const { mute, why } of ended) {
    gone.add(mute);
    if (!(await tx.mutes.end(mute.id, why))) continue;
    const { part, cause, kind } = mute;
    await tx.audit.append({
      ...{ actor: 'system', actorTeam: '-', action: 'mute.ended' },
      facts: { environment, part, cause, kind, why },
    });
  }
  const look = { ...seen, emitters };
  return { mutes: mutes.filter((mute) => !gone.has(mute)), known: known(environment), look };
}

/** For a message: each of them with the button that lifts it. */
export async function shownMutes(
  tx: TxOf<'buttons'>,
  ids: Ids,
  quieted: readonly Quieted[],
): Promise<readonly ShownMute[]> {
  const shown = new Map<string, ShownMute>();
  for (const { by } of quieted) {
    const key = `${by.part} ${by.cause}`;
    if (shown.has(key)) continue;
    shown.set(key, by.kind === 'configured' ? { by } : { by, lift: await liftButton(tx, ids, by) });
  }
  return [...shown.values()];
}

/** The button that opens the window in which a finding is muted; undefined where it is not told by itself anyway. */
export async function muteButton(
  tx: TxOf<'buttons'>,
  ids: Ids,
  run: Pick<Run, 'id' | 'environment'>,
  { code: cause, part, severity }: Finding,
): Promise<string | undefined> {
  return severity === 'info' ? undefined : buttonFor(tx, ids, run, { part, cause, severity });
}

/** The same for a cause of a diagnosis, with what speaks for it. */
export async function muteCauseButton(
  tx: TxOf<'buttons'>,
  ids: Ids,
  run: Pick<Run, 'id' | 'environment'>,
  { id: cause, part, evidence }: ToldCause,
): Promise<string | undefined> {
  const signs = signsOf(evidence);
  if (signs === undefined) return undefined;
  const findings = signs.evidence.map((sign) => `${sign.code} ${sign.part}`).join(', ');
  return buttonFor(tx, ids, run, { part, cause, severity: signs.severity, findings });
}

async function buttonFor(
  tx: TxOf<'buttons'>,
  ids: Ids,
  { id: runId, environment }: Pick<Run, 'id' | 'environment'>,
  named: Readonly<Record<string, string>>,
): Promise<string> {
  const id = ids.token();
  await tx.buttons.create({
    ...{ id, purpose: mutePurpose, runId, ttlMs: runButtonTtlMs },
    data: { environment, ...named },
  });
  return id;
}
