/** S7: the knowledge graph is not available to reasoning-service. */

import { setTimeout as delay } from 'node:timers/promises';
import { waitFor } from '../components/process.ts';
import { isKubernetes } from '../runtimes/kubernetes.ts';
import type { Fault, Lab } from '../types.ts';
import { graphLogins, putLoginsBack, takesLogin } from './graph.ts';
import { limit, saidOfGraph, untilAnswers } from './services.ts';
import { cypher, defineFault } from './support.ts';

const reasoning = 'reasoning-service';
const part = 'neo4j';

const boltAnswers = async (lab: Lab) => takesLogin(lab, (await graphLogins(lab))[0]);

/** A start takes 10 s on an idle machine; the fault is over when Neo4j answers. */
async function putBack(lab: Lab): Promise<void> {
  await lab.reset(part);
  await waitFor(() => boltAnswers(lab), { seconds: 180, what: 'Neo4j to answer', every: 300 });
}

/** Whether a process of Neo4j lives through a second. */
async function staysUp(lab: Lab): Promise<boolean> {
  const first = await lab.pids(part);
  await delay(1000);
  const now = await lab.pids(part);
  return first.some((pid) => now.includes(pid));
}

const graphNotReady = defineFault({
  id: 'S7.a',
  title: 'Neo4j is still starting',
  variants: ['cpu-60m', 'cpu-110m'],
  runtimes: ['kubernetes', 'compose'],
  within: 60,
  // Its start takes some 15 s of CPU: minutes, with that share of a core.
  plant: (lab, variant) => limit(lab, part, { cpu: variant === 'cpu-60m' ? 0.06 : 0.11 }),
  check: async (lab) => (await staysUp(lab)) && !(await boltAnswers(lab)),
  clear: putBack,
});

const rotated = 'neo4j_pass_rotated';

const graphPassword = defineFault({
  id: 'S7.b',
  title: 'reasoning-service has another password than Neo4j',
  variants: ['service-outdated', 'neo4j-rotated'],
  runtimes: ['kubernetes', 'compose', 'processes'],
  within: 60,
  async plant(lab, variant) {
    const { password } = (await lab.endpoints()).neo4j;
    if (variant === 'neo4j-rotated') {
      await cypher(lab, `ALTER CURRENT USER SET PASSWORD FROM '${password}' TO '${rotated}'`, {
        database: 'system',
      });
      // Connections that are open stay logged in.
      await lab.restart(reasoning);
    } else if (isKubernetes(lab)) {
      const { name, key } = lab.names.secret('neo4j');
      const patch = JSON.stringify({ stringData: { [key]: 'neo4j' } });
      await lab.kubectl(['patch', 'secret', name, '-n', lab.namespace, '-p', patch]);
      await lab.restart(reasoning);
    } else await lab.setEnv(reasoning, { NEO4J_PASSWORD: 'neo4j' });
    await untilAnswers(lab, reasoning);
  },
  check: async (lab) => /AuthError|Unauthorized|authentication/i.test(await saidOfGraph(lab)),
  async clear(lab) {
    const [platform, bot] = await graphLogins(lab);
    // After a fix it is one that nobody knows: whoever else logs in may set it.
    await putLoginsBack(lab, bot ?? { ...platform, password: rotated });
    if (isKubernetes(lab))
      for (const name of [lab.names.secret('neo4j').name, lab.names.firstLogin])
        if (name !== undefined) await lab.restore('Secret', name);
    await lab.reset(reasoning);
    await untilAnswers(lab, reasoning);
  },
});

const graphDown = defineFault({
  id: 'S7.c',
  title: 'Neo4j is down',
  variants: ['stopped', 'crashing'],
  runtimes: ['kubernetes', 'compose'],
  within: 60,
  async plant(lab, variant) {
    if (variant === 'stopped') await lab.stop(part);
    // More heap than any machine has: the JVM refuses at once.
    else await lab.setEnv(part, { NEO4J_HEAP: '900t' });
  },
  check: async (lab) => !(await staysUp(lab)) && !(await boltAnswers(lab)),
  clear: putBack,
});

export const neo4jConnection: readonly Fault[] = [graphNotReady, graphPassword, graphDown];
