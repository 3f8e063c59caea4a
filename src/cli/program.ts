import { Argument, Command, InvalidArgumentError, Option } from 'commander';
import { exportFormats } from '../domain/audit/export.ts';
import { present } from '../domain/kernel/present.ts';
import { type TextKey, type Words, wordsIn } from '../text/words.ts';
import type { AlertReceiverOptions } from './alert-receiver.command.ts';
import { plainArguments } from './argv.ts';
import type { ExportOptions } from './audit.command.ts';
import type { CollectOptions } from './collect.command.ts';
import type { ShellName } from './completion.command.ts';
import { type CliContext, type ExitCode, exitCodes, type Output, type ServedContext } from './context.ts';
import { UsageFault } from './faults.ts';
import type { FixOptions } from './fix.command.ts';
import { foldedHelp } from './folded-help.ts';
import type { HealthOptions } from './health.command.ts';
import type { InitOptions } from './init.command.ts';
import type { InstallOptions } from './install.command.ts';
import type { LogsOptions } from './logs.command.ts';

export interface GlobalOptions {
  readonly output: Output;
  /** Nothing of the answer is printed. */
  readonly quiet?: boolean;
  readonly config?: string;
  /** Folder with manifests, for one command. */
  readonly manifests?: string;
  /** A bundle that is asked instead of an environment. */
  readonly bundle?: string;
}

/** Makes the context of one command and runs it; the answer becomes the exit code. Which of both, its types say. */
export interface Run {
  /** In this process, with the caller's own credentials; it needs no person. */
  readonly here: (
    options: GlobalOptions,
    command: (context: CliContext) => Promise<ExitCode>,
  ) => Promise<void>;
  /** By the bot, for the owner of a token: what the bot has stored, what is decided, what goes to Slack. */
  readonly asPerson: (
    options: GlobalOptions,
    command: (context: ServedContext) => Promise<ExitCode>,
  ) => Promise<void>;
}

/**
 * The command line as data: commands, arguments, options. Actions import their command when they are called, so
 * that `--help` stays fast; the reference is generated from the same tree.
 */
export function createProgram(
  words: Words,
  version: string,
  run: Run,
  terminal?: { out(text: string): void; err(text: string): void },
): Command {
  const say = (key: TextKey): string => words.lookupPlain(key) ?? key;
  const program = new Command('aetherius')
    .description(say('cli.program'))
    .version(version)
    .addOption(
      new Option('-o, --output <format>', say('cli.option.output')).choices(['text', 'json']).default('text'),
    )
    .addOption(new Option('-q, --quiet', say('cli.option.quiet')))
    .addOption(new Option('--config <file>', say('cli.option.config')))
    .addOption(new Option('--lang <language>', say('cli.option.lang')).choices(['en', 'zh-CN']))
    .addHelpText('after', `\n${say('cli.exit')}`)
    .exitOverride();
  const here = (
    command: (context: CliContext) => Promise<ExitCode>,
    more: Pick<GlobalOptions, 'manifests' | 'bundle'> = {},
  ): Promise<void> => run.here({ ...program.opts<GlobalOptions>(), ...more }, command);
  const asPerson = (command: (context: ServedContext) => Promise<ExitCode>): Promise<void> =>
    run.asPerson(program.opts<GlobalOptions>(), command);
  const env = (): Option => new Option('--env <environment>', say('cli.option.env'));
  const fromBundle = (): Option => new Option('--bundle <file>', say('cli.option.bundle'));
  const channel = (): Option => new Option('--channel <id>', say('cli.option.channel')).makeOptionMandatory();
  const limit = (): Option =>
    new Option('--limit <count>', say('cli.option.limit')).default(20).argParser(positive);

  program
    .command('health')
    .description(say('cli.health'))
    .argument('[environment]')
    .addOption(env())
    .addOption(fromBundle())
    .addOption(new Option('-w, --watch', say('cli.option.watch')).conflicts('bundle'))
    .addOption(
      new Option('-i, --interval <seconds>', say('cli.option.interval'))
        .default(usualPause)
        .argParser(seconds),
    )
    .action((named: string | undefined, options: HealthOptions & { bundle?: string }) =>
      here(
        async (context) =>
          (await import('./health.command.ts')).healthCommand(context, meant(named, options)),
        present({ bundle: options.bundle }),
      ),
    );

  program
    .command('diagnose')
    .description(say('cli.diagnose'))
    .argument('<symptom...>')
    .addOption(env())
    .addOption(new Option('--manifests <folder>', say('cli.option.manifests')))
    .addOption(fromBundle().conflicts('manifests'))
    .action((symptom: string[], options: { env?: string; manifests?: string; bundle?: string }) =>
      here(
        async (context) => (await import('./diagnose.command.ts')).diagnoseCommand(context, symptom, options),
        present({ manifests: options.manifests, bundle: options.bundle }),
      ),
    );

  program
    .command('logs')
    .description(say('cli.logs'))
    .argument('[part]')
    .addOption(new Option('--file <file...>', say('cli.logs.file')))
    .addOption(new Option('--container <name>', say('cli.logs.container')))
    .addOption(new Option('--since <time>', say('cli.logs.since')))
    .addOption(new Option('--until <time>', say('cli.logs.until')))
    .addOption(new Option('--level <level>', say('cli.logs.level')))
    .addOption(new Option('--grep <words>', say('cli.logs.grep')))
    .addOption(new Option('--trace <id>', say('cli.logs.trace')))
    .addOption(new Option('-f, --follow', say('cli.logs.follow')))
    .addOption(env())
    .action((part: string | undefined, options: LogsOptions) =>
      here(async (context) => (await import('./logs.command.ts')).logsCommand(context, part, options)),
    );

  program
    .command('collect')
    .description(say('cli.collect'))
    .argument('[environment]')
    .requiredOption('-o, --out <file>', say('cli.collect.out'))
    .addOption(new Option('--since <time>', say('cli.collect.since')).default('1h'))
    .addOption(env())
    .action((named: string | undefined, options: CollectOptions) =>
      here(async (context) =>
        (await import('./collect.command.ts')).collectCommand(context, meant(named, options)),
      ),
    );
  const bundle = program.command('bundle').description(say('cli.bundle'));
  bundle
    .command('verify')
    .description(say('cli.bundle.verify'))
    .argument('<file>')
    .action((file: string) =>
      here(async (context) => (await import('./bundle.command.ts')).verifyBundle(context, file)),
    );
  bundle
    .command('open')
    .description(say('cli.bundle.open'))
    .argument('<file>')
    .addOption(new Option('--to <folder>', say('cli.bundle.to')))
    .action((file: string, options: { to?: string }) =>
      here(async (context) => (await import('./bundle.command.ts')).openBundle(context, file, options.to)),
    );

  program
    .command('fix')
    .description(say('cli.fix'))
    .argument('<remediation>')
    .argument('[name=value...]')
    .addOption(env())
    .addOption(new Option('--dry-run', say('cli.option.dry-run')).conflicts('yes'))
    .option('--yes', say('cli.option.yes'))
    .option('--reason <text>', say('cli.option.reason'))
    .action((remediation: string, args: string[], options: FixOptions & { dryRun?: boolean }) =>
      options.dryRun === true
        ? here(async (context) =>
            (await import('./fix.command.ts')).dryFixCommand(context, remediation, args, options),
          )
        : asPerson(async (context) =>
            (await import('./fix.command.ts')).fixCommand(context, remediation, args, options),
          ),
    );

  const approvals = program.command('approvals').description(say('cli.approvals'));
  approvals
    .command('list', { isDefault: true })
    .description(say('cli.approvals.list'))
    .addOption(env())
    .addOption(limit())
    .option('--all', say('cli.approvals.all'))
    .action((options: { env?: string; limit: number; all?: boolean }) =>
      asPerson(async (context) => (await import('./approvals.command.ts')).listApprovals(context, options)),
    );
  approvals
    .command('show')
    .description(say('cli.approvals.show'))
    .argument('<id>')
    .action((id: string) =>
      asPerson(async (context) => (await import('./approvals.command.ts')).showApproval(context, id)),
    );
  approvals
    .command('approve')
    .description(say('cli.approvals.approve'))
    .argument('<id>')
    .option('--plan <hash>', say('cli.option.hash'))
    .option('--reason <text>', say('cli.option.reason'))
    .action((id: string, options: { plan?: string; reason?: string }) =>
      asPerson(async (context) => (await import('./approvals.command.ts')).approve(context, id, options)),
    );
  approvals
    .command('reject')
    .description(say('cli.approvals.reject'))
    .argument('<id>')
    .argument('<reason...>')
    .action((id: string, reason: string[]) =>
      asPerson(async (context) =>
        (await import('./approvals.command.ts')).reject(context, id, reason.join(' ')),
      ),
    );
  approvals
    .command('resolve')
    .description(say('cli.approvals.resolve'))
    .argument('<id>')
    .addArgument(new Argument('<outcome>').choices(['worked', 'failed']))
    .argument('<reason...>')
    .action((id: string, outcome: 'worked' | 'failed', reason: string[]) =>
      asPerson(async (context) =>
        (await import('./approvals.command.ts')).resolve(context, id, outcome, reason.join(' ')),
      ),
    );
  approvals
    .command('break-glass')
    .description(say('cli.approvals.break-glass'))
    .argument('<id>')
    .argument('<reason...>')
    .action((id: string, reason: string[]) =>
      asPerson(async (context) =>
        (await import('./approvals.command.ts')).breakGlass(context, id, reason.join(' ')),
      ),
    );
  approvals
    .command('explain')
    .description(say('cli.approvals.explain'))
    .argument('<remediation>')
    .addOption(env())
    .action((remediation: string, options: { env?: string }) =>
      asPerson(async (context) =>
        (await import('./approvals.command.ts')).explainApproval(context, remediation, options),
      ),
    );

  const fixes = program.command('fixes').description(say('cli.fixes'));
  fixes
    .command('list', { isDefault: true })
    .description(say('cli.fixes.list'))
    .action(() => here(async (context) => (await import('./lists.command.ts')).listFixes(context)));
  fixes
    .command('status')
    .description(say('cli.fixes.status'))
    .action(() => asPerson(async (context) => (await import('./fixes.command.ts')).listSwitches(context)));
  fixes
    .command('off')
    .description(say('cli.fixes.off'))
    .argument('<reason...>')
    .option('--scope <remediation>', say('cli.option.scope'))
    .addOption(new Option('--for <minutes>', say('cli.option.for')).argParser(positive))
    .action((reason: string[], options: { scope?: string; for?: number }) =>
      asPerson(async (context) =>
        (await import('./fixes.command.ts')).switchFixes(context, 'off', reason.join(' '), options),
      ),
    );
  fixes
    .command('on')
    .description(say('cli.fixes.on'))
    .argument('<reason...>')
    .option('--scope <remediation>', say('cli.option.scope'))
    .action((reason: string[], options: { scope?: string }) =>
      asPerson(async (context) =>
        (await import('./fixes.command.ts')).switchFixes(context, 'on', reason.join(' '), options),
      ),
    );

  fixes
    .command('confirm')
    .description(say('cli.fixes.confirm'))
    .argument('<reason...>')
    .action((reason: string[]) =>
      asPerson(async (context) =>
        (await import('./fixes.command.ts')).confirmRecord(context, reason.join(' ')),
      ),
    );

  fixes
    .command('close')
    .description(say('cli.fixes.close'))
    .argument('<id>')
    .argument('<note...>')
    .action((id: string, note: string[]) =>
      asPerson(async (context) =>
        (await import('./approvals.command.ts')).closeFollowUp(context, id, note.join(' ')),
      ),
    );

  fixes
    .command('stop')
    .description(say('cli.fixes.stop'))
    .argument('<id>')
    .argument('[reason...]')
    .action((id: string, reason: string[]) =>
      asPerson(async (context) =>
        (await import('./approvals.command.ts')).stop(
          context,
          id,
          reason.length === 0 ? undefined : reason.join(' '),
        ),
      ),
    );

  const mute = program.command('mute').description(say('cli.mute'));
  mute
    .command('list', { isDefault: true })
    .description(say('cli.mute.list'))
    .addOption(env())
    .action((options: { env?: string }) =>
      asPerson(async (context) => (await import('./mute.command.ts')).listMutes(context, options)),
    );
  for (const [name, kind] of [
    ['add', 'mute'],
    ['known', 'known'],
  ] as const) {
    const command = mute
      .command(name)
      .description(say(`cli.mute.${name}`))
      .argument('<part>')
      .argument('<cause>')
      .argument('<reason...>')
      .addOption(env());
    if (kind === 'mute') command.addOption(new Option('--for <time>', say('cli.mute.for')));
    command.action((part: string, cause: string, reason: string[], options: { env?: string; for?: string }) =>
      asPerson(async (context) =>
        (await import('./mute.command.ts')).setMute(
          context,
          kind,
          { part, cause, reason: reason.join(' ') },
          options,
        ),
      ),
    );
  }
  mute
    .command('lift')
    .description(say('cli.mute.lift'))
    .argument('<part>')
    .argument('<cause>')
    .addOption(env())
    .action((part: string, cause: string, options: { env?: string }) =>
      asPerson(async (context) =>
        (await import('./mute.command.ts')).liftMute(context, { part, cause }, options),
      ),
    );
  mute
    .command('export')
    .description(say('cli.mute.export'))
    .addOption(env())
    .action((options: { env?: string }) =>
      asPerson(async (context) => (await import('./mute.command.ts')).exportKnown(context, options)),
    );

  const audit = program.command('audit').description(say('cli.audit'));
  audit
    .command('verify')
    .description(say('cli.audit.verify'))
    .option('--export <file>', say('cli.audit.verify.export'))
    .option('--manifest <file>', say('cli.audit.manifest'))
    .action((options: { export?: string; manifest?: string }) =>
      here(async (context) => {
        const { verifyAudit, verifyExported } = await import('./audit.command.ts');
        const { export: file, manifest } = options;
        return file === undefined
          ? verifyAudit(context)
          : verifyExported(context, { export: file, ...present({ manifest }) });
      }),
    );
  audit
    .command('export')
    .description(say('cli.audit.export'))
    .addOption(
      new Option('--format <format>', say('cli.audit.export.format'))
        .choices([...exportFormats])
        .default('jsonl'),
    )
    .option('--from <row>', say('cli.audit.export.from'))
    .option('--to <row>', say('cli.audit.export.to'))
    .requiredOption('-o, --out <file>', say('cli.audit.export.out'))
    .option('--manifest <file>', say('cli.audit.manifest'))
    .action((options: ExportOptions) =>
      here(async (context) => (await import('./audit.command.ts')).exportAudit(context, options)),
    );

  program
    .command('symptoms')
    .description(say('cli.symptoms'))
    .action(() => here(async (context) => (await import('./lists.command.ts')).listSymptoms(context)));

  program
    .command('completion')
    .description(say('cli.completion'))
    .addArgument(new Argument('<shell>').choices(['bash', 'zsh', 'fish']))
    .action((shell: ShellName) =>
      here(async (context) =>
        (await import('./completion.command.ts')).completionCommand(context, program, shell),
      ),
    );

  program
    .command('history')
    .description(say('cli.history'))
    .argument('[environment]')
    .addOption(env())
    .addOption(limit())
    .action((named: string | undefined, options: { env?: string; limit: number }) =>
      asPerson(async (context) =>
        (await import('./history.command.ts')).historyCommand(context, meant(named, options)),
      ),
    );

  program
    .command('report')
    .description(say('cli.report'))
    .argument('[run]')
    .addOption(env())
    .action((named: string | undefined, options: { env?: string }) =>
      asPerson(async (context) =>
        (await import('./report.command.ts')).reportCommand(context, named, options),
      ),
    );

  const kept = program.command('case').description(say('cli.case'));
  kept
    .command('keep')
    .description(say('cli.case.keep'))
    .argument('<run>')
    .addOption(new Option('--cause <id>', say('cli.case.cause')))
    .addOption(new Option('--note <text>', say('cli.case.note')))
    .action((named: string, options: { cause?: string; note?: string }) =>
      asPerson(async (context) => (await import('./case.command.ts')).keepCase(context, named, options)),
    );
  program
    .command('replay')
    .description(say('cli.replay'))
    .argument('<cases...>')
    .action((paths: string[]) =>
      here(async (context) => (await import('./case.command.ts')).replayCases(context, paths)),
    );

  const digest = program.command('digest').description(say('cli.digest'));
  type Place = { channel: string; env?: string };
  digest
    .command('now')
    .description(say('cli.digest.now'))
    .addOption(channel())
    .addOption(env())
    .action((place: Place) =>
      asPerson(async (context) => (await import('./digest.command.ts')).digestNow(context, place)),
    );
  for (const [name, enabled] of [
    ['on', true],
    ['off', false],
  ] as const)
    digest
      .command(name)
      .description(say(`cli.digest.${name}`))
      .addOption(channel())
      .action((place: Place) =>
        asPerson(async (context) =>
          (await import('./digest.command.ts')).digestConfigure(context, place, { enabled }),
        ),
      );
  digest
    .command('at')
    .description(say('cli.digest.at'))
    .argument('<HH:MM>')
    .addOption(channel())
    .action((at: string, place: Place) =>
      asPerson(async (context) =>
        (await import('./digest.command.ts')).digestConfigure(context, place, { at }),
      ),
    );

  program
    .command('doctor')
    .description(say('cli.doctor'))
    .argument('[environment]')
    .addOption(env())
    .action((named: string | undefined, options: { env?: string }) =>
      here(async (context) =>
        (await import('./doctor.command.ts')).doctorCommand(context, meant(named, options)),
      ),
    );

  program
    .command('config')
    .description(say('cli.config'))
    .command('check')
    .description(say('cli.config.check'))
    .action(() => here(async (context) => (await import('./config.command.ts')).checkConfig(context)));

  program
    .command('init')
    .description(say('cli.init'))
    .option('--file <path>', say('cli.option.config'), 'aetherius.yaml')
    .option('--name <environment>', say('cli.option.name'), 'prod')
    .option('--namespace <namespace>', say('cli.option.namespace'), 'aetherius')
    .option('--kubeconfig <path>', say('cli.option.kubeconfig'))
    .option('--context <name>', say('cli.option.context'))
    .option('--project <name>', say('cli.option.project'))
    .option('--socket <path>', say('cli.option.socket'), '/var/run/docker.sock')
    .option('--force', say('cli.option.force'))
    .addOption(
      new Option('--for <platform>', say('cli.install.option.for')).choices(['kubernetes', 'compose']),
    )
    .option('--folder <path>', say('cli.install.option.folder'), 'installation')
    .option('--approvers <members>', say('cli.install.option.approvers'))
    .option('--image <image>', say('cli.install.option.image'))
    .option('--own-namespace <namespace>', say('cli.install.option.own-namespace'), 'aetherius-bot')
    .option('--database <host:port>', say('cli.install.option.database'))
    .option('--redis <host:port>', say('cli.install.option.redis'))
    .option('--engine', say('cli.install.option.engine'))
    .option('--no-engine', say('cli.install.option.no-engine'))
    .option('--alerts', say('cli.alerts.option'))
    .action((options: InitOptions | InstallOptions | AlertReceiverOptions, command: Command) =>
      here(async (context) => {
        if ('alerts' in options)
          return (await import('./alert-receiver.command.ts')).alertReceiverCommand(context, options);
        if (!('for' in options)) return (await import('./init.command.ts')).initCommand(context, options);
        const where = options.for === 'kubernetes' ? 'namespace' : 'project';
        const placed = command.getOptionValueSource(where) === 'cli';
        return (await import('./install.command.ts')).installCommand(context, { ...options, placed });
      }),
    );
  for (const command of [program, ...allCommands(program)]) {
    command.exitOverride();
    // Two lines: what is wrong, and where help is.
    command.showHelpAfterError(words.plain('cli.usage', { command: pathOf(command) }));
    command.configureHelp(foldedHelp);
    command.configureOutput({
      outputError: (text, write) => write(`${text.trim().replace(/\s*\n\s*/g, ' ')}\n`),
      ...(terminal === undefined
        ? {}
        : {
            writeOut: (text: string) => terminal.out(text),
            writeErr: (text: string) => terminal.err(text),
          }),
    });
  }
  return program;
}

/** `aetherius approvals list`. */
const pathOf = (command: Command): string =>
  command.parent === null ? command.name() : `${pathOf(command.parent)} ${command.name()}`;

/** The environment as the word behind the command, as in Slack, or as the option. */
function meant<T extends { readonly env?: string }>(named: string | undefined, options: T): T {
  if (named === undefined) return options;
  if (options.env !== undefined && options.env !== named)
    throw new UsageFault('cli.fault.environment-twice', { environment: named, other: options.env });
  return { ...options, env: named };
}

const usualPause = 10;
const longestPause = 3_600;

function seconds(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1 || value > longestPause)
    throw new InvalidArgumentError(`1 … ${longestPause}`);
  return value;
}

function positive(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1 || value > 1000) throw new InvalidArgumentError('1 … 1000');
  return value;
}

/** The commands of the tree, without the root; depth first, in the order of `--help`. */
export function allCommands(command: Command): readonly Command[] {
  return command.commands.flatMap((child) => [child, ...allCommands(child)]);
}

/** Runs the command line; commander's own complaints are usage faults. */
export async function runProgram(program: Command, argv: readonly string[]): Promise<ExitCode | undefined> {
  try {
    await program.parseAsync(plainArguments(argv), { from: 'user' });
    return undefined;
  } catch (error) {
    const { code, exitCode } = error as { code?: string; exitCode?: number };
    if (code?.startsWith('commander.') !== true) throw error;
    return exitCode === 0 ? exitCodes.ok : exitCodes.usage;
  }
}

/** The command that these arguments name, in words of the tree alone: `approvals approve`; empty for none. */
export function commandNamed(argv: readonly string[]): string {
  const nothing = (): Promise<void> => Promise.resolve();
  let at = createProgram(wordsIn('en'), '0', { here: nothing, asPerson: nothing });
  const names: string[] = [];
  for (const word of argv) {
    const next = at.commands.find((command) => command.name() === word);
    if (next === undefined) continue;
    names.push(word);
    at = next;
  }
  return names.join(' ');
}
