/** A service of which Compose runs two containers (`replicas: 2`), on a real Docker engine: a fix is one for both. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { missing } from '../../../lab/components/docker.ts';
import { useComposeProject } from '../../support/compose-project.ts';

const lacking = missing();
const part = 'agent-manager';
const mib = 1024 ** 2;
const text = 'event:\n  workers: 10\n';
const changed = 'event:\n  workers: 20\n';
const inside = '/etc/aetherius/config.yaml';

describe.skipIf(lacking !== undefined)(
  `two containers of a service${lacking === undefined ? '' : ` (left out: ${lacking})`}`,
  () => {
    const place = useComposeProject('replicas', ['sh', 'sleep', 'cat']);
    const { project, folder, image, docker, removed, labels, inspect, events, run, killedAt, undone } = place;
    const given = join(folder.dir, 'config');
    const fileOf = (name: string) => join(given, name, 'config.yaml');

    beforeAll(() => {
      for (const name of ['both', 'other']) mkdirSync(join(given, name), { recursive: true });
    });
    beforeEach(async () => {
      await removed();
      for (const name of ['both', 'other']) writeFileSync(fileOf(name), text);
    });

    /** Each writes down what its file says when it starts. */
    const made = (folders: readonly string[] = ['both', 'both']): Promise<string[]> =>
      Promise.all(
        folders.map((name, at) =>
          docker(
            ...['run', '-d', '--name', `${project}-${part}-${at + 1}`, '--memory', '64m'],
            ...[
              '-v',
              `${join(given, name)}:/etc/aetherius:ro`,
              ...labels(part),
              image,
              '/bin/busybox',
              'sh',
              '-c',
            ],
            `cat ${inside} > /read; trap "exit 0" TERM; while true; do sleep 1; done`,
          ),
        ),
      );
    const harness = (id: string) =>
      place.harness({ id, runtime: { files: [{ host: given, worker: given }] } });
    const each = <T>(ids: readonly string[], of: (id: string) => Promise<T>): Promise<T[]> =>
      Promise.all(ids.map(of));
    const read = (id: string) => docker('exec', id, '/bin/cat', '/read');

    it('R-X5: are restarted one after the other, each once though the worker dies after the first one', async () => {
      const ids = await made();
      const h = harness('compose.restart-service');
      // One of two stays up meanwhile, so that is of tier 1: whoever may ask for it has it done.
      const row = await h.offered({ part });
      await h.refresh();
      expect((await h.service.request(h.input(row.id, 'UONCALL'))).remediation.state).toBe('approved');
      expect(row.plan).toMatchObject({
        objects: 2,
        tier: 1,
        blast: { facts: { containers: 2, running: 2 } },
      });

      await killedAt(h, row.id, 'R-K4', 1);

      expect(await h.row(row.id)).toMatchObject({ state: 'succeeded', outcome: { settled: true } });
      expect(await each(ids, (id) => events(id, 'restart'))).toEqual([1, 1]);
    });

    it('are started where one of them has stopped, and the other one is not touched', async () => {
      const [stopped = '', runs = ''] = await made();
      await docker('stop', '-t', '1', stopped);
      const since = await inspect(runs, '{{.State.StartedAt}}');
      const h = harness('compose.start-service');
      const row = await h.approved({ part });
      expect(row.plan).toMatchObject({ objects: 1, blast: { facts: { containers: 1, running: 1 } } });

      await run(h, row.id);

      expect(await h.row(row.id)).toMatchObject({ state: 'succeeded', outcome: { settled: true } });
      expect(await each([stopped, runs], (id) => events(id, 'start'))).toEqual([2, 1]);
      expect(await inspect(runs, '{{.State.StartedAt}}')).toBe(since);
    });

    it('have one limit, and undo sets the former one of both', async () => {
      const ids = await made();
      const limits = () => each(ids, (id) => inspect(id, '{{.HostConfig.Memory}}'));
      const h = harness('compose.set-limits');
      const row = await h.approved({ part, memoryMiB: 128 });

      await run(h, row.id);

      expect(await h.row(row.id)).toMatchObject({ state: 'succeeded', outcome: { settled: true } });
      expect(await limits()).toEqual([String(128 * mib), String(128 * mib)]);
      expect((await undone(h, row.id)).state).toBe('succeeded');
      expect(await limits()).toEqual([String(64 * mib), String(64 * mib)]);
    });

    it('have one file, which is written once and read by both, as its undo is', async () => {
      const ids = await made();
      const h = harness('compose.set-config-key');
      const row = await h.approved({ part, key: 'event.workers', value: 20 });

      await run(h, row.id);

      expect(await h.row(row.id)).toMatchObject({ state: 'succeeded', outcome: { settled: true } });
      expect(readFileSync(fileOf('both'), 'utf8')).toBe(changed);
      expect(await each(ids, read)).toEqual([changed.trim(), changed.trim()]);
      expect(await each(ids, (id) => events(id, 'restart'))).toEqual([1, 1]);
      expect((await undone(h, row.id)).state).toBe('succeeded');
      expect(await each(ids, read)).toEqual([text.trim(), text.trim()]);
    });

    it('are left to people where each has a file of its own', async () => {
      await made(['both', 'other']);
      const h = harness('compose.set-config-key');

      expect(await h.propose({ part, key: 'event.workers', value: 20 })).toMatchObject({
        reason: 'file-of-each',
      });
    });
  },
);
