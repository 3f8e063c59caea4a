import { hidden } from './secret.ts';

/**
 * Takes secrets out of text and data of which nothing is known: log lines, statements, driver errors, manifests.
 * It keeps the shape (number of lines, keys, scheme and host of a URL), so that the rest stays readable, and it
 * leaves alone what only looks random and is needed as evidence: uids, hashes, image digests, Pod names.
 */
export function redactText(text: string): string {
  if (text.length < 4) return text;
  let result = text;
  for (const rule of rules) result = rule(result);
  return result;
}

/** Lines of one excerpt, together: a PEM key spans several. The number of lines stays. */
export function redactLines(lines: readonly string[]): readonly string[] {
  return redactText(lines.join('\n')).split('\n');
}

/** The same for data; a value under a name that means a secret goes whole. Errors become name, message and stack. */
export function redactValue(value: unknown): unknown {
  return redactDeep(value, new WeakSet());
}

function redactDeep(value: unknown, seen: WeakSet<object>): unknown {
  if (typeof value === 'string') return redactText(value);
  if (typeof value !== 'object' || value === null) return value;
  if (seen.has(value)) return '[circular]';
  if (value instanceof Date) return value;
  seen.add(value);
  try {
    if (Array.isArray(value)) return value.map((item) => redactDeep(item, seen));
    if (ArrayBuffer.isView(value)) return `[${value.byteLength} bytes]`;
    if (value instanceof Map) return redactDeep(Object.fromEntries(value), seen);
    if (value instanceof Set) return redactDeep([...value], seen);
    if ('toJSON' in value && typeof value.toJSON === 'function') return redactDeep(value.toJSON(), seen);
    return redactObject(value, seen);
  } finally {
    seen.delete(value);
  }
}

function redactObject(value: object, seen: WeakSet<object>): unknown {
  const own: Record<string, unknown> =
    value instanceof Error
      ? { ...value, name: value.name, message: value.message, stack: value.stack, cause: value.cause }
      : { ...value };
  // A Kubernetes Secret, and a container's environment as Kubernetes writes it: {name, value}.
  const isSecretObject = own['kind'] === 'Secret';
  const namedSecret = typeof own['name'] === 'string' && isSecretName(own['name']);
  return Object.fromEntries(
    Object.entries(own).map(([key, item]) => {
      if (isSecretObject && (key === 'data' || key === 'stringData')) return [key, hideLeaves(item)];
      if ((isSecretName(key) || (namedSecret && key === 'value')) && isScalar(item)) return [key, hidden];
      return [key, redactDeep(item, seen)];
    }),
  );
}

function isScalar(value: unknown): boolean {
  return (
    (typeof value === 'string' && value !== '') || typeof value === 'number' || typeof value === 'bigint'
  );
}

function hideLeaves(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return hidden;
  return Object.fromEntries(Object.keys(value).map((key) => [key, hidden]));
}

const secretWord =
  /(password|passwd|passphrase|pwd|secret|token|credentials?|authorization|cookie|dsn|requirepass|masterauth|apikey|accesskey|secretkey|privatekey)$/;
const secretPair = /(api|access|private|secret|signing|encryption|account|auth|hmac|shared|master|audit)key$/;

/** True when a setting, column or variable of this name holds a secret: `PGPASSWORD`, `authToken`, `api-key`. */
export function isSecretName(name: string): boolean {
  const flat = name.toLowerCase().replace(/[^a-z0-9]/g, '');
  return secretWord.test(flat) || secretPair.test(flat) || /^(pass|rediscliauth|auditoldkeys)$/.test(flat);
}

type Rule = (text: string) => string;

/** Each line of the body on its own, so that the number of lines stays; a cut-off key is hidden to the end. */
const pem: Rule = (text) =>
  text.replace(
    /(-----BEGIN [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----)([\s\S]*?)(-----END [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----|$)/g,
    (_all, begin: string, body: string, end: string) =>
      `${begin}${body.replace(/[^\n]+/g, (line) => (line.trim() === '' ? line : hidden))}${end}`,
  );

/** `scheme://user:password@host`, also with an unescaped `@` or `/` in the password, and `scheme://token@host`. */
const urlUserinfo: Rule = (text) =>
  text
    .replace(
      /\b([a-z][a-z0-9+.-]*:\/\/)([^\s:@/"'`<>?#]*):([^\s"'`<>?]+)@/gi,
      (_all, scheme: string, user: string) => `${scheme}${user}:${hidden}@`,
    )
    .replace(/\b([a-z][a-z0-9+.-]*:\/\/)([^\s:@/"'`<>?#]{20,})@/gi, `$1${hidden}@`);

const headers: Rule = (text) =>
  text
    .replace(/\b((?:set-)?cookie["']?\s*[:=]\s*["']?)[^\r\n"']+/gi, `$1${hidden}`)
    .replace(
      /\b((?:proxy-)?authorization["']?\s*[:=]\s*["']?)(?:(bearer|basic|token|apikey)\s+)?[^\s"',]+/gi,
      (_all, head: string, scheme?: string) => `${head}${scheme === undefined ? '' : `${scheme} `}${hidden}`,
    )
    .replace(
      /\b(bearer|basic)(\s+)(?=[\w.~+/=-]*[\d=.])[\w.~+/=-]{8,}/gi,
      (_all, scheme: string, gap: string) => `${scheme}${gap}${hidden}`,
    );

/** `name=value`, `name: value`, `"name":"value"`, `--name value`, with the quotes kept. */
const namedValue =
  /(\\?["'])?([A-Za-z][A-Za-z0-9_.-]{1,60})(\\?["'])?(\s*(?::=|=>|[:=])\s*|(?<=--[A-Za-z0-9-]{2,60})\s+)(\\?"(?:[^"\\]|\\[^"])*\\?"|'[^']*'|[^\s,;&"'{}()[\]]+)/g;

const named: Rule = (text) =>
  text.replace(
    namedValue,
    (
      all: string,
      open: string | undefined,
      name: string,
      close: string | undefined,
      gap: string,
      value: string,
    ) => {
      if (!isSecretName(name) || isHarmless(value)) return all;
      const quote = /^\\?["']/.exec(value)?.[0] ?? '';
      return `${open ?? ''}${name}${close ?? ''}${gap}${quote}${hidden}${quote}`;
    },
  );

/** What stands where a secret would and is none: placeholders, empty values, switches, the scheme of a header. */
function isHarmless(value: string): boolean {
  const bare = value.replace(/^\\?["']|\\?["']$/g, '');
  return (
    bare === '' ||
    /^(\$\{?.*|\$\(.*|null|nil|none|true|false|undefined|bearer|basic|\*+|<.*>|\[.*)$/i.test(bare)
  );
}

/** `ALTER ROLE … PASSWORD 'x'`, `CONFIG SET requirepass x`, `AUTH user x`, `PASSWORD for x is y`. */
const statements: Rule = (text) =>
  text
    .replace(/\b(password|identified\s+by)(\s+)'(?:[^']|'')*'/gi, `$1$2'${hidden}'`)
    .replace(/\b(requirepass|masterauth)(["']?\s+["']?)[^\s"']+/gi, `$1$2${hidden}`)
    .replace(/(^|[\s"])(AUTH)(["']?\s+["']?)(?:[^\s"']+(["']?\s+["']?))?[^\s"']{4,}/g, `$1$2$3${hidden}`);

/** Formats that issuers document, so that a leak is found by its looks alone. */
const knownTokens: Rule = (text) =>
  text.replace(
    new RegExp(
      [
        'xox[a-z](?:\\.xox[a-z])?-[A-Za-z0-9-]{8,}',
        'xapp-[A-Za-z0-9-]{8,}',
        'gh[pousr]_[A-Za-z0-9]{20,}',
        'github_pat_[A-Za-z0-9_]{20,}',
        'gl[a-z]{2,5}-[A-Za-z0-9_-]{16,}',
        '(?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16}',
        'AIza[A-Za-z0-9_-]{30,}',
        '(?:sk|rk|pk)[-_](?:live_|test_|proj-|ant-)?[A-Za-z0-9_-]{16,}',
        'npm_[A-Za-z0-9]{30,}',
        'pypi-[A-Za-z0-9_-]{30,}',
        'dckr_pat_[A-Za-z0-9_-]{20,}',
        'hv[sbr]\\.[A-Za-z0-9_-]{20,}',
        'SG\\.[A-Za-z0-9_-]{16,}\\.[A-Za-z0-9_-]{16,}',
        'S[UAOCNX][A-Z2-7]{56}',
        'eyJ[A-Za-z0-9_-]{8,}\\.[A-Za-z0-9_-]{4,}(?:\\.[A-Za-z0-9_-]*)?',
        '(?<=hooks\\.slack\\.com/(?:services|workflows|triggers)/)[A-Za-z0-9/_-]+',
        'SCRAM-SHA-256\\$[^\\s"\']+',
        '\\$(?:2[aby]|5|6|7|y|argon2[a-z]*)\\$[^\\s"\']+',
        'aeth_[A-Za-z0-9_-]{16,}',
      ]
        .map((format) => `(?<![A-Za-z0-9])${format}`)
        .join('|'),
      'g',
    ),
    hidden,
  );

const candidate = /[A-Za-z0-9+/_-]{20,}={0,2}/g;

const highEntropy: Rule = (text) =>
  text.replace(candidate, (word, offset: number) =>
    looksRandom(word) && !text.slice(Math.max(0, offset - 8), offset).endsWith('sha256:') ? hidden : word,
  );

/** Random in several alphabets at once; one alphabet (hex, base32, digits, lower case) is what ids are made of. */
function looksRandom(word: string): boolean {
  const core = word.replace(/=+$/, '');
  if (/^[0-9a-fA-F-]+$/.test(core) || isPath(core)) return false;
  const classes = [/[a-z]/, /[A-Z]/, /[0-9]/].filter((kind) => kind.test(core)).length;
  if (classes < 3) return false;
  return entropy(core) >= 3.5 && changes(core) >= 0.3;
}

/** File paths, URLs' paths and package names: short pieces, or words. */
function isPath(word: string): boolean {
  if (!word.includes('/')) return false;
  return word.split(/[/_-]/).every((piece) => piece.length <= 8 || changes(piece) < 0.3);
}

/** Shannon entropy in bits a character. */
function entropy(word: string): number {
  const counts = new Map<string, number>();
  for (const letter of word) counts.set(letter, (counts.get(letter) ?? 0) + 1);
  let bits = 0;
  for (const count of counts.values()) bits -= (count / word.length) * Math.log2(count / word.length);
  return bits;
}

/** Share of neighbours of different kinds: words in camel case change seldom, random text at every second place. */
function changes(word: string): number {
  const kinds = [...word].map((letter) => (/[a-z]/.test(letter) ? 'a' : /[A-Z]/.test(letter) ? 'A' : '0'));
  return kinds.filter((kind, index) => index > 0 && kind !== kinds[index - 1]).length / (word.length - 1);
}

const rules: readonly Rule[] = [pem, urlUserinfo, headers, statements, named, knownTokens, highEntropy];
