import { randomUUID } from 'node:crypto';
import {
  accessSync,
  closeSync,
  constants,
  existsSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { createRedactor, KnownSecrets } from '@aetherius/redact';
import { present } from '../domain/kernel/present.ts';
import { visible, visibleInJson } from '../domain/kernel/text.ts';
import { Redaction } from '../domain/settings/redaction.ts';
import { systemClock } from '../platform/process/clock.ts';
import { createLogger } from '../platform/process/logger.ts';
import { createProcessRedaction, secretsOf } from '../platform/redact/process-redactor.ts';
import { kubeLogins, loadConfig, missingIn, readProcessEnv } from '../platform/settings/config.ts';
import type { Words } from '../text/words.ts';
import { type CliContext, exitCodes, type Output } from './context.ts';
import { UsageFault } from './faults.ts';
import { shown } from './screen.ts';
import { type Shell, screenOf } from './shell.ts';
import { openBundles } from './wiring-bundle.ts';
import type { Guard } from './wiring-guard.ts';
import { installationIn } from './wiring-install.ts';
import { caseFilesIn, countSideBySide, followBytes, readBytes } from './wiring-read.ts';

export interface OpenOptions {
  readonly words: Words;
  readonly shell: Shell;
  /** What stands between commands and the shell. */
  readonly guard: Guard;
  readonly output: Output;
  /** Nothing of an answer is printed: its exit code says it. */
  readonly quiet?: boolean;
  readonly config?: string;
  /** Takes the place of each environment’s own. */
  readonly manifests?: string;
  /** Is asked instead of an environment. */
  readonly bundle?: string;
}

/** The command line's composition root: each thing is made once, when a command asks for it, and closed at the end. */
export function openContext(options: OpenOptions): CliContext & { close(): Promise<void> } {
  const { shell, guard } = options;
  const known = new KnownSecrets();
  const learn = (secret: string): void => known.learn(secret);
  guard.use(createRedactor({ known }));
  const closers: (() => Promise<unknown>)[] = [];
  const env = once(async () => {
    const read = readProcessEnv('command-line', shell.env);
    secretsOf(read, known);
    return read;
  });
  const path = async (): Promise<string> => options.config ?? (await env()).AETHERIUS_CONFIG;
  const load = async (environments?: readonly string[]) => {
    const file = await path();
    if (!existsSync(file)) throw noConfiguration(file);
    return loadConfig(file, { role: 'command-line', learn, ...present({ env: shell.env, environments }) });
  };
  const logins = () => kubeLogins(shell.env, learn);
  // Who decides, or asks a worker to look, needs the credentials of no environment in this shell.
  const config = once(() => load([]));
  const redaction = once(async () => {
    // A bundle can be asked without a configuration.
    const settings =
      options.bundle === undefined
        ? (await config()).redaction
        : await config().then(
            (read) => read.redaction,
            () => Redaction.parse({}),
          );
    const made = createProcessRedaction({ env: await env(), known, settings });
    guard.use(made.redactorOf('command'));
    return made;
  });
  const targetsConfig = once(async () => {
    const loaded = await load();
    const { manifests } = options;
    if (manifests === undefined) return loaded;
    const environments = Object.entries(loaded.environments);
    return {
      ...loaded,
      environments: Object.fromEntries(environments.map(([name, one]) => [name, { ...one, manifests }])),
    };
  });
  // Results go to standard output; a log line among them would break a reader of JSON.
  const logger = once(async () =>
    createLogger({
      level: (await env()).LOG_LEVEL === 'info' ? 'error' : (await env()).LOG_LEVEL,
      destination: { write: (line: string) => shell.err(line) },
      redactor: (await redaction()).redactor,
    }),
  );
  const recorded = once(async () => {
    if (options.bundle === undefined) return undefined;
    const { recordingIn } = await import('./wiring-bundle.ts');
    return recordingIn(options.bundle, shell.signal);
  });
  const audit = once(async () => {
    const { openAudit } = await import('./wiring-audit.ts');
    const opened = openAudit({
      ...{ env: await env(), config: await config() },
      ...{ logger: await logger(), redaction: await redaction() },
    });
    closers.push(opened.close);
    return opened;
  });
  const checks = once(async () => {
    const { openChecks } = await import('../main/checks.ts');
    const { redactorOf: of } = await redaction();
    const held = await recorded();
    if (held !== undefined) {
      const { openRecorded } = await import('../main/recorded.ts');
      return openRecorded({
        recording: held,
        logger: await logger(),
        redactorOf: (answer) => of(answer ?? 'command'),
      });
    }
    const opened = openChecks({
      config: await targetsConfig(),
      logger: await logger(),
      clock: systemClock,
      logins: logins(),
      redactorOf: (answer) => of(answer ?? 'command'),
      version: shell.version,
    });
    closers.push(() => opened.targets.close());
    return opened;
  });
  return {
    words: options.words,
    output: options.output,
    signal: shell.signal,
    ...present({ columns: shell.columns, progress: progressOf(options) }),
    out(text) {
      if (options.quiet === true) return;
      const safe = guard.answer(text, options.output);
      shell.out(
        `${options.output === 'json' ? visibleInJson(safe) : shown(visible(safe), screenOf(shell))}\n`,
      );
    },
    err: (text) => guard.shell.err(`${text}\n`),
    read: (path) => readBytes(path, shell.stdin ?? nothing(), shell.signal),
    follow: (path) => followBytes(path, shell.stdin ?? nothing(), shell.signal),
    countLogs: (given) => countSideBySide(given, shell.signal),
    redact: (text) => guard.text(text),
    redactorOf: async (bundle) => (await redaction()).redactorOf(bundle),
    bundles: openBundles(shell.signal),
    replays: async () => (await import('../main/replays.ts')).openReplays(),
    caseFiles: caseFilesIn,
    recorded,
    ...present({
      ask:
        shell.ask === undefined
          ? undefined
          : async (question: string, hidden = false) => {
              const typed = (await shell.ask?.(question, hidden)) ?? '';
              // What is typed unseen is not shown afterwards.
              if (hidden && typed.trim() !== '') known.learn(typed.trim());
              return typed;
            },
    }),
    installation: (path) => installationIn(path, shell.version),
    save: (path, text) => writeFileSync(path, guard.text(text), { mode: 0o644 }),
    async fetchExport(query) {
      const { botOf } = await import('./remote.ts');
      const { fetchExport } = await import('./remote-export.ts');
      const parts = fetchExport(query, { ...botOf(await env()), signal: shell.signal });
      // What the bot refuses is said before a file is begun.
      const first = await parts.next();
      return (async function* all() {
        if (first.done !== true) yield first.value;
        yield* parts;
      })();
    },
    saveParts(path) {
      if (path === '-')
        return {
          async write(text) {
            shell.out(text);
            await shell.drained?.();
          },
          ...{ end: () => undefined, drop: () => undefined },
        };
      const part = `${path}.part`;
      // It names people, and says why they did what they did.
      const file = openSync(part, 'w', 0o600);
      return {
        async write(text) {
          writeSync(file, text);
        },
        end() {
          closeSync(file);
          renameSync(part, path);
        },
        drop() {
          closeSync(file);
          rmSync(part, { force: true });
        },
      };
    },
    async verifyExport(file, manifest) {
      const { verifyExport } = await import('../services/audit/verify-export.service.ts');
      const { exportKeys } = await import('./wiring-audit.ts');
      const settings = options.config !== undefined || existsSync(await path()) ? await config() : undefined;
      return verifyExport({
        manifest: jsonIn(readable(manifest)),
        bytes: readBytes(readable(file), shell.stdin ?? nothing(), shell.signal),
        ...exportKeys(await env(), settings),
      });
    },
    now: () => systemClock.now(),
    sleep: (ms) => systemClock.sleep(ms, shell.signal),
    requestId: () => randomUUID(),
    env,
    async config() {
      await redaction();
      return config();
    },
    async configured() {
      await config();
      return { path: await path(), missing: missingIn(await path(), shell.env) };
    },
    checks,
    async offered() {
      const [{ diagnoses }, { remediations }, { takesOf }] = await Promise.all([
        import('../diagnoses/index.ts'),
        import('../remediations/index.ts'),
        import('../domain/fix/values.ts'),
      ]);
      return {
        symptoms: diagnoses.map(({ id }) => id),
        fixes: remediations.map(({ id, params }) => ({ id, takes: takesOf(params) })),
      };
    },
    audit: async () => (await audit()).audit,
    async inventory(environment) {
      const { DATABASE_URL: database, AUDIT_KEY: key } = await env();
      if (database === undefined || key === undefined) return undefined;
      // What is stored is a help beside what is seen now: without it doctor says what it sees.
      return (await audit()).inventories.news(environment).catch(() => undefined);
    },
    async examine() {
      const { examine } = await import('../platform/doctor/examine.ts');
      const now = () => systemClock.now().getTime();
      return examine({
        config: await targetsConfig(),
        env: await env(),
        logger: await logger(),
        record: async () => (await audit()).record(),
        logins: logins(),
        now,
      });
    },
    async discover(wanted) {
      const { discoverCompose, discoverKubernetes } = await import('../platform/settings/discover.ts');
      if (wanted.project !== undefined) {
        const { createComposeTarget } = await import('../platform/targets/compose/compose.ts');
        const target = createComposeTarget({ project: wanted.project, socket: wanted.socket });
        return discoverCompose(target, wanted.socket, systemClock.now());
      }
      const { createKubernetesTarget } = await import('../platform/targets/kubernetes/kubernetes.ts');
      const { namespace, kubeconfig, context } = wanted;
      const access = present({ kubeconfig, context });
      const settings = { namespace, agentNamespace: 'kube-system', ...access };
      const target = createKubernetesTarget(settings, undefined, logins());
      return discoverKubernetes(target, access);
    },
    async elsewhere({ namespace, kubeconfig, context, project, socket }) {
      const { elsewhereOnCompose, elsewhereOnKubernetes } = await import('../platform/settings/discover.ts');
      try {
        if (project !== undefined) {
          const { containersOfAll } = await import('../platform/targets/compose/compose.ts');
          return elsewhereOnCompose(await containersOfAll(socket));
        }
        const { createKubernetesTarget } = await import('../platform/targets/kubernetes/kubernetes.ts');
        const settings = { namespace, agentNamespace: namespace, ...present({ kubeconfig, context }) };
        return await elsewhereOnKubernetes(createKubernetesTarget(settings, undefined, logins()));
      } catch {
        return undefined;
      }
    },
    async look(file, environment) {
      const { lookAt } = await import('./wiring-look.ts');
      return lookAt(file, environment, { logins: logins(), learn, ...present({ env: shell.env }) });
    },
    async close() {
      await Promise.allSettled(closers.map((close) => close()));
    },
  };
}

/** Where somebody watches, and reads words. */
function progressOf({ shell, guard, output, quiet }: OpenOptions): ((line: string) => void) | undefined {
  const { progress } = shell;
  if (progress === undefined || output === 'json' || quiet === true) return undefined;
  return (line) => progress(visible(guard.text(line)));
}

const usualFile = 'aetherius.yaml';

/** Everybody begins without one. */
function noConfiguration(path: string): UsageFault {
  const init = path === usualFile ? 'aetherius init' : `aetherius init --file ${path}`;
  return new UsageFault('cli.fault.no-configuration', { path, init });
}

async function* nothing(): AsyncIterable<Uint8Array> {}

function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => {
    made ??= make();
    return made;
  };
}

/** The path of a file that is there. */
function readable(path: string): string {
  try {
    if (path !== '-') accessSync(path, constants.R_OK);
    return path;
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'unknown';
    throw new UsageFault('cli.fault.export-unreadable', { path, code }, exitCodes.couldNotLook);
  }
}

/** Undefined for a file that holds no JSON. */
function jsonIn(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return undefined;
  }
}
