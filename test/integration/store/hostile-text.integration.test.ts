import { expect, it } from 'vitest';
import { auditHash } from '../../../src/domain/audit/audit.ts';
import { checkTexts } from '../../../src/domain/audit/texts.ts';
import { type Plan, planHash } from '../../../src/domain/fix/remediation.ts';
import type { Facts } from '../../../src/domain/kernel/facts.ts';
import { Secret } from '../../../src/domain/kernel/secret.ts';
import { wellFormed, wholeJson } from '../../../src/domain/kernel/text.ts';
import type { Inventory } from '../../../src/domain/platform/inventory.ts';
import type { Finding } from '../../../src/domain/probe/finding.ts';
import type { ProbeOutcome } from '../../../src/domain/probe/probe.ts';
import type { WatchState } from '../../../src/domain/watch/watch.ts';
import { systemIds } from '../../../src/platform/process/clock.ts';
import { createDeliveryInbox } from '../../../src/platform/slack/inbox.ts';
import { createAlertSink } from '../../../src/platform/store/alert-sink.ts';
import { plainRedactor } from '../../../src/platform/store/gate.ts';
import { hostile } from '../../support/hostile-text.ts';
import { silentLogger } from '../../support/logger.ts';
import { auditKey, usePostgres } from '../../support/postgres.ts';

const postgres = usePostgres();
const mark = 'hostile:';
const id = (): string => systemIds.uuid();
const soon = (): Date => new Date(Date.now() + 60_000);

/** `name` is for columns with an index, which holds 2,700 bytes. */
function said(text: string): { readonly text: string; readonly name: string; readonly facts: Facts } {
  const name = `${mark}${text.length > 500 ? 'long \u0000' : text}`;
  return { text: mark + text, name, facts: { [mark + text]: mark + text, number: 0.1 } };
}

function planOf(text: string, facts: Facts, target: string): Plan {
  return wholeJson({
    ...{ schemaVersion: 1, actionId: 'redis.set-eviction-policy', actionVersion: 1, environment: 'prod' },
    ...{ part: 'redis', target, identity: { of: text }, params: facts, tier: 2 },
    steps: [{ kind: text, target, from: facts, to: facts, precondition: facts, safety: 'idempotent' }],
    ...{ verifyWith: [{ probe: 'redis.memory' }], verifyWithinMs: 1000, stableForMs: 0 },
    ...{ blast: { key: text, facts }, stepTimeoutMs: 1000, objects: 1 },
  } as Plan);
}

it.each(hostile)(
  '$name is stored in every column, well formed, and nothing of it is lost',
  async ({ text: given }) => {
    const { text, name, facts } = said(given);
    const database = await postgres.migrated();
    const store = database.store();
    const by = { teamId: text, userId: text, via: 'slack' } as const;
    const surface = { teamId: text, channel: text, threadTs: text, language: 'en' } as const;
    const run = {
      id: id(),
      kind: 'health',
      environment: name,
      params: facts,
      source: 'slash',
      requestedBy: by,
      surface,
    } as const;
    const finding = {
      code: text,
      severity: 'critical',
      part: 'redis',
      subject: text,
      facts,
    } as unknown as Finding;
    const outcome = {
      ...{
        key: name,
        probe: text,
        part: text,
        status: 'unhealthy',
        findings: [finding],
        facts,
        reason: text,
      },
      ...{ cause: { code: 'bug', detail: text, facts }, startedAt: new Date(0).toISOString(), durationMs: 1 },
    } as unknown as ProbeOutcome;
    const rendered = { text, blocks: [{ [text]: text }] };
    const inventory = {
      areas: { [text]: facts },
      seenAt: { [text]: text },
      triedAt: text,
    } as unknown as Inventory;
    const watched = { [text]: facts } as unknown as WatchState;

    await store.tx(async (tx) => {
      expect(await tx.runs.insert({ ...run, dedupeKey: name })).toBe(true);
      await tx.bundles.begin(run.id);
      await tx.bundles.given(run.id, text);
      expect(await tx.inbox.accept({ key: `${name}1`, kind: text, payloadDigest: text })).toBe(true);
      await tx.runs.claim(run.id, text, 60_000);
      await tx.runs.saveOutcomes(run.id, [outcome]);
      await tx.runs.finish(run.id, text, 'complete', facts);
      await tx.channels.save({ channel: name, teamId: text, digestAt: text, digestTimezone: text }, by);
      await tx.killSwitches.set(name, { active: true, by, reason: text });
      await tx.directory.save('person', name, facts, new Date());
      await tx.buttons.create({ id: name, purpose: text, planHash: text, data: facts, ttlMs: 60_000 });
      await tx.messages.ephemeral({ channel: name, userId: text, threadTs: text }, rendered);
      await tx.messages.home({ userId: name }, rendered);
      await tx.messages.upload({
        channel: name,
        filename: text,
        title: text,
        content: text,
        encoding: 'utf8',
      });
      await tx.audit.append({
        ...{ actor: text, actorTeam: text, action: text, reason: text, requestIds: [text], facts },
        ...{ policyVersion: text, payloadDigest: text },
      });
      await tx.notify('outbox', name);
      const digest = { channel: name, environment: name, localDate: name, dueAt: soon(), runId: run.id };
      expect(await tx.digests.insert(digest)).toBe(true);
      await tx.digests.finish(run.id, [finding]);
      await tx.messages.post({
        ...{ id: id(), purpose: text, channel: name, threadTs: text, rendered, urgency: 'answer' },
      });
      await tx.remediations.nextFence(name, name);
      await tx.inventories.keep(name, inventory);
      const turn = (await tx.watches.take(name, 0, 0))?.turn ?? 0;
      expect(await tx.watches.finish(name, turn, watched)).toBe(true);
      // Tokens are listed by their owner, whose ids Slack keeps short.
      const token = { id: name, digest: text, owner: { teamId: name, userId: name }, name: text };
      await tx.tokens.insert({ ...token, expiresAt: soon() });
      expect(await tx.tokens.get(name)).toMatchObject(wholeJson({ owner: token.owner, name: text }));
    });

    const read = await store.tx((tx) => tx.runs.get(run.id));
    expect(read).toMatchObject(wholeJson({ ...run, summary: facts }));
    expect(read?.outcomes).toEqual([wholeJson(outcome)]);
    expect(await store.tx((tx) => tx.runs.byDedupeKey(name))).toMatchObject({ id: run.id });
    expect(await store.tx((tx) => tx.channels.get(name))).toMatchObject({ teamId: wellFormed(text) });
    expect(await store.tx((tx) => tx.killSwitches.active(name))).toMatchObject({
      scope: wellFormed(name),
      reason: wellFormed(text),
    });
    expect((await store.tx((tx) => tx.digests.last(name, name)))?.findings).toEqual([wholeJson(finding)]);
    expect((await store.tx((tx) => tx.directory.get('person', name)))?.data).toEqual(wholeJson(facts));
    expect(await store.tx((tx) => tx.buttons.get(name))).toMatchObject(
      wholeJson({ purpose: text, data: facts }),
    );
    expect(await store.tx((tx) => tx.inventories.latest(name))).toMatchObject(wholeJson(inventory));
    expect((await store.tx((tx) => tx.watches.take(name, 0, 0)))?.state).toEqual(wholeJson(watched));
    const payloads = await database.sql<{ payload: unknown }>(
      "SELECT payload FROM outbox WHERE kind <> 'render' ORDER BY seq",
    );
    expect(payloads.map(({ payload }) => payload)).toEqual([
      expect.objectContaining({ rendered: wholeJson(rendered) }),
      expect.objectContaining({ view: wholeJson(rendered) }),
      expect.objectContaining({ content: wellFormed(text) }),
    ]);

    // What was hashed is what is read back.
    const [row] = await store.tx((tx) => tx.audit.rows(1, 1));
    expect(row).toMatchObject(wholeJson({ actor: text, requestIds: [text], facts }));
    const beside = await store.tx((tx) => tx.audit.texts(1, 1));
    expect(beside).toMatchObject([{ field: 'reason', text: wellFormed(text) }]);
    const checked = { keys: new Map([[auditKey.id, auditKey.secret]]), through: 0 };
    expect(row === undefined ? 'no row' : checkTexts(row, beside, checked)).toBeUndefined();
    expect(row === undefined ? '' : auditHash(row, row.prevHash)).toBe(row?.hash);

    const plan = planOf(text, facts, name);
    const fix = { id: id(), handle: name, plan, planHash: planHash(plan), findingKey: text, surface };
    await store.tx(async (tx) => {
      await tx.remediations.insert({ ...fix, offerExpiresAt: soon() });
      const offered = await tx.remediations.lock(fix.id);
      if (offered === undefined) throw new Error('nothing was inserted');
      await tx.remediations.move(offered, 'requested', {
        ...{ requester: by, requesterId: text, reason: text, eligible: [text], policyVersion: text },
        ...{ requestExpiresAt: soon(), outcome: facts, live: facts, evidenceDigest: text },
      });
    });
    await store.tx((tx) =>
      tx.remediations.saveApproval(fix.id, {
        ...{ personId: `${name}2`, person: by, decision: 'approve', planHash: fix.planHash },
        ...{ policyVersion: text, reason: text, payloadDigest: text },
      }),
    );
    expect(await store.tx((tx) => tx.remediations.approvals(fix.id))).toMatchObject([
      wholeJson({ person: by, reason: text, policyVersion: text }),
    ]);
    await store.tx(async (tx) => {
      await tx.remediations.openFollowUp(fix.id, ['T1:U9']);
      expect(await tx.remediations.closeFollowUp(fix.id, { by, personId: text, note: text })).toBe(true);
    });
    expect(await store.tx((tx) => tx.remediations.followUp(fix.id))).toMatchObject(
      wholeJson({ closedBy: by, note: text }),
    );
    const stored = await store.tx((tx) => tx.remediations.get(fix.id));
    expect(stored).toMatchObject(
      wholeJson({ reason: text, requester: by, eligible: [text], outcome: facts }),
    );
    expect(stored === undefined ? '' : planHash(stored.plan)).toBe(fix.planHash);

    const inbox = createDeliveryInbox({
      token: new Secret('xoxb-of-the-tests'),
      database: { url: database.url },
      logger: silentLogger,
    });
    const delivery = { key: `${name}2`, kind: text, digest: text, body: { [text]: text } };
    expect(await inbox.accept(delivery, 5000)).toBe(true);
    expect(await inbox.accept(delivery, 5000)).toBe(false);
    await inbox.sawHome(name, text);
    await database.sql(`UPDATE inbox SET leased_until = clock_timestamp() - interval '1 second'`);
    expect(await inbox.abandoned(9)).toEqual([
      { key: wellFormed(delivery.key), body: wholeJson(delivery.body) },
    ]);
    await inbox.close();

    const sink = createAlertSink({
      ...{
        database: { url: await database.kindUrl('alerts') },
        logger: silentLogger,
        redactorOf: plainRedactor,
      },
    });
    const alert = { startsAt: new Date(0), status: 'firing', name: text } as const;
    const labels = { [text]: text };
    await sink.add(name, [{ ...alert, fingerprint: name, labels, notes: { summary: text } }]);
    await sink.close();
    const incident = { id: id(), environment: name, symptom: name, channel: name, language: 'en' } as const;
    await store.tx(async (tx) => {
      expect(await tx.alerts.waiting(9)).toMatchObject([
        wholeJson({ environment: name, fingerprint: name, name: text, labels, notes: { summary: text } }),
      ]);
      await tx.alerts.open({ ...incident, messageId: id(), runId: id(), alerts: 1, names: [text] });
      await tx.alerts.joined(incident.id, { names: [text], unsaid: [text], count: 1 });
    });
    expect(await store.tx((tx) => tx.alerts.get(incident.id))).toMatchObject(
      wholeJson({ symptom: name, names: [text], unsaid: [text] }),
    );

    const muted = { environment: name, part: name as 'redis', cause: name as 'OOM_KILLED' } as const;
    const mute = { ...muted, id: id(), reason: text, by: { ...by, userId: text } } as const;
    await store.tx((tx) =>
      tx.mutes.add({ ...mute, kind: 'mute', severity: 'warning', whileThere: true, forMs: 60_000 }),
    );
    expect(await store.tx((tx) => tx.mutes.active(name))).toMatchObject([
      wholeJson({ id: mute.id, part: name, cause: name, reason: text, by: { userId: text } }),
    ]);

    // Made of the plan by the database, which hashes what is too long for an index.
    const hashed = text.length > 500 ? ['target_locks.claim'] : [];
    expect(await untouched(database.sql)).toEqual([...notText, ...hashed].toSorted());
  },
  // A megabyte, some forty times, on a busy machine.
  180_000,
);

/** What no hostile text reaches here: digests (also that of a reason) and signatures, names of processes, ids of Slack on their way and words of our own, and steps of a running fix. */
const notText: readonly string[] = [
  'alerts.status',
  'approvals.decision',
  'approvals.plan_hash',
  'approvals.signature',
  'approvals.signed_by',
  'audit_anchors.hash',
  'audit_anchors.key_id',
  'audit_anchors.mac',
  'audit_anchors.place',
  'audit_anchors.reference',
  'audit_head.hash',
  'audit_log.from_state',
  'audit_log.hash',
  'audit_log.key_id',
  'audit_log.mac',
  'audit_log.plan_hash',
  'audit_log.prev_hash',
  'audit_log.reason',
  'audit_log.signature',
  'audit_log.signed_by',
  'audit_log.to_state',
  'audit_texts.field',
  'audit_texts.salt',
  'bundles.sha256',
  'buttons.mac',
  'directory_snapshot.kind',
  'inbox.mac',
  'incidents.language',
  'messages.lost',
  'messages.moved_from',
  'messages.ts',
  'mutes.ended',
  'mutes.evidence',
  'mutes.kind',
  'mutes.severity',
  'outbox.error',
  'outbox.file_id',
  'outbox.kind',
  'outbox.leased_by',
  'outbox.mac',
  'outbox.state',
  'remediation_steps.direction',
  'remediation_steps.facts',
  'remediation_steps.outcome',
  'remediations.action_id',
  'remediations.environment',
  'remediations.image_version',
  'remediations.lease_owner',
  'remediations.plan_hash',
  'remediations.reminders',
  'remediations.seal',
  'remediations.sealed_by',
  'remediations.state',
  'run_probes.status',
  'runs.error',
  'runs.kind',
  'runs.source',
  'runs.state',
  'signing_start.hash',
  'signing_start.signature',
  'signing_start.signed_by',
  'slack_sockets.process',
  'temporary_changes.outcome',
];

async function untouched(
  sql: (text: string) => Promise<readonly Record<string, unknown>[]>,
): Promise<readonly string[]> {
  const columns = (await sql(
    `SELECT table_name, column_name FROM information_schema.columns
     WHERE table_schema = 'public' AND data_type IN ('text', 'jsonb') ORDER BY table_name, column_name`,
  )) as readonly { readonly table_name: string; readonly column_name: string }[];
  const left: string[] = [];
  for (const { table_name: table, column_name: column } of columns) {
    const [row] = await sql(
      `SELECT count(*)::int AS n FROM "${table}" WHERE "${column}"::text LIKE '%${mark}%'`,
    );
    if (row?.n === 0) left.push(`${table}.${column}`);
  }
  return left;
}
