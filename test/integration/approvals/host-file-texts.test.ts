/**
 * An address that another part has right, in a file of the host, on a real Docker engine: the programs look the name up
 * by the engine's own names, and end at their start where it leads nowhere.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { missing } from '../../../lab/components/docker.ts';
import { waitFor } from '../../../lab/components/process.ts';
import type { TargetsFactory } from '../../../src/domain/probe/targets/targets.ts';
import type { Harness } from '../../support/approvals.ts';
import { useComposeProject } from '../../support/compose-project.ts';
import { killRounds } from '../../support/killed.ts';
import { fakeNats } from '../../support/probe-context.ts';
import { allRows } from '../../support/traces.ts';

const lacking = missing();
const password = 'Zebra7-orchid-91';
const manager = 'agent-manager';
const orchestrator = 'orchestrator-service';
const params = { part: manager, key: 'nats.url' } as const;
const texts = {
  [manager]: `# typed\r\nnats:\r\n  url:   'nats://aetherius:${password}@nats-cluster:4222'\t# of before\r\n`,
  [orchestrator]: `nats: { url: "nats://other:${password}@nats:4222" }\n`,
} as const;
const changed = texts[manager].replace('@nats-cluster:', '@nats:');

describe.skipIf(lacking !== undefined)(
  `texts in files on the host${lacking === undefined ? '' : ` (left out: ${lacking})`}`,
  () => {
    const place = useComposeProject('host-texts', ['sh', 'sleep', 'sed', 'timeout', 'nslookup']);
    const { project, folder, image, docker, removed, labels, events, inspect, run, killedAt, undone } = place;
    const given = join(folder.dir, 'config');
    const network = `${project}-net`;
    const [side, elsewhere] = [`${project}-side`, `${project}-elsewhere`];
    const fileOf = (part: keyof typeof texts) => join(given, part, 'config.yaml');
    const name = (part: string) => `${project}-${part}-1`;

    beforeAll(async () => {
      for (const one of [network, side]) await docker('network', 'create', one);
    });
    afterAll(async () => {
      await removed();
      await docker('rm', '-f', elsewhere).catch(() => undefined);
      await docker('network', 'rm', network, side);
    }, 60_000);

    /** Ends where the host of its file is no name here. */
    const program = `host=$(sed -n 's/.*@\\([^:]*\\):.*/\\1/p' /etc/aetherius/config.yaml); timeout 1 nslookup "$host" >/found 2>&1 || exit 1; trap "exit 0" TERM; while true; do sleep 0.2; done`;
    const start = (part: keyof typeof texts, on = network) =>
      docker(
        ...['run', '-d', '--name', name(part), '--network', on, '--network-alias', part],
        ...['--restart', 'always', '-v', `${join(given, part)}:/etc/aetherius:ro`],
        ...[...labels(part), image, '/bin/busybox', 'sh', '-c', program],
      );
    beforeEach(async () => {
      await removed();
      for (const part of [manager, orchestrator] as const) {
        mkdirSync(join(given, part), { recursive: true });
        writeFileSync(fileOf(part), texts[part]);
      }
      await docker(
        ...['run', '-d', '--name', name('nats'), '--network', network, '--network-alias', 'nats'],
        ...[...labels('nats'), image, '/bin/busybox', 'sleep', '3600'],
      );
      await start(orchestrator);
    }, 60_000);
    /** R-L7: whatever happened in a test, no piece of the password has got into the database. */
    afterEach(async () => {
      const rows = await allRows(place.database());
      for (const piece of ['Zebra7', 'orchid']) expect(rows.filter((row) => row.includes(piece))).toEqual([]);
    });

    /** agent-manager, which ends again and again. */
    async function broken(on = network): Promise<string> {
      const id = await start(manager, on);
      await waitFor(async () => Number(await inspect(id, '{{.RestartCount}}')) > 0, {
        ...{ seconds: 30, what: 'it to end and start anew', every: 100 },
      });
      return id;
    }
    /** Simulated: NATS lists whoever runs and has looked its own name up. */
    const nats = fakeNats({
      async monitor<T>() {
        const all = await Promise.all(
          [manager, orchestrator].map(async (part) => {
            const { code, stdout } = await place
              .engine()
              .docker(['exec', name(part), '/bin/nslookup', 'nats'], { seconds: 30 });
            const text = readFileSync(fileOf(part as keyof typeof texts), 'utf8');
            const ip = await inspect(
              name(part),
              `{{(index .NetworkSettings.Networks "${network}").IPAddress}}`,
            ).catch(() => '');
            return code === 0 && stdout !== '' && text.includes('@nats:') ? [{ ip }] : [];
          }),
        );
        return { connections: all.flat() } as T;
      },
    });
    const harness = (): Harness =>
      place.harness({
        id: 'compose.set-config-text',
        runtime: { files: [{ host: given, worker: given }] },
        besides: (real): TargetsFactory => ({
          ...real,
          forRun: async (...args) => ({ ...(await real.forRun(...args)), nats }),
        }),
      });
    const refusal = async () => {
      const answer = await harness().propose(params);
      return answer.kind === 'refused' ? answer.reason : answer.kind;
    };

    const everyPoint = [1, 2].flatMap((step) => [['R-K3', step] as const, ['R-K4', step] as const]);
    // One death a step; with `KILL_ROUNDS` both.
    const points = everyPoint.filter(
      ([point, step]) => killRounds.repeats > 0 || (step === 1) === (point === 'R-K4'),
    );
    it.each(points)(
      'sets it once for a part that ends at its start, though the worker dies at %s of step %i, and undo sets the former one',
      killRounds,
      async (point, step) => {
        const id = await broken();
        const healthy = await inspect(name(orchestrator), '{{.State.StartedAt}}');
        const h = harness();
        const row = await h.approved(params);
        expect(row.plan.steps[0]).toMatchObject({
          from: { key: 'nats.url', value: 'nats-cluster:4222' },
          to: { key: 'nats.url', value: 'nats:4222' },
        });

        await killedAt(h, row.id, point, step);

        expect(await h.row(row.id)).toMatchObject({ state: 'succeeded', outcome: { settled: true } });
        expect(readFileSync(fileOf(manager), 'utf8')).toBe(changed);
        expect(await inspect(id, '{{.State.Status}}')).toBe('running');
        // Its own policy may have started it anew between the two steps; then no restart is left to do.
        expect(await events(id, 'restart')).toBeLessThanOrEqual(1);
        expect((await undone(h, row.id)).state).toBe('succeeded');
        expect(readFileSync(fileOf(manager), 'utf8')).toBe(texts[manager]);
        // What shows the value is read alone, and has neither another file nor another start.
        expect(readFileSync(fileOf(orchestrator), 'utf8')).toBe(texts[orchestrator]);
        expect(await inspect(name(orchestrator), '{{.State.StartedAt}}')).toBe(healthy);
      },
    );

    it('R-P3: does nothing where the other part has another value since the plan', async () => {
      const id = await broken();
      const h = harness();
      const row = await h.approved(params);
      writeFileSync(fileOf(orchestrator), texts[orchestrator].replace('@nats:', '@nats-2:'));

      await run(h, row.id);

      expect((await h.row(row.id)).state).toBe('stale');
      expect(readFileSync(fileOf(manager), 'utf8')).toBe(texts[manager]);
      expect(await events(id, 'restart')).toBe(0);
    });

    it('is refused where an extra host, a link or a name server of its own may give the name', async () => {
      for (const options of [
        ['--add-host', 'nats-cluster:192.0.2.1'],
        ['--link', `${name('nats')}:nats-cluster`],
        ['--dns', '192.0.2.1'],
      ]) {
        await docker(
          ...['run', '-d', '--name', name(manager), '--network', network],
          ...['-v', `${join(given, manager)}:/etc/aetherius:ro`, ...options, ...labels(manager)],
          ...[image, '/bin/busybox', 'sleep', '3600'],
        );
        expect(await refusal(), options[0]).toBe('host-outside');
        await docker('rm', '-f', name(manager));
      }
    });

    it('is refused where a container has the name that never ran, and of another project, and not on another network', async () => {
      await broken();
      expect(await refusal()).toBe('offered');
      const made = (on: string) =>
        docker(
          ...['create', '--name', elsewhere, '--network', on, '--network-alias', 'nats-cluster'],
          ...[image, '/bin/busybox', 'sleep', '60'],
        );
      await made(side);
      expect(await refusal()).toBe('offered');
      await docker('rm', elsewhere);
      await made(network);
      expect(await refusal()).toBe('host-leads-somewhere');
      await docker('rm', elsewhere);
    });

    it('is refused where the right one has not started since its file was written, or is not connected', async () => {
      await broken();
      writeFileSync(fileOf(orchestrator), texts[orchestrator]);
      expect(await refusal()).toBe('text-unproved');
      await docker('restart', '-t', '1', name(orchestrator));
      expect(await refusal()).toBe('offered');
      await docker('rm', '-f', name(manager));
      await broken(side);
      expect(await refusal()).toBe('text-unproved');
    });
  },
);
