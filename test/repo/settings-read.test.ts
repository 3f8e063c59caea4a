/** A setting that nothing reads cannot be added: each key of the schema has a reader, in a file that is named here. */
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { ConfigFile } from '../../src/domain/settings/config.ts';
import { unusedThresholds } from '../../src/domain/settings/effect.ts';
import { ProcessEnv } from '../../src/domain/settings/process-env.ts';
import { read, repositoryFiles } from './files.ts';

/** Where the keys of a section are read, the longest prefix first that fits; a new section without a line here fails. */
const readers: Readonly<Record<string, RegExp>> = {
  'environments.*.alerts': /^src\/(main\/(alerts-role|incidents)|domain\/settings\/tell)\.ts$/,
  'environments.*.watch': /^src\/(main\/worker-role|domain\/settings\/tell)\.ts$/,
  'environments.*.runtime': /^src\/(platform\/(targets|identity|settings|doctor)|cli|domain)\//,
  'environments.*.platform': /^src\/(domain\/platform|platform\/targets|probes|diagnoses|remediations)\//,
  'environments.*.thresholds': /^src\/(probes|domain\/health|diagnoses|platform\/targets)\//,
  'environments.*.access': /^src\/(domain\/access|handlers|main)\//,
  'environments.*.manifests': /^src\/platform\/targets\//,
  'environments.*':
    /^src\/(platform\/targets|domain\/settings\/redis|domain\/health|domain\/platform|domain\/report)/,
  'approvals.notify': /^src\/(services\/fix|main)\//,
  'approvals.limits': /^src\/services\/fix\//,
  'approvals.audit': /^src\/(platform\/settings\/anchors|main\/shared|platform\/anchors\/)/,
  approvals: /^src\/domain\/fix\/(policy|eligibility)\.ts$/,
  slack: /^src\/(main|services\/digest|handlers|domain\/access|domain\/digest)\//,
  redaction: /^src\/platform\/redact\//,
  retention: /^src\/(services\/schedule\/retention\.service|domain\/ports\/retention)\.ts$/,
  signing: /^src\/(main\/signing|domain\/kernel\/(signing|process-kind)|platform\/doctor)/,
};

interface Node {
  readonly properties?: Readonly<Record<string, Node>>;
  readonly additionalProperties?: Node | boolean;
  readonly items?: Node;
  readonly anyOf?: readonly Node[];
  readonly oneOf?: readonly Node[];
  readonly secret?: boolean;
}

/** Every path of the schema, with `*` for a name of the operator's choice. */
function paths(node: Node, at: string): readonly string[] {
  if (node.secret === true) return [];
  const under = (name: string) => (at === '' ? name : `${at}.${name}`);
  return [
    ...Object.entries(node.properties ?? {}).flatMap(([name, child]) => [
      under(name),
      ...paths(child, under(name)),
    ]),
    ...(typeof node.additionalProperties === 'object' ? paths(node.additionalProperties, under('*')) : []),
    ...(node.items === undefined ? [] : paths(node.items, at)),
    ...[...(node.anyOf ?? []), ...(node.oneOf ?? [])].flatMap((one) => paths(one, at)),
  ];
}
const schema = z.toJSONSchema(ConfigFile, { io: 'input', unrepresentable: 'any', reused: 'inline' }) as Node;
const keys = [...new Set(paths(schema, ''))];

const readersOf = (path: string): RegExp | undefined => {
  const prefix = Object.keys(readers)
    .filter((one) => path === one || path.startsWith(`${one}.`))
    .toSorted((a, b) => b.length - a.length)[0];
  return prefix === undefined ? undefined : readers[prefix];
};

/** `.key`, `['key']`, `{ key }` of a destructuring, or `'key'` where keys are data; a declaration (`key:` of zod) is none. */
function isRead(name: string, text: string): boolean {
  const word = name.replaceAll(/[^\w]/g, (one) => `\\${one}`);
  return new RegExp(`[?.]\\.?${word}\\b|'${word}'|\\[${word}\\]|[{,]\\s*${word}\\s*[,}:=]`).test(text);
}

/** Read by nothing, with a reason each; `doctor` says of the limits that they have no effect. */
const unread: readonly string[] = [
  ...unusedThresholds.map((name) => `environments.*.thresholds.${name}`),
  // It has one value.
  'approvals.freezes.kind',
  // The schema itself asks for it, beside an address without TLS.
  'environments.*.model.plainHttp',
];

const files = repositoryFiles(/^src\/.*\.ts$/).map((path) => [path, read(path)] as const);
const withoutSchema = (text: string) => text.replaceAll(/^\s*\w+: (?:z\b|by\b|kept\(|threshold\().*$/gm, '');
const isReadIn = (name: string, where: RegExp): boolean =>
  files.some(([path, text]) => where.test(path) && isRead(name, withoutSchema(text)));

describe('each setting', () => {
  it('of the file is read where its section is read', () => {
    expect(keys.length).toBeGreaterThan(150);
    const deaf = keys.filter((path) => {
      const name = path.split('.').at(-1) ?? '';
      // A section is read by its keys.
      if (keys.some((other) => other.startsWith(`${path}.`)) || /^\d+$/.test(name)) return false;
      const where = readersOf(path);
      return where === undefined || !isReadIn(name, where);
    });
    expect(deaf.toSorted()).toEqual(unread.toSorted());
  });

  it('of the process is read, too', () => {
    const used = Object.keys(ProcessEnv.shape).filter((name) =>
      isReadIn(name, /^src\/(?!domain\/settings\/(process-env|effect))/),
    );
    expect(Object.keys(ProcessEnv.shape).filter((name) => !used.includes(name))).toEqual([]);
  });

  it('is seen when nothing reads it', () => {
    expect(readersOf('retention.everything')).toBe(readers.retention);
    expect(isReadIn('everything', readers.retention ?? /$^/)).toBe(false);
    expect(readersOf('novelty.key')).toBeUndefined();
  });
});
