/** A project of a test on a real Docker engine, made of containers without Compose, and fixes that are carried out there. */
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach } from 'vitest';
import { cacheDir } from '../../lab/components/cache.ts';
import {
  type DockerEngine,
  dockerEngine,
  dockerRunning,
  startDocker,
  stopDocker,
} from '../../lab/components/docker.ts';
import { must } from '../../lab/components/process.ts';
import type { Remediation } from '../../src/domain/fix/remediation.ts';
import type { RemediationRow } from '../../src/domain/fix/rows.ts';
import type { TargetsFactory } from '../../src/domain/probe/targets/targets.ts';
import { systemClock } from '../../src/platform/process/clock.ts';
import { createTargetsFactory } from '../../src/platform/targets/factory.ts';
import { probes } from '../../src/probes/index.ts';
import type { ExecutorDeps } from '../../src/services/fix/execute/executor-deps.ts';
import { createProbeRunner } from '../../src/services/run/probe-runner.service.ts';
import { createHarness, type Harness } from './approvals.ts';
import { killedWorker } from './killed.ts';
import { silentLogger } from './logger.ts';
import { type TestDatabase, usePostgres } from './postgres.ts';
import { registered } from './remediation-fixtures.ts';
import { environment, scratch } from './targets.ts';

/** Time runs twenty times as fast for the executor. */
const faster: Partial<ExecutorDeps> = {
  monotonic: () => performance.now() * 20,
  clock: { ...systemClock, sleep: (ms, signal) => systemClock.sleep(ms / 20, signal) },
};

type Config = Parameters<typeof createTargetsFactory>[0];
type Environment = Config[string];
type Runtime = Extract<NonNullable<Environment['runtime']>, { kind: 'compose' }>;

export interface FixPlace {
  readonly id: string;
  /** Of the runtime's configuration, beside its project and socket. */
  readonly runtime?: Partial<Runtime>;
  readonly environment?: Partial<Environment>;
  /** What the bot keeps. */
  readonly records?: Parameters<typeof createTargetsFactory>[3];
  /** Puts something else in the place of a target. */
  readonly besides?: (real: TargetsFactory) => TargetsFactory;
}

/**
 * An engine, which is started and stopped where none runs, with an image of BusyBox that has these names, and a database
 * for the fixes. What has the label of the project is removed after all tests.
 */
export function useComposeProject(name: string, tools: readonly string[]) {
  const postgres = usePostgres();
  const folder = scratch(name);
  const project = `${name}-${randomBytes(4).toString('hex')}`;
  const repository = `lab.local/${project}`;
  const tar = join(folder.dir, 'box.tar');
  let database: TestDatabase | undefined;
  let engine: DockerEngine | undefined;
  let ours = false;

  const up = <T>(one: T | undefined): T => {
    if (one === undefined) throw new Error('nothing is up yet');
    return one;
  };
  async function docker(...args: readonly string[]): Promise<string> {
    const result = await up(engine).docker(args, { seconds: 60 });
    if (result.code !== 0) throw new Error(`docker ${args.join(' ')}: ${result.stderr}`);
    return result.stdout.trim();
  }
  /** Removes every container of the project. */
  async function removed(): Promise<void> {
    const ids = await docker('ps', '-aq', '--filter', `label=com.docker.compose.project=${project}`);
    if (ids !== '') await docker('rm', '-f', ...ids.split('\n'));
  }
  /** The image that all tests of the project share; each other tag is made by the test. */
  const image = `${repository}:1`;

  beforeAll(async () => {
    database = await postgres.migrated();
    ours = !(await dockerRunning());
    engine = ours ? await startDocker() : dockerEngine();
    const root = join(folder.dir, 'root');
    await must('bash', [
      '-c',
      `mkdir -p ${root}/bin && cp ${cacheDir('docker')}/bin/busybox ${root}/bin/ && for t in ${tools.join(' ')}; do ln -sf busybox ${root}/bin/$t; done && tar -C ${root} -cf ${tar} .`,
    ]);
    await docker('import', tar, image);
  }, 300_000);
  afterAll(async () => {
    await removed();
    const images = new Set((await docker('images', '-q', repository)).split('\n'));
    images.delete('');
    if (images.size > 0) await docker('rmi', '-f', ...images);
    folder.remove();
    if (ours) await stopDocker();
  }, 120_000);
  // The same fix of the same target more than twice an hour is refused (R-X9).
  beforeEach(async () => {
    await up(database).sql("UPDATE remediations SET approved_at = approved_at - interval '2 hours'");
  });

  function configOf({ runtime, environment: more }: Omit<FixPlace, 'id'> = {}): Config {
    const socket = up(engine).socket ?? '';
    return {
      prod: { ...environment(), ...more, runtime: { kind: 'compose', project, socket, ...runtime } },
    };
  }
  const run = (h: Harness, fix: string, more: Partial<ExecutorDeps> = {}, worker = 'worker-1') =>
    h.execute(fix, worker, { ...faster, ...more });

  return {
    project,
    folder,
    repository,
    image,
    /** The archive that the image is made of. */
    tar,
    database: () => up(database),
    engine: () => up(engine),
    /** `docker …`; throws where it fails. */
    docker,
    removed,
    configOf,
    run,
    /** Labels of a container of this service, as Compose sets them. */
    labels: (service: string) =>
      [`project=${project}`, `service=${service}`].flatMap((label) => [
        '--label',
        `com.docker.compose.${label}`,
      ]),
    inspect: (id: string, format: string) => docker('inspect', '-f', format, id),
    /** How often the engine did this with the container, by its own events since it was made. */
    async events(id: string, action: string): Promise<number> {
      const until = String(Math.floor(Date.now() / 1000) + 1);
      const text = await docker(
        ...['events', '--since', '0', '--until', until, '--filter', `container=${id}`],
        ...['--filter', `event=${action}`, '--format', '{{.Action}}'],
      );
      return text.split('\n').filter((line) => line === action).length;
    },
    harness(place: FixPlace): Harness {
      const { id, records, besides = (real) => real } = place;
      return createHarness(up(database).store(), {
        real: {
          remediation: registered.find((one) => one.id === id) as Remediation,
          targets: besides(createTargetsFactory(configOf(place), undefined, undefined, records)),
          probes: createProbeRunner({ probes, clock: systemClock, logger: silentLogger }),
        },
      });
    },
    /** One worker dies at this point, and another one goes on. */
    killedAt: (h: Harness, fix: string, point: string, time?: number) =>
      killedWorker(up(database), fix, (worker, more) => run(h, fix, more, worker), point, time),
    /** Takes a fix back, approved by these. */
    async undone(h: Harness, fix: string, approvers: readonly string[] = ['ULEAD']): Promise<RemediationRow> {
      const { remediation: undo } = await h.service.undo(h.input(fix, 'UREQ'));
      for (const approver of approvers) await h.service.approve(h.input(undo.id, approver));
      await run(h, undo.id);
      return h.row(undo.id);
    },
  };
}
