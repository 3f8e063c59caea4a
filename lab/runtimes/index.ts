/** A platform up, down, or found as it is. */

import { chmodSync, existsSync, mkdirSync, readFileSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stateDir } from '../components/cache.ts';
import * as docker from '../components/docker.ts';
import { instance } from '../components/instance.ts';
import * as kubernetes from '../components/kubernetes.ts';
import * as nats from '../components/nats.ts';
import * as neo4j from '../components/neo4j.ts';
import * as postgres from '../components/postgres.ts';
import { waitFor } from '../components/process.ts';
import * as redis from '../components/redis.ts';
import { stopHelpers } from '../faults/support.ts';
import { renderCompose } from '../platform/compose.ts';
import { configFiles } from '../platform/config.ts';
import { type KubernetesOptions, renderKubernetes } from '../platform/kubernetes.ts';
import { databases, type Flavour, namedAddresses, ports, secrets } from '../platform/platform.ts';
import { processSpecs } from '../platform/processes.ts';
import { seedGraph, seedPlatform } from '../platform/seed.ts';
import { type Endpoints, type Lab, type LabPart, type Runtime } from '../types.ts';
import { asIsComposeEnvironment, asIsFolder, asIsUp, downAsIs } from './as-is.ts';
import { asIsKubernetesEnvironment, asIsKubernetesUp, asIsManifestFile } from './as-is-kubernetes.ts';
import { connectAsIsKubernetes } from './as-is-kubernetes-lab.ts';
import { connectAsIs } from './as-is-lab.ts';
import {
  type ComposeLab,
  composeFolder,
  composeLab,
  project,
  removeProject,
  writeComposeFiles,
} from './compose.ts';
import {
  connectGenerated,
  downGenerated,
  forgetGenerated,
  generatedEnvironment,
  generatedSeed,
} from './generated.ts';
import {
  connectGeneratedKubernetes,
  forgetGeneratedKubernetes,
  generatedKubernetesEnvironment,
  generatedKubernetesSeed,
  healthyGeneratedKubernetes,
} from './generated-kubernetes.ts';
import { buildServices, loadImages, makeImages, servicesFolder } from './images.ts';
import { agentNamespace, type KubernetesLab, kubernetesLab, manifestFile, namespace } from './kubernetes.ts';
import { downProcesses, type Ports, prepareProcesses, processesFolder, processesLab } from './processes.ts';
import type { Progress } from './shared.ts';

/** Every line on what is missing for a runtime; empty when it can be brought up. */
export function missingFor(runtime: Runtime): string[] {
  const common = [postgres, redis, nats, neo4j];
  const own = { kubernetes: [kubernetes], compose: [docker], processes: [] } as const;
  return [...own[runtime], ...common].flatMap((one) => one.missing() ?? []);
}

export interface UpOptions {
  /** Images with the small tools in them, or with the static binary only. Default `tools`. */
  readonly flavour?: Flavour;
}

/** Addresses of a platform whose parts are found at these hosts on their usual ports. */
function endpointsAt(host: (part: LabPart) => string, at: Partial<Ports> = {}): Endpoints {
  const port = (part: keyof Ports & keyof typeof ports) => at[part] ?? ports[part];
  const http = (part: 'agent-manager' | 'orchestrator-service' | 'reasoning-service') =>
    `http://${host(part)}:${port(part)}`;
  const login = `${secrets.nats.user}:${encodeURIComponent(secrets.nats.password)}`;
  return {
    agentManager: http('agent-manager'),
    orchestrator: http('orchestrator-service'),
    reasoning: http('reasoning-service'),
    postgres: { host: host('postgres'), port: port('postgres'), ...secrets.postgres },
    redis: { host: host('redis'), port: port('redis'), password: secrets.redis.password },
    nats: {
      url: `nats://${login}@${host('nats')}:${port('nats')}`,
      monitorUrl: `http://${host('nats')}:${at.monitor ?? ports.natsMonitor}`,
    },
    neo4j: {
      ...{ url: `bolt://${host('neo4j')}:${port('neo4j')}`, ...secrets.neo4j },
      bot: secrets.neo4jBot,
    },
  };
}

/** The `environments.<name>` block of the product's configuration. */
function environmentConfig(at: Endpoints, runtime: Readonly<Record<string, unknown>>) {
  const { user, password, host, port } = at.postgres;
  return {
    runtime,
    services: {
      'agent-manager': { url: at.agentManager },
      'orchestrator-service': { url: at.orchestrator },
      'reasoning-service': { url: at.reasoning },
    },
    postgres: {
      url: `postgres://${user}:${encodeURIComponent(password)}@${host}:${port}/postgres`,
      databases,
    },
    redis: { url: `redis://:${encodeURIComponent(at.redis.password)}@${at.redis.host}:${at.redis.port}` },
    nats: { url: at.nats.url, monitorUrl: at.nats.monitorUrl },
    neo4j: { url: at.neo4j.url, ...(at.neo4j.bot ?? secrets.neo4jBot) },
  };
}

const seedAt = (at: Endpoints) => {
  const { user, password, host, port } = at.postgres;
  return seedPlatform({
    postgres: `postgres://${user}:${encodeURIComponent(password)}@${host}:${port}/postgres`,
    nats: `nats://${new URL(at.nats.url).host}`,
  });
};
const seedSoon = (at: Endpoints) =>
  waitFor(() => seedAt(at).then(() => true), { seconds: 60, what: 'databases and streams', every: 200 });
const seedAll = async (at: Endpoints) => {
  await seedAt(at);
  await seedGraph(at.neo4j);
};

/** Data is on volumes that outlive a Pod or container, so a restart needs no seeding. */
const seed = async () => undefined;

/** Handle on the Kubernetes platform that is up. */
export function connectKubernetes(): KubernetesLab {
  return kubernetesLab({
    seed,
    seedAll,
    endpoints: (clusterIp) => endpointsAt(clusterIp),
    environmentConfig: async (at, kubeconfig) =>
      environmentConfig(at, { kind: 'kubernetes', namespace, agentNamespace, kubeconfig }),
  });
}

export function connectCompose(): ComposeLab {
  return composeLab({
    seed,
    seedAll,
    endpoints: (host) => endpointsAt(() => host),
    environmentConfig: (at, socket) =>
      environmentConfig(at, {
        ...{ kind: 'compose', project: 'aetherius', socket, recreate: true },
        // The lab's engine runs on this machine.
        files: ['config', 'models'].map((name) => ({ host: join(composeFolder(), name) })),
      }),
  });
}

const processesSource = {
  credentials: secrets,
  seedAll,
  specs: (at: Ports, configFolder: (part: LabPart) => string) =>
    processSpecs({ services: servicesFolder(), ports: at, configFolder }),
  endpoints: (at: Ports) => endpointsAt(() => '127.0.0.1', at),
  environmentConfig: (at: Endpoints) => environmentConfig(at, { kind: 'none' }),
};
const connectProcesses = (): Lab => processesLab(processesSource);

/** Handle on a platform that is up; its methods fail when it is not. */
export function connectLab(runtime: Runtime): Lab {
  const onCluster = runtime === 'kubernetes' ? generatedKubernetesSeed() : undefined;
  if (onCluster !== undefined) return connectGeneratedKubernetes(onCluster);
  if (runtime === 'kubernetes' && asIsKubernetesUp()) return connectAsIsKubernetes();
  const seed = runtime === 'compose' ? generatedSeed() : undefined;
  if (seed !== undefined) return connectGenerated(seed);
  if (runtime === 'compose' && asIsUp()) return connectAsIs();
  return { kubernetes: connectKubernetes, compose: connectCompose, processes: connectProcesses }[runtime]();
}

/** Brings a platform up and waits until it is healthy; does nothing to one that is. */
export async function upLab(runtime: Runtime, progress: Progress, options: UpOptions = {}): Promise<Lab> {
  const problems = missingFor(runtime);
  if (problems.length > 0) throw new Error(problems.join('\n'));
  const ups = { kubernetes: upKubernetes, compose: upCompose, processes: upProcesses };
  const lab = await ups[runtime](progress, options.flavour ?? 'tools');
  const at = await lab.endpoints();
  // Neo4j takes longest to start, and no service waits for the bot.
  await waitFor(() => seedGraph(at.neo4j).then(() => true), {
    ...{ seconds: 180, what: 'the user of the bot in Neo4j', every: 300 },
  });
  await lab.healthy(180);
  progress('the platform is healthy');
  return lab;
}

/** The `environments.<name>` block of whichever platform is up on a runtime; `overridden`: of a generated one, with all that differs from the guide. */
export async function environmentOf(
  runtime: Runtime,
  overridden = false,
): Promise<Readonly<Record<string, unknown>>> {
  const seed = runtime === 'compose' ? generatedSeed() : undefined;
  if (seed !== undefined) return generatedEnvironment(seed, overridden);
  const clusterSeed = runtime === 'kubernetes' ? generatedKubernetesSeed() : undefined;
  if (clusterSeed !== undefined) return generatedKubernetesEnvironment(clusterSeed, overridden);
  if (runtime === 'kubernetes' && asIsKubernetesUp()) return asIsKubernetesEnvironment();
  if (runtime === 'compose' && asIsUp()) return asIsComposeEnvironment();
  return connectLab(runtime).environmentConfig();
}

async function upKubernetes(progress: Progress, flavour: Flavour): Promise<Lab> {
  if (asIsKubernetesUp() || generatedKubernetesSeed() !== undefined)
    throw new Error('another platform is up on this cluster: `lab down kubernetes` first');
  const [images, cluster] = await Promise.all([makeImages(progress), kubernetes.startCluster(progress)]);
  progress('the cluster answers');
  const lab = connectKubernetes();
  const dataFolder = join(instance().kubernetes.STATE ?? '', 'data');
  const options = { flavour, namespace, agentNamespace, dataFolder };
  if (!existsSync(manifestFile())) {
    mkdirSync(join(manifestFile(), '..'), { recursive: true });
    writeFileSync(manifestFile(), renderKubernetes(options), { mode: 0o600 });
  }
  // Applied again later, settings would be reset under a platform that is up and has a fault planted.
  const fresh = (await lab.object(`namespace/${namespace}`)) === undefined;
  const apply = (what: Stage) =>
    fresh ? lab.kubectl(['apply', '-f', '-'], manifestsOf(what, options)) : Promise.resolve('');
  const load = async (...parts: readonly LabPart[]) => {
    const wanted = images.filter((one) => parts.some((part) => one.name.includes(`/${part}`)));
    await Promise.all(wanted.map((image) => cluster.load(image.tar)));
  };
  await apply('settings');
  if (fresh) {
    await load('postgres', 'redis', 'nats');
    await load('neo4j');
    progress('images of the dependencies are loaded');
  }
  await apply('dependencies');
  if (fresh) {
    await load('agent-manager', 'orchestrator-service', 'collect-agent', 'reasoning-service');
    progress('images of the services are loaded');
  }
  await seedSoon(await lab.endpoints());
  progress('databases and streams are there');
  await apply('services');
  // A handle of its own: the first one keeps the Services' addresses as they were before these.
  return connectKubernetes();
}

type Stage = 'settings' | 'dependencies' | 'services';

/** A stage's objects as they stand in the file of the whole platform, which may be that of an earlier start. */
function manifestsOf(what: Stage, options: KubernetesOptions): string {
  const whole = readFileSync(manifestFile(), 'utf8').split('---\n');
  const count = (stage: Stage) => renderKubernetes(options, stage).split('---\n').length;
  const start = {
    settings: 0,
    dependencies: count('settings'),
    services: count('settings') + count('dependencies'),
  };
  return whole.slice(start[what], start[what] + count(what)).join('---\n');
}

async function upCompose(progress: Progress, flavour: Flavour): Promise<Lab> {
  if (asIsUp() || generatedSeed() !== undefined)
    throw new Error('another platform is up on this engine: `lab down compose` first');
  const [images, engine] = await Promise.all([makeImages(progress), docker.startDocker(progress)]);
  progress('the Docker engine answers');
  await loadImages(engine, images);
  progress('images are loaded');
  const folder = composeFolder();
  const modelFolder = join(folder, 'models');
  mkdirSync(modelFolder, { recursive: true });
  if (!existsSync(join(folder, 'docker-compose.yml')))
    writeComposeFiles(
      { [project]: renderCompose({ flavour, configFolder: join(folder, 'config'), modelFolder }) },
      configFiles(namedAddresses()),
    );
  const lab = connectCompose();
  await lab.upAll(['postgres', 'redis', 'nats', 'neo4j']);
  progress('dependencies are started');
  await seedSoon(await lab.endpoints());
  progress('databases and streams are there');
  await lab.upAll();
  return lab;
}

/** Waits for all before it fails for one: what was started is written down then, and `down` ends it. */
async function startAll(lab: Lab, parts: readonly LabPart[]): Promise<void> {
  const results = await Promise.allSettled(parts.map((part) => lab.start(part)));
  const failed = results.find((result) => result.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
}

async function upProcesses(progress: Progress): Promise<Lab> {
  await buildServices(progress);
  await prepareProcesses(processesSource);
  chmodSync(processesFolder(), 0o755);
  const lab = connectProcesses();
  await startAll(lab, ['postgres', 'redis', 'nats', 'neo4j']);
  progress('dependencies answer');
  await seedSoon(await lab.endpoints());
  const programs: readonly LabPart[] = [
    'agent-manager',
    'orchestrator-service',
    'reasoning-service',
    'collect-agent',
  ];
  await startAll(lab, programs);
  return lab;
}

/** Ends a platform and removes all that it wrote. */
export async function downLab(runtime: Runtime): Promise<void> {
  await stopHelpers(runtime);
  if (runtime === 'processes') await downProcesses();
  else if (runtime === 'kubernetes') {
    if (process.env.AETHERIUS_LAB_KUBECONFIG !== undefined && existsSync(manifestFile()))
      await kubernetes
        .cluster()
        .kubectl(['delete', '--ignore-not-found', '-f', manifestFile()], { seconds: 180 });
    await kubernetes.stopCluster();
    rmSync(manifestFile(), { force: true });
    rmSync(asIsManifestFile(), { force: true });
    forgetGeneratedKubernetes();
  } else {
    if (process.env.AETHERIUS_LAB_DOCKER_HOST !== undefined) {
      await removeProject(docker.dockerEngine());
      await downAsIs(docker.dockerEngine());
      await downGenerated(docker.dockerEngine());
    }
    await docker.stopDocker();
    rmSync(asIsFolder(), { recursive: true, force: true });
    rmSync(composeFolder(), { recursive: true, force: true });
    forgetGenerated();
  }
  removeEmpty(stateDir());
}

function removeEmpty(folder: string): void {
  try {
    rmdirSync(folder);
  } catch {
    // another runtime is still there
  }
}

/** One word on each runtime, for `lab status`. */
export async function labStatus(runtime: Runtime): Promise<string> {
  const there =
    runtime === 'kubernetes'
      ? await kubernetes.clusterRunning()
      : runtime === 'compose'
        ? await docker.dockerRunning()
        : existsSync(join(processesFolder(), 'state.json'));
  if (!there) return 'down';
  if ((runtime === 'compose' && asIsUp()) || (runtime === 'kubernetes' && asIsKubernetesUp()))
    return 'the as-is platform is up';
  const seed = runtime === 'kubernetes' ? generatedKubernetesSeed() : undefined;
  try {
    await (seed === undefined ? connectLab(runtime).healthy(1) : healthyGeneratedKubernetes(seed, 1));
    return 'healthy';
  } catch (error) {
    return error instanceof Error ? error.message.replace(/^timed out.*?: /, 'not healthy: ') : 'not healthy';
  }
}
