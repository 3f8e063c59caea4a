import { shortened } from '../domain/kernel/text.ts';
import { MOST_SHAPES } from '../domain/logs/drain.ts';
import { logLevels, rankOf } from '../domain/logs/level.ts';
import type { LogGroup, LogReport, LogSource, LogStep } from '../domain/logs/report.ts';
import { causePlain } from './cause.ts';
import { moment } from './format.ts';
import type { Words } from './words.ts';

/** Characters of an example in a sentence. */
const MOST_QUOTED = 160;
const marks = '▁▂▃▄▅▆▇█';

/** The answer in words, not escaped: for the terminal, and for views that escape it. */
export interface LogWords {
  /** What is wrong, in one sentence. */
  readonly headline: string;
  readonly groups: readonly LogGroupWords[];
  /** Where words were asked for: each entry with them in a line, in the order of their times. */
  readonly steps: readonly string[];
  /** The timeline as text; absent where the log has no times. */
  readonly timeline?: string;
  /** How much was read and what was left out, in sentences. */
  readonly notes: readonly string[];
}

export interface LogGroupWords {
  readonly group: LogGroup;
  /** Level and meaning, or level alone. */
  readonly title: string;
  /** Count, rate, times and what is striking, in one line. */
  readonly numbers: string;
  /** Causes that it speaks for, and what to ask for. */
  readonly causes: readonly string[];
}

/** Says what a log says. */
export function logWords(report: LogReport, words: Words): LogWords {
  return {
    headline: headlineOf(report, words),
    // One request is read from its first line to its last, not by kinds.
    groups: report.query.trace === undefined ? report.groups.map((group) => groupWords(group, words)) : [],
    steps: (report.steps ?? []).map((step) =>
      [
        ...(step.time === undefined ? [] : [new Date(step.time).toISOString().slice(11, 23)]),
        `${whose(step, report, words)}: ${words.plain(`logs.level.${step.level}`)}: ${step.text}`,
      ].join(' '),
    ),
    ...timelineWords(report, words),
    notes: notesOf(report, words),
  };
}

/** Through which parts a request went matters more than through which of their Pods. */
const whose = ({ source, part }: LogStep, { query }: LogReport, words: Words): string =>
  query.trace === undefined || part === undefined ? source : (words.lookupPlain(`part.${part}`) ?? part);

/** The parts that a request went through, in the order in which it reached them, and where it failed first. */
function traceHeadline(report: LogReport, trace: string, words: Words): string {
  const { steps = [], grouped: count } = report;
  const parts = [...new Set(steps.map((step) => whose(step, report, words)))];
  const failed = steps.find(({ level }) => rankOf(level) >= rankOf('error'));
  const facts = { trace, count, parts: named(parts) };
  return failed === undefined
    ? words.plain('logs.headline.trace', facts)
    : words.plain('logs.headline.trace-error', {
        ...facts,
        part: whose(failed, report, words),
        example: shortened(failed.text.trim(), MOST_QUOTED),
      });
}

const meaningOf = ({ known }: LogGroup, words: Words): string | undefined =>
  known === undefined ? undefined : words.lookupPlain(`logs.known.${known.id}`);

const quoted = ({ text }: LogGroup): string => shortened(text.trim(), MOST_QUOTED);

function headlineOf(report: LogReport, words: Words): string {
  const said = worstOf(report, words);
  const { leftOut } = report;
  if (leftOut.tooManyShapes === 0 || report.groups.length === 0) return said;
  return `${said} ${words.plain('logs.headline.many', { max: MOST_SHAPES.toLocaleString('en-US') })}`;
}

function worstOf(report: LogReport, words: Words): string {
  const { groups, sources, lines, query, first, last, entries } = report;
  const [worst] = groups;
  if (worst === undefined) {
    if (lines === 0)
      return sources.some(({ failed }) => failed !== undefined) || sources.length === 0
        ? words.plain('logs.headline.unread')
        : words.plain('logs.headline.empty');
    if (entries === 0 && first !== undefined && last !== undefined)
      return words.plain('logs.headline.nothing-in-time', { first: moment(first), last: moment(last) });
    if (query.trace !== undefined)
      return words.plain('logs.headline.nothing-trace', { lines, trace: query.trace });
    return query.grep === undefined
      ? words.plain('logs.headline.nothing', { lines, level: words.plain(`logs.level.${query.level}`) })
      : words.plain('logs.headline.nothing-grep', { lines, grep: query.grep });
  }
  if (query.trace !== undefined) return traceHeadline(report, query.trace, words);
  const { count, before } = worst;
  const meaning = meaningOf(worst, words);
  const example = quoted(worst);
  if (meaning !== undefined) {
    const facts = { meaning: meaning.replace(/[.。]$/, ''), count };
    return worst.last === undefined
      ? words.plain('logs.headline.known-timeless', facts)
      : words.plain('logs.headline.known', { ...facts, last: moment(worst.last) });
  }
  if (worst.mark === 'new' && report.compared !== undefined)
    return words.plain('logs.headline.new', { from: moment(report.compared.from), example, count });
  if (worst.mark === 'more')
    return words.plain('logs.headline.more', { example, count, before: before ?? 0 });
  const kinds = kindsOf(report, words);
  return report.leftOut.tooManyShapes > 0
    ? words.plain('logs.headline.unnamed-many', {
        entries: report.grouped + report.leftOut.tooManyShapes,
        ...{ example, count },
      })
    : words.plain('logs.headline.unnamed', { entries: report.grouped, kinds, example, count });
}

/** Kinds by their own level: a warning is no error because errors stand beside it. */
function kindsOf({ groups, leftOut }: LogReport, words: Words): string {
  const counts = logLevels.toReversed().flatMap((level) => {
    const count = groups.filter((group) => group.level === level).length;
    return count === 0 ? [] : [words.plain(`logs.kinds.${level}`, { count })];
  });
  const more = leftOut.groups === 0 ? [] : [words.plain('logs.kinds.more', { count: leftOut.groups })];
  return [...counts, ...more].join(words.language === 'zh-CN' ? '、' : ', ');
}

function groupWords(group: LogGroup, words: Words): LogGroupWords {
  const { level, count, perMinute, first, last, before, mark, known, sources } = group;
  const meaning = meaningOf(group, words);
  const levelName = words.plain(`logs.level.${level}`);
  const numbers = [
    words.plain('logs.group.count', { count }),
    ...(perMinute === undefined || perMinute < 1
      ? []
      : [words.plain('logs.group.rate', { rate: rounded(perMinute) })]),
    ...(first === undefined || last === undefined
      ? []
      : [
          moment(first) === moment(last)
            ? words.plain('logs.group.at', { last: moment(last) })
            : words.plain('logs.group.when', { first: moment(first), last: moment(last) }),
        ]),
    ...(mark === 'new' ? [words.plain('logs.group.new')] : []),
    ...(mark === 'more' ? [words.plain('logs.group.more', { before: before ?? 0 })] : []),
    ...(sources.length === 0 ? [] : [words.plain('logs.group.from', { sources: named(sources) })]),
  ];
  return {
    group,
    title: meaning === undefined ? levelName : `${levelName}: ${meaning}`,
    numbers: numbers.join(' · '),
    causes: (known?.causes ?? []).map((id) =>
      words.plain('logs.group.cause', { id, text: causePlain({ id }, words) }),
    ),
  };
}

const rounded = (rate: number): number => (rate >= 10 ? Math.round(rate) : Math.round(rate * 10) / 10);

/** A few names, and how many more. */
const named = (sources: readonly string[]): string =>
  sources.length <= 3 ? sources.join(', ') : `${sources.slice(0, 3).join(', ')} +${sources.length - 3}`;

function timelineWords({ timeline }: LogReport, words: Words): { readonly timeline?: string } {
  if (timeline === undefined || timeline.counts.length < 2) return {};
  const { from, stepMs, counts } = timeline;
  const peak = Math.max(...counts);
  const drawn = counts
    .map((count) => (count === 0 ? '·' : (marks[Math.min(7, Math.floor((count / peak) * 8))] ?? '█')))
    .join('');
  const to = from + stepMs * counts.length;
  const line = words.plain('logs.timeline', {
    step: stepMs,
    from: moment(from),
    marks: drawn,
    to: moment(to),
  });
  const at = moment(from + stepMs * counts.indexOf(peak));
  return { timeline: `${line}. ${words.plain('logs.timeline.peak', { at, count: peak })}` };
}

function notesOf(report: LogReport, words: Words): readonly string[] {
  const { sources, lines, bytes, leftOut, zoneless, timeless, first, groups, query, entries } = report;
  const level = words.plain(`logs.level.${query.level}`);
  const what = [
    ...(leftOut.belowLevel === 0
      ? []
      : [words.plain('logs.left.level', { count: leftOut.belowLevel, level })]),
    ...(leftOut.otherTime === 0 ? [] : [words.plain('logs.left.time', { count: leftOut.otherTime })]),
    ...(leftOut.otherWords === 0
      ? []
      : [
          query.grep === undefined
            ? words.plain('logs.left.trace', { count: leftOut.otherWords })
            : words.plain('logs.left.words', { count: leftOut.otherWords, grep: query.grep }),
        ]),
    ...(leftOut.tooManyShapes === 0
      ? []
      : [words.plain('logs.left.shapes', { count: leftOut.tooManyShapes })]),
    ...(leftOut.groups === 0
      ? []
      : [words.plain('logs.left.groups', { groups: leftOut.groups, count: leftOut.inGroups })]),
  ];
  const read = sources.filter(({ failed, lines: its }) => failed === undefined || its > 0).length;
  return [
    ...sources.flatMap((source) => failedWords(source, words)),
    ...(lines === 0 ? [] : [words.plain('logs.read', { lines, bytes, sources: read })]),
    ...(what.length === 0 ? [] : [words.plain('logs.left', { what: what.join(', ') })]),
    ...(report.compared === undefined && first !== undefined && groups.length > 0 && query.trace === undefined
      ? [words.plain('logs.not-compared', { first: moment(first) })]
      : []),
    ...(zoneless === 0 ? [] : [words.plain('logs.zoneless', { count: zoneless })]),
    ...(timeless === 0 || entries === 0 ? [] : [words.plain('logs.timeless', { count: timeless })]),
  ];
}

function failedWords({ name, failed, facts, cut }: LogSource, words: Words): readonly string[] {
  const why = failed === undefined ? undefined : (words.lookupPlain(failed, facts) ?? failed);
  return [
    ...(why === undefined ? [] : [words.plain('logs.failed', { source: name, why })]),
    ...(cut === true ? [words.plain('logs.cut', { source: name })] : []),
  ];
}
