import { z } from 'zod';
import { AppError, TargetError } from '../../../domain/kernel/errors.ts';
import type { Platform } from '../../../domain/platform/platform.ts';
import type { KubeObject } from '../../../domain/probe/targets/kubernetes.ts';
import { refused } from '../../shared/stale.ts';
import { lookAtMap } from '../object/config-source.ts';
import type { Context } from '../object/patch.ts';
import { lookAtSecret, readsAs, type SecretKey, valueIn } from './secret-object.ts';

/** `plain`: the value is the password. `with-user`: it is `user/password`, as Neo4j's own image takes it. */
export type LoginForm = 'plain' | 'with-user';

/** Where a workload has its password for Neo4j from, and as whom it logs in with it. */
export interface GraphLogin {
  readonly user: string;
  readonly from: SecretKey;
  readonly form: LoginForm;
}

/** A password that no key of a Secret gives; `user`: as far as that can be told. */
export interface LoginElsewhere {
  readonly user: string | undefined;
  readonly from?: undefined;
}

const Reference = z.object({ name: z.string().default(''), key: z.string().default('') }).nullish();
const Source = z.object({ name: z.string().default('') }).nullish();
const Exec = z.object({ exec: z.object({ command: z.array(z.string()).nullish() }).nullish() }).nullish();
const Container = z.object({
  env: z
    .array(
      z.object({
        name: z.string(),
        value: z.string().nullish(),
        valueFrom: z.object({ secretKeyRef: Reference, configMapKeyRef: Reference }).nullish(),
      }),
    )
    .nullish(),
  envFrom: z
    .array(z.object({ prefix: z.string().default(''), secretRef: Source, configMapRef: Source }))
    .nullish(),
  volumeMounts: z
    .array(z.object({ name: z.string(), mountPath: z.string(), subPath: z.string().nullish() }))
    .nullish(),
  livenessProbe: Exec,
  readinessProbe: Exec,
  startupProbe: Exec,
});
type Container = z.output<typeof Container>;
const PodSpec = z.object({
  containers: z.array(Container).default([]),
  volumes: z
    .array(
      z.object({
        name: z.string(),
        secret: z
          .object({
            secretName: z.string().nullish(),
            items: z.array(z.object({ key: z.string(), path: z.string() })).nullish(),
          })
          .nullish(),
      }),
    )
    .nullish(),
});
type PodSpec = z.output<typeof PodSpec>;
const Workload = z.object({ spec: z.object({ template: z.object({ spec: PodSpec }) }) });

/** Names of the variables: the one of the password decides how the others are called. */
function variablesOf({ variables }: Platform) {
  const start = /^(.*)PASS(?:WORD)?$/.exec(variables.neo4jPassword)?.[1] ?? 'NEO4J_';
  const named = (ending: string) => {
    const plain = `${start}${ending}`;
    return [`${variables.prefix}${plain}`, plain];
  };
  return {
    password: [`${variables.prefix}${variables.neo4jPassword}`, variables.neo4jPassword],
    user: [...named('USER'), ...named('USERNAME')],
    auth: named('AUTH'),
    file: [...named('AUTH_PATH'), ...named('AUTH_FILE')],
  };
}

type Given =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'secret' | 'map'; readonly name: string; readonly key: string };

/** What gives a container the first of these variables that is set: `env` wins over `envFrom`, the last over the first. */
async function givenBy(
  { env, envFrom }: Container,
  names: readonly string[],
  namespace: string,
  context: Context,
): Promise<Given | undefined> {
  for (const name of names) {
    const entry = (env ?? []).findLast((one) => one.name === name);
    if (entry !== undefined) {
      const { secretKeyRef, configMapKeyRef } = entry.valueFrom ?? {};
      if (secretKeyRef != null) return { kind: 'secret', ...secretKeyRef };
      if (configMapKeyRef != null) return { kind: 'map', ...configMapKeyRef };
      return { kind: 'text', text: entry.value ?? '' };
    }
    for (const { prefix, secretRef, configMapRef } of (envFrom ?? []).toReversed()) {
      const kind = secretRef == null ? 'map' : 'secret';
      const source = (secretRef ?? configMapRef)?.name;
      if (source === undefined || !name.startsWith(prefix)) continue;
      const key = name.slice(prefix.length);
      if ((await entriesOf(kind, namespace, source, context)).has(key)) return { kind, name: source, key };
    }
  }
  return undefined;
}

/** Names of the entries; none where it may not be read, for a whole object most likely holds other things. */
async function entriesOf(
  kind: 'secret' | 'map',
  namespace: string,
  name: string,
  context: Context,
): Promise<ReadonlySet<string>> {
  try {
    if (kind === 'secret')
      return new Set(Object.keys((await lookAtSecret({ namespace, name }, context))?.values ?? {}));
    return new Set(Object.keys((await lookAtMap(namespace, name, context)).texts));
  } catch (error) {
    if (error instanceof TargetError && error.stage === 'forbidden') return new Set();
    if (error instanceof AppError && error.facts.reason === 'no-target') return new Set();
    throw error;
  }
}

/** A Secret that a login is in: of one that may not be read, the right is named. */
export async function lookAtLogin(at: Pick<SecretKey, 'namespace' | 'name'>, context: Context) {
  return lookAtSecret(at, context).catch((error: unknown) => {
    if (error instanceof TargetError && error.stage === 'forbidden')
      throw refused('missing-right', {
        ...{ verb: 'get', resource: `secrets/${at.name}`, namespace: at.namespace },
        allowedBy: 'features.credentials',
      });
    throw error;
  });
}

async function textOf(given: Given | undefined, namespace: string, context: Context) {
  if (given === undefined) return undefined;
  if (given.kind === 'text') return given.text.includes('$(') ? undefined : given.text;
  const { name, key } = given;
  if (given.kind === 'map') return (await lookAtMap(namespace, name, context)).texts[key]?.trim();
  return readsAs(valueIn(await lookAtLogin({ namespace, name }, context), key));
}

/** The key of a Secret behind a file of this container. */
function mountedAt({ volumeMounts }: Container, { volumes }: PodSpec, path: string) {
  for (const { name, mountPath, subPath } of volumeMounts ?? []) {
    const folder = `${mountPath.replace(/\/$/, '')}/`;
    const file = path === mountPath ? subPath : path.startsWith(folder) ? path.slice(folder.length) : null;
    const secret = volumes?.find((volume) => volume.name === name)?.secret;
    if (file == null || secret?.secretName == null) continue;
    const key = secret.items == null ? file : secret.items.find((item) => item.path === file)?.key;
    if (key !== undefined) return { kind: 'secret', name: secret.secretName, key } as const;
  }
  return undefined;
}

/** `neo4j/$(NEO4J_PASSWORD)`: the password is that of another variable. */
const composed = /^([^/$]+)\/\$\(([A-Za-z0-9_]+)\)$/;

async function loginOfContainer(
  container: Container,
  spec: PodSpec,
  namespace: string,
  context: Context,
): Promise<GraphLogin | LoginElsewhere | undefined> {
  const names = variablesOf(context.deps.platform);
  const given = (...of: readonly string[]) => givenBy(container, of, namespace, context);
  const keyOf = ({ name, key }: { readonly name: string; readonly key: string }) => ({
    namespace,
    name,
    key,
  });
  const file = await given(...names.file);
  const auth = file?.kind === 'text' ? mountedAt(container, spec, file.text) : await given(...names.auth);
  if (auth?.kind === 'secret') {
    const from = keyOf(auth);
    const user = userIn(readsAs(valueIn(await lookAtLogin(from, context), from.key)));
    return user === undefined ? { user } : { user, from, form: 'with-user' };
  }
  if (auth?.kind === 'text') {
    const [, user, variable] = composed.exec(auth.text) ?? [];
    const behind = variable === undefined ? undefined : await given(variable);
    if (user !== undefined && behind?.kind === 'secret') return { user, from: keyOf(behind), form: 'plain' };
    return { user: userIn(auth.text) };
  }
  const password = await given(...names.password);
  if (password === undefined) return auth === undefined ? undefined : { user: undefined };
  const user = await textOf(await given(...names.user), namespace, context);
  if (password.kind !== 'secret' || user === undefined || user === '') return { user };
  return { user, from: keyOf(password), form: 'plain' };
}

/** The user of `user/password`; undefined where it is another text, such as `none`. */
function userIn(text: string): string | undefined {
  const at = text.indexOf('/');
  return at > 0 ? text.slice(0, at) : undefined;
}

/** How the Pods of a workload log in to Neo4j, by its own template; undefined where nothing says that they do. */
export async function loginOf(
  object: KubeObject,
  namespace: string,
  context: Context,
): Promise<GraphLogin | LoginElsewhere | undefined> {
  const { spec } = Workload.parse(object).spec.template;
  for (const container of spec.containers) {
    const login = await loginOfContainer(container, spec, namespace, context);
    if (login !== undefined) return login;
  }
  return undefined;
}

/** Whether a health check of the workload is a command that may log in: its Pods would fail it with the former password. */
export function checksByLogin(object: KubeObject): boolean {
  return Workload.parse(object).spec.template.spec.containers.some(
    ({ livenessProbe, readinessProbe, startupProbe }) =>
      [livenessProbe, readinessProbe, startupProbe].some((probe) =>
        /cypher-shell|PASS|AUTH/i.test((probe?.exec?.command ?? []).join(' ')),
      ),
  );
}

/** The passwords that a value in base64 may mean: as it is, and without blanks around it. */
export function passwordsIn({ form, user }: Pick<GraphLogin, 'form' | 'user'>, value: string | undefined) {
  const text = Buffer.from(value ?? '', 'base64').toString('utf8');
  const start = form === 'with-user' ? `${user}/` : '';
  if (!text.startsWith(start)) return [];
  const password = text.slice(start.length);
  return [...new Set([password, password.trim()])].filter((one) => one !== '');
}

/** The value of the key with this password, in base64. */
export const valueWith = ({ form, user }: Pick<GraphLogin, 'form' | 'user'>, password: string): string =>
  Buffer.from(form === 'with-user' ? `${user}/${password}` : password).toString('base64');
