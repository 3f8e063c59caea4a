import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** One request as the API server saw it. */
export interface SeenRequest {
  readonly verb: string;
  readonly path: string;
  readonly status: number;
}

export interface KubeAudit {
  /** For `startKubeApi`. */
  readonly args: readonly string[];
  /** Requests of a user since the last `forget`, each once. */
  requests(user: string): readonly SeenRequest[];
  forget(): void;
}

interface Event {
  readonly auditID: string;
  readonly verb: string;
  readonly requestURI: string;
  readonly user: { readonly username: string };
  readonly responseStatus?: { readonly code?: number };
}

/** Lets the API server write down who asked it what: requests are counted where they arrive, not where they are meant. */
export function kubeAudit(dir: string): KubeAudit {
  const policy = join(dir, 'audit-policy.yaml');
  const log = join(dir, 'audit.log');
  writeFileSync(
    policy,
    JSON.stringify({
      apiVersion: 'audit.k8s.io/v1',
      kind: 'Policy',
      omitStages: ['RequestReceived'],
      // Those who fill the server are in this group, and their thousands of requests are of no interest.
      rules: [
        { level: 'None', users: ['admin'] },
        { level: 'None', userGroups: ['system:serviceaccounts', 'system:nodes', 'system:unauthenticated'] },
        { level: 'None', users: ['system:apiserver'] },
        { level: 'Metadata' },
      ],
    }),
  );
  let from = 0;
  const text = () => (existsSync(log) ? readFileSync(log, 'utf8') : '');
  return {
    args: ['--audit-policy-file', policy, '--audit-log-path', log],
    requests(user) {
      const seen = new Map<string, SeenRequest>();
      for (const line of text().slice(from).split('\n')) {
        if (line === '') continue;
        const event = JSON.parse(line) as Event;
        if (event.user.username === user)
          seen.set(event.auditID, {
            verb: event.verb,
            path: event.requestURI,
            status: event.responseStatus?.code ?? 0,
          });
      }
      return [...seen.values()];
    },
    forget() {
      from = text().length;
    },
  };
}
