import { withheld } from './stand-in.ts';

export interface LeafHandlers {
  text(text: string): string;
  lines(lines: readonly string[]): readonly string[];
  /** Text that stays as it is, because a machine reads it: ids, names of fields, states. */
  kept(key: string, parent: Readonly<Record<string, unknown>>): boolean;
}

/** Deepest nesting that is followed; deeper data is a mistake and is withheld. */
const deepest = 100;

/**
 * Data whose names are our own or a protocol's, and therefore say nothing about what stands under them: each text in it
 * is looked at for itself, and so are names that are data. Lists under `lines` belong together.
 */
export function redactLeaves(value: unknown, handlers: LeafHandlers): unknown {
  const walk = (item: unknown, depth: number): unknown => {
    if (depth > deepest) return withheld;
    if (typeof item === 'string') return handlers.text(item);
    if (typeof item !== 'object' || item === null || item instanceof Date) return item;
    if (Array.isArray(item)) return item.map((one) => walk(one, depth + 1));
    // As JSON would have it.
    if ('toJSON' in item && typeof item.toJSON === 'function') return walk(item.toJSON(), depth + 1);
    const own = item as Readonly<Record<string, unknown>>;
    const names = new Set<string>();
    return Object.fromEntries(
      Object.entries(own).map(([key, child]) => {
        // Names whose secrets have gone may be equal; no entry may be lost.
        let name = key.length < 12 ? key : handlers.text(key);
        while (names.has(name)) name += ' ';
        names.add(name);
        if (typeof child === 'string' && handlers.kept(key, own)) return [name, child];
        return [name, key === 'lines' && isLines(child) ? together(child, handlers) : walk(child, depth + 1)];
      }),
    );
  };
  return walk(value, 0);
}

function isLines(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((line) => typeof line === 'string' && !line.includes('\n'));
}

/** What was cleaned line by line before stays as many lines. */
function together(lines: readonly string[], { text, lines: redacted }: LeafHandlers): readonly string[] {
  return lines.length === 0 ? lines : lines.length === 1 ? [text(lines[0] ?? '')] : redacted(lines);
}
