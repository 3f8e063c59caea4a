import { describe, expect, it } from 'vitest';
import type { Discovered } from '../../../../src/domain/platform/discovered.ts';
import {
  type Inventory,
  type InventoryLook,
  inventoryAfter,
  inventoryChanges,
  inventoryNews,
  type SeenArea,
  steadySubject,
  type Thing,
  thingsOf,
} from '../../../../src/domain/platform/inventory.ts';
import { inventoryLook } from '../../../../src/platform/targets/discovery/inventory.ts';

const redis = (name: string): Thing => ({ kind: 'workload', part: 'redis', name });
const subject = (name: string): Thing => ({ kind: 'subject', name });
const area = (things: readonly Thing[], ...unseen: readonly string[]): SeenArea => ({ things, unseen });
const look = (hour: number, areas: InventoryLook['areas']): InventoryLook => ({
  at: `2026-03-01T${String(hour).padStart(2, '0')}:00:00.000Z`,
  areas,
});
const after = (...looks: readonly InventoryLook[]): Inventory => {
  const known = looks.reduce<Inventory | undefined>((before, one) => inventoryAfter(before, one), undefined);
  if (known === undefined) throw new Error('no look');
  return known;
};

describe('what is other than it was', () => {
  it('is what is new, what is gone, and one name in place of another', () => {
    const before = after(look(1, { runtime: area([redis('shelf')]), messages: area([subject('a.b')]) }));
    const now = after(
      look(2, {
        runtime: area([redis('rack'), { kind: 'service', part: 'redis', name: 'store' }]),
        messages: area([subject('c.d')]),
      }),
    );

    expect(inventoryChanges(before, now)).toEqual([
      { kind: 'workload', part: 'redis', before: 'shelf', now: 'rack' },
      { kind: 'service', part: 'redis', now: 'store' },
      // Nobody's own: another subject is no other name of the first.
      { kind: 'subject', before: 'a.b' },
      { kind: 'subject', now: 'c.d' },
    ]);
    expect(inventoryChanges(now, now)).toEqual([]);
  });

  it('is nothing where somebody only answered in another order', () => {
    const things = [redis('one'), redis('two'), subject('x')];
    expect(after(look(1, { runtime: area(things) })).areas).toEqual(
      after(look(1, { runtime: area([...things].reverse()) })).areas,
    );
  });

  it('is not what could not be looked at: that is not gone, and comes back as no news', () => {
    const first = look(1, { runtime: area([redis('shelf')]), messages: area([subject('a.b')]) });
    const blind = look(2, {});
    const again = look(3, first.areas);

    const known = after(first, blind);
    expect(inventoryChanges(after(first), known)).toEqual([]);
    expect(known.seenAt).toEqual({ runtime: first.at, messages: first.at });
    expect(known.triedAt).toBe(blind.at);
    expect(inventoryChanges(known, after(first, blind, again))).toEqual([]);
  });

  it('is not what only part of an area shows: a list that was refused holds what it held', () => {
    const whole = look(1, { runtime: area([redis('shelf')]) });
    const partial = look(2, { runtime: area([], 'statefulsets in aetherius') });

    expect(inventoryChanges(after(whole), after(whole, partial))).toEqual([]);
    // Nor is it new what a right that was granted meanwhile shows.
    expect(inventoryChanges(after(partial), after(partial, look(3, whole.areas)))).toEqual([]);
    // With the same list refused both times the rest can be compared.
    const [a, b] = [area([redis('a')], 'x'), area([redis('b')], 'x')];
    expect(inventoryChanges(after(look(1, { runtime: a })), after(look(2, { runtime: b })))).toHaveLength(1);
  });

  it('is not that another server of several answered', () => {
    const one = look(1, { messages: area([subject('a')], 'all but n1') });
    const two = look(2, { messages: area([subject('b')], 'all but n2') });
    const third = look(3, { messages: area([subject('a'), subject('c')], 'all but n1') });

    expect(inventoryChanges(after(one), after(one, two))).toEqual([]);
    expect(inventoryChanges(after(one), after(one, two, third))).toEqual([{ kind: 'subject', now: 'c' }]);
    // A server that nobody has met for a day is not waited for.
    const late = { ...two, at: '2026-03-03T00:00:00.000Z' };
    expect(after(one, late).areas.messages?.things).toEqual([subject('b')]);
    expect(inventoryChanges(after(one), after(one, late))).toEqual([]);
  });

  it('is told with what it is compared with, and with what was not seen since', () => {
    const at = (hour: number) => new Date(look(hour, {}).at);
    const first = look(1, { runtime: area([redis('shelf')]), messages: area([]) });
    const last = look(5, { runtime: area([redis('rack')]) });
    const before = { ...after(first), since: at(1), lookedAt: at(4) };
    const now = { ...after(first, last), since: at(5), lookedAt: at(5) };

    expect(inventoryNews(now, before, at(3))).toMatchObject({
      lookedAt: at(5),
      since: at(3),
      changes: [{ before: 'shelf', now: 'rack' }],
      late: [{ area: 'messages', seenAt: first.at }],
      counts: { workload: 1, subject: 0 },
    });
    expect(inventoryNews(now, before, at(3)).counts).not.toHaveProperty('database');
    // Nobody had looked yesterday: it is compared with the first look, and says so.
    expect(inventoryNews(now, before, at(0)).since).toEqual(at(1));
  });
});

describe('what is kept of a look', () => {
  const found: Discovered = {
    at: look(1, {}).at,
    platform: {
      parts: {
        redis: { composeService: 'shelf', port: 7000 },
        'agent-manager': { configFile: '/etc/m.yaml' },
      },
      variables: { token: 'CODE' },
    },
    parts: [
      { part: 'redis', candidates: ['shelf'], found: 'shelf' },
      { part: 'nats', candidates: ['one', 'two'] },
      { part: 'agent-manager', candidates: ['boss'], found: 'boss' },
      { part: 'neo4j', candidates: [] },
    ],
    healthPaths: { 'agent-manager': { ready: '/open', live: '/open' } },
    databases: { agentManager: 'field' },
    images: { redis: 'redis:7' },
  };

  it('is names of what was found, each once', () => {
    expect(thingsOf(found)).toEqual({
      runtime: [
        redis('shelf'),
        { kind: 'image', part: 'redis', name: 'redis:7' },
        { kind: 'port', part: 'redis', name: '7000' },
        { kind: 'workload', part: 'nats', name: 'one' },
        { kind: 'workload', part: 'nats', name: 'two' },
        { kind: 'workload', part: 'agent-manager', name: 'boss' },
        { kind: 'file', part: 'agent-manager', name: '/etc/m.yaml' },
        { kind: 'health-path', part: 'agent-manager', name: '/open' },
        { kind: 'variable', name: 'CODE' },
      ],
      databases: [{ kind: 'database', part: 'agent-manager', name: 'field' }],
    });
  });

  it('has no area that could not be looked at, and says what of one could not', () => {
    const areas = (...unseen: readonly string[]) => inventoryLook({ ...found, unseen }, undefined).areas;

    expect(Object.keys(areas())).toEqual(['runtime', 'databases']);
    expect(areas('runtime').runtime).toBeUndefined();
    expect(areas('databases').databases).toBeUndefined();
    expect(areas('deployments in a', 'database b')).toMatchObject({
      runtime: { unseen: ['deployments in a'] },
      databases: { unseen: ['database b'] },
    });
  });
});

describe('a name of which each process has its own', () => {
  it.each([
    ['agent.command.3f2504e0-4f89-11d3-9a0c-0305e82c3301', 'agent.command.*'],
    ['reply.8f14e45fceea167a', 'reply.*'],
    ['jobs.1700000000', 'jobs.*'],
    ['box.k2JHc0pQ9mZxV3bT7yLwEa', 'box.*'],
    ['aetherius.agent.*.heartbeat', 'aetherius.agent.*.heartbeat'],
    ['agent.command.cluster-7', 'agent.command.cluster-7'],
    ['internal.event.critical', 'internal.event.critical'],
    ['agent.facade.v2', 'agent.facade.v2'],
  ])('%s is %s', (given, steady) => {
    expect(steadySubject(given)).toBe(steady);
  });
});
