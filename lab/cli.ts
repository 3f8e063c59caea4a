/** `npm run lab -- …`: the lab's command line. */

import { spawn } from 'node:child_process';
import { Command, InvalidArgumentError, Option } from 'commander';
import { present } from '../src/domain/kernel/present.ts';
import { cacheDir } from './components/cache.ts';
import { faultById, faults } from './faults/index.ts';
import type { AsIsForm } from './platform/as-is/names.ts';
import { upAsIs } from './runtimes/as-is.ts';
import { upAsIsKubernetes } from './runtimes/as-is-kubernetes.ts';
import { upGenerated } from './runtimes/generated.ts';
import { upGeneratedKubernetes } from './runtimes/generated-kubernetes.ts';
import { connectLab, downLab, environmentOf, labStatus, upLab } from './runtimes/index.ts';
import { timedProgress } from './runtimes/shared.ts';
import { scaleAgents, scalePods } from './scale/index.ts';
import { selftest } from './selftest.ts';
import { type Runtime, runtimes } from './types.ts';

const print = (line: string) => process.stdout.write(`${line}\n`);

function asRuntime(word: string): Runtime {
  const found = runtimes.find((one) => one === word);
  if (found === undefined) throw new InvalidArgumentError(`choose one of ${runtimes.join(', ')}.`);
  return found;
}

const number = (word: string): number => {
  const value = Number(word);
  if (!Number.isInteger(value) || value < 0) throw new InvalidArgumentError('has to be a number.');
  return value;
};

const onRuntime = () =>
  new Option('-r, --runtime <runtime>', 'which platform').argParser(asRuntime).default('kubernetes');

const program = new Command('lab')
  .description('A real Aetherius platform on this machine, and faults that really happen in it')
  .configureHelp({ showGlobalOptions: true });

program
  .command('up')
  .description('bring a platform up; does nothing to one that is up')
  .argument('<runtime>', runtimes.join(', '), asRuntime)
  .addOption(
    new Option('--flavour <flavour>', 'images with small tools, or bare')
      .choices(['tools', 'bare'])
      .default('tools'),
  )
  .addOption(
    new Option(
      '--platform <platform>',
      'services as the guide says, as they are, or with other names from a seed',
    )
      .choices(['as-guided', 'as-is', 'generated'])
      .default('as-guided'),
  )
  .addOption(
    new Option('--form <form>', 'as-is: with the edits that keep the processes up, or without')
      .choices(['started', 'verbatim'])
      .default('started'),
  )
  .addOption(new Option('--seed <seed>', 'generated: which installation').argParser(number).default(1))
  .action(async (runtime: Runtime, options: UpWords) => {
    if (options.platform === 'generated') {
      if (runtime === 'processes')
        throw new Error('generated installations are there on kubernetes and compose');
      const up = { kubernetes: upGeneratedKubernetes, compose: upGenerated }[runtime];
      await up(options.seed, timedProgress(print));
      return;
    }
    if (options.platform === 'as-is') {
      if (runtime === 'processes') throw new Error('the as-is platform is there on kubernetes and compose');
      const up = { kubernetes: upAsIsKubernetes, compose: upAsIs }[runtime];
      await up(options.form, timedProgress(print));
      return;
    }
    const lab = await upLab(runtime, timedProgress(print), options);
    const at = await lab.endpoints();
    print(`agent-manager ${at.agentManager}`);
    if (lab.kubeconfig !== undefined) print(`KUBECONFIG=${lab.kubeconfig}`);
    if (lab.dockerSocket !== undefined) print(`DOCKER_HOST=unix://${lab.dockerSocket}`);
  });

interface UpWords {
  readonly flavour: 'tools' | 'bare';
  readonly platform: 'as-guided' | 'as-is' | 'generated';
  readonly form: AsIsForm;
  readonly seed: number;
}

program
  .command('down')
  .description('end a platform; nothing stays behind')
  .argument('<runtime>', runtimes.join(', '), asRuntime)
  .action(async (runtime: Runtime) => {
    const progress = timedProgress(print);
    await downLab(runtime);
    progress(`${runtime} is down`);
  });

program
  .command('status')
  .description('which platforms are up, and whether they are healthy')
  .argument('[runtime]', runtimes.join(', '), asRuntime)
  .action(async (only: Runtime | undefined) => {
    for (const runtime of only === undefined ? runtimes : [only])
      print(`${runtime}: ${await labStatus(runtime)}`);
  });

program
  .command('config')
  .description(
    'the `environments.<name>` block of the product’s configuration for a platform, secrets in clear',
  )
  .argument('<runtime>', runtimes.join(', '), asRuntime)
  .option('--overrides', 'of a generated installation: also what differs from the guide', false)
  .action(async (runtime: Runtime, options: { overrides: boolean }) => {
    print(JSON.stringify(await environmentOf(runtime, options.overrides), null, 2));
  });

program
  .command('shell')
  .description('a shell in which kubectl or docker means this platform')
  .argument('<runtime>', runtimes.join(', '), asRuntime)
  .action(async (runtime: Runtime) => {
    const lab = connectLab(runtime);
    const at = await lab.endpoints();
    const { user, password, host, port } = at.postgres;
    const env = {
      ...process.env,
      PATH: `${cacheDir('bin')}:${cacheDir('docker/usr/bin')}:${process.env.PATH ?? ''}`,
      ...present({
        KUBECONFIG: lab.kubeconfig,
        DOCKER_HOST: lab.dockerSocket === undefined ? undefined : `unix://${lab.dockerSocket}`,
      }),
      AGENT_MANAGER: at.agentManager,
      ORCHESTRATOR: at.orchestrator,
      REASONING: at.reasoning,
      PG_URL: `postgres://${user}:${password}@${host}:${port}/agent_manager`,
      NATS_URL: at.nats.url,
    };
    const shell = spawn(process.env.SHELL ?? '/bin/bash', { stdio: 'inherit', env });
    process.exitCode = await new Promise<number>((resolve) => shell.on('exit', (code) => resolve(code ?? 1)));
  });

const fault = program.command('fault').description('faults that really happen');

fault
  .command('list')
  .description('every fault with its variants')
  .action(() => {
    for (const one of faults)
      print(`${one.id.padEnd(36)} ${one.variants.join(', ').padEnd(32)} ${one.title}`);
  });

for (const action of ['plant', 'clear', 'check'] as const)
  fault
    .command(action)
    .description({ plant: 'make a fault happen', clear: 'take it away', check: 'is it there?' }[action])
    .argument('<id>', 'as in `fault list`')
    .argument('[variant]', 'default: the first')
    .addOption(onRuntime())
    .action(async (id: string, variant: string | undefined, options: { runtime: Runtime }) => {
      const one = faultById(id);
      const chosen = variant ?? one.variants[0];
      if (!one.variants.includes(chosen))
        throw new Error(`${id} has the variants ${one.variants.join(', ')}`);
      if (!one.runtimes.includes(options.runtime))
        throw new Error(`${id} cannot exist on ${options.runtime}`);
      const lab = connectLab(options.runtime);
      const progress = timedProgress(print);
      if (action === 'plant') await one.plant(lab, chosen);
      if (action === 'clear') {
        await one.clear(lab, chosen);
        await lab.healthy(90);
      }
      if (action === 'check') print((await one.check(lab, chosen)) ? 'it is there' : 'it is not there');
      else progress(`${id} ${chosen}: ${action === 'plant' ? 'planted' : 'cleared'}`);
    });

program
  .command('selftest')
  .description('every fault: planted, seen, cleared, gone, healthy again; and nothing left behind')
  .option('--once', 'one variant of each', false)
  .option(
    '--runtime <runtime>',
    'only this one (repeatable)',
    (word, all: Runtime[]) => [...all, asRuntime(word)],
    [],
  )
  .option(
    '--only <prefix>',
    'only faults whose id begins so (repeatable)',
    (word, all: string[]) => [...all, word],
    [],
  )
  .option('--keep', 'leave the platform up afterwards', false)
  .option('--summary', 'also put the totals of artifacts/lab-faults.md into docs/guides/lab-faults.md', false)
  .action(async (options: SelftestWords) => {
    process.exitCode = (await selftest(options, print)) ? 0 : 1;
  });

interface SelftestWords {
  readonly once: boolean;
  readonly runtime: readonly Runtime[];
  readonly only: readonly string[];
  readonly keep: boolean;
  readonly summary: boolean;
}

const scale = program.command('scale').description('many Pods, many agents');

scale
  .command('pods')
  .description('a namespace with that many Pods on fake nodes, some of them broken; 0 removes it')
  .argument('<count>', '50, 500, 2000, 5000 …', number)
  .action(async (count: number) => scalePods(connectLab('kubernetes'), count, timedProgress(print)));

scale
  .command('agents')
  .description('that many agents that register, send heartbeats and events')
  .argument('<count>', 'for example 200', number)
  .addOption(onRuntime())
  .action(async (count: number, options: { runtime: Runtime }) =>
    scaleAgents(connectLab(options.runtime), count, timedProgress(print)),
  );

try {
  await program.parseAsync();
} catch (error) {
  process.stderr.write(`lab: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
// Drivers may keep idle sockets; everything that has to be waited for has been.
if (process.exitCode !== undefined || process.argv[2] !== undefined) process.exit(process.exitCode ?? 0);
