import { describe, expect, it } from 'vitest';
import { installationOf, keyOf } from '../../../../lab/platform/generated/installation.ts';
import {
  secretsOf,
  settingsFile,
  settingsOf,
  variableOf,
} from '../../../../lab/platform/generated/settings.ts';
import { AppError, TargetError } from '../../../../src/domain/kernel/errors.ts';
import type { PartId } from '../../../../src/domain/platform/part.ts';
import { runtimeConfigOverrides } from '../../../../src/probes/runtime/config-overrides.probe.ts';
import { wordsIn } from '../../../../src/text/words.ts';
import { type FakePart, fakeRuntime } from '../../../support/fake-runtime.ts';
import { fakeServices, probeContext } from '../../../support/probe-context.ts';

const CONFIG = '/etc/aetherius/config.yaml';

type Parts = Readonly<Partial<Record<PartId, readonly FakePart[]>>>;

const on = (parts: Parts) => probeContext({ runtime: fakeRuntime(parts), services: fakeServices({}) });

describe('runtime.config-overrides', () => {
  it('names the key, the layer that wins and never a secret (R-PLAT17)', async () => {
    const part = {
      files: { [CONFIG]: 'event:\n  workers: 20\ndatabase:\n  password: from-file\n' },
      env: { AETHERIUS_EVENT_WORKERS: '5', DATABASE_PASSWORD: 'from-env' },
    };
    const result = await runtimeConfigOverrides.run(
      { part: 'agent-manager' },
      on({ 'agent-manager': [part] }),
    );

    expect(result).toMatchObject({ status: 'unhealthy' });
    const text = JSON.stringify(result);
    expect(text).toContain('AETHERIUS_EVENT_WORKERS');
    expect(text).not.toContain('from-env');
    expect(text).not.toContain('from-file');
  });

  const file = { [CONFIG]: 'event:\n  workers: 20\n' };
  const look = (part: FakePart) =>
    runtimeConfigOverrides.run(
      { part: 'agent-manager' },
      on({ 'agent-manager': [{ files: file, ...part }] }),
    );
  const map = { kind: 'ConfigMap', name: 'overrides', key: 'workers' } as const;
  const secret = { kind: 'Secret', name: 'all', key: 'EVENT_WORKERS' } as const;

  it('leaves open whether a variable counts of which only the prefix is unknown', async () => {
    expect(await look({ env: { HERON_EVENT_WORKERS: '5' } })).toMatchObject({
      status: 'inconclusive',
      // No right to look at sockets would show it, so none is asked for.
      cause: { facts: { reason: 'override-unseen', variable: 'HERON_EVENT_WORKERS' } },
      facts: { undecided: 1, keys: 'event.workers' },
    });
    expect(await look({ env: { HERON_EVENT_WORKERS: '20' } })).toMatchObject({ status: 'healthy' });
    expect(await look({ env: { HERON_WORKERS: '5', EVENTS_WORKERS: '5' } })).toMatchObject({
      status: 'healthy',
    });
    // What is known to win is no guess beside it.
    expect(await look({ env: { HERON_EVENT_WORKERS: '5', AETHERIUS_EVENT_WORKERS: '6' } })).toMatchObject({
      status: 'unhealthy',
      findings: [{ facts: { name: 'AETHERIUS_EVENT_WORKERS' } }],
    });
  });

  it('looks at one key alone where it is asked to', async () => {
    const part = {
      files: { [CONFIG]: 'event:\n  workers: 20\n  batch: 100\nlog:\n  level: info\n' },
      env: { AETHERIUS_EVENT_BATCH: '5', OWN_LOG_LEVEL: 'debug' },
    };
    const of = (key: string) =>
      runtimeConfigOverrides.run({ part: 'agent-manager', key }, on({ 'agent-manager': [part] }));

    expect(await of('event.workers')).toMatchObject({ status: 'healthy' });
    expect(await of('event.batch')).toMatchObject({
      status: 'unhealthy',
      findings: [{ subject: 'event.batch' }],
    });
    expect(await of('log.level')).toMatchObject({ status: 'inconclusive' });
  });

  const generated = Array.from({ length: 30 }, (_, index) => installationOf(index + 1))
    .filter(({ settings }) => settings === 'file')
    .map((one) => ({
      one,
      text: settingsFile(
        one,
        settingsOf(one, 'agent-manager', () => ({ host: 'there', port: 1 })),
      ),
      key: keyOf(one, 'event.workers'),
      name: variableOf(one, 'event.workers'),
    }));

  it('leaves it open as well where a ConfigMap or Secret gives the variable, whatever an installation calls it', async () => {
    expect(generated.length).toBeGreaterThan(9);
    for (const { one, text, key, name } of generated) {
      const ask = (referred: FakePart['referred'] = {}) => look({ files: { [CONFIG]: text }, referred });
      const open = (from: string) => ({
        status: 'inconclusive',
        cause: { facts: { reason: 'override-unseen', variable: `${name} (${from})` } },
        facts: { undecided: 1, keys: key },
      });

      expect(await ask({ [name]: { from: map, value: '5' } })).toMatchObject(
        open('ConfigMap overrides/workers'),
      );
      expect(await ask({ [name]: { from: map, value: '10' } })).toMatchObject({ status: 'healthy' });
      expect(await ask({ [name]: { from: secret, equal: false } })).toMatchObject(
        open('Secret all/EVENT_WORKERS'),
      );
      expect(await ask({ [name]: { from: secret, equal: true } })).toMatchObject({ status: 'healthy' });
      const unread = new TargetError('forbidden', 'not allowed', { facts: { resource: 'secrets/all' } });
      expect(await ask({ [name]: { from: secret, unread } })).toMatchObject({
        status: 'inconclusive',
        facts: { undecided: 1, keys: key },
      });
      // What its file leaves to Secrets overrides nothing.
      const left = Object.keys(secretsOf(one, 'agent-manager')).map((own) => variableOf(one, own));
      expect(
        await ask(Object.fromEntries(left.map((own) => [own, { from: secret, equal: false }]))),
      ).toMatchObject({ status: 'healthy' });
    }
  });

  it('leaves an address open that a Secret gives, since nobody sees where it leads', async () => {
    const written = 'server:\n  port: 8080\n';
    const command = 'cat /proc/net/tcp /proc/net/tcp6';
    const stdout =
      '  sl  local_address rem_address   st\n   0: 00000000:1F90 00000000:0000 0A 00000000:00000000';
    const part = { files: { [CONFIG]: written }, commands: { [command]: { code: 0, stdout } } };

    expect(
      await look({ ...part, referred: { HERON_SERVER_PORT: { from: map, value: '9090' } } }),
    ).toMatchObject({
      status: 'healthy',
    });
    expect(
      await look({ ...part, referred: { HERON_SERVER_PORT: { from: secret, equal: false } } }),
    ).toMatchObject({
      status: 'inconclusive',
      facts: { keys: 'server.port' },
    });
  });

  it('names the ConfigMap and key behind a variable', async () => {
    expect(await look({ referred: { EVENT_WORKERS: { from: map, value: '5' } } })).toMatchObject({
      findings: [
        {
          code: 'CONFIG_OVERRIDDEN',
          facts: {
            layer: 'env',
            name: 'EVENT_WORKERS (ConfigMap overrides/workers)',
            value: '5',
            configMap: 'overrides',
          },
        },
      ],
    });
    expect(await look({ referred: { EVENT_WORKERS: { from: map, value: '20' } } })).toMatchObject({
      status: 'healthy',
    });
  });

  it('could not check at the keys that something unreadable may set', async () => {
    const facts = { verb: 'get', resource: 'secrets/all' };
    const cause = new TargetError('forbidden', 'not allowed', { facts });
    const gone = new AppError('NOT_FOUND', 'not there', { facts: { reason: 'reference-gone' } });

    // It says for which keys it matters: whoever has edited another one need not care.
    expect(await look({ referred: { EVENT_WORKERS: { from: secret, unread: cause } } })).toMatchObject({
      status: 'inconclusive',
      cause: { facts: { reason: 'override-unread', keys: 'event.workers', ...facts } },
      facts: { undecided: 1, keys: 'event.workers' },
    });
    for (const language of ['en', 'zh-CN'] as const)
      expect(wordsIn(language).lookup('cause.override-unread', { ...facts, keys: 'event.workers' })).toMatch(
        /event\.workers.*secrets\/all/,
      );
    expect(await look({ referred: { EVENT_WORKERS: { from: map, unread: gone } } })).toMatchObject({
      status: 'inconclusive',
      cause: gone,
    });
    expect(
      await look({
        env: { AETHERIUS_EVENT_WORKERS: '5' },
        referred: { EVENT_WORKERS: { from: secret, unread: cause } },
      }),
    ).toMatchObject({ findings: [{ facts: { name: 'AETHERIUS_EVENT_WORKERS' } }] });
  });

  describe('W15 a variable for an address or port', () => {
    const command = 'cat /proc/net/tcp /proc/net/tcp6';
    const listens = '   0: 00000000:1F90 00000000:0000 0A 00000000:00000000';
    const connected = '   1: 080014AC:9C40 0900000A:1538 01 00000000:00000000';
    const sockets = (...lines: readonly string[]) => ({
      [command]: { code: 0, stdout: ['  sl  local_address rem_address   st', ...lines].join('\n') },
    });
    const written = 'server:\n  port: 8080\ndatabase:\n  host: localhost\n';
    const ask = async (part: FakePart) => {
      const runtime = fakeRuntime({ 'agent-manager': [{ files: { [CONFIG]: written }, ...part }] });
      const resolve = async (name: string) => (name === 'pg-main' ? '10.0.0.9' : undefined);
      return runtimeConfigOverrides.run(
        { part: 'agent-manager' },
        probeContext({ runtime: { ...runtime, resolve }, services: fakeServices({}) }),
      );
    };

    it('does not win when the process listens where the file says', async () => {
      expect(await ask({ env: { SERVER_PORT: '9090' }, commands: sockets(listens) })).toMatchObject({
        status: 'healthy',
      });
    });

    it('wins when the process listens where the variable says', async () => {
      const elsewhere = listens.replace('1F90', '2382');

      expect(await ask({ env: { SERVER_PORT: '9090' }, commands: sockets(elsewhere) })).toMatchObject({
        findings: [{ subject: 'server.port', facts: { value: '9090', fileValue: '8080' } }],
      });
    });

    it('is known by the name that the program has for it, and wins by a connection that goes there', async () => {
      const env = { DB_HOST: 'pg-main' };

      expect(await ask({ env, commands: sockets(listens, connected) })).toMatchObject({
        findings: [{ subject: 'database.host', facts: { name: 'DB_HOST', value: 'pg-main' } }],
      });
      expect(await ask({ env, commands: sockets(listens) })).toMatchObject({
        status: 'inconclusive',
        cause: { facts: { reason: 'override-unseen' } },
      });
    });

    it('is left open where nobody can look into the container', async () => {
      expect(await ask({ env: { SERVER_PORT: '9090' } })).toMatchObject({
        status: 'inconclusive',
        facts: { keys: 'server.port' },
      });
    });
  });
});
