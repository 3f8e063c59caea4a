import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cacheDir } from '../../../lab/components/cache.ts';
import {
  type DockerEngine,
  dockerEngine,
  dockerRunning,
  missing,
  startDocker,
  stopDocker,
} from '../../../lab/components/docker.ts';
import { must, waitFor } from '../../../lab/components/process.ts';
import { asInGuide } from '../../../src/domain/platform/platform.ts';
import type { KubernetesTarget } from '../../../src/domain/probe/targets/kubernetes.ts';
import type { RuntimeConfig } from '../../../src/domain/settings/environment.ts';
import { createComposeTarget } from '../../../src/platform/targets/compose/compose.ts';
import { runtimeOnCompose, runtimeOnKubernetes } from '../../../src/platform/targets/runtime/runtime.ts';
import { restartService } from '../../../src/remediations/compose/container/restart-service.remediation.ts';
import { unseenOf } from '../../../src/text/unseen.ts';
import { wordsIn } from '../../../src/text/words.ts';
import { codes, runProbe, scratch } from '../../support/targets.ts';

const lacking = missing();
const project = `probes-${randomBytes(4).toString('hex')}`;
const folder = scratch('probes-compose');
const image = `lab.local/${project}:1`;
const sleeps = 'trap "exit 0" TERM; while true; do sleep 1; done';
let engine: DockerEngine;
let ours = false;

const runtime = (socket = engine.socket ?? ''): RuntimeConfig => ({ kind: 'compose', project, socket });

async function docker(...args: readonly string[]): Promise<string> {
  const result = await engine.docker(args, { seconds: 60 });
  if (result.code !== 0) throw new Error(`docker ${args.join(' ')}: ${result.stderr}`);
  return result.stdout.trim();
}
async function start(service: string, script: string, ...options: readonly string[]): Promise<string> {
  return docker(
    ...['run', '-d', '--name', `${project}-${service}-1`, ...options],
    ...[
      '--label',
      `com.docker.compose.project=${project}`,
      '--label',
      `com.docker.compose.service=${service}`,
    ],
    ...[image, '/bin/busybox', 'sh', '-c', script],
  );
}
const state = (id: string) =>
  docker('inspect', '-f', '{{.State.Status}} {{if .State.Health}}{{.State.Health.Status}}{{end}}', id);
const ask = async (part: string) => {
  const outcome = await runProbe('compose.containers', { runtime: runtime() }, { part });
  return [outcome.status, ...codes(outcome)];
};

describe.skipIf(lacking !== undefined)(
  `Docker Compose${lacking === undefined ? '' : ` (left out: ${lacking})`}`,
  () => {
    beforeAll(async () => {
      ours = !(await dockerRunning());
      engine = ours ? await startDocker() : dockerEngine();
      const tar = join(folder.dir, 'box.tar');
      await must('bash', [
        '-c',
        `mkdir -p ${folder.dir}/root/bin && cp ${cacheDir('docker')}/bin/busybox ${folder.dir}/root/bin/ && for t in sh sleep cat echo false dd tr df; do ln -sf busybox ${folder.dir}/root/bin/$t; done && tar -C ${folder.dir}/root -cf ${tar} .`,
      ]);
      await docker('import', tar, image);
    }, 300_000);
    afterAll(async () => {
      const ids = await docker('ps', '-aq', '--filter', `label=com.docker.compose.project=${project}`);
      if (ids !== '') await docker('rm', '-f', ...ids.split('\n'));
      await docker('rmi', '-f', image);
      folder.remove();
      if (ours) await stopDocker();
    }, 120_000);

    it('tells free space by df, by the log where there is no df, and else that nobody could look', async () => {
      const look = () => runProbe('runtime.free-space', { runtime: runtime() }, { part: 'postgres' });
      const gone = async (id: string) => void (await docker('rm', '-f', id));
      const withDf = await start('postgres', sleeps);
      const seen = await look();
      await gone(withDf);
      const bare = await start('postgres', `/bin/busybox rm /bin/df; ${sleeps}`);
      await waitFor(async () => (await docker('diff', bare)).includes('/bin/df'), {
        seconds: 20,
        what: 'df to be gone',
      });
      const unseen = await look();
      await gone(bare);
      const line = 'ERROR:  could not extend file base/5/1: No space left on device';
      const full = await start('postgres', `/bin/busybox rm /bin/df; echo "${line}"; ${sleeps}`);
      await waitFor(async () => (await docker('logs', full)).includes(line), {
        seconds: 20,
        what: 'the line',
      });
      const logged = await look();
      await gone(full);

      expect(seen).toMatchObject({ status: 'healthy', facts: { instances: 1 } });
      expect(unseen).toMatchObject({ status: 'skipped', facts: { freeSpace: 'unseen' } });
      expect(logged.findings).toMatchObject([{ code: 'DISK_FULL_LOGGED', facts: { lines: 1 } }]);
    });

    it('finds a disk that is really full, and room again when a file is gone', async () => {
      // A file system of its own, of 16 MiB, as a volume; the container fills it until the kernel refuses a block.
      const volume = `${project}-disk`;
      const kind = ['type=tmpfs', 'device=disk0', 'o=size=16m'].flatMap((one) => ['--opt', one]);
      await docker('volume', 'create', ...kind, volume);
      const fill = '/bin/busybox dd if=/dev/zero of=/data/base bs=64k 2>/dev/null; echo filled';
      const id = await start('postgres', `${fill}; ${sleeps}`, '-v', `${volume}:/data`);
      const look = () => runProbe('runtime.free-space', { runtime: runtime() }, { part: 'postgres' });
      try {
        await waitFor(async () => (await docker('logs', id)).includes('filled'), {
          seconds: 20,
          what: 'the disk to be full',
        });
        const full = await look();
        await docker('exec', id, '/bin/busybox', 'rm', '/data/base');
        const roomy = await look();

        expect(full.findings).toMatchObject([
          {
            ...{ code: 'DISK_FULL', severity: 'critical', part: 'postgres' },
            facts: { mount: '/data', size: 16 * 1024 * 1024, available: 0, percent: 100 },
          },
        ]);
        expect(roomy).toMatchObject({ status: 'healthy' });
      } finally {
        await docker('rm', '-f', id);
        await docker('volume', 'rm', volume);
      }
    });

    it('M1.m: finds a tag that was moved between the starts of two containers', async () => {
      const named = (name: string) => ['--name', `${project}-${name}`, '--label', service] as const;
      const service = 'com.docker.compose.service=agent-manager';
      const label = ['--label', `com.docker.compose.project=${project}`] as const;
      const run = (name: string) =>
        docker('run', '-d', ...named(name), ...label, image, '/bin/busybox', 'sh', '-c', sleeps);
      const look = (more: Readonly<Record<string, number>> = { settledMinutes: 0 }) =>
        runProbe('runtime.images', { runtime: runtime() }, more);
      const first = await docker('inspect', '-f', '{{.Id}}', image);
      const ids = [await run('manager-1'), await run('manager-2')];
      try {
        expect(await look()).toMatchObject({ status: 'healthy', facts: { compared: 1 } });

        await docker('import', '-c', 'LABEL build=2', join(folder.dir, 'box.tar'), image);
        const second = await docker('inspect', '-f', '{{.Id}}', image);
        ids.push(await run('manager-3'));
        expect(second).not.toBe(first);
        expect(await look()).toMatchObject({
          findings: [
            {
              ...{ code: 'IMAGES_DIFFER', part: 'agent-manager' },
              facts: {
                ...{ with: 2, without: 1, other: `${project}-manager-3` },
                first: `${image} (${first.slice(0, 19)})`,
                second: `${image} (${second.slice(0, 19)})`,
              },
            },
          ],
        });
        // They have just been started: it may be a roll-out.
        expect(await look({})).toMatchObject({ status: 'healthy', facts: { rollingOut: 1 } });
      } finally {
        await docker('rm', '-f', ...ids);
        await docker('tag', first, image);
      }
    });

    it('restarts the container that was approved, once, and not one that somebody else has restarted since', async () => {
      const id = await start('collect-agent', sleeps);
      const compose = createComposeTarget({ project, socket: engine.socket ?? '' });
      const context = {
        deps: { environment: 'test', platform: asInGuide, compose },
        signal: new AbortController().signal,
        now: () => new Date(),
      };
      const startedAt = () => docker('inspect', '-f', '{{.State.StartedAt}}', id);
      const before = await startedAt();
      const plan = await restartService.plan({ part: 'collect-agent' }, context);
      const [step] = plan.steps;
      const untouched = await restartService.observeStep(step, plan, context);

      await restartService.applyStep(step, plan, context);
      const after = await startedAt();

      expect(untouched).toBe('not-done');
      expect(after).not.toBe(before);
      expect(await restartService.observeStep(step, plan, context)).toBe('done');
      await expect(restartService.applyStep(step, plan, context)).rejects.toMatchObject({ code: 'CONFLICT' });
      expect(await startedAt()).toBe(after);
      await docker('rm', '-f', id);
    });

    it('reads how often a container is held back at its CPU limit, from the engine and inside of it', async () => {
      const share = async (script: string, cpus: string, inside: boolean) => {
        const id = await start('collect-agent', script, '--cpus', cpus);
        const target = createComposeTarget({ project, socket: engine.socket ?? '' });
        const outside = runtimeOnCompose(target, asInGuide);
        const [instance] = await outside.instances('collect-agent');
        if (instance === undefined) throw new Error('no container of collect-agent');
        // What a Pod's container would be asked, asked of this one.
        const exec = (_n: string, _p: string, _c: string, command: readonly string[]) =>
          target.exec(id, command, { timeoutMs: 20_000 });
        const through = inside
          ? runtimeOnKubernetes(
              { namespace: project, agentNamespace: project, exec } as unknown as KubernetesTarget,
              asInGuide,
            )
          : outside;
        const seen = await through.throttled(instance, 2);
        await docker('rm', '-f', id);
        return seen;
      };

      for (const inside of [false, true]) {
        expect(await share('while true; do :; done', '0.05', inside)).toBeGreaterThan(0.5);
        // Far from its limit: to start a program takes more than the 5 ms that the limit above gives in a period.
        expect(await share('while true; do sleep 0.5; done', '0.5', inside)).toBeLessThan(0.2);
      }
    }, 60_000);

    it('tells running, exited, paused, unhealthy and killed for memory apart, and knows what lives elsewhere', async () => {
      await start('agent-manager', sleeps);
      const exited = await start('orchestrator-service', 'echo fatal: no database >&2; exit 3');
      const paused = await start('redis', sleeps);
      await docker('pause', paused);
      const unhealthy = await start(
        'nats',
        sleeps,
        '--health-cmd',
        'false',
        '--health-interval',
        '1s',
        '--health-retries',
        '1',
      );
      // The engine hears of the kill from the kernel, beside the exit, and now and then too late to note it: planted anew.
      let noted = '';
      for (let turn = 0; turn < 5 && noted !== 'true'; turn += 1) {
        const killed = await start(
          'reasoning-service',
          'x=$(dd if=/dev/zero bs=1M count=200 | tr "\\0" a); echo done',
          '--memory',
          '24m',
        );
        const told = () => docker('inspect', '-f', '{{.State.Status}} {{.State.OOMKilled}}', killed);
        await waitFor(async () => (await told()).startsWith('exited'), { seconds: 20, what: 'the end' });
        noted = await waitFor(async () => ((await told()) === 'exited true' ? 'true' : undefined), {
          seconds: 5,
          what: 'the kill',
        }).catch(() => 'false');
        if (noted !== 'true') await docker('rm', '-f', killed);
      }
      await waitFor(async () => (await state(exited)).startsWith('exited'), {
        seconds: 20,
        what: 'the exit',
      });
      await waitFor(async () => (await state(unhealthy)).includes('unhealthy'), {
        seconds: 30,
        what: 'the health check',
      });
      expect(noted).toBe('true');
      expect(await ask('agent-manager')).toEqual(['healthy']);
      expect(await ask('orchestrator-service')).toEqual(['unhealthy', 'CONTAINER_EXITED']);
      expect(await ask('redis')).toEqual(['unhealthy', 'CONTAINER_PAUSED']);
      expect(await ask('nats')).toEqual(['unhealthy', 'CONTAINER_UNHEALTHY']);
      expect(await ask('reasoning-service')).toEqual(['unhealthy', 'CONTAINER_OOM_KILLED']);
      expect(await ask('postgres')).toEqual(['skipped']);
      expect(await ask('collect-agent')).toEqual(['unhealthy', 'CONTAINER_MISSING']);
      const made = await runProbe('compose.changes', { runtime: runtime() });
      expect(made.findings.map(({ subject }) => subject)).toContain(`${project}-agent-manager-1`);
      expect(await ask('runtime')).toEqual(['healthy']);
    }, 120_000);

    it('reads logs, runs commands with their exit code, measures, and restarts', async () => {
      const target = createComposeTarget({ project, socket: engine.socket ?? '' });
      const find = async (service: string) => {
        const found = (await target.containers()).find((one) => one.service === service);
        if (found === undefined) throw new Error(`no container of ${service}`);
        return found;
      };
      const [failed, running] = [await find('orchestrator-service'), await find('agent-manager')];
      const result = await target.exec(running.id, ['sh', '-c', 'echo out; echo err >&2; exit 4']);
      const usage = await target.stats(running.id);
      await target.restart(running.id, { graceSeconds: 1 });
      const after = await target.inspect(running.id);

      expect(await target.logs(failed.id)).toContain('fatal: no database');
      expect(failed).toMatchObject({ exitCode: 3, oomKilled: false, service: 'orchestrator-service' });
      expect(result).toEqual({ code: 4, stdout: 'out\n', stderr: 'err\n' });
      expect(usage.memoryBytes).toBeGreaterThan(0);
      expect(Date.parse(after.startedAt)).toBeGreaterThan(Date.parse(running.startedAt));
      await expect(target.inspect('no-such-container')).rejects.toMatchObject({ code: 'NOT_FOUND' });
      expect((await target.networks()).some((network) => network.driver === 'bridge')).toBe(true);
    }, 60_000);

    it('looks past its own list when it looks at a container again', async () => {
      const target = createComposeTarget({ project, socket: engine.socket ?? '' });
      const containers = runtimeOnCompose(target, asInGuide);
      const id = await start('neo4j', 'sleep 1; exit 3', '--restart', 'always');
      const [first] = await containers.instances('neo4j');
      if (first === undefined) throw new Error('no container of neo4j');
      await waitFor(async () => (await state(id)).startsWith('restarting'), {
        seconds: 30,
        what: 'a pause between two lives',
      });

      expect(first).toMatchObject({ phase: 'running', restarts: 0 });
      const again = await containers.again(first, {});
      expect(again?.restarts).toBeGreaterThan(0);
      expect(again?.last).toMatchObject({ reason: 'Error' });
      expect(await containers.again({ ...first, id: 'no-such-container' }, {})).toBeUndefined();
      await docker('rm', '-f', id);
    }, 60_000);

    it('reads the log of each life by itself', async () => {
      const target = createComposeTarget({ project, socket: engine.socket ?? '' });
      const containers = runtimeOnCompose(target, asInGuide);
      const first = 'if [ -e /lived ]; then echo second life; sleep 60; fi';
      const id = await start(
        'neo4j',
        `${first}; echo > /lived; echo first life; exit 3`,
        ...['--restart', 'always'],
      );
      await waitFor(async () => (await target.logs(id)).includes('second life'), {
        seconds: 30,
        what: 'the second life',
      });
      const [instance] = await containers.instances('neo4j');
      if (instance === undefined) throw new Error('no container of neo4j');
      const read = (previous: boolean) => containers.logs(instance, { tail: 10, previous });

      expect((await target.logs(id)).trim().split('\n')).toEqual(['first life', 'second life']);
      expect((await read(false)).trim()).toBe('second life');
      expect((await read(true)).trim()).toBe('first life');
      await docker('rm', '-f', id);
    }, 60_000);

    it('whose engine is not there could not be checked', async () => {
      const outcome = await runProbe(
        'compose.containers',
        { runtime: runtime('/no/such.sock') },
        { part: 'redis' },
      );

      expect(outcome).toMatchObject({
        status: 'inconclusive',
        cause: { code: 'refused', facts: { allowedBy: 'engine.yaml' } },
      });
      expect(unseenOf(outcome, wordsIn('en')).why).toBe(
        'the container engine’s socket is not here; engine.yaml beside the Compose file gives it',
      );
    });
  },
);
