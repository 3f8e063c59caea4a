import type { Facts } from '../../../domain/kernel/facts.ts';
import { partOfWorkload } from '../../../domain/platform/part-names.ts';
import type { KubeObject } from '../../../domain/probe/targets/kubernetes.ts';
import { refused } from '../../shared/stale.ts';
import { restartsItself } from '../object/config-source.ts';
import { isPutBack, ownershipNotes } from '../object/ownership.ts';
import { type Context, kinds, type Place, targetOf } from '../object/workload.ts';
import { checksByLogin, type GraphLogin, loginOf, lookAtLogin, passwordsIn } from './graph-login.ts';
import {
  keyName,
  mustBePlain,
  type SecretKey,
  type SeenSecret,
  usesSecret,
  valueIn,
} from './secret-object.ts';

interface Workload {
  readonly place: Place;
  readonly object: KubeObject;
}
type User = Workload & { readonly login: GraphLogin };

/** Who logs in to Neo4j as one user, and each key of a Secret that has the password of it. */
export interface GraphUsers {
  readonly user: string;
  /** The workload that is meant comes first; all of them restart to read another password. */
  readonly clients: readonly [User, ...User[]];
  /** Neo4j itself, where it runs here; its key counts when it starts with an empty volume, and not before. */
  readonly server: (Workload & { readonly login?: GraphLogin }) | undefined;
  readonly keys: readonly GraphLogin[];
  readonly secrets: ReadonlyMap<string, SeenSecret>;
  /** Names of other workloads that use one of these Secrets. */
  readonly others: ReadonlyMap<string, readonly string[]>;
}

async function workloadsIn({ deps, signal }: Context): Promise<readonly Workload[]> {
  const { kubernetes } = deps;
  const { namespace } = kubernetes;
  const lists = Object.values(kinds).map(async (kind) => {
    const objects = await kubernetes.list(kind, namespace, { signal });
    return objects.map((object) => ({ place: { kind, namespace, name: object.metadata.name }, object }));
  });
  return (await Promise.all(lists)).flat();
}

/**
 * All that log in as the user of this workload. Refused where one of them has its password from elsewhere than a Secret,
 * for it would be shut out.
 */
export async function graphUsersOf(meant: Workload, context: Context): Promise<GraphUsers> {
  const { platform, kubernetes } = context.deps;
  const { namespace } = kubernetes;
  const all = await workloadsIn(context);
  const first = await loginOf(meant.object, namespace, context);
  if (first?.from === undefined) throw refused('neo4j-login-not-in-secret', { workload: meant.place.name });
  const { user } = first;
  const isServer = ({ place }: Workload) => partOfWorkload(place.name, platform) === 'neo4j';
  const clients: [User, ...User[]] = [{ ...meant, login: first }];
  for (const one of all) {
    if (isServer(one) || targetOf(one.place) === targetOf(meant.place)) continue;
    const login = await loginOf(one.object, namespace, context);
    if (login === undefined || (login.user !== undefined && login.user !== user)) continue;
    if (login.from === undefined) throw refused('neo4j-login-not-in-secret', { workload: one.place.name });
    clients.push({ ...one, login });
  }
  const server = await serverOf(all.find(isServer), user, context);
  const keys = [...clients.map(({ login }) => login), ...(server?.login === undefined ? [] : [server.login])];
  const unique = [...new Map(keys.map((key) => [keyName(key.from), key])).values()];
  const secrets = await secretsOf(unique, context);
  const known = new Set(
    [...clients, ...(server === undefined ? [] : [server])].map(({ place }) => targetOf(place)),
  );
  const others = new Map(
    [...secrets.keys()].map((name) => [
      name,
      all
        .filter(({ place, object }) => !known.has(targetOf(place)) && usesSecret(object, name))
        .map(({ place }) => place.name),
    ]),
  );
  return { user, clients, server, keys: unique, secrets, others };
}

/** Refuses where a changed Secret would restart it, or its own health check would fail with the former password. */
async function serverOf(
  server: Workload | undefined,
  user: string,
  context: Context,
): Promise<GraphUsers['server']> {
  if (server === undefined) return undefined;
  const workload = server.place.name;
  if (restartsItself(server.object)) throw refused('restarts-itself', { workload });
  if (checksByLogin(server.object)) throw refused('neo4j-check-logs-in', { workload });
  const login = await loginOf(server.object, server.place.namespace, context);
  return login?.from === undefined || login.user !== user ? server : { ...server, login };
}

async function secretsOf(keys: readonly GraphLogin[], context: Context) {
  const secrets = new Map<string, SeenSecret>();
  for (const { from } of keys) {
    const seen = secrets.get(from.name) ?? (await lookAtLogin(from, context));
    if (valueIn(seen, from.key) === undefined || seen === undefined)
      throw refused('no-target', { workload: keyName(from) });
    mustBePlain(seen);
    if (seen.immutable) throw refused('secret-immutable', { secret: from.name });
    secrets.set(from.name, seen);
  }
  return secrets;
}

/**
 * Refuses a Secret that is made from elsewhere: it would be put back, and the new password would then be nowhere but in
 * Neo4j once the cluster has deleted what is kept.
 */
export function mustStay({ keys, secrets }: GraphUsers): void {
  for (const { from } of keys) {
    const seen = secrets.get(from.name);
    const notes = seen === undefined ? [] : ownershipNotes(seen.object, [['data', from.key]]);
    if (isPutBack(notes) !== 'no') throw refused('secret-put-back', { secret: from.name });
  }
}

/** A password that Neo4j takes for this user, with the key that has it. */
export interface ValidPassword {
  readonly at: SecretKey;
  readonly password: string;
}

/** Neo4j's own key first: each wrong try counts towards a lock. Undefined: none of them is valid. */
export async function validAmong(
  { user, keys, secrets }: Pick<GraphUsers, 'user' | 'keys' | 'secrets'>,
  accepts: (password: string) => Promise<boolean>,
): Promise<ValidPassword | undefined> {
  const tried = new Set<string>();
  for (const { from, form } of keys.toReversed())
    for (const password of passwordsIn({ user, form }, valueIn(secrets.get(from.name), from.key))) {
      if (tried.has(password)) continue;
      tried.add(password);
      if (await accepts(password)) return { at: from, password };
    }
  return undefined;
}

/** What must not have changed: versions, and no digest of a value. */
export const sameUsers = ({ keys, secrets, clients }: GraphUsers): Facts => ({
  logins: clients.map(({ place }) => targetOf(place)).join(' '),
  keys: keys.map(({ from }) => keyName(from)).join(', '),
  versions: [...secrets]
    .map(([name, { uid, resourceVersion }]) => `${name} ${uid} ${resourceVersion}`)
    .join(', '),
});
