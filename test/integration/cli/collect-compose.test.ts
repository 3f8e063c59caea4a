/** A bundle of a Compose project: logs, containers and configuration of what runs, and the recording asked offline. */
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
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
import { CollectOutput, DiagnoseOutput } from '../../../src/cli/output-schemas.ts';
import { aetherius, running } from '../../support/cli.ts';
import { scratch } from '../../support/targets.ts';

const lacking = missing();
const project = `collect-${randomBytes(4).toString('hex')}`;
const image = `lab.local/${project}:1`;
const place = scratch('collect-compose');
const folder = mkdtempSync(join(tmpdir(), 'collect-compose-'));
const file = join(folder, 'a.yaml');
const bundle = join(folder, 'bundle.tar.gz');
const unpacked = join(folder, 'bundle');
const secret = 'Zeppelin-77-planted';
let engine: DockerEngine;
let ours = false;
let collected: CollectOutput;

async function docker(...args: readonly string[]): Promise<string> {
  const result = await engine.docker(args, { seconds: 60 });
  if (result.code !== 0) throw new Error(`docker ${args.join(' ')}: ${result.stderr}`);
  return result.stdout.trim();
}
const start = (service: string, script: string, ...options: readonly string[]) =>
  docker(
    ...['run', '-d', '--name', `${project}-${service}-1`, ...options],
    ...['--label', `com.docker.compose.project=${project}`],
    ...['--label', `com.docker.compose.service=${service}`],
    ...[image, '/bin/busybox', 'sh', '-c', script],
  );
const read = (path: string) => readFileSync(join(unpacked, path), 'utf8');

describe.skipIf(lacking !== undefined)(
  `collect on Docker Compose${lacking === undefined ? '' : ` (left out: ${lacking})`}`,
  () => {
    beforeAll(async () => {
      ours = !(await dockerRunning());
      engine = ours ? await startDocker() : dockerEngine();
      const tar = join(place.dir, 'box.tar');
      await must('bash', [
        '-c',
        `mkdir -p ${place.dir}/root/bin && cp ${cacheDir('docker')}/bin/busybox ${place.dir}/root/bin/ && ln -sf busybox ${place.dir}/root/bin/sh && tar -C ${place.dir}/root -cf ${tar} .`,
      ]);
      await docker('import', tar, image);
      const at = 'date -u +%Y-%m-%dT%H:%M:%SZ';
      await start(
        'agent-manager',
        `trap "exit 0" TERM; echo "$(${at}) ERROR cannot use postgres://bot:${secret}@db/agents"; echo "$(${at}) ERROR cannot use postgres://bot:${secret}@db/agents"; while true; do sleep 1; done`,
        ...['-e', `DB_PASSWORD=${secret}`, '-e', 'AETHERIUS_EVENT_WORKERS=10'],
      );
      const gone = await start('collect-agent', `echo "$(${at}) FATAL no more"; exit 3`);
      await waitFor(
        async () => (await docker('inspect', '-f', '{{.State.Status}}', gone)) === 'exited' || undefined,
        { seconds: 30, what: 'the agent has ended' },
      );
      const runtime = { kind: 'compose', project, socket: engine.socket };
      writeFileSync(file, stringify({ environments: { prod: { runtime } } }));
      const answer = await aetherius(['--config', file, '--output', 'json', 'collect', '-o', bundle]);
      collected = CollectOutput.parse(JSON.parse(answer.out));
      await aetherius(['bundle', 'open', bundle, '--to', unpacked]);
    }, 300_000);
    afterAll(async () => {
      const ids = await docker('ps', '-aq', '--filter', `label=com.docker.compose.project=${project}`);
      if (ids !== '') await docker('rm', '-f', ...ids.split('\n'));
      await docker('rmi', '-f', image);
      place.remove();
      rmSync(folder, { recursive: true, force: true });
      if (ours) await stopDocker();
    }, 120_000);

    it('has the log of each container, also of one that has ended, and says what they say', () => {
      expect(read(`logs/collect-agent/${project}-collect-agent-1.log`)).toContain('FATAL no more');
      expect(read(`logs/agent-manager/${project}-agent-manager-1.log`)).toMatch(
        /cannot use postgres:.*@db\/agents/,
      );
      expect(read('index.html')).toContain('FATAL');
      // Parts that are nowhere and that nobody has configured lack in no bundle.
      expect(collected.manifest.entries.filter(({ error }) => error !== undefined)).toEqual([]);
    });

    it('has the containers and their configuration without the secret, which has one stand-in everywhere', () => {
      const texts = readdirSync(unpacked, { recursive: true, withFileTypes: true })
        .filter((one) => one.isFile())
        .map((one) => readFileSync(join(one.parentPath, one.name), 'utf8'));
      const variables = (JSON.parse(read('configuration/agent-manager.json')) as { variables: object })
        .variables;

      expect(texts.join('\n')).not.toContain(secret);
      expect(variables).toMatchObject({ AETHERIUS_EVENT_WORKERS: '10' });
      const [standIn] = /\[secret:[0-9a-f]+\]/.exec(JSON.stringify(variables)) ?? [];
      expect(standIn).toBeDefined();
      expect(read(`logs/agent-manager/${project}-agent-manager-1.log`)).toContain(`bot:${standIn}@db`);
      expect(read('compose/containers.json')).toContain(standIn);
      expect(read('versions.json')).toContain(image);
    });

    it('names the planted cause offline as live, with the containers gone', async () => {
      const ask = ['--output', 'json', 'diagnose', 'H2', 'collect-agent'];
      const live = await aetherius(['--config', file, ...ask]);
      await docker('rm', '-f', `${project}-agent-manager-1`, `${project}-collect-agent-1`);
      const offline = await aetherius([...ask, '--bundle', bundle]);
      const causesOf = (out: string) =>
        DiagnoseOutput.parse(JSON.parse(out)).diagnoses.flatMap(({ causes }) =>
          causes.map(({ id, verdict, for: found }) => ({
            id,
            verdict,
            codes: found.map(({ code }) => code),
          })),
        );

      expect(offline).toMatchObject({ exit: live.exit, err: '' });
      expect(causesOf(offline.out)).toEqual(causesOf(live.out));
      expect(causesOf(live.out).some(({ verdict }) => verdict === 'confirmed')).toBe(true);
    });

    it('is followed: what a container says later is told, and counted once', async () => {
      const at = 'date -u +%Y-%m-%dT%H:%M:%SZ';
      await start(
        'orchestrator-service',
        `trap "exit 0" TERM; echo "$(${at}) ERROR the first words"; while [ ! -e /go ]; do sleep 1; done; echo "$(${at}) ERROR other words now"; while true; do sleep 1; done`,
      );
      const { out, ended, interrupt } = running([
        ...['--config', file, 'logs', 'orchestrator-service', '--follow'],
      ]);
      const patient = { timeout: 40_000, interval: 100 };
      await expect.poll(() => out.join(''), patient).toContain('the first words');
      await docker('exec', `${project}-orchestrator-service-1`, '/bin/busybox', 'touch', '/go');
      await expect.poll(() => out.join(''), patient).toContain('other words now');
      const before = out.length;
      interrupt();

      expect(await ended).toBe(1);
      expect(out.slice(before).join('')).toContain('2 lines');
    });
  },
);
