/**
 * R-A16, R-L9: bot and worker with logins and keys of their own. What one writes in the other's place is refused by the
 * database; what somebody with the owner's rights and the audit key writes is carried out by nobody, and alarmed.
 */
import { beforeEach, describe, expect, it } from 'vitest';
import { auditHash, auditMac } from '../../../src/domain/audit/audit.ts';
import { auditSignatureText } from '../../../src/domain/audit/signature.ts';
import { sealText, voteText } from '../../../src/domain/fix/decision-proof.ts';
import type { RemediationRow } from '../../../src/domain/fix/rows.ts';
import type { Logger } from '../../../src/domain/kernel/clock.ts';
import { type ProcessKind, processKinds } from '../../../src/domain/kernel/process-kind.ts';
import {
  newSigningKey,
  type Signer,
  signerOf,
  type Trust,
  trustIn,
} from '../../../src/domain/kernel/signing.ts';
import { kindRole } from '../../../src/platform/store/connection.ts';
import type { PostgresStore } from '../../../src/platform/store/store.ts';
import { createHarness, type Harness, idOf, person, team } from '../../support/approvals.ts';
import { silentLogger } from '../../support/logger.ts';
import { auditKey, type TestDatabase, usePostgres } from '../../support/postgres.ts';

const postgres = usePostgres();
const pairs = Object.fromEntries(processKinds.map((kind) => [kind, newSigningKey()])) as Record<
  ProcessKind,
  ReturnType<typeof newSigningKey>
>;
const next = newSigningKey();
const keysOf = (more: Partial<Record<ProcessKind, readonly string[]>> = {}) => ({
  bot: [pairs.bot.publicKey],
  worker: [pairs.worker.publicKey],
  scheduler: [pairs.scheduler.publicKey],
  ...more,
});
const signer = (kind: ProcessKind): Signer => signerOf(pairs[kind].privateKey);

let database: TestDatabase;
let errors: string[];
const logger: Logger = {
  ...silentLogger,
  error: (_facts, message) => void errors.push(message),
  child: () => logger,
};

beforeEach(async () => {
  database = await postgres.migrated();
  errors = [];
});

const storeOf = async (kind: ProcessKind, by?: Signer): Promise<PostgresStore> =>
  database.store({ database: { url: await database.kindUrl(kind) }, role: kindRole(kind), signer: by });

const begin = (bot: PostgresStore) =>
  bot.tx(async (tx) => {
    expect(await tx.audit.beginSigning()).toBe(true);
    await tx.audit.append({ actor: 'system', actorTeam: '-', action: 'signing.began' });
  });

async function separate(trust: Trust = trustIn(keysOf())): Promise<Harness> {
  const bot = await storeOf('bot', signer('bot'));
  if ((await bot.tx((tx) => tx.audit.signingStart())) === undefined) await begin(bot);
  return createHarness(bot, {
    workerStore: await storeOf('worker', signer('worker')),
    trust,
    logger,
    action: { stableForMs: 0, verifyWithinMs: 500 },
  });
}

/** As whoever owns the tables: past every trigger and grant. */
const asOwner = (text: string, values: readonly unknown[] = []) =>
  database.sql(`SET session_replication_role = replica; ${inline(text, values)}`);
const inline = (text: string, values: readonly unknown[]): string =>
  text.replaceAll(/\$(\d+)/g, (_all, index: string) => {
    const value = values[Number(index) - 1];
    return value === null || value === undefined
      ? 'NULL'
      : `'${(typeof value === 'object' ? (value instanceof Date ? value.toISOString() : JSON.stringify(value)) : String(value)).replaceAll("'", "''")}'`;
  });

/** A row of the audit as whoever has AUDIT_KEY makes it: it fits, and its MAC is right. */
async function forgeAudit(row: RemediationRow, action: string, actor: string, by?: Signer): Promise<void> {
  const [head] = await database.sql<{ seq: string; hash: string; ts: Date }>(
    'SELECT seq, hash, ts FROM audit_head',
  );
  const seq = Number(head?.seq) + 1;
  const entry = {
    ...{ seq, keyId: auditKey.id, ts: head?.ts ?? new Date(), actor, actorTeam: team, action },
    ...{ remediationId: row.id, planHash: row.planHash, requestIds: [], facts: {} },
  };
  const hash = auditHash(entry, head?.hash ?? '');
  await asOwner(
    `INSERT INTO audit_log (seq, prev_hash, hash, mac, key_id, ts, actor, actor_team, action, remediation_id, plan_hash, signature, signed_by)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13); UPDATE audit_head SET seq = $1, hash = $3`,
    [
      ...[
        seq,
        head?.hash,
        hash,
        auditMac(auditKey.secret, hash),
        auditKey.id,
        entry.ts,
        actor,
        team,
        action,
        row.id,
        row.planHash,
      ],
      ...[by?.sign(auditSignatureText(by.keyId, hash)), by?.keyId],
    ],
  );
}

const forgeVote = (row: RemediationRow, userId: string, by?: Signer) => {
  const vote = {
    ...{ personId: idOf(userId), person: person(userId), decision: 'approve' as const },
    ...{ planHash: row.planHash, policyVersion: 'v' },
  };
  return asOwner(
    `INSERT INTO approvals (remediation_id, person_id, person, decision, plan_hash, policy_version, payload_digest, signature, signed_by)
     VALUES ($1, $2, $3, 'approve', $4, 'v', 'd', $5, $6)`,
    [row.id, vote.personId, vote.person, row.planHash, by?.sign(voteText(row.id, vote)), by?.keyId],
  );
};

const approveByHand = (id: string) =>
  asOwner(
    `UPDATE remediations SET state = 'approved', version = version + 1, approved_at = clock_timestamp(),
       approval_expires_at = clock_timestamp() + interval '10 minutes' WHERE id = $1`,
    [id],
  );

const alarms = async (id: string) =>
  (
    await database.sql<{ why: string }>(
      `SELECT facts->>'why' AS why FROM audit_log WHERE action = 'decision.forged' AND remediation_id = '${id}' ORDER BY seq`,
    )
  ).map(({ why }) => why);

it('R-A16: a fix is asked for, approved, carried out, verified and taken back by processes that hold each their own', async () => {
  const h = await separate();
  const row = await h.approved();
  await h.execute(row.id);
  expect((await h.row(row.id)).state).toBe('succeeded');

  const undo = (await h.service.undo(h.input(row.id, 'UREQ', { reason: 'back' }))).remediation;
  await h.service.approve(h.input(undo.id, 'ULEAD'));
  await h.execute(undo.id);

  expect((await h.row(undo.id)).state).toBe('succeeded');
  expect(h.world.cells.get('a')).toBe('old');
  const verdict = await h.audit.verify();
  expect(verdict).toMatchObject({ verdict: 'intact' });
  expect(verdict.verdict === 'intact' && verdict.signed).toBe(verdict.verdict === 'intact' && verdict.rows);
  expect(errors).toEqual([]);
});

describe('R-A15: with the worker’s login and the audit key', () => {
  it.each(['request', 'approve', 'reject', 'cancel'] as const)(
    'a decision (%s) is refused by the database, and nothing has changed',
    async (what) => {
      const h = await separate();
      const row = what === 'request' ? await h.offered() : await h.requested();
      const taken = createHarness(await storeOf('worker', signer('worker')), { logger });
      const user = what === 'request' ? 'UREQ' : 'ULEAD';

      await expect(
        taken.service[what]({ ...h.input(row.id, user), reason: 'because I can' }),
      ).rejects.toMatchObject({ code: 'BUG', facts: { sqlstate: '42501' } });

      expect((await h.row(row.id)).state).toBe(row.state);
      expect(await database.sql('SELECT FROM approvals')).toEqual([]);
      expect(await h.audit.verify()).toMatchObject({ verdict: 'intact' });
    },
  );
});

describe('R-A16: with the owner’s rights and the audit key, past every trigger', () => {
  /** What is written, and why nobody believes it. */
  const forgeries: Readonly<
    Record<
      string,
      { readonly why: string; readonly verify?: string; write(h: Harness): Promise<RemediationRow> }
    >
  > = {
    'a fix that nobody asked for, moved to approved': {
      why: 'no-request',
      async write(h) {
        const row = await h.offered();
        await approveByHand(row.id);
        return row;
      },
    },
    'a request that is moved to approved': {
      why: 'no-approval',
      async write(h) {
        const row = await h.requested();
        await approveByHand(row.id);
        return row;
      },
    },
    'a break-glass that nobody pressed (R-A9)': {
      why: 'no-approval',
      async write(h) {
        const row = await h.requested();
        await asOwner(
          `INSERT INTO approvals (remediation_id, person_id, person, decision, plan_hash, policy_version, payload_digest)
           VALUES ($1, $2, $3, 'break-glass', $4, 'v', 'd')`,
          [row.id, idOf('ULEAD'), person('ULEAD'), row.planHash],
        );
        await asOwner('UPDATE remediations SET glass = true WHERE id = $1', [row.id]);
        await approveByHand(row.id);
        return row;
      },
    },
    'an approval that is made a break-glass (R-A9)': {
      why: 'seal',
      async write(h) {
        const row = await h.approved();
        await asOwner('UPDATE remediations SET glass = true WHERE id = $1', [row.id]);
        return row;
      },
    },
    'a vote and the rows of the audit that prove it, unsigned': {
      why: 'audit',
      verify: 'signature-missing',
      async write(h) {
        const row = await h.requested();
        await forgeVote(row, 'ULEAD');
        await approveByHand(row.id);
        await forgeAudit(row, 'remediation.approved', idOf('ULEAD'));
        return row;
      },
    },
    'the same, signed with the worker’s key': {
      why: 'audit',
      verify: 'signer-wrong',
      async write(h) {
        const row = await h.requested();
        await forgeVote(row, 'ULEAD', signer('worker'));
        await approveByHand(row.id);
        await forgeAudit(row, 'remediation.approved', idOf('ULEAD'), signer('worker'));
        const now = await h.row(row.id);
        await asOwner('UPDATE remediations SET seal = $2, sealed_by = $3 WHERE id = $1', [
          row.id,
          signer('worker').sign(sealText(now)),
          signer('worker').keyId,
        ]);
        return row;
      },
    },
    'a key that nobody has listed': {
      why: 'audit',
      verify: 'signer-unknown',
      async write(h) {
        const row = await h.requested();
        await approveByHand(row.id);
        await forgeAudit(row, 'remediation.approved', idOf('ULEAD'), signerOf(next.privateKey));
        return row;
      },
    },
    'an approval that was true, of somebody else now': {
      why: 'vote',
      async write(h) {
        const row = await h.approved();
        await asOwner(
          `UPDATE approvals SET person = jsonb_set(person, '{userId}', '"UBOSS"') WHERE remediation_id = $1`,
          [row.id],
        );
        return row;
      },
    },
    'a second vote beside a true one': {
      why: 'vote',
      async write(h) {
        const row = await h.approved();
        await forgeVote(row, 'UBOSS');
        return row;
      },
    },
    'an approval that lasts longer': {
      why: 'seal',
      async write(h) {
        const row = await h.approved();
        await asOwner(
          `UPDATE remediations SET approval_expires_at = approval_expires_at + interval '1 day' WHERE id = $1`,
          [row.id],
        );
        return row;
      },
    },
    'somebody else who could have approved': {
      why: 'seal',
      async write(h) {
        const row = await h.approved();
        await asOwner(
          `UPDATE remediations SET eligible = eligible || '["${idOf('UMEMBER')}"]' WHERE id = $1`,
          [row.id],
        );
        return row;
      },
    },
    'a seal of another fix': {
      why: 'seal',
      async write(h) {
        const [other, row] = [await h.approved({ target: 'other' }), await h.approved()];
        await asOwner(
          'UPDATE remediations SET seal = o.seal, sealed_by = o.sealed_by FROM remediations AS o WHERE remediations.id = $1 AND o.id = $2',
          [row.id, other.id],
        );
        return row;
      },
    },
  };

  it.each(Object.entries(forgeries))(
    '%s: nothing is carried out, and it is alarmed',
    async (_what, { why, verify, write }) => {
      const h = await separate();
      const { id } = await write(h);

      await h.execute(id);

      expect(h.world.effects).toEqual([]);
      expect(await h.row(id)).toMatchObject({ state: 'stale', outcome: { reason: 'decision-forged', why } });
      expect(await alarms(id)).toEqual([why]);
      expect(errors).toEqual(['a decision that no bot has made is not carried out']);
      if (verify !== undefined) expect(await h.audit.verify()).toMatchObject({ verdict: verify });
      const told = await database.sql<{ text: string }>(
        `SELECT payload->>'text' AS text FROM outbox WHERE payload->>'text' LIKE '%"event":"stale"%'`,
      );
      expect(told.map(({ text }) => JSON.parse(text).facts)).toEqual([{ reason: 'decision-forged', why }]);
    },
  );

  it.each([
    ['executing', 'stale'],
    ['verifying', 'failed'],
    ['rolling_back', 'rollback_failed'],
  ])(
    'a fix that was moved to %s as if its worker had died ends as %s, without an effect',
    async (state, end) => {
      const h = await separate();
      const row = await h.requested();
      await asOwner(
        `UPDATE remediations SET state = '${state}', fence = 1, attempt = 1, lease_until = clock_timestamp() - interval '1 minute',
         approved_at = clock_timestamp(), approval_expires_at = clock_timestamp() + interval '1 minute' WHERE id = $1`,
        [row.id],
      );

      await h.execute(row.id);

      expect(h.world.effects).toEqual([]);
      expect((await h.row(row.id)).state).toBe(end);
      expect(await alarms(row.id)).toEqual(['no-approval']);
    },
  );

  it('what changes after the claim is seen before the step', async () => {
    const h = await separate();
    const row = await h.approved();
    const executor = h.executor('worker-1', {
      async atKillPoint(point) {
        if (point === 'R-K2') await forgeVote(row, 'UBOSS');
      },
    });

    await executor.execute({ remediationId: row.id, attempt: 1, signal: new AbortController().signal });

    expect(h.world.effects).toEqual([]);
    expect(await h.row(row.id)).toMatchObject({ state: 'stale', outcome: { reason: 'decision-forged' } });
    expect(await alarms(row.id)).toEqual(['vote']);
  });

  it('a bot counts no vote that it has not written, and approves no request that was changed', async () => {
    const h = await separate();
    const [voted, changed] = [await h.requested(), await h.requested({ target: 'other' })];
    await forgeVote(voted, 'UBOSS');
    await asOwner(`UPDATE remediations SET eligible = eligible || '["${idOf('UMEMBER')}"]' WHERE id = $1`, [
      changed.id,
    ]);

    for (const [{ id }, why] of [
      [voted, 'vote'],
      [changed, 'seal'],
    ] as const) {
      await expect(h.service.approve(h.input(id, 'ULEAD'))).rejects.toMatchObject({
        code: 'NOT_ALLOWED',
        facts: { reason: 'decision-forged', why },
      });
      expect((await h.row(id)).state).toBe('requested');
      expect(await alarms(id)).toEqual([why]);
    }
  });
});

describe('R-L9: what was there before signing began', () => {
  /** A request and an approval of before, by an installation without keys. */
  async function before(): Promise<{ readonly asked: RemediationRow; readonly approved: RemediationRow }> {
    const plain = createHarness(database.store());
    return { approved: await plain.approved({ target: 'first' }), asked: await plain.requested() };
  }

  it('stays valid: an open request is approved and carried out, and so is what was approved', async () => {
    const { asked, approved } = await before();
    const h = await separate();

    await h.refresh();
    await h.execute(approved.id);
    expect((await h.row(approved.id)).state).toBe('succeeded');
    h.world.cells.set('a', 'old');
    await h.service.approve(h.input(asked.id, 'ULEAD'));
    await h.execute(asked.id);

    expect((await h.row(asked.id)).state).toBe('succeeded');
    const verdict = await h.audit.verify();
    expect(verdict).toMatchObject({ verdict: 'intact' });
    expect(
      verdict.verdict === 'intact' && (verdict.signed ?? 0) > 0 && (verdict.signed ?? 0) < verdict.rows,
    ).toBe(true);
    expect(errors).toEqual([]);
  });

  it('is not made up afterwards: a row of before that was changed does not fit what the bot signed', async () => {
    const { approved } = await before();
    const h = await separate();
    await h.refresh();
    await asOwner(
      `UPDATE audit_log SET ts = ts + interval '1 second' WHERE remediation_id = $1 AND action = 'remediation.approved'`,
      [approved.id],
    );

    await h.execute(approved.id);

    expect(h.world.effects).toEqual([]);
    expect(await alarms(approved.id)).toEqual(['chain']);
  });

  it('waits until a bot has said where signing begins', async () => {
    const { approved } = await before();
    const [bot, worker] = [await storeOf('bot', signer('bot')), await storeOf('worker', signer('worker'))];
    const h = createHarness(bot, { workerStore: worker, trust: trustIn(keysOf()), logger });
    await h.refresh();

    await h.execute(approved.id);
    expect(await h.row(approved.id)).toMatchObject({
      state: 'approved',
      outcome: { waiting: 'signing-not-begun' },
    });
    await begin(bot);
    // The worker's own row of having waited is signed; it goes on.
    await h.execute(approved.id);

    expect((await h.row(approved.id)).state).toBe('succeeded');
    expect(errors).toEqual([]);
  });

  it('a process without a key writes no row any more, and a start that no bot signed counts for nothing', async () => {
    const h = await separate();
    const row = await h.requested();
    const unsigned = createHarness(await storeOf('bot'), { logger });

    await expect(unsigned.service.approve(h.input(row.id, 'ULEAD'))).rejects.toMatchObject({ code: 'BUG' });
    await h.refresh();
    const { id } = (await h.service.approve(h.input(row.id, 'ULEAD'))).remediation;
    await asOwner(`UPDATE signing_start SET seq = 1000`);
    await h.execute(id);

    expect(h.world.effects).toEqual([]);
    expect(await alarms(id)).toEqual(['start']);
  });
});

it('R-L9: keys are replaced without a stop: both are listed, then the new one signs', async () => {
  const both = trustIn(keysOf({ bot: [pairs.bot.publicKey, next.publicKey] }));
  const h = await separate(both);
  const row = await h.requested();
  const renewed = createHarness(await storeOf('bot', signerOf(next.privateKey)), {
    workerStore: await storeOf('worker', signer('worker')),
    trust: both,
    logger,
    world: h.world,
    action: { stableForMs: 0, verifyWithinMs: 500 },
  });

  await renewed.refresh();
  await renewed.service.approve(renewed.input(row.id, 'ULEAD'));
  await renewed.execute(row.id);

  expect((await renewed.row(row.id)).state).toBe('succeeded');
  expect(await renewed.audit.verify()).toMatchObject({ verdict: 'intact' });
  expect(errors).toEqual([]);
});
