/** A generated installation on the lab's Docker engine: up, down, and as a `Lab`. */

import { chmodSync, chownSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fetchAnyPort } from '../components/any-port.ts';
import { cacheDir } from '../components/cache.ts';
import * as docker from '../components/docker.ts';
import { query } from '../components/postgres.ts';
import { must, waitFor } from '../components/process.ts';
import { workflowFiles } from '../platform/config.ts';
import {
  composeAddresses,
  composeFiles,
  containerOf,
  isProgram,
  projectOf,
  renderGeneratedCompose,
  settingsName,
  storesOf,
} from '../platform/generated/compose.ts';
import { environmentOfInstallation } from '../platform/generated/environment.ts';
import { generatedRecipes } from '../platform/generated/images.ts';
import { type Installation, installationOf, partsOf, rowOf } from '../platform/generated/installation.ts';
import { installedNames } from '../platform/generated/installed.ts';
import { pathOf } from '../platform/generated/settings.ts';
import { seedNamed } from '../platform/seed.ts';
import type { Endpoints, LabPart } from '../types.ts';
import { asIsUp } from './as-is.ts';
import {
  type ComposeLab,
  type ComposeNames,
  composeFolder,
  composeLab,
  writeComposeFiles,
} from './compose.ts';
import { type Image, loadImages, makeImages } from './images.ts';
import { configFile, neo4jAnswers, type Progress, redisAnswers } from './shared.ts';

const folder = () => join(docker.dockerState(), 'generated');
const seedFile = () => join(folder(), 'seed');

/** Seed of the installation that is up on the engine. */
export function generatedSeed(): number | undefined {
  return existsSync(seedFile()) ? Number(readFileSync(seedFile(), 'utf8')) : undefined;
}

/** Addresses of an installation whose parts are reached at these. A part that is not there has port 0. */
export function endpointsOf(
  one: Installation,
  at: (part: LabPart) => { readonly host: string; readonly port: number; readonly monitorPort: number },
): Endpoints {
  const there = (part: LabPart) =>
    one.parts[part] === undefined ? { host: '0.0.0.0', port: 0, monitorPort: 0 } : at(part);
  const address = (part: LabPart) => `${there(part).host}:${there(part).port}`;
  const nats = there('nats');
  return {
    agentManager: `http://${address('agent-manager')}`,
    orchestrator: `http://${address('orchestrator-service')}`,
    reasoning: `http://${address('reasoning-service')}`,
    postgres: {
      ...{ host: there('postgres').host, port: there('postgres').port },
      ...{ user: one.users.postgres, password: one.passwords.postgres },
    },
    redis: { host: there('redis').host, port: there('redis').port, password: one.passwords.redis },
    nats: {
      url: `nats://${one.users.nats}:${one.passwords.nats}@${address('nats')}`,
      monitorUrl: `http://${nats.host}:${nats.monitorPort}`,
    },
    neo4j: { url: `bolt://${address('neo4j')}`, user: 'neo4j', password: one.passwords.neo4j },
  };
}

const postgresUrl = (one: Installation, at: Endpoints, name: string) => {
  const { user, password, host, port } = at.postgres;
  return `postgres://${user}:${password}@${host}:${port}/${name}${one.tls ? '?sslmode=no-verify' : ''}`;
};

/** Databases, tables and the stream. */
export const seedInstallation = (one: Installation, at: Endpoints): Promise<void> => {
  const announce = one.subjects['nats.subjects.announce'] ?? '';
  return seedNamed(postgresUrl(one, at, 'postgres'), one.databases, {
    server: `nats://${new URL(at.nats.url).host}`,
    ...{ user: one.users.nats, password: one.passwords.nats, tls: one.tls },
    name: one.stream,
    subjects: [`${announce.slice(0, announce.indexOf('{'))}>`],
  });
};

/** What does not work now, one line each: the installation's own readiness, by its own paths and names. */
export async function unhealthyParts(one: Installation, at: Endpoints): Promise<string[]> {
  const get = async (url: string) => {
    const response = await fetchAnyPort(url, { signal: AbortSignal.timeout(3000) });
    const body = await response.text();
    if (!response.ok) throw new Error(`${response.status} ${body.slice(0, 120)}`);
    return body;
  };
  const ready = (base: string) => get(`${base}${pathOf(one, '/health/ready')}`);
  const checks: Readonly<Record<LabPart, () => Promise<unknown>>> = {
    'agent-manager': () => ready(at.agentManager),
    'orchestrator-service': () =>
      rowOf(one, 'orchestrator-service').port === 0 ? Promise.resolve() : ready(at.orchestrator),
    'reasoning-service': () => ready(at.reasoning),
    'collect-agent': async () => {
      const { agents = [] } = JSON.parse(await get(`${at.agentManager}${pathOf(one, '/api/v1/agents')}`)) as {
        agents?: readonly { last_heartbeat?: string | null }[];
      };
      const since = Date.now() - 12_000;
      if (!agents.some((agent) => Date.parse(agent.last_heartbeat ?? '') >= since))
        throw new Error('no agent with a recent heartbeat');
    },
    postgres: () => query(postgresUrl(one, at, one.databases.agentManager), 'SELECT 1'),
    redis: () => redisAnswers(at, one.tls),
    nats: () => get(`${at.nats.monitorUrl}/varz`),
    neo4j: () => neo4jAnswers(at),
  };
  const found = await Promise.all(
    partsOf(one).map(async (part) => {
      try {
        await checks[part]();
        return [];
      } catch (error) {
        const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
        return [`${part}: ${cause instanceof Error ? cause.message : String(cause)}`];
      }
    }),
  );
  return found.flat();
}

const namesOf = (one: Installation): ComposeNames => ({
  ...installedNames(one, composeAddresses(one, docker.dockerEngine().publishedHost)),
  folder: folder(),
  project: (part) => projectOf(one, part),
  network: (part) => `${projectOf(one, part)}_${one.network}`,
  service: (part) => rowOf(one, part).name,
  container: (part) => containerOf(one, part),
  file: (part) =>
    isProgram(part) ? (one.settings === 'file' ? settingsName(one) : undefined) : configFile[part],
  published: (part) => rowOf(one, part).publishedPort,
  workflows: 'orchestrator-workflows',
  unhealthy: (at) => unhealthyParts(one, at),
});

const atPublished = (one: Installation, host: string) => (part: LabPart) => {
  const { publishedPort, publishedMonitorPort } = rowOf(one, part);
  return { host, port: publishedPort, monitorPort: publishedMonitorPort };
};

function runtimeOf(one: Installation): Readonly<Record<string, unknown>> {
  const engine = docker.dockerEngine();
  return { kind: 'compose', project: one.project, socket: engine.socket ?? engine.host };
}

/** Handle on the installation that is up. */
export function connectGenerated(seed: number): ComposeLab {
  const one = installationOf(seed);
  return composeLab({
    seed: async () => undefined,
    seedAll: (at) => seedInstallation(one, at),
    names: namesOf(one),
    endpoints: (host) => endpointsOf(one, atPublished(one, host)),
    environmentConfig: () => generatedEnvironment(seed, false),
  });
}

/** The block for the product's configuration. */
export function generatedEnvironment(seed: number, overridden: boolean): Readonly<Record<string, unknown>> {
  const one = installationOf(seed);
  const at = atPublished(one, docker.dockerEngine().publishedHost);
  const { host, monitorPort } = at('nats');
  const reached = { at, natsMonitor: `http://${host}:${monitorPort}` };
  return environmentOfInstallation(one, runtimeOf(one), reached, overridden);
}

/** `tls.crt` and `tls.key` in a folder: a certificate that nobody vouches for. */
export async function certificateOf(folder: string, name: string): Promise<void> {
  await must('openssl', [
    ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'],
    ...['-keyout', join(folder, 'tls.key'), '-out', join(folder, 'tls.crt')],
    ...['-days', '30', '-subj', `/CN=${name}`],
  ]);
}

/** A certificate of its own for each store; the programs take any. PostgreSQL wants its key to belong to it. */
async function writeCertificates(one: Installation): Promise<void> {
  for (const part of storesOf(one)) {
    const own = join(folder(), 'config', `tls-${part}`);
    mkdirSync(own, { recursive: true });
    const [key, certificate] = [join(own, 'tls.key'), join(own, 'tls.crt')];
    await certificateOf(own, rowOf(one, part).name);
    chmodSync(key, 0o600);
    if (part === 'postgres') {
      chownSync(key, 999, 999);
      chownSync(certificate, 999, 999);
    }
  }
}

/** Images of the programs are as many as seeds: they are made anew in a few seconds. */
export function forget(one: Installation, images: readonly Image[]): void {
  const own = new Set(partsOf(one).map((part) => rowOf(one, part).image));
  for (const image of images) if (own.has(image.name)) rmSync(image.tar, { force: true });
}

/** Brings the installation of a seed up and waits until all of it works. */
export async function upGenerated(seed: number, progress: Progress): Promise<ComposeLab> {
  const problem = docker.missing();
  if (problem !== undefined) throw new Error(problem);
  if (asIsUp() || existsSync(join(composeFolder(), 'docker-compose.yml')))
    throw new Error('another platform is up on this engine: `lab down compose` first');
  const running = generatedSeed();
  if (running !== undefined && running !== seed)
    throw new Error(`the installation of seed ${running} is up on this engine: \`lab down compose\` first`);
  const one = installationOf(seed);
  const recipes = generatedRecipes(one, cacheDir('generated', String(seed)));
  const [images, engine] = await Promise.all([makeImages(progress, recipes), docker.startDocker(progress)]);
  progress('the Docker engine answers');
  await loadImages(engine, images);
  forget(one, images);
  progress('images are loaded');
  const options = { configFolder: join(folder(), 'config'), publishedHost: engine.publishedHost };
  if (running === undefined) {
    writeComposeFiles(
      renderGeneratedCompose(one, options),
      composeFiles(one, engine.publishedHost, workflowFiles()),
      namesOf(one),
    );
    if (one.tls) await writeCertificates(one);
    writeFileSync(seedFile(), String(seed));
  }
  const lab = connectGenerated(seed);
  await lab.upAll(storesOf(one));
  progress('stores are started');
  const at = await lab.endpoints();
  await waitFor(() => seedInstallation(one, at).then(() => true), {
    seconds: 90,
    what: 'databases and streams',
    every: 300,
  });
  progress('databases and streams are there');
  await lab.upAll();
  await lab.healthy(180);
  progress(`the installation of seed ${seed} is healthy: ${one.project}`);
  return lab;
}

/** Removes the projects from an engine that stays. */
export async function downGenerated(engine: docker.DockerEngine): Promise<void> {
  const seed = generatedSeed();
  if (seed === undefined) return;
  const one = installationOf(seed);
  for (const name of new Set(partsOf(one).map((part) => projectOf(one, part))))
    await engine.compose(['-p', name, 'down', '-v', '-t', '1'], { cwd: join(folder(), name), seconds: 120 });
}

export const forgetGenerated = () => rmSync(folder(), { recursive: true, force: true });
