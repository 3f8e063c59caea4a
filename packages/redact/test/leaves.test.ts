import { describe, expect, it } from 'vitest';
import { createRedactor, withheld } from '../src/index.ts';

const redactor = createRedactor({ known: ['Zeppelin-Orchard'] });

describe('data with names of our own', () => {
  it('loses the secrets in its texts, and keeps what stands under a name that only sounds secret', () => {
    expect(
      redactor.leaves({
        secret: 'agent-auth-token',
        token: 'missing',
        facts: { why: 'password=hunter2x', count: 3, gone: null, ok: true },
      }),
    ).toEqual({
      secret: 'agent-auth-token',
      token: 'missing',
      facts: { why: 'password=[secret]', count: 3, gone: null, ok: true },
    });
  });

  it('loses them in names that are data', () => {
    expect(redactor.leaves({ 'session:Zeppelin-Orchard': 4 })).toEqual({ 'session:[secret]': 4 });
    expect(
      Object.values(redactor.leaves({ 'a Zeppelin-Orchard': 1, 'a Zeppelin%2DOrchard': 2 }) as object),
    ).toEqual([1, 2]);
  });

  it('is read as lines where it is some: a key spans several', () => {
    const lines = ['-----BEGIN PRIVATE KEY-----', 'MIIEvQIBADANBgkqhkiG9w0B', '-----END PRIVATE KEY-----'];

    expect(JSON.stringify(redactor.leaves({ lines }))).not.toContain('MIIEvQ');
  });

  it('keeps what it is told that a machine reads', () => {
    const value = { id: 'Zeppelin-Orchard', text: 'Zeppelin-Orchard' };

    expect(redactor.leaves(value, (key) => key === 'id')).toEqual({
      id: 'Zeppelin-Orchard',
      text: '[secret]',
    });
  });

  it('is withheld where it is nested too deep, and where it cannot be read', () => {
    const deep = Array.from({ length: 150 }).reduce<unknown>((inner) => ({ inner }), 'Zeppelin-Orchard');
    const bad = {
      toJSON() {
        throw new Error('no');
      },
    };

    expect(JSON.stringify(redactor.leaves(deep))).toContain(withheld);
    expect(JSON.stringify(redactor.leaves(deep))).not.toContain('Zeppelin');
    expect(redactor.leaves(bad)).toBe(withheld);
  });
});
