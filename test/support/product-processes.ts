/** The product as an operator runs it: one child process a role, against the Slack emulator and real servers. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { type SlackEmulator, type SlackEmulatorOptions, startSlackEmulator } from '@aetherius/slack-emulator';
import { freePort, type RunningProcess, startProcess, tail } from '../../lab/components/process.ts';

export type ChildRole = 'bot' | 'worker' | 'scheduler';

export interface ProcessesOptions {
  readonly databaseUrl: string;
  readonly redisUrl: string;
  /** The whole configuration file. */
  readonly config: string;
  /** Variables the configuration refers to. */
  readonly env?: Readonly<Record<string, string>>;
  readonly emulator?: SlackEmulatorOptions;
  /** What Node runs; default what was built. */
  readonly program?: readonly string[];
}

export interface Processes {
  readonly slack: SlackEmulator;
  /** Starts a process of this role and resolves when it says that it is ready. */
  start(role: ChildRole): Promise<void>;
  /** SIGKILL to every process of the role, as a crash. */
  kill(role: ChildRole): Promise<void>;
  /** Last lines of what the role's processes have logged. */
  log(role: ChildRole): string;
  stop(): Promise<void>;
}

const root = resolve(import.meta.dirname, '../..');

/** Nothing is started yet but the emulator. */
export async function prepareProcesses(options: ProcessesOptions): Promise<Processes> {
  const dir = mkdtempSync(join(tmpdir(), 'aetherius-processes-'));
  const config = join(dir, 'aetherius.yaml');
  writeFileSync(config, options.config);
  const slack = await startSlackEmulator(options.emulator ?? {});
  // As it is shipped: from the source each start takes two seconds of a core, and most of these tests is starts.
  const program = options.program ?? ['--enable-source-maps', 'dist/main.js'];
  const running: { readonly role: ChildRole; readonly child: RunningProcess }[] = [];
  const logOf = (role: ChildRole) => join(dir, `${role}.log`);

  const variables = (role: ChildRole, statusPort: number): Record<string, string> => ({
    DATABASE_URL: options.databaseUrl,
    REDIS_URL: options.redisUrl,
    AUDIT_KEY: 'an audit key of the tests that is long enough',
    STATUS_PORT: `${statusPort}`,
    SHUTDOWN_GRACE_MS: '5000',
    LOG_LEVEL: 'info',
    ...(role === 'bot'
      ? { SLACK_BOT_TOKEN: slack.botToken, SLACK_APP_TOKEN: slack.appToken, SLACK_API_URL: slack.apiUrl }
      : {}),
    ...(role === 'worker' ? options.env : {}),
  });

  return {
    slack,
    async start(role) {
      const statusPort = await freePort();
      const child = await startProcess({
        name: role,
        command: process.execPath,
        args: [...program, '--role', role, '--config', config],
        cwd: root,
        env: variables(role, statusPort),
        log: logOf(role),
      });
      running.push({ role, child });
      await untilReady(child, statusPort);
    },
    async kill(role) {
      const victims = running.filter((one) => one.role === role);
      await Promise.all(victims.map(({ child }) => child.kill()));
      for (const victim of victims) running.splice(running.indexOf(victim), 1);
    },
    log: (role) => tail(logOf(role)),
    async stop() {
      await Promise.all(running.map(({ child }) => child.stop()));
      await slack.stop();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

async function untilReady(child: RunningProcess, statusPort: number): Promise<void> {
  const until = Date.now() + 60_000;
  for (;;) {
    const ready = await fetch(`http://127.0.0.1:${statusPort}/readyz`).then(
      (answer) => answer.ok,
      () => false,
    );
    if (ready) return;
    if (!child.running()) throw new Error(`it ended before it was ready:\n${tail(child.log)}`);
    if (Date.now() > until) throw new Error(`it is not ready after a minute:\n${tail(child.log)}`);
    await new Promise((next) => setTimeout(next, 50));
  }
}
