/**
 * The fix that makes a container anew, on a real Docker engine: approved by two, each of its effects once though the worker
 * dies, proved by what runs, and taken back.
 */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { missing } from '../../../lab/components/docker.ts';
import { waitFor } from '../../../lab/components/process.ts';
import type { RemediationRow } from '../../../src/domain/fix/rows.ts';
import type { RanImage } from '../../../src/domain/platform/ran-image.ts';
import { systemClock } from '../../../src/platform/process/clock.ts';
import { takeInventory } from '../../../src/platform/targets/discovery/inventory.ts';
import { createTargetsFactory } from '../../../src/platform/targets/factory.ts';
import { defaultTimeouts } from '../../../src/platform/targets/failure.ts';
import { KubeLogins } from '../../../src/platform/targets/kubernetes/kube-config.ts';
import { probes } from '../../../src/probes/index.ts';
import { createInventoryKeeper } from '../../../src/services/inventory/keep-inventory.service.ts';
import { createRanImages } from '../../../src/services/inventory/ran-images.service.ts';
import { createProbeRunner } from '../../../src/services/run/probe-runner.service.ts';
import type { Harness } from '../../support/approvals.ts';
import { useComposeProject } from '../../support/compose-project.ts';
import { killRounds } from '../../support/killed.ts';
import { silentLogger } from '../../support/logger.ts';

const lacking = missing();
const id = 'compose.recreate-with-image';
const part = 'agent-manager';
/** Of this machine, and nobody else's here. */
const subnet = '10.173.8.0/24';
const hostPort = 18_471;
const runs = ['/bin/busybox', 'sh', '-c', 'trap "exit 0" TERM; while true; do sleep 1; done'];

interface Inspected {
  readonly Id: string;
  readonly Image: string;
  readonly Name: string;
  readonly RestartCount: number;
  readonly State: { readonly Status: string; readonly StartedAt: string };
  readonly Config: {
    readonly Env: readonly string[];
    readonly Labels: Readonly<Record<string, string>>;
    readonly Hostname: string;
    readonly Cmd: readonly string[];
    readonly WorkingDir: string;
  };
  readonly HostConfig: Readonly<Record<string, unknown>>;
  readonly Mounts: readonly { readonly Name?: string; readonly Destination: string }[];
  readonly NetworkSettings: {
    readonly Networks: Readonly<
      Record<
        string,
        {
          readonly Aliases: readonly string[] | null;
          readonly IPAddress: string;
          readonly IPAMConfig: unknown;
        }
      >
    >;
    readonly Ports: unknown;
  };
}

describe.skipIf(lacking !== undefined)(
  `a container that is made anew${lacking === undefined ? '' : ` (left out: ${lacking})`}`,
  () => {
    const place = useComposeProject('recreate', ['sh', 'sleep', 'nslookup']);
    const { project, repository, docker, removed, events, run, killedAt } = place;
    const name = `${project}-${part}-1`;
    const [main, side, volume] = [`${project}-net`, `${project}-side`, `${project}-data`];
    let good = '';
    let bad = '';
    let seen: readonly RanImage[] = [];

    async function inspect(what: string): Promise<Inspected | undefined> {
      const { code, stdout } = await place.engine().docker(['inspect', what], { seconds: 30 });
      return code === 0 ? (JSON.parse(stdout) as readonly Inspected[])[0] : undefined;
    }
    const there = async (what: string): Promise<Inspected> => {
      const found = await inspect(what);
      if (found === undefined) throw new Error(`no ${what}`);
      return found;
    };
    /** An image of these programs; its tag leads to it from now on. */
    const image = (tag: string, command: readonly string[], says: string) =>
      docker(
        ...['import', '--change', `CMD ${JSON.stringify(command)}`],
        ...['--change', `ENV OF_IMAGE=${says}`, '--change', `LABEL of.image=${says}`],
        ...['--change', `WORKDIR /${says}`, place.tar, `${repository}:${tag}`],
      );
    const ran = (imageId: string, tag: string): RanImage => ({
      image: `${repository}:${tag}`,
      id: imageId,
      at: '2026-11-30T10:00:00.000Z',
    });

    beforeAll(async () => {
      good = await image('1', runs, 'good');
      bad = await image('2', ['/bin/busybox', 'sh', '-c', 'exit 3'], 'bad');
      await docker('network', 'create', '--subnet', subnet, main);
      await docker('network', 'create', side);
      await docker('volume', 'create', volume);
    }, 300_000);
    afterAll(async () => {
      await removed();
      await docker('network', 'rm', main, side);
      await docker('volume', 'rm', volume);
    }, 120_000);
    beforeEach(async () => {
      seen = [ran(good, '1')];
      await removed();
    });

    const labels = (service: string, number = 1) =>
      [`project=${project}`, `service=${service}`, `container-number=${number}`, 'config-hash=abc'].flatMap(
        (label) => ['--label', `com.docker.compose.${label}`],
      );
    /** As Compose would have made it, from the image that ends at once. */
    async function made(options: readonly string[] = [], tag = '2'): Promise<Inspected> {
      await docker(
        ...['run', '-d', '--name', name, '--restart', 'unless-stopped', ...labels(part), ...options],
        `${repository}:${tag}`,
      );
      await waitFor(async () => (await there(name)).RestartCount > 0, {
        ...{ seconds: 30, what: 'it to end and start anew', every: 100 },
      });
      return there(name);
    }

    const harnessOf = (recreate = true): Harness =>
      place.harness({ id, runtime: { recreate }, records: { ran: () => Promise.resolve(seen) } });
    async function approved(h: Harness): Promise<RemediationRow> {
      const row = await h.approved({ part });
      return (await h.service.approve(h.input(row.id, 'UBOSS'))).remediation;
    }
    const refusal = async (h: Harness) => {
      const answer = await h.propose({ part });
      return answer.kind === 'refused' ? answer.reason : answer.kind;
    };
    const before = (container: Inspected) => `${name}-before-${container.Id.slice(0, 8)}`;
    it('keeps what the file says, takes what the image says from the earlier one, and undo brings the old one back', async () => {
      const old = await made([
        ...['--network', main, '--ip', '10.173.8.7', '--network-alias', part, '--network-alias', 'manager'],
        ...[
          '-p',
          `127.0.0.1:${hostPort}:8080`,
          '-v',
          `${volume}:/data`,
          '-e',
          'OWN=of the file',
          '--memory',
          '64m',
        ],
        ...['--label', 'com.docker.compose.image=sha256:of-the-bad-one', '--label', 'own=yes'],
      ]);
      await docker('network', 'connect', '--alias', 'beside', side, name);
      const h = harnessOf();
      const row = await approved(h);

      await run(h, row.id);

      expect(await h.row(row.id)).toMatchObject({ state: 'succeeded', outcome: { settled: true } });
      const now = await there(name);
      expect([now.State.Status, now.Image, now.Id === old.Id]).toEqual(['running', good, false]);
      expect(now.Config.Env).toEqual(expect.arrayContaining(['OWN=of the file', 'OF_IMAGE=good']));
      expect(now.Config.Env).not.toContain('OF_IMAGE=bad');
      expect([now.Config.Cmd, now.Config.WorkingDir]).toEqual([runs, '/good']);
      expect(now.Config.Hostname).toBe(now.Id.slice(0, 12));
      expect(now.Config.Labels).toMatchObject({
        ...{ own: 'yes', 'of.image': 'good', 'com.docker.compose.image': good },
        ...{ 'com.docker.compose.config-hash': 'abc', 'io.aetherius.replaces': old.Id },
      });
      expect(now.HostConfig).toEqual({ ...old.HostConfig });
      expect(now.Mounts).toMatchObject([{ Name: volume, Destination: '/data' }]);
      expect(now.NetworkSettings.Ports).toEqual({
        '8080/tcp': [{ HostIp: '127.0.0.1', HostPort: `${hostPort}` }],
      });
      const { Networks: networks } = now.NetworkSettings;
      expect(Object.keys(networks).toSorted()).toEqual([main, side]);
      expect(networks[main]).toMatchObject({ IPAddress: '10.173.8.7' });
      expect(networks[main]?.Aliases).toEqual(expect.arrayContaining([part, 'manager']));
      expect(networks[main]?.Aliases).not.toContain(old.Id.slice(0, 12));
      expect(networks[side]?.Aliases).toContain('beside');
      const kept = await there(before(old));
      expect([kept.Id, kept.State.Status]).toEqual([old.Id, 'exited']);
      expect(kept.HostConfig.RestartPolicy).toMatchObject({ Name: 'no' });

      expect(await place.undone(h, row.id, ['ULEAD', 'UBOSS'])).toMatchObject({ state: 'succeeded' });
      const back = await there(name);
      expect(back.Id).toBe(old.Id);
      expect(back.HostConfig.RestartPolicy).toMatchObject({ Name: 'unless-stopped' });
      expect(Date.parse(back.State.StartedAt)).toBeGreaterThan(Date.parse(now.State.StartedAt));
      expect(await inspect(now.Id)).toBeUndefined();
    });

    it('is for what a look has seen to run, and no look has seen of the image after it', async () => {
      const config = place.configOf({ runtime: { recreate: true } });
      const store = place.database().store();
      const keeper = createInventoryKeeper({
        ...{ store, environments: ['prod'], logger: silentLogger },
        look: () =>
          takeInventory(config.prod as NonNullable<(typeof config)[string]>, {
            logins: new KubeLogins(),
            timeouts: defaultTimeouts,
            now: () => new Date(),
          }),
      });
      const record = { ran: createRanImages({ store, logger: silentLogger }) };
      const says = async () => {
        const targets = await createTargetsFactory(config, undefined, undefined, record).forRun('prod');
        const [outcome] = await createProbeRunner({ probes, clock: systemClock, logger: silentLogger }).run(
          [{ probe: 'compose.containers', with: { part } }],
          { targets, signal: AbortSignal.timeout(20_000) },
        );
        return outcome?.findings.map(({ facts }) => facts.imageBefore);
      };
      const look = () => keeper.round(new AbortController().signal);
      // Healthy by its own check, which needs no minute.
      const check = ['--health-cmd', '/bin/busybox true', '--health-interval', '1s'];
      await docker('run', '-d', '--name', name, ...labels(part), ...check, `${repository}:1`);
      const healthy = async () =>
        (await docker('inspect', '-f', '{{.State.Health.Status}}', name)) === 'healthy';
      await waitFor(healthy, { seconds: 60, what: 'it to be healthy', every: 200 });
      await look();
      await removed();
      await made();
      await look();

      // Between two of its ends it runs for a moment, which is no fault that one look could see.
      await expect.poll(says, { timeout: 20_000 }).toEqual([`${repository}:1`]);
      expect(await record.ran('prod', part)).toMatchObject([{ image: `${repository}:1`, id: good }]);
      // Its container was made from the id, since the tag leads elsewhere: the name stays known.
      await removed();
      await docker('run', '-d', '--name', name, ...labels(part), ...check, good);
      await waitFor(healthy, { seconds: 60, what: 'it to be healthy', every: 200 });
      await look();
      expect(await record.ran('prod', part)).toMatchObject([{ image: `${repository}:1`, id: good }]);
      // One that somebody stops has no image to go back from.
      await docker('stop', '-t', '1', name);
      expect(await says()).toEqual([undefined]);
    });

    it('goes by the image itself where its tag leads to the bad one by now', async () => {
      seen = [ran(good, '2')];
      await made();
      const h = harnessOf();
      const row = await approved(h);
      expect(row.plan.patch?.[0]).toBe(
        `docker tag ${good} ${repository}:before-${good.slice('sha256:'.length, 'sha256:'.length + 12)}`,
      );

      await run(h, row.id);

      expect((await h.row(row.id)).state).toBe('succeeded');
      expect((await there(name)).Image).toBe(good);
    });

    const inVolume = (...command: readonly string[]) =>
      docker(...['run', '--rm', '-v', `${volume}:/data`, `${repository}:1`, '/bin/busybox', ...command]);

    const everyPoint = [
      ...[1, 2, 3, 4, 5, 6].flatMap((time) => [['R-K3', time] as const, ['R-K4', time] as const]),
      ['R-K5', 1] as const,
    ];
    // One death a step; with `KILL_ROUNDS` both, for after a step is where the next one begins.
    const points = everyPoint.filter(
      ([point, time]) =>
        killRounds.repeats > 0 || point === 'R-K5' || (time % 2 === 1) === (point === 'R-K3'),
    );
    it.each(points)(
      'does each of its effects once though the worker dies at %s, time %d',
      killRounds,
      async (point, time) => {
        const old = await made(['--network', main, '--network-alias', part]);
        const h = harnessOf();
        const row = await approved(h);

        await killedAt(h, row.id, point, time);

        expect(await h.row(row.id)).toMatchObject({ state: 'succeeded', outcome: { settled: true } });
        const now = await there(name);
        expect([now.Image, now.State.Status]).toEqual([good, 'running']);
        expect(await events(now.Id, 'create')).toBe(1);
        expect(await events(now.Id, 'start')).toBe(1);
        expect(await events(now.Id, 'rename')).toBe(1);
        expect(await events(old.Id, 'rename')).toBe(1);
        expect(await events(old.Id, 'stop')).toBeLessThanOrEqual(1);
        const all = await docker('ps', '-aq', '--filter', `label=com.docker.compose.project=${project}`);
        expect(all.split('\n')).toHaveLength(2);
      },
    );

    it('takes all of it back where the earlier image does not run either', async () => {
      const worse = await image('0', ['/bin/busybox', 'sh', '-c', 'exit 4'], 'worse');
      seen = [ran(worse, '0')];
      const old = await made();
      const h = harnessOf();
      const row = await approved(h);

      await run(h, row.id, {
        // Its time is over at the first look, and that comes while the engine waits before its next start.
        atKillPoint: async (point) => {
          if (point !== 'R-K5') return;
          const ended = async () => {
            const { RestartCount, State } = await there(name);
            return RestartCount >= 5 && State.Status === 'restarting';
          };
          await waitFor(ended, { seconds: 30, what: 'it to have ended five times', every: 100 });
          await place.database().sql('UPDATE remediations SET verify_until = now()');
        },
      });

      expect((await h.row(row.id)).state).toBe('rolled_back');
      const back = await there(name);
      expect([back.Id, back.State.Status]).toEqual([
        old.Id,
        expect.stringMatching(/restarting|running|exited/),
      ]);
      expect(back.HostConfig.RestartPolicy).toMatchObject({ Name: 'unless-stopped' });
      const all = await docker('ps', '-aq', '--filter', `label=com.docker.compose.project=${project}`);
      expect(all.split('\n')).toHaveLength(1);
    });

    it('does nothing where another container has come in its place since (R-P3)', async () => {
      await made();
      const h = harnessOf();
      const row = await approved(h);
      await removed();
      const other = await made();

      await run(h, row.id);

      expect(await h.row(row.id)).toMatchObject({ state: 'stale' });
      expect((await there(name)).Id).toBe(other.Id);
    });

    it('does nothing where it has come to run since', async () => {
      const flaky = [
        '/bin/busybox',
        'sh',
        '-c',
        'test -f /data/well || exit 3; while true; do sleep 1; done',
      ];
      const image3 = await image('3', flaky, 'flaky');
      await made(
        ['--health-cmd', '/bin/busybox true', '--health-interval', '1s', '-v', `${volume}:/data`],
        '3',
      );
      const h = harnessOf();
      const row = await approved(h);
      await inVolume('touch', '/data/well');
      await waitFor(
        async () => (await docker('inspect', '-f', '{{.State.Health.Status}}', name)) === 'healthy',
        { seconds: 60, what: 'it to be healthy', every: 200 },
      );

      await run(h, row.id);

      expect(await h.row(row.id)).toMatchObject({ state: 'stale' });
      expect((await there(name)).Image).toBe(image3);
      await inVolume('rm', '/data/well');
    });

    it('is refused where no image is known, and where it is another one’s or gone', async () => {
      await made();
      expect(await refusal(harnessOf(false))).toBe('recreate-off');
      const h = harnessOf();
      expect(await refusal(h)).toBe('offered');
      seen = [];
      expect(await refusal(h)).toBe('anew-nothing-ran');
      seen = [ran(bad, '2'), ran(good, '1')];
      expect(await refusal(h)).toBe('anew-image-ran');
      seen = [{ ...ran(good, '1'), image: 'lab.local/another:1' }];
      expect(await refusal(h)).toBe('image-elsewhere');
      const pruned = await image('9', runs, 'pruned');
      seen = [ran(pruned, '9')];
      await docker('rmi', `${repository}:9`);
      expect(await refusal(h)).toBe('anew-image-gone');
    });

    it.each([
      ['anew-privileged', ['--privileged']],
      ['anew-nameless-volume', ['-v', '/nameless']],
      ['anew-shares-namespace', ['--network', 'host']],
      ['anew-shares-namespace', ['--pid', 'host']],
      ['anew-auto-remove', ['--rm']],
      ['anew-off-network', ['--network', side]],
    ])('is refused with %s for a container of %j', async (reason, options) => {
      await docker('create', '--name', name, ...labels(part), ...options, `${repository}:2`);
      if (reason === 'anew-off-network') await docker('network', 'disconnect', side, name);

      expect(await refusal(harnessOf())).toBe(reason);
    });

    it('is refused for several, for one that others lean on, and for one that somebody has stopped', async () => {
      await docker('run', '-d', '--name', name, ...labels(part), `${repository}:1`);
      await docker('stop', '-t', '1', name);
      seen = [ran(bad, '2')];
      const h = harnessOf();
      expect(await refusal(h)).toBe('anew-stopped');
      const peer = [...labels('other'), '--network', `container:${name}`];
      await docker('create', '--name', `${project}-peer`, ...peer, `${repository}:1`);
      expect(await refusal(h)).toBe('anew-leaned-on');
      await docker('create', '--name', `${name}-second`, ...labels(part, 2), `${repository}:1`);
      expect(await refusal(h)).toBe('several-containers');
    });
  },
);
