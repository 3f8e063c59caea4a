/** `npm run referee -- …`: says as JSON what is true of a running as-is platform. */

import { parseArgs } from 'node:util';
import { judge } from './judge.ts';
import { look } from './look.ts';

const { values } = parseArgs({
  options: {
    socket: { type: 'string', default: '/var/lib/aetherius-lab/docker/docker.sock' },
    host: { type: 'string', default: '10.200.1.1' },
    folder: { type: 'string', default: '/var/lib/aetherius-lab/docker/docker-compose' },
    project: { type: 'string', default: 'docker-compose' },
    act: { type: 'boolean', default: false },
    seen: { type: 'boolean', default: false },
  },
});

const seen = await look({
  ...values,
  postgres: { user: 'aetherius', password: 'aetherius_pass' },
  redisPassword: 'redis_pass',
});
process.stdout.write(`${JSON.stringify(values.seen ? { seen, ...judge(seen) } : judge(seen), null, 2)}\n`);
