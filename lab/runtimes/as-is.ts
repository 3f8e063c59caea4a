/** The platform as it is, as a Compose project on the lab's Docker engine. */

import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import * as docker from '../components/docker.ts';
import { query } from '../components/postgres.ts';
import { waitFor } from '../components/process.ts';
import { asIsFiles, asIsSql, renderAsIsCompose } from '../platform/as-is/compose.ts';
import { asIsRecipes } from '../platform/as-is/images.ts';
import {
  type AsIsForm,
  asIsDatabases,
  asIsPorts,
  asIsProject,
  asIsSecrets,
} from '../platform/as-is/names.ts';
import { composeFolder, noOverride } from './compose.ts';
import { loadImages, makeImages } from './images.ts';
import type { Progress } from './shared.ts';

/** The folder has the name of the project: the file says none. */
export const asIsFolder = () => join(docker.dockerState(), asIsProject);

export const asIsUp = () => existsSync(join(asIsFolder(), 'docker-compose.yml'));

/** What the engine says of one container. */
export interface AsIsContainer {
  readonly name: string;
  readonly state: string;
  readonly exitCode: number;
  readonly restarts: number;
}

async function containers(engine: docker.DockerEngine): Promise<readonly AsIsContainer[]> {
  const label = `label=com.docker.compose.project=${asIsProject}`;
  const ids = (await engine.docker(['ps', '-aq', '--filter', label])).stdout.split('\n').filter(Boolean);
  if (ids.length === 0) return [];
  const format = '{{.Name}} {{.State.Status}} {{.State.ExitCode}} {{.RestartCount}}';
  const text = (await engine.docker(['inspect', '--format', format, ...ids])).stdout;
  return text
    .trim()
    .split('\n')
    .map((line) => {
      const [name = '', state = '', exitCode, restarts] = line.split(' ');
      return { name: name.replace('/', ''), state, exitCode: Number(exitCode), restarts: Number(restarts) };
    })
    .toSorted((one, other) => (one.name < other.name ? -1 : 1));
}

const compose = (engine: docker.DockerEngine, args: readonly string[], seconds: number) =>
  engine.compose(['-p', asIsProject, ...args], { cwd: asIsFolder(), seconds });

async function must(engine: docker.DockerEngine, args: readonly string[]): Promise<void> {
  const result = await compose(engine, args, 240);
  if (result.code !== 0)
    throw new Error(`docker-compose ${args.join(' ')}: ${result.stderr.trim().slice(-800)}`);
}

/** The files, those of `config` once more as they were made, and no override yet. */
function writeFiles(form: AsIsForm): void {
  const files = Object.entries(asIsFiles(form));
  const kept = files
    .filter(([name]) => name.startsWith('config/'))
    .map(([name, text]) => [name.replace(/^config/, 'original'), text] as const);
  const made = [
    ['docker-compose.yml', renderAsIsCompose(form)],
    ['override.json', noOverride],
  ] as const;
  for (const [name, text] of [...files, ...kept, ...made]) {
    const file = join(asIsFolder(), name);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
}

/** Creates the databases that are not there; `url` has the address of one by its name. */
export async function createDatabases(
  url: (name: string) => string,
  names: readonly string[],
): Promise<void> {
  for (const name of names) {
    const known = await query(
      url('postgres'),
      `SELECT 1 AS known FROM pg_database WHERE datname = '${name}'`,
    );
    if (known.length === 0) await query(url('postgres'), `CREATE DATABASE ${name}`);
  }
}

/** What PostgreSQL's image would do at its first start: the database of POSTGRES_DB, then the Compose file's SQL. */
export async function firstStart(host: string): Promise<void> {
  const { user, password } = asIsSecrets.postgres;
  const url = (name: string) => `postgres://${user}:${password}@${host}:5432/${name}`;
  await createDatabases(url, [asIsDatabases.program, ...asIsDatabases.scripts]);
  for (const [name, text] of Object.entries(asIsSql())) await query(url(name), text);
}

const answers = async (url: string) => {
  const response = await fetch(url, { signal: AbortSignal.timeout(3000) });
  return response.ok;
};

/** Brings the platform up. `started` is there when its services answer, `verbatim` when agent-manager has ended by itself. */
export async function upAsIs(form: AsIsForm, progress: Progress): Promise<void> {
  const problem = docker.missing();
  if (problem !== undefined) throw new Error(problem);
  if (existsSync(join(composeFolder(), 'docker-compose.yml')))
    throw new Error('the as-guided platform is up on this engine: `lab down compose` first');
  const [images, engine] = await Promise.all([
    makeImages(progress, asIsRecipes),
    docker.startDocker(progress),
  ]);
  progress('the Docker engine answers');
  await loadImages(engine, images);
  progress('images are loaded');
  writeFiles(form);
  await must(engine, ['up', '-d', 'postgres', 'redis', 'nats', 'neo4j']);
  const host = engine.publishedHost;
  await waitFor(() => firstStart(host).then(() => true), { seconds: 90, what: 'PostgreSQL', every: 300 });
  progress('databases are there');
  if (form === 'started') {
    await must(engine, ['up', '-d']);
    await waitFor(() => answers(`http://${host}:8080/health/ready`), { seconds: 120, what: 'agent-manager' });
    await waitFor(() => answers(`http://${host}:8082/health`), { seconds: 120, what: 'reasoning-service' });
    await waitFor(async () => (await containers(engine)).every((one) => one.state === 'running'), {
      seconds: 60,
      what: 'every container to run',
    });
  } else {
    // It waits for a health that never comes: what it did not start in this time, it never starts.
    await compose(engine, ['up', '-d'], 60);
    await waitFor(
      async () =>
        (await containers(engine)).some((one) => one.name === 'aetherius-agent-manager' && one.restarts > 0),
      { seconds: 60, what: 'agent-manager to end' },
    );
  }
  for (const one of await containers(engine))
    progress(`${one.name}: ${one.state}, ${one.restarts} restarts, last exit code ${one.exitCode}`);
  const log = await engine.docker(['logs', '--tail', '1', 'aetherius-agent-manager']);
  progress(`agent-manager says: ${(log.stdout + log.stderr).trim()}`);
  progress(`the as-is platform is up, ${form}: agent-manager http://${host}:8080`);
}

/** The `environments.<name>` block for a platform whose parts have these addresses; orchestrator-service has none. */
export function asIsEnvironment(
  runtime: Readonly<Record<string, unknown>>,
  at: (part: keyof typeof asIsPorts) => string,
): Readonly<Record<string, unknown>> {
  const { postgres, redis, neo4j } = asIsSecrets;
  const address = (part: keyof typeof asIsPorts) => `${at(part)}:${asIsPorts[part]}`;
  const [agentManager, orchestrator] =
    runtime.kind === 'kubernetes' ? asIsDatabases.scripts : [asIsDatabases.program, asIsDatabases.scripts[1]];
  return {
    runtime,
    services: Object.fromEntries(
      (['agent-manager', 'reasoning-service'] as const).map((part) => [
        part,
        { url: `http://${address(part)}` },
      ]),
    ),
    withoutHttp: ['orchestrator-service'],
    postgres: {
      url: `postgres://${postgres.user}:${postgres.password}@${address('postgres')}/postgres`,
      databases: { agentManager, orchestrator },
    },
    redis: { url: `redis://:${redis.password}@${address('redis')}` },
    nats: { url: `nats://${address('nats')}`, monitorUrl: `http://${at('nats')}:8222` },
    neo4j: { url: `bolt://${address('neo4j')}`, user: neo4j.user, password: neo4j.password },
  };
}

/** The block for the as-is platform on the Docker engine. */
export function asIsComposeEnvironment(): Readonly<Record<string, unknown>> {
  const engine = docker.dockerEngine();
  const runtime = { kind: 'compose', project: asIsProject, socket: engine.socket ?? engine.host };
  return asIsEnvironment(runtime, () => engine.publishedHost);
}

/** Removes the project from an engine that stays. */
export async function downAsIs(engine: docker.DockerEngine): Promise<void> {
  if (!asIsUp()) return;
  await compose(engine, ['down', '-v', '-t', '1'], 120);
  rmSync(asIsFolder(), { recursive: true, force: true });
}
