import { describe, expect, it } from 'vitest';
import { followUpIn } from '../../../../src/handlers/grammar/follow-up.ts';

const read = (text: string) => followUpIn(text, ['prod', 'staging']);

describe('a question about the last answer of a thread', () => {
  it.each([
    ['why?', { kind: 'why' }],
    ['and why is that?', { kind: 'why' }],
    ['为什么？', { kind: 'why' }],
    ['怎么回事', { kind: 'why' }],
    ['why not Redis?', { kind: 'why-not', text: 'Redis' }],
    ["why isn't it the database?", { kind: 'why-not', text: 'the database' }],
    ['为什么不是 Redis？', { kind: 'why-not', text: 'Redis' }],
    ['again', { kind: 'again' }],
    ['check again please', { kind: 'again' }],
    ['再来一次', { kind: 'again' }],
    ['请再检查一下', { kind: 'again' }],
    ['and staging?', { kind: 'elsewhere', environment: 'staging' }],
    ['what about PROD', { kind: 'elsewhere', environment: 'prod' }],
    ['staging?', { kind: 'elsewhere', environment: 'staging' }],
    ['那 staging 呢？', { kind: 'elsewhere', environment: 'staging' }],
    ['staging 环境呢', { kind: 'elsewhere', environment: 'staging' }],
    ['since when?', { kind: 'since' }],
    ['When did it start?', { kind: 'since' }],
    ['什么时候开始的？', { kind: 'since' }],
    ['what changed?', { kind: 'changed' }],
    ["what's changed", { kind: 'changed' }],
    ['改了什么？', { kind: 'changed' }],
    ['最近有什么变化', { kind: 'changed' }],
    ['fix it', { kind: 'fix-it' }],
    ['please fix that', { kind: 'fix-it' }],
    ['修复它', { kind: 'fix-it' }],
  ])('is read: %s', (text, expected) => {
    expect(read(text)).toEqual(expected);
  });

  it.each([
    'why is redis slow?',
    'health staging',
    'staging',
    'fix redis.set-eviction-policy',
    'do not fix it',
    "don't fix it",
    'fix it in staging',
    'should we fix it?',
    'never fix it again',
    'not now',
    'approve r-7k',
    'again the queue is full',
    'since when redis is full we lose events',
    'moon?',
    '不要修复它',
    '',
  ])('is not seen in %j', (text) => {
    expect(read(text)).toBeUndefined();
  });
});
