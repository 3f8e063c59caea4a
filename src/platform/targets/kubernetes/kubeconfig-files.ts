import { readFile } from 'node:fs/promises';
import { dirname, isAbsolute, join, sep } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { AppError } from '../../../domain/kernel/errors.ts';

const Cluster = z.object({
  server: z.string(),
  'certificate-authority': z.string().optional(),
  'certificate-authority-data': z.string().optional(),
  'insecure-skip-tls-verify': z.boolean().optional(),
  'tls-server-name': z.string().optional(),
  'proxy-url': z.string().optional(),
  extensions: z.array(z.object({ name: z.string(), extension: z.unknown() })).nullish(),
});

/** `users[].user.exec`: a program that says who we are (client.authentication.k8s.io). */
const ExecPlugin = z.object({
  apiVersion: z.string().optional(),
  command: z.string().min(1),
  args: z.array(z.string()).nullish(),
  env: z.array(z.object({ name: z.string(), value: z.string() })).nullish(),
  installHint: z.string().optional(),
  provideClusterInfo: z.boolean().optional(),
  interactiveMode: z.string().optional(),
});

const User = z.object({
  'client-certificate': z.string().optional(),
  'client-certificate-data': z.string().optional(),
  'client-key': z.string().optional(),
  'client-key-data': z.string().optional(),
  token: z.string().optional(),
  tokenFile: z.string().optional(),
  exec: ExecPlugin.nullish(),
  'auth-provider': z.object({ name: z.string(), config: z.unknown().optional() }).nullish(),
  username: z.string().optional(),
  password: z.string().optional(),
  as: z.string().optional(),
  'as-uid': z.string().optional(),
  'as-groups': z.array(z.string()).nullish(),
  'as-user-extra': z.record(z.string(), z.array(z.string())).nullish(),
});

const Context = z.object({ cluster: z.string().default(''), user: z.string().default('') });

const listOf = <T extends z.ZodType>(entry: T) =>
  z
    .array(entry)
    .nullish()
    .transform((list) => list ?? []);
const KubeconfigFile = z
  .object({
    'current-context': z.string().nullish(),
    clusters: listOf(z.object({ name: z.string(), cluster: Cluster })),
    contexts: listOf(z.object({ name: z.string(), context: Context })),
    users: listOf(
      z.object({
        name: z.string(),
        user: User.nullish().transform((user): z.output<typeof User> => user ?? {}),
      }),
    ),
  })
  .nullable();

type KubeconfigFile = NonNullable<z.output<typeof KubeconfigFile>>;
export type KubeCluster = z.output<typeof Cluster>;
export type KubeUser = z.output<typeof User>;
export type KubeExecPlugin = z.output<typeof ExecPlugin>;
export type KubeAuthProvider = NonNullable<KubeUser['auth-provider']>;

/** All files together, as kubectl merges them: the first file that says something wins, and an entry stays whole. */
export interface Kubeconfig {
  readonly currentContext: string | undefined;
  readonly clusters: ReadonlyMap<string, KubeCluster>;
  readonly contexts: ReadonlyMap<string, z.output<typeof Context>>;
  readonly users: ReadonlyMap<string, KubeUser>;
  /** Files that were there, for words. */
  readonly path: string;
}

/** Files as they were read the last time: parsing them again costs 4 ms in which nothing is asked yet. */
export type ParsedFiles = Map<string, { readonly text: string; readonly file: KubeconfigFile }>;

/**
 * Reads and merges these files. Of a list (`KUBECONFIG`) what does not exist is passed over, as kubectl does; the one
 * file that somebody named must be there. AppError NOT_FOUND for what cannot be read, INVALID_INPUT for what is no
 * kubeconfig; both name the file.
 */
export async function readKubeconfigs(
  paths: readonly string[],
  { mustExist, parsed }: { readonly mustExist: boolean; readonly parsed: ParsedFiles },
): Promise<Kubeconfig> {
  const clusters = new Map<string, KubeCluster>();
  const contexts = new Map<string, z.output<typeof Context>>();
  const users = new Map<string, KubeUser>();
  const found: string[] = [];
  let currentContext: string | undefined;
  for (const path of new Set(paths)) {
    const text = await textOf(path, mustExist);
    if (text === undefined) continue;
    found.push(path);
    const file = fileOf(path, text, parsed);
    currentContext ??= file['current-context'] === '' ? undefined : (file['current-context'] ?? undefined);
    for (const { name, cluster } of file.clusters) if (!clusters.has(name)) clusters.set(name, cluster);
    for (const { name, context } of file.contexts) if (!contexts.has(name)) contexts.set(name, context);
    for (const { name, user } of file.users) if (!users.has(name)) users.set(name, user);
  }
  return { currentContext, clusters, contexts, users, path: found.join(':') };
}

async function textOf(path: string, mustExist: boolean): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (!mustExist && (error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw unreadable(path, error);
  }
}

function fileOf(path: string, text: string, parsed: ParsedFiles): KubeconfigFile {
  const known = parsed.get(path);
  if (known?.text === text) return known.file;
  const result = KubeconfigFile.safeParse(yamlOf(path, text));
  if (!result.success) {
    const [issue] = result.error.issues;
    throw invalid(path, `${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'not a kubeconfig'}`);
  }
  const file = located(result.data ?? { clusters: [], contexts: [], users: [] }, dirname(path));
  parsed.set(path, { text, file });
  return file;
}

function yamlOf(path: string, text: string): unknown {
  try {
    // Pretty errors quote the line, and the line may hold a token.
    return parse(text, { prettyErrors: false });
  } catch {
    throw invalid(path, 'not YAML');
  }
}

/** Paths in a file start at its folder; so does a command that is a path and no name to look for in PATH. */
function located(file: KubeconfigFile, folder: string): KubeconfigFile {
  const at = <T extends object>(entry: T, names: readonly (keyof T)[]): T => {
    const moved = { ...entry };
    for (const name of names) {
      const path = entry[name];
      if (typeof path === 'string' && path !== '' && !isAbsolute(path))
        Object.assign(moved, { [name]: join(folder, path) });
    }
    return moved;
  };
  return {
    ...file,
    clusters: file.clusters.map(({ name, cluster }) => ({
      name,
      cluster: at(cluster, ['certificate-authority']),
    })),
    users: file.users.map(({ name, user }) => ({
      name,
      user: {
        ...at(user, ['client-certificate', 'client-key', 'tokenFile']),
        ...(user.exec?.command.includes(sep) === true ? { exec: at(user.exec, ['command']) } : {}),
      },
    })),
  };
}

/** A kubeconfig, or a file that it names, that cannot be read. */
export function unreadable(path: string, cause?: unknown): AppError {
  const { code = 'ENOENT' } = (cause ?? {}) as NodeJS.ErrnoException;
  const detail = code === 'ENOENT' ? 'it does not exist' : `it cannot be read (${code})`;
  return new AppError('NOT_FOUND', 'kubeconfig cannot be read', {
    cause,
    facts: { reason: 'kubeconfig-unreadable', path, detail },
  });
}

/** A kubeconfig that says nothing usable; `detail` never quotes what stands in it. */
export function invalid(path: string, detail: string): AppError {
  return new AppError('INVALID_INPUT', 'kubeconfig is not usable', {
    facts: { reason: 'kubeconfig-invalid', path, detail },
  });
}

/** A certificate or key that stands in the kubeconfig, or in a file that it names. */
export async function material(
  data: string | undefined,
  file: string | undefined,
): Promise<Buffer | undefined> {
  if (data !== undefined && data !== '') return Buffer.from(data, 'base64');
  if (file === undefined || file === '') return undefined;
  try {
    return await readFile(file);
  } catch (error) {
    throw unreadable(file, error);
  }
}
