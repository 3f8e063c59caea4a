import { createRedactor } from '@aetherius/redact';
import { describe, expect, it } from 'vitest';
import { unanchored } from '../../../../../src/domain/audit/record.ts';
import type { Remediation, RemedyCall } from '../../../../../src/domain/fix/remediation.ts';
import type { RemediationRow } from '../../../../../src/domain/fix/rows.ts';
import type { PartId } from '../../../../../src/domain/platform/part.ts';
import { systemClock, systemIds } from '../../../../../src/platform/process/clock.ts';
import {
  createProposeService,
  type Prepared,
  type ProposeDeps,
  partsMended,
  plansInOrder,
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

describe('what was planned for one cause', () => {
  const service = createProposeService({ remediations: registered } as unknown as ProposeDeps);
  const prepared = (
    remediation: string,
    becomes: 'offered' | 'refused' | 'unplanned',
    part = 'redis',
    reason = 'nothing-to-do',
  ): Prepared => ({
    call: { remediation, with: { part } },
    planned: becomes !== 'unplanned',
    save: () =>
      Promise.resolve(
        becomes === 'offered'
          ? {
              kind: 'offered',
              offer: { id: `${remediation} ${part}`, actionId: remediation } as RemediationRow,
            }
          : { kind: 'refused', remediation, reason, facts: {} },
      ),
  });
  const saved = async (...plans: readonly Prepared[]) => {
    const { offers, others, refused } = await service.save({} as never, plans);
    return {
      offers: offers.map(({ id: offer }) => offer),
      others: others.map(({ remediation }) => remediation),
      refused: refused.map(({ remediation }) => remediation),
    };
  };

  it('is offered by its first fix alone; the others are left for the menu', async () => {
    expect(await saved(prepared('a.one', 'offered'), prepared('b.two', 'offered'))).toEqual({
      offers: ['a.one redis'],
      others: ['b.two'],
      refused: [],
    });
  });

  it('is offered by the next one where the first cannot be, and no menu has what could not be planned', async () => {
    expect(
      await saved(
        prepared('a.one', 'refused'),
        prepared('b.two', 'unplanned'),
        prepared('c.three', 'offered'),
        prepared('d.four', 'unplanned'),
      ),
    ).toEqual({ offers: ['c.three redis'], others: [], refused: ['a.one', 'b.two', 'd.four'] });
  });

  it('says nothing of one that does the same as another, where that is offered', async () => {
    const same = prepared('b.two', 'unplanned', 'redis', 'rollback-does-it');

    expect(await saved(prepared('a.one', 'offered'), same)).toMatchObject({ refused: [] });
    expect(await saved(prepared('a.one', 'unplanned'), same)).toMatchObject({ refused: ['a.one', 'b.two'] });
  });

  it('is offered for each thing that the recommended fix mends', async () => {
    expect(await saved(prepared('a.one', 'offered'), prepared('a.one', 'offered', 'nats'))).toEqual({
      offers: ['a.one redis', 'a.one nats'],
      others: [],
      refused: [],
    });
  });
});

const planOf = (remediation: string, part?: PartId): Prepared => ({
  call: { remediation, with: {} },
  planned: part !== undefined,
  ...(part === undefined ? {} : { part }),
  save: () => Promise.reject(new Error('not saved')),
});
const callsOf = (plans: readonly Prepared[]) =>
  plans.map(({ call, part }) => `${call.remediation} ${part ?? '-'}`);

it('the calls of one remediation go in the order of the graph, the remediations of a cause in its own', () => {
  const plans = [
    planOf('restart', 'agent-manager'),
    planOf('limits', 'postgres'),
    planOf('restart', 'postgres'),
    planOf('restart'),
  ];

  expect(callsOf(plansInOrder(plans))).toEqual([
    'restart postgres',
    'restart agent-manager',
    'restart -',
    'limits postgres',
  ]);
});

it('what is recommended says which parts are mended: the first remediation that has a plan', () => {
  const plans = [planOf('start'), planOf('restart', 'redis'), planOf('limits', 'postgres')];

  expect(partsMended(plans)).toEqual(['redis']);
  expect(partsMended([planOf('start')])).toEqual([]);
});
