import { isHarmless, looksSecret } from './harmless.ts';
import { isCount, kindOf, mustGo } from './key.ts';
import { meaningOf, type NameMeaning } from './names.ts';
import { isReferring } from './structure.ts';

export interface StructureHandlers {
  text(text: string): string;
  secret(kind: string, secret: string): string;
}

/** Deepest nesting that is followed; deeper data is a mistake. */
const deepest = 100;

/** The same data without secrets; objects that point at themselves are cut there. Throws when it is nested too deep. */
export function redactStructure(value: unknown, handlers: StructureHandlers): unknown {
  return new Walker(handlers).walk(value, undefined, 0);
}

/** The name above, under which whatever stands is a secret, unless a key in between only refers. */
interface Above {
  readonly name: string;
  readonly meaning: NameMeaning;
}

class Walker {
  readonly #handlers: StructureHandlers;
  readonly #seen = new WeakSet<object>();

  constructor(handlers: StructureHandlers) {
    this.#handlers = handlers;
  }

  walk(value: unknown, above: Above | undefined, depth: number): unknown {
    if (depth > deepest) throw new RangeError('nested too deep');
    if (typeof value === 'string' || typeof value === 'number' || typeof value === 'bigint')
      return this.#scalar(value, above);
    if (typeof value !== 'object' || value === null || value instanceof Date) return value;
    if (this.#seen.has(value)) return '[circular]';
    this.#seen.add(value);
    try {
      if (Array.isArray(value)) return this.#list(value, above, depth);
      if (ArrayBuffer.isView(value)) return `[${value.byteLength} bytes]`;
      if (value instanceof Map) return this.walk(Object.fromEntries(value), above, depth + 1);
      if (value instanceof Set) return this.walk([...value], above, depth + 1);
      if ('toJSON' in value && typeof value.toJSON === 'function')
        return this.walk(value.toJSON(), above, depth + 1);
      return this.#object(value, above, depth);
    } finally {
      this.#seen.delete(value);
    }
  }

  #scalar(value: string | number | bigint, above: Above | undefined): unknown {
    if (above === undefined) return typeof value === 'string' ? this.#handlers.text(value) : value;
    const text = String(value);
    if (typeof value !== 'string' && (above.meaning !== 'secret' || isCount(above.name, text))) return value;
    if (above.meaning === 'header' || above.meaning === 'cookie') return this.#header(text, above);
    if (!mustGo(above, text, true)) return typeof value === 'string' ? this.#handlers.text(value) : value;
    return this.#handlers.secret(kindOf(above.name), text);
  }

  /** The scheme of a header stays. */
  #header(value: string, above: Above): string {
    const scheme =
      above.meaning === 'header'
        ? (/^(?:bearer|basic|token|digest|negotiate) +(?=\S)/i.exec(value)?.[0] ?? '')
        : '';
    const rest = value.slice(scheme.length);
    return isHarmless(rest) ? value : scheme + this.#handlers.secret(kindOf(above.name), rest);
  }

  /** `['--password', 'x']`, `['Authorization', 'Bearer x']`: the item behind the name. */
  #list(items: readonly unknown[], above: Above | undefined, depth: number): unknown {
    return items.map((item, index) => {
      const before: unknown = items[index - 1];
      if (
        above === undefined &&
        typeof item === 'string' &&
        typeof before === 'string' &&
        before.length <= 80
      ) {
        const meaning = meaningOf(before);
        const isFlag =
          /^--?[A-Za-z]/.test(before) && meaning === 'secret' && !item.startsWith('-') && !isHarmless(item);
        const isHeader = (meaning === 'header' || meaning === 'cookie') && /[\s\d=]/.test(item);
        const isPair = meaning === 'secret' && items.length === 2 && looksSecret(item);
        if (isHeader) return this.#header(item, { name: before, meaning });
        if (isFlag || isPair) return this.#handlers.secret(kindOf(before), item);
      }
      return this.walk(item, above, depth + 1);
    });
  }

  #object(value: object, above: Above | undefined, depth: number): unknown {
    const own: Record<string, unknown> =
      value instanceof Error
        ? { ...value, name: value.name, message: value.message, stack: value.stack, cause: value.cause }
        : { ...value };
    const isSecretObject = own.kind === 'Secret';
    const named = namedBy(own);
    return Object.fromEntries(
      Object.entries(own).map(([key, item]) => {
        const shown = key.length >= 12 ? this.#handlers.text(key) : key;
        if (isSecretObject && /^(?:data|stringData|binaryData)$/.test(key))
          return [shown, this.#hideAll(item)];
        if (named !== undefined && /^(?:value|val|parametervalue|default)$/i.test(key))
          return [shown, this.walk(item, named, depth + 1)];
        return [shown, this.walk(item, this.#aboveOf(key, item, above), depth + 1)];
      }),
    );
  }

  #aboveOf(key: string, item: unknown, above: Above | undefined): Above | undefined {
    const meaning = meaningOf(key);
    if (meaning !== 'none') return { name: key, meaning };
    if (above === undefined || isReferring(key)) return undefined;
    return typeof item === 'number' || typeof item === 'boolean' ? undefined : above;
  }

  #hideAll(value: unknown): unknown {
    if (typeof value !== 'object' || value === null)
      return this.#handlers.secret('kubernetes-secret', String(value));
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => [
        key,
        this.#handlers.secret('kubernetes-secret', String(item)),
      ]),
    );
  }
}

/** `{name: DB_PASSWORD, value: x}` as containers' environments are written. */
function namedBy(own: Readonly<Record<string, unknown>>): Above | undefined {
  for (const key of ['name', 'key', 'Name', 'Key', 'ParameterKey', 'field', 'header']) {
    const name = own[key];
    if (typeof name !== 'string') continue;
    const meaning = meaningOf(name);
    if (meaning !== 'none') return { name, meaning };
  }
  return undefined;
}
