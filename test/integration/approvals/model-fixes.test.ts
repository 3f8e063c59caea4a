/** The model of a service in a folder of the host, on a real Docker engine, fetched from a real HTTP server. */
import { createHash, randomBytes } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { missing } from '../../../lab/components/docker.ts';
import { must } from '../../../lab/components/process.ts';
import type { Harness } from '../../support/approvals.ts';
import { useComposeProject } from '../../support/compose-project.ts';
import { killRounds } from '../../support/killed.ts';

const lacking = missing();
const part = 'reasoning-service';
const name = 'isolation-forest.joblib';
const inside = `/app/models/${name}`;
const model = randomBytes(2_000_000).toString('base64');
const sha256 = createHash('sha256').update(model).digest('hex');
type Gives = (request: IncomingMessage, response: ServerResponse) => void;
const answersWith =
  (content: string, promised = content.length): Gives =>
  ({ method }, response) => {
    response.writeHead(200, { 'content-length': promised });
    response.end(method === 'HEAD' ? undefined : content);
  };
const whole = answersWith(model);
/** A piece each now and then, so that there is a word to say in the middle. */
const dripping: Gives = ({ method }, response) => {
  response.writeHead(200, { 'content-length': model.length });
  if (method === 'HEAD') {
    response.end();
    return;
  }
  const timer = setInterval(() => response.write('x'.repeat(1_000)), 50);
  response.on('close', () => clearInterval(timer));
};

describe.skipIf(lacking !== undefined)(
  `the model fetched again${lacking === undefined ? '' : ` (left out: ${lacking})`}`,
  () => {
    const place = useComposeProject('model', ['sh', 'sleep', 'cat', 'sha256sum', 'cut']);
    const { project, folder, image, docker, removed, run, killedAt, undone } = place;
    const models = join(folder.dir, 'models');
    const file = join(models, name);
    let server: Server;
    let container = '';
    let asked: string[] = [];
    let gives: Gives;
    const at = () => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    /** What the program in the container has loaded at its start. */
    const loaded = async () => {
      const { stdout } = await place
        .engine()
        .docker(['exec', container, '/bin/cat', '/loaded'], { seconds: 30 });
      return stdout.trim();
    };
    /** The source of the model, and the service, whose analysis works with the right model alone. */
    async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
      const { method = '', url = '' } = request;
      if (url === `/${name}`) {
        asked.push(method);
        gives(request, response);
      } else if (url === '/health') response.writeHead(200).end('{"status":"ok"}');
      else if ((await loaded().catch(() => '')) === sha256)
        response.writeHead(200).end('{"knowledge_graph":"used"}');
      else response.writeHead(500).end('{"error":"cannot load the model"}');
    }
    beforeAll(async () => {
      mkdirSync(models);
      mkdirSync(join(folder.dir, 'config'));
      writeFileSync(join(folder.dir, 'config/config.yaml'), `model:\n  path: ${inside}\n`);
      server = createServer((request, response) => void answer(request, response));
      await new Promise<void>((resolve) => {
        server.listen(0, '127.0.0.1', resolve);
      });
    });
    afterAll(async () => {
      server.closeAllConnections();
      await new Promise((resolve) => {
        server.close(resolve);
      });
    });
    beforeEach(async () => {
      for (const one of readdirSync(models)) rmSync(join(models, one));
      writeFileSync(file, 'broken');
      gives = whole;
      asked = [];
      await removed();
      container = await docker(
        ...['run', '-d', '--name', `${project}-1`, '-v', `${models}:/app/models`],
        ...['-v', `${join(folder.dir, 'config')}:/etc/aetherius:ro`],
        ...[...place.labels(part), image, '/bin/busybox', 'sh', '-c'],
        `/bin/sha256sum ${inside} | /bin/cut -d" " -f1 > /loaded; trap "exit 0" TERM; while true; do sleep 1; done`,
      );
    });

    const restarts = () => place.events(container, 'restart');
    const harness = (named: { readonly url?: string; readonly sha256?: string } | null = {}): Harness =>
      place.harness({
        id: 'compose.fetch-model',
        runtime: { files: [{ host: models, worker: models }] },
        environment: {
          services: { [part]: { url: at() } },
          ...(named === null ? {} : { model: { url: `${at()}/${name}`, sha256, ...named } }),
        },
      });
    /** A model is code, so two people approve it. */
    const approved = async (h: Harness) => {
      const { id } = await h.approved({});
      return (await h.service.approve(h.input(id, 'UBOSS'))).remediation;
    };
    const hidden = () => readdirSync(models).filter((one) => one.startsWith('.'));

    it('is fetched once, loaded and asked for an analysis, and undo brings the old file back', async () => {
      const h = harness();
      const row = await approved(h);
      await run(h, row.id);

      expect(await h.row(row.id)).toMatchObject({ state: 'succeeded', outcome: { settled: true } });
      expect(readFileSync(file, 'utf8')).toBe(model);
      expect(await loaded()).toBe(sha256);
      expect(await restarts()).toBe(1);
      expect(asked.filter((method) => method === 'GET')).toHaveLength(1);
      expect(hidden()).toEqual([`.${name}.aetherius-${row.id}.before`]);
      expect(row.plan).toMatchObject({ tier: 3, raised: { key: 'model-is-code' } });

      expect(await undone(h, row.id, ['ULEAD', 'UBOSS'])).toMatchObject({ state: 'succeeded' });
      expect(readFileSync(file, 'utf8')).toBe('broken');
      expect(hidden()).toEqual([]);
      expect(await restarts()).toBe(2);
      expect(await loaded()).not.toBe(sha256);
    });

    it('is fetched where there was no file, and then there is no undo', async () => {
      rmSync(file);
      const h = harness();
      const row = await approved(h);
      await run(h, row.id);

      expect(await h.row(row.id)).toMatchObject({ state: 'succeeded' });
      expect(row.plan.undo).toBeUndefined();
      expect(statSync(file).size).toBe(model.length);
      expect(hidden()).toEqual([]);
    });

    it.each([
      ['R-K3', 1],
      ['R-K4', 1],
      ['R-K3', 2],
      ['R-K4', 2],
    ] as const)(
      'R-X5: is done once though the worker dies at %s of step %i',
      killRounds,
      async (point, step) => {
        const h = harness();
        const row = await approved(h);
        await killedAt(h, row.id, point, step);

        expect(await h.row(row.id)).toMatchObject({ state: 'succeeded', outcome: { settled: true } });
        expect(readFileSync(file, 'utf8')).toBe(model);
        expect(await restarts()).toBe(1);
        expect(hidden()).toEqual([`.${name}.aetherius-${row.id}.before`]);
      },
    );

    it('R-X5: begins again where the worker dies in the middle of the fetch, and no half file lies there', async () => {
      const h = harness();
      const row = await approved(h);
      gives = dripping;
      let seen: string[] = [];
      const atKillPoint = (at: string) => {
        if (at !== 'R-K4-batch') return Promise.resolve();
        seen = hidden();
        gives = whole;
        return Promise.reject(new Error('killed'));
      };
      await run(h, row.id, { atKillPoint }).catch(() => undefined);
      expect(readFileSync(file, 'utf8')).toBe('broken');
      expect(seen).toEqual([expect.stringMatching(/\.new$/)]);
      // As a process that is gone leaves it.
      writeFileSync(join(models, seen[0] ?? ''), 'xxx');
      await place
        .database()
        .sql("UPDATE remediations SET lease_until = now() - interval '1 second' WHERE id = $1", [row.id]);
      await run(h, row.id, {}, 'worker-2');

      expect(await h.row(row.id)).toMatchObject({ state: 'succeeded', outcome: { settled: true } });
      expect(readFileSync(file, 'utf8')).toBe(model);
      expect(hidden()).toEqual([`.${name}.aetherius-${row.id}.before`]);
      expect(await restarts()).toBe(1);
    });

    it('R-X16: is stopped by people in the middle of the fetch, and nothing of it is left', async () => {
      const h = harness();
      const row = await approved(h);
      gives = dripping;
      const atKillPoint = async (at: string) => {
        if (at === 'R-K4-batch') await h.service.stop(h.input(row.id, 'UREQ'));
      };
      await run(h, row.id, { atKillPoint });

      expect(await h.row(row.id)).toMatchObject({ state: 'failed', outcome: { reason: 'stopped-whole' } });
      expect(readFileSync(file, 'utf8')).toBe('broken');
      expect(hidden()).toEqual([]);
      expect(await restarts()).toBe(0);
    });

    it.each<readonly [string, Gives, string]>([
      [
        'another content',
        (_request, response) =>
          response.writeHead(200, { 'content-length': model.length }).end('y'.repeat(model.length)),
        'model-other-checksum',
      ],
      [
        'a way to another host',
        (_request, response) => response.writeHead(302, { location: 'http://169.254.169.254/' }).end(),
        'model-redirected',
      ],
      [
        'more than before',
        (_request, response) =>
          response.writeHead(200, { 'content-length': model.length + 4 }).end(`${model}more`),
        'model-other-size',
      ],
    ])(
      'ends as failed, with the old file untouched, where the address gives %s',
      async (_what, other, reason) => {
        const h = harness();
        const row = await approved(h);
        gives = (request, response) => (request.method === 'HEAD' ? whole : other)(request, response);
        await run(h, row.id);

        expect(await h.row(row.id)).toMatchObject({ state: 'failed', outcome: { reason } });
        expect(readFileSync(file, 'utf8')).toBe('broken');
        expect(hidden()).toEqual([]);
        expect(await restarts()).toBe(0);
      },
    );

    it('ends as failed, with the old file untouched, where the folder cannot be written after all', async () => {
      const h = harness();
      const row = await approved(h);
      try {
        await run(h, row.id, {
          atKillPoint: async (at) => {
            if (at === 'R-K3') await must('chattr', ['+i', models]);
          },
        });
      } finally {
        await must('chattr', ['-i', models]);
      }

      expect(await h.row(row.id)).toMatchObject({ state: 'failed', outcome: { reason: 'model-unwritten' } });
      expect(readFileSync(file, 'utf8')).toBe('broken');
    });

    it('R-P3: does nothing where another hand has put a file there since the plan', async () => {
      const h = harness();
      const row = await approved(h);
      writeFileSync(file, 'theirs');
      await run(h, row.id);

      expect((await h.row(row.id)).state).toBe('stale');
      expect(readFileSync(file, 'utf8')).toBe('theirs');
      expect(asked).not.toContain('GET');
    });

    it('R-P3: does nothing once the configuration names another file than was approved', async () => {
      const row = await approved(harness());
      await run(harness({ sha256: 'ab12'.repeat(16) }), row.id);

      expect((await harness().row(row.id)).state).toBe('stale');
      expect(asked).not.toContain('GET');
    });

    it('is not offered without the name, for the right file, or for a folder that is not that of the container', async () => {
      expect(await harness(null).propose({})).toMatchObject({ reason: 'model-not-named' });
      expect(await harness({ url: 'http://127.0.0.1:1/x' }).propose({})).toMatchObject({
        reason: 'model-unreachable',
      });
      writeFileSync(file, model);
      expect(await harness().propose({})).toMatchObject({ reason: 'model-there-already' });
    });
  },
);
