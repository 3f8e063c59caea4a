import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import {
  asIsFiles,
  renderAsIsCompose,
  startedOrchestratorFile,
} from '../../../../../lab/platform/as-is/compose.ts';
import { startedEdits } from '../../../../../lab/platform/as-is/names.ts';

interface Service {
  readonly container_name: string;
  readonly environment?: Readonly<Record<string, string>>;
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
  readonly volumes?: readonly string[];
}

const of = (form: 'verbatim' | 'started') =>
  // The salt of Neo4j's first password is another one each time.
  parse(renderAsIsCompose(form).replace(/NEO4J_INITIAL_AUTH: .*/, 'NEO4J_INITIAL_AUTH: salted')) as {
    readonly name?: string;
    readonly services: Readonly<Record<string, Service>>;
    readonly networks: Readonly<Record<string, object>>;
  };

describe('the Compose file of the platform as it is', () => {
  it('has its own names, and none for the project and its network', () => {
    const file = of('verbatim');

    expect(file.name).toBeUndefined();
    expect(file.networks).toEqual({ aetherius: { driver: 'bridge' } });
    expect(Object.values(file.services).map((one) => one.container_name)).toEqual([
      'aetherius-postgres',
      'aetherius-redis',
      'aetherius-nats',
      'aetherius-neo4j',
      'aetherius-agent-manager',
      'aetherius-orchestrator',
      'aetherius-reasoning',
    ]);
  });

  it('sets variables that no program reads, and verbatim none of those that agent-manager reads but one', () => {
    expect(Object.keys(of('verbatim').services['agent-manager']?.environment ?? {})).toEqual([
      'NATS_URL',
      'DATABASE_URL',
      'REDIS_URL',
      'SERVER_PORT',
      'LOG_LEVEL',
    ]);
  });

  it('differs between its forms in the listed edits alone', () => {
    const [verbatim, started] = [of('verbatim').services, of('started').services];
    const more = (name: string) =>
      Object.keys(started[name]?.environment ?? {}).filter(
        (key) => verbatim[name]?.environment?.[key] === undefined,
      );

    expect(Object.keys(started).filter((name) => verbatim[name] === undefined)).toEqual(['collect-agent']);
    expect(
      Object.keys(verbatim).filter(
        (name) => JSON.stringify(verbatim[name]) !== JSON.stringify(started[name]),
      ),
    ).toEqual(['agent-manager', 'orchestrator-service']);
    expect(startedEdits[0]).toBe(
      'agent-manager: variables DB_HOST, DB_PASSWORD, REDIS_ADDR and REDIS_PASSWORD',
    );
    expect(more('agent-manager')).toEqual(['DB_HOST', 'DB_PASSWORD', 'REDIS_ADDR', 'REDIS_PASSWORD']);
    expect(more('orchestrator-service')).toEqual(['DB_HOST']);
    expect(started['orchestrator-service']?.depends_on?.['agent-manager']?.condition).toBe('service_started');
    expect(verbatim['orchestrator-service']?.depends_on?.['agent-manager']?.condition).toBe(
      'service_healthy',
    );
  });

  it('changes three keys of the file of orchestrator-service', () => {
    const image = parse(
      readFileSync(
        new URL('../../../../../lab/platform/as-is/config/orchestrator-service.yaml', import.meta.url),
        'utf8',
      ),
    ) as { database: object; redis: object };

    expect(parse(startedOrchestratorFile())).toEqual({
      ...image,
      database: { ...image.database, password: 'aetherius_pass' },
      redis: { ...image.redis, addr: 'redis:6379', password: 'redis_pass' },
    });
  });

  it('has a file for every folder that a service mounts', () => {
    for (const form of ['verbatim', 'started'] as const) {
      const files = Object.keys(asIsFiles(form));
      const mounted = Object.values(of(form).services)
        .flatMap((one) => one.volumes ?? [])
        .filter((one) => one.startsWith('./'))
        .map((one) => one.slice(2).split(':')[0] ?? '');

      expect(mounted.length).toBeGreaterThan(1);
      expect(mounted.filter((folder) => !files.some((file) => file.startsWith(`${folder}/`)))).toEqual([]);
    }
  });

  it('has the same list of edits in the guide', () => {
    const guide = readFileSync(new URL('../../../../../docs/guides/lab.md', import.meta.url), 'utf8');

    expect(startedEdits.filter((edit) => !guide.includes(`- ${edit}\n`))).toEqual([]);
  });
});
