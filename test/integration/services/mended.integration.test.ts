/** Answers whose findings are mended, on a real PostgreSQL: each says so once, whoever looks, and whoever is cut off. */
import { beforeEach, describe, expect, it } from 'vitest';
import { rendererOf } from '../../../src/bot/views/renderer.ts';
import type { HealthReport } from '../../../src/domain/health/health.ts';
import type { Look } from '../../../src/domain/health/mended.ts';
import { asInGuide } from '../../../src/domain/platform/platform.ts';
import { findingKey } from '../../../src/domain/probe/finding.ts';
import type { ProbeOutcome } from '../../../src/domain/probe/probe.ts';
import { questionsOf } from '../../../src/domain/probe/question.ts';
import type { RunKind } from '../../../src/domain/run/run.ts';
import { framedBy } from '../../../src/main/incidents.ts';
import type { Shared } from '../../../src/main/shared.ts';
import { systemClock, systemIds } from '../../../src/platform/process/clock.ts';
import { kindRole } from '../../../src/platform/store/connection.ts';
import type { PostgresStore } from '../../../src/platform/store/store.ts';
import { probes } from '../../../src/probes/index.ts';
import { createEndOffers } from '../../../src/services/fix/decide/end-offers.ts';
import { showRepaired } from '../../../src/services/health/health-repaired.service.ts';
import { type Mending, mostAnswers, showMended } from '../../../src/services/mended/mended.service.ts';
import { createHarness } from '../../support/approvals.ts';
import { type TestDatabase, usePostgres } from '../../support/postgres.ts';
import { aFinding, aReport, aRow } from '../../support/slack-views.ts';

const postgres = usePostgres();
let database: TestDatabase;
let store: PostgresStore;
/** As the login of a worker. */
let worker: PostgresStore;
beforeEach(async () => {
  database = await postgres.migrated();
  store = database.store();
  worker = database.store({
    ...{ database: { url: await database.kindUrl('worker') }, role: kindRole('worker') },
  });
});

const red = (part: 'redis' | 'nats' = 'redis'): HealthReport =>
  aReport({
    ...{ overall: 'findings', roots: [part] },
    rows: [aRow({ part, state: 'degraded', findings: [aFinding({ part })] })],
  });
const asked = (part: 'redis' | 'nats', findings: ProbeOutcome['findings'] = []): ProbeOutcome => ({
  ...{ key: `${part}.memory`, probe: `${part}.memory`, part, facts: {}, durationMs: 1, findings },
  status: findings.length === 0 ? 'healthy' : 'unhealthy',
  startedAt: new Date().toISOString(),
});
const well: Look = {
  report: aReport({ rows: [aRow({ part: 'redis' }), aRow({ part: 'nats' })] }),
  outcomes: [asked('redis'), asked('nats')],
};
/** What the probes said behind such a report. */
const behind = (summary: unknown): readonly ProbeOutcome[] =>
  (['redis', 'nats'] as const).flatMap((part) => {
    const row = (summary as Partial<HealthReport>).rows?.find((one) => one.part === part);
    return row === undefined || row.findings.length === 0 ? [] : [asked(part, row.findings)];
  });

/** An answer that was over a minute ago. */
async function answered(
  summary: unknown,
  more: { readonly id?: string; readonly kind?: RunKind; readonly outcomes?: readonly ProbeOutcome[] } = {},
): Promise<string> {
  const { id = systemIds.uuid(), kind = 'health' } = more;
  await store.tx(async (tx) => {
    if (more.id === undefined)
      await tx.runs.insert({
        ...{ id, kind, environment: 'prod', params: {}, source: 'slash' },
        surface: { teamId: 'T1', channel: 'C1', language: 'en' },
      });
    await tx.runs.saveOutcomes(id, more.outcomes ?? behind(summary));
    await tx.messages.post({
      ...{ id: systemIds.uuid(), purpose: 'root', channel: 'C1', runId: id, urgency: 'answer' },
      rendered: { text: ':octagonal_sign: *prod*: Redis is full.', blocks: [] },
    });
  });
  await database.sql(
    `UPDATE runs SET kind = $2, state = 'complete', summary = $3, finished_at = clock_timestamp() - interval '1 minute'
     WHERE id = $1`,
    [id, kind, JSON.stringify(summary)],
  );
  return id;
}

const none: Mending = { endOffers: () => Promise.resolve(), questionOf: questionsOf(probes) };
const look = (seen: Look, mending = none, by = worker) =>
  by.tx(async (tx) => showMended(tx, 'prod', { ...seen, began: await tx.now() }, mending));
const mended = async (): Promise<readonly string[]> =>
  (await database.sql<{ id: string }>('SELECT id FROM runs WHERE mended_at IS NOT NULL')).map(({ id }) => id);
/** Renders of the first message of a run, the first one included. */
const renders = async (id: string): Promise<number> =>
  (
    await database.sql(
      "SELECT FROM outbox AS o JOIN messages AS m ON m.id = o.message_id WHERE m.run_id = $1 AND m.purpose = 'root'",
      [id],
    )
  ).length;
const shownNow = async (id: string) => {
  const [root] = await store.tx((tx) => tx.messages.find({ runId: id, purpose: 'root' }));
  if (root === undefined) throw new Error('no message');
  const framed = framedBy({ store, config: { environments: {} } } as unknown as Shared);
  return framed({ text: ':octagonal_sign: *prod*: Redis is full.' }, { ...root, runId: id, sentVersion: 1 });
};

describe('an answer whose findings a newer look has seen well', () => {
  it('says since when, once, however often it is looked at', async () => {
    const id = await answered(red());
    expect((await shownNow(id)).text).toMatch(/^:octagonal_sign:/);
    await look(well);
    await look(well);
    expect(await mended()).toEqual([id]);
    expect(await renders(id)).toBe(2);
    expect((await shownNow(id)).text).toMatch(/^:large_green_circle: \*Mended at/);
  });

  it('is edited by one of two looks at the same moment', async () => {
    const id = await answered(red());
    await Promise.all([look(well), look(well), look(well)]);
    expect(await renders(id)).toBe(2);
  });

  it('is as it was where the look was not stored, and is edited by the next one', async () => {
    const id = await answered(red());
    const cut = worker.tx(async (tx) => {
      await showMended(tx, 'prod', { ...well, began: await tx.now() }, none);
      throw new Error('cut off');
    });
    await expect(cut).rejects.toThrow('cut off');
    expect(await mended()).toEqual([]);
    expect(await renders(id)).toBe(1);
    await look(well);
    expect(await renders(id)).toBe(2);
  });

  it('is left alone by a look that began before it was over, of another environment, or that saw less', async () => {
    const id = await answered(red());
    await worker.tx((tx) => showMended(tx, 'prod', { ...well, began: new Date(Date.now() - 120_000) }, none));
    await worker.tx(async (tx) => showMended(tx, 'stage', { ...well, began: await tx.now() }, none));
    await look({ report: aReport({ rows: [aRow({ part: 'nats' })] }), outcomes: [] });
    // What had found it could not look: that the rest is well says nothing of it.
    await look({ ...well, outcomes: [{ ...asked('redis'), status: 'inconclusive' }] });
    expect(await mended()).toEqual([]);
    expect(await renders(id)).toBe(1);
  });

  it('is among the newest: no more are edited after one look', async () => {
    for (let i = 0; i < mostAnswers + 2; i += 1) await answered(red());
    await look(well);
    expect(await mended()).toHaveLength(mostAnswers);
  });

  it('may be that of a diagnosis, whose evidence a health check asks again with the same limits', async () => {
    const found = aFinding();
    const outcome: Omit<ProbeOutcome, 'status' | 'findings'> = {
      ...{ key: 'redis.memory', probe: 'redis.memory', facts: {}, durationMs: 1 },
      part: 'redis',
      startedAt: new Date().toISOString(),
    };
    const causes = [{ id: 'D3.a', part: 'redis', verdict: 'confirmed', for: [findingKey(found)] }];
    const id = await answered(
      { overall: 'cause-found', diagnoses: ['D3'], causes },
      { kind: 'diagnose', outcomes: [{ ...outcome, status: 'unhealthy', findings: [found] }] },
    );
    const seen = (status: 'healthy' | 'inconclusive', percent: number): Look => ({
      ...well,
      outcomes: [{ ...outcome, key: `redis.memory(percent=${percent})`, status, findings: [] }],
    });
    await look(seen('inconclusive', 90));
    await look(seen('healthy', 95));
    expect(await mended()).toEqual([]);
    await look(seen('healthy', 90));
    expect(await mended()).toEqual([id]);
  });

  it('offers nothing any more, and says why', async () => {
    const h = createHarness(store, { workerStore: worker });
    const offer = await h.offered();
    await answered(red(), { id: offer.runId ?? '' });
    await look(well, { ...none, endOffers: createEndOffers(h.common) });
    const ended = await h.row(offer.id);
    expect(ended).toMatchObject({ state: 'expired', outcome: { reason: 'mended' } });
    const card = { remediation: ended, approvals: [], steps: [], needed: 1, buttons: {}, now: new Date() };
    for (const [language, text] of [
      ['en', 'is mended already'],
      ['zh-CN', '问题已经消失'],
    ] as const)
      expect(JSON.stringify(rendererOf(() => asInGuide).remediation(card, language))).toContain(text);
    expect((await h.audit.verify()).verdict).toBe('intact');
  });
});

describe('an answer whose findings a fix has repaired', () => {
  const renderer = rendererOf(() => asInGuide);
  const onVerdict = (tx: Parameters<typeof showRepaired>[0], row: Parameters<typeof showRepaired>[1]) =>
    showRepaired(tx, row, { renderer, clock: systemClock, ids: systemIds });

  it('names it, in the transaction of its verdict', async () => {
    const h = createHarness(store, { workerStore: worker });
    const { id, runId = '', handle, plan } = await h.approved();
    await answered(red(plan.part === 'nats' ? 'nats' : 'redis'), { id: runId });
    await h.execute(id, 'worker-1', { onVerdict });
    expect((await h.row(id)).state).toBe('succeeded');
    expect(await mended()).toEqual([runId]);
    expect((await shownNow(runId)).text).toContain(`\`${handle}\``);
    const edits = await renders(runId);
    await look(well);
    expect(await renders(runId)).toBe(edits);
  });
});
