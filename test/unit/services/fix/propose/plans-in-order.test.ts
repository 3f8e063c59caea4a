import { expect, it } from 'vitest';
import type { PartId } from '../../../../../src/domain/platform/part.ts';
import {
  type Prepared,
  partsMended,
  plansInOrder,
} from '../../../../../src/services/fix/propose/propose.service.ts';

const prepared = (remediation: string, part?: PartId): Prepared => ({
  call: { remediation, with: {} },
  planned: part !== undefined,
  ...(part === undefined ? {} : { part }),
  save: () => Promise.reject(new Error('not saved')),
});
const shown = (plans: readonly Prepared[]) =>
  plans.map(({ call, part }) => `${call.remediation} ${part ?? '-'}`);

it('the calls of one remediation go in the order of the graph, the remediations of a cause in its own', () => {
  const plans = [
    prepared('restart', 'agent-manager'),
    prepared('limits', 'postgres'),
    prepared('restart', 'postgres'),
    prepared('restart'),
  ];

  expect(shown(plansInOrder(plans))).toEqual([
    'restart postgres',
    'restart agent-manager',
    'restart -',
    'limits postgres',
  ]);
});

it('what is recommended says which parts are mended: the first remediation that has a plan', () => {
  const plans = [prepared('start'), prepared('restart', 'redis'), prepared('limits', 'postgres')];

  expect(partsMended(plans)).toEqual(['redis']);
  expect(partsMended([prepared('start')])).toEqual([]);
});
