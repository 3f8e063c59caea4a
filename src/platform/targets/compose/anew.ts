import type Docker from 'dockerode';
import type { CallOptions } from '../../../domain/kernel/call.ts';
import { AppError } from '../../../domain/kernel/errors.ts';
import { present } from '../../../domain/kernel/present.ts';
import { madeBy } from '../../../domain/probe/replaced-container.ts';
import type {
  ComposeAnew,
  ComposeContainer,
  ContainerMaking,
  LeftOut,
} from '../../../domain/probe/targets/compose.ts';

type Info = Docker.ContainerInspectInfo;
type Config = Partial<Docker.ImageInspectInfo['Config']> & {
  readonly StopSignal?: string;
  readonly Shell?: string[];
};
type Call = <T>(options: CallOptions, work: (docker: Docker) => Promise<T>) => Promise<T>;

const stopMs = 15_000;
const ofCompose = 'com.docker.compose.';
/** Name of a volume that the engine itself has made up. */
const namelessVolume = /^[0-9a-f]{64}$/;

/** The calls that replace a container, over the engine's API. */
export function composeAnew(
  call: Call,
  inspect: (id: string, options?: CallOptions) => Promise<ComposeContainer>,
): ComposeAnew {
  const image = (name: string, options: CallOptions) =>
    call(options, (docker) => docker.getImage(name).inspect()).catch((error: unknown) => {
      if (error instanceof AppError && error.code === 'NOT_FOUND') return undefined;
      throw error;
    });
  return {
    async image(name, options = {}) {
      const found = await image(name, options);
      if (found === undefined) return undefined;
      const config = found.Config as Config | null;
      return {
        ...{ id: found.Id, volumes: Object.keys(config?.Volumes ?? {}) },
        ...{ env: variablesOf(config?.Env ?? []), command: listOf(config?.Cmd) },
      };
    },
    async madeFor(id, options = {}) {
      const filters = { label: [`${madeBy.replaces}=${id}`] };
      const found = await call(options, (docker) => docker.listContainers({ all: true, filters }));
      return Promise.all(found.map(({ Id }) => inspect(Id, options)));
    },
    async create(old, { name, image: wanted, imageId, fix, without }, options = {}) {
      const info = await call(options, (docker) => docker.getContainer(old).inspect());
      const own = await image(info.Image, options);
      if (own === undefined)
        throw new AppError('NOT_FOUND', 'the image of the container is not there any more');
      const like = bodyLike(info, own.Config as Config | null);
      const body = without === undefined ? like : bodyWithout(like, info, without);
      const labels = { ...body.Labels, [madeBy.fix]: fix, [madeBy.replaces]: info.Id };
      // Compose compares it with what its file leads to, and is to see that this is another image.
      const digest = `${ofCompose}image`;
      await call({ timeoutMs: 20_000, ...options }, (docker) =>
        docker.createContainer({
          ...body,
          name,
          Image: wanted,
          Labels: { ...labels, ...(digest in labels ? { [digest]: imageId } : {}) },
        }),
      );
    },
    join: (network, id, like, options = {}) =>
      call(options, async (docker) => {
        const info = await docker.getContainer(like).inspect();
        const there = Object.values(info.NetworkSettings.Networks).find((one) => one.NetworkID === network);
        if (there === undefined)
          throw new AppError('CONFLICT', 'the container is not on that network any more');
        await docker
          .getNetwork(network)
          .connect({ Container: id, EndpointConfig: endpointOf(info.Id, there) });
      }),
    stop: (id, { graceSeconds = 10, ...options } = {}) =>
      call({ timeoutMs: graceSeconds * 1000 + stopMs, ...options }, async (docker) => {
        await unlessSo(docker.getContainer(id).stop({ t: graceSeconds }));
      }),
    rename: (id, name, options = {}) =>
      call(options, async (docker) => {
        await docker.getContainer(id).rename({ name });
      }),
    setRestart: (id, policy, options = {}) =>
      call(options, async (docker) => {
        await docker.getContainer(id).update({ RestartPolicy: policyOf(policy) });
      }),
    remove: (id, options = {}) =>
      call(options, async (docker) => {
        await docker.getContainer(id).remove({ force: false, v: false });
      }),
  };
}

const listOf = (words: string | readonly string[] | null | undefined): readonly string[] =>
  typeof words === 'string' ? [words] : (words ?? []);

/** Lines `NAME=value` by their names. */
export function variablesOf(lines: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(
    lines.map((line) => {
      const at = line.indexOf('=');
      return at < 0 ? [line, ''] : [line.slice(0, at), line.slice(at + 1)];
    }),
  );
}

/** The same without one variable, or without some elements of its arguments. AppError CONFLICT where they are not there. */
export function bodyWithout(
  body: Docker.ContainerCreateOptions,
  { Config: config }: Info,
  without: LeftOut,
): Docker.ContainerCreateOptions {
  const gone = () => new AppError('CONFLICT', 'what is to be left out is not there any more');
  if ('variable' in without) {
    const kept = (body.Env ?? []).filter((line) => !Object.hasOwn(variablesOf([line]), without.variable));
    if (kept.length === body.Env?.length) throw gone();
    return { ...body, Env: kept };
  }
  const { at, elements } = without;
  const words = listOf(config.Cmd);
  if (!same(words.slice(at, at + elements.length), elements)) throw gone();
  const { Cmd: _, ...rest } = body;
  const left = words.toSpliced(at, elements.length);
  return left.length === 0 ? rest : { ...rest, Cmd: [...left] };
}

/** 304: it is so already. */
async function unlessSo(work: Promise<unknown>): Promise<void> {
  await work.catch((error: unknown) => {
    if ((error as { statusCode?: number }).statusCode !== 304) throw error;
  });
}

/** What decides whether another container may be made in the place of this one. */
export function makingOf({
  Id: _id,
  Config: config,
  HostConfig: host,
  Mounts: mounts,
  ...info
}: Info): ContainerMaking {
  const labels = config.Labels;
  const { RestartPolicy: policy } = host;
  const modes = [host.NetworkMode, host.PidMode, host.IpcMode].map((mode) => mode ?? '');
  const has = {
    'not-compose':
      labels[`${ofCompose}project`] === undefined ||
      labels[`${ofCompose}service`] === undefined ||
      labels[`${ofCompose}oneoff`] === 'True',
    'auto-remove': host.AutoRemove === true,
    privileged: host.Privileged === true,
    'shares-namespace': modes.some((mode) => mode === 'host' || mode.startsWith('container:')),
    'off-network':
      host.NetworkMode !== 'none' && mainNetwork(host, info.NetworkSettings.Networks) === undefined,
    'nameless-volume': (mounts ?? []).some(
      ({ Type, Name }) => Type === 'volume' && namelessVolume.test(Name ?? ''),
    ),
  } satisfies Record<ContainerMaking['obstacles'][number], boolean>;
  const leansOn = [
    ...modes.flatMap((mode) => (mode.startsWith('container:') ? [mode.slice('container:'.length)] : [])),
    ...((host.VolumesFrom as readonly string[] | null) ?? []).map((from) => from.split(':')[0] ?? from),
  ];
  return {
    obstacles: Object.entries(has).flatMap(([name, is]) => (is ? [name as keyof typeof has] : [])),
    leansOn,
    restart: policyText(policy),
    ...present({
      stopSeconds: (config as { readonly StopTimeout?: number }).StopTimeout,
      replaces: labels[madeBy.replaces],
      fix: labels[madeBy.fix],
    }),
  };
}

const policyText = (policy: Docker.HostRestartPolicy | undefined) => {
  const name = policy?.Name === undefined || policy.Name === '' ? 'no' : policy.Name;
  const most = policy?.MaximumRetryCount ?? 0;
  return most > 0 ? `${name}:${most}` : name;
};

function policyOf(text: string) {
  const [name = 'no', most = '0'] = text.split(':');
  return { Name: name, MaximumRetryCount: Number(most) };
}

type Networks = Info['NetworkSettings']['Networks'];

/** The network on which a container was made, as far as it is still on it. */
function mainNetwork(host: Info['HostConfig'], networks: Networks | undefined) {
  const mode = host.NetworkMode === 'default' ? 'bridge' : (host.NetworkMode ?? '');
  return Object.entries(networks ?? {}).find(([name, { NetworkID }]) => name === mode || NetworkID === mode);
}

/** What was asked of a network, without what the engine has given: its address of the moment and the container's own id. */
function endpointOf(
  id: string,
  { IPAMConfig, Links, Aliases, ...rest }: Networks[string],
): Docker.EndpointSettings {
  const { DriverOpts } = rest as { readonly DriverOpts?: Record<string, string> | null };
  const aliases = ((Aliases ?? []) as readonly string[]).filter((alias) => !id.startsWith(alias));
  return {
    ...present({
      IPAMConfig: (IPAMConfig as Docker.EndpointSettings['IPAMConfig'] | null) ?? undefined,
      Links: (Links as string[] | null) ?? undefined,
      DriverOpts: DriverOpts ?? undefined,
    }),
    Aliases: aliases,
  };
}

const same = (one: unknown, other: unknown) => JSON.stringify(one ?? null) === JSON.stringify(other ?? null);

/** Entries of the container that its image does not have just so. */
const beyond = <T>(
  own: Readonly<Record<string, T>> | null | undefined,
  image: Readonly<Record<string, T>> | null | undefined,
) => Object.fromEntries(Object.entries(own ?? {}).filter(([key, value]) => !same(image?.[key], value)));

/**
 * What a container was asked to be, without an image and a name. What it has from its image is left out, so that the next
 * image has its own say: the engine merges both when it makes one, and keeps no word of which came from where.
 */
export function bodyLike(info: Info, image: Config | null): Docker.ContainerCreateOptions {
  const { Config: all, HostConfig: host, NetworkSettings: settings } = info;
  const config = all as Info['Config'] & Config;
  const of = image ?? {};
  const differs = <K extends keyof Config>(key: K) => (same(config[key], of[key]) ? undefined : config[key]);
  // A program of its own takes its arguments with it: without them the engine gives no arguments.
  const program = differs('Entrypoint');
  const labels = Object.fromEntries(
    // What a build by Compose has put on the image is Compose's word of the container all the same.
    Object.entries(config.Labels ?? {}).filter(
      ([key, value]) => key.startsWith(ofCompose) || of.Labels?.[key] !== value,
    ),
  );
  const bound = new Set(Object.keys((host.PortBindings ?? {}) as object));
  const exposed = Object.entries(config.ExposedPorts ?? {}).filter(
    ([port]) => bound.has(port) || of.ExposedPorts?.[port] === undefined,
  );
  const main = mainNetwork(host, settings.Networks);
  const named = main !== undefined && main[0] !== 'bridge' ? main : undefined;
  const own = config.Hostname !== '' && info.Id.startsWith(config.Hostname) ? undefined : config.Hostname;
  return {
    ...present({
      Hostname: own,
      Domainname: config.Domainname,
      User: differs('User'),
      AttachStdin: config.AttachStdin,
      AttachStdout: config.AttachStdout,
      AttachStderr: config.AttachStderr,
      Tty: config.Tty,
      OpenStdin: config.OpenStdin,
      StdinOnce: config.StdinOnce,
      WorkingDir: differs('WorkingDir'),
      StopSignal: differs('StopSignal'),
      StopTimeout: (config as { readonly StopTimeout?: number }).StopTimeout,
      Shell: differs('Shell') ?? undefined,
      Healthcheck: differs('Healthcheck') ?? undefined,
      MacAddress: (config as { readonly MacAddress?: string }).MacAddress || undefined,
      Entrypoint: program ?? undefined,
      Cmd: (program === undefined ? differs('Cmd') : config.Cmd) ?? undefined,
    }),
    Env: (config.Env ?? []).filter((line) => !(of.Env ?? []).includes(line)),
    Labels: labels,
    ExposedPorts: Object.fromEntries(exposed),
    Volumes: beyond(config.Volumes, of.Volumes),
    HostConfig: host,
    ...(named === undefined
      ? {}
      : { NetworkingConfig: { EndpointsConfig: { [named[0]]: endpointOf(info.Id, named[1]) } } }),
  };
}
