/** The facts of an incident on a real PostgreSQL, read with the bot's own login, after a fix that really ran its states. */
import { beforeEach, describe, expect, it } from 'vitest';
import { timelineAnswer, timelineFile } from '../../../src/bot/views/timeline.view.ts';
import { systemIds } from '../../../src/platform/process/clock.ts';
import { kindRole } from '../../../src/platform/store/connection.ts';
import type { Timeline, TimelineQuery, TimelineService } from '../../../src/services/timeline/contract.ts';
import { createTimelineService } from '../../../src/services/timeline/timeline.service.ts';
import { wordsIn } from '../../../src/text/words.ts';
import { createHarness, type Harness } from '../../support/approvals.ts';
import { type TestDatabase, usePostgres } from '../../support/postgres.ts';

const postgres = usePostgres();
let database: TestDatabase;
let h: Harness;
let timelines: TimelineService;

const secret = 'Tr0ub4dor-and-3-more';
const hostile = `Redis|<!channel> [x](https://evil.example) postgres://app:${secret}@db:5432/app`;
const thread = { channel: 'C0INC', threadTs: '1700000000.000100' } as const;

beforeEach(async () => {
  database = await postgres.migrated();
  h = createHarness(database.store());
  timelines = createTimelineService({
    store: database.store({
      ...{ database: { url: await database.kindUrl('bot') }, role: kindRole('bot') },
    }),
    directory: h.common.directory,
  });
});

const found = async (query: TimelineQuery): Promise<Timeline> => {
  const timeline = await timelines.find(query);
  if (timeline === undefined) throw new Error('no timeline');
  return timeline;
};
const kinds = ({ facts }: Timeline) =>
  facts.map((fact) => (fact.kind === 'fix' ? `fix.${fact.what}` : fact.kind));
const words = wordsIn('en');

/** A message of a run that Slack has taken. */
async function message(place: { channel: string; ts: string; threadTs?: string }, runId?: string) {
  const id = systemIds.uuid();
  await database.sql(
    `INSERT INTO messages (id, purpose, run_id, channel, ts, thread_ts) VALUES ($1, 'root', $2, $3, $4, $5)`,
    [id, runId ?? null, place.channel, place.ts, place.threadTs ?? null],
  );
  return id;
}

/** An incident as its tables hold it, with a text in it that a target has made up, past the gate of the store. */
async function incident(more: { channel?: string; ts?: string; runId?: string; environment?: string } = {}) {
  const { channel = thread.channel, ts = thread.threadTs, runId, environment = 'prod' } = more;
  const [id, messageId] = [systemIds.uuid(), await message({ channel, ts }, runId)];
  await database.sql(
    `INSERT INTO incidents (id, environment, symptom, channel, language, message_id, run_id, alerts, said, names)
     VALUES ($1, $2, 'D3', $3, 'en', $4, $5, 1, 1, '[]')`,
    [id, environment, channel, messageId, runId ?? null],
  );
  for (const status of ['firing', 'resolved'])
    await database.sql(
      `INSERT INTO alerts (environment, fingerprint, starts_at, status, name, labels, notes, incident_id)
       VALUES ($1, $2, '2026-12-02T09:00:00Z', $3, $4, '{}', '{}', $5)`,
      // The end of an alert has its incident by its begin alone.
      [environment, id, status, hostile, status === 'firing' ? id : null],
    );
  return id;
}

/** A fix that UREQ asked for, ULEAD approved, and a worker applied and verified. */
async function applied() {
  const { id } = await h.approved();
  await h.execute(id);
  return h.row(id);
}

describe('the timeline of a thread', () => {
  it('has the alerts, the run, what people decided, what was done and what was muted, and tells who', async () => {
    const fix = await applied();
    await incident({ runId: fix.runId ?? '' });
    await database.sql(
      `INSERT INTO mutes (id, environment, part, finding_code, severity, kind, while_there, until, reason, by)
       VALUES ($1, 'prod', 'redis', 'NO_MEMORY_LIMIT', 'warning', 'mute', false, now() + interval '1 hour',
         'planned', '{"teamId":"T0HOME","userId":"UONCALL","via":"slack"}')`,
      [systemIds.uuid()],
    );
    const timeline = await found({ place: thread });

    expect(timeline).toMatchObject({ environment: 'prod', of: 'thread', incidents: 1, left: false });
    expect(kinds(timeline)).toEqual([
      'run-asked',
      'fix.requested',
      'fix.approved',
      'fix.executing',
      'step',
      'fix.verifying',
      'fix.succeeded',
      'incident-began',
      'alert-fires',
      'alert-over',
      'muted',
    ]);
    expect(timeline.facts).toMatchObject([
      {},
      { by: 'T0HOME:UREQ', reason: 'because' },
      { by: 'T0HOME:ULEAD' },
      ...Array.from({ length: 8 }, () => ({})),
    ]);
    expect(timeline.file).toEqual(thread);
  });

  it('says what came back within the hour after the fix', async () => {
    const fix = await applied();
    await incident({ runId: fix.runId ?? '' });
    const watched = JSON.stringify({ turn: 3, gone: true, came: { what: 'cause', at: fix.finishedAt } });
    await database.sql(`UPDATE remediations SET outcome = outcome || $2 WHERE id = $1`, [
      fix.id,
      JSON.stringify({ watched }),
    ]);

    expect(kinds(await found({ place: thread }))).toContain('came-back');
  });

  it('of no incident is of its runs; of several incidents it says how many; of none it is the newest of the environment', async () => {
    const fix = await applied();
    await message({ channel: 'C0INC', ts: '1800000000.1' }, fix.runId);
    const alone = await found({ place: { channel: 'C0INC', threadTs: '1800000000.1' } });
    expect(alone).toMatchObject({ of: 'runs', incidents: 0, environment: 'prod' });
    expect(kinds(alone)).toContain('fix.approved');

    await incident();
    await incident();
    expect(await found({ place: thread })).toMatchObject({ of: 'thread', incidents: 2 });

    const elsewhere = { channel: 'C0INC', threadTs: '1900000000.1' };
    expect(await found({ place: elsewhere, usual: 'prod' })).toMatchObject({ of: 'newest', incidents: 1 });
    // A thread of another environment than the one that was named does not count.
    expect(await timelines.find({ place: thread, environment: 'stage', usual: 'stage' })).toBeUndefined();
    expect(await timelines.find({ place: elsewhere, usual: 'stage' })).toBeUndefined();
  });
});

describe('what stands in a private place', () => {
  it('is told there alone: neither its incident nor its fixes are told elsewhere', async () => {
    h.directory.closed.add('C0SECRET');
    await incident({ channel: 'C0SECRET' });
    const elsewhere = { place: { channel: 'C0OTHER' }, usual: 'prod' };
    expect(await timelines.find(elsewhere)).toBeUndefined();
    expect(await found({ place: { channel: 'C0SECRET' }, usual: 'prod' })).toMatchObject({ incidents: 1 });

    const fix = await applied();
    await database.sql(`UPDATE runs SET surface = surface || '{"channel":"C0SECRET"}' WHERE id = $1`, [
      fix.runId,
    ]);
    await incident({ runId: fix.runId ?? '' });
    await database.sql(
      `UPDATE remediations SET surface = surface || '{"channel":"C0SECRET"}' WHERE id = $1`,
      [fix.id],
    );
    const told = await found(elsewhere);
    expect(told).toMatchObject({ of: 'newest', left: true });
    expect(kinds(told)).toEqual(['incident-began', 'alert-fires', 'alert-over']);
  });

  it('and what Slack cannot tell of counts as private', async () => {
    await incident({ channel: 'C0INC' });
    h.directory.down = 'slack-unavailable';
    expect(await timelines.find({ place: { channel: 'C0OTHER' }, usual: 'prod' })).toBeUndefined();
  });
});

describe('the file', () => {
  it('stands in the thread, with every fact and without a secret or a meaning in the text of others', async () => {
    const fix = await applied();
    await incident({ runId: fix.runId ?? '' });
    const timeline = { ...(await found({ place: thread })), inThread: true };
    const name = 'timeline-prod.md';
    await timelines.attach(timeline, { name, text: timelineFile(timeline, words) });

    const [file] = await database.sql<{
      payload: { channel: string; threadTs: string; filename: string; content: string };
    }>("SELECT payload FROM outbox WHERE kind = 'upload'");
    expect(file?.payload).toMatchObject({ ...thread, filename: name });
    const { content = '' } = file?.payload ?? {};
    expect(content.match(/^\| \d{4}-/gm)).toHaveLength(timeline.facts.length);
    expect(content).toContain('| ULEAD |');
    const text = JSON.stringify(timelineAnswer(timeline, name, words));
    for (const shown of [content, text]) expect(shown).not.toContain(secret);
    expect(text).not.toMatch(/<!channel>|<https:\/\/evil/);
    expect(content).not.toMatch(/[^\\]<!|https:\/\/evil/);
  });
});
