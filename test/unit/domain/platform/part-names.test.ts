import { describe, expect, it } from 'vitest';
import { namesTwice, partNamed, partOfWorkload } from '../../../../src/domain/platform/part-names.ts';
import { asInGuide, platformOf } from '../../../../src/domain/platform/platform.ts';

const here = platformOf({
  parts: {
    'agent-manager': { workload: 'deployment/am', service: 'am-api', composeService: 'manager' },
    redis: { aliases: ['kv'] },
  },
});

describe('names of an installation', () => {
  it.each([
    ['am', 'agent-manager'],
    ['am-api', 'agent-manager'],
    ['manager', 'agent-manager'],
    ['AM', 'agent-manager'],
    // Its own names are whole ones: anything may end in `-am` or `-manager`.
    ['cert-manager', undefined],
    ['team-am', undefined],
    ['kv', 'redis'],
    ['prod-kv', 'redis'],
    ['kv-exporter', undefined],
    ['aetherius-redis', 'redis'],
  ])('%s is %s', (name, part) => {
    expect(partOfWorkload(name, here)).toBe(part);
  });

  it('say nothing of another installation', () => {
    expect(['am', 'manager', 'kv'].map((name) => partOfWorkload(name, asInGuide))).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });

  it('tell connections apart', () => {
    expect(['am', 'am-api', 'app kv pool', 'am-i-a-part'].map((name) => partNamed(name, here))).toEqual([
      'agent-manager',
      'agent-manager',
      'redis',
      undefined,
    ]);
  });

  it('belong to one part', () => {
    expect(namesTwice(asInGuide)).toEqual([]);
    expect(namesTwice(platformOf({ parts: { nats: { service: 'redis' } } }))).toEqual([
      { name: 'redis', parts: ['redis', 'nats'] },
    ]);
    expect(
      namesTwice(platformOf({ parts: { nats: { service: 'am_bus', workload: 'deployment/am-bus' } } })),
    ).toEqual([]);
  });
});
