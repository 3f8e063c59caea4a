import type { KnownBlock } from '@slack/types';
import type { IncidentHead } from '../../domain/alert/incident.ts';
import { oneLine, shortened } from '../../domain/kernel/text.ts';
import type { Rendered } from '../../domain/message/rendered.ts';
import type { StoredAlert } from '../../domain/ports/alerts.ts';
import { markup } from '../../text/format.ts';
import { escapeMrkdwn, type Words } from '../../text/words.ts';
import { actionIds, messageEventType } from '../ids.ts';
import { actions, button, context, cut, limits, section } from './blocks.ts';
import { listOf } from './phrases.ts';

const shown = { names: 4, name: 60, alerts: 5, text: 300, labels: 400 } as const;

/**
 * The first message of an incident as it is now: above the answer stands what fires, or that it is over; below the first
 * line of an answer that is mended.
 */
export function framedMessage(
  rendered: Rendered,
  head: IncidentHead,
  words: Words,
  where: 'above' | 'below' = 'above',
): Rendered {
  const line = headLine(head, words);
  const blocks = (rendered.blocks ?? [section(rendered.text, words)]) as readonly KnownBlock[];
  if (where === 'below') {
    const [first, ...rest] = blocks;
    const text = cut(`${rendered.text}\n${line}`, limits.messageText, words);
    return {
      ...rendered,
      text,
      blocks: [...(first === undefined ? [] : [first]), context(line, words), ...rest],
    };
  }
  const more = head.until === undefined ? [] : [context(words.say('alert.was'), words)];
  return {
    ...rendered,
    text: cut(`${line}\n${rendered.text}`, limits.messageText, words),
    blocks: [section(line, words), ...more, ...blocks],
  };
}

function headLine({ environment, names, alerts, open, since, until }: IncidentHead, words: Words): string {
  const what = namesShown(names, words);
  if (until !== undefined)
    return `:large_green_circle: ${words.say('alert.over', {
      ...{ environment, what, ms: Math.max(0, until.getTime() - since.getTime()), count: alerts },
    })}`;
  const facts = { environment, what, since: since.toISOString() };
  if (alerts < 2) return `:rotating_light: ${words.say('alert.fires', facts)}`;
  return `:rotating_light: ${words.say('alert.fires.many', { ...facts, count: alerts, open })}`;
}

/** Names of rules, escaped, as many as fit into a line. */
function namesShown(names: readonly string[], words: Words) {
  const some = names
    .slice(0, shown.names)
    .map((name) => `*${escapeMrkdwn(shortened(oneLine(name), shown.name))}*`);
  const left = names.length - some.length;
  const all = left > 0 ? [...some, words.say('alert.more-names', { count: left })] : some;
  return markup(listOf(all, words));
}

/** Alerts that no diagnosis goes with: what they say themselves, and how to ask. */
export function unknownAlerts(
  alerts: readonly Pick<StoredAlert, 'environment' | 'name' | 'labels' | 'notes'>[],
  words: Words,
): Rendered {
  const environment = alerts[0]?.environment ?? '';
  const texts = alerts.slice(0, shown.alerts).map((alert) => alertText(alert, words));
  const left = alerts.length - texts.length;
  const how = words.say('alert.unknown.how', { environment });
  const title = words.say('alert.unknown');
  return {
    text: cut(title, limits.messageText, words),
    blocks: [
      section(title, words),
      ...texts.map((text) => section(text, words)),
      ...(left > 0 ? [context(words.say('alert.more', { count: left }), words)] : []),
      context(how, words),
    ] satisfies KnownBlock[],
    metadata: { eventType: messageEventType, payload: { kind: 'alert' } },
  };
}

function alertText(
  { name, labels, notes }: Pick<StoredAlert, 'name' | 'labels' | 'notes'>,
  words: Words,
): string {
  const said = [notes.summary, notes.description]
    .filter((text) => text !== undefined && text.trim() !== '')
    .map((text) => escapeMrkdwn(shortened(oneLine(text ?? ''), shown.text)));
  const named = Object.entries(labels)
    .filter(([key]) => key !== 'alertname')
    .map(([key, value]) => `${key}=${value}`)
    .join(' ');
  return [
    `*${escapeMrkdwn(shortened(oneLine(name), shown.name))}*`,
    ...(said.length === 0 ? [words.say('alert.no-text')] : said),
    ...(named === ''
      ? []
      : [`\`${escapeMrkdwn(shortened(oneLine(named), shown.labels)).replaceAll('`', 'ˋ')}\``]),
  ].join('\n');
}

/** In the thread: what has joined. */
export function joinedAlerts(
  {
    count,
    names,
    again,
  }: { readonly count: number; readonly names: readonly string[]; readonly again: boolean },
  words: Words,
): Rendered {
  const facts = { count, what: namesShown(names, words) };
  return threadLine(again ? words.say('alert.again', facts) : words.say('alert.joined', facts), words);
}

/** In the thread: nothing of it fires any more. */
export function alertsOver(ms: number, timelineButton: string, words: Words): Rendered {
  const line = threadLine(`:large_green_circle: ${words.say('alert.over.line', { ms })}`, words);
  const label = words.plain('button.timeline');
  const timeline = button({ actionId: actionIds.timeline, value: timelineButton, label }, words);
  return { ...line, blocks: [...(line.blocks ?? []), ...actions([timeline])] };
}

function threadLine(text: string, words: Words): Rendered {
  return {
    text: cut(text, limits.messageText, words),
    blocks: [section(text, words)] satisfies KnownBlock[],
    metadata: { eventType: messageEventType, payload: { kind: 'alert' } },
  };
}
