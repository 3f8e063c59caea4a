import { describe, expect, it } from 'vitest';
import {
  composeAddresses,
  composeFiles,
  containerOf,
  generatedProjects,
  projectOf,
} from '../../../../../lab/platform/generated/compose.ts';
import { environmentOfInstallation, overridesOf } from '../../../../../lab/platform/generated/environment.ts';
import {
  type Installation,
  installationOf,
  keyOf,
  partsOf,
  rowOf,
} from '../../../../../lab/platform/generated/installation.ts';
import { installedVariable } from '../../../../../lab/platform/generated/installed.ts';
import { pathOf, profileOf, settingsOf, variableOf } from '../../../../../lab/platform/generated/settings.ts';
import { parseConfig } from '../../../../../src/platform/settings/config.ts';

interface File {
  readonly services: Readonly<
    Record<
      string,
      {
        readonly image: string;
        readonly container_name: string;
        readonly volumes?: readonly string[];
        readonly environment?: Readonly<Record<string, string>>;
        readonly depends_on?: readonly string[];
        readonly healthcheck?: { readonly test: readonly string[] };
      }
    >
  >;
  readonly volumes?: Readonly<Record<string, object>>;
}

const seeds = Array.from({ length: 30 }, (_, index) => index + 1);
const all = seeds.map(installationOf);
const options = { configFolder: '/config', publishedHost: '10.0.0.1' };
const rendered = new Map<number, readonly (readonly [string, File])[]>();
const render = (one: Installation) => {
  const known = rendered.get(one.seed);
  if (known !== undefined) return known;
  const files = Object.entries(generatedProjects(one, options)).map(
    ([project, file]) => [project, file as unknown as File] as const,
  );
  rendered.set(one.seed, files);
  return files;
};
const found = (holds: (one: Installation) => boolean) => {
  const one = all.find(holds);
  if (one === undefined) throw new Error('no seed has it');
  return one;
};

describe('a generated installation on Compose', () => {
  it('has each part once, in the project or outside of it', () => {
    for (const one of all) {
      const files = render(one);
      const containers = files.flatMap(([, file]) =>
        Object.values(file.services).map((service) => service.container_name),
      );

      expect(containers.toSorted()).toEqual(
        partsOf(one)
          .map((part) => containerOf(one, part))
          .toSorted(),
      );
      for (const [project, file] of files)
        expect(
          partsOf(one).filter(
            (part) => projectOf(one, part) === project && !(rowOf(one, part).name in file.services),
          ),
        ).toEqual([]);
    }
  });

  it('depends on and mounts what is there', () => {
    for (const one of all) {
      const files = Object.keys(composeFiles(one, options.publishedHost, { 'a.yaml': 'id: a' }));
      for (const [, file] of render(one))
        for (const service of Object.values(file.services)) {
          expect((service.depends_on ?? []).filter((name) => !(name in file.services))).toEqual([]);
          for (const mount of service.volumes ?? []) {
            const [from = ''] = mount.split(':');
            if (from.startsWith('/config/tls-')) continue;
            expect(
              from.startsWith('/')
                ? files.some((name) => `/config/${name}`.startsWith(`${from}/`))
                : from in (file.volumes ?? {}),
              mount,
            ).toBe(true);
          }
        }
    }
  });

  it('says no word of the guide’s platform to its programs', () => {
    for (const one of all) {
      const files = Object.entries(composeFiles(one, options.publishedHost, {})).filter(
        ([name]) => !/^(postgres|redis|nats|neo4j)\//.test(name),
      );
      const programs = render(one).flatMap(([, file]) =>
        Object.values(file.services).filter((service) => !service.image.startsWith('lab.local/')),
      );
      const words = JSON.stringify([programs, files.map(([, text]) => text)])
        // The lab's own folders, as the engine sees them; and keys of the guide where the installation has them.
        .replaceAll(/"\/config\/[^:"]*:/g, '"')
        .replaceAll(/agent_manager: http|SERVICES_AGENT_MANAGER/g, '');

      expect(
        words.match(/aetherius|agent.manager|collect.agent|orchestrator|reasoning.service/gi) ?? [],
      ).toEqual([]);
    }
  });

  it('reaches what is outside by the published port, the rest by name', () => {
    const one = found((some) => some.parts.postgres?.outside === true);
    const at = composeAddresses(one, '10.0.0.1');

    expect(at('postgres')).toEqual({ host: '10.0.0.1', port: rowOf(one, 'postgres').publishedPort });
    expect(at('agent-manager').host).toBe(rowOf(one, 'agent-manager').name);
  });

  it('has the settings in a file, or in variables', () => {
    const inFile = found((one) => one.settings === 'file');
    const inVariables = found((one) => one.settings === 'variables');
    const manager = (one: Installation) =>
      render(one)
        .flatMap(([, file]) => Object.entries(file.services))
        .find(([name]) => name === rowOf(one, 'agent-manager').name)?.[1];

    expect(manager(inFile)?.volumes).toHaveLength(1);
    expect(Object.keys(manager(inFile)?.environment ?? {})).toHaveLength(4);
    expect(manager(inVariables)?.volumes).toBeUndefined();
    expect(manager(inVariables)?.environment).toHaveProperty(variableOf(inVariables, 'database.host'));
  });

  it('checks its health by its own path', () => {
    const one = found((some) => some.paths['/health/ready'] !== undefined);
    const [, file] = render(one).find(([project]) => project === one.project) ?? ['', { services: {} }];
    const manager = file.services[rowOf(one, 'agent-manager').name];

    expect(manager?.healthcheck?.test.at(-1)).toContain(one.paths['/health/ready']);
  });
});

describe('names of a generated installation', () => {
  it('takes the longest path that is renamed', () => {
    const one = { ...installationOf(1), paths: { '/api/v1': '/x', '/api/v1/agents': '/x/crews' } };

    expect(
      ['/api/v1/agents', '/api/v1/agents/a', '/api/v1/events', '/metrics'].map((path) => pathOf(one, path)),
    ).toEqual(['/x/crews', '/x/crews/a', '/x/events', '/metrics']);
  });

  it('knows the variables that faults set', () => {
    const one = found((some) => Object.keys(some.keys).length > 0);

    expect(installedVariable(one, 'DATABASE_PASSWORD')).toBe(one.variables['database.password']);
    expect(installedVariable(one, 'AETHERIUS_EVENT_WORKERS')).toBe(
      `${one.prefix}${keyOf(one, 'event.workers').replaceAll('.', '_').toUpperCase()}`,
    );
    expect(installedVariable(one, 'AGENT_ID')).toBe('AGENT_ID');
  });

  it('gives the programs their subjects in the settings or in the build, never in both', () => {
    for (const one of all) {
      const values = settingsOf(one, 'agent-manager', composeAddresses(one, '10.0.0.1'));
      const built = profileOf(one, 'agent-manager').defaults as Readonly<Record<string, string>>;

      expect('nats.subjects.registration' in values).not.toBe('nats.subjects.registration' in built);
    }
  });
});

describe('the block for the product', () => {
  const runtime = { kind: 'compose', project: 'p', socket: '/s' };
  const reached = { at: () => ({ host: '10.0.0.1', port: 1 }), natsMonitor: 'http://10.0.0.1:2' };
  /** The product takes no secret in clear. */
  const parsed = (block: Readonly<Record<string, unknown>>) => {
    const hidden = JSON.parse(
      JSON.stringify(block, (key, value: unknown) =>
        key === 'password' || (key === 'url' && /^(postgres|rediss?|nats):/.test(String(value)))
          ? { env: 'SECRET' }
          : value,
      ),
    ) as object;
    return parseConfig(JSON.stringify({ environments: { lab: hidden } }), {
      role: 'cli',
      env: { SECRET: 'postgres://u:p@h:1/d' },
      where: 'a test',
      folder: '/tmp',
    } as unknown as Parameters<typeof parseConfig>[1]);
  };

  it('has nothing that could be found, unless it is asked for', () => {
    const block = environmentOfInstallation(installationOf(3), runtime, reached, false);

    expect(block).not.toHaveProperty('platform');
    expect(JSON.stringify(block)).not.toContain('databases');
  });

  it.each(seeds)('is taken by the product with everything that differs: seed %i', (seed) => {
    const one = installationOf(seed);
    expect(Object.keys(overridesOf(one, 'compose').parts as object)).toEqual(partsOf(one));
    expect(() => parsed(environmentOfInstallation(one, runtime, reached, true))).not.toThrow();
  });
});
