import { describe, expect, it } from 'vitest';
import { parseCommand, verbs, withoutMention } from '../../../../src/handlers/grammar/command.ts';

const known =
  'health, diagnose, logs, collect, report, fix, approvals, approve, reject, resolve, fixes, mute, symptoms, history, timeline, digest, token, whoami, help';
const environments = ['prod', 'staging'];
const parse = (text: string) => parseCommand(text, environments);
const command = (text: string) => {
  const parsed = parse(text);
  if (!parsed.ok) throw new Error(`refused: ${JSON.stringify(parsed.fault)}`);
  return parsed.command;
};
const fault = (text: string) => {
  const parsed = parse(text);
  if (parsed.ok) throw new Error(`accepted: ${JSON.stringify(parsed.command)}`);
  return parsed.fault;
};

describe('the grammar of /aetherius', () => {
  it('answers an empty command with help', () => {
    expect(command('  ')).toEqual({ kind: 'help' });
  });

  it('reads what is to be muted; the last word of a reason names no environment', () => {
    const read = (text: string) => {
      const parsed = parseCommand(text, ['prod', 'stage']);
      return parsed.ok ? parsed.command : parsed.fault;
    };
    const one = { part: 'redis', cause: 'OOM_KILLED' } as const;
    expect(read('mute')).toEqual({ kind: 'mute', change: { what: 'show' } });
    expect(read('mute stage')).toEqual({ kind: 'mute', change: { what: 'show' }, environment: 'stage' });
    expect(read('静音 export')).toEqual({ kind: 'mute', change: { what: 'export' } });
    expect(read('mute redis OOM_KILLED for=2h planned work in prod')).toEqual({
      ...{ kind: 'mute', change: { what: 'mute', ...one, forMs: 7_200_000, reason: 'planned work in prod' } },
    });
    expect(read('mute known redis OOM_KILLED env=stage small on purpose')).toEqual({
      ...{
        kind: 'mute',
        change: { what: 'known', ...one, reason: 'small on purpose' },
        environment: 'stage',
      },
    });
    expect(read('mute lift redis OOM_KILLED prod')).toEqual({
      ...{ kind: 'mute', change: { what: 'lift', ...one }, environment: 'prod' },
    });
    expect(read('mute redis')).toMatchObject({ reason: 'missing', facts: { what: 'cause' } });
    expect(read('mute redis OOM_KILLED')).toMatchObject({ reason: 'missing', facts: { what: 'reason' } });
    expect(read('mute redis OOM_KILLED prod')).toMatchObject({ reason: 'missing' });
    expect(read('mute redis OOM_KILLED for=31d x')).toMatchObject({ reason: 'bad-duration' });
    expect(read('mute known redis OOM_KILLED for=2h x')).toMatchObject({ reason: 'bad-duration' });
    expect(read('mute lift redis OOM_KILLED now')).toMatchObject({ reason: 'surplus' });
  });

  it.each([
    ['health', { kind: 'health' }],
    ['health prod', { kind: 'health', environment: 'prod' }],
    ['HEALTH Prod', { kind: 'health', environment: 'prod' }],
    ['health env=staging', { kind: 'health', environment: 'staging' }],
    ['health --env prod', { kind: 'health', environment: 'prod' }],
    ['health \u2014env prod', { kind: 'health', environment: 'prod' }],
    ['status prod', { kind: 'health', environment: 'prod' }],
    ['健康 prod', { kind: 'health', environment: 'prod' }],
    [
      'diagnose FATAL:  database "agents" does not exist prod',
      { kind: 'diagnose', symptom: 'FATAL: database "agents" does not exist', environment: 'prod' },
    ],
    [
      'diagnose “redis is full” --env prod',
      { kind: 'diagnose', symptom: 'redis is full', environment: 'prod' },
    ],
    [
      'diagnose env=prod `redis` is full',
      { kind: 'diagnose', symptom: 'redis is full', environment: 'prod' },
    ],
    ['diagnose the table "a" and "b"', { kind: 'diagnose', symptom: 'the table "a" and "b"' }],
    ['diagnose S2 prod', { kind: 'diagnose', symptom: 'S2', environment: 'prod' }],
    ['diagnose redis keeps refusing writes', { kind: 'diagnose', symptom: 'redis keeps refusing writes' }],
    [
      '诊断 数据库连接数过多 staging',
      { kind: 'diagnose', symptom: '数据库连接数过多', environment: 'staging' },
    ],
    [
      'logs agent-manager since=30m grep="request 17" prod',
      {
        kind: 'logs',
        part: 'agent-manager',
        options: { since: '30m', grep: 'request 17' },
        environment: 'prod',
      },
    ],
    ['logs trace=req-7f3a', { kind: 'logs', part: 'all', options: { trace: 'req-7f3a' } }],
    ['logs redis trace=req-7f3a', { kind: 'logs', part: 'redis', options: { trace: 'req-7f3a' } }],
    ['日志 redis', { kind: 'logs', part: 'redis', options: {} }],
    ['collect', { kind: 'collect' }],
    ['bundle since=2h staging', { kind: 'collect', since: '2h', environment: 'staging' }],
    ['收集 prod', { kind: 'collect', environment: 'prod' }],
    ['report', { kind: 'report' }],
    ['report run B46DF291 prod', { kind: 'report', run: 'b46df291', environment: 'prod' }],
    [
      '报告 01a212e6-8d56-7032-acd3-f426b46df291',
      { kind: 'report', run: '01a212e6-8d56-7032-acd3-f426b46df291' },
    ],
    [
      'fix redis.set-eviction-policy policy=allkeys-lru prod',
      {
        kind: 'fix',
        remediation: 'redis.set-eviction-policy',
        args: { policy: 'allkeys-lru' },
        environment: 'prod',
      },
    ],
    ['approvals', { kind: 'approvals' }],
    ['approve #K7-2F9Q', { kind: 'approve', id: 'k7-2f9q' }],
    [
      'approve k7 0a1b2c3d looks right',
      { kind: 'approve', id: 'k7', planHash: '0a1b2c3d', reason: 'looks right' },
    ],
    [
      'reject k7 not during the sale in prod',
      { kind: 'reject', id: 'k7', reason: 'not during the sale in prod' },
    ],
    [
      'resolve #R-7K worked I looked in prod',
      { kind: 'resolve', id: 'r-7k', outcome: 'worked', reason: 'I looked in prod' },
    ],
    ['解决 r-7k 失败 没有生效', { kind: 'resolve', id: 'r-7k', outcome: 'failed', reason: '没有生效' }],
    [
      'fix break-glass #R-7K Redis is full in prod',
      { kind: 'break-glass', id: 'r-7k', reason: 'Redis is full in prod' },
    ],
    ['修复 紧急 r-7k 无人应答', { kind: 'break-glass', id: 'r-7k', reason: '无人应答' }],
    [
      'fixes close r-7k it was right for prod',
      { kind: 'fixes', change: { what: 'close', id: 'r-7k', reason: 'it was right for prod' } },
    ],
    ['fixes stop #R-7K', { kind: 'fixes', change: { what: 'stop', id: 'r-7k' } }],
    [
      'fixes stop r-7k users wait in prod',
      { kind: 'fixes', change: { what: 'stop', id: 'r-7k', reason: 'users wait in prod' } },
    ],
    ['fixes', { kind: 'fixes', change: { what: 'show' } }],
    [
      'fixes off for=2h the sale is on in prod',
      {
        kind: 'fixes',
        change: { what: 'off', scope: '*', reason: 'the sale is on in prod', forMs: 7_200_000 },
      },
    ],
    [
      'fixes off redis.set-eviction-policy it made it worse',
      {
        kind: 'fixes',
        change: { what: 'off', scope: 'redis.set-eviction-policy', reason: 'it made it worse' },
      },
    ],
    [
      'fixes confirm the dump of 08:00',
      { kind: 'fixes', change: { what: 'confirm', reason: 'the dump of 08:00' } },
    ],
    ['FIXES ON all clear', { kind: 'fixes', change: { what: 'on', scope: '*', reason: 'all clear' } }],
    ['history staging', { kind: 'history', environment: 'staging' }],
    ['timeline', { kind: 'timeline' }],
    ['timeline staging', { kind: 'timeline', environment: 'staging' }],
    ['时间线 staging', { kind: 'timeline', environment: 'staging' }],
    ['digest', { kind: 'digest', change: { what: 'show' } }],
    ['digest now prod', { kind: 'digest', change: { what: 'now' }, environment: 'prod' }],
    ['digest off', { kind: 'digest', change: { what: 'off' } }],
    ['digest at 9:05', { kind: 'digest', change: { what: 'at', at: '09:05' } }],
    ['whoami', { kind: 'whoami' }],
    ['help', { kind: 'help' }],
    ['help logs', { kind: 'help', verb: 'logs' }],
    ['帮助 日志', { kind: 'help', verb: 'logs' }],
    ['help me', { kind: 'help' }],
    ['symptoms', { kind: 'symptoms' }],
    ['症状', { kind: 'symptoms' }],
    ['修复列表', { kind: 'fixes', change: { what: 'show' } }],
  ])('reads %j', (text, expected) => {
    expect(command(text)).toEqual(expected);
  });

  it.each([
    ['frobnicate', { reason: 'unknown-verb', facts: { word: 'frobnicate', known } }],
    ['toString', { reason: 'unknown-verb', facts: { word: 'toString', known } }],
    ['日志', { reason: 'missing', facts: { verb: 'logs', what: 'part' } }],
    ['logs since=1h prod', { reason: 'missing', facts: { verb: 'logs', what: 'part' } }],
    ['logs redis trace=7f', { reason: 'bad-log-trace', facts: { word: '7f' } }],
    ['logs redis since=soon', { reason: 'bad-log-time', facts: { word: 'soon' } }],
    ['logs redis level=loud', { reason: 'bad-log-level', facts: { word: 'loud' } }],
    ['collect since=soon', { reason: 'bad-log-time', facts: { word: 'soon' } }],
    ['collect part=redis', { reason: 'surplus', facts: { verb: 'collect', word: 'part' } }],
    ['collect redis', { reason: 'unknown-environment', facts: { word: 'redis', known: 'prod, staging' } }],
    ['logs redis colour=red', { reason: 'surplus', facts: { verb: 'logs', word: 'colour' } }],
    ['gather', { reason: 'unknown-verb', facts: { word: 'gather', known } }],
    ['mute redis', { reason: 'missing', facts: { verb: 'mute', what: 'cause' } }],
    [
      'health pord',
      { reason: 'unknown-environment', facts: { word: 'pord', known: 'prod, staging', near: 'prod' } },
    ],
    [
      'health env=pord',
      { reason: 'unknown-environment', facts: { word: 'pord', known: 'prod, staging', near: 'prod' } },
    ],
    ['diagnose', { reason: 'missing', facts: { verb: 'diagnose', what: 'symptom' } }],
    ['fix', { reason: 'missing', facts: { verb: 'fix', what: 'id' } }],
    ['fix break-glass', { reason: 'missing', facts: { verb: 'fix', what: 'id' } }],
    ['fix break-glass r-7k', { reason: 'missing', facts: { verb: 'fix', what: 'reason' } }],
    ['fixes stop', { reason: 'missing', facts: { verb: 'fixes', what: 'id' } }],
    ['fixes close', { reason: 'missing', facts: { verb: 'fixes', what: 'id' } }],
    ['fixes close r-7k', { reason: 'missing', facts: { verb: 'fixes', what: 'reason' } }],
    ['fix a b', { reason: 'surplus', facts: { verb: 'fix', word: 'b' } }],
    ['approve', { reason: 'missing', facts: { verb: 'approve', what: 'id' } }],
    ['reject k7', { reason: 'missing', facts: { verb: 'reject', what: 'reason' } }],
    ['resolve r-7k', { reason: 'missing', facts: { verb: 'resolve', what: 'outcome' } }],
    ['resolve r-7k perhaps so', { reason: 'missing', facts: { verb: 'resolve', what: 'outcome' } }],
    ['resolve r-7k worked', { reason: 'missing', facts: { verb: 'resolve', what: 'reason' } }],
    ['fixes confirm', { reason: 'missing', facts: { verb: 'fixes', what: 'reason' } }],
    ['fixes off', { reason: 'missing', facts: { verb: 'fixes', what: 'reason' } }],
    ['fixes off redis.set-eviction-policy', { reason: 'missing', facts: { verb: 'fixes', what: 'reason' } }],
    ['fixes perhaps', { reason: 'surplus', facts: { verb: 'fixes', word: 'perhaps' } }],
    ['fixes off for=soon a drill', { reason: 'bad-duration', facts: { word: 'for=soon' } }],
    ['fixes off for=31d a drill', { reason: 'bad-duration', facts: { word: 'for=31d' } }],
    ['report yesterday', { reason: 'bad-run', facts: { word: 'yesterday' } }],
    ['report b46df291 b46df292', { reason: 'surplus', facts: { verb: 'report', word: 'b46df292' } }],
    [
      'report env=pord',
      { reason: 'unknown-environment', facts: { word: 'pord', known: 'prod, staging', near: 'prod' } },
    ],
    ['digest at', { reason: 'missing', facts: { verb: 'digest', what: 'time' } }],
    ['digest at 25:00', { reason: 'bad-time', facts: { word: '25:00' } }],
  ])('refuses %j and says why', (text, expected) => {
    expect(fault(text)).toEqual(expected);
  });

  it('lists every word that it reads when it does not know one', () => {
    expect(verbs.join(', ')).toBe(known);
  });

  it('undoes the links that Slack makes out of host names', () => {
    expect(command('diagnose <http://agent-manager.prod|agent-manager.prod> is down &amp; silent')).toEqual({
      kind: 'diagnose',
      symptom: 'agent-manager.prod is down & silent',
    });
  });

  it('takes the mention out of a message wherever it stands', () => {
    expect(withoutMention('please <@U0AETHBOT>  health prod', 'U0AETHBOT')).toBe('please health prod');
  });
});
