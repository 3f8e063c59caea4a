import { describe, expect, it } from 'vitest';
import type { Discovered } from '../../../../../src/domain/platform/discovered.ts';
import { factOf, partFactOf } from '../../../../../src/domain/platform/source.ts';
import { Environment, type EnvironmentConfig } from '../../../../../src/domain/settings/environment.ts';
import { databasesOf, healthPathsOf } from '../../../../../src/domain/settings/installed.ts';
import { createInstallations } from '../../../../../src/platform/targets/discovery/installations.ts';

const seen = (more: Partial<Discovered> = {}): Discovered => ({
  at: '2026-03-01T10:00:00Z',
  platform: { parts: { redis: { composeService: 'shelf' } }, variables: { token: 'CODE' } },
  parts: [
    { part: 'redis', candidates: ['shelf'], found: 'shelf' },
    { part: 'nats', candidates: ['one', 'two'] },
  ],
  healthPaths: { 'agent-manager': { ready: '/open' } },
  databases: { agentManager: 'field' },
  ...more,
});
const nothing = seen({ platform: {}, parts: [], healthPaths: {} });
const config = (more: object = {}): EnvironmentConfig =>
  Environment.parse({
    runtime: { kind: 'none' },
    services: { 'agent-manager': { url: 'http://a' } },
    postgres: { url: { env: 'X' } },
    ...more,
  });

describe('what was seen of an installation', () => {
  const open = (looks: readonly Discovered[], one = config()) => {
    const clock = { now: 0, looks: 0 };
    const made = createInstallations(
      { prod: one },
      async () => looks[Math.min(clock.looks++, looks.length - 1)] ?? nothing,
      () => clock.now,
    );
    return { ...made, clock, prod: () => made.environments.prod ?? one };
  };

  it('stands beneath the configuration', async () => {
    const one = config({
      platform: { parts: { redis: { composeService: 'mine' } } },
      postgres: { url: { env: 'X' }, databases: { agentManager: 'own' } },
    });
    const { look, prod } = open([seen()], one);
    await look('prod');

    expect(partFactOf(prod().platform, 'redis', 'composeService')).toEqual({
      value: 'mine',
      source: 'configured',
    });
    expect(factOf(prod().platform, 'variables', 'token')).toEqual({ value: 'CODE', source: 'observed' });
    expect(databasesOf(prod())).toEqual({ agentManager: { value: 'own', source: 'configured' } });
    expect(healthPathsOf(prod(), 'agent-manager')).toEqual({
      value: ['/health', '/open', '/health/live', '/health/ready', '/health/status'],
      source: 'observed',
    });
  });

  it('gives the databases that were seen, and none that nobody here would use', async () => {
    const { look, prod } = open([seen()]);
    expect(databasesOf(prod()).agentManager?.source).toBe('documented');
    await look('prod');

    expect(databasesOf(prod())).toEqual({ agentManager: { value: 'field', source: 'observed' } });
    const orchestrated = config({ withoutHttp: ['orchestrator-service'] });
    const other = open([seen()], orchestrated);
    await other.look('prod');
    expect(databasesOf(other.prod()).orchestrator).toEqual({ value: 'orchestrator', source: 'documented' });
  });

  it('is looked at again after two minutes, once for all that ask', async () => {
    const { look, clock } = open([seen()]);
    await Promise.all([look('prod'), look('prod'), look('other')]);
    clock.now = 119_999;
    await look('prod');
    expect(clock.looks).toBe(1);
    clock.now = 120_000;
    await look('prod');

    expect(clock.looks).toBe(2);
  });

  it('keeps the name of a part that is gone, and all of it where nothing can be seen', async () => {
    const gone = seen({
      platform: { parts: { nats: { composeService: 'bus' } } },
      parts: [
        { part: 'redis', candidates: [] },
        { part: 'nats', candidates: ['bus'], found: 'bus' },
      ],
      healthPaths: {},
    });
    const { look, clock, prod } = open([seen(), gone, nothing]);
    await look('prod');
    clock.now = 200_000;
    await look('prod');

    const name = (part: 'redis' | 'nats') => partFactOf(prod().platform, part, 'composeService');
    expect([name('redis'), name('nats')]).toEqual([
      { value: 'shelf', source: 'observed' },
      { value: 'bus', source: 'observed' },
    ]);
    clock.now = 400_000;
    await look('prod');
    expect([name('redis')?.value, name('nats')?.value]).toEqual(['shelf', 'bus']);
    expect(prod().discovered?.parts.map(({ found }) => found)).toEqual(['shelf', 'bus']);
  });
});
