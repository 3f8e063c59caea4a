/** Commands typed at a steady pace in several channels, and when their answers can be read. */
import { setTimeout as delay } from 'node:timers/promises';
import { type Control, people, type SlackMessage } from '@aetherius/slack-emulator';

export interface Load {
  readonly commands: number;
  readonly perMinute: number;
  readonly channels: number;
  /** An answer that takes longer counts as lost; default 60,000. */
  readonly patienceMs?: number;
  /** Its channels are named after it; default `load`. */
  readonly prefix?: string;
}

export interface LoadResult {
  /** Milliseconds from typing a command until its whole table can be read, in the order of typing; NaN where none came. */
  readonly times: readonly number[];
  /** Calls that Slack refused with 429. */
  readonly refused: number;
  readonly posts: number;
  readonly edits: number;
}

/** Whole tables in a channel: only they say how long they took. */
export function wholeTables(control: Control, channel: string): readonly SlackMessage[] {
  return (control.world.messages.get(channel) ?? []).filter(
    ({ deleted, threadTs, ts, blocks }) =>
      !deleted && (threadTs === null || threadTs === ts) && JSON.stringify(blocks).includes(' took '),
  );
}

/**
 * Types `/aetherius health prod` at fixed times, in one channel after the other, whatever the answers do, and waits for
 * them. Makes the channels `CLOAD0`, `CLOAD1`, …, or others by its prefix.
 */
export async function typeAtPace(control: Control, load: Load): Promise<LoadResult> {
  const { commands, perMinute, channels, patienceMs = 60_000, prefix = 'load' } = load;
  const places = Array.from({ length: channels }, (_, index) => {
    const id = `C${prefix.toUpperCase()}${index}`;
    return control.addChannel({ id, name: `${prefix}-${index}`, members: [people.requester] }).id;
  });
  const counts = { refused: 0, posts: 0, edits: 0 };
  const stopCounting = control.log.onAdd((entry) => {
    if (entry.kind !== 'api') return;
    if (entry.status === 429) counts.refused += 1;
    else if (entry.method === 'chat.postMessage') counts.posts += 1;
    else if (entry.method === 'chat.update') counts.edits += 1;
  });
  const answered = async (channel: string, which: number): Promise<number> => {
    const begun = performance.now();
    const typed = await control.command({ user: people.requester, channel, text: '/aetherius health prod' });
    if (!typed.ok) return Number.NaN;
    return control
      .waitFor(() => wholeTables(control, channel).length >= which, { timeoutMs: patienceMs })
      .then(
        () => performance.now() - begun,
        () => Number.NaN,
      );
  };
  const begun = performance.now();
  const answers: Promise<number>[] = [];
  for (let index = 0; index < commands; index += 1) {
    const due = begun + (index * 60_000) / perMinute;
    await delay(Math.max(0, due - performance.now()));
    answers.push(answered(places[index % channels] ?? '', Math.floor(index / channels) + 1));
  }
  const times = await Promise.all(answers);
  stopCounting();
  return { times, ...counts };
}
