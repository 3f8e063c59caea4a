import type { IncomingHttpHeaders } from 'node:http';
import type { Readable } from 'node:stream';
import type Docker from 'dockerode';
import type { CallOptions } from '../../../domain/kernel/call.ts';
import { AppError, type Stage, TargetError } from '../../../domain/kernel/errors.ts';
import { present } from '../../../domain/kernel/present.ts';
import { servingOf } from '../../../domain/probe/replaced-container.ts';
import type {
  ComposeContainer,
  ComposeNeighbour,
  ComposeTarget,
} from '../../../domain/probe/targets/compose.ts';
import { cannotEverPass } from '../../../domain/probe/wrong-check.ts';
import { bounded, CircuitBreaker, DeadlinePassed, socketStage, targetError } from '../failure.ts';
import { composeAnew, makingOf, variablesOf } from './anew.ts';
import { filesOfArchive, firstBytes } from './archive.ts';

export interface ComposeSettings {
  readonly project: string;
  readonly socket: string;
  /** Whether a container may be made again. */
  readonly recreate?: boolean;
}

const states = new Set(['created', 'running', 'paused', 'restarting', 'removing', 'exited', 'dead']);
const defaultMs = 5_000;
/** Of the engine's refusals, which have no code but the status of HTTP. */
const stageOfStatus: Readonly<Record<number, Stage>> = { 400: 'rejected', 403: 'forbidden', 500: 'fault' };
const mostArchiveBytes = 512 * 1024;

/** A container of any project of this engine: what its labels and its image say. */
export interface NamedContainer {
  readonly project: string;
  readonly service: string;
  readonly image: string;
}

/** The containers of all Compose projects of an engine, running or not. Rejects when it does not answer. */
export async function containersOfAll(socket: string): Promise<readonly NamedContainer[]> {
  const { default: Engine } = await import('dockerode');
  const docker = new Engine({ socketPath: socket });
  const filters = { label: ['com.docker.compose.project'] };
  const all = await bounded({ timeoutMs: defaultMs }, () => docker.listContainers({ all: true, filters }));
  return all.map(({ Labels: labels, Image: image }) => ({
    project: labels['com.docker.compose.project'] ?? '',
    service: labels['com.docker.compose.service'] ?? '',
    image,
  }));
}

/** Docker Compose under diagnosis over the engine's socket. The list of containers is kept for the run. */
export function createComposeTarget(settings: ComposeSettings): ComposeTarget {
  const address = { what: 'Docker engine', host: settings.socket, port: 0 };
  const breaker = new CircuitBreaker();
  let engine: Promise<Docker> | undefined;
  let listed: Promise<readonly ComposeContainer[]> | undefined;

  const open = () => {
    engine ??= import('dockerode').then(({ default: Engine }) => new Engine({ socketPath: settings.socket }));
    return engine;
  };

  async function call<T>(
    options: CallOptions,
    work: (docker: Docker, signal: AbortSignal) => Promise<T>,
  ): Promise<T> {
    return breaker.run(async () => {
      try {
        return await bounded({ ...options, timeoutMs: options.timeoutMs ?? defaultMs }, async (signal) =>
          work(await open(), signal),
        );
      } catch (error) {
        if (error instanceof AppError) throw error;
        if (error instanceof DeadlinePassed) throw targetError('no-answer', address);
        const status = (error as { statusCode?: unknown }).statusCode;
        if (status === 404) throw new AppError('NOT_FOUND', 'no such container', { retryable: false });
        if (status === 409) throw new AppError('CONFLICT', 'container is not in the right state');
        if (typeof status === 'number')
          throw targetError(stageOfStatus[status] ?? 'unknown-error', address, {
            cause: error,
            facts: { status },
          });
        // Not given to this container, most likely: it is no sign of an engine that does not run.
        const facts = (error as NodeJS.ErrnoException).code === 'ENOENT' ? { allowedBy: 'engine.yaml' } : {};
        throw targetError(socketStage(error) ?? 'unknown-error', address, { cause: error, facts });
      }
    });
  }

  const inspect = (id: string, options: CallOptions = {}) =>
    call(options, async (docker) => toContainer(await docker.getContainer(id).inspect()));

  async function listContainers(options: CallOptions): Promise<readonly ComposeContainer[]> {
    const summaries = await call(options, (docker) =>
      docker.listContainers({
        all: true,
        filters: { label: [`com.docker.compose.project=${settings.project}`] },
      }),
    );
    // `docker compose run` leaves containers behind that have a service's name and never served.
    const serving = summaries.filter(({ Labels }) => Labels['com.docker.compose.oneoff'] !== 'True');
    const containers = await Promise.all(
      serving.map((summary) =>
        // One that is removed between the list and here is simply not there any more.
        inspect(summary.Id, options).catch((error: unknown) => {
          if (error instanceof AppError && error.code === 'NOT_FOUND') return undefined;
          throw error;
        }),
      ),
    );
    return servingOf(containers.filter((container) => container !== undefined));
  }

  return {
    project: settings.project,
    ...(settings.recreate === true ? { anew: composeAnew(call, inspect) } : {}),
    containers(options = {}) {
      if (listed === undefined) {
        // The first asker's signal must not end it for the others.
        listed = listContainers(options.timeoutMs === undefined ? {} : { timeoutMs: options.timeoutMs });
        listed.catch(() => {
          listed = undefined;
        });
      }
      const shared = listed;
      return bounded({ ...options, timeoutMs: options.timeoutMs ?? 2 * defaultMs }, () => shared).catch(
        (error: unknown) => {
          throw error instanceof DeadlinePassed ? targetError('no-answer', address) : error;
        },
      );
    },
    inspect,
    logs: (id, options = {}) =>
      call(options, async (docker) => {
        const container = docker.getContainer(id);
        const raw = await container.logs({
          stdout: true,
          stderr: true,
          timestamps: false,
          follow: false,
          since: (options.since?.getTime() ?? 0) / 1000,
          ...present({ until: options.until === undefined ? undefined : options.until.getTime() / 1000 }),
          tail: options.tail ?? 1000,
        });
        return demultiplex(Buffer.from(raw as unknown as Uint8Array)).both;
      }),
    files: (id, path, options = {}) =>
      call(options, async (docker, signal) => {
        const stream = await docker.getContainer(id).getArchive({ path });
        signal.addEventListener('abort', () => (stream as Readable).destroy(), { once: true });
        return filesOfArchive(await firstBytes(stream, mostArchiveBytes), path);
      }),
    stat: (id, path, options = {}) =>
      call(options, async (docker) => {
        const answer = (await docker
          .getContainer(id)
          .infoArchive({ path })
          .catch((error: unknown) => {
            // The container itself may be gone, which is another matter: that is seen by the next call.
            if ((error as { statusCode?: unknown }).statusCode === 404) return undefined;
            throw error;
          })) as (Readable & { readonly headers: IncomingHttpHeaders }) | undefined;
        answer?.resume();
        return answer === undefined ? undefined : pathStat(answer.headers['x-docker-container-path-stat']);
      }),
    exec: (id, command, options = {}) =>
      call({ timeoutMs: 15_000, ...options }, async (docker, signal) => {
        const exec = await docker
          .getContainer(id)
          .exec({ Cmd: [...command], AttachStdout: true, AttachStderr: true });
        const stream = await exec.start({ hijack: true, stdin: false });
        signal.addEventListener('abort', () => stream.destroy(), { once: true });
        const parts: Buffer[] = [];
        for await (const part of stream) parts.push(Buffer.from(part as Uint8Array));
        const { ExitCode } = await exec.inspect();
        const { stdout, stderr } = demultiplex(Buffer.concat(parts));
        return { code: ExitCode ?? -1, stdout, stderr };
      }),
    stats: (id, options = {}) =>
      call({ timeoutMs: 6_000, ...options }, async (docker) => {
        const stats = await docker.getContainer(id).stats({ stream: false });
        const cpu = stats.cpu_stats.cpu_usage.total_usage - stats.precpu_stats.cpu_usage.total_usage;
        const system = stats.cpu_stats.system_cpu_usage - (stats.precpu_stats.system_cpu_usage ?? 0);
        const cores = stats.cpu_stats.online_cpus || 1;
        const cache = stats.memory_stats.stats?.inactive_file ?? 0;
        return {
          cpuPercent: system > 0 ? Math.round((cpu / system) * cores * 1000) / 10 : 0,
          memoryBytes: Math.max(0, (stats.memory_stats.usage ?? 0) - cache),
          memoryLimitBytes: stats.memory_stats.limit ?? 0,
          cpuPeriods: stats.cpu_stats.throttling_data?.periods ?? 0,
          cpuThrottledPeriods: stats.cpu_stats.throttling_data?.throttled_periods ?? 0,
        };
      }),
    async restart(id, options = {}) {
      const grace = options.graceSeconds ?? 10;
      await call({ timeoutMs: (grace + 20) * 1000, ...options }, (docker) =>
        docker.getContainer(id).restart({ t: grace }),
      );
    },
    start: (id, options = {}) =>
      call({ timeoutMs: 20_000, ...options }, async (docker) => {
        await docker
          .getContainer(id)
          .start()
          .catch((error: unknown) => {
            // 304: it runs already.
            if ((error as { statusCode?: number }).statusCode !== 304) throw error;
          });
      }),
    update: (id, { memoryBytes, memorySwapBytes, nanoCpus }, options = {}) =>
      call(options, async (docker) => {
        await docker.getContainer(id).update({
          ...present({ Memory: memoryBytes, MemorySwap: memorySwapBytes, NanoCpus: nanoCpus }),
        });
      }),
    connectNetwork: (network, id, aliases, options = {}) =>
      call(options, async (docker) => {
        await docker
          .getNetwork(network)
          .connect({ Container: id, EndpointConfig: { Aliases: [...aliases] } });
      }),
    disconnectNetwork: (network, id, options = {}) =>
      call(options, async (docker) => {
        await docker.getNetwork(network).disconnect({ Container: id });
      }),
    neighbours: ({ id, name }, options = {}) =>
      call(options, async (docker) => {
        // By its name, too: one that was never started has no id there yet.
        const filters = { network: [id, name] };
        const listed = await docker.listContainers({ all: true, filters });
        const all = await Promise.all(listed.map(({ Id }) => docker.getContainer(Id).inspect()));
        return all.map((info) => neighbourOn(name, info));
      }),
    networks: (options = {}) =>
      call(options, async (docker) => {
        const networks = await docker.listNetworks();
        const full = await Promise.all(
          networks.map(async (network) => docker.getNetwork(network.Id).inspect() as Promise<NetworkInspect>),
        );
        return full.map((network) => ({
          id: network.Id,
          name: network.Name,
          driver: network.Driver,
          ...present({
            project: network.Labels?.['com.docker.compose.project'],
            key: network.Labels?.['com.docker.compose.network'],
          }),
          containers: Object.values(network.Containers ?? {}).map((container) => container.Name),
        }));
      }),
  };
}

interface NetworkInspect {
  readonly Id: string;
  readonly Name: string;
  readonly Driver: string;
  readonly Labels?: Readonly<Record<string, string>>;
  readonly Containers?: Readonly<Record<string, { readonly Name: string }>>;
}

function toContainer(info: Docker.ContainerInspectInfo): ComposeContainer {
  const { State: state, Config: config, HostConfig: host } = info;
  const health = state.Health?.Status;
  const finished = state.FinishedAt;
  const checks = state.Health?.Log ?? [];
  const last = checks.at(-1);
  // One that ran into a pause fails by its time for once; what an earlier one said of the check stays true.
  const hopeless = checks.findLast(({ ExitCode, Output }) => ExitCode !== 0 && cannotEverPass(Output));
  const check = last === undefined || last.ExitCode === 0 ? last : (hopeless ?? last);
  return {
    id: info.Id,
    name: info.Name.replace(/^\//, ''),
    service: config.Labels['com.docker.compose.service'] ?? '',
    image: config.Image,
    imageId: info.Image,
    state: states.has(state.Status) ? (state.Status as ComposeContainer['state']) : 'dead',
    ...(health === 'starting' || health === 'healthy' || health === 'unhealthy' ? { health } : {}),
    ...(check === undefined || check.ExitCode === 0 ? {} : { checkOutput: check.Output }),
    ...present({ checkFailures: state.Health?.FailingStreak }),
    createdAt: info.Created,
    startedAt: state.StartedAt,
    // Docker's zero time means "never".
    ...(finished === '' || finished.startsWith('0001-') ? {} : { finishedAt: finished }),
    exitCode: state.ExitCode,
    oomKilled: state.OOMKilled,
    restartCount: info.RestartCount,
    networks: Object.keys(info.NetworkSettings.Networks ?? {}),
    networkIds: Object.values(info.NetworkSettings.Networks ?? {}).map(({ NetworkID }) => NetworkID),
    ...networkOf(info),
    memoryLimitBytes: host.Memory ?? 0,
    nanoCpus: host.NanoCpus ?? 0,
    ...present({ memorySwapBytes: host.MemorySwap }),
    ...(state.Error === '' ? {} : { error: state.Error }),
    env: variablesOf(config.Env ?? []),
    command: [...(config.Cmd ?? [])],
    entrypoint: typeof config.Entrypoint === 'string' ? [config.Entrypoint] : [...(config.Entrypoint ?? [])],
    ...reachedAt(info),
    ...findsBy(info),
    check: config.Healthcheck?.Test ?? [],
    files: filesOf(config.Labels),
    mounted: (info.Mounts ?? []).map(({ Type, Source, Destination }) => ({
      ...{ kind: Type, source: Source, destination: Destination },
    })),
    making: makingOf(info),
    mounts: (info.Mounts ?? []).flatMap(({ Type, Destination }) => (Type === 'bind' ? [Destination] : [])),
  };
}

/** Docker Engine API, `ContainerArchiveInfo`: base64 of JSON with `size`, and `mtime` in RFC 3339 with nanoseconds. */
function pathStat(header: unknown): { readonly bytes: number; readonly modifiedNs: string } {
  const text = Buffer.from(typeof header === 'string' ? header : '', 'base64').toString('utf8');
  const { size, mtime } = (text === '' ? {} : JSON.parse(text)) as { size?: unknown; mtime?: unknown };
  const [, seconds, fraction = '', zone] =
    /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:\d\d)$/.exec(String(mtime)) ?? [];
  if (typeof size !== 'number' || seconds === undefined)
    throw new TargetError('protocol', 'the engine does not say what a file is');
  const whole = BigInt(Date.parse(`${seconds}${zone ?? 'Z'}`)) * 1_000_000n;
  return { bytes: size, modifiedNs: String(whole + BigInt(fraction.padEnd(9, '0'))) };
}

/** A file from standard input has no name. */
const filesOf = (labels: Readonly<Record<string, string>>): readonly string[] =>
  (labels['com.docker.compose.project.config_files'] ?? '')
    .split(',')
    .map((file) => file.trim())
    .filter((file) => file !== '' && file !== '-');

/** Under which names and ports others find a container (Docker Engine API, `ContainerInspect`). */
function reachedAt({
  HostConfig: host,
  NetworkSettings: network,
}: Docker.ContainerInspectInfo): Required<Pick<ComposeContainer, 'hosts' | 'published'>> {
  // What is in force says which port was chosen; one that does not run has only what was asked for.
  const bindings = {
    ...(host.PortBindings as Bindings | undefined),
    ...(network.Ports as Bindings | undefined),
  };
  return {
    hosts: [...new Set(Object.values(network.Networks ?? {}).flatMap(({ Aliases }) => Aliases ?? []))],
    published: Object.entries(bindings).flatMap(([name, hosts]) =>
      (name.endsWith('/tcp') ? (hosts ?? []) : []).flatMap(({ HostPort: port = '' }) =>
        Number(port) > 0 ? [{ container: Number.parseInt(name, 10), host: Number(port) }] : [],
      ),
    ),
  };
}

/**
 * What leads to a container on a network: its name, the short form of its id, its aliases, and of later engines its own
 * host name; each also with the network's name behind it. Source: Docker Engine API, `EndpointSettings.DNSNames`.
 */
function neighbourOn(
  network: string,
  { Id: id, Name, ...info }: Docker.ContainerInspectInfo,
): ComposeNeighbour {
  const there = info.NetworkSettings.Networks?.[network];
  const { DNSNames } = (there ?? {}) as { readonly DNSNames?: readonly string[] | null };
  const name = Name.replace(/^\//, '');
  const bare = [name, id.slice(0, 12), info.Config.Hostname, ...(there?.Aliases ?? []), ...(DNSNames ?? [])]
    .filter((one) => one !== '')
    .map((one) => one.toLowerCase());
  return {
    ...{ id, name },
    hosts: [...new Set(bare.flatMap((one) => [one, `${one}.${network.toLowerCase()}`]))],
    addresses: [there?.IPAddress, there?.GlobalIPv6Address].filter((address) => Boolean(address)) as string[],
  };
}

/** What a container asks before the names of its networks, or beside them. */
function findsBy({
  HostConfig: host,
  NetworkSettings: network,
}: Docker.ContainerInspectInfo): Required<Pick<ComposeContainer, 'ownHosts' | 'ownResolver'>> {
  const links = [
    ...((host.Links as readonly string[] | null) ?? []),
    ...Object.values(network.Networks ?? {}).flatMap(
      ({ Links }) => (Links as readonly string[] | null | undefined) ?? [],
    ),
  ];
  // `/one:/other/alias`, `one:alias`
  const linked = links.flatMap((link) => link.split(':').map((name) => name.split('/').at(-1) ?? name));
  const extra = ((host.ExtraHosts as readonly string[] | null) ?? []).map(
    (line) => line.split(/[:=]/)[0] ?? line,
  );
  const lists = [host.Dns, host.DnsSearch, host.DnsOptions] as readonly (
    | readonly string[]
    | null
    | undefined
  )[];
  return {
    ownHosts: [...new Set([...linked, ...extra].map((name) => name.toLowerCase()))],
    ownResolver: lists.some((list) => (list ?? []).length > 0),
  };
}

type Bindings = Readonly<Record<string, readonly { readonly HostPort?: string }[] | null>>;

function networkOf(
  info: Docker.ContainerInspectInfo,
): Pick<ComposeContainer, 'addresses' | 'ports' | 'hostPorts' | 'sharedNetwork' | 'madeOn'> {
  const { NetworkSettings: settings, HostConfig: host, Config: config } = info;
  const addresses = Object.values(settings.Networks ?? {}).flatMap((network) =>
    [network.IPAddress, network.GlobalIPv6Address].filter((address) => Boolean(address)),
  );
  const hostPorts = Object.values(settings.Ports ?? {}).flatMap((bindings) =>
    (bindings ?? []).map(({ HostPort: port }) => Number(port)),
  );
  const declared = Object.keys(config.ExposedPorts ?? {}).filter((port) => port.endsWith('/tcp'));
  const mode = host.NetworkMode ?? '';
  const shared = mode === 'host' || mode.startsWith('container:');
  return {
    addresses,
    ports: declared.map((port) => Number(port.replace('/tcp', ''))),
    hostPorts: [...new Set(hostPorts)],
    ...(mode === 'none' ? { sharedNetwork: 'none' } : shared ? { sharedNetwork: 'shared' } : {}),
    ...(mode === '' || mode === 'none' || shared ? {} : { madeOn: mode }),
  };
}

/** Docker's stream format: 8 bytes of header (stream, length) before each part; a TTY has no header. */
function demultiplex(raw: Buffer): {
  readonly stdout: string;
  readonly stderr: string;
  readonly both: string;
} {
  const out: Buffer[] = [];
  const err: Buffer[] = [];
  const both: Buffer[] = [];
  let at = 0;
  while (at + 8 <= raw.length) {
    const kind = raw[at] ?? 0;
    if (kind > 2 || raw[at + 1] !== 0 || raw[at + 2] !== 0 || raw[at + 3] !== 0) break;
    const length = raw.readUInt32BE(at + 4);
    const part = raw.subarray(at + 8, at + 8 + length);
    (kind === 2 ? err : out).push(part);
    both.push(part);
    at += 8 + length;
  }
  if (at === 0 && raw.length > 0) return { stdout: raw.toString(), stderr: '', both: raw.toString() };
  const text = (parts: readonly Buffer[]) => Buffer.concat(parts).toString('utf8');
  return { stdout: text(out), stderr: text(err), both: text(both) };
}
