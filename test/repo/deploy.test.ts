import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { rightFeatures } from '../../src/domain/fix/rights.ts';
import { ProcessEnv } from '../../src/domain/settings/process-env.ts';
import { read, repositoryFiles, root } from './files.ts';

const variables = Object.keys(ProcessEnv.shape);

describe('the Helm chart', () => {
  const chart = 'deploy/helm/aetherius-bot';
  const templates = repositoryFiles(/^deploy\/helm\/aetherius-bot\/templates\/.*\.(yaml|tpl)$/);

  it('offers a switch for every feature that needs rights, and secrets and debug containers only on request', () => {
    const { features } = parse(read(`${chart}/values.yaml`)) as { features: Record<string, boolean> };

    expect(Object.keys(features)).toEqual([...rightFeatures]);
    expect(features['secrets']).toBe(false);
    expect(features['debug']).toBe(false);
  });

  it('sets only variables that the product reads', () => {
    const set = templates.flatMap((path) =>
      [...read(path).matchAll(/name: ([A-Z][A-Z0-9_]+)/g)].map((match) => match[1] ?? ''),
    );

    expect(set.length).toBeGreaterThan(3);
    expect(set.filter((name) => !variables.includes(name))).toEqual([]);
  });

  it('R-X14: tells the worker what the bot is made of, so that no fix changes that', () => {
    const text = read(`${chart}/templates/deployments.yaml`);
    const told = [...text.matchAll(/AETHERIUS_SELF_[A-Z]+/g)].map(([name]) => name);

    expect(told).toEqual(['UIDS', 'POD', 'NAMESPACE', 'RELEASE'].map((name) => `AETHERIUS_SELF_${name}`));
    expect(text).toContain('AETHERIUS_SELF_POD, valueFrom: { fieldRef: { fieldPath: metadata.name } }');
  });

  it('uses only values that exist', () => {
    const values = parse(read(`${chart}/values.yaml`)) as Record<string, unknown>;
    const used = templates.flatMap((path) =>
      [...read(path).matchAll(/\.Values\.([A-Za-z.]+)/g)].map((match) => match[1] ?? ''),
    );
    const exists = (path: string): boolean => {
      let at: unknown = values;
      for (const name of path.split('.')) {
        if (typeof at !== 'object' || at === null || !(name in at)) return false;
        at = (at as Record<string, unknown>)[name];
      }
      return true;
    };

    expect([...new Set(used)].filter((path) => !exists(path))).toEqual([]);
  });

  it('has as many ends as it has beginnings', () => {
    for (const path of templates) {
      const text = read(path);
      const begun = text.match(/\{\{-?\s*(if|range|with|define)\b/g)?.length ?? 0;
      expect(text.match(/\{\{-?\s*end\b/g)?.length ?? 0, path).toBe(begun);
    }
  });

  it('gives Slack’s tokens to the bot alone and the targets’ credentials to the worker alone', () => {
    const text = read(`${chart}/templates/deployments.yaml`);

    expect(text).toMatch(
      /\{\{- if eq \$role "bot" \}\}\s+- secretRef: \{ name: \{\{ \$root\.Values\.secrets\.bot \}\} \}/,
    );
    expect(text).toMatch(
      /\{\{- if eq \$role "worker" \}\}\s+- secretRef: \{ name: \{\{ \$root\.Values\.secrets\.worker \}\}/,
    );
    expect(text.match(/secrets\.(bot|worker)/g)).toHaveLength(2);
  });
});

describe('the Compose file', () => {
  const compose = parse(read('deploy/compose/compose.yaml')) as {
    services: Record<string, { environment?: Record<string, string>; command?: readonly string[] }>;
  };

  it('sets only variables that the product reads', () => {
    const set = Object.keys(compose.services['bot']?.environment ?? {});

    expect(set.length).toBeGreaterThan(2);
    expect(set.filter((name) => !variables.includes(name))).toEqual([]);
  });

  it('R-X14: tells the bot of its own project, so that no fix restarts its containers', () => {
    const project = compose.services['bot']?.environment?.['AETHERIUS_SELF_PROJECT'];

    expect(project).toBe('${COMPOSE_PROJECT_NAME:-aetherius-bot}');
  });

  it('runs a Redis that loses no job', () => {
    expect(compose.services['redis']?.command?.join(' ')).toContain('--maxmemory-policy noeviction');
  });
});

describe('the image', () => {
  it('is made of files that exist', () => {
    const copied = [...read('deploy/Dockerfile').matchAll(/^COPY (?!--from)(.+) \S+$/gm)].flatMap((match) =>
      (match[1] ?? '').split(' '),
    );

    expect(copied.length).toBeGreaterThan(5);
    expect(copied.filter((path) => !existsSync(join(root, path)))).toEqual([]);
  });
});

it('roles are one file a feature, each with its binding', () => {
  for (const feature of rightFeatures) {
    const kinds = parseAllDocuments(read(`deploy/rbac/${feature}.yaml`)).map(
      (document) => (document.toJS() as { kind: string }).kind,
    );
    expect(kinds.filter((kind) => kind === 'Role').length, feature).toBeGreaterThan(0);
    expect(kinds.filter((kind) => kind === 'RoleBinding')).toHaveLength(kinds.length / 2);
  }
});
