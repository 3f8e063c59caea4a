import type { KnownBlock } from '@slack/types';
import { shortened } from '../../domain/kernel/text.ts';
import type { LogsRenderer, LogsView } from '../../domain/message/logs-view.ts';
import type { Rendered } from '../../domain/message/rendered.ts';
import type { PlatformOf } from '../../domain/platform/platform.ts';
import type { Language } from '../../domain/run/run.ts';
import { markup } from '../../text/format.ts';
import { type LogGroupWords, logWords } from '../../text/logs.ts';
import { escapeMrkdwn, type Words, withReadersDates, wordsIn } from '../../text/words.ts';
import { actionIds, messageEventType } from '../ids.ts';
import { actions, button, context, cut, limits, preformatted, section } from './blocks.ts';
import { runFooter, timeFooter } from './phrases.ts';

/** What a phone shows without scrolling for long. */
const shown = {
  groups: 4,
  lines: 5,
  lineCharacters: 200,
  exampleCharacters: 700,
  steps: 15,
  stepsCharacters: 2_500,
} as const;

export function logsRendererOf(platformOf: PlatformOf): LogsRenderer {
  const wordsOf = ({ run }: LogsView, language: Language) => wordsIn(language, platformOf(run.environment));
  return {
    logs: (view, language) => logsMessage(view, wordsOf(view, language)),
    pictureWords: (view, language) => pictureWords(view, wordsOf(view, language)),
  };
}

function logsMessage(view: LogsView, words: Words): Rendered {
  const { run, read } = view;
  const title = titleOf(view, words);
  const blocks: KnownBlock[] = [section(title, words)];
  if (read !== undefined) {
    const said = logWords(read.report, words);
    const { steps = [] } = read.report;
    if (steps.length > 0) {
      const lines = said.steps.slice(0, shown.steps).map((line) => shortened(line, shown.lineCharacters));
      blocks.push(preformatted(lines, shown.stepsCharacters, words));
      const more = read.report.grouped - lines.length;
      const below = more > 0 ? words.say('logs.steps.more', { count: more }) : words.say('logs.steps.utc');
      blocks.push(context(below, words));
    }
    for (const group of said.groups.slice(0, shown.groups)) blocks.push(...groupBlocks(group, words));
    const more = read.report.groups.length + read.report.leftOut.groups - shown.groups;
    if (more > 0 && said.groups.length > 0)
      blocks.push(
        context(
          view.attached === true
            ? words.say('logs.attached.more', { count: more })
            : words.say('logs.more', { count: more, part: read.part ?? 'all' }),
          words,
        ),
      );
    if (said.timeline !== undefined) blocks.push(context(sayable(said.timeline), words));
    blocks.push(context(said.notes.map(sayable).join('\n'), words));
  }
  blocks.push(context(view.attached === true ? timeFooter(run, words) : runFooter(run, words), words));
  for (const { ask, button: value } of read?.asks ?? []) {
    const label = words.plain('button.logs-ask', { ask });
    // One block a button: an action_id is unique within its block only.
    blocks.push(...actions([button({ actionId: actionIds.diagnose, value, label }, words)]));
  }
  return {
    text: cut(title, limits.messageText, words),
    blocks,
    metadata: {
      eventType: messageEventType,
      payload: view.attached === true ? { kind: 'logs' } : { run_id: run.id, kind: 'logs' },
    },
  };
}

/** Times as the reader has them, as in the picture. */
const sayable = (text: string): string => withReadersDates(escapeMrkdwn(text));

function pictureWords(
  { run, read, attached }: LogsView,
  words: Words,
): ReturnType<LogsRenderer['pictureWords']> {
  const { environment } = run;
  const part =
    read?.part === undefined
      ? words.plain('logs.all-parts')
      : (words.lookupPlain(`part.${read.part}`) ?? read.part);
  const said = read && logWords(read.report, words);
  return {
    title:
      attached === true
        ? words.plain('logs.picture.attached')
        : words.plain('logs.picture', { part, environment }),
    alt: [said?.headline, said?.timeline].filter((sentence) => sentence !== undefined).join(' '),
  };
}

function titleOf({ run, named, read, attached }: LogsView, words: Words): string {
  const { environment } = run;
  if (attached === true && read === undefined) return `:mag: ${words.say('logs.attached.reading')}`;
  if (read === undefined)
    return run.state === 'complete'
      ? `:grey_question: ${words.say('logs.unknown-part', { part: named })}`
      : `:mag: ${words.say('logs.reading', { part: named, environment })}`;
  const { report } = read;
  const [worst] = report.groups;
  const unread = report.sources.some(({ failed }) => failed !== undefined);
  const sign =
    worst === undefined
      ? unread || report.lines === 0
        ? ':grey_question:'
        : ':white_circle:'
      : worst.level === 'error' || worst.level === 'fatal'
        ? ':octagonal_sign:'
        : ':warning:';
  const { headline } = logWords(report, words);
  const said = markup(sayable(headline));
  if (attached === true) return `${sign} ${words.say('logs.attached.title', { headline: said })}`;
  const part =
    read.part === undefined ? words.say('logs.all-parts') : (words.lookup(`part.${read.part}`) ?? read.part);
  return `${sign} ${words.say('logs.title', { part: markup(part), environment, headline: said })}`;
}

function groupBlocks({ group, title, numbers, causes }: LogGroupWords, words: Words): KnownBlock[] {
  const lines = [`*${escapeMrkdwn(title)}*`, sayable(numbers), ...causes.map(escapeMrkdwn)];
  const example = group.example.slice(0, shown.lines).map((line) => shortened(line, shown.lineCharacters));
  return [
    { type: 'divider' },
    section(lines.join('\n'), words),
    preformatted(example, shown.exampleCharacters, words),
  ];
}
