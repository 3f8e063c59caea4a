import { describe, expect, it } from 'vitest';
import { unanchored } from '../../../../../src/domain/audit/record.ts';
import type { Remediation, RemedyCall } from '../../../../../src/domain/fix/remediation.ts';
import { createRedactor } from '../../../../../src/domain/kernel/redact/redactor.ts';
import { systemClock, systemIds } from '../../../../../src/platform/process/clock.ts';
import {
  createProposeService,
  type ProposeDeps,
} from '../../../../../src/services/fix/propose/propose.service.ts';
import { wordsIn } from '../../../../../src/text/words.ts';
import { silentLogger } from '../../../../support/logger.ts';
import { fixtures, registered } from '../../../../support/remediation-fixtures.ts';

const password = 'Quartz Lagoon thirty one';
const redactor = createRedactor({ known: [password], emails: true, addresses: true });
const id = 'redis.set-eviction-policy';
const own = registered.find((one) => one.id === id) as Remediation;

/** What becomes of its plan when `words` stand in it. */
async function proposed(words: string) {
  const { targets, params, changes } = fixtures[id]();
  const remediation: Remediation = {
    ...own,
    plan: async (...args) => {
      const plan = await own.plan(...args);
      return { ...plan, identity: { ...plan.identity, words } };
    },
  };
  let asked = 0;
  const service = createProposeService({
    ...{ remediations: [remediation], clock: systemClock, ids: systemIds, logger: silentLogger },
    self: () => Promise.resolve(new Set()),
    holdsSecret: (value: unknown) => redactor.holdsSecret(value),
    record: unanchored,
  } as unknown as ProposeDeps);
  const made = await service.plan({
    call: { remediation: id, with: params as RemedyCall['with'] },
    environment: 'prod',
    targets,
    signal: new AbortController().signal,
    run: {} as never,
  });
  const store = new Proxy({}, { get: () => void (asked += 1) });
  const proposal = await made.save(store as never).catch(() => ({ kind: 'went on to be stored' }));
  return { proposal, asked, changes: changes() };
}

describe('a plan in which a secret stands', () => {
  it.each([
    ['one that the worker knows', `set ${password} there`],
    ['one in base64 that it knows', Buffer.from(password).toString('base64')],
    ['one that a rule finds', 'postgres://app:Falcon9Qx7Kd2Wz@db:5432/x'],
  ])('is refused and never stored: %s', async (_which, words) => {
    expect(await proposed(words)).toEqual({
      proposal: { kind: 'refused', remediation: id, reason: 'plan-with-secret', facts: {} },
      ...{ asked: 0, changes: 0 },
    });
  });

  it.each(['plain words', 'a person at bob@example.com, or 10.1.2.3'])('%s are none', async (words) => {
    const { proposal, asked } = await proposed(words);

    expect(proposal.kind).toBe('went on to be stored');
    expect(asked).toBeGreaterThan(0);
  });

  it('is told about in both languages', () => {
    const [en, zh] = (['en', 'zh-CN'] as const).map((language) =>
      wordsIn(language).lookupPlain('offer.refused.plan-with-secret'),
    );

    expect(en).toMatch(/secret/i);
    expect(zh).toContain('密钥');
  });
});
