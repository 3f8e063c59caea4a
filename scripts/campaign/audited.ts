/** The lab as an account of its own sees it: what that does to a cluster stands in the audit log under its name. */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isKubernetes } from '../../lab/runtimes/kubernetes.ts';
import type { Lab } from '../../lab/types.ts';
import { accountKubeconfig, removeAccount } from './deprived.ts';
import { auditedUser } from './effects.ts';

type Environment = Readonly<Record<string, unknown>>;

export interface Audited {
  readonly environment: Environment;
  stop(): Promise<void>;
}

/** It may do everything: which rights a remediation needs is proved elsewhere. */
const everything = [{ apiGroups: ['*'], resources: ['*'], verbs: ['*'] }];

export async function audited(lab: Lab): Promise<Audited> {
  const environment = await lab.environmentConfig();
  if (!isKubernetes(lab)) return { environment, stop: () => Promise.resolve() };
  const folder = mkdtempSync(join(tmpdir(), 'aetherius-audited-'));
  const kubeconfig = join(folder, 'kubeconfig');
  writeFileSync(kubeconfig, await accountKubeconfig(lab, auditedUser, everything), { mode: 0o600 });
  return {
    environment: { ...environment, runtime: { ...(environment.runtime as Environment), kubeconfig } },
    async stop() {
      rmSync(folder, { recursive: true, force: true });
      await removeAccount(lab, auditedUser);
    },
  };
}
