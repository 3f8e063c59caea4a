import { describe, expect, it } from 'vitest';
import type { KubernetesTarget } from '../../../../src/domain/probe/targets/kubernetes.ts';
import { runtimeFreeSpace } from '../../../../src/probes/runtime/free-space.probe.ts';
import { meta } from '../../../support/cluster-objects.ts';
import { fakeKubernetes } from '../../../support/fake-kubernetes.ts';
import { type FakePart, fakeRuntime } from '../../../support/fake-runtime.ts';
import { probeContext } from '../../../support/probe-context.ts';

const data = '/var/lib/postgresql/data';
const head = 'Filesystem 1024-blocks Used Available Capacity Mounted on\n';
const GIB = 1024 * 1024;
/** `df -P -k` with one mount of this size and room, in KiB. */
const df = (size: number, available: number, mount = data, system = '/dev/sdb') => ({
  code: 0,
  stdout: `${head}${system} ${size} ${size - available} ${available} 50% ${mount}\n`,
});
const look = (postgres: readonly FakePart[], kubernetes?: KubernetesTarget) =>
  runtimeFreeSpace.run(
    { part: 'postgres' },
    probeContext({ runtime: fakeRuntime({ postgres }), ...(kubernetes === undefined ? {} : { kubernetes }) }),
  );
const withDf = (answer: { readonly code: number; readonly stdout: string }, log = '') =>
  look([{ log, commands: { 'df -P -k': answer } }]);
const unseen = { status: 'skipped', reason: 'no-data', facts: { freeSpace: 'unseen' } };

describe('runtime.free-space', () => {
  it.each([
    ['full', GIB, 0, 'critical'],
    ['nearly full', 4 * GIB, 0.16 * GIB, 'warning'],
    ['nearly full and small', 100 * 1024, 4 * 1024, 'critical'],
    ['half full', GIB, 0.5 * GIB, undefined],
    ['large, with room at 96 %', 1000 * GIB, 40 * GIB, undefined],
  ])('tells a disk that is %s', async (_what, size, available, severity) => {
    const outcome = await withDf(df(size, Math.round(available)));

    expect(outcome).toMatchObject(
      severity === undefined
        ? { status: 'healthy' }
        : { findings: [{ code: 'DISK_FULL', severity, subject: 'postgres-0', facts: { mount: data } }] },
    );
  });

  it('takes no memory, and nothing of the engine, for a disk', async () => {
    for (const [mount, system] of [
      ['/dev/shm', 'shm'],
      ['/var/lib/x', 'tmpfs'],
      ['/etc/hosts', '/dev/sdb'],
    ] as const)
      expect(await withDf(df(GIB, 0, mount, system))).toMatchObject(unseen);
  });

  it.each([
    'ERROR:  could not extend file "base/5/1": No space left on device',
    'app: ERROR: disk full (SQLSTATE 53100)',
  ])('hears it from the log where df says nothing: %s', async (line) => {
    expect(await look([{ log: `LOG: ready\n${line}\n` }])).toMatchObject({
      findings: [{ code: 'DISK_FULL_LOGGED', facts: { lines: 1, minutes: 10 } }],
    });
    // The disk itself says more than what was logged of it.
    const both = await withDf(df(GIB, 0), line);
    expect(both).toMatchObject({ findings: [{ code: 'DISK_FULL' }] });
    expect('findings' in both ? both.findings : []).toHaveLength(1);
  });

  it('says that it could not be checked where nothing tells, and nothing where nothing runs', async () => {
    expect(await look([{ log: 'LOG: ready' }])).toMatchObject(unseen);
    expect(await withDf({ code: 127, stdout: '' })).toMatchObject(unseen);
    expect(await look([])).toEqual({ status: 'skipped', reason: 'no-data' });
    expect(await look([{ phase: 'terminated' }])).toEqual({ status: 'skipped', reason: 'no-data' });
  });

  it('hears of DiskPressure from the kubelet of the node on which it runs', async () => {
    const pod = { ...meta('postgres-0', 'aetherius'), spec: { nodeName: 'one' } };
    const event = (node: string, reason: string, minute: number) => ({
      ...meta(`${node}-${minute}`, 'default'),
      ...{ reason, involvedObject: { name: node }, lastTimestamp: `2026-03-01T10:0${minute}:00Z` },
    });
    const cluster = (...events: readonly ReturnType<typeof event>[]) =>
      fakeKubernetes({
        list: (kind) =>
          Promise.resolve(
            kind === 'pods' ? [{ ...pod, metadata: { ...pod.metadata, uid: 'postgres-0' } }] : events,
          ),
      });
    const ready = [{ commands: { 'df -P -k': df(GIB, 0.5 * GIB) } }];
    const short = event('one', 'NodeHasDiskPressure', 1);

    expect(await look(ready, cluster(short))).toMatchObject({
      findings: [{ code: 'NODE_DISK_PRESSURE', subject: 'one' }],
    });
    for (const other of [
      cluster(event('two', 'NodeHasDiskPressure', 1)),
      cluster(short, event('one', 'NodeHasNoDiskPressure', 2)),
      cluster(event('one', 'NodeReady', 1)),
      fakeKubernetes({}),
    ])
      expect(await look(ready, other)).toMatchObject({ status: 'healthy' });
  });
});
