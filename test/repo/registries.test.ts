import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import { remediationAt } from '../../scripts/docs/remediation-files.ts';
import { codesOf } from '../../src/domain/diagnosis/diagnosis.ts';
import { diagnoses } from '../../src/main/registries.ts';
import { probes } from '../../src/probes/index.ts';
import { remediations } from '../../src/remediations/index.ts';
import { read, repositoryFiles, root } from './files.ts';

interface Registry {
  readonly kind: string;
  readonly suffix: string;
  readonly folder: string;
  readonly ids: readonly string[];
  /** The id of a file. */
  readonly idAt: (path: string) => string;
}

const registries: readonly Registry[] = [
  {
    kind: 'probe',
    suffix: '.probe.ts',
    folder: 'src/probes',
    ids: probes.map(({ id }) => id),
    // `redis/memory.probe.ts` → `redis.memory`
    idAt: (path) => path.slice(0, -'.probe.ts'.length).replaceAll('/', '.'),
  },
  {
    kind: 'remediation',
    suffix: '.remediation.ts',
    folder: 'src/remediations',
    ids: remediations.map(({ id }) => id),
    idAt: remediationAt,
  },
];

const idOf = (path: string, { folder, idAt }: Registry): string => idAt(path.slice(folder.length + 1));

describe.each(registries)('every $kind', (registry) => {
  const files = repositoryFiles(/\.ts$/).filter(
    (path) => path.startsWith(`${registry.folder}/`) && path.endsWith(registry.suffix),
  );

  it('on disk is in the registry, and its id is its path', () => {
    expect(files.length).toBeGreaterThan(0);
    expect([...registry.ids].sort()).toEqual(files.map((path) => idOf(path, registry)).sort());
  });

  it('exports exactly one definition, whose id is its path', async () => {
    for (const path of files) {
      const module = (await import(pathToFileURL(join(root, path)).href)) as Record<string, unknown>;
      const ids = Object.values(module).flatMap((value) =>
        typeof value === 'object' && value !== null && 'id' in value && 'doc' in value ? [value.id] : [],
      );
      expect(ids, path).toEqual([idOf(path, registry)]);
    }
  });

  it('has a test that names it', () => {
    const tests = repositoryFiles(/^test\/(unit|integration|e2e|pace|crash|lab)\/.*\.test\.ts$/).map(read);
    const untested = files.filter((path) => {
      const file = path.slice(registry.folder.length + 1);
      return !tests.some((text) => text.includes(file) || text.includes(`'${idOf(path, registry)}'`));
    });

    expect(untested).toEqual([]);
  });
});

describe('every diagnosis', () => {
  const files = repositoryFiles(/^src\/diagnoses\/.*\.diagnosis\.ts$/);

  it('on disk is in the registry, and its slug is its file', () => {
    const slugs = files.map((path) => path.slice('src/diagnoses/'.length, -'.diagnosis.ts'.length));

    expect(files.length).toBeGreaterThan(0);
    expect(diagnoses.map(({ slug }) => slug).sort()).toEqual(slugs.sort());
  });

  it('uses only probes that exist and codes that those probes return', () => {
    for (const diagnosis of diagnoses) {
      const asked = [...diagnosis.evidence, ...(diagnosis.afterwards ?? [])].map(({ probe }) =>
        probes.find(({ id }) => id === probe),
      );
      expect(asked.includes(undefined), diagnosis.id).toBe(false);
      const emitted = new Set(asked.flatMap((probe) => probe?.emits ?? []));
      const wanted = diagnosis.causes.flatMap((cause) => codesOf(cause.when).map(({ code }) => code));
      expect(
        wanted.filter((code) => !emitted.has(code)),
        diagnosis.id,
      ).toEqual([]);
    }
  });
});

describe('every handler', () => {
  it('on disk is registered', () => {
    const files = repositoryFiles(/^src\/handlers\/[a-z-]+\.(command|action|modal|event|shortcut)\.ts$/);
    const index = read('src/handlers/index.ts');

    expect(files.length).toBeGreaterThan(0);
    expect(files.filter((path) => !index.includes(`'./${path.split('/').at(-1) ?? ''}'`))).toEqual([]);
  });
});

describe('every finding', () => {
  const emitted = new Map<string, string[]>();
  for (const probe of probes)
    for (const code of probe.emits) emitted.set(code, [...(emitted.get(code) ?? []), probe.id]);

  it('has a code in capitals', () => {
    expect([...emitted.keys()].filter((code) => !/^[A-Z][A-Z0-9]*(_[A-Z0-9]+)*$/.test(code))).toEqual([]);
  });

  it('that a probe can return is declared in `emits`, and nothing else is', () => {
    for (const probe of probes) {
      const path = `src/probes/${probe.id.replace('.', '/')}.probe.ts`;
      const text = read(path);
      const named = [...text.matchAll(/code: '([A-Z][A-Z0-9_]+)'/g)].map((match) => match[1] ?? '');
      expect(
        named.filter((code) => /_/.test(code) && !(probe.emits as readonly string[]).includes(code)),
        path,
      ).toEqual([]);
    }
  });
});
