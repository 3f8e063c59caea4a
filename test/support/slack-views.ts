/** Realistic inputs of the views; everything can be replaced. */

import type { Plan } from '../../src/domain/fix/remediation.ts';
import type { RemediationRow } from '../../src/domain/fix/rows.ts';
import type { HealthReport, PartRow } from '../../src/domain/health/health.ts';
import type { Person } from '../../src/domain/kernel/person.ts';
import type { Finding } from '../../src/domain/probe/finding.ts';
import type { Run } from '../../src/domain/run/run.ts';

export const at = (time: string): Date => new Date(`2026-11-25T${time}Z`);
export const requester: Person = { teamId: 'T0AETHER1', userId: 'U0REQUEST', via: 'slack' };
export const approver: Person = { teamId: 'T0AETHER1', userId: 'U0APPROVE', via: 'slack' };

export const aRun = (more: Partial<Run> = {}): Run => ({
  id: '01a212e6-8d56-7032-acd3-f426b46df291',
  kind: 'health',
  environment: 'prod',
  params: {},
  state: 'complete',
  attempt: 1,
  source: 'slash',
  requestedBy: requester,
  createdAt: at('03:00:00'),
  finishedAt: at('03:00:01.200'),
  ...more,
});

export const aFinding = (more: Partial<Finding> = {}): Finding => ({
  code: 'REDIS_POLICY_NOEVICTION',
  severity: 'critical',
  part: 'redis',
  subject: 'maxmemory-policy',
  facts: {
    policy: 'noeviction',
    usedBytes: 8_361_416,
    maxBytes: 8_388_608,
    percent: 99.7,
    thresholdPercent: 90,
  },
  ...more,
});

export const aRow = (more: Partial<PartRow> & Pick<PartRow, 'part'>): PartRow => ({
  state: 'up',
  latencyMs: 12,
  fact: { key: 'answers', facts: {} },
  witnesses: [],
  findings: [],
  pending: 0,
  ...more,
});

export const aReport = (more: Partial<HealthReport> = {}): HealthReport => ({
  environment: 'prod',
  rows: [aRow({ part: 'postgres' }), aRow({ part: 'redis' })],
  overall: 'healthy',
  roots: [],
  complete: true,
  ...more,
});

export const aPlan = (more: Partial<Plan> = {}): Plan => ({
  schemaVersion: 2,
  actionId: 'redis.set-eviction-policy',
  actionVersion: 1,
  environment: 'prod',
  part: 'redis',
  target: 'redis/d7953de8',
  identity: { run_id: 'd7953de8' },
  params: { policy: 'allkeys-lru' },
  tier: 2,
  steps: [
    {
      kind: 'redis-set-eviction-policy',
      target: 'redis run_id=d7953de8',
      from: { policy: 'noeviction' },
      to: { policy: 'allkeys-lru' },
      precondition: { run_id: 'd7953de8' },
      safety: 'idempotent',
    },
  ],
  undo: [
    {
      kind: 'redis-set-eviction-policy',
      target: 'redis run_id=d7953de8',
      from: { policy: 'allkeys-lru' },
      to: { policy: 'noeviction' },
      precondition: { run_id: 'd7953de8' },
      safety: 'idempotent',
    },
  ],
  verifyWith: [{ probe: 'redis.connection' }],
  verifyWithinMs: 60_000,
  stableForMs: 5_000,
  blast: {
    key: 'redis-eviction-all',
    facts: {
      ...{ policy: 'allkeys-lru', maxmemory: 8_388_608, evictable: 120, prefixes: 'cache:* (120)' },
      ...{ others: 0, otherPrefixes: '–', keys: 120, looked: 120, share: 1 },
    },
  },
  stepTimeoutMs: 5_000,
  objects: 1,
  ...more,
});

export const aRemediation = (more: Partial<RemediationRow> = {}): RemediationRow => ({
  id: '01a212e7-5e1d-766b-b1f0-b22edc6e49ff',
  handle: 'k7-2f9q',
  environment: 'prod',
  actionId: 'redis.set-eviction-policy',
  actionVersion: 1,
  target: 'redis/d7953de8',
  state: 'requested',
  version: 2,
  tier: 2,
  plan: aPlan(),
  planHash: '326f246c00000000000000000000000000000000000000000000000000000000',
  proposedAt: at('03:00:01'),
  offerExpiresAt: at('04:00:01'),
  requester,
  requesterId: 'T0AETHER1:U0REQUEST',
  eligible: [],
  requestedAt: at('03:01:00'),
  requestExpiresAt: at('03:31:00'),
  attempt: 0,
  abortRequested: false,
  privatePlace: false,
  ...more,
});
