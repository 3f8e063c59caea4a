/** `part.<part>.refusing`: the part answers, and refuses who asks; a program is refused by what it needs. */

import { createHmac } from 'node:crypto';
import type { Fault, Lab, LabPart, Runtime } from '../types.ts';
import { graphLogins, putLoginsBack, takesLogin } from './graph.ts';
import { recentLog, saidOfGraph, untilAnswers } from './services.ts';
import { cypher, defineFault, nats, pg, redis } from './support.ts';

/** Whom the lab leaves itself as a way back in while the usual login is refused. */
const admin = { user: 'lab_admin', password: 'lab_admin_pass' };
const rotated = 'rotated_pass_2';

interface Refusal {
  readonly title: string;
  readonly variants: Fault['variants'];
  readonly runtimes?: readonly Runtime[];
  plant(lab: Lab, variant: string): Promise<void>;
  check(lab: Lab, variant: string): Promise<boolean>;
  clear(lab: Lab, variant: string): Promise<void>;
}

/** True when `attempt` fails with a message that `pattern` finds. */
async function refused(attempt: () => Promise<unknown>, pattern: RegExp): Promise<boolean> {
  try {
    await attempt();
    return false;
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    return pattern.test(`${code} ${error instanceof Error ? error.message : ''}`);
  }
}

const worked = (attempt: () => Promise<unknown>): Promise<boolean> =>
  attempt().then(
    () => true,
    () => false,
  );

const cutOthers =
  "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND backend_type = 'client backend'";

const postgres: Refusal = {
  title: 'PostgreSQL refuses the login of the platform',
  variants: ['other-password', 'no-login'],
  async plant(lab, variant) {
    const { user } = (await lab.endpoints()).postgres;
    if (variant === 'no-login')
      await pg(lab, [
        `CREATE ROLE ${admin.user} SUPERUSER LOGIN PASSWORD '${admin.password}'`,
        `ALTER ROLE ${user} NOLOGIN`,
        cutOthers,
      ]);
    else await pg(lab, [`ALTER ROLE ${user} PASSWORD '${rotated}'`, cutOthers]);
  },
  // SQLSTATE class 28: invalid authorization specification.
  check: (lab) => refused(() => pg(lab, 'SELECT 1', { timeoutMs: 4000 }), /^28/),
  async clear(lab, variant) {
    const { user, password } = (await lab.endpoints()).postgres;
    if (variant === 'no-login') {
      if (!(await worked(() => pg(lab, 'SELECT 1')))) await pg(lab, `ALTER ROLE ${user} LOGIN`, admin);
      await pg(lab, `DROP ROLE IF EXISTS ${admin.user}`);
    } else if (!(await worked(() => pg(lab, 'SELECT 1'))))
      await pg(lab, `ALTER ROLE ${user} PASSWORD '${password}'`, { password: rotated });
  },
};

const redisServer: Refusal = {
  title: 'Redis refuses the password of the platform',
  variants: ['other-password', 'user-off'],
  async plant(lab, variant) {
    await redis(lab, async (client) => {
      if (variant === 'user-off') {
        await client.call('ACL', 'SETUSER', admin.user, 'on', `>${admin.password}`, '~*', '&*', '+@all');
        await client.call('ACL', 'SETUSER', 'default', 'off');
      } else await client.config('SET', 'requirepass', rotated);
      await client.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
    });
  },
  check: (lab) => refused(() => redis(lab, (client) => client.ping()), /WRONGPASS|NOAUTH/),
  async clear(lab, variant) {
    const { password } = (await lab.endpoints()).redis;
    if (await worked(() => redis(lab, (client) => client.ping()))) return;
    if (variant === 'user-off') {
      const way = { username: admin.user, password: admin.password };
      await redis(lab, (client) => client.call('ACL', 'SETUSER', 'default', 'on'), way);
      await redis(lab, (client) => client.call('ACL', 'DELUSER', admin.user));
    } else await redis(lab, (client) => client.config('SET', 'requirepass', password), { password: rotated });
  },
};

const natsServer: Refusal = {
  title: 'NATS refuses the login of the platform',
  variants: ['other-password', 'other-user'],
  runtimes: ['kubernetes', 'compose'],
  async plant(lab, variant) {
    const user = new URL((await lab.endpoints()).nats.url).username;
    const login =
      variant === 'other-user' ? `platform, password: $NATS_PASSWORD` : `${user}, password: ${rotated}`;
    await lab.configure('nats', { authorization: `{ user: ${login} }` });
    await lab.restart('nats');
  },
  check: (lab) => refused(() => nats(lab, (connection) => connection.flush()), /AUTHORIZATION_VIOLATION/),
  async clear(lab) {
    await lab.reset('nats');
    // A NATS client that was refused twice gives up for good.
    const clients = ['agent-manager', 'orchestrator-service', 'collect-agent'];
    await Promise.all(
      lab.names.parts.filter((part) => clients.includes(part)).map((part) => lab.restart(part)),
    );
  },
};

const neo4jServer: Refusal = {
  title: 'Neo4j refuses every login',
  variants: ['other-password', 'no-user'],
  async plant(lab, variant) {
    const system = { ...admin, database: 'system' };
    const create = `CREATE USER ${admin.user} IF NOT EXISTS SET PASSWORD '${admin.password}' CHANGE NOT REQUIRED`;
    await cypher(lab, create, { database: system.database });
    for (const { user } of await graphLogins(lab)) {
      const other = `ALTER USER ${user} SET PASSWORD '${rotated}' CHANGE NOT REQUIRED`;
      await cypher(lab, variant === 'no-user' ? `DROP USER ${user}` : other, system);
    }
  },
  async check(lab) {
    for (const login of await graphLogins(lab))
      if (!(await refused(() => cypher(lab, 'RETURN 1', login), /Unauthorized/))) return false;
    return true;
  },
  async clear(lab) {
    if (await takesLogin(lab, admin)) await putLoginsBack(lab, admin);
    await cypher(lab, `DROP USER ${admin.user} IF EXISTS`, { database: 'system' });
  },
};

/** What agent-manager answers to a registration that proves the token of the platform. */
async function register(lab: Lab): Promise<{ ok: boolean }> {
  const sent = new Date().toISOString().replace(/\.?0*Z$/, 'Z');
  const agent = 'lab-probe';
  const { token, cluster: clusterId } = lab.names;
  const proof = createHmac('sha256', token).update(`${agent}|${clusterId}|${sent}`).digest('hex');
  const message = { agent_id: agent, cluster_id: clusterId, node: 'lab', version: 'lab', sent, proof };
  const subject = lab.names.subject('registration', clusterId);
  const reply = await nats(lab, (one) => one.request(subject, JSON.stringify(message), { timeout: 4000 }));
  return reply.json<{ ok: boolean }>();
}

const agentManager: Refusal = {
  title: 'agent-manager refuses the token of the agents',
  variants: ['other-token', 'cut-token'],
  runtimes: ['kubernetes', 'compose', 'processes'],
  async plant(lab, variant) {
    await lab.setEnv('agent-manager', {
      AGENT_AUTH_TOKEN: variant === 'cut-token' ? lab.names.token.slice(0, -1) : 'lab-agent-token-2',
    });
    // It refuses; that it was restarted for it is no part of the fault.
    await untilAnswers(lab, 'agent-manager');
  },
  async check(lab) {
    const { ok } = await register(lab);
    // Our own question is answered with a row and a key once the token is right.
    if (ok) {
      await pg(lab, `DELETE FROM agents WHERE id = 'lab-probe'`);
      await redis(lab, (client) => client.del('agent:lab-probe'));
    }
    return !ok;
  },
  clear: (lab) => lab.reset('agent-manager'),
};

/** A program whose login is wrong: by environment, seen in its own log. */
function wrongLogin(
  part: LabPart,
  title: string,
  logins: Readonly<Record<string, { readonly env: Readonly<Record<string, string>>; readonly says: RegExp }>>,
): Refusal {
  const variants = Object.keys(logins) as [string, string];
  return {
    title,
    variants,
    runtimes: ['kubernetes', 'compose', 'processes'],
    plant: (lab, variant) => lab.setEnv(part, logins[variant]?.env ?? {}),
    async check(lab, variant) {
      const { says = /^$/ } = logins[variant] ?? {};
      if (part === 'reasoning-service') return says.test(await saidOfGraph(lab));
      return says.test(await recentLog(lab, part, 20));
    },
    clear: (lab) => lab.reset(part),
  };
}

const databaseSays = /password authentication failed|28P01/i;
const natsSays = /authorization violation|auth(entication|orization) (failed|error|timeout)/i;

const refusals: Partial<Record<LabPart, Refusal>> = {
  postgres,
  redis: redisServer,
  nats: natsServer,
  neo4j: neo4jServer,
  'agent-manager': agentManager,
  'orchestrator-service': wrongLogin(
    'orchestrator-service',
    'orchestrator-service is refused by what it needs',
    {
      'database-password': { env: { DATABASE_PASSWORD: 'postgres_pas' }, says: databaseSays },
      'nats-password': { env: { NATS_PASSWORD: 'nats' }, says: natsSays },
    },
  ),
  'reasoning-service': wrongLogin('reasoning-service', 'reasoning-service is refused by Neo4j', {
    'other-password': { env: { NEO4J_PASSWORD: 'neo4j' }, says: /unauthori[sz]ed|authentication/i },
    'other-user': { env: { NEO4J_USER: 'graph' }, says: /unauthori[sz]ed|authentication/i },
  }),
  'collect-agent': wrongLogin('collect-agent', 'the collect agent is refused', {
    'nats-password': { env: { NATS_PASSWORD: 'nats_password' }, says: natsSays },
    'other-token': {
      env: { AGENT_AUTH_TOKEN: 'lab-agent-token-0' },
      says: /registration (failed|refused).*(token|proof|refused|invalid)/i,
    },
  }),
};

export const partRefusing: readonly Fault[] = Object.entries(refusals).map(([part, one]) =>
  defineFault({
    id: `part.${part}.refusing`,
    title: one.title,
    variants: one.variants,
    runtimes: one.runtimes ?? ['kubernetes', 'compose', 'processes'],
    within: 30,
    plant: one.plant,
    check: one.check,
    clear: one.clear,
  }),
);
