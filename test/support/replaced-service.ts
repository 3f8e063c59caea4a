/** An engine with one container that ends since it was made from another image, and what makes another one in its place. */

import { AppError } from '../../src/domain/kernel/errors.ts';
import { asInGuide } from '../../src/domain/platform/platform.ts';
import type { RanImage } from '../../src/domain/platform/ran-image.ts';
import { servingOf } from '../../src/domain/probe/replaced-container.ts';
import type {
  ComposeAnew,
  ComposeContainer,
  ComposeImage,
  ComposeTarget,
} from '../../src/domain/probe/targets/compose.ts';
import type { Targets } from '../../src/domain/probe/targets/targets.ts';

export const images = {
  good: { id: `sha256:${'a'.repeat(64)}`, name: 'lab.local/agent-manager:1' },
  bad: { id: `sha256:${'b'.repeat(64)}`, name: 'lab.local/agent-manager:2' },
} as const;

const failing: ComposeContainer = {
  ...{ id: 'c1'.padEnd(64, '0'), name: 'aetherius-agent-manager-1', service: 'agent-manager' },
  ...{ image: images.bad.name, imageId: images.bad.id, state: 'restarting', exitCode: 3, restartCount: 4 },
  ...{ createdAt: '2026-11-25T00:00:00Z', startedAt: '2026-11-25T00:00:00Z', oomKilled: false },
  ...{ networks: ['aetherius'], networkIds: ['id of aetherius'], addresses: ['172.18.0.5'] },
  ...{ memoryLimitBytes: 0, nanoCpus: 0, env: {}, command: [] },
  mounted: [{ kind: 'volume', source: '/var/lib/docker/volumes/data', destination: '/data' }],
  making: { obstacles: [], leansOn: [], restart: 'unless-stopped' },
};

export interface Engine {
  readonly containers: ComposeContainer[];
  /** What the engine has, by name and by id. */
  readonly images: Map<string, ComposeImage>;
  ran: readonly RanImage[];
  /** What the file of the container says. */
  file: string;
}

/** `more`: what else is true of the container. */
export function replacedService(more: Partial<ComposeContainer> = {}) {
  const there = (name: string, id: string): readonly [string, ComposeImage] => [
    name,
    { id, volumes: ['/data'], env: {}, command: [] },
  ];
  const engine: Engine = {
    containers: [{ ...failing, ...more }],
    images: new Map([
      there(images.good.name, images.good.id),
      there(images.good.id, images.good.id),
      there(images.bad.id, images.bad.id),
    ]),
    ran: [{ image: images.good.name, id: images.good.id, at: '2026-11-24T12:00:00.000Z' }],
    file: 'event:\n  workers: 20\n',
  };
  const log: string[] = [];
  let minutes = 0;
  let exchanged = false;
  const find = (id: string): ComposeContainer => {
    const found = engine.containers.find((one) => one.id === id);
    if (found === undefined) throw new AppError('NOT_FOUND', 'no such container');
    // What somebody has made under the same name is another one.
    return exchanged ? { ...found, id: `other ${found.id}` } : found;
  };
  const change = (id: string, what: string, changes: Partial<ComposeContainer>) => {
    log.push(`${what} ${find(id).name}`);
    const at = engine.containers.findIndex((one) => one.id === id);
    engine.containers[at] = { ...(engine.containers[at] as ComposeContainer), ...changes };
    return Promise.resolve();
  };
  const later = () => {
    minutes += 1;
    return `2026-11-25T01:${String(minutes).padStart(2, '0')}:00Z`;
  };
  const target = {
    project: 'aetherius',
    containers: () => Promise.resolve(servingOf(engine.containers)),
    inspect: (id: string) => Promise.resolve().then(() => find(id)),
    ran: () => Promise.resolve(engine.ran),
    files: (id: string, path: string) =>
      Promise.resolve().then(() => (find(id).state === 'dead' ? [] : [{ path, text: engine.file }])),
    start: (id: string) =>
      change(id, 'start', {
        state: find(id).imageId === images.good.id ? 'running' : 'restarting',
        startedAt: later(),
      }),
    anew: {
      image: (name: string) => Promise.resolve(engine.images.get(name)),
      madeFor: (id: string) =>
        Promise.resolve(engine.containers.filter(({ making }) => making?.replaces === id)),
      create(like: string, wanted: Parameters<ComposeAnew['create']>[1]) {
        const { making, networks, networkIds, env, command, ...rest } = find(like);
        const { without } = wanted;
        log.push(`create ${wanted.name} ${wanted.image}`);
        engine.containers.push({
          ...{ ...rest, id: `made for ${like}`, name: wanted.name, state: 'created', restartCount: 0 },
          ...{ startedAt: '0001-01-01T00:00:00Z', exitCode: 0, addresses: [] },
          ...(without === undefined || 'variable' in without
            ? {
                command,
                env: Object.fromEntries(Object.entries(env).filter(([one]) => one !== without?.variable)),
              }
            : { env, command: command.toSpliced(without.at, without.elements.length) }),
          // It is made on one of them.
          ...{ networks: networks.slice(0, 1), networkIds: networkIds?.slice(0, 1) ?? [] },
          ...{ image: wanted.image, imageId: engine.images.get(wanted.image)?.id ?? 'sha256:none' },
          making: { ...(making as NonNullable<typeof making>), fix: wanted.fix, replaces: like },
        });
        return Promise.resolve();
      },
      join: (network: string, id: string) => {
        const { networks, networkIds = [] } = find(id);
        const name = network.replace('id of ', '');
        return change(id, `join ${name}`, {
          networks: [...networks, name],
          networkIds: [...networkIds, network],
        });
      },
      stop: (id: string) => change(id, 'stop', { state: 'exited' }),
      rename: (id: string, name: string) => change(id, 'rename', { name }),
      setRestart: (id: string, restart: string) =>
        change(id, `restart=${restart}`, {
          making: { ...(find(id).making as NonNullable<ComposeContainer['making']>), restart },
        }),
      remove(id: string) {
        log.push(`remove ${find(id).name}`);
        engine.containers.splice(
          engine.containers.findIndex((one) => one.id === id),
          1,
        );
        return Promise.resolve();
      },
    },
  };
  return {
    ...{ engine, log },
    targets: { environment: 'prod', platform: asInGuide, compose: target } as unknown as Targets & {
      readonly compose: ComposeTarget;
    },
    params: { part: 'agent-manager' },
    changes: () => log.length,
    replace: () => {
      exchanged = true;
    },
    /** Somebody removes the one that was made. */
    meddle: () => {
      engine.containers.splice(1);
    },
  };
}

export const overridingName = 'AETHERIUS_EVENT_WORKERS';

/** The same with a container that runs well, and in which a variable hides a key of its file. */
export function overriddenService(more: Partial<ComposeContainer> = {}) {
  const { good } = images;
  const fixture = replacedService({
    ...{ image: good.name, imageId: good.id, state: 'running', exitCode: 0, restartCount: 0 },
    env: { [overridingName]: '6', LEVEL: 'debug' },
    mounted: [{ kind: 'bind', source: '/srv/config', destination: '/etc/aetherius' }],
    ...more,
  });
  return { ...fixture, params: { part: 'agent-manager', key: 'event.workers', name: overridingName } };
}
