import { accessSync, constants } from 'node:fs';
import { isAbsolute, resolve } from 'node:path';
import { type Document, isMap, isNode, isScalar, type LineCounter } from 'yaml';
import type { z } from 'zod';
import { AppError } from '../../domain/kernel/errors.ts';
import { redactText } from '../../domain/kernel/redact.ts';
import { unknownSetting } from './known-settings.ts';

/** One thing wrong with the configuration; the value itself is never included. */
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

  constructor(where: string, found: readonly ConfigFault[]) {
    // A secret may stand where a name belongs, and names are quoted.
    const faults = found.map((fault) => ({
      ...fault,
      path: redactText(fault.path),
      message: redactText(fault.message),
    }));
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
  return `${position} ${fault.path === '' ? '' : `${fault.path} — `}${fault.message}`;
}

/** Position of the value at `path` (or of its key); of the nearest parent when it is not there. */
export function positioned(
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
export function toFaults(
  issue: z.core.$ZodIssue,
  at: Locate,
  base: readonly PropertyKey[] = [],
): readonly ConfigFault[] {
  const path = [...base, ...issue.path];
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map((key) => ({ ...at([...path, key], true), message: unknownSetting(path, key) }));
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

/** The branch of a union whose shape fitted and whose content did not; undefined when the choice is not clear. */
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

export interface RawFault {
  readonly path: readonly PropertyKey[];
  readonly message: string;
}

/** A variable or a file that the configuration names and that is not there. */
export interface MissingReference extends RawFault {
  readonly kind: 'variable' | 'file';
  readonly name: string;
}

function record(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Readonly<Record<string, unknown>>)
    : {};
}

/** Rules between settings. On the raw tree, so that they are reported even when something else is wrong too. */
export function crossFaults(raw: unknown, wantedEnvironments: readonly string[]): readonly RawFault[] {
  const root = record(raw);
  const known = Object.keys(record(root.environments));
  const slack = record(root.slack);
  const faults: RawFault[] = [];
  for (const [name, environment] of Object.entries(record(root.environments)))
    faults.push(...environmentFaults(name, environment));
  const check = (value: unknown, path: readonly PropertyKey[]): void => {
    if (typeof value === 'string' && !known.includes(value))
      faults.push({
        path,
        message: `names an environment that is not configured (there are: ${known.join(', ')})`,
      });
  };
  check(slack.defaultEnvironment, ['slack', 'defaultEnvironment']);
  for (const [id, channel] of Object.entries(record(slack.channels)))
    check(record(channel).environment, ['slack', 'channels', id, 'environment']);
  for (const wanted of wantedEnvironments)
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
  if (record(environment).redis === undefined) return faults;
  const redis = record(record(environment).redis);
  const ways = ['url', 'sentinels', 'cluster'].filter((way) => redis[way] !== undefined);
  if (ways.length !== 1)
    faults.push({ path: [...path, 'redis'], message: 'needs exactly one of url, sentinels, cluster' });
  if (redis.sentinels !== undefined && redis.name === undefined)
    faults.push({ path: [...path, 'redis', 'name'], message: 'is needed with sentinels' });
  return faults;
}

export interface NeededReferences {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly folder: string;
  /** Whether this process holds the credentials of the environment. */
  serves(environment: string): boolean;
  /** Whether it receives alerts, and needs their secrets. */
  readonly receives: boolean;
}

/** Variables and files that this process would need and that are not there. */
export function referenceFaults(raw: unknown, needed: NeededReferences): readonly MissingReference[] {
  const faults: MissingReference[] = [];
  const walk = (value: unknown, path: readonly PropertyKey[]): void => {
    if (Array.isArray(value)) {
      for (const [index, item] of value.entries()) walk(item, [...path, index]);
      return;
    }
    const object = record(value);
    const keys = Object.keys(object);
    const only = keys.length === 1 ? keys[0] : undefined;
    if (only === 'env' && typeof object.env === 'string') {
      const set = needed.env[object.env];
      if (set === undefined || set === '')
        faults.push({
          ...{ path, kind: 'variable', name: object.env },
          message: `environment variable ${object.env} is not set`,
        });
    } else if (only === 'file' && typeof object.file === 'string') {
      if (!readable(inFolder(needed.folder, object.file)))
        faults.push({
          ...{ path, kind: 'file', name: object.file },
          message: `file ${object.file} cannot be read`,
        });
    } else for (const key of keys) walk(object[key], [...path, key]);
  };
  for (const [name, environment] of Object.entries(record(record(raw).environments))) {
    const { alerts, ...own } = record(environment);
    if (needed.serves(name)) walk(own, ['environments', name]);
    if (needed.receives) walk(alerts, ['environments', name, 'alerts']);
  }
  return faults;
}

export function inFolder(folder: string, path: string): string {
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
