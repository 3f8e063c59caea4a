import { expect, it } from 'vitest';
import type { HandlerDeps } from '../../../src/handlers/deps.ts';
import { otherFixAction } from '../../../src/handlers/other-fix.action.ts';

it('a fix that is chosen from the menu is planned with the values of its finding, as if it were typed', async () => {
  const started: unknown[] = [];
  const data = {
    remediation: 'compose.restart-service',
    environment: 'prod',
    params: JSON.stringify({ part: 'redis' }),
  };
  const deps = {
    settings: {
      environments: ['prod', 'stage'],
      defaultEnvironment: 'stage',
      channel: () => ({ language: 'en' }),
    },
    buttons: { get: () => Promise.resolve({ id: 'b1', purpose: 'other', data, expired: false }) },
    door: {
      enter: () => Promise.resolve({ runs: { start: (run: unknown) => Promise.resolve(started.push(run)) } }),
    },
  } as unknown as HandlerDeps;
  const delivery = {
    key: 'k',
    teamIds: ['T1'],
    digest: 'd',
    channel: 'C1',
    person: { userId: 'U1', teamId: 'T1', via: 'slack' },
  };

  await otherFixAction(deps)({
    ack: () => Promise.resolve(),
    body: { actions: [{ selected_option: { value: 'b1' } }] },
    context: { delivery },
  } as never);

  expect(started).toMatchObject([
    {
      kind: 'propose',
      environment: 'prod',
      params: { remediation: 'compose.restart-service', part: 'redis' },
      source: 'button',
    },
  ]);
});
