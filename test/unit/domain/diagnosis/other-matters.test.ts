import { describe, expect, it } from 'vitest';
import {
  complaintsIn,
  foreignIn,
  missingIn,
  withoutForeign,
} from '../../../../src/domain/diagnosis/other-matters.ts';

describe('another product', () => {
  it.each([
    'kafka lag',
    'MySQL 挂了',
    'KafkaConsumerLagHigh',
    'cert manager',
    '打印机坏了',
    'S3 access denied',
  ])('is named: %s', (text) => {
    expect(foreignIn(text)).toBe(true);
  });

  it.each(['redis is down', 'S3', 'kubelet: BackOff', 'nginx 502', 'a helm chart', '数据库慢'])(
    'is not named: %s',
    (text) => {
      expect(foreignIn(text)).toBe(false);
    },
  );

  it('can be taken out', () => {
    expect(withoutForeign('mysql and redis').trim()).toBe('and redis');
  });
});

describe('what is not there', () => {
  it.each([
    ['no slow log in redis', 'look', 'in redis'],
    ['redis has no slow log', 'look', 'redis'],
    ['orchestrator is down, no metrics', 'look', 'orchestrator is down,'],
    ['redis 没有慢日志', 'look', 'redis'],
    ['没有错误日志', 'look', ''],
    ['no restart policy on agent-manager', 'setting', 'on agent-manager'],
    ['postgres 没有索引', 'setting', 'postgres'],
  ])('is a complaint: %s', (text, kind, rest) => {
    const missing = missingIn(text);

    expect([missing?.kind, missing?.rest.trim()]).toEqual([kind, rest]);
    expect(complaintsIn(text)).toEqual({ left: text, well: '' });
  });

  it.each([
    'no errors in redis',
    'no slow queries',
    '没有慢查询',
    'redis 没有错误',
    'redis is down',
    'no answer from redis',
  ])('is something else: %s', (text) => {
    expect(missingIn(text)).toBeUndefined();
  });
});

describe('what is well, or over', () => {
  it.each([
    'redis is not full',
    'postgres was slow last week, fine now',
    'no memory leak here, all good',
    'everything works again',
    'cpu is back to normal',
    'no events are delayed now',
    'the outage is over',
    'redis 没有满',
    '数据库昨天很慢，现在正常了',
    '一切正常',
    'pod 不再重启了',
  ])('leaves nothing to look at: %s', (text) => {
    expect(complaintsIn(text)).toBeUndefined();
  });

  it.each([
    ['postgres slow, redis is fine', 'postgres slow,'],
    ['redis is fine, postgres is slow', 'postgres is slow'],
    ['it was fixed but redis is full', 'but redis is full'],
  ])('is taken out of the rest: %s', (text, left) => {
    expect(complaintsIn(text)?.left).toBe(left);
  });

  it.each([
    'redis was killed last night, why?',
    'agent-manager does not start',
    'is everything ok?',
    '系统现在健康吗',
    'services no longer agree',
    'no free connections',
    'neo4j is not healthy',
    '服务不正常',
    '没有空闲连接',
    'no slow log in redis',
    'redis has no slow query log',
    'no restart policy on the container',
    'no timeout configured for the step',
    '没有慢查询日志',
  ])('is no part of a complaint or of a question: %s', (text) => {
    expect(complaintsIn(text)?.left).toBe(text);
  });
});
