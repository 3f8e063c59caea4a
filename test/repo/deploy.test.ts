import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { rightFeatures, rightNames, rightsAt, roleSuffix } from '../../src/domain/fix/rights.ts';
import { asInGuide } from '../../src/domain/platform/platform.ts';
import { ProcessEnv } from '../../src/domain/settings/process-env.ts';
import { read, repositoryFiles, root } from './files.ts';

const variables = Object.keys(ProcessEnv.shape);

/** Some are for the agents' namespace alone. */
const ofPlatform = rightFeatures.filter((feature) => rightsAt('platform', [feature]).length > 0);

describe('the Helm chart', () => {
  const chart = 'deploy/helm/aetherius-bot';
  const templates = repositoryFiles(/^deploy\/helm\/aetherius-bot\/templates\/.*\.(yaml|tpl|txt)$/);

  it('R-X15: has a switch for every feature that needs rights; what reads more than objects or changes any is off', () => {
    const { features, agentFeatures } = parse(read(`${chart}/values.yaml`)) as Record<
      string,
      Record<string, boolean>
    >;
    const ofAgents = rightFeatures.filter((feature) => rightsAt('agents', [feature]).length > 0);

    expect(Object.keys(features ?? {})).toEqual(
      rightFeatures.filter((name) => rightsAt('platform', [name]).length > 0),
    );
    expect(Object.keys(agentFeatures ?? {})).toEqual(ofAgents);
    expect(Object.keys(features ?? {}).filter((name) => features?.[name])).toEqual(['health', 'diagnosis']);
    expect(Object.values(agentFeatures ?? {})).toEqual(ofAgents.map(() => false));
  });

  it('R-X15: gives named rights for the objects of the platform’s table', () => {
    const { names } = parse(read(`${chart}/values.yaml`)) as {
      names: Record<'platform' | 'agents', Record<string, readonly string[]>>;
    };
    for (const place of ['platform', 'agents'] as const) {
      const named = Object.entries(rightNames(place, asInGuide)).filter(
        ([kind, list]) => list.length > 0 || names[place][kind] !== undefined,
      );
      expect(names[place], place).toEqual(Object.fromEntries(named));
    }
    expect(read(`${chart}/templates/rbac.yaml`)).toContain(
      Object.entries(roleSuffix)
        .map(([place, suffix]) => `"${place}" "${suffix}"`)
        .join(' '),
    );
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

  it('has a schema with each value, and with no other', () => {
    interface Schema {
      readonly type?: unknown;
      readonly properties?: Readonly<Record<string, Schema>>;
      readonly additionalProperties?: boolean;
    }
    const schema = JSON.parse(read(`${chart}/values.schema.json`)) as Schema;
    const faults = (path: string, value: unknown, at: Schema | undefined): readonly string[] => {
      if (at === undefined) return [`${path} has no schema`];
      if (typeof value !== 'object' || value === null || Array.isArray(value)) return [];
      // What Kubernetes or the bot itself checks is open here.
      if (at.properties === undefined) return open.includes(path) ? [] : [`${path} takes any key`];
      return [
        ...(at.additionalProperties === false ? [] : [`${path} takes other keys`]),
        ...Object.entries(value).flatMap(([key, inner]) =>
          faults(`${path}.${key}`, inner, at.properties?.[key]),
        ),
      ];
    };
    const open = [
      '.config',
      '.alertRules.labels',
      '.nodeSelector',
      '.resources.requests',
      '.resources.limits',
    ];
    const values = parse(read(`${chart}/values.yaml`)) as Record<string, unknown>;

    expect(faults('', values, schema)).toEqual([]);
    // `global` is Helm's own.
    expect(Object.keys(schema.properties ?? {}).filter((key) => !(key in values))).toEqual(['global']);
  });

  it('has as many ends as it has beginnings', () => {
    for (const path of templates) {
      const text = read(path);
      const begun = text.match(/\{\{-?\s*(if|range|with|define)\b/g)?.length ?? 0;
      expect(text.match(/\{\{-?\s*end\b/g)?.length ?? 0, path).toBe(begun);
    }
  });

  it('R-A15: gives each process the Secret of its own name, and the migration’s to no other', () => {
    const secretsIn = (path: string) =>
      [...read(`${chart}/templates/${path}`).matchAll(/secretRef: \{ name: \{\{ (.*?) \}\}/g)].map(
        ([, name]) => name,
      );

    expect(secretsIn('deployments.yaml')).toEqual([
      '$root.Values.secrets.common',
      'get $root.Values.secrets $role',
      '$root.Values.secrets.targets',
    ]);
    expect(secretsIn('migration.yaml')).toEqual(['.Values.secrets.migration']);
  });
});

describe('the Compose file', () => {
  interface Service {
    readonly environment?: Record<string, string>;
    readonly command?: readonly string[];
    readonly image?: string;
    readonly volumes?: readonly string[];
    readonly user?: string;
    readonly env_file?: unknown;
  }
  /** Services of the product itself. */
  const own = ['migration', 'bot', 'worker', 'scheduler'];
  const compose = parse(read('deploy/compose/compose.yaml'), { merge: true }) as {
    services: Record<string, Service>;
  };
  const engine = parse(read('deploy/compose/engine.yaml')) as typeof compose;

  it('R-X15: gives nobody the engine’s socket; a file of its own does, and says what that is', () => {
    const given = ({ services }: typeof compose) =>
      Object.entries(services).filter(([, { volumes }]) =>
        volumes?.some((one) => one.includes('docker.sock')),
      );

    expect(given(compose)).toEqual([]);
    expect(given(engine).map(([name]) => name)).toEqual(['worker']);
    expect(read('deploy/compose/engine.yaml')).toMatch(/^# .*as good as root on this host/m);
  });

  it('R-X15: gives nobody a file of the host to change; a file of its own does, for one folder that is named', () => {
    const files = parse(read('deploy/compose/config-files.yaml')) as typeof compose;
    const writable = ({ services }: typeof compose) =>
      Object.entries(services).flatMap(([name, { volumes = [] }]) =>
        volumes.filter((one) => /^[./$~]/.test(one) && !one.endsWith(':ro')).map((one) => `${name} ${one}`),
      );

    expect(writable(compose)).toEqual([]);
    expect(writable(files)).toEqual([
      "worker ${AETHERIUS_CONFIG_FILES:?the folder of the services' configuration files on this host}:${AETHERIUS_CONFIG_FILES}",
    ]);
    expect(read('deploy/compose/config-files.yaml')).toMatch(/^# .*no password in it/m);
    expect(writable(parse(read('deploy/compose/models.yaml')) as typeof compose)).toEqual([
      'worker ${AETHERIUS_MODELS:?the folder of the models on this host}:${AETHERIUS_MODELS}',
    ]);
  });

  it('R-X15: contains every process: a read-only root, no capabilities, no new privileges, no root', () => {
    for (const [name, service] of Object.entries(compose.services)) {
      expect(service, name).toMatchObject({
        ...{ read_only: true, cap_drop: ['ALL'], security_opt: ['no-new-privileges:true'] },
      });
      // The bot's image has a user of its own.
      if (!own.includes(name)) expect(service.user, name).toBe(name);
      expect(service.image, name).toMatch(/^\$\{AETHERIUS_(\w+_)?IMAGE:-/);
    }
    expect(read('deploy/Dockerfile')).toMatch(/^USER \d+$/m);
  });

  it('R-A15: gives each process its own login and secrets, and the owner’s to the migration alone', () => {
    const sql = read('deploy/compose/database.sql');
    const given = (name: string) => compose.services[name]?.environment ?? {};

    expect(own.filter((name) => !(name in compose.services))).toEqual([]);
    for (const name of ['bot', 'worker', 'scheduler']) {
      const { DATABASE_URL = '' } = given(name);
      expect(given(name)['SIGNING_KEY']).toBe(`\${${name.toUpperCase()}_SIGNING_KEY:-}`);
      expect(DATABASE_URL).toMatch(
        new RegExp(`//aetherius_${name}:\\$\\{${name.toUpperCase()}_DATABASE_PASSWORD`),
      );
    }
    const holders = (variable: RegExp) =>
      own.filter((name) => Object.keys(given(name)).some((one) => variable.test(one)));
    expect(holders(/^DATABASE_MIGRATION_URL$/)).toEqual(['migration']);
    expect(Object.keys(given('migration'))).toEqual(['DATABASE_MIGRATION_URL']);
    expect(holders(/^(SLACK|TOKEN|PAGE)_/)).toEqual(['bot']);
    // A file for all would give everybody everything.
    expect(
      own.filter((name) => JSON.stringify(compose.services[name]?.env_file ?? '').includes('/.env')),
    ).toEqual([]);
    expect(own.filter((name) => compose.services[name]?.env_file !== undefined)).toEqual(['worker']);
    expect(sql).not.toMatch(/SUPERUSER|CREATEROLE/);
  });

  it('R-A15: takes the superuser’s password away after everything else, at the first start', () => {
    const scripts = (compose.services['postgres']?.volumes ?? []).flatMap((volume) =>
      volume.startsWith('./') ? [volume.split(':')[0] ?? ''] : [],
    );

    // The image runs them by their names.
    expect(scripts.toSorted()).toEqual(['./database.sql', './roles.sql', './superuser.sql']);
    expect(
      read('deploy/compose/superuser.sql').trimEnd().endsWith('ALTER ROLE postgres PASSWORD NULL;'),
    ).toBe(true);
  });

  it('joins the platform’s network by the name that .env gives, and takes its own files from the folder of .env', () => {
    const { networks } = compose as unknown as { networks: Record<string, object | null> };

    expect(networks['platform']).toEqual({ name: '${AETHERIUS_NETWORK:-aetherius}', external: true });
    expect(compose.services['worker']?.volumes).toEqual([
      '${AETHERIUS_FOLDER:-../..}/aetherius.yaml:/etc/aetherius-bot/aetherius.yaml:ro',
    ]);
  });

  it('R-L5: lets the scheduler alone add anchors; bot and worker read them, and the migration knows nothing', () => {
    const ofFile = parse(read('deploy/compose/anchors.yaml'), { merge: true }) as typeof compose;

    expect(Object.keys(ofFile.services)).toEqual(['bot', 'worker', 'scheduler']);
    for (const [name, { environment = {}, volumes = [] }] of Object.entries(ofFile.services)) {
      const kind = name === 'scheduler' ? 'WRITER' : 'READER';
      expect(Object.keys(environment).filter((variable) => !variables.includes(variable))).toEqual([]);
      expect(
        Object.values(environment).filter((value) => !value.includes(`ANCHOR_${kind}_`)),
        name,
      ).toEqual([]);
      expect(Object.keys(environment), name).toHaveLength(3);
      expect(volumes.map((volume) => volume.endsWith(':ro'))).toEqual([kind === 'READER']);
    }
  });

  it('binds a port where somebody else needs it, and there alone', () => {
    const given = (name: string, variable: string) => compose.services[name]?.environment?.[variable];

    expect(own.filter((name) => given(name, 'HOST') !== undefined)).toEqual(['bot']);
    for (const name of ['bot', 'worker', 'scheduler']) {
      expect(given(name, 'STATUS_HOST'), name).toBe('${STATUS_HOST:-127.0.0.1}');
      expect(given(name, 'METRICS_TOKEN'), name).toBe('${METRICS_TOKEN:-}');
    }
    // Nothing is published on the host.
    expect(read('deploy/compose/compose.yaml')).not.toMatch(/^\s*ports:/m);
  });

  it('sets only variables that the product reads', () => {
    const set = own.flatMap((name) => Object.keys(compose.services[name]?.environment ?? {}));

    expect(set.length).toBeGreaterThan(10);
    expect(set.filter((name) => !variables.includes(name))).toEqual([]);
  });

  it('R-X14: tells the worker of its own project, so that no fix restarts its containers', () => {
    const project = compose.services['worker']?.environment?.['AETHERIUS_SELF_PROJECT'];

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

  it('is made of nothing else: the builder gets no history, no secrets and no packages of this machine', () => {
    const lines = read('.dockerignore')
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('#'));
    const [first, ...rest] = lines;
    const given = rest.filter((line) => line.startsWith('!')).map((line) => line.slice(1));
    const copied = [...read('deploy/Dockerfile').matchAll(/^COPY (?!--from)(.+) \S+$/gm)].flatMap((match) =>
      (match[1] ?? '').split(' '),
    );

    expect(first).toBe('*');
    expect(given.toSorted()).toEqual([...new Set(copied)].toSorted());
    // The last line that fits counts, so these stand behind what is given.
    expect(rest.slice(given.length)).toEqual(['**/.env', '**/*.env', '**/.git', '**/node_modules']);
  });
});

it('roles are one file a feature and one for the agents’ namespace, each with its binding', () => {
  const files = repositoryFiles(/^deploy\/rbac\/(agents\/)?[a-z]+\.yaml$/).filter(
    (file) => !file.endsWith('/policy.yaml'),
  );
  for (const file of files) {
    const roles = parseAllDocuments(read(file)).map(
      (document) => document.toJS() as { kind: string; metadata: { namespace: string } },
    );
    const kinds = roles.map(({ kind }) => kind);
    expect(kinds.filter((kind) => kind === 'Role').length, file).toBeGreaterThan(0);
    expect(kinds.filter((kind) => kind === 'RoleBinding')).toHaveLength(kinds.length / 2);
    expect(
      roles.some(({ metadata }) => metadata.namespace === 'kube-system'),
      file,
    ).toBe(file.includes('/agents/'));
  }
  expect(files.filter((file) => !file.includes('/agents/')).toSorted()).toEqual(
    ofPlatform.map((feature) => `deploy/rbac/${feature}.yaml`).toSorted(),
  );
});
