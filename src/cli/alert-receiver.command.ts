import { stringify } from 'yaml';
import { type CliContext, type ExitCode, exitCodes } from './context.ts';
import { UsageFault } from './faults.ts';
import type { PlatformKind } from './install.command.ts';
import type { InitOutput } from './output-schemas.ts';

export interface AlertReceiverOptions {
  readonly alerts: true;
  readonly file: string;
  readonly name: string;
  /** Where the bot is installed; without it Alertmanager is told of one process on this machine. */
  readonly for?: PlatformKind;
  readonly ownNamespace: string;
}

const port = 9095;
/** Where Alertmanager reads the secret of one environment, so that it stands in no configuration. */
const secretFile = (environment: string): string => `/etc/alertmanager/aetherius-${environment}`;

function hostOf({ for: platform, ownNamespace }: AlertReceiverOptions): string {
  if (platform === 'kubernetes') return `aetherius-bot-alerts.${ownNamespace}`;
  return platform === 'compose' ? 'alerts' : '127.0.0.1';
}

/** What `alertmanager.yml` needs to send the alerts of an environment: its comments say where each part belongs. */
export function alertReceiverText(options: AlertReceiverOptions, words: CliContext['words']): string {
  const { name } = options;
  const receiver = `aetherius-${name}`;
  const head = words.plain('cli.alerts.head', {
    ...{ path: options.file, environment: name, secret: secretFile(name) },
  });
  const lines = {
    route: { receiver, group_by: ['alertname'], group_wait: '5s' },
    receivers: [
      {
        name: receiver,
        webhook_configs: [
          {
            url: `http://${hostOf(options)}:${port}/alerts/${name}`,
            send_resolved: true,
            http_config: { authorization: { credentials_file: secretFile(name) } },
          },
        ],
      },
    ],
  };
  return `${head
    .split('\n')
    .map((line) => `# ${line}\n`)
    .join('')}${stringify(lines)}`;
}

/** Prints those lines, and nothing else, so that they can be sent into a file. It asks and changes nothing. */
export function alertReceiverCommand(context: CliContext, options: AlertReceiverOptions): ExitCode {
  for (const [option, value] of Object.entries({
    '--name': options.name,
    '--own-namespace': options.ownNamespace,
  }))
    if (!/^[\w.-]+$/.test(value)) throw new UsageFault('cli.fault.install-value', { option, value });
  const text = alertReceiverText(options, context.words);
  const output: InitOutput = {
    ...{ path: options.file, environment: options.name, parts: [], variables: [], notes: [] },
    alertmanager: text,
  };
  context.out(context.output === 'json' ? JSON.stringify(output, null, 2) : text.trimEnd());
  return exitCodes.ok;
}
