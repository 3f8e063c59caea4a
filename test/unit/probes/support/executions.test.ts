import { describe, expect, it } from 'vitest';
import type { ServicesTarget } from '../../../../src/domain/probe/targets/http.ts';
import { executions, secondsBetween, withSteps } from '../../../../src/probes/support/executions.ts';
import { fakeServices, httpAnswer } from '../../../support/probe-context.ts';
import { json } from '../../../support/service-pages.ts';

const signal = new AbortController().signal;
const execution = (id: string, more: object = {}) => ({ id, workflow_id: 'w', status: 'failed', ...more });

/** What was asked for, and how much of it would be read. */
function counting(answers: Parameters<typeof fakeServices>[0]) {
  const asked: unknown[] = [];
  const target = fakeServices(answers);
  const services: ServicesTarget = {
    ...target,
    request: (url, options) => {
      asked.push([url.replace('http://orchestrator-service', ''), options?.maxBytes]);
      return target.request(url, options);
    },
  };
  return { asked, services };
}

describe('the list of executions', () => {
  const path = '/api/v1/workflows/executions?limit=9';
  const list = (answer: ReturnType<typeof httpAnswer>) =>
    executions(fakeServices({ [path]: [answer] }), '?limit=9', signal);

  it('comes newest first, bare or in an envelope', async () => {
    const of = (id: string, created_at?: string) =>
      execution(id, created_at === undefined ? {} : { created_at });
    const body = [of('old', '2026-03-01T10:00:00Z'), of('none'), of('new', '2026-03-01T10:01:00Z')];

    for (const answer of [json(body), json({ executions: body })])
      expect((await list(answer))?.map(({ id }) => id)).toEqual(['new', 'old', 'none']);
    expect(await list(json({ executions: null }))).toEqual([]);
  });

  it('is an error where it is none', async () => {
    await expect(list(httpAnswer('', 500))).rejects.toMatchObject({
      stage: 'protocol',
      facts: { status: 500 },
    });
    await expect(list(json({ executions: 7 }))).rejects.toMatchObject({ stage: 'protocol' });
  });

  it('is not known where the service is not configured, and read up to 8 MiB', async () => {
    const nowhere = { ...fakeServices({}), find: () => undefined };
    expect(await executions(nowhere, '', signal)).toBeUndefined();
    const { asked, services } = counting({ [path]: [json([])] });
    await executions(services, '?limit=9', signal);
    expect(asked).toEqual([[path, 8 * 1024 * 1024]]);
  });
});

describe('the time since', () => {
  it.each([
    ['2026-03-01T10:00:00Z', 60],
    ['2026-03-01T10:00:59.600Z', 0],
    ['2026-03-01T10:00:59.400Z', 1],
    ['2026-03-01T10:02:00Z', 0],
    ['soon', undefined],
    [null, undefined],
    [undefined, undefined],
  ])('%s is %o s', (from, seconds) => {
    expect(secondsBetween(from, new Date('2026-03-01T10:01:00Z'))).toBe(seconds);
  });
});

describe('the steps of executions', () => {
  const steps = [{ id: 's', status: 'failed' }];
  const at = (id: string) => `/api/v1/workflows/executions/${encodeURIComponent(id)}`;

  it('are read one by one, where the listing left them out, of eight at most', async () => {
    const list = Array.from({ length: 10 }, (_, index) =>
      execution(`e/${index}`, index === 0 ? { steps } : {}),
    );
    const { asked, services } = counting(
      Object.fromEntries(list.map(({ id }) => [at(id), [json(execution(id, { steps }))]])),
    );

    const read = await withSteps(services, list, signal);

    expect(read.map(({ id, steps: own }) => [id, own?.length])).toEqual(
      list.slice(0, 8).map(({ id }) => [id, 1]),
    );
    expect(asked).toEqual(list.slice(1, 8).map(({ id }) => [at(id), 4 * 1024 * 1024]));
  });

  it('are left out where they cannot be read', async () => {
    const list = [execution('e1')];

    for (const answer of [json(execution('e1', { steps }), 404), json({ id: 7 })])
      expect(await withSteps(fakeServices({ [at('e1')]: [answer] }), list, signal)).toEqual(list);
    expect(await withSteps({ ...fakeServices({}), find: () => undefined }, list, signal)).toEqual(list);
  });
});
