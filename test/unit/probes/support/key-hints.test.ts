import { describe, expect, it } from 'vitest';
import { keyHints } from '../../../../src/probes/support/key-hints.ts';

const hints = (...keys: readonly string[]) => keyHints(keys).map(({ key, near }) => `${key} → ${near}`);

describe('keys that a program may not know', () => {
  it('are named with the documented key that they are near (F12)', () => {
    expect(
      hints('database.sslmode', 'database.max_connections', 'nats.max_reconnects', 'log_level', 'redis.addr'),
    ).toEqual([
      'database.sslmode → database.ssl_mode',
      'nats.max_reconnects → nats.max_reconnect',
      'log_level → logging.level',
    ]);
  });

  it('are none where the file has the documented one as well, or the key is its own', () => {
    expect(hints('log_level', 'logging.level')).toEqual([]);
    expect(hints('database.ssl_mode', 'database.max_open_conns', 'logging.format')).toEqual([]);
    expect(hints('server.port', 'metrics.enabled', 'nats.url', 'event.workers')).toEqual([]);
  });
});
