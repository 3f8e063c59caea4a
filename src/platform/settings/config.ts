import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { LineCounter, parseDocument, visit } from 'yaml';
import { present } from '../../domain/kernel/present.ts';
import { LazySecret, type SecretResolver } from '../../domain/kernel/secret.ts';
import { type Config, ConfigFile } from '../../domain/settings/config.ts';
import type { RuntimeConfig } from '../../domain/settings/environment.ts';
import {
  mayReadAlerts,
  mayReadSlack,
  mayReadTargets,
  mayReadTokens,
  ProcessEnv,
  type Role,
} from '../../domain/settings/process-env.ts';
import { secretPaths } from '../process/secret-paths.ts';
import { patternFault } from '../redact/own-patterns.ts';
import { cronFault } from '../schedule/cron.ts';
import { KubeLogins } from '../targets/kubernetes/kube-config.ts';
import {
  ConfigError,
  type ConfigFault,
  crossFaults,
  inFolder,
  positioned,
  type RawFault,
  referenceFaults,
  toFaults,
} from './config-faults.ts';
import { createSecretResolver, kubernetesSecrets, type ReadKubernetesSecret } from './secrets.ts';

export interface LoadOptions {
  readonly role: Role;
  /** The environments a worker serves; the others are checked and then forgotten. Default: all. */
  readonly environments?: readonly string[];
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly readKubernetes?: ReadKubernetesSecret;
  /** Told each secret as it is read, so that it is not shown. */
  readonly learn?: (secret: string) => void;
}

/**
 * Reads, checks and binds the configuration file. ConfigError carries every fault with path, line and column.
 * Secrets are not read here; `reveal()` reads them. A variable or file that is missing is a fault, but not at the command
 * line: there the part that needs it could not be checked, and the others are.
 */
export function loadConfig(path: string, options: LoadOptions): Config {
  return loadConfigFile(path, options).config;
}

/** The same with the lower-case hex SHA-256 of the bytes that were read, as `sha256sum` says it. */
export function loadConfigFile(
  path: string,
  options: LoadOptions,
): { readonly config: Config; readonly fileDigest: string } {
  let bytes: Buffer;
  try {
    bytes = readFileSync(path);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'unknown';
    throw new ConfigError(path, [{ path: '', message: `cannot be read (${code})` }]);
  }
  const config = parseConfig(bytes.toString('utf8'), { ...options, where: path, folder: dirname(path) });
  return { config, fileDigest: createHash('sha256').update(bytes).digest('hex') };
}

/** What a file names and this process does not have, where the file itself is a configuration. */
export function missingIn(
  path: string,
  env: Readonly<Record<string, string | undefined>> = process.env,
): readonly { readonly setting: string; readonly kind: 'variable' | 'file'; readonly name: string }[] {
  const raw: unknown = parseDocument(readFileSync(path, 'utf8')).toJS({ maxAliasCount: 100 });
  return referenceFaults(raw, {
    ...{ env, folder: dirname(path), serves: () => true },
    // Asked of a process that looks at the platform.
    receives: false,
  }).map(({ path: setting, kind, name }) => ({ setting: setting.map(String).join('.'), kind, name }));
}

export interface ParseOptions extends LoadOptions {
  /** Name of the source in faults. */
  readonly where: string;
  /** Relative `{file}` references start here. */
  readonly folder: string;
}

export function parseConfig(text: string, options: ParseOptions): Config {
  const lines = new LineCounter();
  // Without pretty errors, because those quote the line, and the line may hold a password.
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: true });
  const syntax = document.errors.map((error): ConfigFault => {
    const { line, col } = lines.linePos(error.pos[0]);
    return {
      path: '',
      line,
      column: col,
      message: `is not YAML (${error.code.toLowerCase().replaceAll('_', ' ')})`,
    };
  });
  visit(document, {
    Alias(_key, alias) {
      if (alias.resolve(document) !== undefined) return;
      const { line, col } = lines.linePos(alias.range?.[0] ?? 0);
      syntax.push({ path: '', line, column: col, message: 'begins with * and is no alias; quote it' });
    },
  });
  if (syntax.length > 0) throw new ConfigError(options.where, syntax);

  const needed = {
    env: options.env ?? process.env,
    folder: options.folder,
    serves: (name: string): boolean =>
      mayReadTargets(options.role) && (options.environments?.includes(name) ?? true),
    receives: mayReadAlerts(options.role),
  };
  const raw: unknown = document.toJS({ maxAliasCount: 100 });
  const at = (path: readonly PropertyKey[], key = false): ConfigFault =>
    positioned(document, lines, path, key);
  const parsed = ConfigFile.safeParse(raw);
  const faults = [
    ...(parsed.success ? [] : parsed.error.issues.flatMap((issue) => toFaults(issue, at))),
    ...crossFaults(raw, options.environments ?? []).map(({ path, message }) => ({ ...at(path), message })),
    ...(options.role === 'command-line' ? [] : referenceFaults(raw, needed)).map(({ path, message }) => ({
      ...at(path),
      message,
    })),
    ...freezeFaults(parsed.data).map(({ path, message }) => ({ ...at(path), message })),
    ...patternFaults(parsed.data).map(({ path, message }) => ({ ...at(path), message })),
  ];
  if (!parsed.success || faults.length > 0) throw new ConfigError(options.where, sorted(faults));
  return bind(narrow(parsed.data, options), options);
}

/** A freeze that cannot be computed would fail each offer, long after the settings were read. */
function freezeFaults(config: Config | undefined): readonly RawFault[] {
  return (config?.approvals?.freezes ?? []).flatMap(({ cron, timezone }, index) => {
    const message = cronFault(cron, timezone);
    return message === undefined ? [] : [{ path: ['approvals', 'freezes', index, 'cron'], message }];
  });
}

function patternFaults(config: Config | undefined): readonly RawFault[] {
  return (config?.redaction.patterns ?? []).flatMap(({ pattern }, index) => {
    const message = patternFault(pattern);
    return message === undefined ? [] : [{ path: ['redaction', 'patterns', index, 'pattern'], message }];
  });
}

function sorted(faults: readonly ConfigFault[]): readonly ConfigFault[] {
  return faults.toSorted((a, b) => (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0));
}

/** A worker for one environment knows nothing of the others. */
function narrow(config: Config, options: LoadOptions): Config {
  const wanted = options.environments;
  if (wanted === undefined || options.role !== 'worker') return config;
  const kept = Object.entries(config.environments).filter(([name]) => wanted.includes(name));
  return { ...config, environments: Object.fromEntries(kept) };
}

function bind(config: Config, options: ParseOptions): Config {
  const logins = kubeLogins(options.env, options.learn);
  const bindAll = (value: unknown, runtime: RuntimeConfig, allowed: boolean): void => {
    const resolveSecret = createSecretResolver({
      role: options.role,
      allowed,
      env: options.env ?? process.env,
      readKubernetes: options.readKubernetes ?? kubernetesSecrets(runtime, logins),
    });
    const resolver: SecretResolver = async (reference, signal) => {
      const value = await resolveSecret(
        reference.kind === 'file'
          ? { ...reference, path: inFolder(options.folder, reference.path) }
          : reference,
        signal,
      );
      options.learn?.(value);
      return value;
    };
    for (const secret of lazySecrets(value)) secret.bind(resolver);
  };
  for (const environment of Object.values(config.environments)) {
    bindAll(environment, environment.runtime, mayReadTargets(options.role));
    // Not with the credentials of the platform: the receiver of alerts has no such credentials, and a worker has no secret of alerts.
    bindAll(environment.alerts, environment.runtime, mayReadAlerts(options.role));
  }
  bindAll(config.approvals, { kind: 'none' }, options.role === 'all' || options.role === 'command-line');
  return config;
}

function lazySecrets(value: unknown): readonly LazySecret[] {
  if (value instanceof LazySecret) return [value];
  if (typeof value !== 'object' || value === null) return [];
  return Object.values(value).flatMap(lazySecrets);
}

/**
 * Logins to the clusters that kubectl would talk to from this process. A login program that a kubeconfig names gets the
 * environment as it would from kubectl, but for the secrets of the bot itself.
 */
export function kubeLogins(
  env: Readonly<Record<string, string | undefined>> = process.env,
  learn?: (secret: string) => void,
): KubeLogins {
  const secrets = new Set(secretPaths().filter((path) => path.startsWith('env.')));
  const variables = Object.fromEntries(Object.entries(env).filter(([name]) => !secrets.has(`env.${name}`)));
  return new KubeLogins({ variables, ...present({ learn }) });
}

const slackVariables = [
  'SLACK_BOT_TOKEN',
  'SLACK_APP_TOKEN',
  'SLACK_SIGNING_SECRET',
  'SLACK_OLD_SIGNING_SECRET',
  'PAGE_WEBHOOK_URL',
] as const;

/** All that who receives alerts takes; what `{env: …}` of the configuration names comes besides. */
const alertsVariables =
  /^(DATABASE_(URL|TLS_MODE|CA_FILE|CERT_FILE|KEY_FILE)|AETHERIUS_(CONFIG|ROLE|IMAGE)|HOST|STATUS_HOST|STATUS_PORT|METRICS_TOKEN|ALERTS_PORT|LOG_LEVEL|SHUTDOWN_GRACE_MS)$/;

const tokenVariables = ['TOKEN_KEY', 'TOKEN_OLD_KEYS', 'CLI_PORT'];

/** All that a migration takes. */
const migrationVariables = /^(DATABASE_|AETHERIUS_ROLE$|LOG_LEVEL$)/;

function mayHold(role: Role, variable: string): boolean {
  if (role === 'migration') return migrationVariables.test(variable);
  if (role === 'alerts') return alertsVariables.test(variable);
  if (variable === 'ALERTS_PORT') return mayReadAlerts(role);
  if ((slackVariables as readonly string[]).includes(variable)) return mayReadSlack(role);
  if (tokenVariables.includes(variable)) return mayReadTokens(role);
  if (variable === 'SIGNING_KEY') return role !== 'command-line';
  return variable !== 'AETHERIUS_TOKEN' || role === 'command-line';
}

/**
 * The process environment for a role: what a role may not hold is not read, what it needs and is missing is a
 * fault. ConfigError with every fault at once.
 */
export function readProcessEnv(
  role: Role,
  env: Readonly<Record<string, string | undefined>> = process.env,
): ProcessEnv {
  const set = Object.fromEntries(
    Object.entries(env).filter(([key, value]) => value !== undefined && value !== '' && mayHold(role, key)),
  );
  const parsed = ProcessEnv.safeParse(set);
  const faults = parsed.success
    ? []
    : parsed.error.issues.map((issue) => ({
        path: issue.path.map(String).join('.'),
        message: issue.message,
      }));
  const all = [...faults, ...missingVariables(role, set)];
  if (!parsed.success || all.length > 0) throw new ConfigError('environment', all);
  return parsed.data;
}

/** Variables that are set for a process which may not read them: a secret has no business there. */
export function variablesNotRead(
  role: Role,
  env: Readonly<Record<string, string | undefined>> = process.env,
): readonly string[] {
  return Object.keys(ProcessEnv.shape).filter(
    (name) => env[name] !== undefined && env[name] !== '' && !mayHold(role, name),
  );
}

/** AETHERIUS_ROLE alone: the role decides which other variables may be read. */
export function readRole(env: Readonly<Record<string, string | undefined>> = process.env): string {
  return env.AETHERIUS_ROLE === undefined || env.AETHERIUS_ROLE === '' ? 'all' : env.AETHERIUS_ROLE;
}

function missingVariables(role: Role, set: Readonly<Record<string, unknown>>): readonly ConfigFault[] {
  if (role === 'command-line') return [];
  if (role === 'migration')
    return set.DATABASE_MIGRATION_URL === undefined
      ? [{ path: 'DATABASE_MIGRATION_URL', message: 'is needed by role migration' }]
      : [];
  if (role === 'alerts')
    return ['DATABASE_URL', 'ALERTS_PORT']
      .filter((variable) => set[variable] === undefined)
      .map((variable) => ({ path: variable, message: `is needed by role ${role}` }));
  const needed = [
    'DATABASE_URL',
    'REDIS_URL',
    'AUDIT_KEY',
    ...(mayReadSlack(role) ? ['SLACK_BOT_TOKEN'] : []),
  ];
  const faults: ConfigFault[] = needed
    .filter((variable) => set[variable] === undefined)
    .map((variable) => ({ path: variable, message: `is needed by role ${role}` }));
  if (set.CLI_PORT !== undefined && set.TOKEN_KEY === undefined)
    faults.push({ path: 'TOKEN_KEY', message: 'is needed with CLI_PORT' });
  if (mayReadSlack(role)) {
    const ways = ['SLACK_APP_TOKEN', 'SLACK_SIGNING_SECRET'].filter(
      (variable) => set[variable] !== undefined,
    );
    if (ways.length !== 1)
      faults.push({
        path: 'SLACK_APP_TOKEN',
        message: 'needs either SLACK_APP_TOKEN (Socket Mode) or SLACK_SIGNING_SECRET (HTTP), and not both',
      });
  }
  return faults;
}
