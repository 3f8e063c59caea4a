/** A simulated Compose project whose parts have addresses and subjects in files of the host, and stores that know who is connected. */
import { AppError } from '../../src/domain/kernel/errors.ts';
import { asInGuide } from '../../src/domain/platform/platform.ts';
import type { ComposeContainer, ComposeNeighbour } from '../../src/domain/probe/targets/compose.ts';
import type { HostFile, HostFilesTarget, WorkTree } from '../../src/domain/probe/targets/host-files.ts';
import type { Targets } from '../../src/domain/probe/targets/targets.ts';
import { container } from './fake-compose.ts';
import { fakeNats, fakePostgres } from './probe-context.ts';
import { files, type TextPart } from './text-cluster.ts';

const parts = Object.keys(files) as readonly TextPart[];
export const filePath = (part: TextPart) => `/srv/config/${part}/config.yaml`;

/** When a container started whose file is as it was at first. */
const started = '2026-03-01T10:00:00Z';
const addresses = new Map(
  [...parts, 'postgres', 'nats'].map((part, at) => [part, `172.18.0.${at + 2}`] as const),
);
const addressOf = (part: string) => addresses.get(part) ?? '';

interface Start {
  readonly files?: Readonly<Partial<Record<TextPart, string>>>;
  readonly containers?: Readonly<Partial<Record<TextPart, Partial<ComposeContainer>>>>;
  /** More who are on the network. */
  readonly neighbours?: readonly ComposeNeighbour[];
  readonly unseen?: readonly ('nats' | 'postgres')[];
  /** The end of our connection to PostgreSQL. */
  readonly server?: string | null;
  /** What else is true of a file. */
  readonly file?: Readonly<Partial<Record<TextPart, Partial<HostFile>>>>;
}

export function textProject(start: Start = {}) {
  let clock = Date.parse('2026-03-02T00:00:00Z');
  const later = () => new Date((clock += 1_000)).toISOString();
  let changes = 0;
  let tree: WorkTree | undefined;
  const texts = { ...files, ...start.files };
  const disk = new Map(
    parts.map((part): readonly [string, HostFile] => [
      filePath(part),
      {
        ...{ text: texts[part], version: 'v1', bytes: Buffer.byteLength(texts[part]) },
        writtenAt: '2026-03-01T09:00:00Z',
        ...start.file?.[part],
      },
    ]),
  );
  const read = (path: string) => {
    const found = disk.get(path);
    if (found === undefined)
      throw new AppError('CONFLICT', 'no such file', { facts: { reason: 'file-unread', file: path } });
    return found;
  };
  const write = (path: string, text: string) => {
    const writtenAt = later();
    disk.set(path, { text, version: `v ${writtenAt}`, bytes: Buffer.byteLength(text), writtenAt });
  };
  const containers = new Map(
    parts.map((part): readonly [string, ComposeContainer] => [
      `id of ${part}`,
      container(part, {
        ...{ id: `id of ${part}`, image: `${part}:1`, startedAt: started, addresses: [addressOf(part)] },
        networkIds: ['id of aetherius'],
        mounted: [{ kind: 'bind', source: `/srv/config/${part}`, destination: '/etc/aetherius' }],
        ...start.containers?.[part],
      }),
    ]),
  );
  const find = (id: string) => {
    const found = containers.get(id);
    if (found === undefined) throw new AppError('NOT_FOUND', 'no such container');
    return found;
  };
  const set = (part: TextPart, more: Partial<ComposeContainer>) => {
    containers.set(`id of ${part}`, { ...find(`id of ${part}`), ...more });
  };
  const neighbour = (name: string): ComposeNeighbour => ({
    ...{ id: `id of ${name}`, name: `aetherius-${name}`, addresses: [addressOf(name)] },
    hosts: [name, `${name}.aetherius`, `aetherius-${name}`],
  });
  const others = [...parts, 'postgres', 'nats'].map(neighbour);
  const textNow = (part: TextPart) => read(filePath(part)).text;
  /** What a program that has started since reads of its file. */
  const connected = (store: 'nats' | 'postgres', pattern: RegExp) =>
    start.unseen?.includes(store) === true
      ? []
      : parts.filter(
          (part) =>
            pattern.test(textNow(part)) &&
            find(`id of ${part}`).startedAt > (disk.get(filePath(part))?.writtenAt ?? ''),
        );
  const { server = addressOf('postgres') } = start;
  const hostFiles: HostFilesTarget = {
    folders: [{ host: '/srv/config', worker: '/srv/config' }],
    tried: () => Promise.resolve([]),
    read: (path) => Promise.resolve().then(() => read(path)),
    replace(path, text, version) {
      if (read(path).version !== version)
        return Promise.reject(new AppError('CONFLICT', 'changed', { facts: { reason: 'stale' } }));
      changes += 1;
      write(path, text);
      return Promise.resolve();
    },
    workTree: () => Promise.resolve(tree),
  };
  const compose = {
    project: 'aetherius',
    containers: () => Promise.resolve([...containers.values()]),
    inspect: (id: string) => Promise.resolve().then(() => find(id)),
    files: (id: string, path: string) =>
      Promise.resolve([{ path, text: textNow(find(id).service as TextPart) }]),
    neighbours: ({ name }: { readonly name: string }) =>
      Promise.resolve(name === 'aetherius' ? [...others, ...(start.neighbours ?? [])] : []),
    restart(id: string) {
      changes += 1;
      containers.set(id, { ...find(id), state: 'running', startedAt: later() });
      return Promise.resolve();
    },
  };
  return {
    targets: {
      ...{ environment: 'prod', platform: asInGuide, compose, hostFiles },
      postgres: fakePostgres(() =>
        connected('postgres', /host: postgres\b(?!-)/).map((part) => ({ client: addressOf(part), server })),
      ),
      nats: fakeNats({
        monitor: <T>() =>
          Promise.resolve({
            connections: connected('nats', /nats:\/\/(?:\S*@)?nats(?:\.aetherius)?:4222/).map((part) => ({
              ip: addressOf(part),
            })),
          } as T),
      }),
    } as unknown as Targets,
    params: { part: 'agent-manager', key: 'database.host' },
    changes: () => changes,
    log: [] as string[],
    textNow,
    set,
    /** By another hand. */
    write: (part: TextPart, text: string) => write(filePath(part), text),
    inTree: (more: Partial<WorkTree> = {}) => {
      tree = { folder: '/srv/config', same: false, ...more };
    },
    replace: () => {
      set('agent-manager', { image: 'agent-manager:9' });
      write(filePath('agent-manager'), textNow('agent-manager'));
    },
    meddle: () =>
      write(filePath('agent-manager'), textNow('agent-manager').replace(/host: \S+/, 'host: elsewhere')),
  };
}
