import { z } from 'zod';
import { nodeEventsNamespace } from '../../domain/fix/rights.ts';
import { knownLines } from '../../domain/logs/known-lines.ts';
import { asInGuide } from '../../domain/platform/platform.ts';
import type { Finding } from '../../domain/probe/finding.ts';
import { defineProbe, type ProbeContext } from '../../domain/probe/probe.ts';
import type { Instance, RuntimeTarget } from '../../domain/probe/targets/runtime.ts';
import type { With } from '../../domain/probe/targets/targets.ts';
import { verdict } from '../support.ts';

const params = z.strictObject({
  part: z.enum(['postgres', 'redis', 'nats', 'neo4j']).meta({ description: 'The store to look at.' }),
});
type Params = z.output<typeof params>;
type Deps = Pick<With<'runtime'>, 'runtime' | 'kubernetes'>;

const MIB = 1024 * 1024;
/** Less than this share is short, where it is also less than so many bytes: a large disk has room at 96 %. */
const SHORT_PERCENT = 5;
const SHORT_BYTES = 2048 * MIB;
const LAST_PERCENT = 1;
const LAST_BYTES = 64 * MIB;
const LOG_MINUTES = 10;

export const runtimeFreeSpace = defineProbe({
  id: 'runtime.free-space',
  doc: `Is there room on the disks of a store?
Asks df in its containers, the kubelet's events of their nodes (DiskPressure), and the last ten minutes of their logs.
When df and the log are both silent, it reports that free space could not be checked.`,
  params,
  part: ({ part }: Params) => part,
  needs: ['runtime'],
  timeoutMs: 12_000,
  emits: ['DISK_FULL', 'DISK_FULL_LOGGED', 'NODE_DISK_PRESSURE'],
  async run({ part }: Params, { deps, signal }: ProbeContext<Deps>) {
    const running = (await deps.runtime.instances(part, { signal })).filter(
      ({ phase }) => phase === 'running',
    );
    if (running.length === 0) return { status: 'skipped', reason: 'no-data' };
    const [looks, pressed] = await Promise.all([
      Promise.all(
        running.map(async (instance) => {
          const [mounts, lines] = await Promise.all([
            mountsOf(deps.runtime, instance, signal),
            linesOf(deps.runtime, instance, signal),
          ]);
          return { instance, mounts, lines };
        }),
      ),
      pressedNodes(deps, running, signal),
    ]);
    const found = looks.flatMap(({ instance, mounts = [], lines }): readonly Finding[] => {
      const of = { part, subject: instance.name };
      const short = mounts.filter(isShort).map((mount): Finding => {
        const { mount: path, size, available } = mount;
        const facts = { mount: path, size, available, percent: Math.round(100 - (100 * available) / size) };
        return { ...of, code: 'DISK_FULL', severity: isLast(mount) ? 'critical' : 'warning', facts };
      });
      if (short.length > 0 || lines === 0) return short;
      const facts = { lines, minutes: LOG_MINUTES };
      return [{ ...of, code: 'DISK_FULL_LOGGED', severity: 'warning', facts }];
    });
    const nodes = pressed.map(
      (node): Finding => ({
        ...{ code: 'NODE_DISK_PRESSURE', severity: 'warning', part, subject: node },
        facts: { node },
      }),
    );
    const seen = looks.some(({ mounts }) => mounts !== undefined);
    if (!seen && found.length + nodes.length === 0)
      return { status: 'skipped', reason: 'no-data', facts: { freeSpace: 'unseen' } };
    return verdict([...found, ...nodes], { instances: running.length });
  },
});

interface Mount {
  readonly mount: string;
  readonly size: number;
  readonly available: number;
}

const isShort = ({ size, available }: Mount) =>
  available < SHORT_BYTES && available * 100 < size * SHORT_PERCENT;
const isLast = ({ size, available }: Mount) =>
  available < LAST_BYTES || available * 100 < size * LAST_PERCENT;

/** Of memory, of the engine, of the kernel: nothing that a store keeps lies there. */
const apart = /^\/(?:dev|etc|proc|run|sys|var\/run)(?:\/|$)/;
const ofMemory = /^(?:tmpfs|shm|devtmpfs|udev|none|ramfs)$/;

/** Lines of `df -P -k` (POSIX): file system, KiB, used, available, share, mount point. */
function mountsIn(text: string): readonly Mount[] {
  return text.split('\n').flatMap((line): readonly Mount[] => {
    const match = /^(\S+)\s+(\d+)\s+\d+\s+(-?\d+)\s+\d+%\s+(\/.*)$/.exec(line.trim());
    if (match === null) return [];
    const [, system = '', size, available, mount = ''] = match;
    if (ofMemory.test(system) || apart.test(mount) || Number(size) === 0) return [];
    return [{ mount, size: Number(size) * 1024, available: Math.max(0, Number(available)) * 1024 }];
  });
}

/** Undefined: it could not be seen. */
async function mountsOf(
  runtime: RuntimeTarget,
  instance: Instance,
  signal: AbortSignal,
): Promise<readonly Mount[] | undefined> {
  try {
    const { stdout } = await runtime.exec(instance, ['df', '-P', '-k'], { signal, timeoutMs: 5_000 });
    const mounts = mountsIn(stdout);
    return mounts.length === 0 ? undefined : mounts;
  } catch {
    signal.throwIfAborted();
    return undefined;
  }
}

const full = knownLines(asInGuide).find(({ id }) => id === 'disk-full')?.pattern;

/** Lines of the last minutes that say that no room is left; none where the log cannot be read. */
async function linesOf(runtime: RuntimeTarget, instance: Instance, signal: AbortSignal): Promise<number> {
  try {
    const options = { signal, tail: 2_000, sinceSeconds: LOG_MINUTES * 60 };
    const text = await runtime.logs(instance, options);
    return text.split('\n').filter((line) => full?.test(line) === true).length;
  } catch {
    signal.throwIfAborted();
    return 0;
  }
}

const NodeEvent = z.object({
  reason: z.string().default(''),
  involvedObject: z.object({ name: z.string().default('') }).prefault({}),
  lastTimestamp: z.string().nullish(),
  eventTime: z.string().nullish(),
});

/** Nodes of these Pods whose kubelet says last that the disk is short, by its events; none where those may not be listed. */
async function pressedNodes(
  { kubernetes }: Deps,
  instances: readonly Instance[],
  signal: AbortSignal,
): Promise<readonly string[]> {
  if (kubernetes === undefined) return [];
  try {
    const [pods, events] = await Promise.all([
      kubernetes.list('pods', kubernetes.namespace, { signal }),
      kubernetes.list('events', nodeEventsNamespace, {
        ...{ signal, fieldSelector: 'involvedObject.kind=Node' },
      }),
    ]);
    const used = new Set(
      pods.flatMap(({ metadata, spec }) => {
        const { nodeName } = (spec ?? {}) as { readonly nodeName?: string };
        return nodeName !== undefined && instances.some(({ id }) => id === metadata.uid) ? [nodeName] : [];
      }),
    );
    const told = events.flatMap((event) => {
      const parsed = NodeEvent.safeParse(event);
      if (!parsed.success) return [];
      const { reason, involvedObject, lastTimestamp, eventTime } = parsed.data;
      const at = Date.parse(lastTimestamp ?? eventTime ?? '');
      const pressed = { NodeHasDiskPressure: true, NodeHasNoDiskPressure: false }[reason];
      return pressed === undefined || Number.isNaN(at) ? [] : [{ node: involvedObject.name, at, pressed }];
    });
    return [...used].filter((node) => {
      const own = told.filter((one) => one.node === node);
      return own.toSorted((one, other) => other.at - one.at)[0]?.pressed === true;
    });
  } catch {
    signal.throwIfAborted();
    return [];
  }
}
