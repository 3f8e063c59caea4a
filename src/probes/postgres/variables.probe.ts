import { z } from 'zod';
import { AppError } from '../../domain/kernel/errors.ts';
import { configuredIds } from '../../domain/platform/part.ts';
import type { Finding } from '../../domain/probe/finding.ts';
import { defineProbe, type ProbeContext } from '../../domain/probe/probe.ts';
import type { Instance } from '../../domain/probe/targets/runtime.ts';
import type { With } from '../../domain/probe/targets/targets.ts';
import { ownAddresses } from '../support/part-addresses.ts';
import { verdict } from '../support.ts';
import { askAnywhere, clientSessions } from './databases.ts';

const params = z.strictObject({});
type Deps = Pick<With<'postgres' | 'runtime'>, 'postgres' | 'runtime' | 'compose'>;

export const postgresVariables = defineProbe({
  id: 'postgres.variables',
  doc: `Are the sessions of a program in the database that its variables name?
Takes the variables of each program that are an address of PostgreSQL with a database.
PostgreSQL tells in which databases the container at this address has sessions.
It is a finding where the container has sessions, all of them in other databases than the named one.
Without a session, or behind a pooler, it could not check; variables of a Secret are not read.`,
  params,
  part: 'postgres',
  needs: ['postgres', 'runtime'],
  timeoutMs: 10_000,
  emits: ['VARIABLE_NOT_FOLLOWED'],
  async run(_params: z.output<typeof params>, { deps, signal }: ProbeContext<Deps>) {
    const { postgres, runtime, compose } = deps;
    const [rows, containers, ...all] = await Promise.all([
      askAnywhere<{ database: string; address: string; sessions: number }>(
        postgres,
        `SELECT datname AS database, host(client_addr) AS address, count(*)::int AS sessions
         FROM pg_stat_activity WHERE ${clientSessions} AND client_addr IS NOT NULL AND datname IS NOT NULL
         GROUP BY 1, 2 ORDER BY 1`,
        [],
        { signal },
      ),
      compose?.containers({ signal }) ?? [],
      ...configuredIds.map((part) => runtime.instances(part, { signal })),
    ]);
    const running = all.flat().filter(({ phase }) => phase === 'running');
    const wanted = running.flatMap((instance) => {
      const addresses = ownAddresses(instance, containers);
      const sessions = rows.filter(({ address }) => addresses.includes(address));
      return named(instance).map((one) => ({ ...one, instance, sessions }));
    });
    const seen = wanted.filter(({ sessions }) => sessions.length > 0);
    const unseen = wanted.filter(({ sessions }) => sessions.length === 0);
    const findings = seen
      .filter(({ database, sessions }) => sessions.every((one) => one.database !== database))
      .map(
        ({ variable, database, instance, sessions }): Finding => ({
          code: 'VARIABLE_NOT_FOLLOWED',
          severity: 'info',
          part: instance.part,
          subject: `${instance.part} ${variable}`,
          facts: {
            ...{ variable, database, container: instance.name },
            used: sessions.map((one) => one.database).join(', '),
            sessions: sessions.reduce((total, one) => total + one.sessions, 0),
          },
        }),
      );
    const facts = { variables: wanted.length, unseen: unseen.length };
    if (findings.length === 0 && unseen.length > 0)
      return {
        status: 'inconclusive',
        cause: new AppError('NOT_FOUND', 'no session of the program was seen', {
          facts: {
            reason: 'sessions-unseen',
            instances: [...new Set(unseen.map(({ instance }) => instance.name))].join(', '),
          },
        }),
        facts,
      };
    return verdict(findings, facts);
  },
});

/** Variables that name a database in an address; where it is that of several programs, that is the same for each. */
function named({ env }: Instance): readonly { readonly variable: string; readonly database: string }[] {
  return Object.entries(env).flatMap(([variable, value]) => {
    const path = /^postgres(?:ql)?:\/\/[^/]+\/([^/?#]+)/.exec(value)?.[1];
    return path === undefined ? [] : [{ variable, database: path }];
  });
}
