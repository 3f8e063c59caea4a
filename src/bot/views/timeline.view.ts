import type { KnownBlock } from '@slack/types';
import { present } from '../../domain/kernel/present.ts';
import { redactText } from '../../domain/kernel/redact.ts';
import { countPoints, oneLine, shortened } from '../../domain/kernel/text.ts';
import type { Rendered } from '../../domain/message/rendered.ts';
import { partIds } from '../../domain/platform/part.ts';
import type { Finding } from '../../domain/probe/finding.ts';
import type { Run } from '../../domain/run/run.ts';
import { mostTelling, type TimelineFact } from '../../domain/timeline/timeline.ts';
import { causePlain } from '../../text/cause.ts';
import { moment } from '../../text/format.ts';
import { verdictText } from '../../text/verdict.ts';
import { escapeMrkdwn, type Words, withReadersDates } from '../../text/words.ts';
import { context, cut, limits, section } from './blocks.ts';
import {
  factList,
  findingFacts,
  partName,
  remediationTitlePlain,
  who,
  whoAsked,
  whoseId,
} from './phrases.ts';

/** What is shown of a timeline, apart from its facts. */
export interface TimelineHead {
  readonly environment: string;
  readonly of: 'thread' | 'runs' | 'newest';
  readonly incidents: number;
  readonly left: boolean;
  readonly moreAlerts: boolean;
  readonly pins: 'seen' | 'no-scope' | 'unavailable';
  /** Whether it was asked in a thread. */
  readonly inThread: boolean;
  readonly facts: readonly TimelineFact[];
}

const most = { lines: 40, inSlack: 240, about: 80, inFile: 1000 } as const;

/** For the reader alone: as many facts as Slack takes, each with its time in their zone; the file has all of them. */
export function timelineAnswer(timeline: TimelineHead, file: string, words: Words): Rendered {
  const { facts } = timeline;
  const title = words.say('timeline.title', { environment: timeline.environment, count: facts.length });
  const notes = notesOf(timeline, words).map(escapeMrkdwn);
  const withLines = (count: number): readonly KnownBlock[] => {
    const shown = mostTelling(facts, count);
    const left = facts.length - shown.length;
    const more = left > 0 ? [words.say('timeline.more', { count: left })] : [];
    return [
      section([title, ...notes].join('\n'), words),
      ...sectionsOf(
        shown.map((fact) => slackLine(fact, words)),
        words,
      ),
      context([...more, words.say('timeline.file', { name: file })].join('\n'), words),
    ];
  };
  let count = Math.min(most.lines, facts.length);
  while (count > 1 && !fits(withLines(count))) count -= 1;
  return {
    text: cut([title, ...notes].join('\n'), limits.messageText, words),
    blocks: withLines(count),
  };
}

/** Nothing is recorded that may be told there. */
export function noTimeline(environment: string, words: Words): Rendered {
  return { text: cut(words.say('timeline.none', { environment }), limits.messageText, words) };
}

/** The same for a post-mortem, as Markdown: every fact, in UTC. Data in it has no meaning there. */
export function timelineFile(timeline: TimelineHead, words: Words): string {
  const { facts, environment } = timeline;
  const row = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  const head = [
    words.plain('timeline.column.time'),
    words.plain('timeline.column.what'),
    words.plain('timeline.column.who'),
  ];
  const rows = facts.map((fact) =>
    row([
      fact.at.toISOString(),
      inMarkdown(shortened(sentence(fact, words), most.inFile)),
      inMarkdown(doer(fact, words).file),
    ]),
  );
  return `${[
    `# ${inMarkdown(words.plain('timeline.file.title', { environment }))}`,
    ...notesOf(timeline, words).map((note) => `\n${inMarkdown(note)}`),
    '',
    row(head),
    row(head.map(() => '---')),
    ...rows,
  ].join('\n')}\n`;
}

/** Not escaped. */
function notesOf(timeline: TimelineHead, words: Words): readonly string[] {
  const { of, incidents, left, moreAlerts, pins, inThread } = timeline;
  return [
    ...(incidents > 1 ? [words.plain('timeline.several', { count: incidents })] : []),
    ...(of === 'runs' ? [words.plain('timeline.runs')] : []),
    ...(of === 'newest' && inThread ? [words.plain('timeline.newest')] : []),
    ...(left ? [words.plain('timeline.left')] : []),
    ...(moreAlerts ? [words.plain('timeline.more-alerts')] : []),
    ...(pins === 'seen' ? [] : [words.plain(`timeline.pins.${pins}`)]),
  ];
}

/** What Markdown, and a forge that it is pasted into, give a meaning. */
function inMarkdown(text: string): string {
  return oneLine(text)
    .replaceAll('&', '&amp;')
    .replace(/[\\`*[\]<>|#]/g, String.raw`\$&`)
    .replaceAll('@', '&#64;')
    .replaceAll('://', ':&#47;/');
}

function sectionsOf(lines: readonly string[], words: Words): readonly KnownBlock[] {
  const pages: string[] = [];
  for (const line of lines) {
    const longer = pages.length === 0 ? line : `${pages.at(-1)}\n${line}`;
    if (pages.length === 0 || countPoints(longer) > limits.section) pages.push(line);
    else pages[pages.length - 1] = longer;
  }
  return pages.map((page) => section(page, words));
}

const fits = (blocks: readonly KnownBlock[]): boolean =>
  blocks.length <= limits.messageBlocks && countPoints(JSON.stringify(blocks)) <= limits.blocksJson;

function slackLine(fact: TimelineFact, words: Words): string {
  const text = escapeMrkdwn(shortened(sentence(fact, words), most.inSlack));
  const by = doer(fact, words).slack;
  const line = `${moment(fact.at.getTime())} · ${text}`;
  return `${withReadersDates(line)}${by === '' ? '' : ` · ${by}`}`;
}

/** Who did it: a mention for Slack, an id for a file. */
function doer(fact: TimelineFact, words: Words): { readonly slack: string; readonly file: string } {
  const nobody = { slack: '', file: '' };
  switch (fact.kind) {
    case 'run-asked': {
      const { requestedBy } = fact.run;
      return {
        slack: whoAsked(fact.run, words),
        file: requestedBy === undefined ? whoAsked(fact.run, words) : requestedBy.userId,
      };
    }
    case 'fix':
      return fact.by === undefined
        ? nobody
        : { slack: whoseId(fact.by), file: fact.by.slice(fact.by.indexOf(':') + 1) };
    case 'pinned': {
      const { by } = fact.message;
      return by === undefined ? nobody : { slack: `<@${by}>`, file: by };
    }
    case 'muted':
      return { slack: who(fact.mute.by, words), file: fact.mute.by.userId };
    default:
      return nobody;
  }
}

/** One fact in words, on one line; not escaped, without secrets. */
function sentence(fact: TimelineFact, words: Words): string {
  return redactText(oneLine(said(fact, words)));
}

function said(fact: TimelineFact, words: Words): string {
  switch (fact.kind) {
    case 'alert-fires':
      return words.plain('timeline.alert', { name: fact.name, since: moment(fact.since.getTime()) });
    case 'alert-over':
      return words.plain('timeline.alert.over', { name: fact.name });
    case 'incident-began':
      return words.plain('timeline.began');
    case 'incident-over':
      return words.plain('timeline.over', { ms: fact.at.getTime() - fact.began.getTime() });
    case 'run-asked':
    case 'run-ended':
    case 'run-mended':
      return runSaid(fact.kind, fact.run, words);
    case 'cause': {
      const { id, part } = fact.cause;
      const text = causePlain({ id, ...present({ part: partIds.find((one) => one === part) }) }, words);
      return words.plain('timeline.cause', { id, text });
    }
    case 'finding':
      return words.plain('timeline.finding', {
        text: findingPlain(fact.finding, words),
        code: fact.finding.code,
      });
    case 'fix': {
      const { fix, what, reason } = fact;
      const facts = {
        handle: fix.handle,
        remediation: remediationTitlePlain(fix, words),
        what: words.plain(`timeline.fix.${what}`),
      };
      return reason === undefined
        ? words.plain('timeline.fix', facts)
        : words.plain('timeline.fix.because', { ...facts, reason });
    }
    case 'step': {
      const { fix, step } = fact;
      const steps = step.direction === 'undo' ? (fix.plan.undo ?? []) : fix.plan.steps;
      const facts = {
        handle: fix.handle,
        number: step.idx + 1,
        of: steps.length,
        target: steps[step.idx]?.target ?? '',
        outcome: words.plain(`timeline.step.${step.outcome ?? 'not-done'}`),
      };
      return step.direction === 'undo'
        ? words.plain('timeline.step.undo', facts)
        : words.plain('timeline.step', facts);
    }
    case 'came-back':
      return words.plain(`timeline.came-back.${fact.what}`, { handle: fact.fix.handle });
    case 'muted': {
      const { cause, reason } = fact.mute;
      const facts = { cause, reason, part: partName(fact.mute.part, words) };
      return fact.mute.kind === 'known'
        ? words.plain('timeline.known', facts)
        : words.plain('timeline.muted', facts);
    }
    case 'pinned':
      return words.plain('timeline.pinned', { text: fact.message.text });
    case 'mute-ended':
      return words.plain('timeline.unmuted', {
        cause: fact.mute.cause,
        part: partName(fact.mute.part, words),
        how: words.lookupPlain(`timeline.unmuted.${fact.how}`) ?? fact.how,
      });
  }
}

function runSaid(kind: 'run-asked' | 'run-ended' | 'run-mended', run: Run, words: Words): string {
  const facts = { run: run.id.slice(-8), kind: words.lookupPlain(`run.kind.${run.kind}`) ?? run.kind };
  if (kind === 'run-mended') return words.plain('timeline.mended', facts);
  if (kind === 'run-ended')
    return words.plain('timeline.answered', { ...facts, verdict: verdictText(run, words) });
  const about = run.params['symptom'] ?? run.params['part'] ?? run.params['remediation'];
  return typeof about === 'string' && about !== ''
    ? words.plain('timeline.asked.about', { ...facts, about: shortened(oneLine(about), most.about) })
    : words.plain('timeline.asked', facts);
}

function findingPlain(finding: Finding, words: Words): string {
  return (
    words.lookupPlain(`finding.${finding.code}`, findingFacts(finding, words)) ?? factList(finding.facts)
  );
}
