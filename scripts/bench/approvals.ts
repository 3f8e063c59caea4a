/** Audited approvals per second beside the bare hash chain, in one run, on the same PostgreSQL. */
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startPostgres } from '../../lab/components/postgres.ts';
import { unanchored } from '../../src/domain/audit/record.ts';
import type { Directory } from '../../src/domain/fix/eligibility.ts';
import { createPolicy } from '../../src/domain/fix/policy.ts';
import { type Plan, planHash } from '../../src/domain/fix/remediation.ts';
import type { Renderer } from '../../src/domain/message/renderer.ts';
import type { Store } from '../../src/domain/ports/store.ts';
import { systemIds } from '../../src/platform/process/clock.ts';
import { silentLogger } from '../../src/platform/process/logger.ts';
import { migrate } from '../../src/platform/store/migrate.ts';
import { createStore } from '../../src/platform/store/store.ts';
import type { RemediationService } from '../../src/services/fix/contract.ts';
import { createRemediationService } from '../../src/services/fix/decide/remediation.service.ts';
import { createRemediationMessages } from '../../src/services/fix/decide/remediation-messages.service.ts';

export interface ApprovalsFigure {
  readonly name: string;
  readonly operations: number;
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

export interface ApprovalsBench {
  /** One transaction that appends one row to the hash chain, and nothing else. */
  readonly chain: ApprovalsFigure;
  /** A decision as people make it: looked up, judged, locked, counted, moved, audited, its card and its line queued. */
  readonly approvals: ApprovalsFigure;
}

export interface ApprovalsBenchOptions {
  /** Default 300. */
  readonly operations?: number;
  /** At a time; default 8. */
  readonly concurrency?: number;
}

/** Runs both on one fresh server with durability on, as in production: a commit waits for the disk. */
export async function benchApprovals(options: ApprovalsBenchOptions = {}): Promise<ApprovalsBench> {
  const { operations = 300, concurrency = 8 } = options;
  const dir = mkdtempSync(join(tmpdir(), 'aetherius-bench-approvals-'));
  chmodSync(dir, 0o755);
  const server = await startPostgres({
    dir,
    databases: ['bench'],
    settings: { fsync: 'on', full_page_writes: 'on' },
  });
  const database = { url: server.url('bench') };
  await migrate({ database, logger: silentLogger });
  const store = createStore({
    database,
    auditKey: { id: 'bench', secret: 'only for this run' },
    logger: silentLogger,
  });
  try {
    const service = serviceOf(store);
    const chain = await measure('bare hash chain', operations, concurrency, () =>
      store.tx((tx) =>
        tx.audit.append({ actor: 'T1:U1', actorTeam: 'T1', action: 'bench', facts: { n: 1 } }),
      ),
    );
    const ids = await requested(store, service, operations);
    const approvals = await measure('audited approvals', operations, concurrency, async (index) => {
      const decided = await service.approve({ id: ids[index] ?? '', by: person('ULEAD'), ...proof });
      if (decided.remediation.state !== 'approved') throw new Error(`not approved: ${decided.note}`);
    });
    return { chain, approvals };
  } finally {
    await store.close();
    await server.stop();
    rmSync(dir, { recursive: true, force: true });
  }
}

const proof = { requestId: 'bench', payloadDigest: 'bench' } as const;
const person = (userId: string) => ({ teamId: 'T1', userId, via: 'slack' }) as const;

function serviceOf(store: Store): RemediationService {
  const policy = createPolicy(
    {
      approvers: { leads: { users: ['ULEAD', 'UBOSS'], usergroups: [] } },
      tiers: { 2: { approvals: 1, by: ['leads'], expires: 1_800_000, escalate: [], reason: 'finding' } },
      notify: { mention: true, direct: true, page: false },
      freezes: [],
      temporaryFor: 14_400_000,
      limits: { perTargetPerHour: 2, tier3AtOnce: 1 },
    },
    [],
  );
  const directory: Directory = {
    installation: () => Promise.resolve({ known: { teamIds: ['T1'], enterpriseIds: [] } }),
    person: (userId) =>
      Promise.resolve({
        known: {
          ...{ userId, teamId: 'T1', deleted: false, bot: false },
          ...{ restricted: false, ultraRestricted: false, stranger: false },
        },
      }),
    groupMembers: () => Promise.resolve({ known: [] }),
    channel: () => Promise.resolve({ known: { externallyShared: false, private: false, archived: false } }),
  };
  const messages = createRemediationMessages({ renderer: plain, policy, ids: systemIds });
  return createRemediationService({
    ...{
      store,
      policy,
      directory,
      messages,
      ids: systemIds,
      logger: silentLogger,
      nextCron: () => null,
      record: unanchored,
    },
    actions: [],
  });
}

const line = () => ({
  text: 'bench',
  blocks: [{ type: 'section', text: { type: 'mrkdwn', text: 'bench' } }],
});
const plain: Renderer = {
  health: line,
  finding: line,
  runFailed: line,
  offerRefused: line,
  otherFixes: line,
  remediation: line,
  page: (event, row) => `${event} ${row.handle}`,
  remediationEvent: line,
  digest: line,
};

async function requested(
  store: Store,
  service: RemediationService,
  count: number,
): Promise<readonly string[]> {
  const ids: string[] = [];
  for (let index = 0; index < count; index += 1) {
    const plan = planOf(index);
    const id = systemIds.uuid();
    await store.tx(async (tx) =>
      tx.remediations.insert({
        ...{ id, handle: `r-${id}`, plan, planHash: planHash(plan) },
        surface: { teamId: 'T1', channel: 'C0BENCH', language: 'en' },
        offerExpiresAt: new Date((await tx.now()).getTime() + 3_600_000),
      }),
    );
    await service.request({ id, by: person('UREQ'), reason: 'bench', ...proof });
    ids.push(id);
  }
  return ids;
}

function planOf(index: number): Plan {
  return {
    ...{ schemaVersion: 1, actionId: 'bench', actionVersion: 1, environment: 'bench', part: 'redis' },
    ...{ target: `target-${index}`, identity: { run_id: `${index}` }, params: {}, tier: 2, objects: 1 },
    steps: [
      {
        ...{ kind: 'bench', target: 'x', from: { v: 'a' }, to: { v: 'b' } },
        ...{ precondition: { run_id: `${index}` }, safety: 'idempotent' },
      },
    ],
    ...{ verifyWith: [{ probe: 'redis.connection' }], verifyWithinMs: 60_000, stableForMs: 5_000 },
    ...{ blast: { key: 'bench', facts: {} }, stepTimeoutMs: 5_000 },
  };
}

async function measure(
  name: string,
  operations: number,
  concurrency: number,
  work: (index: number) => Promise<unknown>,
): Promise<ApprovalsFigure> {
  const times: number[] = [];
  let next = 0;
  const lane = async () => {
    for (let index = next; index < operations; index = next) {
      next += 1;
      const began = performance.now();
      await work(index);
      times.push(performance.now() - began);
    }
  };
  const began = performance.now();
  await Promise.all(Array.from({ length: concurrency }, lane));
  const seconds = (performance.now() - began) / 1_000;
  times.sort((a, b) => a - b);
  const at = (share: number) => Math.round((times[Math.floor(share * (times.length - 1))] ?? 0) * 10) / 10;
  return { name, operations, perSecond: Math.round(operations / seconds), p50Ms: at(0.5), p99Ms: at(0.99) };
}
