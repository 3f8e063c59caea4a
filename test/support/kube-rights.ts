import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseAllDocuments } from 'yaml';
import type { KubeSeed } from './kube.ts';

const folder = fileURLToPath(new URL('../../deploy/rbac', import.meta.url));

interface Role {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace: string };
  readonly rules: readonly unknown[];
}

/**
 * Gives a user the rights of `deploy/rbac` in a namespace of the test's, and no other; those for debug containers,
 * which an installation has to want, only when told so.
 */
export async function grantRights(
  seed: KubeSeed,
  user: string,
  namespace: string,
  { debug = false } = {},
): Promise<void> {
  const roles = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.yaml') && (debug || file !== 'debug.yaml'))
    .flatMap((file) => parseAllDocuments(readFileSync(join(folder, file), 'utf8')))
    .map((document) => document.toJS() as Role)
    .filter(({ kind }) => kind === 'Role');
  for (const { metadata, rules } of roles) {
    // The platform's own namespace is the one under test; the others are the cluster's.
    const place = metadata.namespace === 'aetherius' ? namespace : metadata.namespace;
    const name = `${metadata.name}-${namespace}`;
    const base = `/apis/rbac.authorization.k8s.io/v1/namespaces/${place}`;
    await seed.post(`${base}/roles`, { metadata: { name }, rules });
    await seed.post(`${base}/rolebindings`, {
      metadata: { name },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name },
      subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: user }],
    });
  }
}
