import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { run } from '../../lab/components/process.ts';
import { missingFor } from '../../lab/runtimes/index.ts';

const absent = missingFor('kubernetes');
const root = mkdtempSync(join(tmpdir(), 'aetherius-down-'));
const script = new URL('../../lab/kubernetes/down.sh', import.meta.url).pathname;

/** The folder of a lab whose node has died: its number is another process's by now. */
function ended(states: string, name: string): string {
  const folder = join(states, name);
  mkdirSync(join(folder, 'pki'), { recursive: true });
  writeFileSync(join(folder, 'node.pid'), String(process.pid));
  return folder;
}

describe.skipIf(absent.length > 0)('several labs that end at once', () => {
  afterAll(() => rmSync(root, { recursive: true, force: true }));

  it('end one after another, and the last removes the mount points', async () => {
    for (let round = 0; round < 15; round++) {
      const points = join(root, `${round}`);
      const states = join(points, 'state');
      const labs = ['a', 'b', 'c', 'd', 'e'].map((name) => ended(states, name));
      for (const point of ['cni', 'kubelet']) {
        mkdirSync(join(points, point));
        writeFileSync(join(labs[0] as string, `made-${point}`), '');
      }

      const ends = await Promise.all(
        labs.map((lab, index) =>
          run('bash', [script], {
            env: {
              STATE: lab,
              MOUNT_POINTS: points,
              HOST_IF: `labdown${index}`,
              CGROUP: `aetherius-lab-down-${index}`,
            },
          }),
        ),
      );

      expect(ends.map((end) => [end.code, end.stderr])).toEqual(labs.map(() => [0, '']));
      expect(
        [states, join(points, 'cni'), join(points, 'kubelet')].filter((path) => existsSync(path)),
      ).toEqual([]);
    }
  }, 120_000);
});
