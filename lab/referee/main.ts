/** `npm run referee -- …`: says as JSON what is true of a running as-is platform. */

import { homedir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { judge } from './judge.ts';
import { look } from './look.ts';
import { lookAtCluster } from './look-kubernetes.ts';

const cache =
  process.env.AETHERIUS_LAB_CACHE ??
  join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'aetherius-lab');

const { values } = parseArgs({
  options: {
    runtime: { type: 'string', default: 'compose' },
    kubeconfig: { type: 'string', default: '/var/lib/aetherius-lab/kubernetes/admin.kubeconfig' },
    kubectl: { type: 'string', default: join(cache, 'bin/kubectl') },
    namespace: { type: 'string', default: 'aetherius' },
    'agent-namespace': { type: 'string', default: 'aetherius-agent' },
    socket: { type: 'string', default: '/var/lib/aetherius-lab/docker/docker.sock' },
    host: { type: 'string', default: '10.200.1.1' },
    folder: { type: 'string', default: '/var/lib/aetherius-lab/docker/docker-compose' },
    project: { type: 'string', default: 'docker-compose' },
    act: { type: 'boolean', default: false },
    seen: { type: 'boolean', default: false },
  },
});

const postgres = { user: 'aetherius', password: 'aetherius_pass' };
const redisPassword = 'redis_pass';

const seen =
  values.runtime === 'kubernetes'
    ? await lookAtCluster({
        ...values,
        agentNamespace: values['agent-namespace'],
        postgres: { ...postgres, database: 'aetherius_agent_manager' },
        redisPassword,
      })
    : await look({ ...values, postgres, redisPassword });
process.stdout.write(`${JSON.stringify(values.seen ? { seen, ...judge(seen) } : judge(seen), null, 2)}\n`);
