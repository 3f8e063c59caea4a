import { describe, expect, it } from 'vitest';
import { alertIn, spaced } from '../../../../src/domain/diagnosis/alert.ts';

describe('an alert', () => {
  it.each([
    ['alertname=KubePodNotReady namespace=aetherius', 'KubePodNotReady', ['K1']],
    ['[FIRING:2] RedisDown', 'RedisDown', ['H2']],
    ['"alertname": "PostgresqlTooManyConnections"', 'PostgresqlTooManyConnections', ['D1']],
    ['PostgreSQLDeadLocks', 'PostgreSQLDeadLocks', ['D2']],
    ['NatsSlowConsumers server=nats-0', 'NatsSlowConsumers', ['D4']],
    ['RedisOutOfConfiguredMaxmemory', 'RedisOutOfConfiguredMaxmemory', ['D3']],
    ['CPUThrottlingHigh', 'CPUThrottlingHigh', ['P1']],
    ['HostOomKillDetected', 'HostOomKillDetected', ['K1']],
    ['CoreDNSDown', 'CoreDNSDown', ['N1']],
    ['Watchdog', 'Watchdog', ['-']],
  ])('is read by its name: %s', (text, name, ids) => {
    expect(alertIn(text)).toMatchObject({ name, ids, resolved: false });
  });

  it('that is resolved says so', () => {
    expect(alertIn('[RESOLVED] RedisDown')?.resolved).toBe(true);
    expect(alertIn('alertname=RedisDown status=resolved')?.resolved).toBe(true);
  });

  it.each([
    'CrashLoopBackOff',
    'OOMKilled',
    'ErrImagePull',
    'redis is down',
    'MemoryError',
    'PostgreSQL',
    '',
  ])('is none: %s', (text) => {
    expect(alertIn(text)).toBeUndefined();
  });

  it('has a name that falls apart into words', () => {
    expect(spaced('KubePodNotReady')).toBe('kube pod not ready');
    expect(spaced('PostgreSQLDown')).toBe('postgresql down');
    expect(spaced('CPUThrottlingHigh')).toBe('cpu throttling high');
  });
});
