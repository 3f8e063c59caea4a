import { describe, expect, it } from 'vitest';
import { asInGuide } from '../../../../src/domain/platform/platform.ts';
import { dependencyFacts, healthWord } from '../../../../src/probes/http/health-body.ts';

describe('the health word of a body', () => {
  it.each(['ok', 'healthy', 'alive', 'ready', 'up', 'OK', 'Healthy'])('%s is healthy', (word) => {
    expect(healthWord(word)).toEqual({ healthy: true, text: word });
    expect(healthWord(JSON.stringify({ status: word }))).toEqual({ healthy: true, text: word });
  });

  it.each(['down', 'degraded', 'pass', 'running', 'not ok'])('%s is not', (word) => {
    expect(healthWord(word)).toEqual({ healthy: false, text: word });
  });

  it.each([
    ['status', { status: 'down' }, 'down'],
    ['health', { health: 'down' }, 'down'],
    ['state', { state: 'down' }, 'down'],
    ['the first of them', { state: 'up', status: 'down' }, 'down'],
    ['a yes', { status: true }, 'ok'],
    ['a no', { health: false }, 'unhealthy'],
  ])('is read from %s', (_what, body, text) => {
    expect(healthWord(JSON.stringify(body))).toEqual({ healthy: text === 'ok', text });
  });

  it.each([
    [31, true],
    [32, true],
    [33, false],
  ])('has 32 letters at most: %i', (length, read) => {
    const word = 'x'.repeat(length);

    for (const body of [word, JSON.stringify({ status: word })])
      expect(healthWord(body)).toEqual(read ? { healthy: false, text: word } : { healthy: true });
  });

  it.each(['', '<html>', 'a\nb', '{"status": 7}', '{"status"', '[1]', '7 > 3', '{}', 'null'])(
    'is none in %j, and then the HTTP status decides',
    (body) => {
      expect(healthWord(body)).toEqual(
        body === 'null' ? { healthy: false, text: 'null' } : { healthy: true },
      );
    },
  );
});

describe('what a service says of the parts it needs', () => {
  it.each(['dependencies', 'checks', 'components', 'details', 'services'])('is read from %s', (container) => {
    expect(dependencyFacts(JSON.stringify({ [container]: { redis: 'up' } }), asInGuide)).toEqual({
      'dependency.redis': 'up',
    });
  });

  it.each([
    ['database', 'postgres'],
    ['db', 'postgres'],
    ['pg', 'postgres'],
    ['sql', 'postgres'],
    ['cache', 'redis'],
    ['messaging', 'nats'],
    ['broker', 'nats'],
    ['graph', 'neo4j'],
    ['knowledge-graph', 'neo4j'],
    ['Knowledge_Graph', 'neo4j'],
    ['Postgres', 'postgres'],
  ])('knows %s for %s', (name, part) => {
    expect(dependencyFacts(JSON.stringify({ checks: { [name]: 'ok' } }), asInGuide)).toEqual({
      [`dependency.${part}`]: 'up',
    });
  });

  it.each(['ok', 'healthy', 'alive', 'ready', 'up', 'pass', 'true', 'connected', 'running', 'UP'])(
    'takes %s for up',
    (word) => {
      expect(dependencyFacts(JSON.stringify({ checks: { redis: word } }), asInGuide)).toEqual({
        'dependency.redis': 'up',
      });
    },
  );

  it.each([
    ['a word', 'broken', 'down'],
    ['a yes', true, 'up'],
    ['a no', false, 'down'],
    ['a status', { status: 'down' }, 'down'],
    ['a state', { state: 'up' }, 'up'],
    ['a health', { health: 'broken' }, 'down'],
    ['healthy', { healthy: true }, 'up'],
    ['ok', { ok: false }, 'down'],
    ['the first that says something', { status: 7, ok: true }, 'up'],
    ['nothing', { latency: 7 }, undefined],
    ['a number', 7, undefined],
    ['a list', ['up'], undefined],
  ])('understands %s', (_what, state, word) => {
    expect(dependencyFacts(JSON.stringify({ checks: { redis: state } }), asInGuide)).toEqual(
      word === undefined ? {} : { 'dependency.redis': word },
    );
  });

  it('understands lists of components', () => {
    const checks = [
      { name: 'redis', status: 'up' },
      { component: 'db', status: 'down' },
      'x',
      { status: 'up' },
    ];

    expect(dependencyFacts(JSON.stringify({ checks }), asInGuide)).toEqual({
      'dependency.redis': 'up',
      'dependency.postgres': 'down',
    });
  });

  it.each(['ok', '[]', '{}', '{"checks": 7}', '{"checks": {"elsewhere": "up"}}'])(
    'is nothing in %s',
    (body) => {
      expect(dependencyFacts(body, asInGuide)).toEqual({});
    },
  );
});

describe('W7 the reason of a bad health', () => {
  const blamed = (reason: string) =>
    dependencyFacts(JSON.stringify({ status: 'not ready', reason }), asInGuide);

  it('is a witness of the part that it names', () => {
    expect(blamed('database unavailable')).toEqual({ 'dependency.postgres': 'down' });
    expect(blamed('connection to redis refused')).toEqual({ 'dependency.redis': 'down' });
  });

  it('is none where it names no part, or no failure', () => {
    expect(blamed('shutting down')).toEqual({});
    expect(blamed('waiting for the database migration')).toEqual({});
  });
});

describe('W3 a part that a service says is up', () => {
  const measured = (state: unknown) =>
    dependencyFacts(JSON.stringify({ components: { knowledge_graph: state } }), asInGuide);

  it('is measured where a figure shows that it has tried', () => {
    for (const figure of [{ latency_ms: 0 }, { responseTime: 3 }, { checked_at: '2026-03-01T10:00:00Z' }])
      expect(measured({ status: 'up', ...figure })).toEqual({
        'dependency.neo4j': 'up',
        'measured.neo4j': true,
      });
  });

  it('is only claimed by a word, a yes, or figures of something else', () => {
    for (const state of [true, 'ok', { status: 'up' }, { status: 'up', required: true, nodes: 4 }])
      expect(measured(state)).toEqual({ 'dependency.neo4j': 'up' });
  });
});
