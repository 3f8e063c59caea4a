import { describe, expect, it } from 'vitest';
import { advisedFor, settingFor, settingKeys } from '../../../../src/domain/fix/config-advice.ts';
import { guideSettings } from '../../../../src/domain/platform/table.ts';

describe('what a finding advises for the configuration', () => {
  it.each([
    ['EVENT_WORKERS_SATURATED', { workers: 10 }, 'agent-manager', 'event.workers', 20],
    ['EVENT_BATCHES_FULL', { batchLimit: 100 }, 'agent-manager', 'event.batch_size', 200],
    ['EXECUTOR_STARVED', { workers: 20 }, 'orchestrator-service', 'executor.workers', 50],
    ['COMMANDS_SATURATED', { maxConcurrent: null }, 'agent-manager', 'agent.command.max_concurrent', 200],
    [
      'STEP_COMMAND_TIMED_OUT',
      { ranOut: 'default-timeout', defaultTimeoutSeconds: 1.5 },
      ...(['agent-manager', 'agent.command.default_timeout', 600] as const),
    ],
    ['NATS_SLOW_CONSUMER', { clientPart: 'agent-manager' }, 'agent-manager', 'event.workers', 20],
    [
      ...([
        'PG_POOLS_TOO_LARGE',
        { applicationPart: 'orchestrator-service' },
        'orchestrator-service',
      ] as const),
      ...(['database.max_open_conns', 50] as const),
    ],
  ] as const)('%s: the one key that is short, as the guide has it', (code, facts, part, key, value) => {
    expect(settingFor({ code, facts })).toMatchObject({ part, key, value });
  });

  it.each([
    ['EVENT_WORKERS_SATURATED', { workers: 20 }],
    ['EVENT_WORKERS_SATURATED', { workers: 64 }],
    ['NATS_SLOW_CONSUMER', { clientPart: 'orchestrator-service' }],
    ['NATS_SLOW_CONSUMER', {}],
    ['STEP_COMMAND_TIMED_OUT', { ranOut: 'default-timeout', defaultTimeoutSeconds: 600 }],
    ['STEP_COMMAND_TIMED_OUT', { ranOut: 'slots', defaultTimeoutSeconds: 1.5 }],
    ['STEP_COMMAND_TIMED_OUT', { ranOut: 'command-timeout', defaultTimeoutSeconds: 300 }],
    ['STEP_COMMAND_TIMED_OUT', {}],
    ['PG_POOLS_TOO_LARGE', { applicationPart: 'neo4j' }],
    ['PG_POOLS_TOO_LARGE', { application: 'agent-manager' }],
    ['REDIS_POLICY_NOEVICTION', {}],
  ] as const)('%s with %j: nothing from here', (code, facts) => {
    expect(settingFor({ code, facts })).toBeUndefined();
  });

  it('has a value for each key that lies within its bounds', () => {
    expect(advisedFor.length).toBeGreaterThan(5);
    for (const key of settingKeys) {
      const { least, value, most } = guideSettings[key];
      expect(least <= value && value <= most && most <= 10_000, key).toBe(true);
    }
  });
});
