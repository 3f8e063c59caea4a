/** A number in a file of the host, on a real Docker engine: the folder mounted, or the file alone. */
import { mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { missing } from '../../../lab/components/docker.ts';
import { must } from '../../../lab/components/process.ts';
import type { Harness } from '../../support/approvals.ts';
import { useComposeProject } from '../../support/compose-project.ts';
import { killRounds } from '../../support/killed.ts';

const lacking = missing();
const part = 'agent-manager';
const params = { part, key: 'event.workers', value: 20 } as const;
const inside = '/etc/aetherius/config.yaml';
/** As people write it, on whatever machine. */
const text =
  '# Flags win.\r\nevent:\r\n  workers: 10 # as many as cores\r\ndatabase: { password: "not for eyes" }\r\n';
const changed = text.replace('10 #', '20 #');

describe.skipIf(lacking !== undefined)(
  `fixes of a file on the host${lacking === undefined ? '' : ` (left out: ${lacking})`}`,
  () => {
    const place = useComposeProject('host-files', ['sh', 'sleep', 'cat']);
    const { project, folder, image, docker, removed, events, run, killedAt, undone } = place;
    const given = join(folder.dir, 'config');
    const file = join(given, part, 'config.yaml');

    beforeAll(() => mkdirSync(join(given, part), { recursive: true }));
    beforeEach(() => writeFileSync(file, text));

    /** One container of the part, which writes down what its file says when it starts. */
    async function made(mount = `${join(given, part)}:/etc/aetherius:ro`): Promise<string> {
      await removed();
      return docker(
        ...['run', '-d', '--name', `${project}-${part}-1`, '-v', mount],
        ...[...place.labels(part), image, '/bin/busybox', 'sh', '-c'],
        `cat ${inside} > /read; trap "exit 0" TERM; while true; do sleep 1; done`,
      );
    }
    /** What the program in the container has read at its start. */
    const read = async (id: string) => {
      const { stdout } = await place.engine().docker(['exec', id, '/bin/cat', '/read'], { seconds: 30 });
      return stdout;
    };
    const harness = (
      files: readonly { readonly host: string; readonly worker: string }[] | undefined = [
        { host: given, worker: given },
      ],
    ): Harness =>
      place.harness({
        id: 'compose.set-config-key',
        ...(files.length === 0 ? {} : { runtime: { files: [...files] } }),
      });
    /** Nothing can be made or renamed in the part's folder meanwhile, whoever tries. */
    const locked = async <T>(work: (lock: () => Promise<unknown>) => Promise<T>): Promise<T> => {
      try {
        return await work(() => must('chattr', ['+i', join(given, part)]));
      } finally {
        await must('chattr', ['-i', join(given, part)]);
      }
    };
    it.each([
      ['the folder', () => `${join(given, part)}:/etc/aetherius:ro`],
      ['the file alone', () => `${file}:${inside}:ro`],
    ])(
      'sets it once in a file of which %s is mounted, and undo sets the former one',
      async (_what, mount) => {
        const id = await made(mount());
        const { mode } = statSync(file);
        const h = harness();
        const row = await h.approved(params);

        await run(h, row.id);

        expect(await h.row(row.id)).toMatchObject({ state: 'succeeded', outcome: { settled: true } });
        expect(readFileSync(file, 'utf8')).toBe(changed);
        expect(statSync(file).mode).toBe(mode);
        expect(readdirSync(join(given, part))).toEqual(['config.yaml']);
        expect(await read(id)).toBe(changed);
        expect(await events(id, 'restart')).toBe(1);
        expect(JSON.stringify(row.plan)).not.toContain('not for eyes');
        expect((await undone(h, row.id)).state).toBe('succeeded');
        expect(readFileSync(file, 'utf8')).toBe(text);
        expect(await read(id)).toBe(text);
        expect(await events(id, 'restart')).toBe(2);
      },
    );

    it.each([
      ['R-K3', 1],
      ['R-K4', 1],
      ['R-K3', 2],
      ['R-K4', 2],
    ] as const)(
      'R-X5: is done once though the worker dies at %s of step %i',
      killRounds,
      async (point, step) => {
        const id = await made();
        const h = harness();
        const row = await h.approved(params);

        await killedAt(h, row.id, point, step);

        expect(await h.row(row.id)).toMatchObject({ state: 'succeeded', outcome: { settled: true } });
        expect(readFileSync(file, 'utf8')).toBe(changed);
        expect(await read(id)).toBe(changed);
        expect(await events(id, 'restart')).toBe(1);
      },
    );

    it('R-X5: what a worker that died before its rename has left does no harm', async () => {
      const id = await made();
      const h = harness();
      const row = await h.approved(params);
      writeFileSync(join(given, part, '.config.yaml.aetherius-new'), 'event: { wor');

      await run(h, row.id);

      expect((await h.row(row.id)).state).toBe('succeeded');
      expect(await read(id)).toBe(changed);
      expect(readdirSync(join(given, part))).toEqual(['config.yaml']);
    });

    it.each([
      ['another value', () => text.replace('10 #', '12 #')],
      ['another line', () => `${text}# a line\r\n`],
      ['the very same', () => text],
    ])('R-P3: does nothing where another hand has written %s since the plan', async (_what, theirs) => {
      const id = await made();
      const h = harness();
      const row = await h.approved(params);
      writeFileSync(file, theirs());

      await run(h, row.id);

      expect((await h.row(row.id)).state).toBe('stale');
      expect(readFileSync(file, 'utf8')).toBe(theirs());
      expect(await events(id, 'restart')).toBe(0);
    });

    it('R-P3: restarts nothing where another hand has written more between the steps, and takes its own back', async () => {
      const id = await made();
      const h = harness();
      const row = await h.approved(params);
      let left = 2;
      const atKillPoint = (at: string) => {
        left -= at === 'R-K3' ? 1 : 0;
        // Right before the restart.
        if (at === 'R-K3' && left === 0) writeFileSync(file, `${changed}# a line\r\n`);
        return Promise.resolve();
      };

      await run(h, row.id, { atKillPoint });

      expect((await h.row(row.id)).state).toBe('rolled_back');
      expect(readFileSync(file, 'utf8')).toBe(`${text}# a line\r\n`);
      expect(await read(id)).toBe(text);
      expect(await events(id, 'restart')).toBe(0);
    });

    it('is not offered without the folder, or with another one, and says which file it lacks', async () => {
      await made();

      for (const files of [[], [{ host: join(folder.dir, 'other'), worker: given }]])
        expect(await harness(files).propose(params)).toMatchObject({
          reason: 'file-not-given',
          facts: { file },
        });
      const elsewhere = join(folder.dir, 'elsewhere');
      mkdirSync(join(elsewhere, part), { recursive: true });
      writeFileSync(join(elsewhere, part, 'config.yaml'), 'event: { workers: 10 }\n');
      expect(await harness([{ host: given, worker: elsewhere }]).propose(params)).toMatchObject({
        reason: 'file-differs',
      });
    });

    it('is not offered for a file that a link leads out of the folder, a volume, or one that is too large', async () => {
      const h = harness();
      const target = join(folder.dir, 'secret.yaml');
      writeFileSync(target, text);
      await must('rm', [file]);
      symlinkSync(target, file);
      await made(`${file}:${inside}:ro`);
      expect(await h.propose(params)).toMatchObject({
        reason: 'file-outside',
      });

      await must('rm', [file]);
      writeFileSync(file, `${text}${'#'.repeat(1 << 20)}`);
      await made();
      expect(await h.propose(params)).toMatchObject({ reason: 'file-too-large' });

      await made(`${project}-volume:/etc/aetherius`);
      expect(await h.propose(params)).toMatchObject({ reason: 'file-not-mounted' });
      await removed();
      await docker('volume', 'rm', `${project}-volume`);
    });

    it('ends as failed where the file system allows no write after all', async () => {
      const id = await made();
      const h = harness();
      const row = await h.approved(params);

      await locked((lock) =>
        run(h, row.id, {
          atKillPoint: async (at) => {
            if (at === 'R-K3') await lock();
          },
        }),
      );

      expect((await h.row(row.id)).state).toBe('failed');
      expect(readFileSync(file, 'utf8')).toBe(text);
      expect(readdirSync(join(given, part))).toEqual(['config.yaml']);
      expect(await events(id, 'restart')).toBe(0);
    });

    it('R-P6: is not offered where the folder may not be written', async () => {
      await made();
      const offer = await locked(async (lock) => {
        await lock();
        return harness().propose(params);
      });

      expect(offer).toMatchObject({ reason: 'file-unwritable-folder' });
    });
  },
);
