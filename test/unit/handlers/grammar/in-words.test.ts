import { describe, expect, it } from 'vitest';
import { symptomOf } from '../../../../src/domain/diagnosis/symptom.ts';
import { asInGuide } from '../../../../src/domain/platform/platform.ts';
import { commandOf } from '../../../../src/handlers/grammar/in-words.ts';
import { diagnoses } from '../../../../src/main/registries.ts';
import { catalogueOf, matcherOfSymptoms } from '../../../../src/main/understanding.ts';

const catalogue = catalogueOf(() => asInGuide);
const read = (text: string) => commandOf(text, ['prod', 'staging'], catalogue);

describe('plain words instead of a verb', () => {
  it.each([
    ['workflows are stuck in prod', 'workflows are stuck in', 'prod'],
    ['WRONGPASS invalid username-password pair', 'WRONGPASS invalid username-password pair', undefined],
    ['Redis 内存满了', 'Redis 内存满了', undefined],
    // Not the verb: `report` takes one run.
    ['report queue grows, redis is full', 'report queue grows, redis is full', undefined],
    ['check why redis is slow', 'check why redis is slow', undefined],
    ['fix redis memory full', 'fix redis memory full', undefined],
    ['检查 redis 内存 为什么 满了', '检查 redis 内存 为什么 满了', undefined],
    ['fix leaked database sessions', 'fix leaked database sessions', undefined],
  ])('%s', (text, symptom, environment) => {
    expect(read(text)).toEqual({
      ok: true,
      command: { kind: 'diagnose', symptom, ...(environment === undefined ? {} : { environment }) },
    });
  });

  it('that fit several symptoms are asked about, and nothing starts', () => {
    expect(read('connection refused')).toEqual({
      ok: false,
      fault: {
        reason: 'several-symptoms',
        facts: { text: 'connection refused' },
        choices: expect.arrayContaining([{ id: 'N1', typed: 'N1' }]),
      },
    });
    expect(read('diagnose connection refused')).toMatchObject({
      ok: false,
      fault: { reason: 'several-symptoms' },
    });
  });

  it('ask for the health of all where everything is broken', () => {
    expect(read('everything is broken staging')).toEqual({
      ok: true,
      command: { kind: 'health', environment: 'staging' },
    });
  });

  it.each([
    'thanks, that helped',
    'lunch at noon?',
    'kafka lags behind',
    'redis is fine again',
    'frobnicate',
    'shuffle since=30m',
    'shuffle level=error since=2h',
    'x'.repeat(3000),
  ])('that fit nothing start nothing: %s', (text) => {
    expect(read(text)).toMatchObject({ ok: false, fault: { reason: 'unknown-verb' } });
  });

  it.each([
    ['helth', 'health'],
    ['diagnsoe redis prod', 'diagnose redis prod'],
    ['approvlas', 'approvals'],
  ])('a misspelt verb is asked about: %s', (text, near) => {
    expect(read(text)).toMatchObject({ ok: false, fault: { reason: 'near-verb', facts: { near } } });
  });

  it.each([
    ['mute moon OOM_KILLED because', 'unknown-part'],
    ['health moon', 'unknown-environment'],
    ['health env=moon redis is full', 'unknown-environment'],
    ['fix redis.set-eviction-policy now please', 'surplus'],
    ['logs nobody', 'unknown-part'],
    ['diagnose lunch tomorrow', 'unknown-symptom'],
    ['diagnose 今天天气不错', 'unknown-symptom'],
    ['grab all logs of everything', 'other-command'],
    ['fix nothing-like-it', 'unknown-fix'],
    ['collect since=1h redis is full', 'unknown-environment'],
    ['fixes off', 'missing'],
    ['approve', 'missing'],
  ])('a verb with a mistake stays one: %s', (text, reason) => {
    expect(read(text)).toMatchObject({ ok: false, fault: { reason } });
  });

  it.each([
    ['logs postgers', 'unknown-part', { near: 'postgres' }],
    ['health stagign', 'unknown-environment', { near: 'staging' }],
    ['fix redis.set-eviction-polcy', 'near-fix', { near: 'redis.set-eviction-policy' }],
    [
      'fix redis.set-eviction-policy polcy=allkeys-lru',
      'fix-surplus-near',
      { name: 'polcy', value: 'policy', takes: expect.stringContaining('[policy=noeviction|allkeys-lru|') },
    ],
    ['fix redis.set-eviction-policy colour=red', 'fix-surplus', { name: 'colour' }],
    ['fix redis.set-eviction-policy policy=none', 'fix-value', { name: 'policy', value: 'none' }],
    ['fix redis.set-eviction-policy persist=maybe', 'fix-value', { name: 'persist', value: 'maybe' }],
    ['fix postgres.set-max-connections', 'fix-missing', { name: 'value', takes: 'value=20…1000' }],
    ['fix postgres.set-max-connections value=5', 'fix-value', { name: 'value', value: '5' }],
    ['fix nats.create-stream name=events', 'fix-takes-none', { name: 'name' }],
  ])('a name or value that there is not is told with what there is: %s', (text, reason, facts) => {
    expect(read(text)).toMatchObject({ ok: false, fault: { reason, facts } });
  });

  it('of several lines stay lines, and the first may name the environment', () => {
    const trace =
      'Traceback (most recent call last):\n  File "a.py", line 1\nredis.exceptions.AuthenticationError: WRONGPASS';
    expect(read(`diagnose prod\n\`\`\`\n${trace}\n\`\`\``)).toEqual({
      ok: true,
      command: { kind: 'diagnose', symptom: trace, environment: 'prod' },
    });
  });

  it('behind “diagnose” may ask for the health of all', () => {
    expect(read('diagnose everything is broken prod')).toEqual({
      ok: true,
      command: { kind: 'health', environment: 'prod' },
    });
  });

  it('leave a command as it is typed', () => {
    expect(read('health prod')).toEqual({ ok: true, command: { kind: 'health', environment: 'prod' } });
    expect(read('logs redis')).toMatchObject({ ok: true, command: { kind: 'logs' } });
  });
});

describe('a traceback', () => {
  const matcher = matcherOfSymptoms();
  const ids = (text: string) => {
    const symptom = symptomOf(text, diagnoses, matcher, asInGuide);
    return { kind: symptom.kind, ids: 'ids' in symptom ? symptom.ids : [] };
  };

  it('is read by what was thrown, its last line', () => {
    const trace = [
      'Traceback (most recent call last):',
      '  File "pull.py", line 88, in pull',
      '    raise Retry("postgres is slow")',
      "redis.exceptions.ResponseError: OOM command not allowed when used memory > 'maxmemory'.",
    ].join('\n');
    expect(ids(trace)).toEqual({ kind: 'known', ids: ['D3'] });
  });

  it('says nothing by its lines of code', () => {
    const trace =
      'Traceback (most recent call last):\n  File "a.py", line 3, in f\n    postgres is slow\nKeyError: 7';
    expect(ids(trace)).toEqual({ kind: 'unknown', ids: [] });
  });

  it('in plain words is what its last line complains of', () => {
    const trace =
      'Traceback (most recent call last):\n  File "a.py", line 3\nConnectionError: redis is out of memory';
    expect(ids(trace)).toEqual({ kind: 'known', ids: ['D3'] });
  });

  it('that is very long is still read at its end', () => {
    const long = `${'  File "a.py", line 3, in f\n    call()\n'.repeat(300)}redis.exceptions.AuthenticationError: WRONGPASS invalid username-password pair`;
    expect(ids(`Traceback (most recent call last):\n${long}`).kind).toBe('known');
  });
});
