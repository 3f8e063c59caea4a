import { z } from 'zod';
import { defineProbe, type ProbeContext } from '../../domain/probe/probe.ts';
import type { With } from '../../domain/probe/targets/targets.ts';
import { verdict } from '../support.ts';
import { askAnywhere, hiddenSessions } from './databases.ts';

const params = z.strictObject({
  seconds: z.number().positive().max(8).default(5).meta({
    description: 'Age below which a connection is young, in seconds; a pool keeps them for longer.',
  }),
});
type Params = z.output<typeof params>;
type Deps = Pick<With<'postgres'>, 'postgres'>;

/** Fewer are no shortage, whoever opens them. */
const FEW = 10;

interface Ages {
  readonly application: string;
  readonly sessions: number;
  readonly young: number;
}
const AGES = `
SELECT coalesce(nullif(application_name, ''), '(no name)') AS application, count(*)::int AS sessions,
       (count(*) FILTER (WHERE backend_start > clock_timestamp() - make_interval(secs => $1)))::int AS young
  FROM pg_stat_activity WHERE backend_type = 'client backend' OR (${hiddenSessions})
 GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 1`;

const areYoung = ({ sessions, young }: Ages) => sessions >= FEW && young * 2 > sessions;

export const postgresSessionAges = defineProbe({
  id: 'postgres.session-ages',
  doc: `Are the connections of the application that has the most of them kept, or do they come and go?
Looks how many are younger than some seconds, and, where most are, once more after that time.
A pool that was just opened is still there then; where most are young again, the program opens a connection for each use.`,
  params,
  part: 'postgres',
  needs: ['postgres'],
  timeoutMs: 15_000,
  emits: ['PG_CONNECTIONS_PASSING'],
  async run({ seconds }: Params, { deps, signal, wait }: ProbeContext<Deps>) {
    const look = async () => (await askAnywhere<Ages>(deps.postgres, AGES, [seconds], { signal }))[0];
    const first = await look();
    if (first === undefined) return { status: 'skipped', reason: 'no-data' };
    if (!areYoung(first)) return verdict([], { ...first });
    await wait(seconds * 1_000 + 250);
    const later = await look();
    if (later === undefined || !areYoung(later) || later.application !== first.application)
      return verdict([], { ...(later ?? first) });
    return verdict([
      {
        code: 'PG_CONNECTIONS_PASSING',
        severity: 'warning',
        part: 'postgres',
        subject: later.application,
        facts: { ...later, seconds },
      },
    ]);
  },
});
