import { cutToUnits } from '../kernel/text.ts';
import { partIds } from '../platform/part.ts';
import { factsOf, type Platform } from '../platform/platform.ts';
import { Drain, type Shape } from './drain.ts';
import type { LogEntry } from './entries.ts';
import { isKnownIn, type KnownLine, knownLines } from './known-lines.ts';
import type { LogLevel } from './level.ts';
import { shapeOf } from './shape.ts';

export interface Grouped {
  readonly shape: Shape;
  readonly known: KnownLine | undefined;
}

export interface Grouping {
  /** The group of an entry; undefined when there are too many groups. */
  of(entry: LogEntry): Grouped | undefined;
  /** The group of a shape that another grouping has made, by its words and its known line. */
  adopt(words: readonly string[], level: LogLevel, known: string | undefined): Grouped | undefined;
  /** Whether a line is a known one. */
  isKnown(text: string): boolean;
}

/** Shapes remembered as they came, so that the usual line costs one look-up. */
const MOST_REMEMBERED = 20_000;

/** Units of an entry that tell its shape. */
const MOST_UNITS = 2_000;

/** What an entry says in one line: its words, and what was thrown. */
export const saidIn = ({ text, thrown }: LogEntry): string =>
  thrown === undefined ? text : `${text} ${thrown}`;

/**
 * Entries of one level and one shape are one group. A known line is never in a group with another one, nor with lines
 * that are not known.
 */
export function createGrouping(platform: Platform): Grouping {
  const table = knownLines(platform);
  const isOne = isKnownIn(table);
  const names = keptWords(platform);
  const ports = portsOf(platform);
  const drain = new Drain({
    kept: (word) => names.exec(word)?.[1]?.toLowerCase() ?? portIn(word, ports),
  });
  const remembered = new Map<string, Grouped>();
  return {
    adopt(words, level, knownId) {
      const known = knownId === undefined ? undefined : table.find(({ id }) => id === knownId);
      const shape = drain.add(words.join(' '), apartOf(level, known));
      return shape === undefined ? undefined : { shape, known };
    },
    isKnown: (text) => isOne(cutToUnits(text, MOST_UNITS)),
    of(entry) {
      const said = cutToUnits(saidIn(entry), MOST_UNITS);
      const shape = shapeOf(said, ports);
      const key = `${entry.level}\n${shape}`;
      const met = remembered.get(key);
      if (met !== undefined) return met;
      const known =
        table.find(({ pattern }) => pattern.test(said)) ??
        table.find(({ pattern }) => pattern.test(cutToUnits(entry.lines.join('\n'), MOST_UNITS)));
      const found = drain.add(shape, apartOf(entry.level, known));
      if (found === undefined) return undefined;
      if (remembered.size >= MOST_REMEMBERED) remembered.clear();
      const grouped = { shape: found, known };
      remembered.set(key, grouped);
      return grouped;
    },
  };
}

const apartOf = (level: LogLevel, known: KnownLine | undefined): string =>
  known === undefined ? level : `${level} ${known.id}`;

/** A text with `*` for what changes. */
export function shapesOf(platform: Platform): (text: string) => string {
  const ports = portsOf(platform);
  return (text) => shapeOf(text, ports);
}

/** Names of parts: they tell apart what else reads the same. */
function keptWords(platform: Platform): RegExp {
  const names = partIds.flatMap((part) => [part, ...factsOf(platform, part).spoken]);
  const escaped = names.map((name) => name.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`(?:^|[^a-z])(${escaped.join('|')}|postgresql|bolt)(?:$|[^a-z])`, 'i');
}

function portsOf(platform: Platform): ReadonlySet<string> {
  const ports = partIds.flatMap((part) => {
    const { port, monitorPort } = factsOf(platform, part);
    return [port, monitorPort].filter((one) => one !== undefined);
  });
  return new Set(ports.map(String));
}

const portIn = (word: string, ports: ReadonlySet<string>): string | undefined =>
  /:(\d+)\b/
    .exec(word)
    ?.slice(1)
    .find((port) => ports.has(port));
