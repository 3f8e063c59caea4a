import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { LazySecret, Secret, type SecretReference } from '../../../../src/domain/kernel/secret.ts';

const value = 'hunter-2-hunter-2';
const places: readonly (readonly [SecretReference, string])[] = [
  [{ kind: 'literal', value }, 'the configuration file'],
  [{ kind: 'env', name: 'PG_URL' }, 'environment variable PG_URL'],
  [{ kind: 'file', path: '/run/pg' }, 'file /run/pg'],
  [{ kind: 'kubernetes', namespace: 'ns', name: 'pg', key: 'url' }, 'Kubernetes Secret ns/pg, key url'],
];

describe('a secret', () => {
  it.each([
    ['known', new Secret(value)],
    ['of the configuration', new LazySecret({ kind: 'literal', value })],
    ['read when it is needed', new LazySecret({ kind: 'env', name: 'X' }, () => Promise.resolve(value))],
  ])('that is %s prints itself nowhere', async (_, secret) => {
    expect([`${secret}`, JSON.stringify({ secret }), inspect(secret)]).toEqual([
      '[secret]',
      '{"secret":"[secret]"}',
      '[secret]',
    ]);
    expect(inspect({ secret }, { depth: 9, showHidden: true })).not.toContain(value);
    expect(await secret.reveal()).toBe(value);
  });

  it.each(places)('at %j says where it stands', (reference, source) => {
    const secret = new LazySecret(reference);

    expect([secret.source(), secret.kind]).toEqual([source, reference.kind]);
  });

  it('that stands in the configuration itself asks nobody', async () => {
    const secret = new LazySecret({ kind: 'literal', value }, () => Promise.reject(new Error('asked')));

    expect(await secret.reveal()).toBe(value);
  });

  it('asks with its place and the signal, each time, and the one that was named last', async () => {
    const asked: unknown[] = [];
    const resolver = (answer: string) => (reference: SecretReference, signal?: AbortSignal) => {
      asked.push([answer, reference, signal]);
      return Promise.resolve(answer);
    };
    const reference: SecretReference = { kind: 'file', path: '/run/pg' };
    const secret = new LazySecret(reference, resolver('old'));
    const { signal } = new AbortController();

    expect(await secret.reveal()).toBe('old');
    secret.bind(resolver('new'));
    expect([await secret.reveal(signal), await secret.reveal()]).toEqual(['new', 'new']);
    expect(asked).toEqual([
      ['old', reference, undefined],
      ['new', reference, signal],
      ['new', reference, undefined],
    ]);
  });

  it('that nobody can read yet is our fault, not a missing one', async () => {
    await expect(new LazySecret({ kind: 'env', name: 'X' }).reveal()).rejects.toMatchObject({ code: 'BUG' });
  });
});
