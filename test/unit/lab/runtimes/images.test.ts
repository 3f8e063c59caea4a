import { chmodSync, mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fingerprint } from '../../../../lab/runtimes/images.ts';

describe('what an image of the lab is made from', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'images-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const checkout = (name: string, script: string, at: number) => {
    const root = join(folder, name);
    mkdirSync(root);
    const file = join(root, 'start.sh');
    writeFileSync(file, script, { mode: 0o755 });
    utimesSync(file, at, at);
    return root;
  };
  const of = (root: string) =>
    fingerprint({
      name: 'lab.local/redis:1',
      add: [[root, '/opt']],
      link: [],
      dir: [],
      entrypoint: ['/opt/start.sh'],
      env: [],
    });

  it('is the same in another checkout, whenever that was cloned', () => {
    expect(of(checkout('one', 'exec redis-server', 1000))).toBe(
      of(checkout('two', 'exec redis-server', 2000)),
    );
  });

  it('is another one when a script or its mode changes', () => {
    const one = of(checkout('one', 'exec redis-server a', 1000));
    const two = checkout('two', 'exec redis-server b', 1000);
    const before = of(two);
    chmodSync(join(two, 'start.sh'), 0o600);

    expect(before).not.toBe(one);
    expect(of(two)).not.toBe(before);
  });
});
