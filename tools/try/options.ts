import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';

export interface TryOptions {
  /** Holds the configuration, the keys and the data; it stays. */
  readonly folder: string;
  /** A configuration to begin with, instead of what is found. */
  readonly config?: string;
  /** Members of Slack who may approve fixes; none: nothing is changed. */
  readonly fixes: readonly string[];
  /** Arguments of `aetherius init`: where the platform is. */
  readonly init: readonly string[];
}

/** Why the arguments cannot be used, in one line, or the help that was asked for; `exit` as of sysexits.h. */
export class OptionsFault extends Error {
  readonly exit: 0 | 64;

  constructor(text: string, exit: 0 | 64) {
    super(text);
    this.name = 'OptionsFault';
    this.exit = exit;
  }
}

const where = ['name', 'namespace', 'kubeconfig', 'context', 'project', 'socket'] as const;

function members(text: string): readonly string[] {
  const ids = text.split(',').map((id) => id.trim());
  if (ids.every((id) => /^[UW][A-Z0-9]{2,}$/.test(id))) return ids;
  throw new InvalidArgumentError(
    'Give member ids of Slack, such as U012AB3CD (in a profile: ⋮, Copy member ID).',
  );
}

/** Throws OptionsFault with one line for what is not known. */
export function parseOptions(args: readonly string[]): TryOptions {
  let said = '';
  const program = new Command('npm run try --')
    .description(
      'the bot in your own Slack and on your own platform, from this machine, with all of its data in one folder',
    )
    .option('--folder <path>', 'configuration, keys and data; it stays', join(homedir(), '.aetherius-try'))
    .option('--config <file>', 'a configuration to begin with, instead of what is found')
    .addOption(
      new Option(
        '--fixes <members>',
        'these members of Slack may approve fixes; without it, nothing is changed',
      )
        .argParser(members)
        .default([], 'nobody'),
    )
    .option('--name <environment>', 'how the platform is called in Slack', 'prod')
    .option('--namespace <namespace>', 'Kubernetes: where the platform runs')
    .option('--kubeconfig <path>', 'Kubernetes: how to get there')
    .option('--context <name>', 'Kubernetes: a context of that file')
    .option('--project <name>', 'Docker Compose: the project of the platform')
    .option('--socket <path>', 'Docker Compose: the socket of the engine')
    .exitOverride()
    .configureOutput({ writeOut: (text) => (said += text), writeErr: (text) => (said += text) });
  try {
    program.parse([...args], { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    const help = error.code === 'commander.helpDisplayed';
    throw new OptionsFault(
      help ? said.trim() : `${said.trim().replaceAll('\n', ' ')} See npm run try -- --help`,
      help ? 0 : 64,
    );
  }
  const given = program.opts<Record<string, string> & { fixes: readonly string[] }>();
  return {
    folder: resolve(given.folder ?? ''),
    ...(given.config === undefined ? {} : { config: resolve(given.config) }),
    fixes: given.fixes,
    init: where.flatMap((name) => (given[name] === undefined ? [] : [`--${name}`, given[name]])),
  };
}
