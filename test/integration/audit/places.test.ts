import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  places as channels,
  people,
  type SlackEmulator,
  startSlackEmulator,
} from '@aetherius/slack-emulator';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { anchorMessage } from '../../../src/bot/views/anchor.view.ts';
import { anchorMac } from '../../../src/domain/audit/audit.ts';
import { type AuditAnchor, anchorText } from '../../../src/domain/audit/audit-anchor.ts';
import type { RecordState } from '../../../src/domain/audit/record.ts';
import { Secret } from '../../../src/domain/kernel/secret.ts';
import type { AnchorPlace } from '../../../src/domain/ports/anchor-place.ts';
import { fileAnchors } from '../../../src/platform/anchors/file.ts';
import { systemClock } from '../../../src/platform/process/clock.ts';
import { slackAnchors } from '../../../src/platform/slack/anchors.ts';
import { createSlackClient } from '../../../src/platform/slack/client.ts';
import { createSlackGate } from '../../../src/platform/slack/gate.ts';
import type { PostgresStore } from '../../../src/platform/store/store.ts';
import { createAnchoring } from '../../../src/services/audit/anchoring.service.ts';
import { createAuditService } from '../../../src/services/audit/audit.service.ts';
import { createRecordGuard } from '../../../src/services/audit/record-guard.service.ts';
import { wordsIn } from '../../../src/text/words.ts';
import { silentLogger } from '../../support/logger.ts';
import { auditKey, usePostgres } from '../../support/postgres.ts';
import { useS3 } from '../../support/s3.ts';

const postgres = usePostgres();
const s3 = useS3();
const keys = new Map([[auditKey.id, auditKey.secret]]);
const folder = mkdtempSync(join(tmpdir(), 'aetherius-places-'));
let slack: SlackEmulator;
let next = 0;

beforeAll(async () => {
  slack = await startSlackEmulator({});
});
afterAll(async () => {
  await slack.stop();
  rmSync(folder, { recursive: true, force: true });
});

const never = new AbortController().signal;
const newFile = () => join(folder, `anchors-${(next += 1)}.jsonl`);

function bot(
  store: PostgresStore,
  places: readonly AnchorPlace[],
  every = { everyRows: 1, everyMs: 3_600_000 },
) {
  const common = { store, places, keys, logger: silentLogger, clock: systemClock };
  const record = createRecordGuard({ ...common, placeMs: { check: 3_000, quick: 700 } });
  const anchoring = createAnchoring({ ...common, ...every, guard: record, key: auditKey });
  return {
    ...{ store, record, anchoring },
    verify: () => createAuditService({ store, keys, places }).verify(),
  };
}

async function add(store: PostgresStore, rows: number): Promise<void> {
  for (let index = 0; index < rows; index += 1)
    await store.tx((tx) => tx.audit.append({ actor: 'a', actorTeam: 't', action: 'test' }));
}

const said = ({ state, places }: RecordState) => [state, ...places.map(({ status }) => status)];

/** The channel, as a bot with this token posts there; without the outbox, which the test of the product has. */
async function channel(id: string) {
  const client = createSlackClient({
    token: new Secret(slack.botToken),
    gate: createSlackGate({ apiUrl: slack.apiUrl }),
    apiUrl: slack.apiUrl,
  });
  const posted = new Set<string>();
  const place = slackAnchors({
    ...{ client, keys, channel: id },
    async post(anchor, turn) {
      if (posted.has(turn)) return;
      posted.add(turn);
      await client.chat.postMessage({
        channel: id,
        text: anchorMessage(anchor, wordsIn('en')).text,
      });
    },
  });
  return { client, place };
}

function anchor(seq: number, secret: string | Uint8Array = auditKey.secret): AuditAnchor {
  const bare = {
    ...{ seq, hash: String(seq % 10).repeat(64), keyId: auditKey.id, place: 'slack' as const },
    at: new Date(Date.UTC(2026, 10, 28, 8, seq)),
  };
  return { ...bare, mac: anchorMac(secret, bare) };
}

describe('R-L5: an S3 store with object lock', () => {
  it('gives back what was written, with keys of any name, in the order of their times', async () => {
    const place = s3.place(await s3.bucket());
    expect(await place.recent(never)).toEqual([]);
    const written = [3, 1, 2].map((seq) => ({
      ...anchor(seq),
      keyId: `k/1 é'"&-${seq}`,
      place: 's3' as const,
    }));
    for (const one of written) await place.write(one, never, '');
    // The same again is no other one.
    for (const one of written) await place.write(one, never, '');

    const back = await place.recent(never);

    expect(back.map(({ seq }) => seq)).toEqual([1, 2, 3]);
    expect(back).toEqual(written.toSorted((a, b) => a.seq - b.seq));
  });

  it('what is deleted or written over there is still there, and nobody can take it away', async () => {
    const bucket = await s3.bucket();
    const database = await postgres.migrated();
    const live = bot(database.store(), [s3.place(bucket)]);
    await add(live.store, 3);
    await live.anchoring.sweep();
    const dump = await postgres.clone(database);
    await add(live.store, 3);
    await live.anchoring.sweep();
    const listing = await (await s3.call(bucket, '?versions=')).text();
    const objects = [...listing.matchAll(/<Key>([^<]*)<.*?<VersionId>([^<]*)</gs)];
    expect(objects).toHaveLength(2);
    for (const [, key = '', version = ''] of objects) {
      const path = key.split('/').map(encodeURIComponent).join('/');
      expect((await s3.call(bucket, `${path}?versionId=${version}`, { method: 'DELETE' })).status).toBe(403);
      expect((await s3.call(bucket, path, { method: 'PUT', body: '{}' })).status).toBe(200);
      expect((await s3.call(bucket, path, { method: 'DELETE' })).status).toBe(204);
    }

    expect(said(await live.record.check())).toEqual(['confirmed', 'agrees']);
    expect((await live.verify()).verdict).toBe('intact');
    const restored = bot(dump.store(), [s3.place(bucket)]);
    expect(said(await restored.record.check())).toEqual(['held', 'older-state']);
    expect(await restored.verify()).toMatchObject({ verdict: 'older-state', place: 's3' });
    expect(await restored.anchoring.sweep()).toBe(0);
  });

  it('more objects than one listing holds, and others before ours, hide none', async () => {
    const bucket = await s3.bucket();
    const place = s3.place(bucket);
    for (let seq = 1; seq <= 110; seq += 1) await place.write({ ...anchor(seq), place: 's3' }, never, '');
    await s3.call(bucket, 'prod/anchors/0000000000000-nothing', { method: 'PUT', body: 'x' });
    const all: number[] = [];
    for await (const { seq } of place.all(never)) all.push(seq);

    expect(all).toEqual(Array.from({ length: 110 }, (_none, index) => index + 1));
    expect((await place.recent(never)).at(-1)?.seq).toBe(110);
  });

  it('takes nothing into a bucket without object lock, and says so', async () => {
    const place = s3.place(await s3.bucket(false));

    await expect(place.write({ ...anchor(1), place: 's3' }, never, '')).rejects.toMatchObject({
      code: 'DEPENDENCY_UNAVAILABLE',
      facts: { place: 's3' },
    });
    await expect(s3.place('no-such-bucket').recent(never)).rejects.toMatchObject({
      facts: { place: 's3', code: 'NoSuchBucket' },
    });
  });
});

describe('R-L5: a channel of Slack', () => {
  it('counts messages of our own bot that we have signed, and no others', async () => {
    const { client, place } = await channel(channels.incidents);
    await place.write(anchor(1), never, 'a');
    await place.write(anchor(2), never, 'b');
    await place.write(anchor(2), never, 'b');
    // Somebody of the channel repeats an anchor that is newer; the bot's token posts one without the key.
    await slack.control.say({
      user: people.requester,
      channel: channels.incidents,
      text: anchorText(anchor(9)),
    });
    const post = (text: string) => client.chat.postMessage({ channel: channels.incidents, text });
    await post(`\`${anchorText(anchor(8, 'another key'))}\``);
    await post('The head of the audit is well.');

    const found = await place.recent(never);

    expect(found.map(({ seq }) => seq)).toEqual([1, 2]);
    expect(found).toEqual([anchor(1), anchor(2)]);
  });
});

describe('R-L5: places that do not answer, lag, or are written by two bots at once', () => {
  it('an S3 store that is away is unknown, never fine; what it missed comes when it is back', async () => {
    const [bucket, file] = [await s3.bucket(), newFile()];
    const database = await postgres.migrated();
    const live = bot(database.store(), [s3.place(bucket), fileAnchors(file)]);
    const alone = bot(database.store(), [s3.place(bucket)]);
    await add(live.store, 2);
    expect(await live.anchoring.sweep()).toBe(2);
    await s3.stop();
    try {
      expect(said(await alone.record.check())).toEqual(['unconfirmed', 'unreachable']);
      expect((await alone.verify()).verdict).toBe('anchor-unreachable');
      await add(live.store, 2);
      expect(await live.anchoring.sweep()).toBe(1);
      expect(said(await live.record.check())).toEqual(['confirmed', 'unreachable', 'agrees']);
    } finally {
      await s3.start();
    }
    // It lags: that is no contradiction, and the next round brings it up to date.
    expect(said(await live.record.check())).toEqual(['confirmed', 'agrees', 'agrees']);
    expect(await live.anchoring.sweep()).toBe(1);
    expect((await live.verify()).verdict).toBe('intact');
  });

  it('two bots that anchor at once neither double nor disagree', async () => {
    const [bucket, file] = [await s3.bucket(), newFile()];
    const database = await postgres.migrated();
    const { place } = await channel(channels.ops);
    const before = (await place.recent(never)).length;
    const places = () => [s3.place(bucket), fileAnchors(file), place];
    const both = [0, 1].map(() => bot(database.store(), places(), { everyRows: 5, everyMs: 3_600_000 }));
    const [first] = both;
    if (first === undefined) throw new Error('no bot');
    await add(first.store, 5);
    for (let round = 0; round < 4; round += 1) {
      await Promise.all(both.map(({ anchoring }) => anchoring.sweep()));
      await Promise.all(both.map(({ anchoring }) => anchoring.sweep()));
      await Promise.all(both.map(({ store }) => add(store, 3)));
    }
    expect(said(await first.record.check())).toEqual(['confirmed', 'agrees', 'agrees', 'agrees']);
    expect((await first.verify()).verdict).toBe('intact');
    const inChannel = (await place.recent(never)).slice(before).map(({ seq }) => seq);
    expect(inChannel).toEqual([...new Set(inChannel)]);
    expect(inChannel).toEqual([5, 11, 17, 23]);
  });

  it('two bots that anchor one after the other do not repeat each other, and leave no head out', async () => {
    const database = await postgres.migrated();
    const { place } = await channel(channels.general);
    const file = newFile();
    const both = [0, 1].map(() =>
      bot(database.store(), [fileAnchors(file), place], { everyRows: 5, everyMs: 3_600_000 }),
    );
    const [first] = both;
    if (first === undefined) throw new Error('no bot');
    await add(first.store, 5);
    for (let round = 0; round < 3; round += 1) {
      for (const { anchoring } of both) await anchoring.sweep();
      for (const { anchoring } of both) await anchoring.sweep();
      for (const { store } of both) await add(store, 3);
    }
    expect((await place.recent(never)).map(({ seq }) => seq)).toEqual([5, 11, 17]);
    expect((await fileAnchors(file).recent(never)).map(({ seq }) => seq)).toEqual([5, 11, 17]);
  });
});
