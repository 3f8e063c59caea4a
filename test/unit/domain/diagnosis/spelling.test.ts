import { expect, it } from 'vitest';
import { speller } from '../../../../src/domain/diagnosis/spelling.ts';

const spell = speller(['redis', 'workflow', 'connections', 'slow', 'reads', 'neo4j'], ['shop']);

it.each([
  ['reids', 'redis'],
  ['worklfow', 'workflow'],
  ['conections', 'connections'],
  ['conectoins', 'connections'],
  ['slwo', 'slow'],
  ['noe4j', 'neo4j'],
  ['slow redis', 'slow redis'],
])('puts right %s', (wrong, right) => {
  expect(spell(wrong)).toBe(right);
});

it.each([
  'shop',
  'slot',
  'glow',
  'redirect',
  'OOMKilled',
  '/var/reids',
  'reids:6379',
  'reids-0',
  'cat',
  '数据库',
])('leaves as it is what is another word, a name or a path: %s', (text) => {
  expect(spell(text)).toBe(text);
});
