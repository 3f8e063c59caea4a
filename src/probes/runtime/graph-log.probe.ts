import { z } from 'zod';
import { AppError } from '../../domain/kernel/errors.ts';
import { present } from '../../domain/kernel/present.ts';
import { shortened } from '../../domain/kernel/text.ts';
import { defineProbe } from '../../domain/probe/probe.ts';
import type { Targets, With } from '../../domain/probe/targets/targets.ts';
import { excerpt, logLines, recentLog } from '../support/log-lines.ts';

const aboutGraph = /neo4j|knowledge graph|bolt/i;
const trouble = /failed|unavailable|not available|refused|unauthori[sz]ed|authentication|cannot|error/i;
const refused = /unauthori[sz]ed|authentication (?:failure|failed|rate)|AuthError|credentials/i;
const fine = /knowledge graph is ready|neo4j connected|connected to neo4j/i;

export const runtimeGraphLog = defineProbe({
  id: 'runtime.graph-log',
  doc: `What does reasoning-service's log say about Neo4j, with the credentials that it uses itself?

Reads the last lines about Neo4j; the latest complaint decides.
That it says it is connected shows nothing, because a program may say so before it has tried.
After a complaint such a line leaves the answer open, unless Neo4j itself has a session of its driver since then.
It distinguishes a refusal of the service's own credentials from a failed connection.`,
  params: z.strictObject({
    minutes: z.number().positive().max(120).default(10).describe('How far to look back, in minutes.'),
  }),
  part: 'reasoning-service',
  needs: ['runtime'],
  timeoutMs: 8_000,
  emits: ['GRAPH_CREDENTIALS_REFUSED', 'GRAPH_CONNECTION_FAILS'],
  async run(
    { minutes },
    { deps, signal }: { deps: With<'runtime'> & Pick<Targets, 'neo4j'>; signal: AbortSignal },
  ) {
    const instance = (await deps.runtime.instances('reasoning-service', { signal })).at(-1);
    if (instance === undefined) return { status: 'skipped', reason: 'no-data' };
    const text = await recentLog(deps.runtime, instance, { signal, tail: 800, minutes });
    const said = logLines(text).filter(
      (line) => aboutGraph.test(line.raw) && (trouble.test(line.raw) || fine.test(line.raw)),
    );
    const last = said.findLast((line) => !fine.test(line.raw));
    if (last === undefined) return { status: 'healthy', facts: { lines: said.length } };
    if (last !== said.at(-1) && (await holdsSession(deps, last.time, signal)))
      return { status: 'healthy', facts: { lines: said.length } };
    if (last !== said.at(-1))
      throw new AppError('NOT_FOUND', 'the log claims a connection after a complaint', {
        facts: { reason: 'graph-claim', message: shortened(last.message, 200) },
      });
    const evidence = excerpt(`log ${instance.name}`, said, trouble, 3);
    return {
      status: 'unhealthy',
      findings: [
        {
          code: refused.test(last.raw) ? 'GRAPH_CREDENTIALS_REFUSED' : 'GRAPH_CONNECTION_FAILS',
          severity: 'critical',
          part: 'neo4j',
          subject: instance.name,
          facts: { message: shortened(last.message, 200) },
          ...present({ excerpts: evidence === undefined ? undefined : [evidence], since: last.time }),
        },
      ],
    };
  },
});

/**
 * Whether Neo4j has let in a Python driver, the service's own language, after this moment (ISO time): its credentials
 * are taken. `dbms.listConnections` gives no `username` before that (Neo4j operations manual); it is for administrators,
 * and who may not call it leaves the question open.
 */
async function holdsSession(
  { neo4j }: Pick<Targets, 'neo4j'>,
  since: string | undefined,
  signal: AbortSignal,
): Promise<boolean> {
  if (neo4j === undefined || since === undefined) return false;
  const rows = await neo4j
    .run<{ agent: string | null; username: string | null; at: string }>(
      `CALL dbms.listConnections() YIELD connectTime, username, userAgent
       RETURN userAgent AS agent, username AS username, toString(connectTime) AS at`,
      {},
      { signal },
    )
    .catch(() => []);
  return rows.some(
    ({ agent, username, at }) =>
      (agent ?? '').startsWith('neo4j-python/') &&
      (username ?? '') !== '' &&
      Date.parse(at) >= Date.parse(since),
  );
}
