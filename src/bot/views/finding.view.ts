import type { KnownBlock } from '@slack/types';
import type { FindingView } from '../../domain/message/finding-view.ts';
import type { Rendered } from '../../domain/message/rendered.ts';
import type { Finding } from '../../domain/probe/finding.ts';
import type { Run } from '../../domain/run/run.ts';
import { markup } from '../../text/format.ts';
import { escapeMrkdwn, type Words } from '../../text/words.ts';
import { type ActionId, actionIds, messageEventType } from '../ids.ts';
import { actions, button, context, cut, limits, preformatted, section } from './blocks.ts';
import { muteBlocks, muteButtonOf } from './mute.view.ts';
import { findingFacts, findingSentence, partName, severityEmoji, stateEmoji, switchedBy } from './phrases.ts';

const shown = { excerpts: 2, lines: 8, characters: 1200 } as const;

/** One finding in the thread: what, numbers, since when, what it means, what to do, and why no fix is offered. The card of a fix stands below it. */
export function findingMessage(view: FindingView, words: Words): Rendered {
  const { finding } = view;
  const facts = findingFacts(finding, words);
  const sentence = findingSentence(finding, words);
  const first = `${headOf(view, words)} · ${sentence}`;
  const since = finding.since === undefined ? '' : ` ${words.say('finding.since', { since: finding.since })}`;
  // Of a part that is down, what its users miss says more than what the finding means for it alone.
  const down = view.state === 'down' ? words.lookup(`means.${finding.part}`) : undefined;
  const impact = down ?? words.lookup(`finding.${finding.code}.impact`, facts);
  const todo = words.lookup(`finding.${finding.code}.todo`, facts);
  const advice = [
    ...(impact === undefined ? [] : [words.say('finding.impact', { text: markup(impact) })]),
    ...(todo === undefined ? [] : [words.say('finding.todo', { text: markup(todo) })]),
  ].join('\n');
  const blocks: KnownBlock[] = [
    section(first + since, words),
    ...(advice === '' ? [] : [section(advice, words)]),
    ...excerptBlocks(view, words),
    ...refusedBlocks(view.refused, finding, words),
    context(
      `${words.say('finding.subject', { part: partName(finding.part, words), subject: finding.subject })} · \`${finding.code.replace(/[^A-Z0-9_]/gi, '')}\``,
      words,
    ),
    ...actions([
      ...buttonIn(actionIds.diagnose, view.diagnoseButton, words.plain('button.diagnose'), words),
      ...buttonIn(actionIds.readLog, view.readLogButton, words.plain('button.read-log'), words),
      ...(view.muteButton === undefined ? [] : [muteButtonOf(view.muteButton, words)]),
    ]),
    ...muteBlocks(view.mute === undefined ? [] : [view.mute], words),
  ];
  return {
    text: cut(first + since, limits.messageText, words),
    blocks,
    metadata: { eventType: messageEventType, payload: { run_id: view.run.id, kind: 'finding' } },
  };
}

/** The state of its part, in the words of the health check; of a part that is up, how bad the finding is. */
function headOf({ finding: { severity }, state }: FindingView, words: Words): string {
  return state === 'down' || state === 'degraded'
    ? `${stateEmoji[state]} *${words.say(`state.${state}`)}*`
    : `${severityEmoji[severity]} *${words.say(`severity.${severity}`)}*`;
}

function buttonIn(
  id: ActionId,
  value: string | undefined,
  label: string,
  words: Words,
): readonly ReturnType<typeof button>[] {
  return value === undefined ? [] : [button({ actionId: id, value, label }, words)];
}

function excerptBlocks(view: FindingView, words: Words): KnownBlock[] {
  return (view.finding.excerpts ?? []).slice(0, shown.excerpts).flatMap((excerpt) => {
    const lines = excerpt.lines.slice(0, shown.lines);
    const more = excerpt.lines.length - lines.length;
    return [
      context(words.say('finding.excerpt', { source: excerpt.source }), words),
      preformatted(lines, shown.characters, words),
      ...(more > 0 ? [context(words.say('finding.excerpt.more', { count: more }), words)] : []),
    ];
  });
}

/** Why a fix is not offered here, and what people do by hand instead, unless that is `said` already. */
export function refusedBlocks(
  refused: FindingView['refused'],
  finding: Finding | undefined,
  words: Words,
  said: ReadonlySet<string> = new Set(),
): KnownBlock[] {
  return refused.slice(0, 5).map((one) => {
    const instead = said.has(one.instruction ?? '') ? [] : byHand(one, finding, words);
    return context([refusedLine(one, words), ...instead].join('\n'), words);
  });
}

/** What people do instead, in the words of the instruction that stands in for the refused fix. */
function byHand(
  { instruction }: FindingView['refused'][number],
  finding: Finding | undefined,
  words: Words,
): readonly string[] {
  if (instruction === undefined) return [];
  const facts = finding === undefined ? {} : findingFacts(finding, words);
  const text = words.lookupWhole(`remedy.${instruction}`, facts);
  return text === undefined ? [] : [words.say('finding.by-hand', { text: markup(text) })];
}

function refusedLine(refused: FindingView['refused'][number], words: Words): string {
  const reason =
    words.lookup(`offer.refused.${refused.reason}`, switchedBy(refused.facts)) ??
    words.lookup(`denied.${refused.reason}`, refused.facts) ??
    words.say('offer.refused.fallback', { reason: refused.reason });
  const remediation = words.lookup(`remediation.${refused.remediation}`, refused.facts);
  return words.say('finding.refused', {
    remediation: remediation === undefined ? refused.remediation : markup(remediation),
    reason: markup(reason),
  });
}

/** The answer to `/aetherius fix` when there is nothing to offer. */
export function offerRefusedMessage(
  view: FindingView['refused'][number] & { readonly run: Run },
  words: Words,
): Rendered {
  const text = `:heavy_minus_sign: *${escapeMrkdwn(view.run.environment)}* · ${refusedLine(view, words)}`;
  const payload = { run_id: view.run.id, kind: 'offer-refused' };
  return {
    text: cut(text, limits.messageText, words),
    blocks: [section(text, words)],
    metadata: { eventType: messageEventType, payload },
  };
}
