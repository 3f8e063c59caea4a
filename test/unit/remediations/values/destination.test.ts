import { describe, expect, it } from 'vitest';
import { addressIn, sameForm, takenApart } from '../../../../src/remediations/values/destination.ts';

describe('a configured text', () => {
  it.each([
    ['url', 'nats://nats:4222', '', 'nats:4222', 'nats://'],
    ['url', 'nats://u:p@nats', '', 'nats', 'nats://u:p@'],
    ['url', 'tls://u:p@ss:w@nats.ns.svc:4222/', '/', 'nats.ns.svc:4222', 'tls://u:p@ss:w@'],
    ['url', 'nats://token@10.0.0.1:1', '', '10.0.0.1:1', 'nats://token@'],
    ['host', 'postgres-primary', '', 'postgres-primary', ''],
    ['subject', 'a.{id}.b', '', 'a.{id}.b', ''],
    ['subject', 'a.$(ID).<x>.b-c_d', '', 'a.$(ID).<x>.b-c_d', ''],
  ] as const)('%s: of %s only the address or subject is set', (kind, text, after, value, before) => {
    expect(takenApart(text, kind, 'k')).toEqual({ before, value, after });
  });

  it.each([
    ['url', 'nats://one:4222,nats://two:4222'],
    ['url', 'nats://user:pa/ss@nats:4222'],
    ['url', 'nats://user:12/ss@nats:4222'],
    ['url', 'nats://user:pa ss@nats:4222'],
    ['url', 'nats://user:pa#ss@nats'],
    ['url', 'nats://nats:4222/queue?password=x'],
    ['url', 'http://nats:4222'],
    ['url', 'nats:4222'],
    ['url', 'nats://[::1]:4222'],
    ['host', 'postgres:5432'],
    ['host', 'host=postgres password=hunter22'],
    ['host', 'postgres://u:p@postgres'],
    ['host', 'postgres\nmore: true'],
    ['host', '${DB_HOST}'],
    ['subject', 'a.*.b'],
    ['subject', 'a.>'.replace('>', '> b')],
    ['subject', 'a..b'],
    ['subject', 'a b'],
    ['subject', 'a."b'],
    ['subject', 'a.#b'],
    ['subject', 'x'.repeat(201)],
    ['subject', `a.ghp_${'x1Y2'.repeat(9)}`],
  ] as const)('%s: %j is left to people, and not a sign of it is said', (kind, text) => {
    let said: unknown;
    try {
      takenApart(text, kind, 'k');
    } catch (error) {
      said = error;
    }

    expect(said).toMatchObject({ code: 'CONFLICT', facts: { reason: 'text-not-plain', key: 'k' } });
    expect(JSON.stringify((said as { facts: object }).facts)).toBe('{"key":"k","reason":"text-not-plain"}');
  });

  it('has a host and maybe a port', () => {
    expect([addressIn('nats'), addressIn('nats:4222')]).toEqual([
      { host: 'nats' },
      { host: 'nats', port: 4222 },
    ]);
  });

  it.each([
    ['a.{id}.b', 'x.{id}.y.z', true],
    ['a.b', 'c.d', true],
    ['a.{id}.b', 'a.{cluster}.b', false],
    ['a.{id}.b', 'a.$(id).b', false],
    ['a.{id}.b', 'a.prod.b', false],
    ['a.{id}.{id}', 'a.{id}', false],
  ])('%s has the placeholders of %s: %s', (one, other, same) => {
    expect(sameForm(one, other)).toBe(same);
  });
});
