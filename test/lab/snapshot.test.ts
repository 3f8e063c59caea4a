import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { must } from '../../lab/components/process.ts';
import { missingFor } from '../../lab/runtimes/index.ts';
import { differences, snapshot } from '../../lab/snapshot.ts';

const absent = missingFor('kubernetes');
const dir = mkdtempSync(join(tmpdir(), 'aetherius-snapshot-'));
const ends: (() => Promise<unknown> | void)[] = [];
const ip = (...args: readonly string[]) => must('ip', args);

/** Where cgroups are made: the first controller of version 1, or the only tree of version 2. */
function cgroupRoot(): string {
  const top = '/sys/fs/cgroup';
  if (existsSync(join(top, 'cgroup.controllers'))) return top;
  const [first = ''] = readdirSync(top).filter((name) => existsSync(join(top, name, 'cgroup.procs')));
  return join(top, first);
}

async function wire(name: string, network: string): Promise<void> {
  await ip('link', 'add', name, 'type', 'veth', 'peer', 'name', `${name}p`);
  ends.push(() => ip('link', 'del', name));
  await ip('link', 'set', name, 'up');
  await ip('route', 'add', network, 'dev', name);
}

function cgroup(name: string): string {
  const folder = join(cgroupRoot(), name);
  mkdirSync(folder);
  ends.push(() => rmdirSync(folder));
  return folder;
}

async function mount(folder: string): Promise<void> {
  mkdirSync(folder, { recursive: true });
  await must('mount', ['-t', 'tmpfs', 'tmpfs', folder]);
  ends.push(() => must('umount', [folder]));
}

describe.skipIf(absent.length > 0)('what the lab left in the kernel', () => {
  beforeAll(() => {
    vi.stubEnv('AETHERIUS_LAB_INSTANCE', '9');
    vi.stubEnv('AETHERIUS_LAB_STATE', join(dir, 'state'));
  });
  afterEach(async () => {
    for (const end of ends.splice(0)) await end();
  });
  afterAll(() => {
    vi.unstubAllEnvs();
    rmSync(dir, { recursive: true, force: true });
  });

  it('is its wire, routes, cgroups and mounts', async () => {
    const before = await snapshot();
    await wire('lab18', '10.244.9.0/24');
    const group = cgroup('aetherius-lab-9');
    await mount(join(dir, 'state/kubernetes-9/mnt'));

    const left = differences(before, await snapshot());

    for (const line of [
      /^interfaces: left behind: lab18@/,
      /^routes: left behind: 10\.244\.9\.0\/24 dev lab18/,
      new RegExp(`^cgroups: left behind: ${group}$`),
      /^mounts: left behind: .*state\/kubernetes-9\/mnt/,
    ])
      expect(left).toContainEqual(expect.stringMatching(line));
  });

  it('is not what others have of the same kinds', async () => {
    const before = await snapshot();
    await wire('lab180', '10.244.90.0/24');
    cgroup('aetherius-lab-90');
    await mount(join(dir, 'elsewhere'));

    expect(differences(before, await snapshot())).toEqual([]);
  });
});
