import { expect, it } from 'vitest';
import { secretValue, toLazySecret } from '../../../../src/domain/kernel/secret-schema.ts';

const schema = secretValue('Password.');
const source = (value: unknown) => schema.parse(value).source();

it('names the three places a secret may stand in', () => {
  expect(source({ env: '_PG_URL9' })).toBe('environment variable _PG_URL9');
  expect(source({ file: '/run/pg' })).toBe('file /run/pg');
  expect(source({ secret: { namespace: 'ns', name: 'pg', key: 'url' } })).toBe(
    'Kubernetes Secret ns/pg, key url',
  );
  expect(toLazySecret('x').kind).toBe('literal');
});

const place =
  'must be {env: NAME}, {file: path} or {secret: {namespace, name, key}}; the value itself may not stand here';
const variable = 'must be the name of an environment variable';
const empty = 'Too small: expected string to have >=1 characters';

it.each([
  ['the value itself', 'hunter2', place],
  ['no variable', { env: '' }, variable],
  ['a variable that begins with a digit', { env: '9X' }, variable],
  ['a variable with a dash', { env: 'A-B' }, variable],
  ['a variable with a blank before it', { env: ' A' }, variable],
  ['no path', { file: '' }, empty],
  ['no namespace', { secret: { namespace: '', name: 'a', key: 'b' } }, empty],
  ['no name', { secret: { namespace: 'n', name: '', key: 'b' } }, empty],
  ['no key', { secret: { namespace: 'n', name: 'a', key: '' } }, empty],
  ['a key that is left out', { secret: { namespace: 'n', name: 'a' } }, place],
  ['two places', { env: 'A', file: '/a' }, place],
  [
    'a field beside',
    { secret: { namespace: 'n', name: 'a', key: 'b', version: '1' } },
    'Unrecognized key: "version"',
  ],
])('takes not %s, and repeats nothing of it', (_, value, message) => {
  expect(schema.safeParse(value).error?.issues.map((issue) => issue.message)).toEqual([message]);
});

it('is marked, so that it is hidden in logs and in the reference', () => {
  expect(schema.meta()).toEqual({ description: 'Password.', secret: true });
});
