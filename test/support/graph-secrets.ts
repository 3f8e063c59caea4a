/** A simulated Neo4j with the Secrets and workloads of who logs in to it: reasoning-service has another password. */
import { TargetError } from '../../src/domain/kernel/errors.ts';
import { asInGuide } from '../../src/domain/platform/platform.ts';
import type { Neo4jTarget } from '../../src/domain/probe/targets/neo4j.ts';
import type { Targets } from '../../src/domain/probe/targets/targets.ts';
import { fakeRuntime } from './fake-runtime.ts';
import { inBase64, kubeObjects, type Loose } from './kube-objects.ts';

export const passwords = { valid: 'graph-valid-3b1f', outdated: 'graph-outdated-90ac' } as const;
export const ofService = 'secrets/aetherius/neo4j-credentials';
export const ofServer = 'secrets/aetherius/neo4j-auth';
export const keptGraph = 'secrets/aetherius/aetherius-kept-neo4j-password';
export const service = 'deployments/aetherius/reasoning-service';
export const graph = 'statefulsets/aetherius/neo4j';

export const fromSecret = (name: string, secret: string, key: string): Loose => ({
  name,
  valueFrom: { secretKeyRef: { name: secret, key } },
});
export const plainSecret = (data: Readonly<Record<string, string>>, more: Loose = {}): Loose => ({
  type: 'Opaque',
  data: Object.fromEntries(Object.entries(data).map(([key, text]) => [key, inBase64(text)])),
  ...more,
});

/** A workload of one container with these variables. */
export const workloadWith = (name: string, env: readonly Loose[], more: Loose = {}): Loose => ({
  metadata: { name, uid: `uid-${name}`, generation: 4, labels: { app: name } },
  spec: {
    template: {
      metadata: { labels: { app: name } },
      spec: { containers: [{ name, image: `${name}:1`, env, ...more }] },
    },
  },
});
export const asService = (...env: readonly Loose[]): Loose => workloadWith('reasoning-service', env);
export const usualEnv = [
  { name: 'NEO4J_USER', value: 'neo4j' },
  fromSecret('NEO4J_PASSWORD', 'neo4j-credentials', 'password'),
] as const;

const podOf = (owner: string, by: string, address: string): Loose => ({
  metadata: { name: `${owner}-1`, uid: `pod-${owner}`, ownerReferences: [{ uid: by, name: owner }] },
  spec: { containers: [{ name: owner }] },
  status: { phase: 'Running', podIP: address },
});
const setOf = (owner: string): Loose => ({
  metadata: { name: owner, uid: `set-${owner}`, ownerReferences: [{ uid: `uid-${owner}`, name: owner }] },
});

export function graphSecrets(
  start: { readonly [path: string]: Loose | undefined } = {},
  /** The bot's own login. */
  own: { readonly user: string; readonly password: string } = { user: 'watcher', password: 'watches' },
) {
  const api = kubeObjects(
    {
      [service]: asService(...usualEnv),
      'replicasets/aetherius/reasoning-service': setOf('reasoning-service'),
      [graph]: workloadWith('neo4j', [fromSecret('NEO4J_AUTH', 'neo4j-auth', 'NEO4J_AUTH')]),
      [ofService]: plainSecret({ password: passwords.outdated, other: 'x' }),
      [ofServer]: plainSecret({ NEO4J_AUTH: `neo4j/${passwords.valid}` }),
      ...start,
    },
    [
      podOf('reasoning-service', 'set-reasoning-service', '10.244.0.7'),
      podOf('neo4j', 'uid-neo4j', '10.244.0.8'),
    ],
  );
  const users = new Map<string, string>([
    ['neo4j', passwords.valid],
    ['watcher', 'watches'],
  ]);
  /** Logins that were refused, in their order. */
  const wrong: string[] = [];
  let drawn = 0;
  const state: { away?: TargetError } = {};
  const here = () => (state.away === undefined ? Promise.resolve() : Promise.reject(state.away));
  const accepts: Neo4jTarget['accepts'] = async ({ user, password }) => {
    await here();
    const right = users.get(user) === password;
    if (!right) wrong.push(password);
    return right;
  };
  const neo4j: Neo4jTarget = {
    verify: () => Promise.resolve({ latencyMs: 1, address: 'neo4j:7687', version: 'Neo4j/5.26' }),
    run: () => Promise.resolve([]),
    accepts,
    isOwnLogin: async (user) => user === own.user && (await accepts(own)),
    async changePassword({ user, password }, to) {
      await here();
      if (users.get(user) !== password) throw new TargetError('auth', 'refused');
      api.log.push('set password');
      api.count();
      users.set(user, to);
    },
    drawPassword: () => {
      drawn += 1;
      return Promise.resolve(`drawn-at-random-${drawn}`);
    },
  };
  const { kubernetes, ...rest } = api;
  const runtime = fakeRuntime({});
  return {
    ...rest,
    ...{ users, wrong, state },
    targets: { environment: 'prod', platform: asInGuide, kubernetes, runtime, neo4j } as Targets,
  };
}
