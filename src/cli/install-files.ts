import { newSigningKey, publicKeyOf } from '../domain/kernel/signing.ts';

/** Text files of an installation that hold no logic: what stands in them is decided here, and asked for elsewhere. */

/** A folder that `init` fills; its files of secrets are for their owner alone. */
export interface InstallationFolder {
  read(name: string): string | undefined;
  /** As it is, because keys are meant to stand there (ADR 0078): a secret for its owner alone, a program to be run. */
  write(name: string, text: string, kind: 'text' | 'program' | 'secret'): void;
  /** A file that comes with the product. */
  shipped(name: string): string;
  /** Where the product can be built from, with `deploy/Dockerfile`; undefined where only the program is. */
  readonly source: string | undefined;
  readonly version: string;
  /** Of the engine's socket; undefined where it is not here. */
  groupOf(path: string): number | undefined;
  /** 32 bytes by chance, in hex. */
  key(): string;
}

const assignment = /^([A-Za-z_][\w.-]*)=(.*)$/;

/**
 * A file of variables. What stands there stays as it is, because a person may have written it; what is missing is added
 * behind it. A line without a value is a place to fill in.
 */
export class VariableFile {
  readonly name: string;
  readonly #before: string | undefined;
  readonly #lines: string[];
  /** Variables that this run has written. */
  readonly added: string[] = [];

  constructor(name: string, before: string | undefined, head: string) {
    this.name = name;
    this.#before = before;
    this.#lines = before === undefined ? head.split('\n').map(comment) : before.trimEnd().split('\n');
  }

  /** Undefined where it is not there, or has no value yet. */
  value(variable: string): string | undefined {
    const found = this.#lines
      .map((line) => assignment.exec(line))
      .findLast((match) => match?.[1] === variable);
    const value = found?.[2]?.trim() ?? '';
    return value === '' ? undefined : value;
  }

  /** Without a value: a place to fill in, with the note above it. What has a value keeps it. */
  set(variable: string, value: string | undefined, note?: string): void {
    if (this.value(variable) !== undefined) return;
    const at = this.#lines.findIndex((line) => assignment.exec(line)?.[1] === variable);
    if (at >= 0 && value === undefined) return;
    if (value !== undefined) this.added.push(variable);
    const line = `${variable}=${value ?? ''}`;
    if (at >= 0) this.#lines[at] = line;
    else this.#lines.push(...(note === undefined ? [] : [comment(note)]), line);
  }

  /** Undefined where nothing changes. */
  text(): string | undefined {
    const text = `${this.#lines.join('\n')}\n`;
    return text === this.#before ? undefined : text;
  }
}

const comment = (line: string): string => (line === '' ? '' : `# ${line}`);

/** Each kind of process with what it is called in `signing` of the configuration, and in names of variables. */
export const kinds = ['bot', 'worker', 'scheduler'] as const;
export type Kind = (typeof kinds)[number];

/** Who logs in to the bot's database: the processes, and the migration, which owns the tables. */
export const logins = {
  owner: 'BOT_DATABASE_OWNER_PASSWORD',
  bot: 'BOT_DATABASE_PASSWORD',
  worker: 'WORKER_DATABASE_PASSWORD',
  scheduler: 'SCHEDULER_DATABASE_PASSWORD',
} as const;
export type Login = keyof typeof logins;

export const databaseUrl = (login: Login, password: string, at: string): string =>
  `postgres://aetherius_${login}:${password}@${at}/aetherius_bot`;

/** The password in such an address; undefined when it is no address. */
export function passwordIn(url: string | undefined): string | undefined {
  if (url === undefined || !URL.canParse(url)) return undefined;
  const { password } = new URL(url);
  return password === '' ? undefined : decodeURIComponent(password);
}

/**
 * The private keys by kind. A new one is made only while there is no configuration yet: the public halves stand there, and
 * a process with another one does not start.
 */
export function signingKeys(
  known: (kind: Kind) => string | undefined,
  mayMake: boolean,
): Readonly<Partial<Record<Kind, string>>> {
  return Object.fromEntries(
    kinds.flatMap((kind) => {
      const key = known(kind) ?? (mayMake ? newSigningKey().privateKey : undefined);
      return key === undefined ? [] : [[kind, key]];
    }),
  );
}

/** `signing` of the configuration. */
export const publicKeys = (keys: Readonly<Partial<Record<Kind, string>>>) =>
  Object.fromEntries(
    kinds.flatMap((kind) => (keys[kind] === undefined ? [] : [[kind, [publicKeyOf(keys[kind])]]])),
  );

/** `repository[:tag][@digest]` as the chart takes it. */
export function imageParts(image: string): { repository: string; tag?: string; digest?: string } {
  const [name = '', digest] = image.split('@');
  // A colon before the last slash is a port of the registry.
  const colon = name.lastIndexOf(':');
  const tagged = colon > name.lastIndexOf('/');
  return {
    repository: tagged ? name.slice(0, colon) : name,
    ...(tagged && digest === undefined ? { tag: name.slice(colon + 1) } : {}),
    ...(digest === undefined ? {} : { digest }),
  };
}

/** What only the bot's own server gets: the superuser of another server keeps its password. */
export const loginsSql = (database: string, roles: string, superuser: string | undefined): string =>
  [database, roles, ...(superuser === undefined ? [] : [superuser])]
    .map((part) => part.trimEnd())
    .join('\n\n') + '\n';

/** The documents of a file of manifests whose name begins otherwise. */
export const withoutManifests = (text: string, name: string): string =>
  text
    .split(/^---\n/m)
    .filter((document) => !document.includes(`metadata: { name: ${name}`))
    .join('---\n');

/** Secrets of the chart, each from its file. */
export const secretNames = [
  'common',
  'bot',
  'worker',
  'scheduler',
  'migration',
  'targets',
  'logins',
  'stores',
] as const;
export type SecretName = (typeof secretNames)[number];

export interface SecretsScript {
  readonly namespace: string;
  /** Those that have a file. */
  readonly names: readonly SecretName[];
  readonly head: string;
  /** What it says under the lines that have no value yet. */
  readonly missing: string;
}

/**
 * A script that makes the Secrets from their files, once every place is filled in: no value is ever in a list of
 * processes, or shown.
 */
export function secretsScript({ namespace, names, head, missing }: SecretsScript): string {
  const lines = [
    '#!/bin/sh',
    ...head.split('\n').map(comment),
    'set -eu',
    'cd "$(dirname "$0")"',
    `if grep -n '^[A-Za-z_][A-Za-z0-9_.-]*=[[:space:]]*$' /dev/null secrets/*.env >&2; then`,
    `  echo "${missing}" >&2`,
    '  exit 1',
    'fi',
    `kubectl create namespace ${namespace} --dry-run=client -o yaml | kubectl apply -f -`,
    ...names.map(
      (name) =>
        `kubectl -n ${namespace} create secret generic aetherius-bot-${name} --from-env-file=secrets/${name}.env --dry-run=client -o yaml | kubectl apply -f -`,
    ),
  ];
  return `${lines.join('\n')}\n`;
}

/** Variables that a configuration names as `{ env: NAME }`, each once. */
export function variablesNamed(value: unknown): readonly string[] {
  if (typeof value !== 'object' || value === null) return [];
  const entries = Object.entries(value);
  const [first] = entries;
  if (entries.length === 1 && first?.[0] === 'env' && typeof first[1] === 'string') return [first[1]];
  return [...new Set(entries.flatMap(([, inner]) => variablesNamed(inner)))];
}
