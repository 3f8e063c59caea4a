import { present } from '../kernel/present.ts';
import { cutToUnits, shortened } from '../kernel/text.ts';
import type { PartId } from '../platform/part.ts';
import type { Platform } from '../platform/platform.ts';
import { EntryReader, type LogEntry } from './entries.ts';
import { createGrouping, type Grouped, saidIn, shapesOf } from './grouping.ts';
import type { KnownLine } from './known-lines.ts';
import { type LogLevel, logLevels, rankOf } from './level.ts';
import { QuickHead } from './quick.ts';
import type { LogGroup, LogQuery, LogReport, LogSource, LogStep } from './report.ts';
import { traceMatcher } from './trace.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
/** How much of the hour before a log must cover, so that "new" means something. */
const COVERED_MS = 55 * MINUTE_MS;
/** Groups that are shown. */
const MOST_GROUPS = 30;
/** Lines of an example, and characters of a line. */
const MOST_LINES = 12;
const MOST_CHARACTERS = 400;
/** Units of a line that are kept of an example: secrets are taken out of them before they are cut to what is shown. */
const MOST_KEPT_UNITS = 4_000;
const MOST_STEPS = 48;
/** Entries with the words that were asked for: so many are kept to be put in order, and so many are shown. */
const MOST_FOUND = 2_000;
const MOST_FOUND_SHOWN = 60;
const MOST_FOUND_UNITS = 2_000;
/** Minutes that a group remembers while the end of the log is not known. */
const MOST_MINUTES = 512;
/** Units of the texts that examples may keep in memory until they are copied. */
const KEPT_UNITS = 1024 * 1024;
/** "Much more": this many times as often, and more than chance makes of it. */
const MORE_TIMES = 3;
const MORE_LEAST = 10;

export interface LogTallyOptions {
  readonly query: LogQuery;
  /** Milliseconds since 1970. */
  readonly now: number;
  readonly platform: Platform;
  /** Whose log it is, where that is known. */
  readonly part?: PartId;
}

export interface LogAnalysisOptions extends LogTallyOptions {
  /** Takes secrets out of what is shown. */
  readonly redact: (text: string) => string;
}

/** A group as it was counted. */
interface CountedGroup extends Omit<LogGroup, 'example' | 'text' | 'shape'> {
  /** The latest entry and what it says, secrets and all. */
  readonly lines: readonly string[];
  readonly lineCount: number;
  readonly said: string;
}

/**
 * What was counted, as plain data that another thread can be given. It holds the secrets of the log: only `reportOf`
 * makes of it what may be shown.
 */
export interface LogTally extends Omit<LogReport, 'groups'> {
  readonly groups: readonly CountedGroup[];
}

/** One log on its way in. */
export interface LogInput {
  /** A whole line, without its end. */
  line(text: string): void;
  /** Whole lines, each but the last of all with its end. */
  text(lines: string): void;
  bytes(count: number): void;
  /** Nothing comes for now: what stands open is taken as it is, and more may follow. */
  idle(): void;
  end(outcome?: Pick<LogSource, 'failed' | 'facts' | 'cut'>): void;
}

/** Entries of a minute. */
interface LogStepCounts {
  readonly all: number;
  readonly errors: number;
  readonly warnings: number;
}

/** All that was counted, as plain data, so that several who count parts of a log can be put together. */
export interface LogState {
  readonly groups: readonly (Omit<Group, 'known' | 'sources' | 'parts' | 'minutes' | 'fresh'> & {
    readonly known: string | undefined;
    readonly sources: readonly string[];
    readonly parts: readonly PartId[];
    readonly minutes: readonly (readonly [number, number])[];
  })[];
  readonly sources: readonly LogSource[];
  readonly found: readonly LogStep[];
  readonly byLevel: Readonly<Record<LogLevel, number>>;
  /** By minute. */
  readonly steps: readonly (readonly [number, LogStepCounts])[];
  readonly left: Pick<LogReport['leftOut'], 'belowLevel' | 'otherTime' | 'otherWords' | 'tooManyShapes'>;
  readonly seen: Readonly<Record<'entries' | 'zoneless' | 'timeless' | 'grouped', number>>;
  /** Infinities where no entry has a time. */
  readonly first: number;
  readonly last: number;
}

export interface LogCounting {
  /** `part`: whose log it is, where that is known. */
  source(name: string, part?: PartId): LogInput;
  /** After the end of every source. */
  state(): LogState;
  /** Adds what another one has counted; pieces of one source are one source. */
  absorb(state: LogState): void;
  /** After the end of every source. */
  tally(): LogTally;
}

export interface LogAnalysis {
  /** `part`: whose log it is, where that is known. */
  source(name: string, part?: PartId): LogInput;
  /** What was read so far; all of it after the end of every source. */
  report(): LogReport;
}

/** Reads logs and says what they say. */
export function createLogAnalysis({ redact, ...options }: LogAnalysisOptions): LogAnalysis {
  const counting = createLogCounting(options);
  return {
    source: (name, part) => counting.source(name, part),
    report: () => reportOf(counting.tally(), { platform: options.platform, redact }),
  };
}

/** What may be shown of what was counted. */
export function reportOf(
  tally: LogTally,
  { platform, redact }: Pick<LogAnalysisOptions, 'platform' | 'redact'>,
): LogReport {
  const shapeOf = shapesOf(platform);
  const groups = tally.groups.map(({ lines, lineCount, said: whole, ...group }): LogGroup => {
    const kept = lines.slice(0, MOST_LINES);
    const more = lineCount - kept.length;
    const clean = redact(kept.join('\n')).split('\n');
    const shown = clean.map((line) => shortened(line.trimEnd(), MOST_CHARACTERS));
    const said = redact(whole);
    return {
      ...group,
      example: more > 0 ? [...shown, `… +${more}`] : shown,
      text: shortened(said, MOST_CHARACTERS),
      shape: shortened(shapeOf(said), MOST_CHARACTERS),
    };
  });
  const steps = tally.steps?.map((step) => ({
    ...step,
    text: shortened(redact(step.text), MOST_CHARACTERS),
  }));
  return { ...tally, groups, ...present({ steps }) };
}

interface Group {
  /** Of its shape; they may become wildcards. */
  readonly words: readonly string[];
  readonly level: LogLevel;
  readonly known: KnownLine | undefined;
  count: number;
  before: number;
  first: number | undefined;
  last: number | undefined;
  example: LogEntry;
  readonly sources: Set<string>;
  /** Whose logs these are, where that is known. */
  readonly parts: Set<PartId>;
  /** Entries by minute, of the last two hours. */
  readonly minutes: Map<number, number>;
  /** Its example is still a part of a text that was read. */
  fresh: boolean;
}

/**
 * Reads logs line by line and keeps groups, not lines: memory does not grow with the log. With `since`, the hour before
 * it is what the groups are compared with, and has to be read too; without it, the last hour of the log is compared
 * with the hour before that.
 */
export function createLogCounting(options: LogTallyOptions): LogCounting {
  const { query, now, platform } = options;
  const { since, until } = query;
  const wanted = query.grep?.toLowerCase();
  const ofTrace = query.trace === undefined ? undefined : traceMatcher(query.trace);
  const narrowed = wanted !== undefined || ofTrace !== undefined;
  const isWanted = ({ lines }: LogEntry): boolean =>
    (wanted === undefined || lines.some((line) => line.toLowerCase().includes(wanted))) &&
    (ofTrace === undefined || lines.some(ofTrace));
  const least = rankOf(query.level);
  const grouping = createGrouping(platform);
  const groups = new Map<number, Group>();
  const sources: LogSource[] = [];
  const byLevel = Object.fromEntries(logLevels.map((level) => [level, 0])) as Record<LogLevel, number>;
  const steps = new Map<number, LogStepCounts>();
  const found: LogStep[] = [];
  const left = { belowLevel: 0, otherTime: 0, otherWords: 0, tooManyShapes: 0 };
  const seen = { entries: 0, zoneless: 0, timeless: 0, grouped: 0 };
  let [first, last] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];

  const groupOf = (found: Grouped | undefined, entry: LogEntry): Group | undefined => {
    if (found === undefined) return undefined;
    const { shape, known } = found;
    const met = groups.get(shape.id);
    if (met !== undefined) return met;
    const made: Group = {
      words: shape.words,
      level: entry.level,
      known,
      count: 0,
      before: 0,
      first: undefined,
      last: undefined,
      example: entry,
      sources: new Set(),
      parts: new Set(),
      minutes: new Map(),
      fresh: false,
    };
    groups.set(shape.id, made);
    return made;
  };

  /** A kept entry would keep the whole text in memory from which its lines were cut. */
  const fresh: Group[] = [];
  let units = 0;
  /** Not after each text: there are few groups, and each has a new example in nearly every one. */
  const settleAfter = (more: number): void => {
    units += more;
    if (units >= KEPT_UNITS) settle();
  };
  const settle = (): void => {
    units = 0;
    for (const group of fresh.splice(0)) {
      group.fresh = false;
      group.example = JSON.parse(JSON.stringify(keptOf(group.example))) as LogEntry;
    }
  };

  /** What `take` does with an entry below the level. */
  const pass = (level: LogLevel, time: number | undefined, zoneless: boolean): void => {
    if (time !== undefined) {
      if (time < first) first = time;
      if (time > last) last = time;
      if ((since !== undefined && time < since - HOUR_MS) || (until !== undefined && time > until)) {
        left.otherTime += 1;
        return;
      }
      if (since !== undefined && time < since) return;
    } else seen.timeless += 1;
    seen.entries += 1;
    byLevel[level] += 1;
    if (zoneless) seen.zoneless += 1;
    left.belowLevel += 1;
  };

  const take = (entry: LogEntry, source: string, part: PartId | undefined): void => {
    const { time } = entry;
    const before = since !== undefined && time !== undefined && time < since;
    if (time !== undefined) [first, last] = [Math.min(first, time), Math.max(last, time)];
    if ((before && time < since - HOUR_MS) || (until !== undefined && time !== undefined && time > until)) {
      left.otherTime += 1;
      return;
    }
    if (!before) {
      seen.entries += 1;
      byLevel[entry.level] += 1;
      if (entry.zoneless === true) seen.zoneless += 1;
      if (time === undefined) seen.timeless += 1;
    }
    if (rankOf(entry.level) < least) {
      if (!before) left.belowLevel += 1;
      return;
    }
    if (!isWanted(entry)) {
      if (!before) left.otherWords += 1;
      return;
    }
    const group = groupOf(grouping.of(entry), entry);
    if (group === undefined) {
      if (before) return;
      left.tooManyShapes += 1;
      if (time !== undefined) stepAt(Math.floor(time / MINUTE_MS), entry.level);
      return;
    }
    if (before) {
      group.before += 1;
      return;
    }
    if (narrowed && found.length < MOST_FOUND)
      // A copy: it would keep the text from which it is cut.
      found.push(
        JSON.parse(
          JSON.stringify({
            ...{ level: entry.level, source, text: cutToUnits(saidIn(entry), MOST_FOUND_UNITS) },
            ...present({ time, part }),
          }),
        ) as LogStep,
      );
    seen.grouped += 1;
    group.count += 1;
    group.sources.add(source);
    if (part !== undefined) group.parts.add(part);
    group.example = entry;
    if (!group.fresh) {
      group.fresh = true;
      fresh.push(group);
    }
    if (time === undefined) return;
    group.first = Math.min(group.first ?? time, time);
    group.last = Math.max(group.last ?? time, time);
    const minute = Math.floor(time / MINUTE_MS);
    if (since === undefined) remember(group.minutes, minute);
    stepAt(minute, entry.level);
  };

  const stepAt = (minute: number, level: LogLevel): void => {
    const rank = rankOf(level);
    addStep(steps, minute, {
      all: 1,
      errors: rank >= errorRank ? 1 : 0,
      warnings: rank >= warningRank && rank < errorRank ? 1 : 0,
    });
  };

  return {
    source(name, part = options.part) {
      let [lines, bytes] = [0, 0];
      const reader = new EntryReader({
        now,
        wanted: (level) => rankOf(level) >= least,
        isFault: grouping.isKnown,
        emit: (entry) => take(entry, name, part),
        pass,
      });
      const head = new QuickHead(now);
      return {
        line(text) {
          lines += 1;
          reader.push(text);
          settleAfter(text.length);
        },
        text(text) {
          for (let at = 0; at < text.length; ) {
            const found = text.indexOf('\n', at);
            const end = found < 0 ? text.length : found;
            const level = reader.inside ? undefined : head.read(text, at, end);
            if (level !== undefined && rankOf(level) < least) reader.skip(level, head.time, head.zoneless);
            else reader.push(text.slice(at, end));
            lines += 1;
            at = end + 1;
          }
          settleAfter(text.length);
        },
        bytes(count) {
          bytes += count;
        },
        idle() {
          reader.end();
          settle();
        },
        end(outcome = {}) {
          reader.end();
          settle();
          sources.push({ name, lines, bytes, ...present(outcome) });
        },
      };
    },
    state: () => ({
      groups: [...groups.values()].map((one) => {
        const { known, sources: names, parts, minutes, fresh: _, ...group } = one;
        return {
          ...{ ...group, known: known?.id, sources: [...names] },
          ...{ parts: [...parts], minutes: [...minutes] },
        };
      }),
      ...{ sources, found, byLevel, steps: [...steps], left, seen, first, last },
    }),
    absorb(state) {
      for (const theirs of state.groups) {
        const { words, level, known, example } = theirs;
        const group = groupOf(grouping.adopt(words, level, known), example);
        if (group === undefined) {
          left.tooManyShapes += theirs.count;
          seen.grouped -= theirs.count;
          continue;
        }
        // The latest is shown; of equal times that of the part which comes later.
        if ((theirs.last ?? 0) >= (group.last ?? 0)) group.example = example;
        group.count += theirs.count;
        group.before += theirs.before;
        group.first = earlier(group.first, theirs.first);
        group.last = later(group.last, theirs.last);
        for (const name of theirs.sources) group.sources.add(name);
        for (const part of theirs.parts) group.parts.add(part);
        for (const [minute, count] of theirs.minutes) remember(group.minutes, minute, count);
      }
      for (const source of state.sources) {
        const at = sources.findIndex(({ name }) => name === source.name);
        const mine = sources[at];
        if (mine === undefined) sources.push(source);
        else
          sources[at] = {
            ...source,
            ...mine,
            lines: mine.lines + source.lines,
            bytes: mine.bytes + source.bytes,
          };
      }
      found.push(...state.found.slice(0, MOST_FOUND - found.length));
      for (const level of logLevels) byLevel[level] += state.byLevel[level];
      for (const [minute, counts] of state.steps) addStep(steps, minute, counts);
      for (const key of ['belowLevel', 'otherTime', 'otherWords', 'tooManyShapes'] as const)
        left[key] += state.left[key];
      for (const key of ['entries', 'zoneless', 'timeless', 'grouped'] as const) seen[key] += state.seen[key];
      [first, last] = [Math.min(first, state.first), Math.max(last, state.last)];
    },
    tally() {
      const told = first <= last;
      const from = since ?? last - HOUR_MS;
      const covered = told && first <= from - COVERED_MS && last >= from;
      const to = until ?? (since === undefined ? last : Math.max(last, since));
      const spanMs = told ? Math.max(MINUTE_MS, to - (since ?? first)) : undefined;
      const all = [...groups]
        .filter(([, { count }]) => count > 0)
        .map(([id, group]) =>
          counted(id, group, {
            spanMs,
            compare: covered ? { from, to, given: since !== undefined } : undefined,
          }),
        )
        .toSorted(worstFirst);
      const groupsShown = all.slice(0, MOST_GROUPS);
      const hidden = all.slice(MOST_GROUPS);
      return {
        query,
        sources,
        bytes: sources.reduce((sum, { bytes }) => sum + bytes, 0),
        lines: sources.reduce((sum, { lines }) => sum + lines, 0),
        entries: seen.entries,
        byLevel,
        zoneless: seen.zoneless,
        timeless: seen.timeless,
        grouped: seen.grouped,
        ...(told ? { first, last } : {}),
        ...(covered ? { compared: { from, to } } : {}),
        groups: groupsShown,
        ...(narrowed ? { steps: inOrder(found).slice(0, MOST_FOUND_SHOWN) } : {}),
        leftOut: {
          ...left,
          groups: hidden.length,
          inGroups: hidden.reduce((sum, { count }) => sum + count, 0),
        },
        ...present({ timeline: timelineOf(steps) }),
      };
    },
  };
}

/** No more of an entry than is shown of it: there may be thousands of groups, each with an example. */
const keptOf = (entry: LogEntry): LogEntry => ({
  ...entry,
  lines: entry.lines.slice(0, MOST_LINES).map((line) => cutToUnits(line, MOST_KEPT_UNITS)),
  text: cutToUnits(entry.text, MOST_KEPT_UNITS),
  ...present({ thrown: entry.thrown === undefined ? undefined : cutToUnits(entry.thrown, MOST_KEPT_UNITS) }),
});

const earlier = (a: number | undefined, b: number | undefined): number | undefined =>
  a === undefined || b === undefined ? (a ?? b) : Math.min(a, b);
const later = (a: number | undefined, b: number | undefined): number | undefined =>
  a === undefined || b === undefined ? (a ?? b) : Math.max(a, b);

function remember(minutes: Map<number, number>, minute: number, count = 1): void {
  minutes.set(minute, (minutes.get(minute) ?? 0) + count);
  if (minutes.size <= MOST_MINUTES) return;
  const latest = Math.max(...minutes.keys());
  for (const one of minutes.keys()) if (one < latest - 125) minutes.delete(one);
}

interface Comparison {
  readonly from: number;
  readonly to: number;
  /** The time was asked for: what came before it was counted apart. */
  readonly given: boolean;
}

function counted(
  id: number,
  group: Group,
  {
    spanMs,
    compare,
  }: {
    readonly spanMs: number | undefined;
    readonly compare: Comparison | undefined;
  },
): CountedGroup {
  const { level, count, first, last, known, example } = group;
  return {
    id,
    level,
    count,
    ...present({ perMinute: spanMs === undefined ? undefined : count / (spanMs / MINUTE_MS), first, last }),
    ...(compare === undefined ? {} : marked(group, compare)),
    lines: example.lines.slice(0, MOST_LINES),
    lineCount: example.count,
    said: saidIn(example),
    sources: [...group.sources].toSorted(),
    ...present({ known: known === undefined ? undefined : knownIn(known, [...group.parts]) }),
  };
}

/** Causes and question for these parts: the diagnosis of one part's start says nothing of another's log. */
function knownIn(
  { id, part, causes, ask }: KnownLine,
  said: readonly PartId[],
): NonNullable<LogGroup['known']> {
  const of = said.includes('agent-manager') ? 'agent-manager' : said.length === 1 ? said[0] : undefined;
  const ofStart = (symptom: string) => /^S1(?:\.|$)/.test(symptom);
  const its = of === 'agent-manager' ? causes : causes.filter((cause) => !ofStart(cause));
  const asked = of === 'agent-manager' || ask === undefined || !ofStart(ask) ? ask : (part ?? of);
  return { id, causes: its, ...present({ part, ask: asked }) };
}

function marked(group: Group, { from, to, given }: Comparison): Pick<LogGroup, 'before' | 'mark'> {
  const start = Math.floor(from / MINUTE_MS);
  const minutes = [...group.minutes];
  const within = (least: number, below: number) =>
    minutes
      .filter(([minute]) => minute >= least && minute < below)
      .reduce((sum, [, count]) => sum + count, 0);
  const before = given ? group.before : within(start - 60, start);
  const recent = given ? group.count : within(start, Number.POSITIVE_INFINITY);
  if (recent === 0) return { before };
  // A group that is older than the two hours is not new: it was silent for an hour.
  if (before === 0)
    return group.first !== undefined && group.first < from ? { before } : { before, mark: 'new' };
  const expected = (before * Math.max(1, to - from)) / HOUR_MS;
  const more =
    recent >= MORE_LEAST &&
    recent >= expected * MORE_TIMES &&
    recent - expected > 3 * Math.sqrt(expected + 1);
  return more ? { before, mark: 'more' } : { before };
}

/** By their own level: what ended a program before errors, those before the rest; then named before unnamed, new before old, many before few. */
function worstFirst(a: CountedGroup, b: CountedGroup): number {
  const keys = ({ level, known, mark, count }: CountedGroup) => [
    rankOf('fatal') - Math.max(rankOf('warning'), rankOf(level)),
    known === undefined ? 1 : 0,
    mark === undefined ? 1 : 0,
    -count,
  ];
  const [left, right] = [keys(a), keys(b)];
  const at = left.findIndex((key, index) => key !== right[index]);
  return at === -1 ? 0 : (left[at] ?? 0) - (right[at] ?? 0);
}

/** By time; what has none stands where it was read. */
function inOrder(found: readonly LogStep[]): readonly LogStep[] {
  return found.toSorted((a, b) => (a.time === undefined || b.time === undefined ? 0 : a.time - b.time));
}

const [warningRank, errorRank] = [rankOf('warning'), rankOf('error')];

function addStep(steps: Map<number, LogStepCounts>, minute: number, more: LogStepCounts): void {
  const met = steps.get(minute);
  steps.set(
    minute,
    met === undefined
      ? more
      : {
          all: met.all + more.all,
          errors: met.errors + more.errors,
          warnings: met.warnings + more.warnings,
        },
  );
}

/** Steps of whole minutes, at most so many that a picture of them can be read. */
function timelineOf(minutes: ReadonlyMap<number, LogStepCounts>): LogReport['timeline'] {
  if (minutes.size === 0) return undefined;
  let [from, to] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const minute of minutes.keys()) [from, to] = [Math.min(from, minute), Math.max(to, minute)];
  const step = Math.max(1, Math.ceil((to - from + 1) / MOST_STEPS));
  const sums = (of: (counts: LogStepCounts) => number): readonly number[] => {
    const sum = Array.from({ length: Math.ceil((to - from + 1) / step) }, () => 0);
    for (const [minute, counts] of minutes) {
      const at = Math.floor((minute - from) / step);
      sum[at] = (sum[at] ?? 0) + of(counts);
    }
    return sum;
  };
  return {
    ...{ from: from * MINUTE_MS, stepMs: step * MINUTE_MS },
    counts: sums(({ all }) => all),
    errors: sums(({ errors }) => errors),
    warnings: sums(({ warnings }) => warnings),
  };
}
