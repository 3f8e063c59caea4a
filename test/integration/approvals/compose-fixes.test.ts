/** The fixes of services on a real Docker engine: approved, carried out once, proved by the kernel's count, undone. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { missing } from '../../../lab/components/docker.ts';
import { waitFor } from '../../../lab/components/process.ts';
import { systemClock } from '../../../src/platform/process/clock.ts';
import { createTargetsFactory } from '../../../src/platform/targets/factory.ts';
import { probes } from '../../../src/probes/index.ts';
import { createEndedUnder } from '../../../src/services/fix/execute/ended-under.service.ts';
import { createProbeRunner } from '../../../src/services/run/probe-runner.service.ts';
import { useComposeProject } from '../../support/compose-project.ts';
import { killRounds } from '../../support/killed.ts';
import { silentLogger } from '../../support/logger.ts';

const lacking = missing();
const part = 'agent-manager';
const mib = 1024 ** 2;

describe.skipIf(lacking !== undefined)(
  `fixes of services${lacking === undefined ? '' : ` (left out: ${lacking})`}`,
  () => {
    const place = useComposeProject('compose-fixes', ['sh', 'sleep', 'nslookup']);
    const { project, image, docker, removed, labels, inspect, events, run, killedAt, undone } = place;
    const harnessOf = (id: string) => place.harness({ id });

    /** One container of the part that runs. */
    async function made(...options: readonly string[]): Promise<string> {
      await removed();
      return docker(
        ...['run', '-d', '--name', `${project}-${part}-1`, ...options],
        ...[
          ...labels(part),
          image,
          '/bin/busybox',
          'sh',
          '-c',
          'trap "exit 0" TERM; while true; do sleep 1; done',
        ],
      );
    }
    it.each(['R-K3', 'R-K4'])(
      'compose.set-limits raises it once though the worker dies at %s, and undo sets the former one',
      killRounds,
      async (point) => {
        const id = await made('--memory', '64m');
        const h = harnessOf('compose.set-limits');
        const row = await h.approved({ part, memoryMiB: 128 });

        await killedAt(h, row.id, point);

        expect(await h.row(row.id)).toMatchObject({ state: 'succeeded', outcome: { settled: true } });
        expect(await inspect(id, '{{.HostConfig.Memory}}')).toBe(String(128 * mib));
        expect(await events(id, 'update')).toBe(1);
        expect((await undone(h, row.id)).state).toBe('succeeded');
        expect(await inspect(id, '{{.HostConfig.Memory}} {{.HostConfig.MemorySwap}}')).toBe(
          `${64 * mib} ${128 * mib}`,
        );
      },
    );

    it('compose.set-limits: a kill counts against the limit under which it came', async () => {
      await removed();
      const eats = 'trap "exec /bin/busybox tail /dev/zero" USR1; while true; do sleep 1; done';
      const id = await docker(
        ...['run', '-d', '--name', `${project}-${part}-1`, '--memory', '64m', '--memory-swap', '64m'],
        ...['--restart', 'always', ...labels(part), image, '/bin/busybox', 'sh', '-c', eats],
      );
      const kill = async () => {
        const before = await inspect(id, '{{.RestartCount}}');
        // A kill by the engine would end its restarts as well.
        await docker('exec', id, '/bin/busybox', 'kill', '-USR1', '1');
        await waitFor(
          async () =>
            (await inspect(id, '{{.RestartCount}} {{.State.Running}}')) === `${Number(before) + 1} true`,
          {
            ...{ seconds: 30, what: 'another life of it', every: 100 },
          },
        );
        expect(await inspect(id, '{{.State.OOMKilled}}')).toBe('true');
      };
      const endedUnder = createEndedUnder({ store: place.database().store(), logger: silentLogger });
      const factory = createTargetsFactory(place.configOf(), undefined, undefined, { endedUnder });
      const says = async () => {
        const targets = await factory.forRun('prod');
        return (
          await createProbeRunner({ probes, clock: systemClock, logger: silentLogger }).run(
            [{ probe: 'runtime.memory-limit', with: { part } }],
            { targets, signal: AbortSignal.timeout(20_000) },
          )
        )[0]?.findings.map(({ code }) => code);
      };
      await kill();
      expect(await says()).toEqual(['OOM_KILLED']);

      const h = harnessOf('compose.set-limits');
      const row = await h.approved({ part, memoryMiB: 128 });
      await run(h, row.id);
      expect((await h.row(row.id)).state).toBe('succeeded');
      expect(await says()).toEqual([]);

      expect((await undone(h, row.id)).state).toBe('succeeded');
      expect(await says()).toEqual(['OOM_KILLED']);

      const again = await h.approved({ part, memoryMiB: 128 });
      await run(h, again.id);
      expect(await says()).toEqual([]);
      await kill();
      expect(await says()).toEqual(['OOM_KILLED']);
      await factory.close();
    });

    it('compose.set-limits does nothing where somebody has set another limit since (R-P3)', async () => {
      const id = await made('--memory', '64m');
      const h = harnessOf('compose.set-limits');
      const row = await h.approved({ part, memoryMiB: 128 });
      await docker('update', '--memory', '96m', '--memory-swap', '96m', id);

      await run(h, row.id);

      expect((await h.row(row.id)).state).toBe('stale');
      expect(await inspect(id, '{{.HostConfig.Memory}}')).toBe(String(96 * mib));
    });

    it.each(['R-K3', 'R-K4'])(
      'compose.start-service starts what is stopped once though the worker dies at %s',
      killRounds,
      async (point) => {
        const id = await made();
        const h = harnessOf('compose.start-service');
        expect(await h.propose({ part })).toMatchObject({ reason: 'nothing-stopped' });
        await docker('stop', '-t', '1', id);
        const row = await h.approved({ part });

        await killedAt(h, row.id, point);

        expect(await h.row(row.id)).toMatchObject({ state: 'succeeded', outcome: { settled: true } });
        expect(await inspect(id, '{{.State.Status}}')).toBe('running');
        // Once when it was made, and once by the fix.
        expect(await events(id, 'start')).toBe(2);
      },
    );

    it.each([
      // An engine cannot be told which start of a container is meant, so what was not seen to happen is not repeated.
      ['R-K3', 'indeterminate', 0],
      ['R-K4', 'succeeded', 1],
    ] as const)(
      'compose.restart-service whose worker dies at %s ends %s',
      killRounds,
      async (point, state, restarts) => {
        const id = await made();
        const h = harnessOf('compose.restart-service');
        const row = await h.approved({ part });

        await killedAt(h, row.id, point);

        expect((await h.row(row.id)).state).toBe(state);
        expect(await events(id, 'restart')).toBe(restarts);
        // Whoever looked settles what is open, so that it holds its object no longer.
        if (state === 'indeterminate')
          await h.service.resolve({
            ...h.input(row.id, 'UONCALL'),
            to: 'failed',
            reason: 'looked: it did not',
          });
      },
    );

    describe('a container that lost its network', () => {
      const network = `${project}-net`;
      const peer = `${project}-redis-1`;
      const onIt = async (id: string) =>
        (await inspect(id, '{{json .NetworkSettings.Networks}}')).includes(`"${network}"`);
      /** Whether the one that stayed finds the part by the name of its service. */
      const found = async () =>
        (await place.engine().docker(['exec', peer, '/bin/nslookup', part], { seconds: 30 })).code === 0;
      const cutOff = async (): Promise<string> => {
        const id = await made('--network', network, '--network-alias', part);
        await docker(
          'run',
          '-d',
          '--name',
          peer,
          '--network',
          network,
          ...labels('redis'),
          image,
          '/bin/busybox',
          'sleep',
          '600',
        );
        expect(await found()).toBe(true);
        await docker('network', 'disconnect', network, id);
        return id;
      };
      beforeAll(() => docker('network', 'create', ...labels('-').slice(0, 2), network), 60_000);
      afterAll(async () => {
        await removed();
        await docker('network', 'rm', network);
      }, 60_000);

      it.each(['R-K3', 'R-K4'])(
        'compose.connect-network connects it once though the worker dies at %s, and undo takes it off again',
        killRounds,
        async (point) => {
          const id = await cutOff();
          const h = harnessOf('compose.connect-network');
          const row = await h.approved({ part, network });
          const before = { started: await inspect(id, '{{.State.StartedAt}}'), found: await found() };

          await killedAt(h, row.id, point);

          expect(await h.row(row.id)).toMatchObject({ state: 'succeeded', outcome: { settled: true } });
          expect(before.found).toBe(false);
          expect([await onIt(id), await found()]).toEqual([true, true]);
          expect(await inspect(id, '{{.State.StartedAt}}')).toBe(before.started);
          // Once when it was made, and once by the fix.
          expect(await connects(id)).toBe(2);
          expect(await h.propose({ part, network })).toMatchObject({ reason: 'nothing-to-do' });
          expect((await undone(h, row.id)).state).toBe('succeeded');
          expect([await onIt(id), await found()]).toEqual([false, false]);
          expect(await connects(id)).toBe(2);
        },
      );

      it('compose.connect-network does nothing where somebody has connected it elsewhere since (R-P3)', async () => {
        const id = await cutOff();
        const h = harnessOf('compose.connect-network');
        const row = await h.approved({ part, network });
        await docker('network', 'connect', 'bridge', id);

        await run(h, row.id);

        expect((await h.row(row.id)).state).toBe('stale');
        expect(await onIt(id)).toBe(false);
      });

      /** How often the engine connected the container to this network, by its own events. */
      async function connects(id: string): Promise<number> {
        const until = String(Math.floor(Date.now() / 1000) + 1);
        const text = await docker(
          ...['events', '--since', '0', '--until', until, '--filter', `network=${network}`],
          ...['--filter', 'type=network', '--format', '{{.Action}} {{.Actor.Attributes.container}}'],
        );
        return text.split('\n').filter((line) => line === `connect ${id}`).length;
      }
    });

    it('compose.start-service does nothing to what somebody has started and stopped since (R-P3)', async () => {
      const id = await made();
      await docker('stop', '-t', '1', id);
      const h = harnessOf('compose.start-service');
      const row = await h.approved({ part });
      await docker('start', id);
      await docker('stop', '-t', '1', id);

      await run(h, row.id);

      expect((await h.row(row.id)).state).toBe('stale');
      expect(await inspect(id, '{{.State.Status}}')).toBe('exited');
    });
  },
);
