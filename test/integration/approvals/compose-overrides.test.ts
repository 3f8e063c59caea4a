/**
 * A variable or a flag that hides a key of the mounted file, on a real Docker engine: the container is made anew without
 * it, approved by two, each of its effects once though the worker dies, and taken back.
 */
import { chmodSync, mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { missing } from '../../../lab/components/docker.ts';
import type { RemediationRow } from '../../../src/domain/fix/rows.ts';
import type { Harness } from '../../support/approvals.ts';
import { useComposeProject } from '../../support/compose-project.ts';
import { killRounds } from '../../support/killed.ts';

const lacking = missing();
const part = 'agent-manager';
const variable = 'AETHERIUS_EVENT_WORKERS';
const params = { part, key: 'event.workers', name: variable } as const;
const inside = '/etc/aetherius/config.yaml';

describe.skipIf(lacking !== undefined)(
  `what hides a key on Docker Compose${lacking === undefined ? '' : ` (left out: ${lacking})`}`,
  () => {
    const place = useComposeProject('overrides', ['sh', 'sleep', 'cat']);
    const { project, folder, image, docker, removed, labels, inspect, events, run, killedAt } = place;
    const [name, beside] = [`${project}-${part}-1`, `${project}-orchestrator-service-1`];
    const network = `${project}-net`;
    const file = join(folder.dir, 'config', 'config.yaml');
    const program = join(folder.dir, 'program');

    beforeAll(async () => {
      mkdirSync(join(folder.dir, 'config'));
      writeFileSync(program, '#!/bin/sh\ntrap "exit 0" TERM\nwhile true; do sleep 0.2; done\n');
      chmodSync(program, 0o755);
      await docker('network', 'create', network);
    });
    afterAll(async () => {
      await removed();
      await docker('network', 'rm', network);
    }, 60_000);
    beforeEach(async () => {
      await removed();
      writeFileSync(file, 'event:\n  workers: 20\n');
    });

    const folderMount = `${join(folder.dir, 'config')}:/etc/aetherius:ro`;
    /** A container of the service, as Compose would have made it; `words` are its options, and after `--` its arguments. */
    function made(
      options: readonly string[] = ['-e', `${variable}=6`, '-e', 'LEVEL=debug'],
      args: readonly string[] = [],
      { from = image, mount = folderMount } = {},
    ): Promise<string> {
      return docker(
        ...['run', '-d', '--name', name, '--restart', 'unless-stopped', '--network', network],
        ...['--network-alias', part, '-v', mount, '-v', `${program}:/program:ro`, '--memory', '64m'],
        ...[...labels(part), '--entrypoint', '/program', ...options, from, ...args],
      );
    }
    const harness = (recreate = true): Harness =>
      place.harness({ id: 'compose.remove-override', runtime: { recreate } });
    async function approved(h: Harness, of: object = params): Promise<RemediationRow> {
      const row = await h.approved(of as typeof params);
      return (await h.service.approve(h.input(row.id, 'UBOSS'))).remediation;
    }
    const refusal = async (h: Harness = harness(), of: object = params) => {
      const answer = await h.propose(of as typeof params);
      return answer.kind === 'refused' ? answer.reason : answer.kind;
    };
    const all = () =>
      docker('ps', '-aq', '--no-trunc', '--filter', `label=com.docker.compose.project=${project}`);
    /** What nobody has asked to change. */
    const kept = (id: string) =>
      inspect(
        id,
        '{{.Image}} {{json .HostConfig.Binds}} {{.HostConfig.Memory}} {{.HostConfig.RestartPolicy.Name}} {{json .Config.Cmd}} {{json .Config.Entrypoint}} {{range $name, $_ := .NetworkSettings.Networks}}{{$name}}{{end}}',
      );

    const everyPoint = [
      ...[1, 2, 3, 4, 5, 6].flatMap((time) => [['R-K3', time] as const, ['R-K4', time] as const]),
      ['R-K5', 1] as const,
    ];
    // The machinery is that of another image, where each step has its death; with `KILL_ROUNDS` all.
    const points = everyPoint.filter(
      ([point, time]) => killRounds.repeats > 0 || (point === 'R-K4' && (time === 1 || time === 6)),
    );
    it.each(points)(
      'takes a variable away once though the worker dies at %s, time %d, and gives it back',
      killRounds,
      async (point, time) => {
        const old = await made();
        const healthy = await docker(
          ...['run', '-d', '--name', beside, '--network', network, '-e', `${variable}=6`],
          ...['-v', folderMount, ...labels('orchestrator-service'), image, '/bin/busybox', 'sleep', '3600'],
        );
        const before = [await kept(old), await inspect(healthy, '{{.State.StartedAt}}')];
        const h = harness();
        const row = await approved(h);

        await killedAt(h, row.id, point, time);

        expect(await h.row(row.id)).toMatchObject({ state: 'succeeded', outcome: { settled: true } });
        const now = await inspect(name, '{{.Id}}');
        expect(now).not.toBe(old);
        const env = await inspect(now, '{{json .Config.Env}}');
        expect(env).toContain('LEVEL=debug');
        expect(env).not.toContain(variable);
        expect([await kept(now), await inspect(healthy, '{{.State.StartedAt}}')]).toEqual(before);
        expect(await events(now, 'create')).toBe(1);
        expect(await events(now, 'start')).toBe(1);
        expect(await events(old, 'rename')).toBe(1);
        expect(await inspect(old, '{{.State.Status}}')).toBe('exited');
        expect((await place.undone(h, row.id, ['ULEAD', 'UBOSS'])).state).toBe('succeeded');
        expect(await inspect(name, '{{.Id}} {{.State.Status}}')).toBe(`${old} running`);
        expect(await inspect(name, '{{json .Config.Env}}')).toContain(`${variable}=6`);
        expect((await all()).split('\n').toSorted()).toEqual([old, healthy].toSorted());
      },
    );

    it('takes a flag away, and the others stay', async () => {
      await made([], ['--a=1', '--event.workers', '6', '--b=2']);
      const h = harness();
      const row = await approved(h, { ...params, name: '--event.workers' });

      await run(h, row.id);

      expect((await h.row(row.id)).state).toBe('succeeded');
      expect(await inspect(name, '{{json .Config.Cmd}} {{.State.Status}}')).toBe('["--a=1","--b=2"] running');
    });

    it('R-P3: starts nothing with another value than was approved, and takes it all back', async () => {
      const old = await made(undefined, [], { mount: `${file}:${inside}:ro` });
      const h = harness();
      const row = await approved(h);
      let left = 6;

      await run(h, row.id, {
        atKillPoint: (at) => {
          left -= at === 'R-K3' ? 1 : 0;
          // Right before the start another file takes the name of the one that the container had.
          if (at === 'R-K3' && left === 0) {
            writeFileSync(`${file}.new`, 'event:\n  workers: 50\n');
            renameSync(`${file}.new`, file);
          }
          return Promise.resolve();
        },
      });

      expect((await h.row(row.id)).state).toBe('rolled_back');
      expect(await inspect(name, '{{.Id}} {{.State.Status}}')).toBe(`${old} running`);
      expect(await all()).toBe(old);
    });

    it('is refused where the image has it, where the file is not mounted, and where it is off', async () => {
      const own = `${place.repository}:2`;
      await docker('import', '--change', `ENV ${variable}=5`, place.tar, own);
      await made(['-e', `${variable}=6`], [], { from: own });
      expect(await refusal()).toBe('override-of-image');
      await removed();
      await made(['-e', `${variable}=6`], [], { mount: `${join(folder.dir, 'config')}:/elsewhere:ro` });
      expect(await refusal()).toBe('override-file-inside');
      await removed();
      await made();
      expect(await refusal(harness(false))).toBe('recreate-off');
      expect(await refusal()).toBe('offered');
      await docker('stop', '-t', '1', name);
      expect(await refusal()).toBe('override-not-running');
    });
  },
);
