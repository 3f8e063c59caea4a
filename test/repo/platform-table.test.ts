import { describe, expect, it } from 'vitest';
import { partIds } from '../../src/domain/platform/part.ts';
import { guide, usual } from '../../src/domain/platform/table.ts';
import { read, repositoryFiles } from './files.ts';

const table = 'src/domain/platform/table.ts';

/** Files that may have such a literal, and why it is no fact of the platform there. */
const exceptions: Readonly<
  Record<string, { readonly literals: readonly string[]; readonly because: string }>
> = {
  'packages/redact/src/scan.ts': {
    literals: ['5432'],
    because: 'lines of a .pgpass file, of any server',
  },
  'src/platform/process/status.ts': { literals: ['/metrics'], because: 'the page of the bot itself' },
  'src/domain/settings/process-env.ts': { literals: ['/metrics'], because: 'the page of the bot itself' },
};

/** Code without comments, line by line. */
function codeOf(text: string): string {
  return text
    .replace(/\/\*[\s\S]*?\*\//g, (comment) => comment.replace(/[^\n]/g, ' '))
    .replace(/(^|\s)\/\/ .*$/gm, '$1');
}

const strings = (group: object): readonly string[] =>
  Object.values(group).filter((value): value is string => typeof value === 'string');
const rows = partIds.map((part): object => guide.parts[part]);
const escaped = (text: string) => text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
/** As a whole: `/health` is not `/health/live`, and `8080` no part of a longer number. */
const whole = (text: string) => new RegExp(`(?<![\\w.@/-])${escaped(text)}(?![\\w/-])`);

const ids = new Set<string>(partIds);
const named = [
  ...rows.flatMap((row) => strings(row)),
  ...strings(guide.paths),
  ...strings(guide.files),
  ...strings(guide.secrets),
  ...strings(guide.subjects),
  ...strings(guide.streams),
  guide.variables.token,
  guide.variables.neo4jPassword,
  usual.databases.agentManager,
].filter((literal) => !ids.has(literal));
const ports = rows.flatMap((row) => Object.values(row).filter((value) => typeof value === 'number'));
const literals: readonly (readonly [string, RegExp])[] = [
  ...[...new Set(named)].map((literal) => [literal, whole(literal)] as const),
  ...[...new Set(ports)].map((port) => [String(port), new RegExp(`(?<![\\w.])${port}(?![\\w])`)] as const),
  // `nats.url` is a key only as a text.
  ...strings(guide.keys).map(
    (key) => [key, new RegExp(`['"\`][^'"\`]*(?<![\\w.@])${escaped(key)}(?!\\w)`)] as const,
  ),
  // Words like `events` are a table only where they are asked for as one.
  ...strings(guide.tables).map(
    (name) => [name, new RegExp(`\\b(?:FROM|JOIN|INTO|UPDATE|regclass\\(')\\s*${name}\\b`)] as const,
  ),
  // `agent:` is a prefix only where keys are asked for.
  ...strings(guide.cache).map(
    (prefix) => [prefix, new RegExp(`['"\`]${escaped(prefix)}\\*?['"\`]`)] as const,
  ),
];

/** Keys and ids of the catalogue of words are no names; what `{@…}` stands for comes from the table. */
const isText = (path: string) => path.startsWith('src/text/');
const parts = /(?<![\w@.-])(?:agent-manager|orchestrator-service|reasoning-service|collect-agent)(?![\w.-])/;

function breaches(
  path: string,
  text: string,
  allowed: readonly string[] = exceptions[path]?.literals ?? [],
): readonly string[] {
  return codeOf(text)
    .split('\n')
    .flatMap((line, index) => {
      const said = isText(path) ? line.replaceAll(/\{@[^{}]*\}/g, '').replace(/^\s*'[\w.-]+':/, '') : line;
      const inKeys = said.replaceAll(/keys\['[\w.]+'\]/g, '');
      const found = literals.filter(
        ([literal, pattern]) => !allowed.includes(literal) && pattern.test(inKeys),
      );
      const bare =
        isText(path) && !path.endsWith('/parts.ts') && parts.test(said) ? ['the name of a part'] : [];
      return [...found.map(([literal]) => literal), ...bare].map((what) => `${path}:${index + 1} ${what}`);
    });
}

describe('the table of the platform (R-PLAT25)', () => {
  const sources = repositoryFiles(/^(src|packages\/redact\/src)\/.*\.ts$/).filter((path) => path !== table);

  it('is the only file that names a port, path, workload, file, key, subject, table or prefix', () => {
    expect(sources.length).toBeGreaterThan(400);
    expect(sources.flatMap((path) => breaches(path, read(path)))).toEqual([]);
  });

  it('has no exception that is not needed', () => {
    for (const [path, { literals: allowed, because }] of Object.entries(exceptions)) {
      expect(because).not.toBe('');
      const found = breaches(path, read(path), []).map((one) => one.split(' ')[1]);
      expect([...new Set(found)], path).toEqual(allowed);
    }
  });

  it.each([
    ['src/probes/x.ts', "const url = 'http://agent-manager:8080';", '8080'],
    ['src/probes/x.ts', 'const port = 6379;', '6379'],
    ['src/probes/x.ts', "const path = '/health/live';", '/health/live'],
    ['src/probes/x.ts', 'const url = `${service.url}/api/v1/agents`;', '/api/v1/agents'],
    ['src/probes/x.ts', "const name = 'deployment/orchestrator-service';", 'deployment/orchestrator-service'],
    ['src/probes/x.ts', "const map = 'agent-manager-config';", 'agent-manager-config'],
    ['src/probes/x.ts', "const file = '/etc/aetherius/config.yaml';", '/etc/aetherius/config.yaml'],
    ['src/probes/x.ts', "valueOf(sources, 'event.workers')", 'event.workers'],
    ['src/probes/x.ts', "listen('aetherius.agent.>')", 'aetherius.agent.>'],
    ['src/probes/x.ts', 'SELECT count(*) FROM workflow_executions', 'workflow_executions'],
    ['src/probes/x.ts', "startsWith('cache:')", 'cache:'],
    ['src/text/en/x.ts', "  'cause.X': 'agent-manager is down',", 'the name of a part'],
  ])('is seen to be left out of, in %s: %s', (path, line, literal) => {
    expect(breaches(path, line)).toContain(`${path}:1 ${literal}`);
  });

  it('leaves ids of parts, comments and what stands for a fact alone', () => {
    expect(breaches('src/diagnoses/x.ts', "part: 'agent-manager', // listens on 8080")).toEqual([]);
    expect(breaches('src/text/en/x.ts', "  'cause.agent-manager': '{@agent-manager} is down',")).toEqual([]);
    expect(breaches('src/probes/x.ts', "platform.keys['event.workers']")).toEqual([]);
  });
});
