import { accessSync, constants, readFileSync } from 'node:fs';
import { dirname, isAbsolute, resolve } from 'node:path';
import { type Document, isMap, isNode, isScalar, LineCounter, parseDocument } from 'yaml';
import type { z } from 'zod';
import {
  type Config,
  ConfigFile,
  mayReadSlack,
  mayReadTargets,
  ProcessEnv,
  type Role,
} from '../domain/config.ts';
import { AppError } from '../domain/errors.ts';
import { LazySecret, type SecretResolver } from '../domain/secret.ts';
import { createSecretResolver, kubernetesSecrets, type ReadKubernetesSecret } from './secrets.ts';

/** One thing wrong with the configuration; the value itself is never part of it. */
export interface ConfigFault {
  /** `environments.prod.redis.url` */
  readonly path: string;
  readonly line?: number;
  readonly column?: number;
  readonly message: string;
}

/** All faults of a configuration at once. */
export class ConfigError extends AppError {
  readonly faults: readonly ConfigFault[];

  constructor(where: string, faults: readonly ConfigFault[]) {
    const lines = faults.map((fault) => `  ${describe(where, fault)}`);
    super('INVALID_INPUT', `the configuration has ${faults.length} fault(s):\n${lines.join('\n')}`, {
      facts: { reason: 'configuration', faults: faults.length },
    });
    this.name = 'ConfigError';
    this.faults = faults;
  }
}

function describe(where: string, fault: ConfigFault): string {
  const position = fault.line === undefined ? where : `${where}:${fault.line}:${fault.column ?? 1}`;
  return `${position} ${fault.path === '' ? '' : `${fault.path}: `}${fault.message}`;
}

export interface LoadOptions {
  readonly role: Role;
  /** The environments a worker serves; the others are checked and then forgotten. Default: all. */
  readonly environments?: readonly string[];
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly readKubernetes?: ReadKubernetesSecret;
}

/**
 * Reads, checks and binds the configuration file. ConfigError carries every fault with path, line and column.
 * Secrets are not read here (but a variable or file that is missing is a fault); `reveal()` reads them.
 */
export function loadConfig(path: string, options: LoadOptions): Config {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'unknown';
    throw new ConfigError(path, [{ path: '', message: `cannot be read (${code})` }]);
  }
  return parseConfig(text, { ...options, where: path, folder: dirname(path) });
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
  if (syntax.length > 0) throw new ConfigError(options.where, syntax);

  const raw: unknown = document.toJS({ maxAliasCount: 100 });
  const at = (path: readonly PropertyKey[], key = false): ConfigFault =>
    positioned(document, lines, path, key);
  const parsed = ConfigFile.safeParse(raw);
  const faults = [
    ...(parsed.success ? [] : parsed.error.issues.flatMap((issue) => toFaults(issue, at))),
    ...crossFaults(raw, options).map(({ path, message }) => ({ ...at(path), message })),
    ...referenceFaults(raw, options).map(({ path, message }) => ({ ...at(path), message })),
  ];
  if (!parsed.success || faults.length > 0) throw new ConfigError(options.where, sorted(faults));
  return bind(narrow(parsed.data, options), options);
}

function sorted(faults: readonly ConfigFault[]): readonly ConfigFault[] {
  return faults.toSorted((a, b) => (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0));
}

/** Position of the value at `path` (or of its key); of the nearest parent when it is not there. */
function positioned(
  document: Document,
  lines: LineCounter,
  path: readonly PropertyKey[],
  key: boolean,
): ConfigFault {
  const shown = path.map(String).join('.');
  for (let length = path.length; length >= 0; length--) {
    const offset = offsetAt(document, path.slice(0, length), key || length < path.length);
    if (offset === undefined) continue;
    const { line, col } = lines.linePos(offset);
    return { path: shown, line, column: col, message: '' };
  }
  return { path: shown, line: 1, column: 1, message: '' };
}

function offsetAt(document: Document, path: readonly PropertyKey[], key: boolean): number | undefined {
  if (path.length === 0) return document.contents?.range?.[0];
  const last = path.at(-1);
  const parent = path.length === 1 ? document.contents : document.getIn(path.slice(0, -1), true);
  if (key && isMap(parent)) {
    const pair = parent.items.find((item) => isScalar(item.key) && String(item.key.value) === String(last));
    if (pair !== undefined && isScalar(pair.key)) return pair.key.range?.[0];
  }
  const node = document.getIn(path, true);
  return isNode(node) ? node.range?.[0] : undefined;
}

type Locate = (path: readonly PropertyKey[], key?: boolean) => ConfigFault;

/** Our words for zod's issues: unknown keys one by one, unions by the branch that was meant. */
function toFaults(
  issue: z.core.$ZodIssue,
  at: Locate,
  base: readonly PropertyKey[] = [],
): readonly ConfigFault[] {
  const path = [...base, ...issue.path];
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map((key) => ({ ...at([...path, key], true), message: 'is not a known setting' }));
    case 'invalid_key':
      return [
        {
          ...at(path, true),
          message: `is not a valid name: ${issue.issues.map((i) => i.message).join('; ')}`,
        },
      ];
    case 'invalid_element':
      return issue.issues.flatMap((inner) => toFaults(inner, at, path));
    case 'invalid_union': {
      const meant = meantBranch(issue.errors);
      if (meant === undefined) return [{ ...at(path), message: issue.message }];
      return meant.flatMap((inner) => toFaults(inner, at, path));
    }
    default:
      return [{ ...at(path), message: issue.message.replace(/^Invalid input: /, '') }];
  }
}

/** The branch of a union whose shape fitted and whose content did not; undefined when none stands out. */
function meantBranch(
  branches: readonly (readonly z.core.$ZodIssue[])[],
): readonly z.core.$ZodIssue[] | undefined {
  const close = branches.filter((issues) =>
    issues.every(
      (issue) =>
        issue.path.length > 0 || (issue.code !== 'invalid_type' && issue.code !== 'unrecognized_keys'),
    ),
  );
  const fitting = close.filter((issues) => issues.some((issue) => issue.code !== 'invalid_type'));
  return fitting.length === 1 ? fitting[0] : undefined;
}

interface RawFault {
  readonly path: readonly PropertyKey[];
  readonly message: string;
}

function record(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Readonly<Record<string, unknown>>)
    : {};
}

/** Rules between settings. On the raw tree, so that they are reported even when something else is wrong too. */
function crossFaults(raw: unknown, options: LoadOptions): readonly RawFault[] {
  const root = record(raw);
  const known = Object.keys(record(root['environments']));
  const slack = record(root['slack']);
  const faults: RawFault[] = [];
  for (const [name, environment] of Object.entries(record(root['environments'])))
    faults.push(...environmentFaults(name, environment));
  const check = (value: unknown, path: readonly PropertyKey[]): void => {
    if (typeof value === 'string' && !known.includes(value))
      faults.push({
        path,
        message: `names an environment that is not configured (there are: ${known.join(', ')})`,
      });
  };
  check(slack['defaultEnvironment'], ['slack', 'defaultEnvironment']);
  for (const [id, channel] of Object.entries(record(slack['channels'])))
    check(record(channel)['environment'], ['slack', 'channels', id, 'environment']);
  for (const wanted of options.environments ?? [])
    if (!known.includes(wanted))
      faults.push({
        path: ['environments'],
        message: `has no "${wanted}", which this process was told to serve (there are: ${known.join(', ')})`,
      });
  return faults;
}

const environmentName = /^[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?$/;

function environmentFaults(name: string, environment: unknown): readonly RawFault[] {
  const faults: RawFault[] = [];
  const path = ['environments', name];
  if (!environmentName.test(name))
    faults.push({ path, message: 'must be lower-case letters, digits and dashes, at most 40' });
  if (record(environment)['redis'] === undefined) return faults;
  const redis = record(record(environment)['redis']);
  const ways = ['url', 'sentinels', 'cluster'].filter((way) => redis[way] !== undefined);
  if (ways.length !== 1)
    faults.push({ path: [...path, 'redis'], message: 'needs exactly one of url, sentinels, cluster' });
  if (redis['sentinels'] !== undefined && redis['name'] === undefined)
    faults.push({ path: [...path, 'redis', 'name'], message: 'is needed with sentinels' });
  return faults;
}

/** Variables and files that this process would need and that are not there. */
function referenceFaults(raw: unknown, options: ParseOptions): readonly RawFault[] {
  if (!mayReadTargets(options.role)) return [];
  const faults: RawFault[] = [];
  const walk = (value: unknown, path: readonly PropertyKey[]): void => {
    if (Array.isArray(value)) {
      for (const [index, item] of value.entries()) walk(item, [...path, index]);
      return;
    }
    const object = record(value);
    const keys = Object.keys(object);
    const only = keys.length === 1 ? keys[0] : undefined;
    if (only === 'env' && typeof object['env'] === 'string') {
      const set = (options.env ?? process.env)[object['env']];
      if (set === undefined || set === '')
        faults.push({ path, message: `environment variable ${object['env']} is not set` });
    } else if (only === 'file' && typeof object['file'] === 'string') {
      if (!readable(inFolder(options.folder, object['file'])))
        faults.push({ path, message: `file ${object['file']} cannot be read` });
    } else for (const key of keys) walk(object[key], [...path, key]);
  };
  for (const [name, environment] of Object.entries(record(record(raw)['environments'])))
    if (options.environments === undefined || options.environments.includes(name))
      walk(environment, ['environments', name]);
  return faults;
}

function inFolder(folder: string, path: string): string {
  return isAbsolute(path) ? path : resolve(folder, path);
}

function readable(path: string): boolean {
  try {
    accessSync(path, constants.R_OK);
    return true;
  } catch {
    return false;
  }
}

/** A worker for one environment knows nothing of the others. */
function narrow(config: Config, options: LoadOptions): Config {
  const wanted = options.environments;
  if (wanted === undefined || options.role !== 'worker') return config;
  const kept = Object.entries(config.environments).filter(([name]) => wanted.includes(name));
  return { ...config, environments: Object.fromEntries(kept) };
}

function bind(config: Config, options: ParseOptions): Config {
  for (const environment of Object.values(config.environments)) {
    const resolveSecret = createSecretResolver({
      role: options.role,
      env: options.env ?? process.env,
      readKubernetes: options.readKubernetes ?? kubernetesSecrets(environment.runtime),
    });
    const resolver: SecretResolver = (reference, signal) =>
      resolveSecret(
        reference.kind === 'file'
          ? { ...reference, path: inFolder(options.folder, reference.path) }
          : reference,
        signal,
      );
    for (const secret of lazySecrets(environment)) secret.bind(resolver);
  }
  return config;
}

function lazySecrets(value: unknown): readonly LazySecret[] {
  if (value instanceof LazySecret) return [value];
  if (typeof value !== 'object' || value === null) return [];
  return Object.values(value).flatMap(lazySecrets);
}

const slackVariables = ['SLACK_BOT_TOKEN', 'SLACK_APP_TOKEN', 'SLACK_SIGNING_SECRET'] as const;

/**
 * The process environment for a role: what a role may not hold is not read, what it needs and is missing is a
 * fault. ConfigError with every fault at once.
 */
export function readProcessEnv(
  role: Role,
  env: Readonly<Record<string, string | undefined>> = process.env,
): ProcessEnv {
  const set = Object.fromEntries(
    Object.entries(env).filter(
      ([key, value]) =>
        value !== undefined &&
        value !== '' &&
        (mayReadSlack(role) || !(slackVariables as readonly string[]).includes(key)),
    ),
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

function missingVariables(role: Role, set: Readonly<Record<string, unknown>>): readonly ConfigFault[] {
  if (role === 'command-line') return [];
  const needed = [
    'DATABASE_URL',
    'REDIS_URL',
    'AUDIT_KEY',
    ...(mayReadSlack(role) ? ['SLACK_BOT_TOKEN'] : []),
  ];
  const faults: ConfigFault[] = needed
    .filter((variable) => set[variable] === undefined)
    .map((variable) => ({ path: variable, message: `is needed by role ${role}` }));
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
