import type { KnownBlock } from '@slack/types';
import type { RecordState } from '../../domain/audit/record.ts';
import type { KillSwitch } from '../../domain/fix/kill-switch.ts';
import type { FollowUp } from '../../domain/fix/rows.ts';
import type { Facts } from '../../domain/kernel/facts.ts';
import { markup } from '../../text/format.ts';
import type { Words } from '../../text/words.ts';
import { context } from './blocks.ts';
import { who } from './phrases.ts';

/** One line a switch that is on; the same in answers and in App Home. */
export function switchLines(switches: readonly KillSwitch[], words: Words): string[] {
  return switches.map(({ scope, reason, by, at, until }) => {
    const facts = { reason, who: markup(who(by, words)), since: at.toISOString() };
    const what =
      scope === '*'
        ? words.say('switch.all', facts)
        : words.say('switch.one', {
            ...facts,
            remediation: words.lookupPlain(`remediation.${scope}`) ?? scope,
          });
    return until === undefined
      ? what
      : `${what} ${words.say('switch.until', { until: until.toISOString() })}`;
  });
}

/** R-A9: what break-glass left open, and how it is closed; empty where nothing is. */
export function followUpLines(followUps: readonly FollowUp[], words: Words): string[] {
  if (followUps.length === 0) return [];
  return [
    ...followUps.map(({ handle, environment, actionId, openedAt }) =>
      words.say('follow-up.line', {
        ...{ handle, environment, since: openedAt.toISOString() },
        remediation: words.lookupPlain(`remediation.${actionId}`) ?? actionId,
      }),
    ),
    words.say('follow-up.how'),
  ];
}

/** Why nothing is decided or begun, where the record is the reason (R-L5); empty where it is not. */
export function recordLines({ state, why }: Pick<RecordState, 'state' | 'why'>, words: Words): string[] {
  if (state === 'unconfirmed') return [words.say('record.unconfirmed')];
  if (state !== 'held') return [];
  if (why?.['broken'] === true) return [words.say('record.broken', why), words.say('record.broken.how')];
  const said =
    why?.['anchored'] === undefined ? words.say('record.held.elsewhere') : words.say('record.held', why);
  return [said, words.say('record.how')];
}

/** The same as a head of an answer, from what stands in the record alone. */
export function heldLines(why: Facts | undefined, words: Words): string[] {
  return why === undefined ? [] : recordLines({ state: 'held', why }, words);
}

export function heldBlocks(why: Facts | undefined, words: Words): KnownBlock[] {
  const lines = heldLines(why, words);
  return lines.length === 0 ? [] : [context(lines.join('\n'), words)];
}
