import { describe, expect, it } from 'vitest';
import { createRedactor, KnownSecrets } from '../src/index.ts';

function known(...secrets: readonly string[]): readonly string[] {
  const all = new KnownSecrets();
  for (const secret of secrets) all.learn(secret);
  return all.values();
}

describe('what is known of a secret', () => {
  it('is the whole of it, once', () => {
    expect(known('Zeppelin-Orchard', 'Zeppelin-Orchard', '', '  ')).toEqual(['Zeppelin-Orchard']);
  });

  it.each([
    ['postgres://app:s3cr%40t@db:5432/app', ['s3cr%40t', 's3cr@t']],
    ['redis://:hunter2x@cache:6379/0', ['hunter2x']],
    ['nats://tokentoken@nats:4222', ['tokentoken']],
    ['redis+sentinel://u:pw123456@a:1,b:2/master?db=0', ['pw123456']],
    ['https://h/x?limit=5&token=abcdefgh', ['abcdefgh']],
    ['postgres://db:5432/app', []],
  ])('of the address %s is what is secret in it', (address, expected) => {
    expect(known(address)).toEqual(expected);
  });

  it('is forgotten when thousands came after it, the latest last', () => {
    const all = new KnownSecrets();
    for (let n = 0; n < 2001; n += 1) all.learn(`a-secret-of-round-${n}`);

    expect(all.values()).toHaveLength(2000);
    expect(all.values()).not.toContain('a-secret-of-round-0');
    expect(all.values()).toContain('a-secret-of-round-2000');
  });
});

describe('a redactor', () => {
  it('learns: what was read later is removed from then on, what it replaced stays known', () => {
    const secrets = new KnownSecrets();
    const redactor = createRedactor({ known: secrets });
    const keyed = redactor.keyed('k');
    const text = 'it said Zeppelin-Orchard, then Meadow-Lantern';

    expect(redactor.text(text)).toBe(text);
    secrets.learn('Zeppelin-Orchard');
    expect(redactor.text(text)).toBe('it said [secret], then Meadow-Lantern');
    secrets.learn('Meadow-Lantern');
    expect(redactor.text(text)).toBe('it said [secret], then [secret]');
    expect(keyed.text(text)).toMatch(/^it said \[secret:\w{4}\], then \[secret:\w{4}\]$/);
  });

  it('says whether a secret stands in data, and an address of a person is none', () => {
    const redactor = createRedactor({ emails: true, addresses: true, known: ['Zeppelin-Orchard'] });

    expect(redactor.holdsSecret({ a: [{ b: 'Zeppelin-Orchard' }] })).toBe(true);
    expect(redactor.holdsSecret({ a: ['bob@example.com from 10.1.2.3'] })).toBe(false);
    expect(redactor.counts()).toEqual({});
  });
});
